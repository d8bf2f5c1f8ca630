use std::sync::Arc;

use chassis::Call;
use chassis::Told as _;
use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use proto::businessmodels as pb;
use proto::businessmodels::business_model::State;
use proto::businessmodels::review_business_model_request::Decision;
use proto::businessmodels::{Adaptation, CanvasBlockCode, Maturity, Payer, Periodicity};
use proto::common::{Evidence, LocalizedText, Money, Ratio};
use testing::{self, because, person, told};

use super::economics::economics;
use super::lacking::{BLOCKS, gaps};
use super::row::Model;
use super::rules::{LIFECYCLE, archive, awaiting, create, publish, review, revise, submit, update};

pub(crate) const OWNER: &str = "partners/owner";
pub(crate) const OTHER: &str = "partners/other";

pub(crate) fn said(text: &str) -> Option<LocalizedText> {
    Some(testing::said(&[("fr", text)]))
}

pub(crate) fn call(caller: Caller) -> Call {
    because("Parce que.", caller)
}

pub(crate) fn admin(partner: &str) -> Call {
    call(person(&[], &[(partner, Role::PartnerAdmin)]))
}

pub(crate) fn reviewer() -> Call {
    call(person(&[Role::Reviewer], &[]))
}

fn eur(minor_units: i64) -> Option<Money> {
    Some(Money { currency_code: "EUR".to_owned(), minor_units })
}

fn cost(minor_units: i64, periodicity: Periodicity) -> pb::Cost {
    let kind = pb::CostKind::Opex;
    pb::Cost {
        label: said("Entretien"),
        kind: kind.into(),
        amount: eur(minor_units),
        periodicity: periodicity.into(),
    }
}

fn revenue(minor_units: i64, payer: Payer, year: i32) -> pb::Revenue {
    let kind = pb::RevenueType::Subscription;
    pb::Revenue { r#type: kind.into(), payer: payer.into(), amount: eur(minor_units), year }
}

fn block(code: CanvasBlockCode, text: &str) -> pb::CanvasBlock {
    pb::CanvasBlock { code: code.into(), text: said(text), ..Default::default() }
}

pub(crate) fn draft() -> pb::BusinessModel {
    let long = "Aucun risque identifié, car personne n'est obligé d'y venir.";
    pb::BusinessModel {
        title: said("Atelier de réemploi"),
        summary: said("Des ordinateurs remis en état."),
        owner_partner: OWNER.to_owned(),
        recommendations: vec!["recommendations/idt-7".to_owned()],
        maturity: Maturity::Pilot.into(),
        canvas: BLOCKS.iter().map(|(code, ..)| block(*code, long)).collect(),
        costs: vec![cost(100_000, Periodicity::OneOff)],
        revenues: vec![revenue(50_000, Payer::Users, 0)],
        data_regime: pb::DataRegime::Open.into(),
        licence: "CC-BY-4.0".to_owned(),
        ..Default::default()
    }
}

/// A model in this state, published once if it is.
pub(crate) fn model(state: State) -> Model {
    let mut made = create("m", &draft(), &admin(OWNER)).unwrap();
    if state != State::Draft {
        submit(&mut made, None, &admin(OWNER)).unwrap();
    }
    if state == State::Published {
        review(&mut made, Decision::Approve, &reviewer()).unwrap();
    }
    made
}

#[test]
fn bm_1_what_is_published_fills_all_blocks_and_says_what_it_costs_and_earns() {
    let lacks = |change: fn(&mut pb::BusinessModel)| {
        let mut draft = draft();
        change(&mut draft);
        let mut made = create("m", &draft, &admin(OWNER)).unwrap();
        let fields: Vec<_> = gaps(&made).iter().map(|gap| gap.field).collect();
        (told(submit(&mut made, None, &admin(OWNER))), fields.join(" "))
    };
    let bm_1 = |fields: &str| ("BM-1".to_owned(), fields.to_owned());
    assert_eq!(lacks(|_| ()), (String::new(), String::new()));
    for (index, (code, ..)) in BLOCKS.iter().enumerate() {
        let mut short = draft();
        short.canvas.remove(index);
        let mut made = create("m", &short, &admin(OWNER)).unwrap();
        assert_eq!(told(submit(&mut made, None, &admin(OWNER))), "BM-1", "{code:?}");
    }
    let hasty = |draft: &mut pb::BusinessModel| {
        let risks = draft.canvas.iter_mut().find(|block| block.code() == CanvasBlockCode::SocialRisks);
        risks.unwrap().text = said("Aucun.");
    };
    assert_eq!(lacks(hasty), bm_1("canvas"), "no risk, and no word on why");
    let listed = |draft: &mut pb::BusinessModel| {
        let risks = draft.canvas.iter_mut().find(|block| block.code() == CanvasBlockCode::SocialRisks);
        let risks = risks.unwrap();
        (risks.text, risks.items) = (said("Deux."), vec![said("Vol").unwrap(), said("Exclusion").unwrap()]);
    };
    assert_eq!(lacks(listed).1, "");
    assert_eq!(lacks(|draft| draft.costs.clear()), bm_1("costs"));
    assert_eq!(lacks(|draft| draft.revenues.clear()), bm_1("revenues"));
    let public = |draft: &mut pb::BusinessModel| {
        draft.revenues.clear();
        let instrument = pb::FinanceInstrument::OwnBudget.into();
        draft.finance = vec![pb::Finance { instrument, amount: None }];
    };
    assert_eq!(lacks(public).1, "");
    assert_eq!(lacks(|draft| draft.licence = "CC-BY-NC-4.0".to_owned()), bm_1("licence"));
    assert_eq!(lacks(|draft| draft.recommendations.clear()), bm_1("recommendations"));
}

#[test]
fn bm_2_cost_coverage_spreads_what_is_paid_once_over_the_term_exactly() {
    let ratio = |numerator: &str, denominator: &str| {
        Some(Ratio { numerator: numerator.to_owned(), denominator: denominator.to_owned() })
    };
    let costs = [cost(100_000, Periodicity::OneOff), cost(33_333, Periodicity::Yearly)];
    let revenues =
        [revenue(1, Payer::Users, 2024), revenue(20_000, Payer::Users, 2025), revenue(3, Payer::Donors, 0)];
    let of = |term_years| {
        economics(&costs, &revenues, &pb::ContractTerms { term_years, ..Default::default() }).unwrap()
    };
    assert_eq!((of(0).term_years, of(0).cost_coverage), (10, ratio("2000.3", "4333.3")));
    assert_eq!((of(3).term_years, of(3).cost_coverage), (3, ratio("600.09", "1999.99")));
    assert_eq!(of(0).yearly_revenue, eur(20_003), "of the latest year, and of each");
    assert_eq!(economics(&[], &[], &Default::default()), None);
    assert_eq!(economics(&costs, &[], &Default::default()).unwrap().cost_coverage, None);
    let huge = [cost(i64::MAX, Periodicity::Yearly), cost(1, Periodicity::Yearly)];
    assert_eq!(economics(&huge, &[], &Default::default()), None, "never a wrong sum");
    let poor = pb::BusinessModel { revenues: vec![revenue(1, Payer::Users, 0)], ..draft() };
    let mut made = create("m", &poor, &admin(OWNER)).unwrap();
    assert_eq!(told(submit(&mut made, None, &admin(OWNER))), "", "no pass mark");
}

#[test]
fn bm_3_the_payer_mix_is_the_share_of_each_payer() {
    let revenues =
        [revenue(100, Payer::Users, 0), revenue(50, Payer::Donors, 0), revenue(150, Payer::Users, 0)];
    let mix = economics(&[], &revenues, &Default::default()).unwrap().payer_mix;
    let shares: Vec<_> = mix
        .iter()
        .map(|part| {
            let share = part.share.as_ref().unwrap();
            (part.payer(), share.numerator.as_str(), share.denominator.as_str())
        })
        .collect();
    assert_eq!(shares, [(Payer::Users, "2.5", "3"), (Payer::Donors, "0.5", "3")]);
}

#[test]
fn bm_4_all_amounts_are_in_one_currency() {
    let mut mixed = draft();
    let xof = Some(Money { currency_code: "XOF".to_owned(), minor_units: 1 });
    mixed.revenues[0].amount = xof.clone();
    mixed.finance = vec![pb::Finance { instrument: pb::FinanceInstrument::Grant.into(), amount: xof }];
    assert_eq!(
        told(create("m", &mixed, &admin(OWNER))),
        "business_model.revenues[0].amount.currency_code business_model.finance[0].amount.currency_code"
    );
}

#[test]
fn bm_5_what_operates_says_where_and_proves_it() {
    for (maturity, rule) in [
        (Maturity::Concept, ""),
        (Maturity::Pilot, ""),
        (Maturity::Operating, "BM-5"),
        (Maturity::Scaled, "BM-5"),
    ] {
        let draft = pb::BusinessModel { maturity: maturity.into(), ..draft() };
        let mut made = create("m", &draft, &admin(OWNER)).unwrap();
        assert_eq!(told(submit(&mut made, None, &admin(OWNER))), rule);
    }
    let proof = Evidence {
        title: "Bilan".to_owned(),
        uri: "https://example.org/bilan".to_owned(),
        kind: proto::common::evidence::Kind::Other.into(),
        ..Default::default()
    };
    let proven = pb::BusinessModel {
        maturity: Maturity::Operating.into(),
        territories: vec!["territories/fr-dep-84".to_owned()],
        evidence: vec![proof],
        ..draft()
    };
    let mut made = create("m", &proven, &admin(OWNER)).unwrap();
    assert_eq!(told(submit(&mut made, None, &admin(OWNER))), "");
}

#[test]
fn bm_6_what_is_published_changes_by_a_revision_alone() {
    let mut made = model(State::Published);
    assert_eq!(made.published_number, 1);
    let changed = pb::BusinessModel { summary: said("Autre."), ..draft() };
    assert_eq!(told(update(&mut made.clone(), &changed, &admin(OWNER))), "BM-6");
    revise(&mut made, &admin(OWNER)).unwrap();
    assert_eq!((made.state.get(), made.published_number), (State::Draft, 1));
    update(&mut made, &changed, &admin(OWNER)).unwrap();
    made.published = Some(Arc::new(pb::BusinessModel { summary: said("Publié."), ..Default::default() }));
    let stranger = person(&[], &[(OTHER, Role::PartnerAdmin)]);
    assert!(made.seen_by(&stranger));
    assert_eq!(made.clone().shown_to(&stranger).summary, said("Publié."), "the draft is not shown");
    assert_ne!(made.clone().shown_to(&admin(OWNER).caller).summary, said("Publié."));
    submit(&mut made, None, &admin(OWNER)).unwrap();
    assert_eq!(told(update(&mut made.clone(), &changed, &admin(OWNER))), "STATE");
    publish(&mut made, &call(person(&[Role::Coordinator], &[]))).unwrap();
    assert_eq!(made.published_number, 2);
}

#[test]
fn sep_1_nobody_reviews_the_model_of_their_own_partner() {
    let owned = |contributor: &str| {
        let draft = pb::BusinessModel { contributors: vec![contributor.to_owned()], ..draft() };
        let mut made = create("m", &draft, &admin(OWNER)).unwrap();
        submit(&mut made, None, &admin(OWNER)).unwrap();
        made
    };
    for (own, rule) in [(OWNER, "SEP-1"), (OTHER, "SEP-1"), ("partners/third", "")] {
        let by = call(person(&[Role::Coordinator], &[(own, Role::Reporter)]));
        assert_eq!(told(review(&mut owned(OTHER), Decision::Approve, &by)), rule);
        assert_eq!(told(publish(&mut owned(OTHER), &by)), rule);
    }
}

#[test]
fn bey_5_7_it_goes_from_draft_to_review_to_published_to_archived() {
    let mut made = model(State::Draft);
    let allowed = |made: &Model, by: &Call| {
        let actions = LIFECYCLE.explain(made, &by.caller, Micros(0));
        actions.iter().map(|action| if action.allowed { "yes" } else { "no" }).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((awaiting(&made), allowed(&made, &admin(OWNER)).as_str()), ("PARTNER", "yes no no no no"));
    submit(&mut made, None, &admin(OWNER)).unwrap();
    assert_eq!((awaiting(&made), allowed(&made, &reviewer()).as_str()), ("REVIEWER", "no yes no no no"));
    let silent = Call { reason: String::new(), ..reviewer() };
    assert_eq!(told(review(&mut made.clone(), Decision::Return, &silent)), "comment");
    assert_eq!(told(review(&mut made.clone(), Decision::Unspecified, &reviewer())), "decision");
    review(&mut made, Decision::Return, &reviewer()).unwrap();
    assert_eq!((made.state.get(), awaiting(&made)), (State::Returned, "PARTNER"));
    submit(&mut made, None, &admin(OWNER)).unwrap();
    review(&mut made, Decision::Approve, &reviewer()).unwrap();
    assert_eq!((made.state.get(), awaiting(&made)), (State::Published, "NOBODY"));
    assert_eq!(allowed(&made, &admin(OWNER)), "no no no yes yes");
    assert_eq!(told(archive(&mut made.clone(), &admin(OTHER))), "PERMISSION");
    archive(&mut made, &admin(OWNER)).unwrap();
    assert_eq!(told(revise(&mut made, &admin(OWNER))), "STATE");
}

#[test]
fn every_wrong_field_is_named() {
    assert_eq!(
        told(create("M", &pb::BusinessModel::default(), &admin(OWNER))),
        "business_model_id business_model.title business_model.summary business_model.owner_partner \
         business_model.maturity business_model.data_regime"
    );
    let mission = CanvasBlockCode::Mission;
    let odd = pb::BusinessModel {
        contributors: vec![OWNER.to_owned()],
        territories: vec!["fr".to_owned()],
        canvas: vec![
            block(mission, "Une."),
            pb::CanvasBlock { text: None, adaptation: Adaptation::Adapted.into(), ..block(mission, "") },
            pb::CanvasBlock { code: 99, ..block(mission, "Trois.") },
        ],
        costs: vec![pb::Cost { amount: eur(-1), ..cost(1, Periodicity::Unspecified) }],
        revenues: vec![revenue(1, Payer::Unspecified, 12)],
        contract: Some(pb::ContractTerms {
            term_years: 101,
            private_functions: vec![0],
            ..Default::default()
        }),
        data_regime: pb::DataRegime::Closed.into(),
        sdg_goals: vec![18],
        country_codes: vec!["Wonderland".to_owned()],
        website: "ftp://x".to_owned(),
        ..draft()
    };
    assert_eq!(
        told(create("m", &odd, &admin(OWNER))).replace("business_model.", ""),
        "contributors[0] territories[0] canvas[1].text canvas[1].adaptation canvas[2].code canvas[1] \
         costs[0].periodicity costs[0].amount.minor_units revenues[0].payer revenues[0].year \
         contract.private_functions[0] contract.term_years data_justification sdg_goals[0] country_codes[0] \
         website"
    );
}
