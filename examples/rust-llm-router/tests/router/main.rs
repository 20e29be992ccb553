//! The real program over real sockets. One test binary: it is linked once.

mod bounds;
mod delivery;
mod otlp_http;
mod providers;
mod qdrant;
mod readme;
mod requests;
mod sampling;
mod support;
mod tracing;
