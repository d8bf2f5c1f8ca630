//! What the calendar, and what follows it, make of an agreement.

use super::*;

/// The rule is explicit: an amendment that is being written keeps nobody from ending what is in force.
#[test]
fn les_13_what_is_in_force_can_be_ended_while_an_amendment_is_open() {
    let mut agreement = on(signed(explicit), "2026-06-01");
    agreement.successor = "partnerships/p/agreements/draft".to_owned();
    let asked = pb::TerminateAgreementRequest {
        effective_date: Some(day("2026-11-30").to_date()),
        reason: "Because.".to_owned(),
        ..Default::default()
    };
    terminate(&mut agreement, &asked, &by(LEAD)).unwrap();
    assert_eq!(agreement.last, Some(day("2026-11-29")));
    assert_eq!(on(agreement, "2026-11-30").state, State::Terminated);
}

#[test]
fn les_14_the_calendar_alone_begins_and_ends_it() {
    let agreement = signed(|draft| {
        explicit(draft);
        draft.period = period("2026-03-01", "2026-12-31");
    });
    for (today, state) in [
        ("2026-02-28", State::Signed),
        ("2026-03-01", State::InForce),
        ("2026-12-31", State::InForce),
        ("2027-01-01", State::Expired),
    ] {
        assert_eq!(on(agreement.clone(), today).state, state, "{today}");
        assert_eq!(on(on(agreement.clone(), today), today).state, state, "twice");
    }
    // However long nobody looked, or how often, the end is the same.
    let seldom = on(signed(|_| ()), "2030-01-01");
    let often = ["2026-12-31", "2027-01-01", "2028-06-01", "2029-01-01", "2030-01-01"];
    let often = often.into_iter().fold(signed(|_| ()), on);
    assert_eq!(
        (seldom.state, seldom.period_end, seldom.tacit_renewals),
        (often.state, often.period_end, often.tacit_renewals)
    );
}

#[test]
fn par_12_it_renews_itself_as_often_as_it_may_unless_notice_was_given_in_time() {
    let agreement = signed(|_| ());
    assert_eq!(agreement.last, Some(day("2028-12-31")));
    for (today, state, times, end) in [
        ("2026-12-31", State::InForce, 0, "2026-12-31"),
        ("2027-01-01", State::InForce, 1, "2027-12-31"),
        ("2028-01-01", State::InForce, 2, "2028-12-31"),
        ("2029-01-01", State::Expired, 2, "2028-12-31"),
    ] {
        let then = on(agreement.clone(), today);
        assert_eq!(
            (then.state.get(), then.tacit_renewals, then.period_end),
            (state, times, Some(day(end))),
            "{today}"
        );
    }
    let mut late = on(agreement.clone(), "2026-12-02");
    assert_eq!(rule(give_notice(&mut late, OTHER, &by(OTHER))), "PAR-12");
    let mut timely = on(agreement.clone(), "2026-12-01");
    give_notice(&mut timely, OTHER, &by(OTHER)).unwrap();
    assert_eq!(timely.last, Some(day("2026-12-31")));
    assert_eq!(on(timely.clone(), "2027-01-01").state, State::Expired);
    assert_eq!(rule(give_notice(&mut timely, LEAD, &by(LEAD))), "PAR-12");
    let mut last_term = on(agreement, "2028-02-01");
    assert_eq!(rule(give_notice(&mut last_term, LEAD, &by(LEAD))), "PAR-12");
}

#[test]
fn par_14_reminders_are_noted_once_each() {
    let mut agreement = signed(explicit);
    let days = [180, 90, 30];
    let mut told = Vec::new();
    for today in
        ["2026-07-03", "2026-07-04", "2026-08-01", "2026-10-02", "2026-10-03", "2026-12-01", "2026-12-30"]
    {
        let before = agreement.reminded;
        agreement = on(agreement, today);
        clock::remind(&mut agreement, day(today), &days);
        if agreement.reminded != before {
            told.push((today, agreement.reminded));
        }
    }
    assert_eq!(told, [("2026-07-04", 180), ("2026-10-02", 90), ("2026-12-01", 30)]);
    // Where the network agrees on earlier ones afterwards, what was said stays said.
    clock::remind(&mut agreement, day("2026-12-30"), &[180, 90]);
    assert_eq!(agreement.reminded, 30);
    let message: pb::Agreement = on(agreement, "2026-12-30").into();
    assert_eq!(message.days_to_expiry, Some(1));
}

fn ending(effective: &str, mutual: bool) -> pb::TerminateAgreementRequest {
    pb::TerminateAgreementRequest {
        effective_date: Some(day(effective).into()),
        mutual,
        evidence: if mutual { vec![evidence()] } else { Vec::new() },
        ..Default::default()
    }
}

#[test]
fn it_is_terminated_after_its_notice_or_by_common_consent() {
    let agreement = on(signed(explicit), "2026-06-01");
    let mut early = agreement.clone();
    assert_eq!(rule(terminate(&mut early, &ending("2026-06-30", false), &by(OTHER))), "AGREEMENT_NOTICE");
    let mut unproven = ending("2026-06-30", true);
    unproven.evidence.clear();
    assert_eq!(fields(terminate(&mut agreement.clone(), &unproven, &by(OTHER))), ["evidence"]);
    let mut timely = agreement.clone();
    terminate(&mut timely, &ending("2026-07-01", false), &by(OTHER)).unwrap();
    assert_eq!((timely.state.get(), timely.last), (State::InForce, Some(day("2026-06-30"))));
    assert_eq!(timely.termination.requested_by, OTHER);
    assert_eq!(on(timely, "2026-07-01").state, State::Terminated);
    let mut at_once = agreement;
    terminate(&mut at_once, &ending("2026-06-01", true), &by(OTHER)).unwrap();
    assert_eq!(at_once.state, State::Terminated);
}

fn renewal(agreement: &Model, end: &str) -> Result<Model> {
    let asked = Asked { name: agreement.name.clone(), new_end: Some(day(end)), ..Asked::default() };
    succession::succeed(agreement, &asked, SuccessionKind::Renewal, &by(LEAD))
}

fn reviewed(mut agreement: Model, on: &str) -> Model {
    agreement.reviewed = Some(day(on));
    agreement
}

#[test]
fn par_10_a_renewal_follows_at_once_and_lasts_five_years_at_most() {
    let running = reviewed(on(signed(explicit), "2026-11-01"), "2026-10-01");
    let successor = renewal(&running, "2031-12-31").unwrap();
    assert_eq!(successor.period_start, Some(day("2027-01-01")));
    assert_eq!((successor.predecessor.as_str(), successor.lineage_number), (running.name.as_str(), 2));
    assert_eq!(fields(renewal(&running, "2032-01-01")), ["new_end_date"]);
    let over = reviewed(on(signed(explicit), "2027-03-31"), "2027-01-01");
    assert_eq!(renewal(&over, "2028-12-31").unwrap().period_start, Some(day("2027-03-31")));
    let long_over = reviewed(on(signed(explicit), "2027-04-01"), "2027-01-01");
    assert_eq!(rule(renewal(&long_over, "2028-12-31")), "PAR-10");
    let mut moved: pb::Agreement = successor.clone().into();
    moved.period = period("2027-02-01", "2028-12-31");
    assert_eq!(rule(update(&mut successor.clone(), &moved, &by(LEAD))), "PAR-10");
}

#[test]
fn par_11_a_renewal_needs_a_recent_health_check() {
    let running = on(signed(explicit), "2026-11-01");
    assert_eq!(rule(renewal(&running, "2028-12-31")), "PAR-11");
    assert_eq!(rule(renewal(&reviewed(running.clone(), "2025-10-31"), "2028-12-31")), "PAR-11");
    renewal(&reviewed(running, "2025-11-01"), "2028-12-31").unwrap();
}

#[test]
fn par_9_no_two_of_one_lineage_are_in_force_the_same_day() {
    let mut first = on(signed(explicit), "2026-06-01");
    let asked = Asked { name: first.name.clone(), id: "b".to_owned(), ..Asked::default() };
    let amend = |of: &Model| succession::succeed(of, &asked, SuccessionKind::Amendment, &by(LEAD));
    let mut second = amend(&first).unwrap();
    signatures::propose(&mut second, &by(LEAD)).unwrap();
    signatures::sign(&mut second, &said(LEAD), &by(LEAD)).unwrap();
    assert_eq!(second.in_force, None, "not before all have signed");
    signatures::sign(&mut second, &said(OTHER), &by(OTHER)).unwrap();
    succession::supersede(&mut first, second.in_force.unwrap(), day("2026-06-01"));
    assert_eq!((first.state.get(), first.last), (State::Superseded, Some(day("2026-05-31"))));
    assert_eq!(second.in_force, Some(day("2026-06-01")));
    let mut followed = on(signed(explicit), "2026-06-01");
    followed.successor = "partnerships/p/agreements/b".to_owned();
    assert_eq!(rule(amend(&followed)), "PAR-9");
    assert_eq!(rule(renewal(&reviewed(followed, "2026-05-01"), "2027-12-31")), "PAR-9");
    // A renewal takes over the day after; until then the first is in force.
    let mut renewed = on(signed(explicit), "2026-11-01");
    succession::supersede(&mut renewed, day("2027-01-01"), day("2026-11-01"));
    assert_eq!((renewed.state.get(), renewed.last), (State::InForce, Some(day("2026-12-31"))));
    assert_eq!(on(renewed, "2027-01-01").state, State::Superseded);
}

/// What a successor begins anew; all else it says again.
const ANEW: &[&str] = &[
    "name",
    "uid",
    "etag",
    "create_time",
    "update_time",
    "revision",
    "state",
    "period",
    "external_reference",
    "predecessor",
    "succession_kind",
    "successor",
    "lineage_number",
    "tacit_renewals",
    "renewal_notice",
    "termination",
    "in_force_date",
    "last_date",
    "days_to_expiry",
    "last_reminder_days",
    "state_reason",
    "origin",
    "gaps",
    "awaiting",
    "awaiting_since",
    "waiting_parties",
    "allowed_actions",
];

#[test]
fn les_12_a_successor_says_all_that_is_not_changed() {
    let first = reviewed(on(signed(|_| ()), "2026-11-01"), "2026-10-01");
    let mut before: pb::Agreement = first.clone().into();
    for party in &mut before.parties {
        party.signature = None;
    }
    let after: pb::Agreement = renewal(&first, "2027-12-31").unwrap().into();
    let differ = chassis::mask::differing(&before, &after).unwrap();
    let lost: Vec<_> = differ.iter().filter(|field| !ANEW.contains(&field.as_str())).collect();
    assert!(lost.is_empty(), "{lost:?}");
    // Every field of the contract is one or the other, and the sample says something in each that is carried over.
    let empty = chassis::mask::differing(&pb::Agreement::default(), &before).unwrap();
    let said: BTreeSet<&str> = empty.iter().map(String::as_str).chain(ANEW.iter().copied()).collect();
    let descriptor = proto::pool().get_message_by_name("ensemble.partners.v1.Agreement").unwrap();
    let unknown: Vec<_> = descriptor
        .fields()
        .map(|field| field.name().to_owned())
        .filter(|name| !said.contains(name.as_str()))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    // Changes are taken over.
    let changes = pb::Agreement { notice_days: Some(10), ..Default::default() };
    let asked = Asked { changes, new_end: Some(day("2027-12-31")), ..Asked::default() };
    let changed = succession::succeed(&first, &asked, SuccessionKind::Renewal, &by(LEAD)).unwrap();
    assert_eq!((changed.notice_days, changed.parties.len()), (10, 2));
}

#[test]
fn bey_8_an_agreement_is_taken_in_as_found() {
    let mut said = draft();
    said.document = None;
    said.contents.clear();
    said.kind = 0;
    let agreement = found(&within("2026-06-01"), "a", &said, State::InForce, Micros(1)).unwrap();
    assert_eq!((agreement.state.get(), agreement.last), (State::InForce, Some(day("2028-12-31"))));
    let fields: Vec<_> = gaps(&agreement).iter().map(|gap| gap.field).collect();
    assert_eq!(fields, ["kind", "document", "contents", "parties"]);
    let mut unfinished = found(&within("2026-06-01"), "a", &said, State::Draft, Micros(1)).unwrap();
    assert_eq!(rule(signatures::propose(&mut unfinished, &by(LEAD))), "BEY-8");
}

#[test]
fn les_13_what_has_ended_is_not_brought_back_by_an_amendment() {
    let mut first = on(signed(explicit), "2026-06-01");
    let asked = Asked { name: first.name.clone(), id: "b".to_owned(), ..Asked::default() };
    let amendment = succession::succeed(&first, &asked, SuccessionKind::Amendment, &by(LEAD)).unwrap();
    succession::still_runs(&amendment, &first).unwrap();
    terminate(&mut first, &ending("2026-06-01", true), &by(OTHER)).unwrap();
    assert_eq!(rule(succession::still_runs(&amendment, &first)), "PAR-9");
    let mut renewed = amendment;
    renewed.succession_kind = SuccessionKind::Renewal.into();
    succession::still_runs(&renewed, &first).unwrap();
}
