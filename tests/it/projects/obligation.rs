//! Who owes which report: told to those who may know, reminded of once a day, and counted.

use proto::projects as pb;
use proto::projects::report::Punctuality;
use tonic::Code;

use super::lead;
use super::reporting::{Reporting, halves, reporting};
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, eventually};

async fn owed(caller: &Caller, filter: &str) -> Vec<pb::ReportObligation> {
    let request = pb::ListReportObligationsRequest { filter: filter.to_owned(), ..Default::default() };
    done(caller.reports().list_report_obligations(request).await).report_obligations
}

fn of(reporting: &Reporting) -> String {
    format!("project = \"{}\"", reporting.project)
}

async fn prj_24_what_is_owed_is_told_by_urgency_with_whose_turn_it_is(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let ([earlier, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let all = owed(&admin, &of(&reporting)).await;
    let told: Vec<_> =
        all.iter().map(|owed| (owed.reporting_period.as_str(), owed.punctuality(), owed.days_late)).collect();
    assert_eq!(
        told,
        [(earlier.as_str(), Punctuality::Overdue, 180), (later.as_str(), Punctuality::DueSoon, 0)]
    );
    assert!(all.iter().all(|owed| owed.awaiting == "PARTNER" && owed.lead_partner == partner));
    assert!(all[0].project_title.starts_with("Projet "), "{}", all[0].project_title);
    let sent = reporting.submitted(&admin, &earlier, "100").await;
    let all =
        owed(&network.reviewer().await, &format!("{} AND awaiting = \"REVIEWER\"", of(&reporting))).await;
    let [waiting] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((waiting.report.as_str(), waiting.punctuality()), (sent.name.as_str(), Punctuality::Late));
    assert_eq!((waiting.awaiting_since, waiting.days_late), (sent.submit_time, 180));
}

async fn les_23_nobody_learns_of_what_others_owe(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let reporting = reporting(network, &partner).await;
    let other = network.home_partner().await;
    let stranger = network.partner_admin(&other).await;
    assert!(owed(&stranger, &of(&reporting)).await.is_empty());
    assert!(owed(&stranger, "").await.iter().all(|owed| owed.lead_partner == other));
    assert!(owed(&admin, "").await.iter().all(|owed| owed.lead_partner == partner));
    assert_eq!(owed(&network.coordinator().await, &of(&reporting)).await.len(), 2);
    let nobody = network
        .anonymous()
        .reports()
        .list_report_obligations(pb::ListReportObligationsRequest::default())
        .await;
    expect(Code::Unauthenticated, "UNAUTHENTICATED", nobody);
}

async fn pages_of_obligations_go_on_where_they_ended(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    for _ in 0..3 {
        reporting(network, &partner).await;
    }
    let whole = owed(&admin, "").await;
    assert_eq!(whole.len(), 6);
    let (mut walked, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListReportObligationsRequest { page_size: 4, page_token, ..Default::default() };
        let page = done(admin.reports().list_report_obligations(request).await);
        walked.extend(page.report_obligations);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(walked, whole);
    for wrong in ["nonsense = 1", "punctuality = SOMETIMES", "due_date >"] {
        let request = pb::ListReportObligationsRequest { filter: wrong.to_owned(), ..Default::default() };
        expect(
            Code::InvalidArgument,
            "INVALID_FIELD",
            admin.reports().list_report_obligations(request).await,
        );
    }
}

async fn a_reminder_is_an_event_once_a_day(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let ([earlier, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let coordinator = network.coordinator().await;
    let request = pb::RemindReportsRequest { filter: of(&reporting), ..Default::default() };
    let rehearsal = pb::RemindReportsRequest { validate_only: true, ..request.clone() };
    let name = |period: &String| format!("{}/{period}", reporting.project);
    for request in [rehearsal.clone(), rehearsal, request.clone()] {
        let answer = done(coordinator.reports().remind_reports(request).await);
        let told: Vec<_> = answer.results.iter().map(|result| (result.name.clone(), result.done)).collect();
        assert_eq!(told, [(name(&earlier), true), (name(&later), true)], "a rehearsal is none");
    }
    let again = done(coordinator.speaking("fr").reports().remind_reports(request).await);
    assert!(again.results.iter().all(|result| !result.done && result.reason == "ALREADY_REMINDED"));
    assert_eq!(again.results[0].message, "déjà relancé aujourd'hui");
    assert!(owed(&admin, &of(&reporting)).await.iter().all(|owed| owed.remind_time.is_some()));
    let heard = reminders(&admin, &name(&earlier)).await;
    let [reminder] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!((&reminder.lead_partner, reminder.punctuality()), (&partner, Punctuality::Overdue));
    let stranger = network.outsider().await;
    assert!(reminders(&stranger, &name(&earlier)).await.is_empty(), "LES-23");
    let by_partner = pb::RemindReportsRequest { filter: of(&reporting), ..Default::default() };
    expect(Code::PermissionDenied, "PERMISSION_DENIED", admin.reports().remind_reports(by_partner).await);
}

/// The reminders of something that a caller hears of.
async fn reminders(caller: &Caller, subject: &str) -> Vec<pb::ReportReminder> {
    let channel = caller.network.channel("projects");
    let mut events =
        pb::event_service_client::EventServiceClient::with_interceptor(channel, caller.who.clone());
    let request = proto::common::WatchEventsRequest {
        from_beginning: true,
        filter: format!("subject = \"{subject}\""),
        ..Default::default()
    };
    let mut stream = done(events.watch_events(request).await);
    let mut heard = Vec::new();
    while let Ok(Some(batch)) = stream.message().await {
        if batch.events.is_empty() {
            break; // a checkpoint: all that there is was told
        }
        heard.extend(batch.events.into_iter().map(|event| {
            let data = event.data.unwrap();
            assert!(data.type_url.ends_with("ensemble.projects.v1.ReportReminder"), "{}", data.type_url);
            <pb::ReportReminder as prost::Message>::decode(data.value.as_slice()).unwrap()
        }));
    }
    heard
}

told_everywhere!(
    prj_24_what_is_owed_is_told_by_urgency_with_whose_turn_it_is,
    les_23_nobody_learns_of_what_others_owe,
    pages_of_obligations_go_on_where_they_ended,
    a_reminder_is_an_event_once_a_day,
);

/// Two half-years go by without a word: the project is dormant, to whoever looks and by an event; a report wakes it.
async fn prj_24_a_project_falls_asleep_and_wakes_up(network: &'static Network) {
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let ([_, later], reporting) = (halves(network).await, reporting(network, &partner).await);
    let project = async |caller: &Caller| {
        let request = pb::GetProjectRequest { name: reporting.project.clone() };
        done(caller.projects().get_project(request).await)
    };
    assert!(!project(&admin).await.dormant);
    network.later(40);
    let (admin, coordinator) = (admin.again().await, network.coordinator().await.again().await);
    let missing = owed(&coordinator, &format!("{} AND punctuality = MISSING", of(&reporting))).await;
    assert_eq!(missing.len(), 2);
    assert!(missing.iter().all(|owed| owed.dormant), "computed as it is read");
    eventually(60, "the project is marked", async || project(&admin).await.dormant).await;
    let reopen = pb::ReopenReportingPeriodRequest {
        name: later.clone(),
        reason: "They are back.".to_owned(),
        lock_date: super::reporting::in_days(60),
        ..Default::default()
    };
    done(coordinator.periods().reopen_reporting_period(reopen).await);
    reporting.submitted(&admin, &later, "200").await;
    assert!(!project(&admin).await.dormant, "it woke as it reported");
    assert!(owed(&coordinator, &of(&reporting)).await.iter().all(|owed| !owed.dormant));
}

told_alone_everywhere!(prj_24_a_project_falls_asleep_and_wakes_up);
