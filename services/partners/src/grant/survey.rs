//! Reading a file of grants twice: once to see what is in it and who takes part, once to take it over. Neither holds more than
//! a few grants.

use std::collections::HashMap;
use std::io::Read;

use chassis::column::Day;
use chassis::error::Result;
use chassis::say;
use chassis::text::fold;
use chassis::upload::Upload;
use iati::grants::{Grant, Item, Organisation};
use iati::{Limits, Problems, Severity};
use proto::common::Money;
use proto::partners::OrganisationAsFound;
use tokio::sync::mpsc;

use super::as_found::{amount, problem};

/// Grants that travel together, at most.
const CHUNK: usize = 500;

/// What is in a file.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) problems: Problems,
    /// Grants that cannot be taken.
    pub(super) refused: i32,
    /// Each organisation that a sound grant names, once.
    pub(super) organisations: Vec<OrganisationAsFound>,
    places: HashMap<String, usize>,
    /// Who gives to whom, and from when until when.
    pub(super) pairs: HashMap<Pair, Span>,
    /// The number of the grant that has each identifier.
    seen: HashMap<String, usize>,
    count: usize,
}

/// Who gives to whom: places among the organisations.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) funders: Vec<usize>,
    pub(super) recipients: Vec<usize>,
}

/// From the first to the last day of several grants; nobody knows the last where one does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: Option<Day>,
    pub(super) last: Option<Day>,
}

impl Span {
    fn of(grant: &Grant) -> Self {
        let day = |day| Day::of(day);
        Self { first: grant.start.or(grant.awarded).and_then(day), last: grant.end.and_then(day) }
    }

    /// Both together.
    pub(super) fn and(self, other: Self) -> Self {
        let first = self.first.into_iter().chain(other.first).min();
        Self { first, last: self.last.zip(other.last).map(|(one, other)| one.max(other)) }
    }
}

/// A sound grant.
pub(super) struct Sound {
    pub(super) grant: Grant,
    pub(super) amount: Option<Money>,
}

/// How an organisation is told from others in a file.
fn key(organisation: &Organisation) -> String {
    match organisation.id.as_str() {
        "" => format!("/{}", fold(&organisation.name)), // no identifier begins so
        id => id.to_owned(),
    }
}

fn as_found(organisation: &Organisation) -> OrganisationAsFound {
    OrganisationAsFound {
        r#ref: organisation.id.clone(),
        titles: [(String::new(), organisation.name.clone())].into(),
        country_code: organisation.country.clone(),
        ..Default::default()
    }
}

impl Survey {
    /// Looks at a whole file.
    pub(super) fn of(file: impl Read) -> Self {
        let mut survey = Self::default();
        iati::grants::read(file, Limits::default(), |item| {
            match item {
                Item::Grant(grant) => survey.look(*grant),
                Item::FileProblem(problem) => survey.problems.note([problem]),
            }
            true
        });
        survey
    }

    fn look(&mut self, mut grant: Grant) {
        self.count += 1;
        let mut problems = std::mem::take(&mut grant.problems);
        let mut blocked = problems.iter().any(|problem| problem.severity == Severity::Blocks);
        if !grant.id.is_empty() {
            let at = self.count;
            match self.seen.get(&grant.id) {
                Some(first) => {
                    let why = say!(
                        "the grant number {number} of the file has this id too: give each its own",
                        "la subvention n° {number} du fichier porte déjà cet identifiant : donnez à chacune le sien",
                        number = first
                    );
                    problems.push(problem(
                        &grant,
                        "id",
                        Severity::Blocks,
                        "DUPLICATE_IDENTIFIER",
                        &grant.id,
                        why,
                    ));
                    blocked = true;
                }
                None => drop(self.seen.insert(grant.id.clone(), at)),
            }
        }
        if !grant.amount.is_empty() && !grant.currency.is_empty() {
            match amount(&grant) {
                Ok(Some(_)) => {}
                Ok(None) => {
                    let why = say!(
                        "nothing was awarded: the agreement is taken, without a commitment",
                        "rien n'a été attribué : l'accord est repris, sans engagement"
                    );
                    problems.push(problem(
                        &grant,
                        "amountAwarded",
                        Severity::Doubtful,
                        "AMOUNT_ZERO",
                        &grant.amount,
                        why,
                    ));
                }
                Err(wrong) => {
                    problems.push(*wrong);
                    blocked = true;
                }
            }
        }
        for (field, organisations) in
            [("fundingOrganization", &grant.funders), ("recipientOrganization", &grant.recipients)]
        {
            if organisations.len() > 1 {
                let why = say!(
                    "several organisations: all are parties, and the amount is told of the first",
                    "plusieurs organisations : toutes sont parties, et le montant est rapporté à la première"
                );
                problems.push(problem(&grant, field, Severity::Doubtful, "SEVERAL_ORGANISATIONS", "", why));
            }
        }
        self.problems.note(problems);
        if blocked {
            self.refused = self.refused.saturating_add(1);
            return;
        }
        let pair = self.enter(&grant);
        let span = Span::of(&grant);
        self.pairs.entry(pair).and_modify(|known| *known = known.and(span)).or_insert(span);
    }

    fn enter(&mut self, grant: &Grant) -> Pair {
        let mut place = |organisation: &Organisation| {
            let organisations = &mut self.organisations;
            *self.places.entry(key(organisation)).or_insert_with(|| {
                organisations.push(as_found(organisation));
                organisations.len() - 1
            })
        };
        Pair {
            funders: grant.funders.iter().map(&mut place).collect(),
            recipients: grant.recipients.iter().map(&mut place).collect(),
        }
    }

    /// Who gives to whom in a grant that was looked at.
    pub(super) fn pair(&self, grant: &Grant) -> Option<Pair> {
        let places = |organisations: &[Organisation]| {
            organisations.iter().map(|one| self.places.get(&key(one)).copied()).collect::<Option<Vec<_>>>()
        };
        Some(Pair { funders: places(&grant.funders)?, recipients: places(&grant.recipients)? })
    }
}

/// Sends the sound grants of a file in chunks, until they end or nobody listens any more.
pub(super) fn send(upload: &Upload, sender: &mpsc::Sender<Vec<Sound>>) -> Result<()> {
    let mut chunk = Vec::new();
    let mut seen = std::collections::HashSet::new();
    iati::grants::read(upload.open()?, Limits::default(), |item| {
        let Item::Grant(grant) = item else { return true };
        let again = !seen.insert(grant.id.clone());
        if again || grant.is_blocked() {
            return true;
        }
        let Ok(amount) = amount(&grant) else { return true };
        chunk.push(Sound { grant: *grant, amount });
        chunk.len() < CHUNK || sender.blocking_send(std::mem::take(&mut chunk)).is_ok()
    });
    if !chunk.is_empty() {
        let _ = sender.blocking_send(chunk); // whoever stopped listening knows why
    }
    Ok(())
}
