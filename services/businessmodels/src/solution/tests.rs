//! What solutions become, and what stays of what people wrote.

use chassis::column::Micros;
use iati::Severity;
use iati::solutions::{Item, Solution};
use proto::businessmodels::business_model::State;
use proto::businessmodels::{BusinessModel, CanvasBlockCode, DataRegime, Maturity};

use super::as_found::{Again, again, found, of};
use super::survey::Survey;
use crate::business_model::lacking::gaps;

fn solution(rest: &str) -> Solution {
    let file = format!(
        r#"[{{"slug": "s", "name": "A map", "description": "Where help is.", "website": "https://a.example.org",
        "license": [{{"spdx": "MIT"}}, {{"spdx": "CC-BY-4.0"}}], "repositories": [{{"name": "main", "url": "https://git.example.org"}}],
        "SDGs": [{{"SDGNumber": 4, "evidenceText": "Teaches.", "evidenceURL": "https://a.example.org/4"}}, {{"SDGNumber": 13, "evidenceText": "Saves."}}],
        "organizations": [{{"name": "A fund", "org_type": "funder"}}, {{"name": "A city", "org_type": "maintainer"}}]{rest}}}]"#
    );
    let mut read = None;
    iati::solutions::read(file.as_bytes(), iati::Limits::default(), |item| {
        if let Item::Solution(solution) = item {
            read = Some(*solution);
        }
        true
    });
    read.unwrap()
}

fn says(solution: &Solution) -> (BusinessModel, Vec<(Severity, &'static str)>) {
    let country = |name: &String| (name == "France").then(|| "FR".to_owned());
    let (said, problems) = of(solution, |key| format!("partners/{}", key.replace(' ', "-")), country);
    (said, problems.into_iter().map(|problem| (problem.severity, problem.code)).collect())
}

#[test]
fn bey_8_a_solution_says_what_it_says_and_the_rest_is_a_gap() {
    let (said, problems) =
        says(&solution(r#", "locations": {"deploymentCountries": ["France", "Atlantis"]}"#));
    assert_eq!(problems, [(Severity::Doubtful, "COUNTRY_UNKNOWN"), (Severity::Doubtful, "SEVERAL_LICENCES")]);
    assert_eq!(said.owner_partner, "partners/a-city", "who maintains it answers for it, not who pays");
    assert_eq!(said.contributors, ["partners/a-fund"]);
    assert_eq!((said.maturity(), said.sdg_goals.as_slice()), (Maturity::Operating, &[4, 13][..]));
    assert_eq!((said.country_codes.as_slice(), said.licence.as_str()), (&["FR".to_owned()][..], "MIT"));
    let blocks: Vec<_> = said.canvas.iter().map(|block| (block.code(), line(block.text.as_ref()))).collect();
    assert_eq!(
        blocks,
        [
            (CanvasBlockCode::KeyPartners, "A fund (funder)\nA city (maintainer)"),
            (CanvasBlockCode::KeyResources, "https://git.example.org"),
            (CanvasBlockCode::EnvBenefits, "SDG 13: Saves."),
            (CanvasBlockCode::SocialBenefits, "SDG 4: Teaches."),
        ]
    );
    let model = found("s", &said, Micros::default());
    assert_eq!(model.state.get(), State::Draft);
    let lacking: Vec<_> = gaps(&model).iter().map(|gap| gap.field).collect();
    assert_eq!(
        lacking,
        ["canvas", "costs", "revenues", "recommendations", "data_regime", "territories"],
        "what it does not say"
    );
    let (said, _) = says(&solution(""));
    assert_eq!(said.maturity(), Maturity::Unspecified, "nobody says that it is in use");
    assert!(gaps(&found("s", &said, Micros::default())).iter().any(|gap| gap.field == "maturity"));
}

#[test]
fn bey_8_what_people_wrote_stays_and_what_the_file_changes_comes() {
    let (before, _) = says(&solution(""));
    let mut model = found("s", &before, Micros::default());
    "https://ours.example.org".clone_into(&mut model.website);
    model.data_regime = DataRegime::Open.into();
    let anew_said = solution(r#", "website": "https://new.example.org", "name": "Another map""#);
    let (now, _) = says(&anew_said);
    let Again::Changed(after) = again(&model, false, &before, &now).unwrap() else {
        unreachable!("it changes")
    };
    assert_eq!(line(Some(&*after.title)), "Another map");
    assert_eq!(after.website, "https://ours.example.org");
    assert_eq!(after.data_regime.get(), DataRegime::Open);
    assert_eq!(again(&after, true, &now, &now).unwrap(), Again::Same);
    let website = BusinessModel { website: "https://third.example.org".to_owned(), ..now.clone() };
    assert_eq!(again(&after, false, &now, &website).unwrap(), Again::Kept, "people wrote otherwise");
}

#[test]
fn bm_6_what_is_reviewed_or_published_does_not_change_by_a_file() {
    let (before, _) = says(&solution(""));
    let (now, _) = says(&solution(r#", "name": "Another map""#));
    let mut model = found("s", &before, Micros::default());
    for state in [State::Submitted, State::Published, State::Archived] {
        model.state = state.into();
        assert_eq!(again(&model, false, &before, &now).unwrap(), Again::Settled, "{state:?}");
    }
    model.state = State::Returned.into();
    assert!(matches!(again(&model, false, &before, &now).unwrap(), Again::Changed(_)));
}

#[test]
fn a_slug_that_is_there_twice_blocks_the_second() {
    let record = |name: &str| {
        format!(
            r#"{{"slug": "s", "name": "{name}", "description": "D", "organizations": [{{"name": "A"}}]}}"#
        )
    };
    let survey = Survey::of(format!("[{},{}]", record("One"), record("Two")).as_bytes());
    assert_eq!((survey.refused, survey.solutions.len(), survey.organisations.len()), (1, 1, 1));
    assert!(survey.problems.blocked());
}

fn line(text: Option<&proto::common::LocalizedText>) -> &str {
    text.and_then(|text| text.translations.get("und")).map_or("", |said| said.text.as_str())
}
