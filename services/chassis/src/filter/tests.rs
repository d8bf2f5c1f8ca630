use std::collections::{BTreeMap, BTreeSet};

use proto::partners::partner::{Sector, State};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, IntoActiveModel as _};

use super::*;
use crate::column::{Coded, Strings};
use crate::error::Error;

/// SQLite in memory, and PostgreSQL when `TEST_DATABASE_URL` says where; temporary tables live as long as the
/// connection.
pub(crate) async fn databases(tables: &str) -> Vec<DatabaseConnection> {
    let urls = std::iter::once("sqlite::memory:".to_owned()).chain(std::env::var("TEST_DATABASE_URL"));
    let mut databases = Vec::new();
    for url in urls {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let database = Database::connect(options).await.unwrap();
        let collated = match database.get_database_backend() {
            DbBackend::Postgres => tables.replace(" text", " text collate \"C\"").replace("BYTES", "bytea"),
            _ => tables.replace("BYTES", "blob"),
        };
        database.execute_unprepared(&collated).await.unwrap();
        databases.push(database);
    }
    databases
}

/// Numbers that are the same at every run.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    pub(crate) fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    pub(crate) fn perhaps<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(4) > 0).then(|| make(self))
    }
}

mod sample {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sample")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub code: Option<String>,
        pub note: String,
        pub state: Coded<State>,
        pub sector: Option<Coded<Sector>>,
        pub created: Option<Micros>,
        pub start: Option<Day>,
        pub size: Option<i32>,
        pub open: Option<bool>,
        pub countries: Option<Strings>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod member {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "member")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sample: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: i32,
        pub partner: String,
        pub since: Day,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const TABLES: &str = "
    create temp table sample (
        name text primary key, code text, note text not null, state integer not null, sector integer,
        created bigint, start text, size integer, open boolean, countries text);
    create temp table member (
        sample text not null, place integer not null, partner text not null, since text not null,
        primary key (sample, place))";

const FIELDS: &[Field] = &[
    Field::text("code"),
    Field::text("remark").column("note"),
    Field::enumeration("state", "ensemble.partners.v1.Partner.State"),
    Field::enumeration("sector", "ensemble.partners.v1.Partner.Sector"),
    Field::time("create_time").column("created"),
    Field::date("period.start_date").column("start"),
    Field::integer("size"),
    Field::boolean("open"),
    Field::texts("country_codes", "countries"),
    Field::many("members.partner", "member", "sample", "partner"),
    Field::many("members.since", "member", "sample", "since").of(Kind::Date),
];

const TEXTS: [&str; 24] = [
    "",
    "a",
    "A",
    "ab",
    "Ab",
    "aB",
    "abc",
    "é",
    "éa",
    "%",
    "a%",
    "_",
    "\\",
    "a\\",
    "a\"b",
    "\"",
    ",",
    ",,",
    "]",
    "😀",
    "\u{10ffff}",
    "\u{d7ff}",
    "\u{e000}",
    "x\u{10ffff}",
];
const TIMES: [&str; 4] = [
    "1969-12-31T23:59:59.999999Z",
    "1970-01-01T00:00:00Z",
    "2026-05-01T10:00:00+02:00",
    "9999-12-31T23:59:59Z",
];
const DAYS: [&str; 4] = ["0001-01-01", "0999-12-31", "2026-01-31", "2026-02-01"];
const STATES: [State; 4] = [State::Unspecified, State::Pending, State::Active, State::Rejected];

fn row(numbers: &mut Numbers, index: usize) -> (sample::Model, Vec<member::Model>) {
    let name = format!("samples/s{index}");
    let members = (0..numbers.below(4)).map(|place| member::Model {
        sample: name.clone(),
        place: i32::try_from(place).unwrap(),
        partner: numbers.one(&TEXTS).to_owned(),
        since: Day::parse(numbers.one(&DAYS)).unwrap(),
    });
    let members = members.collect();
    let row = sample::Model {
        code: numbers.perhaps(|numbers| numbers.one(&TEXTS).to_owned()),
        note: numbers.one(&TEXTS).to_owned(),
        state: numbers.one(&STATES).into(),
        sector: numbers
            .perhaps(|numbers| numbers.one(&[Sector::Unspecified, Sector::Public, Sector::Civil]).into()),
        created: numbers.perhaps(|numbers| Micros::parse(numbers.one(&TIMES)).unwrap()),
        start: numbers.perhaps(|numbers| Day::parse(numbers.one(&DAYS)).unwrap()),
        size: numbers.perhaps(|numbers| numbers.one(&[-1, 0, 1, i32::MAX])),
        open: numbers.perhaps(|numbers| numbers.below(2) == 0),
        countries: numbers.perhaps(|numbers| (0..numbers.below(4)).map(|_| numbers.one(&TEXTS)).collect()),
        name,
    };
    (row, members)
}

fn value(row: &sample::Model, members: &[member::Model], path: &str) -> Option<FilterValue> {
    match path {
        "code" => row.code.clone().map(Into::into),
        "remark" => Some(row.note.as_str().into()),
        "state" => Some(row.state.number().into()),
        "sector" => row.sector.map(|sector| sector.number().into()),
        "create_time" => row.created.map(Into::into),
        "period.start_date" => row.start.map(Into::into),
        "size" => row.size.map(Into::into),
        "open" => row.open.map(Into::into),
        "country_codes" => {
            row.countries.as_ref().map(|countries| countries.iter().map(String::as_str).collect())
        }
        "members.partner" => Some(members.iter().map(|member| member.partner.as_str()).collect()),
        "members.since" => Some(members.iter().map(|member| member.since).collect()),
        _ => None,
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn comparison(numbers: &mut Numbers) -> String {
    const ANY: [&str; 7] = ["=", "!=", "<", "<=", ">", ">=", ":"];
    let path = numbers.one(FIELDS).path;
    if numbers.below(8) == 0 {
        return format!("{path}:*");
    }
    let text = quoted(numbers.one(&TEXTS));
    match path {
        "code" | "remark" if numbers.below(3) == 0 => {
            let part = numbers.one(&TEXTS).trim_matches('*');
            let (start, end) = numbers.one(&[("*", ""), ("", "*"), ("*", "*")]);
            format!("{path} {} {}", numbers.one(&["=", ":"]), quoted(&format!("{start}{part}{end}")))
        }
        "code" | "remark" => format!("{path} {} {text}", numbers.one(&ANY)),
        "state" => format!(
            "{path} {} {}",
            numbers.one(&["=", "!=", ":"]),
            numbers.one(&["ACTIVE", "STATE_PENDING", "REJECTED"])
        ),
        "sector" => format!(
            "{path} {} {}",
            numbers.one(&["=", "!=", ":"]),
            numbers.one(&["PUBLIC", "SECTOR_UNSPECIFIED", "CIVIL"])
        ),
        "create_time" => format!("{path} {} \"{}\"", numbers.one(&ANY), numbers.one(&TIMES)),
        "period.start_date" => format!("{path} {} {}", numbers.one(&ANY), numbers.one(&DAYS)),
        "size" => {
            format!("{path} {} {}", numbers.one(&ANY), numbers.one(&[-1_i64, 0, 1, i64::MAX, i64::MIN]))
        }
        "open" => format!("{path} {} {}", numbers.one(&["=", "!=", ":"]), numbers.one(&["true", "false"])),
        "members.since" => {
            format!("{path} {} {}", numbers.one(&["=", "<", "<=", ">", ">=", ":"]), numbers.one(&DAYS))
        }
        _ => format!("{path} {} {text}", numbers.one(&["=", ":"])),
    }
}

fn filter(numbers: &mut Numbers, depth: usize) -> String {
    let inner = |numbers: &mut Numbers| format!("({})", filter(numbers, depth - 1));
    match numbers.below(if depth == 0 { 1 } else { 6 }) {
        0 | 1 => comparison(numbers),
        2 => format!("{} AND {}", inner(numbers), comparison(numbers)),
        3 => format!("{} OR {}", comparison(numbers), inner(numbers)),
        4 => format!("NOT {}", inner(numbers)),
        _ => format!("{} -{} OR {}", comparison(numbers), comparison(numbers), inner(numbers)),
    }
}

#[tokio::test]
async fn a_filter_takes_the_same_rows_in_sql_and_in_memory() {
    let mut numbers = Numbers(0x5eed);
    let rows: Vec<_> = (0..120).map(|index| row(&mut numbers, index)).collect();
    let databases = databases(TABLES).await;
    for database in &databases {
        for (row, members) in &rows {
            sample::Entity::insert(row.clone().into_active_model()).exec(database).await.unwrap();
            for member in members {
                member::Entity::insert(member.clone().into_active_model()).exec(database).await.unwrap();
            }
        }
        let stored: BTreeMap<_, _> = sample::Entity::find()
            .all(database)
            .await
            .unwrap()
            .into_iter()
            .map(|row| (row.name.clone(), row))
            .collect();
        assert!(rows.iter().all(|(row, _)| stored[&row.name] == *row), "rows come back as they were stored");
    }
    let (mut some, mut all) = (0, 0);
    for _ in 0..1500 {
        let text = filter(&mut numbers, 3);
        let filter = Filter::parse(&text, FIELDS).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let expected: BTreeSet<&str> = rows
            .iter()
            .filter(|(row, members)| filter.matches(&|path| value(row, members, path)))
            .map(|(row, _)| row.name.as_str())
            .collect();
        for database in &databases {
            let found = sample::Entity::find().filter(filter.condition("sample")).all(database).await;
            let found = found.unwrap_or_else(|error| panic!("{text}: {error}"));
            let found: BTreeSet<&str> = found.iter().map(|row| row.name.as_str()).collect();
            assert_eq!(found, expected, "{text} on {:?}", database.get_database_backend());
        }
        some += usize::from(!expected.is_empty());
        all += usize::from(expected.len() == rows.len());
    }
    assert!(some > 500 && all < 500, "the filters tell rows apart: {some} of 1500 take some, {all} take all");
}

fn refusal(filter: &str) -> String {
    match Filter::parse(filter, FIELDS) {
        Err(Error::Invalid { reason: "INVALID_FIELD", fields })
            if fields.len() == 1 && fields[0].field == "filter" =>
        {
            assert!(!fields[0].why.fr.is_empty());
            fields[0].why.en.clone()
        }
        other => panic!("{filter}: {other:?}"),
    }
}

#[test]
fn a_refusal_says_where_and_what_is_allowed() {
    assert!(
        refusal("state = ACTIVE AND colour = red")
            .starts_with("position 20: unknown field colour, expected one of: code, remark,")
    );
    assert!(refusal("code = \"é\" OR state = active").starts_with(
        "position 23: state has no value active, expected one of: UNSPECIFIED, PENDING, ACTIVE"
    ));
    assert!(refusal("(size = 2.5)").starts_with("position 9: size is an integer"));
    assert!(refusal("code = 2.5 size = \"1\"").starts_with("position 19: size is an integer"));
    assert!(refusal("create_time > 2026-01-01").starts_with("position 15: create_time is an instant"));
    assert!(refusal("create_time > \"2026-02-30T00:00:00Z\"").starts_with("position 15:"));
    assert!(
        refusal("create_time > \"2026-02-03T00:00:00.0000001Z\"").starts_with("position 15:"),
        "finer than it is stored"
    );
    assert!(refusal("create_time > \"10000-01-01T00:00:00Z\"").starts_with("position 15:"));
    assert!(refusal("period.start_date = 2026-1-5").starts_with("position 21: period.start_date is a date"));
    assert!(refusal("-(open = yes)").starts_with("position 10: open is true or false"));
    assert!(refusal("state > ACTIVE").starts_with("position 9: state has no order"));
    assert!(refusal("remark != \"a*\"").starts_with("position 11: * is a wildcard in = only"));
    assert!(refusal("country_codes = \"F*\"").contains("no wildcard"));
    assert!(refusal("members.partner != x").contains("write NOT members.partner:value"));
    assert!(refusal("prod").starts_with("position 1: expected a comparison"));
    assert!(refusal("regex(code, \"a\")").starts_with("position 1: "));
    assert!(refusal("code = (a OR b)").starts_with("position 9: expected one value"));
    assert!(refusal("code = ").contains("end of filter"));
    assert!(refusal("code = \"a").contains("unterminated"));
    assert!(refusal("code = \"a\0\"").starts_with("position 10: unexpected NUL"));
}

#[test]
fn what_is_too_much_is_refused_before_it_costs() {
    assert!(refusal(&format!("code = {}", "a".repeat(4096))).contains("4096 bytes"));
    let nested = |depth: usize| format!("{}code = a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(16), FIELDS).is_ok());
    assert!(refusal(&nested(17)).contains("16 levels"));
    assert!(refusal(&"(".repeat(4096)).contains("16 levels"));
    assert!(refusal(&"-".repeat(4096)).contains("expected a comparison"), "a sign is not a level");
    let terms = |count: usize| vec!["size = 1"; count].join(" OR ");
    assert!(Filter::parse(&terms(64), FIELDS).is_ok());
    assert!(refusal(&terms(65)).contains("at most 64 comparisons"));
}

#[test]
fn or_binds_tighter_than_and() {
    let filter = Filter::parse("size = 1 OR size = 2 AND open = true", FIELDS).unwrap();
    let row = |size: i32, open: bool| {
        filter.matches(&|path| Some(if path == "size" { size.into() } else { open.into() }))
    };
    assert!(row(1, true) && row(2, true) && !row(1, false));
    assert!(Filter::parse("  ", FIELDS).unwrap().is_empty());
    assert!(Filter::parse("", FIELDS).unwrap().matches(&|_| None));
}

#[test]
fn an_unset_field_is_skipped_also_by_not() {
    for filter in ["code = a", "code != a", "NOT code = a", "-code != a", "code = \"*\"", "code:*"] {
        assert!(!Filter::parse(filter, FIELDS).unwrap().matches(&|_| None), "{filter}");
    }
    assert!(Filter::parse("NOT code:*", FIELDS).unwrap().matches(&|_| None));
}
