//! Stories of programmes: from the draft to what is published, and what stays of it.

use proto::auth::Role;
use proto::common::Alignment;
use proto::common::alignment::Framework;
use proto::partners as partners_pb;
use proto::training as pb;
use proto::training::programme::State;
use tonic::Code;

use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

type Answered = Result<tonic::Response<pb::Programme>, tonic::Status>;

/// A programme that could be published.
pub(crate) fn draft(provider: &str) -> pb::Programme {
    let alignment = Alignment {
        framework: Framework::Digcomp.into(),
        framework_version: "3.0".to_owned(),
        target_code: "1.2".to_owned(),
        ..Default::default()
    };
    let outcome = pb::LearningOutcome {
        text: Some(sample::text("fr", "Reconnaître un faux site")),
        alignment: Some(alignment),
        level: 3,
    };
    pb::Programme {
        title: Some(sample::text("fr", &format!("Premiers pas {}", sample::word()))),
        description: Some(sample::text("fr", "Six ateliers pour se lancer.")),
        providers: vec![provider.to_owned()],
        learning_opportunity_type: "WORKSHOP".to_owned(),
        capacity_level: pb::CapacityLevel::Individual.into(),
        audience: vec!["SENIORS".to_owned()],
        outcomes: vec![outcome],
        workload_hours: 12,
        languages: vec!["fr".to_owned()],
        completion_rule: Some(pb::CompletionRule::default()),
        recommendations: vec!["recommendations/idt-8".to_owned()],
        ..Default::default()
    }
}

pub(crate) async fn create(by: &Caller, programme: pb::Programme) -> Answered {
    let request = pb::CreateProgrammeRequest { programme: Some(programme), ..Default::default() };
    by.programmes().create_programme(request).await
}

pub(crate) async fn publish(by: &Caller, name: &str) -> Answered {
    let request = pb::PublishProgrammeRequest { name: name.to_owned(), ..Default::default() };
    by.programmes().publish_programme(request).await
}

/// A published programme of a partner.
pub(crate) async fn published(by: &Caller, provider: &str) -> pb::Programme {
    let made = done(create(by, draft(provider)).await);
    done(publish(by, &made.name).await)
}

async fn read(by: &Caller, name: &str) -> Answered {
    by.programmes().get_programme(pb::GetProgrammeRequest { name: name.to_owned() }).await
}

pub(crate) async fn change(by: &Caller, programme: pb::Programme, paths: &[&str]) -> Answered {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let request = pb::UpdateProgrammeRequest {
        programme: Some(pb::Programme { etag: String::new(), ..programme }),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    };
    by.programmes().update_programme(request).await
}

async fn listed(by: &Caller, filter: String) -> Vec<String> {
    let request = pb::ListProgrammesRequest { filter, page_size: 1000, ..Default::default() };
    let page = done(by.programmes().list_programmes(request).await);
    page.programmes.into_iter().map(|programme| programme.name).collect()
}

/// A draft is its makers'; what is published is everyone's, and only what is whole is published.
async fn trn_1_only_what_is_whole_is_published(network: &'static Network) {
    let partner = network.active_partner().await.name;
    let admin = network.partner_admin(&partner).await;
    let (nobody, outsider) = (network.anonymous(), network.outsider().await);
    let bare = pb::Programme { recommendations: Vec::new(), ..draft(&partner) };
    let made = done(create(&admin, bare).await);
    assert_eq!((made.state(), made.awaiting.as_str(), made.gaps.len()), (State::Draft, "PARTNER", 1));
    assert_eq!(made.gaps[0].field, "recommendations");
    expect(Code::NotFound, "NOT_FOUND", read(&outsider, &made.name).await);
    expect(Code::NotFound, "NOT_FOUND", read(&nobody, &made.name).await);
    let own = format!("providers:\"{partner}\"");
    assert!(listed(&nobody, own.clone()).await.is_empty());
    let trainer = network.colleague(&partner, Role::Trainer).await;
    assert_eq!(listed(&trainer, own.clone()).await, std::slice::from_ref(&made.name));

    expect(Code::FailedPrecondition, "TRN_1", publish(&admin, &made.name).await);
    let told = done(read(&admin.speaking("fr"), &made.name).await);
    let action = &told.allowed_actions[0];
    assert_eq!(
        (action.method.as_str(), action.allowed, action.reason.as_str()),
        ("PublishProgramme", false, "TRN-1")
    );
    assert!(action.message.starts_with("complétez d'abord : recommendations"), "{}", action.message);
    let serving = pb::Programme { name: made.name.clone(), ..draft(&partner) };
    done(change(&admin, serving, &["recommendations"]).await);
    for stranger in [&trainer, &network.coordinator().await, &outsider] {
        expect(Code::PermissionDenied, "PERMISSION_DENIED", publish(stranger, &made.name).await);
    }
    expect(Code::Unauthenticated, "UNAUTHENTICATED", publish(&nobody, &made.name).await);
    let published = done(publish(&admin, &made.name).await);
    assert_eq!((published.state(), published.gaps.len()), (State::Published, 0));
    assert_eq!(done(read(&nobody, &made.name).await).title, made.title);
    assert_eq!(
        listed(&nobody, format!("{own} AND outcomes.alignment.target_code:\"1.2\"")).await,
        [made.name]
    );
}

/// Who provides it takes part in the network, and what it serves is adopted: partners says so, at that moment.
async fn what_is_published_names_partners_and_recommendations_that_hold(network: &'static Network) {
    let partner = network.active_partner().await.name;
    let admin = network.partner_admin(&partner).await;
    let coordinator = network.coordinator().await;
    let waiting = sample::create(sample::partner());
    let waiting = done(coordinator.partners().create_partner(waiting).await).name;
    let with = pb::Programme { providers: vec![partner.clone(), waiting.clone()], ..draft(&partner) };
    let made = done(create(&admin, with).await);
    let refused = expect(Code::FailedPrecondition, "PARTNER_ACTIVE", publish(&admin, &made.name).await);
    assert_eq!(refused.facts["partner"], waiting);
    let approve = partners_pb::ApprovePartnerRequest { name: waiting.clone(), ..Default::default() };
    done(coordinator.partners().approve_partner(approve).await);
    done(publish(&admin, &made.name).await);

    let unknown = pb::Programme { recommendations: vec!["recommendations/none".to_owned()], ..made.clone() };
    let refused = change(&admin, unknown, &["recommendations"]).await;
    expect(Code::FailedPrecondition, "RECOMMENDATION_ADOPTED", refused);
    let suspend = partners_pb::SuspendPartnerRequest {
        name: waiting.clone(),
        reason: "Not heard of.".to_owned(),
        ..Default::default()
    };
    done(coordinator.partners().suspend_partner(suspend).await);
    let longer = pb::Programme { workload_hours: 14, ..made.clone() };
    let refused = change(&admin, longer.clone(), &["workload_hours"]).await;
    expect(Code::FailedPrecondition, "PARTNER_ACTIVE", refused);
    let alone = pb::Programme { providers: vec![partner], ..longer };
    assert_eq!(done(change(&admin, alone, &["workload_hours", "providers"]).await).workload_hours, 14);
}

/// Each publication stays as it was.
async fn trn_2_what_was_published_stays(network: &'static Network) {
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let first = published(&admin, &partner).await;
    assert_eq!(first.published_revision, format!("{}/programmeRevisions/r1", first.name));
    let longer = pb::Programme { workload_hours: 30, ..first.clone() };
    let second = done(change(&admin, longer.clone(), &["workload_hours"]).await);
    assert_eq!(second.published_revision, format!("{}/programmeRevisions/r2", first.name));
    let same = done(change(&admin, longer, &["workload_hours"]).await);
    assert_eq!((&same.published_revision, &same.etag), (&second.published_revision, &second.etag));

    let nobody = network.anonymous();
    let revision = async |name: &str| {
        let request = pb::GetProgrammeRevisionRequest { name: name.to_owned() };
        done(nobody.programmes().get_programme_revision(request).await).programme.unwrap()
    };
    assert_eq!(revision(&first.published_revision).await.workload_hours, 12);
    assert_eq!(revision(&second.published_revision).await.workload_hours, 30);
    let request = pb::ListProgrammeRevisionsRequest {
        parent: first.name.clone(),
        order_by: "number desc".to_owned(),
        ..Default::default()
    };
    let listed = done(nobody.programmes().list_programme_revisions(request).await).programme_revisions;
    assert_eq!(listed.iter().map(|revision| revision.number).collect::<Vec<_>>(), [2, 1]);

    let retire = pb::RetireProgrammeRequest {
        name: first.name.clone(),
        reason: "Nobody comes.".to_owned(),
        ..Default::default()
    };
    let over = done(admin.programmes().retire_programme(retire).await);
    assert_eq!((over.state(), over.state_reason.as_str()), (State::Retired, "Nobody comes."));
    let shorter = pb::Programme { workload_hours: 1, ..over };
    expect(Code::FailedPrecondition, "STATE", change(&admin, shorter, &["workload_hours"]).await);
    assert_eq!(revision(&first.published_revision).await.workload_hours, 12, "it stays readable");
}

async fn the_codes_of_programmes_are_those_of_the_lists(network: &'static Network) {
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let codes = async |list: &str| -> Vec<String> {
        let request = partners_pb::GetCodeListRequest { name: format!("codeLists/{list}") };
        let list = done(network.anonymous().code_lists().get_code_list(request).await);
        list.codes.into_iter().map(|code| code.code).collect()
    };
    let aligned = |framework: Framework, codes: Vec<String>| {
        codes.into_iter().map(move |target_code| pb::LearningOutcome {
            text: Some(sample::text("fr", "Savoir faire")),
            alignment: Some(Alignment { framework: framework.into(), target_code, ..Default::default() }),
            level: 0,
        })
    };
    let competences = aligned(Framework::Digcomp, codes("digcomp").await);
    let capacities = aligned(Framework::UndpCd, codes("functional-capacity").await);
    let whole = pb::Programme {
        audience: codes("target-group").await,
        outcomes: competences.chain(capacities).collect(),
        ..draft(&partner)
    };
    assert_eq!((whole.audience.len(), whole.outcomes.len()), (17, 26));
    let made = done(create(&admin, whole.clone()).await);
    assert_eq!(made.audience, whole.audience);
    let forms = codes("learning-opportunity-type").await;
    assert_eq!(forms.len(), 6);
    for learning_opportunity_type in forms {
        let change_to = pb::Programme { learning_opportunity_type, ..made.clone() };
        done(change(&admin, change_to, &["learning_opportunity_type"]).await);
    }
}

told_everywhere!(
    trn_1_only_what_is_whole_is_published,
    what_is_published_names_partners_and_recommendations_that_hold,
    trn_2_what_was_published_stays,
    the_codes_of_programmes_are_those_of_the_lists,
);
