//! Whose voice was heard, on disk.

use chassis::Config;
use chassis::database::Outcome;
use clap::Parser as _;
use futures::FutureExt as _;

use super::*;
use crate::place::{Place, places};

const NEED: &str = "territories/t/needs/n";
const OTHER: &str = "territories/t/needs/o";

fn person(secret: &str, confirmed: bool) -> Voice {
    Voice::Person { secret: secret.to_owned(), confirmed }
}

async fn says(place: &Place, seals: &Seals, at: i64, subject: &'static str, voice: Voice) -> bool {
    let seals = seals.clone();
    let work = place.database.write("projects", move |unit| {
        let (seals, voice) = (seals.clone(), voice.clone());
        async move {
            unit.now = Micros(at);
            match speak(unit, &seals, subject, &voice, "participations/p").await {
                Ok(()) => Ok(Outcome::Keep(true)),
                Err(Error::AlreadyExists { .. }) => Ok(Outcome::Discard(false)),
                Err(other) => Err(other),
            }
        }
        .boxed()
    });
    work.await.unwrap()
}

#[tokio::test]
async fn prj_32_each_is_heard_once_also_after_the_key_was_renewed() {
    let keys = tempfile::tempdir().unwrap();
    let config = Config::parse_from(["test", "--keys", keys.path().join("keys").to_str().unwrap()]);
    let seals = Seals::open(&config).unwrap();
    for place in places().await {
        let says = async |at, subject, voice| says(&place, &seals, at, subject, voice).await;
        let awa = || person("awa@example.org", true);
        assert!(says(0, NEED, awa()).await);
        assert!(!says(1, NEED, awa()).await);
        assert!(!says(PERIOD, NEED, awa()).await, "a new key, and the voice is known all the same");
        assert!(says(PERIOD, NEED, person("lea@example.org", true)).await);
        assert!(!says(2 * PERIOD, NEED, person("lea@example.org", true)).await);
        assert!(says(0, OTHER, awa()).await, "of another subject");
        assert!(
            says(0, NEED, person("awa@example.org", false)).await,
            "what nobody confirmed stands in nobody's way"
        );
        assert!(!says(0, NEED, person("awa@example.org", false)).await);
        for (partner, new) in [("partners/a", true), ("partners/b", true), ("partners/a", false)] {
            assert_eq!(says(0, NEED, Voice::Partner(partner.to_owned())).await, new, "{partner}");
        }

        let kept = voice::Entity::find().all(place.database.reader()).await.unwrap();
        assert!(!format!("{kept:?}").contains("example.org"));
        let of = |subject: &str| {
            kept.iter().filter(|one| one.subject == subject).map(|one| one.voice.clone()).collect::<Vec<_>>()
        };
        let (here, there) = (of(NEED), of(OTHER));
        assert!(there.iter().all(|voice| !here.contains(voice)), "of one person, on two subjects: {kept:?}");
        assert_eq!(subjects(place.database.reader()).await.unwrap(), [NEED, OTHER]);
    }
}

#[tokio::test]
async fn prj_34_what_people_were_known_by_is_forgotten_and_partners_are_not() {
    let keys = tempfile::tempdir().unwrap();
    let config = Config::parse_from(["test", "--keys", keys.path().join("keys").to_str().unwrap()]);
    let seals = Seals::open(&config).unwrap();
    for place in places().await {
        for (subject, voice) in [
            (NEED, person("a@example.org", true)),
            (NEED, person("b@example.org", false)),
            (NEED, Voice::Partner("partners/a".to_owned())),
            (OTHER, person("a@example.org", true)),
        ] {
            assert!(says(&place, &seals, 0, subject, voice).await);
        }
        let work = place.database.write("projects", |unit| {
            async move {
                forget(unit, &[NEED.to_owned()]).await?;
                Ok(Outcome::Keep(()))
            }
            .boxed()
        });
        work.await.unwrap();
        let left = voice::Entity::find()
            .order_by_asc(voice::COLUMN.subject)
            .all(place.database.reader())
            .await
            .unwrap();
        assert_eq!(left.len(), 2, "{left:?}");
        assert_eq!(left[0].voice, "partners/a");
        assert_eq!(subjects(place.database.reader()).await.unwrap(), [OTHER]);
    }
}
