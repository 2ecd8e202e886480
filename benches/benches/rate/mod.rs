//! Wall time for criterion, shown with GFLOP/s and the share of this machine's peak.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, Throughput};
use gradroute_kernels::peak;

/// Runs `benches` on a pool of one thread a core (`RAYON_NUM_THREADS` says otherwise), with times
/// that keep all benches together below five minutes. criterion's flags change them.
pub fn run(benches: impl FnOnce(&mut Criterion<Rate>) + Send) {
    let pool = rayon::ThreadPoolBuilder::new().build().expect("threads can be started");
    pool.install(|| {
        let mut criterion = Criterion::default()
            .with_measurement(Rate(RateFormatter { peak: LazyLock::new(|| peak::fma_gflops(20)) }))
            .without_plots()
            .sample_size(10)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_millis(1000))
            .configure_from_args();
        benches(&mut criterion);
        criterion.final_summary();
    });
}

/// Wall time. [`Throughput::Elements`] counts floating-point operations here.
pub struct Rate(RateFormatter);

impl Measurement for Rate {
    type Intermediate = Instant;
    type Value = Duration;

    fn start(&self) -> Instant {
        WallTime.start()
    }

    fn end(&self, began: Instant) -> Duration {
        WallTime.end(began)
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        WallTime.add(a, b)
    }

    fn zero(&self) -> Duration {
        WallTime.zero()
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        &self.0
    }
}

struct RateFormatter {
    /// GFLOP/s, measured when the first rate is printed.
    peak: LazyLock<f64>,
}

/// How many units a benched run is, and the unit of that many a nanosecond.
fn units(throughput: &Throughput) -> (f64, &'static str) {
    match *throughput {
        Throughput::Elements(flop) | Throughput::ElementsAndBytes { elements: flop, .. } => {
            (flop as f64, "GFLOP/s")
        }
        Throughput::Bytes(bytes) | Throughput::BytesDecimal(bytes) => (bytes as f64, "GB/s"),
        Throughput::Bits(bits) => (bits as f64, "Gbit/s"),
    }
}

impl ValueFormatter for RateFormatter {
    fn format_throughput(&self, throughput: &Throughput, nanoseconds: f64) -> String {
        let (count, unit) = units(throughput);
        let rate = count / nanoseconds;
        match unit {
            "GFLOP/s" => format!("{rate:.1} {unit} ({:.0} % of peak)", 100.0 * rate / *self.peak),
            _ => format!("{rate:.2} {unit}"),
        }
    }

    fn scale_values(&self, typical: f64, nanoseconds: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_values(typical, nanoseconds)
    }

    fn scale_throughputs(
        &self,
        _typical: f64,
        throughput: &Throughput,
        nanoseconds: &mut [f64],
    ) -> &'static str {
        let (count, unit) = units(throughput);
        nanoseconds.iter_mut().for_each(|value| *value = count / *value);
        unit
    }

    fn scale_for_machines(&self, nanoseconds: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_for_machines(nanoseconds)
    }
}
