//! What a solution says of itself, and what is wrong with it.

use std::collections::BTreeMap;

use super::told;
use crate::problem::{Problem, Severity};
use crate::records::told::{missing, no_list};
use crate::records::{Field, Fields, Node, filled, placed, places};
use crate::texts::normal;

/// An organisation that has a part in a solution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// Its website; may be empty.
    pub website: String,
    /// `owner`, `maintainer`, `implementer`, `funder`, as published.
    pub role: String,
    /// Where it stands.
    pub place: Field,
}

/// A Sustainable Development Goal that it serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goal {
    /// From 1 to 17.
    pub number: u8,
    /// How it serves it; may be empty.
    pub evidence: String,
    /// Where that is told; may be empty.
    pub uri: String,
}

/// Something that has an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub uri: String,
}

/// A solution as it was published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Solution {
    /// By what it is recognised: its slug, or else its name.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Where more is said of it.
    pub website: String,
    /// Its licences (SPDX), as published.
    pub licences: Vec<String>,
    /// The goals that it serves.
    pub goals: Vec<Goal>,
    /// `software`, `data`, `content`, `aimodel`, `standard`, as published.
    pub kinds: Vec<String>,
    /// What it is about, as published.
    pub sectors: Vec<String>,
    /// Where its source is.
    pub repositories: Vec<Link>,
    /// Who has a part in it; nobody is a reason not to take it.
    pub organisations: Vec<Organisation>,
    /// How far the registry has judged it: `DPG`, `nominee`, as published.
    pub stage: String,
    /// Names of countries in which it is used.
    pub deployed_in: Vec<String>,
    /// Names of countries in which it is made.
    pub developed_in: Vec<String>,
    /// The standards that it supports.
    pub standards: Vec<String>,
    /// It, as it is written.
    pub raw: String,
    /// Where it stands.
    pub place: Field,
    /// Where its fields stand, by their names.
    pub fields: BTreeMap<String, Field>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

impl Solution {
    /// It cannot be taken.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Blocks)
    }

    /// Where one of its fields stands, or it itself.
    #[must_use]
    pub fn field(&self, name: &str) -> &Field {
        self.fields.get(name).unwrap_or(&self.place)
    }

    pub(super) fn of(text: &str, index: usize, line: u32) -> Self {
        let node = Node::record(text, line, index.to_string());
        let mut solution =
            Self { raw: text.to_owned(), place: Field { path: node.path.clone(), line }, ..Self::default() };
        solution.problems = filled(&node, "SOLUTION_INVALID", |fields, problems| {
            solution.fill(fields, problems);
            solution.id.clone()
        });
        solution
    }

    fn fill(&mut self, fields: &BTreeMap<String, Node<'_>>, problems: &mut Vec<Problem>) {
        self.fields = places(fields);
        let mut of = Fields { said: fields, path: self.place.path.clone(), problems };
        self.name = normal(&of.text("name", Some(Severity::Blocks)));
        self.id = match normal(&of.text("slug", None)) {
            slug if slug.is_empty() => self.name.clone(),
            slug => slug,
        };
        self.description = of.text("description", Some(Severity::Doubtful)).trim().to_owned();
        self.website = of.text("website", None).trim().to_owned();
        self.stage = normal(&of.text("stage", None));
        self.licences = of.members("license").iter().map(|member| text(member, "spdx")).collect();
        self.licences.retain(|licence| !licence.is_empty());
        self.goals = of.goals();
        self.kinds = of.texts("type");
        self.sectors = of.texts("sectors");
        self.standards = of.texts("standards");
        let link = |member: &Member<'_>| Link { name: text(member, "name"), uri: text(member, "url") };
        self.repositories = of.members("repositories").iter().map(link).collect();
        self.repositories.retain(|link| !link.uri.is_empty());
        self.organisations = of.organisations();
        if let Some(node) = fields.get("locations") {
            let within = node.object().unwrap_or_default();
            let mut of = Fields { said: &within, path: node.path.clone(), problems: of.problems };
            self.deployed_in = of.texts("deploymentCountries");
            self.developed_in = of.texts("developmentCountries");
        }
    }
}

type Member<'t> = BTreeMap<String, Node<'t>>;

/// What a member says, in one line.
fn text(member: &Member<'_>, name: &str) -> String {
    let said = member.get(name).and_then(Node::string).unwrap_or_default();
    normal(&said.chars().filter(|c| !c.is_control() || c.is_whitespace()).collect::<String>())
}

impl<'t> Fields<'_, 't> {
    /// What a list holds; nothing where it is not said.
    fn items(&mut self, name: &str) -> Vec<Node<'t>> {
        let Some(node) = self.said.get(name) else { return Vec::new() };
        let items = node.list();
        if items.is_none() {
            self.say(no_list(Severity::Doubtful).found(node.written()), name);
        }
        items.unwrap_or_default()
    }

    fn members(&mut self, name: &str) -> Vec<Member<'t>> {
        self.items(name).iter().filter_map(Node::object).collect()
    }

    /// The texts of a list, or a text alone; real files leave empty ones in.
    fn texts(&mut self, name: &str) -> Vec<String> {
        let alone = self.said.get(name).and_then(Node::string);
        let said = match alone {
            Some(text) => vec![text],
            None => self.items(name).iter().filter_map(Node::string).collect(),
        };
        said.iter().map(|text| normal(text)).filter(|text| !text.is_empty()).collect()
    }

    fn goals(&mut self) -> Vec<Goal> {
        let mut goals = Vec::new();
        for node in self.items("SDGs") {
            let member = node.object().unwrap_or_default();
            let number =
                member.get("SDGNumber").and_then(Node::number).and_then(|digits| digits.parse().ok());
            match number.filter(|number| (1..=17).contains(number)) {
                Some(number) => goals.push(Goal {
                    number,
                    evidence: text(&member, "evidenceText"),
                    uri: text(&member, "evidenceURL"),
                }),
                None => self.problems.push(placed(told::no_goal().found(node.written()), &node)),
            }
        }
        goals
    }

    fn organisations(&mut self) -> Vec<Organisation> {
        let name = "organizations";
        if !self.said.contains_key(name) {
            self.say(missing(Severity::Blocks), name);
            return Vec::new();
        }
        let mut found = Vec::new();
        for node in self.items(name) {
            let member = node.object().unwrap_or_default();
            let organisation = Organisation {
                name: text(&member, "name"),
                website: text(&member, "website"),
                role: text(&member, "org_type"),
                place: Field { path: node.path.clone(), line: node.line() },
            };
            match organisation.name.is_empty() {
                true => {
                    self.problems.push(placed(told::nobody(Severity::Doubtful).found(node.written()), &node));
                }
                false => found.push(organisation),
            }
        }
        if found.is_empty() {
            self.say(told::no_owner(), name);
        }
        found
    }
}
