use std::cmp::Ordering;

use sea_orm::IntoActiveModel as _;
use sea_orm::entity::prelude::*;

use super::*;
use crate::column::Day;
use crate::filter::tests::{Numbers, databases};

mod sample {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "paged")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub created: Micros,
        pub code: Option<String>,
        pub start: Option<Day>,
        pub size: i32,
        pub open: Option<bool>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const TABLE: &str =
    "create temp table paged (name text primary key, created bigint not null, code text, start text,
    size integer not null, open boolean)";

const FIELDS: &[Field] = &[
    Field::text("name"),
    Field::time("create_time").column("created"),
    Field::text("code"),
    Field::date("start"),
    Field::integer("size"),
    Field::boolean("open"),
    Field::texts("countries", "countries"),
];

const NOW: Micros = Micros(1_800_000_000_000_000);

fn keys() -> TokenKeys {
    TokenKeys::new(Key::new("k1", &[7; 32]), vec![])
}

fn ask<'a>(page_size: i32, page_token: &'a str, order_by: &'a str) -> Ask<'a> {
    Ask {
        method: "Samples/List",
        parent: "",
        scope: "partners/p",
        page_size,
        page_token,
        filter: "size >= 0",
        order_by,
    }
}

fn row(numbers: &mut Numbers, index: usize) -> sample::Model {
    sample::Model {
        name: format!("s{index:03}"),
        created: Micros(numbers.one(&[NOW.0, NOW.0, NOW.0 + 1])),
        code: numbers.perhaps(|numbers| numbers.one(&["", "a", "B", "é"]).to_owned()),
        start: numbers.perhaps(|numbers| Day::parse(numbers.one(&["2026-01-01", "2026-01-02"])).unwrap()),
        size: numbers.one(&[0, 1, 2]),
        open: numbers.perhaps(|numbers| numbers.below(2) == 0),
    }
}

/// What the order means: NULL last, or first when descending, the name in the direction of the last key.
fn compare(order_by: &str, one: &sample::Model, other: &sample::Model) -> Ordering {
    fn nulls_last<T: Ord>(one: &Option<T>, other: &Option<T>) -> Ordering {
        one.is_none().cmp(&other.is_none()).then_with(|| one.cmp(other))
    }
    let mut last = false;
    let mut order = Ordering::Equal;
    for part in order_by.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (path, descending) = part.split_once(' ').map_or((part, false), |(path, _)| (path, true));
        let next = match path {
            "name" => one.name.cmp(&other.name),
            "create_time" => one.created.cmp(&other.created),
            "code" => nulls_last(&one.code, &other.code),
            "start" => nulls_last(&one.start, &other.start),
            "size" => one.size.cmp(&other.size),
            "open" => nulls_last(&one.open, &other.open),
            other => panic!("{other}"),
        };
        order = order.then(if descending { next.reverse() } else { next });
        last = descending;
    }
    let name = one.name.cmp(&other.name);
    order.then(if last { name.reverse() } else { name })
}

#[tokio::test]
async fn les_19_pages_are_stable_on_equal_timestamps_nulls_and_mixed_directions() {
    const ORDERS: [&str; 12] = [
        "",
        "create_time",
        "create_time desc",
        "code",
        "code desc",
        "start desc, code",
        "code, start desc",
        "open, create_time desc",
        "size desc, open desc, code",
        "create_time desc,size desc",
        "name desc",
        "open desc, name",
    ];
    let mut numbers = Numbers(0x1e519);
    let keys = keys();
    for database in &databases(TABLE).await {
        for order_by in ORDERS {
            sample::Entity::delete_many().exec(database).await.unwrap();
            let rows: Vec<_> = (0..60).map(|index| row(&mut numbers, index)).collect();
            for row in &rows {
                sample::Entity::insert(row.clone().into_active_model()).exec(database).await.unwrap();
            }
            // Half of the rows stay; the others go at some time, and new ones come.
            let mut expected: Vec<_> = rows.iter().step_by(2).cloned().collect();
            expected.sort_by(|one, other| compare(order_by, one, other));
            let mut gone = rows.iter().skip(1).step_by(2);
            let mut seen: Vec<sample::Model> = Vec::new();
            let mut token = String::new();
            let mut pages = 0;
            loop {
                let size = numbers.below(7) + 1; // another at each page
                let query =
                    Query::parse(ask(i32::try_from(size).unwrap(), &token, order_by), FIELDS, &keys, NOW)
                        .unwrap();
                let found = query.apply(sample::Entity::find()).all(database).await.unwrap();
                let page = query.page(found);
                assert!(page.rows.len() <= size);
                seen.extend(page.rows);
                if page.next_page_token.is_empty() {
                    break;
                }
                assert!(page.next_page_token.len() <= 2048);
                token = page.next_page_token;
                if let Some(row) = gone.next() {
                    sample::Entity::delete_by_id(&row.name).exec(database).await.unwrap();
                }
                pages += 1;
                let new = row(&mut numbers, 100 + pages);
                sample::Entity::insert(new.into_active_model()).exec(database).await.unwrap();
            }
            assert!(
                seen.is_sorted_by(|one, other| compare(order_by, one, other).is_lt()),
                "{order_by}: {seen:#?}"
            );
            seen.retain(|row| expected.iter().any(|stays| stays.name == row.name));
            assert_eq!(seen, expected, "{order_by}");
        }
    }
}

fn reason(result: Result<Query>) -> (&'static str, String) {
    match result {
        Err(Error::Invalid { reason, fields }) => (reason, fields[0].field.clone()),
        other => panic!("{other:?}"),
    }
}

async fn second_page_token(keys: &TokenKeys) -> String {
    let query = Query::parse(ask(1, "", "create_time desc, code"), FIELDS, keys, NOW).unwrap();
    let mut numbers = Numbers(1);
    query.page(vec![row(&mut numbers, 1), row(&mut numbers, 2)]).next_page_token
}

#[tokio::test]
async fn a_token_is_of_one_request_and_three_days() {
    let keys = keys();
    let token = second_page_token(&keys).await;
    let again = |ask: Ask<'_>, now: Micros| Query::parse(ask, FIELDS, &keys, now);
    let same = ask(1, &token, "create_time desc, code");
    assert!(again(same, NOW).is_ok());
    assert!(again(Ask { page_size: 900, ..same }, NOW).is_ok(), "another size may be asked for");
    assert!(
        again(Ask { order_by: " create_time  desc ,code ", ..same }, NOW).is_ok(),
        "spaces do not matter"
    );
    for other in [
        Ask { method: "Samples/Search", ..same },
        Ask { scope: "partners/q", ..same },
        Ask { filter: "", ..same },
        Ask { filter: "size >= 1", ..same },
        Ask { order_by: "create_time desc", ..same },
        Ask { order_by: "create_time, code", ..same },
        Ask { order_by: "create_time desc, code desc", ..same },
    ] {
        assert_eq!(reason(again(other, NOW)), ("PAGE_TOKEN_MISMATCH", "page_token".to_owned()), "{other:?}");
    }
    assert!(again(same, Micros(NOW.0 + TOKEN_LIFE)).is_ok());
    assert_eq!(reason(again(same, Micros(NOW.0 + TOKEN_LIFE + 1))).0, "PAGE_TOKEN_EXPIRED");
}

#[tokio::test]
async fn a_token_that_is_not_ours_is_refused() {
    let keys = keys();
    let token = second_page_token(&keys).await;
    let refused = |token: &str| {
        let result = Query::parse(ask(1, token, "create_time desc, code"), FIELDS, &keys, NOW);
        assert_eq!(reason(result), ("PAGE_TOKEN_INVALID", "page_token".to_owned()), "{token}");
    };
    for garbage in [
        " ",
        "x",
        "é😀",
        "AAAA",
        "null",
        &format!("{token}="),
        &format!("{token}A"),
        &format!(" {token}"),
        &"A".repeat(100_000),
    ] {
        refused(garbage);
    }
    for end in 1..token.len() {
        refused(&token[..end]);
    }
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for place in 0..token.len() {
        let mut flipped = token.clone().into_bytes();
        let digit = ALPHABET.iter().position(|digit| *digit == flipped[place]).unwrap();
        for bit in 0..6 {
            flipped[place] = ALPHABET[digit ^ (1 << bit)];
            refused(std::str::from_utf8(&flipped).unwrap());
        }
    }
}

#[tokio::test]
async fn a_token_outlives_a_rotation_and_serves_one_purpose() {
    let token = second_page_token(&keys()).await;
    let parse = |keys: &TokenKeys| Query::parse(ask(1, &token, "create_time desc, code"), FIELDS, keys, NOW);
    let old = || Key::new("k1", &[7; 32]);
    assert!(parse(&TokenKeys::new(old(), vec![])).is_ok(), "another process, or this one started again");
    assert!(parse(&TokenKeys::new(Key::new("k2", &[8; 32]), vec![old()])).is_ok());
    let twice = TokenKeys::new(Key::new("k3", &[9; 32]), vec![Key::new("k2", &[8; 32])]);
    assert_eq!(reason(parse(&twice)).0, "PAGE_TOKEN_INVALID");
    let held = keys();
    let elsewhere = held.clone();
    held.replace(Key::new("k2", &[8; 32]), vec![old()]);
    assert!(parse(&elsewhere).is_ok(), "a page that is open while its key is replaced");
    held.replace(Key::new("k3", &[9; 32]), vec![Key::new("k2", &[8; 32])]);
    assert_eq!(reason(parse(&elsewhere)).0, "PAGE_TOKEN_INVALID");
    let namesake = TokenKeys::new(Key::new("k1", &[8; 32]), vec![]);
    assert_eq!(reason(parse(&namesake)).0, "PAGE_TOKEN_INVALID");

    let body = prost_types::Timestamp { seconds: 5, nanos: 6 };
    let sealed = keys().seal("watch", &body);
    assert_eq!(keys().open("watch", &sealed), Some(body));
    assert_eq!(keys().open::<prost_types::Timestamp>("page", &sealed), None);
}

#[test]
fn sizes_have_a_default_and_an_end() {
    let size = |size: i32| Query::parse(ask(size, "", ""), FIELDS, &keys(), NOW).map(|query| query.size());
    for (asked, given) in [(0, 50), (1, 1), (1000, 1000), (1001, 1000), (70_000, 1000), (i32::MAX, 1000)] {
        assert_eq!(size(asked).unwrap(), given);
    }
    assert!(matches!(size(-1), Err(Error::Invalid { fields, .. }) if fields[0].field == "page_size"));
}

#[test]
fn an_order_names_each_field_once() {
    let parse = |order_by: &str| Query::parse(ask(1, "", order_by), FIELDS, &keys(), NOW);
    for good in ["", "  ", "size", "size asc", " size   desc ,code"] {
        assert!(parse(good).is_ok(), "{good}");
    }
    for bad in [
        "colour",
        "size,",
        ",size",
        "size,,code",
        "size size",
        "size DESC",
        "size desc desc",
        "size, size desc",
        "countries",
        "SIZE",
        "size;",
        "size desc code",
        &"a".repeat(5000),
    ] {
        assert_eq!(reason(parse(bad)), ("INVALID_FIELD", "order_by".to_owned()), "{bad}");
    }
}

#[test]
fn rows_held_in_memory_are_paged_as_those_of_a_table_are() {
    let held = || (0..7).map(|number| format!("{:02}", (number * 3) % 7)).collect::<Vec<String>>();
    let parse = |size, token: &str| Query::parse(ask(size, token, ""), FIELDS, &keys(), NOW);
    let first = parse(3, "").unwrap().cut(held(), Clone::clone);
    assert_eq!(first.rows, ["00", "01", "02"]);
    let second = parse(2, &first.next_page_token).unwrap().cut(held(), Clone::clone);
    assert_eq!(second.rows, ["03", "04"]);
    let last = parse(2, &second.next_page_token).unwrap().cut(held(), Clone::clone);
    assert_eq!((last.rows, last.next_page_token.as_str()), (vec!["05".to_owned(), "06".to_owned()], ""));
}
