//! How the recommendations stand: for anyone, in both languages, with nothing made up.

use super::{Shell, told};

#[test]
fn the_scorecard_names_each_recommendation_and_only_what_was_counted() {
    told(async |network| {
        let shell = Shell::at(network);
        let (en, fr) =
            (shell.done(&["scorecard", "--lang", "en"]), shell.done(&["scorecard", "--lang", "fr"]));
        for (told, lines) in [
            (
                &en,
                [
                    "2  Smart cities start from local uses and problems",
                    "   Behind it: ",
                    "   Qualified needs addressed: ",
                    "   Tripartite partnerships: ",
                    "   Delivery rate: ",
                ],
            ),
            (
                &fr,
                [
                    "2  La ville intelligente part des usages et problématiques locales",
                    "   Ce qui s'en réclame : ",
                    "   Besoins qualifiés pris en charge : ",
                    "   Partenariats tripartites : ",
                    "   Taux de livraison : ",
                ],
            ),
        ] {
            for line in lines {
                assert!(told.lines().any(|told| told.starts_with(line)), "{line}:\n{told}");
            }
        }
        let whole: serde_json::Value =
            serde_json::from_str(&shell.done(&["scorecard", "-o", "json"])).unwrap();
        let whole = whole.as_array().unwrap();
        let numbers: Vec<u64> = whole.iter().take(8).map(|line| line["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
        let measures = |line: &serde_json::Value| -> Vec<String> {
            let figures = line["figures"].as_array().unwrap();
            figures.iter().map(|figure| figure["measure"].as_str().unwrap().to_owned()).collect()
        };
        assert!(measures(&whole[1]).contains(&"needsAddressed".to_owned()));
        assert!(measures(&whole[5]).contains(&"deliveryRate".to_owned()));
        let library: serde_json::Value =
            serde_json::from_str(&shell.done(&["indicator", "list", "--all", "-o", "json"])).unwrap();
        let known =
            |name: &serde_json::Value| library.as_array().unwrap().iter().any(|one| one["name"] == *name);
        for figure in whole.iter().flat_map(|line| line["figures"].as_array().unwrap()) {
            let indicator = &figure["indicator"];
            assert!(indicator == "" || known(indicator), "of the library, or of none: {figure}");
            let hidden = figure["suppressed"] == true;
            assert!(figure["value"].is_object() || figure["value"].is_null() || hidden, "{figure}");
        }
        let csv = shell.done(&["scorecard", "-o", "csv"]);
        assert!(csv.lines().count() >= 9, "{csv}");
    });
}
