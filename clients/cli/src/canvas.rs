//! A business model away from the registry: its canvas as a page to print, and all of it as a file for programs.

mod page;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, ValueHint};
use prost_reflect::DynamicMessage;
use serde_json::json;

use self::page::Canvas;
use crate::app::App;
use crate::arrival::{Place, put};
use crate::contract::{self, Manner, Noun};
use crate::deed;
use crate::fault::{Fault, Result};
use crate::print::cell::{self, Reader};
use crate::print::name_of;
use crate::print::page::messages;
use crate::print::paint::clean;
use crate::say::{Language, say};
use crate::tree::leaf;

const NOUN: &str = "business-model";
const PRINT: &str = "print";
const EXPORT: &str = "export";

/// Whether a verb of a noun is done here.
pub(crate) fn does(noun: &Noun, verb: &str) -> bool {
    noun.singular == NOUN && [PRINT, EXPORT].contains(&verb)
}

/// The verbs that are done here.
pub(crate) fn commands(noun: &Noun, language: Language) -> Vec<Command> {
    if noun.singular != NOUN {
        return Vec::new();
    }
    let say = |en: &str, fr: &str| language.pick(en, fr).to_owned();
    let name = Arg::new("name").value_name(language.pick("NAME", "NOM")).required(true).help(say(
        "businessModels/m1, or one of its revisions, businessModels/m1/businessModelRevisions/r1",
        "businessModels/m1, ou une de ses révisions, businessModels/m1/businessModelRevisions/r1",
    ));
    let out = Arg::new("out")
        .long("out")
        .short('O')
        .value_name(language.pick("FILE", "FICHIER"))
        .value_hint(ValueHint::FilePath)
        .help(say("Where to; standard output without", "Où l'écrire ; sortie standard sinon"));
    let verb = |verb: &str, about: String, examples: &[&str]| {
        let examples: Vec<String> = examples.iter().map(|example| format!("ensemble {example}")).collect();
        leaf(verb, about, &examples, language).arg(name.clone()).arg(out.clone())
    };
    vec![
        verb(
            PRINT,
            say(
                "Writes the canvas as one page to print (SVG, A3)",
                "Écrit le canevas en une page à imprimer (SVG, A3)",
            ),
            &["business-model print m1 --out canvas.svg", "--lang fr model print m1 --out canevas.svg"],
        ),
        verb(
            EXPORT,
            say(
                "Writes the model as JSON, in all its languages, for other programs and networks",
                "Écrit le modèle en JSON, dans toutes ses langues, pour d'autres programmes et réseaux",
            ),
            &["business-model export m1 --out model.json"],
        ),
    ]
}

pub(crate) async fn run(app: &App, noun: &Noun, verb: &str, matches: &ArgMatches) -> Result {
    let typed = matches.get_one::<String>("name").cloned().unwrap_or_default();
    let out = matches.get_one::<String>("out").map(PathBuf::from);
    let model = held(app, noun, &typed).await?;
    let written = match verb {
        PRINT => draw(app, &model).await?,
        _ => format!("{:#}\n", crate::call::value_of(&model)),
    };
    put(app, out.map_or(Place::Output, Place::At), written.as_bytes()).await
}

/// The model, or what it was when it was published.
async fn held(app: &App, noun: &Noun, typed: &str) -> Result<DynamicMessage> {
    if typed.contains("/businessModelRevisions/") {
        let asked = json!({ "name": typed });
        let revision = app.client.dynamic("BusinessModelService/GetBusinessModelRevision", asked).await?;
        let model = revision.get_field_by_name("business_model");
        return model.and_then(|model| model.as_message().cloned()).ok_or_else(|| Fault::failure(NOUN));
    }
    let show = noun.verb(Manner::Show).ok_or_else(|| Fault::failure(NOUN))?;
    deed::get(app, noun, show, typed).await
}

async fn draw(app: &App, model: &DynamicMessage) -> Result<String> {
    let language = app.language;
    let reader = Reader { language, person: true };
    let at = |message: &DynamicMessage, path: &str| clean(&cell::at(message, path, reader));
    let owner = owner(app, &at(model, "owner_partner")).await;
    let labelled = |en: &str, fr: &str, path: &str| {
        let value = at(model, path);
        let label = language.pick(en, fr);
        (!value.is_empty()).then(|| format!("{label}{} {value}", language.colon()))
    };
    let coverage = at(model, "economics.cost_coverage");
    let facts = [
        (!owner.is_empty()).then_some(owner),
        labelled("Maturity", "Maturité", "maturity"),
        labelled("Run as", "Mode de gestion", "contract.form"),
        labelled("Data", "Données", "data_regime"),
        labelled("Countries", "Pays", "country_codes"),
        labelled("Goals (SDG)", "Objectifs (ODD)", "sdg_goals"),
        (!coverage.is_empty())
            .then(|| say!(language, "Costs covered: {coverage}", "Coûts couverts : {coverage}")),
    ];
    let mut canvas = Canvas {
        title: at(model, "title"),
        summary: at(model, "summary"),
        facts: facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        blocks: std::array::from_fn(|at| {
            (heading(i32::try_from(at + 1).unwrap_or_default(), language), Vec::new())
        }),
        foot: [foot(model, &at), at(model, "licence")]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
        rest: say!(
            language,
            "… the rest: ensemble model show {name}",
            "… la suite : ensemble model show {name}",
            name = name_of(model)
        ),
    };
    for block in messages(model, "canvas") {
        let number = block.get_field_by_name("code").and_then(|code| code.as_enum_number());
        let place = number.and_then(|number| usize::try_from(number - 1).ok());
        let Some((_, paragraphs)) = place.and_then(|place| canvas.blocks.get_mut(place)) else { continue };
        paragraphs.extend(said(&block, language));
        let items = messages(&block, "items").into_iter();
        paragraphs.extend(items.map(|item| format!("• {}", cell::text_of(&item, reader))));
    }
    let amounts = |list: &str, line: &dyn Fn(&DynamicMessage) -> Vec<String>| -> Vec<String> {
        let lines = messages(model, list).into_iter().map(|one| {
            let words = line(&one).into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>();
            format!("• {}", words.join(" · "))
        });
        lines.collect()
    };
    canvas.blocks[COSTS].1.extend(amounts("costs", &|cost| {
        ["label", "kind", "amount", "periodicity"].map(|path| at(cost, path)).to_vec()
    }));
    canvas.blocks[REVENUES].1.extend(amounts("revenues", &|revenue| {
        ["type", "payer", "amount"].map(|path| at(revenue, path)).to_vec()
    }));
    canvas.blocks[REVENUES].1.extend(amounts("finance", &|finance| {
        ["instrument", "amount"].map(|path| at(finance, path)).to_vec()
    }));
    Ok(page::draw(&canvas, language))
}

/// The places of two blocks, from 0.
const COSTS: usize = 9;
const REVENUES: usize = 10;

/// What a block is called, by the number of its code: the contract's own words.
pub(crate) fn heading(code: i32, language: Language) -> String {
    let codes = proto::pool().get_enum_by_name("ensemble.businessmodels.v1.CanvasBlockCode");
    let code = codes.and_then(|codes| codes.get_value(code));
    code.map(|code| contract::comment_of_value(&code).text(language).to_owned()).unwrap_or_default()
}

/// The lines of what stands in a block, as they were written.
pub(crate) fn said(block: &DynamicMessage, language: Language) -> Vec<String> {
    let text = block.get_field_by_name("text");
    let text = text.as_deref().and_then(prost_reflect::Value::as_message);
    let said = text.map(|text| clean(&cell::localized(text, language).0)).unwrap_or_default();
    said.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}

/// Which model it is: as it was published, or the draft.
fn foot(model: &DynamicMessage, at: &dyn Fn(&DynamicMessage, &str) -> String) -> String {
    match at(model, "published_revision") {
        revision if revision.is_empty() => format!("{} · {}", name_of(model), at(model, "state")),
        revision => format!("{revision} · {}", at(model, "publish_time")),
    }
}

/// What the owner is called; its name where that cannot be said.
async fn owner(app: &App, name: &str) -> String {
    let found = app.client.dynamic("PartnerService/GetPartner", json!({ "name": name })).await;
    let reader = Reader { language: app.language, person: true };
    let title = found.map(|partner| clean(&cell::at(&partner, "title", reader))).unwrap_or_default();
    if title.is_empty() { name.to_owned() } else { title }
}
