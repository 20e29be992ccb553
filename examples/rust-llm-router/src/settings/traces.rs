//! Where spans go, and how.

use std::time::Duration;

use http::HeaderMap;
use url::Url;

use super::SettingError;
use super::otlp_exporter::{OtlpProtocol, check_unsupported, endpoint, export_timeout, headers, protocol};
use super::sampling::{SamplingSettings, parse_sampling};
use super::variables::{Variables, wrong};

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
    /// may be `none` alone, and `OTEL_EXPORTER_OTLP_[TRACES_]CERTIFICATE`, `…CLIENT_CERTIFICATE` and `…CLIENT_KEY` nothing.
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
    /// `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`, else `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`, default 1024 characters: longer
    /// texts are cut. Prompts and answers, where they are asked for: 32768.
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
    check_unsupported(env)?;
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
        attribute_value_length_limit: attribute_value_length_limit(env)?,
        max_export_batch_size: env.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512, 1, 65_536)? as usize,
        scheduled_delay: env.millis("OTEL_BSP_SCHEDULE_DELAY", scheduled_delay)?,
        flush_timeout: env.millis("ROUTER_FLUSH_TIMEOUT_MS", 5000)?,
        capture_message_content: env.is_true("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT")?,
    })
}

fn attribute_value_length_limit(env: &Variables) -> Result<usize, SettingError> {
    let general = "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT";
    let set = env.first_text(["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", general]);
    Ok(env.number(set.map_or(general, |(name, _)| name), 1024, 1, 16_384)? as usize)
}

/// `key=value,key2=value2` with percent-encoded values, as OTEL_RESOURCE_ATTRIBUTES has it.
pub fn parse_pairs(name: &str, text: &str) -> Result<Vec<(String, String)>, SettingError> {
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
pub(super) mod tests {
    use super::*;

    pub fn with(variables: &[(&str, &str)]) -> Result<TracingSettings, SettingError> {
        let lookup = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        read(&Variables::new(&lookup))
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

    #[test]
    fn the_limit_of_spans_wins_over_the_general_one() {
        let (general, spans) = ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT");
        for (variables, expected) in
            [(vec![], 1024), (vec![(general, "50")], 50), (vec![(general, "50"), (spans, "70")], 70)]
        {
            assert_eq!(with(&variables).expect("valid").attribute_value_length_limit, expected, "{variables:?}");
        }
        for name in [general, spans] {
            let SettingError(error) = with(&[(name, "0")]).expect_err(name);
            assert!(error.starts_with(&format!("{name} is ")), "{error}");
        }
    }
}
