//! The indicators that every network begins with (domain §4.6): planted at the first start, and the coordinators' from then on.

use chassis::column::{Coded, Micros};
use chassis::database::Outcome;
use chassis::error::Result;
use chassis::{Call, Context};
use futures::FutureExt as _;
use proto::common::{LocalizedText, Translation};
use proto::projects as pb;
use proto::projects::indicator::{CountingBasis, EntityAggregation, Source, State, TimeAggregation};

use super::row::Model;
use super::{rules, store};

const SERVICE: &str = "projects";

/// A text in both languages: English, French.
type Both = (&'static str, &'static str);

/// One of them.
pub(crate) struct Seed {
    /// Its id and its code.
    pub(crate) id: &'static str,
    title: Both,
    definition: Both,
    measure: &'static str,
    unit: &'static str,
    time: TimeAggregation,
    entity: EntityAggregation,
    basis: CountingBasis,
    dimensions: &'static [&'static str],
    source: Source,
    /// The SDG indicator that it is.
    sdg: &'static str,
    recommendations: &'static [&'static str],
}

/// Plants those that are not there. Whoever changed one since keeps the change, and replicas that start together plant each
/// once: they take turns, and look before they write.
///
/// # Errors
/// Of the database.
pub(crate) async fn plant(context: &Context) -> Result<()> {
    let names: Vec<String> = table::SEEDS.iter().map(|seed| format!("indicators/{}", seed.id)).collect();
    let there = store::named(context.database.reader(), names.iter().map(String::as_str)).await?;
    if there.len() == names.len() {
        return Ok(());
    }
    let call = Call::own(SERVICE, &context.clock);
    let planted = context.database.write(SERVICE, move |unit| {
        let (call, names) = (call.clone(), names.clone());
        async move {
            let there = store::named(unit.txn, names.iter().map(String::as_str)).await?;
            for seed in table::SEEDS {
                let indicator = seed.indicator(unit.now);
                if there.iter().all(|one| one.name != indicator.name) {
                    chassis::store::insert(unit, &call, &indicator).await?;
                }
            }
            Ok(Outcome::Keep(()))
        }
        .boxed()
    });
    planted.await
}

impl Seed {
    /// The indicator, in use.
    pub(crate) fn indicator(&self, now: Micros) -> Model {
        let reference = |code: &str| pb::IndicatorReference {
            vocabulary: "9".to_owned(),
            code: code.to_owned(),
            uri: "https://unstats.un.org/sdgs/indicators/indicators-list/".to_owned(),
        };
        let references: Vec<_> =
            [self.sdg].into_iter().filter(|code| !code.is_empty()).map(reference).collect();
        Model {
            state: State::Active.into(),
            code: self.id.to_owned(),
            title: text(self.title).into(),
            definition: text(self.definition).into(),
            measure: self.measure.to_owned(),
            unit: self.unit.to_owned(),
            time_aggregation: self.time.into(),
            entity_aggregation: self.entity.into(),
            counting_basis: self.basis.into(),
            dimensions: self.dimensions.iter().copied().collect(),
            source: Coded::from(self.source),
            references: references.into(),
            recommendations: self.recommendations.iter().map(|id| format!("recommendations/{id}")).collect(),
            ..rules::blank(self.id, uuid::Uuid::now_v7(), now)
        }
    }
}

fn text((english, french): Both) -> LocalizedText {
    let translation = |(language, text): (&str, &str)| {
        (language.to_owned(), Translation { text: text.to_owned(), ..Translation::default() })
    };
    let said = LocalizedText {
        default_language_code: "en".to_owned(),
        translations: [("en", english), ("fr", french)].map(translation).into(),
        ..LocalizedText::default()
    };
    // In the canonical form of what people write: which text is the original, and which a translation.
    chassis::text::check("title", &said).unwrap_or(said)
}

pub(crate) mod table;
