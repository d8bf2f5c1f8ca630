//! Who gives to whom, by the partners that they are: each pair is one partnership, whatever its members are called in files.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::column::Day;
use chassis::database::Unit;
use chassis::error::Result;
use chassis::text::unsaid;
use proto::common::Origin;
use proto::partners as pb;
use proto::partners::partnership::State;
use proto::partners::partnership_member::Role;
use sea_orm::entity::prelude::*;

use super::survey::{Pair, Span, Survey};
use crate::partner::who;
use crate::{agreement, partnership};

/// How references of such partnerships begin.
const REFERENCE: &str = "360Giving";
const LONGEST: usize = 500;

/// The partners that give, and those that receive.
pub(super) type Names = (Vec<String>, Vec<String>);

/// The partnership of each pair, as this file tells it.
pub(super) struct Pairs {
    /// By the names of who gives and who receives.
    drafts: HashMap<Names, pb::PartnershipAsFound>,
}

impl Pairs {
    /// Of a file whose organisations are these partners.
    pub(super) async fn of(
        unit: &Unit<'_>,
        survey: &Survey,
        partners: &[String],
        today: Day,
    ) -> Result<Self> {
        let mut told: BTreeMap<Names, (&Pair, Span)> = BTreeMap::new();
        // In the order of the file, so that a pair that goes by several names has the same each time.
        let mut pairs: Vec<(&Pair, &Span)> = survey.pairs.iter().collect();
        pairs.sort_unstable_by_key(|(pair, _)| *pair);
        for (pair, span) in pairs {
            let entry = told.entry(named(pair, partners)).or_insert((pair, *span));
            entry.1 = entry.1.and(*span);
        }
        let known = known(unit, told.keys().map(|(_, recipients)| recipients[0].as_str())).await?;
        let drafts = told.into_iter().map(|(names, (pair, span))| {
            let before = known.get(&names);
            let draft = draft(survey, pair, &names, span, before, today);
            (names, draft)
        });
        Ok(Self { drafts: drafts.collect() })
    }

    /// The partnership of a pair; who gives and who receives.
    pub(super) fn get(&self, names: &Names) -> Option<&pb::PartnershipAsFound> {
        self.drafts.get(names)
    }
}

/// Who gives and who receives, each once.
pub(super) fn named(pair: &Pair, partners: &[String]) -> Names {
    let names = |places: &[usize]| {
        let mut seen = BTreeSet::new();
        let names = places.iter().filter_map(|place| partners.get(*place)).filter(|name| seen.insert(*name));
        names.cloned().collect()
    };
    (names(&pair.funders), names(&pair.recipients))
}

/// A partnership of such a pair that was taken over before.
struct Before {
    reference: String,
    state: State,
    /// The last day of its agreements; nothing where nobody knows.
    last: Option<Day>,
}

/// Those that were taken over before, of these recipients.
async fn known<'n>(
    unit: &Unit<'_>,
    recipients: impl Iterator<Item = &'n str>,
) -> Result<HashMap<Names, Before>> {
    use partnership::row::{COLUMN, Entity};
    let named: BTreeSet<String> = recipients.map(str::to_owned).collect();
    let merged = who::merged_into(unit.txn, &named).await?;
    let leads: Vec<&str> = named.iter().chain(merged.keys()).map(String::as_str).collect();
    let mut rows = Vec::new();
    for some in leads.chunks(1000) {
        let found = Entity::find()
            .filter(COLUMN.lead_partner.is_in(some.iter().copied()))
            .filter(COLUMN.origin.eq(chassis::column::Coded::from(Origin::Imported)))
            .filter(COLUMN.external_reference.ne(""))
            .filter(COLUMN.external_reference.starts_with(REFERENCE));
        rows.extend(chassis::store::informed(found.all(unit.txn).await?, unit.txn.into(), unit.now).await?);
    }
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    let last = agreement::store::last_days(unit.txn, &names).await?;
    let pair = |row: partnership::row::Model| {
        let of = |funds: bool| {
            let members = row.members.iter().filter(move |member| (member.role() == Role::Funder) == funds);
            members.map(|member| row.living(&member.partner).to_owned()).collect::<Vec<_>>()
        };
        let last = last.get(&row.name).copied().flatten();
        (
            (of(true), of(false)),
            Before { reference: row.external_reference.clone(), state: row.state.get(), last },
        )
    };
    Ok(rows.into_iter().map(pair).collect())
}

fn draft(
    survey: &Survey,
    pair: &Pair,
    (funders, recipients): &Names,
    span: Span,
    before: Option<&Before>,
    today: Day,
) -> pb::PartnershipAsFound {
    let joined = |places: &[usize], say: &dyn Fn(&pb::OrganisationAsFound) -> String, between: &str| {
        places.iter().map(|place| say(&survey.organisations[*place])).collect::<Vec<_>>().join(between)
    };
    let title = |one: &pb::OrganisationAsFound| match one.titles.values().find(|title| !title.is_empty()) {
        Some(title) => title.clone(),
        None => one.r#ref.clone(),
    };
    let reference =
        |one: &pb::OrganisationAsFound| if one.r#ref.is_empty() { title(one) } else { one.r#ref.clone() };
    let titles =
        format!("{} – {}", joined(&pair.funders, &title, ", "), joined(&pair.recipients, &title, ", "));
    let made = format!(
        "{REFERENCE} {} {}",
        joined(&pair.funders, &reference, " "),
        joined(&pair.recipients, &reference, " ")
    );
    let member = |role: Role| {
        move |(place, partner): (usize, &String)| pb::PartnershipMember {
            partner: partner.clone(),
            role: if role == Role::Partner && place == 0 { Role::Lead } else { role }.into(),
            join_date: span.first.map(Into::into),
            ..Default::default()
        }
    };
    let members = recipients.iter().enumerate().map(member(Role::Partner));
    let last = match before {
        Some(before) => span.last.zip(before.last).map(|(one, other)| Ord::max(one, other)),
        None => span.last,
    };
    // What is at work here is closed by people.
    let over =
        last.is_some_and(|last| last < today) && before.is_none_or(|before| before.state != State::Active);
    let partnership = pb::Partnership {
        title: unsaid(&titles),
        lead_partner: recipients.first().cloned().unwrap_or_default(),
        members: members.chain(funders.iter().enumerate().map(member(Role::Funder))).collect(),
        external_reference: before
            .map_or_else(|| made.chars().take(LONGEST).collect(), |before| before.reference.clone()),
        ..Default::default()
    };
    pb::PartnershipAsFound {
        partnership: Some(partnership),
        found_state: if over { State::Closed } else { State::Active }.into(),
        ..Default::default()
    }
}
