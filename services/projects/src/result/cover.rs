//! Which lines those do not see who see no figures of few people (GDP-2). Pure.
//!
//! Totals of persons are published by year, by dimension, and by territory at several levels, each by itself. They share the
//! total; and levels of territories share more, since regions add up to their country. So a breakdown by territory is always
//! judged with all published levels, whichever was asked for, and the same figures are hidden in each answer.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::engine::exact::Amount;
use super::engine::total::Keys;
use super::engine::{Key, Level, Line, Name, Overflow, Question, Total, Tree};
use super::rules::PUBLISHED;
use chassis::suppress::{Counts, Sum, hidden};

/// What is not shown of a series.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cover {
    pub(super) total: bool,
    pub(super) lines: BTreeMap<Keys, bool>,
}

impl Cover {
    /// A line is not shown.
    pub(super) fn hides(&self, keys: Keys) -> bool {
        self.lines.get(&keys).copied().unwrap_or_default()
    }
}

/// What is not shown of each total, in their order: of persons only. `add_up` answers the same question by other keys.
///
/// # Errors
/// When a sum does not fit.
pub(super) fn cover<'b>(
    tree: &Tree,
    question: &Question,
    totals: &[Arc<Total<'b>>],
    add_up: impl Fn(&Question) -> Result<Vec<Arc<Total<'b>>>, Overflow>,
    k: i32,
) -> Result<Vec<Cover>, Overflow> {
    let by_territory = question.keys.iter().any(|key| matches!(key, Key::Territory(_)));
    let mut levels = Vec::new();
    if by_territory && totals.iter().any(|total| total.rules.persons()) {
        for kind in PUBLISHED {
            let keys = vec![Key::Territory(Level::Kind(kind.into()))];
            let question = Question { keys, explain: false, ..question.clone() };
            levels.push(add_up(&question)?);
        }
    }
    let cover = |total: &Arc<Total<'b>>| {
        if !total.rules.persons() {
            return Ok(Cover::default());
        }
        if total.rules.listed() {
            // Values that stand alone are each of few, and nothing sums them up.
            return Ok(Cover {
                total: true,
                lines: total.lines.iter().map(|line| (line.keys, true)).collect(),
            });
        }
        if !by_territory {
            return one_way(total, k);
        }
        let of_series =
            |level: &Vec<Arc<Total<'b>>>| level.iter().position(|other| other.series == total.series);
        let levels: Vec<&Total<'_>> =
            levels.iter().filter_map(|level| Some(&*level[of_series(level)?])).collect();
        let table = Tiers::of(total, &levels, tree)?;
        let hidden = hidden(&table.figures, &table.sums, k);
        let lines = total.lines.iter().map(|line| {
            let at = table.places.get(&line.keys[0]).copied();
            let rest = (line.keys[0] == Name::NONE).then(|| table.rest_of(&total.lines)).flatten();
            (line.keys, rest.or(at).is_some_and(|at| hidden[at]))
        });
        Ok(Cover { total: hidden[0], lines: lines.collect() })
    };
    totals.iter().map(cover).collect()
}

/// A total and its lines.
fn one_way(total: &Total<'_>, k: i32) -> Result<Cover, Overflow> {
    let ratio = total.rules.ratio();
    let lines = || std::iter::once(&total.total).chain(&total.lines);
    let figures = lines().map(|line| counts(line, ratio)).collect::<Result<Vec<_>, _>>()?;
    let hidden = hidden(&figures, &[Sum { whole: 0, parts: (1..figures.len()).collect() }], k);
    let lines = total.lines.iter().zip(&hidden[1..]).map(|(line, hidden)| (line.keys, *hidden));
    Ok(Cover { total: hidden[0], lines: lines.collect() })
}

/// The total, the territories of all published levels, and what of each lies in none below it.
struct Tiers {
    figures: Vec<Counts>,
    sums: Vec<Sum>,
    /// Where each territory stands.
    places: HashMap<Name, usize>,
    /// The territories of each level, and where what lies in none of them stands.
    rests: Vec<(Vec<Name>, usize)>,
}

impl Tiers {
    fn of(total: &Total<'_>, levels: &[&Total<'_>], tree: &Tree) -> Result<Self, Overflow> {
        let ratio = total.rules.ratio();
        let mut tiers = Self {
            figures: vec![counts(&total.total, ratio)?],
            sums: Vec::new(),
            places: HashMap::new(),
            rests: Vec::new(),
        };
        let mut amounts: HashMap<Name, Amount> = HashMap::new();
        for level in levels {
            let mut parts = Vec::new();
            let mut rest = Amount::default();
            for line in &level.lines {
                let amount = line.amount.unwrap_or_default();
                match line.keys[0] {
                    Name::NONE => rest = amount,
                    place => {
                        let at = tiers.add(amount, ratio)?;
                        amounts.insert(place, amount);
                        parts.push(place);
                        tiers.places.insert(place, at);
                    }
                }
            }
            let at = tiers.add(rest, ratio)?;
            let standing = parts.iter().map(|place| tiers.places[place]).chain([at]).collect();
            tiers.sums.push(Sum { whole: 0, parts: standing });
            tiers.rests.push((parts, at));
        }
        // Each territory, with those of the levels below that lie right in it.
        let mut below: BTreeMap<Name, Vec<Name>> = BTreeMap::new();
        for place in tiers.places.keys() {
            let above = tree.upwards(*place).skip(1).find(|above| tiers.places.contains_key(above));
            if let Some(above) = above {
                below.entry(above).or_default().push(*place);
            }
        }
        for (above, mut inside) in below {
            inside.sort_unstable();
            let left = inside.iter().try_fold(amounts[&above], |left, place| left.minus(amounts[place]))?;
            let rest = tiers.add(left, ratio)?;
            let parts = inside.iter().map(|place| tiers.places[place]).chain([rest]).collect();
            tiers.sums.push(Sum { whole: tiers.places[&above], parts });
        }
        Ok(tiers)
    }

    fn add(&mut self, amount: Amount, ratio: bool) -> Result<usize, Overflow> {
        self.figures.push(terms(amount, ratio)?);
        Ok(self.figures.len() - 1)
    }

    /// Where the rest of the level stands whose lines these are.
    fn rest_of(&self, lines: &[Line<'_>]) -> Option<usize> {
        let places: Vec<Name> =
            lines.iter().map(|line| line.keys[0]).filter(|place| *place != Name::NONE).collect();
        let level = self.rests.iter().find(|(parts, _)| *parts == places);
        level.map(|(_, at)| *at)
    }
}

fn counts(line: &Line<'_>, ratio: bool) -> Result<Counts, Overflow> {
    terms(line.amount.unwrap_or_default(), ratio)
}

/// Of a share, its part, the rest and its whole: each is a number of persons that can be read off it.
fn terms(amount: Amount, ratio: bool) -> Result<Counts, Overflow> {
    Ok(match ratio {
        true => vec![amount.part.0, amount.whole.minus(amount.part)?.0, amount.whole.0],
        false => vec![amount.part.0],
    })
}
