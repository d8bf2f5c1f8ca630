use proto::common::{ExternalIdentifier, LocalizedText};
use proto::partners::partner::State;
use sea_orm::IntoActiveModel as _;
use sea_orm::entity::prelude::*;

use super::*;
use crate::filter::tests::databases;

mod stored {
    use proto::common::{ExternalIdentifier, LocalizedText};
    use proto::partners::partner::State;
    use sea_orm::entity::prelude::*;

    use crate::column::{Coded, Day, Micros, Packed, PackedList, Strings};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "stored")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: Day,
        #[sea_orm(primary_key, auto_increment = false)]
        pub instant: Micros,
        pub state: Coded<State>,
        pub other_state: Option<Coded<State>>,
        pub title: Packed<LocalizedText>,
        pub other_title: Option<Packed<LocalizedText>>,
        pub identifiers: PackedList<ExternalIdentifier>,
        pub other_identifiers: Option<PackedList<ExternalIdentifier>>,
        pub codes: Strings,
        pub other_codes: Option<Strings>,
        pub other_instant: Option<Micros>,
        pub other_day: Option<Day>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const TABLE: &str = "create temp table stored (
    day text not null, instant bigint not null, state integer not null, other_state integer,
    title BYTES not null, other_title BYTES, identifiers BYTES not null, other_identifiers BYTES,
    codes text not null, other_codes text, other_instant bigint, other_day text, primary key (day, instant))";

fn full() -> stored::Model {
    let identifier = |value: &str| ExternalIdentifier { scheme: "ROR".to_owned(), value: value.to_owned() };
    let title = LocalizedText { default_language_code: "fr".to_owned(), ..Default::default() };
    let identifiers: PackedList<_> =
        vec![identifier("1"), identifier(""), ExternalIdentifier::default()].into();
    let codes: Strings = ["FR", "", "a,\"b\"\\", "é\n\u{1}😀"].into_iter().collect();
    stored::Model {
        day: Day::parse("0001-01-01").unwrap(),
        instant: Micros::MIN,
        state: State::Active.into(),
        other_state: Some(State::Rejected.into()),
        title: title.clone().into(),
        other_title: Some(title.into()),
        identifiers: identifiers.clone(),
        other_identifiers: Some(identifiers),
        codes: codes.clone(),
        other_codes: Some(codes),
        other_instant: Some(Micros::MAX),
        other_day: Day::parse("9999-12-31"),
    }
}

#[tokio::test]
async fn every_value_comes_back_as_it_was_stored() {
    let bare = stored::Model {
        day: Day::parse("2024-02-29").unwrap(),
        instant: Micros(0),
        state: State::default().into(),
        other_state: None,
        title: Packed::default(),
        other_title: None,
        identifiers: PackedList::default(),
        other_identifiers: None,
        codes: Strings::default(),
        other_codes: None,
        other_instant: None,
        other_day: None,
    };
    for database in &databases(TABLE).await {
        for row in [full(), bare.clone()] {
            stored::Entity::insert(row.clone().into_active_model()).exec(database).await.unwrap();
            let found = stored::Entity::find_by_id((row.day, row.instant)).one(database).await.unwrap();
            assert_eq!(found, Some(row));
        }
        let active = stored::Entity::find().filter(stored::Column::State.eq(Coded::from(State::Active)));
        assert_eq!(active.all(database).await.unwrap().len(), 1);

        database.execute_unprepared("update stored set state = 99 where instant = 0").await.unwrap();
        let error = stored::Entity::find().all(database).await.unwrap_err().to_string();
        assert!(error.contains("state") && error.contains("no value 99"), "{error}");
    }
}

#[test]
fn texts_are_json_that_a_person_can_read() {
    let json = |texts: &[&str]| texts.iter().copied().collect::<Strings>().store();
    assert_eq!(json(&[]), "[]");
    assert_eq!(json(&["FR", "Île"]), r#"["FR","Île"]"#);
    assert_eq!(json(&["a,\"\\"]), r#"["a\u002c\u0022\\"]"#);
}

#[test]
fn instants_are_those_of_protobuf() {
    let read = |seconds, nanos| Micros::from_timestamp("t", &prost_types::Timestamp { seconds, nanos });
    assert_eq!(read(-1, 999_999_999).unwrap(), Micros(-1));
    assert_eq!(Micros(-1).to_timestamp(), prost_types::Timestamp { seconds: -1, nanos: 999_999_000 });
    assert_eq!(read(253_402_300_799, 999_999_999).unwrap(), Micros::MAX);
    assert_eq!(read(-62_135_596_800, 0).unwrap(), Micros::MIN);
    for (seconds, nanos) in [
        (253_402_300_800, 0),
        (-62_135_596_801, 999_999_999),
        (0, -1),
        (0, 1_000_000_000),
        (i64::MAX, 0),
        (i64::MIN, 0),
    ] {
        assert!(read(seconds, nanos).is_err(), "{seconds} {nanos}");
    }
    assert_eq!(Micros::parse("2026-01-31T12:00:00.5+01:00").unwrap().to_string(), "2026-01-31T11:00:00.500Z");
    assert_eq!(Micros::parse(&Micros::MIN.to_string()), Some(Micros::MIN));
}

#[test]
fn a_day_is_whole_and_exists() {
    let read = |year, month, day| Day::from_date("d", &proto::Date { year, month, day });
    assert_eq!(read(2024, 2, 29).unwrap().to_string(), "2024-02-29");
    assert_eq!(read(2024, 2, 29).unwrap().to_date(), proto::Date { year: 2024, month: 2, day: 29 });
    for (year, month, day) in
        [(2023, 2, 29), (2026, 0, 0), (2026, 1, 0), (0, 1, 1), (10_000, 1, 1), (2026, -1, 1), (2026, 13, 1)]
    {
        assert!(read(year, month, day).is_err(), "{year} {month} {day}");
    }
    for text in
        ["2026-1-5", "2026-01-05T00:00:00Z", "26-01-05", "+2026-01-05", "2026-02-30", "", " 2026-01-05"]
    {
        assert_eq!(Day::parse(text), None, "{text}");
    }
}

#[test]
fn an_enum_of_a_request_is_one_that_is_known() {
    let state: Coded<State> = Coded::read("state", 2).unwrap();
    assert!(state == State::Active && *state == State::Active && state.number() == 2);
    assert!(Coded::<State>::read("state", 99).is_err());
}
