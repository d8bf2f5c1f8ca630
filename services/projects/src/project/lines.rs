//! The lines of a project's budget: what each may hold, and what reports call it. Pure.

use std::collections::BTreeSet;

use chassis::column::Coded;
use chassis::draft::MOST;
use chassis::error::{Result, Violations};
use chassis::{name, say, value};
use proto::projects::BudgetLine;
use proto::projects::budget_line::Kind;

use super::describe::{COMMITMENT, PARTNER};
use super::row::Model;

/// Takes over the lines that a draft says, each with an id that stays.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub(crate) fn describe(project: &mut Model, lines: &[BudgetLine], imported: bool) -> Result<()> {
    if imported && *lines == project.budget_lines.0 {
        return Ok(());
    }
    check(lines, imported)?;
    take(project, lines.to_vec());
    Ok(())
}

/// Puts lines in the place of those before: a line without an id keeps the one that the same line had, or gets one that no
/// line of the project ever had.
pub(crate) fn take(project: &mut Model, mut lines: Vec<BudgetLine>) {
    let before = std::mem::take(&mut project.budget_lines.0);
    let mut taken: BTreeSet<String> =
        lines.iter().map(|line| line.line_id.clone()).filter(|id| !id.is_empty()).collect();
    for id in &taken {
        let number = id.strip_prefix('l').and_then(|number| number.parse::<i32>().ok());
        project.lines_made = project.lines_made.max(number.unwrap_or_default());
    }
    for line in lines.iter_mut().filter(|line| line.line_id.is_empty()) {
        let same = |old: &&BudgetLine| bare(old) == *line && !taken.contains(&old.line_id);
        line.line_id = match before.iter().filter(|old| !old.line_id.is_empty()).find(same) {
            Some(old) => old.line_id.clone(),
            None => {
                project.lines_made = project.lines_made.saturating_add(1);
                format!("l{}", project.lines_made)
            }
        };
        taken.insert(line.line_id.clone());
    }
    project.budget_lines = lines.into();
}

/// A line as it is found in the world: without what reports call it here.
pub(crate) fn bare(line: &BudgetLine) -> BudgetLine {
    BudgetLine { line_id: String::new(), ..line.clone() }
}

fn check(lines: &[BudgetLine], imported: bool) -> Result<()> {
    let mut wrong = Violations::default();
    if lines.len() > MOST {
        wrong.add("budget_lines", say!("at most {MOST}", "{MOST} au plus"));
    }
    let mut ids = BTreeSet::new();
    for (index, line) in lines.iter().enumerate().take(MOST) {
        let field = |name: &str| format!("budget_lines[{index}].{name}");
        if !(imported && line.source.is_empty()) {
            wrong.check(name::check_reference(&field("source"), PARTNER, &line.source))?;
        }
        if !line.commitment.is_empty() {
            wrong.check(name::check_reference(&field("commitment"), COMMITMENT, &line.commitment))?;
        }
        match &line.amount {
            Some(amount) => {
                wrong.check(value::money(&field("amount"), amount))?;
                if amount.minor_units < 0 && !imported {
                    wrong.add(field("amount.minor_units"), say!("below zero", "inférieur à zéro"));
                }
            }
            None => wrong.require(&field("amount"), false),
        }
        let kind = wrong.check(Coded::<Kind>::read(&field("kind"), line.kind))?;
        wrong.require(&field("kind"), imported || kind.is_none_or(|kind| kind != Kind::Unspecified));
        if let Some(period) = &line.period {
            wrong.check(value::date_range(&field("period"), period, false))?;
        }
        if !line.line_id.is_empty() {
            wrong.check(name::check_id(&field("line_id"), &line.line_id))?;
            if !ids.insert(line.line_id.as_str()) {
                wrong.add(field("line_id"), say!("another line has it", "une autre ligne l'a déjà"));
            }
        }
    }
    wrong.finish()?;
    value::total(lines.iter().filter_map(|line| line.amount.clone()))
        .map_err(|error| error.under("budget_lines"))
        .map(drop)
}
