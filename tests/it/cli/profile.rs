//! A territory on one page: what each service knows of it, for anyone, in both languages.

use super::{Shell, told};
use crate::caller::done;
use crate::projects::need;
use crate::projects::territory::{municipality, public_partner};

#[test]
fn a_territory_is_shown_on_one_page_with_what_is_done_there() {
    told(async |network| {
        let authority = public_partner(network).await;
        let town = municipality(network, &authority).await;
        let need = need::qualified(network, &town.name).await;
        let project = proto::projects::Project {
            territories: vec![town.name.clone()],
            ..crate::projects::draft(&network.home_partner().await)
        };
        let request = proto::projects::CreateProjectRequest { project: Some(project), ..Default::default() };
        let admin = network.partner_admin(&network.home_partner().await).await;
        let draft = done(admin.projects().create_project(request).await);
        let shell = Shell::at(network);
        let id = town.name.trim_start_matches("territories/");
        for (language, headings) in [
            (
                "en",
                [
                    "Strategies (0)",
                    "Needs (1)",
                    "The divide (0)",
                    "Projects (0)",
                    "Datasets (0)",
                    "Training (0)",
                ],
            ),
            (
                "fr",
                [
                    "Stratégies (0)",
                    "Besoins (1)",
                    "La fracture (0)",
                    "Projets (0)",
                    "Jeux de données (0)",
                    "Formations (0)",
                ],
            ),
        ] {
            let page = shell.done(&["territory", "profile", id, "--lang", language]);
            for heading in headings {
                assert!(page.lines().any(|line| line == heading), "{heading}:\n{page}");
            }
        }
        let whole: serde_json::Value =
            serde_json::from_str(&shell.done(&["territory", "profile", id, "-o", "json"])).unwrap();
        assert_eq!(whole["needs"][0]["name"], need.name.as_str());
        // Whoever may see a draft sees it there.
        let own = Shell::of(&admin).done(&["territory", "profile", id, "-o", "json"]);
        let own: serde_json::Value = serde_json::from_str(&own).unwrap();
        assert_eq!(own["projects"][0]["name"], draft.name.as_str());
        // How the recommendations stand there, also for those who are not told the totals of a part of the network.
        let stands = shell.done(&["scorecard", "--territory", id, "-o", "json"]);
        let stands: serde_json::Value = serde_json::from_str(&stands).unwrap();
        let needs = &stands[1]["figures"][0];
        assert_eq!(
            (&needs["measure"], &needs["value"]["ratio"]["denominator"]),
            (&"needsAddressed".into(), &"1".into())
        );
        let learnt = stands[7]["figures"].as_array().unwrap();
        let told = |measure: &str| learnt.iter().any(|figure| figure["measure"] == measure);
        assert!(
            told("coDelivered") && !told("meanLevelGain"),
            "what is told of the network alone is no dash"
        );
        assert!(shell.fails(3, &["scorecard", "--territory", "nowhere-at-all"]).contains("nowhere-at-all"));
        let missing = shell.fails(3, &["territory", "profile", "nowhere-at-all"]);
        assert!(missing.contains("nowhere-at-all"), "{missing}");
    });
}
