//! Stories of knowledge: from a working group to a booklet, and who sees what on the way.

use futures::future::{Either, join_all};
use proto::auth::Role;
use proto::partners as pb;
use proto::partners::contribution::State as Contributed;
use proto::partners::partner::Sector;
use proto::partners::recommendation::State as Recommended;
use proto::partners::triage_contribution_request::Decision;
use proto::partners::working_group::State;
use tonic::{Code, Response, Status};

use crate::caller::{Caller, Refusal, done, expect};
use crate::harness::Network;
use crate::projects::reporting::in_days;
use crate::sample;

/// A partner of that sector that takes part, and its administrator.
async fn partner(network: &'static Network, sector: Sector) -> (String, Caller) {
    let coordinator = network.coordinator().await;
    let (college, iati_type_code) = match sector {
        Sector::Public => ("LOCAL_AUTHORITY", "11"),
        Sector::Private => ("PRIVATE_SECTOR", "70"),
        _ => ("CIVIL_SOCIETY", "22"),
    };
    let partner = pb::Partner {
        college: college.to_owned(),
        sector: sector.into(),
        iati_type_code: iati_type_code.to_owned(),
        ..sample::partner()
    };
    let name = done(coordinator.partners().create_partner(sample::create(partner)).await).name;
    let request = pb::ApprovePartnerRequest { name: name.clone(), ..Default::default() };
    done(coordinator.partners().approve_partner(request).await);
    let admin = network.partner_admin(&name).await;
    (name, admin)
}

fn both(en: &str, fr: &str) -> Option<proto::common::LocalizedText> {
    Some(sample::texts(&[("fr", fr), ("en", en)]))
}

async fn plan(by: &Caller, lead: &str, members: &[&str]) -> Result<Response<pb::WorkingGroup>, Status> {
    let group = pb::WorkingGroup {
        title: both("Open data", "Données ouvertes"),
        theme_code: "OPEN_DATA".to_owned(),
        edition_year: 2026,
        lead_partners: vec![lead.to_owned()],
        members: members.iter().map(|member| (*member).to_owned()).collect(),
        ..Default::default()
    };
    let request = pb::CreateWorkingGroupRequest { working_group: Some(group), ..Default::default() };
    by.working_groups().create_working_group(request).await
}

async fn open(by: &Caller, group: &str) -> Result<Response<pb::WorkingGroup>, Status> {
    let request = pb::OpenWorkingGroupRequest { name: group.to_owned(), ..Default::default() };
    by.working_groups().open_working_group(request).await
}

async fn close(by: &Caller, group: &str) -> Result<Response<pb::WorkingGroup>, Status> {
    let request = pb::CloseWorkingGroupRequest { name: group.to_owned(), ..Default::default() };
    by.working_groups().close_working_group(request).await
}

async fn read_group(by: &Caller, group: &str) -> pb::WorkingGroup {
    done(by.working_groups().get_working_group(pb::GetWorkingGroupRequest { name: group.to_owned() }).await)
}

async fn contribute(by: &Caller, group: &str, partner: &str) -> Result<Response<pb::Contribution>, Status> {
    let contribution = pb::Contribution {
        partner: partner.to_owned(),
        title: both("What we do", "Ce que nous faisons"),
        body: both("We publish everything.", "Nous publions tout."),
        recommendations: vec!["recommendations/idt-3".to_owned()],
        ..Default::default()
    };
    let request = pb::CreateContributionRequest {
        parent: group.to_owned(),
        contribution: Some(contribution),
        ..Default::default()
    };
    by.contributions().create_contribution(request).await
}

async fn triage(
    by: &Caller,
    name: &str,
    decision: Decision,
    reason: &str,
) -> Result<Response<pb::Contribution>, Status> {
    let request = pb::TriageContributionRequest {
        name: name.to_owned(),
        decision: decision.into(),
        reason: reason.to_owned(),
        ..Default::default()
    };
    by.contributions().triage_contribution(request).await
}

async fn contributions(by: &Caller, group: &str) -> Vec<pb::Contribution> {
    let request =
        pb::ListContributionsRequest { parent: group.to_owned(), page_size: 1000, ..Default::default() };
    done(by.contributions().list_contributions(request).await).contributions
}

async fn draft(by: &Caller, row: pb::Recommendation) -> Result<Response<pb::Recommendation>, Status> {
    let request = pb::CreateRecommendationRequest { recommendation: Some(row), ..Default::default() };
    by.recommendations().create_recommendation(request).await
}

async fn consult(by: &Caller, name: &str, days: i64) -> Result<Response<pb::Recommendation>, Status> {
    let request = pb::ConsultRecommendationRequest {
        name: name.to_owned(),
        until_date: in_days(days),
        ..Default::default()
    };
    by.recommendations().consult_recommendation(request).await
}

async fn adopt(by: &Caller, name: &str) -> Result<Response<pb::Recommendation>, Status> {
    let request = pb::AdoptRecommendationRequest { name: name.to_owned(), ..Default::default() };
    by.recommendations().adopt_recommendation(request).await
}

async fn retire(by: &Caller, name: &str, successor: &str) -> Result<Response<pb::Recommendation>, Status> {
    let (name, successor) = (name.to_owned(), successor.to_owned());
    let request = pb::RetireRecommendationRequest { name, successor, ..Default::default() };
    by.recommendations().retire_recommendation(request).await
}

async fn read(by: &Caller, name: &str) -> Result<Response<pb::Recommendation>, Status> {
    by.recommendations().get_recommendation(pb::GetRecommendationRequest { name: name.to_owned() }).await
}

async fn change(by: &Caller, row: pb::Recommendation) -> Result<Response<pb::Recommendation>, Status> {
    let request = pb::UpdateRecommendationRequest { recommendation: Some(row), ..Default::default() };
    by.recommendations().update_recommendation(request).await
}

async fn adopted(by: &Caller) -> Vec<pb::Recommendation> {
    let request = pb::ListRecommendationsRequest {
        filter: "state = ADOPTED AND name = \"recommendations/idt-*\"".to_owned(),
        order_by: "number".to_owned(),
        ..Default::default()
    };
    done(by.recommendations().list_recommendations(request).await).recommendations
}

/// An open group of a public lead and a civil member, with both their contributions integrated.
struct Worked {
    group: String,
    lead: String,
    admin: Caller,
    sources: Vec<String>,
}

async fn worked(network: &'static Network) -> Worked {
    let coordinator = network.coordinator().await;
    let (lead, admin) = partner(network, Sector::Public).await;
    let (member, other) = partner(network, Sector::Civil).await;
    let group = done(plan(&admin, &lead, &[&member]).await).name;
    done(open(&admin, &group).await);
    let own = done(contribute(&admin, &group, &lead).await).name;
    let theirs = done(contribute(&other, &group, &member).await).name;
    done(triage(&coordinator, &own, Decision::Integrate, "").await);
    done(triage(&admin, &theirs, Decision::Integrate, "").await);
    Worked { group, lead, admin, sources: vec![own, theirs] }
}

async fn a_working_group_hears_its_members_and_answers_each(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let (lead, admin) = partner(network, Sector::Public).await;
    let (member, other) = partner(network, Sector::Civil).await;
    let (stranger, strange) = partner(network, Sector::Private).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", plan(&strange, &lead, &[]).await);
    let nobody = plan(&coordinator, "partners/nobody", &[]).await;
    let fields = expect(Code::InvalidArgument, "INVALID_FIELD", nobody).fields;
    assert_eq!(fields, ["working_group.lead_partners[0]"]);
    let group = done(plan(&admin, &lead, &[&member]).await).name;
    expect(Code::FailedPrecondition, "PAR_24", contribute(&other, &group, &member).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", open(&other, &group).await);
    assert_eq!(done(open(&admin, &group).await).state(), State::Open);
    expect(Code::FailedPrecondition, "GROUP_MEMBERS", contribute(&strange, &group, &stranger).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", contribute(&coordinator, &group, &member).await);

    let reporter = network.colleague(&member, Role::Reporter).await;
    let made = done(contribute(&reporter, &group, &member).await);
    assert_eq!((made.state(), made.awaiting.as_str()), (Contributed::Submitted, "PARTNER"));
    let told = read_group(&admin, &group).await;
    assert_eq!((told.contributions_waiting, told.awaiting.as_str()), (1, "PARTNER"), "bey_5");
    let can: Vec<_> = told.allowed_actions.iter().map(|action| action.reason.as_str()).collect();
    assert_eq!(can, ["STATE", "PAR-24"], "bey_7");

    // What waits is for those it was handed in to; the answer is for everyone, with its reason.
    let get = async |by: &Caller| {
        by.contributions().get_contribution(pb::GetContributionRequest { name: made.name.clone() }).await
    };
    let anyone = network.anonymous();
    for by in [&anyone, &strange] {
        expect(Code::NotFound, "NOT_FOUND", get(by).await);
        assert!(contributions(by, &group).await.is_empty());
    }
    for by in [&admin, &other, &coordinator] {
        done(get(by).await);
        assert_eq!(contributions(by, &group).await.len(), 1);
    }
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        triage(&other, &made.name, Decision::Integrate, "").await,
    );
    expect(Code::InvalidArgument, "INVALID_FIELD", triage(&admin, &made.name, Decision::Decline, "").await);
    let own = done(contribute(&admin, &group, &lead).await).name;
    expect(Code::FailedPrecondition, "SEP_1", triage(&admin, &own, Decision::Integrate, "").await);
    expect(Code::FailedPrecondition, "PAR_24", close(&admin, &group).await);
    done(triage(&coordinator, &own, Decision::Integrate, "").await);
    done(triage(&admin, &made.name, Decision::Decline, "Another group does this.").await);
    let seen = done(get(&anyone).await);
    assert_eq!(
        (seen.state(), seen.state_reason.as_str()),
        (Contributed::Declined, "Another group does this.")
    );
    assert_eq!(contributions(&anyone, &group).await.len(), 2);
    assert_eq!(done(close(&admin, &group).await).state(), State::Closed);
    expect(Code::FailedPrecondition, "PAR_24", contribute(&other, &group, &member).await);
}

/// Sixteen contributions and the closing of their group, all at once: a closed group has nothing left that waits.
async fn par_24_sixteen_contribute_while_the_group_closes(network: &'static Network) {
    let (lead, admin) = partner(network, Sector::Public).await;
    let (member, other) = partner(network, Sector::Civil).await;
    let mut rounds = 0;
    for _ in 0..4 {
        let group = done(plan(&admin, &lead, &[&member]).await).name;
        done(open(&admin, &group).await);
        loop {
            rounds += 1;
            let calls = (0..17).map(|place| match place {
                8 => Either::Left(async { close(&admin, &group).await.map(|_| true) }),
                _ => Either::Right(async { contribute(&other, &group, &member).await.map(|_| false) }),
            });
            let answers = join_all(calls).await;
            let taken = answers.iter().filter(|answer| matches!(answer, Ok(false))).count();
            let closed = answers.iter().any(|answer| matches!(answer, Ok(true)));
            for status in answers.iter().filter_map(|answer| answer.as_ref().err()) {
                assert_eq!(Refusal::of(status).reason, "PAR_24", "{}", crate::caller::told(status));
            }
            let left = contributions(&admin, &group).await;
            let waiting: Vec<_> = left.iter().filter(|one| one.state() == Contributed::Submitted).collect();
            let told = read_group(&admin, &group).await;
            assert_eq!(usize::try_from(told.contributions_waiting).unwrap(), waiting.len());
            assert_eq!(taken, waiting.len(), "those that were taken wait, and no others");
            if closed {
                assert_eq!((told.state(), waiting.len()), (State::Closed, 0));
                break;
            }
            assert_eq!(told.state(), State::Open);
            assert!(!waiting.is_empty(), "it could have closed");
            for one in waiting {
                done(triage(&admin, &one.name, Decision::Integrate, "").await);
            }
            if rounds >= 8 {
                done(close(&admin, &group).await);
                break;
            }
        }
    }
}

async fn eight_recommendations_are_there_from_the_start(network: &'static Network) {
    let found = adopted(&network.anonymous().speaking("fr")).await;
    let names: Vec<String> = found.iter().map(|row| row.name.clone()).collect();
    assert_eq!(names, (1..=8).map(|number| format!("recommendations/idt-{number}")).collect::<Vec<_>>());
    for row in &found {
        let (title, text) = (row.title.as_ref().unwrap(), row.text.as_ref().unwrap());
        assert!(["en", "fr"].iter().all(|tag| title.translations.contains_key(*tag)));
        assert!(["en", "fr"].iter().all(|tag| text.translations.contains_key(*tag)));
        assert_eq!(title.display_language_code, "fr");
    }
    let batch = pb::BatchGetRecommendationsRequest { names };
    let batch = done(network.anonymous().recommendations().batch_get_recommendations(batch).await);
    assert_eq!(batch.recommendations.len(), 8);
    let changed = pb::Recommendation {
        name: found[2].name.clone(),
        title: both("Data", "Données"),
        ..Default::default()
    };
    expect(Code::FailedPrecondition, "PAR_27", change(&network.coordinator().await, changed).await);
}

async fn a_draft_is_for_those_who_work_on_it(network: &'static Network) {
    let Worked { group, admin, sources, .. } = worked(network).await;
    let (_, strange) = partner(network, Sector::Private).await;
    let row = pb::Recommendation {
        number: 9,
        title: both("Open", "Ouvrir"),
        text: both("Open the data.", "Ouvrir les données."),
        working_group: group.clone(),
        sources,
        ..Default::default()
    };
    expect(Code::PermissionDenied, "PERMISSION_DENIED", draft(&strange, row.clone()).await);
    let free = pb::Recommendation { working_group: String::new(), ..row.clone() };
    expect(Code::PermissionDenied, "PERMISSION_DENIED", draft(&admin, free).await);
    let unheard = pb::Recommendation { sources: vec![format!("{group}/contributions/none")], ..row.clone() };
    let refused = expect(Code::InvalidArgument, "INVALID_FIELD", draft(&admin, unheard).await);
    assert_eq!(refused.fields, ["recommendation.sources[0]"]);
    let name = done(draft(&admin, row).await).name;
    let anyone = network.anonymous();
    let listed = async |by: &Caller| {
        let filter = format!("name = \"{name}\"");
        let request = pb::ListRecommendationsRequest { filter, ..Default::default() };
        done(by.recommendations().list_recommendations(request).await).recommendations.len()
    };
    for by in [&anyone, &strange] {
        expect(Code::NotFound, "NOT_FOUND", read(by, &name).await);
        assert_eq!(listed(by).await, 0);
    }
    assert_eq!((listed(&admin).await, listed(&network.reviewer().await).await), (1, 1));
    expect(Code::FailedPrecondition, "PAR_25", consult(&admin, &name, 5).await);
    done(consult(&admin, &name, 12).await);
    assert_eq!(done(read(&anyone, &name).await).state(), Recommended::Consultation);
    assert_eq!(listed(&anyone).await, 1);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", adopt(&admin, &name).await);
    expect(Code::FailedPrecondition, "PAR_25", adopt(&network.coordinator().await, &name).await);
}

told_everywhere!(
    a_working_group_hears_its_members_and_answers_each,
    par_24_sixteen_contribute_while_the_group_closes,
    eight_recommendations_are_there_from_the_start,
    a_draft_is_for_those_who_work_on_it,
);

fn document(language: &str) -> pb::PublicationDocument {
    pb::PublicationDocument {
        language_code: language.to_owned(),
        uri: format!("https://example.org/booklet-{language}.pdf"),
        sha256: "ab".repeat(32),
        page_count: 24,
    }
}

async fn publish(by: &Caller, name: &str) -> Result<Response<pb::Publication>, Status> {
    let request = pb::PublishPublicationRequest { name: name.to_owned(), ..Default::default() };
    by.publications().publish_publication(request).await
}

/// Weeks go by: a draft is consulted on, adopted, published in a booklet, and said anew.
async fn par_25_26_27_from_contributions_to_a_booklet(network: &'static Network) {
    let Worked { group, lead, admin, sources } = worked(network).await;
    done(close(&admin, &group).await);
    let row = pb::Recommendation {
        number: 9,
        title: both("Open", "Ouvrir"),
        text: Some(sample::text("fr", "Ouvrir les données.")),
        working_group: group.clone(),
        sources,
        ..Default::default()
    };
    let made = done(draft(&admin, row.clone()).await);
    let name = made.name.clone();
    done(consult(&admin, &name, 12).await);

    network.later(20);
    let (admin, coordinator) = (admin.again().await, network.coordinator().await.again().await);
    let anyone = network.anonymous();
    assert_eq!(done(read(&anyone, &name).await).awaiting, "COORDINATOR", "its consultation is over");
    expect(Code::FailedPrecondition, "PAR_25", adopt(&coordinator, &name).await);
    let text = both("Open the data.", "Ouvrir les données.");
    done(change(&admin, pb::Recommendation { name: name.clone(), text, ..Default::default() }).await);
    let booklet = pb::Publication {
        kind: pb::publication::Kind::Booklet.into(),
        title: both("Open data", "Données ouvertes"),
        summary: both("In short.", "En bref."),
        working_groups: vec![group.clone()],
        recommendations: vec![name.clone(), "recommendations/idt-3".to_owned()],
        documents: vec![document("fr"), document("en")],
        licence: "CC-BY-SA-4.0".to_owned(),
        ..Default::default()
    };
    let request = pb::CreatePublicationRequest { publication: Some(booklet), ..Default::default() };
    let booklet = done(admin.publications().create_publication(request).await).name;
    let get = async |by: &Caller| {
        by.publications().get_publication(pb::GetPublicationRequest { name: booklet.clone() }).await
    };
    expect(Code::NotFound, "NOT_FOUND", get(&anyone).await);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", publish(&admin, &booklet).await);
    expect(Code::FailedPrecondition, "PAR_26", publish(&coordinator, &booklet).await);
    assert_eq!(done(adopt(&coordinator, &name).await).state(), Recommended::Adopted);
    assert_eq!(done(publish(&coordinator, &booklet).await).state(), pb::publication::State::Published);
    let out = done(get(&anyone).await);
    assert!(out.publish_date.is_some() && out.documents.len() == 2);

    // What was adopted stays as it is; another says it anew.
    let closed =
        pb::Recommendation { name: name.clone(), title: both("Close", "Fermer"), ..Default::default() };
    expect(Code::FailedPrecondition, "PAR_27", change(&coordinator, closed).await);
    let text = both("Open all the data.", "Ouvrir toutes les données.");
    let anew = pb::Recommendation { predecessor: name.clone(), text, ..row };
    let anew = done(draft(&admin, anew).await).name;
    expect(Code::FailedPrecondition, "PAR_27", retire(&coordinator, &name, &anew).await);
    done(consult(&admin, &anew, 32).await);
    network.later(40);
    let coordinator = coordinator.again().await;
    done(adopt(&coordinator, &anew).await);
    expect(Code::FailedPrecondition, "PAR_27", retire(&coordinator, &anew, &name).await);
    let retired = done(retire(&coordinator, &name, &anew).await);
    assert_eq!((retired.state(), retired.successor.as_str()), (Recommended::Retired, anew.as_str()));
    assert_eq!(done(get(&anyone).await).recommendations[0], name, "what was published goes on citing it");
    assert_eq!(adopted(&anyone).await.len(), 8, "planted once, whatever restarts there were");
    assert_eq!(read_group(&anyone, &group).await.lead_partners, [lead]);
}

told_alone!(par_25_26_27_from_contributions_to_a_booklet);
