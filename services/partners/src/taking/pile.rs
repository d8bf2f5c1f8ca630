//! What is to be written of one noun: what is new, what changes, and what was said.

use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::wire::Conversation;
use chassis::{Call, store};
use prost::Message as _;
use proto::partners::imported_partnership::Outcome;

use super::anew::{Noun, Place, anew};
use super::known::Known;
use super::source;
use super::take::{At, Change};
use super::tally::Became;
use crate::agreement::compare;

/// What is to be written of one noun.
pub(super) struct Pile<N> {
    pub(super) created: Vec<N>,
    changed: Vec<(At, N, N)>,
    said: Vec<(String, Vec<u8>)>,
}

impl<N> Default for Pile<N> {
    fn default() -> Self {
        Self { created: Vec::new(), changed: Vec::new(), said: Vec::new() }
    }
}

impl<N: Noun> Pile<N> {
    /// What becomes of what is said: the name of its resource.
    pub(super) fn enter(
        &mut self,
        at: At,
        said: &N::Said,
        known: Option<&N>,
        (all, place): (&Known, &Place),
        became: &mut Became,
    ) -> Result<String> {
        let Some(row) = known else {
            let row = N::found(said, place)?;
            let name = row.name().to_owned();
            became.note(&name, Outcome::Created);
            self.said.push((name.clone(), said.encode_to_vec()));
            self.created.push(row);
            return Ok(name);
        };
        let name = row.name().to_owned();
        became.note(&name, Outcome::Unchanged);
        if !row.imported() {
            return Ok(name); // whoever registered it here speaks for it
        }
        let before = all.said(&name).map(N::Said::decode).transpose().map_err(Error::internal)?;
        let before = before.map(|before| N::renamed(before, &all.renamed));
        if before.as_ref() == Some(said) {
            return Ok(name);
        }
        if let Some(before) = before {
            let after = anew(row, &before, said, place)?;
            if after != *row {
                became.note(&name, Outcome::Updated);
                self.changed.push((at, row.clone(), after));
            }
        }
        self.said.push((name.clone(), said.encode_to_vec()));
        Ok(name)
    }

    /// Writes what changes, and remembers what was said.
    pub(super) async fn finish(
        self,
        unit: &mut Unit<'_>,
        call: &Call,
        changes: &mut Vec<Change>,
    ) -> Result<()> {
        let language = Conversation::current().language;
        for ((draft, part), before, after) in self.changed {
            let (was, is): (N::Message, N::Message) = (before.clone().into(), after.clone().into());
            let resource = before.name().to_owned();
            let told = compare::differences(&was, &is, N::FIELDS_SAID, language)?;
            changes.extend(told.into_iter().map(|what| Change {
                draft,
                part,
                resource: resource.clone(),
                what,
            }));
            let rule = |row: &mut N| {
                row.clone_from(&after);
                Ok(())
            };
            store::apply(unit, call, before, rule).await?;
        }
        source::keep(unit.txn, self.said, unit.now).await
    }
}
