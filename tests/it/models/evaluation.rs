//! Stories of evaluations: what independent partners think of a published model, and how far apart they are.

use proto::businessmodels as pb;
use proto::businessmodels::evaluation::State;
use tonic::Code;

use super::business_model::{draft, published, read};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

type Answered = Result<tonic::Response<pb::Evaluation>, tonic::Status>;

async fn create(by: &Caller, partner: &str, model: &pb::BusinessModel, scores: &[(i32, i32)]) -> Answered {
    let score = |(criterion, score): &(i32, i32)| pb::Score {
        criterion: *criterion,
        score: *score,
        justification: Some(sample::text("fr", "Vu sur place.")),
    };
    let evaluation = pb::Evaluation {
        evaluator_partner: partner.to_owned(),
        business_model_revision: model.published_revision.clone(),
        scores: scores.iter().map(score).collect(),
        ..Default::default()
    };
    let request = pb::CreateEvaluationRequest {
        parent: model.name.clone(),
        evaluation: Some(evaluation),
        ..Default::default()
    };
    by.evaluations().create_evaluation(request).await
}

async fn submit(by: &Caller, name: &str) -> Answered {
    let request = pb::SubmitEvaluationRequest { name: name.to_owned(), ..Default::default() };
    by.evaluations().submit_evaluation(request).await
}

async fn evaluator(network: &'static Network) -> (String, Caller) {
    let partner = network.active_partner().await.name;
    let admin = network.partner_admin(&partner).await;
    (partner, admin)
}

/// Others say how ready a model is: from two of them and eight criteria on, with how many and how far apart; of the current
/// revision alone.
async fn bm_7_readiness_is_what_two_partners_at_least_say(network: &'static Network) {
    let owner = network.home_partner().await;
    let made = network.partner_admin(&owner).await;
    let ((first, one), (second, other)) = (evaluator(network).await, evaluator(network).await);
    let helped = pb::BusinessModel { contributors: vec![first.clone()], ..draft(&owner) };
    let helped = published(network, &made, helped).await;
    for (by, partner) in [(&made, &owner), (&one, &first)] {
        let refused = create(by, partner, &helped, &[]).await;
        expect(Code::FailedPrecondition, "EVALUATOR_INDEPENDENT", refused);
    }
    let model = published(network, &made, draft(&owner)).await;
    let readiness = async || done(read(&network.anonymous(), &model.name).await).readiness;
    let eight: Vec<_> = (1..=8).map(|criterion| (criterion, 4)).collect();
    let seven: Vec<_> = (1..=7).map(|criterion| (criterion, 1)).collect();

    let drafted = done(create(&one, &first, &model, &seven).await);
    expect(Code::NotFound, "NOT_FOUND", one_sees(&network.anonymous(), &drafted.name).await);
    expect(Code::AlreadyExists, "ALREADY_EXISTS", create(&one, &first, &model, &eight).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", submit(&other, &drafted.name).await);
    assert_eq!(done(submit(&one, &drafted.name).await).state(), State::Submitted);
    let bare = done(create(&other, &second, &model, &[]).await);
    expect(Code::FailedPrecondition, "BM_7", submit(&other, &bare.name).await);
    assert_eq!(readiness().await, None, "one partner is an opinion");
    let mut scored = bare.clone();
    scored.scores = eight
        .iter()
        .map(|(criterion, score)| pb::Score {
            criterion: *criterion,
            score: *score,
            justification: Some(sample::text("fr", "Vu sur place.")),
        })
        .collect();
    let request = pb::UpdateEvaluationRequest {
        evaluation: Some(pb::Evaluation { etag: String::new(), ..scored.clone() }),
        ..Default::default()
    };
    done(other.evaluations().update_evaluation(request.clone()).await);
    done(submit(&other, &bare.name).await);
    expect(Code::FailedPrecondition, "STATE", other.evaluations().update_evaluation(changed(request)).await);
    let told = readiness().await.unwrap();
    let mean = told.mean.unwrap();
    assert_eq!((mean.numerator.as_str(), mean.denominator.as_str()), ("39", "15"));
    assert_eq!((told.partner_count, told.lowest, told.highest, told.criteria.len()), (2, 1, 4, 8));
    assert_eq!(done(one_sees(&network.anonymous(), &bare.name).await).scores.len(), 8);

    let revise = pb::ReviseBusinessModelRequest { name: model.name.clone(), ..Default::default() };
    done(made.models().revise_business_model(revise).await);
    assert!(readiness().await.is_some(), "of what is published");
    done(super::business_model::submit(&made, &model.name).await);
    let approve = pb::review_business_model_request::Decision::Approve;
    done(super::business_model::review(&network.reviewer().await, &model.name, approve, "").await);
    assert_eq!(readiness().await, None, "nobody judged the new revision yet");
}

async fn one_sees(by: &Caller, name: &str) -> Answered {
    by.evaluations().get_evaluation(pb::GetEvaluationRequest { name: name.to_owned() }).await
}

fn changed(mut request: pb::UpdateEvaluationRequest) -> pb::UpdateEvaluationRequest {
    if let Some(evaluation) = &mut request.evaluation {
        evaluation.conflicts_declared = "None.".to_owned();
    }
    request
}

told_everywhere!(bm_7_readiness_is_what_two_partners_at_least_say);
