//! What each field of a trainer may hold. Pure.

use chassis::error::{Result, Violations};
use chassis::text;
use proto::training as pb;

use super::row::Model;
use crate::{alignment, mode};
use peers::TERRITORY;

/// The pattern of names of accounts.
pub(super) const USER: &str = "users/{user}";
const MOST: usize = 100;

/// Takes over what a draft says of a trainer, having looked at every field; who they are does not change.
pub(crate) fn describe(trainer: &mut Model, draft: &pb::Trainer) -> Result<()> {
    let mut wrong = Violations::default();
    wrong.require("competences", !draft.competences.is_empty());
    let competences = wrong.each("competences", &draft.competences, MOST, alignment::check)?;
    trainer.target_codes = competences.iter().map(|competence| competence.target_code.clone()).collect();
    trainer.competences = competences.into();
    wrong.require("languages", !draft.languages.is_empty());
    let languages = wrong.each("languages", &draft.languages, MOST, |at, tag| text::language(at, tag))?;
    wrong.once("languages", &languages);
    trainer.languages = languages.into();
    trainer.modes = mode::names(&mut wrong, "modes", &draft.modes)?;
    trainer.territories = wrong.references("territories", TERRITORY, &draft.territories)?;
    wrong.localized("bio", &mut trainer.bio, draft.bio.as_ref(), false)?;
    trainer.available = draft.available;
    wrong.finish()
}
