//! What clients saw, examined: each examiner is itself proved on a history with a fault in it.

use std::collections::{HashMap, HashSet};

use proto::common::Event;

/// What a client knows of a request that makes or changes one thing.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    /// The resource, once an answer named it.
    pub(crate) name: String,
    /// The revision that was acknowledged; 0 when no answer came: it may have happened or not.
    pub(crate) revision: i32,
}

/// A feed is whole: numbers without gap or repetition, a resource's revisions in order, every known change there.
pub(crate) fn of_feed(seen: &[Event], made: &[(String, i32)]) -> Result<(), String> {
    for pair in seen.windows(2) {
        if pair[1].sequence != pair[0].sequence + 1 {
            return Err(format!("after {} came {}", pair[0].sequence, pair[1].sequence));
        }
    }
    let mut ids = HashSet::new();
    if let Some(twice) = seen.iter().find(|event| !ids.insert(&event.id)) {
        return Err(format!("{} was told twice", twice.id));
    }
    let mut revisions: HashMap<&str, Vec<i32>> = HashMap::new();
    for event in seen {
        revisions.entry(&event.subject).or_default().push(event.revision);
    }
    for (name, last) in made {
        let told = revisions.get(name.as_str()).cloned().unwrap_or_default();
        if told != (1..=*last).collect::<Vec<i32>>() {
            return Err(format!("{name} changed {last} times, told of {told:?}"));
        }
    }
    Ok(())
}

/// After a crash: what was acknowledged is there at least as far, and each resource's trail is as long as its revision.
pub(crate) fn of_crash(
    deeds: &[Deed],
    there: &HashMap<String, i32>,
    told: &HashMap<String, Vec<i32>>,
) -> Result<(), String> {
    for Deed { name, revision, .. } in deeds.iter().filter(|deed| deed.revision > 0) {
        match there.get(name) {
            None => return Err(format!("{name} was acknowledged and is lost")),
            Some(now) if now < revision => {
                return Err(format!("{name} was acknowledged at {revision} and is at {now}"));
            }
            Some(_) => {}
        }
    }
    for (name, revision) in there {
        let lines = told.get(name).map_or(0, Vec::len);
        if usize::try_from(*revision).unwrap() != lines {
            return Err(format!("{name} is at {revision} and its trail has {lines} lines: half a write"));
        }
    }
    // What the service begins with is nobody's deed.
    let own = |name: &str| name.starts_with("networkSettings/") || name.starts_with("recommendations/idt-");
    match told.keys().find(|name| !there.contains_key(*name) && !own(name)) {
        Some(ghost) => Err(format!("{ghost} has a trail and is not there: half a write")),
        None => Ok(()),
    }
}

/// The numbers of a trail are 1, 2, 3 …
pub(crate) fn of_trail(told: &HashMap<String, Vec<i32>>) -> Result<(), String> {
    let mut numbers: Vec<i32> = told.values().flatten().copied().collect();
    numbers.sort_unstable();
    let expected: Vec<i32> = (1..=i32::try_from(numbers.len()).unwrap()).collect();
    if numbers == expected { Ok(()) } else { Err("the trail has a gap or a repetition".to_owned()) }
}

/// One request, sent many times: one answer, one resource, one line in its trail.
pub(crate) fn of_repetition(
    answers: &[Result<String, String>],
    told: &HashMap<String, Vec<i32>>,
) -> Result<(), String> {
    let refused = |why: &String| format!("a request was done once and refused once: {why}");
    let answers = answers.iter().map(Result::as_ref).collect::<Result<Vec<_>, _>>().map_err(refused)?;
    let names: HashSet<&String> = answers.iter().copied().collect();
    if names.len() != 1 {
        return Err(format!("{} answers named {} resources", answers.len(), names.len()));
    }
    match told.get(answers[0]).map_or(0, Vec::len) {
        1 => Ok(()),
        lines => Err(format!("{} has {lines} lines in its trail", answers[0])),
    }
}

mod proved {
    use super::*;

    fn event(sequence: i64, subject: &str, revision: i32) -> Event {
        Event {
            id: format!("e{sequence}"),
            sequence,
            subject: subject.to_owned(),
            revision,
            ..Event::default()
        }
    }

    #[test]
    fn a_feed_with_a_fault_is_noticed() {
        let made = [("a".to_owned(), 2), ("b".to_owned(), 1)];
        let good = [event(4, "a", 1), event(5, "b", 1), event(6, "a", 2)];
        assert!(of_feed(&good, &made).is_ok());
        let gap = [good[0].clone(), good[2].clone()];
        let swapped = [good[0].clone(), good[2].clone(), good[1].clone()];
        let twice = [good[0].clone(), good[1].clone(), good[1].clone(), good[2].clone()];
        let short = [good[0].clone(), good[1].clone()];
        let late = [event(4, "a", 2), event(5, "b", 1), event(6, "a", 1)];
        let doubled = [good[0].clone(), good[1].clone(), Event { id: "e4".to_owned(), ..good[2].clone() }];
        for wrong in [&gap[..], &swapped, &twice, &short, &late, &doubled] {
            assert!(of_feed(wrong, &made).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_lost_or_torn_write_is_noticed() {
        let deed = |revision| Deed { name: "a".to_owned(), revision };
        let map = |revision: i32| HashMap::from([("a".to_owned(), revision)]);
        let trail = |numbers: &[i32]| HashMap::from([("a".to_owned(), numbers.to_vec())]);
        assert!(of_crash(&[deed(2)], &map(2), &trail(&[1, 2])).is_ok());
        assert!(
            of_crash(&[deed(2)], &map(3), &trail(&[1, 2, 3])).is_ok(),
            "more than was acknowledged may have happened"
        );
        assert!(of_crash(&[deed(0)], &HashMap::new(), &HashMap::new()).is_ok(), "what was not need not");
        assert!(of_crash(&[deed(1)], &HashMap::new(), &HashMap::new()).is_err(), "lost");
        assert!(of_crash(&[deed(2)], &map(1), &trail(&[1])).is_err(), "gone back");
        assert!(of_crash(&[], &map(1), &HashMap::new()).is_err(), "torn: no trail");
        assert!(of_crash(&[], &HashMap::new(), &trail(&[1])).is_err(), "torn: only a trail");
        assert!(of_crash(&[], &map(1), &trail(&[1, 2])).is_err(), "torn: a trail of nothing");
        assert!(of_trail(&trail(&[1, 2, 3])).is_ok());
        assert!(
            of_trail(&trail(&[1, 3])).is_err()
                && of_trail(&trail(&[1, 1])).is_err()
                && of_trail(&trail(&[2])).is_err()
        );
    }

    #[test]
    fn a_request_done_twice_is_noticed() {
        let answers = |names: &[&str]| names.iter().map(|name| Ok((*name).to_owned())).collect::<Vec<_>>();
        let once = HashMap::from([("a".to_owned(), vec![1])]);
        assert!(of_repetition(&answers(&["a", "a"]), &once).is_ok());
        assert!(of_repetition(&answers(&["a", "b"]), &once).is_err());
        assert!(
            of_repetition(&answers(&["a", "a"]), &HashMap::from([("a".to_owned(), vec![1, 2])])).is_err()
        );
        assert!(of_repetition(&answers(&["a"]), &HashMap::new()).is_err());
        assert!(of_repetition(&[Ok("a".to_owned()), Err("there is one".to_owned())], &once).is_err());
    }
}
