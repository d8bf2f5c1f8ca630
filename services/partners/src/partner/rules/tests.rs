use testing::{because, person, said, suspended, told as rule};

use super::*;

fn identifier(scheme: &str, value: &str) -> ExternalIdentifier {
    ExternalIdentifier { scheme: scheme.to_owned(), value: value.to_owned() }
}

fn draft() -> pb::Partner {
    pb::Partner {
        title: Some(said(&[("en", "City of Kaolack")])),
        college: "LOCAL_AUTHORITY".to_owned(),
        sector: Sector::Public.into(),
        iati_type_code: "11".to_owned(),
        country_code: "SN".to_owned(),
        identifiers: vec![identifier("WIKIDATA", "Q845032")],
        ..pb::Partner::default()
    }
}

fn user(subject: &str) -> Caller {
    Caller { subject: subject.to_owned(), ..person(&[], &[]) }
}

fn coordinator() -> Caller {
    person(&[Role::Coordinator], &[])
}

fn member(partner: &str, role: Role) -> Caller {
    person(&[], &[(partner, role)])
}

fn call(caller: Caller) -> Call {
    because("because", caller)
}

fn partner(state: State) -> Model {
    let mut partner = create("kaolack", &draft(), &call(user("users/awa"))).unwrap();
    partner.state = state.into();
    partner
}

fn imported(state: State) -> Model {
    Model { origin: Origin::Imported.into(), identifiers: Vec::new().into(), ..partner(state) }
}

#[test]
fn a_new_partner_waits_for_approval() {
    let partner = partner(State::Pending);
    assert_eq!((partner.name.as_str(), partner.revision), ("partners/kaolack", 1));
    assert_eq!(partner.created_by, "users/awa");
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let wrong = pb::Partner {
        title: None,
        sector: Sector::Private.into(),
        college: "STATE".to_owned(),
        country_code: "XX".to_owned(),
        acronym: "far too long to be an acronym".to_owned(),
        iati_type_code: "99".to_owned(),
        website: "not a site".to_owned(),
        identifiers: vec![identifier("SIREN", "123456789")],
        ..draft()
    };
    let named = rule(create("Kaolack", &wrong, &call(coordinator())));
    for field in [
        "partner_id",
        "partner.title",
        "partner.sector",
        "partner.country_code",
        "partner.acronym",
        "partner.iati_type_code",
        "partner.website",
        "partner.identifiers[0].value",
    ] {
        assert!(named.split(' ').any(|name| name == field), "{field} is not among {named}");
    }
}

#[test]
fn a_college_limits_the_sector() {
    let private_authority = pb::Partner { sector: Sector::Private.into(), ..draft() };
    assert_eq!(rule(create("", &private_authority, &call(coordinator()))), "partner.sector");
    let association_of_mayors = pb::Partner { sector: Sector::Civil.into(), ..draft() };
    assert_eq!(rule(create("", &association_of_mayors, &call(coordinator()))), "");
}

#[test]
fn par_2_once_active_only_a_coordinator_changes_sector_college_and_identifiers() {
    let administrator = || call(member("partners/kaolack", Role::PartnerAdmin));
    let changes: [fn(&mut pb::Partner); 3] = [
        |draft| draft.sector = Sector::Civil.into(),
        |draft| draft.college = "PROFESSIONAL".to_owned(),
        |draft| draft.identifiers = vec![identifier("WIKIDATA", "Q1")],
    ];
    for change in changes {
        let mut changed = draft();
        change(&mut changed);
        assert_eq!(rule(update(&mut partner(State::Active), &changed, &administrator())), "PAR-2");
        assert_eq!(rule(update(&mut partner(State::Suspended), &changed, &administrator())), "PAR-2");
        assert_eq!(rule(update(&mut partner(State::Pending), &changed, &administrator())), "");
        assert_eq!(rule(update(&mut partner(State::Active), &changed, &call(coordinator()))), "");
    }
    let website = pb::Partner { website: "https://kaolack.sn".to_owned(), ..draft() };
    assert_eq!(rule(update(&mut partner(State::Active), &website, &administrator())), "");
}

#[test]
fn les_10_who_does_not_act_for_a_partner_does_not_change_it() {
    let partner = partner(State::Active);
    assert!(may_update(&coordinator(), &partner));
    assert!(may_update(&member("partners/kaolack", Role::Reporter), &partner));
    assert!(!may_update(&member("partners/other", Role::PartnerAdmin), &partner));
    assert!(!may_update(&member("partners/kaolack", Role::Trainer), &partner));
    assert!(!may_update(&user("users/awa"), &partner), "who registered it changes it while it waits only");
    assert!(!may_update(&Caller::default(), &partner));
}

#[test]
fn sep_2_members_of_a_suspended_partner_read_but_do_not_write() {
    let partner = partner(State::Suspended);
    let suspended = suspended(member("partners/kaolack", Role::PartnerAdmin));
    assert!(!may_update(&suspended, &partner));
    assert!(knows(&suspended, &partner));
}

#[test]
fn sep_1_nobody_approves_their_own_partner() {
    let mut own = person(&[Role::Coordinator], &[("partners/kaolack", Role::Reporter)]);
    assert_eq!(rule(take("ApprovePartner", &mut partner(State::Pending), &call(own.clone()))), "SEP-1");
    own.partners.clear();
    assert_eq!(rule(take("ApprovePartner", &mut partner(State::Pending), &call(own))), "");
}

#[test]
fn approval_asks_for_an_identifier() {
    let mut anonymous = Model { identifiers: Vec::new().into(), ..partner(State::Pending) };
    assert_eq!(rule(take("ApprovePartner", &mut anonymous, &call(coordinator()))), "PARTNER_IDENTIFIER");
}

#[test]
fn bey_7_what_is_said_to_be_allowed_is_exactly_what_is() {
    let states = [State::Pending, State::Active, State::Suspended, State::Archived, State::Rejected];
    let callers = [
        coordinator(),
        member("partners/kaolack", Role::PartnerAdmin),
        suspended(member("partners/kaolack", Role::PartnerAdmin)),
        member("partners/other", Role::PartnerAdmin),
        Caller::default(),
    ];
    let mut allowed = 0;
    for state in states {
        for caller in &callers {
            let row = partner(state);
            let said = LIFECYCLE.explain(&row, caller, call(caller.clone()).now);
            assert_eq!(said.len(), 5);
            for action in said {
                let done = LIFECYCLE.take(&action.method, &mut row.clone(), &call(caller.clone()));
                assert_eq!(
                    action.allowed,
                    done.is_ok(),
                    "{} in {state:?} for {}",
                    action.method,
                    caller.subject
                );
                assert_eq!(action.reason, rule(done));
                assert_eq!(action.allowed, action.message.is_empty());
                allowed += i32::from(action.allowed);
            }
        }
    }
    assert_eq!(allowed, 8); // 6 for the coordinator, 2 for the partner's own administrator
}

#[test]
fn bey_8_gaps_of_an_imported_partner_are_filled_before_its_next_transition() {
    let fields: Vec<_> = gaps(&imported(State::Active)).into_iter().map(|gap| gap.field).collect();
    assert_eq!(fields, ["identifiers"]);
    assert!(gaps(&partner(State::Active)).is_empty(), "a registered partner has none: the rules asked");
    assert_eq!(
        rule(take("ReinstatePartner", &mut imported(State::Suspended), &call(coordinator()))),
        "BEY-8"
    );
    assert_eq!(rule(take("SuspendPartner", &mut imported(State::Active), &call(coordinator()))), "");
    let mut filled =
        Model { identifiers: vec![identifier("WIKIDATA", "Q1")].into(), ..imported(State::Suspended) };
    assert_eq!(rule(take("ReinstatePartner", &mut filled, &call(coordinator()))), "");
}

#[test]
fn bey_8_an_imported_partner_may_be_described_bit_by_bit() {
    let half = pb::Partner { sector: 0, college: String::new(), iati_type_code: String::new(), ..draft() };
    assert_eq!(rule(update(&mut imported(State::Active), &half, &call(coordinator()))), "");
    assert_ne!(rule(update(&mut partner(State::Active), &half, &call(coordinator()))), "");
}

#[test]
fn bey_1_a_merge_is_a_redirect_and_unmerging_restores_exactly() {
    let survivor =
        Model { name: "partners/dakar".to_owned(), identifiers: Vec::new().into(), ..partner(State::Active) };
    let before = partner(State::Active);
    let mut duplicate = before.clone();
    merge(&mut duplicate, &survivor).unwrap();
    assert_eq!(duplicate.merged_into, "partners/dakar");
    assert_eq!(
        Model { merged_into: String::new(), ..duplicate.clone() },
        before,
        "nothing else is rewritten"
    );
    unmerge(&mut duplicate).unwrap();
    assert_eq!(duplicate, before);
    assert_eq!(rule(unmerge(&mut duplicate)), "BEY-1");
}

#[test]
fn bey_1_merges_that_would_lie_are_refused() {
    let survivor = Model { name: "partners/dakar".to_owned(), ..partner(State::Active) };
    let refused = |duplicate: Model, survivor: &Model| rule(merge(&mut duplicate.clone(), survivor));
    assert_eq!(refused(survivor.clone(), &survivor), "BEY-1", "into itself");
    let merged = Model { merged_into: "partners/x".to_owned(), ..partner(State::Active) };
    assert_eq!(refused(merged.clone(), &survivor), "BEY-1", "twice");
    let moved = Model { merged_into: "partners/kaolack".to_owned(), ..survivor.clone() };
    assert_eq!(refused(partner(State::Active), &moved), "BEY-1", "in a circle");
    let archived = Model { state: State::Archived.into(), ..survivor.clone() };
    assert_eq!(refused(partner(State::Active), &archived), "BEY-1", "into an archived one");
    let other = Model { identifiers: vec![identifier("WIKIDATA", "Q2")].into(), ..survivor.clone() };
    assert_eq!(refused(partner(State::Active), &other), "BEY-1", "with conflicting identifiers");
    assert_eq!(refused(partner(State::Active), &survivor), "", "with equal identifiers");
}

#[test]
fn les_20_two_canonical_records_of_one_identifier_are_refused() {
    let two = pb::Partner {
        identifiers: vec![identifier("WIKIDATA", "Q1"), identifier("WIKIDATA", "Q2")],
        ..draft()
    };
    assert_eq!(rule(create("", &two, &call(coordinator()))), "partner.identifiers[1].scheme");
}

#[test]
fn what_waits_or_was_rejected_is_seen_by_those_concerned_only() {
    for state in [State::Pending, State::Rejected] {
        let partner = partner(state);
        assert!(sees(&coordinator(), &partner) && sees(&user("users/awa"), &partner));
        assert!(!sees(&Caller::default(), &partner) && !sees(&user("users/other"), &partner));
    }
    assert!(sees(&Caller::default(), &partner(State::Active)));
    assert!(!knows(&Caller::default(), &partner(State::Active)), "its contact stays private");
}

#[test]
fn par_1_who_is_bound_by_an_agreement_does_not_leave() {
    let mut partner = create("p", &draft(), &call(coordinator())).unwrap();
    partner.state = State::Active.into();
    partner.bound = true;
    let leaves = |mut partner: Model| LIFECYCLE.take("ArchivePartner", &mut partner, &call(coordinator()));
    assert!(matches!(leaves(partner.clone()), Err(Error::Refused { rule: "PAR-1", .. })));
    partner.bound = false;
    leaves(partner).unwrap();
}
