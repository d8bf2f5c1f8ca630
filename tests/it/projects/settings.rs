//! What the network has agreed on: there from the start, changed by coordinators, heard by the projects.

use proto::common::DecimalValue;
use proto::partners as pb;
use tonic::Code;

use super::reporting::{halves, in_days};
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, eventually};

const NAME: &str = "networkSettings/default";

fn change(settings: pb::NetworkSettings, paths: &[&str]) -> pb::UpdateNetworkSettingsRequest {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    pb::UpdateNetworkSettingsRequest {
        network_settings: Some(pb::NetworkSettings { name: NAME.to_owned(), ..settings }),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    }
}

async fn read(caller: &Caller) -> pb::NetworkSettings {
    done(caller.settings().get_network_settings(pb::GetNetworkSettingsRequest::default()).await)
}

async fn the_settings_are_there_from_the_start_and_anyone_may_know_them(network: &'static Network) {
    let settings = read(&network.anonymous()).await;
    assert_eq!((settings.name.as_str(), settings.time_zone.as_str()), (NAME, "Europe/Paris"));
    assert_eq!((settings.public_k, settings.return_grace_days), (5, 10));
    assert_eq!(settings.agreement_reminder_days, [180, 90, 30]);
    let by_name = pb::GetNetworkSettingsRequest { name: NAME.to_owned() };
    assert_eq!(done(network.anonymous().settings().get_network_settings(by_name).await), settings);
    let other = pb::GetNetworkSettingsRequest { name: "networkSettings/other".to_owned() };
    expect(Code::NotFound, "NOT_FOUND", network.anonymous().settings().get_network_settings(other).await);
}

async fn only_coordinators_change_them_and_every_change_is_audited(network: &'static Network) {
    let wanted = pb::NetworkSettings { answer_due_days: 31, ..Default::default() };
    let partner = network.home_partner().await;
    for other in [network.reviewer().await, network.partner_admin(&partner).await] {
        let refused =
            other.settings().update_network_settings(change(wanted.clone(), &["answer_due_days"])).await;
        expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    }
    let coordinator = network.coordinator().await;
    let before = read(&coordinator).await;
    let stale = pb::NetworkSettings { etag: "\"0\"".to_owned(), ..wanted.clone() };
    let refused = coordinator.settings().update_network_settings(change(stale, &["answer_due_days"])).await;
    expect(Code::Aborted, "ETAG_MISMATCH", refused);
    let after =
        done(coordinator.settings().update_network_settings(change(wanted, &["answer_due_days"])).await);
    assert_eq!((after.answer_due_days, after.revision), (31, before.revision + 1));
    assert_eq!(after.uid, before.uid);
    let channel = network.channel("partners");
    let mut events =
        proto::partners::event_service_client::EventServiceClient::with_interceptor(channel, coordinator.who);
    let request = proto::common::ListAuditEventsRequest {
        filter: format!("resource = \"{NAME}\""),
        ..Default::default()
    };
    let audit = done(events.list_audit_events(request).await).audit_events;
    assert!(audit.iter().any(|event| event.principal == coordinator.name), "{audit:?}");
}

async fn every_wrong_setting_is_named(network: &'static Network) {
    let wrong = pb::NetworkSettings {
        time_zone: "Mars/Olympus".to_owned(),
        public_k: 2,
        rag_amber: Some(DecimalValue { value: "0.95".to_owned() }),
        due_soon_days: -1,
        ..Default::default()
    };
    let paths = ["time_zone", "public_k", "rag_amber", "due_soon_days"];
    let coordinator = network.coordinator().await.speaking("fr");
    let refused = coordinator.settings().update_network_settings(change(wrong, &paths)).await;
    let refusal = expect(Code::InvalidArgument, "INVALID_FIELD", refused);
    let fields = ["time_zone", "rag_amber", "public_k", "due_soon_days"];
    assert_eq!(refusal.fields, fields.map(|field| format!("network_settings.{field}")));
    assert!(refusal.message.contains("fuseau horaire"), "{}", refusal.message);
}

told_everywhere!(
    the_settings_are_there_from_the_start_and_anyone_may_know_them,
    only_coordinators_change_them_and_every_change_is_audited,
    every_wrong_setting_is_named,
);

/// Projects hear of a change within the minute that they remember settings for: here a day that no longer is due soon.
async fn projects_follow_within_a_minute(network: &'static Network) {
    let [_, later] = halves(network).await;
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let reporting = super::reporting::reporting(network, &partner).await;
    let draft = reporting.create(reporting.draft(&later, "1", "1"));
    let report = done(admin.reports().create_report(draft).await);
    use proto::projects::report::Punctuality;
    assert_eq!(report.punctuality(), Punctuality::DueSoon, "due on {:?}", in_days(5));
    let coordinator = network.coordinator().await;
    let wanted = pb::NetworkSettings { due_soon_days: 2, ..Default::default() };
    done(coordinator.settings().update_network_settings(change(wanted, &["due_soon_days"])).await);
    eventually(75, "projects know what was agreed on", async || {
        super::reporting::read(&admin, &report.name).await.punctuality() == Punctuality::NotDue
    })
    .await;
}

told_alone!(projects_follow_within_a_minute);
