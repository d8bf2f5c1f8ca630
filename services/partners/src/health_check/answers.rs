//! What members say in a health check: their scores, what they will do, what they reply. Pure.

use std::collections::BTreeSet;

use chassis::column::Day;
use chassis::error::{Error, Result, Violations};
use chassis::{say, text};
use proto::partners as pb;

use super::results::STATEMENTS;
use crate::code_list::{self, lists};
use crate::partnership::describe::PARTNER;

/// The longest comment, action, note or reply.
const PARAGRAPH: usize = 2000;
const MOST_ACTIONS: usize = 50;

/// The scores of all twelve statements, each from 1 to 5, in the order of the list.
///
/// # Errors
/// `INVALID_ARGUMENT` on each score that is wrong, and on `scores` naming what is missing.
pub fn scores(given: &[pb::HealthCheckScore]) -> Result<Vec<pb::HealthCheckScore>> {
    let mut wrong = Violations::default();
    let mut seen = BTreeSet::new();
    for (index, said) in given.iter().enumerate().take(100) {
        let field = |name: &str| format!("scores[{index}].{name}");
        let known = |code: &str| code_list::contains(STATEMENTS, code);
        wrong.code(&field("statement"), STATEMENTS, known, &said.statement);
        if !seen.insert(said.statement.as_str()) {
            wrong.add(field("statement"), say!("scored twice", "noté deux fois"));
        }
        if !(1..=5).contains(&said.score) {
            wrong.add(
                field("score"),
                say!("1 (not at all) to 5 (entirely)", "de 1 (pas du tout) à 5 (entièrement)"),
            );
        }
    }
    let all = lists::coded(STATEMENTS).map(|list| list.codes.as_slice()).unwrap_or_default();
    let missing: Vec<&str> = all.iter().map(|code| code.code).filter(|code| !seen.contains(code)).collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        wrong.add("scores", say!("score these too: {missing}", "notez aussi : {missing}"));
    }
    wrong.finish()?;
    let place = |said: &pb::HealthCheckScore| all.iter().position(|code| code.code == said.statement);
    let mut scores = given.to_vec();
    scores.sort_by_key(place);
    Ok(scores)
}

/// What is to be done, each by a member and until a day that has not passed.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn actions(
    given: &[pb::HealthCheckAction],
    is_member: impl Fn(&str) -> bool,
    today: Day,
) -> Result<Vec<pb::HealthCheckAction>> {
    let mut wrong = Violations::default();
    let mut actions = wrong.each("actions", given, MOST_ACTIONS, |field, action| {
        let mut wrong = Violations::default();
        let text = wrong.plain("text", &action.text, PARAGRAPH)?;
        wrong.require("text", !text.is_empty());
        wrong.require("owner", !action.owner.is_empty());
        wrong.reference("owner", PARTNER, &action.owner)?;
        if !action.owner.is_empty() && !is_member(&action.owner) {
            wrong.add(
                "owner",
                say!("it is not a member: a member does it", "elle n'est pas membre : un membre s'en charge"),
            );
        }
        wrong.require("due_date", action.due_date.is_some());
        let due = action.due_date.as_ref().map(|date| Day::from_date("due_date", date)).transpose();
        let due = wrong.check(due)?.flatten();
        if due.is_some_and(|due| due < today) {
            wrong.add(
                "due_date",
                say!("it has passed: today or later", "date passée : aujourd'hui ou plus tard"),
            );
        }
        wrong.finish().map_err(|error| error.under(field))?;
        let due_date = due.map(proto::Date::from);
        Ok(pb::HealthCheckAction { text, owner: action.owner.clone(), due_date, ..Default::default() })
    })?;
    wrong.finish()?;
    for (index, action) in actions.iter_mut().enumerate() {
        action.id = format!("a{}", index + 1);
    }
    Ok(actions)
}

/// A paragraph that somebody writes.
///
/// # Errors
/// `INVALID_ARGUMENT` on `field` when it is too long.
pub fn paragraph(field: &str, said: &str) -> Result<String> {
    text::plain(field, said, PARAGRAPH)
}

/// A paragraph that has to say something.
///
/// # Errors
/// As [`paragraph`]; `INVALID_ARGUMENT` on `field` when it is empty.
pub fn said(field: &str, said: &str) -> Result<String> {
    match paragraph(field, said)? {
        empty if empty.is_empty() => Err(Error::required(field)),
        said => Ok(said),
    }
}
