//! Stories of replications: from a published model to another territory, or to lessons.

use proto::businessmodels as pb;
use proto::businessmodels::business_model::State as ModelState;
use proto::businessmodels::replication::{SourceRole, State};
use proto::common::Evidence;
use tonic::Code;

use super::business_model::{change, draft, published, read, submit};
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, Store, connect, tell};
use crate::projects::need::qualified;
use crate::projects::reporting::{halves, reporting};
use crate::projects::territory::municipality;
use crate::sample;

type Answered = Result<tonic::Response<pb::Replication>, tonic::Status>;

/// A model that others may adopt, who made it, who adopts it, and where.
pub(crate) struct Scene {
    pub(crate) model: pb::BusinessModel,
    made: Caller,
    pub(crate) adopter: String,
    pub(crate) adopts: Caller,
    need: String,
    pub(crate) territory: String,
}

pub(crate) async fn scene(network: &'static Network) -> Scene {
    let owner = network.home_partner().await;
    let made = network.partner_admin(&owner).await;
    let model = published(network, &made, draft(&owner)).await;
    let adopter = network.active_partner().await.name;
    let adopts = network.partner_admin(&adopter).await;
    let territory = municipality(network, "").await.name;
    let need = qualified(network, &territory).await.name;
    Scene { model, made, adopter, adopts, need, territory }
}

impl Scene {
    pub(crate) fn request(&self) -> pb::ReplicateBusinessModelRequest {
        pb::ReplicateBusinessModelRequest {
            name: self.model.name.clone(),
            territory: self.territory.clone(),
            adopter_partner: self.adopter.clone(),
            needs: vec![self.need.clone()],
            ..Default::default()
        }
    }

    pub(crate) async fn adopt(&self) -> pb::Replication {
        done(self.adopts.models().replicate_business_model(self.request()).await)
    }
}

async fn start(by: &Caller, name: &str, project: &str) -> Answered {
    let request = pb::StartReplicationRequest {
        name: name.to_owned(),
        project: project.to_owned(),
        ..Default::default()
    };
    by.replications().start_replication(request).await
}

async fn confirm(by: &Caller, name: &str) -> Answered {
    let proof = Evidence {
        title: "Bilan".to_owned(),
        uri: "https://example.org/bilan".to_owned(),
        ..Default::default()
    };
    let request =
        pb::ConfirmReplicationRequest { name: name.to_owned(), evidence: vec![proof], ..Default::default() };
    by.replications().confirm_replication(request).await
}

async fn record(by: &Caller, replication: &pb::Replication) -> Answered {
    let gap = pb::ContextGap {
        area: pb::context_gap::Area::Social.into(),
        gap: Some(sample::text("fr", "Les habitants sont plus dispersés.")),
        response: Some(sample::text("fr", "Un atelier itinérant.")),
    };
    let request = pb::UpdateReplicationRequest {
        replication: Some(pb::Replication {
            name: replication.name.clone(),
            context_gaps: vec![gap],
            ..Default::default()
        }),
        ..Default::default()
    };
    by.replications().update_replication(request).await
}

async fn lineage(by: &Caller, name: &str) -> pb::BusinessModelLineage {
    let request = pb::GetBusinessModelLineageRequest { name: name.to_owned() };
    done(by.models().get_business_model_lineage(request).await)
}

/// All blocks of a derived model, decided: the first is adapted, the others are kept.
fn decided(model: &pb::BusinessModel) -> pb::BusinessModel {
    let mut model = model.clone();
    for block in &mut model.canvas {
        block.adaptation = pb::Adaptation::UnchangedConfirmed.into();
    }
    model.canvas[0].adaptation = pb::Adaptation::Adapted.into();
    model.canvas[0].text = Some(sample::text("fr", "Aller là où sont les gens."));
    model
}

/// Only what is published is adopted, elsewhere, for a need there that is qualified; the draft comes with it or not at all.
async fn bm_8_a_published_model_is_adopted_for_a_qualified_need_elsewhere(network: &'static Network) {
    let scene = scene(network).await;
    let refused =
        async |code: Code, reason: &str, change: &dyn Fn(&mut pb::ReplicateBusinessModelRequest)| {
            let mut request = scene.request();
            change(&mut request);
            expect(code, reason, scene.adopts.models().replicate_business_model(request).await)
        };
    let refusal = Code::FailedPrecondition;
    let elsewhere = municipality(network, "").await.name;
    refused(refusal, "BM_8", &|request| request.territory.clone_from(&elsewhere)).await;
    refused(Code::InvalidArgument, "INVALID_FIELD", &|request| request.needs.clear()).await;
    let unqualified = {
        let mut need = crate::projects::need::need(&scene.adopter);
        need.title = Some(sample::text("fr", "Pas encore."));
        let request = proto::projects::CreateNeedRequest {
            parent: scene.territory.clone(),
            need: Some(need),
            ..Default::default()
        };
        done(scene.adopts.needs().create_need(request).await).name
    };
    refused(refusal, "BM_8", &|request| request.needs = vec![unqualified.clone()]).await;
    let own = done(super::business_model::create(&scene.adopts, draft(&scene.adopter)).await);
    refused(refusal, "BM_8", &|request| request.name.clone_from(&own.name)).await;
    let stranger = scene.made.models().replicate_business_model(scene.request()).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", stranger);

    let made = scene.adopt().await;
    assert_eq!((made.state(), made.source_role()), (State::Planned, SourceRole::None));
    assert_eq!(made.source_revision, scene.model.published_revision);
    let derived = done(read(&scene.adopts, &made.derived_business_model).await);
    assert_eq!(
        (derived.state(), derived.derived_from.as_slice()),
        (ModelState::Draft, [made.source_revision].as_slice())
    );
    assert_eq!(derived.territories, std::slice::from_ref(&scene.territory));
    assert_eq!(derived.canvas.len(), 15);
    assert!(derived.canvas.iter().all(|block| block.adaptation() == pb::Adaptation::ToAdapt));

    let there =
        pb::BusinessModel { territories: vec![scene.territory.clone()], ..draft(&scene.model.owner_partner) };
    let there = published(network, &scene.made, there).await;
    refused(refusal, "BM_8", &|request| request.name.clone_from(&there.name)).await;
    let archive = pb::ArchiveBusinessModelRequest {
        name: scene.model.name.clone(),
        reason: "Over.".to_owned(),
        ..Default::default()
    };
    done(scene.made.models().archive_business_model(archive).await);
    refused(refusal, "BM_8", &|_| ()).await;
}

/// The whole way: decided block by block, published, carried out by a project, confirmed; counted and drawn.
async fn bm_12_a_model_that_is_adapted_and_works_elsewhere_counts_once(network: &'static Network) {
    let scene = scene(network).await;
    let adopts = &scene.adopts;
    let made = scene.adopt().await;
    let derived = done(read(adopts, &made.derived_business_model).await);
    expect(Code::FailedPrecondition, "BM_9", submit(adopts, &derived.name).await);
    let mut but_one = decided(&derived);
    but_one.canvas[14].adaptation = pb::Adaptation::ToAdapt.into();
    done(record(adopts, &made).await);
    done(change(adopts, but_one, &["canvas"]).await);
    expect(Code::FailedPrecondition, "BM_9", submit(adopts, &derived.name).await);
    done(change(adopts, decided(&derived), &["canvas"]).await);

    let mentor = pb::AcceptMentoringRequest { name: made.name.clone(), ..Default::default() };
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        adopts.replications().accept_mentoring(mentor.clone()).await,
    );
    assert_eq!(
        done(scene.made.replications().accept_mentoring(mentor).await).source_role(),
        SourceRole::Mentor
    );

    let reporting = reporting(network, &scene.adopter).await;
    let other = crate::projects::reporting::reporting(network, &scene.model.owner_partner).await;
    expect(Code::FailedPrecondition, "REPLICATION_PROJECT", start(adopts, &made.name, &other.project).await);
    done(start(adopts, &made.name, &reporting.project).await);
    expect(Code::FailedPrecondition, "BM_10", confirm(adopts, &made.name).await);
    done(submit(adopts, &derived.name).await);
    let approve = pb::review_business_model_request::Decision::Approve;
    done(super::business_model::review(&network.reviewer().await, &derived.name, approve, "").await);
    expect(Code::FailedPrecondition, "BM_10", confirm(adopts, &made.name).await);
    let [earlier, _] = halves(network).await;
    reporting.accepted(adopts, &earlier, "100").await;
    assert_eq!(done(read(adopts, &scene.model.name).await).replication_count, 0);
    assert_eq!(done(confirm(adopts, &made.name).await).state(), State::Replicated);
    assert_eq!(done(read(adopts, &scene.model.name).await).replication_count, 1);
    expect(Code::FailedPrecondition, "STATE", record(adopts, &made).await);

    let again =
        pb::ReplicateBusinessModelRequest { replication_id: "given-up".to_owned(), ..scene.request() };
    let again = done(adopts.models().replicate_business_model(again).await);
    let abandon = pb::AbandonReplicationRequest {
        name: again.name.clone(),
        lessons: Some(sample::text("fr", "Personne n'avait le temps.")),
        ..Default::default()
    };
    let silent = pb::AbandonReplicationRequest { lessons: None, ..abandon.clone() };
    expect(Code::InvalidArgument, "INVALID_FIELD", adopts.replications().abandon_replication(silent).await);
    done(adopts.replications().abandon_replication(abandon).await);
    assert_eq!(
        done(read(adopts, &scene.model.name).await).replication_count,
        1,
        "what was given up counts not"
    );
    let drawn = lineage(&network.anonymous(), &derived.name).await;
    assert_eq!(drawn.edges.len(), 1, "the way here, not what else came of its source");
    assert_eq!((drawn.edges[0].adapted_blocks, drawn.edges[0].context_gaps.len()), (Some(1), 1));
    let drawn = lineage(&network.anonymous(), &scene.model.name).await;
    let states: Vec<_> = drawn.edges.iter().map(pb::LineageEdge::state).collect();
    assert_eq!(states, [State::Replicated, State::Abandoned]);
    assert!(drawn.edges[1].lessons.is_some());
    assert_eq!(drawn.nodes.len(), 3);
    let hidden = drawn.nodes.iter().find(|node| node.business_model == again.derived_business_model).unwrap();
    assert!(hidden.title.is_none(), "a draft is not shown");
}

/// A model that takes another one in, of those that each call asks for.
struct Circle {
    models: Vec<pb::BusinessModel>,
    owners: Vec<Caller>,
    territory: String,
    need: String,
}

async fn circle(network: &'static Network, size: usize) -> Circle {
    let territory = municipality(network, "").await.name;
    let need = qualified(network, &territory).await.name;
    let (mut models, mut owners) = (Vec::new(), Vec::new());
    for _ in 0..size {
        let partner = network.active_partner().await.name;
        let admin = network.partner_admin(&partner).await;
        let model = published(network, &admin, draft(&partner)).await;
        let revise = pb::ReviseBusinessModelRequest { name: model.name.clone(), ..Default::default() };
        models.push(done(admin.models().revise_business_model(revise).await));
        owners.push(admin);
    }
    Circle { models, owners, territory, need }
}

impl Circle {
    /// The owner of `into` takes `from` in.
    fn taking(&self, from: usize, into: usize) -> pb::ReplicateBusinessModelRequest {
        pb::ReplicateBusinessModelRequest {
            name: self.models[from].name.clone(),
            territory: self.territory.clone(),
            adopter_partner: self.models[into].owner_partner.clone(),
            needs: vec![self.need.clone()],
            derived_business_model: self.models[into].name.clone(),
            ..Default::default()
        }
    }
}

/// Everyone takes everyone else in, at once, at all replicas: what is written has no circle, and is as large as that allows.
async fn race(network: &'static Network) {
    const SIZE: usize = 6;
    let circle = circle(network, SIZE).await;
    let addresses = network.addresses("businessmodels");
    let pairs =
        (0..SIZE).flat_map(|from| (0..SIZE).filter(move |into| *into != from).map(move |into| (from, into)));
    let calls = pairs.enumerate().map(|(at, (from, into))| {
        let channel = connect(&addresses[at % addresses.len()]);
        let who = circle.owners[into].who.clone();
        let mut client =
            pb::business_model_service_client::BusinessModelServiceClient::with_interceptor(channel, who);
        let request = circle.taking(from, into);
        async move { (from, into, client.replicate_business_model(request).await) }
    });
    let answers = futures::future::join_all(calls).await;
    let mut into: Vec<Vec<usize>> = vec![Vec::new(); SIZE];
    let mut taken = 0;
    for (from, to, answer) in answers {
        match answer {
            Ok(_) => {
                into[from].push(to);
                taken += 1;
            }
            Err(_) => drop(expect(Code::FailedPrecondition, "BM_11", answer)),
        }
    }
    // Of each two, the one that was first stands.
    assert_eq!(taken, SIZE * (SIZE - 1) / 2, "{into:?}");
    let mut left: Vec<usize> = (0..SIZE).collect();
    while let Some(at) = left.iter().position(|model| into[*model].iter().all(|to| !left.contains(to))) {
        left.remove(at);
    }
    assert!(left.is_empty(), "a circle of {left:?}: {into:?}");
    let drawn = lineage(&circle.owners[0], &circle.models[0].name).await;
    assert_eq!(drawn.nodes.len(), SIZE);
}

async fn bm_11_nothing_comes_of_itself_however_many_ask_at_once(network: &'static Network) {
    race(network).await;
    let circle = circle(network, 1).await;
    let own = circle.owners[0].models().replicate_business_model(circle.taking(0, 0)).await;
    expect(Code::FailedPrecondition, "BM_11", own);
}

#[test]
fn bm_11_nothing_comes_of_itself_between_two_replicas() {
    if crate::postgres::Cluster::shared().is_some() {
        let wanted = [("identity", 1), ("partners", 1), ("projects", 1), ("businessmodels", 2)];
        let network = Network::several(Store::Postgres, &[], &wanted);
        tell(network, race(network));
    }
}

told_everywhere!(
    bm_8_a_published_model_is_adopted_for_a_qualified_need_elsewhere,
    bm_12_a_model_that_is_adapted_and_works_elsewhere_counts_once,
    bm_11_nothing_comes_of_itself_however_many_ask_at_once,
);
