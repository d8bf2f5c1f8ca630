//! Counts of sessions, seats and people of the network or of a partner, without figures of few people (GDP-2, GDP-3). Pure.

use std::collections::BTreeMap;

use chassis::column::Micros;
use chassis::error::{Result, Violations};
use chassis::suppress::{Sum, hidden};
use chassis::value;
use chrono::{NaiveDate, NaiveTime};
use proto::training as pb;
use proto::training::session::State;
use rust_decimal::Decimal;

const ONE: i128 = 1_000_000;

/// A session that is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Where it is for.
    pub territory: String,
    /// Where it stands.
    pub state: State,
    /// Seats it offers.
    pub seats: i64,
    /// People with a seat.
    pub seated: i64,
    /// People who wait for one.
    pub waiting: i64,
    /// People who completed it.
    pub completed: i64,
    /// Certificates.
    pub certificates: i64,
    /// It was imported, and lacks something.
    pub lacks: bool,
    /// Several providers give its programme.
    pub together: bool,
}

/// From when until before when the sessions of a year, or of a quarter of it, begin.
///
/// # Errors
/// `INVALID_ARGUMENT` on `year` or `quarter`.
pub fn span(year: i32, quarter: i32) -> Result<(Micros, Micros)> {
    let mut wrong = Violations::default();
    wrong.within("quarter", quarter, 0..=4);
    if year != 0 || quarter != 0 {
        wrong.within("year", year, 2000..=2199);
    }
    wrong.finish()?;
    if year == 0 {
        return Ok((Micros::MIN, Micros::MAX));
    }
    let (first, months) = if quarter == 0 { (0, 12) } else { (quarter - 1, 3) };
    let start = |months: i32| {
        let (year, month) = (year + months / 12, u32::try_from(months % 12).unwrap_or_default() + 1);
        let day = NaiveDate::from_ymd_opt(year, month, 1).map(|day| day.and_time(NaiveTime::MIN).and_utc());
        day.map_or(Micros::MAX, |start| Micros(start.timestamp_micros()))
    };
    Ok((start(first * 3), start(first * 3 + months)))
}

/// What these sessions add up to; whoever may not see all is told nothing of few people, nor what would give them away.
pub fn summarize(sessions: &[Counted], k: i32, all: bool) -> pb::SummarizeTrainingResponse {
    let mut states: BTreeMap<i32, i32> = BTreeMap::new();
    let mut places: BTreeMap<&str, Vec<&Counted>> = BTreeMap::new();
    let mut held = Vec::new();
    for session in sessions {
        *states.entry(session.state.into()).or_default() += 1;
        if session.state != State::Cancelled {
            places.entry(&session.territory).or_default().push(session);
            held.push(session);
        }
    }
    let mut groups = vec![("", held)];
    groups.extend(places);
    let measure = |of: fn(&Counted) -> Vec<i64>| {
        let sum = |(_, group): &(&str, Vec<&Counted>)| {
            let sums = group.iter().map(|session| of(session));
            let sums =
                sums.reduce(|one, other| one.iter().zip(other).map(|(one, other)| one + other).collect());
            sums.unwrap_or_else(|| of(&Counted::default()))
        };
        let sums: Vec<Vec<i64>> = groups.iter().map(sum).collect();
        let counts: Vec<Vec<i128>> =
            sums.iter().map(|sums| sums.iter().map(|count| i128::from(*count) * ONE).collect()).collect();
        let whole = Sum { whole: 0, parts: (1..groups.len()).collect() };
        let hidden = if all { vec![false; groups.len()] } else { hidden(&counts, &[whole], k) };
        let figure = |(sums, hidden): (Vec<i64>, bool)| pb::SessionStatistic {
            code: String::new(),
            count: (!hidden).then(|| i32::try_from(sums[0]).unwrap_or(i32::MAX)),
            suppressed: hidden,
        };
        sums.into_iter().zip(hidden).map(figure).collect::<Vec<_>>()
    };
    let seated = measure(|session| vec![session.seated]);
    let waiting = measure(|session| vec![session.waiting]);
    // Of a part the rest is looked at too: it is shown by the whole.
    let completed = measure(|session| vec![session.completed, session.seated - session.completed]);
    let certificates =
        measure(|session| vec![session.certificates, session.completed - session.certificates]);
    let mut figures = groups.iter().enumerate().map(|(at, (territory, group))| pb::TrainingFigures {
        territory: (*territory).to_owned(),
        sessions: i32::try_from(group.len()).unwrap_or(i32::MAX),
        seats: group.iter().map(|session| session.seats).sum(),
        seated: Some(seated[at].clone()),
        waiting: Some(waiting[at].clone()),
        completed: Some(completed[at].clone()),
        certificates: Some(certificates[at].clone()),
        co_delivered: (!group.is_empty()).then(|| {
            let together = group.iter().filter(|session| session.together).count();
            value::ratio_value(Decimal::from(together), Decimal::from(group.len()))
        }),
    });
    let total = figures.next();
    pb::SummarizeTrainingResponse {
        states: states.into_iter().map(|(state, count)| pb::SessionStateCount { state, count }).collect(),
        total,
        territories: figures.collect(),
        public_k: k,
        sessions_with_gaps: i32::try_from(sessions.iter().filter(|session| session.lacks).count())
            .unwrap_or(i32::MAX),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(territory: &str, seated: i64, completed: i64) -> Counted {
        Counted {
            territory: territory.to_owned(),
            state: State::Closed,
            seats: 20,
            seated,
            completed,
            certificates: completed,
            ..Counted::default()
        }
    }

    #[test]
    fn gdp_2_a_territory_of_few_people_is_hidden_with_another_that_would_give_it_away() {
        let sessions = [
            counted("territories/a", 12, 12),
            counted("territories/b", 3, 3),
            counted("territories/c", 9, 9),
        ];
        let told = summarize(&sessions, 5, false);
        let seated = |told: &pb::SummarizeTrainingResponse| -> Vec<Option<i32>> {
            told.territories.iter().map(|one| one.seated.as_ref().unwrap().count).collect()
        };
        assert_eq!(seated(&told), [Some(12), None, None]);
        let total = told.total.clone().unwrap();
        assert_eq!((total.seated.unwrap().count, total.seats, total.sessions), (Some(24), 60, 3));
        assert_eq!(seated(&summarize(&sessions, 5, true)), [Some(12), Some(3), Some(9)]);
    }

    #[test]
    fn gdp_2_how_many_completed_is_hidden_where_a_few_did_not() {
        let told = summarize(&[counted("", 12, 10)], 5, false).total.unwrap();
        assert_eq!((told.seated.unwrap().count, told.completed.unwrap().count), (Some(12), None));
    }

    #[test]
    fn gdp_3_whole_years_and_quarters_alone_are_counted() {
        let day = |text: &str| Micros::parse(text).unwrap();
        assert_eq!(span(2026, 0).unwrap(), (day("2026-01-01T00:00:00Z"), day("2027-01-01T00:00:00Z")));
        assert_eq!(span(2026, 4).unwrap(), (day("2026-10-01T00:00:00Z"), day("2027-01-01T00:00:00Z")));
        assert_eq!(span(0, 0).unwrap(), (Micros::MIN, Micros::MAX));
        assert!(span(0, 1).is_err() && span(26, 0).is_err() && span(2026, 5).is_err());
    }

    #[test]
    fn what_was_cancelled_offers_no_seats() {
        let cancelled = Counted { state: State::Cancelled, ..counted("", 6, 0) };
        let told = summarize(&[cancelled, counted("", 6, 6)], 5, false);
        assert_eq!((told.states.len(), told.total.unwrap().seats), (2, 20));
    }
}
