//! What each field of an assessment may hold. Pure.

use chassis::column::Day;
use chassis::error::{Result, Violations};
use chassis::say;
use proto::training as pb;

use super::row::Model;
use crate::alignment;

const MOST: usize = 100;

/// Takes over what a draft says of an assessment, having looked at every field.
pub(crate) fn describe(assessment: &mut Model, draft: &pb::Assessment, today: Day) -> Result<()> {
    let mut wrong = Violations::default();
    assessment.phase = wrong.coded("phase", draft.phase, true)?;
    assessment.instrument = wrong.coded("instrument", draft.instrument, true)?;
    match &draft.assess_date {
        None => wrong.require("assess_date", false),
        Some(date) => {
            let day = wrong.check(Day::from_date("assess_date", date))?;
            if day.is_some_and(|day| day > today) {
                wrong.add("assess_date", say!("not in the future", "pas dans l'avenir"));
            }
            assessment.assess_date = day.unwrap_or(today);
        }
    }
    wrong.require("levels", !draft.levels.is_empty());
    let levels = wrong.each("levels", &draft.levels, MOST, level)?;
    let what = |level: &pb::AssessedLevel| {
        level
            .alignment
            .as_ref()
            .map(|of| (of.framework, of.framework_version.clone(), of.target_code.clone()))
    };
    let named: Vec<_> = draft.levels.iter().map(what).collect();
    wrong.once("levels", &named);
    assessment.levels = levels.into();
    wrong.finish()
}

fn level(field: &str, said: &pb::AssessedLevel) -> Result<pb::AssessedLevel> {
    let mut wrong = Violations::default();
    let at = format!("{field}.alignment");
    wrong.require(&at, said.alignment.is_some());
    let aligned = said.alignment.as_ref().map(|said| alignment::check(&at, said)).transpose();
    let aligned = wrong.check(aligned)?.flatten();
    wrong.within(&format!("{field}.level"), said.level, 0..=alignment::HIGHEST_LEVEL);
    wrong.finish()?;
    Ok(pb::AssessedLevel { alignment: aligned, level: said.level })
}
