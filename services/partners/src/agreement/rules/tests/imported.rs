//! Agreements as they were found in the world.

use super::*;

#[test]
fn bey_8_what_an_imported_agreement_lacks_is_filled_in_and_the_rest_stays() {
    let mut said = draft();
    (said.document, said.period, said.kind) = (None, None, 0);
    said.review_due_date = None;
    let bare = found(&within("2026-06-01"), "a", &said, State::InForce, Micros(1)).unwrap();
    assert_eq!((bare.state.get(), bare.in_force), (State::InForce, None), "nobody knows until when");
    let full: pb::Agreement = pb::Agreement { document: Some(evidence()), ..bare.clone().into() };
    let mut filled = bare.clone();
    update(&mut filled, &pb::Agreement { kind: Kind::Mou.into(), ..full.clone() }, &by(LEAD)).unwrap();
    assert_eq!((filled.kind.get(), gaps(&filled)[0].field), (Kind::Mou, "period"));
    let dated = pb::Agreement { period: period("2026-01-01", "2026-12-31"), ..filled.clone().into() };
    update(&mut filled, &dated, &by(LEAD)).unwrap();
    assert_eq!((filled.in_force, filled.last), (Some(day("2026-01-01")), Some(day("2028-12-31"))));
    for other in [
        pb::Agreement { kind: Kind::Grant.into(), ..filled.clone().into() },
        pb::Agreement { notice_days: Some(1), ..filled.clone().into() },
        pb::Agreement { max_tacit_renewals: 3, ..filled.clone().into() },
        pb::Agreement { period: period("2026-01-01", "2027-12-31"), ..filled.clone().into() },
    ] {
        assert_eq!(rule(update(&mut filled.clone(), &other, &by(LEAD))), "STATE");
    }
}

#[test]
fn bey_8_of_one_that_was_terminated_the_days_are_kept_where_they_are_known() {
    let mut said = draft();
    let termination = pb::AgreementTermination {
        effective_date: Some(day("2026-03-01").into()),
        reason: "Elections.".to_owned(),
        ..Default::default()
    };
    let unknown = found(&within("2026-06-01"), "a", &said, State::Terminated, Micros(1)).unwrap();
    assert_eq!((unknown.state.get(), unknown.in_force), (State::Terminated, None));
    said.termination = Some(termination);
    let known = found(&within("2026-06-01"), "a", &said, State::Terminated, Micros(1)).unwrap();
    assert_eq!((known.state.get(), known.last), (State::Terminated, Some(day("2026-02-28"))));
}
