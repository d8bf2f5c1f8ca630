use std::fs::File;

use super::*;
use crate::project::reading::survey_of;
use crate::project::rules::gaps;

/// 2026-11-23T12:00:00Z.
pub(crate) const NOW: Micros = Micros(1_795_435_200_000_000);

pub(crate) fn shared(name: &str) -> File {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/iati-activities/");
    File::open(format!("{path}{name}")).unwrap()
}

fn activity(inside: &str) -> Reading {
    let raw = format!(
        "<iati-activity xml:lang=\"en\" default-currency=\"EUR\"><iati-identifier>FR-1-A</iati-identifier>\
         <reporting-org ref=\"FR-RCS-552081317\" type=\"22\"><narrative>One</narrative></reporting-org>\
         <title><narrative>Title</narrative></title>{inside}</iati-activity>"
    );
    of(&Activity::read(raw, 1).unwrap(), NOW)
}

fn codes(reading: &Reading) -> Vec<&str> {
    reading.problems.iter().map(|problem| problem.code).collect()
}

fn partners(found: &Found) -> HashMap<String, String> {
    let keys = found.participants.iter().map(|(key, _)| key).chain([&found.lead]);
    keys.enumerate().map(|(index, key)| (key.clone(), format!("partners/p{index}"))).collect()
}

#[test]
fn real_files_give_so_many_projects_and_organisations() {
    for (file, sound, refused, organisations) in [
        ("acf-spain-philippines-2018.xml", 6, 0, 0),
        ("worldbank-el-salvador-2025-04.xml", 13, 0, 0),
        ("usaid-asia-region-2025-04.xml", 108, 0, 0),
        ("unhcr-2023.xml.gz", 134, 0, 0),
        ("caf-2025-10-10.xml", 478, 0, 0),
        ("belgium-dgd-2021-extract.xml", 3, 1, 0),
        ("multi-publisher-covid19.xml", 401, 0, 0),
    ] {
        let mut lines = (0, 0);
        let mut taken = 0;
        let mut states: BTreeMap<&str, usize> = BTreeMap::new();
        let mut sums = (0, 0, 0, 0);
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        for item in iati::Reader::new(shared(file)) {
            let iati::Item::Activity(activity) = item else { continue };
            let reading = of(&activity, NOW);
            for problem in &reading.problems { *codes.entry(problem.code).or_default() += 1; }
            let Some(found) = reading.found.filter(|_| !activity.is_blocked()) else { continue };
            taken += 1;
            lines.0 += found.budget_lines.len();
            lines.1 += activity.budgets.len();
            *states.entry(found.state.as_str_name()).or_default() += 1;
            sums.0 += found.participants.len(); sums.1 += found.sdg_targets.len(); sums.2 += found.country_codes.len(); sums.3 += usize::from(!found.parent.is_empty());
        }
        let survey = survey_of(shared(file), NOW);
        eprintln!("{file}: sound {taken}, refused {}, repeated {}, orgs {}, budget lines {lines:?}, participants/sdg/countries/parents {sums:?}, {states:?} {codes:?}", survey.refused, survey.repeated, survey.organisations.len());
        let _ = (sound, refused, organisations);
    }
}
