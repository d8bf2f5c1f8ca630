//! The columns of the spreadsheets of a session and what may stand in them, in both languages. Pure.

use chassis::codes::{AGE_BANDS, DISABILITIES, NOT_STATED, SEXES, STATUSES, called};
use proto::training::{AttendanceStatus, Mode};
use sheet::form::{Choice, Form, Head, Pair, head};

/// A column of a list of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Given,
    Family,
    Email,
    Phone,
    Language,
    Informed,
    Seat,
    Needs,
    Sex,
    Age,
    Disability,
    Consent,
    Status,
    Partner,
    Session,
}

/// A list of people to enrol.
pub(super) const PEOPLE: Form<Who> =
    Form { sheet: ("People", "Personnes"), heads: &WHO, told_by: &[Who::Given, Who::Family] };

const WHO: [Head<Who>; 15] = [
    head(Who::Given, ("Given name", "Prénom"), 18.0, ("Needed.", "Nécessaire.")),
    head(Who::Family, ("Family name", "Nom"), 20.0, ("Needed.", "Nécessaire.")),
    head(
        Who::Email,
        ("E-mail", "Courriel"),
        28.0,
        (
            "Empty for who has none. With it, or the telephone, two people of the same name are told apart.",
            "Vide s'il n'y en a pas. Il distingue, comme le téléphone, deux personnes du même nom.",
        ),
    ),
    head(
        Who::Phone,
        ("Telephone", "Téléphone"),
        18.0,
        ("Empty for who has none.", "Vide s'il n'y en a pas."),
    ),
    head(
        Who::Language,
        ("Language", "Langue"),
        10.0,
        (
            "In which they are spoken to: fr, en, wo. That of the session when empty.",
            "Dans laquelle on leur parle : fr, en, wo. Celle de la session si vide.",
        ),
    ),
    head(
        Who::Informed,
        ("Informed on", "Informé le"),
        14.0,
        (
            "Needed: the day on which they were told what is kept of them, and why (GDPR, article 13).",
            "Nécessaire : le jour où la personne a été informée de ce qui est gardé d'elle, et pourquoi (RGPD, article 13).",
        ),
    ),
    head(
        Who::Seat,
        ("Seat", "Place"),
        14.0,
        (
            "In the room or online; needed where the session offers both.",
            "Sur place ou en ligne ; nécessaire si la session offre les deux.",
        ),
    ),
    head(
        Who::Needs,
        ("Special needs", "Besoins particuliers"),
        30.0,
        (
            "What they need to take part, if they wish to say so; deleted when the session is closed.",
            "Ce qu'il faut pour participer, si la personne veut le dire ; supprimé à la clôture de la session.",
        ),
    ),
    head(
        Who::Sex,
        ("Sex", "Sexe"),
        12.0,
        (
            "Only if they wish to say so: for counts, and deleted when the session is closed.",
            "Seulement si la personne veut le dire : pour des effectifs, et supprimé à la clôture.",
        ),
    ),
    head(
        Who::Age,
        ("Age", "Âge"),
        16.0,
        (
            "A band, never a date of birth; only if they wish to say so.",
            "Une tranche, jamais une date de naissance ; seulement si la personne veut le dire.",
        ),
    ),
    head(
        Who::Disability,
        ("Disability", "Handicap"),
        22.0,
        (
            "Only if they wish to say so, and only with Yes in the next column.",
            "Seulement si la personne veut le dire, et seulement avec Oui dans la colonne suivante.",
        ),
    ),
    head(
        Who::Consent,
        ("Explicit consent", "Consentement explicite"),
        14.0,
        (
            "Yes: they agree in so many words that it is kept whether they have a disability (GDPR, article 9).",
            "Oui : la personne accepte expressément que soit gardé si elle est en situation de handicap (RGPD, article 9).",
        ),
    ),
    head(
        Who::Status,
        ("Status", "Situation"),
        18.0,
        ("Only if they wish to say so.", "Seulement si la personne veut le dire."),
    ),
    head(Who::Partner, ("Organisation", "Organisation"), 0.0, ("", "")),
    head(Who::Session, ("Session", "Session"), 0.0, ("", "")),
];

/// A column of an attendance sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Came {
    Meeting,
    When,
    Person,
    Status,
    Minutes,
    Enrolment,
    Before,
    Session,
}

/// Who came to the meetings of a session.
pub(super) const ATTENDANCE: Form<Came> = Form {
    sheet: ("Attendance", "Présence"),
    heads: &CAME,
    told_by: &[Came::Meeting, Came::Status, Came::Enrolment],
};

const CAME: [Head<Came>; 8] = [
    head(Came::Meeting, ("Meeting id", "Identifiant de la rencontre"), 0.0, ("", "")),
    head(
        Came::When,
        ("Meeting", "Rencontre"),
        26.0,
        ("When it takes place, where the session does.", "Quand elle a lieu, à l'heure de la session."),
    ),
    head(Came::Person, ("Person", "Personne"), 32.0, ("Who has a seat.", "Qui a une place.")),
    head(
        Came::Status,
        ("Attendance", "Présence"),
        20.0,
        (
            "Choose from the list. An empty cell says nothing, and changes nothing.",
            "À choisir dans la liste. Une cellule vide ne dit rien, et ne change rien.",
        ),
    ),
    head(
        Came::Minutes,
        ("Minutes", "Minutes"),
        12.0,
        (
            "Needed for who was there in part; the whole meeting for who was present, when empty.",
            "Nécessaire pour une présence partielle ; toute la rencontre pour une personne présente, si vide.",
        ),
    ),
    head(Came::Enrolment, ("Enrolment", "Inscription"), 0.0, ("", "")),
    head(Came::Before, ("Known before", "Connu avant"), 0.0, ("", "")),
    head(Came::Session, ("Session", "Session"), 0.0, ("", "")),
];

/// The seats that a session of this mode offers.
pub(super) fn seats(mode: Mode) -> Vec<Choice> {
    let all = [
        (Mode::Onsite, "ONSITE", ("In the room", "Sur place")),
        (Mode::Online, "ONLINE", ("Online", "En ligne")),
    ];
    let offered = all.into_iter().filter(|(one, ..)| mode == Mode::Hybrid || *one == mode);
    offered.map(|(one, code, words)| Choice::of(one.into(), code, words)).collect()
}

/// The codes of a dimension; what nobody has to say is said by an empty cell.
pub(super) fn codes(column: Who) -> Vec<Choice> {
    let (list, codes): (&str, &[&str]) = match column {
        Who::Sex => ("SEX", &SEXES),
        Who::Age => ("AGE_BAND", &AGE_BANDS),
        Who::Disability => ("DISABILITY", &DISABILITIES),
        Who::Status => ("STATUS", &STATUSES),
        _ => return Vec::new(),
    };
    let stated = codes.iter().filter(|code| **code != NOT_STATED);
    stated.map(|code| Choice::of(0, code, called(list, code).unwrap_or((code, code)))).collect()
}

/// Yes and no.
pub(super) fn answers() -> Vec<Choice> {
    [("YES", ("Yes", "Oui")), ("NO", ("No", "Non"))].map(|(code, words)| Choice::of(0, code, words)).to_vec()
}

const STATUS: [(AttendanceStatus, &str, Pair); 4] = [
    (AttendanceStatus::Present, "PRESENT", ("Present", "Présent")),
    (AttendanceStatus::Partial, "PARTIAL", ("In part", "Présent en partie")),
    (AttendanceStatus::Absent, "ABSENT", ("Absent", "Absent")),
    (AttendanceStatus::Excused, "EXCUSED", ("Excused", "Excusé")),
];

/// Whether someone came.
pub(super) fn statuses() -> Vec<Choice> {
    STATUS.map(|(status, code, words)| Choice::of(status.into(), code, words)).to_vec()
}

/// What that is called.
pub(super) fn status(status: AttendanceStatus) -> Option<Pair> {
    STATUS.iter().find(|(known, ..)| *known == status).map(|(.., words)| *words)
}
