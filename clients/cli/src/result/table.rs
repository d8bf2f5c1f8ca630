//! Totals as tables: what each is, how sure it is, and the values behind it.

use serde_json::Value;

use crate::app::App;
use crate::call::list;
use crate::chart;
use crate::fault::Result;
use crate::print::paint::{Style, clean};
use crate::print::{Format, bar, sheet, table};
use crate::say::{Language, say};

/// Cells of a bar.
const BAR: usize = 16;

/// A number as it is summed, and what it is a share of.
fn number(value: &Value) -> Option<f64> {
    let read = |digits: &Value| digits.as_str()?.parse::<f64>().ok();
    match (&value["decimal"]["value"], &value["ratio"]) {
        (digits @ Value::String(_), _) => read(digits),
        (_, ratio) => {
            let whole = read(&ratio["denominator"])?;
            (whole != 0.0).then_some(read(&ratio["numerator"])? / whole)
        }
    }
}

/// Who reads a table.
#[derive(Clone, Copy)]
struct Reader {
    language: Language,
    /// Figures as people write them; as they are, for programs.
    person: bool,
}

impl Reader {
    /// A value on one line: `42`, `3/40 (7.5 %)`, words, or nothing.
    fn shown(self, value: &Value) -> String {
        let Self { language, person } = self;
        if let (Some(digits), false) = (value["decimal"]["value"].as_str(), person) {
            return digits.to_owned();
        }
        let ratio = &value["ratio"];
        let told = match (ratio["numerator"].as_str(), ratio["denominator"].as_str()) {
            (Some(part), Some(whole)) if !person => format!("{part}/{whole}"),
            _ => chart::shown(value, language).replace('\n', " "),
        };
        match number(value).filter(|_| ratio.is_object()) {
            Some(share) => {
                let share = format!("{:.1}", 100.0 * share);
                let point = if person { language.pick(".", ",") } else { "." };
                format!("{told} ({} %)", share.replace('.', point))
            }
            None => told,
        }
    }

    fn listed(self, aggregate: &Value) -> Option<String> {
        let values = list(&aggregate["listedValues"]);
        let shown = values.iter().map(|value| self.shown(value));
        (!values.is_empty()).then(|| shown.collect::<Vec<_>>().join(" · "))
    }
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

fn count(value: &Value, field: &str) -> i64 {
    value[field].as_i64().unwrap_or_default()
}

/// What to know of a figure, in words.
fn notes(aggregate: &Value, language: Language) -> String {
    let mut notes = Vec::new();
    if aggregate["suppressed"] == true {
        notes.push(language.pick("hidden: few people", "masqué : peu de personnes"));
    }
    if aggregate["upperBound"] == true {
        notes.push(language.pick("upper bound", "borne supérieure"));
    }
    if aggregate["additive"] != true && list(&aggregate["keys"]).is_empty() {
        notes.push(language.pick("lines overlap", "lignes non additives"));
    }
    if !list(&aggregate["listedValues"]).is_empty() {
        notes.push(language.pick("listed, not added up", "énumérées, non additionnées"));
    }
    notes.join(", ")
}

/// What a figure is of, by each key; the total of none.
fn keys(aggregate: &Value, person: bool) -> Vec<String> {
    let name = |key: &Value| {
        let (title, value) = (text(key, "title"), text(key, "value"));
        clean(if person && !title.is_empty() { title } else { value })
    };
    list(&aggregate["keys"]).iter().map(name).collect()
}

/// The table of totals; with `--explain`, what stands behind each.
pub(super) fn totals(app: &App, answer: &Value) -> Result<String> {
    let (language, output) = (app.language, &app.output);
    let person = output.width.is_some() && output.format.for_people();
    let reader = Reader { language, person };
    let aggregates = list(&answer["aggregates"]);
    let most = aggregates.iter().map(|aggregate| list(&aggregate["keys"]).len()).max().unwrap_or_default();
    let say = |en: &'static str, fr: &'static str| language.pick(en, fr).to_owned();
    let mut headings = match person {
        true => vec![say("INDICATOR", "INDICATEUR")],
        false => vec!["INDICATOR".to_owned()],
    };
    headings.extend((0..most).map(|at| group_by(aggregates, at, person, language)));
    headings.extend(match person {
        true => [
            say("VALUE", "VALEUR"),
            String::new(),
            say("UNIT", "UNITÉ"),
            say("REPORTED", "RAPPORTÉ"),
            say("NOTES", "REMARQUES"),
        ]
        .to_vec(),
        false => ["VALUE", "UNIT", "REPORTED", "EXPECTED", "NOTES"].map(str::to_owned).to_vec(),
    });
    let greatest = |of: &Value| {
        let lines = aggregates
            .iter()
            .filter(|line| line["indicator"] == of["indicator"] && has_keys(line) == has_keys(of));
        lines.filter_map(|line| number(&line["value"])).map(f64::abs).fold(0.0, f64::max)
    };
    let row = |aggregate: &Value| {
        let indicator = match (person, text(aggregate, "code"), text(aggregate, "title")) {
            (true, code, title) if !title.is_empty() => format!("{code} {}", clean(title)),
            (true, code, _) => code.to_owned(),
            (false, ..) => text(aggregate, "indicator").to_owned(),
        };
        let mut keys = keys(aggregate, person);
        if keys.is_empty() && most > 0 {
            keys.push(if person { say("total", "total") } else { String::new() });
        }
        keys.resize(most, String::new());
        let value = match aggregate["suppressed"] == true {
            true => "·".to_owned(),
            false => reader.listed(aggregate).unwrap_or_else(|| reader.shown(&aggregate["value"])),
        };
        let (reported, expected) =
            (count(aggregate, "projectsReported"), count(aggregate, "projectsExpected"));
        let notes = notes(aggregate, language);
        let unit = text(aggregate, "unit").to_owned();
        let mut row = vec![indicator];
        row.extend(keys);
        row.extend(match person {
            true => {
                let share = number(&aggregate["value"]).map(|value| value / greatest(aggregate));
                let bar = share
                    .filter(|_| has_keys(aggregate))
                    .map(|share| bar::of(share, BAR))
                    .unwrap_or_default();
                vec![value, bar, unit, format!("{reported}/{expected}"), notes]
            }
            false => vec![value, unit, reported.to_string(), expected.to_string(), notes],
        });
        row
    };
    let rows: Vec<Vec<String>> = aggregates.iter().map(row).collect();
    if output.format == Format::Csv {
        return sheet::write(output, &headings, &rows);
    }
    let mut told = table::grid(output, &headings, &rows);
    for aggregate in aggregates.iter().filter(|aggregate| aggregate["explanation"].is_object()) {
        told += &why(app, aggregate, reader);
    }
    Ok(told)
}

fn has_keys(aggregate: &Value) -> bool {
    !list(&aggregate["keys"]).is_empty()
}

/// What the lines are told apart by, as the contract calls it.
fn group_by(aggregates: &[Value], at: usize, person: bool, language: Language) -> String {
    let key = aggregates.iter().find_map(|aggregate| list(&aggregate["keys"]).get(at));
    let word = key.map(|key| text(key, "groupBy").trim_start_matches("GROUP_BY_")).unwrap_or_default();
    let french = match word {
        "TERRITORY" => "TERRITOIRE",
        "PARTNER" => "ORGANISATION",
        "NEED" => "BESOIN",
        "RECOMMENDATION" => "RECOMMANDATION",
        "REPORTING_PERIOD" => "PÉRIODE",
        "YEAR" => "ANNÉE",
        "COUNTRY" => "PAYS",
        "PROJECT" => "PROJET",
        other => other,
    };
    if person { language.pick(word, french).to_owned() } else { word.to_owned() }
}

/// The values that went into a figure, and those that did not.
fn why(app: &App, aggregate: &Value, reader: Reader) -> String {
    let (Reader { language, person }, output) = (reader, &app.output);
    let say = |en: &'static str, fr: &'static str| language.pick(en, fr).to_owned();
    let explanation = &aggregate["explanation"];
    let keys = keys(aggregate, person).join(", ");
    let of = if keys.is_empty() { say("total", "total") } else { keys };
    let code = text(aggregate, "code");
    let title =
        output.paint.style(Style::Strong, &format!("{code} · {of} = {}", reader.shown(&aggregate["value"])));
    let mut told = format!("\n{title}\n{}\n", text(explanation, "rule"));
    let place = |value: &Value| {
        let place = list(&value["coordinates"]).iter();
        place
            .map(|at| format!("{}={}", text(at, "dimension"), text(at, "code")))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let revision = |value: &Value| count(value, "reportRevision").to_string();
    let contributions: Vec<Vec<String>> = list(&explanation["contributions"])
        .iter()
        .map(|one| {
            vec![
                text(one, "report").to_owned(),
                revision(one),
                text(one, "reportingPeriod").to_owned(),
                reader.shown(&one["value"]),
                place(one),
                text(one, "weight").to_owned(),
            ]
        })
        .collect();
    let exclusions: Vec<Vec<String>> = list(&explanation["exclusions"])
        .iter()
        .map(|one| {
            let reason = reason(text(one, "reason"), person, language);
            vec![
                text(one, "report").to_owned(),
                revision(one),
                text(one, "reportingPeriod").to_owned(),
                reader.shown(&one["value"]),
                reason,
            ]
        })
        .collect();
    if !contributions.is_empty() {
        let headings = [
            say("WENT IN", "COMPTE"),
            say("REVISION", "RÉVISION"),
            say("PERIOD", "PÉRIODE"),
            say("VALUE", "VALEUR"),
            say("PART", "PARTIE"),
            say("DAYS", "JOURS"),
        ];
        told += &table::grid(output, &headings, &contributions);
    }
    if !exclusions.is_empty() {
        let headings = [
            say("LEFT OUT", "ÉCARTÉ"),
            say("REVISION", "RÉVISION"),
            say("PERIOD", "PÉRIODE"),
            say("VALUE", "VALEUR"),
            say("WHY", "MOTIF"),
        ];
        told += &table::grid(output, &headings, &exclusions);
    }
    told
}

/// A reason in the words of the contract; its code for programs.
fn reason(code: &str, person: bool, language: Language) -> String {
    let short = code.trim_start_matches("REASON_");
    let all = proto::pool().get_enum_by_name("ensemble.projects.v1.Exclusion.Reason");
    match all.and_then(|all| all.get_value_by_name(code)).filter(|_| person) {
        Some(value) => {
            crate::contract::comment_of_value(&value).text(language).trim_end_matches('.').to_owned()
        }
        None => short.to_owned(),
    }
}

/// What the whole answer leaves open, told aside.
pub(super) fn reservations(app: &App, answer: &Value) {
    let (language, output) = (app.language, &app.output);
    let aggregates = list(&answer["aggregates"]);
    let time = text(answer, "dataTime");
    output.hint(&say!(language, "known until {time}", "connu jusqu'à {time}"));
    let hidden = aggregates.iter().filter(|aggregate| aggregate["suppressed"] == true).count();
    let k = count(answer, "publicK");
    if hidden > 0 {
        output.hint(&say!(
            language,
            "· {hidden} figures are hidden, of fewer than {k} people or by which such would be found",
            "· {hidden} chiffres sont masqués, de moins de {k} personnes ou qui permettraient d'en trouver"
        ));
    }
    if aggregates.iter().any(|aggregate| aggregate["upperBound"] == true) {
        output.hint(language.pick(
            "upper bound: a person may be counted in several projects",
            "borne supérieure : une personne peut être comptée dans plusieurs projets",
        ));
    }
    let apart = list(&answer["notAggregated"]);
    if !apart.is_empty() {
        let values: i64 = apart.iter().map(|one| count(one, "values")).sum();
        let lines = apart.len();
        output.hint(&say!(
            language,
            "{values} values of {lines} imported indicators stand alone: the library has no counterpart (-o json lists them)",
            "{values} valeurs de {lines} indicateurs importés restent à part : la bibliothèque n'en a pas l'équivalent (-o json les énumère)"
        ));
    }
}
