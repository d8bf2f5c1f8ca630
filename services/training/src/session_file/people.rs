//! A list of people to enrol: each is recognised among those whom the same partner entered, or entered; then enrolled, in the
//! order of the rows, so that seats and the queue are given as if each had come by themselves.

use std::collections::BTreeSet;

use chassis::auth::Caller;
use chassis::clock::Zone;
use chassis::column::Day;
use chassis::database::Unit;
use chassis::error::Result;
use chassis::say::Text;
use chassis::text::fold;
use chassis::{Call, Told as _, say};
use proto::training as pb;
use proto::training::Mode;
use sheet::form::{Choice, Form, Row};
use sheet::{DateTrouble, Problems};

use super::receive::{Filled, Sent, Verdict};
use super::words::{PEOPLE, Who, answers, codes, seats};
use crate::enrolment::seats::{Asked, enrol, live};
use crate::participant::row::Model as Person;
use crate::{enrolment, participant, session};

/// Lists of people.
pub(super) struct People;

/// What a row says of a person, and how they are to be enrolled.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entry {
    pub(super) person: pb::Participant,
    pub(super) enrolment: pb::Enrolment,
}

/// What a list is read against.
pub(super) struct Ground<'g> {
    pub(super) session: &'g session::row::Model,
    /// The partners in whose name the caller enrols people.
    pub(super) partners: Vec<String>,
    /// The partner that the file names, in any row.
    pub(super) named: String,
}

impl Sent for People {
    type Column = Who;

    const FORM: Form<Who> = PEOPLE;
    const SESSION: Who = Who::Session;
    const NOUN: &'static str = "enrolment";

    fn unknown() -> Text {
        say!(
            "no sheet has the headings Given name and Family name: take the template (ensemble import participants --session SESSION --template FILE) and copy your rows into it",
            "aucune feuille n'a les en-têtes Prénom et Nom : prenez le modèle (ensemble import participants --session SESSION --template FICHIER) et recopiez-y vos lignes"
        )
    }

    fn says(row: &Row<Who>) -> bool {
        PEOPLE.heads.iter().any(|head| head.width > 0.0 && row.value(head.column).is_some())
    }

    async fn take(unit: &mut Unit<'_>, call: &Call, asked: &str, filled: &Filled<Who>) -> Result<Verdict> {
        let found: Option<session::row::Model> = chassis::store::find(unit, asked).await?;
        let found = found.filter(|session| session.seen_by(&call.caller));
        let session = found.ok_or_else(|| call.caller.not_found(asked))?;
        let named: BTreeSet<String> = filled.listed.rows.iter().map(|row| row.words(Who::Partner)).collect();
        let named = named.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        let ground = Ground { session: &session, partners: enrolling(&call.caller), named };
        let mut verdict = Verdict::default();
        let entries = read(filled, &ground, &mut verdict.problems);
        let partners: BTreeSet<&str> =
            entries.iter().map(|(_, entry)| entry.person.partner.as_str()).collect();
        let mut known = Vec::new();
        for partner in partners {
            known.extend(participant::store::entered_by(unit.txn, partner).await?);
        }
        for (row, entry) in &entries {
            let before = verdict.problems.0.len();
            if let Some(got) =
                one(unit, call, filled, (row, entry), (asked, &mut known), &mut verdict).await?
            {
                let count = &mut verdict.count;
                *(if got.already_enrolled { &mut count.unchanged } else { &mut count.created }) += 1;
                verdict.rows.push(got);
            } else if verdict.problems.0.len() > before {
                verdict.count.refused += 1;
            }
        }
        let sound = i32::try_from(entries.len()).unwrap_or(i32::MAX);
        verdict.count.refused += i32::try_from(filled.rows.len()).unwrap_or(i32::MAX) - sound;
        Ok(verdict)
    }
}

/// The partners in whose name the caller enrols people.
pub(super) fn enrolling(caller: &Caller) -> Vec<String> {
    let own = caller.partners.keys().filter(|partner| caller.has_in(partner, &enrolment::rules::ENROL));
    own.cloned().collect()
}

/// Enters a person if need be, and enrols them unless they are enrolled.
async fn one(
    unit: &mut Unit<'_>,
    call: &Call,
    filled: &Filled<Who>,
    (row, entry): (&Row<Who>, &Entry),
    (session, known): (&str, &mut Vec<Person>),
    verdict: &mut Verdict,
) -> Result<Option<pb::EnrolledRow>> {
    let problems = &mut verdict.problems;
    let person = match recognise(filled, row, &entry.person, known, problems) {
        None => return Ok(None),
        Some(Whom::Known(name)) => name,
        Some(Whom::New) => match participant::rules::create("", &entry.person, call) {
            Ok(person) => {
                let person = chassis::store::insert(unit, call, &person).await?;
                let name = person.name.clone();
                known.push(person);
                name
            }
            Err(refusal) => {
                filled.blame(problems, row, refusal, origin)?;
                return Ok(None);
            }
        },
    };
    let location = filled.listed.place(row, Who::Given);
    if let Some(before) = live(unit, session, &person).await? {
        return Ok(Some(pb::EnrolledRow {
            location,
            enrolment: before.name.clone(),
            state: before.state.number(),
            waitlist_position: before.known.position,
            already_enrolled: true,
        }));
    }
    let draft = pb::Enrolment { participant: person, ..entry.enrolment.clone() };
    let asked = Asked { session: session.to_owned(), id: String::new(), draft };
    match enrol(unit, call, &asked, None).await {
        Ok((made, _)) => Ok(Some(pb::EnrolledRow {
            location,
            enrolment: made.name.clone(),
            state: made.state.number(),
            waitlist_position: made.known.position,
            already_enrolled: false,
        })),
        Err(refusal) => {
            filled.blame(problems, row, refusal, origin)?;
            Ok(None)
        }
    }
}

/// Whom a row tells of.
#[derive(Debug, PartialEq)]
pub(super) enum Whom {
    /// Someone who is known, by their name in the registry.
    Known(String),
    /// Someone who is not.
    New,
}

/// Recognises a person among those who are known; nothing where it may be several, which is noted. Pure.
pub(super) fn recognise(
    filled: &Filled<Who>,
    row: &Row<Who>,
    said: &pb::Participant,
    known: &[Person],
    problems: &mut Problems,
) -> Option<Whom> {
    let mut same = known.iter().filter(|person| is(person, said));
    match (same.next(), same.next()) {
        (Some(person), None) => Some(Whom::Known(person.name.clone())),
        (None, _) => Some(Whom::New),
        (Some(_), Some(_)) => {
            let why = say!(
                "several people of this name are known: add the e-mail or the telephone that you entered for them",
                "plusieurs personnes de ce nom sont connues : ajoutez le courriel ou le téléphone que vous aviez saisi"
            );
            filled.blocks(problems, row, Who::Given, "PERSON_AMBIGUOUS", why);
            None
        }
    }
}

/// The rows that are sound, as what they ask for; notes what is wrong with the others. Pure.
pub(super) fn read(
    filled: &Filled<Who>,
    ground: &Ground<'_>,
    problems: &mut Problems,
) -> Vec<(Row<Who>, Entry)> {
    let offers = Offers::of(ground.session.mode.get());
    let mut entries: Vec<(Row<Who>, Entry)> = Vec::new();
    for row in &filled.rows {
        let before = problems.0.len();
        let line = Line { filled, row, ground, offers: &offers };
        let entry = line.read(problems);
        let twice = entries.iter().find(|(_, above)| are(&above.person, &entry.person));
        if let Some((above, _)) = twice {
            let place = filled.listed.place(above, Who::Given);
            let why = say!(
                "the same person as in {place}: delete one row, or tell them apart by e-mail or telephone",
                "la même personne qu'en {place} : supprimez une ligne, ou distinguez-les par le courriel ou le téléphone"
            );
            filled.blocks(problems, row, Who::Given, "ROW_TWICE", why);
        }
        if problems.0.len() == before {
            entries.push((row.clone(), entry));
        }
    }
    entries
}

struct Offers {
    seats: Vec<Choice>,
    codes: [(Who, Vec<Choice>); 4],
    answers: Vec<Choice>,
}

impl Offers {
    fn of(mode: Mode) -> Self {
        let codes = [Who::Sex, Who::Age, Who::Disability, Who::Status].map(|column| (column, codes(column)));
        Self { seats: seats(mode), codes, answers: answers() }
    }
}

struct Line<'l> {
    filled: &'l Filled<Who>,
    row: &'l Row<Who>,
    ground: &'l Ground<'l>,
    offers: &'l Offers,
}

impl Line<'_> {
    fn read(&self, problems: &mut Problems) -> Entry {
        let words = |column| self.row.words(column);
        let session = self.ground.session;
        for column in [Who::Given, Who::Family] {
            if words(column).is_empty() {
                let why = say!("needed: who is it?", "nécessaire : de qui s'agit-il ?");
                self.filled.blocks(problems, self.row, column, "CELL_EMPTY", why);
            }
        }
        let language = match words(Who::Language) {
            none if none.is_empty() => session.language_code.clone(),
            said => said,
        };
        let person = pb::Participant {
            partner: self.partner(problems),
            given_name: words(Who::Given),
            family_name: words(Who::Family),
            email: words(Who::Email),
            phone: words(Who::Phone),
            language_code: language,
            information_notice_time: self.informed(problems),
            ..Default::default()
        };
        let [sex, age_band, disability, status] = self.offers.codes.each_ref().map(|(column, choices)| {
            let chosen = self.filled.choice(problems, self.row, *column, choices);
            chosen.map(|choice| choice.code.clone()).unwrap_or_default()
        });
        let consent = self.filled.choice(problems, self.row, Who::Consent, &self.offers.answers);
        let demographics = pb::Demographics {
            sex,
            age_band,
            disability,
            disability_consent: consent.is_some_and(|choice| choice.code == "YES"),
            status,
            ..Default::default()
        };
        let said = demographics != pb::Demographics::default();
        let enrolment = pb::Enrolment {
            mode: self.seat(problems),
            special_needs: words(Who::Needs),
            demographics: said.then_some(demographics),
            ..Default::default()
        };
        Entry { person, enrolment }
    }

    fn partner(&self, problems: &mut Problems) -> String {
        let own = &self.ground.partners;
        let said = match self.row.words(Who::Partner) {
            none if none.is_empty() => self.ground.named.clone(),
            said => said,
        };
        match (said.as_str(), own.as_slice()) {
            ("", [only]) => only.clone(),
            (said, own) if own.iter().any(|known| known == said) => said.to_owned(),
            (_, own) => {
                let own = own.join(", ");
                let why = say!(
                    "in whose name are they enrolled? one of: {own}",
                    "au nom de quelle organisation est-elle inscrite ? l'une de : {own}"
                );
                self.filled.blocks(problems, self.row, Who::Partner, "PARTNER_UNKNOWN", why);
                String::new()
            }
        }
    }

    /// The beginning of the day, where the session takes place.
    fn informed(&self, problems: &mut Problems) -> Option<prost_types::Timestamp> {
        let zone = Zone::parse("time_zone", &self.ground.session.time_zone).unwrap_or(Zone::UTC);
        let why = match self.row.value(Who::Informed).map(|value| sheet::date(value, self.filled.language)) {
            Some(Ok(day)) => return Day::of(day).map(|day| zone.start(day).to_timestamp()),
            None => say!(
                "needed: on which day were they told what is kept of them? (GDPR, article 13)",
                "nécessaire : quel jour a-t-elle été informée de ce qui est gardé d'elle ? (RGPD, article 13)"
            ),
            Some(Err(DateTrouble::Ambiguous)) => say!(
                "day and month may be taken for one another: write it like 2025-12-31",
                "jour et mois peuvent être confondus : écrivez comme 2025-12-31"
            ),
            Some(Err(DateTrouble::Unreadable)) => {
                say!("expected a date like 2025-12-31", "une date est attendue, comme 31/12/2025")
            }
        };
        let empty = self.row.value(Who::Informed).is_none();
        let code = if empty { "CELL_EMPTY" } else { "DATE_INVALID" };
        self.filled.blocks(problems, self.row, Who::Informed, code, why);
        None
    }

    fn seat(&self, problems: &mut Problems) -> i32 {
        let chosen = self.filled.choice(problems, self.row, Who::Seat, &self.offers.seats);
        match (chosen, self.offers.seats.as_slice()) {
            (Some(seat), _) => seat.number,
            (None, [only]) => only.number,
            (None, _) => {
                if self.row.value(Who::Seat).is_none() {
                    let why = say!("in the room, or online?", "sur place, ou en ligne ?");
                    self.filled.blocks(problems, self.row, Who::Seat, "CELL_EMPTY", why);
                }
                0
            }
        }
    }
}

/// The column that a field of what was made came from.
pub(super) fn origin(field: &str) -> Who {
    match field.rsplit('.').next().unwrap_or_default() {
        "family_name" => Who::Family,
        "email" => Who::Email,
        "phone" => Who::Phone,
        "language_code" => Who::Language,
        "information_notice_time" => Who::Informed,
        "partner" => Who::Partner,
        "mode" => Who::Seat,
        "special_needs" => Who::Needs,
        "sex" => Who::Sex,
        "age_band" => Who::Age,
        "disability" => Who::Disability,
        "status" => Who::Status,
        _ => Who::Given,
    }
}

/// Someone who is known is whom a row tells of.
pub(super) fn is(known: &Person, said: &pb::Participant) -> bool {
    let known = pb::Participant {
        partner: known.partner.clone(),
        given_name: known.given_name.clone(),
        family_name: known.family_name.clone(),
        email: known.email.clone(),
        phone: known.phone.clone(),
        ..Default::default()
    };
    are(&known, said)
}

/// The same name, and nothing that tells them apart.
fn are(one: &pb::Participant, other: &pb::Participant) -> bool {
    let alike = |one: &str, other: &str| one.is_empty() || other.is_empty() || one == other;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let named = |person: &pb::Participant| (fold(&person.given_name), fold(&person.family_name));
    one.partner == other.partner
        && named(one) == named(other)
        && alike(&one.email.to_lowercase(), &other.email.to_lowercase())
        && alike(&digits(&one.phone), &digits(&other.phone))
}
