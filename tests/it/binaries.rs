//! The programs under test: built once, started on a free port, ended whatever happens.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{LazyLock, Mutex, OnceLock};
use std::time::Duration;

/// A program of the workspace, built as the tests are.
pub(crate) fn binary(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder =
        BUILT.get_or_init(|| std::env::var_os("ENSEMBLE_BINARIES").map_or_else(build, PathBuf::from));
    let path = folder.join(name);
    assert!(path.exists(), "there is no {}", path.display());
    path
}

/// The programs under test can be given faults: they were built with debug assertions. A release cannot.
pub(crate) fn can_be_given_faults() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    *CAN.get_or_init(|| {
        Command::new("grep")
            .args(["-qa", "ENSEMBLE_MUTANT"])
            .arg(binary("partners"))
            .status()
            .unwrap()
            .success()
    })
}

fn build() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().to_owned(); // target/debug/deps/it-…
    let profile = match folder.file_name().unwrap().to_str().unwrap() {
        "debug" => "dev",
        other => other,
    };
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--workspace", "--bins", "--profile", profile]).current_dir(root());
    cargo.arg("--target-dir").arg(folder.parent().unwrap());
    // With cargo's own variables set, build scripts that watch them would build half the world anew.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO")) {
        if !matches!(name.to_str(), Some("CARGO_HOME" | "CARGO_TARGET_DIR")) {
            cargo.env_remove(name);
        }
    }
    assert!(cargo.status().unwrap().success(), "the programs do not build");
    folder
}

/// The workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A folder of this test run, gone after it.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = REAPER.folder.join(format!("{name}-{}", uuid::Uuid::new_v4().simple()));
    std::fs::create_dir(&path).unwrap();
    path
}

/// Ends what a test run leaves behind, also when it is killed: a shell that waits for our end of a pipe to close.
static REAPER: LazyLock<Reaper> = LazyLock::new(|| {
    let folder = tempfile::Builder::new().prefix("ensemble-it-").tempdir().unwrap().keep();
    // Other users' programs (PostgreSQL does not run as root) pass through.
    std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let script = "trap '' INT TERM HUP; P=' '; \
         while read -r verb pid; do \
           case $verb in begun) P=\"$P$pid \";; ended) P=\"${P%% $pid *} ${P#* $pid }\";; esac; \
         done; \
         for pid in $P; do kill -QUIT $pid 2>/dev/null; kill -KILL $pid 2>/dev/null; done; rm -rf \"$0\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).arg(&folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    #[expect(clippy::zombie_processes, reason = "it outlives us: that is what it is for")]
    let mut child = shell.spawn().unwrap();
    Reaper { folder, told: Mutex::new(child.stdin.take().unwrap()) }
});

struct Reaper {
    folder: PathBuf,
    told: Mutex<ChildStdin>,
}

impl Reaper {
    fn tell(&self, verb: &str, pid: u32) {
        writeln!(self.told.lock().unwrap(), "{verb} {pid}").unwrap();
    }
}

/// A program that runs until it is dropped.
pub(crate) struct Running {
    pid: u32,
    log: PathBuf,
    said: HashMap<&'static str, String>,
    ended: Mutex<Receiver<ExitStatus>>,
}

impl Running {
    /// Starts a program and waits until its standard output has had a line that begins with each of `awaited`.
    pub(crate) fn start(command: &mut Command, awaited: &[&'static str]) -> Self {
        let name = command.get_program().to_string_lossy().rsplit('/').next().unwrap_or("program").to_owned();
        let log = folder("log").join(format!("{name}.stderr"));
        let mut child: Child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let pid = child.id();
        REAPER.tell("begun", pid);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (say, hear) = channel();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(say.send(line))));
        let (tell, ended) = channel();
        std::thread::spawn(move || {
            let status = child.wait().unwrap();
            REAPER.tell("ended", pid);
            let _ = tell.send(status);
        });
        let mut running = Self { pid, log, said: HashMap::new(), ended: Mutex::new(ended) };
        while running.said.len() < awaited.len() {
            let Ok(line) = hear.recv_timeout(Duration::from_secs(60)) else {
                panic!("{name} did not say {awaited:?}:\n{}", running.log());
            };
            if let Some(prefix) = awaited.iter().find(|prefix| line.starts_with(**prefix)) {
                running.said.insert(prefix, line[prefix.len()..].trim().to_owned());
            }
        }
        running
    }

    /// What followed this beginning of a line.
    pub(crate) fn said(&self, prefix: &str) -> &str {
        &self.said[prefix]
    }

    /// What it wrote on standard error.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The bytes of memory that it holds, where the system tells.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let held = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(held.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
    }

    /// Shows the end of it.
    pub(crate) fn show(&self) {
        let log = self.log();
        let lines: Vec<&str> = log.lines().filter(|line| !line.contains(" INFO ")).collect();
        println!("--- {} ---\n{}", self.log.display(), lines[lines.len().saturating_sub(30)..].join("\n"));
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn terminate(&self) -> Option<ExitStatus> {
        self.signal("TERM");
        self.ended.lock().unwrap().recv_timeout(Duration::from_secs(40)).ok()
    }

    /// Ends it at once, as a crash would, and waits until it is gone.
    pub(crate) fn kill(&self) {
        self.signal("KILL");
        let _ = self.ended.lock().unwrap().recv_timeout(Duration::from_secs(10));
    }

    fn signal(&self, signal: &str) {
        let _ =
            Command::new("kill").args(["-s", signal, &self.pid.to_string()]).stderr(Stdio::null()).status();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.show();
        }
        let ended = self.ended.get_mut().unwrap().try_recv().is_ok();
        if !ended {
            self.kill();
        }
    }
}
