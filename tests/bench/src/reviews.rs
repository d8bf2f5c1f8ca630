//! Submitting and accepting reports of 30 indicators, beside what that writes, written by hand.

use std::time::Instant;

use futures::{StreamExt as _, TryStreamExt as _};

use crate::network::Network;
use crate::place::{Place, Raw};
use crate::{Result, Store, report};

const INDICATORS: usize = 30;
/// Projects whose reports go through one after the other, and as many at once.
const PROJECTS: usize = 20;
const AT_ONCE: usize = 16;

/// Measures a store; nothing where it is not there.
pub(crate) async fn run(store: Store) -> Result<Option<Vec<(String, String)>>> {
    let Some(place) = Place::new(store)? else { return Ok(None) };
    let mut server = place.serve(&[])?;
    server.serving().await?;
    server.activate().await?;
    let network = Network::make(&server).await?;
    network.library(INDICATORS).await?;
    let mut turns = [Vec::new(), Vec::new()];
    for turn in &mut turns {
        for _ in 0..PROJECTS {
            let project = network.project(INDICATORS).await?;
            let mut reports = Vec::new();
            for period in &network.periods {
                reports.push(network.draft(&project, period).await?);
            }
            turn.push(reports);
        }
    }
    let raw = place.raw().await?;
    raw.execute("ANALYZE").await?;
    let [alone, at_once] = turns;
    let alone = alone.concat();
    let began = Instant::now();
    network.accept_all(&alone).await?;
    let ours = per_second(alone.len(), began);
    let began = Instant::now();
    // Of one project they follow each other: what was reached is counted up.
    let accepted = futures::stream::iter(&at_once).map(|reports| network.accept_all(reports));
    accepted.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    let together = per_second(at_once.iter().map(Vec::len).sum(), began);
    drop(server);
    let began = Instant::now();
    for (number, name) in alone.iter().enumerate() {
        by_hand(&raw, number, name).await?;
    }
    let by_hand = per_second(alone.len(), began);
    let told = [
        (
            format!(
                "reports of {INDICATORS} indicators submitted and accepted in a second, one after the other"
            ),
            format!("{ours:.0}, the same writes by hand {by_hand:.0} (**{:.2} ×**)", ours / by_hand),
        ),
        (format!("{AT_ONCE} at once"), format!("{together:.0} (**{:.2} ×**)", together / by_hand)),
    ];
    Ok(Some(report::of(store, told.to_vec())))
}

fn per_second(count: usize, began: Instant) -> f64 {
    count as f64 / began.elapsed().as_secs_f64()
}

/// What the two calls wrote, written again: the report twice, its changes, its requests, and its values.
async fn by_hand(raw: &Raw, number: usize, name: &str) -> Result<()> {
    let again = |method: &str, ago: usize| {
        let seq = 1_000_000_000 + 2 * number + ago;
        [
            format!(
                "UPDATE report SET revision = revision + 1, state = state, state_time = state_time + 1, \
                 \"values\" = \"values\", update_time = update_time + 1 WHERE name = '{name}'"
            ),
            format!(
                "INSERT INTO change (service, seq, last, id, time, principal, method, resource, revision, from_state, to_state, \
                 reason, request_id, type_name, data, owner, public) SELECT service, {seq}, last, 'raw-{seq}', time, principal, \
                 method, resource, revision, from_state, to_state, reason, request_id, type_name, data, owner, public \
                 FROM change WHERE resource = '{name}' AND method LIKE '%{method}'"
            ),
            format!(
                "INSERT INTO request (service, principal, method, request_id, hash, resource, response, time) \
                 SELECT service, principal, method, 'raw-{seq}', hash, resource, response, time FROM request \
                 WHERE resource = '{name}' AND method LIKE '%{method}'"
            ),
        ]
    };
    raw.together(&again("SubmitReport", 0)).await?;
    let values = format!(
        "INSERT INTO sealed_value (report, project_indicator, report_revision, project, indicator, indicator_version, unit, \
         reporting_period, period_start, period_end, kind, part, whole, words, cells, accept_time, supersede_time) \
         SELECT 'raw-{number}', project_indicator, report_revision, project, indicator, indicator_version, unit, \
         reporting_period, period_start, period_end, kind, part, whole, words, cells, accept_time, supersede_time \
         FROM sealed_value WHERE report = '{name}'"
    );
    let head = "UPDATE sealed_head SET time = time + 1".to_owned();
    raw.together(&[again("ReviewReport", 1).to_vec(), vec![values, head]].concat()).await
}
