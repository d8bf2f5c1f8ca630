use proto::businessmodels as pb;
use proto::businessmodels::business_model::State;
use proto::businessmodels::replication::State as ReplicationState;

use super::{compare, summarize};
use crate::business_model::row::Model;
use crate::business_model::tests::model;

fn earning(currency: &str) -> pb::BusinessModel {
    let economics = (!currency.is_empty())
        .then(|| pb::Economics { currency_code: currency.to_owned(), ..Default::default() });
    pb::BusinessModel { economics, ..Default::default() }
}

#[test]
fn bm_4_only_what_is_in_one_currency_is_compared() {
    let of = |currencies: &[&str]| {
        let answer = compare(currencies.iter().map(|currency| earning(currency)).collect());
        let shown = answer.business_models.iter().filter(|model| model.economics.is_some()).count();
        (answer.currency_code, shown)
    };
    assert_eq!(of(&["EUR", "EUR", ""]), ("EUR".to_owned(), 2));
    assert_eq!(of(&["EUR", "XOF"]), (String::new(), 0));
    assert_eq!(of(&["", ""]), (String::new(), 0));
}

#[test]
fn what_is_counted_is_counted_once() {
    let archived = Model { state: State::Archived.into(), ..model(State::Published) };
    let lacking = Model { licence: String::new(), ..model(State::Published) };
    let revised = Model { state: State::Draft.into(), ..model(State::Published) };
    let models = [model(State::Draft), model(State::Submitted), archived, lacking, revised];
    let told = summarize(&models, &[], 3, None);
    assert_eq!((told.published_count, told.gap_count, told.evaluation_count), (2, 1, 3));
    let states: Vec<_> = told.states.iter().map(|count| (count.state(), count.count)).collect();
    assert_eq!(
        states,
        [(State::Draft, 2), (State::Submitted, 1), (State::Published, 1), (State::Archived, 1)]
    );
    assert_eq!(told.maturities.iter().map(|count| count.count).sum::<i32>(), 2);
    assert!(told.replications.iter().all(|count| count.state() != ReplicationState::Unspecified));
}
