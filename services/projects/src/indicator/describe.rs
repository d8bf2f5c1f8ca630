//! What each field of an indicator may hold. Pure.

use chassis::column::Coded;
use chassis::error::{Result, Violations};
use chassis::{say, text, value};
use proto::projects as pb;
use proto::projects::indicator::{DisaggregationMode, EntityAggregation, TimeAggregation};

use super::row::Model;
use crate::measure;
use crate::project::describe::recommendations;

const LONGEST_UNIT: usize = 50;
const LINE: usize = 500;
/// References to other lists, at most.
const MOST_REFERENCES: usize = 50;

/// Takes over what a draft says of an indicator, having looked at every field.
pub(crate) fn describe(indicator: &mut Model, draft: &pb::Indicator) -> Result<()> {
    let mut wrong = Violations::default();
    wrong.localized("title", &mut indicator.title, draft.title.as_ref(), true)?;
    wrong.localized("definition", &mut indicator.definition, draft.definition.as_ref(), true)?;
    if !iati::has_code("IndicatorMeasure", &draft.measure) {
        wrong.add(
            "measure",
            say!(
                "expected 1 (unit), 2 (percentage), 3 (nominal), 4 (ordinal) or 5 (qualitative)",
                "1 (unité), 2 (pourcentage), 3 (nominal), 4 (ordinal) ou 5 (qualitatif) attendu"
            ),
        );
    }
    indicator.measure.clone_from(&draft.measure);
    indicator.unit = wrong.plain("unit", &draft.unit, LONGEST_UNIT)?;
    indicator.descending = draft.descending;
    indicator.time_aggregation = wrong.coded("time_aggregation", draft.time_aggregation, true)?;
    indicator.entity_aggregation = wrong.coded("entity_aggregation", draft.entity_aggregation, true)?;
    indicator.counting_basis = wrong.coded("counting_basis", draft.counting_basis, true)?;
    indicator.source = wrong.coded("source", draft.source, true)?;
    let mode =
        wrong.check(Coded::<DisaggregationMode>::read("disaggregation_mode", draft.disaggregation_mode))?;
    let said = mode.filter(|mode| *mode != DisaggregationMode::Unspecified);
    indicator.disaggregation_mode = said.unwrap_or(DisaggregationMode::Parallel.into());
    for (index, dimension) in draft.dimensions.iter().enumerate() {
        if !measure::is_dimension(dimension) {
            let known = measure::DIMENSIONS.map(|(dimension, _)| dimension).join(", ");
            wrong.add(
                format!("dimensions[{index}]"),
                say!("expected one of {known}", "attendu parmi {known}"),
            );
        }
    }
    wrong.once("dimensions", &draft.dimensions);
    indicator.dimensions = draft.dimensions.clone().into();
    indicator.beyond_whole = draft.beyond_whole;
    indicator.references = wrong.check(references(&draft.references))?.unwrap_or_default().into();
    recommendations(&mut wrong, &draft.recommendations)?;
    indicator.recommendations = draft.recommendations.clone().into();
    coherent(&mut wrong, indicator);
    wrong.finish()
}

/// What is no sum is not added up: shares by their terms (AGG-3), and degrees and words not at all.
fn coherent(wrong: &mut Violations, indicator: &Model) {
    let (time, entity) = (indicator.time_aggregation.get(), indicator.entity_aggregation.get());
    let shares = entity == EntityAggregation::Ratio;
    let words = indicator.measure == "5";
    let degrees = matches!(indicator.measure.as_str(), "3" | "4");
    if shares && indicator.measure != "2" {
        wrong.add(
            "entity_aggregation",
            say!("RATIO is of percentages: measure 2", "RATIO vaut pour des pourcentages : mesure 2"),
        );
    }
    if entity == EntityAggregation::Sum && (indicator.measure == "2" || degrees || words) {
        wrong.add(
            "entity_aggregation",
            say!(
                "only what is counted is added up: RATIO for percentages, NONE for the rest",
                "seul ce qui se compte s'additionne : RATIO pour des pourcentages, NONE pour le reste"
            ),
        );
    }
    if degrees && time == TimeAggregation::Sum {
        wrong.add("time_aggregation", say!("degrees are not added up", "des degrés ne s'additionnent pas"));
    }
    if words && !matches!(time, TimeAggregation::None | TimeAggregation::Latest) {
        wrong.add(
            "time_aggregation",
            say!("words are not added up: LATEST or NONE", "des mots ne s'additionnent pas : LATEST ou NONE"),
        );
    }
    if words && !indicator.dimensions.is_empty() {
        wrong.add("dimensions", say!("words have no parts", "des mots n'ont pas de parties"));
    }
    if indicator.beyond_whole && !shares {
        wrong.add("beyond_whole", say!("only of a RATIO", "seulement pour un RATIO"));
    }
}

fn references(found: &[pb::IndicatorReference]) -> Result<Vec<pb::IndicatorReference>> {
    let mut wrong = Violations::default();
    if found.len() > MOST_REFERENCES {
        wrong.add("references", say!("at most {MOST_REFERENCES}", "{MOST_REFERENCES} au plus"));
    }
    let mut references = Vec::new();
    for (index, reference) in found.iter().enumerate().take(MOST_REFERENCES) {
        let field = |name: &str| format!("references[{index}].{name}");
        if !iati::has_code("IndicatorVocabulary", &reference.vocabulary) {
            wrong.add(
                field("vocabulary"),
                say!(
                    "expected a code of the IATI list IndicatorVocabulary, like 9 (SDG)",
                    "code de la liste IATI IndicatorVocabulary attendu, comme 9 (ODD)"
                ),
            );
        }
        let code = wrong.check(text::plain(&field("code"), &reference.code, LINE))?.unwrap_or_default();
        wrong.require(&field("code"), !reference.code.trim().is_empty());
        let uri = match reference.uri.trim() {
            "" => String::new(),
            address => wrong.check(value::https(&field("uri"), address))?.unwrap_or_default(),
        };
        references.push(pb::IndicatorReference { vocabulary: reference.vocabulary.clone(), code, uri });
    }
    wrong.finish()?;
    Ok(references)
}
