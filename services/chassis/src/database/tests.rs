use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder as _, Statement};

use super::*;
use crate::auth::Caller;
use crate::change::{About, COLUMN, Entity};
use crate::store::Call;

const SERVICE: &str = "tests";

async fn database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/test.db", folder.path().display());
    let database = crate::migrate::open(&url, Clock::default(), &[]).await.unwrap();
    let head = sea_orm::sea_query::Query::insert()
        .into_table("change_head")
        .columns(["service", "seq"])
        .values_panic([SERVICE.into(), 0_i64.into()])
        .to_owned();
    database.readers.execute(&head).await.unwrap();
    (folder, database)
}

fn call() -> Call {
    Call { caller: Arc::new(Caller::default()), ..Call::own(SERVICE, &Clock::default()) }
}

fn record(unit: &mut Unit<'_>, resource: &str) {
    let about = About { resource, revision: 1, states: ("", "NEW"), owner: "", public: true };
    unit.record(&call(), about, &proto::common::Money::default());
}

async fn numbers(database: &Database) -> Vec<(i64, String)> {
    let rows = Entity::find()
        .filter(COLUMN.service.eq(SERVICE))
        .order_by_asc(COLUMN.seq)
        .all(database.reader())
        .await;
    rows.unwrap().into_iter().map(|row| (row.seq, row.resource)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bey_10_numbers_follow_commits_without_a_gap_whatever_fails_between() {
    let (_folder, database) = database().await;
    let writes = (0..200).map(|index: u32| {
        let database = database.clone();
        async move {
            database
                .write(SERVICE, move |unit| {
                    async move {
                        record(unit, &format!("things/{index}"));
                        match index % 4 {
                            0 => Ok(Outcome::Keep(())),
                            1 => Ok(Outcome::Discard(())),
                            2 => Err(Error::not_found("nothing")),
                            _ => panic!("a rule with a bug"),
                        }
                    }
                    .boxed()
                })
                .await
        }
    });
    let outcomes = futures::future::join_all(writes).await;
    for (index, outcome) in outcomes.into_iter().enumerate() {
        match index % 4 {
            0 | 1 => outcome.unwrap(),
            2 => assert!(matches!(outcome, Err(Error::NotFound { .. }))),
            _ => assert!(matches!(outcome, Err(Error::Internal(_)))),
        }
    }
    let kept = numbers(&database).await;
    assert_eq!(kept.len(), 50);
    assert!(kept.iter().enumerate().all(|(index, (seq, _))| *seq == index as i64 + 1));
    assert!(
        kept.iter()
            .all(|(_, resource)| resource.trim_start_matches("things/").parse::<u32>().unwrap() % 4 == 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_gives_up_leaves_a_whole_effect_or_none() {
    let (_folder, database) = database().await;
    for index in 0..50 {
        let write = database.write(SERVICE, move |unit| {
            async move {
                record(unit, &format!("things/{index}/a"));
                tokio::task::yield_now().await;
                record(unit, &format!("things/{index}/b"));
                Ok(Outcome::Keep(()))
            }
            .boxed()
        });
        let _ = futures::poll!(Box::pin(write)); // begun, then dropped
    }
    database.write(SERVICE, |_| async { Ok(Outcome::Keep(())) }.boxed()).await.unwrap();
    let kept = numbers(&database).await;
    assert!(kept.len().is_multiple_of(2));
    for pair in kept.chunks(2) {
        assert_eq!(pair[0].1.trim_end_matches("/a"), pair[1].1.trim_end_matches("/b"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answered_write_is_seen_by_every_reader() {
    let (_folder, database) = database().await;
    for index in 1..=20 {
        let write = |unit: &mut Unit<'_>| {
            record(unit, "things/x");
            futures::future::ready(Ok(Outcome::Keep(())))
        };
        database.write(SERVICE, move |unit| write(unit).boxed()).await.unwrap();
        assert_eq!(numbers(&database).await.len(), index);
    }
}

#[test]
fn what_another_writer_caused_is_tried_again_and_nothing_else() {
    let collided = DbErr::Custom("collided with another writer".to_owned());
    assert!(transient(&collided));
    assert!(matches!(explain(collided), Error::Aborted { .. }));
    let broken = DbErr::Custom("no such table: secret_table".to_owned());
    assert!(!transient(&broken));
    let Error::Internal(_) = explain(broken) else { panic!("a broken statement is our fault") };
}

/// A number that a reader is told.
async fn number(database: &Database, sql: &'static str) -> i64 {
    let asked = Statement::from_string(DbBackend::Sqlite, sql);
    database.readers.query_one_raw(asked).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn what_many_rows_were_written_to_is_looked_at_once_they_stand() {
    let (_folder, database) = database().await;
    let write = async |keep: bool| {
        let work = database.write(SERVICE, move |unit| {
            async move {
                unit.plan_afresh().await?;
                record(unit, "one");
                Ok(if keep { Outcome::Keep(()) } else { Outcome::Discard(()) })
            }
            .boxed()
        });
        work.await.unwrap();
    };
    let version = async || number(&database, "PRAGMA schema_version").await;
    let first = version().await;
    write(false).await;
    assert_eq!(version().await, first, "nothing came of it");
    write(true).await;
    assert!(number(&database, "SELECT count(*) FROM sqlite_stat1").await > 0);
    let second = version().await;
    write(true).await;
    let third = version().await;
    assert!(first < second && second < third, "readers learn of it each time");
    let round = database.write(SERVICE, |unit| {
        unit.gather_in_rounds();
        async { Ok(Outcome::Keep(())) }.boxed()
    });
    round.await.unwrap();
    assert!(third < version().await, "and now and then, whatever was written");
}
