//! How each recommendation stands (domain §10), for the network or for a territory: what was counted, what is behind it, and
//! nothing where nothing was.

mod behind;
mod counted;
mod figure;

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use self::behind::Behind;
use self::counted::Counted;
use self::figure::{Figure, NOTHING, count, total};
use crate::app::App;
use crate::call::list;
use crate::contract;
use crate::fault::Result;
use crate::print::Format;
use crate::print::paint::{Style, clean};
use crate::say::{Language, say};
use crate::tree::leaf;

/// How a territory is named.
const TERRITORY: &str = "territories/{territory}";

pub(crate) fn command(language: Language) -> Command {
    let about = say!(
        language,
        "Shows how each adopted recommendation stands: what was counted for it, what is behind it, and nothing made up",
        "Montre où en est chaque recommandation adoptée : ce qui a été compté pour elle, sur quoi elle repose, et rien d'inventé"
    );
    let examples =
        ["ensemble scorecard", "ensemble scorecard --territory fr-com-84007", "ensemble scorecard -o json"];
    leaf("scorecard", about, &examples.map(str::to_owned), language).arg(
        Arg::new("territory").long("territory").value_name(language.pick("TERRITORY", "TERRITOIRE")).help(
            say!(
                language,
                "Of this territory; without, of the whole network",
                "De ce territoire ; sinon, de tout le réseau"
            ),
        ),
    )
}

/// A recommendation, what was counted for it, and what names it.
struct Line {
    recommendation: Value,
    figures: Vec<Figure>,
    behind: Vec<Behind>,
}

pub(crate) async fn run(app: &App, matches: &ArgMatches) -> Result {
    let typed = matches.get_one::<String>("territory");
    let territory = typed.map(|typed| contract::complete(TERRITORY, typed).unwrap_or_else(|| typed.clone()));
    let lines = lines(app, territory.as_deref()).await?;
    print(app, &lines)
}

async fn lines(app: &App, territory: Option<&str>) -> Result<Vec<Line>> {
    let adopted = json!({ "filter": "state = ADOPTED", "orderBy": "number" });
    let adopted = app.client.all("RecommendationService/ListRecommendations", adopted).await?;
    let indicators = app.client.all("IndicatorService/ListIndicators", json!({})).await?;
    let mut asked = json!({});
    if let Some(territory) = territory {
        // One that is not there is an error that says so, rather than a page of dashes.
        app.client.json("TerritoryService/GetTerritory", json!({ "name": territory })).await?;
        asked["territory"] = territory.into();
    }
    let totals = match app.client.json("ResultService/AggregateIndicators", asked).await {
        // Whom few people could be found by is not told of a part of the network.
        Err(fault) if territory.is_some() && fault.fields.iter().any(|(field, _)| field == "territory") => {
            app.output.hint(&say!(
                app.language,
                "totals of indicators are told of a territory to those who are signed in (GDP-3)",
                "les totaux des indicateurs d'un territoire ne sont donnés qu'aux personnes connectées (GDP-3)"
            ));
            json!({})
        }
        totals => totals?,
    };
    let counted = Counted::of(app, territory).await?;
    let mut lines = Vec::new();
    for recommendation in adopted {
        let name = recommendation["name"].as_str().unwrap_or_default();
        let mut figures = counted.figures(name, app.language);
        let follows = |aggregate: &&Value| {
            let mut own = indicators.iter().filter(|indicator| indicator["name"] == aggregate["indicator"]);
            own.any(|indicator| list(&indicator["recommendations"]).iter().any(|followed| followed == name))
        };
        figures.extend(list(&totals["aggregates"]).iter().filter(follows).filter_map(total));
        let behind = behind::of(app, name, territory).await?;
        lines.push(Line { recommendation, figures, behind });
    }
    Ok(lines)
}

impl Line {
    fn fact(&self) -> Value {
        let figures: Vec<Value> = self.figures.iter().map(Figure::fact).collect();
        let behind: Vec<Value> = self.behind.iter().map(Behind::fact).collect();
        json!({
            "name": self.recommendation["name"],
            "number": count(&self.recommendation, "number"),
            "title": self.recommendation["title"]["displayText"],
            "figures": figures,
            "behind": behind,
        })
    }

    /// What names it, in words; a dash where nothing does.
    fn told(&self, language: Language) -> String {
        let told: Vec<String> = self.behind.iter().map(|behind| behind.told(language)).collect();
        if told.is_empty() { NOTHING.to_owned() } else { told.join(" · ") }
    }

    /// The same in one line for each figure, as sheets have it.
    fn flat(&self, language: Language) -> Vec<Value> {
        let whole = self.fact();
        let row = |label: Value, value: Value| {
            json!({
                "name": whole["name"], "number": whole["number"], "title": whole["title"],
                "behind": self.told(language), "measure": label, "value": value,
            })
        };
        if self.figures.is_empty() {
            return vec![row(Value::Null, Value::Null)];
        }
        let figures = self.figures.iter();
        figures.map(|figure| row(figure.label.clone().into(), figure.shown(language).into())).collect()
    }
}

fn print(app: &App, lines: &[Line]) -> Result {
    let (language, output) = (app.language, &app.output);
    if !output.format.for_people() {
        return match output.format {
            Format::Csv => {
                let rows: Vec<Value> = lines.iter().flat_map(|line| line.flat(language)).collect();
                output.facts(&["name", "number", "title", "behind", "measure", "value"], &rows)
            }
            _ => {
                output.facts(&["name", "number", "title"], &lines.iter().map(Line::fact).collect::<Vec<_>>())
            }
        };
    }
    let mut text = String::new();
    for line in lines {
        let number = count(&line.recommendation, "number");
        let title = clean(line.recommendation["title"]["displayText"].as_str().unwrap_or_default());
        text += &format!("{}\n", output.paint.style(Style::Strong, &format!("{number}  {title}")));
        for figure in &line.figures {
            let (label, shown) = (&figure.label, figure.shown(language));
            text += &format!("   {label}{} {shown}\n", language.colon());
        }
        let told = line.told(language);
        text += &say!(language, "   Behind it: {told}\n", "   Ce qui s'en réclame : {told}\n");
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
                    json!({ "recommendations": [row(2), row(5), row(6), row(8)] })
                }
                ("SummarizeProjects", _) => json!({ "needsQualified": 5, "needsAddressed": 3 }),
                ("ListProjects", _) if request["filter"] == "recommendations:\"recommendations/idt-5\"" => {
                    json!({ "projects": [{ "name": "projects/a" }, { "name": "projects/b" }, { "name": "projects/c" }] })
                }
                ("SummarizeTraining", _) => json!({ "total": {
                    "certificates": { "suppressed": true }, "completed": { "count": 12 },
                    "coDelivered": { "numerator": "2", "denominator": "3" },
                }, "learning": { "people": 8, "meanGain": { "value": "1.25" } }, "capacity": { "suppressed": true } }),
                ("SummarizeObservations", _) => json!({ "narrowed": { "numerator": "1", "denominator": "4" } }),
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
        for line in lines(&app, None).await.unwrap() {
            for figure in &line.figures {
                told.push((line.told(Language::En), figure.label.clone(), figure.shown(Language::Fr)));
            }
        }
        let told: Vec<(&str, &str, &str)> = told
            .iter()
            .map(|(behind, label, shown)| (behind.as_str(), label.as_str(), shown.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("—", "Qualified needs addressed", "3/5 (60,0 %)"),
                ("projects: 3", "Gaps of the divide that narrowed", "1/4 (25,0 %)"),
                ("projects: 3", "Mean level gain", "1,25"),
                ("projects: 3", "People", "1\u{202f}250 person"),
                ("projects: 3", "Learners", "masqué : trop peu nombreux"),
                ("—", "Tripartite partnerships", "—"),
                ("—", "Delivery rate", "—"),
                ("—", "People certified", "masqué : trop peu nombreux"),
                ("—", "People who completed", "12 people"),
                ("—", "Of those with a seat, who completed", "—"),
                ("—", "Mean level gain", "1,25"),
                ("—", "Partners that can do more", "masqué : trop peu nombreux"),
                ("—", "Sessions of several providers", "2/3 (66,7 %)"),
            ],
            "never a figure that nobody recorded"
        );
        drop(folder);
    }
}
