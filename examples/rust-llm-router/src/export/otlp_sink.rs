//! OTLP over gRPC or HTTP: one attempt, and what came of it.

use std::future::Future;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message;
use tonic::Request;
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};
use url::Url;

use super::outcome::{Outcome, innermost};
use crate::settings::{OtlpProtocol, SettingError, TracingSettings};

const USER_AGENT: &str = concat!("llm-router/", env!("CARGO_PKG_VERSION"));
/// Of an HTTP answer; what is longer is no OTLP answer.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Where batches go.
pub trait Sink: Send + Sync + 'static {
    fn send(&self, request: &ExportTraceServiceRequest) -> impl Future<Output = Outcome> + Send;
}

pub struct OtlpSink {
    transport: Transport,
    /// Of one attempt.
    timeout: Duration,
}

enum Transport {
    Grpc { client: TraceServiceClient<Channel>, headers: HeaderMap },
    Http { client: reqwest::Client, url: Url },
}

impl OtlpSink {
    /// Connects with the first batch. Must be called within a runtime.
    pub fn new(settings: &TracingSettings) -> Result<OtlpSink, SettingError> {
        let endpoint = &settings.endpoint;
        let unusable = |error: &dyn std::error::Error| {
            SettingError(format!(
                "the OTLP exporter for {endpoint} cannot be set up: {}. Check the variables OTEL_EXPORTER_OTLP_*.",
                innermost(error)
            ))
        };
        let transport = match settings.protocol {
            OtlpProtocol::Grpc => {
                let channel = channel(endpoint).map_err(|error| unusable(&error))?;
                Transport::Grpc { client: TraceServiceClient::new(channel), headers: settings.headers.clone() }
            }
            OtlpProtocol::HttpProtobuf => {
                let client = reqwest::Client::builder()
                    .default_headers(settings.headers.clone())
                    .redirect(reqwest::redirect::Policy::none())
                    .user_agent(USER_AGENT)
                    .build()
                    .map_err(|error| unusable(&error))?;
                Transport::Http { client, url: endpoint.clone() }
            }
        };
        Ok(OtlpSink { transport, timeout: settings.export_timeout })
    }
}

fn channel(endpoint: &Url) -> Result<Channel, tonic::transport::Error> {
    let mut channel = Endpoint::from_shared(endpoint.to_string())?.user_agent(USER_AGENT)?;
    if endpoint.scheme() == "https" {
        channel = channel.tls_config(ClientTlsConfig::new().with_enabled_roots())?;
    }
    Ok(channel.connect_lazy())
}

impl Sink for OtlpSink {
    async fn send(&self, request: &ExportTraceServiceRequest) -> Outcome {
        let attempt = async {
            match &self.transport {
                Transport::Grpc { client, headers } => send_grpc(client.clone(), headers, request).await,
                Transport::Http { client, url } => send_http(client, url, request).await,
            }
        };
        match tokio::time::timeout(self.timeout, attempt).await {
            Ok(outcome) => outcome,
            Err(_) => Outcome::unreachable(&format!("no answer within {} ms", self.timeout.as_millis())),
        }
    }
}

async fn send_grpc(
    mut client: TraceServiceClient<Channel>,
    headers: &HeaderMap,
    message: &ExportTraceServiceRequest,
) -> Outcome {
    let mut request = Request::new(message.clone());
    *request.metadata_mut() = MetadataMap::from_headers(headers.clone());
    Outcome::of_grpc(client.export(request).await.map(tonic::Response::into_inner))
}

async fn send_http(client: &reqwest::Client, url: &Url, message: &ExportTraceServiceRequest) -> Outcome {
    let request = client
        .post(url.clone())
        .header(header::CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"))
        .body(message.encode_to_vec());
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(error) => return Outcome::unreachable(&innermost(&error)),
    };
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while body.len() < MAX_ANSWER_BYTES
        && let Ok(Some(part)) = response.chunk().await
    {
        body.extend_from_slice(&part);
    }
    Outcome::of_http(status, &headers, &body)
}
