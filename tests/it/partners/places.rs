//! Stories of digital-inclusion places: the real file whole, and what becomes of it.

use proto::auth::Role;
use proto::common::import_problem::Severity;
use proto::common::{FileChunk, ImportCount, ImportOptions, ImportReport};
use proto::partners as pb;
use proto::partners::place::State;
use tonic::{Code, Response, Status};

use crate::binaries::root;
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, Store};
use crate::projects::import::content;
use crate::sample;

const HEAD: &str =
    "id,pivot,nom,commune,code_postal,code_insee,adresse,horaires,services,frais_a_charge,date_maj,source\n";

async fn import(by: &Caller, file: &str, options: ImportOptions) -> Result<Response<ImportReport>, Status> {
    let options = ImportOptions { file_name: "lieux".to_owned(), ..options };
    by.places().import_places(tokio_stream::iter(content(file.as_bytes(), options))).await
}

async fn export(by: &Caller, filter: &str) -> String {
    let request = pb::ExportPlacesRequest { filter: filter.to_owned() };
    let mut pieces = done(by.places().export_places(request).await);
    let mut file = Vec::new();
    while let Some(FileChunk { chunk, .. }) = pieces.message().await.unwrap() {
        file.extend(chunk);
    }
    String::from_utf8(file).unwrap()
}

async fn found(by: &Caller, filter: &str) -> Vec<pb::Place> {
    let request = pb::ListPlacesRequest { filter: filter.to_owned(), page_size: 1000, ..Default::default() };
    done(by.places().list_places(request).await).places
}

fn of(report: &ImportReport) -> &ImportCount {
    report.counts.iter().find(|count| count.noun == "place").unwrap()
}

/// What became of the places of a file: created, updated, unchanged, refused.
fn became(report: &ImportReport) -> (i32, i32, i32, i32) {
    let count = of(report);
    (count.created, count.updated, count.unchanged, count.refused)
}

/// The real file; none where the shared data is not at hand, which is a failure where `CI` is set.
fn real() -> Option<String> {
    let file = root().join("../shared/data/lieux-mediation-numerique/lieux-auvergne-rhone-alpes-2022.json");
    let text = std::fs::read_to_string(&file).ok();
    if text.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", file.display());
        eprintln!("SKIPPED for want of {}", file.display());
    }
    text
}

/// 687 real places, whole; twice is once; a changed record changes alone; what is exported is all of it.
async fn bey_8_real_places_import_whole_and_come_back_as_they_went(network: &'static Network) {
    let Some(file) = real() else { return };
    let coordinator = network.coordinator().await.again().await;
    let own = "source = \"Hinaura\"";
    let rehearsal = ImportOptions { validate_only: true, ..Default::default() };
    let would = done(import(&coordinator, &file, rehearsal).await);
    assert!(!would.committed && found(&coordinator, own).await.is_empty(), "a rehearsal writes nothing");
    let started = std::time::Instant::now();
    let report = done(import(&coordinator, &file, ImportOptions::default()).await);
    eprintln!("687 places in {:?}", started.elapsed());
    assert!(report.committed, "{:?}", &report.problems[..3]);
    assert_eq!((became(&report), became(&would)), ((687, 0, 0, 0), (687, 0, 0, 0)));
    assert!(report.problems.iter().all(|problem| problem.severity() == Severity::Advice && problem.line > 0));
    let places = found(&network.anonymous(), own).await;
    assert_eq!(places.len(), 687, "anyone may read them");

    // Every field of every record is there: what the schema has no word for, in the words of the file.
    let json: serde_json::Value = serde_json::from_str(&file).unwrap();
    for record in json.as_array().unwrap() {
        let text = |field: &str| record[field].as_str().unwrap_or_default();
        let place = places.iter().find(|place| place.external_reference == text("id")).unwrap();
        assert_eq!(
            (place.title.as_str(), place.locality.as_str()),
            (text("nom").trim(), text("commune").trim())
        );
        assert_eq!(
            (place.opening_hours.as_str(), place.websites.join("|").as_str()),
            (text("horaires").trim(), text("site_web").trim())
        );
        // Digit for digit, which serde_json does not promise of numbers: to a billionth of a degree.
        let point = place.location.unwrap();
        for (degrees, field) in [(point.latitude, "latitude"), (point.longitude, "longitude")] {
            assert!((degrees - record[field].as_f64().unwrap()).abs() < 1e-9, "{field} of {}", text("id"));
        }
        let words = ["services", "publics_accueillis", "conditions_acces", "modalites_accompagnement"];
        for (field, term) in
            words.iter().flat_map(|field| text(field).split(';').map(move |term| (field, term.trim())))
        {
            // Two of its terms the schema still has.
            let kept = place.terms_as_found.contains(&format!("{field}: {term}"))
                || ["Surdité", "Déficience visuelle"].contains(&term) && !place.adaptations.is_empty();
            assert!(term.is_empty() || kept, "{field}: {term}");
        }
    }

    let again = done(import(&coordinator.again().await, &file, ImportOptions::default()).await);
    assert_eq!((became(&again), again.changes.len()), ((0, 0, 687, 0), 0));
    assert_eq!(found(&coordinator.again().await, own).await, places, "byte for byte the same");

    let moved = file.replacen("PLACE DU CHAMP DE FOIRE", "2 PLACE DU MARCHE", 1);
    let moved = done(import(&coordinator.again().await, &moved, ImportOptions::default()).await);
    assert_eq!(became(&moved), (0, 1, 686, 0));
    let [change] = moved.changes.as_slice() else { panic!("{:?}", moved.changes) };
    assert_eq!((change.record.as_str(), change.location.as_str()), ("0", "adresse"));
    assert_eq!(
        (change.before.as_str(), change.after.as_str()),
        ("PLACE DU CHAMP DE FOIRE", "2 PLACE DU MARCHE")
    );

    // The export says all that the schema has words for: another network that reads it writes the same.
    let exported = export(&network.anonymous(), own).await;
    assert_eq!(exported.lines().filter(|line| line.contains("Hinaura")).count(), 687);
    let back = done(import(&coordinator.again().await, &exported, ImportOptions::default()).await);
    assert_eq!((became(&back), back.problems.len()), ((0, 0, 687, 0), 0), "{:?}", back.changes.first());
    let other = Network::together(Store::Sqlite, &[]);
    let theirs = other.coordinator().await;
    let taken = done(import(&theirs, &exported, ImportOptions::default()).await);
    assert_eq!(became(&taken), (687, 0, 0, 0));
    let sorted = |file: &str| {
        let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&export(&theirs, "").await), sorted(&exported), "nothing is lost");
}

/// What people wrote stays; who is known by the SIRET, or by name and address, is recognised.
async fn bey_8_places_are_recognised_and_what_people_wrote_stays(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let word = sample::word();
    let identifier = sample::identifier();
    let town = pb::Partner { identifiers: vec![identifier.clone()], ..sample::partner() };
    let town = done(coordinator.partners().create_partner(sample::create(town)).await).name;
    let approve = pb::ApprovePartnerRequest { name: town.clone(), ..Default::default() };
    done(coordinator.partners().approve_partner(approve).await);
    let siret = &identifier.value;
    let of_source = |source: &str, [one, two]: [&str; 2], street: &str, hours: &str| {
        format!(
            "{HEAD}{one},{siret},Espace {word},Apt,84400,84003,1 rue du Port,{hours},Utilisation sécurisée du numérique,Gratuit,2024-04-02,{source}\n\
             {two},00000000000000,Cyber {word},Apt,84400,,{street},,Loisirs et créations numériques,Payant,2024-04-02,{source}\n"
        )
    };
    let file = |hours: &str| of_source(&word, ["1", "2"], "2 rue du Port", hours);
    let report = done(import(&coordinator, &file("Mo-Fr 09:00-12:00"), ImportOptions::default()).await);
    assert_eq!(became(&report), (2, 0, 0, 0), "{:?}", report.problems);
    let own = format!("source = \"{word}\"");
    let [espace, cyber] = found(&coordinator, &own).await.try_into().unwrap();
    let (espace, cyber) = if espace.external_reference == "1" { (espace, cyber) } else { (cyber, espace) };
    assert_eq!((&espace.partner, espace.territory.as_str()), (&town, "territories/fr-com-84003"));
    assert_ne!(cyber.partner, town);
    assert_eq!(
        found(&coordinator, &format!("{own} AND services:\"LEISURE_CREATION\"")).await,
        std::slice::from_ref(&cyber)
    );

    let reporter = network.colleague(&town, Role::Reporter).await;
    let change = |place: pb::Place| pb::UpdatePlaceRequest {
        place: Some(place),
        update_mask: Some(prost_types::FieldMask { paths: vec!["opening_hours".to_owned()] }),
        ..Default::default()
    };
    let by_hand =
        pb::Place { opening_hours: "Mo 10:00-11:00".to_owned(), etag: String::new(), ..espace.clone() };
    done(reporter.places().update_place(change(by_hand)).await);
    let stranger = network.outsider().await;
    let refused = stranger.places().update_place(change(espace.clone())).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    let again =
        done(import(&coordinator.again().await, &file("Mo-Sa 09:00-12:00"), ImportOptions::default()).await);
    assert_eq!(became(&again), (0, 0, 2, 0), "{:?}", again.changes);
    let read = async |name: &str| {
        done(coordinator.places().get_place(pb::GetPlaceRequest { name: name.to_owned() }).await)
    };
    assert_eq!(read(&espace.name).await.opening_hours, "Mo 10:00-11:00", "what people wrote stays");

    // Another source tells of the same places: by SIRET and name, and by name and address.
    let other = of_source("Ailleurs", ["x1", "x2"], "2 Rue du PORT", "Mo 08:00-09:00");
    let known = done(import(&coordinator.again().await, &other, ImportOptions::default()).await);
    assert_eq!(became(&known), (0, 0, 2, 0), "{known:?}");
    assert!(known.problems.iter().all(|problem| problem.code == "PLACE_ELSEWHERE"), "{:?}", known.problems);
    assert_eq!(found(&coordinator, "source = \"Ailleurs\"").await, []);

    let close = pb::ClosePlaceRequest {
        name: espace.name.clone(),
        reason: "Travaux.".to_owned(),
        ..Default::default()
    };
    assert_eq!(done(reporter.places().close_place(close).await).state(), State::Closed);
    let exported = export(&network.anonymous(), &own).await;
    assert!(exported.contains(&format!("Cyber {word}")) && !exported.contains(&format!("Espace {word}")));
    let reopen = pb::ReopenPlaceRequest { name: espace.name, ..Default::default() };
    assert_eq!(done(reporter.places().reopen_place(reopen).await).state(), State::Open);
}

/// What is wrong is named by line and column, and blocks the file, or the record alone.
async fn what_is_wrong_with_places_is_named_by_line_and_column(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let word = sample::word();
    let file = format!(
        "{HEAD}1,,Bon {word},Apt,84400,,1 rue,,,,2024-04-02,{word}\n\
         2,,,Apt,84400,,1 rue,,,,2024-04-02,{word}\n\
         1,,Double {word},Apt,84400,,1 rue,,,,2024-04-02,{word}\n\
         3,,Faux {word},Apt,8440,,1 rue,9h-12h,Cuisine,,2024-04-02,{word}\n"
    );
    let report = done(import(&coordinator.speaking("fr"), &file, ImportOptions::default()).await);
    assert!(!report.committed, "nothing is half written");
    let told: Vec<_> = report
        .problems
        .iter()
        .map(|problem| (problem.line, problem.location.as_str(), problem.code.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (3, "nom", "REQUIRED"),
            (4, "id", "DUPLICATE_IDENTIFIER"),
            (5, "code_postal", "POSTAL_CODE_INVALID"),
            (5, "horaires", "HOURS_INVALID"),
            (5, "services", "TERM_UNKNOWN"),
        ]
    );
    assert_eq!(report.problems[0].message, "obligatoire : indiquez-le");
    let own = format!("source = \"{word}\"");
    assert_eq!(found(&coordinator, &own).await, []);
    let partial = ImportOptions { partial: true, ..Default::default() };
    let report = done(import(&coordinator, &file, partial).await);
    assert_eq!((became(&report), report.committed), ((1, 0, 0, 3), true));
    let no_table = done(import(&coordinator, "titre,lieu\na,b\n", ImportOptions::default()).await);
    assert_eq!((no_table.problems[0].code.as_str(), no_table.committed), ("COLUMN_MISSING", false));
    let refused = import(&network.outsider().await, &file, ImportOptions::default()).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
}

/// What the national schema gives as an example comes back field by field.
async fn the_example_of_the_schema_comes_back_as_it_went(network: &'static Network) {
    let file = root().join("../shared/data/lieux-mediation-numerique/exemple-valide.csv");
    let Ok(text) = std::fs::read_to_string(&file) else {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", file.display());
        return;
    };
    let word = sample::word();
    let text = text.replace("Hubik", &word);
    let coordinator = network.coordinator().await.again().await;
    let report = done(import(&coordinator, &text, ImportOptions::default()).await);
    assert_eq!((became(&report), report.problems.len()), ((1, 0, 0, 0), 0), "{:?}", report.problems);
    let exported = export(&network.anonymous(), &format!("source = \"{word}\"")).await;
    let cells = |text: &str| -> Vec<Vec<String>> {
        let text = delimited::Text::of(text.as_bytes()).unwrap();
        let sorted = |cell: &str| {
            let mut parts: Vec<&str> = cell.split('|').map(str::trim).collect();
            parts.sort_unstable();
            parts.join("|")
        };
        text.records().map(|row| row.unwrap().fields.iter().map(sorted).collect()).collect()
    };
    assert_eq!(cells(&exported), cells(&text));
}

told_everywhere!(
    bey_8_real_places_import_whole_and_come_back_as_they_went,
    bey_8_places_are_recognised_and_what_people_wrote_stays,
    what_is_wrong_with_places_is_named_by_line_and_column,
    the_example_of_the_schema_comes_back_as_it_went,
);
