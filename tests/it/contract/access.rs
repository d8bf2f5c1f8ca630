//! Every method with every role: who is let in is what the contract says, and a rehearsal writes nothing.

use std::collections::HashMap;

use proto::auth::Role;
use proto::common::ListAuditEventsRequest;
use tonic::{Code, Status};

use crate::caller::{Caller, Refusal, done, told};
use crate::harness::{Network, SERVICES};
use crate::raw::{access, call, empty, home, methods, title};

/// Someone, and the roles that count.
struct Actor {
    label: &'static str,
    caller: Caller,
    roles: Vec<Role>,
    person: bool,
}

/// One of each: nobody, each role, a machine that may do all that machines may.
async fn cast(network: &'static Network) -> Vec<Actor> {
    let partner = network.home_partner().await;
    let person =
        |label, caller: Caller, roles: &[Role]| Actor { label, caller, roles: roles.to_vec(), person: true };
    let scopes: Vec<String> = methods()
        .iter()
        .filter(|method| audience(method).1.contains(&Role::Integration))
        .map(|method| crate::raw::text(&access(method).unwrap(), "permission"))
        .collect();
    let mut scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    scopes.sort_unstable();
    scopes.dedup();
    vec![
        Actor { label: "nobody", caller: network.anonymous(), roles: Vec::new(), person: false },
        person(
            "coordinator",
            network.person(&[Role::Coordinator]).await,
            &[Role::Coordinator, Role::Learner],
        ),
        person("reviewer", network.person(&[Role::Reviewer]).await, &[Role::Reviewer, Role::Learner]),
        person(
            "partner admin",
            network.member(&partner, Role::PartnerAdmin).await,
            &[Role::PartnerAdmin, Role::Learner],
        ),
        person("reporter", network.member(&partner, Role::Reporter).await, &[Role::Reporter, Role::Learner]),
        person("trainer", network.member(&partner, Role::Trainer).await, &[Role::Trainer, Role::Learner]),
        person("learner", network.person(&[]).await, &[Role::Learner]),
        Actor {
            label: "integration",
            caller: network.integration(&partner, &scopes).await,
            roles: vec![Role::Integration],
            person: false,
        },
    ]
}

/// Of a method: its audience (1 anyone, 2 any person, 3 roles) and its roles.
fn audience(method: &prost_reflect::MethodDescriptor) -> (i32, Vec<Role>) {
    let access = access(method).unwrap();
    let roles = access.get_field_by_name("roles").unwrap().as_list().unwrap().to_vec();
    let roles = roles.iter().map(|role| Role::try_from(role.as_enum_number().unwrap()).unwrap()).collect();
    (access.get_field_by_name("audience").unwrap().as_enum_number().unwrap(), roles)
}

/// How the gate turns someone away, in contrast to a handler.
fn turned_away(
    method: &prost_reflect::MethodDescriptor,
    answer: &Result<prost_reflect::DynamicMessage, Status>,
) -> Option<Code> {
    let Err(status) = answer else { return None };
    let at = format!("on resource '{}' (or it may not exist)", method.parent_service().name());
    let by_gate = match status.code() {
        Code::Unauthenticated => Refusal::of(status).reason == "UNAUTHENTICATED",
        Code::PermissionDenied => status.message().ends_with(&at),
        _ => false,
    };
    by_gate.then(|| status.code())
}

async fn who_is_let_in_is_what_the_contract_says(network: &'static Network) {
    let cast = cast(network).await;
    let mut broken = Vec::new();
    let channels: HashMap<_, _> =
        SERVICES.iter().map(|service| (*service, network.channel(service))).collect();
    for method in methods() {
        let (audience, roles) = audience(&method);
        for actor in &cast {
            let answer = call(&channels[home(&method)], &actor.caller.who, &method, &empty(&method)).await;
            let may = audience == 1
                || (audience == 2 && actor.person)
                || actor.roles.iter().any(|role| roles.contains(role));
            let expected = match actor.label {
                _ if may => None,
                "nobody" => Some(Code::Unauthenticated),
                _ => Some(Code::PermissionDenied),
            };
            let told = answer.as_ref().err().map(told).unwrap_or_default();
            if turned_away(&method, &answer) != expected {
                broken.push(format!(
                    "{} by {}: {expected:?} expected, answered {told}",
                    title(&method),
                    actor.label
                ));
            }
            let broke = answer.err().map(|status| status.code());
            if matches!(
                broke,
                Some(
                    Code::Internal | Code::Unknown | Code::Unimplemented | Code::Unavailable | Code::DataLoss
                )
            ) {
                broken.push(format!("{} by {}: {told}", title(&method), actor.label));
            }
        }
    }
    let (coordinator, service) = (network.coordinator().await, "written by a rehearsal");
    for actor in cast.iter().filter(|actor| !actor.caller.name.is_empty()) {
        for line in audit_of(&coordinator, &actor.caller.name).await {
            broken.push(format!("{service}: {line}"));
        }
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

/// What the audit trails say that someone did.
async fn audit_of(coordinator: &Caller, principal: &str) -> Vec<String> {
    let request =
        ListAuditEventsRequest { filter: format!("principal = \"{principal}\""), ..Default::default() };
    let (network, who) = (coordinator.network, &coordinator.who);
    let mut partners = proto::partners::event_service_client::EventServiceClient::with_interceptor(
        network.channel("partners"),
        who.clone(),
    );
    let mut projects = proto::projects::event_service_client::EventServiceClient::with_interceptor(
        network.channel("projects"),
        who.clone(),
    );
    let mut training = proto::training::event_service_client::EventServiceClient::with_interceptor(
        network.channel("training"),
        who.clone(),
    );
    // Accepting the invitation is of identity's trail; nothing else may be.
    let mut identity = proto::identity::event_service_client::EventServiceClient::with_interceptor(
        network.channel("identity"),
        who.clone(),
    );
    let mut known = done(identity.list_audit_events(request.clone()).await).audit_events;
    known.retain(|line| !line.method.ends_with("/ActivateUser"));
    let lines = [
        known,
        done(partners.list_audit_events(request.clone()).await).audit_events,
        done(projects.list_audit_events(request.clone()).await).audit_events,
        done(training.list_audit_events(request).await).audit_events,
    ];
    lines.concat().into_iter().map(|line| format!("{principal} {} {}", line.method, line.resource)).collect()
}

told_everywhere!(who_is_let_in_is_what_the_contract_says);
