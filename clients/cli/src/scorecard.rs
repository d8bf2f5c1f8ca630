//! How each recommendation stands (domain §10): what was counted, and nothing where nothing was.

use clap::Command;
use serde_json::{Value, json};

use crate::app::App;
use crate::call::list;
use crate::chart;
use crate::fault::Result;
use crate::print::Format;
use crate::print::paint::{Style, clean};
use crate::say::{Language, say};
use crate::tree::leaf;

/// The recommendation that starts from needs, and the one on partnerships: what is counted for them is of the whole network.
const NEEDS: &str = "recommendations/idt-2";
const PARTNERSHIPS: &str = "recommendations/idt-6";
/// Where nothing is recorded.
const NOTHING: &str = "—";

pub(crate) fn command(language: Language) -> Command {
    let about = say!(
        language,
        "Shows how each adopted recommendation stands: what was counted for it, and nothing made up",
        "Montre où en est chaque recommandation adoptée : ce qui a été compté pour elle, et rien d'inventé"
    );
    let examples = ["ensemble scorecard", "ensemble scorecard -o json"].map(str::to_owned);
    leaf("scorecard", about, &examples, language)
}

/// Something that was counted for a recommendation.
struct Figure {
    /// What, for programs: `needsAddressed`, or the name of an indicator.
    measure: String,
    label: String,
    /// A value as the contract has it; absent where it is hidden or was not recorded.
    value: Value,
    unit: String,
    suppressed: bool,
}

/// A recommendation and what was counted for it.
struct Line {
    recommendation: Value,
    projects: u64,
    figures: Vec<Figure>,
}

pub(crate) async fn run(app: &App) -> Result {
    let lines = lines(app).await?;
    print(app, &lines)
}

async fn lines(app: &App) -> Result<Vec<Line>> {
    let adopted = json!({ "filter": "state = ADOPTED", "orderBy": "number" });
    let adopted = app.client.all("RecommendationService/ListRecommendations", adopted).await?;
    let indicators = app.client.all("IndicatorService/ListIndicators", json!({})).await?;
    // Of the whole network, which is what everyone may see (GDP-3): the same figures for whoever asks.
    let totals = app.client.json("ResultService/AggregateIndicators", json!({})).await?;
    let mut lines = Vec::new();
    for recommendation in adopted {
        lines.push(line(app, recommendation, &indicators, list(&totals["aggregates"])).await?);
    }
    Ok(lines)
}

async fn line(app: &App, recommendation: Value, indicators: &[Value], aggregates: &[Value]) -> Result<Line> {
    let name = recommendation["name"].as_str().unwrap_or_default();
    let of = json!({ "recommendation": name });
    let summary = app.client.json("ResultService/SummarizeProjects", of).await?;
    let projects = list(&summary["states"]).iter().map(|state| count(state, "count")).sum();
    let mut figures = match name {
        NEEDS => needs(app).await?,
        PARTNERSHIPS => partnerships(app).await?,
        _ => Vec::new(),
    };
    let follows = |aggregate: &&Value| {
        let mut own = indicators.iter().filter(|indicator| indicator["name"] == aggregate["indicator"]);
        own.any(|indicator| list(&indicator["recommendations"]).iter().any(|followed| followed == name))
    };
    figures.extend(aggregates.iter().filter(follows).filter_map(total));
    Ok(Line { recommendation, projects, figures })
}

/// How many of the qualified needs a project answers.
async fn needs(app: &App) -> Result<Vec<Figure>> {
    let summary = app.client.json("ResultService/SummarizeProjects", json!({})).await?;
    let (part, whole) = (count(&summary, "needsAddressed"), count(&summary, "needsQualified"));
    let value = match whole {
        0 => Value::Null,
        _ => json!({ "ratio": { "numerator": part.to_string(), "denominator": whole.to_string() } }),
    };
    let label = say!(app.language, "Qualified needs addressed", "Besoins qualifiés pris en charge");
    Ok(vec![figure("needsAddressed", label, value)])
}

/// How many partnerships join all three sectors, and how much of what was promised has come.
async fn partnerships(app: &App) -> Result<Vec<Figure>> {
    let summary = app.client.json("PartnershipService/SummarizePartnerships", json!({})).await?;
    let tripartite = &summary["tripartite"];
    let known = tripartite["denominator"]
        .as_str()
        .is_some_and(|whole| whole.chars().any(|c| ('1'..='9').contains(&c)));
    let joined = if known { json!({ "ratio": tripartite }) } else { Value::Null };
    let rate = match &summary["meanDeliveryRate"]["value"] {
        Value::String(rate) => json!({ "share": rate }),
        _ => Value::Null,
    };
    Ok(vec![
        figure(
            "tripartite",
            say!(app.language, "Tripartite partnerships", "Partenariats tripartites"),
            joined,
        ),
        figure("deliveryRate", say!(app.language, "Delivery rate", "Taux de livraison"), rate),
    ])
}

fn figure(measure: &str, label: String, value: Value) -> Figure {
    Figure { measure: measure.to_owned(), label, value, unit: String::new(), suppressed: false }
}

/// The total of an indicator that follows the recommendation, where there is one.
fn total(aggregate: &Value) -> Option<Figure> {
    let suppressed = aggregate["suppressed"] == true;
    let value = aggregate["value"].clone();
    let text = |field: &str| clean(aggregate[field].as_str().unwrap_or_default());
    let label = match text("title") {
        title if title.is_empty() => text("code"),
        title => title,
    };
    (suppressed || value.is_object()).then(|| Figure {
        measure: text("indicator"),
        label,
        value,
        unit: text("unit"),
        suppressed,
    })
}

fn count(value: &Value, field: &str) -> u64 {
    value[field].as_u64().unwrap_or_default()
}

/// A share of 1 as a percentage.
fn percent(share: f64, language: Language) -> String {
    format!("{:.1} %", 100.0 * share).replace('.', language.pick(".", ","))
}

impl Figure {
    /// As people read it: `3/5 (60.0 %)`, `1,250 person`, `83.3 %`, or a dash.
    fn shown(&self, language: Language) -> String {
        if self.suppressed {
            return say!(language, "hidden: few people", "masqué : peu de personnes");
        }
        if let Some(share) = self.value["share"].as_str().and_then(|share| share.parse().ok()) {
            return percent(share, language);
        }
        if !self.value.is_object() {
            return NOTHING.to_owned();
        }
        let told = chart::shown(&self.value, language);
        let term = |field: &str| self.value["ratio"][field].as_str()?.parse::<f64>().ok();
        match (term("numerator"), term("denominator")) {
            (Some(part), Some(whole)) if whole != 0.0 => {
                format!("{told} ({})", percent(part / whole, language))
            }
            (Some(_), _) => NOTHING.to_owned(),
            _ if self.unit.is_empty() => told,
            _ => format!("{told} {}", self.unit),
        }
    }

    /// As programs read it.
    fn fact(&self) -> Value {
        json!({
            "measure": self.measure, "label": self.label, "value": self.value, "unit": self.unit, "suppressed": self.suppressed,
        })
    }
}

impl Line {
    fn fact(&self) -> Value {
        let figures: Vec<Value> = self.figures.iter().map(Figure::fact).collect();
        json!({
            "name": self.recommendation["name"],
            "number": count(&self.recommendation, "number"),
            "title": self.recommendation["title"]["displayText"],
            "projects": self.projects,
            "figures": figures,
        })
    }

    /// The same in one line for each figure, as sheets have it.
    fn flat(&self, language: Language) -> Vec<Value> {
        let whole = self.fact();
        let row = |label: Value, value: Value| {
            json!({
                "name": whole["name"], "number": whole["number"], "title": whole["title"], "projects": whole["projects"],
                "measure": label, "value": value,
            })
        };
        if self.figures.is_empty() {
            return vec![row(Value::Null, Value::Null)];
        }
        self.figures
            .iter()
            .map(|figure| row(figure.label.clone().into(), figure.shown(language).into()))
            .collect()
    }
}

fn print(app: &App, lines: &[Line]) -> Result {
    let (language, output) = (app.language, &app.output);
    if !output.format.for_people() {
        const COLUMNS: [&str; 6] = ["name", "number", "title", "projects", "measure", "value"];
        return match output.format {
            Format::Csv => {
                let rows: Vec<Value> = lines.iter().flat_map(|line| line.flat(language)).collect();
                output.facts(&COLUMNS, &rows)
            }
            _ => output.facts(&COLUMNS[..4], &lines.iter().map(Line::fact).collect::<Vec<_>>()),
        };
    }
    let mut text = String::new();
    for line in lines {
        let number = count(&line.recommendation, "number");
        let title = clean(line.recommendation["title"]["displayText"].as_str().unwrap_or_default());
        text += &format!("{}\n", output.paint.style(Style::Strong, &format!("{number}  {title}")));
        let projects = line.projects;
        text += &match projects {
            0 => say!(
                language,
                "   Projects that name it: {NOTHING}\n",
                "   Projets qui s'en réclament : {NOTHING}\n"
            ),
            _ => say!(
                language,
                "   Projects that name it: {projects}\n",
                "   Projets qui s'en réclament : {projects}\n"
            ),
        };
        for figure in &line.figures {
            let (label, shown) = (&figure.label, figure.shown(language));
            text += &format!("   {label}{} {shown}\n", language.colon());
        }
    }
    output.emit(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::value_of;
    use crate::fake::{app, message, serve, type_in};

    #[tokio::test]
    async fn a_recommendation_stands_where_what_was_counted_says_and_nowhere_else() {
        let (client, folder) = serve(|method, messages, _| {
            let request = value_of(&messages[0]);
            let of = request["recommendation"].as_str().unwrap_or_default();
            let answer = match (method.name(), of) {
                ("ListRecommendations", _) => {
                    assert_eq!(request["filter"], "state = ADOPTED");
                    let row = |number: u8| json!({ "name": format!("recommendations/idt-{number}"), "number": number });
                    json!({ "recommendations": [row(2), row(5), row(6)] })
                }
                ("SummarizeProjects", "") => json!({ "needsQualified": 5, "needsAddressed": 3 }),
                ("SummarizeProjects", "recommendations/idt-5") => json!({ "states": [{ "count": 2 }, { "count": 1 }] }),
                ("SummarizePartnerships", _) => json!({ "tripartite": { "numerator": "0", "denominator": "0" } }),
                ("ListIndicators", _) => {
                    let row = |number: u8, of: u8| json!({
                        "name": format!("indicators/idt-i0{number}"), "recommendations": [format!("recommendations/idt-{of}")]
                    });
                    json!({ "indicators": [row(1, 5), row(2, 5), row(3, 5), row(4, 1)] })
                }
                ("AggregateIndicators", _) => json!({ "aggregates": [
                    { "indicator": "indicators/idt-i01", "title": "People", "unit": "person", "value": { "decimal": { "value": "1250" } } },
                    { "indicator": "indicators/idt-i02", "title": "Devices" },
                    { "indicator": "indicators/idt-i03", "title": "Learners", "suppressed": true },
                    { "indicator": "indicators/idt-i04", "title": "Others", "value": { "decimal": { "value": "1" } } },
                ] }),
                _ => json!({}),
            };
            Ok(vec![message(&method.output(), answer)])
        })
        .await;
        let app = app(client);
        type_in(&app, &["scorecard"]).await.unwrap();
        let mut told = Vec::new();
        for line in lines(&app).await.unwrap() {
            for figure in &line.figures {
                told.push((line.projects, figure.label.clone(), figure.shown(Language::Fr)));
            }
        }
        let told: Vec<(u64, &str, &str)> =
            told.iter().map(|(projects, label, shown)| (*projects, label.as_str(), shown.as_str())).collect();
        assert_eq!(
            told,
            [
                (0, "Qualified needs addressed", "3/5 (60,0 %)"),
                (3, "People", "1\u{202f}250 person"),
                (3, "Learners", "masqué : peu de personnes"),
                (0, "Tripartite partnerships", "—"),
                (0, "Delivery rate", "—"),
            ],
            "never a figure that nobody recorded"
        );
        drop(folder);
    }

    #[test]
    fn a_rate_is_read_as_a_percentage() {
        let rate = figure("deliveryRate", String::new(), json!({ "share": "0.8333" }));
        assert_eq!(
            (rate.shown(Language::En), rate.shown(Language::Fr)),
            ("83.3 %".to_owned(), "83,3 %".to_owned())
        );
    }
}
