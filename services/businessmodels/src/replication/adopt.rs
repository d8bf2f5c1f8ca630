//! The adoption of a published model: the replication and its derived draft, both or neither.

use chassis::database::Unit;
use chassis::error::{Error, Result};
use chassis::{Call, Told as _, name, say, store as rows};
use proto::businessmodels as pb;
use proto::businessmodels::business_model::State;
use proto::businessmodels::{Adaptation, Maturity};

use super::row::Model;
use super::store;
use crate::business_model::row::Model as BusinessModel;
use crate::business_model::{revision, rules};

/// Writes a replication of the source's published revision, and the draft that comes of it.
///
/// # Errors
/// `FAILED_PRECONDITION` citing BM-8 or BM-11; `NOT_FOUND`.
pub(crate) async fn adopt(unit: &mut Unit<'_>, call: &Call, asked: Model) -> Result<Model> {
    let mut replication = asked;
    let source: Option<BusinessModel> = rows::find(unit, &replication.business_model).await?;
    let unknown = || Error::not_found(&replication.business_model);
    let source = source.filter(|source| source.seen_by(&call.caller)).ok_or_else(unknown)?;
    if source.published_number == 0 || source.state == State::Archived {
        return Err(Error::refused(
            "BM-8",
            say!("only a published model is adopted", "seul un modèle publié s'adopte"),
        ));
    }
    // Whoever read an older one begins again.
    let (source, _) = rows::apply(unit, call, source, |_| Ok(())).await?;
    let published = revision::name(&source.name, source.published_number);
    let kept: revision::Model =
        rows::find(unit, &published).await?.ok_or_else(|| Error::not_found(&published))?;
    let content = kept.content.into_inner();
    if content.territories.contains(&replication.territory) {
        let territory = &replication.territory;
        return Err(Error::refused(
            "BM-8",
            say!("it runs in {territory} already", "il fonctionne déjà à {territory}"),
        ));
    }
    replication.source_revision.clone_from(&published);
    replication.source_partner = source.owner_partner;
    match replication.derived_business_model.as_str() {
        "" => {
            let derived = derive(&content, &published, &replication, call);
            replication.derived_business_model.clone_from(&derived.name);
            let written = rows::insert(unit, call, &replication).await?;
            rows::insert(unit, call, &derived).await?;
            Ok(written)
        }
        joined => {
            let joined: Option<BusinessModel> = rows::find(unit, joined).await?;
            let owned = |joined: &BusinessModel| joined.owner_partner == replication.adopter_partner;
            let missing = || Error::not_found(&replication.derived_business_model);
            let joined = joined.filter(owned).ok_or_else(missing)?;
            acyclic(unit, &replication).await?;
            let written = rows::insert(unit, call, &replication).await?;
            let by = Call { etag: String::new(), ..call.clone() };
            rows::apply(unit, &by, joined, |model| join(model, &published, &replication)).await?;
            Ok(written)
        }
    }
}

/// A model does not come of itself, by whatever way (BM-11). Asked under the writer's lock, so that of two replications that
/// would close a circle the second is refused.
async fn acyclic(unit: &Unit<'_>, replication: &Model) -> Result<()> {
    let derived = &replication.derived_business_model;
    let ancestry = store::ancestry(unit.txn, &replication.business_model).await?;
    if *derived != replication.business_model && !ancestry.iter().any(|row| row.business_model == *derived) {
        return Ok(());
    }
    let source = &replication.business_model;
    Err(Error::refused(
        "BM-11",
        say!("{source} comes of {derived} itself", "{source} provient lui-même de {derived}"),
    )
    .about("field", "derived_business_model"))
}

/// The draft of the adopter: what was published, of which every block is to be decided.
fn derive(content: &pb::BusinessModel, published: &str, replication: &Model, call: &Call) -> BusinessModel {
    let (id, uid) = name::new_id('b');
    let undecided =
        |block: &pb::CanvasBlock| pb::CanvasBlock { adaptation: Adaptation::ToAdapt.into(), ..block.clone() };
    BusinessModel {
        title: content.title.clone().unwrap_or_default().into(),
        summary: content.summary.clone().unwrap_or_default().into(),
        owner_partner: replication.adopter_partner.clone(),
        territories: vec![replication.territory.clone()].into(),
        needs: replication.needs.clone(),
        recommendations: content.recommendations.clone().into(),
        maturity: Maturity::Concept.into(),
        canvas: content.canvas.iter().map(undecided).collect::<Vec<_>>().into(),
        costs: content.costs.clone().into(),
        revenues: content.revenues.clone().into(),
        finance: content.finance.clone().into(),
        contract: content.contract.clone().unwrap_or_default().into(),
        data_regime: content.data_regime().into(),
        data_justification: content.data_justification.clone(),
        licence: content.licence.clone(),
        sdg_goals: content.sdg_goals.iter().map(i32::to_string).collect(),
        derived_from: vec![published.to_owned()].into(),
        ..rules::blank(&id, &uid.to_string(), call.now)
    }
}

/// A draft takes another model in, too: every block is decided anew.
fn join(model: &mut BusinessModel, published: &str, replication: &Model) -> Result<()> {
    if !matches!(model.state.get(), State::Draft | State::Returned) {
        return Err(Error::refused(
            "STATE",
            say!(
                "only a draft takes another model in: revise it first",
                "seul un brouillon peut intégrer un autre modèle : révisez-le d'abord"
            ),
        ));
    }
    if !model.derived_from.iter().any(|revision| revision == published) {
        model.derived_from.push(published.to_owned());
    }
    for block in model.canvas.iter_mut() {
        block.adaptation = Adaptation::ToAdapt.into();
    }
    if !model.territories.contains(&replication.territory) {
        model.territories.push(replication.territory.clone());
    }
    Ok(())
}
