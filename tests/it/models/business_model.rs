//! Stories of business models: from the draft to what is published, and what stays of it.

use prost::Message as _;
use proto::businessmodels as pb;
use proto::businessmodels::business_model::State;
use proto::businessmodels::review_business_model_request::Decision;
use proto::common::Money;
use tonic::Code;

use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

type Answered = Result<tonic::Response<pb::BusinessModel>, tonic::Status>;

/// An amount in euros.
pub(crate) fn eur(minor_units: i64) -> Option<Money> {
    Some(Money { currency_code: "EUR".to_owned(), minor_units })
}

/// A model that could be published.
pub(crate) fn draft(owner: &str) -> pb::BusinessModel {
    let block = |code| pb::CanvasBlock {
        code,
        text: Some(sample::texts(&[
            ("fr", "Aucun risque identifié, car personne n'est obligé d'y venir."),
            ("en", "None identified, because nobody is obliged to come."),
        ])),
        ..Default::default()
    };
    let cost = |kind: pb::CostKind, minor_units, periodicity: pb::Periodicity| pb::Cost {
        label: Some(sample::text("fr", "Atelier")),
        kind: kind.into(),
        amount: eur(minor_units),
        periodicity: periodicity.into(),
    };
    let revenue = |kind: pb::RevenueType, payer: pb::Payer, minor_units| pb::Revenue {
        r#type: kind.into(),
        payer: payer.into(),
        amount: eur(minor_units),
        year: 0,
    };
    pb::BusinessModel {
        title: Some(sample::text("fr", &format!("Réemploi {}", sample::word()))),
        summary: Some(sample::text("fr", "Des ordinateurs remis en état par des habitants.")),
        owner_partner: owner.to_owned(),
        recommendations: vec!["recommendations/idt-7".to_owned()],
        maturity: pb::Maturity::Pilot.into(),
        canvas: (1..=15).map(block).collect(),
        costs: vec![
            cost(pb::CostKind::Capex, 100_000, pb::Periodicity::OneOff),
            cost(pb::CostKind::Opex, 33_333, pb::Periodicity::Yearly),
        ],
        revenues: vec![
            revenue(pb::RevenueType::Subscription, pb::Payer::Users, 20_000),
            revenue(pb::RevenueType::PublicFunding, pb::Payer::PublicBudget, 3),
        ],
        data_regime: pb::DataRegime::Open.into(),
        licence: "CC-BY-4.0".to_owned(),
        ..Default::default()
    }
}

pub(crate) async fn create(by: &Caller, model: pb::BusinessModel) -> Answered {
    let request = pb::CreateBusinessModelRequest { business_model: Some(model), ..Default::default() };
    by.models().create_business_model(request).await
}

pub(crate) async fn submit(by: &Caller, name: &str) -> Answered {
    let request = pb::SubmitBusinessModelRequest { name: name.to_owned(), ..Default::default() };
    by.models().submit_business_model(request).await
}

pub(crate) async fn review(by: &Caller, name: &str, decision: Decision, comment: &str) -> Answered {
    let request = pb::ReviewBusinessModelRequest {
        name: name.to_owned(),
        decision: decision.into(),
        comment: comment.to_owned(),
        ..Default::default()
    };
    by.models().review_business_model(request).await
}

pub(crate) async fn change(by: &Caller, model: pb::BusinessModel, paths: &[&str]) -> Answered {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let request = pb::UpdateBusinessModelRequest {
        business_model: Some(pb::BusinessModel { etag: String::new(), ..model }),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    };
    by.models().update_business_model(request).await
}

pub(crate) async fn read(by: &Caller, name: &str) -> Answered {
    by.models().get_business_model(pb::GetBusinessModelRequest { name: name.to_owned() }).await
}

/// A submitted model, published.
pub(crate) async fn published(
    network: &'static Network,
    by: &Caller,
    model: pb::BusinessModel,
) -> pb::BusinessModel {
    let made = done(create(by, model).await);
    done(submit(by, &made.name).await);
    done(review(&network.reviewer().await, &made.name, Decision::Approve, "").await)
}

async fn listed(by: &Caller, filter: String) -> Vec<String> {
    let request = pb::ListBusinessModelsRequest { filter, page_size: 1000, ..Default::default() };
    let page = done(by.models().list_business_models(request).await);
    page.business_models.into_iter().map(|model| model.name).collect()
}

/// What is written is its makers'; only what is whole is submitted; what is reviewed is everyone's.
async fn bm_1_5_only_what_is_whole_is_published(network: &'static Network) {
    let partner = network.active_partner().await.name;
    let admin = network.partner_admin(&partner).await;
    let (nobody, reviewer) = (network.anonymous(), network.reviewer().await);
    let mut bare = draft(&partner);
    bare.canvas.pop();
    let made = done(create(&admin, bare).await);
    assert_eq!((made.state(), made.awaiting.as_str(), made.gaps.len()), (State::Draft, "PARTNER", 1));
    assert_eq!((made.gaps[0].field.as_str(), made.gaps[0].rule.as_str()), ("canvas", "BM-1"));
    for stranger in [&nobody, &network.outsider().await] {
        expect(Code::NotFound, "NOT_FOUND", read(stranger, &made.name).await);
    }
    expect(Code::FailedPrecondition, "BM_1", submit(&admin, &made.name).await);
    let told = done(read(&admin.speaking("fr"), &made.name).await);
    assert!(told.allowed_actions[0].message.contains("bénéfices sociaux"), "{told:?}");
    let whole = pb::BusinessModel { name: made.name.clone(), ..draft(&partner) };
    done(change(&admin, whole.clone(), &["canvas"]).await);
    let operating = pb::BusinessModel { maturity: pb::Maturity::Operating.into(), ..whole.clone() };
    done(change(&admin, operating, &["maturity"]).await);
    expect(Code::FailedPrecondition, "BM_5", submit(&admin, &made.name).await);
    done(change(&admin, whole.clone(), &["maturity"]).await);

    let waiting = done(submit(&admin, &made.name).await);
    assert_eq!((waiting.state(), waiting.awaiting.as_str()), (State::Submitted, "REVIEWER"));
    assert!(waiting.review_due_date.is_some());
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        review(&admin, &made.name, Decision::Approve, "").await,
    );
    expect(Code::FailedPrecondition, "STATE", change(&admin, whole.clone(), &["summary"]).await);
    done(review(&reviewer, &made.name, Decision::Return, "Say more.").await);
    assert!(listed(&nobody, format!("owner_partner = \"{partner}\"")).await.is_empty());
    done(submit(&admin, &made.name).await);
    let public = done(review(&reviewer, &made.name, Decision::Approve, "").await);
    assert_eq!((public.state(), public.gaps.len()), (State::Published, 0));
    assert_eq!(public.published_revision, format!("{}/businessModelRevisions/r1", made.name));
    let economics = done(read(&nobody, &made.name).await).economics.unwrap();
    let coverage = economics.cost_coverage.unwrap();
    assert_eq!((coverage.numerator.as_str(), coverage.denominator.as_str()), ("2000.3", "4333.3"));
    assert_eq!(economics.payer_mix.len(), 2);
    assert_eq!(listed(&nobody, format!("owner_partner = \"{partner}\"")).await, [made.name]);
}

/// Who makes it takes part, what it carries out is adopted, where it runs is known: others say so, at that moment.
async fn what_is_submitted_names_what_there_is(network: &'static Network) {
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let with = |change: fn(&mut pb::BusinessModel)| {
        let mut model = draft(&partner);
        change(&mut model);
        async { done(create(&admin, model).await).name }
    };
    let unknown = with(|model| model.recommendations = vec!["recommendations/none".to_owned()]).await;
    expect(Code::FailedPrecondition, "RECOMMENDATION_ADOPTED", submit(&admin, &unknown).await);
    let absent = with(|model| model.contributors = vec!["partners/nobody".to_owned()]).await;
    expect(Code::FailedPrecondition, "PARTNER_ACTIVE", submit(&admin, &absent).await);
    let nowhere = with(|model| model.territories = vec!["territories/nowhere".to_owned()]).await;
    let refused = expect(Code::InvalidArgument, "INVALID_FIELD", submit(&admin, &nowhere).await);
    assert_eq!(refused.fields, ["territories[0]"]);
    let needless = with(|model| model.needs = vec!["territories/nowhere/needs/none".to_owned()]).await;
    let refused = expect(Code::InvalidArgument, "INVALID_FIELD", submit(&admin, &needless).await);
    assert_eq!(refused.fields, ["needs[0]"]);
}

/// A published revision answers the same bytes after any later edit, and stays public until the next one is.
async fn bm_6_what_was_published_answers_byte_for_byte(network: &'static Network) {
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let (nobody, reviewer) = (network.anonymous(), network.reviewer().await);
    let first = published(network, &admin, draft(&partner)).await;
    let revision = async |name: &str| {
        let request = pb::GetBusinessModelRevisionRequest { name: name.to_owned() };
        done(nobody.models().get_business_model_revision(request).await)
    };
    let kept = revision(&first.published_revision).await.encode_to_vec();
    let other = pb::BusinessModel { summary: Some(sample::text("fr", "Autre chose.")), ..first.clone() };
    expect(Code::FailedPrecondition, "BM_6", change(&admin, other.clone(), &["summary"]).await);

    let revise = pb::ReviseBusinessModelRequest { name: first.name.clone(), ..Default::default() };
    done(admin.models().revise_business_model(revise).await);
    done(change(&admin, other.clone(), &["summary"]).await);
    let public = done(read(&nobody, &first.name).await);
    assert_eq!(
        (public.state(), &public.summary),
        (State::Published, &first.summary),
        "the draft is not shown"
    );
    assert_eq!(done(read(&admin, &first.name).await).state(), State::Draft);
    let word = first.title.as_ref().unwrap().translations["fr"].text.clone();
    let search = pb::SearchBusinessModelsRequest { query: word, ..Default::default() };
    let found = done(nobody.models().search_business_models(search).await).business_models;
    assert_eq!(found.iter().map(|model| &model.summary).collect::<Vec<_>>(), [&first.summary]);
    let page =
        pb::ListBusinessModelsRequest { filter: format!("name = \"{}\"", first.name), ..Default::default() };
    let page = done(nobody.models().list_business_models(page).await).business_models;
    assert_eq!((page[0].state(), &page[0].summary), (State::Published, &first.summary));

    done(submit(&admin, &first.name).await);
    let second = done(review(&reviewer, &first.name, Decision::Approve, "").await);
    assert_eq!(second.published_revision, format!("{}/businessModelRevisions/r2", first.name));
    let archive = pb::ArchiveBusinessModelRequest {
        name: first.name.clone(),
        reason: "Replaced.".to_owned(),
        ..Default::default()
    };
    done(admin.models().archive_business_model(archive).await);
    assert_eq!(revision(&first.published_revision).await.encode_to_vec(), kept);
    let request = pb::ListBusinessModelRevisionsRequest { parent: first.name.clone(), ..Default::default() };
    let all = done(nobody.models().list_business_model_revisions(request).await).business_model_revisions;
    assert_eq!(all.iter().map(|revision| revision.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(all[0].encode_to_vec(), kept);
}

told_everywhere!(
    bm_1_5_only_what_is_whole_is_published,
    what_is_submitted_names_what_there_is,
    bm_6_what_was_published_answers_byte_for_byte,
);
