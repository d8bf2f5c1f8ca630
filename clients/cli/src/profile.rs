//! A territory on one page: what it decided, what it needs, how wide its divide is, and what is done there. Composed of what
//! each service lists; anyone may read it.

use clap::{Arg, ArgMatches, Command};
use prost_reflect::DynamicMessage;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::call::value_of;
use crate::contract::{Manner, Noun};
use crate::deed::{self, items_of};
use crate::fault::{Fault, Result};
use crate::print::cell::{self, Reader};
use crate::print::paint::Style;
use crate::print::{Output, name_of, page::messages, table};
use crate::say::{Language, say};
use crate::tree::leaf;

const NOUN: &str = "territory";
const VERB: &str = "profile";
/// How wide a printed page is, in letters.
const PAPER: usize = 96;
/// Lines of a part, at most; the command that lists them all is told.
const MOST: usize = 10;

/// A part of the page: what is listed, how it is asked for, and which columns are shown.
struct Part {
    key: &'static str,
    heading: (&'static str, &'static str),
    method: &'static str,
    /// What asks for it, `{}` being the territory: below what, and which; empty where a list has no parent, or is wanted whole.
    parent: &'static str,
    filter: &'static str,
    /// The command that lists all of it.
    command: &'static str,
    columns: &'static [(&'static str, &'static str, &'static str)],
}

const PARTS: [Part; 7] = [
    Part {
        key: "strategies",
        heading: ("Strategies", "Stratégies"),
        method: "StrategyService/ListStrategies",
        parent: "{}",
        filter: "",
        command: "ensemble strategy list --territory {}",
        columns: &[("state", "STATE", "ÉTAT"), ("period", "PERIOD", "PÉRIODE"), ("title", "TITLE", "TITRE")],
    },
    Part {
        key: "needs",
        heading: ("Needs", "Besoins"),
        method: "NeedService/ListNeeds",
        parent: "{}",
        filter: "",
        command: "ensemble need list --territory {}",
        columns: &[
            ("priority", "PRIORITY", "PRIORITÉ"),
            ("state", "STATE", "ÉTAT"),
            ("addressed", "ADDRESSED", "PRIS EN CHARGE"),
            ("title", "TITLE", "TITRE"),
        ],
    },
    Part {
        key: "observations",
        heading: ("The divide", "La fracture"),
        method: "ObservationService/ListObservations",
        parent: "{}",
        filter: "",
        command: "ensemble observation list --territory {}",
        columns: &[
            ("indicator", "INDICATOR", "INDICATEUR"),
            ("period", "PERIOD", "PÉRIODE"),
            ("value", "VALUE", "VALEUR"),
            (GAPS, "GAPS", "ÉCARTS"),
        ],
    },
    Part {
        key: "projects",
        heading: ("Projects", "Projets"),
        method: "ProjectService/ListProjects",
        parent: "",
        filter: "territories:\"{}\"",
        command: "ensemble project list --filter 'territories:\"{}\"'",
        columns: &[
            ("state", "STATE", "ÉTAT"),
            ("lead_partner", "LEAD", "PILOTE"),
            ("title", "TITLE", "TITRE"),
        ],
    },
    Part {
        key: "datasets",
        heading: ("Datasets", "Jeux de données"),
        method: "DatasetService/ListDatasets",
        parent: "",
        filter: "territories:\"{}\"",
        command: "ensemble dataset list --filter 'territories:\"{}\"'",
        columns: &[
            ("fair_score", "FAIR", "FAIR"),
            ("publisher", "PUBLISHER", "ÉDITEUR"),
            ("title", "TITLE", "TITRE"),
        ],
    },
    Part {
        key: "sessions",
        heading: ("Training", "Formations"),
        method: "SessionService/ListSessions",
        parent: "programmes/-",
        filter: "territory = \"{}\"",
        command: "ensemble session list --filter 'territory = \"{}\"'",
        columns: &[
            ("state", "STATE", "ÉTAT"),
            ("start_time", "BEGINS", "DÉBUT"),
            ("title", "TITLE", "TITRE"),
        ],
    },
    Part {
        key: "businessModels",
        heading: ("Business models", "Modèles économiques"),
        method: "BusinessModelService/ListBusinessModels",
        parent: "",
        filter: "territories:\"{}\"",
        command: "ensemble model list --filter 'territories:\"{}\"'",
        columns: &[
            ("maturity", "MATURITY", "MATURITÉ"),
            ("owner_partner", "OWNER", "PORTEUR"),
            ("title", "TITLE", "TITRE"),
        ],
    },
];
/// No field: by how much the cells of each dimension differ.
const GAPS: &str = "gaps";

/// Whether a verb of a noun is done here.
pub(crate) fn does(noun: &Noun, verb: &str) -> bool {
    noun.singular == NOUN && verb == VERB
}

/// The verb that is done here.
pub(crate) fn commands(noun: &Noun, language: Language) -> Vec<Command> {
    if noun.singular != NOUN {
        return Vec::new();
    }
    let about = say!(
        language,
        "Shows a territory on one page: strategy, needs, divide, projects, datasets, training, business models",
        "Montre un territoire sur une page : stratégie, besoins, fracture, projets, données, formations, modèles économiques"
    );
    let examples =
        ["ensemble territory profile fr-com-84007", "ensemble territory profile fr-com-84007 -o json"];
    let name = Arg::new("name").value_name(language.pick("NAME", "NOM")).required(true);
    let name = name.help(say!(
        language,
        "territories/fr-com-84007, or its id",
        "territories/fr-com-84007, ou son identifiant"
    ));
    vec![leaf(VERB, about, &examples.map(str::to_owned), language).arg(name)]
}

pub(crate) async fn run(app: &App, noun: &Noun, matches: &ArgMatches) -> Result {
    let typed = matches.get_one::<String>("name").cloned().unwrap_or_default();
    let show = noun.verb(Manner::Show).ok_or_else(|| Fault::failure(NOUN))?;
    let territory = deed::get(app, noun, show, &typed).await?;
    let name = name_of(&territory);
    let mut found = Vec::new();
    for part in &PARTS {
        found.push((part, listed(app, part, &name).await?));
    }
    if !app.output.format.for_people() {
        return app.output.fact(&["name", "territory"], fact(&territory, &found));
    }
    app.output.show(&territory)?;
    let output = Output { width: Some(app.output.width.unwrap_or(PAPER)), ..app.output.clone() };
    app.output.emit(&page(&output, &name, &found))
}

/// What a part has, its first page, and whether there is more.
async fn listed(app: &App, part: &Part, territory: &str) -> Result<(Vec<DynamicMessage>, bool)> {
    let mut request = Map::from_iter([("pageSize".to_owned(), Value::from(1000))]);
    for (field, asked) in [("parent", part.parent), ("filter", part.filter)] {
        if !asked.is_empty() {
            request.insert(field.to_owned(), asked.replace("{}", territory).into());
        }
    }
    let answer = app.client.dynamic(part.method, Value::Object(request)).await?;
    let more = !deed::text(&answer, "next_page_token").is_empty();
    Ok((items_of(&answer), more))
}

fn fact(territory: &DynamicMessage, found: &[(&Part, (Vec<DynamicMessage>, bool))]) -> Value {
    let mut fact = json!({ "name": name_of(territory), "territory": value_of(territory) });
    for (part, (items, _)) in found {
        fact[part.key] = items.iter().map(value_of).collect();
    }
    fact
}

fn page(output: &Output, territory: &str, found: &[(&Part, (Vec<DynamicMessage>, bool))]) -> String {
    let language = output.language;
    let mut page = String::new();
    for (part, (items, more)) in found {
        let (en, fr) = part.heading;
        let count = format!("{}{}", items.len(), if *more { "+" } else { "" });
        let heading = format!("{} ({count})", language.pick(en, fr));
        page += &format!("\n{}\n", output.paint.style(Style::Strong, &heading));
        if items.is_empty() {
            continue;
        }
        let headings: Vec<String> =
            part.columns.iter().map(|(_, en, fr)| language.pick(*en, *fr).to_owned()).collect();
        let rows: Vec<Vec<String>> = items.iter().take(MOST).map(|item| line(part, item, language)).collect();
        page += &table::grid(output, &headings, &rows);
        if items.len() > MOST {
            let command = part.command.replace("{}", territory);
            page += &format!("{}\n", output.paint.style(Style::Faint, &format!("→ {command}")));
        }
    }
    page
}

fn line(part: &Part, item: &DynamicMessage, language: Language) -> Vec<String> {
    let reader = Reader { language, person: true };
    // Days as ISO 8601 writes them: short, and the same in both languages.
    let dates = Reader { language, person: false };
    let cell = |path: &str| match path {
        GAPS => messages(item, GAPS).iter().map(|gap| said(gap, reader)).collect::<Vec<_>>().join(" · "),
        // Of a need that nobody has qualified.
        "priority" => Some(cell::at(item, path, reader)).filter(|of| of != "0").unwrap_or_default(),
        "period" | "start_time" => cell::at(item, path, dates),
        _ => cell::at(item, path, reader),
    };
    part.columns.iter().map(|(path, ..)| cell(path)).collect()
}

/// `SEX: 4.2`: by how many points the cells of a dimension differ.
fn said(gap: &DynamicMessage, reader: Reader) -> String {
    let dimension = cell::at(gap, "dimension", reader);
    format!("{dimension}{} {}", reader.language.colon(), cell::at(gap, "points", reader))
}
