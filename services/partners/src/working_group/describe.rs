//! What each field of a working group may hold. Pure.

use chassis::column::Day;
use chassis::error::{Result, Violations};
use chassis::{say, text, value};
use proto::partners as pb;
use proto::partners::seminar::Mode;

use super::row::Model;
use crate::partner::rules::PATTERN as PARTNER;

/// The first edition was of 2019; nobody plans a century ahead.
const EDITIONS: std::ops::RangeInclusive<i32> = 2000..=2100;
const LONGEST_THEME: usize = 40;
const MOST_LEADS: usize = 2;
const MOST_SEMINARS: usize = 200;
const LINE: usize = 500;

/// Takes over what a draft says of a working group, having looked at every field.
pub(crate) fn describe(group: &mut Model, draft: &pb::WorkingGroup) -> Result<()> {
    let mut wrong = Violations::default();
    wrong.localized("title", &mut group.title, draft.title.as_ref(), true)?;
    let theme = &draft.theme_code;
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if theme.is_empty() || theme.len() > LONGEST_THEME || !theme.chars().all(plain) {
        wrong.add(
            "theme_code",
            say!(
                "expected a code like OPEN_DATA: at most {LONGEST_THEME} capitals, digits and _",
                "code attendu, comme OPEN_DATA : {LONGEST_THEME} capitales, chiffres et _ au plus"
            ),
        );
    }
    group.theme_code.clone_from(theme);
    if !EDITIONS.contains(&draft.edition_year) {
        wrong.add("edition_year", say!("expected a year like 2026", "année attendue, comme 2026"));
    }
    group.edition_year = draft.edition_year;
    if !(1..=MOST_LEADS).contains(&draft.lead_partners.len()) {
        wrong.add("lead_partners", say!("one or two partners", "une ou deux organisations"));
    }
    group.lead_partners = wrong.references("lead_partners", PARTNER, &draft.lead_partners)?;
    group.members = wrong.references("members", PARTNER, &draft.members)?;
    if let Some(index) = draft.members.iter().position(|member| draft.lead_partners.contains(member)) {
        wrong.add(
            format!("members[{index}]"),
            say!(
                "it leads the group: it is no other member",
                "elle pilote le groupe : elle n'est pas à répéter"
            ),
        );
    }
    group.seminars = wrong.each("seminars", &draft.seminars, MOST_SEMINARS, seminar)?.into();
    wrong.finish()
}

fn seminar(field: &str, found: &pb::Seminar) -> Result<pb::Seminar> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let day = found.held_date.as_ref().map(|day| Day::from_date(&at("held_date"), day));
    wrong.require(&at("held_date"), day.is_some());
    wrong.check(day.transpose())?;
    let mode = wrong.coded::<Mode>(&at("mode"), found.mode, false)?;
    let place = wrong.plain(&at("place"), &found.place, LINE)?;
    let agenda = found.agenda.as_ref().map(|agenda| text::check(&at("agenda"), agenda));
    let agenda = wrong.check(agenda.transpose())?.flatten();
    let minutes = found.minutes.as_ref().map(|minutes| value::evidence(&at("minutes"), minutes));
    let minutes = wrong.check(minutes.transpose())?.flatten();
    let there = wrong.references(&at("participant_partners"), PARTNER, &found.participant_partners)?;
    wrong.finish()?;
    Ok(pb::Seminar {
        held_date: found.held_date,
        mode: mode.number(),
        place,
        agenda,
        minutes,
        participant_partners: there.into_inner(),
    })
}
