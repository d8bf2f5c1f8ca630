use std::collections::HashSet;

use chassis::Call;
use chassis::auth::Role;
use chassis::column::Micros;
use chassis::error::{Error, Result};
use iati::Severity;
use iati::places::COLUMNS;
use proto::partners as pb;
use proto::partners::place::State;
use testing::{self, because, person};

use super::as_found::{self, anew, fill, organisation};
use super::describe::{email, insee_code, opening_hours, pivot, postal_code, telephone};
use super::row::Model;
use super::rules::{blank, close, create, reopen, update};
use super::words::{LISTS, is_generic, meaning};
use super::{export, import};

const OWNER: &str = "partners/owner";

fn call(role: Role, partner: &str) -> Call {
    because("Travaux.", person(&[], &[(partner, role)]))
}

fn draft() -> pb::Place {
    pb::Place {
        title: "Le Fablab".to_owned(),
        partner: OWNER.to_owned(),
        locality: "Apt".to_owned(),
        postal_code: "84400".to_owned(),
        insee_code: "84003".to_owned(),
        street_address: "1 rue du Port".to_owned(),
        services: vec!["DAILY_TOOLS".to_owned()],
        ..Default::default()
    }
}

#[track_caller]
fn told<T>(result: Result<T>) -> String {
    match result {
        Err(Error::Forbidden { .. }) => "FORBIDDEN".to_owned(),
        other => testing::told(other),
    }
}

/// The one record of a file in the national format.
fn read(file: &str) -> (pb::Place, Vec<iati::Problem>) {
    let read = iati::places::read(file.as_bytes(), iati::Limits::default());
    assert_eq!((read.problems.len(), read.records.len()), (0, 1), "{read:?}");
    as_found::of(&read.records[0])
}

const FILE: &str = "id,pivot,nom,commune,code_postal,code_insee,adresse,latitude,longitude,telephone,courriels,site_web,horaires,services,\
    publics_specifiquement_adresses,frais_a_charge,date_maj,source\n\
    a1,00000000000000,Le Fablab,Apt,84400,84003,1 rue du Port,43.87,5.39,+33490000000,contact@example.org,https://fablab.example.org,\
    Mo-Fr 09:00-12:00,Aide aux démarches administratives|Maîtrise des outils numériques du quotidien,Seniors|Femmes,Gratuit,2024-04-02,Hubik\n";

#[test]
fn a_place_is_written_by_those_who_act_for_its_partner() {
    let mut place = create("fablab", &draft(), &call(Role::Reporter, OWNER)).unwrap();
    assert_eq!((place.territory.as_str(), place.state.get()), ("territories/fr-com-84003", State::Open));
    let stranger = call(Role::PartnerAdmin, "partners/other");
    assert_eq!(told(close(&mut place.clone(), &stranger)), "FORBIDDEN");
    let theirs = pb::Place { partner: "partners/other".to_owned(), ..draft() };
    assert_eq!(told(update(&mut place.clone(), &theirs, &call(Role::Reporter, OWNER))), "FORBIDDEN");
    let silent = Call { reason: String::new(), ..call(Role::Reporter, OWNER) };
    assert_eq!(told(close(&mut place.clone(), &silent)), "reason");
    close(&mut place, &call(Role::Reporter, OWNER)).unwrap();
    assert_eq!((place.state.get(), place.state_reason.as_str()), (State::Closed, "Travaux."));
    assert_eq!(told(close(&mut place, &call(Role::Reporter, OWNER))), "STATE");
    reopen(&mut place, &call(Role::Reporter, OWNER)).unwrap();
    assert_eq!((place.state.get(), place.state_reason.as_str()), (State::Open, ""));
}

#[test]
fn every_wrong_field_is_named() {
    let wrong = pb::Place {
        title: " ".to_owned(),
        partner: "owner".to_owned(),
        pivot: "43493312300028".to_owned(),
        postal_code: "8440".to_owned(),
        insee_code: "20004".to_owned(),
        telephone: "0490000000".to_owned(),
        opening_hours: "tous les jours".to_owned(),
        summary: "x".repeat(281),
        location: Some(pb::GeoPoint { latitude: 91.0, longitude: f64::NAN }),
        generic_emails: vec!["awa.diop@example.org".to_owned()],
        websites: vec!["fablab".to_owned()],
        services: vec!["COOKING".to_owned()],
        typologies: vec!["tiers lieux".to_owned()],
        accessibility_uri: "http://acceslibre.example.org".to_owned(),
        ..draft()
    };
    let fields = told(create("fablab", &wrong, &call(Role::Reporter, OWNER)));
    assert_eq!(
        fields,
        "place.title place.summary place.partner place.pivot place.postal_code place.insee_code place.telephone \
         place.opening_hours place.accessibility_uri place.location.latitude place.location.longitude place.typologies[0] \
         place.generic_emails[0] place.websites[0] place.services[0]"
    );
}

#[test]
fn values_are_those_of_the_national_schema() {
    for (said, kept) in [
        ("00000000000000", Some("")),
        ("43493312300029", Some("43493312300029")),
        ("W123456789", Some("W123456789")),
        ("123", None),
    ] {
        assert_eq!(pivot("", said).ok().as_deref(), kept, "{said}");
    }
    for (code, good) in [("13055", true), ("2a004", true), ("2C004", false), ("1305", false)] {
        assert_eq!(insee_code("", code).is_ok(), good, "{code}");
    }
    assert!(postal_code("", "84400").is_ok() && postal_code("", "8440A").is_err());
    assert_eq!(telephone("", "+33 4 90 00 00 00").unwrap(), "+33490000000");
    for (hours, good) in [
        ("Tu-Fr 09:00-12:00,14:00-17:00; Sa 09:00-12:00", true),
        ("24/7", true),
        ("Mo-Fr 09:00-12:00 \"sur rendez-vous\"; PH off", true),
        ("Mo-Fr 09:00-25:00; Sa 9h-12h", false),
        ("Mo 09:75-10:00", false),
        ("Mo 09:00 \"sur", false),
        ("lundi 09:00-12:00", false),
    ] {
        assert_eq!(opening_hours("", hours).is_ok(), good, "{hours}");
    }
}

#[test]
fn gdp_5_only_the_address_of_a_function_is_kept() {
    for generic in [
        "contact@example.org",
        "mairie-apt@example.org",
        "accueil.mediatheque@ville.fr",
        "responsable@example.org",
    ] {
        assert!(is_generic(generic), "{generic}");
    }
    for personal in [
        "awa.diop@example.org",
        "a.diop@mairie.fr",
        "awa@gmail.com",
        "contact",
        "contact@localhost",
        "@example.org",
    ] {
        assert!(!is_generic(personal), "{personal}");
    }
    assert_eq!(email("", " Contact@Example.org ").unwrap(), "contact@example.org");
    let (place, problems) =
        read(&FILE.replace("contact@example.org", "contact@example.org|awa.diop@example.org"));
    assert_eq!(place.generic_emails, ["contact@example.org"]);
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!((problem.code, problem.found.as_str()), ("EMAIL_PERSONAL", ""), "it is not told either");
}

#[test]
fn a_record_is_taken_over_as_it_is_found() {
    let (place, problems) = read(FILE);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(
        (place.title.as_str(), place.pivot.as_str(), place.external_reference.as_str()),
        ("Le Fablab", "", "a1")
    );
    assert_eq!(place.services, ["ADMINISTRATIVE_HELP", "DAILY_TOOLS"]);
    assert_eq!((place.audiences.len(), place.prices.len(), place.terms_as_found.len()), (2, 1, 0));
    assert_eq!(place.location, Some(pb::GeoPoint { latitude: 43.87, longitude: 5.39 }));
    let old = r#"[{"id": "0", "nom": "MSAP D'ABONDANCE", "commune": "ABONDANCE", "code_postal": "74360", "adresse": "PLACE",
        "services": "Accéder à du matériel;Accéder à une connexion internet", "publics_accueillis": "Adultes;Surdité;Seniors (+ 65 ans)",
        "conditions_acces": "Accepte le Pass numérique : oui", "latitude": 46.27947045, "date_maj": "2021-05-05"}]"#;
    let (place, problems) = read(old);
    assert_eq!(
        (place.services.as_slice(), place.audiences.as_slice()),
        (&["ACCESS_EQUIPMENT".to_owned()][..], &["SENIORS".to_owned()][..])
    );
    assert_eq!(place.adaptations, ["DEAFNESS"], "one column became two");
    let kept = [
        "services: Accéder à du matériel",
        "services: Accéder à une connexion internet",
        "publics_accueillis: Adultes",
        "publics_accueillis: Seniors (+ 65 ans)",
        "conditions_acces: Accepte le Pass numérique : oui",
    ];
    assert_eq!(place.terms_as_found, kept);
    let told: Vec<_> =
        problems.iter().map(|problem| (problem.code, problem.location.as_str(), problem.severity)).collect();
    assert_eq!(
        told,
        [
            ("TERM_UNKNOWN", "publics_accueillis", Severity::Advice),
            ("TERM_UNKNOWN", "conditions_acces", Severity::Advice)
        ]
    );
}

#[test]
fn each_defect_is_named_by_its_line_and_column() {
    let cases = [
        ("Le Fablab", "", "REQUIRED", "nom"),
        ("84400", "844", "POSTAL_CODE_INVALID", "code_postal"),
        ("84003", "20A", "INSEE_CODE_INVALID", "code_insee"),
        ("00000000000000", "123", "PIVOT_INVALID", "pivot"),
        ("43.87", "north", "POINT_INVALID", "latitude"),
        ("+33490000000", "0490000000", "TELEPHONE_INVALID", "telephone"),
        ("contact@example.org", "awa.diop@example.org", "EMAIL_PERSONAL", "courriels"),
        ("https://fablab.example.org", "fablab", "LINK_INVALID", "site_web"),
        ("Mo-Fr 09:00-12:00", "du lundi au vendredi", "HOURS_INVALID", "horaires"),
        ("Seniors|Femmes", "Seniors|Tout public", "TERM_UNKNOWN", "publics_specifiquement_adresses"),
        ("2024-04-02", "02/04/2024", "DATE_INVALID", "date_maj"),
    ];
    for (sound, spoilt, code, column) in cases {
        let problems = import::problems(&FILE.replacen(sound, spoilt, 1));
        let [problem] = problems.as_slice() else { panic!("{code}: {problems:?}") };
        assert_eq!((problem.code, problem.location.as_str(), problem.line), (code, column, 2));
        assert!(!problem.en.is_empty() && !problem.fr.is_empty() && problem.record == "a1");
        let blocks = ["REQUIRED", "POSTAL_CODE_INVALID"].contains(&code);
        assert_eq!(problem.severity == Severity::Blocks, blocks, "{code}");
    }
}

fn found(said: &pb::Place) -> Model {
    let mut place = blank("l1", "uid", Micros(0));
    fill(&mut place, &pb::Place { partner: OWNER.to_owned(), ..said.clone() }).unwrap();
    place
}

#[test]
fn bey_8_what_the_source_changes_comes_and_what_people_wrote_stays() {
    let (before, _) = read(FILE);
    let (now, _) = read(
        &FILE.replace("Mo-Fr 09:00-12:00", "Mo-Sa 10:00-12:00").replace("1 rue du Port", "2 rue du Port"),
    );
    let place = found(&before);
    let after = anew(&place, &before, &now).unwrap();
    assert_eq!(
        (after.opening_hours.as_str(), after.street_address.as_str()),
        ("Mo-Sa 10:00-12:00", "2 rue du Port")
    );
    assert_eq!((after.partner.as_str(), &after.services), (OWNER, &place.services));
    let written = Model { street_address: "3 rue du Port".to_owned(), ..place };
    let after = anew(&written, &before, &now).unwrap();
    assert_eq!(
        (after.opening_hours.as_str(), after.street_address.as_str()),
        ("Mo-Sa 10:00-12:00", "3 rue du Port")
    );
}

#[test]
fn what_is_said_in_the_words_of_the_schema_is_what_was_said_before() {
    let (now, _) = read(FILE);
    let before =
        pb::Place { terms_as_found: vec!["services: Accéder à du matériel".to_owned()], ..now.clone() };
    assert!(as_found::says_as(&now, &before) && !as_found::says_as(&before, &now));
    let other = pb::Place { title: "Autre".to_owned(), ..before.clone() };
    assert!(!as_found::says_as(&now, &other) && as_found::says_as(&before, &before));
}

#[test]
fn a_place_is_run_by_its_siret_or_by_what_it_is_called_and_where() {
    let organisation = |place: &pb::Place| {
        let found = organisation(place);
        (found.r#ref, found.titles["fr"].clone())
    };
    let place = pb::Place { external_reference: "a".to_owned(), ..draft() };
    assert_eq!(organisation(&place), (String::new(), "Le Fablab (Apt)".to_owned()));
    let named = pb::Place { title: "Mairie d'Apt".to_owned(), ..place.clone() };
    assert_eq!(organisation(&named).1, "Mairie d'Apt");
    let part = pb::Place {
        parent_organisation: "Pays d'Apt".to_owned(),
        pivot: "43493312300029".to_owned(),
        ..place
    };
    assert_eq!(organisation(&part), ("SIRET-43493312300029".to_owned(), "Pays d'Apt".to_owned()));
}

#[test]
fn a_line_of_the_format_reads_back_to_the_same() {
    let (said, _) = read(FILE);
    let place = found(&said);
    let text = format!("{}\n{}", COLUMNS.join(","), export::line(place.clone(), &HashSet::new()));
    let (again, problems) = read(&text);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(again, said);
    let shared = HashSet::from(["a1".to_owned()]);
    assert!(
        export::line(place.clone(), &shared).starts_with("l1,00000000000000,Le Fablab,Apt,"),
        "an id is one place's"
    );
    let bait = Model { title: "=1+1".to_owned(), description: "un \"mot\",\nun autre".to_owned(), ..place };
    let line = export::line(bait, &HashSet::new());
    assert!(line.contains(",'=1+1,") && line.contains("\"un \"\"mot\"\",\nun autre\""), "{line}");
}

#[test]
fn each_word_of_the_schema_has_its_code() {
    for (column, list) in LISTS {
        for code in &crate::code_list::lists::coded(list).unwrap().codes {
            assert_eq!(meaning(column, code.title.fr), Some((column, code.code, true)), "{}", code.code);
        }
    }
    assert_eq!(meaning("services", "Cuisine"), None);
    assert_eq!(meaning("services", "accéder à du MATÉRIEL"), Some(("services", "ACCESS_EQUIPMENT", false)));
}
