//! Reporting periods: planned by coordinators, opened and closed by the clock.

use proto::common::{Event, WatchEventsRequest};
use proto::projects as pb;
use proto::projects::reporting_period::{Cycle, State};
use tonic::Code;

use super::reporting::{days, halves, in_days, period, plan, reporting, submit};
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, eventually};
use crate::sample;

async fn read(caller: &Caller, name: &str) -> pb::ReportingPeriod {
    let request = pb::GetReportingPeriodRequest { name: name.to_owned() };
    done(caller.periods().get_reporting_period(request).await)
}

fn reopen(name: &str, lock: i64) -> pb::ReopenReportingPeriodRequest {
    pb::ReopenReportingPeriodRequest {
        name: name.to_owned(),
        reason: "The servers were down.".to_owned(),
        lock_date: in_days(lock),
        ..Default::default()
    }
}

async fn prj_17_periods_of_a_cycle_adjoin(network: &'static Network) {
    let coordinator = network.coordinator().await;
    halves(network).await;
    let make = |cycle, start, end| {
        let coordinator = coordinator.clone();
        async move {
            let period = period(cycle, (start, end), end + 1, end + 2);
            let request = pb::CreateReportingPeriodRequest { validate_only: true, ..plan(period) };
            coordinator.periods().create_reporting_period(request).await
        }
    };
    expect(Code::FailedPrecondition, "PRJ_17", make(Cycle::HalfYearly, 1, 180).await);
    expect(Code::FailedPrecondition, "PRJ_17", make(Cycle::HalfYearly, -1, 180).await);
    assert_eq!(done(make(Cycle::HalfYearly, 0, 180).await).state(), State::Open);
    assert_eq!(done(make(Cycle::Annual, 1, 300).await).state(), State::Scheduled, "another cycle");
}

async fn only_coordinators_plan_and_anyone_may_know(network: &'static Network) {
    let [earlier, _] = halves(network).await;
    assert_eq!(read(&network.anonymous(), &earlier).await.state(), State::Open);
    let partner = network.home_partner().await;
    for other in [network.reviewer().await, network.partner_admin(&partner).await] {
        let request = plan(period(Cycle::Annual, (400, 500), 501, 502));
        let refused = other.periods().create_reporting_period(request).await;
        expect(Code::PermissionDenied, "PERMISSION_DENIED", refused);
    }
    let listed = pb::ListReportingPeriodsRequest {
        filter: "cycle = HALF_YEARLY".to_owned(),
        order_by: "period.start_date".to_owned(),
        ..Default::default()
    };
    let listed = done(network.anonymous().periods().list_reporting_periods(listed).await).reporting_periods;
    assert_eq!(
        listed.iter().map(|period| &period.name).collect::<Vec<_>>(),
        halves(network).await.each_ref()
    );
    assert!(listed.iter().all(|period| period.state() == State::Open));
}

async fn days_that_were_reported_on_do_not_move(network: &'static Network) {
    let [earlier, _] = halves(network).await;
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let reporting = reporting(network, &partner).await;
    done(admin.reports().create_report(reporting.create(reporting.draft(&earlier, "1", "1"))).await);
    let coordinator = network.coordinator().await;
    let mut period = read(&coordinator, &earlier).await;
    period.etag.clear();
    period.period = days(-381, -191);
    let request = pb::UpdateReportingPeriodRequest {
        reporting_period: Some(period),
        update_mask: Some(prost_types::FieldMask { paths: vec!["period".to_owned()] }),
        validate_only: true,
        ..Default::default()
    };
    expect(Code::FailedPrecondition, "PRJ_17", coordinator.periods().update_reporting_period(request).await);
}

told_everywhere!(
    prj_17_periods_of_a_cycle_adjoin,
    only_coordinators_plan_and_anyone_may_know,
    days_that_were_reported_on_do_not_move,
);

/// PRJ-25 over the wire: a coordinator closes the period, nothing is taken, reopens it, and it is.
async fn prj_25_a_closed_period_takes_nothing_until_it_is_reopened(network: &'static Network) {
    let [earlier, _] = halves(network).await;
    let partner = network.home_partner().await;
    let admin = network.partner_admin(&partner).await;
    let reporting = reporting(network, &partner).await;
    let report =
        done(admin.reports().create_report(reporting.create(reporting.draft(&earlier, "100", "100"))).await);
    let coordinator = network.coordinator().await;
    let close = pb::CloseReportingPeriodRequest { name: earlier.clone(), ..Default::default() };
    assert_eq!(done(coordinator.periods().close_reporting_period(close).await).state(), State::Closed);
    assert_eq!(read(&admin, &earlier).await.state(), State::Closed);
    expect(Code::FailedPrecondition, "PRJ_25", admin.reports().submit_report(submit(&report.name)).await);
    let told = super::reporting::read(&admin, &report.name).await;
    let action = told.allowed_actions.iter().find(|action| action.method == "SubmitReport").unwrap();
    assert_eq!((action.allowed, action.reason.as_str()), (false, "PRJ-25"), "BEY-7");
    assert_eq!(told.punctuality(), pb::report::Punctuality::Missing);
    let past = coordinator.periods().reopen_reporting_period(reopen(&earlier, -1)).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", past).fields, ["lock_date"]);
    let reopened = done(coordinator.periods().reopen_reporting_period(reopen(&earlier, 3)).await);
    assert_eq!((reopened.state(), reopened.state_reason.as_str()), (State::Open, "The servers were down."));
    let sent = done(admin.reports().submit_report(submit(&report.name)).await);
    assert_eq!(sent.punctuality(), pb::report::Punctuality::Late);
}

/// The clock alone opens and closes, whoever looks; the sweep tells it as events.
async fn the_clock_says_the_same_to_readers_and_to_followers(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let quarter = period(Cycle::Quarterly, (10, 99), 100, 110);
    let name = done(coordinator.periods().create_reporting_period(plan(quarter)).await).name;
    assert_eq!(read(&coordinator, &name).await.state(), State::Scheduled);
    network.later(20);
    assert_eq!(read(&network.anonymous(), &name).await.state(), State::Open);
    eventually(60, "an event tells that it opened", async || told(network, &name).await == ["OPEN"]).await;
    network.later(120);
    assert_eq!(read(&network.anonymous(), &name).await.state(), State::Closed);
    eventually(60, "an event tells that it closed", async || {
        told(network, &name).await == ["OPEN", "CLOSED"]
    })
    .await;
}

/// The states that events told a period to have entered, after the first.
async fn told(network: &'static Network, name: &str) -> Vec<String> {
    let channel = network.channel("projects");
    let mut events = pb::event_service_client::EventServiceClient::new(channel);
    let request = WatchEventsRequest {
        from_beginning: true,
        filter: format!("subject = \"{name}\""),
        ..Default::default()
    };
    let mut stream = done(events.watch_events(request).await);
    let mut entered = Vec::new();
    while let Ok(Some(batch)) = stream.message().await {
        if batch.events.is_empty() {
            break; // a checkpoint: all that there is was told
        }
        entered.extend(batch.events.into_iter().skip_while(|event: &Event| event.from_state.is_empty()));
    }
    entered.into_iter().map(|event| event.to_state).collect()
}

/// Of three periods, of which the clock opened one, those are opened that are not, and those closed that a filter names.
async fn many_are_opened_and_closed_at_once_each_by_itself(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let mut names = Vec::new();
    for (start, end) in [(-10, 79), (80, 169), (170, 259)] {
        let quarter = period(Cycle::Quarterly, (start, end), end + 1, end + 2);
        names.push(done(coordinator.periods().create_reporting_period(plan(quarter)).await).name);
    }
    let open = pb::OpenReportingPeriodsRequest {
        filter: "cycle = QUARTERLY".to_owned(),
        request_id: sample::request_id(),
        ..Default::default()
    };
    let rehearsal = pb::OpenReportingPeriodsRequest { validate_only: true, ..open.clone() };
    let rehearsed = done(coordinator.periods().open_reporting_periods(rehearsal).await);
    assert_eq!(read(&coordinator, &names[1]).await.state(), State::Scheduled, "a rehearsal moves nothing");
    let opened = done(coordinator.periods().open_reporting_periods(open.clone()).await);
    assert_eq!(opened, rehearsed);
    let told: Vec<_> = opened.results.iter().map(|result| (&result.name, result.done)).collect();
    assert_eq!(told, [(&names[1], true), (&names[2], true)]);
    assert_eq!(
        done(coordinator.periods().open_reporting_periods(open).await),
        opened,
        "sent twice, done once"
    );
    let close = pb::CloseReportingPeriodsRequest {
        filter: format!("period.start_date < {}", day(100)),
        ..Default::default()
    };
    let closed = done(coordinator.periods().close_reporting_periods(close.clone()).await);
    let told: Vec<_> = closed.results.iter().map(|result| (&result.name, result.done)).collect();
    assert_eq!(told, [(&names[0], true), (&names[1], true)]);
    for (name, state) in names.iter().zip([State::Closed, State::Closed, State::Open]) {
        assert_eq!(read(&network.anonymous(), name).await.state(), state);
    }
    assert!(done(coordinator.periods().close_reporting_periods(close).await).results.is_empty());
    let all = pb::CloseReportingPeriodsRequest::default();
    let refused = coordinator.periods().close_reporting_periods(all.clone()).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["filter"]);
    let reviewer = network.reviewer().await.periods().close_reporting_periods(all).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", reviewer);
}

/// A day so many days from today, as filters write it.
fn day(days: i64) -> String {
    let proto::Date { year, month, day } = in_days(days).unwrap();
    format!("{year:04}-{month:02}-{day:02}")
}

async fn a_title_is_in_both_languages(network: &'static Network) {
    let coordinator = network.coordinator().await;
    let quarter = pb::ReportingPeriod {
        period: Some(proto::common::DateRange {
            start_date: Some(proto::Date { year: 2031, month: 4, day: 1 }),
            end_date: Some(proto::Date { year: 2031, month: 6, day: 30 }),
        }),
        open_date: Some(proto::Date { year: 2031, month: 6, day: 1 }),
        due_date: Some(proto::Date { year: 2031, month: 7, day: 15 }),
        lock_date: Some(proto::Date { year: 2031, month: 7, day: 31 }),
        cycle: Cycle::Quarterly.into(),
        ..Default::default()
    };
    let name = done(coordinator.periods().create_reporting_period(plan(quarter)).await).name;
    for (language, title) in [("fr", "2031 T2"), ("en", "2031 Q2")] {
        let told = read(&coordinator.speaking(language), &name).await;
        assert_eq!(told.title.unwrap().display_text, title);
    }
}

told_alone!(
    prj_25_a_closed_period_takes_nothing_until_it_is_reopened,
    the_clock_says_the_same_to_readers_and_to_followers,
    many_are_opened_and_closed_at_once_each_by_itself,
    a_title_is_in_both_languages,
);
