//! Every setting: its variable, its default, what is allowed. A wrong one ends the program before it listens.

use std::fmt;
use std::time::Duration;

use url::Url;

use crate::providers::config::{ProviderConfig, parse_providers};
use crate::sampling_settings::{SamplingSettings, parse_sampling};

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

#[derive(Clone)]
pub struct QdrantSettings {
    /// `QDRANT_GRPC_URL`; else `QDRANT_URL` (default `http://127.0.0.1:6333`) with port 6333 replaced by 6334.
    pub url: Url,
    /// `QDRANT_API_KEY`, or `QDRANT_API_KEY_FILE` with it, default none.
    pub api_key: Option<String>,
    /// `QDRANT_COLLECTION`, default `router-context`.
    pub collection: String,
    /// `QDRANT_TIMEOUT_MS`, default 1000: afterwards the request is answered without context.
    pub timeout: Duration,
}

impl fmt::Debug for QdrantSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("QdrantSettings")
            .field("url", &self.url.as_str())
            .field("collection", &self.collection)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtlpProtocol {
    Grpc,
    HttpProtobuf,
}

impl OtlpProtocol {
    pub fn name(self) -> &'static str {
        match self {
            OtlpProtocol::Grpc => "grpc",
            OtlpProtocol::HttpProtobuf => "http/protobuf",
        }
    }
}

#[derive(Debug, Clone)]
pub struct TracingSettings {
    /// `OTEL_SERVICE_NAME`, else `service.name` of `OTEL_RESOURCE_ATTRIBUTES`, default `llm-router`.
    pub service_name: String,
    /// `OTEL_RESOURCE_ATTRIBUTES`: `key=value,key2=value2`, percent-encoded. `DEPLOYMENT_ENVIRONMENT` adds
    /// `deployment.environment.name`.
    pub resource: Vec<(String, String)>,
    /// `OTEL_SDK_DISABLED=true` or `OTEL_TRACES_EXPORTER=none`: nothing is exported, context still travels.
    pub exported: bool,
    /// `OTEL_EXPORTER_OTLP_[TRACES_]ENDPOINT`, default `http://localhost:4317` (`http/protobuf`: 4318). Without a scheme
    /// (`collector:4317`) it is TLS, unless `OTEL_EXPORTER_OTLP_[TRACES_]INSECURE=true`. With `http/protobuf`,
    /// `/v1/traces` is added to the general variable.
    pub endpoint: Url,
    /// `OTEL_EXPORTER_OTLP_[TRACES_]PROTOCOL`, default `grpc`; or `http/protobuf`. Headers and timeout: the exporter
    /// reads `OTEL_EXPORTER_OTLP_[TRACES_]HEADERS` and `_TIMEOUT` itself.
    pub protocol: OtlpProtocol,
    /// `UAT_TRACING_PRESET`, `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`.
    pub sampling: SamplingSettings,
    /// `OTEL_BSP_MAX_QUEUE_SIZE`, default 32768 spans: further ones are dropped, and counted.
    pub max_queue_size: usize,
    /// `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`, default 512 spans.
    pub max_export_batch_size: usize,
    /// `OTEL_BSP_SCHEDULE_DELAY`, default 1000 ms; 200 with the preset `development`.
    pub scheduled_delay: Duration,
    /// `ROUTER_FLUSH_TIMEOUT_MS`, default 5000: for the spans still queued when the program ends.
    pub flush_timeout: Duration,
    /// `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, default `false`: prompts and answers in spans.
    pub capture_message_content: bool,
}

impl Settings {
    /// Reads the environment of this process.
    pub fn from_environment() -> Result<Settings, SettingError> {
        Settings::from_variables(&|name| std::env::var(name).ok())
    }

    /// An empty variable counts as unset.
    pub fn from_variables(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Settings, SettingError> {
        let env = Variables { lookup };
        Ok(Settings {
            host: env.text("HOST").unwrap_or_else(|| "127.0.0.1".to_owned()),
            port: env.number("PORT", 8001, 0, u16::MAX.into())? as u16,
            log_level: log_level(&env)?,
            default_model: env.text("ROUTER_DEFAULT_MODEL").unwrap_or_else(|| "echo".to_owned()),
            providers: providers(&env)?,
            request_timeout: env.millis("ROUTER_REQUEST_TIMEOUT_MS", 60_000)?,
            max_body_bytes: env.number("ROUTER_MAX_BODY_BYTES", 1_048_576, 1, 64 << 20)? as usize,
            body_timeout: env.millis("ROUTER_BODY_TIMEOUT_MS", 10_000)?,
            header_timeout: env.millis("ROUTER_HEADER_TIMEOUT_MS", 10_000)?,
            write_timeout: env.millis("ROUTER_WRITE_TIMEOUT_MS", 20_000)?,
            max_connections: env.number("ROUTER_MAX_CONNECTIONS", 4096, 1, 1_000_000)? as usize,
            max_concurrent_requests: env.number("ROUTER_MAX_CONCURRENT_REQUESTS", 2048, 1, 1_000_000)? as usize,
            rate_per_second: env.number("ROUTER_RATE_PER_SECOND", 2000, 0, 1_000_000)? as u32,
            shutdown_timeout: env.millis("ROUTER_SHUTDOWN_TIMEOUT_MS", 10_000)?,
            qdrant: qdrant(&env)?,
            tracing: tracing(&env)?,
        })
    }
}

pub(crate) struct Variables<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
}

impl Variables<'_> {
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The first of two variables that is set, with its name.
    pub(crate) fn first_text<'n>(&self, names: [&'n str; 2]) -> Option<(&'n str, String)> {
        names.into_iter().find_map(|name| Some((name, self.text(name)?)))
    }

    pub(crate) fn is_true(&self, name: &str) -> Result<bool, SettingError> {
        match self.text(name) {
            None => Ok(false),
            Some(value) if value.eq_ignore_ascii_case("true") => Ok(true),
            Some(value) if value.eq_ignore_ascii_case("false") => Ok(false),
            Some(value) => Err(wrong(name, &value, "true or false")),
        }
    }

    pub(crate) fn number(&self, name: &str, default: u64, least: u64, most: u64) -> Result<u64, SettingError> {
        let Some(value) = self.text(name) else { return Ok(default) };
        match value.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(wrong(name, &value, &format!("a whole number from {least} to {most}"))),
        }
    }

    fn millis(&self, name: &str, default: u64) -> Result<Duration, SettingError> {
        self.number(name, default, 1, 3_600_000).map(Duration::from_millis)
    }
}

pub(crate) fn wrong(name: &str, value: &str, allowed: &str) -> SettingError {
    let shown: String = value.chars().take(80).collect();
    SettingError(format!("{name} is {shown:?}; allowed is {allowed}. Set it so, or remove the variable."))
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

pub(crate) fn read_file(variable: &str, path: &str) -> Result<String, SettingError> {
    std::fs::read_to_string(path).map_err(|error| {
        SettingError(format!(
            "{variable} is {path:?}, which cannot be read: {error}. Allowed is a file that this user may read."
        ))
    })
}

fn http_url(name: &str, value: &str) -> Result<Url, SettingError> {
    match Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            if url.username().is_empty() && url.password().is_none() {
                Ok(url)
            } else {
                // Not shown: it holds a password.
                Err(SettingError(format!("{name} holds a user name or a password; allowed is a URL without them.")))
            }
        }
        _ => Err(wrong(name, value, "an http:// or https:// URL, such as http://127.0.0.1:6333")),
    }
}

fn qdrant(env: &Variables) -> Result<QdrantSettings, SettingError> {
    let url = match env.text("QDRANT_GRPC_URL") {
        Some(value) => http_url("QDRANT_GRPC_URL", &value)?,
        None => {
            let value = env.text("QDRANT_URL").unwrap_or_else(|| "http://127.0.0.1:6333".to_owned());
            let mut url = http_url("QDRANT_URL", &value)?;
            if url.port() == Some(6333) {
                // Cannot fail: the URL has a host.
                let _ = url.set_port(Some(6334));
            }
            url
        }
    };
    let api_key = match (env.text("QDRANT_API_KEY"), env.text("QDRANT_API_KEY_FILE")) {
        (Some(key), _) => Some(("QDRANT_API_KEY", key)),
        (None, Some(path)) => Some(("QDRANT_API_KEY_FILE", read_file("QDRANT_API_KEY_FILE", &path)?.trim().to_owned()))
            .filter(|(_, key)| !key.is_empty()),
        (None, None) => None,
    };
    if let Some((name, key)) = &api_key
        && !key.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Err(SettingError(format!(
            "{name} holds white space or characters outside ASCII; allowed is a key of visible ASCII characters."
        )));
    }
    let collection = env.text("QDRANT_COLLECTION").unwrap_or_else(|| "router-context".to_owned());
    if collection.len() > 255 || collection.contains('/') {
        return Err(wrong("QDRANT_COLLECTION", &collection, "a name of up to 255 characters without a slash"));
    }
    Ok(QdrantSettings {
        url,
        api_key: api_key.map(|(_, key)| key),
        collection,
        timeout: env.millis("QDRANT_TIMEOUT_MS", 1000)?,
    })
}

fn tracing(env: &Variables) -> Result<TracingSettings, SettingError> {
    let mut resource = match env.text("OTEL_RESOURCE_ATTRIBUTES") {
        Some(value) => parse_pairs("OTEL_RESOURCE_ATTRIBUTES", &value)?,
        None => Vec::new(),
    };
    let environment = "deployment.environment.name";
    if let Some(name) = env.text("DEPLOYMENT_ENVIRONMENT")
        && !resource.iter().any(|(key, _)| key == environment)
    {
        resource.push((environment.to_owned(), name));
    }
    let named = resource.iter().find(|(key, _)| key == "service.name").map(|(_, value)| value.clone());
    let service_name = env.text("OTEL_SERVICE_NAME").or(named).unwrap_or_else(|| "llm-router".to_owned());
    let exporter = env.text("OTEL_TRACES_EXPORTER").unwrap_or_else(|| "otlp".to_owned());
    if !matches!(exporter.as_str(), "otlp" | "none") {
        return Err(wrong("OTEL_TRACES_EXPORTER", &exporter, "otlp or none"));
    }
    let protocol = protocol(env)?;
    let sampling = parse_sampling(env, &resource)?;
    let scheduled_delay = sampling.preset.scheduled_delay_millis();
    Ok(TracingSettings {
        service_name,
        resource,
        exported: exporter == "otlp" && !env.is_true("OTEL_SDK_DISABLED")?,
        endpoint: endpoint(env, protocol)?,
        protocol,
        sampling,
        max_queue_size: env.number("OTEL_BSP_MAX_QUEUE_SIZE", 32_768, 1, 10_000_000)? as usize,
        max_export_batch_size: env.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512, 1, 65_536)? as usize,
        scheduled_delay: env.millis("OTEL_BSP_SCHEDULE_DELAY", scheduled_delay)?,
        flush_timeout: env.millis("ROUTER_FLUSH_TIMEOUT_MS", 5000)?,
        capture_message_content: env.is_true("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT")?,
    })
}

fn protocol(env: &Variables) -> Result<OtlpProtocol, SettingError> {
    match env.first_text(["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"]) {
        None => Ok(OtlpProtocol::Grpc),
        Some((_, value)) if value == "grpc" => Ok(OtlpProtocol::Grpc),
        Some((_, value)) if value == "http/protobuf" => Ok(OtlpProtocol::HttpProtobuf),
        Some((name, value)) => Err(wrong(name, &value, "grpc or http/protobuf")),
    }
}

fn endpoint(env: &Variables, protocol: OtlpProtocol) -> Result<Url, SettingError> {
    let traces = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    let (name, value) = env.first_text([traces, "OTEL_EXPORTER_OTLP_ENDPOINT"]).unwrap_or_else(|| {
        let port = if protocol == OtlpProtocol::Grpc { 4317 } else { 4318 };
        ("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://localhost:{port}"))
    });
    let insecure = match env.first_text(["OTEL_EXPORTER_OTLP_TRACES_INSECURE", "OTEL_EXPORTER_OTLP_INSECURE"]) {
        Some((name, _)) => env.is_true(name)?,
        None => false,
    };
    let with_scheme = match (value.contains("://"), insecure) {
        (true, _) => value.clone(),
        (false, true) => format!("http://{value}"),
        (false, false) => format!("https://{value}"),
    };
    let mut url = http_url(name, &with_scheme)
        .map_err(|_| wrong(name, &value, "host:port or an http:// or https:// URL without a password"))?;
    if protocol == OtlpProtocol::HttpProtobuf && name != traces {
        let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
        url.set_path(&path);
    }
    Ok(url)
}

/// `key=value,key2=value2` with percent-encoded values, as OTEL_RESOURCE_ATTRIBUTES has it.
fn parse_pairs(name: &str, text: &str) -> Result<Vec<(String, String)>, SettingError> {
    let mut pairs = Vec::new();
    for (index, entry) in text.split(',').enumerate().filter(|(_, entry)| !entry.trim().is_empty()) {
        let pair = entry.split_once('=').and_then(|(key, value)| {
            let key = percent_decode(key.trim())?;
            Some((key, percent_decode(value.trim())?)).filter(|(key, _)| !key.is_empty())
        });
        // The value is not shown: people put secrets there.
        pairs.push(pair.ok_or_else(|| {
            SettingError(format!(
                "{name}: entry {} is not key=value with percent-encoded text; write key=value,key2=value2.",
                index + 1
            ))
        })?);
    }
    Ok(pairs)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits =
            std::str::from_utf8(&digits).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}
