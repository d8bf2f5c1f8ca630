//! What the services count for each of the eight recommendations (domain §10), asked once and read for all.

use serde_json::{Map, Value, json};

use super::figure::{Figure, count, figure, number, ratio, told};
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
    observations: Value,
    /// The figures of training.
    training: Value,
    /// What people and partners have learnt, which is told of the network alone: of a territory it is no dash, but nothing.
    learning: Option<Value>,
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
        let summary = app.client.json("ProgrammeService/SummarizeTraining", json!({})).await?;
        let (training, learning) = match territory {
            None => (summary["total"].clone(), Some(summary)),
            Some(territory) => {
                let of =
                    list(&summary["territories"]).iter().find(|figures| figures["territory"] == territory);
                (of.cloned().unwrap_or_default(), None)
            }
        };
        Ok(Self {
            strategies: ask("StrategyService/SummarizeStrategies").await?,
            projects: ask("ResultService/SummarizeProjects").await?,
            datasets: ask("DatasetService/SummarizeDatasets").await?,
            participations: ask("ParticipationService/SummarizeParticipations").await?,
            partnerships: ask("PartnershipService/SummarizePartnerships").await?,
            models: ask("BusinessModelService/SummarizeBusinessModels").await?,
            observations: ask("ObservationService/SummarizeObservations").await?,
            training,
            learning,
        })
    }

    /// What is counted for a recommendation; nothing for one that the network added.
    pub(super) fn figures(&self, recommendation: &str, language: Language) -> Vec<Figure> {
        let word = |en: &str, fr: &str| language.pick(en, fr).to_owned();
        match recommendation {
            "recommendations/idt-1" => vec![figure(
                "strategiesInForce",
                "idt-i11",
                word("Territories with a strategy in force", "Territoires dotés d'une stratégie en vigueur"),
                ratio(&self.strategies["covered"]),
            )],
            "recommendations/idt-2" => {
                let (part, whole) =
                    (count(&self.projects, "needsAddressed"), count(&self.projects, "needsQualified"));
                let addressed = json!({ "numerator": part.to_string(), "denominator": whole.to_string() });
                let label = word("Qualified needs addressed", "Besoins qualifiés pris en charge");
                vec![figure("needsAddressed", "idt-i12", label, ratio(&addressed))]
            }
            "recommendations/idt-3" => vec![
                figure(
                    "openDatasets",
                    "idt-i13",
                    word("Open datasets", "Jeux de données ouverts"),
                    number(&self.datasets, "open"),
                ),
                figure(
                    "meanFairScore",
                    "idt-i13-fair",
                    word("Mean FAIR score", "Score FAIR moyen"),
                    mean(&self.datasets["meanFairScore"]),
                ),
                figure(
                    "reuses",
                    "idt-i14",
                    word("Documented re-uses", "Réutilisations documentées"),
                    number(&self.datasets, "reuses"),
                ),
            ],
            "recommendations/idt-4" => vec![
                figure(
                    "answeredWithin30Days",
                    "idt-i15",
                    word("Proposals answered within 30 days", "Propositions répondues en 30 jours"),
                    ratio(&self.participations["answerRate"]),
                ),
                figure(
                    "offline",
                    "",
                    word("Said otherwise than online", "Recueillies hors ligne"),
                    ratio(&self.participations["offline"]),
                ),
            ],
            "recommendations/idt-5" => vec![figure(
                "gapsNarrowed",
                "",
                word("Gaps of the divide that narrowed", "Écarts de la fracture qui se réduisent"),
                ratio(&self.observations["narrowed"]),
            )]
            .into_iter()
            .chain(self.gain(language))
            .collect(),
            "recommendations/idt-6" => {
                let rate = match &self.partnerships["meanDeliveryRate"]["value"] {
                    Value::String(rate) => json!({ "share": rate }),
                    _ => Value::Null,
                };
                let tripartite = word("Tripartite partnerships", "Partenariats tripartites");
                vec![
                    figure("tripartite", "idt-i16", tripartite, ratio(&self.partnerships["tripartite"])),
                    figure("deliveryRate", "", word("Delivery rate", "Taux de livraison"), rate),
                ]
            }
            "recommendations/idt-7" => {
                let done =
                    list(&self.models["replications"]).iter().find(|of| of["state"] == "STATE_REPLICATED");
                let done = done.cloned().unwrap_or_default();
                vec![
                    figure(
                        "modelsPublished",
                        "idt-i18",
                        word("Published business models", "Modèles économiques publiés"),
                        number(&self.models, "publishedCount"),
                    ),
                    figure(
                        "replicationsCompleted",
                        "idt-i18-replications",
                        word("Replications completed", "Réplications abouties"),
                        number(&done, "count"),
                    ),
                ]
            }
            "recommendations/idt-8" => self.trained(language),
            _ => Vec::new(),
        }
    }

    /// What training and capacities come to.
    fn trained(&self, language: Language) -> Vec<Figure> {
        let word = |en: &str, fr: &str| language.pick(en, fr).to_owned();
        let mut figures = vec![
            people(
                figure("certified", "idt-i19", word("People certified", "Personnes certifiées"), Value::Null),
                &self.training["certificates"],
                language,
            ),
            people(
                figure("completed", "", word("People who completed", "Personnes ayant validé"), Value::Null),
                &self.training["completed"],
                language,
            ),
        ];
        if let Some(learning) = &self.learning {
            let (pass_rate, capacity) = (&learning["passRate"], &learning["capacity"]);
            let completing =
                word("Of those with a seat, who completed", "Parmi les inscrits, part ayant validé");
            let improving = word("Partners that can do more", "Organisations dont les capacités progressent");
            let completion = figure("passRate", "idt-i19-completion", completing, ratio(&pass_rate["rate"]));
            let improvement = figure("capacityImproved", "idt-i21", improving, ratio(&capacity["rate"]));
            figures.push(told(completion, pass_rate));
            figures.extend(self.gain(language));
            figures.push(told(improvement, capacity));
        }
        figures.push(figure(
            "coDelivered",
            "",
            word("Sessions of several providers", "Sessions à plusieurs prestataires"),
            ratio(&self.training["coDelivered"]),
        ));
        figures
    }

    /// By how many levels people are further.
    fn gain(&self, language: Language) -> Option<Figure> {
        let gain = &self.learning.as_ref()?["learning"];
        let label = say!(language, "Mean level gain", "Gain de niveau moyen");
        let mean = &gain["meanGain"];
        let value = if mean.is_object() { json!({ "decimal": mean }) } else { Value::Null };
        Some(told(figure("meanLevelGain", "idt-i20", label, value), gain))
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
fn people(of: Figure, statistic: &Value, language: Language) -> Figure {
    let hidden = statistic["suppressed"] == true || !statistic.is_object();
    let value = if hidden { Value::Null } else { number(statistic, "count") };
    // In French, none is singular.
    let unit = match count(statistic, "count") {
        0 => language.pick("people", "personne"),
        1 => language.pick("person", "personne"),
        _ => language.pick("people", "personnes"),
    };
    told(Figure { value, unit: unit.to_owned(), ..of }, statistic)
}
