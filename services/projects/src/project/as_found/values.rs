//! Dates, places, targets, money: what of an activity is a value.

use std::collections::BTreeSet;

use chassis::column::{Day, Micros};
use chassis::{say, value};
use iati::{Activity, Budget, Severity};
use proto::common::{DateRange, Money};
use proto::projects as pb;

use super::{LONGEST_IDENTIFIER, Notes, clean};
use crate::project::rules;
use chassis::draft::MOST;

/// Planned start, actual start, planned end, actual end; what contradicts the calendar is left out.
pub(super) fn dates(activity: &Activity, now: Micros, notes: &mut Notes<'_>) -> [Option<Day>; 4] {
    let found = &activity.dates;
    let at = "activity-date/@iso-date";
    let day = |date: Option<chrono::NaiveDate>| date.and_then(Day::of);
    let (planned_start, mut planned_end) = (day(found.planned_start), day(found.planned_end));
    if planned_end.zip(planned_start).is_some_and(|(end, start)| end < start) {
        let end = planned_end.take().map(|end| end.to_string()).unwrap_or_default();
        notes.found(
            Severity::Doubtful,
            "DATE_ORDER",
            at,
            activity.line,
            &end,
            say!(
                "the planned end is before the planned start: left out",
                "la fin prévue précède le début prévu : laissée de côté"
            ),
        );
    }
    let today = rules::today(now);
    let mut past = |date: Option<chrono::NaiveDate>, en: &str, fr: &str| {
        let date = day(date)?;
        if today.is_none_or(|today| date <= today) {
            return Some(date);
        }
        notes.found(
            Severity::Doubtful,
            "DATE_IN_FUTURE",
            at,
            activity.line,
            &date.to_string(),
            say!(
                "the actual {en} is in the future: left out; give it as planned",
                "{fr} est dans le futur : date laissée de côté ; donnez-la comme prévue"
            ),
        );
        None
    };
    let actual_start = past(found.actual_start, "start", "le début réel");
    let actual_end = past(found.actual_end, "end", "la fin réelle");
    [planned_start, actual_start, planned_end, actual_end]
}

pub(super) fn countries(activity: &Activity) -> Vec<String> {
    let codes = activity.recipient_countries.iter();
    let codes: BTreeSet<String> =
        codes.filter_map(|country| value::country("code", &country.code).ok()).collect();
    codes.into_iter().collect()
}

/// Tags of vocabulary 3, sectors of vocabulary 8.
pub(super) fn sdg_targets(activity: &Activity) -> Vec<String> {
    let tags = activity.tags.iter().filter(|tag| tag.vocabulary == "3");
    let sectors = activity.sectors.iter().filter(|sector| sector.vocabulary == "8");
    let known = tags.chain(sectors).map(|code| code.code.to_lowercase());
    let known: BTreeSet<String> = known.filter(|code| iati::has_code("UNSDG-Targets", code)).collect();
    known.into_iter().collect()
}

/// The budget per period; where a budget was revised, only the revision counts.
pub(super) fn budget_lines(activity: &Activity, notes: &mut Notes<'_>) -> Vec<pb::BudgetLine> {
    let period = |budget: &Budget| (budget.period_start, budget.period_end);
    let revised: BTreeSet<_> =
        activity.budgets.iter().filter(|budget| budget.type_code == "2").map(period).collect();
    let mut lines = Vec::new();
    for budget in &activity.budgets {
        if budget.type_code != "2" && revised.contains(&period(budget)) {
            continue;
        }
        let Some(amount) = amount(budget, notes) else { continue };
        let days = budget.period_start.and_then(Day::of).zip(budget.period_end.and_then(Day::of));
        let days = days.filter(|(start, end)| start <= end);
        lines.push(pb::BudgetLine {
            amount: Some(amount),
            period: days.map(|(start, end)| DateRange {
                start_date: Some(start.to_date()),
                end_date: Some(end.to_date()),
            }),
            ..pb::BudgetLine::default()
        });
    }
    let left_out = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    let sum = value::total(lines.iter().filter_map(|line| line.amount.clone()));
    if sum.is_err() {
        lines.clear();
    }
    if sum.is_err() || left_out > 0 {
        notes.note(Severity::Doubtful, "BUDGET_TOO_LARGE", "budget", activity.line, say!(
            "at most {MOST} budgets, whose sum is counted in 64 bits, are taken: the rest was left out",
            "{MOST} budgets au plus, dont la somme tient sur 64 bits, sont repris : le reste est laissé de côté"
        ));
    }
    lines
}

fn amount(budget: &Budget, notes: &mut Notes<'_>) -> Option<Money> {
    let at = "budget/value";
    let Some(currency) = &budget.currency else {
        notes.found(Severity::Doubtful, "CURRENCY_MISSING", at, budget.line, &budget.value, say!(
            "an amount without a currency is left out: give @currency, or the activity's @default-currency",
            "un montant sans devise est laissé de côté : donnez @currency, ou @default-currency de l'activité"
        ));
        return None;
    };
    let decimal = budget.value.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
    let amount =
        decimal.then(|| value::parse_money(at, &budget.value, currency)).and_then(chassis::Result::ok);
    if amount.is_none() {
        notes.found(Severity::Doubtful, "AMOUNT_INVALID", at, budget.line, &budget.value, say!(
            "expected an amount in {currency}, not finer than its smallest coin: left out, since amounts are not rounded",
            "montant en {currency} attendu, sans rien de plus fin que sa plus petite unité : laissé de côté, car rien n'est arrondi"
        ));
    }
    amount
}

/// The activity it is part of (`related-activity` of type 1).
pub(super) fn parent(activity: &Activity) -> String {
    let related = activity.related_activities.iter().find(|related| related.type_code == "1");
    let parent = related.map(|related| clean(&related.ref_, LONGEST_IDENTIFIER)).unwrap_or_default();
    if parent == activity.identifier { String::new() } else { parent }
}
