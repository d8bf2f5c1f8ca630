//! Projects and indicators carry out recommendations that were adopted: partners say which those are.

use proto::partners as partners_pb;
use proto::projects as pb;
use tonic::Code;

use super::{change, lead, promising, take};
use crate::caller::{done, expect};
use crate::harness::Network;
use crate::sample;

async fn what_a_project_carries_out_was_adopted(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let (project, _) = promising(network, &partner).await;
    let coordinator = network.coordinator().await;
    let row = partners_pb::Recommendation {
        number: 12,
        title: Some(sample::text("fr", "À venir")),
        text: Some(sample::text("fr", "Un jour.")),
        ..Default::default()
    };
    let request =
        partners_pb::CreateRecommendationRequest { recommendation: Some(row), ..Default::default() };
    let draft = done(coordinator.recommendations().create_recommendation(request).await).name;
    let named = async |name: &str| {
        let names = vec!["recommendations/idt-5".to_owned(), name.to_owned()];
        let changed = pb::Project { recommendations: names, ..project.clone() };
        let changed = pb::Project { etag: String::new(), ..changed };
        done(admin.projects().update_project(change(changed, &["recommendations"])).await);
    };
    for name in ["recommendations/nowhere", draft.as_str()] {
        named(name).await;
        let refused = take(&admin, "SubmitProject", &project.name, false).await;
        let refused = expect(Code::FailedPrecondition, "RECOMMENDATION_ADOPTED", refused);
        assert_eq!(refused.facts["recommendation"], name);
    }
    named("recommendations/idt-2").await;
    let sent = done(take(&admin, "SubmitProject", &project.name, false).await);
    assert_eq!(sent.recommendations, ["recommendations/idt-5", "recommendations/idt-2"]);
}

async fn what_an_indicator_follows_was_adopted(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let request = pb::GetIndicatorRequest { name: "indicators/idt-i01".to_owned() };
    let known = done(coordinator.indicators().get_indicator(request).await);
    let indicator = pb::Indicator {
        name: String::new(),
        etag: String::new(),
        code: sample::word(),
        recommendations: vec!["recommendations/nowhere".to_owned()],
        ..known
    };
    let request = pb::CreateIndicatorRequest { indicator: Some(indicator), ..Default::default() };
    let made = done(coordinator.indicators().create_indicator(request).await).name;
    let activate = async || {
        let request = pb::ActivateIndicatorRequest { name: made.clone(), ..Default::default() };
        coordinator.indicators().activate_indicator(request).await
    };
    expect(Code::FailedPrecondition, "RECOMMENDATION_ADOPTED", activate().await);
    let changed = pb::Indicator {
        name: made.clone(),
        recommendations: vec!["recommendations/idt-7".to_owned()],
        ..Default::default()
    };
    let request = pb::UpdateIndicatorRequest { indicator: Some(changed), ..Default::default() };
    done(coordinator.indicators().update_indicator(request).await);
    assert_eq!(done(activate().await).state(), pb::indicator::State::Active);
}

told_everywhere!(what_a_project_carries_out_was_adopted, what_an_indicator_follows_was_adopted);
