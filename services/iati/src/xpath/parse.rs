//! From the text of an expression to the expression.

use super::{Axis, Comparison, Expression, Path, Step};

/// Reads an expression; the error is what could not be read.
pub(crate) fn parse(text: &str) -> Result<Expression, String> {
    let mut parser = Parser { rest: text.trim() };
    let expression = parser.or()?;
    if parser.rest.is_empty() { Ok(expression) } else { Err(parser.rest.to_owned()) }
}

struct Parser<'x> {
    rest: &'x str,
}

impl<'x> Parser<'x> {
    /// Goes past a sign, if it comes next.
    fn takes(&mut self, sign: &str) -> bool {
        let found = self.rest.strip_prefix(sign);
        if let Some(rest) = found {
            self.rest = rest.trim_start();
        }
        found.is_some()
    }

    /// The same for a word, which must end there.
    fn takes_word(&mut self, word: &str) -> bool {
        let whole = self.rest.strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_name));
        whole && self.takes(word)
    }

    fn expects(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(format!("{sign} before {}", self.rest)) }
    }

    /// Several of a kind, with a word or sign between them.
    fn several(
        &mut self,
        part: fn(&mut Self) -> Result<Expression, String>,
        between: impl Fn(&mut Self) -> bool,
        whole: fn(Vec<Expression>) -> Expression,
    ) -> Result<Expression, String> {
        let first = part(self)?;
        if !between(self) {
            return Ok(first);
        }
        let mut parts = vec![first, part(self)?];
        while between(self) {
            parts.push(part(self)?);
        }
        Ok(whole(parts))
    }

    fn or(&mut self) -> Result<Expression, String> {
        self.several(Self::and, |parser| parser.takes_word("or"), Expression::Or)
    }

    fn and(&mut self) -> Result<Expression, String> {
        self.several(Self::comparison, |parser| parser.takes_word("and"), Expression::And)
    }

    fn comparison(&mut self) -> Result<Expression, String> {
        let left = self.sum()?;
        let signs = [
            ("!=", Comparison::Unequal),
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("=", Comparison::Equal),
            ("<", Comparison::Less),
            (">", Comparison::More),
        ];
        match signs.into_iter().find(|(sign, _)| self.takes(sign)) {
            Some((_, comparison)) => {
                Ok(Expression::Compare(Box::new(left), comparison, Box::new(self.sum()?)))
            }
            None => Ok(left),
        }
    }

    fn sum(&mut self) -> Result<Expression, String> {
        self.several(Self::term, |parser| parser.takes("+"), Expression::Sum)
    }

    fn term(&mut self) -> Result<Expression, String> {
        for (function, make) in [
            ("count(", Expression::Count as fn(Box<Expression>) -> Expression),
            ("not(", Expression::Not),
            ("number(", Expression::Number),
        ] {
            if self.takes(function) {
                let inner = self.or()?;
                self.expects(")")?;
                return Ok(make(Box::new(inner)));
            }
        }
        if self.takes("(") {
            let inner = self.or()?;
            self.expects(")")?;
            return Ok(inner);
        }
        if let Some(literal) = self.rest.strip_prefix('\'') {
            let (literal, rest) = literal.split_once('\'').ok_or("an open '")?;
            self.rest = rest.trim_start();
            return Ok(if literal == "$1" {
                Expression::Variable
            } else {
                Expression::Literal(literal.to_owned())
            });
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            let digits = self.word(|c| c.is_ascii_digit() || c == '.');
            return digits.parse().map(Expression::Constant).map_err(|_| digits.to_owned());
        }
        let mut paths = vec![self.path()?];
        while self.takes("|") {
            paths.push(self.path()?);
        }
        Ok(Expression::Paths(paths))
    }

    fn word(&mut self, of: impl Fn(char) -> bool) -> &'x str {
        let end = self.rest.find(|c| !of(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        word
    }

    fn path(&mut self) -> Result<Path, String> {
        let mut below = self.takes("//");
        let from_document = below || self.takes("/");
        let mut steps = Vec::new();
        loop {
            let axis = if self.takes("..") {
                Axis::Parent
            } else if self.takes("text()") {
                Axis::Text
            } else {
                let attribute = self.takes("@");
                match self.word(is_name) {
                    "" => return Err(format!("a name before {}", self.rest)),
                    name if attribute => Axis::Attribute(name.to_owned()),
                    name if below => Axis::Descendant(name.to_owned()),
                    name => Axis::Child(name.to_owned()),
                }
            };
            let mut conditions = Vec::new();
            while self.takes("[") {
                conditions.push(self.or()?);
                self.expects("]")?;
            }
            steps.push(Step { axis, conditions });
            below = self.takes("//");
            if !below && !self.takes("/") {
                return Ok(Path { from_document, steps });
            }
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | ':')
}

#[cfg(test)]
mod tests {
    use super::super::Scope;
    use super::*;
    use crate::tree::Tree;

    const RECORD: &str = "<a x='5' lang='fr'><b v='1'>7</b><b v='2'><c/></b><b/><d><b v='2'>deep</b></d></a>";

    fn holds(expression: &str) -> bool {
        let tree = Tree::of(RECORD, "r").unwrap();
        let scope = Scope { tree: &tree, at: tree.record().unwrap(), variable: "2" };
        scope.holds(&parse(expression).unwrap())
    }

    #[test]
    fn expressions_of_the_rules_are_understood() {
        for good in [
            "@x",
            "b[@v='1' or @v='2']",
            "count(b) = 3",
            "count(b[@v='$1']) = 1 and not(e)",
            "count(b) + count(d) > 3",
            "b[not(@v)]",
            "number(@x) = @x",
            "b = 7",
            "@x != '6'",
            "count(//b) = 4",
            "/r/a/d/b | nothing",
            "d/b/../b/text()",
            "count(b[1]) = 1",
            "count(b[c or @v=1]) >= 2",
        ] {
            assert!(holds(good), "{good}");
        }
        for bad in
            ["@y", "b = 8", "number(@lang) = @lang", "count(b[@v='$1']) > 1", "not(@x or @y)", "b[2][@v='1']"]
        {
            assert!(!holds(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for bad in ["", "count(b", "b[", "b ]", "a/", "'open", "$x"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
