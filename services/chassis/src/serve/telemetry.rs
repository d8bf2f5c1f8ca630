//! What operators see: log lines on standard error; metrics for Prometheus; traces and metrics for an OpenTelemetry
//! collector.
//!
//! A trace says which method was called and how it ended. Log lines stay out of it: what they say is between the process
//! and its operator.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;
use metrics_util::layers::FanoutBuilder;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter, WithTonicConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{Aggregation, Instrument, InstrumentKind, SdkMeterProvider, Stream};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use super::meter::Meter;
use super::{authority, endpoint};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::say;

/// A collector that does not answer for so long is given up on, until the next time.
const PATIENCE: Duration = Duration::from_secs(5);
/// It is not waited for longer when the process ends.
const FAREWELL: Duration = Duration::from_secs(3);

static COLLECTOR: OnceLock<Collector> = OnceLock::new();

/// What is sent to an OpenTelemetry collector.
#[derive(Clone)]
struct Collector {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
}

/// Starts what the configuration asks for; a second start in one process (tests, demo) changes nothing.
pub(super) fn start(config: &Config) -> Result<()> {
    let filter = EnvFilter::try_new(&config.log)
        .map_err(|error| Error::Start(say!("--log: {error}", "--log : {error}")))?;
    let coloured = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(coloured);
    let lines = if config.log_json { lines.json().boxed() } else { lines.with_target(false).boxed() };
    let collector = config.otlp_endpoint.as_deref().map(|at| Collector::at(at, config)).transpose()?;
    let calls = filter_fn(|about| about.is_span() && about.target() == crate::gate::TARGET);
    let traces = collector
        .as_ref()
        .map(|collector| tracing_opentelemetry::layer().with_tracer(collector.tracer()).with_filter(calls));
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).with(traces).try_init();

    let mut recorders = FanoutBuilder::default();
    if let Some(listen) = config.metrics_listen {
        let wrong = |error| Error::Start(say!("--metrics-listen: {error}", "--metrics-listen : {error}"));
        let (recorder, exporter) =
            PrometheusBuilder::new().with_http_listener(listen).build().map_err(wrong)?;
        tokio::spawn(exporter);
        recorders = recorders.add_recorder(recorder);
    }
    if let Some(collector) = &collector {
        recorders = recorders.add_recorder(Meter::of(&collector.metrics));
    }
    if config.metrics_listen.is_some() || collector.is_some() {
        let _ = metrics::set_global_recorder(recorders.build());
    }
    if let Some(collector) = collector {
        let _ = COLLECTOR.set(collector);
    }
    Ok(())
}

impl Collector {
    /// It need not be there, now or later.
    fn at(address: &str, config: &Config) -> Result<Self> {
        const FLAG: &str = "--otlp-endpoint";
        let wrong = |error: ExporterBuildError| Error::Start(say!("{FLAG}: {error}", "{FLAG} : {error}"));
        let channel =
            endpoint(FLAG, address, authority(config)?.as_deref())?.timeout(PATIENCE).connect_lazy();
        let spans = SpanExporter::builder().with_tonic().with_channel(channel.clone());
        let figures = MetricExporter::builder().with_tonic().with_channel(channel);
        let service = Resource::builder().with_service_name("ensemble").build();
        Ok(Self {
            traces: SdkTracerProvider::builder()
                .with_batch_exporter(spans.build().map_err(wrong)?)
                .with_resource(service.clone())
                .build(),
            metrics: SdkMeterProvider::builder()
                .with_periodic_exporter(figures.build().map_err(wrong)?)
                .with_view(scaled)
                .with_resource(service)
                .build(),
        })
    }

    fn tracer(&self) -> SdkTracer {
        self.traces.tracer("ensemble")
    }
}

/// Buckets that fit whatever is measured: OpenTelemetry's own are for milliseconds, and ours are seconds and sizes.
fn scaled(instrument: &Instrument) -> Option<Stream> {
    if instrument.kind() != InstrumentKind::Histogram {
        return None;
    }
    let scaled =
        Aggregation::Base2ExponentialHistogram { max_size: 160, max_scale: 20, record_min_max: true };
    Stream::builder().with_aggregation(scaled).build().ok()
}

/// Sends what is waiting, if the collector takes it.
pub(super) async fn stop() {
    let Some(collector) = COLLECTOR.get() else { return };
    let Collector { traces, metrics } = collector.clone();
    let sent = futures::future::join(
        tokio::task::spawn_blocking(move || traces.shutdown_with_timeout(FAREWELL)),
        tokio::task::spawn_blocking(move || metrics.shutdown_with_timeout(FAREWELL)),
    );
    if !matches!(tokio::time::timeout(FAREWELL, sent).await, Ok((Ok(Ok(())), Ok(Ok(()))))) {
        tracing::warn!("the collector at --otlp-endpoint did not take the last traces and metrics");
    }
}
