use chassis::auth::Caller;
use iati::Severity;
use testing;

use super::super::record::Heading;
use super::*;

fn call() -> Call {
    testing::call(Caller::default())
}

fn cells(line: &str) -> Vec<String> {
    line.split('|').map(str::to_owned).collect()
}

fn read(heading: &str, line: &str) -> (Option<Found>, Vec<Problem>) {
    Heading::read(&cells(heading)).unwrap().territory(2, &cells(line))
}

const COMMUNES: &str = "code_insee|nom|departement|region|population";
const CITIES: &str = "name|country|subcountry|geonameid";
const COUNTRIES: &str = "ISO3166-1-Alpha-2|official_name_en|official_name_fr|Geoname ID|wikidata_id";

fn found(heading: &str, line: &str) -> Found {
    let (found, problems) = read(heading, line);
    assert_eq!(problems, []);
    found.unwrap()
}

fn commune(line: &str) -> Model {
    let parent = Model {
        country_code: "FR".to_owned(),
        name: "territories/fr-dep-01".to_owned(),
        ..rules::blank("x", uuid::Uuid::nil(), &call())
    };
    create(&found(COMMUNES, line), Some(&parent), &call()).unwrap()
}

#[test]
fn a_table_is_known_by_its_heading() {
    let format = |heading: &str| Heading::read(&cells(heading)).map(|heading| heading.format);
    assert_eq!(format(COUNTRIES), Some(Format::Countries));
    assert_eq!(format("REG|CHEFLIEU|TNCC|NCC|NCCENR|LIBELLE"), Some(Format::Regions));
    assert_eq!(format("DEP|REG|CHEFLIEU|TNCC|NCC|NCCENR|LIBELLE"), Some(Format::Departments));
    assert_eq!(format(COMMUNES), Some(Format::Municipalities));
    assert_eq!(format(CITIES), Some(Format::Cities));
    assert_eq!(format("TYPECOM|COM|REG|DEP|LIBELLE"), None, "another table of INSEE");
    assert_eq!(format("name|country"), None);
}

#[test]
fn a_record_has_the_same_name_each_time() {
    let id = |heading: &str, line: &str| found(heading, line).id;
    assert_eq!(id("REG|LIBELLE", "84|Auvergne-Rhône-Alpes"), "fr-reg-84");
    assert_eq!(id("DEP|REG|LIBELLE", "84|93|Vaucluse"), "fr-dep-84");
    assert_eq!(id("DEP|REG|LIBELLE", "2A|94|Corse-du-Sud"), "fr-dep-2a");
    assert_eq!(id(COMMUNES, "97601|Acoua|976|06|"), "fr-com-97601");
    assert_eq!(id(CITIES, "Tirana|Albania|Tirana|3183875"), "geonames-3183875");
    assert_eq!(id(COUNTRIES, "NA|Namibia|Namibie|3355338|https://www.wikidata.org/wiki/Q1030"), "na");
}

#[test]
fn bey_9_nobody_and_not_counted_differ() {
    assert_eq!(found(COMMUNES, "55139|Cumières-le-Mort-Homme|55|44|0").population, Some(0));
    assert_eq!(found(COMMUNES, "69123|Lyon|69|84|").population, None);
}

#[test]
fn what_is_wrong_with_a_record_is_told_by_its_column() {
    for (heading, line, code, column, severity) in [
        (COMMUNES, "1001|L'Abergement|01|84|1", "CODE_INVALID", "code_insee", Severity::Blocks),
        (COMMUNES, "01001|=HYPERLINK(\"http://x\")|01|84|1", "FORMULA", "nom", Severity::Blocks),
        (COMMUNES, "01001|A\0b|01|84|1", "NAME_INVALID", "nom", Severity::Blocks),
        (COMMUNES, "01001||01|84|1", "NAME_INVALID", "nom", Severity::Blocks),
        (COMMUNES, "01001|L'Abergement|1|84|1", "CODE_INVALID", "departement", Severity::Blocks),
        (COMMUNES, "01001|L'Abergement|01|84|=1+1", "POPULATION_INVALID", "population", Severity::Doubtful),
        (COMMUNES, "01001|L'Abergement|01|84|-5", "POPULATION_INVALID", "population", Severity::Doubtful),
        (COMMUNES, "01001|L'Abergement|01|84", "CELLS", "", Severity::Blocks),
        (COUNTRIES, "ZZ|Nowhere|Nulle part||", "CODE_INVALID", "ISO3166-1-Alpha-2", Severity::Blocks),
        (COUNTRIES, "FR|France|France|Q1|", "CODE_INVALID", "Geoname ID", Severity::Doubtful),
        (CITIES, "Paris|France|Île-de-France|0", "CODE_INVALID", "geonameid", Severity::Blocks),
    ] {
        let (found, problems) = read(heading, line);
        let told: Vec<_> =
            problems.iter().map(|one| (one.code, one.location.as_str(), one.severity)).collect();
        assert_eq!(told, [(code, column, severity)], "{line}");
        assert_eq!(found.is_none(), severity == Severity::Blocks, "{line}");
        assert!(problems.iter().all(|one| one.line == 2 && !one.en.is_empty() && !one.fr.is_empty()));
    }
}

#[test]
fn what_people_have_added_stays() {
    let first = commune("01001|Abergement|01|84|832");
    let record = found(COMMUNES, "01001|L'Abergement-Clémenciat|01|84|900");
    let parent = Model { name: first.parent.clone(), ..first.clone() };
    let mut theirs = first.clone();
    theirs
        .display_name
        .translations
        .insert("en".to_owned(), Translation { text: "The Abergement".to_owned(), ..Default::default() });
    theirs.parent = "territories/epci".to_owned();
    let within = ["territories/epci".to_owned(), parent.name.clone()];
    let after = learn(&theirs, &record, Some(&parent), &within).unwrap();
    let text = |language: &str| after.display_name.translations[language].text.as_str();
    assert_eq!((text("fr"), text("en")), ("L'Abergement-Clémenciat", "The Abergement"));
    assert_eq!((after.parent.as_str(), after.population), ("territories/epci", Some(900)));
    assert!(after.display_name.translations["en"].stale, "the original has changed (BEY-6)");
    assert_eq!(learn(&after, &record, Some(&parent), &within).unwrap(), after, "twice is once");
    // Who counted for themselves are not counted over; who moved elsewhere altogether is moved back.
    let counted = Model { population_source: "Mairie".to_owned(), ..after };
    let after =
        learn(&counted, &found(COMMUNES, "01001|L'Abergement-Clémenciat|01|84|7"), Some(&parent), &[])
            .unwrap();
    assert_eq!((after.population, after.parent.as_str()), (Some(900), "territories/fr-dep-01"));
}

#[test]
fn les_22_a_city_is_the_municipality_of_its_name_when_that_is_a_city() {
    let none = HashSet::new();
    let city = found(CITIES, "Saint-Denis|France|Île-de-France|2980916");
    let village = commune("11339|Saint-Denis|11|76|510");
    let paris_region = commune("93066|Saint-Denis|93|11|113942");
    let reunion = commune("97411|Saint-Denis|974|04|154765");
    assert_eq!(same(&city, std::slice::from_ref(&village), &none), Same::IsNot, "a village of that name");
    let two = [village, paris_region.clone()];
    assert_eq!(same(&city, &two, &none), Same::Is(&paris_region));
    let three = [paris_region.clone(), reunion];
    assert!(matches!(same(&city, &three, &none), Same::MayBe(_)), "a person must say which");
    let linked = HashSet::from([paris_region.name.clone()]);
    assert!(matches!(same(&city, &two, &linked), Same::MayBe(_)), "another city was found to be it");
    let after = link(&paris_region, &city);
    let known = learn(&after, &city, None, &[]).unwrap();
    assert_eq!(known, after, "the table of cities neither renames nor moves it");
    // The other way round, both stay, and someone is told.
    let apart = create(&city, Some(&paris_region), &call()).unwrap();
    let record = found(COMMUNES, "93066|Saint-Denis|93|11|113942");
    assert_eq!(same(&record, std::slice::from_ref(&apart), &none), Same::MayBe(&apart));
    assert_eq!(same(&record, std::slice::from_ref(&paris_region), &none), Same::IsNot);
}

#[test]
fn a_country_is_known_by_any_of_its_names() {
    let country = |line: &str| create(&found(COUNTRIES, line), None, &call()).unwrap();
    let all = [
        country("GB|United Kingdom of Great Britain and Northern Ireland|Royaume-Uni||"),
        country("MD|Republic of Moldova|République de Moldova||"),
        country("US|United States of America|États-Unis d'Amérique||"),
        country("UM|United States Minor Outlying Islands|Îles mineures||"),
    ];
    let called = |name: &str| country_called(&all, name).map(|country| country.country_code.as_str());
    assert_eq!(called("United Kingdom"), Some("GB"));
    assert_eq!(called("royaume uni"), Some("GB"));
    assert_eq!(called("Moldova, Republic of"), Some("MD"));
    assert_eq!(called("United States"), None, "two begin so");
    assert_eq!(called("United"), None);
    assert_eq!(called("Kosovo"), None);
    let kosovo = unlisted("Kosovo", &call()).unwrap().unwrap();
    assert_eq!((kosovo.name.as_str(), kosovo.country_code.as_str()), ("territories/xk", "XK"));
    assert_eq!(unlisted("Atlantis", &call()).unwrap(), None);
}
