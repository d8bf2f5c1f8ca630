//! What is forgotten of participations, and when: contacts 90 days after the subject closed (PRJ-34), the words of what was
//! rejected or hidden 90 days after that was decided, challenges once they have expired.

use chassis::column::Micros;
use chassis::database::Outcome;
use chassis::error::Result;
use chassis::{Context, sweep};
use futures::FutureExt as _;

use super::{contact, store, subject};
use crate::recommended::Recommendations;
use crate::settings::Settings;

const DAY: i64 = 24 * 3600 * 1_000_000;
/// Contacts are kept for so long after the subject closed; words that are not published, after that was decided: until then the
/// decision can be looked at again.
const KEPT: i64 = 90 * DAY;

/// Forgets, once an hour, until the process drains.
pub(crate) async fn run(context: Context, settings: Settings, recommendations: Recommendations) {
    let forget = || async { once(&context, &settings, &recommendations).await };
    sweep::hourly("forgetting contacts and words of participations", forget).await;
}

async fn once(context: &Context, settings: &Settings, recommendations: &Recommendations) -> Result<()> {
    let known = contact::subjects(context.database.reader()).await?;
    let now = context.clock.now();
    let mut over = Vec::new();
    if !known.is_empty() {
        let zone = settings.own().await?.zone;
        let closed = subject::closed_since(context, recommendations, &known, zone).await?;
        over.extend(closed.into_iter().filter(|(_, since)| is_over(*since, now)).map(|(subject, _)| subject));
    }
    let work = context.database.write("projects", move |unit| {
        let over = over.clone();
        async move {
            contact::forget(unit, &over).await?;
            store::forget_words(unit, Micros(now.0.saturating_sub(KEPT))).await?;
            // A day longer than it works: clocks of replicas may differ.
            store::forget_challenges(unit, Micros(now.0.saturating_sub(DAY))).await?;
            Ok(Outcome::Keep(()))
        }
        .boxed()
    });
    work.await
}

/// What was closed at that instant is known by no contact any more (PRJ-34).
fn is_over(closed: Micros, now: Micros) -> bool {
    now.0.saturating_sub(closed.0) > KEPT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prj_34_contacts_are_forgotten_ninety_days_after_the_subject_closed() {
        let closed = Micros(1_000);
        assert!(!is_over(closed, Micros(closed.0 + 90 * DAY)));
        assert!(is_over(closed, Micros(closed.0 + 90 * DAY + 1)));
        assert!(!is_over(Micros(5 * DAY), Micros(0)), "a clock that stepped back");
    }
}
