//! Where spans go, and how.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::SettingError;
use super::sampling::{SamplingSettings, parse_sampling};
use super::variables::{Variables, http_url, wrong};

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
    /// `OTEL_EXPORTER_OTLP_[TRACES_]PROTOCOL`, default `grpc`; or `http/protobuf`. `OTEL_EXPORTER_OTLP_[TRACES_]COMPRESSION`
    /// may be `none` alone.
    pub protocol: OtlpProtocol,
    /// `OTEL_EXPORTER_OTLP_[TRACES_]HEADERS`, default none: `key=value,key2=value2`, percent-encoded.
    pub headers: HeaderMap,
    /// `OTEL_EXPORTER_OTLP_[TRACES_]TIMEOUT`, default 10000 ms: for one attempt.
    pub export_timeout: Duration,
    /// `UAT_TRACING_PRESET`, `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`.
    pub sampling: SamplingSettings,
    /// `OTEL_BSP_MAX_QUEUE_SIZE`, default 32768 spans: further ones are dropped, and counted.
    pub max_queue_size: usize,
    /// `ROUTER_SPAN_QUEUE_BYTES`, default 67108864: of these spans in memory; further ones are dropped, and counted.
    pub max_queue_bytes: usize,
    /// `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`, default 1024 characters: longer texts are cut. Prompts and answers, where
    /// they are asked for: 32768.
    pub attribute_value_length_limit: usize,
    /// `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`, default 512 spans.
    pub max_export_batch_size: usize,
    /// `OTEL_BSP_SCHEDULE_DELAY`, default 1000 ms; 200 with the preset `development`.
    pub scheduled_delay: Duration,
    /// `ROUTER_FLUSH_TIMEOUT_MS`, default 5000: for the spans still queued when the program ends.
    pub flush_timeout: Duration,
    /// `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, default `false`: prompts and answers in spans.
    pub capture_message_content: bool,
}

pub fn read(env: &Variables) -> Result<TracingSettings, SettingError> {
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
    no_compression(env)?;
    let sampling = parse_sampling(env, &resource)?;
    let scheduled_delay = sampling.preset.scheduled_delay_millis();
    Ok(TracingSettings {
        service_name,
        resource,
        exported: exporter == "otlp" && !env.is_true("OTEL_SDK_DISABLED")?,
        endpoint: endpoint(env, protocol)?,
        protocol,
        headers: headers(env)?,
        export_timeout: export_timeout(env)?,
        sampling,
        max_queue_size: env.number("OTEL_BSP_MAX_QUEUE_SIZE", 32_768, 1, 10_000_000)? as usize,
        max_queue_bytes: env.number("ROUTER_SPAN_QUEUE_BYTES", 64 << 20, 1 << 16, 1 << 40)? as usize,
        attribute_value_length_limit: env.number("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", 1024, 1, 16_384)? as usize,
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

fn headers(env: &Variables) -> Result<HeaderMap, SettingError> {
    let mut headers = HeaderMap::new();
    let names = ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];
    let Some((variable, text)) = env.first_text(names) else { return Ok(headers) };
    for (index, (name, value)) in parse_pairs(variable, &text)?.into_iter().enumerate() {
        let (Ok(name), Ok(mut value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) else {
            // Not shown: it holds a key.
            return Err(SettingError(format!(
                "{variable}: entry {} is no HTTP header; write name=value,name2=value2 with percent-encoded values.",
                index + 1
            )));
        };
        // Nor in a debug text.
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

fn export_timeout(env: &Variables) -> Result<Duration, SettingError> {
    let general = "OTEL_EXPORTER_OTLP_TIMEOUT";
    let set = env.first_text(["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", general]);
    env.millis(set.map_or(general, |(name, _)| name), 10_000)
}

fn no_compression(env: &Variables) -> Result<(), SettingError> {
    match env.first_text(["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"]) {
        Some((name, value)) if value != "none" => Err(wrong(name, &value, "none: spans go uncompressed")),
        _ => Ok(()),
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
        (true, _) => value,
        (false, true) => format!("http://{value}"),
        (false, false) => format!("https://{value}"),
    };
    let mut url = http_url(name, &with_scheme, "http://collector:4317, or host:port")?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<TracingSettings, SettingError> {
        let lookup = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        read(&Variables::new(&lookup))
    }

    #[test]
    fn an_endpoint_is_taken_with_and_without_a_scheme() {
        let (general, traces) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        let http = ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        let insecure = ("OTEL_EXPORTER_OTLP_INSECURE", "true");
        for (variables, expected) in [
            (vec![], "http://localhost:4317/"),
            (vec![http], "http://localhost:4318/v1/traces"),
            (vec![(general, "http://otel-collector:4317")], "http://otel-collector:4317/"),
            (vec![(general, "otel-collector:4317"), insecure], "http://otel-collector:4317/"),
            (vec![(general, "otel-collector:4317")], "https://otel-collector:4317/"),
            (vec![(general, "https://otel-collector:4317"), insecure], "https://otel-collector:4317/"),
            (vec![(general, "http://h:4318/base/"), http], "http://h:4318/base/v1/traces"),
            (vec![(traces, "http://h:4318/own"), (general, "http://other"), http], "http://h:4318/own"),
        ] {
            assert_eq!(with(&variables).expect("valid").endpoint.as_str(), expected, "{variables:?}");
        }
    }

    #[test]
    fn an_endpoint_that_is_wrong_is_named_without_its_password() {
        for value in [
            "http://me:hunter2@h:4317",
            "https://hunter2@h:4317",
            "me:hunter2@h:4317",
            "me:hunter2@h:port",
            "http://me:hunter2@h:port",
            "http://me:hunter2@",
        ] {
            for name in ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] {
                let SettingError(error) = with(&[(name, value)]).expect_err(value);
                assert!(error.starts_with(name) && !error.contains("hunter2"), "{error}");
            }
        }
    }

    #[test]
    fn headers_are_decoded_and_never_shown() {
        let (general, traces) = ("OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS");
        for (variables, expected) in [
            (vec![], None),
            (vec![(general, "Authorization=Basic%20hunter2==,x-tenant=one")], Some("Basic hunter2==")),
            (vec![(general, "authorization=Basic hunter2==")], Some("Basic hunter2==")),
            (vec![(general, "authorization=other"), (traces, "authorization=hunter2")], Some("hunter2")),
        ] {
            let settings = with(&variables).expect("valid");
            let found = settings.headers.get("authorization").map(|value| value.to_str().expect("text"));
            assert_eq!(found, expected, "{variables:?}");
            assert!(!format!("{settings:?}").contains("hunter2"));
        }
        for text in ["hunter2", "a b=hunter2", "a=hunter2%0A"] {
            let SettingError(error) = with(&[(general, text)]).expect_err(text);
            assert!(error.contains("OTEL_EXPORTER_OTLP_HEADERS: entry 1") && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn resource_attributes_are_decoded_and_name_the_service() {
        let settings = with(&[("OTEL_RESOURCE_ATTRIBUTES", "service.name=a%20b, team = x%2Cy ,,")]).expect("valid");
        assert_eq!(settings.service_name, "a b");
        assert_eq!(settings.resource[1], ("team".to_owned(), "x,y".to_owned()));
        let settings =
            with(&[("OTEL_RESOURCE_ATTRIBUTES", "service.name=a"), ("OTEL_SERVICE_NAME", "b")]).expect("valid");
        assert_eq!(settings.service_name, "b");
        for text in ["secret", "=secret", "a=secret%2", "a=secret%zz", "a=secret%ff"] {
            let SettingError(error) = with(&[("OTEL_RESOURCE_ATTRIBUTES", text)]).expect_err(text);
            assert!(error.contains("entry 1") && !error.contains("secret"), "{error}");
        }
    }
}
