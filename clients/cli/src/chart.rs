//! Figures against their targets, drawn where a person looks at a terminal: never in a pipe, and never without the numbers.

use serde_json::{Value, json};

use crate::app::App;
use crate::fault::Result;
use crate::print::paint::{Style, clean};
use crate::say::{Language, say};

/// Cells of a bar.
const WIDTH: usize = 24;
/// The longest title before a bar.
const TITLE: usize = 40;

/// What is drawn: a figure and where it is to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) title: String,
    pub(crate) actual: Value,
    pub(crate) target: Value,
}

/// The figures of a project or a report against their targets; nothing for whoever reads in a pipe.
pub(crate) async fn of(app: &App, singular: &str, resource: &Value) -> Result {
    if app.output.width.is_none() || !app.output.format.for_people() || !app.output.fields.is_empty() {
        return Ok(());
    }
    let name = resource["name"].as_str().unwrap_or_default();
    let project = name.split("/reports/").next().unwrap_or_default();
    let promised = indicators(app, project).await?;
    let lines: Vec<Line> = match singular {
        "report" => promised.iter().filter_map(|promised| of_report(promised, resource)).collect(),
        _ => promised.iter().filter_map(latest).collect(),
    };
    app.output.emit(&draw(app, &lines))
}

/// The indicators of a project, with what was promised.
pub(crate) async fn indicators(app: &App, project: &str) -> Result<Vec<Value>> {
    let request = json!({ "parent": project, "pageSize": 1000 });
    let answer = app.client.json("ProjectIndicatorService/ListProjectIndicators", request).await?;
    Ok(answer["projectIndicators"].as_array().cloned().unwrap_or_default())
}

fn of_report(promised: &Value, report: &Value) -> Option<Line> {
    let value = value_of(report, promised["name"].as_str()?)?;
    let target = due(promised, &report["period"], &report["reportingPeriod"]);
    Some(Line { title: title(promised), actual: value["actual"].clone(), target })
}

fn latest(promised: &Value) -> Option<Line> {
    let actual = promised["latestActual"].clone();
    let target = due(promised, &promised["latestActualPeriod"], &Value::Null);
    (!actual.is_null()).then(|| Line { title: title(promised), actual, target })
}

/// What a report says of an indicator.
pub(crate) fn value_of<'r>(report: &'r Value, project_indicator: &str) -> Option<&'r Value> {
    report["values"].as_array()?.iter().find(|value| value["projectIndicator"] == project_indicator)
}

/// The target of some days, by the period that it names, or the last that ends in them.
pub(crate) fn due(promised: &Value, days: &Value, period: &Value) -> Value {
    let day = |date: &Value| {
        (date["year"].as_i64().unwrap_or_default(), date["month"].as_i64(), date["day"].as_i64())
    };
    let (start, end) = (day(&days["startDate"]), day(&days["endDate"]));
    let targets = promised["targets"].as_array().into_iter().flatten();
    let named = targets.clone().find(|target| period.is_string() && target["reportingPeriod"] == *period);
    let within = targets
        .filter(|target| (start..=end).contains(&day(&target["period"]["endDate"])))
        .max_by_key(|target| day(&target["period"]["endDate"]));
    named.or(within).map_or(Value::Null, |target| target["value"].clone())
}

/// What an indicator is called, in the language that the server spoke.
pub(crate) fn title(promised: &Value) -> String {
    clean(promised["title"]["displayText"].as_str().or(promised["name"].as_str()).unwrap_or_default())
}

/// Bars, each with its numbers.
pub(crate) fn draw(app: &App, lines: &[Line]) -> String {
    let unicode = speaks_unicode(|name| std::env::var(name).ok());
    let shown: Vec<String> = lines.iter().map(|line| cut(&line.title)).collect();
    let width = shown.iter().map(|title| title.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (line, title) in lines.iter().zip(&shown) {
        let padding = " ".repeat(width - title.chars().count());
        let (actual, target) = (number(&line.actual), number(&line.target));
        let bar = match (actual, target) {
            (Some(actual), Some(target)) => bar(actual, target, unicode),
            _ => " ".repeat(WIDTH + 1),
        };
        text += &format!("{title}{padding}  {bar}  {}\n", numbers(line, app.language));
    }
    if text.is_empty() {
        return text;
    }
    let heading = app.language.pick("Against the targets", "Par rapport aux cibles");
    format!("\n{}\n{text}", app.output.paint.style(Style::Strong, heading))
}

/// `95 of 100`
pub(crate) fn numbers(line: &Line, language: Language) -> String {
    let (actual, target) = (shown(&line.actual, language), shown(&line.target, language));
    match target.is_empty() {
        true => actual,
        false => say!(language, "{actual} of {target}", "{actual} sur {target}"),
    }
}

fn cut(title: &str) -> String {
    match title.chars().count() > TITLE {
        true => title.chars().take(TITLE - 1).chain(['…']).collect(),
        false => title.to_owned(),
    }
}

/// A bar as long as the figure is to its target, which is marked; what goes beyond the target is drawn beyond the mark.
fn bar(actual: f64, target: f64, unicode: bool) -> String {
    let (full, empty, mark) = if unicode { ('█', '░', '│') } else { ('#', '.', '|') };
    let scale = actual.abs().max(target.abs());
    let cells = |number: f64| match scale > 0.0 {
        true => ((number / scale) * WIDTH as f64).round().clamp(0.0, WIDTH as f64) as usize,
        false => 0,
    };
    let (filled, at) = (cells(actual), cells(target));
    let cell = |place: usize| if place < filled { full } else { empty };
    (0..at).map(cell).chain([mark]).chain((at..WIDTH).map(cell)).collect()
}

/// The locale says that it shows UTF-8.
fn speaks_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    let set = set.unwrap_or_default().to_ascii_lowercase();
    set.contains("utf-8") || set.contains("utf8")
}

/// A value as a number, to draw it.
fn number(value: &Value) -> Option<f64> {
    let read = |digits: &Value| digits.as_str()?.parse::<f64>().ok();
    match (&value["decimal"]["value"], &value["ratio"]) {
        (Value::String(digits), _) => digits.parse().ok(),
        (_, Value::Object(ratio)) => {
            let whole = read(&ratio["denominator"]).filter(|whole| *whole != 0.0)?;
            Some(read(&ratio["numerator"])? / whole)
        }
        _ => None,
    }
}

/// A value as people read it: `1 234,5`, `3/4`, or words.
pub(crate) fn shown(value: &Value, language: Language) -> String {
    let figure = |digits: &Value| grouped(digits.as_str().unwrap_or_default(), language);
    if !value["decimal"].is_null() {
        return figure(&value["decimal"]["value"]);
    }
    if !value["ratio"].is_null() {
        return format!(
            "{}/{}",
            figure(&value["ratio"]["numerator"]),
            figure(&value["ratio"]["denominator"])
        );
    }
    clean(value["text"].as_str().unwrap_or_default())
}

fn grouped(digits: &str, language: Language) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let separator = language.pick(',', '\u{202f}');
    let mut text = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(separator);
        }
        text.push(digit);
    }
    if !rest.is_empty() {
        text.push(language.pick('.', ','));
        text += rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(digits: &str) -> Value {
        json!({ "decimal": { "value": digits } })
    }

    #[test]
    fn a_bar_is_as_long_as_the_figure_is_to_its_target() {
        assert_eq!(bar(50.0, 100.0, false), "############............|");
        assert_eq!(bar(100.0, 100.0, false), "########################|");
        assert_eq!(bar(200.0, 100.0, false), "############|############", "beyond the mark");
        assert_eq!(bar(0.0, 100.0, true), "░░░░░░░░░░░░░░░░░░░░░░░░│");
        assert_eq!(bar(0.0, 0.0, false), "|........................", "nothing of nothing");
        assert_eq!(bar(-5.0, 10.0, false), "........................|", "less than nothing");
    }

    #[test]
    fn figures_are_written_as_their_reader_writes_them() {
        assert_eq!(shown(&decimal("-1234.5"), Language::Fr), "-1\u{202f}234,5");
        assert_eq!(shown(&decimal("1234567"), Language::En), "1,234,567");
        assert_eq!(shown(&decimal("0"), Language::En), "0", "BEY-9");
        assert_eq!(shown(&Value::Null, Language::En), "", "BEY-9");
        let share = json!({ "ratio": { "numerator": "3", "denominator": "4" } });
        assert_eq!((shown(&share, Language::En).as_str(), number(&share)), ("3/4", Some(0.75)));
        assert_eq!(number(&json!({ "ratio": { "numerator": "0", "denominator": "0" } })), None);
    }

    #[test]
    fn a_target_is_that_of_the_period_or_the_last_that_ends_in_its_days() {
        let date = |month: i64| json!({ "year": 2026, "month": month, "day": 30 });
        let target = |month, value: &str, period: &str| json!({ "period": { "endDate": date(month) }, "value": decimal(value), "reportingPeriod": period });
        let promised = json!({ "targets": [target(3, "1", ""), target(6, "2", "p"), target(9, "3", "q")] });
        let days = json!({ "startDate": date(1), "endDate": date(6) });
        assert_eq!(due(&promised, &days, &json!("q")), decimal("3"));
        assert_eq!(due(&promised, &days, &Value::Null), decimal("2"));
    }

    #[test]
    fn bars_are_of_ascii_where_the_locale_is() {
        let of = |pairs: &'static [(&str, &str)]| {
            speaks_unicode(|name| {
                pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(of(&[("LANG", "fr_FR.UTF-8")]) && of(&[("LC_ALL", "C.utf8"), ("LANG", "C")]));
        assert!(!of(&[("LANG", "C")]) && !of(&[]) && !of(&[("LC_ALL", "C"), ("LANG", "fr_FR.UTF-8")]));
    }
}
