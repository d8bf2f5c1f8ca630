//! One voice for each partner and each person on one subject (PRJ-32), without knowing who that is.
//!
//! A contact is known by its HMAC alone. The key is of one subject, so that the voices of a person on two subjects cannot be
//! joined; it is sealed by the keys directory, so that a copy of the database finds out no address by trying; and after a while a
//! new one is used, while voices are still looked for under the others.

use aws_lc_rs::{digest, hmac};
use chassis::column::Micros;
use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::say;
use chassis::seal::Seals;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel as _, QueryOrder as _};

use super::describe::Voice;

/// A key makes new HMACs for so long, in microseconds: 90 days.
const PERIOD: i64 = 90 * 24 * 3600 * 1_000_000;

/// The keys of subjects, sealed.
mod key {
    use chassis::column::Micros;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "contact_key")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub create_time: Micros,
        pub sealed: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Whose endorsement a subject has.
mod voice {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "participation_voice")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub subject: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub voice: String,
        pub participation: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// How the voice of a person begins, confirmed or not: no name of a partner begins so.
const CONFIRMED: &str = "hmac:";
const UNCONFIRMED: &str = "unconfirmed:";

/// Writes whose endorsement it is, unless the subject has theirs already.
///
/// # Errors
/// `ALREADY_EXISTS` citing PRJ-32.
pub(super) async fn speak(
    unit: &Unit<'_>,
    seals: &Seals,
    subject: &str,
    said: &Voice,
    participation: &str,
) -> Result<()> {
    let (known, own) = match said {
        Voice::Partner(partner) => (vec![partner.clone()], partner.clone()),
        Voice::Person { secret, confirmed } => {
            let start = if *confirmed { CONFIRMED } else { UNCONFIRMED };
            let marks = marks(unit, seals, subject, secret).await?;
            let all: Vec<String> = marks.iter().map(|mark| format!("{start}{mark}")).collect();
            let own = all.first().cloned().ok_or_else(|| Error::internal("no key of contacts"))?;
            (all, own)
        }
    };
    let same = voice::Entity::find()
        .filter(voice::COLUMN.subject.eq(subject))
        .filter(voice::COLUMN.voice.is_in(known.iter().map(String::as_str)));
    if let Some(before) = same.one(unit.txn).await? {
        // Of a person, nobody is told which one it is.
        let holder = matches!(said, Voice::Partner(_)).then_some(before.participation);
        return Err(Error::AlreadyExists {
            field: "participation.kind".to_owned(),
            holder,
            why: say!(
                "each partner and each person endorses something once (PRJ-32): this voice is counted already",
                "chaque organisation et chaque personne n'apporte son soutien qu'une fois (PRJ-32) : cette voix est déjà comptée"
            ),
        });
    }
    let row =
        voice::Model { subject: subject.to_owned(), voice: own, participation: participation.to_owned() };
    voice::Entity::insert(row.into_active_model()).exec_without_returning(unit.txn).await?;
    Ok(())
}

/// The HMACs of a secret under the keys of a subject, the one to keep first; a key is made when none is young enough.
async fn marks(unit: &Unit<'_>, seals: &Seals, subject: &str, secret: &str) -> Result<Vec<String>> {
    let keys = key::Entity::find().filter(key::COLUMN.subject.eq(subject));
    let mut keys = keys.order_by_desc(key::COLUMN.create_time).all(unit.txn).await?;
    if !keys.first().is_some_and(|newest| is_young(newest.create_time, unit.now)) {
        let mut bytes = [0; digest::SHA256_OUTPUT_LEN];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
        let sealed = seals.seal(&about(subject), &bytes)?;
        let made = key::Model { subject: subject.to_owned(), create_time: unit.now, sealed };
        let once =
            OnConflict::columns([key::Column::Subject, key::Column::CreateTime]).do_nothing().to_owned();
        let insert = key::Entity::insert(made.clone().into_active_model()).on_conflict(once);
        insert.exec_without_returning(unit.txn).await?;
        keys.insert(0, made);
    }
    let mark = |key: &key::Model| {
        let bytes = seals.unseal(&about(subject), &key.sealed)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let tag = hmac::sign(&key, secret.as_bytes());
        Ok(tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    };
    keys.iter().map(mark).collect()
}

fn is_young(made: Micros, now: Micros) -> bool {
    now.0.saturating_sub(made.0) < PERIOD
}

fn about(subject: &str) -> String {
    format!("{subject} contacts")
}

/// The subjects that contacts are known of.
pub(super) async fn subjects(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    let keys = key::Entity::find().order_by_asc(key::COLUMN.subject).all(db).await?;
    let mut subjects: Vec<String> = keys.into_iter().map(|key| key.subject).collect();
    subjects.dedup();
    Ok(subjects)
}

/// Forgets the contacts of subjects, and by what they were known; the voices of partners stay.
pub(super) async fn forget(unit: &Unit<'_>, subjects: &[String]) -> Result<()> {
    for chunk in subjects.chunks(1000) {
        let these = chunk.iter().map(String::as_str);
        let of_people = sea_orm::Condition::any()
            .add(voice::Column::Voice.starts_with(CONFIRMED))
            .add(voice::Column::Voice.starts_with(UNCONFIRMED));
        voice::Entity::delete_many()
            .filter(voice::COLUMN.subject.is_in(these.clone()))
            .filter(of_people)
            .exec(unit.txn)
            .await?;
        key::Entity::delete_many().filter(key::COLUMN.subject.is_in(these)).exec(unit.txn).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
