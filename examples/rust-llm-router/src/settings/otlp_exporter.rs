//! How spans are exported by OTLP.
//! https://opentelemetry.io/docs/specs/otel/protocol/exporter/

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::SettingError;
use super::traces::parse_pairs;
use super::variables::{Variables, http_url, wrong};

/// Read by the TLS of all clients of the router: PEM, instead of the system's certificates.
const TRUSTED_FILE: &str = "SSL_CERT_FILE";

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

pub fn protocol(env: &Variables) -> Result<OtlpProtocol, SettingError> {
    match env.first_text(["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"]) {
        None => Ok(OtlpProtocol::Grpc),
        Some((_, value)) if value == "grpc" => Ok(OtlpProtocol::Grpc),
        Some((_, value)) if value == "http/protobuf" => Ok(OtlpProtocol::HttpProtobuf),
        Some((name, value)) => Err(wrong(name, &value, "grpc or http/protobuf")),
    }
}

pub fn headers(env: &Variables) -> Result<HeaderMap, SettingError> {
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

pub fn export_timeout(env: &Variables) -> Result<Duration, SettingError> {
    let general = "OTEL_EXPORTER_OTLP_TIMEOUT";
    let set = env.first_text(["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", general]);
    env.millis(set.map_or(general, |(name, _)| name), 10_000)
}

/// What is not supported is said, not passed over.
pub fn check_unsupported(env: &Variables) -> Result<(), SettingError> {
    let trusted = format!("none: certificates to trust are read from the file that {TRUSTED_FILE} names");
    let client = "none: there are no client certificates; a collector beside the router can have them";
    for (names, allowed) in [
        (["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"], trusted.as_str()),
        (["OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"], client),
        (["OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "OTEL_EXPORTER_OTLP_CLIENT_KEY"], client),
    ] {
        if let Some((name, value)) = env.first_text(names) {
            return Err(wrong(name, &value, allowed));
        }
    }
    match env.first_text(["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"]) {
        Some((name, value)) if value != "none" => Err(wrong(name, &value, "none: spans go uncompressed")),
        _ => Ok(()),
    }
}

pub fn endpoint(env: &Variables, protocol: OtlpProtocol) -> Result<Url, SettingError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::traces::tests::with;

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
    fn what_is_not_supported_is_refused_with_what_to_do() {
        for (general, instead) in [
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", "SSL_CERT_FILE"),
            ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "collector"),
            ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "collector"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "uncompressed"),
        ] {
            for name in [general.to_owned(), general.replace("_OTLP", "_OTLP_TRACES")] {
                let SettingError(error) = with(&[(&name, "/etc/tls/a.pem")]).expect_err(&name);
                assert!(error.starts_with(&format!("{name} is ")) && error.contains(instead), "{error}");
            }
        }
    }
}
