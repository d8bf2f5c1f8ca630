//! What each field of a business model may hold. Pure.

use chassis::column::Packed;
use chassis::error::{Error, Result, Violations};
use chassis::{say, text, value};
use peers::{NEED, PARTNER, RECOMMENDATION, TERRITORY};
use proto::businessmodels as pb;
use proto::businessmodels::{Adaptation, CanvasBlockCode, DataRegime};
use proto::common::{LocalizedText, Money};

use super::row::Model;

const MOST_LINES: usize = 200;
const MOST_ITEMS: usize = 100;
const MOST_BLOCKS: usize = 15;
const LONGEST_TERM: i32 = 100;
const LICENCE: usize = 60;
const JUSTIFICATION: usize = 2000;

/// Takes over what a draft says of a business model, having looked at every field.
pub(crate) fn describe(model: &mut Model, draft: &pb::BusinessModel) -> Result<()> {
    let mut wrong = Violations::default();
    wrong.localized("title", &mut model.title, draft.title.as_ref(), true)?;
    wrong.localized("summary", &mut model.summary, draft.summary.as_ref(), true)?;
    wrong.require("owner_partner", !draft.owner_partner.is_empty());
    wrong.reference("owner_partner", PARTNER, &draft.owner_partner)?;
    model.owner_partner.clone_from(&draft.owner_partner);
    model.contributors = wrong.references("contributors", PARTNER, &draft.contributors)?;
    if let Some(at) = draft.contributors.iter().position(|partner| *partner == draft.owner_partner) {
        wrong.add(format!("contributors[{at}]"), say!("it owns the model", "c'est le propriétaire"));
    }
    model.territories = wrong.references("territories", TERRITORY, &draft.territories)?;
    model.needs = wrong.references("needs", NEED, &draft.needs)?;
    model.recommendations = wrong.references("recommendations", RECOMMENDATION, &draft.recommendations)?;
    model.maturity = wrong.coded("maturity", draft.maturity, true)?;
    canvas(&mut wrong, model, &draft.canvas)?;
    model.costs = wrong.each("costs", &draft.costs, MOST_LINES, cost)?.into();
    model.revenues = wrong.each("revenues", &draft.revenues, MOST_LINES, revenue)?.into();
    model.finance = wrong.each("finance", &draft.finance, MOST_LINES, finance)?.into();
    one_currency(&mut wrong, draft);
    let terms = draft.contract.clone().unwrap_or_default();
    model.contract = wrong.check(contract(terms))?.unwrap_or_default().into();
    model.data_regime = wrong.coded("data_regime", draft.data_regime, true)?;
    model.data_justification = wrong.plain("data_justification", &draft.data_justification, JUSTIFICATION)?;
    if draft.data_regime() == DataRegime::Closed && model.data_justification.trim().is_empty() {
        wrong.add(
            "data_justification",
            say!("say why the data are closed", "dites pourquoi les données sont fermées"),
        );
    }
    model.licence = wrong.plain("licence", &draft.licence, LICENCE)?;
    model.evidence = wrong.each("evidence", &draft.evidence, MOST_LINES, value::evidence)?.into();
    for (at, goal) in draft.sdg_goals.iter().enumerate().take(MOST_ITEMS) {
        wrong.within(&format!("sdg_goals[{at}]"), *goal, 1..=17);
    }
    wrong.once("sdg_goals", &draft.sdg_goals);
    model.sdg_goals = draft.sdg_goals.iter().map(i32::to_string).collect();
    let country = |at: &str, code: &String| value::country(at, code);
    let countries = wrong.each("country_codes", &draft.country_codes, 300, country)?;
    wrong.once("country_codes", &countries);
    model.country_codes = countries.into();
    model.website = match draft.website.as_str() {
        "" => String::new(),
        website => wrong.check(value::https("website", website))?.unwrap_or_default(),
    };
    wrong.finish()
}

/// Each block once, in the order of the canvas, knowing which of its translations are fresh (BEY-6).
fn canvas(wrong: &mut Violations, model: &mut Model, said: &[pb::CanvasBlock]) -> Result<()> {
    let before = std::mem::take(&mut model.canvas).into_inner();
    let derived = !model.derived_from.is_empty();
    let read = |field: &str, block: &pb::CanvasBlock| canvas_block(field, block, &before, derived);
    let mut blocks = wrong.each("canvas", said, MOST_BLOCKS, read)?;
    let codes: Vec<i32> = said.iter().map(|block| block.code).collect();
    wrong.once("canvas", &codes);
    blocks.sort_by_key(|block| block.code);
    model.canvas = blocks.into();
    Ok(())
}

fn canvas_block(
    field: &str,
    said: &pb::CanvasBlock,
    before: &[pb::CanvasBlock],
    derived: bool,
) -> Result<pb::CanvasBlock> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let code = wrong.coded::<CanvasBlockCode>(&at("code"), said.code, true)?;
    let known = before.iter().find(|block| block.code == code.number());
    let old = known.and_then(|block| block.text.clone());
    let mut kept: Packed<LocalizedText> = old.unwrap_or_default().into();
    wrong.localized(&at("text"), &mut kept, said.text.as_ref(), true)?;
    let items = wrong.each(&at("items"), &said.items, MOST_ITEMS, |at, item| {
        let item = text::check(at, item)?;
        let mut old = known.into_iter().flat_map(|block| &block.items);
        let kept = old.find(|old| original(old) == original(&item)).cloned().unwrap_or_default();
        Ok(text::revise(&kept, item))
    })?;
    let adaptation = wrong.coded::<Adaptation>(&at("adaptation"), said.adaptation, false)?.get();
    let adaptation = match (adaptation, derived) {
        (Adaptation::Unspecified | Adaptation::Original, false) => Adaptation::Original,
        (Adaptation::Unspecified, true) => known.map_or(Adaptation::Adapted, pb::CanvasBlock::adaptation),
        (Adaptation::Original, true) | (_, false) => {
            wrong.add(
                at("adaptation"),
                match derived {
                    true => say!(
                        "expected ADAPTED or UNCHANGED_CONFIRMED: the model adapts another",
                        "ADAPTED ou UNCHANGED_CONFIRMED attendu : le modèle en adapte un autre"
                    ),
                    false => say!(
                        "expected ORIGINAL: the model adapts no other",
                        "ORIGINAL attendu : le modèle n'en adapte aucun autre"
                    ),
                },
            );
            adaptation
        }
        (decided, true) => decided,
    };
    wrong.finish()?;
    Ok(pb::CanvasBlock {
        code: code.number(),
        text: Some(kept.into_inner()),
        items,
        adaptation: adaptation.into(),
    })
}

fn original(text: &LocalizedText) -> &str {
    text.translations.get(&text.default_language_code).map_or("", |said| &said.text)
}

fn amount(field: &str, said: &Money) -> Result<Money> {
    let mut wrong = Violations::default();
    let amount = wrong.check(value::money(field, said))?;
    if said.minor_units < 0 {
        wrong.add(format!("{field}.minor_units"), say!("not below 0", "pas en dessous de 0"));
    }
    wrong.finish()?;
    Ok(amount.unwrap_or_default())
}

fn cost(field: &str, said: &pb::Cost) -> Result<pb::Cost> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let mut label = Packed::default();
    wrong.localized(&at("label"), &mut label, said.label.as_ref(), true)?;
    let kind = wrong.coded::<pb::CostKind>(&at("kind"), said.kind, true)?;
    let periodicity = wrong.coded::<pb::Periodicity>(&at("periodicity"), said.periodicity, true)?;
    let much = match &said.amount {
        Some(said) => wrong.check(amount(&at("amount"), said))?,
        None => wrong.check(Err(Error::required(at("amount"))))?,
    };
    wrong.finish()?;
    Ok(pb::Cost {
        label: Some(label.into_inner()),
        kind: kind.number(),
        amount: much,
        periodicity: periodicity.number(),
    })
}

fn revenue(field: &str, said: &pb::Revenue) -> Result<pb::Revenue> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let kind = wrong.coded::<pb::RevenueType>(&at("type"), said.r#type, true)?;
    let payer = wrong.coded::<pb::Payer>(&at("payer"), said.payer, true)?;
    let much = said.amount.as_ref().map(|said| amount(&at("amount"), said));
    let much = wrong.check(much.transpose())?.flatten();
    if said.year != 0 {
        wrong.within(&at("year"), said.year, 1990..=2100);
    }
    wrong.finish()?;
    Ok(pb::Revenue { r#type: kind.number(), payer: payer.number(), amount: much, year: said.year })
}

fn finance(field: &str, said: &pb::Finance) -> Result<pb::Finance> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let instrument = wrong.coded::<pb::FinanceInstrument>(&at("instrument"), said.instrument, true)?;
    let much = said.amount.as_ref().map(|said| amount(&at("amount"), said));
    let much = wrong.check(much.transpose())?.flatten();
    wrong.finish()?;
    Ok(pb::Finance { instrument: instrument.number(), amount: much })
}

fn contract(said: pb::ContractTerms) -> Result<pb::ContractTerms> {
    let mut wrong = Violations::default();
    wrong.coded::<pb::ContractForm>("contract.form", said.form, false)?;
    wrong.coded::<pb::ContractAsset>("contract.asset", said.asset, false)?;
    wrong.coded::<pb::ContractPayment>("contract.payment", said.payment, false)?;
    wrong.each("contract.private_functions", &said.private_functions, MOST_ITEMS, |at, number| {
        let mut wrong = Violations::default();
        wrong.coded::<pb::PrivateFunction>(at, *number, true)?;
        wrong.finish()
    })?;
    wrong.once("contract.private_functions", &said.private_functions);
    wrong.within("contract.term_years", said.term_years, 0..=LONGEST_TERM);
    wrong.finish()?;
    Ok(said)
}

/// All amounts of a model are in one currency (BM-4).
fn one_currency(wrong: &mut Violations, draft: &pb::BusinessModel) {
    let costs = draft.costs.iter().enumerate().map(|(at, cost)| (format!("costs[{at}]"), &cost.amount));
    let revenues =
        draft.revenues.iter().enumerate().map(|(at, revenue)| (format!("revenues[{at}]"), &revenue.amount));
    let finance =
        draft.finance.iter().enumerate().map(|(at, finance)| (format!("finance[{at}]"), &finance.amount));
    let mut amounts =
        costs.chain(revenues).chain(finance).filter_map(|(at, amount)| Some((at, amount.as_ref()?)));
    let Some((_, first)) = amounts.next() else { return };
    let currency = &first.currency_code;
    for (at, _) in amounts.filter(|(_, amount)| amount.currency_code != *currency) {
        wrong.add(
            format!("{at}.amount.currency_code"),
            say!(
                "all amounts of a model are in one currency: the first is in {currency} (BM-4)",
                "tous les montants d'un modèle sont dans une seule devise : le premier est en {currency} (BM-4)"
            ),
        );
    }
}
