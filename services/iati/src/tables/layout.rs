//! Which tables there are, which columns they have, and where in an activity a column belongs: the spreadsheet layout of
//! IATI with one CSV per element. Columns stand in the order of the standard.

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    /// The file, without `.csv`.
    pub(super) name: &'static str,
    /// Where in an activity its rows belong; empty for activities themselves.
    pub(super) at: &'static str,
    pub(super) columns: &'static [Column],
}

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) part: Part,
}

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Which row it belongs to: without it nothing of the table can be placed.
    Key,
    /// A part of the row's element, made with all that leads to it.
    Makes(&'static str),
    /// A part of something that other columns made: a language without a text says nothing.
    Of(&'static str),
    /// Seen together with another column.
    Beside,
}

use Part::{Beside, Key, Makes, Of};

const fn column(name: &'static str, part: Part) -> Column {
    Column { name, part }
}

impl Table {
    /// The name of its elements.
    pub(super) fn element(&self) -> &'static str {
        self.at.rsplit('/').next().unwrap_or_default()
    }

    /// The columns without which none of its rows can be placed.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().filter(|column| column.part == Key).map(|column| column.name)
    }

    /// The table that its rows belong to.
    pub(super) fn parent(&self) -> Option<&'static str> {
        match self.name {
            "activities" => None,
            "indicators" => Some("results"),
            "indicator_periods" => Some("indicators"),
            _ => Some("activities"),
        }
    }

    /// The column that a place in an activity came from.
    pub(super) fn column_at(&self, location: &str) -> Option<&'static str> {
        let inside = match self.at {
            "" => location,
            at => location.strip_prefix(at)?.strip_prefix('/')?,
        };
        let at = |column: &&Column| match column.part {
            Makes(at) | Of(at) => Some(at),
            Key | Beside => None,
        };
        let exact = self.columns.iter().find(|column| at(column) == Some(inside));
        let within = |column: &&Column| {
            at(column).and_then(|at| at.strip_prefix(inside)).is_some_and(|rest| rest.starts_with('/'))
        };
        exact.or_else(|| self.columns.iter().find(within)).map(|column| column.name)
    }
}

/// The days of an activity in its own table, and the code of `ActivityDateType` of each.
pub(super) const DAYS: [(&str, &str); 4] = [
    ("planned_start_date", "1"),
    ("actual_start_date", "2"),
    ("planned_end_date", "3"),
    ("actual_end_date", "4"),
];

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "activities",
        at: "",
        columns: &[
            column("activity_identifier", Key),
            column("last_updated_datetime", Makes("@last-updated-datetime")),
            column("xml_lang", Makes("@xml:lang")),
            column("default_currency", Makes("@default-currency")),
            column("humanitarian", Makes("@humanitarian")),
            column("hierarchy", Makes("@hierarchy")),
            column("reporting_org_ref", Makes("reporting-org/@ref")),
            column("reporting_org_type", Makes("reporting-org/@type")),
            column("reporting_org_secondary_reporter", Of("reporting-org/@secondary-reporter")),
            column("reporting_org_name", Makes("reporting-org/narrative")),
            column("reporting_org_name_lang", Of("reporting-org/narrative/@xml:lang")),
            column("title", Makes("title/narrative")),
            column("title_lang", Of("title/narrative/@xml:lang")),
            column("description", Makes("description/narrative")),
            column("description_lang", Of("description/narrative/@xml:lang")),
            column("activity_status", Makes("activity-status/@code")),
            column("planned_start_date", Beside),
            column("actual_start_date", Beside),
            column("planned_end_date", Beside),
            column("actual_end_date", Beside),
            column("activity_scope", Makes("activity-scope/@code")),
            column("recipient_country_code", Makes("recipient-country/@code")),
            column("recipient_country_percentage", Of("recipient-country/@percentage")),
            column("recipient_country_name", Of("recipient-country/narrative")),
            column("recipient_country_lang", Of("recipient-country/narrative/@xml:lang")),
            column("recipient_region_code", Makes("recipient-region/@code")),
            column("recipient_region_percentage", Of("recipient-region/@percentage")),
            column("recipient_region_name", Of("recipient-region/narrative")),
            column("recipient_region_lang", Of("recipient-region/narrative/@xml:lang")),
            column("collaboration_type", Makes("collaboration-type/@code")),
            column("default_flow_type", Makes("default-flow-type/@code")),
            column("default_finance_type", Makes("default-finance-type/@code")),
            column("default_aid_type", Makes("default-aid-type/@code")),
            column("default_tied_status", Makes("default-tied-status/@code")),
            column("conditions_attached", Makes("conditions/@attached")),
        ],
    },
    Table {
        name: "descriptions",
        at: "description",
        columns: &[
            column("activity_identifier", Key),
            column("description_type", Makes("@type")),
            column("description_sequence", Beside),
            column("narrative", Makes("narrative")),
            column("narrative_lang", Of("narrative/@xml:lang")),
            column("narrative_sequence", Beside),
        ],
    },
    Table {
        name: "participating_orgs",
        at: "participating-org",
        columns: &[
            column("activity_identifier", Key),
            column("org_ref", Makes("@ref")),
            column("org_type", Makes("@type")),
            column("role", Makes("@role")),
            column("activity_id", Makes("@activity-id")),
            column("crs_channel_code", Makes("@crs-channel-code")),
            column("org_name", Makes("narrative")),
            column("org_name_lang", Of("narrative/@xml:lang")),
        ],
    },
    Table {
        name: "activity_date",
        at: "activity-date",
        columns: &[
            column("activity_identifier", Key),
            column("type", Makes("@type")),
            column("iso_date", Makes("@iso-date")),
            column("narrative", Makes("narrative")),
            column("narrative_lang", Of("narrative/@xml:lang")),
        ],
    },
    Table {
        name: "locations",
        at: "location",
        columns: &[
            column("activity_identifier", Key),
            column("location_ref", Makes("@ref")),
            column("location_reach", Makes("location-reach/@code")),
            column("location_id_code", Makes("location-id/@code")),
            column("location_id_vocabulary", Of("location-id/@vocabulary")),
            column("name", Makes("name/narrative")),
            column("name_lang", Of("name/narrative/@xml:lang")),
            column("description", Makes("description/narrative")),
            column("description_lang", Of("description/narrative/@xml:lang")),
            column("activity_description", Makes("activity-description/narrative")),
            column("activity_description_lang", Of("activity-description/narrative/@xml:lang")),
            column("administrative_code", Makes("administrative/@code")),
            column("administrative_vocabulary", Of("administrative/@vocabulary")),
            column("administrative_level", Of("administrative/@level")),
            column("administrative_country", Beside),
            column("latitude", Makes("point/pos")),
            column("longitude", Beside),
            column("exactness", Makes("exactness/@code")),
            column("location_class", Makes("location-class/@code")),
            column("feature_designation", Makes("feature-designation/@code")),
        ],
    },
    Table {
        name: "sectors",
        at: "sector",
        columns: &[
            column("activity_identifier", Key),
            column("vocabulary", Makes("@vocabulary")),
            column("vocabulary_uri", Makes("@vocabulary-uri")),
            column("sector_code", Makes("@code")),
            column("percentage", Makes("@percentage")),
            column("sector_name", Makes("narrative")),
        ],
    },
    Table {
        name: "budgets",
        at: "budget",
        columns: &[
            column("activity_identifier", Key),
            column("budget_type", Makes("@type")),
            column("budget_status", Makes("@status")),
            column("period_start", Makes("period-start/@iso-date")),
            column("period_end", Makes("period-end/@iso-date")),
            column("value", Makes("value")),
            column("currency", Of("value/@currency")),
            column("value_date", Of("value/@value-date")),
        ],
    },
    Table {
        name: "transactions",
        at: "transaction",
        columns: &[
            column("activity_identifier", Key),
            column("transaction_ref", Makes("@ref")),
            column("humanitarian", Makes("@humanitarian")),
            column("transaction_type", Makes("transaction-type/@code")),
            column("transaction_date", Makes("transaction-date/@iso-date")),
            column("value", Makes("value")),
            column("currency", Of("value/@currency")),
            column("value_date", Of("value/@value-date")),
            column("description", Makes("description/narrative")),
            column("provider_org_ref", Makes("provider-org/@ref")),
            column("provider_org_name", Makes("provider-org/narrative")),
            column("provider_org_type", Of("provider-org/@type")),
            column("receiver_org_ref", Makes("receiver-org/@ref")),
            column("receiver_org_name", Makes("receiver-org/narrative")),
            column("receiver_org_type", Of("receiver-org/@type")),
            column("disbursement_channel", Makes("disbursement-channel/@code")),
            column("flow_type", Makes("flow-type/@code")),
            column("finance_type", Makes("finance-type/@code")),
            column("aid_type", Makes("aid-type/@code")),
            column("tied_status", Makes("tied-status/@code")),
        ],
    },
    Table {
        name: "documents",
        at: "document-link",
        columns: &[
            column("activity_identifier", Key),
            column("url", Makes("@url")),
            column("format", Makes("@format")),
            column("title", Makes("title/narrative")),
            column("title_lang", Of("title/narrative/@xml:lang")),
            column("description", Makes("description/narrative")),
            column("description_lang", Of("description/narrative/@xml:lang")),
            column("category_code", Makes("category/@code")),
            column("language_code", Makes("language/@code")),
            column("document_date", Makes("document-date/@iso-date")),
        ],
    },
    Table {
        name: "results",
        at: "result",
        columns: &[
            column("activity_identifier", Key),
            column("result_ref", Key),
            column("result_type", Makes("@type")),
            column("aggregation_status", Makes("@aggregation-status")),
            column("title", Makes("title/narrative")),
            column("description", Makes("description/narrative")),
        ],
    },
    Table {
        name: "indicators",
        at: "result/indicator",
        columns: &[
            column("activity_identifier", Key),
            column("result_ref", Key),
            column("indicator_ref", Key),
            column("indicator_measure", Makes("@measure")),
            column("ascending", Makes("@ascending")),
            column("aggregation_status", Makes("@aggregation-status")),
            column("title", Makes("title/narrative")),
            column("description", Makes("description/narrative")),
            column("baseline_year", Makes("baseline/@year")),
            column("baseline_iso_date", Makes("baseline/@iso-date")),
            column("baseline_value", Makes("baseline/@value")),
            column("baseline_comment", Makes("baseline/comment/narrative")),
        ],
    },
    Table {
        name: "indicator_periods",
        at: "result/indicator/period",
        columns: &[
            column("activity_identifier", Key),
            column("result_ref", Key),
            column("indicator_ref", Key),
            column("period_start", Makes("period-start/@iso-date")),
            column("period_end", Makes("period-end/@iso-date")),
            column("target_value", Makes("target/@value")),
            column("target_comment", Makes("target/comment/narrative")),
            column("actual_value", Makes("actual/@value")),
            column("actual_comment", Makes("actual/comment/narrative")),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_an_activity_is_told_by_its_column() {
        let table = |name: &str| TABLES.iter().find(|table| table.name == name).unwrap();
        assert_eq!(table("indicators").column_at("result/indicator/@measure"), Some("indicator_measure"));
        assert_eq!(table("indicators").column_at("result/indicator/title"), Some("title"));
        let periods = table("indicator_periods");
        assert_eq!(periods.column_at("result/indicator/period/actual/@value"), Some("actual_value"));
        assert_eq!(periods.column_at("result/indicator/period/period-start"), Some("period_start"));
        assert_eq!(periods.column_at("result/indicator/period"), None);
        assert_eq!(table("activities").column_at("reporting-org/@ref"), Some("reporting_org_ref"));
        assert_eq!(table("sectors").column_at("tag/@code"), None);
    }
}
