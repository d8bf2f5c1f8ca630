//! A PostgreSQL of the test run's own, reached by a socket in its folder, with a database for each network.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::binaries::{self, Running};

/// A PostgreSQL cluster.
pub(crate) struct Cluster {
    programs: PathBuf,
    user: Option<&'static str>,
    socket: PathBuf,
    server: Running,
}

impl Cluster {
    /// The cluster of this test run; none when PostgreSQL is not installed, which is a failure where `CI` is set.
    pub(crate) fn shared() -> Option<&'static Self> {
        static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
        let cluster = CLUSTER.get_or_init(|| programs().map(Self::start)).as_ref();
        if cluster.is_none() {
            assert!(
                std::env::var_os("CI").is_none(),
                "PostgreSQL is missing: no initdb on PATH or in /usr/lib/postgresql"
            );
            eprintln!("SKIPPED for want of PostgreSQL: no initdb on PATH or in /usr/lib/postgresql/*/bin");
        }
        cluster
    }

    fn start(programs: PathBuf) -> Self {
        let user = unprivileged();
        let home = binaries::folder("postgres");
        let (data, socket) = (home.join("data"), home.join("s"));
        std::fs::create_dir(&socket).unwrap();
        if let Some(user) = user {
            assert!(Command::new("chown").args(["-R", user]).arg(&home).status().unwrap().success());
        }
        // A dictionary's order, unlike SQLite's: whoever forgets to compare byte by byte shall notice.
        let initdb =
            ["--no-sync", "--auth=trust", "--username=ensemble", "--encoding=UTF8", "--locale=C.UTF-8"];
        let icu = ["--locale-provider=icu", "--icu-locale=fr"];
        let made = |more: &[&str]| {
            let mut command = as_user(user, programs.join("initdb"));
            command.arg("--pgdata").arg(&data).args(initdb).args(more).current_dir(&home);
            command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
        };
        assert!(made(&icu) || made(&[]), "initdb failed");
        let mut server = as_user(user, programs.join("postgres"));
        server.current_dir(&home).arg("-D").arg(&data).arg("-k").arg(&socket);
        // Nothing here survives a power cut, and nothing has to: processes are killed, not machines.
        for setting in [
            "listen_addresses=",
            "fsync=off",
            "full_page_writes=off",
            "max_connections=1000",
            "shared_buffers=64MB",
            "log_destination=stderr",
            "log_min_messages=warning",
            "log_line_prefix=%e ",
            "deadlock_timeout=200ms",
        ] {
            server.args(["-c", setting]);
        }
        let server = Running::start(&mut server, &[]);
        let cluster = Self { programs, user, socket, server };
        cluster.wait();
        cluster
    }

    fn wait(&self) {
        let mut ready = Command::new(self.programs.join("pg_isready"));
        ready.arg("-q").arg("-h").arg(&self.socket).args(["-d", "postgres", "-U", "ensemble"]);
        let began = std::time::Instant::now();
        while !ready.status().unwrap().success() {
            assert!(began.elapsed().as_secs() < 30, "PostgreSQL does not start:\n{}", self.server.log());
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
    }

    /// A new, empty database: its address for `--database-url`.
    pub(crate) fn database(&self) -> String {
        let name = format!("it_{}", uuid::Uuid::new_v4().simple());
        self.ask("postgres", &format!("CREATE DATABASE {name}"));
        format!("postgres:///{name}?host={}&user=ensemble", self.socket.display())
    }

    /// What `psql` answers to a statement.
    pub(crate) fn ask(&self, database: &str, sql: &str) -> String {
        let mut psql = as_user(self.user, self.programs.join("psql"));
        psql.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-U", "ensemble", "-h"])
            .arg(&self.socket);
        let output = psql.args(["-d", database, "-c", sql]).current_dir("/").output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A copy of a database, as `pg_dump` makes it.
    pub(crate) fn backup(&self, database: &str) -> Vec<u8> {
        let mut dump = as_user(self.user, self.programs.join("pg_dump"));
        dump.args(["-U", "ensemble", "-h"]).arg(&self.socket).args(["-d", database]);
        let output = dump.current_dir("/").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// What PostgreSQL logged.
    pub(crate) fn log(&self) -> String {
        self.server.log()
    }
}

/// The name of the database in an address that [`Cluster::database`] gave.
pub(crate) fn name_of(url: &str) -> &str {
    url.trim_start_matches("postgres:///").split('?').next().unwrap()
}

fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|folders| folders.filter_map(Result::ok).map(|folder| folder.path().join("bin")).collect())
        .unwrap_or_default();
    debian.sort();
    let all = std::env::split_paths(&path).chain(debian.into_iter().rev());
    let whole = |folder: &PathBuf| {
        ["initdb", "postgres", "psql", "pg_isready"].iter().all(|name| folder.join(name).exists())
    };
    all.filter(|folder| folder.join("initdb").exists())
        .map(|folder| std::fs::canonicalize(folder.join("initdb")).unwrap().parent().unwrap().to_owned())
        .find(whole)
}

/// PostgreSQL refuses to run as root.
fn unprivileged() -> Option<&'static str> {
    let id = |arguments: &[&str]| Command::new("id").args(arguments).stderr(Stdio::null()).output().unwrap();
    if id(&["-u"]).stdout.trim_ascii() != b"0" {
        return None;
    }
    ["postgres", "nobody"].into_iter().find(|user| id(&["-u", user]).status.success())
}

fn as_user(user: Option<&str>, program: PathBuf) -> Command {
    let Some(user) = user else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    let group = Command::new("id").args(["-g", user]).output().unwrap().stdout;
    let group = String::from_utf8_lossy(&group);
    command
        .args([&format!("--reuid={user}"), &format!("--regid={}", group.trim()), "--clear-groups", "--"])
        .arg(program);
    command
}
