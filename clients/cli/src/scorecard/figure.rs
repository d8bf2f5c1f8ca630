//! A figure of the scorecard: what was counted, as people and programs read it.

use serde_json::{Value, json};

use crate::chart;
use crate::print::paint::clean;
use crate::say::{Language, say};

/// Where nothing is recorded.
pub(super) const NOTHING: &str = "—";

/// Something that was counted for a recommendation.
pub(super) struct Figure {
    /// What, for programs: `needsAddressed`, or the name of an indicator.
    pub(super) measure: String,
    /// The indicator of the library that it is the value of: one that the registry computes, or partners report; empty where it
    /// is of none.
    pub(super) indicator: String,
    pub(super) label: String,
    /// A value as the contract has it; absent where it is hidden or was not recorded.
    pub(super) value: Value,
    pub(super) unit: String,
    pub(super) suppressed: bool,
}

/// The figure of a measure, which is the value of an indicator of the library, or of none.
pub(super) fn figure(measure: &str, indicator: &str, label: String, value: Value) -> Figure {
    let indicator = if indicator.is_empty() { String::new() } else { format!("indicators/{indicator}") };
    Figure { measure: measure.to_owned(), indicator, label, value, unit: String::new(), suppressed: false }
}

/// A share that services tell, or hide.
pub(super) fn told(figure: Figure, told: &Value) -> Figure {
    Figure { suppressed: told["suppressed"] == true, ..figure }
}

/// A count, which is 0 where there are none.
pub(super) fn number(summary: &Value, field: &str) -> Value {
    json!({ "decimal": { "value": count(summary, field).to_string() } })
}

/// A share of a whole; nothing where there is no whole.
pub(super) fn ratio(ratio: &Value) -> Value {
    let known =
        ratio["denominator"].as_str().is_some_and(|whole| whole.chars().any(|c| ('1'..='9').contains(&c)));
    if known { json!({ "ratio": ratio }) } else { Value::Null }
}

pub(super) fn count(value: &Value, field: &str) -> u64 {
    value[field].as_u64().unwrap_or_default()
}

/// The total of an indicator that follows a recommendation, where there is one.
pub(super) fn total(aggregate: &Value) -> Option<Figure> {
    let suppressed = aggregate["suppressed"] == true;
    let value = aggregate["value"].clone();
    let text = |field: &str| clean(aggregate[field].as_str().unwrap_or_default());
    let label = match text("title") {
        title if title.is_empty() => text("code"),
        title => title,
    };
    (suppressed || value.is_object()).then(|| Figure {
        measure: text("indicator"),
        indicator: text("indicator"),
        label,
        value,
        unit: text("unit"),
        suppressed,
    })
}

/// A share of 1 as a percentage.
fn percent(share: f64, language: Language) -> String {
    format!("{:.1} %", 100.0 * share).replace('.', language.pick(".", ","))
}

impl Figure {
    /// As people read it: `3/5 (60.0 %)`, `1,250 person`, `83.3 %`, or a dash.
    pub(super) fn shown(&self, language: Language) -> String {
        if self.suppressed {
            return say!(language, "hidden: too few", "masqué : trop peu nombreux");
        }
        if let Some(share) = self.value["share"].as_str().and_then(|share| share.parse().ok()) {
            return percent(share, language);
        }
        if !self.value.is_object() {
            return NOTHING.to_owned();
        }
        let told = chart::shown(&self.value, language);
        let term = |field: &str| self.value["ratio"][field].as_str()?.parse::<f64>().ok();
        match (term("numerator"), term("denominator")) {
            (Some(part), Some(whole)) if whole != 0.0 => {
                format!("{told} ({})", percent(part / whole, language))
            }
            (Some(_), _) => NOTHING.to_owned(),
            _ if self.unit.is_empty() => told,
            _ => format!("{told} {}", self.unit),
        }
    }

    /// As programs read it.
    pub(super) fn fact(&self) -> Value {
        json!({
            "measure": self.measure, "indicator": self.indicator, "label": self.label, "value": self.value, "unit": self.unit,
            "suppressed": self.suppressed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_as_a_percentage() {
        let rate = figure("deliveryRate", "", String::new(), json!({ "share": "0.8333" }));
        assert_eq!(
            (rate.shown(Language::En), rate.shown(Language::Fr)),
            ("83.3 %".to_owned(), "83,3 %".to_owned())
        );
    }
}
