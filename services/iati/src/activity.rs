//! An activity, as far as Ensemble understands it; everything else stays in `raw`.

use chrono::NaiveDate;

use crate::problem::{Problem, Severity};

/// A text in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrative {
    /// Lower-case code (`fr`, `pt-br`): the narrative's own, else its element's, else the record's default; `None`
    /// when none of them says.
    pub language: Option<String>,
    /// Trimmed, runs of white space made one space.
    pub text: String,
}

/// An organisation as an activity names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Org {
    /// The organisation's identifier as published, trimmed; often missing or dirty: see [`crate::org_id`].
    pub ref_: Option<String>,
    /// Code of `OrganisationType`.
    pub type_code: Option<String>,
    /// Code of `OrganisationRole`; absent for the reporting organisation.
    pub role: Option<String>,
    /// Its name, by language.
    pub narratives: Vec<Narrative>,
    /// The identifier of this organisation's own record of the activity.
    pub activity_id: Option<String>,
    /// The line of its element.
    pub line: u32,
}

/// When it starts and ends. Of two dates of the same kind the first counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// Type 1.
    pub planned_start: Option<NaiveDate>,
    /// Type 2.
    pub actual_start: Option<NaiveDate>,
    /// Type 3.
    pub planned_end: Option<NaiveDate>,
    /// Type 4.
    pub actual_end: Option<NaiveDate>,
}

/// A country that benefits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2, upper case.
    pub code: String,
    /// A decimal as published.
    pub percentage: Option<String>,
    /// The line of its element.
    pub line: u32,
}

/// A sector or a tag: a code of a vocabulary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// Code of `SectorVocabulary` or `TagVocabulary`; sectors without one are of `1`, OECD DAC.
    pub vocabulary: String,
    /// The code in that vocabulary.
    pub code: String,
    /// A decimal as published (sectors only).
    pub percentage: Option<String>,
    /// Its name, needed with an organisation's own vocabulary.
    pub narratives: Vec<Narrative>,
    /// Where an organisation's own vocabulary is.
    pub uri: String,
    /// The line of its element.
    pub line: u32,
}

/// Money planned for a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Code of `BudgetType`; `1`, original, when absent.
    pub type_code: String,
    /// Code of `BudgetStatus`; `1`, indicative, when absent.
    pub status: String,
    /// First day.
    pub period_start: Option<NaiveDate>,
    /// Last day.
    pub period_end: Option<NaiveDate>,
    /// A decimal as published.
    pub value: String,
    /// ISO 4217: the value's own, else the activity's default.
    pub currency: Option<String>,
    /// The date of the exchange rate.
    pub value_date: Option<NaiveDate>,
    /// The line of its element.
    pub line: u32,
}

/// Another activity this one belongs with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Related {
    /// The other activity's identifier.
    pub ref_: String,
    /// Code of `RelatedActivityType`: 1 parent, 2 child, 3 sibling, 4 co-funded, 5 third party.
    pub type_code: String,
}

/// One `iati-activity`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// The `iati-identifier`, trimmed; empty only when a problem [blocks](Activity::is_blocked).
    pub identifier: String,
    /// Level in the publisher's hierarchy; 1 when not said.
    pub hierarchy: i32,
    /// Lower-case language code of texts that do not say theirs.
    pub default_language: Option<String>,
    /// ISO 4217 code of values that do not say theirs.
    pub default_currency: Option<String>,
    /// `last-updated-datetime` as published (ISO 8601, often without a time zone).
    pub last_updated: Option<String>,
    /// Who publishes it.
    pub reporting_org: Org,
    /// Its title, by language.
    pub titles: Vec<Narrative>,
    /// Code of `DescriptionType` (`1` general when absent) and the texts; an element each, in file order.
    pub descriptions: Vec<(String, Vec<Narrative>)>,
    /// Who takes part, an element each.
    pub participating_orgs: Vec<Org>,
    /// Code of `ActivityStatus`.
    pub status: Option<String>,
    /// When it starts and ends.
    pub dates: Dates,
    /// The countries that benefit.
    pub recipient_countries: Vec<Country>,
    /// What it is about.
    pub sectors: Vec<Code>,
    /// What else it is about; SDG goals are vocabulary `2`, targets `3`.
    pub tags: Vec<Code>,
    /// Money planned.
    pub budgets: Vec<Budget>,
    /// Other activities it belongs with.
    pub related_activities: Vec<Related>,
    /// The record verbatim, from `<iati-activity` to `</iati-activity>`, in UTF-8; empty when it was too large.
    pub raw: String,
    /// Prefixes used in `raw` and declared on the root of the file, with their addresses: to declare again when
    /// `raw` is written elsewhere.
    pub namespaces: Vec<(String, String)>,
    /// The line where it starts, from 1.
    pub line: u32,
    /// What is wrong with it, in file order.
    pub problems: Vec<Problem>,
}

impl Activity {
    /// Whether the record cannot be taken.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Blocks)
    }
}
