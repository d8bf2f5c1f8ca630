//! What came of training, as a page: the four levels of Kirkpatrick, and counts of sessions, seats and people.

use prost_reflect::{DynamicMessage, ReflectMessage as _};
use serde_json::Value;

use crate::app::App;
use crate::call::{list, value_of};
use crate::chart;
use crate::print::paint::{Style, clean};
use crate::print::{bar, cell};
use crate::say::{Language, say};

const BAR: usize = 10;
/// Where nothing is recorded.
const NOTHING: &str = "—";

/// The page of an answer that is told so to people; nothing for another, or for programs.
pub(crate) fn page(app: &App, answer: &DynamicMessage) -> Option<String> {
    if !app.output.format.for_people() || !app.output.fields.is_empty() {
        return None;
    }
    let told = value_of(answer);
    match answer.descriptor().name() {
        "Evaluation" => Some(evaluation(app, &told)),
        "SummarizeTrainingResponse" => Some(summary(app, &told)),
        _ => None,
    }
}

fn text(value: &Value) -> String {
    clean(value.as_str().unwrap_or_default())
}

fn count(value: &Value) -> i64 {
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_default()
}

fn decimal(value: &Value, language: Language) -> String {
    text(&value["value"]).replace('.', language.pick(".", ","))
}

fn hidden(language: Language) -> String {
    say!(language, "hidden: few people", "masqué : peu de personnes")
}

/// The label of a value of an enum of training.
fn label(kind: &str, code: &Value, language: Language) -> String {
    let kind = proto::pool().get_enum_by_name(&format!("ensemble.training.v1.{kind}"));
    let known = kind.as_ref().and_then(|kind| kind.get_value_by_name(code.as_str()?));
    known.map_or_else(|| text(code), |value| cell::label(&value, language))
}

fn evaluation(app: &App, told: &Value) -> String {
    let language = app.language;
    let strong = |text: &str| app.output.paint.style(Style::Strong, text);
    let sessions = count(&told["sessions"]);
    let sessions = match sessions {
        1 => say!(language, "1 closed session", "1 session close"),
        _ => say!(language, "{sessions} closed sessions", "{sessions} sessions closes"),
    };
    let mut page = format!(
        "{}\n{} · {sessions}\n",
        strong(&text(&told["title"]["displayText"])),
        text(&told["subject"])
    );
    let reaction: Vec<String> =
        list(&told["reaction"]).iter().filter_map(|one| opinion(one, language)).collect();
    let mut learning: Vec<String> = passed(&told["passRate"], language).into_iter().collect();
    learning.extend(list(&told["learning"]).iter().map(|one| gain(one, language)));
    let behaviour = list(&told["behaviour"]).iter().map(|one| gain(one, language)).collect();
    let mut results: Vec<String> = list(&told["results"]).iter().map(change).collect();
    results.extend(list(&told["indicators"]).iter().map(|one| expected(one, language)));
    let levels: [(&str, Vec<String>); 4] = [
        (
            language
                .pick("1  Reaction: what people thought, of 5", "1  Réaction : l'avis des personnes, sur 5"),
            reaction,
        ),
        (language.pick("2  Learning", "2  Apprentissage"), learning),
        (
            language.pick(
                "3  Behaviour: 3 to 12 months after the end",
                "3  Comportement : 3 à 12 mois après la fin",
            ),
            behaviour,
        ),
        (
            language.pick(
                "4  Results: capacities where it was held, indicators of projects",
                "4  Résultats : capacités du territoire, indicateurs de projets",
            ),
            results,
        ),
    ];
    for (title, lines) in levels {
        page += &format!("\n{}\n", strong(title));
        if lines.is_empty() {
            page += &format!("   {NOTHING}\n");
        }
        for line in lines {
            page += &format!("   {}\n", line.trim_end());
        }
    }
    page
}

fn opinion(figure: &Value, language: Language) -> Option<String> {
    let label = label("FeedbackFigure.Item", &figure["item"], language);
    if figure["suppressed"] == true {
        return Some(format!("{label}{} {}", language.colon(), hidden(language)));
    }
    let mean: f64 = figure["mean"]["value"].as_str()?.parse().ok()?;
    let (shown, people) = (decimal(&figure["mean"], language), count(&figure["people"]));
    let people = say!(language, "{people} people", "{people} personnes");
    Some(format!("{label}{} {shown}  {}  {people}", language.colon(), bar::of(mean / 5.0, BAR)))
}

fn passed(rate: &Value, language: Language) -> Option<String> {
    if rate["suppressed"] == true {
        return Some(say!(language, "Completed: {hidden}", "Validées : {hidden}", hidden = hidden(language)));
    }
    let (people, completed) = (count(&rate["people"]), count(&rate["completed"]));
    (people > 0).then(|| {
        let share = share(completed, people);
        let (told, bar) = (percent(share, language), bar::of(share, BAR));
        say!(
            language,
            "Completed: {completed} of {people}  {bar}  {told}",
            "Validées : {completed} sur {people}  {bar}  {told}"
        )
    })
}

fn gain(gain: &Value, language: Language) -> String {
    let (framework, code) = (&gain["alignment"]["framework"], text(&gain["alignment"]["targetCode"]));
    let kind = proto::pool().get_enum_by_name("ensemble.common.v1.Alignment.Framework");
    let known = kind.as_ref().and_then(|kind| kind.get_value_by_name(framework.as_str()?));
    let framework = known.map_or_else(|| text(framework), |value| cell::label(&value, language));
    let framework = framework.split([',', ':']).next().unwrap_or_default().to_owned();
    if gain["suppressed"] == true {
        return format!("{framework} {code}{} {}", language.colon(), hidden(language));
    }
    let (mean, people) = (decimal(&gain["meanGain"], language), count(&gain["people"]));
    let sign = if mean.starts_with('-') || mean == "0" { "" } else { "+" };
    let told =
        say!(language, "{sign}{mean} levels, {people} people", "{sign}{mean} niveaux, {people} personnes");
    format!("{framework} {code}{} {told}", language.colon())
}

fn change(change: &Value) -> String {
    let by = count(&change["change"]);
    format!(
        "{}  {}  {by:+}  ({})",
        text(&change["subject"]),
        text(&change["functionalCapacity"]),
        text(&change["capacityAssessment"])
    )
}

/// An indicator in which an effect was expected: from where to where, and how much of the way that is.
fn expected(result: &Value, language: Language) -> String {
    let title = text(&result["title"]["displayText"]);
    let title = if title.is_empty() { text(&result["projectIndicator"]) } else { title };
    let value = |field: &str| match chart::shown(&result[field], language) {
        shown if shown.is_empty() => NOTHING.to_owned(),
        shown => shown,
    };
    let (from, to) = (value("baseline"), value("latestActual"));
    let share: Option<f64> = result["achievement"]["value"].as_str().and_then(|digits| digits.parse().ok());
    let share = share.map(|share| format!("  {}  {}", bar::of(share, BAR), percent(share, language)));
    format!("{title}{} {from} → {to}{}", language.colon(), share.unwrap_or_default())
}

/// A part of a whole; counts of people lose nothing as floats.
fn share(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

fn percent(share: f64, language: Language) -> String {
    format!("{:.1} %", 100.0 * share).replace('.', language.pick(".", ","))
}

fn summary(app: &App, told: &Value) -> String {
    let language = app.language;
    let strong = |text: &str| app.output.paint.style(Style::Strong, text);
    let programmes = count(&told["programmes"]);
    let mut page =
        say!(language, "Published programmes: {programmes}\n", "Programmes publiés : {programmes}\n");
    let states: Vec<String> = list(&told["states"])
        .iter()
        .map(|one| {
            format!(
                "{} {}",
                count(&one["count"]),
                label("Session.State", &one["state"], language).to_lowercase()
            )
        })
        .collect();
    let states = if states.is_empty() { NOTHING.to_owned() } else { states.join(" · ") };
    page += &format!("Sessions{} {states}\n", language.colon());
    let lacking = ["programmesWithGaps", "sessionsWithGaps"].map(|field| count(&told[field]));
    if lacking != [0, 0] {
        let [programmes, sessions] = lacking;
        page += &say!(
            language,
            "Imported, to be completed: {programmes} programmes, {sessions} sessions\n",
            "Importés, à compléter : {programmes} programmes, {sessions} sessions\n"
        );
    }
    page += &format!("\n{}\n", strong(language.pick("In all", "En tout")));
    page += &figures(&told["total"], language);
    for place in list(&told["territories"]) {
        let name = text(&place["territory"]);
        let name =
            if name.is_empty() { language.pick("No territory", "Sans territoire").to_owned() } else { name };
        page += &format!("\n{}\n{}", strong(&name), figures(place, language));
    }
    page
}

fn figures(of: &Value, language: Language) -> String {
    let shown = |field: &str| match of[field]["suppressed"] == true {
        true => hidden(language),
        false => count(&of[field]["count"]).to_string(),
    };
    let (sessions, seats) = (count(&of["sessions"]), count(&of["seats"]));
    let mut lines = vec![say!(
        language,
        "Sessions: {sessions}, seats: {seats}",
        "Sessions : {sessions}, places : {seats}"
    )];
    let rate = |part: &str, whole: i64| {
        let part = of[part]["count"].as_i64().filter(|_| whole > 0)?;
        let share = share(part, whole);
        Some(format!("  {}  {}", bar::of(share, BAR), percent(share, language)))
    };
    let seated = of["seated"]["count"].as_i64().unwrap_or_default();
    for (label, field, whole) in [
        (language.pick("With a seat", "Places pourvues"), "seated", seats),
        (language.pick("Waiting", "En attente"), "waiting", 0),
        (language.pick("Completed", "Validées"), "completed", seated),
        (language.pick("Certificates", "Certificats"), "certificates", 0),
    ] {
        let rate = rate(field, whole).unwrap_or_default();
        lines.push(format!("{label}{} {}{rate}", language.colon(), shown(field)));
    }
    lines.iter().map(|line| format!("   {}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{app, serve};

    #[tokio::test]
    async fn what_came_of_training_is_told_in_both_languages_and_few_people_are_hidden() {
        let (client, folder) = serve(|_, _, _| Ok(Vec::new())).await;
        let mut app = app(client);
        let gain = |people: i64, mean: &str| {
            json!({
                "alignment": { "framework": "FRAMEWORK_DIGCOMP", "targetCode": "1.2" },
                "people": people, "meanGain": { "value": mean },
            })
        };
        let told = json!({
            "subject": "programmes/p", "title": { "displayText": "First steps" }, "sessions": 2,
            "reaction": [
                { "item": "ITEM_USEFUL", "people": 18, "mean": { "value": "4.14" } },
                { "item": "ITEM_CLEAR", "suppressed": true },
                { "item": "ITEM_PACED" },
            ],
            "passRate": { "people": 18, "completed": 9 },
            "learning": [gain(18, "1.5")],
            "results": [{ "subject": "territories/t", "capacityAssessment": "capacityAssessments/c", "functionalCapacity": "EVALUATE", "change": -1 }],
            "indicators": [
                {
                    "projectIndicator": "projects/p/projectIndicators/people", "title": { "displayText": "People helped" },
                    "baseline": { "decimal": { "value": "0" } }, "latestActual": { "decimal": { "value": "950" } },
                    "achievement": { "value": "0.95" },
                },
                { "projectIndicator": "projects/p/projectIndicators/devices" },
            ],
        });
        app.language = Language::Fr;
        let french = evaluation(&app, &told);
        for line in [
            "programmes/p · 2 sessions closes",
            "   Ce que j'ai appris m'est utile : 4,14",
            "   C'était clairement expliqué : masqué : peu de personnes",
            "   Validées : 9 sur 18",
            "50,0 %",
            "1.2 : +1,5 niveaux, 18 personnes",
            "   —",
            "   territories/t  EVALUATE  -1  (capacityAssessments/c)",
            "   People helped : 0 → 950  ",
            "  95,0 %",
            "   projects/p/projectIndicators/devices : — → —",
        ] {
            assert!(french.contains(line), "{line}\n{french}");
        }
        assert!(!french.contains("Le rythme convenait"), "nobody was asked");
        let counted = json!({
            "programmes": 3, "states": [{ "state": "STATE_CLOSED", "count": 2 }],
            "total": {
                "sessions": 2, "seats": "40", "seated": { "count": 30 }, "waiting": { "suppressed": true },
                "completed": { "count": 15 }, "certificates": { "count": 0 },
            },
            "territories": [{ "sessions": 2, "seats": "40", "seated": { "count": 30 } }],
        });
        app.language = Language::En;
        let english = summary(&app, &counted);
        for line in [
            "Published programmes: 3\n",
            "   Sessions: 2, seats: 40\n",
            "   Waiting: hidden: few people\n",
            "50.0 %",
            "No territory",
        ] {
            assert!(english.contains(line), "{line}\n{english}");
        }
        drop(folder);
    }
}
