//! Looking at a file of solutions whole: what is in it, who takes part, and what is wrong with it. Pure.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use chassis::say;
use chassis::text::fold;
use iati::solutions::{Item, Organisation, Solution};
use iati::{Limits, Problems, Severity};
use proto::partners::OrganisationAsFound;

/// Solutions of one file, at most; all are held at once.
const MOST: usize = 20_000;
/// Bytes of one of them.
const LARGEST: usize = 1024 * 1024;

/// What is in a file.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) problems: Problems,
    /// Solutions that cannot be taken.
    pub(super) refused: i32,
    /// Those that can.
    pub(super) solutions: Vec<Solution>,
    /// Each organisation that a sound solution names, once, by its key.
    pub(super) organisations: Vec<(String, OrganisationAsFound)>,
}

/// How an organisation is told from others in a file.
pub(super) fn key(organisation: &Organisation) -> String {
    fold(&organisation.name)
}

impl Survey {
    pub(super) fn of(file: impl Read) -> Self {
        let (mut survey, mut seen, mut known) = (Self::default(), HashMap::new(), HashSet::new());
        let mut count = 0;
        let limits = Limits { records: MOST, record: LARGEST, ..Limits::default() };
        iati::solutions::read(file, limits, |item| {
            match item {
                Item::Solution(solution) => {
                    count += 1;
                    survey.look(*solution, count, &mut seen, &mut known);
                }
                Item::FileProblem(problem) => survey.problems.note([problem]),
            }
            true
        });
        survey
    }

    fn look(
        &mut self,
        mut solution: Solution,
        count: usize,
        seen: &mut HashMap<String, usize>,
        known: &mut HashSet<String>,
    ) {
        let mut problems = std::mem::take(&mut solution.problems);
        let mut blocked = problems.iter().any(|problem| problem.severity == Severity::Blocks);
        if !solution.id.is_empty() {
            let first = *seen.entry(solution.id.clone()).or_insert(count);
            if first != count {
                let why = say!(
                    "the solution number {first} of the file has this slug too: give each its own",
                    "la solution n° {first} du fichier porte déjà cet identifiant (slug) : donnez à chacune le sien"
                );
                let place = solution.field("slug");
                let code = "DUPLICATE_IDENTIFIER";
                let problem = place.problem("slug", Severity::Blocks, code, &solution.id, (why.en, why.fr));
                problems.push(problem.of(&solution.id));
                blocked = true;
            }
        }
        self.problems.note(problems);
        if blocked {
            self.refused = self.refused.saturating_add(1);
            return;
        }
        for organisation in &solution.organisations {
            let key = key(organisation);
            if known.insert(key.clone()) {
                let titles = [(String::new(), organisation.name.clone())].into();
                self.organisations.push((key, OrganisationAsFound { titles, ..Default::default() }));
            }
        }
        self.solutions.push(solution);
    }
}
