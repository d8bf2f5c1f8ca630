//! Where a model comes from and goes to, as a graph.

use std::collections::{BTreeSet, HashMap};

use chassis::auth::Caller;
use chassis::{Row as _, Told as _};
use proto::businessmodels as pb;
use proto::businessmodels::Adaptation;

use super::row::Model;
use crate::business_model::row::Model as BusinessModel;

/// The graph, as this caller may read it.
pub(crate) fn graph(
    caller: &Caller,
    asked: &BusinessModel,
    edges: Vec<Model>,
    models: &HashMap<String, BusinessModel>,
) -> pb::BusinessModelLineage {
    let ends = edges.iter().flat_map(|edge| [&edge.business_model, &edge.derived_business_model]);
    let names: BTreeSet<&str> = ends.map(String::as_str).chain([asked.name()]).collect();
    let nodes =
        names.into_iter().filter_map(|name| models.get(name)).map(|model| node(caller, model)).collect();
    let edges = edges.into_iter().map(|edge| {
        let derived = models.get(&edge.derived_business_model).filter(|model| model.seen_by(caller));
        let adapted = derived.map(|model| {
            let message = model.clone().shown_to(caller);
            message.canvas.iter().filter(|block| block.adaptation() == Adaptation::Adapted).count()
        });
        pb::LineageEdge {
            adapted_blocks: adapted.and_then(|count| i32::try_from(count).ok()),
            replication: edge.name,
            source_revision: edge.source_revision,
            source: edge.business_model,
            derived: edge.derived_business_model,
            state: edge.state.number(),
            adopter_partner: edge.adopter_partner,
            territory: edge.territory,
            context_gaps: edge.context_gaps.into_inner(),
            lessons: edge.lessons.set(),
        }
    });
    pb::BusinessModelLineage { edges: edges.collect(), nodes, business_model: asked.name.clone() }
}

/// A model that the caller may not read is there all the same, without its title.
fn node(caller: &Caller, model: &BusinessModel) -> pb::LineageNode {
    let shown = model.seen_by(caller).then(|| model.clone().shown_to(caller));
    pb::LineageNode {
        business_model: model.name.clone(),
        owner_partner: model.owner_partner.clone(),
        state: shown.as_ref().map_or(model.state.number(), |shown| shown.state),
        title: shown.and_then(|shown| shown.title),
    }
}
