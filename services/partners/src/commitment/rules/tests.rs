use chassis::Told as _;
use chassis::auth::Role;
use chassis::lifecycle::Stateful as _;
use proto::Private as _;
use proto::common::{DateRange, DecimalValue, Money};
use proto::partners::PartnershipMember;
use proto::partners::partnership_member::Role as Part;
use testing::{self, because, day, fields, person, said};
use uuid::Uuid;

use super::super::{allocations, parts};
use super::*;

const LEAD: &str = "partners/lead";
const GIVER: &str = "partners/giver";
const OTHER: &str = "partners/other";
const WATCHER: &str = "partners/watcher";

fn within() -> partnership::row::Model {
    let mut row = partnership::rules::blank("p", Uuid::nil(), Micros(0));
    let member = |(partner, role): (&str, Part)| PartnershipMember {
        partner: partner.to_owned(),
        role: role.into(),
        join_date: Some(day("2026-01-01").into()),
        ..Default::default()
    };
    let members =
        [(LEAD, Part::Lead), (GIVER, Part::Funder), (OTHER, Part::Partner), (WATCHER, Part::Observer)];
    row.members = members.map(member).to_vec().into();
    row.lead_partner = LEAD.to_owned();
    row.state = proto::partners::partnership::State::Active.into();
    row.facts.today = Some(day("2026-11-26"));
    row
}

fn call(partner: &str, roles: &[Role], network: &[Role], reason: &str) -> Call {
    let partners: Vec<_> = roles.iter().map(|role| (partner, *role)).collect();
    because(reason, person(network, &partners))
}

fn admin(partner: &str) -> Call {
    call(partner, &[Role::PartnerAdmin], &[], "Because.")
}

fn coordinator() -> Call {
    call("partners/x", &[], &[Role::Coordinator], "Because.")
}

fn euros(minor_units: i64) -> Option<Money> {
    Some(Money { currency_code: "EUR".to_owned(), minor_units })
}

fn number(value: &str) -> Option<DecimalValue> {
    Some(DecimalValue { value: value.to_owned() })
}

fn draft() -> pb::Commitment {
    pb::Commitment {
        partner: GIVER.to_owned(),
        resource_type: "FUNDING".to_owned(),
        nature: Nature::Cash.into(),
        description: Some(said(&[("fr", "Une subvention.")])),
        amount: euros(100_000),
        period: Some(DateRange {
            start_date: Some(day("2026-01-01").into()),
            end_date: Some(day("2026-12-31").into()),
        }),
        ..Default::default()
    }
}

fn in_kind() -> pb::Commitment {
    pb::Commitment {
        resource_type: "STAFF_TIME".to_owned(),
        nature: Nature::InKind.into(),
        quantity: number("12.5"),
        unit: "PERSON_DAY".to_owned(),
        amount: euros(500_000),
        ..draft()
    }
}

fn made(draft: &pb::Commitment) -> Model {
    let mut row = create("partnerships/p", "c", draft, &admin(GIVER)).unwrap();
    row.within = Some(Arc::new(within()));
    pledge(&mut row, &admin(GIVER)).unwrap();
    row
}

fn confirmed(draft: &pb::Commitment) -> Model {
    let mut row = made(draft);
    let giver = draft.partner.clone();
    confirm(&mut row, &admin(&giver)).unwrap();
    row
}

fn rule<T>(result: Result<T>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(Error::Forbidden { .. }) => "FORBIDDEN",
        other => testing::rule(other),
    }
}

fn deliver(row: &mut Model, minor_units: i64) -> Result<()> {
    let request = pb::RecordDeliveryRequest {
        delivery_date: Some(day("2026-11-01").into()),
        amount: euros(minor_units),
        ..Default::default()
    };
    deliveries::record(row, &request, &admin(GIVER))
}

#[test]
fn money_has_an_amount_and_anything_else_a_quantity() {
    let asked = |draft: pb::Commitment| fields(create("partnerships/p", "", &draft, &admin(GIVER)));
    assert!(asked(draft()).is_empty() && asked(in_kind()).is_empty());
    assert!(
        asked(pb::Commitment { amount: None, ..in_kind() }).is_empty(),
        "it counts without a money value"
    );
    assert_eq!(asked(pb::Commitment { amount: None, ..draft() }), ["commitment.amount"]);
    assert_eq!(asked(pb::Commitment { amount: euros(0), ..draft() }), ["commitment.amount.minor_units"]);
    assert_eq!(asked(pb::Commitment { quantity: number("1"), ..draft() }), ["commitment.quantity"]);
    let unmeasured = pb::Commitment { quantity: None, unit: String::new(), ..in_kind() };
    assert_eq!(asked(unmeasured), ["commitment.quantity", "commitment.unit"]);
    assert_eq!(asked(pb::Commitment { unit: "PERSON".into(), ..in_kind() }), ["commitment.unit"]);
    let elsewhere = pb::Commitment { agreement: "partnerships/q/agreements/a".into(), ..draft() };
    assert_eq!(asked(elsewhere), ["commitment.agreement"]);
    let bare = pb::Commitment { partner: "partners/giver".to_owned(), ..Default::default() };
    let fields = ["description", "resource_type", "nature", "quantity", "unit", "period"];
    assert_eq!(asked(bare), fields.map(|field| format!("commitment.{field}")));
}

#[test]
fn members_pledge_and_their_own_administrator_confirms() {
    let mut row = made(&draft());
    for other in [call(GIVER, &[Role::Reporter], &[], ""), admin(LEAD), coordinator()] {
        assert_eq!(rule(confirm(&mut row.clone(), &other)), "FORBIDDEN", "SEP-3: nobody binds another");
    }
    assert_eq!(parts::awaiting(&row), ("PARTNER", GIVER));
    confirm(&mut row, &admin(GIVER)).unwrap();
    assert_eq!(row.state(), State::Confirmed);
    assert_eq!(rule(update(&mut row, &draft(), &admin(GIVER))), "STATE");
    let pledged_by = |partner: &str, by: &Call| {
        let draft = pb::Commitment { partner: partner.to_owned(), ..draft() };
        let mut row = create("partnerships/p", "c", &draft, by).unwrap();
        row.within = Some(Arc::new(within()));
        pledge(&mut row, by)
    };
    assert_eq!(rule(pledged_by(GIVER, &admin(LEAD))), "done");
    assert_eq!(rule(pledged_by(GIVER, &admin(OTHER))), "FORBIDDEN");
    assert_eq!(rule(pledged_by("partners/x", &admin("partners/x"))), "INVALID", "no member");
}

#[test]
fn par_16_projects_have_no_more_than_was_pledged_in_the_same_measure() {
    let allocate = |row: &mut Model, project: &str, quantity, amount| {
        let request = pb::AllocateCommitmentRequest {
            project: project.to_owned(),
            quantity,
            amount,
            ..Default::default()
        };
        allocations::allocate(row, &request, &admin(LEAD))
    };
    let mut cash = made(&draft());
    allocate(&mut cash, "projects/a", None, euros(60_000)).unwrap();
    assert_eq!(rule(allocate(&mut cash.clone(), "projects/b", None, euros(40_001))), "PAR-16");
    allocate(&mut cash, "projects/b", None, euros(40_000)).unwrap();
    allocate(&mut cash, "projects/a", None, euros(60_000)).unwrap();
    assert_eq!(cash.projects.0, ["projects/a", "projects/b"]);
    // Less for one project leaves more for another; 0 takes it back.
    allocate(&mut cash, "projects/a", None, euros(1)).unwrap();
    allocate(&mut cash, "projects/b", None, euros(99_999)).unwrap();
    let dollars = Some(Money { currency_code: "USD".to_owned(), minor_units: 1 });
    assert_eq!(rule(allocate(&mut cash.clone(), "projects/c", None, dollars)), "INVALID");
    assert_eq!(rule(allocate(&mut cash.clone(), "projects/a", number("1"), None)), "INVALID");
    assert_eq!(rule(allocate(&mut cash.clone(), "projects/a", None, euros(-1))), "INVALID");
    let smaller = pb::Commitment { amount: euros(99_999), ..draft() };
    assert_eq!(rule(update(&mut cash.clone(), &smaller, &admin(GIVER))), "PAR-16");
    assert_eq!(rule(update(&mut cash.clone(), &in_kind(), &admin(GIVER))), "PAR-16");
    for project in ["projects/a", "projects/b"] {
        allocate(&mut cash, project, None, euros(0)).unwrap();
    }
    assert!(cash.allocations.is_empty() && cash.projects.is_empty());
    // Tenths of days are exact.
    let mut days = made(&in_kind());
    for project in ["projects/a", "projects/b", "projects/c"] {
        allocate(&mut days, project, number("4.1"), None).unwrap();
    }
    assert_eq!(rule(allocate(&mut days.clone(), "projects/d", number("0.200001"), None)), "PAR-16");
    allocate(&mut days, "projects/d", number("0.2"), None).unwrap();
    assert_eq!(rule(allocate(&mut days, "projects/a", None, euros(1))), "INVALID");
}

#[test]
fn par_17_a_delivery_is_taken_back_by_a_line_and_never_edited() {
    let mut row = confirmed(&draft());
    deliver(&mut row, 70_000).unwrap();
    let first = row.deliveries[0].clone();
    deliveries::reverse(&mut row, "d1", &admin(GIVER)).unwrap();
    assert_eq!(row.deliveries[0], first, "the line stands as it was");
    let back = &row.deliveries[1];
    assert_eq!((back.reverses.as_str(), back.amount.clone()), ("d1", euros(-70_000)));
    assert_eq!((row.recorded.as_str(), row.confirmed.as_str()), ("0", "0"));
    assert_eq!(deliveries::told(&row.deliveries)[0].reversed_by, "d2");
    deliver(&mut row, 50_000).unwrap();
    for again in ["d1", "d2"] {
        assert_eq!(rule(deliveries::reverse(&mut row.clone(), again, &admin(GIVER))), "PAR-17");
    }
    assert_eq!(rule(deliveries::confirm(&mut row.clone(), "d1", &admin(LEAD))), "BEY-2");
    // What was confirmed counts no more once it is taken back.
    deliveries::confirm(&mut row, "d3", &admin(LEAD)).unwrap();
    assert_eq!(row.confirmed, "50000");
    assert_eq!(rule(deliveries::reverse(&mut row.clone(), "d3", &admin(LEAD))), "FORBIDDEN");
    assert_eq!(rule(deliveries::reverse(&mut row.clone(), "d9", &admin(GIVER))), "INVALID");
    let silent = call(GIVER, &[Role::PartnerAdmin], &[], "");
    assert_eq!(rule(deliveries::reverse(&mut row.clone(), "d3", &silent)), "INVALID");
    deliveries::reverse(&mut row, "d3", &admin(GIVER)).unwrap();
    assert_eq!((row.recorded.as_str(), row.confirmed.as_str(), row.deliveries.len()), ("0", "0", 4));
}

#[test]
fn bey_2_only_what_the_receiver_confirmed_counts() {
    let mut row = confirmed(&draft());
    assert_eq!(parts::awaiting(&row), ("PARTNER", GIVER));
    deliver(&mut row, 100_000).unwrap();
    assert_eq!((row.recorded.as_str(), row.confirmed.as_str()), ("100000", "0"));
    assert_eq!(parts::awaiting(&row), ("PARTNER", LEAD), "BEY-5");
    assert_eq!(rule(fulfil(&mut row.clone(), "", &coordinator())), "PAR-19");
    for other in [admin(GIVER), admin(OTHER), coordinator(), call(LEAD, &[Role::Integration], &[], "")] {
        assert_eq!(rule(deliveries::confirm(&mut row.clone(), "d1", &other)), "FORBIDDEN");
    }
    assert_eq!(rule(deliveries::waive(&mut row.clone(), &admin(LEAD))), "BEY-2", "it waits for an answer");
    deliveries::dispute(&mut row, "d1", &call(LEAD, &[Role::Reporter], &[], "It never came.")).unwrap();
    assert_eq!(
        (row.deliveries[0].state(), row.deliveries[0].reason.as_str()),
        (Answer::Disputed, "It never came.")
    );
    assert_eq!((row.confirmed.as_str(), parts::awaiting(&row)), ("0", ("PARTNER", GIVER)));
    assert_eq!(rule(deliveries::dispute(&mut row.clone(), "d1", &admin(LEAD))), "BEY-2");
    deliveries::confirm(&mut row, "d1", &admin(LEAD)).unwrap();
    assert_eq!((row.confirmed.as_str(), parts::awaiting(&row)), ("100000", ("PARTNER", LEAD)));
    assert_eq!(rule(deliveries::dispute(&mut row.clone(), "d1", &admin(LEAD))), "BEY-2");
    assert_eq!(rule(fulfil(&mut row.clone(), "", &admin(GIVER))), "FORBIDDEN");
    fulfil(&mut row, "", &admin(LEAD)).unwrap();
    assert_eq!(parts::awaiting(&row), ("NOBODY", ""));
}

#[test]
fn bey_2_the_named_recipient_answers_in_place_of_the_lead() {
    let mut row = confirmed(&pb::Commitment { recipient: OTHER.to_owned(), ..draft() });
    deliver(&mut row, 1).unwrap();
    assert_eq!(parts::awaiting(&row), ("PARTNER", OTHER));
    assert_eq!(rule(deliveries::confirm(&mut row.clone(), "d1", &admin(LEAD))), "FORBIDDEN");
    deliveries::confirm(&mut row, "d1", &admin(OTHER)).unwrap();
    assert_eq!(row.deliveries[0].answered_by, OTHER);
}

#[test]
fn sep_1_what_the_lead_gives_to_itself_others_confirm() {
    let own = pb::Commitment { partner: LEAD.to_owned(), ..draft() };
    let mut row = create("partnerships/p", "c", &own, &admin(LEAD)).unwrap();
    row.within = Some(Arc::new(within()));
    confirm(&mut row, &admin(LEAD)).unwrap();
    let request = pb::RecordDeliveryRequest {
        delivery_date: Some(day("2026-11-01").into()),
        amount: euros(100_000),
        ..Default::default()
    };
    deliveries::record(&mut row, &request, &admin(LEAD)).unwrap();
    assert_eq!(parts::awaiting(&row), ("COORDINATOR", ""));
    assert_eq!(rule(deliveries::confirm(&mut row.clone(), "d1", &admin(LEAD))), "FORBIDDEN");
    assert_eq!(rule(deliveries::confirm(&mut row.clone(), "d1", &admin(WATCHER))), "FORBIDDEN");
    let insider = call(LEAD, &[Role::Reporter], &[Role::Coordinator], "");
    assert_eq!(rule(deliveries::confirm(&mut row.clone(), "d1", &insider)), "SEP-1");
    assert_eq!(rule(deliveries::confirm(&mut row.clone(), "d1", &coordinator())), "done");
    deliveries::confirm(&mut row, "d1", &admin(OTHER)).unwrap();
    assert_eq!(rule(fulfil(&mut row.clone(), "", &admin(LEAD))), "SEP-1");
    assert_eq!(rule(fulfil(&mut row, "", &coordinator())), "done");
}

#[test]
fn par_18_a_rate_is_what_was_confirmed_over_what_was_pledged() {
    let rate = |row: &Model| {
        let rate = pb::Commitment::from(row.clone()).delivery_rate.unwrap();
        (rate.numerator, rate.denominator)
    };
    let mut row = confirmed(&draft());
    deliver(&mut row, 33_333).unwrap();
    assert_eq!(rate(&row), ("0".into(), "100000".into()), "recorded is not confirmed");
    deliveries::confirm(&mut row, "d1", &admin(LEAD)).unwrap();
    assert_eq!(rate(&row), ("33333".into(), "100000".into()));
    let mut days = confirmed(&in_kind());
    let request = pb::RecordDeliveryRequest {
        delivery_date: Some(day("2026-11-26").into()),
        quantity: number("0.1"),
        ..Default::default()
    };
    for id in ["d1", "d2", "d3"] {
        deliveries::record(&mut days, &request, &call(GIVER, &[Role::Integration], &[], "")).unwrap();
        deliveries::confirm(&mut days, id, &admin(LEAD)).unwrap();
    }
    assert_eq!(rate(&days), ("0.3".into(), "12.5".into()));
    let tomorrow = pb::RecordDeliveryRequest { delivery_date: Some(day("2026-11-27").into()), ..request };
    assert_eq!(rule(deliveries::record(&mut days, &tomorrow, &admin(GIVER))), "INVALID");
}

#[test]
fn par_19_less_than_was_pledged_is_waived_or_explained() {
    let mut row = confirmed(&draft());
    deliver(&mut row, 99_999).unwrap();
    deliveries::confirm(&mut row, "d1", &admin(LEAD)).unwrap();
    assert_eq!(rule(fulfil(&mut row.clone(), "  ", &admin(LEAD))), "PAR-19");
    let mut explained = row.clone();
    fulfil(&mut explained, "The bank kept a cent.", &admin(LEAD)).unwrap();
    assert_eq!(explained.variance_reason, "The bank kept a cent.");
    deliveries::waive(&mut row, &admin(LEAD)).unwrap();
    let told = pb::Commitment::from(row.clone());
    assert_eq!((told.waived, told.waived_amount), (true, euros(1)));
    assert_eq!(rule(deliveries::waive(&mut row.clone(), &admin(LEAD))), "BEY-2", "nothing is left");
    // What is taken back after all is still to come: only what was waived is done without.
    let mut reversed = row.clone();
    deliveries::reverse(&mut reversed, "d1", &admin(GIVER)).unwrap();
    assert_eq!(rule(fulfil(&mut reversed, "", &admin(LEAD))), "PAR-19");
    fulfil(&mut row, "", &admin(LEAD)).unwrap();
}

#[test]
fn what_was_delivered_is_not_cancelled_and_nothing_defaults_before_its_end() {
    let mut row = confirmed(&draft());
    assert_eq!(rule(end("DefaultCommitment", &mut row.clone(), &coordinator())), "COMMITMENT_PERIOD");
    deliver(&mut row, 1).unwrap();
    assert_eq!(rule(end("CancelCommitment", &mut row.clone(), &admin(GIVER))), "COMMITMENT_DELIVERED");
    let mut over = row.clone();
    over.period_end = Some(day("2026-11-25"));
    assert_eq!(rule(end("DefaultCommitment", &mut over.clone(), &admin(LEAD))), "FORBIDDEN");
    end("DefaultCommitment", &mut over, &coordinator()).unwrap();
    deliveries::reverse(&mut row, "d1", &admin(GIVER)).unwrap();
    assert_eq!(
        rule(end("CancelCommitment", &mut row.clone(), &call(GIVER, &[Role::PartnerAdmin], &[], ""))),
        "INVALID"
    );
    end("CancelCommitment", &mut row, &admin(LEAD)).unwrap();
    assert_eq!((row.state(), row.state_reason.as_str()), (State::Cancelled, "Because."));
}

#[test]
fn bey_8_what_an_imported_commitment_lacks_is_filled_before_it_goes_on() {
    let grant = pb::Commitment { description: None, resource_type: String::new(), period: None, ..draft() };
    let as_found = |state| found(&Arc::new(within()), "", &grant, state, Micros(0)).unwrap();
    let kept = as_found(State::Fulfilled);
    assert!(gaps(&kept).is_empty() && parts::awaiting(&kept) == ("NOBODY", ""));
    let mut row = as_found(State::Pledged);
    let missing: Vec<_> = gaps(&row).iter().map(|gap| gap.field).collect();
    assert_eq!(missing, ["description", "resource_type", "period"]);
    assert_eq!(rule(confirm(&mut row.clone(), &admin(GIVER))), "BEY-8");
    update(&mut row, &draft(), &admin(GIVER)).unwrap();
    assert_eq!(rule(confirm(&mut row, &admin(GIVER))), "done");
}

#[test]
fn a_pledge_is_not_told_in_a_partners_name_before_it_has_confirmed_it() {
    let stranger = admin("partners/x");
    let mut row = made(&draft());
    assert!(!row.seen_by(&stranger.caller) && row.seen_by(&admin(WATCHER).caller));
    confirm(&mut row, &admin(GIVER)).unwrap();
    deliver(&mut row, 1).unwrap();
    deliveries::dispute(&mut row, "d1", &admin(LEAD)).unwrap();
    assert!(row.seen_by(&stranger.caller));
    let mut redacted = pb::Commitment::from(row.clone());
    redacted.redact();
    assert_eq!(row.clone().shown_to(&stranger.caller), redacted);
    assert!(redacted.deliveries[0].reason.is_empty());
    assert_eq!(row.shown_to(&admin(OTHER).caller).deliveries[0].reason, "Because.");
}

#[test]
fn sums_that_cannot_be_told_are_refused() {
    let mut row = confirmed(&draft());
    deliver(&mut row, i64::MAX).unwrap();
    assert_eq!(rule(deliver(&mut row, 1)), "INVALID");
}
