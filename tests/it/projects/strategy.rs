//! Stories of strategies: from the draft of an authority through a consultation to its adoption and its successor.

use futures::future::join_all;
use proto::auth::Role;
use proto::common::{DateRange, Evidence};
use proto::projects as pb;
use proto::projects::ParticipationChannel as Channel;
use proto::projects::strategy::State;
use tonic::{Code, Response, Status};

use super::need::qualified;
use super::reporting::in_days;
use super::territory::{municipality, public_partner};
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, eventually};
use crate::sample;

type Answer = Result<Response<pb::Strategy>, Status>;

/// A strategy of that owner for these needs, for so many days from now on.
pub(crate) fn strategy(owner: &str, needs: &[&str], days: (i64, i64)) -> pb::Strategy {
    pb::Strategy {
        title: Some(sample::text("fr", &format!("Stratégie {}", sample::word()))),
        owner: owner.to_owned(),
        period: Some(DateRange { start_date: in_days(days.0), end_date: in_days(days.1) }),
        needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        objectives: vec![pb::StrategyObjective {
            text: Some(sample::text("fr", "Chacun peut faire ses démarches.")),
            indicator: "indicators/idt-i01".to_owned(),
            target: Some(proto::common::DecimalValue { value: "500".to_owned() }),
        }],
        governance: Some(pb::StrategyGovernance {
            body: "Conseil municipal".to_owned(),
            data_governance_lead: "Direction des données".to_owned(),
            review_months: 12,
        }),
        ..Default::default()
    }
}

pub(crate) async fn draft(by: &Caller, territory: &str, strategy: pb::Strategy) -> Answer {
    let request = pb::CreateStrategyRequest {
        parent: territory.to_owned(),
        strategy: Some(strategy),
        ..Default::default()
    };
    by.strategies().create_strategy(request).await
}

pub(crate) async fn open(by: &Caller, name: &str, days: i64, channels: &[Channel]) -> Answer {
    let request = pb::OpenConsultationRequest {
        name: name.to_owned(),
        end_date: in_days(days),
        channels: channels.iter().map(|channel| (*channel).into()).collect(),
        ..Default::default()
    };
    by.strategies().open_consultation(request).await
}

pub(crate) async fn adopt(by: &Caller, name: &str) -> Answer {
    let deliberation = Evidence {
        title: "Délibération 2026-12".to_owned(),
        uri: "https://example.org/deliberation.pdf".to_owned(),
        ..Default::default()
    };
    let request = pb::AdoptStrategyRequest {
        name: name.to_owned(),
        deliberation: Some(deliberation),
        ..Default::default()
    };
    by.strategies().adopt_strategy(request).await
}

async fn get(by: &Caller, name: &str) -> Answer {
    by.strategies().get_strategy(pb::GetStrategyRequest { name: name.to_owned() }).await
}

async fn listed(by: &Caller, territory: &str, filter: &str) -> Vec<String> {
    let request = pb::ListStrategiesRequest {
        parent: territory.to_owned(),
        filter: filter.to_owned(),
        ..Default::default()
    };
    let found = done(by.strategies().list_strategies(request).await).strategies;
    found.into_iter().map(|strategy| strategy.name).collect()
}

async fn summary(by: &Caller, territory: &str) -> pb::SummarizeStrategiesResponse {
    let request = pb::SummarizeStrategiesRequest { territory: territory.to_owned() };
    done(by.strategies().summarize_strategies(request).await)
}

async fn covered(by: &Caller, territory: &str) -> (String, String) {
    let ratio = summary(by, territory).await.covered.unwrap();
    (ratio.numerator, ratio.denominator)
}

/// A town, its authority, whoever administers it, and a qualified need of the town.
pub(crate) struct Town {
    pub(crate) name: String,
    pub(crate) authority: String,
    pub(crate) mayor: Caller,
    pub(crate) need: String,
}

pub(crate) async fn town(network: &'static Network) -> Town {
    let authority = public_partner(network).await;
    let name = municipality(network, &authority).await.name;
    let mayor = network.partner_admin(&authority).await;
    let need = qualified(network, &name).await.name;
    Town { name, authority, mayor, need }
}

pub(crate) const ALL: &[Channel] = &[Channel::Online, Channel::Paper];

async fn a_draft_is_its_owners_and_is_everyones_once_it_is_put_to_the_public(network: &'static Network) {
    let town = town(network).await;
    let (anyone, coordinator) = (network.anonymous(), network.coordinator().await);
    let stranger = network.partner_admin(&network.home_partner().await).await;
    let plan = strategy(&town.authority, &[&town.need], (0, 900));
    for by in [&stranger, &coordinator] {
        expect(Code::PermissionDenied, "PERMISSION_DENIED", draft(by, &town.name, plan.clone()).await);
    }
    let nowhere = strategy(&town.authority, &["territories/nowhere/needs/n"], (0, 900));
    let refused =
        expect(Code::InvalidArgument, "INVALID_FIELD", draft(&town.mayor, &town.name, nowhere).await);
    assert_eq!(refused.fields, ["strategy.needs[0]"]);
    let made = done(draft(&town.mayor, &town.name, plan).await);
    assert_eq!((made.state(), made.awaiting.as_str()), (State::Draft, "PARTNER"));
    for by in [&anyone, &stranger] {
        expect(Code::NotFound, "NOT_FOUND", get(by, &made.name).await);
        assert!(listed(by, &town.name, "").await.is_empty());
        assert!(summary(by, &town.name).await.states.is_empty());
    }
    assert_eq!(listed(&coordinator, &town.name, "state = DRAFT").await, [made.name.as_str()]);
    let reporter = network.colleague(&town.authority, Role::Reporter).await;
    assert_eq!(done(get(&reporter, &made.name).await).name, made.name);
    expect(Code::PermissionDenied, "PERMISSION_DENIED", open(&reporter, &made.name, 16, ALL).await);

    let title = sample::text("fr", "Une ville pour chacun");
    let edit = pb::UpdateStrategyRequest {
        strategy: Some(pb::Strategy { name: made.name.clone(), title: Some(title), ..Default::default() }),
        ..Default::default()
    };
    done(town.mayor.strategies().update_strategy(edit.clone()).await);
    let actions = done(get(&town.mayor, &made.name).await).allowed_actions;
    let told: Vec<_> = actions.iter().map(|action| (action.method.as_str(), action.allowed)).collect();
    assert_eq!(
        told,
        [("OpenConsultation", true), ("ReviseStrategy", false), ("AdoptStrategy", false)],
        "bey_7"
    );

    expect(Code::FailedPrecondition, "PRJ_9", open(&town.mayor, &made.name, 13, ALL).await);
    expect(Code::FailedPrecondition, "PRJ_9", open(&town.mayor, &made.name, 16, &[Channel::Online]).await);
    let asked = done(open(&town.mayor, &made.name, 16, ALL).await);
    let consultation = asked.consultation.unwrap();
    assert_eq!((asked.awaiting.as_str(), consultation.end_date), ("NOBODY", in_days(16)));
    assert_eq!(consultation.channels, [Channel::Online as i32, Channel::Paper as i32]);
    assert_eq!(done(get(&anyone, &made.name).await).state(), State::Consultation);
    assert_eq!(listed(&anyone, &town.name, "").await, [made.name.as_str()]);
    let day = &summary(&anyone, &town.name).await.deadlines[0];
    assert_eq!(day.kind(), pb::strategy_deadline::Kind::ConsultationEnds);
    assert!((15..=16).contains(&day.days_left), "in Paris it may be tomorrow: {}", day.days_left);
    expect(Code::FailedPrecondition, "STATE", town.mayor.strategies().update_strategy(edit.clone()).await);
    expect(Code::FailedPrecondition, "PRJ_9", adopt(&town.mayor, &made.name).await);

    // It is taken back, for a reason, and is a draft again.
    let revise = pb::ReviseStrategyRequest { name: made.name.clone(), ..Default::default() };
    expect(
        Code::InvalidArgument,
        "INVALID_FIELD",
        town.mayor.strategies().revise_strategy(revise.clone()).await,
    );
    let revise = pb::ReviseStrategyRequest { reason: "Le conseil veut y revenir.".to_owned(), ..revise };
    assert_eq!(done(town.mayor.strategies().revise_strategy(revise).await).state(), State::Draft);
    expect(Code::NotFound, "NOT_FOUND", get(&anyone, &made.name).await);
    done(town.mayor.strategies().update_strategy(edit).await);
}

async fn prj_8_a_strategy_belongs_to_the_public_authority_of_the_territory(network: &'static Network) {
    let town = town(network).await;
    let (other, company) = (public_partner(network).await, network.home_partner().await);
    // A company, and an authority of elsewhere.
    for owner in [&company, &other] {
        let admin = network.partner_admin(owner).await;
        let made = done(draft(&admin, &town.name, strategy(owner, &[&town.need], (0, 900))).await);
        expect(Code::FailedPrecondition, "PRJ_8", open(&admin, &made.name, 16, ALL).await);
        expect(Code::FailedPrecondition, "PRJ_8", adopt(&admin, &made.name).await);
    }
    // The authority of a territory that it lies in may.
    let coordinator = network.coordinator().await;
    let quarter = super::territory::territory(pb::territory::Kind::District, &town.name);
    let quarter = done(super::territory::create(&coordinator, quarter).await).name;
    let need = qualified(network, &quarter).await.name;
    let made = done(draft(&town.mayor, &quarter, strategy(&town.authority, &[&need], (0, 900))).await);
    done(open(&town.mayor, &made.name, 16, ALL).await);
    // What the town plans may answer a need of its quarter, and not the other way round.
    done(draft(&town.mayor, &town.name, strategy(&town.authority, &[&need], (0, 900))).await);
    let wider = draft(&town.mayor, &quarter, strategy(&town.authority, &[&town.need], (0, 900))).await;
    expect(Code::InvalidArgument, "INVALID_FIELD", wider);
}

/// Recommendation 1, from the draft to the successor's successor.
async fn prj_9_a_strategy_is_adopted_after_its_consultation_and_succeeded(network: &'static Network) {
    let town = town(network).await;
    let anyone = network.anonymous();
    let first =
        done(draft(&town.mayor, &town.name, strategy(&town.authority, &[&town.need], (0, 100))).await);
    let unneeded = super::need::proposed(network, &town.name).await.name;
    let vain = done(draft(&town.mayor, &town.name, strategy(&town.authority, &[&unneeded], (0, 100))).await);
    for name in [&first.name, &vain.name] {
        done(open(&town.mayor, name, 16, ALL).await);
    }
    assert_eq!(covered(&anyone, &town.name).await, ("0".to_owned(), "1".to_owned()));
    network.later(18);
    let mayor = network.partner_admin(&town.authority).await.again().await;
    let waits = done(get(&mayor, &first.name).await);
    assert_eq!((waits.awaiting.as_str(), waits.state()), ("PARTNER", State::Consultation), "bey_5");
    expect(Code::FailedPrecondition, "PRJ_9", adopt(&mayor, &vain.name).await);
    let bare = pb::AdoptStrategyRequest { name: first.name.clone(), ..Default::default() };
    let refused =
        expect(Code::InvalidArgument, "INVALID_FIELD", mayor.strategies().adopt_strategy(bare).await);
    assert_eq!(refused.fields, ["deliberation"]);
    let adopted = done(adopt(&mayor, &first.name).await);
    assert_eq!((adopted.state(), adopted.in_force), (State::Adopted, true));
    assert_eq!(covered(&anyone, &town.name).await, ("1".to_owned(), "1".to_owned()));
    let day = &summary(&anyone, &town.name).await.deadlines;
    assert!(
        day.iter()
            .any(|day| day.kind() == pb::strategy_deadline::Kind::Expires
                && (81..=83).contains(&day.days_left))
    );

    // PRJ-10, also when two are adopted at once: for days in common with the first, none; after it, one.
    let needs = [town.need.as_str()];
    let mut later = Vec::new();
    for days in [(50, 400), (101, 400), (101, 500)] {
        let made = done(draft(&mayor, &town.name, strategy(&town.authority, &needs, days)).await);
        done(open(&mayor, &made.name, 40, ALL).await);
        later.push(made.name);
    }
    let heir =
        pb::Strategy { predecessor: first.name.clone(), ..strategy(&town.authority, &needs, (20, 400)) };
    let heir = done(draft(&mayor, &town.name, heir).await).name;
    done(open(&mayor, &heir, 40, ALL).await);
    network.later(41);
    let mayor = mayor.again().await;
    expect(Code::FailedPrecondition, "PRJ_10", adopt(&mayor, &later[0]).await);
    let raced = join_all(later[1..].iter().map(|name| adopt(&mayor, name))).await;
    let won = raced.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(won, 1, "{raced:?}");
    for lost in raced.into_iter().filter(Result::is_err) {
        expect(Code::FailedPrecondition, "PRJ_10", lost);
    }
    assert_eq!(covered(&anyone, &town.name).await, ("1".to_owned(), "1".to_owned()), "one of it, not two");
    // The heir has days in common with the one that was adopted for later.
    expect(Code::FailedPrecondition, "PRJ_10", adopt(&mayor, &heir).await);

    // Its period ends; whoever looks is told so, and so is who follows.
    network.later(101);
    assert_eq!(done(get(&anyone, &first.name).await).state(), State::Expired);
    assert_eq!(listed(&anyone, &town.name, "state = EXPIRED").await, [first.name.as_str()]);
    eventually(60, "an event tells that it expired", async || {
        let mayor = mayor.again().await;
        let request = proto::common::ListAuditEventsRequest {
            filter: format!("resource = \"{}\" AND to_state = \"EXPIRED\"", first.name),
            ..Default::default()
        };
        let channel = network.channel("projects");
        let mut events = pb::event_service_client::EventServiceClient::with_interceptor(channel, mayor.who);
        done(events.list_audit_events(request).await).audit_events.len() == 1
    })
    .await;
}

/// A successor whose days have begun takes over at once, and says so on both.
async fn prj_10_a_successor_takes_over(network: &'static Network) {
    let town = town(network).await;
    let needs = [town.need.as_str()];
    let old = done(draft(&town.mayor, &town.name, strategy(&town.authority, &needs, (0, 900))).await).name;
    done(open(&town.mayor, &old, 16, ALL).await);
    network.later(18);
    let mayor = network.partner_admin(&town.authority).await.again().await;
    done(adopt(&mayor, &old).await);
    let plan = strategy(&town.authority, &needs, (0, 900));
    let rival = done(draft(&mayor, &town.name, plan.clone()).await).name;
    let new = pb::Strategy { predecessor: old.clone(), ..plan };
    let new = done(draft(&mayor, &town.name, new).await).name;
    for name in [&rival, &new] {
        done(open(&mayor, name, 36, ALL).await);
    }
    network.later(38);
    let mayor = mayor.again().await;
    expect(Code::FailedPrecondition, "PRJ_10", adopt(&mayor, &rival).await);
    done(adopt(&mayor, &new).await);
    let anyone = network.anonymous();
    let before = done(get(&anyone, &old).await);
    assert_eq!(
        (before.state(), before.successor.as_str(), before.in_force),
        (State::Superseded, new.as_str(), false)
    );
    assert!(done(get(&anyone, &new).await).in_force);
    assert_eq!(covered(&anyone, &town.name).await, ("1".to_owned(), "1".to_owned()));
    expect(Code::FailedPrecondition, "PRJ_10", adopt(&mayor, &rival).await);
}

told_everywhere!(
    a_draft_is_its_owners_and_is_everyones_once_it_is_put_to_the_public,
    prj_8_a_strategy_belongs_to_the_public_authority_of_the_territory,
);
told_alone_everywhere!(
    prj_9_a_strategy_is_adopted_after_its_consultation_and_succeeded,
    prj_10_a_successor_takes_over,
);
