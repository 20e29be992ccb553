//! What the tests run the real program against: a gRPC server that stands for the OTLP backend and for Qdrant, and an
//! upstream of its own.

mod connections;
mod fake_qdrant;
mod fake_upstream;
mod grpc_server;
mod otlp_receiver;
mod router;

pub use connections::Connections;
pub use fake_qdrant::FakeQdrant;
pub use fake_upstream::{FakeUpstream, Reply};
pub use otlp_receiver::{Manner, OtlpReceiver, ReceivedSpan, named, spans_of};
pub use router::{Router, settings_error};

use std::time::Duration;

/// Long: reached only where a test fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
pub const PARENT: &str = "00f067aa0ba902b7";

/// Of a caller in the trace `id`.
pub fn traceparent_in(id: &str) -> String {
    format!("00-{id}-{PARENT}-01")
}
