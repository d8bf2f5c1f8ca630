//! The table `business_model`, facing its message.

use std::sync::Arc;

use chassis::Told;
use chassis::auth::Caller;
use chassis::column::{Coded, Day, Micros, Packed, PackedList, Strings};
use chassis::database::Unit;
use chassis::filter::Field;
use chassis::gap::Gap;
use chassis::lifecycle::{Lifecycle, Stateful};
use proto::businessmodels as pb;
use proto::businessmodels::business_model::State;
use proto::common::{Evidence, LocalizedText, Origin};
use sea_orm::DatabaseExecutor;
use sea_orm::entity::prelude::*;

use super::{economics, lacking, revision, rules};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "business_model")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub uid: String,
    pub revision: i32,
    pub create_time: Micros,
    pub update_time: Micros,
    pub state: Coded<State>,
    /// Since when it is in that state.
    pub state_time: Micros,
    pub state_reason: String,
    pub title: Packed<LocalizedText>,
    pub summary: Packed<LocalizedText>,
    pub owner_partner: String,
    pub contributors: Strings,
    pub territories: Strings,
    pub needs: Strings,
    pub recommendations: Strings,
    pub maturity: Coded<pb::Maturity>,
    /// The blocks that are filled, in the order of the canvas.
    pub canvas: PackedList<pb::CanvasBlock>,
    pub costs: PackedList<pb::Cost>,
    pub revenues: PackedList<pb::Revenue>,
    pub finance: PackedList<pb::Finance>,
    pub contract: Packed<pb::ContractTerms>,
    pub data_regime: Coded<pb::DataRegime>,
    pub data_justification: String,
    pub licence: String,
    pub evidence: PackedList<Evidence>,
    /// Their numbers, to find it by.
    pub sdg_goals: Strings,
    pub country_codes: Strings,
    pub website: String,
    /// The revisions that it adapts.
    pub derived_from: Strings,
    /// How often it was published; 0 before it first is.
    pub published_number: i32,
    pub publish_time: Option<Micros>,
    pub review_due: Option<Day>,
    pub origin: Coded<Origin>,
    /// What it is called where it was found; empty when it was written here.
    pub external_reference: String,
    /// What is published of it, while it is being revised.
    #[sea_orm(ignore)]
    pub published: Option<Arc<pb::BusinessModel>>,
    /// What others say of it.
    #[sea_orm(ignore)]
    pub said: Said,
}

/// What evaluations and replications say of a model. It is kept nowhere: it cannot go stale.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// How ready its published revision is to be replicated (BM-7).
    pub readiness: Option<pb::Appraisal>,
    /// What public value that has.
    pub public_value: Option<pb::Appraisal>,
    /// In how many territories it was replicated (BM-12).
    pub replication_count: i32,
    /// A replication that it comes of records no gap of the context (BM-9).
    pub unrecorded: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for pb::BusinessModel {
    fn from(model: Model) -> Self {
        let gaps = lacking::gaps(&model);
        let published =
            (model.published_number > 0).then(|| revision::name(&model.name, model.published_number));
        Self {
            etag: chassis::store::etag(model.revision),
            awaiting: rules::awaiting(&model).to_owned(),
            awaiting_since: Some(model.state_time.to_timestamp()),
            published_revision: published.unwrap_or_default(),
            economics: economics::economics(&model.costs, &model.revenues, &model.contract),
            name: model.name,
            uid: model.uid,
            create_time: Some(model.create_time.to_timestamp()),
            update_time: Some(model.update_time.to_timestamp()),
            revision: model.revision,
            state: model.state.number(),
            title: Some(model.title.into_inner()),
            summary: model.summary.set(),
            owner_partner: model.owner_partner,
            contributors: model.contributors.into_inner(),
            territories: model.territories.into_inner(),
            needs: model.needs.into_inner(),
            recommendations: model.recommendations.into_inner(),
            maturity: model.maturity.number(),
            canvas: model.canvas.into_inner(),
            costs: model.costs.into_inner(),
            revenues: model.revenues.into_inner(),
            finance: model.finance.into_inner(),
            contract: model.contract.set(),
            data_regime: model.data_regime.number(),
            data_justification: model.data_justification,
            licence: model.licence,
            evidence: model.evidence.into_inner(),
            sdg_goals: model.sdg_goals.iter().filter_map(|goal| goal.parse().ok()).collect(),
            country_codes: model.country_codes.into_inner(),
            website: model.website,
            publish_time: model.publish_time.map(Micros::to_timestamp),
            state_reason: model.state_reason,
            review_due_date: model.review_due.map(Day::to_date),
            origin: model.origin.number(),
            gaps: gaps.iter().map(Gap::message).collect(),
            allowed_actions: Vec::new(),
            readiness: model.said.readiness,
            public_value: model.said.public_value,
            replication_count: model.said.replication_count,
            derived_from: model.derived_from.into_inner(),
        }
    }
}

impl chassis::Row for Model {
    chassis::standard_columns!(pb::BusinessModel, state);

    const SERVICE: &'static str = "businessmodels";
    const FIELDS: &'static [Field] = &[
        Field::text("name"),
        Field::enumeration("state", "ensemble.businessmodels.v1.BusinessModel.State"),
        Field::text("owner_partner"),
        Field::texts("contributors", "contributors"),
        Field::texts("territories", "territories"),
        Field::texts("needs", "needs"),
        Field::texts("recommendations", "recommendations"),
        Field::enumeration("maturity", "ensemble.businessmodels.v1.Maturity"),
        Field::enumeration("data_regime", "ensemble.businessmodels.v1.DataRegime"),
        Field::text("licence"),
        Field::texts("sdg_goals", "sdg_goals"),
        Field::texts("country_codes", "country_codes"),
        Field::enumeration("origin", "ensemble.common.v1.Origin"),
        Field::time("publish_time"),
        Field::time("create_time"),
        Field::time("update_time"),
    ];

    fn owner(&self) -> &str {
        &self.owner_partner
    }

    fn public(&self) -> bool {
        matches!(self.state.get(), State::Published | State::Archived)
    }

    async fn follow(&self, before: Option<&Self>, unit: &mut Unit<'_>) -> chassis::Result<()> {
        super::store::follow(self, before, unit).await
    }

    async fn inform(rows: &mut [Self], db: DatabaseExecutor<'_>, _: Micros) -> Result<(), DbErr> {
        super::store::inform(rows, &db).await
    }
}

impl Told for Model {
    const PATTERN: &'static str = rules::PATTERN;
    const LIFECYCLE: &'static Lifecycle<Self> = &rules::LIFECYCLE;

    fn seen_by(&self, caller: &Caller) -> bool {
        self.published_number > 0 || rules::looks_in(caller, self)
    }

    /// What is being written is for those who write or judge it; for the others, what is published stands (BM-6).
    fn shown_to(self, caller: &Caller) -> pb::BusinessModel {
        match &self.published {
            Some(published) if !rules::looks_in(caller, &self) => pb::BusinessModel {
                readiness: self.said.readiness.clone(),
                public_value: self.said.public_value.clone(),
                replication_count: self.said.replication_count,
                ..pb::BusinessModel::clone(published)
            },
            _ => self.into(),
        }
    }
}

impl Stateful for Model {
    chassis::states!(State {
        Draft: "a draft", "en préparation";
        Submitted: "submitted", "soumis";
        Returned: "returned", "renvoyé";
        Published: "published", "publié";
        Archived: "archived", "archivé";
    });

    fn parties(&self) -> Vec<&str> {
        let contributors = self.contributors.iter().map(String::as_str);
        std::iter::once(self.owner_partner.as_str()).chain(contributors).collect()
    }
}
