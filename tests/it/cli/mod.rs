//! The command, as people and scripts use it: what it writes where, and the exit codes they rely on.

mod agreement;
mod attendance;
mod contexts;
mod demo;
mod doctor;
mod formats;
mod imports;
mod model;
mod open_data;
mod partnership;
mod profile;
mod refusals;
mod report;
mod scorecard;
mod status;
mod tables;
mod territories;
mod tree;
mod work;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::binaries::{binary, folder};
use crate::caller::Caller;
use crate::harness::{Network, Store, Topology};

/// What a run of the command said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

/// The command in an empty home, perhaps told of a network, perhaps in someone's name.
struct Shell {
    home: PathBuf,
    server: Option<String>,
    token: Option<String>,
}

impl Shell {
    /// Told nothing.
    fn alone() -> Self {
        Self { home: folder("home"), server: None, token: None }
    }

    fn at(network: &Network) -> Self {
        Self { server: Some(network.address("partners")), ..Self::alone() }
    }

    fn of(caller: &Caller) -> Self {
        let request = caller.who.sign(tonic::Request::new(()));
        let bearer = request.metadata().get("authorization").unwrap().to_str().unwrap();
        Self { token: Some(bearer.trim_start_matches("Bearer ").to_owned()), ..Self::at(caller.network) }
    }

    fn run(&self, arguments: &[&str]) -> Said {
        self.fed(arguments, "")
    }

    /// What a shell would start.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary("ensemble"));
        command
            .env_clear()
            .env("HOME", &self.home)
            .env("ENSEMBLE_CONFIG_DIR", &self.home)
            .env("LANG", "C.UTF-8");
        command.current_dir(&self.home).args(arguments);
        if let Some(server) = &self.server {
            command.env("ENSEMBLE_SERVER", server);
        }
        if let Some(token) = &self.token {
            command.env("ENSEMBLE_TOKEN", token);
        }
        command
    }

    fn fed(&self, arguments: &[&str], input: &str) -> Said {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let said =
            Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        assert!(
            !said.out.contains('\u{1b}') && !said.err.contains('\u{1b}'),
            "escape sequences in a pipe: {arguments:?}"
        );
        said
    }

    /// What it wrote on standard output, having done it.
    #[track_caller]
    fn done(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {}{}", said.out, said.err);
        said.out
    }

    /// What it wrote on standard error, having failed with this code and written no data.
    #[track_caller]
    fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!((said.code, said.out.as_str()), (code, ""), "{arguments:?}: {}", said.err);
        said.err
    }
}

/// The commands need one network; the other arrangements are for what they call.
fn told(story: impl AsyncFnOnce(&'static Network)) {
    let network = Network::shared(Topology::Together, Store::Sqlite).unwrap();
    crate::harness::tell(network, story(network));
}

/// Ids, times and addresses differ from run to run.
fn the_same_each_time(text: &str) -> String {
    let mut shown = String::new();
    for word in text.split_inclusive(|letter: char| letter.is_whitespace() || ",;\"|".contains(letter)) {
        let bare = word.trim_end_matches(|letter: char| letter.is_whitespace() || ",;\"|".contains(letter));
        shown += &match bare.split_once('/') {
            Some((noun @ ("partners" | "projects" | "users"), _)) => format!("{noun}/…"),
            _ if bare.starts_with("http://127.0.0.1:") => "http://…".to_owned(),
            _ => bare.to_owned(),
        };
        shown += &word[bare.len()..];
    }
    shown
}
