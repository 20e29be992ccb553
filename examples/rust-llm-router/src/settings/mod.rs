//! Every setting: its variable, its default, what is allowed. A wrong one ends the program before it listens.

mod otlp_exporter;
mod qdrant;
mod sampling;
mod traces;
mod variables;

use std::fmt;
use std::time::Duration;

pub use otlp_exporter::OtlpProtocol;
pub use qdrant::QdrantSettings;
pub use traces::TracingSettings;

use crate::json_size::MAX_JSON_BYTES;
use crate::providers::config::{ProviderConfig, parse_providers};
use variables::{Variables, read_file, wrong};

/// One sentence that names the variable, what it holds, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError(pub String);

impl fmt::Display for SettingError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for SettingError {}

#[derive(Debug, Clone)]
pub struct Settings {
    /// `HOST`, default `127.0.0.1`: the address to listen on.
    pub host: String,
    /// `PORT`, default 8001; 0 takes a free one.
    pub port: u16,
    /// `OTEL_LOG_LEVEL`, default `info`: `error`, `warn`, `info` or `debug`.
    pub log_level: LogLevel,

    /// `ROUTER_DEFAULT_MODEL`, default `echo`: for requests that name none.
    pub default_model: String,
    /// `ROUTER_PROVIDERS` (JSON) or `ROUTER_PROVIDERS_FILE` (a file with it), default none: the built-in `echo` alone.
    pub providers: Vec<ProviderConfig>,
    /// `ROUTER_REQUEST_TIMEOUT_MS`, default 60000: until the first part of the answer; 504 afterwards.
    pub request_timeout: Duration,

    /// `ROUTER_MAX_BODY_BYTES`, default 1048576: larger request bodies are refused with 413.
    pub max_body_bytes: usize,
    /// `ROUTER_MAX_BODIES_BYTES`, default 16777216, or `ROUTER_MAX_BODY_BYTES` with 4194304 for its JSON where that is more:
    /// of all bodies together, each counted from its first byte to its answer's last, with what its JSON takes; 429 beyond.
    /// The program takes some five times as much for them: a text is there as bytes or JSON, prompt, and the provider's body.
    pub max_bodies_bytes: usize,
    /// `ROUTER_BODY_TIMEOUT_MS`, default 10000: for the whole request body; 408 afterwards.
    pub body_timeout: Duration,
    /// `ROUTER_HEADER_TIMEOUT_MS`, default 10000: for the request's head, and for the next one on an idle connection.
    pub header_timeout: Duration,
    /// `ROUTER_WRITE_TIMEOUT_MS`, default 20000: a client that takes nothing of its answer for so long is cut off.
    pub write_timeout: Duration,
    /// `ROUTER_MAX_CONNECTIONS`, default 4096: further ones wait in the kernel's queue.
    pub max_connections: usize,
    /// `ROUTER_MAX_CONCURRENT_REQUESTS`, default 2048: further ones get 429.
    pub max_concurrent_requests: usize,
    /// `ROUTER_RATE_PER_SECOND`, default 2000: requests of one client address, with bursts as large; 0 is no limit.
    pub rate_per_second: u32,
    /// `ROUTER_SHUTDOWN_TIMEOUT_MS`, default 10000: for requests under way after SIGTERM, before spans are flushed.
    pub shutdown_timeout: Duration,

    pub qdrant: QdrantSettings,
    pub tracing: TracingSettings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
}
impl Settings {
    /// Reads the environment of this process.
    pub fn from_environment() -> Result<Settings, SettingError> {
        Settings::from_variables(&|name| std::env::var(name).ok())
    }

    /// An empty variable counts as unset.
    pub fn from_variables(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Settings, SettingError> {
        let env = Variables::new(lookup);
        let max_body_bytes = env.number("ROUTER_MAX_BODY_BYTES", 1_048_576, 1, 64 << 20)? as usize;
        Ok(Settings {
            host: env.text("HOST").unwrap_or_else(|| "127.0.0.1".to_owned()),
            port: env.number("PORT", 8001, 0, u16::MAX.into())? as u16,
            log_level: log_level(&env)?,
            default_model: env.text("ROUTER_DEFAULT_MODEL").unwrap_or_else(|| "echo".to_owned()),
            providers: providers(&env)?,
            request_timeout: env.millis("ROUTER_REQUEST_TIMEOUT_MS", 60_000)?,
            max_body_bytes,
            max_bodies_bytes: max_bodies_bytes(&env, max_body_bytes)?,
            body_timeout: env.millis("ROUTER_BODY_TIMEOUT_MS", 10_000)?,
            header_timeout: env.millis("ROUTER_HEADER_TIMEOUT_MS", 10_000)?,
            write_timeout: env.millis("ROUTER_WRITE_TIMEOUT_MS", 20_000)?,
            max_connections: env.number("ROUTER_MAX_CONNECTIONS", 4096, 1, 1_000_000)? as usize,
            max_concurrent_requests: env.number("ROUTER_MAX_CONCURRENT_REQUESTS", 2048, 1, 1_000_000)? as usize,
            rate_per_second: env.number("ROUTER_RATE_PER_SECOND", 2000, 0, 1_000_000)? as u32,
            shutdown_timeout: env.millis("ROUTER_SHUTDOWN_TIMEOUT_MS", 10_000)?,
            qdrant: qdrant::read(&env)?,
            tracing: traces::read(&env)?,
        })
    }
}

/// One body must fit, else it never could.
fn max_bodies_bytes(env: &Variables, max_body_bytes: usize) -> Result<usize, SettingError> {
    let least = (max_body_bytes + MAX_JSON_BYTES) as u64;
    let default = least.max(16 << 20);
    Ok(env.number("ROUTER_MAX_BODIES_BYTES", default, least, 1 << 31)? as usize)
}

fn log_level(env: &Variables) -> Result<LogLevel, SettingError> {
    match env.text("OTEL_LOG_LEVEL").map(|value| value.to_ascii_lowercase()).as_deref() {
        None | Some("info") => Ok(LogLevel::Info),
        Some("error") => Ok(LogLevel::Error),
        Some("warn") => Ok(LogLevel::Warn),
        Some("debug") => Ok(LogLevel::Debug),
        Some(value) => Err(wrong("OTEL_LOG_LEVEL", value, "error, warn, info or debug")),
    }
}

fn providers(env: &Variables) -> Result<Vec<ProviderConfig>, SettingError> {
    let inline = env.text("ROUTER_PROVIDERS");
    let file = env.text("ROUTER_PROVIDERS_FILE");
    let (source, json) = match (inline, file) {
        (None, None) => return Ok(Vec::new()),
        (Some(_), Some(_)) => {
            return Err(SettingError(
                "ROUTER_PROVIDERS and ROUTER_PROVIDERS_FILE are both set; allowed is one of them. Remove the other."
                    .to_owned(),
            ));
        }
        (Some(json), None) => ("ROUTER_PROVIDERS".to_owned(), json),
        (None, Some(path)) => (format!("ROUTER_PROVIDERS_FILE ({path})"), read_file("ROUTER_PROVIDERS_FILE", &path)?),
    };
    parse_providers(&source, &json, &|name| env.text(name))
}
