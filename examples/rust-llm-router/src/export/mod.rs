//! Spans on their way to the backend: counted, masked, sent again while the backend is away, and told about once.

mod delivery;
mod queue;

pub use delivery::DeliveringExporter;
pub use queue::{CountingProcessor, SpanCounts};
