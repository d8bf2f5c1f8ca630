//! `ensemble report review --next`: the oldest submitted report that the caller may judge, beside what was promised, what
//! was reported before and what changed since it was returned; then it asks.

use prost_reflect::DynamicMessage;
use serde_json::{Value, json};

use crate::app::{App, ask};
use crate::chart::{self, Line};
use crate::fault::{Fault, Result};
use crate::print::Format;
use crate::print::cell::{self, Reader};
use crate::print::paint::{Style, clean};
use crate::say::say;

/// What a person says to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Accept,
    Return,
    Skip,
    Quit,
}

/// Goes through the reports that wait, oldest first.
pub(crate) async fn next(app: &App) -> Result {
    let mut seen = 0;
    for name in waiting(app).await? {
        let found = app.client.dynamic("ReportService/GetReport", json!({ "name": name })).await?;
        let report = crate::call::value_of(&found);
        let may = report["allowedActions"].as_array().into_iter().flatten();
        if !may.clone().any(|action| action["method"] == "ReviewReport" && action["allowed"] == true) {
            continue; // of one's own partner (SEP-1), or decided meanwhile
        }
        seen += 1;
        let sheet = sheet(app, &report).await?;
        if !app.output.format.for_people() {
            return print(app, &report, &sheet);
        }
        app.output.emit(&page(app, &found, &sheet))?;
        if !dialoguer::console::user_attended() || !dialoguer::console::user_attended_stderr() {
            how(app, &name);
            return Ok(());
        }
        match choose(app)? {
            Choice::Accept => decide(app, &name, "DECISION_ACCEPT", "").await?,
            Choice::Return => {
                let why = ask(&say!(app.language, "What is to change? ", "Que faut-il changer ? "))?;
                decide(app, &name, "DECISION_RETURN", &why).await?;
            }
            Choice::Skip => {}
            Choice::Quit => return Ok(()),
        }
    }
    app.output.narrate(match seen {
        0 => app.language.pick("no report waits for you", "aucun rapport ne vous attend"),
        _ => app.language.pick("that was the last", "c'était le dernier"),
    });
    Ok(())
}

/// The submitted reports, oldest first.
async fn waiting(app: &App) -> Result<Vec<String>> {
    let request = json!({
        "parent": "projects/-", "filter": "state = SUBMITTED", "orderBy": "submit_time", "pageSize": 1000,
    });
    let answer = app.client.json("ReportService/ListReports", request).await?;
    let names = answer["reports"].as_array().into_iter().flatten();
    Ok(names.filter_map(|report| report["name"].as_str().map(str::to_owned)).collect())
}

/// A figure beside what there is to judge it by.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    line: Line,
    before: Value,
    returned: Option<Value>,
    comment: String,
}

async fn sheet(app: &App, report: &Value) -> Result<Vec<Row>> {
    let name = report["name"].as_str().unwrap_or_default();
    let project = name.split("/reports/").next().unwrap_or_default();
    let promised = chart::indicators(app, project).await?;
    let request = json!({ "parent": project, "filter": "state = ACCEPTED", "pageSize": 1000 });
    let accepted = app.client.json("ReportService/ListReports", request).await?;
    let accepted = accepted["reports"].as_array().cloned().unwrap_or_default();
    Ok(rows(report, &promised, &accepted))
}

fn rows(report: &Value, promised: &[Value], accepted: &[Value]) -> Vec<Row> {
    let end = |report: &Value| {
        let date = &report["period"]["endDate"];
        (date["year"].as_i64(), date["month"].as_i64(), date["day"].as_i64())
    };
    let last = accepted.iter().filter(|other| end(other) < end(report)).max_by_key(|other| end(other));
    let returned = json!({ "values": report["returnedValues"] });
    let row = |promised: &Value| {
        let name = promised["name"].as_str()?;
        let value = chart::value_of(report, name)?;
        let before = last.and_then(|last| chart::value_of(last, name));
        let was = chart::value_of(&returned, name).map(|was| was["actual"].clone());
        let line = Line {
            title: chart::title(promised),
            actual: value["actual"].clone(),
            target: chart::due(promised, &report["period"], &report["reportingPeriod"]),
        };
        let said = [&value["comment"], &value["noValueReason"]].into_iter().filter_map(Value::as_str);
        Some(Row {
            before: before.map_or(Value::Null, |before| before["actual"].clone()),
            returned: was.filter(|was| *was != line.actual),
            comment: clean(&said.collect::<Vec<_>>().join(" ")),
            line,
        })
    };
    promised.iter().filter_map(row).collect()
}

/// The report as a page.
fn page(app: &App, found: &DynamicMessage, rows: &[Row]) -> String {
    let (language, paint) = (app.language, app.output.paint);
    let report = crate::call::value_of(found);
    let part = |field: &str| cell::at(found, field, Reader { language, person: true });
    let mut page = format!("\n{}\n", paint.style(Style::Strong, &part("name")));
    let facts = ["lead_partner", "period", "punctuality", "overall_rating", "submit_time"].map(part);
    page += &format!("  {}\n", facts.join(" · "));
    let progress = report["narrative"]["progress"]["displayText"].as_str().unwrap_or_default();
    if !progress.is_empty() {
        page += &format!("  {}\n", clean(progress).replace('\n', "\n  "));
    }
    let lines: Vec<Line> = rows.iter().map(|row| row.line.clone()).collect();
    page += &match app.output.width {
        Some(_) => chart::draw(app, &lines),
        None => lines
            .iter()
            .map(|line| format!("  {}  {}\n", line.title, chart::numbers(line, language)))
            .collect(),
    };
    for row in rows {
        let mut notes = Vec::new();
        let before = chart::shown(&row.before, language);
        if !before.is_empty() {
            notes.push(say!(language, "last period {before}", "période précédente {before}"));
        }
        if let Some(was) = &row.returned {
            let was = chart::shown(was, language);
            let was = if was.is_empty() { "—".to_owned() } else { was };
            notes.push(paint.style(
                Style::Warning,
                &say!(language, "{was} when it was returned", "{was} lors du renvoi"),
            ));
        }
        if !row.comment.is_empty() {
            notes.push(row.comment.clone());
        }
        if !notes.is_empty() {
            page += &format!("  {}{} {}\n", row.line.title, language.colon(), notes.join(" · "));
        }
    }
    for comment in report["reviewComments"].as_array().into_iter().flatten() {
        let said = clean(comment["text"].as_str().unwrap_or_default());
        page += &say!(language, "  said before: {said}\n", "  dit auparavant : {said}\n");
    }
    page
}

/// For programs: the report, and each figure beside what there is to judge it by.
fn print(app: &App, report: &Value, rows: &[Row]) -> Result {
    let facts = |row: &Row| {
        json!({
            "name": report["name"], "title": row.line.title, "actual": row.line.actual, "target": row.line.target,
            "lastPeriod": row.before, "whenReturned": row.returned, "comment": row.comment,
        })
    };
    let rows: Vec<Value> = rows.iter().map(facts).collect();
    match app.output.format {
        Format::Json => app.output.fact(&[], json!({ "report": report, "values": rows })),
        Format::Name => app.output.fact(&[], json!({ "name": report["name"] })),
        _ => app
            .output
            .facts(&["name", "title", "actual", "target", "lastPeriod", "whenReturned", "comment"], &rows),
    }
}

fn how(app: &App, name: &str) {
    app.output.hint(&say!(
        app.language,
        "to decide: ensemble report review {name} --decision ACCEPT, or --decision RETURN --comment \"…\"",
        "pour décider : ensemble report review {name} --decision ACCEPT, ou --decision RETURN --comment « … »"
    ));
}

/// Asks until it understands.
fn choose(app: &App) -> Result<Choice> {
    loop {
        let prompt = say!(
            app.language,
            "[a]ccept, [r]eturn, [s]kip, [q]uit? ",
            "[a]ccepter, [r]envoyer, [p]asser, [q]uitter ? "
        );
        if let Some(choice) = understood(&ask(&prompt)?) {
            return Ok(choice);
        }
    }
}

fn understood(word: &str) -> Option<Choice> {
    match word.trim().to_lowercase().chars().next()? {
        'a' => Some(Choice::Accept),
        'r' => Some(Choice::Return),
        's' | 'p' => Some(Choice::Skip),
        'q' => Some(Choice::Quit),
        _ => None,
    }
}

async fn decide(app: &App, name: &str, decision: &str, comment: &str) -> Result {
    if decision == "DECISION_RETURN" && comment.trim().is_empty() {
        return Err(Fault::usage(say!(
            app.language,
            "a report is returned with a comment: what is to change",
            "un rapport est renvoyé avec un commentaire : ce qu'il faut changer"
        )));
    }
    app.confirm(false).await?;
    let request = json!({ "name": name, "decision": decision, "comment": comment });
    let after = app.client.json("ReportService/ReviewReport", request).await?;
    let state = after["state"].as_str().unwrap_or_default().replacen("STATE_", "", 1);
    app.output.narrate(&format!(
        "{}{} {name} {state}",
        app.output.aside.style(Style::Good, app.language.pick("done", "fait")),
        app.language.colon()
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{app, message, serve, type_in};

    fn decimal(digits: &str) -> Value {
        json!({ "decimal": { "value": digits } })
    }

    fn value(digits: &str) -> Value {
        json!({ "projectIndicator": "projects/p/projectIndicators/i", "actual": decimal(digits), "comment": "As counted." })
    }

    fn report(year: i64, digits: &str) -> Value {
        let period = json!({ "startDate": { "year": year, "month": 1, "day": 1 }, "endDate": { "year": year, "month": 6, "day": 30 } });
        json!({
            "name": format!("projects/p/reports/r{year}"), "leadPartner": "partners/a", "period": period,
            "reportingPeriod": format!("reportingPeriods/r{year}"), "values": [value(digits)],
        })
    }

    fn promised() -> Value {
        let target = json!({ "reportingPeriod": "reportingPeriods/r2026", "value": decimal("100") });
        json!({
            "name": "projects/p/projectIndicators/i", "title": { "displayText": "People helped" }, "targets": [target],
        })
    }

    #[test]
    fn a_figure_stands_beside_what_there_is_to_judge_it_by() {
        let mut asked = report(2026, "95");
        asked["returnedValues"] = json!([value("200")]);
        let accepted = [report(2024, "10"), report(2025, "30"), report(2027, "70")];
        let rows = rows(&asked, &[promised()], &accepted);
        assert_eq!(
            rows,
            [Row {
                line: Line {
                    title: "People helped".to_owned(),
                    actual: decimal("95"),
                    target: decimal("100")
                },
                before: decimal("30"),
                returned: Some(decimal("200")),
                comment: "As counted.".to_owned(),
            }]
        );
        asked["returnedValues"] = json!([value("95")]);
        assert_eq!(self::rows(&asked, &[promised()], &[])[0].returned, None, "it did not change");
    }

    #[test]
    fn an_answer_is_understood_in_both_languages() {
        assert_eq!(understood("Accept"), Some(Choice::Accept));
        assert_eq!(understood(" renvoyer"), Some(Choice::Return));
        assert_eq!((understood("passer"), understood("skip")), (Some(Choice::Skip), Some(Choice::Skip)));
        assert_eq!((understood(""), understood("x")), (None, None));
    }

    #[tokio::test]
    async fn the_oldest_report_that_the_caller_may_judge_is_shown_and_nothing_is_decided_unasked() {
        let decided = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let watch = std::sync::Arc::clone(&decided);
        let (client, folder) = serve(move |method, messages, _| {
            let request = crate::call::value_of(&messages[0]);
            let answer = match method.name() {
                "ListReports" if request["filter"] == "state = SUBMITTED" => {
                    assert_eq!(request["orderBy"], "submit_time");
                    json!({ "reports": [{ "name": "projects/own/reports/r" }, report(2026, "95")] })
                }
                "GetReport" => {
                    let own = request["name"] == "projects/own/reports/r";
                    let mut found = report(2026, "95");
                    found["name"] = request["name"].clone();
                    found["allowedActions"] = json!([{ "method": "ReviewReport", "allowed": !own }]);
                    found
                }
                "ReviewReport" => {
                    watch.store(true, std::sync::atomic::Ordering::SeqCst);
                    json!({})
                }
                "ListProjectIndicators" => {
                    assert_eq!(request["parent"], "projects/p", "not the one of one's own partner");
                    json!({})
                }
                _ => json!({}),
            };
            Ok(vec![message(&method.output(), answer)])
        })
        .await;
        let app = app(client);
        type_in(&app, &["report", "review", "--next"]).await.unwrap();
        assert!(!decided.load(std::sync::atomic::Ordering::SeqCst));
        drop(folder);
    }
}
