use chassis::column::Micros;
use peers::Carried;
use proto::businessmodels as pb;
use proto::businessmodels::business_model::State as ModelState;
use proto::businessmodels::replication::{SourceRole, State};
use proto::common::Evidence;
use testing::told;

use super::row::Model;
use super::rules::{
    LIFECYCLE, abandon, awaiting, confirm, create, delivered, mentor, of_adopter, start, update,
};
use super::store;
use crate::business_model::lacking::gaps;
use crate::business_model::row::Said;
use crate::business_model::tests::{OTHER, OWNER, admin, model, said};

const TOWN: &str = "territories/fr-84007";

fn asked() -> pb::ReplicateBusinessModelRequest {
    pb::ReplicateBusinessModelRequest {
        name: "businessModels/m".to_owned(),
        territory: TOWN.to_owned(),
        adopter_partner: OTHER.to_owned(),
        needs: vec![format!("{TOWN}/needs/n")],
        ..Default::default()
    }
}

fn replication() -> Model {
    Model { source_partner: OWNER.to_owned(), ..create(&asked(), &admin(OTHER)).unwrap() }
}

fn confirmed() -> pb::ConfirmReplicationRequest {
    let proof = Evidence {
        title: "Bilan".to_owned(),
        uri: "https://example.org/bilan".to_owned(),
        ..Default::default()
    };
    pb::ConfirmReplicationRequest { evidence: vec![proof], ..Default::default() }
}

#[test]
fn bm_8_the_needs_are_of_the_territory() {
    let elsewhere = pb::ReplicateBusinessModelRequest {
        needs: vec!["territories/fr-84007-2/needs/n".to_owned()],
        ..asked()
    };
    assert_eq!(told(create(&elsewhere, &admin(OTHER))), "BM-8");
    assert_eq!(told(create(&Default::default(), &admin(OTHER))), "territory adopter_partner needs");
}

#[test]
fn bm_9_every_block_is_decided_and_what_differs_is_recorded() {
    let mut derived = model(ModelState::Draft);
    let fields =
        |model: &_| gaps(model).iter().map(|gap| format!("{} {}", gap.rule, gap.field)).collect::<Vec<_>>();
    assert!(fields(&derived).is_empty());
    derived.canvas[3].adaptation = pb::Adaptation::ToAdapt.into();
    derived.said = Said { unrecorded: true, ..Default::default() };
    assert_eq!(fields(&derived), ["BM-9 canvas", "BM-9 context_gaps"]);
    assert_eq!(told(crate::business_model::rules::submit(&mut derived, None, &admin(OWNER))), "BM-9");
}

#[test]
fn bm_10_only_a_published_model_that_is_proven_is_confirmed() {
    let mut made = replication();
    start(&mut made, "projects/p", &admin(OTHER)).unwrap();
    assert_eq!(told(confirm(&mut made.clone(), &confirmed(), &admin(OTHER))), "BM-10");
    made.derived_published = true;
    assert_eq!(told(confirm(&mut made.clone(), &Default::default(), &admin(OTHER))), "evidence");
    confirm(&mut made, &confirmed(), &admin(OTHER)).unwrap();
    assert_eq!((made.state.get(), awaiting(&made)), (State::Replicated, "NOBODY"));
}

#[test]
fn bm_10_what_carries_it_out_is_the_adopters_runs_and_was_accepted() {
    let carried = |runs, accepted| Carried { partners: vec![OTHER.to_owned()], runs, accepted };
    delivered(&carried(true, true)).unwrap();
    assert_eq!(told(delivered(&carried(false, true))), "BM-10");
    assert_eq!(told(delivered(&carried(true, false))), "BM-10");
    of_adopter(&carried(true, true), &replication()).unwrap();
    let strangers = Carried { partners: vec![OWNER.to_owned()], ..carried(true, true) };
    assert_eq!(told(of_adopter(&strangers, &replication())), "REPLICATION_PROJECT");
}

#[test]
fn bm_12_territories_where_it_works_count_once() {
    let there = |territory: &str, state: State| Model {
        territory: territory.to_owned(),
        state: state.into(),
        ..replication()
    };
    let said = store::Said::of(vec![
        there(TOWN, State::Replicated),
        there(TOWN, State::Replicated),
        there("territories/a", State::Replicated),
        there("territories/b", State::Implementing),
        there("territories/c", State::Abandoned),
    ]);
    assert_eq!(said.replicated["businessModels/m"].len(), 2);
}

#[test]
fn bey_7_it_is_planned_carried_out_and_confirmed_or_given_up() {
    let mut made = replication();
    let allowed = |made: &Model, partner: &str| {
        let actions = LIFECYCLE.explain(made, &admin(partner).caller, Micros(0));
        actions.iter().map(|action| if action.allowed { "yes" } else { "no" }).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(allowed(&made, OTHER), "no yes no yes");
    assert_eq!(allowed(&made, OWNER), "yes no no no");
    mentor(&mut made, &admin(OWNER)).unwrap();
    assert_eq!((made.state.get(), made.source_role.get()), (State::Planned, SourceRole::Mentor));
    assert_eq!(told(start(&mut made.clone(), "p", &admin(OTHER))), "project");
    assert_eq!(told(start(&mut made.clone(), "projects/p", &admin(OWNER))), "PERMISSION");
    start(&mut made, "projects/p", &admin(OTHER)).unwrap();
    assert_eq!(allowed(&made, OTHER), "no no no yes");
    assert_eq!(told(abandon(&mut made.clone(), None, &admin(OTHER))), "lessons");
    abandon(&mut made, said("Trop tôt.").as_ref(), &admin(OTHER)).unwrap();
    assert_eq!(told(update(&mut made, &Default::default(), &admin(OTHER))), "STATE");
}

#[test]
fn every_wrong_field_is_named() {
    let odd = pb::Replication {
        context_gaps: vec![pb::ContextGap { area: 99, gap: None, response: None }],
        ..Default::default()
    };
    assert_eq!(
        told(update(&mut replication(), &odd, &admin(OTHER))),
        "replication.context_gaps[0].area replication.context_gaps[0].gap"
    );
}
