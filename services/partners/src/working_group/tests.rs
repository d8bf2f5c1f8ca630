use chassis::Call;
use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use proto::partners as pb;
use proto::partners::working_group::State;
use testing::{because, fields, person, rule, said};

use super::row::{Model, Waiting};
use super::rules::{LIFECYCLE, awaiting, create, take, takes_contributions, update};

pub(crate) const LEAD: &str = "partners/lead";
pub(crate) const MEMBER: &str = "partners/member";

pub(crate) fn call(caller: Caller) -> Call {
    because("Parce que.", caller)
}

pub(crate) fn coordinator() -> Call {
    call(person(&[Role::Coordinator], &[]))
}

pub(crate) fn admin(partner: &str) -> Call {
    call(person(&[], &[(partner, Role::PartnerAdmin)]))
}

fn draft() -> pb::WorkingGroup {
    pb::WorkingGroup {
        title: Some(said(&[("fr", "Données")])),
        theme_code: "OPEN_DATA".to_owned(),
        edition_year: 2026,
        lead_partners: vec![LEAD.to_owned()],
        members: vec![MEMBER.to_owned()],
        ..Default::default()
    }
}

fn group(state: State) -> Model {
    Model { state: state.into(), ..create("g", &draft(), &coordinator()).unwrap() }
}

#[test]
fn par_24_a_group_closes_when_nothing_waits_in_it() {
    let waiting = Waiting { count: 1, since: Micros(5) };
    let mut open = Model { waiting, ..group(State::Open) };
    assert_eq!(rule(take("CloseWorkingGroup", &mut open, &admin(LEAD))), "PAR-24");
    assert_eq!(awaiting(&open), ("PARTNER", Micros(5)));
    open.waiting = Waiting::default();
    take("CloseWorkingGroup", &mut open, &admin(LEAD)).unwrap();
    assert_eq!(open.state, State::Closed);
    assert_eq!(awaiting(&open).0, "NOBODY");
}

#[test]
fn par_24_only_an_open_group_takes_contributions_and_of_its_members() {
    for (state, partner, expected) in [
        (State::Planned, MEMBER, "PAR-24"),
        (State::Closed, MEMBER, "PAR-24"),
        (State::Open, "partners/other", "GROUP_MEMBERS"),
        (State::Open, MEMBER, ""),
        (State::Open, LEAD, ""),
    ] {
        assert_eq!(rule(takes_contributions(&group(state), partner)), expected, "{state:?} {partner}");
    }
}

#[test]
fn those_who_lead_open_it_and_nobody_else() {
    for (by, may) in [
        (coordinator(), true),
        (admin(LEAD), true),
        (admin(MEMBER), false),
        (call(person(&[Role::Reviewer], &[])), false),
        (call(person(&[], &[(LEAD, Role::Reporter)])), false),
    ] {
        let done = take("OpenWorkingGroup", &mut group(State::Planned), &by);
        assert_eq!(done.is_ok(), may, "{:?}", by.caller);
    }
    let actions = LIFECYCLE.explain(&group(State::Planned), &admin(LEAD).caller, Micros(0));
    let told: Vec<_> = actions.iter().map(|action| (action.allowed, action.reason.as_str())).collect();
    assert_eq!(told, [(true, ""), (false, "STATE")], "bey_7");
}

#[test]
fn who_leads_a_group_is_the_coordinators_to_change() {
    let other = pb::WorkingGroup { lead_partners: vec!["partners/other".to_owned()], ..draft() };
    assert_eq!(rule(update(&mut group(State::Open), &other, &admin(LEAD))), "GROUP_LEADS");
    assert_eq!(rule(update(&mut group(State::Open), &other, &coordinator())), "");
    let more = pb::WorkingGroup { members: vec!["partners/other".to_owned()], ..draft() };
    assert_eq!(rule(update(&mut group(State::Open), &more, &admin(LEAD))), "");
    assert_eq!(rule(update(&mut group(State::Closed), &more, &coordinator())), "STATE");
    let held_date = Some(proto::Date { year: 2026, month: 3, day: 1 });
    let met = pb::WorkingGroup { seminars: vec![pb::Seminar { held_date, ..Default::default() }], ..draft() };
    assert_eq!(rule(update(&mut group(State::Closed), &met, &admin(LEAD))), "", "minutes come late");
}

#[test]
fn every_wrong_field_is_named() {
    assert_eq!(
        fields(create("G", &pb::WorkingGroup::default(), &coordinator())),
        [
            "working_group_id",
            "working_group.title",
            "working_group.theme_code",
            "working_group.edition_year",
            "working_group.lead_partners"
        ]
    );
    let odd = pb::WorkingGroup {
        members: vec![LEAD.to_owned(), "x".to_owned()],
        seminars: vec![pb::Seminar { mode: 9, ..Default::default() }],
        ..draft()
    };
    assert_eq!(
        fields(create("g", &odd, &coordinator())),
        [
            "working_group.members[1]",
            "working_group.members[0]",
            "working_group.seminars[0].held_date",
            "working_group.seminars[0].mode"
        ]
    );
}
