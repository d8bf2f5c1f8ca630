//! Which values of one indicator of one project stand for it, over time (AGG-2).

use proto::projects::indicator::TimeAggregation;

use super::book::{Book, Entry, Figure};
use super::exact::Amount;

/// A value that stands for its project, and how much it weighs in a mean.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<'b> {
    /// The value.
    pub entry: &'b Entry,
    /// Days; nothing where values are not averaged.
    pub weight: Option<i64>,
}

/// Chooses among values in the order of their periods: all of them, the last, or the greatest. A breakdown by cells is one
/// of the values that were chosen, so its lines add up to the whole.
pub fn choose<'b>(time: TimeAggregation, book: &Book, values: &[&'b Entry], chosen: &mut Vec<Chosen<'b>>) {
    chosen.clear();
    let whole = |entry: &'b Entry| Chosen { entry, weight: None };
    match time {
        TimeAggregation::Latest => chosen.extend(values.last().map(|entry| whole(entry))),
        TimeAggregation::Max => {
            let greatest = values
                .iter()
                .copied()
                .reduce(|most, entry| if less(&entry.figure, &most.figure) { most } else { entry });
            chosen.extend(greatest.map(whole));
        }
        TimeAggregation::Average => chosen
            .extend(values.iter().map(|entry| Chosen { entry, weight: Some(book.period_of(entry).days()) })),
        TimeAggregation::Sum | TimeAggregation::None | TimeAggregation::Unspecified => {
            chosen.extend(values.iter().map(|entry| whole(entry)));
        }
    }
}

/// The first is less than the second; of equal ones, the later stands.
fn less(one: &Figure, other: &Figure) -> bool {
    let amount = |figure: &Figure| figure.amount().unwrap_or_default();
    match (one, other) {
        (Figure::Ratio(one), Figure::Ratio(other)) => one.share_cmp(*other).is_lt(),
        _ => {
            let (Amount { part: one, .. }, Amount { part: other, .. }) = (amount(one), amount(other));
            one < other
        }
    }
}
