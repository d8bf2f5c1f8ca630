//! One store: the figures in rotation, the import, the memory, the start.

use std::time::Duration;

use prost::Message as _;

use crate::figure::{Figure, READ, Wire, publishers};
use crate::load::{Reached, drive, memory};
use crate::place::Place;
use crate::server::Server;
use crate::sql::{Sql, timed};
use crate::{Result, Store, report};

const TURN: Duration = Duration::from_secs(1);

/// Measures all of a store, printing each figure; what is told beside the figures, or nothing where the store is not there.
pub(crate) async fn run(
    store: Store,
    turns: u32,
    callers: &[usize],
) -> Result<Option<Vec<(String, String)>>> {
    let Some(place) = Place::new(store)? else { return Ok(None) };

    let mut first = place.serve(&[])?;
    let first_start = first.serving().await?;
    first.activate().await?;
    drop(first);
    let ensemble = place.serve(&[])?;
    let second_start = ensemble.serving().await?;
    tokio::time::sleep(TURN).await;
    let at_rest = memory(ensemble.process());

    let header = ensemble.sign_in().await?;
    let mut one = Wire::callers(&ensemble, &header, Figure::Get, 1).await?.remove(0);
    let list = publishers();
    let (imported, import) = timed(one.import(&list)).await?;
    let (_, again) = timed(one.import(&list)).await?;
    let after_imports = memory(ensemble.process());
    for number in 0..READ {
        one.create(format!("bench-{number}")).await?;
    }
    let (get_file, list_file) = (place.home().join("get"), place.home().join("list"));
    std::fs::write(&get_file, one.get().await?.encode_to_vec())?;
    std::fs::write(&list_file, one.list().await?.encode_to_vec())?;
    let echo = Server::echo(&get_file, &list_file)?;
    let sql = match &place.cluster {
        Some(cluster) => Sql::Postgres(cluster, "bench".to_owned()),
        None => Sql::sqlite(&place.file()).await?,
    };

    for figure in Figure::ALL {
        for count in callers {
            let mut ours = Wire::callers(&ensemble, &header, figure, *count).await?;
            let mut bare = Wire::callers(&echo, &header, figure, *count).await?;
            let mut reached = [Reached::default(), Reached::default(), Reached::default()];
            for _ in 0..turns {
                reached[0].add(drive(&mut ours, TURN, Some(ensemble.process())).await?);
                reached[1].add(drive(&mut bare, TURN, Some(echo.process())).await?);
                reached[2].add(sql.turn(figure, *count, TURN).await?);
            }
            report::line(store, figure, *count, reached);
        }
    }

    let counts = imported.counts.first().cloned().unwrap_or_default();
    let pairs = imported.possible_duplicates.len();
    let told = [
        (
            "import of 10,000 partners, duplicates sought",
            format!("{:.2} s ({} created, {pairs} pairs)", import.as_secs_f64(), counts.created),
        ),
        ("the same file again", format!("{:.2} s", again.as_secs_f64())),
        ("start on an empty database, to SERVING", format!("{:.3} s", first_start.as_secs_f64())),
        ("start again, to SERVING", format!("{:.3} s", second_start.as_secs_f64())),
        ("memory at rest", at_rest),
        ("memory after both imports", after_imports),
        ("memory after the load", memory(ensemble.process())),
    ];
    Ok(Some(report::of(store, told.map(|(what, value)| (what.to_owned(), value)).to_vec())))
}
