//! The files that the demo brings along, written where its commands find them.

use crate::fault::Result;

use super::stage::Stage;

macro_rules! sample {
    ($($file:literal),+ $(,)?) => {
        &[$(($file, include_bytes!(concat!("../../../sample/", $file)).as_slice())),+]
    };
}

/// A file's name, and what it holds.
type Sample = (&'static str, &'static [u8]);

/// Organisations first, so that activities find the partners they name.
pub(super) const PUBLISHED: &[Sample] = sample![
    "publishers-2026-08.json.gz",
    "3fi-organisation.xml.gz",
    "be-bce-kbo-0420656336-organisation.xml.gz",
    "caf-organisation.xml.gz",
    "worldbank-organisation-2024.xml.gz",
    "worldbank-el-salvador-2025-04.xml.gz",
    "caf-2025-10-10.xml.gz",
    "unhcr-2023.xml.gz",
    "usaid-asia-region-2025-04.xml.gz",
    "acf-spain-philippines-2018.xml.gz",
    "belgium-dgd-2021-extract.xml.gz",
];

/// Activities as linked tables.
pub(super) const TABLES: &[Sample] = sample![
    "iadb-argentina-csv/activities.csv.gz",
    "iadb-argentina-csv/activity_date.csv.gz",
    "iadb-argentina-csv/descriptions.csv.gz",
    "iadb-argentina-csv/indicator_periods.csv.gz",
    "iadb-argentina-csv/indicators.csv.gz",
    "iadb-argentina-csv/locations.csv.gz",
    "iadb-argentina-csv/participating_orgs.csv.gz",
    "iadb-argentina-csv/results.csv.gz",
    "iadb-argentina-csv/sectors.csv.gz",
];

/// What lies in something comes after it.
pub(super) const TERRITORIES: &[Sample] = sample![
    "country-codes.csv.gz",
    "regions-2024.csv.gz",
    "departements-2024.csv.gz",
    "communes-vaucluse-2024.csv.gz",
];

const STORY: &[Sample] = sample![
    "story/partner.yaml",
    "story/need.yaml",
    "story/project.yaml",
    "story/people.yaml",
    "story/devices.yaml",
    "story/agency.yaml",
    "story/workshop.yaml",
    "story/partnership.yaml",
    "story/agreement.yaml",
    "story/convention.txt",
    "story/renewal.yaml",
    "story/renewal.txt",
    "story/grant.yaml",
    "story/computers.yaml",
    "story/answers-lead.yaml",
    "story/answers-agency.yaml",
    "story/answers-workshop.yaml",
    "story/conclusions.yaml",
    "story/programme.yaml",
    "story/trainer.yaml",
    "story/session.yaml",
    "story/learners.csv",
    "story/commune.yaml",
    "story/strategy.yaml",
];

/// Writes files into the demo's folder; answers where they are.
pub(super) fn lay_out(stage: &Stage, files: &[Sample]) -> Result<Vec<String>> {
    let lay = |(name, bytes): &Sample| {
        let path = stage.file(&format!("sample/{name}"));
        if let Some(folder) = std::path::Path::new(&path).parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, bytes)?;
        Ok(path)
    };
    files.iter().map(lay).collect()
}

/// So many days from today.
pub(super) fn later(days: u64) -> chrono::NaiveDate {
    chrono::Utc::now().date_naive() + chrono::Days::new(days)
}

/// Writes what the story's people keep in files, with the days of the story put in.
pub(super) fn lay_out_story(stage: &Stage, days: &[(&str, String)]) -> Result {
    std::fs::create_dir_all(stage.file("sample/story"))?;
    for (name, bytes) in STORY {
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        for (place, day) in days {
            text = text.replace(&format!("{{{place}}}"), day);
        }
        std::fs::write(stage.file(&format!("sample/{name}")), text)?;
    }
    Ok(())
}
