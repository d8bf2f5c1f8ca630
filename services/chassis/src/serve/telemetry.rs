//! What operators see: log lines on standard error, metrics for Prometheus, traces for an OpenTelemetry collector.

use std::sync::OnceLock;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::WithExportConfig as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::config::Config;
use crate::error::{Error, Result};

static TRACES: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Starts what the configuration asks for; a second start in one process (tests, demo) changes nothing.
pub(super) fn start(config: &Config) -> Result<()> {
    let filter =
        EnvFilter::try_new(&config.log).map_err(|error| Error::internal(format!("--log: {error}")))?;
    let coloured = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(coloured);
    let lines = if config.log_json { lines.json().boxed() } else { lines.with_target(false).boxed() };
    let traces = config.otlp_endpoint.as_deref().map(collector).transpose()?;
    let _ = tracing_subscriber::registry().with(filter).with(lines).with(traces).try_init();
    if let Some(listen) = config.metrics_listen {
        metrics_exporter_prometheus::PrometheusBuilder::new()
            .with_http_listener(listen)
            .install()
            .map_err(|error| Error::internal(format!("--metrics-listen: {error}")))?;
    }
    Ok(())
}

fn collector<S>(
    endpoint: &str,
) -> Result<tracing_opentelemetry::OpenTelemetryLayer<S, opentelemetry_sdk::trace::SdkTracer>>
where
    S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
{
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .build()
        .map_err(|error| Error::internal(format!("--otlp-endpoint: {error}")))?;
    let service = opentelemetry_sdk::Resource::builder().with_service_name("ensemble").build();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(service).build();
    let tracer = provider.tracer("ensemble");
    let _ = TRACES.set(provider);
    Ok(tracing_opentelemetry::layer().with_tracer(tracer))
}

/// Sends what is waiting.
pub(super) fn stop() {
    if let Some(traces) = TRACES.get() {
        let _ = traces.shutdown();
    }
}
