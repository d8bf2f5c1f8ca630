//! From the text of a filter to tests on fields.

use aip_160::{Arg, Comparable, Comparator, Expression, FilterError, Member, Restriction, Value};
use prost_reflect::EnumDescriptor;

use super::{Comparison, Field, FilterValue, Kind, Node, Test};
use crate::column::{Day, Micros};
use crate::error::{Error, Result};
use crate::say;
use crate::say::Text;

const LENGTH: usize = 4096;
const DEPTH: usize = 16;
const TERMS: usize = 64;

pub(super) fn parse(filter: &str, fields: &'static [Field]) -> Result<Option<Node>> {
    if filter.len() > LENGTH {
        return Err(refused(say!("at most {LENGTH} bytes", "{LENGTH} octets au plus")));
    }
    if let Some(at) = filter.find('\0') {
        return Err(Reader::new(filter, fields).wrong(at, say!("unexpected NUL", "caractère nul inattendu")));
    }
    let reader = Reader::new(filter, fields);
    // The parser counts the levels as it descends: what is too deep is refused before it is read.
    let tree = aip_160::parse_filter_with_max_depth(filter, DEPTH).map_err(|error| match error {
        FilterError::Syntax { offset, message } => {
            reader.wrong(offset, say!("{message}", "syntaxe incorrecte ({message})"))
        }
        _ => refused(say!("at most {DEPTH} levels of parentheses", "{DEPTH} niveaux de parenthèses au plus")),
    })?;
    let mut reader = reader;
    tree.expression.map(|expression| reader.node(expression)).transpose()
}

/// A list of the words that may be written, for messages.
pub(crate) fn words<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn refused(why: Text) -> Error {
    Error::invalid("filter", why)
}

struct Reader<'f> {
    filter: &'f str,
    fields: &'static [Field],
    /// Where each literal of the filter starts: the parser's tree does not say.
    literals: Vec<usize>,
    next: usize,
    terms: usize,
}

impl<'f> Reader<'f> {
    fn new(filter: &'f str, fields: &'static [Field]) -> Self {
        Self { filter, fields, literals: literals(filter), next: 0, terms: 0 }
    }

    fn wrong(&self, offset: usize, why: Text) -> Error {
        let position = self.filter.get(..offset).map_or(0, |before| before.chars().count()) + 1;
        let Text { en, fr } = why;
        refused(say!("position {position}: {en}", "position {position} : {fr}"))
    }

    fn node(&mut self, expression: Expression) -> Result<Node> {
        Ok(match expression {
            // A sequence, `a = 1 b = 2`, ranks where matching is fuzzy; here it is exact.
            Expression::And(nodes) | Expression::Sequence(nodes) => Node::All(self.nodes(nodes)?),
            Expression::Or(nodes) => Node::Any(self.nodes(nodes)?),
            Expression::Not(node) => Node::Not(Box::new(self.node(*node)?)),
            Expression::Restriction(restriction) => self.test(restriction)?,
            Expression::Global(_) => {
                let at = self.position();
                return Err(self.wrong(
                    at,
                    say!("expected a comparison: field = value", "comparaison attendue : champ = valeur"),
                ));
            }
        })
    }

    fn nodes(&mut self, expressions: Vec<Expression>) -> Result<Vec<Node>> {
        expressions.into_iter().map(|expression| self.node(expression)).collect()
    }

    fn test(&mut self, restriction: Restriction) -> Result<Node> {
        self.terms += 1;
        let at = self.position();
        if self.terms > TERMS {
            return Err(self.wrong(at, say!("at most {TERMS} comparisons", "{TERMS} comparaisons au plus")));
        }
        let Comparable::Member(member) = restriction.comparable else {
            return Err(
                self.wrong(at, say!("functions are not supported", "les fonctions ne sont pas admises"))
            );
        };
        let field = self.field(at, &member)?;
        self.skip(&member);
        let at = self.position();
        let Arg::Comparable(Comparable::Member(member)) = restriction.arg else {
            return Err(self.wrong(at, say!("expected one value", "une seule valeur attendue")));
        };
        self.skip(&member);
        let Some((text, quoted)) = literal(member) else {
            return Err(self.wrong(at, say!("expected one value", "une seule valeur attendue")));
        };
        let test = field.test(restriction.comparator, &text, quoted);
        test.map(|test| Node::Test(field, test)).map_err(|why| self.wrong(at, why))
    }

    fn field(&self, at: usize, member: &Member) -> Result<&'static Field> {
        let path = member.field_path().unwrap_or_else(|| member.to_string());
        self.fields.iter().find(|field| field.path == path).ok_or_else(|| {
            let known = words(self.fields.iter().map(|field| field.path));
            self.wrong(
                at,
                say!(
                    "unknown field {path}, expected one of: {known}",
                    "champ {path} inconnu, attendu parmi : {known}"
                ),
            )
        })
    }

    fn position(&self) -> usize {
        self.literals.get(self.next).copied().unwrap_or(self.filter.len())
    }

    fn skip(&mut self, member: &Member) {
        // The parser has joined `2` and `5` of `2.5` into one value.
        let joined = matches!(&member.value, Value::Text(text) if text.contains('.'));
        self.next += 1 + member.fields.len() + usize::from(joined);
    }
}

/// `example.org` and `2026-01-01` need no quotes.
fn literal(member: Member) -> Option<(String, bool)> {
    match member {
        Member { value: Value::String(text), fields } if fields.is_empty() => Some((text, true)),
        member => member.field_path().map(|text| (text, false)),
    }
}

/// Where the literals start: runs of ordinary characters and quoted strings, keywords left out.
fn literals(filter: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut rest = filter.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if matches!(first, '"' | '\'') {
            starts.push(start);
            while let Some((_, c)) = rest.next().filter(|(_, c)| *c != first) {
                if c == '\\' {
                    rest.next();
                }
            }
        } else if is_plain(first) {
            while rest.next_if(|(_, c)| is_plain(*c)).is_some() {}
            let end = rest.peek().map_or(filter.len(), |(end, _)| *end);
            let negates = &filter[start..end] == "-" && filter[end..].starts_with(['(', '"', '\'']);
            let keyword =
                matches!(&filter[start..end], "AND" | "OR" | "NOT") && !filter[..start].ends_with('.');
            if !negates && !keyword {
                starts.push(start);
            }
        }
    }
    starts
}

fn is_plain(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '.' | '(' | ')' | ',' | '"' | '\'' | '=' | '<' | '>' | '!' | ':')
}

impl Field {
    fn test(&self, comparator: Comparator, text: &str, quoted: bool) -> Result<Test, Text> {
        let comparison = match comparator {
            Comparator::Equal | Comparator::Has => Comparison::Equal,
            Comparator::NotEqual => Comparison::NotEqual,
            Comparator::LessThan => Comparison::Less,
            Comparator::LessThanOrEqual => Comparison::LessOrEqual,
            Comparator::GreaterThan => Comparison::Greater,
            Comparator::GreaterThanOrEqual => Comparison::GreaterOrEqual,
        };
        let path = self.path;
        if comparator == Comparator::Has && text == "*" && !quoted {
            return Ok(Test::Present);
        }
        if !self.is_single() && comparison == Comparison::NotEqual {
            return Err(say!(
                "{path} has several values: write NOT {path}:value",
                "{path} a plusieurs valeurs : écrire NOT {path}:valeur"
            ));
        }
        let unordered = matches!(self.kind, Kind::Enumeration(_) | Kind::Boolean | Kind::Texts);
        if unordered && !matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
            return Err(say!(
                "{path} has no order, it takes = != and : only",
                "{path} n'a pas d'ordre, seuls = != et : sont admis"
            ));
        }
        let wildcard =
            matches!(self.kind, Kind::Text | Kind::Texts) && (text.starts_with('*') || text.ends_with('*'));
        match wildcard {
            true if comparison == Comparison::Equal && self.kind == Kind::Text => Ok(wildcards(text)),
            true if comparison == Comparison::NotEqual => Err(say!(
                "* is a wildcard in = only: write NOT {path} = \"{text}\"",
                "* n'est un joker que dans = : écrire NOT {path} = \"{text}\""
            )),
            true if self.kind == Kind::Texts => {
                Err(say!("{path} takes no wildcard", "{path} n'admet pas de joker"))
            }
            _ => Ok(Test::Compares(comparison, self.value(text, quoted)?)),
        }
    }

    fn value(&self, text: &str, quoted: bool) -> Result<FilterValue, Text> {
        let path = self.path;
        let bare = (!quoted).then_some(text);
        match self.kind {
            Kind::Text | Kind::Texts => Ok(FilterValue::Text(text.to_owned())),
            Kind::Integer => {
                bare.and_then(|text| text.parse().ok()).map(FilterValue::Integer).ok_or_else(|| {
                    say!(
                        "{path} is an integer, without quotes",
                        "{path} est un nombre entier, sans guillemets"
                    )
                })
            }
            Kind::Boolean => {
                bare.and_then(|text| text.parse().ok()).map(FilterValue::Boolean).ok_or_else(|| {
                    say!(
                        "{path} is true or false, without quotes",
                        "{path} vaut true ou false, sans guillemets"
                    )
                })
            }
            Kind::Time => Micros::parse(text).map(FilterValue::Time).ok_or_else(|| {
                say!(
                    "{path} is an instant: \"2026-01-31T12:00:00Z\", microseconds at most",
                    "{path} est un instant : \"2026-01-31T12:00:00Z\", microsecondes au plus"
                )
            }),
            Kind::Date => Day::parse(text).map(FilterValue::Date).ok_or_else(|| {
                say!("{path} is a date: \"2026-01-31\"", "{path} est une date : \"2026-01-31\"")
            }),
            Kind::Enumeration(name) => number(name, text).map(FilterValue::Integer).ok_or_else(|| {
                let known = proto::pool().get_enum_by_name(name).map(|known| {
                    let prefix = prefix(&known);
                    words(
                        known
                            .values()
                            .map(|value| value.name().to_owned())
                            .collect::<Vec<_>>()
                            .iter()
                            .map(|value| value.strip_prefix(&prefix).unwrap_or(value)),
                    )
                });
                let known = known.unwrap_or_default();
                say!(
                    "{path} has no value {text}, expected one of: {known}",
                    "{path} n'a pas de valeur {text}, attendu parmi : {known}"
                )
            }),
        }
    }
}

fn wildcards(text: &str) -> Test {
    let inner = text.strip_prefix('*').unwrap_or(text);
    let inner = inner.strip_suffix('*').unwrap_or(inner);
    let (start, end) = (text.starts_with('*'), text.len() > 1 && text.ends_with('*'));
    match (start, end) {
        _ if inner.is_empty() => Test::Present,
        (false, _) => Test::Begins(inner.to_owned()),
        (true, false) => Test::Ends(inner.to_owned()),
        (true, true) => Test::Contains(inner.to_owned()),
    }
}

/// The number of an enum's value, named with or without the prefix that proto3 makes it carry.
fn number(enumeration: &str, value: &str) -> Option<i64> {
    let known = proto::pool().get_enum_by_name(enumeration)?;
    let found = known.get_value_by_name(value);
    let found = found.or_else(|| known.get_value_by_name(&format!("{}{value}", prefix(&known))))?;
    Some(found.number().into())
}

/// `STATE_UNSPECIFIED` says that the prefix is `STATE_`.
fn prefix(enumeration: &EnumDescriptor) -> String {
    let zero = enumeration.get_value(0).map(|zero| zero.name().to_owned()).unwrap_or_default();
    zero.strip_suffix("UNSPECIFIED").unwrap_or_default().to_owned()
}
