use proto::businessmodels as pb;
use testing::told;

use super::appraisal::{public_value, readiness};
use super::row::Model;
use super::rules::{create, submit, update};
use crate::business_model::tests::{OTHER, OWNER, admin, said};

const MODEL: &str = "businessModels/m";

fn scores(scores: &[(i32, i32)]) -> Vec<pb::Score> {
    let score = |(criterion, score): &(i32, i32)| pb::Score {
        criterion: *criterion,
        score: *score,
        justification: said("Vu sur place."),
    };
    scores.iter().map(score).collect()
}

fn draft(given: &[(i32, i32)]) -> pb::Evaluation {
    pb::Evaluation {
        evaluator_partner: OTHER.to_owned(),
        business_model_revision: format!("{MODEL}/businessModelRevisions/r1"),
        scores: scores(given),
        ..Default::default()
    }
}

fn by(partner: &str, given: &[(i32, i32)]) -> Model {
    let made = create(MODEL, "e", &draft(given), &admin(OTHER)).unwrap();
    Model { evaluator_partner: partner.to_owned(), ..made }
}

#[test]
fn bm_7_one_partner_or_seven_criteria_say_nothing() {
    let of = |count: i32, score: i32| (1..=count).map(|criterion| (criterion, score)).collect::<Vec<_>>();
    let (seven, eight) = (of(7, 2), of(8, 5));
    assert_eq!(readiness(&[by("partners/a", &eight)]), None);
    assert_eq!(
        readiness(&[by("partners/a", &eight), by("partners/a", &eight)]),
        None,
        "the same partner twice"
    );
    assert_eq!(readiness(&[by("partners/a", &seven), by("partners/b", &seven)]), None);
    let told = readiness(&[by("partners/a", &seven), by("partners/b", &eight)]).unwrap();
    let mean = told.mean.unwrap();
    assert_eq!((mean.numerator.as_str(), mean.denominator.as_str()), ("54", "15"));
    assert_eq!((told.partner_count, told.lowest, told.highest), (2, 2, 5));
    let eighth = &told.criteria[7];
    assert_eq!((eighth.partner_count, eighth.lowest, eighth.highest), (1, 5, 5));
    let value: Vec<_> = (11..=14).map(|criterion| (criterion, 3)).collect();
    assert_eq!(readiness(&[by("partners/a", &value), by("partners/b", &value)]), None);
    assert!(public_value(&[by("partners/a", &value), by("partners/b", &value)]).is_some());
}

#[test]
fn whoever_makes_a_model_does_not_evaluate_it() {
    let mut made = by(OTHER, &[(1, 3)]);
    made.makers = vec![OWNER.to_owned(), OTHER.to_owned()].into();
    assert_eq!(told(submit(&mut made.clone(), &admin(OTHER))), "EVALUATOR_INDEPENDENT");
    made.makers = vec![OWNER.to_owned()].into();
    submit(&mut made, &admin(OTHER)).unwrap();
    assert_eq!(told(update(&mut made, &draft(&[(1, 4)]), &admin(OTHER))), "STATE");
    assert_eq!(told(submit(&mut by(OTHER, &[]), &admin(OTHER))), "BM-7");
}

#[test]
fn every_wrong_field_is_named() {
    let odd = pb::Evaluation {
        evaluator_partner: String::new(),
        business_model_revision: "businessModels/other/businessModelRevisions/r1".to_owned(),
        scores: scores(&[(1, 0), (1, 3), (99, 3)]),
        ..Default::default()
    };
    assert_eq!(
        told(create(MODEL, "E", &odd, &admin(OTHER))),
        "evaluation_id evaluation.evaluator_partner evaluation.business_model_revision \
         evaluation.scores[0].score evaluation.scores[2].criterion evaluation.scores[1]"
    );
}
