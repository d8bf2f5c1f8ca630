//! Models side by side, and how many there are. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chassis::column::{Day, Micros};
use proto::businessmodels as pb;
use proto::businessmodels::business_model::State;
use proto::businessmodels::replication::State as ReplicationState;

use super::lacking;
use super::row::Model;
use crate::replication::row::Model as Replication;

/// Models side by side; what they cost and earn only where they say it in one currency.
pub(crate) fn compare(models: Vec<pb::BusinessModel>) -> pb::CompareBusinessModelsResponse {
    let currencies: BTreeSet<&str> =
        models.iter().filter_map(|model| Some(model.economics.as_ref()?.currency_code.as_str())).collect();
    let common = match currencies.len() {
        1 => currencies.first().map(|currency| (*currency).to_owned()).unwrap_or_default(),
        _ => String::new(),
    };
    let one = |model: pb::BusinessModel| pb::ComparedBusinessModel {
        maturity: model.maturity,
        contract_form: model.contract.as_ref().map_or(0, |contract| contract.form),
        data_regime: model.data_regime,
        business_model: model.name,
        title: model.title,
        licence: model.licence,
        economics: model.economics.filter(|_| !common.is_empty()),
        readiness: model.readiness,
        public_value: model.public_value,
        replication_count: model.replication_count,
    };
    pb::CompareBusinessModelsResponse {
        business_models: models.into_iter().map(one).collect(),
        currency_code: common,
    }
}

/// How many models there are, and what became of them.
pub(crate) fn summarize(
    models: &[Model],
    replications: &[Replication],
    evaluations: usize,
    today: Option<Day>,
) -> pb::SummarizeBusinessModelsResponse {
    let (mut states, mut maturities, mut moved) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let public = |model: &&Model| model.published_number > 0 && model.state != State::Archived;
    for model in models {
        *states.entry(model.state.number()).or_default() += 1;
    }
    for model in models.iter().filter(public) {
        *maturities.entry(model.maturity.number()).or_default() += 1;
    }
    for replication in replications {
        *moved.entry(replication.state.number()).or_default() += 1;
    }
    let replicated = || replications.iter().filter(|row| row.state == ReplicationState::Replicated);
    let overdue = |model: &&Model| {
        model.state == State::Submitted && model.review_due.zip(today).is_some_and(|(due, today)| due < today)
    };
    let lacks = |model: &&Model| public(model) && lacking::whole(model, Micros(0)).is_err();
    pb::SummarizeBusinessModelsResponse {
        published_count: counted(models.iter().filter(public).count()),
        replicated_count: counted(replicated().map(|row| &row.business_model).collect::<BTreeSet<_>>().len()),
        territory_count: counted(replicated().map(|row| &row.territory).collect::<BTreeSet<_>>().len()),
        evaluation_count: counted(evaluations),
        overdue_review_count: counted(models.iter().filter(overdue).count()),
        gap_count: counted(models.iter().filter(lacks).count()),
        states: states
            .into_iter()
            .map(|(state, count)| pb::BusinessModelStateCount { state, count })
            .collect(),
        maturities: maturities
            .into_iter()
            .map(|(maturity, count)| pb::MaturityCount { maturity, count })
            .collect(),
        replications: moved
            .into_iter()
            .map(|(state, count)| pb::ReplicationStateCount { state, count })
            .collect(),
    }
}

fn counted(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
