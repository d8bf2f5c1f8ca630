//! The ruleset as data, read once, and what each of its rules asks.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::Finding;
use super::kinds::{All, Rule};
use crate::problem::shortened;
use crate::tree::{Id, Tree};
use crate::xpath::{Expression, Item, Scope, parse};

/// All rules, by the elements they are about.
pub(super) struct Ruleset {
    contexts: Vec<(Expression, Vec<Case>)>,
}

/// A rule about an element.
struct Case {
    rule: Rule,
    /// The rule counts only where this holds.
    condition: Option<Expression>,
    /// The condition is about the value of a loop; otherwise `'$1'` in it means itself.
    varies: bool,
    /// The rule counts for each value of these.
    each: Option<Expression>,
    number: &'static str,
    error: bool,
    code: &'static str,
    location: String,
    en: &'static str,
    fr: &'static str,
}

/// The ruleset of 2.03. What of it could not be read is left out; a test sees that nothing is.
pub(super) static RULESET: LazyLock<Ruleset> = LazyLock::new(|| {
    let french: HashMap<&str, &'static str> =
        include_str!("../../data/rules-fr.txt").lines().filter_map(|line| line.split_once(' ')).collect();
    let ruleset: Json = serde_json::from_str(include_str!("../../data/rules-2.03.json")).unwrap_or_default();
    let mut contexts = Vec::new();
    for (context, rules) in
        ruleset.as_object().into_iter().flatten().filter(|(context, _)| !context.is_empty())
    {
        let mut cases = Vec::new();
        for (name, case) in all_cases(rules) {
            if name != "loop" {
                cases.extend(read(context, name, case, &Json::Null, &french));
                continue;
            }
            for (name, inner) in all_cases(&case["do"]) {
                cases.extend(read(context, name, inner, case, &french));
            }
        }
        contexts.extend(parse(context).ok().map(|context| (context, cases)));
    }
    Ruleset { contexts }
});

fn all_cases(rules: &Json) -> impl Iterator<Item = (&str, &Json)> {
    let named = rules.as_object().into_iter().flatten();
    named.flat_map(|(name, rule)| {
        rule["cases"].as_array().into_iter().flatten().map(move |case| (name.as_str(), case))
    })
}

fn read(
    context: &str,
    name: &str,
    case: &Json,
    around: &Json,
    french: &HashMap<&str, &'static str>,
) -> Option<Case> {
    let one = |field: &str| parse(case[field].as_str()?).ok();
    let many = |field: &str| -> Option<Vec<Expression>> {
        case[field].as_array()?.iter().map(|path| parse(path.as_str()?).ok()).collect()
    };
    let rule = match name {
        "atleast_one" => Rule::AtLeastOne(many("paths")?),
        "no_more_than_one" => Rule::NoMoreThanOne(many("paths")?),
        "unique" => Rule::Unique(many("paths")?),
        "startswith" => Rule::StartsWith {
            paths: many("paths")?,
            prefixes: if case["prefix"][0] == "ORG-ID-PREFIX" { Vec::new() } else { many("prefix")? },
            separator: case["separator"].as_str().unwrap_or_default().to_owned(),
        },
        "one_or_all" => Rule::OneOrAll {
            one: one("one")?,
            all: match case["all"].as_str()? {
                "lang" => All::Languages,
                "sector" => All::Sectors,
                "currency" => All::Currencies,
                _ => return None,
            },
        },
        "date_now" => Rule::InOrder { less: one("date")?, more: None },
        "date_order" => Rule::InOrder {
            less: one("less")?,
            more: if case["more"] == "NOW" { None } else { Some(one("more")?) },
        },
        "between_dates" => Rule::Between { date: one("date")?, start: one("start")?, end: one("end")? },
        "time_limit" => Rule::WithinAYear { start: one("start")?, end: one("end")? },
        "regex_matches" if case["regex"] == r"^[^\/\&\|\?]+$" => Rule::NoSymbols {
            paths: many("paths")?,
            of_activity: case["idCondition"] == "NOT_EXISTING_ORG_ID_PREFIX",
        },
        "no_spaces" => Rule::NoSpaces(many("paths")?),
        "strict_sum" => Rule::Sum { paths: many("paths")?, sum: i128::from(case["sum"].as_i64()?) },
        "range" => {
            Rule::Range { paths: many("paths")?, least: case["min"].as_f64()?, most: case["max"].as_f64()? }
        }
        "if_then" => Rule::IfThen { when: one("if")?, then: one("then")? },
        _ => return None,
    };
    let about = &case["ruleInfo"];
    let number: &'static str = about["id"].as_str()?.to_owned().leak();
    Some(Case {
        rule,
        condition: match case["condition"].as_str() {
            Some(condition) => Some(parse(condition).ok()?),
            None => None,
        },
        varies: around["subs"].as_array().is_some_and(|subs| subs.iter().any(|sub| sub == "condition")),
        each: match around["foreach"].as_str() {
            Some(each) => Some(parse(each).ok()?),
            None => None,
        },
        number,
        error: about["severity"] == "error",
        code: format!("RULE_{}", number.replace('.', "_")).leak(),
        location: location(context, case),
        en: about["message"].as_str()?.to_owned().leak(),
        fr: french.get(number).copied()?,
    })
}

/// Where to look: the element that the rule is about, and the first thing that it names there.
fn location(context: &str, case: &Json) -> String {
    let plain = |path: &str| {
        let mut depth = 0;
        let kept = path.chars().filter(|c| {
            depth += i32::from(*c == '[') - i32::from(*c == ']');
            depth == 0 && *c != ']'
        });
        kept.collect::<String>()
    };
    let context = plain(context.split(" | ").next().unwrap_or_default());
    let within: Vec<&str> =
        context.split('/').filter(|step| !step.is_empty() && !step.starts_with("iati-")).collect();
    let first = ["less", "date", "start", "one"].into_iter().find_map(|field| case[field].as_str());
    let first = first.or_else(|| case["paths"][0].as_str()).map(plain).unwrap_or_default();
    let first = first.trim_end_matches("/text()");
    let identifier = ["iati-identifier", "organisation-identifier"].contains(&first);
    match within.is_empty() || identifier {
        true => first.to_owned(),
        false => format!("{}/{first}", within.join("/")),
    }
}

impl Ruleset {
    /// What a record breaks.
    pub(super) fn check(&self, tree: &Tree<'_>, now: DateTime<Utc>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let document = Scope { tree, at: crate::tree::DOCUMENT, variable: "" };
        for (context, cases) in &self.contexts {
            for element in document.items(context) {
                let at = element.element();
                for case in cases {
                    case.check(tree, at, now, &mut findings);
                }
            }
        }
        findings
    }

    /// How many cases there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.contexts.iter().map(|(_, cases)| cases.len()).sum()
    }
}

impl Case {
    fn check(&self, tree: &Tree<'_>, at: Id, now: DateTime<Utc>, findings: &mut Vec<Finding>) {
        let scope = Scope { tree, at, variable: "" };
        let Some(each) = &self.each else {
            findings.extend(self.broken(scope, now));
            return;
        };
        let mut values: Vec<String> = Vec::new();
        for item in scope.items(each) {
            let value = item.text(tree).into_owned();
            if !values.contains(&value) {
                values.push(value);
            }
        }
        for value in &values {
            findings.extend(self.broken(Scope { tree, at, variable: value }, now));
        }
    }

    fn broken(&self, scope: Scope<'_>, now: DateTime<Utc>) -> Option<Finding> {
        let outside = if self.varies { scope } else { Scope { variable: "$1", ..scope } };
        if self.condition.as_ref().is_some_and(|condition| !outside.holds(condition)) {
            return None;
        }
        let first = self.rule.broken(scope, now)?;
        let found = match first {
            Some(Item::Attribute(_, value)) => shortened(value),
            _ => String::new(),
        };
        Some(Finding {
            rule: self.number,
            error: self.error,
            location: self.location.clone(),
            line: scope.tree.lines_before(first.map_or(scope.at, Item::element)),
            found,
            code: self.code,
            en: self.en.to_owned(),
            fr: self.fr.to_owned(),
        })
    }
}
