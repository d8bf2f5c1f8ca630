//! What a partner says may be done next is what then can be done (BEY-7), for every role, in every state.

use proto::auth::Role;
use proto::partners::partner::State;
use tonic::Code;

use super::{read, take};
use crate::caller::{Caller, Refusal, done};
use crate::harness::{Network, eventually};
use crate::sample;

const VERBS: [&str; 5] =
    ["ApprovePartner", "RejectPartner", "SuspendPartner", "ReinstatePartner", "ArchivePartner"];

/// A partner in each state, and its administrator.
async fn in_every_state(network: &'static Network) -> Vec<(State, String, Caller)> {
    let coordinator = network.coordinator().await;
    let mut all = Vec::new();
    for (state, verbs) in [
        (State::Pending, &[][..]),
        (State::Rejected, &["RejectPartner"]),
        (State::Active, &["ApprovePartner"]),
        (State::Suspended, &["ApprovePartner", "SuspendPartner"]),
        (State::Archived, &["ApprovePartner", "ArchivePartner"]),
    ] {
        let made = done(coordinator.partners().create_partner(sample::create(sample::partner())).await);
        let mut member = network.member(&made.name, Role::PartnerAdmin).await;
        for verb in verbs {
            done(take(&coordinator, verb, &made.name, false).await);
        }
        if verbs.contains(&"ApprovePartner") {
            member = member.within(&made.name).await;
        }
        if state == State::Suspended {
            eventually(60, "a member of a suspended partner cannot write", async || {
                let answer = take(&member.again().await, "ArchivePartner", &made.name, true).await;
                answer.is_err_and(|status| status.code() == Code::PermissionDenied)
            })
            .await;
            member = member.again().await;
        }
        all.push((state, made.name, member));
    }
    all
}

async fn bey_7_allowed_actions_agree_with_what_then_happens(network: &'static Network) {
    let other = network.home_partner().await;
    let callers = [
        ("coordinator", network.coordinator().await),
        ("reviewer", network.reviewer().await),
        ("outsider", network.outsider().await),
        ("admin of another", network.partner_admin(&other).await),
        ("machine", network.integration(&other, &["partners.partner.archive", "*.read"]).await),
        ("nobody", network.anonymous()),
    ];
    let mut allowed = 0;
    for (state, name, member) in in_every_state(network).await {
        for (label, caller) in
            callers.iter().map(|(label, caller)| (*label, caller)).chain([("own admin", &member)])
        {
            let asked = proto::partners::GetPartnerRequest { name: name.clone() };
            let Ok(partner) = caller.partners().get_partner(asked).await else {
                assert!(
                    matches!(state, State::Pending | State::Rejected),
                    "{label} cannot see a partner that is {state:?}"
                );
                continue;
            };
            let partner = partner.into_inner();
            assert_eq!(partner.state(), state);
            let told: Vec<&str> =
                partner.allowed_actions.iter().map(|action| action.method.as_str()).collect();
            assert_eq!(told, VERBS, "every verb is explained");
            for action in &partner.allowed_actions {
                let at = format!("{} by {label} while {state:?}", action.method);
                match take(caller, &action.method, &name, true).await {
                    Ok(_) => {
                        assert!(
                            action.allowed,
                            "{at} can be done, and was said not to be: {}",
                            action.reason
                        );
                    }
                    Err(status) => {
                        let reason = Refusal::of(&status).reason;
                        assert!(
                            !action.allowed,
                            "{at} was said to be allowed: {}",
                            crate::caller::told(&status)
                        );
                        let expected = match status.code() {
                            Code::PermissionDenied | Code::Unauthenticated => "PERMISSION",
                            _ => reason.as_str(),
                        };
                        assert_eq!(action.reason.replace('-', "_"), expected, "{at}");
                        assert!(!action.message.is_empty());
                    }
                }
                allowed += usize::from(action.allowed);
            }
            assert_eq!(read(caller, &name).await.state(), state, "a rehearsal moves nothing");
        }
    }
    assert_eq!(allowed, 7, "six by a coordinator, and one by its own administrator");
}

told_everywhere!(bey_7_allowed_actions_agree_with_what_then_happens);
