//! A PostgreSQL cluster of this run's own, with its durability as it comes; not run as root, which it refuses.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;

/// A cluster, gone when dropped.
pub(crate) struct Cluster {
    programs: PathBuf,
    home: PathBuf,
    user: Option<&'static str>,
    server: Child,
}

impl Cluster {
    /// A new cluster in this folder; none where PostgreSQL is not installed.
    pub(crate) fn start(home: &Path) -> Result<Option<Self>> {
        let Some(programs) = programs() else { return Ok(None) };
        let (home, user) = (home.join("postgres"), unprivileged());
        std::fs::create_dir(&home)?;
        if let Some(user) = user {
            done(Command::new("chown").arg(user).arg(&home))?;
        }
        let (data, log) = (home.join("data"), home.with_extension("log"));
        let mut initdb = as_user(user, &programs.join("initdb"));
        done(
            initdb
                .current_dir(&home)
                .args(["--no-sync", "--auth=trust", "-U", "ensemble", "-E", "UTF8", "-D"])
                .arg(&data),
        )?;
        let mut postgres = as_user(user, &programs.join("postgres"));
        postgres.current_dir(&home).arg("-D").arg(&data).arg("-k").arg(&home);
        postgres.args(["-c", "listen_addresses=", "-c", "max_connections=200"]);
        let server = postgres
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(log)?)
            .spawn()?;
        let cluster = Self { programs, home, user, server };
        let began = Instant::now();
        while let Err(error) = cluster.create("bench") {
            if began.elapsed().as_secs() > 30 {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(Some(cluster))
    }

    fn create(&self, database: &str) -> Result<()> {
        done(self.program("createdb").arg(database))?;
        Ok(())
    }

    /// Where `--database-url` finds the database.
    pub(crate) fn address(&self) -> String {
        format!("postgres:///bench?host={}&user=ensemble", self.home.display())
    }

    /// Transactions per second of a script.
    pub(crate) fn pgbench(
        &self,
        database: &str,
        script: &str,
        clients: usize,
        during: Duration,
    ) -> Result<f64> {
        let file = self.home.with_extension("sql");
        std::fs::write(&file, script)?;
        let (clients, seconds) = (clients.to_string(), during.as_secs().max(1).to_string());
        let threads = if clients == "1" { "1" } else { "2" };
        let mut pgbench = self.program("pgbench");
        pgbench
            .args(["-n", "-M", "prepared", "-c", &clients, "-j", threads, "-T", &seconds, "-f"])
            .arg(&file)
            .arg(database);
        let told = done(&mut pgbench)?;
        let tps =
            told.lines().find_map(|line| line.strip_prefix("tps = ")).and_then(|rest| rest.split(' ').next());
        Ok(tps.ok_or("pgbench does not say its tps")?.parse()?)
    }

    fn program(&self, name: &str) -> Command {
        let mut command = as_user(self.user, &self.programs.join(name));
        command.current_dir("/").arg("-h").arg(&self.home).args(["-U", "ensemble"]);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-s", "INT", &self.server.id().to_string()]).status();
        let _ = self.server.wait();
    }
}

/// What a program prints.
fn done(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        let program = command
            .get_args()
            .chain([command.get_program()])
            .map(|part| part.to_string_lossy())
            .collect::<Vec<_>>();
        return Err(format!("{}: {}", program.join(" "), String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(std::result::Result::ok);
    let mut debian: Vec<PathBuf> = debian.map(|folder| folder.path().join("bin")).collect();
    debian.sort();
    let whole = |folder: &PathBuf| {
        ["initdb", "postgres", "createdb", "pgbench"].iter().all(|name| folder.join(name).exists())
    };
    std::env::split_paths(&path).chain(debian.into_iter().rev()).find(whole)
}

fn unprivileged() -> Option<&'static str> {
    let id = |arguments: &[&str]| Command::new("id").args(arguments).stderr(Stdio::null()).output().ok();
    let root = id(&["-u"]).is_some_and(|output| output.stdout.trim_ascii() == b"0");
    let known = |user: &&str| id(&["-u", user]).is_some_and(|output| output.status.success());
    if root { ["postgres", "nobody"].into_iter().find(known) } else { None }
}

fn as_user(user: Option<&str>, program: &Path) -> Command {
    let Some(user) = user else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", user, "--regid", "nogroup", "--clear-groups", "--pdeathsig", "INT", "--"])
        .arg(program);
    command
}
