//! What the services count for each of the eight recommendations (domain §10), asked once and read for all.

use serde_json::{Map, Value, json};

use super::figure::{Figure, count, figure, number, ratio};
use crate::app::App;
use crate::call::list;
use crate::fault::Result;
use crate::say::{Language, say};

/// The summaries of the services, for a territory or for the network.
pub(super) struct Counted {
    strategies: Value,
    projects: Value,
    datasets: Value,
    participations: Value,
    partnerships: Value,
    models: Value,
    /// The figures of training.
    training: Value,
}

impl Counted {
    /// Asks each service, of a territory where one is named.
    pub(super) async fn of(app: &App, territory: Option<&str>) -> Result<Self> {
        let mut place = Map::new();
        if let Some(territory) = territory {
            place.insert("territory".to_owned(), territory.into());
        }
        let ask = async |method: &str| app.client.json(method, Value::Object(place.clone())).await;
        // Training tells of all territories at once, so that nobody is found by asking for few (GDP-3).
        let training = app.client.json("ProgrammeService/SummarizeTraining", json!({})).await?;
        let training = match territory {
            None => training["total"].clone(),
            Some(territory) => {
                let of =
                    list(&training["territories"]).iter().find(|figures| figures["territory"] == territory);
                of.cloned().unwrap_or_default()
            }
        };
        Ok(Self {
            strategies: ask("StrategyService/SummarizeStrategies").await?,
            projects: ask("ResultService/SummarizeProjects").await?,
            datasets: ask("DatasetService/SummarizeDatasets").await?,
            participations: ask("ParticipationService/SummarizeParticipations").await?,
            partnerships: ask("PartnershipService/SummarizePartnerships").await?,
            models: ask("BusinessModelService/SummarizeBusinessModels").await?,
            training,
        })
    }

    /// What is counted for a recommendation; nothing for one that the network added.
    pub(super) fn figures(&self, recommendation: &str, language: Language) -> Vec<Figure> {
        let word = |en: &str, fr: &str| language.pick(en, fr).to_owned();
        match recommendation {
            "recommendations/idt-1" => vec![figure(
                "strategiesInForce",
                word("Territories with a strategy in force", "Territoires dotés d'une stratégie en vigueur"),
                ratio(&self.strategies["covered"]),
            )],
            "recommendations/idt-2" => {
                let (part, whole) =
                    (count(&self.projects, "needsAddressed"), count(&self.projects, "needsQualified"));
                let addressed = json!({ "numerator": part.to_string(), "denominator": whole.to_string() });
                let label = word("Qualified needs addressed", "Besoins qualifiés pris en charge");
                vec![figure("needsAddressed", label, ratio(&addressed))]
            }
            "recommendations/idt-3" => vec![
                figure(
                    "openDatasets",
                    word("Open datasets", "Jeux de données ouverts"),
                    number(&self.datasets, "open"),
                ),
                figure(
                    "meanFairScore",
                    word("Mean FAIR score", "Score FAIR moyen"),
                    mean(&self.datasets["meanFairScore"]),
                ),
                figure(
                    "reuses",
                    word("Documented re-uses", "Réutilisations documentées"),
                    number(&self.datasets, "reuses"),
                ),
            ],
            "recommendations/idt-4" => vec![
                figure(
                    "answeredWithin30Days",
                    word("Proposals answered within 30 days", "Propositions répondues en 30 jours"),
                    ratio(&self.participations["answerRate"]),
                ),
                figure(
                    "offline",
                    word("Said otherwise than online", "Recueillies hors ligne"),
                    ratio(&self.participations["offline"]),
                ),
            ],
            "recommendations/idt-6" => {
                let rate = match &self.partnerships["meanDeliveryRate"]["value"] {
                    Value::String(rate) => json!({ "share": rate }),
                    _ => Value::Null,
                };
                let tripartite = word("Tripartite partnerships", "Partenariats tripartites");
                vec![
                    figure("tripartite", tripartite, ratio(&self.partnerships["tripartite"])),
                    figure("deliveryRate", word("Delivery rate", "Taux de livraison"), rate),
                ]
            }
            "recommendations/idt-7" => {
                let done =
                    list(&self.models["replications"]).iter().find(|of| of["state"] == "STATE_REPLICATED");
                let done = done.cloned().unwrap_or_default();
                vec![
                    figure(
                        "modelsPublished",
                        word("Published business models", "Modèles économiques publiés"),
                        number(&self.models, "publishedCount"),
                    ),
                    figure(
                        "replicationsCompleted",
                        word("Replications completed", "Réplications abouties"),
                        number(&done, "count"),
                    ),
                ]
            }
            "recommendations/idt-8" => vec![
                people(
                    "certified",
                    word("People certified", "Personnes certifiées"),
                    &self.training["certificates"],
                    language,
                ),
                people(
                    "completed",
                    word("People who completed", "Personnes ayant validé"),
                    &self.training["completed"],
                    language,
                ),
            ],
            _ => Vec::new(),
        }
    }
}

/// A mean that is told as a sum over a number.
fn mean(told: &Value) -> Value {
    let part = |field: &str| told[field].as_str().and_then(|digits| digits.parse::<f64>().ok());
    match (part("numerator"), part("denominator")) {
        (Some(sum), Some(number)) if number > 0.0 => {
            json!({ "decimal": { "value": format!("{:.1}", sum / number) } })
        }
        _ => Value::Null,
    }
}

/// How many people, where they are not too few to be told.
fn people(measure: &str, label: String, statistic: &Value, language: Language) -> Figure {
    let suppressed = statistic["suppressed"] == true;
    let value = if suppressed || !statistic.is_object() { Value::Null } else { number(statistic, "count") };
    Figure { suppressed, unit: say!(language, "people", "personnes"), ..figure(measure, label, value) }
}
