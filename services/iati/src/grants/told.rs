//! What is said about a grant, in words.

use crate::problem::{Problem, Severity};
use crate::records::told::problem;

pub(super) fn no_number() -> Problem {
    let en = "expected a number without quotes, spaces or currency signs, like 1500.50";
    let fr = "un nombre est attendu, sans guillemets, espaces ni signe monétaire, comme 1500.50";
    problem(Severity::Blocks, "AMOUNT_INVALID", 0, en, fr)
}

pub(super) fn no_date(severity: Severity) -> Problem {
    let en = "expected a date like 2025-01-31";
    let fr = "une date est attendue, comme 2025-01-31";
    problem(severity, "DATE_INVALID", 0, en, fr)
}

pub(super) fn ends_before_it_begins() -> Problem {
    let en = "the end is before the start: correct one of them; the grant is taken without its period";
    let fr =
        "la fin précède le début : corrigez l'une des deux dates ; la subvention est reprise sans sa période";
    problem(Severity::Doubtful, "PERIOD_INVALID", 0, en, fr)
}

pub(super) fn to_a_person() -> Problem {
    let en = "a grant to a person: nobody's name is kept, and no organisation takes part; take the rest with --partial";
    let fr = "subvention à une personne : aucun nom n'est conservé et aucune organisation n'y participe ; reprenez le reste avec --partial";
    problem(Severity::Blocks, "RECIPIENT_PERSON", 0, en, fr)
}

pub(super) fn nobody() -> Problem {
    let en = "an organisation without a name or an identifier: give at least one of them";
    let fr = "organisation sans nom ni identifiant : indiquez au moins l'un des deux";
    problem(Severity::Blocks, "ORGANISATION_UNKNOWN", 0, en, fr)
}

pub(super) fn unregistered() -> Problem {
    let en = "not an identifier of org-id.guide, like GB-CHC-202918: the organisation is recognised by it as it stands";
    let fr = "ce n'est pas un identifiant d'org-id.guide, comme GB-CHC-202918 : l'organisation est reconnue par ce texte tel quel";
    problem(Severity::Advice, "IDENTIFIER_UNKNOWN", 0, en, fr)
}
