//! What is said about a session, in words.

use crate::problem::{Problem, Severity};
use crate::records::told::problem;

pub(super) fn nobody() -> Problem {
    let en = "nobody organises or hosts it: name who offers it";
    let fr = "personne ne l'organise ni ne l'accueille : nommez qui la propose";
    problem(Severity::Blocks, "ORGANISER_MISSING", 0, en, fr)
}

pub(super) fn no_moment(severity: Severity) -> Problem {
    let (en, fr) = match severity {
        Severity::Blocks => (
            "expected a date, an hour and an offset: 2022-03-08 14:00:00 -0500",
            "une date, une heure et un décalage sont attendus : 2022-03-08 14:00:00 -0500",
        ),
        _ => (
            "expected a date, an hour and an offset: 2022-03-08 14:00:00 -0500; it is left out",
            "une date, une heure et un décalage sont attendus : 2022-03-08 14:00:00 -0500 ; c'est laissé de côté",
        ),
    };
    problem(severity, "TIME_INVALID", 0, en, fr)
}

pub(super) fn no_offset(severity: Severity) -> Problem {
    let (en, fr) = match severity {
        Severity::Blocks => (
            "an hour without its offset from Greenwich is none in particular: add it, such as -0500",
            "une heure sans son décalage par rapport à Greenwich n'en désigne aucune : ajoutez-le, par exemple -0500",
        ),
        _ => (
            "an hour without its offset from Greenwich is none in particular: add it, such as -0500; it is left out",
            "une heure sans son décalage par rapport à Greenwich n'en désigne aucune : ajoutez-le, par exemple -0500 ; elle est laissée de côté",
        ),
    };
    problem(severity, "TIME_WITHOUT_OFFSET", 0, en, fr)
}

pub(super) fn backwards() -> Problem {
    let en = "it ends before it begins: correct either; the end is left out";
    let fr = "elle finit avant de commencer : corrigez l'un ou l'autre ; la fin est laissée de côté";
    problem(Severity::Doubtful, "END_BEFORE_START", 0, en, fr)
}

pub(super) fn no_topic() -> Problem {
    let en = "a topic is a text between quotes; it is left out";
    let fr = "un sujet est un texte entre guillemets ; il est laissé de côté";
    problem(Severity::Doubtful, "TEXT_INVALID", 0, en, fr)
}
