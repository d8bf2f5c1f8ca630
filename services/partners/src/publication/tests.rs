use chassis::Call;
use chassis::column::Day;
use proto::partners as pb;
use proto::partners::publication::{Kind, State};
use testing::{fields, rule, said};

use super::row::{Facts, Model};
use super::rules::{awaiting, create, publish, sees, update, withdraw};
use crate::working_group::tests::{LEAD, MEMBER, admin, coordinator};

fn document(language: &str) -> pb::PublicationDocument {
    pb::PublicationDocument {
        language_code: language.to_owned(),
        uri: format!("https://example.org/booklet-{language}.pdf"),
        sha256: "0".repeat(64),
        page_count: 24,
    }
}

fn draft() -> pb::Publication {
    pb::Publication {
        kind: Kind::Booklet.into(),
        title: Some(said(&[("fr", "Livret"), ("en", "Booklet")])),
        summary: Some(said(&[("fr", "En bref."), ("en", "In short.")])),
        working_groups: vec!["workingGroups/g".to_owned()],
        recommendations: vec!["recommendations/idt-3".to_owned()],
        documents: vec![document("fr"), document("en")],
        licence: "CC-BY-4.0".to_owned(),
        ..Default::default()
    }
}

fn publication(draft: &pb::Publication) -> Model {
    let facts = Facts { leads: vec![LEAD.to_owned()], today: Day::parse("2026-03-01"), ..Facts::default() };
    Model { facts, ..create("p", draft, &coordinator()).unwrap() }
}

fn published(change: impl Fn(&mut pb::Publication)) -> &'static str {
    let mut draft = draft();
    change(&mut draft);
    rule(publish(&mut publication(&draft), &coordinator()))
}

#[test]
fn par_26_publishing_asks_for_a_document_and_a_summary_in_both_languages() {
    assert_eq!(published(|_| {}), "");
    assert_eq!(published(|draft| drop(draft.documents.remove(0))), "PAR-26");
    assert_eq!(published(|draft| draft.documents[1] = document("es")), "PAR-26");
    assert_eq!(published(|draft| draft.summary = Some(said(&[("fr", "En bref.")]))), "PAR-26");
    assert_eq!(published(|draft| draft.title = Some(said(&[("en", "Booklet")]))), "PAR-26");
}

#[test]
fn par_26_publishing_asks_for_an_open_licence() {
    for open in ["CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "etalab-2.0", "ODbL-1.0"] {
        assert_eq!(published(|draft| draft.licence = open.to_owned()), "");
    }
    for closed in ["CC-BY-NC-4.0", "CC-BY-ND-4.0", "MIT", "cc-by-4.0"] {
        assert_eq!(published(|draft| draft.licence = closed.to_owned()), "PAR-26", "{closed}");
    }
}

#[test]
fn par_26_what_is_published_cites_what_was_adopted() {
    let mut row = publication(&draft());
    row.facts.unadopted = vec!["recommendations/idt-3".to_owned()];
    assert_eq!(rule(publish(&mut row, &coordinator())), "PAR-26");
    row.facts.unadopted.clear();
    publish(&mut row, &coordinator()).unwrap();
    assert_eq!((row.state.get(), row.publish_date), (State::Published, Day::parse("2026-03-01")));
}

#[test]
fn bey_6_a_summary_that_is_older_than_its_original_is_not_published() {
    let mut row = publication(&draft());
    let new =
        pb::Publication { summary: Some(said(&[("fr", "En deux mots."), ("en", "In short.")])), ..draft() };
    update(&mut row, &new, &admin(LEAD)).unwrap();
    assert_eq!(rule(publish(&mut row, &coordinator())), "BEY-6");
}

#[test]
fn what_is_out_stays_as_it_was_read_and_is_withdrawn_for_a_reason() {
    let mut row = publication(&draft());
    assert!(publish(&mut row.clone(), &admin(LEAD)).is_err(), "coordinators publish");
    assert_eq!(awaiting(row.state.get()), "COORDINATOR");
    publish(&mut row, &coordinator()).unwrap();
    assert_eq!(rule(update(&mut row, &draft(), &coordinator())), "STATE");
    let silent = Call { reason: String::new(), ..coordinator() };
    assert_eq!(fields(withdraw(&mut row.clone(), &silent)), ["reason"]);
    withdraw(&mut row, &coordinator()).unwrap();
    assert_eq!((row.state.get(), row.state_reason.as_str()), (State::Withdrawn, "Parce que."));
}

#[test]
fn drafts_are_of_those_who_prepare_them() {
    let nobody = chassis::auth::Caller::default();
    let row = publication(&draft());
    assert!(!sees(&nobody, &row) && !sees(&admin(MEMBER).caller, &row));
    assert!(sees(&admin(LEAD).caller, &row) && sees(&coordinator().caller, &row));
    for state in [State::Published, State::Withdrawn] {
        assert!(sees(&nobody, &Model { state: state.into(), ..row.clone() }));
    }
}

#[test]
fn every_wrong_field_is_named() {
    let odd = pb::Publication {
        documents: vec![document("fr"), document("fr"), pb::PublicationDocument::default()],
        licence: "as you like".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        fields(create("p", &odd, &coordinator())),
        [
            "publication.kind",
            "publication.title",
            "publication.summary",
            "publication.working_groups",
            "publication.documents[2].language_code",
            "publication.documents[2].uri",
            "publication.documents[2].sha256",
            "publication.documents[2].page_count",
            "publication.documents[1].language_code",
            "publication.licence",
        ]
    );
}
