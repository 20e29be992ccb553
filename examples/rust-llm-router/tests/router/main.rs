//! The real program over real sockets. One test binary: it is linked once.

mod delivery;
mod otlp_http;
mod providers;
mod readme;
mod requests;
mod support;
mod tracing;
