//! What is known already of what a source tells of: found by references, or by what else tells things apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::column::Day;
use chassis::database::Unit;
use chassis::error::Result;
use chassis::text::fold;
use chassis::{Row, store};
use proto::common::LocalizedText;
use proto::partners as pb;
use sea_orm::ExprTrait as _;
use sea_orm::entity::prelude::*;

use super::draft;
use super::source;
use crate::partner::who;
use crate::{agreement, commitment, partnership};

/// By what an agreement without a reference is found again: its partnership, its kind and its first day.
pub(super) type Dated = (String, i32, Option<Day>);

#[derive(Default)]
pub(super) struct Known {
    partnerships: Vec<partnership::row::Model>,
    by_reference: HashMap<String, usize>,
    by_title: HashMap<(String, String), usize>,
    agreements: Vec<agreement::row::Model>,
    agreed: HashMap<String, usize>,
    dated: HashMap<Dated, usize>,
    commitments: HashMap<String, commitment::row::Model>,
    said: HashMap<String, Vec<u8>>,
    /// The survivor of each partner that was merged into one that is named (BEY-1).
    pub(super) renamed: BTreeMap<String, String>,
}

/// What a title says, whatever its language, accents and case.
pub(super) fn title_key(title: Option<&LocalizedText>) -> String {
    let title = title.cloned().unwrap_or_default();
    let said = title.translations.get(&title.default_language_code).or(title.translations.values().next());
    said.map(|said| fold(&said.text)).unwrap_or_default()
}

impl Known {
    /// All that is known of drafts.
    pub(super) async fn of(unit: &Unit<'_>, drafts: &mut [pb::PartnershipAsFound]) -> Result<Self> {
        let named =
            drafts.iter_mut().flat_map(|one| draft::partners(one).into_iter().map(|(.., name)| name.clone()));
        let named: BTreeSet<String> = named.collect();
        let mut known = Self { renamed: who::merged_into(unit.txn, &named).await?, ..Self::default() };
        let partnerships = || drafts.iter().filter_map(|draft| draft.partnership.as_ref());
        let references = partnerships().map(|said| said.external_reference.as_str());
        known.partnerships = referred(unit, references).await?;
        known.titled(unit, partnerships()).await?;
        let agreements =
            || drafts.iter().flat_map(|draft| &draft.agreements).filter_map(|one| one.agreement.as_ref());
        known.agreements = referred(unit, agreements().map(|said| said.external_reference.as_str())).await?;
        if agreements().any(|said| said.external_reference.is_empty()) {
            known.unreferred(unit).await?;
        }
        let commitments =
            drafts.iter().flat_map(|draft| &draft.commitments).filter_map(|one| one.commitment.as_ref());
        let found = referred(unit, commitments.map(|said| said.external_reference.as_str())).await?;
        known.commitments = found
            .into_iter()
            .map(|row: commitment::row::Model| (row.external_reference.clone(), row))
            .collect();
        known.index();
        let names: Vec<&str> = known
            .partnerships
            .iter()
            .map(|row| row.name.as_str())
            .chain(known.agreements.iter().map(|row| row.name.as_str()))
            .chain(known.commitments.values().map(|row| row.name.as_str()))
            .collect();
        known.said = source::of(unit.txn, &names).await?;
        Ok(known)
    }

    /// Adds the partnerships that one may be whose reference nobody knows: those of its lead.
    async fn titled<'d>(
        &mut self,
        unit: &Unit<'_>,
        said: impl Iterator<Item = &'d pb::Partnership>,
    ) -> Result<()> {
        let leads: BTreeSet<&str> = said.map(|said| said.lead_partner.as_str()).collect();
        let before = self.renamed.iter().filter(|(_, now)| leads.contains(now.as_str()));
        let leads: BTreeSet<&str> =
            before.map(|(before, _)| before.as_str()).chain(leads.iter().copied()).collect();
        let leads: Vec<&str> = leads.into_iter().collect();
        for some in leads.chunks(1000) {
            use partnership::row::{COLUMN, Entity};
            let found =
                Entity::find().filter(COLUMN.lead_partner.is_in(some.iter().copied())).all(unit.txn).await?;
            let new =
                found.into_iter().filter(|row| self.partnerships.iter().all(|known| known.name != row.name));
            let new = store::informed(new.collect(), unit.txn.into(), unit.now).await?;
            self.partnerships.extend(new);
        }
        Ok(())
    }

    /// Adds the agreements of the partnerships that are known.
    async fn unreferred(&mut self, unit: &Unit<'_>) -> Result<()> {
        use agreement::row::{COLUMN, Entity};
        let names: Vec<&str> = self.partnerships.iter().map(|row| row.name.as_str()).collect();
        for some in names.chunks(1000) {
            let found =
                Entity::find().filter(COLUMN.partnership.is_in(some.iter().copied())).all(unit.txn).await?;
            let new =
                found.into_iter().filter(|row| self.agreements.iter().all(|known| known.name != row.name));
            let new = store::informed(new.collect(), unit.txn.into(), unit.now).await?;
            self.agreements.extend(new);
        }
        Ok(())
    }

    fn index(&mut self) {
        for (at, row) in self.partnerships.iter().enumerate() {
            if !row.external_reference.is_empty() {
                self.by_reference.insert(row.external_reference.clone(), at);
            }
            let lead = row.living(&row.lead_partner).to_owned();
            self.by_title.entry((lead, title_key(Some(&row.title)))).or_insert(at);
        }
        for (at, row) in self.agreements.iter().enumerate() {
            if !row.external_reference.is_empty() {
                self.agreed.insert(row.external_reference.clone(), at);
            }
            let dated = (row.partnership.clone(), row.kind.number(), row.period_start);
            self.dated.entry(dated).or_insert(at);
        }
    }

    pub(super) fn partnership(&self, said: &pb::Partnership) -> Option<&partnership::row::Model> {
        let called = self.by_title.get(&(said.lead_partner.clone(), title_key(said.title.as_ref())));
        let at = match said.external_reference.as_str() {
            "" => called,
            // Another that is called alike has a reference of its own.
            reference => self
                .by_reference
                .get(reference)
                .or_else(|| called.filter(|at| self.partnerships[**at].external_reference.is_empty())),
        };
        at.map(|at| &self.partnerships[*at])
    }

    pub(super) fn agreement(&self, reference: &str, dated: &Dated) -> Option<&agreement::row::Model> {
        let at = if reference.is_empty() { self.dated.get(dated) } else { self.agreed.get(reference) };
        at.map(|at| &self.agreements[*at])
    }

    pub(super) fn commitment(&self, reference: &str) -> Option<&commitment::row::Model> {
        self.commitments.get(reference)
    }

    /// What the source of a resource said of it before.
    pub(super) fn said(&self, name: &str) -> Option<&[u8]> {
        self.said.get(name).map(Vec::as_slice)
    }
}

/// The rows that have such references.
async fn referred<R: Row>(unit: &Unit<'_>, references: impl Iterator<Item = &str>) -> Result<Vec<R>> {
    let references: BTreeSet<&str> = references.filter(|reference| !reference.is_empty()).collect();
    let references: Vec<&str> = references.into_iter().collect();
    let column = || Expr::col((R::Table::default(), sea_orm::sea_query::Alias::new("external_reference")));
    let mut found = Vec::new();
    for some in references.chunks(1000) {
        // Said twice, since the index holds those alone that have one.
        let rows = R::Table::find().filter(column().ne("")).filter(column().is_in(some.iter().copied()));
        found.extend(rows.all(unit.txn).await?);
    }
    Ok(store::informed(found, unit.txn.into(), unit.now).await?)
}
