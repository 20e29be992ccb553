//! Spans and logs: set up at the start, flushed at the end.

use std::sync::Arc;
use std::time::Instant;

use opentelemetry::trace::TracerProvider;
use opentelemetry::{KeyValue, global};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::export::{BoundedProcessor, DeliveringExporter, Load, OtlpSink, SpanCounts, SpanLimits};
use crate::log_format::JsonLines;
use crate::redaction::masked;
use crate::sampling::ThresholdSampler;
use crate::settings::{LogLevel, SettingError, TracingSettings};

/// This crate's own spans and logs. Those of hyper, h2 and tonic would say the same again, and the exporter's own requests
/// would be traced without end.
const TARGET: &str = env!("CARGO_CRATE_NAME");

pub struct Telemetry {
    provider: SdkTracerProvider,
    counts: Arc<SpanCounts>,
    ending: watch::Sender<Option<Instant>>,
    flush_timeout: std::time::Duration,
}

impl Telemetry {
    /// Must be called within a runtime, which exports until the end. Once in a process: the subscriber is global.
    pub fn start(settings: &TracingSettings, log_level: LogLevel) -> Result<Telemetry, SettingError> {
        let sampler = ThresholdSampler::new(settings.sampling.ratio, settings.sampling.parent_based);
        let sampler_description = sampler.description();
        let counts = Arc::new(SpanCounts::default());
        let (ending, deadline) = watch::channel(None);
        let mut builder = SdkTracerProvider::builder().with_sampler(sampler).with_resource(resource(settings));
        if settings.exported {
            let exporter =
                DeliveringExporter::new(OtlpSink::new(settings)?, Handle::current(), counts.clone(), deadline);
            let config = BatchConfigBuilder::default()
                .with_max_queue_size(settings.max_queue_size + settings.max_export_batch_size)
                .with_max_export_batch_size(settings.max_export_batch_size)
                .with_scheduled_delay(settings.scheduled_delay)
                .build();
            let batch = BatchSpanProcessor::builder(exporter).with_batch_config(config).build();
            let limits = SpanLimits { value_length: settings.attribute_value_length_limit };
            let capacity = Load { spans: settings.max_queue_size, bytes: settings.max_queue_bytes };
            builder = builder.with_span_processor(BoundedProcessor::new(batch, limits, counts.clone(), capacity));
        }
        let provider = builder.build();
        global::set_tracer_provider(provider.clone());
        let spans = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(env!("CARGO_PKG_NAME")))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with(TARGET)));
        let logs = tracing_subscriber::fmt::layer()
            .event_format(JsonLines)
            .with_filter(Targets::new().with_target(TARGET, level_filter(log_level)));
        tracing_subscriber::registry().with(spans).with(logs).init();
        tracing::info!(
            service = settings.service_name,
            environment = settings.sampling.environment,
            preset = settings.sampling.preset.name(),
            ratio = settings.sampling.ratio,
            sampler = sampler_description,
            exporter = if settings.exported { "otlp" } else { "none" },
            endpoint = masked(settings.endpoint.as_str()),
            protocol = settings.protocol.name(),
            "tracing initialized"
        );
        Ok(Telemetry { provider, counts, ending, flush_timeout: settings.flush_timeout })
    }

    /// Sends what has ended, for at most the flush timeout, and says what was sent and what was lost.
    pub async fn shutdown(self) {
        let deadline = Instant::now() + self.flush_timeout;
        let _ = self.ending.send(Some(deadline));
        // A little longer than the deadline that the exporter itself keeps, so that it can count what it gives up.
        let patience = self.flush_timeout + std::time::Duration::from_millis(500);
        let provider = self.provider;
        let stopped = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(patience)).await;
        let lost = self.counts.lost() + self.counts.waiting();
        let delivered = self.counts.delivered();
        match stopped {
            Ok(Ok(())) if lost == 0 => tracing::info!(delivered, "spans flushed"),
            _ => tracing::warn!(
                delivered,
                lost,
                "spans were lost: the OTLP endpoint did not take them, or the queue was full"
            ),
        }
    }
}

fn level_filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    }
}

fn resource(settings: &TracingSettings) -> Resource {
    let mut attributes: Vec<KeyValue> = settings
        .resource
        .iter()
        .filter(|(key, _)| key != "service.name")
        .map(|(key, value)| KeyValue::new(key.clone(), value.clone()))
        .collect();
    attributes.iter_mut().for_each(crate::redaction::redact_attribute);
    Resource::builder_empty()
        .with_attributes([
            KeyValue::new("telemetry.sdk.name", "opentelemetry"),
            KeyValue::new("telemetry.sdk.language", "rust"),
            KeyValue::new("telemetry.sdk.version", "0.33.1"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", format!("{:032x}", rand::random::<u128>())),
            KeyValue::new("process.pid", i64::from(std::process::id())),
        ])
        .with_attributes(attributes)
        .with_service_name(settings.service_name.clone())
        .build()
}
