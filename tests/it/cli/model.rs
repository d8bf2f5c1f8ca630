//! Business models at the terminal: the canvas block by block, and the lineage as a tree.

use proto::businessmodels as pb;

use super::{Shell, told};
use crate::caller::done;
use crate::models::business_model::{create, draft, published};
use crate::models::replication::scene;
use crate::sample;

#[test]
fn the_canvas_is_folded_to_eighty_letters_in_both_languages() {
    told(async |network| {
        let partner = network.home_partner().await;
        let admin = network.partner_admin(&partner).await;
        let mut model = draft(&partner);
        let long = |word: &str| {
            format!("{word} https://example.org/{} {}", "a".repeat(90), format!("{word} ").repeat(300))
        };
        model.canvas[0].text = Some(sample::texts(&[("fr", &long("médiation")), ("en", &long("mediation"))]));
        model.canvas[0].items = vec![sample::text("fr", &long("atelier"))];
        let model = done(create(&admin, model).await);
        let shell = Shell::of(&admin);
        for (language, mission, risks, word) in [
            ("en", "Mission", "Social risks", "mediation"),
            ("fr", "Mission", "Risques sociaux", "médiation"),
        ] {
            let page = shell.done(&["model", "show", &model.name, "--lang", language]);
            let lines: Vec<&str> = page.lines().collect();
            let canvas = lines.iter().position(|line| *line == mission).expect("a heading");
            assert!(lines.contains(&risks), "{page}");
            let of_model: Vec<_> = lines[canvas..].iter().map(|line| line.chars().count()).collect();
            assert!(of_model.iter().all(|letters| *letters <= 80), "{:?}", of_model.iter().max());
            assert!(lines[canvas + 1].trim_start().starts_with(word), "{}", lines[canvas + 1]);
            assert_eq!(page.matches(word).count(), 301, "no word is lost");
        }
        let whole: serde_json::Value =
            serde_json::from_str(&shell.done(&["business-model", "show", &model.name, "-o", "json"]))
                .unwrap();
        assert_eq!(whole["canvas"].as_array().unwrap().len(), 15, "programs get the resource alone");
    });
}

#[test]
fn the_lineage_is_drawn_as_a_tree_in_both_languages() {
    told(async |network| {
        let scene = scene(network).await;
        let adopted = scene.adopt().await;
        let given_up =
            pb::ReplicateBusinessModelRequest { replication_id: "given-up".to_owned(), ..scene.request() };
        let given_up = done(scene.adopts.models().replicate_business_model(given_up).await);
        let abandon = pb::AbandonReplicationRequest {
            name: given_up.name,
            lessons: Some(sample::text("fr", "Personne n'avait le temps.")),
            ..Default::default()
        };
        done(scene.adopts.replications().abandon_replication(abandon).await);
        let (shell, model) = (Shell::of(&scene.adopts), scene.model.name.as_str());
        let (by, place) = (&scene.adopter, &scene.territory);
        let drawn = shell.done(&["model", "lineage", model, "--lang", "en"]);
        assert!(drawn.starts_with(model), "{drawn}");
        assert!(drawn.contains(&format!("├─ adapted by {by} for {place}: planned")), "{drawn}");
        let lessons = "Personne n'avait le temps.";
        assert!(drawn.contains(&format!("└─ abandoned by {by} for {place} because: {lessons}")), "{drawn}");
        let drawn = shell.done(&["model", "lineage", model, "--lang", "fr"]);
        assert!(drawn.contains(&format!("├─ adapté par {by} pour {place} : prévue")), "{drawn}");
        assert!(
            drawn.contains(&format!("└─ abandonné par {by} pour {place} parce que : {lessons}")),
            "{drawn}"
        );
        let derived = shell.done(&["model", "lineage", &adopted.derived_business_model, "--lang", "en"]);
        assert!(derived.contains(&format!("  adopted from {model}")), "{derived}");
        let graph: serde_json::Value =
            serde_json::from_str(&shell.done(&["model", "lineage", model, "-o", "json"])).unwrap();
        assert_eq!(graph["edges"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn the_canvas_is_printed_on_one_page_and_what_was_published_is_exported() {
    told(async |network| {
        let partner = network.home_partner().await;
        let admin = network.partner_admin(&partner).await;
        let model = published(network, &admin, draft(&partner)).await;
        let shell = Shell::of(&admin);
        for (language, headings, payer) in [
            ("en", ["Mission", "Key regulatory framework", "Environmental costs"], "Users"),
            ("fr", ["Mission", "Cadre réglementaire clé", "Coûts environnementaux"], "Usagers"),
        ] {
            let page = shell.done(&["model", "print", &model.name, "--lang", language]);
            assert!(page.starts_with("<svg") && page.ends_with("</svg>\n"), "{page}");
            assert_eq!(page.matches("<rect").count(), 16, "the paper, and a frame for each block");
            assert!(headings.iter().all(|heading| page.contains(&format!(">{heading}<"))), "{page}");
            assert!(page.contains(payer) && page.contains("businessModelRevisions/r1"), "{page}");
            assert!(!page.contains('…'), "everything found room");
        }
        let whole: serde_json::Value =
            serde_json::from_str(&shell.done(&["model", "export", &model.published_revision])).unwrap();
        let blocks = whole["canvas"].as_array().unwrap();
        let languages = blocks.iter().map(|block| block["text"]["translations"].as_object().unwrap().len());
        assert_eq!(languages.collect::<Vec<_>>(), [2; 15]);
        assert_eq!(whole["licence"], "CC-BY-4.0");
    });
}
