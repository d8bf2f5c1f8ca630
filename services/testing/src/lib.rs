//! What tests of rules begin from: who calls, when and why, what they say, and what came of it. A crate that services depend on in
//! their tests alone: no program has it.

use std::fmt::Debug;
use std::sync::Arc;

use proto::common::{LocalizedText, Translation};

use chassis::Call;
use chassis::auth::{Caller, Kind, Role};
use chassis::clock::Clock;
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result};

/// When calls are made: at noon on 1 March 2026, in Greenwich.
pub const NOW: Micros = Micros(1_772_366_400_000_000);

/// `users/a`, signed in, with roles in the whole network and in partners.
pub fn person(network_roles: &[Role], partners: &[(&str, Role)]) -> Caller {
    let mut caller = Caller { subject: "users/a".to_owned(), kind: Kind::User, ..Caller::default() };
    caller.network_roles = network_roles.to_vec();
    for (partner, role) in partners {
        caller.partners.entry((*partner).to_owned()).or_default().roles.push(*role);
    }
    caller
}

/// The same, when every partner of theirs is suspended.
pub fn suspended(mut caller: Caller) -> Caller {
    caller.partners.values_mut().for_each(|membership| membership.suspended = true);
    caller
}

/// A call of theirs, [`NOW`], for no reason.
pub fn call(caller: Caller) -> Call {
    Call { caller: Arc::new(caller), now: NOW, ..Call::own("tests", &Clock::default()) }
}

/// A call of theirs, [`NOW`], for a reason.
pub fn because(reason: &str, caller: Caller) -> Call {
    Call { reason: reason.to_owned(), ..call(caller) }
}

/// A day: `2026-03-01`.
#[track_caller]
pub fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

/// A text in these languages, the first being the original.
pub fn said(texts: &[(&str, &str)]) -> LocalizedText {
    let translation = |(language, text): &(&str, &str)| {
        ((*language).to_owned(), Translation { text: (*text).to_owned(), ..Translation::default() })
    };
    LocalizedText {
        default_language_code: texts[0].0.to_owned(),
        translations: texts.iter().map(translation).collect(),
        ..LocalizedText::default()
    }
}

/// Nothing when it was done; or the rule that refuses, why it is to be tried again, `PERMISSION`, `INVALID`.
#[track_caller]
pub fn rule<T>(result: Result<T>) -> &'static str {
    match result {
        Ok(_) => "",
        Err(Error::Refused { rule, .. }) => rule,
        Err(Error::Forbidden { .. } | Error::Unauthenticated) => "PERMISSION",
        Err(Error::Invalid { .. }) => "INVALID",
        Err(Error::Aborted { reason, .. }) => reason,
        Err(other) => panic!("{other}"),
    }
}

/// The same, but naming the fields that are wrong.
#[track_caller]
pub fn told<T>(result: Result<T>) -> String {
    match result {
        Err(Error::Invalid { fields, .. }) => {
            fields.into_iter().map(|wrong| wrong.field).collect::<Vec<_>>().join(" ")
        }
        other => rule(other).to_owned(),
    }
}

/// The fields that are wrong: none when it was done.
#[track_caller]
pub fn fields<T>(result: Result<T>) -> Vec<String> {
    match result {
        Ok(_) => Vec::new(),
        Err(Error::Invalid { fields, .. }) => fields.into_iter().map(|wrong| wrong.field).collect(),
        Err(other) => panic!("{other}"),
    }
}

/// Panics unless that rule refuses.
#[track_caller]
pub fn refused<T: Debug>(rule: &str, result: Result<T>) {
    let by = matches!(&result, Err(Error::Refused { rule: by, .. }) if *by == rule);
    assert!(by, "{rule}: {result:?}");
}
