//! Consistent probability sampling: keeps a share of traces and says so in `tracestate`, so that counts made from
//! kept spans scale back.
//! https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/

mod ot_entry;
mod sampler;
mod threshold;

pub use sampler::ThresholdSampler;
