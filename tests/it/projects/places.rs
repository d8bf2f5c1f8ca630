//! Tables of territories taken over: the real ones whole and twice, hostile ones without harm.

use std::collections::BTreeMap;
use std::path::Path;

use proto::common::import_problem::Severity;
use proto::common::{ImportOptions, ImportReport, ImportRequest};
use proto::projects as pb;
use tonic::{Code, Response, Status};

use super::import::{content, counted, files, pieces};
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, Store};
use crate::sample;

/// The real tables, in the order in which they find what they lie in.
const TABLES: [&str; 5] = [
    "country-codes.csv",
    "regions-2024.csv",
    "departements-2024.csv",
    "communes-france-2024.csv",
    "cities-europe-15000.csv",
];

async fn import(caller: &Caller, pieces: Vec<ImportRequest>) -> Result<Response<ImportReport>, Status> {
    caller.territories().import_territories(tokio_stream::iter(pieces)).await
}

async fn file(caller: &Caller, file: &Path) -> ImportReport {
    done(import(caller, pieces(file, ImportOptions::default())).await)
}

async fn get(caller: &Caller, name: &str) -> pb::Territory {
    done(caller.territories().get_territory(pb::GetTerritoryRequest { name: name.to_owned() }).await)
}

/// All territories, but for what is made anew in each network.
async fn all(caller: &Caller) -> Vec<String> {
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListTerritoriesRequest { page_size: 1000, page_token, ..Default::default() };
        let page = done(caller.territories().list_territories(request).await);
        let told = page.territories.into_iter().map(|territory| {
            let same =
                pb::Territory { uid: String::new(), create_time: None, update_time: None, ..territory };
            format!("{same:?}")
        });
        all.extend(told);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}

async fn taken_over(network: &'static Network) -> (Vec<String>, Vec<String>) {
    let coordinator = network.coordinator().await;
    let tables: BTreeMap<String, _> = files("territories")
        .into_iter()
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
        .collect();
    let mut brought = Vec::new();
    for table in TABLES {
        let report = file(&coordinator, &tables[table]).await;
        assert!(
            report.committed && report.problems.iter().all(|one| one.severity() != Severity::Blocks),
            "{table}"
        );
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        for problem in &report.problems {
            *codes.entry(&problem.code).or_default() += 1;
        }
        brought.push(format!("{table}: {} {codes:?}", counted(&report)));
    }
    let territories = all(&coordinator).await;
    for table in TABLES {
        let again = file(&coordinator, &tables[table]).await;
        let count = &again.counts[0];
        assert_eq!(
            (count.created, count.updated, count.refused, again.committed),
            (0, 0, 0, false),
            "{table}"
        );
    }
    assert_eq!(all(&coordinator).await, territories, "twice is once");

    let anyone = network.anonymous();
    let lies_in = async |name: &str| get(&anyone, name).await.ancestors;
    let region = async |code: &str| [format!("territories/fr-reg-{code}"), "territories/fr".to_owned()];
    assert_eq!(lies_in("territories/fr-dep-84").await, region("93").await, "les_22: Vaucluse");
    assert_eq!(lies_in("territories/fr-dep-2a").await, region("94").await);
    assert_eq!(lies_in("territories/fr-dep-976").await, region("06").await);
    let mut of_mayotte = vec!["territories/fr-dep-976".to_owned()];
    of_mayotte.extend(region("06").await);
    assert_eq!(lies_in("territories/fr-com-97601").await, of_mayotte);
    let paris = get(&anyone, "territories/fr-com-75056").await;
    let codes: Vec<_> = paris.identifiers.iter().map(|id| (id.scheme.as_str(), id.value.as_str())).collect();
    assert_eq!(codes, [("INSEE_COG", "75056"), ("GEONAMES", "2988507")], "one Paris");
    assert_eq!(paris.population, None, "not counted is not nobody (bey_9)");
    let nobody = get(&anyone, "territories/fr-com-55139").await.population.unwrap();
    assert_eq!((nobody.value, nobody.source.as_str()), (0, "INSEE"));
    let kosovo = get(&anyone, "territories/xk").await;
    assert_eq!(kosovo.country_code, "XK");
    assert_eq!(lies_in("territories/geonames-786714").await, [kosovo.name], "Pristina");
    let senegal = get(&anyone.speaking("fr"), "territories/sn").await.display_name.unwrap();
    assert_eq!(senegal.display_text, "Sénégal");
    let search = async |query: &str| {
        let request = pb::SearchTerritoriesRequest { query: query.to_owned(), ..Default::default() };
        let found = done(anyone.territories().search_territories(request).await);
        found.territories.into_iter().map(|territory| territory.name).collect::<Vec<_>>()
    };
    assert_eq!(search("saint etienne").await[0], "territories/fr-com-42218", "the largest of that name");
    assert_eq!(search("75056").await, ["territories/fr-com-75056"]);
    assert_eq!(search("2a004").await, ["territories/fr-com-2a004"]);
    assert_eq!(search("FR").await[0], "territories/fr");
    (brought, territories)
}

#[test]
fn all_real_tables_import_alike_into_both_databases_and_twice_is_once() {
    let mut told = Vec::new();
    for store in [Store::Sqlite, Store::Postgres] {
        if files("territories").is_empty()
            || (store == Store::Postgres && crate::postgres::Cluster::shared().is_none())
        {
            continue;
        }
        let network = match store {
            Store::Sqlite => Network::together(store, &[]),
            Store::Postgres => Network::apart(store),
        };
        let cell = std::sync::Mutex::new(None);
        crate::harness::tell(network, async { *cell.lock().unwrap() = Some(taken_over(network).await) });
        told.extend(cell.into_inner().unwrap());
    }
    for (brought, _) in &told {
        insta::assert_debug_snapshot!("what_each_table_brings", brought);
    }
    if let [sqlite, postgres] = &told[..] {
        let differ = sqlite.1.iter().zip(&postgres.1).find(|(one, other)| one != other);
        assert_eq!((differ, sqlite.1.len()), (None, postgres.1.len()));
    }
}

/// A table of municipalities with these lines.
fn communes(lines: &str) -> Vec<u8> {
    format!("code_insee,nom,departement,region,population\n{lines}").into_bytes()
}

/// What a report says is wrong: line, column, code.
fn told(report: &ImportReport) -> Vec<(i32, &str, &str)> {
    report.problems.iter().map(|one| (one.line, one.location.as_str(), one.code.as_str())).collect()
}

async fn sent(caller: &Caller, bytes: &[u8], options: ImportOptions) -> ImportReport {
    let options = ImportOptions { file_name: "table.csv".to_owned(), ..options };
    done(import(caller, content(bytes, options)).await)
}

/// In a network of its own: France is its own from the first line.
async fn hostile_tables(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let whole = ImportOptions::default;
    let orphan = sent(&coordinator, &communes("01001,L'Abergement,01,84,832\n"), whole()).await;
    assert_eq!(told(&orphan), [(2, "departement", "PARENT_UNKNOWN")]);
    assert!(orphan.problems[0].message.contains("departments"), "says what to import first");
    let countries = b"ISO3166-1-Alpha-2,official_name_en,official_name_fr\nFR,France,France\n";
    assert!(sent(&coordinator, countries, whole()).await.committed);
    assert!(
        sent(&coordinator, b"REG;LIBELLE\r\n84;Auvergne-Rh\xc3\xb4ne-Alpes\r\n93;PACA\r\n", whole())
            .await
            .committed
    );
    // A département of a region that is not there, or that would be its own: the second line is sound, and waits.
    let departments = "\u{feff}DEP,REG,LIBELLE\n01,84,Ain\n02,02,Aisne\n84,93,Vaucluse\n";
    let refused = sent(&coordinator, departments.as_bytes(), whole()).await;
    assert_eq!((told(&refused), refused.committed), (vec![(3, "REG", "PARENT_UNKNOWN")], false));
    let partly = sent(&coordinator, departments.as_bytes(), ImportOptions { partial: true, ..whole() }).await;
    assert_eq!(counted(&partly), "territory 2/0/0/1 problems 1");

    let long = "x".repeat(10_000_000);
    let unsound = communes(&format!(
        "01001,L'Aberge\0ment,01,84,832\n\
         01002,\"L'Abergement,01,84,267\n\
         01004,{long},01,84,1\n\
         01005,\"=cmd|' /C calc'!A0\",01,84,1895\n\
         01006,Ambléon,01,93,=1+1\n\
         01007,Ambronay,01,84,2833\n\
         01007,Ambronay,01,84,2833\n\
         84007,Avignon,84,93,90597\n\
         84008,Extra,84,93,1,2\n"
    ));
    let expected = [
        (2, "nom", "NAME_INVALID"),
        (3, "", "QUOTE_UNCLOSED"),
        (4, "", "LINE_TOO_LONG"),
        (5, "nom", "FORMULA"),
        (6, "population", "POPULATION_INVALID"),
        (6, "region", "PARENT_DISAGREES"),
        (8, "", "CODE_TWICE"),
        (10, "", "CELLS"),
    ];
    let refused = sent(&coordinator, &unsound, whole()).await;
    let mut found = told(&refused);
    found.sort();
    assert_eq!((found.as_slice(), refused.committed), (expected.as_slice(), false));
    let asked = pb::ListTerritoriesRequest { filter: "kind = MUNICIPALITY".to_owned(), ..Default::default() };
    let none = done(coordinator.territories().list_territories(asked).await).territories;
    assert!(none.is_empty(), "all or nothing");
    let rehearsed =
        sent(&coordinator, &unsound, ImportOptions { partial: true, validate_only: true, ..whole() }).await;
    let partly = sent(&coordinator, &unsound, ImportOptions { partial: true, ..whole() }).await;
    assert_eq!(counted(&partly), "territory 3/0/0/6 problems 8");
    assert_eq!((counted(&rehearsed), rehearsed.committed), (counted(&partly), false));
    // What is not a table, or not text.
    let latin = communes("").into_iter().chain(*b"01010,Angl\xe9fort,01,84,1\n").collect::<Vec<_>>();
    assert_eq!(told(&sent(&coordinator, &latin, whole()).await), [(2, "", "NOT_UTF8")]);
    let wide: Vec<u8> = "\u{feff}REG,LIBELLE\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, code) in [
        (&b""[..], "HEADING_UNKNOWN"),
        (b"PK\x03\x04 not a table", "HEADING_UNKNOWN"),
        (b"<html>", "HEADING_UNKNOWN"),
        (&wide, "NOT_UTF8"),
        (b"\x1f\x8bnot gzip after all", "FILE_BROKEN"),
    ] {
        let report = sent(&coordinator, bytes, ImportOptions { partial: true, ..whole() }).await;
        assert_eq!((told(&report)[0].2, report.committed), (code, false), "{bytes:?}");
    }
}

#[test]
fn hostile_tables_do_no_harm_on_sqlite() {
    let network = Network::together(Store::Sqlite, &[]);
    crate::harness::tell(network, hostile_tables(network));
}

#[test]
fn hostile_tables_do_no_harm_on_postgres() {
    if crate::postgres::Cluster::shared().is_some() {
        let network = Network::apart(Store::Postgres);
        crate::harness::tell(network, hostile_tables(network));
    }
}

async fn a_table_is_taken_over_once_and_by_coordinators(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let number = uuid::Uuid::new_v4().as_u128() % 900_000_000_000 + 1;
    let table = format!("name,country,subcountry,geonameid\nPrishtina,Kosovo,Pristina,{number}\n");
    let once = ImportOptions { request_id: sample::request_id(), ..Default::default() };
    let (first, again) = (
        sent(&coordinator, table.as_bytes(), once.clone()).await,
        sent(&coordinator, table.as_bytes(), once.clone()).await,
    );
    assert!(first.committed && first == again, "the same import sent twice answers the same");
    let other = import(&coordinator, content(b"name,country,geonameid\n", once)).await;
    expect(Code::InvalidArgument, "REQUEST_ID_REUSED", other);
    let french = sent(&coordinator.speaking("fr"), b"a,b\n", ImportOptions::default()).await;
    assert!(french.problems[0].message.starts_with("en-tête"));
    for caller in [network.partner_admin(&network.home_partner().await).await, network.reviewer().await] {
        let refused = import(&caller, content(table.as_bytes(), ImportOptions::default())).await;
        expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    }
}

told_everywhere!(a_table_is_taken_over_once_and_by_coordinators);
