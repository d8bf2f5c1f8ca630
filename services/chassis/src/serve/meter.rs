//! Metrics for an OpenTelemetry collector: what our code records with the `metrics` facade, passed on to OpenTelemetry.
//!
//! The facade stays the one way to record: a metric is named and counted in one line where the thing happens, and costs
//! nothing where nobody asked for metrics. OpenTelemetry's instruments would have to be made after the provider and
//! carried to each of these places, and its exporter for Prometheus would replace one that works.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use metrics::atomics::AtomicU64;
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use metrics_util::registry::{Registry, Storage};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{self as otel, MeterProvider as _};
use opentelemetry_sdk::metrics::SdkMeterProvider;

/// Records with OpenTelemetry.
pub(super) struct Meter(Registry<Key, Instruments>);

impl Meter {
    pub(super) fn of(provider: &SdkMeterProvider) -> Self {
        Self(Registry::new(Instruments(provider.meter("ensemble"))))
    }
}

impl Recorder for Meter {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.0.get_or_create_counter(key, |counted| Counter::from_arc(Arc::clone(counted)))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.0.get_or_create_gauge(key, |gauged| Gauge::from_arc(Arc::clone(gauged)))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.0.get_or_create_histogram(key, |measured| Histogram::from_arc(Arc::clone(measured)))
    }
}

/// Makes an instrument when a name is first recorded with these labels.
struct Instruments(otel::Meter);

impl Storage<Key> for Instruments {
    type Counter = Arc<Labelled<otel::Counter<u64>>>;
    type Gauge = Arc<Labelled<otel::Gauge<f64>>>;
    type Histogram = Arc<Labelled<otel::Histogram<f64>>>;

    fn counter(&self, key: &Key) -> Self::Counter {
        Labelled::new(key, self.0.u64_counter(key.name().to_owned()).build())
    }

    fn gauge(&self, key: &Key) -> Self::Gauge {
        Labelled::new(key, self.0.f64_gauge(key.name().to_owned()).build())
    }

    fn histogram(&self, key: &Key) -> Self::Histogram {
        Labelled::new(key, self.0.f64_histogram(key.name().to_owned()).build())
    }
}

/// An instrument, the labels it records with, and what a counter or a gauge stands at.
struct Labelled<I> {
    instrument: I,
    labels: Vec<KeyValue>,
    stands: AtomicU64,
}

impl<I> Labelled<I> {
    fn new(key: &Key, instrument: I) -> Arc<Self> {
        let labels =
            key.labels().map(|label| KeyValue::new(label.key().to_owned(), label.value().to_owned()));
        Arc::new(Self { instrument, labels: labels.collect(), stands: AtomicU64::new(0) })
    }
}

impl CounterFn for Labelled<otel::Counter<u64>> {
    fn increment(&self, value: u64) {
        self.stands.fetch_add(value, Relaxed);
        self.instrument.add(value, &self.labels);
    }

    fn absolute(&self, value: u64) {
        let before = self.stands.fetch_max(value, Relaxed);
        self.instrument.add(value.saturating_sub(before), &self.labels);
    }
}

impl Labelled<otel::Gauge<f64>> {
    fn tell(&self) {
        self.instrument.record(f64::from_bits(self.stands.load(Relaxed)), &self.labels);
    }
}

impl GaugeFn for Labelled<otel::Gauge<f64>> {
    fn increment(&self, value: f64) {
        GaugeFn::increment(&self.stands, value);
        self.tell();
    }

    fn decrement(&self, value: f64) {
        GaugeFn::decrement(&self.stands, value);
        self.tell();
    }

    fn set(&self, value: f64) {
        GaugeFn::set(&self.stands, value);
        self.tell();
    }
}

impl HistogramFn for Labelled<otel::Histogram<f64>> {
    fn record(&self, value: f64) {
        self.instrument.record(value, &self.labels);
    }
}
