//! What an activity was to achieve and what it did, as its record says: results, their indicators, and the values of
//! those at the start, as planned and as they came.

use chrono::NaiveDate;

use crate::activity::{Activity, Narrative};
use crate::looking::Reading;
use crate::tree::{Id, Tree};
use crate::value::date;

/// One `result`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Achievement {
    /// Code of `ResultType`: 1 output, 2 outcome, 3 impact, 9 other.
    pub type_code: String,
    /// What is to be achieved.
    pub titles: Vec<Narrative>,
    /// The same in other lists; instead of references of its indicators.
    pub references: Vec<Reference>,
    /// How it is measured.
    pub indicators: Vec<Indicator>,
}

/// One `indicator` of a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indicator {
    /// Code of `IndicatorMeasure`: 1 unit, 2 percentage, 3 nominal, 4 ordinal, 5 qualitative.
    pub measure: String,
    /// Less is better.
    pub descending: bool,
    /// What it is called.
    pub titles: Vec<Narrative>,
    /// What is counted.
    pub descriptions: Vec<Narrative>,
    /// The same indicator in other lists.
    pub references: Vec<Reference>,
    /// Where it started, an element each.
    pub baselines: Vec<Figure>,
    /// Where it was to be and where it came, an element each.
    pub periods: Vec<Period>,
    /// The line of its element.
    pub line: u32,
}

/// A code of an indicator in another list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// Code of `IndicatorVocabulary`, or of `ResultVocabulary`.
    pub vocabulary: String,
    /// Its code there.
    pub code: String,
    /// Where that list is.
    pub uri: String,
}

/// One `period` of an indicator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub start: Option<NaiveDate>,
    /// Last day.
    pub end: Option<NaiveDate>,
    /// What was planned, an element each.
    pub targets: Vec<Figure>,
    /// What came, an element each.
    pub actuals: Vec<Figure>,
    /// The line of its element.
    pub line: u32,
}

/// One `baseline`, `target` or `actual`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// As published; nothing where there is none, or an empty one.
    pub value: Option<String>,
    /// The day of a baseline.
    pub day: Option<NaiveDate>,
    /// Its year.
    pub year: Option<i32>,
    /// Of which part of the whole it is: names and values of dimensions, in their order.
    pub dimensions: Vec<(String, String)>,
    /// Where: references of locations of the activity.
    pub locations: Vec<String>,
    /// What to know about it.
    pub comments: Vec<Narrative>,
    /// The line of its element.
    pub line: u32,
}

impl Activity {
    /// Its results, in file order; none where the record holds none.
    #[must_use]
    pub fn achievements(&self) -> Vec<Achievement> {
        if !self.raw.contains("<result") {
            return Vec::new();
        }
        let Some(tree) = Tree::of(&self.raw, "iati-activities") else { return Vec::new() };
        let Some(record) = tree.record() else { return Vec::new() };
        let reading = Reading { tree: &tree, line: self.line };
        tree.named(record, "result").map(|id| reading.achievement(id)).collect()
    }
}

impl Reading<'_> {
    fn achievement(&self, id: Id) -> Achievement {
        Achievement {
            type_code: self.attribute(id, "type"),
            titles: self.texts(id, "title"),
            references: self.references(id),
            indicators: self.tree.named(id, "indicator").map(|id| self.indicator(id)).collect(),
        }
    }

    fn indicator(&self, id: Id) -> Indicator {
        Indicator {
            measure: self.attribute(id, "measure"),
            descending: matches!(self.attribute(id, "ascending").as_str(), "0" | "false"),
            titles: self.texts(id, "title"),
            descriptions: self.texts(id, "description"),
            references: self.references(id),
            baselines: self.tree.named(id, "baseline").map(|id| self.figure(id)).collect(),
            periods: self.tree.named(id, "period").map(|id| self.period(id)).collect(),
            line: self.line_of(id),
        }
    }

    fn period(&self, id: Id) -> Period {
        let day = |name: &str| {
            let element = self.tree.named(id, name).next()?;
            date(self.tree.attribute(element, "iso-date")?)
        };
        Period {
            start: day("period-start"),
            end: day("period-end"),
            targets: self.tree.named(id, "target").map(|id| self.figure(id)).collect(),
            actuals: self.tree.named(id, "actual").map(|id| self.figure(id)).collect(),
            line: self.line_of(id),
        }
    }

    fn figure(&self, id: Id) -> Figure {
        let filled = |id: Id, name: &str| Some(self.attribute(id, name)).filter(|value| !value.is_empty());
        let dimension = |id: Id| Some((filled(id, "name")?, filled(id, "value")?));
        Figure {
            value: filled(id, "value"),
            day: self.tree.attribute(id, "iso-date").and_then(date),
            year: filled(id, "year")
                .and_then(|year| year.parse().ok())
                .filter(|year| (1..=9999).contains(year)),
            dimensions: self.tree.named(id, "dimension").filter_map(dimension).collect(),
            locations: self.tree.named(id, "location").filter_map(|id| filled(id, "ref")).collect(),
            comments: self.texts(id, "comment"),
            line: self.line_of(id),
        }
    }

    fn references(&self, id: Id) -> Vec<Reference> {
        let one = |id: Id| Reference {
            vocabulary: self.attribute(id, "vocabulary"),
            code: self.attribute(id, "code"),
            uri: self.attribute(id, "indicator-uri"),
        };
        let all = self.tree.named(id, "reference").map(one);
        all.filter(|reference| !reference.vocabulary.is_empty() && !reference.code.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_in_all_their_parts() {
        let raw = "<iati-activity xml:lang='en'>
<result type='1'><title><narrative>Wells</narrative></title>
<indicator measure='1' ascending='0'><title><narrative xml:lang='FR'>Puits</narrative></title>
<reference vocabulary='9' code='6.1.1'/>
<baseline year='2019' value='0'><comment><narrative>None.</narrative></comment></baseline>
<period><period-start iso-date='2024-01-01'/><period-end iso-date='2024-12-31'/>
<target value='10'/><actual value='7'/><actual value='4'><location ref='L1'/><dimension name='sex' value='female'/></actual>
</period></indicator></result></iati-activity>";
        let activity = Activity::read(raw.to_owned(), 5).unwrap();
        let [wells] = activity.achievements().try_into().unwrap();
        assert_eq!((wells.type_code.as_str(), wells.titles[0].text.as_str()), ("1", "Wells"));
        let [puits] = wells.indicators.try_into().unwrap();
        assert_eq!((puits.measure.as_str(), puits.descending, puits.line), ("1", true, 7));
        assert_eq!(puits.titles, [Narrative { language: Some("fr".to_owned()), text: "Puits".to_owned() }]);
        assert_eq!(puits.references[0].code, "6.1.1");
        let baseline = &puits.baselines[0];
        assert_eq!(
            (baseline.value.as_deref(), baseline.year, baseline.day),
            (Some("0"), Some(2019), None),
            "bey_9"
        );
        assert_eq!(baseline.comments[0].language.as_deref(), Some("en"));
        let [period] = puits.periods.try_into().unwrap();
        assert_eq!(period.end, "2024-12-31".parse().ok());
        assert_eq!(period.targets[0].value.as_deref(), Some("10"));
        let [whole, part] = period.actuals.try_into().unwrap();
        assert_eq!((whole.value.as_deref(), whole.dimensions.len()), (Some("7"), 0));
        assert_eq!(part.dimensions, [("sex".to_owned(), "female".to_owned())]);
        assert_eq!(part.locations, ["L1"]);
    }

    #[test]
    fn an_activity_without_results_has_none() {
        let activity = Activity::read("<iati-activity/>".to_owned(), 1).unwrap();
        assert!(activity.achievements().is_empty());
    }
}
