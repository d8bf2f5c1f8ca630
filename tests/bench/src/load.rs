//! Load: so many callers, each asking again as soon as it is answered.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Result;

/// One caller.
pub(crate) trait Caller: Send + 'static {
    /// Asks once and waits for the answer.
    fn ask(&mut self) -> impl Future<Output = Result<()>> + Send;
}

/// What was reached.
#[derive(Default)]
pub(crate) struct Reached {
    /// How long each answer took, in microseconds.
    pub(crate) micros: Vec<u32>,
    /// Requests answered.
    pub(crate) answers: f64,
    /// The time it took.
    pub(crate) seconds: f64,
    /// Processor time of the server, in seconds.
    pub(crate) processor: f64,
}

impl Reached {
    /// Adds another turn.
    pub(crate) fn add(&mut self, other: Self) {
        self.micros.extend(other.micros);
        self.answers += other.answers;
        self.seconds += other.seconds;
        self.processor += other.processor;
    }

    /// Requests per second.
    pub(crate) fn rate(&self) -> f64 {
        self.answers / self.seconds
    }

    /// Processor time of the server for one request, in microseconds.
    pub(crate) fn cost(&self) -> f64 {
        self.processor * 1e6 / self.answers
    }

    /// The time within which this share of the answers came, in milliseconds.
    pub(crate) fn within(&mut self, share: f64) -> f64 {
        self.micros.sort_unstable();
        let place = (self.micros.len() as f64 * share) as usize;
        self.micros
            .get(place.min(self.micros.len().saturating_sub(1)))
            .map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }
}

/// Lets these callers ask for so long; `process` is the server whose processor time counts.
pub(crate) async fn drive<C: Caller>(
    callers: &mut Vec<C>,
    during: Duration,
    process: Option<u32>,
) -> Result<Reached> {
    let processor = process.map_or(0.0, processor_seconds);
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for mut caller in callers.drain(..) {
        tasks.spawn(async move {
            let mut micros = Vec::with_capacity(4096);
            while began.elapsed() < during {
                let asked = Instant::now();
                caller.ask().await?;
                micros.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            Result::Ok((caller, micros))
        });
    }
    let mut reached = Reached::default();
    while let Some(done) = tasks.join_next().await {
        let (caller, micros) = done??;
        callers.push(caller);
        reached.micros.extend(micros);
    }
    reached.seconds = began.elapsed().as_secs_f64();
    reached.answers = reached.micros.len() as f64;
    reached.processor = process.map_or(0.0, processor_seconds) - processor;
    Ok(reached)
}

/// What a process has used of the processors so far; 0 where `/proc` is not.
fn processor_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    let ticks = |place: usize| {
        after_name.split(' ').nth(place).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / 100.0 // user and system time, in hundredths of a second
}

/// The middle of some times.
pub(crate) fn median(mut took: Vec<Duration>) -> Duration {
    took.sort();
    took.get(took.len() / 2).copied().unwrap_or_default()
}

/// The memory of a process in words, with the part that is not mapped files; nothing where `/proc` is not.
pub(crate) fn memory(process: u32) -> String {
    let [all, own] = mebibytes(process, ["VmRSS:", "RssAnon:"]);
    format!("{all:.1} MiB ({own:.1} without mapped files)")
}

fn mebibytes<const N: usize>(process: u32, names: [&str; N]) -> [f64; N] {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    names.map(|name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        let kilobytes = line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<f64>().ok());
        kilobytes.unwrap_or(0.0) / 1024.0
    })
}

/// Watches the memory of a process, without mapped files, until it is told.
pub(crate) struct Peak {
    before: f64,
    watching: std::thread::JoinHandle<f64>,
    done: Sender<()>,
}

impl Peak {
    /// Begins to watch.
    pub(crate) fn of(process: u32) -> Self {
        let held = move || mebibytes(process, ["RssAnon:"])[0];
        let (before, (done, waiting)) = (held(), channel());
        let watching = std::thread::spawn(move || {
            let mut most = before;
            while waiting.recv_timeout(Duration::from_millis(2)) == Err(RecvTimeoutError::Timeout) {
                most = most.max(held());
            }
            most
        });
        Self { before, watching, done }
    }

    /// The most it held meanwhile, in words.
    pub(crate) fn told(self) -> String {
        drop(self.done);
        let most = self.watching.join().unwrap_or_default();
        format!("memory at most {most:.0} MiB, {:.0} before", self.before)
    }
}
