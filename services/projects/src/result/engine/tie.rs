//! What a project was linked to when its values were accepted: a link that ends later takes nothing away from them
//! (LES-11); one that was missing then and is made later counts for them too (BEY-8).

use std::borrow::Cow;
use std::collections::HashSet;

use chassis::column::{Day, Micros};

use super::book::{Book, ByName, Entry, Kind, Link, Name};
use super::{Key, Question};

/// The links of a project, as a question sees them.
#[derive(Debug)]
pub(super) struct Ties<'b> {
    links: &'b [Link],
    as_of: Micros,
    /// Of kinds whose links are the same for all values.
    fixed: Vec<(Kind, Vec<Name>)>,
    /// Nothing is a part of it (AGG-5).
    pub(super) leaf: bool,
    /// When it runs, once it does.
    pub(super) run: Option<(Option<Day>, Option<Day>)>,
    /// The indicators that it reports on.
    pub(super) reports_on: Vec<Name>,
}

impl<'b> Ties<'b> {
    /// All projects that are linked to anything.
    pub(super) fn all(book: &'b Book, question: &Question) -> ByName<Self> {
        let held = |link: &&Link| link.held(question.as_of);
        let parents = |link: &&Link| link.kind == Kind::Parent;
        let wholes: HashSet<Name> =
            book.links.values().flatten().filter(held).filter(parents).map(|link| link.target).collect();
        let needed = needed(question);
        let ties = |(project, links): (&Name, &'b Vec<Link>)| {
            let fixed = needed.iter().filter_map(|kind| Some((*kind, fixed(links, *kind, question)?)));
            let reports_on =
                links.iter().filter(|link| link.kind == Kind::Indicator && link.held(question.as_of));
            let run = links.iter().find(|link| link.kind == Kind::Run && link.held(question.as_of));
            let ties = Self {
                links,
                as_of: question.as_of,
                fixed: fixed.collect(),
                leaf: !wholes.contains(project),
                run: run.map(|link| days(book.names.text(link.target))),
                reports_on: reports_on.map(|link| link.target).collect(),
            };
            (*project, ties)
        };
        let mut all: ByName<Self> = book.links.iter().map(ties).collect();
        for whole in wholes {
            all.entry(whole).or_insert_with(|| Self { leaf: false, ..Self::none(question) });
        }
        all
    }

    /// A project that is linked to nothing.
    pub(super) fn none(question: &Question) -> Self {
        let fixed = needed(question).into_iter().map(|kind| (kind, Vec::new())).collect();
        Self { links: &[], as_of: question.as_of, fixed, leaf: true, run: None, reports_on: Vec::new() }
    }

    /// What it was linked to when a value was accepted; if to nothing, what it is linked to by the time that is asked for.
    pub(super) fn of(&self, kind: Kind, accepted: Micros, question: &Question) -> Cow<'_, [Name]> {
        match self.fixed.iter().find(|(of, _)| *of == kind) {
            Some((_, fixed)) => Cow::Borrowed(fixed),
            None => Cow::Owned(effective(self.links, kind, accepted, question)),
        }
    }

    /// What it is linked to by the time that is asked for.
    pub(super) fn now(&self, kind: Kind, question: &Question) -> Cow<'_, [Name]> {
        self.of(kind, self.as_of, question)
    }

    /// What a value may fall under, by a key that is the project's.
    pub(super) fn under(&self, key: Key, entry: &Entry, question: &Question) -> Cow<'_, [Name]> {
        match key {
            Key::Partner => self.of(Kind::Partner, entry.accepted, question),
            Key::Need => self.of(Kind::Need, entry.accepted, question),
            Key::Recommendation => self.of(Kind::Recommendation, entry.accepted, question),
            Key::Country => self.of(Kind::Country, entry.accepted, question),
            _ => Cow::Borrowed(&[]),
        }
    }

    /// A value is of a project that is asked for.
    pub(super) fn in_scope(
        &self,
        project: Name,
        accepted: Micros,
        question: &Question,
        all: &ByName<Self>,
    ) -> bool {
        let linked = |kind: Kind, wanted: Option<Name>| {
            wanted.is_none_or(|wanted| self.of(kind, accepted, question).contains(&wanted))
        };
        let partner = question.partners.as_ref().is_none_or(|wanted| {
            self.of(Kind::Partner, accepted, question).iter().any(|partner| wanted.contains(partner))
        });
        partner
            && linked(Kind::Need, question.need)
            && linked(Kind::Recommendation, question.recommendation)
            && question.project.is_none_or(|whole| is_part(project, whole, question, all))
    }
}

/// A project is another, or a part of it.
fn is_part(project: Name, whole: Name, question: &Question, all: &ByName<Ties<'_>>) -> bool {
    let above = |project: &Name| {
        let ties = all.get(project)?;
        ties.now(Kind::Parent, question).first().copied()
    };
    // No project stands in more than twenty others.
    std::iter::successors(Some(project), above).take(21).any(|project| project == whole)
}

fn needed(question: &Question) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for key in &question.keys {
        match key {
            Key::Partner => kinds.push(Kind::Partner),
            Key::Need => kinds.push(Kind::Need),
            Key::Recommendation => kinds.push(Kind::Recommendation),
            Key::Country => kinds.push(Kind::Country),
            Key::Territory(_) => kinds.push(Kind::Territory),
            Key::Period | Key::Year | Key::Project | Key::Dimension(_) => {}
        }
    }
    kinds.extend(question.territory.map(|_| Kind::Territory));
    kinds.extend(question.partners.as_ref().map(|_| Kind::Partner));
    kinds.extend(question.need.map(|_| Kind::Need));
    kinds.extend(question.recommendation.map(|_| Kind::Recommendation));
    kinds.extend(question.project.map(|_| Kind::Parent));
    kinds
}

/// The links of a kind, where they are the same whenever a value was accepted: made at once, and never ended.
fn fixed(links: &[Link], kind: Kind, question: &Question) -> Option<Vec<Name>> {
    let mut of_kind = links.iter().filter(|link| link.kind == kind && link.since <= question.as_of);
    let Some(first) = of_kind.next() else { return Some(Vec::new()) };
    let same = |link: &Link| link.since == first.since && link.held(question.as_of);
    let fixed = same(first) && of_kind.all(same);
    fixed.then(|| effective(links, kind, question.as_of, question))
}

fn effective(links: &[Link], kind: Kind, accepted: Micros, question: &Question) -> Vec<Name> {
    let at = |then: Micros| -> Vec<Name> {
        let held = links.iter().filter(|link| link.kind == kind && link.held(then));
        let mut targets: Vec<Name> = held
            .map(|link| match kind {
                Kind::Partner => question.merged.get(&link.target).copied().unwrap_or(link.target),
                _ => link.target,
            })
            .collect();
        targets.sort_unstable();
        targets.dedup();
        targets
    };
    match at(accepted.min(question.as_of)) {
        none if none.is_empty() => at(question.as_of),
        then => then,
    }
}

/// The days of a link of the kind [`Kind::Run`].
fn days(text: &str) -> (Option<Day>, Option<Day>) {
    let (start, end) = text.split_once('/').unwrap_or_default();
    (Day::parse(start), Day::parse(end))
}
