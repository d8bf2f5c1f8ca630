//! Stories of finding what fits: suggested with reasons, side by side, and counted.

use prost::Message as _;
use proto::businessmodels as pb;
use proto::businessmodels::suggestion_reason::Kind;
use proto::common::Money;
use proto::projects as projects_pb;
use proto::projects::territory::{Degurba, Kind as Place};
use tonic::Code;

use super::business_model::{draft, published};
use crate::caller::{done, expect};
use crate::harness::Network;
use crate::projects::need::qualified;
use crate::projects::territory::territory;

/// A village of so many inhabitants, and a qualified need there.
async fn village(network: &'static Network, people: i64) -> (String, String) {
    let population = projects_pb::Population { value: people, ..Default::default() };
    let place = projects_pb::Territory {
        degurba: Degurba::Rural.into(),
        population: Some(population),
        ..territory(Place::Municipality, "")
    };
    let request = projects_pb::CreateTerritoryRequest { territory: Some(place), ..Default::default() };
    let place = done(network.coordinator().await.territories().create_territory(request).await).name;
    let need = qualified(network, &place).await.name;
    (place, need)
}

/// What works in one village is suggested to another that needs the same, always alike, and says why in both languages.
async fn what_works_in_such_a_place_is_suggested_with_reasons(network: &'static Network) {
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let (there, met) = village(network, 1500).await;
    let (here, _) = village(network, 1000).await;
    let model = pb::BusinessModel { territories: vec![there.clone()], needs: vec![met], ..draft(&partner) };
    let model = published(network, &admin, model).await;
    let nobody = network.anonymous();
    let budget = Money { currency_code: "EUR".to_owned(), minor_units: 1_000_000 };
    let request = pb::SuggestBusinessModelsRequest { territory: here.clone(), budget: Some(budget.clone()) };
    let first = done(nobody.models().suggest_business_models(request.clone()).await);
    let again = done(nobody.models().suggest_business_models(request.clone()).await);
    let of = |answer: &pb::SuggestBusinessModelsResponse| {
        let found = answer.suggestions.iter().find(|found| found.business_model == model.name);
        found.cloned().expect("it is suggested")
    };
    assert_eq!(of(&first).encode_to_vec(), of(&again).encode_to_vec());
    let reasons: Vec<_> = of(&first).reasons.iter().map(|reason| (reason.kind(), reason.points)).collect();
    let expected =
        [(Kind::Need, 15), (Kind::DegreeOfUrbanisation, 10), (Kind::Size, 10), (Kind::Resources, 10)];
    assert_eq!((of(&first).score, reasons.as_slice()), (45, expected.as_slice()));
    assert!(of(&first).reasons[0].message.starts_with("it answers such a need elsewhere"));
    let french = done(nobody.speaking("fr").models().suggest_business_models(request).await);
    assert!(of(&french).reasons[0].message.starts_with("il répond ailleurs à un tel besoin"));
    let own = pb::SuggestBusinessModelsRequest { territory: there, budget: None };
    let own = done(nobody.models().suggest_business_models(own).await);
    assert!(own.suggestions.iter().all(|found| found.business_model != model.name), "it runs there already");
    for territory in ["", "territories/nowhere"] {
        let request =
            pb::SuggestBusinessModelsRequest { territory: territory.to_owned(), ..Default::default() };
        let refused = nobody.models().suggest_business_models(request).await;
        expect(Code::InvalidArgument, "INVALID_FIELD", refused);
    }
}

async fn models_are_compared_in_one_currency_and_counted(network: &'static Network) {
    let partner = network.active_partner().await.name;
    let admin = network.partner_admin(&partner).await;
    let one = published(network, &admin, draft(&partner)).await;
    let other = published(network, &admin, draft(&partner)).await;
    let mut foreign = draft(&partner);
    for amount in foreign
        .costs
        .iter_mut()
        .map(|cost| &mut cost.amount)
        .chain(foreign.revenues.iter_mut().map(|revenue| &mut revenue.amount))
    {
        *amount = Some(Money { currency_code: "XOF".to_owned(), minor_units: 1 });
    }
    let foreign = published(network, &admin, foreign).await;
    let compare = async |names: &[&pb::BusinessModel]| {
        let names = names.iter().map(|model| model.name.clone()).collect();
        network.anonymous().models().compare_business_models(pb::CompareBusinessModelsRequest { names }).await
    };
    let beside = done(compare(&[&other, &one]).await);
    assert_eq!(beside.currency_code, "EUR");
    assert_eq!(beside.business_models[1].economics, one.economics);
    assert_eq!(beside.business_models[0].business_model, other.name);
    let beside = done(compare(&[&one, &foreign]).await);
    assert!(
        beside.currency_code.is_empty()
            && beside.business_models.iter().all(|model| model.economics.is_none())
    );
    let refused = expect(Code::InvalidArgument, "INVALID_FIELD", compare(&[&one]).await);
    assert_eq!(refused.fields, ["names"]);

    let request = pb::SummarizeBusinessModelsRequest {
        partner: partner.clone(),
        recommendation: "recommendations/idt-7".to_owned(),
        ..Default::default()
    };
    let told = done(network.anonymous().models().summarize_business_models(request.clone()).await);
    assert_eq!((told.published_count, told.gap_count, told.overdue_review_count), (3, 0, 0));
    let elsewhere =
        pb::SummarizeBusinessModelsRequest { recommendation: "recommendations/idt-1".to_owned(), ..request };
    assert_eq!(done(admin.models().summarize_business_models(elsewhere).await).published_count, 0);
}

told_everywhere!(
    what_works_in_such_a_place_is_suggested_with_reasons,
    models_are_compared_in_one_currency_and_counted,
);
