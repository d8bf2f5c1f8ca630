//! Which published models may fit a territory, and why: always the same for the same facts. Pure.

use std::collections::BTreeSet;

use chassis::say::Text;
use chassis::wire::Conversation;
use chassis::{say, value};
use proto::businessmodels as pb;
use proto::businessmodels::replication::State as ReplicationState;
use proto::businessmodels::suggestion_reason::Kind;
use proto::common::Money;
use proto::projects::{Need, Territory, territory::Degurba};

use super::row::Model;
use crate::replication::row::Model as Replication;

/// What each fact counts.
const DIMENSION: i32 = 10;
const GROUP: i32 = 5;
const URBANISATION: i32 = 10;
const SIZE: i32 = 10;
const ABOUT_SIZE: i32 = 5;
const AFFORDABLE: i32 = 10;
const REPLICATED: i32 = 5;
const MET: i32 = 2;
const ABANDONED: i32 = 5;
/// Models suggested at once.
const MOST: usize = 50;

/// What is asked for: the place, its qualified needs, and what it can spend.
pub(crate) struct Asked<'a> {
    pub(crate) place: &'a Territory,
    pub(crate) needs: &'a [Need],
    pub(crate) budget: Option<&'a Money>,
}

/// What is known of the models: theirs, and the places that any of them is about.
pub(crate) struct Known<'a> {
    pub(crate) models: &'a [Model],
    pub(crate) needs: &'a [Need],
    pub(crate) places: &'a [Territory],
    pub(crate) replications: &'a [Replication],
}

impl Known<'_> {
    fn place(&self, name: &str) -> Option<&Territory> {
        self.places.iter().find(|place| place.name == name)
    }
}

/// The models that fit, the best first; of equals the one whose name comes first.
pub(crate) fn suggest(asked: &Asked<'_>, known: &Known<'_>) -> Vec<pb::BusinessModelSuggestion> {
    let elsewhere = known.models.iter().filter(|model| !model.territories.contains(&asked.place.name));
    let mut found: Vec<_> = elsewhere.filter_map(|model| suggestion(asked, known, model)).collect();
    found.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.business_model.cmp(&b.business_model)));
    found.truncate(MOST);
    found
}

fn suggestion(asked: &Asked<'_>, known: &Known<'_>, model: &Model) -> Option<pb::BusinessModelSuggestion> {
    let mut reasons = Vec::new();
    needs(asked, known, model, &mut reasons);
    surroundings(asked, known, model, &mut reasons);
    resources(asked, model, &mut reasons);
    replications(asked, known, model, &mut reasons);
    let score: i32 = reasons.iter().map(|reason| reason.points).sum();
    if score <= 0 {
        return None;
    }
    // What counts most first; of equals, in the order in which they were looked at.
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.points.abs()));
    Some(pb::BusinessModelSuggestion {
        business_model: model.name.clone(),
        title: Some(model.title.clone().into_inner()),
        score,
        reasons,
    })
}

fn reason(kind: Kind, points: i32, subject: &str, why: &Text) -> pb::SuggestionReason {
    pb::SuggestionReason {
        kind: kind.into(),
        points,
        subject: subject.to_owned(),
        message: why.in_language(Conversation::current().language).to_owned(),
    }
}

/// For each qualified need of the place: what it shares with the needs that the model answers elsewhere.
fn needs(asked: &Asked<'_>, known: &Known<'_>, model: &Model, reasons: &mut Vec<pb::SuggestionReason>) {
    let answered: Vec<&Need> = known.needs.iter().filter(|need| model.needs.contains(&need.name)).collect();
    let codes = |of: fn(&Need) -> &Vec<String>| -> BTreeSet<&String> {
        answered.iter().flat_map(|need| of(need)).collect()
    };
    let (dimensions, groups) = (codes(|need| &need.divide_dimensions), codes(|need| &need.target_groups));
    for need in asked.needs {
        let shared = |codes: &[String], known: &BTreeSet<&String>| {
            codes.iter().filter(|code| known.contains(code)).cloned().collect::<Vec<_>>()
        };
        let shared_dimensions = shared(&need.divide_dimensions, &dimensions);
        if shared_dimensions.is_empty() {
            continue;
        }
        let shared_groups = shared(&need.target_groups, &groups);
        let points = DIMENSION * count(shared_dimensions.len()) + GROUP * count(shared_groups.len());
        let codes = [shared_dimensions, shared_groups].concat().join(", ");
        let why =
            say!("it answers such a need elsewhere: {codes}", "il répond ailleurs à un tel besoin : {codes}");
        reasons.push(reason(Kind::Need, points, &need.name, &why));
    }
}

/// Whether it runs in a place as large, and as urban.
fn surroundings(
    asked: &Asked<'_>,
    known: &Known<'_>,
    model: &Model,
    reasons: &mut Vec<pb::SuggestionReason>,
) {
    let places: Vec<&Territory> = model.territories.iter().filter_map(|name| known.place(name)).collect();
    if let Some(place) = places.iter().find(|place| alike(asked.place, place)) {
        let name = &place.name;
        let why = say!("{name} is as urban or rural", "{name} est aussi urbain ou rural");
        reasons.push(reason(Kind::DegreeOfUrbanisation, URBANISATION, name, &why));
    }
    let sized = |times: i128| places.iter().find(move |place| within(asked.place, place, times));
    let (place, points) = match (sized(2), sized(5)) {
        (Some(place), _) => (place, SIZE),
        (None, Some(place)) => (place, ABOUT_SIZE),
        (None, None) => return,
    };
    let name = &place.name;
    let why = say!("{name} has about as many inhabitants", "{name} compte à peu près autant d'habitants");
    reasons.push(reason(Kind::Size, points, name, &why));
}

fn alike(one: &Territory, other: &Territory) -> bool {
    one.degurba() != Degurba::Unspecified && one.degurba() == other.degurba()
}

/// Whether one is at most so many times as large as the other.
fn within(one: &Territory, other: &Territory, times: i128) -> bool {
    let people = |place: &Territory| place.population.as_ref().map_or(0, |people| i128::from(people.value));
    let (one, other) = (people(one), people(other));
    one > 0 && other > 0 && one <= other * times && other <= one * times
}

/// What it costs in its first year, against what can be spent in that currency.
fn resources(asked: &Asked<'_>, model: &Model, reasons: &mut Vec<pb::SuggestionReason>) {
    let Some(budget) = asked.budget else { return };
    let Some(economics) = super::economics::economics(&model.costs, &model.revenues, &model.contract) else {
        return;
    };
    let (Some(yearly), Some(once)) = (&economics.yearly_cost, &economics.one_off_cost) else { return };
    if economics.currency_code != budget.currency_code {
        return;
    }
    let Ok(first) = value::add(yearly, once) else { return };
    let cost = value::format_money(&first);
    let (points, why) = match first.minor_units <= budget.minor_units {
        true => (AFFORDABLE, say!("its first year costs {cost}", "sa première année coûte {cost}")),
        false => (
            -AFFORDABLE,
            say!(
                "its first year costs {cost}, more than can be spent",
                "sa première année coûte {cost}, plus que le budget"
            ),
        ),
    };
    reasons.push(reason(Kind::Resources, points, "", &why));
}

/// What came of it in places as urban or as rural, and what differed there.
fn replications(
    asked: &Asked<'_>,
    known: &Known<'_>,
    model: &Model,
    reasons: &mut Vec<pb::SuggestionReason>,
) {
    for replication in
        known.replications.iter().filter(|replication| replication.business_model == model.name)
    {
        if !known.place(&replication.territory).is_some_and(|place| alike(asked.place, place)) {
            continue;
        }
        let place = &replication.territory;
        if replication.state == ReplicationState::Replicated {
            let why = say!("it works in {place} too", "il fonctionne aussi à {place}");
            reasons.push(reason(Kind::Replicated, REPLICATED, &replication.name, &why));
        }
        let abandoned = replication.state == ReplicationState::Abandoned;
        for gap in replication.context_gaps.iter() {
            let answered = gap.response.is_some() && !abandoned;
            if answered {
                continue;
            }
            let area = gap.area().as_str_name().trim_start_matches("AREA_").to_lowercase();
            let why = say!(
                "a gap without an answer was met in {place} ({area})",
                "un écart resté sans réponse a été rencontré à {place} ({area})"
            );
            reasons.push(reason(Kind::ContextGap, -MET, &replication.name, &why));
        }
        if abandoned {
            let why = say!("it was given up in {place}", "il a été abandonné à {place}");
            reasons.push(reason(Kind::ContextGap, -ABANDONED, &replication.name, &why));
        }
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX / DIMENSION)
}

#[cfg(test)]
mod tests;
