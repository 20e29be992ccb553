//! Spans on their way to the backend: masked, cut and counted, sent again while the backend is away, and told about once.

mod counts;
mod delivery;
mod grpc_channel;
mod otlp_sink;
mod outcome;
mod queue;
#[cfg(test)]
mod span_fixture;
mod span_limits;
mod span_size;

pub use counts::SpanCounts;
pub use delivery::DeliveringExporter;
pub use otlp_sink::OtlpSink;
pub use queue::{BoundedProcessor, Capacity};
pub use span_limits::SpanLimits;
