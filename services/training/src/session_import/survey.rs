//! Looking at a file of sessions whole: what is in it, who offers it, and what is wrong with it. Pure.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use chassis::say;
use chassis::text::fold;
use iati::sessions::{Item, Session};
use iati::{Limits, Problems, Severity};
use proto::partners::OrganisationAsFound;

/// Sessions of one file, at most; all are held at once.
const MOST: usize = 20_000;
/// Bytes of one of them.
const LARGEST: usize = 1024 * 1024;
/// Characters of what one is called where it was found.
const LONGEST: usize = 300;

/// What is in a file.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) problems: Problems,
    /// Sessions that cannot be taken.
    pub(super) refused: i32,
    /// Those that can.
    pub(super) sessions: Vec<Session>,
    /// Each organisation that a sound session names, once, by its key.
    pub(super) organisations: Vec<(String, OrganisationAsFound)>,
}

/// Who offers a session, by the keys that tell them from others in a file: who organises it first, then who hosts it.
pub(super) fn offered_by(session: &Session) -> Vec<(String, &str)> {
    let mut offered: Vec<(String, &str)> = Vec::new();
    for name in [&session.organiser, &session.host] {
        let key = fold(name);
        if !name.is_empty() && !offered.iter().any(|(known, _)| *known == key) {
            offered.push((key, name));
        }
    }
    offered
}

impl Survey {
    pub(super) fn of(file: impl Read) -> Self {
        let (mut survey, mut seen, mut known) = (Self::default(), HashMap::new(), HashSet::new());
        let mut count = 0;
        let limits = Limits { records: MOST, record: LARGEST, ..Limits::default() };
        iati::sessions::read(file, limits, |item| {
            match item {
                Item::Session(session) => {
                    count += 1;
                    survey.look(*session, count, &mut seen, &mut known);
                }
                Item::FileProblem(problem) => survey.problems.note([problem]),
            }
            true
        });
        survey
    }

    fn look(
        &mut self,
        mut session: Session,
        count: usize,
        seen: &mut HashMap<String, usize>,
        known: &mut HashSet<String>,
    ) {
        let mut problems = std::mem::take(&mut session.problems);
        let mut wrong = |code, why: say::Text| {
            let place = session.field("id");
            let problem = place.problem("id", Severity::Blocks, code, &session.id, (why.en, why.fr));
            problems.push(problem.of(&session.id));
        };
        if session.id.chars().count() > LONGEST {
            wrong(
                "IDENTIFIER_TOO_LONG",
                say!(
                    "an id takes {LONGEST} characters at most: shorten it",
                    "un identifiant compte {LONGEST} caractères au plus : abrégez-le"
                ),
            );
        }
        if !session.id.is_empty() {
            let first = *seen.entry(session.id.clone()).or_insert(count);
            if first != count {
                wrong(
                    "DUPLICATE_IDENTIFIER",
                    say!(
                        "the session number {first} of the file has this id too: give each its own",
                        "la session n° {first} du fichier porte déjà cet identifiant : donnez à chacune le sien"
                    ),
                );
            }
        }
        let blocked = problems.iter().any(|problem| problem.severity == Severity::Blocks);
        self.problems.note(problems);
        if blocked {
            self.refused = self.refused.saturating_add(1);
            return;
        }
        for (key, name) in offered_by(&session) {
            if known.insert(key.clone()) {
                let titles = [(String::new(), name.to_owned())].into();
                self.organisations.push((key, OrganisationAsFound { titles, ..Default::default() }));
            }
        }
        self.sessions.push(session);
    }
}
