//! What is said about a solution, in words.

use crate::problem::{Problem, Severity};
use crate::records::told::problem;

pub(super) fn nobody(severity: Severity) -> Problem {
    let en = "an organisation without a name: give it; it is left out";
    let fr = "organisation sans nom : indiquez-le ; elle est laissée de côté";
    problem(severity, "ORGANISATION_UNKNOWN", 0, en, fr)
}

pub(super) fn no_owner() -> Problem {
    let en = "no organisation has a part in it: name the one that owns it";
    let fr = "aucune organisation n'y a part : nommez celle qui la possède";
    problem(Severity::Blocks, "OWNER_MISSING", 0, en, fr)
}

pub(super) fn no_goal() -> Problem {
    let en = "not a Sustainable Development Goal: a number from 1 to 17; it is left out";
    let fr =
        "ce n'est pas un objectif de développement durable : un nombre de 1 à 17 ; il est laissé de côté";
    problem(Severity::Doubtful, "GOAL_UNKNOWN", 0, en, fr)
}
