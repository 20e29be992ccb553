//! OTLP over gRPC or HTTP: one attempt, and what came of it.

use std::future::Future;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message;
use tonic::Request;
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use url::Url;

use super::grpc_channel::GrpcChannel;
use super::outcome::{Outcome, innermost};
use crate::redaction::masked;
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
    Grpc { channel: Box<GrpcChannel>, headers: HeaderMap },
    Http { client: reqwest::Client, url: Url },
}

impl OtlpSink {
    /// Connects with the first batch. Must be called within a runtime.
    pub fn new(settings: &TracingSettings) -> Result<OtlpSink, SettingError> {
        let endpoint = &settings.endpoint;
        let unusable = |error: &dyn std::error::Error| {
            SettingError(format!(
                "the OTLP exporter for {} cannot be set up: {}. Check the variables OTEL_EXPORTER_OTLP_*.",
                masked(endpoint.as_str()),
                masked(&innermost(error))
            ))
        };
        let transport = match settings.protocol {
            OtlpProtocol::Grpc => {
                let channel = GrpcChannel::new(endpoint, USER_AGENT).map_err(|error| unusable(&error))?;
                Transport::Grpc { channel: Box::new(channel), headers: settings.headers.clone() }
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

impl Sink for OtlpSink {
    async fn send(&self, request: &ExportTraceServiceRequest) -> Outcome {
        let answer = match &self.transport {
            Transport::Grpc { channel, headers } => {
                let used = channel.current();
                let answer = self.in_time(send_grpc(used.channel.clone(), headers, request)).await;
                if answer.is_none() {
                    channel.replace(&used);
                }
                answer
            }
            // Its connection ends with the request that is given up.
            Transport::Http { client, url } => self.in_time(send_http(client, url, request)).await,
        };
        answer.unwrap_or_else(|| Outcome::unreachable(&format!("no answer within {} ms", self.timeout.as_millis())))
    }
}

impl OtlpSink {
    async fn in_time(&self, attempt: impl Future<Output = Outcome>) -> Option<Outcome> {
        tokio::time::timeout(self.timeout, attempt).await.ok()
    }
}

async fn send_grpc(channel: Channel, headers: &HeaderMap, message: &ExportTraceServiceRequest) -> Outcome {
    let mut request = Request::new(message.clone());
    *request.metadata_mut() = MetadataMap::from_headers(headers.clone());
    Outcome::of_grpc(TraceServiceClient::new(channel).export(request).await.map(tonic::Response::into_inner))
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
