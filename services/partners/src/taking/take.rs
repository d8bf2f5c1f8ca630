//! Writing what a source tells: within one transaction, a fixed number of statements for each piece.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chassis::column::Day;
use chassis::database::Unit;
use chassis::error::{Error, Result, Violation};
use chassis::say::Text;
use chassis::{Call, say, store};
use proto::partners as pb;
use proto::partners::imported_partnership::Outcome;

use super::anew::Place;
use super::draft::{self, Part};
use super::known::{Dated, Known, title_key};
use super::pile::Pile;
use super::tally::Tally;
use crate::partner::who::who;
use crate::{agreement, commitment, network_settings, partnership};

/// What became of drafts.
#[derive(Default)]
pub(crate) struct Taken {
    /// The partnership of each, in the order given; empty where it could not be taken.
    pub(crate) names: Vec<String>,
    pub(crate) troubles: Vec<Trouble>,
    pub(crate) changes: Vec<Change>,
}

/// Something that stands in the way.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// The place of the draft.
    pub(crate) draft: usize,
    pub(crate) part: Part,
    pub(crate) field: String,
    pub(crate) why: Text,
    pub(crate) code: &'static str,
    /// The part is not taken; else what is known of it stays as it is.
    pub(crate) blocks: bool,
}

/// What changes of something known.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) draft: usize,
    pub(crate) part: Part,
    pub(crate) resource: String,
    pub(crate) what: pb::AgreementDifference,
}

/// Where a part stands.
pub(super) type At = (usize, Part);

/// Takes drafts over, whose partners are named, or called by the place of their organisation.
pub(crate) async fn take(
    unit: &mut Unit<'_>,
    call: &Call,
    mut drafts: Vec<pb::PartnershipAsFound>,
    organisations: &[String],
    tally: &mut Tally,
) -> Result<Taken> {
    unit.plan_afresh().await?;
    let today = network_settings::store::today(unit.txn, unit.now).await?;
    let today = today.ok_or_else(|| Error::internal("the clock shows no day"))?;
    let mut taking = Taking::new(today, unit);
    taking.name_partners(unit, &mut drafts, organisations).await?;
    let known = Known::of(unit, &mut drafts).await?;
    for (at, draft) in drafts.iter().enumerate() {
        taking.partnership(at, draft, &known, tally)?;
    }
    taking.write_partnerships(unit, call).await?;
    for (at, draft) in drafts.iter().enumerate() {
        taking.parts(at, draft, &known, tally)?;
    }
    taking.write_parts(unit, call).await?;
    unit.flush().await?;
    Ok(taking.taken)
}

struct Taking {
    place: Place,
    taken: Taken,
    partnerships: Pile<partnership::row::Model>,
    agreements: Pile<agreement::row::Model>,
    commitments: Pile<commitment::row::Model>,
    /// The partnerships of this piece, as they are before their parts are written.
    within: HashMap<String, Arc<partnership::row::Model>>,
    /// What was told of in this piece, so that nothing is told of twice.
    seen: HashSet<(&'static str, String)>,
    /// Parts that name somebody who is not there.
    nobody: BTreeSet<At>,
}

impl Taking {
    fn new(today: Day, unit: &Unit<'_>) -> Self {
        Self {
            place: Place { within: None, today, now: unit.now },
            taken: Taken::default(),
            partnerships: Pile::default(),
            agreements: Pile::default(),
            commitments: Pile::default(),
            within: HashMap::new(),
            seen: HashSet::new(),
            nobody: BTreeSet::new(),
        }
    }

    /// Puts today's names in the place of what the partners are called.
    async fn name_partners(
        &mut self,
        unit: &Unit<'_>,
        drafts: &mut [pb::PartnershipAsFound],
        organisations: &[String],
    ) -> Result<()> {
        let place = |name: &str| name.strip_prefix("organisations/").and_then(|at| at.parse::<usize>().ok());
        for (_, _, name) in drafts.iter_mut().flat_map(draft::partners) {
            if let Some(partner) = place(name).and_then(|at| organisations.get(at)) {
                partner.clone_into(name);
            }
        }
        let named =
            drafts.iter_mut().flat_map(|one| draft::partners(one).into_iter().map(|(.., name)| name.clone()));
        let living = who(unit.txn, named.collect()).await?;
        for (at, draft) in drafts.iter_mut().enumerate() {
            let mut nobody = BTreeSet::new();
            for (part, field, name) in draft::partners(draft) {
                match living.get(name.as_str()) {
                    Some(partner) => partner.name.clone_into(name),
                    // What is left empty is told of by what needs it.
                    None if name.is_empty() => {}
                    None => {
                        nobody.insert((at, part));
                        let why = say!("no such partner", "cette organisation n'existe pas");
                        let code = "PARTNER_UNKNOWN";
                        self.taken.troubles.push(Trouble { draft: at, part, field, why, code, blocks: true });
                    }
                }
            }
            draft::once(draft);
            self.nobody.extend(nobody);
        }
        Ok(())
    }

    fn trouble(&mut self, (draft, part): At, field: &str, code: &'static str, why: Text, blocks: bool) {
        self.taken.troubles.push(Trouble { draft, part, field: field.to_owned(), why, code, blocks });
    }

    /// What was refused, unless it is no fault of the draft; of something known, what stands against the source is kept.
    fn refused(&mut self, at: At, error: Error, known: bool) -> Result<bool> {
        match error {
            Error::Invalid { fields, .. } => {
                for Violation { field, why } in fields {
                    self.trouble(at, &field, "INVALID_FIELD", why, true);
                }
                Ok(true)
            }
            Error::Refused { why, facts, rule } => {
                let field = facts.into_iter().find(|(fact, _)| fact == "field").map(|(_, field)| field);
                let field = field.unwrap_or_default();
                let field = field.trim_start_matches("partnership.");
                self.trouble(at, field, if known { "KEPT" } else { rule }, why, !known);
                Ok(!known)
            }
            other => Err(other),
        }
    }

    /// Something is told of for the second time.
    fn again(&mut self, at: At, noun: &'static str, key: String) -> bool {
        let again = !self.seen.insert((noun, key));
        if again {
            let why = say!("told of twice: leave one of them", "donné deux fois : n'en gardez qu'un");
            self.trouble(at, "external_reference", "NAMED_TWICE", why, true);
        }
        again
    }

    fn partnership(
        &mut self,
        at: usize,
        draft: &pb::PartnershipAsFound,
        known: &Known,
        tally: &mut Tally,
    ) -> Result<()> {
        self.taken.names.push(String::new());
        let at: At = (at, Part::Partnership);
        let alone =
            pb::PartnershipAsFound { agreements: Vec::new(), commitments: Vec::new(), ..draft.clone() };
        let said = alone.partnership.clone().unwrap_or_default();
        let key = match said.external_reference.as_str() {
            "" => format!("{} {}", said.lead_partner, title_key(said.title.as_ref())),
            reference => reference.to_owned(),
        };
        if self.nobody.contains(&at) || self.again(at, "partnership", key) {
            tally.refused[0] += 1;
            return Ok(());
        }
        let found = known.partnership(&said);
        let entered =
            self.partnerships.enter(at, &alone, found, (known, &self.place), &mut tally.partnerships);
        match entered {
            Ok(name) => self.taken.names[at.0] = name,
            Err(error) => match (self.refused(at, error, found.is_some())?, found) {
                (false, Some(row)) => self.taken.names[at.0].clone_from(&row.name),
                _ => tally.refused[0] += 1,
            },
        }
        if let Some(row) = found {
            self.within.insert(row.name.clone(), Arc::new(row.clone()));
        }
        Ok(())
    }

    async fn write_partnerships(&mut self, unit: &mut Unit<'_>, call: &Call) -> Result<()> {
        let mut pile = std::mem::take(&mut self.partnerships);
        let created = store::informed(std::mem::take(&mut pile.created), unit.txn.into(), unit.now).await?;
        store::insert_all(unit, call, &created).await?;
        partnership::store::insert_members(unit.txn, &created).await?;
        self.within.extend(created.into_iter().map(|row| (row.name.clone(), Arc::new(row))));
        pile.finish(unit, call, &mut self.taken.changes).await
    }

    /// The agreements and commitments of a draft.
    fn parts(
        &mut self,
        at: usize,
        draft: &pb::PartnershipAsFound,
        known: &Known,
        tally: &mut Tally,
    ) -> Result<()> {
        let Some(within) = self.within.get(&self.taken.names[at]).cloned() else {
            let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
            tally.refused[1] += count(draft.agreements.len());
            tally.refused[2] += count(draft.commitments.len());
            return Ok(());
        };
        self.place.within = Some(Arc::clone(&within));
        let mut agreed: HashMap<&str, String> = HashMap::new();
        for (index, said) in draft.agreements.iter().enumerate() {
            let reference = said.agreement.as_ref().map_or("", |said| said.external_reference.as_str());
            match self.agreement((at, Part::Agreement(index)), said, &within.name, known, tally)? {
                Some(name) => drop(agreed.insert(reference, name)),
                None => tally.refused[1] += 1,
            }
        }
        for (index, said) in draft.commitments.iter().enumerate() {
            let mut said = said.clone();
            let at: At = (at, Part::Commitment(index));
            if !said.agreement_reference.is_empty() {
                let Some(agreement) = agreed.get(said.agreement_reference.as_str()) else {
                    let refused = draft.agreements.iter().filter_map(|one| one.agreement.as_ref());
                    if !refused.into_iter().any(|one| one.external_reference == said.agreement_reference) {
                        let why = say!(
                            "no agreement of this partnership has this reference",
                            "aucun accord de ce partenariat n'a cette référence"
                        );
                        self.trouble(at, "agreement_reference", "AGREEMENT_UNKNOWN", why, true);
                    }
                    tally.refused[2] += 1;
                    continue;
                };
                // One that stays in another partnership does not bind what is committed in this one.
                if agreement.starts_with(&format!("{}/", within.name))
                    && let Some(commitment) = &mut said.commitment
                {
                    commitment.agreement.clone_from(agreement);
                }
            }
            if !self.commitment(at, &said, &within.name, known, tally)? {
                tally.refused[2] += 1;
            }
        }
        Ok(())
    }

    /// The name of an agreement, unless it cannot be taken.
    fn agreement(
        &mut self,
        at: At,
        said: &pb::AgreementAsFound,
        within: &str,
        known: &Known,
        tally: &mut Tally,
    ) -> Result<Option<String>> {
        let resource = said.agreement.clone().unwrap_or_default();
        let start = resource.period.as_ref().and_then(|period| period.start_date.as_ref());
        let start = start.and_then(|date| Day::from_date("start_date", date).ok());
        let dated: Dated = (within.to_owned(), resource.kind, start);
        let key = match resource.external_reference.as_str() {
            "" => format!("{dated:?}"),
            reference => reference.to_owned(),
        };
        if self.nobody.contains(&at) || self.again(at, "agreement", key) {
            return Ok(None);
        }
        let found = known.agreement(&resource.external_reference, &dated);
        if let Some(row) = found.filter(|row| row.partnership != within) {
            self.elsewhere(at, &row.partnership);
            tally.agreements.note(&row.name, Outcome::Unchanged);
            return Ok(Some(row.name.clone()));
        }
        let entered = self.agreements.enter(at, said, found, (known, &self.place), &mut tally.agreements);
        match entered {
            Ok(name) => Ok(Some(name)),
            Err(error) => {
                let gone = self.refused(at, error, found.is_some())?;
                Ok(found.filter(|_| !gone).map(|row| row.name.clone()))
            }
        }
    }

    /// Whether a commitment could be taken.
    fn commitment(
        &mut self,
        at: At,
        said: &pb::CommitmentAsFound,
        within: &str,
        known: &Known,
        tally: &mut Tally,
    ) -> Result<bool> {
        let reference =
            said.commitment.as_ref().map(|said| said.external_reference.clone()).unwrap_or_default();
        if reference.is_empty() {
            let why = say!(
                "required: by it the commitment is found again",
                "obligatoire : l'engagement est reconnu par elle"
            );
            self.trouble(at, "external_reference", "INVALID_FIELD", why, true);
            return Ok(false);
        }
        if self.nobody.contains(&at) || self.again(at, "commitment", reference.clone()) {
            return Ok(false);
        }
        let found = known.commitment(&reference);
        if let Some(row) = found.filter(|row| row.partnership != within) {
            self.elsewhere(at, &row.partnership);
            tally.commitments.note(&row.name, Outcome::Unchanged);
            return Ok(true);
        }
        let entered = self.commitments.enter(at, said, found, (known, &self.place), &mut tally.commitments);
        match entered {
            Ok(_) => Ok(true),
            Err(error) => Ok(!self.refused(at, error, found.is_some())?),
        }
    }

    fn elsewhere(&mut self, at: At, partnership: &str) {
        let why = say!(
            "it is known in {partnership}, where it stays: cancel it there if it never was",
            "il est connu dans {partnership}, où il reste : annulez-le là-bas s'il n'a jamais existé"
        );
        self.trouble(at, "external_reference", "KEPT_ELSEWHERE", why, false);
    }

    async fn write_parts(&mut self, unit: &mut Unit<'_>, call: &Call) -> Result<()> {
        let agreements = std::mem::take(&mut self.agreements);
        store::insert_all(unit, call, &agreements.created).await?;
        agreement::store::insert_parties(unit.txn, &agreements.created).await?;
        agreements.finish(unit, call, &mut self.taken.changes).await?;
        let commitments = std::mem::take(&mut self.commitments);
        store::insert_all(unit, call, &commitments.created).await?;
        commitments.finish(unit, call, &mut self.taken.changes).await
    }
}
