//! The resources behind a recommendation: those that name it, by noun.

use serde_json::{Value, json};

use crate::app::App;
use crate::call::list;
use crate::fault::Result;
use crate::say::Language;

/// Names that are told of each noun, at most; there may be more.
pub(super) const MOST: usize = 1000;
type Noun = (&'static str, &'static str, &'static str, bool, (&'static str, &'static str));
/// Nouns whose resources name recommendations: the command, the method, the field of the answer, whether they name territories
/// too, and what they are called.
const NOUNS: [Noun; 6] = [
    ("project", "ProjectService/ListProjects", "projects", true, ("projects", "projets")),
    (
        "partnership",
        "PartnershipService/ListPartnerships",
        "partnerships",
        true,
        ("partnerships", "partenariats"),
    ),
    ("dataset", "DatasetService/ListDatasets", "datasets", true, ("datasets", "jeux de données")),
    (
        "model",
        "BusinessModelService/ListBusinessModels",
        "businessModels",
        true,
        ("business models", "modèles économiques"),
    ),
    ("programme", "ProgrammeService/ListProgrammes", "programmes", false, ("programmes", "programmes")),
    (
        "publication",
        "PublicationService/ListPublications",
        "publications",
        false,
        ("publications", "publications"),
    ),
];

/// The resources of a noun that name a recommendation.
pub(super) struct Behind {
    noun: &'static str,
    called: (&'static str, &'static str),
    pub(super) names: Vec<String>,
    more: bool,
}

/// What stands behind a recommendation, in a territory where one is named; nouns of which there is nothing left out.
pub(super) async fn of(app: &App, recommendation: &str, territory: Option<&str>) -> Result<Vec<Behind>> {
    let mut behind = Vec::new();
    for (noun, method, field, placed, called) in NOUNS {
        let mut filter = format!("recommendations:\"{recommendation}\"");
        match territory {
            Some(territory) if placed => filter += &format!(" AND territories:\"{territory}\""),
            Some(_) => continue,
            None => {}
        }
        let page = app.client.json(method, json!({ "filter": filter, "pageSize": MOST })).await?;
        let name = |item: &Value| item["name"].as_str().map(str::to_owned);
        let names: Vec<String> = list(&page[field]).iter().filter_map(name).collect();
        if !names.is_empty() {
            behind.push(Behind { noun, called, names, more: page["nextPageToken"].is_string() });
        }
    }
    Ok(behind)
}

impl Behind {
    /// How many, as people read it: `projects: 3`.
    pub(super) fn told(&self, language: Language) -> String {
        let (en, fr) = self.called;
        let more = if self.more { "+" } else { "" };
        format!("{}{} {}{more}", language.pick(en, fr), language.colon(), self.names.len())
    }

    pub(super) fn fact(&self) -> Value {
        json!({ "noun": self.noun, "count": self.names.len(), "more": self.more, "names": self.names })
    }
}
