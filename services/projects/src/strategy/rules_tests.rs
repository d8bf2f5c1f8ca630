use chassis::auth::Role;
use chassis::clock::Zone;
use proto::common::{DateRange, LocalizedText};
use testing::{because, day, fields, person, rule, said};

use super::super::facts::Facts;
use super::*;

const TOWN: &str = "territories/town";
const MAYOR: &str = "partners/mairie";

fn calendar() -> Calendar {
    Calendar { zone: Zone::UTC, least_days: 15 }
}

/// Noon of a day.
fn noon(text: &str) -> Micros {
    Micros(Zone::UTC.start(day(text)).0 + 12 * 3_600_000_000)
}

fn text(words: &str) -> LocalizedText {
    said(&[("fr", words)])
}

fn by(partner: &str, role: Role, now: Micros) -> Call {
    Call { now, ..because("Because.", person(&[], &[(partner, role)])) }
}

fn mayor(on: &str) -> Call {
    by(MAYOR, Role::PartnerAdmin, noon(on))
}

fn draft() -> pb::Strategy {
    let date = |text: &str| Some(day(text).to_date());
    pb::Strategy {
        title: Some(text("Une ville pour tous")),
        owner: MAYOR.to_owned(),
        period: Some(DateRange { start_date: date("2026-01-01"), end_date: date("2028-12-31") }),
        needs: vec![format!("{TOWN}/needs/n1")],
        objectives: vec![pb::StrategyObjective { text: Some(text("Chacun peut")), ..Default::default() }],
        governance: Some(pb::StrategyGovernance {
            body: "Conseil".to_owned(),
            data_governance_lead: "Direction des données".to_owned(),
            review_months: 12,
        }),
        ..Default::default()
    }
}

/// A draft of the mayor's with all that is asked of it; told on that day.
fn strategy(on: &str) -> Model {
    let mut row = create(TOWN, "s1", &draft(), &mayor(on)).unwrap();
    row.facts = Facts { authority: true, public: Some(true), qualified: 1, ..Facts::default() };
    settle(&mut row, calendar(), noon(on));
    row
}

fn until(end: &str, channels: &[Channel]) -> pb::OpenConsultationRequest {
    pb::OpenConsultationRequest {
        end_date: Some(day(end).to_date()),
        channels: channels.iter().map(|channel| (*channel).into()).collect(),
        ..Default::default()
    }
}

const ALL: &[Channel] = &[Channel::Online, Channel::Paper];

fn deliberation() -> pb::AdoptStrategyRequest {
    let deliberation = Evidence {
        title: "Délibération 12".to_owned(),
        uri: "https://example.org/d12.pdf".to_owned(),
        ..Default::default()
    };
    pb::AdoptStrategyRequest { deliberation: Some(deliberation), ..Default::default() }
}

/// In consultation from the first to the sixteenth of March 2026, and told on that day.
fn consulted(on: &str) -> Model {
    let mut row = strategy("2026-03-01");
    consult(&mut row, &until("2026-03-16", ALL), &mayor("2026-03-01")).unwrap();
    settle(&mut row, calendar(), noon(on));
    row
}

fn adopted() -> Model {
    let mut row = consulted("2026-03-17");
    adopt(&mut row, &deliberation(), &mayor("2026-03-17")).unwrap();
    row
}

#[test]
fn prj_8_owner_is_the_public_authority_of_the_territory() {
    let changes: [fn(&mut Facts); 2] = [|facts| facts.public = Some(false), |facts| facts.authority = false];
    for change in changes {
        let (mut row, mut asked) = (strategy("2026-03-01"), consulted("2026-03-17"));
        change(&mut row.facts);
        change(&mut asked.facts);
        let open = consult(&mut row, &until("2026-03-16", ALL), &mayor("2026-03-01"));
        assert_eq!(rule(open), "PRJ-8", "nobody is asked about what its owner may not adopt");
        // Whatever state it is in, that is what is in the way.
        assert_eq!(rule(adopt(&mut row, &deliberation(), &mayor("2026-03-01"))), "PRJ-8");
        assert_eq!(rule(adopt(&mut asked, &deliberation(), &mayor("2026-03-17"))), "PRJ-8");
    }
    assert_eq!(rule(adopt(&mut consulted("2026-03-17"), &deliberation(), &mayor("2026-03-17"))), "");
}

#[test]
fn prj_9_a_consultation_lasts_fifteen_days_and_is_not_only_digital() {
    let open = |end: &str, channels: &[Channel]| {
        let mut row = strategy("2026-03-01");
        rule(consult(&mut row, &until(end, channels), &mayor("2026-03-01")))
    };
    assert_eq!(open("2026-03-15", ALL), "PRJ-9");
    assert_eq!(open("2026-03-16", ALL), "");
    assert_eq!(open("2026-03-16", &[Channel::Online]), "PRJ-9");
    assert_eq!(open("2026-03-16", &[Channel::Phone]), "");
    let mut row = strategy("2026-03-01");
    let none = consult(&mut row, &pb::OpenConsultationRequest::default(), &mayor("2026-03-01"));
    assert_eq!(fields(none), ["end_date", "channels"]);
    let unknown = until("2026-03-16", &[Channel::Unspecified]);
    let refused = consult(&mut strategy("2026-03-01"), &unknown, &mayor("2026-03-01"));
    assert_eq!(fields(refused), ["channels[0]"]);
}

#[test]
fn prj_9_it_is_adopted_after_its_consultation_for_a_qualified_need_with_each_proposal_answered() {
    let adopt_on = |on: &str, change: fn(&mut Facts)| {
        let mut row = consulted(on);
        change(&mut row.facts);
        rule(adopt(&mut row, &deliberation(), &mayor(on)))
    };
    assert_eq!(adopt_on("2026-03-16", |_| ()), "PRJ-9", "its last day is not over");
    assert_eq!(adopt_on("2026-03-17", |_| ()), "");
    assert_eq!(adopt_on("2026-03-17", |facts| facts.qualified = 0), "PRJ-9");
    assert_eq!(adopt_on("2026-03-17", |facts| facts.unanswered = 1), "PRJ-9");
    assert_eq!(adopt_on("2026-03-17", |facts| facts.unmoderated = 1), "PRJ-9", "left unread is not answered");
    assert_eq!(adopt_on("2029-01-01", |_| ()), "STRATEGY_PERIOD");
    let mut never = strategy("2026-03-01");
    never.state = State::Consultation.into();
    assert_eq!(rule(adopt(&mut never, &deliberation(), &mayor("2026-03-17"))), "PRJ-9");
}

#[test]
fn prj_9_it_is_adopted_by_a_deliberation() {
    let wrong = |request: &pb::AdoptStrategyRequest| {
        fields(adopt(&mut consulted("2026-03-20"), request, &mayor("2026-03-20")))
    };
    assert_eq!(wrong(&pb::AdoptStrategyRequest::default()), ["deliberation"]);
    let on =
        |day_: &str| pb::AdoptStrategyRequest { adoption_date: Some(day(day_).to_date()), ..deliberation() };
    assert_eq!(wrong(&on("2026-03-16")), ["adoption_date"]);
    assert_eq!(wrong(&on("2026-03-21")), ["adoption_date"]);
    assert!(wrong(&on("2026-03-17")).is_empty());
    let mut photo = deliberation();
    photo.deliberation.as_mut().unwrap().kind = evidence::Kind::Photo.into();
    assert_eq!(wrong(&photo), ["deliberation.kind"]);
    let row = adopted();
    assert_eq!(
        (row.adopted, row.deliberation.kind()),
        (Some(day("2026-03-17")), evidence::Kind::Deliberation)
    );
}

#[test]
fn prj_10_one_strategy_of_an_owner_is_in_force_for_a_territory() {
    let against = |name: &str, start: &str, end: &str| {
        let mut row = consulted("2026-03-17");
        row.predecessor = format!("{TOWN}/strategies/before");
        row.facts.rivals =
            vec![Rival { name: format!("{TOWN}/strategies/{name}"), start: day(start), end: day(end) }];
        rule(adopt(&mut row, &deliberation(), &mayor("2026-03-17")))
    };
    assert_eq!(against("other", "2020-01-01", "2026-01-01"), "PRJ-10", "a day in common");
    assert_eq!(against("other", "2028-12-31", "2030-12-31"), "PRJ-10");
    assert_eq!(against("other", "2020-01-01", "2025-12-31"), "");
    assert_eq!(against("other", "2029-01-01", "2030-12-31"), "");
    assert_eq!(against("before", "2020-01-01", "2030-12-31"), "", "the one that it takes over from");
}

#[test]
fn prj_10_the_one_before_is_superseded_when_the_days_of_its_successor_begin() {
    let successor = |start: &str| {
        let mut row = adopted();
        row.name = format!("{TOWN}/strategies/s2");
        row.period_start = day(start);
        row.facts.today = Some(day("2027-06-01"));
        row
    };
    let after = |start: &str, on: &str| {
        let mut row = adopted();
        succeed(&mut row, &successor(start), calendar(), noon("2027-06-01")).unwrap();
        settle(&mut row, calendar(), noon(on));
        row
    };
    assert_eq!(after("2027-01-01", "2027-06-01").state, State::Superseded, "at once");
    let later = after("2027-07-01", "2027-06-30");
    assert_eq!((later.state.get(), in_force(&later)), (State::Adopted, true), "no day without a strategy");
    let later = after("2027-07-01", "2027-07-01");
    assert_eq!(later.state, State::Superseded);
    assert_eq!(later.state_time, Zone::UTC.start(day("2027-07-01")));
    assert_eq!(after("2029-01-01", "2029-01-01").state, State::Expired, "it ran its course");
    let mut row = after("2027-01-01", "2027-06-01");
    assert_eq!(rule(succeed(&mut row, &successor("2027-02-01"), calendar(), noon("2027-06-01"))), "PRJ-10");
}

#[test]
fn the_calendar_ends_an_adopted_strategy_the_same_however_often_it_is_asked() {
    let on = |day: &str| {
        let mut row = adopted();
        settle(&mut row, calendar(), noon(day));
        let once = row.clone();
        settle(&mut row, calendar(), noon(day));
        assert_eq!(row, once);
        (row.state.get(), in_force(&row))
    };
    assert_eq!(on("2028-12-31"), (State::Adopted, true));
    assert_eq!(on("2029-01-01"), (State::Expired, false));
    let mut early = adopted();
    early.period_start = day("2027-01-01");
    settle(&mut early, calendar(), noon("2026-12-31"));
    assert_eq!((early.state.get(), in_force(&early)), (State::Adopted, false));
}

#[test]
fn what_people_are_asked_about_does_not_change_and_is_taken_back_for_a_reason() {
    let call = mayor("2026-03-02");
    let mut row = consulted("2026-03-02");
    assert_eq!(rule(update(&mut row, &draft(), &call)), "STATE");
    assert_eq!(rule(update(&mut adopted(), &draft(), &call)), "STATE");
    assert_eq!(fields(revise(&mut row.clone(), &Call { reason: String::new(), ..call.clone() })), ["reason"]);
    revise(&mut row, &call).unwrap();
    assert_eq!(
        (row.state.get(), row.consultation_end, row.state_reason.as_str()),
        (State::Draft, None, "Because.")
    );
    assert_eq!(rule(update(&mut row, &draft(), &call)), "");
}

#[test]
fn its_owner_moves_it_and_reads_its_draft() {
    let call = by("partners/other", Role::PartnerAdmin, noon("2026-03-17"));
    let reporter = by(MAYOR, Role::Reporter, noon("2026-03-17"));
    for call in [call.clone(), reporter.clone()] {
        let mut row = strategy("2026-03-01");
        assert_eq!(rule(consult(&mut row, &until("2026-03-16", ALL), &call)), "PERMISSION");
        assert_eq!(rule(revise(&mut consulted("2026-03-17"), &call)), "PERMISSION");
        assert_eq!(rule(adopt(&mut consulted("2026-03-17"), &deliberation(), &call)), "PERMISSION");
    }
    let coordinator = Caller { network_roles: vec![Role::Coordinator], ..Caller::default() };
    let seen = |row: &Model| {
        [&coordinator, &reporter.caller, &call.caller, &Caller::default()].map(|caller| sees(caller, row))
    };
    assert_eq!(seen(&strategy("2026-03-01")), [true, true, false, false]);
    assert_eq!(seen(&consulted("2026-03-01")), [true; 4]);
}

#[test]
fn bey_5_it_waits_for_its_owner_but_not_while_people_are_heard() {
    assert_eq!(awaiting(&strategy("2026-03-01")).0, "PARTNER");
    assert_eq!(awaiting(&consulted("2026-03-16")).0, "NOBODY");
    let over = consulted("2026-03-17");
    assert_eq!(awaiting(&over), ("PARTNER", Zone::UTC.start(day("2026-03-17"))));
    assert_eq!(awaiting(&adopted()).0, "NOBODY");
}

#[test]
fn prj_33_a_strategy_hears_people_while_it_is_in_consultation() {
    assert_eq!(rule(hears(&strategy("2026-03-01"))), "PRJ-33");
    assert_eq!(rule(hears(&consulted("2026-03-16"))), "");
    assert_eq!(rule(hears(&consulted("2026-03-17"))), "PRJ-33");
    assert_eq!(rule(hears(&adopted())), "PRJ-33");
}

#[test]
fn a_draft_says_what_is_asked_field_by_field() {
    let wrong = |draft: pb::Strategy| fields(create(TOWN, "s1", &draft, &mayor("2026-03-01")).map(drop));
    let nothing = wrong(pb::Strategy { owner: MAYOR.to_owned(), ..Default::default() });
    assert_eq!(
        nothing,
        ["title", "period", "needs", "objectives", "governance"].map(|field| format!("strategy.{field}"))
    );
    let objective = pb::StrategyObjective {
        target: Some(proto::common::DecimalValue { value: "5".to_owned() }),
        ..Default::default()
    };
    let said = pb::Strategy {
        objectives: vec![objective],
        governance: Some(pb::StrategyGovernance { review_months: 61, ..Default::default() }),
        predecessor: "territories/other/strategies/s1".to_owned(),
        ..draft()
    };
    let expected = [
        "objectives[0].text",
        "objectives[0].indicator",
        "governance.body",
        "governance.data_governance_lead",
        "governance.review_months",
        "predecessor",
    ];
    assert_eq!(wrong(said), expected.map(|field| format!("strategy.{field}")));
}
