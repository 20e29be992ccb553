//! Spans on their way to the backend: masked, cut and counted, sent again while the backend is away, and told about once.

mod counts;
mod delivery;
mod exporter;
mod grpc_channel;
mod otlp_sink;
mod outcome;
mod queue;
mod retry_pauses;
#[cfg(test)]
mod span_fixture;
mod span_limits;
mod span_size;

pub use counts::{Load, SpanCounts};
pub use exporter::DeliveringExporter;
pub use otlp_sink::OtlpSink;
pub use queue::BoundedProcessor;
pub use span_limits::SpanLimits;
