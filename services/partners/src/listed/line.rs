//! One line of a spreadsheet: what each of its cells says, and what is wrong with it. Pure.

use std::collections::HashMap;

use chassis::say;
use chassis::say::{Language, Text};
use chassis::text::fold;
use chrono::Datelike as _;
use iati::{Problem, Severity};
use proto::common::{DateRange, Evidence, LocalizedText, Translation, evidence};
use proto::partners as pb;
use proto::partners::partnership_member::Role;
use sheet::form::{Choice, chosen, offered};
use sheet::{DateTrouble, NumberTrouble, Value};

use super::reading::{Listed, Row};
use super::resolve::Meant;
use super::words::{Column, choices};

/// How the reference of a partnership begins that is known by what it is called.
const REFERENCE: &str = "title:";

/// A member as it is written: whom, and in which role.
pub(super) fn split_role(member: &str) -> (String, String) {
    let member = member.trim();
    let role = member.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    match role {
        // What stands in brackets may be a part of the name.
        Some((who, role)) if !who.trim().is_empty() && known_role(role).is_some() => {
            (who.trim().to_owned(), role.trim().to_owned())
        }
        _ => (member.to_owned(), String::new()),
    }
}

fn known_role(role: &str) -> Option<Role> {
    match fold(role).as_str() {
        "" | "partner" | "partenaire" => Some(Role::Partner),
        "funder" | "financeur" | "financeuse" => Some(Role::Funder),
        "observer" | "observateur" | "observatrice" => Some(Role::Observer),
        _ => None,
    }
}

/// What is told of a cell of a line.
pub(super) fn problem(
    listed: &Listed,
    row: &Row,
    column: Column,
    (severity, code): (Severity, &'static str),
    why: Text,
) -> Problem {
    let record = match row.words(Column::Reference) {
        none if none.is_empty() => row.words(Column::Partnership),
        reference => reference,
    };
    Problem {
        severity,
        record: record.chars().take(80).collect(),
        location: listed.place(row, column),
        line: row.number.saturating_add(1),
        found: row.value(column).map(Value::shown).unwrap_or_default(),
        code,
        en: why.en,
        fr: why.fr,
    }
}

/// What may be chosen.
pub(super) struct Offers {
    nature: Vec<Choice>,
    kind: Vec<Choice>,
    renewal: Vec<Choice>,
}

impl Offers {
    /// What the contract offers.
    pub(super) fn all() -> Self {
        Self {
            nature: choices("Partnership.Kind"),
            kind: choices("Agreement.Kind"),
            renewal: choices("Agreement.RenewalMode"),
        }
    }
}

/// What a line says.
pub(super) struct Read {
    pub(super) key: String,
    title: String,
    nature: i32,
    lead: String,
    members: Vec<pb::PartnershipMember>,
    territories: Vec<String>,
    pub(super) agreement: pb::AgreementAsFound,
    language: Option<Language>,
}

impl Read {
    pub(super) fn partnership(&self) -> pb::PartnershipAsFound {
        let lead = pb::PartnershipMember {
            partner: self.lead.clone(),
            role: Role::Lead.into(),
            ..Default::default()
        };
        let partnership = pb::Partnership {
            title: Some(text(&self.title, self.language)),
            kind: self.nature,
            lead_partner: self.lead.clone(),
            members: std::iter::once(lead).chain(self.members.iter().cloned()).collect(),
            territories: self.territories.clone(),
            external_reference: format!("{REFERENCE}{}", self.key).chars().take(500).collect(),
            ..Default::default()
        };
        pb::PartnershipAsFound { partnership: Some(partnership), ..Default::default() }
    }
}

fn text(words: &str, language: Option<Language>) -> LocalizedText {
    let code = language.map_or(chassis::text::UNSAID, Language::code).to_owned();
    let translations = [(code.clone(), Translation { text: words.to_owned(), ..Default::default() })].into();
    LocalizedText { default_language_code: code, translations, ..Default::default() }
}

/// One line while it is read.
pub(super) struct Line<'l> {
    pub(super) listed: &'l Listed,
    pub(super) row: &'l Row,
    pub(super) meant: &'l HashMap<String, Meant>,
    pub(super) offers: &'l Offers,
    pub(super) language: Language,
    pub(super) problems: Vec<Problem>,
}

impl Line<'_> {
    fn blocks(&mut self, column: Column, code: &'static str, why: Text) {
        self.problems.push(problem(self.listed, self.row, column, (Severity::Blocks, code), why));
    }

    pub(super) fn read(&mut self) -> Read {
        let title = self.row.words(Column::Partnership);
        if title.is_empty() {
            self.blocks(
                Column::Partnership,
                "CELL_EMPTY",
                say!("say which partnership", "indiquez le partenariat"),
            );
        }
        let lead = match self.row.words(Column::Lead) {
            none if none.is_empty() => {
                self.blocks(Column::Lead, "CELL_EMPTY", say!("say who leads", "indiquez le chef de file"));
                String::new()
            }
            words => self.partner(Column::Lead, &words),
        };
        let members = self.members();
        let offers = self.offers;
        let nature = self.choice(Column::Nature, &offers.nature);
        let agreement = self.agreement(&lead, &members);
        let territories = self.row.words(Column::Territories);
        let territories = territories.split([';', ',', '\n']).map(str::trim).filter(|name| !name.is_empty());
        let whole =
            |name: &str| if name.contains('/') { name.to_owned() } else { format!("territories/{name}") };
        Read {
            key: fold(&title),
            title,
            nature,
            lead,
            members,
            territories: territories.map(whole).collect(),
            agreement,
            language: self.listed.language,
        }
    }

    fn partner(&mut self, column: Column, words: &str) -> String {
        match self.meant.get(words) {
            Some(Meant::Partner(name)) => return name.clone(),
            Some(Meant::Several(partners)) => {
                let list = partners.join(", ");
                let why = say!(
                    "several partners are called {words}: write the name of one of them: {list}",
                    "plusieurs organisations s'appellent {words} : écrivez le nom de l'une d'elles : {list}"
                );
                self.blocks(column, "PARTNER_AMBIGUOUS", why);
            }
            Some(Meant::Nobody(partners)) if !partners.is_empty() => {
                let list = partners.join(", ");
                let why = say!(
                    "{words} is not in the registry: is it one of {list}? Else register it first: ensemble partner create",
                    "{words} n'est pas dans le registre : est-ce l'une de {list} ? Sinon, enregistrez-la d'abord : ensemble partner create"
                );
                self.blocks(column, "PARTNER_UNKNOWN", why);
            }
            Some(Meant::Nobody(_)) | None => {
                let why = say!(
                    "{words} is not in the registry: register it first (ensemble partner create), or correct it",
                    "{words} n'est pas dans le registre : enregistrez-la d'abord (ensemble partner create), ou corrigez"
                );
                self.blocks(column, "PARTNER_UNKNOWN", why);
            }
        }
        String::new()
    }

    fn members(&mut self) -> Vec<pb::PartnershipMember> {
        let said = self.row.words(Column::Members);
        let mut members = Vec::new();
        for (who, role) in said.split([';', '\n']).map(split_role).filter(|(who, _)| !who.is_empty()) {
            let role = known_role(&role).unwrap_or(Role::Partner);
            let partner = self.partner(Column::Members, &who);
            members.push(pb::PartnershipMember { partner, role: role.into(), ..Default::default() });
        }
        members
    }

    fn choice(&mut self, column: Column, choices: &[Choice]) -> i32 {
        let words = self.row.words(column);
        if words.is_empty() {
            return 0;
        }
        chosen(choices, &words).map(|choice| choice.number).unwrap_or_else(|| {
            let (en, fr) = (offered(choices, Language::En), offered(choices, Language::Fr));
            self.blocks(column, "CHOICE_UNKNOWN", say!("one of these: {en}", "au choix : {fr}"));
            0
        })
    }

    fn date(&mut self, column: Column) -> Option<proto::Date> {
        let value = self.row.value(column)?;
        match sheet::date(value, self.language) {
            Ok(day) => {
                let part = |number: u32| i32::try_from(number).unwrap_or_default();
                Some(proto::Date { year: day.year(), month: part(day.month()), day: part(day.day()) })
            }
            Err(trouble) => {
                let why = match trouble {
                    DateTrouble::Ambiguous => say!(
                        "day and month may be taken for one another: write it like 2025-12-31",
                        "jour et mois peuvent être confondus : écrivez comme 2025-12-31"
                    ),
                    DateTrouble::Unreadable => {
                        say!("expected a date like 2025-12-31", "une date est attendue, comme 31/12/2025")
                    }
                };
                self.blocks(column, "DATE_INVALID", why);
                None
            }
        }
    }

    fn count(&mut self, column: Column) -> Option<i32> {
        let value = self.row.value(column)?;
        let number: Result<rust_decimal::Decimal, NumberTrouble> = sheet::number(value, self.language);
        let whole = number
            .ok()
            .filter(|number| number.fract().is_zero())
            .and_then(|number| i32::try_from(number).ok());
        if whole.is_none() {
            self.blocks(
                column,
                "NUMBER_INVALID",
                say!("expected a whole number", "un nombre entier est attendu"),
            );
        }
        whole
    }

    fn agreement(&mut self, lead: &str, members: &[pb::PartnershipMember]) -> pb::AgreementAsFound {
        let offers = self.offers;
        let kind = self.choice(Column::Kind, &offers.kind);
        let renewal_mode = self.choice(Column::Renewal, &offers.renewal);
        let (start, end, signed) =
            (self.date(Column::Start), self.date(Column::End), self.date(Column::Signed));
        if start.is_none() && end.is_some() && self.row.value(Column::Start).is_none() {
            let why = say!(
                "say from when, since it says until when",
                "indiquez le début, puisque la fin est donnée"
            );
            self.blocks(Column::Start, "CELL_EMPTY", why);
        }
        let party = |partner: &str| pb::AgreementParty { partner: partner.to_owned(), ..Default::default() };
        let parties = members.iter().filter(|member| member.role() != Role::Observer);
        let agreement = pb::Agreement {
            kind,
            parties: std::iter::once(party(lead))
                .chain(parties.map(|member| party(&member.partner)))
                .collect(),
            period: start.map(|start| DateRange { start_date: Some(start), end_date: end }),
            document: self.document(signed),
            notice_days: self.count(Column::Notice),
            renewal_mode,
            max_tacit_renewals: self.count(Column::Tacit).unwrap_or_default(),
            external_reference: self.row.words(Column::Reference),
            ..Default::default()
        };
        use pb::agreement::State;
        let state = if self.row.value(Column::Signed).is_some() { State::Signed } else { State::Draft };
        pb::AgreementAsFound { agreement: Some(agreement), found_state: state.into() }
    }

    fn document(&mut self, signed: Option<proto::Date>) -> Option<Evidence> {
        let [title, uri, sha256] =
            [Column::Title, Column::Url, Column::Sha256].map(|column| self.row.words(column));
        if uri.is_empty() {
            for (column, said) in [(Column::Title, &title), (Column::Sha256, &sha256)] {
                if !said.is_empty() {
                    let why = say!(
                        "kept with the address of the document only: give that too",
                        "conservé seulement avec l'adresse du document : indiquez-la aussi"
                    );
                    let told = (Severity::Doubtful, "DOCUMENT_MISSING");
                    self.problems.push(problem(self.listed, self.row, column, told, why));
                }
            }
            return None;
        }
        let title = if title.is_empty() { self.row.words(Column::Partnership) } else { title };
        let kind = evidence::Kind::SignedDocument.into();
        Some(Evidence { title, uri, sha256, issue_date: signed, kind, ..Default::default() })
    }

    /// Another agreement of a partnership that a line above told of.
    pub(super) fn joins(&mut self, read: &Read, first: &Row, draft: &mut pb::PartnershipAsFound) {
        let above = |column: Column| self.listed.place(first, column);
        let (lead, nature) = (above(Column::Lead), above(Column::Nature));
        let Some(partnership) = &mut draft.partnership else { return };
        if partnership.lead_partner != read.lead {
            let why = say!(
                "another lead than in {lead}, for the same partnership: call them alike, or tell two partnerships apart by what they are called",
                "un autre chef de file qu'en {lead}, pour le même partenariat : mettez le même, ou distinguez deux partenariats par leur nom"
            );
            self.blocks(Column::Lead, "LINES_DIFFER", why);
        }
        match (partnership.kind, read.nature) {
            (_, 0) => {}
            (0, kind) => partnership.kind = kind,
            (one, other) if one == other => {}
            _ => {
                let why = say!(
                    "another kind than in {nature}, for the same partnership",
                    "une autre nature qu'en {nature}, pour le même partenariat"
                );
                self.blocks(Column::Nature, "LINES_DIFFER", why);
            }
        }
        for member in &read.members {
            if !partnership.members.iter().any(|known| known.partner == member.partner) {
                partnership.members.push(member.clone());
            }
        }
        for territory in &read.territories {
            if !partnership.territories.contains(territory) {
                partnership.territories.push(territory.clone());
            }
        }
    }
}
