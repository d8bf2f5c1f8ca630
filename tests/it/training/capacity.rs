//! Stories of capacities: from what an organisation lacks to the programmes that help.

use proto::common::Alignment;
use proto::common::alignment::Framework;
use proto::training as pb;
use proto::training::CapacityLevel;
use proto::training::capacity_assessment::{Method, State};
use proto::training::validate_capacity_assessment_request::Decision;
use tonic::Code;

use super::programme;
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::projects::reporting::in_days;
use crate::sample;

type Answered = Result<tonic::Response<pb::CapacityAssessment>, tonic::Status>;

fn rating(functional_capacity: &str, existing: i32, desired: i32) -> pb::CapacityRating {
    pb::CapacityRating {
        core_issue: "KNOWLEDGE".to_owned(),
        functional_capacity: functional_capacity.to_owned(),
        existing,
        desired,
        ..Default::default()
    }
}

async fn create(
    by: &Caller,
    partner: &str,
    day: i64,
    ratings: Vec<pb::CapacityRating>,
    previous: &str,
) -> Answered {
    let assessment = pb::CapacityAssessment {
        subject: partner.to_owned(),
        partner: partner.to_owned(),
        level: CapacityLevel::Organisation.into(),
        assessment_date: in_days(day),
        method: Method::Facilitated.into(),
        ratings,
        previous: previous.to_owned(),
        ..Default::default()
    };
    let request =
        pb::CreateCapacityAssessmentRequest { capacity_assessment: Some(assessment), ..Default::default() };
    by.capacities().create_capacity_assessment(request).await
}

async fn submit(by: &Caller, name: &str) -> Answered {
    let request = pb::SubmitCapacityAssessmentRequest { name: name.to_owned(), ..Default::default() };
    by.capacities().submit_capacity_assessment(request).await
}

async fn answer(by: &Caller, name: &str, decision: Decision) -> Answered {
    let request = pb::ValidateCapacityAssessmentRequest {
        name: name.to_owned(),
        decision: decision.into(),
        reason: "As agreed.".to_owned(),
        ..Default::default()
    };
    by.capacities().validate_capacity_assessment(request).await
}

async fn read(by: &Caller, name: &str) -> Answered {
    let request = pb::GetCapacityAssessmentRequest { name: name.to_owned() };
    by.capacities().get_capacity_assessment(request).await
}

async fn suggested(
    by: &Caller,
    subject: &str,
) -> Result<tonic::Response<pb::SuggestProgrammesResponse>, tonic::Status> {
    by.programmes().suggest_programmes(pb::SuggestProgrammesRequest { subject: subject.to_owned() }).await
}

/// What an organisation lacks is found, reviewed, and answered by programmes; later it is better.
async fn trn_18_what_is_lacking_is_answered_by_programmes(network: &'static Network) {
    let partner = network.active_partner().await.name;
    let (admin, reviewer) = (network.partner_admin(&partner).await, network.reviewer().await);
    let outsider = network.outsider().await;
    let ratings = vec![rating("EVALUATE", 1, 4), rating("POLICY_STRATEGY", 3, 4)];
    let refused = create(&outsider, &partner, -200, ratings.clone(), "").await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    let first = done(create(&admin, &partner, -200, ratings, "").await);
    expect(Code::NotFound, "NOT_FOUND", read(&outsider, &first.name).await);
    expect(Code::NotFound, "NOT_FOUND", suggested(&admin, &partner).await);
    let submitted = done(submit(&admin, &first.name).await);
    assert_eq!((submitted.state(), submitted.awaiting.as_str()), (State::Submitted, "REVIEWER"));
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        answer(&admin, &first.name, Decision::Validate).await,
    );
    let back = done(answer(&reviewer, &first.name, Decision::Return).await);
    assert_eq!((back.state(), back.state_reason.as_str()), (State::Draft, "As agreed."));
    done(submit(&admin, &first.name).await);
    done(answer(&reviewer, &first.name, Decision::Validate).await);

    let mut helping = programme::draft(&partner);
    helping.outcomes[0].alignment = Some(Alignment {
        framework: Framework::UndpCd.into(),
        target_code: "EVALUATE".to_owned(),
        ..Default::default()
    });
    helping.title = Some(sample::text("fr", &format!("Évaluer {}", sample::word())));
    let helping = done(programme::create(&admin, helping).await);
    let names = async |by: &Caller| -> Vec<(String, i32)> {
        let found = done(suggested(by, &partner).await).suggestions;
        found.into_iter().map(|one| (one.programme, one.score)).collect()
    };
    assert!(!names(&admin).await.iter().any(|(name, _)| *name == helping.name), "it is a draft");
    done(programme::publish(&admin, &helping.name).await);
    assert!(names(&admin).await.contains(&(helping.name.clone(), 3)));
    expect(Code::NotFound, "NOT_FOUND", suggested(&outsider, &partner).await);

    // Too soon, then in time.
    let soon = create(&admin, &partner, -100, vec![rating("EVALUATE", 3, 4)], &first.name).await;
    let soon = expect(Code::InvalidArgument, "INVALID_FIELD", soon);
    assert_eq!(soon.fields, ["capacity_assessment.previous"]);
    let second = done(create(&admin, &partner, 0, vec![rating("EVALUATE", 3, 4)], &first.name).await);
    assert_eq!((second.ratings[0].gap, second.ratings[0].improvement), (1, Some(2)));
}

told_everywhere!(trn_18_what_is_lacking_is_answered_by_programmes);
