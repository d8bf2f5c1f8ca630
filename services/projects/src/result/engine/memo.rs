//! Totals that were added up before. What is sealed never changes, so a total stands until a value of its series, or a link,
//! comes: only then it is added up anew, and only it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use chassis::column::Micros;

use super::book::{Book, Mark, Name};
use super::exact::Overflow;
use super::total::{Asker, Total, aggregate, asked};
use super::{Question, Rules, Tree};

/// Lines that are remembered at most, of all questions together; a line counts once more for so many projects in it.
const MOST: usize = 100_000;
const PROJECTS: usize = 64;

/// What was added up for the questions asked last.
#[derive(Debug, Default)]
pub struct Memo(Mutex<VecDeque<Answered>>);

/// A question, and its totals.
#[derive(Debug)]
struct Answered {
    question: Question,
    tree: Tree,
    /// By series, with what each was made of.
    totals: HashMap<u32, (Rules, Mark, Arc<Total<'static>>)>,
}

impl Answered {
    fn weight(&self) -> usize {
        let lines = self.totals.values().flat_map(|(.., total)| total.lines.iter().chain([&total.total]));
        lines.map(|line| 1 + line.reported.len() / PROJECTS).sum()
    }
}

impl Memo {
    /// The same as [`aggregate`]. Only what is asked as of now, and without saying why, is remembered.
    ///
    /// # Errors
    /// When a sum does not fit.
    pub fn aggregate<'b>(
        &self,
        book: &'b Book,
        tree: &Tree,
        rules: &HashMap<Name, Rules>,
        question: &Question,
    ) -> Result<Vec<Arc<Total<'b>>>, Overflow> {
        if question.explain || question.as_of < book.latest() {
            let totals = aggregate(book, tree, rules, question, &[])?;
            return Ok(totals.into_iter().map(Arc::new).collect());
        }
        let now = question;
        // Whatever is known was known by then: later, the answer is the same until more is known.
        let question = &Question { as_of: Micros::default(), ..question.clone() };
        let asked: Vec<(u32, Rules)> = asked(book, rules, question).collect();
        let mut totals = self.recall(book, tree, question, &asked);
        if totals.iter().any(Option::is_none) {
            let asker = Asker::new(book, tree, now);
            for ((series, rules), total) in asked.iter().zip(&mut totals) {
                if total.is_none() {
                    *total = Some(Arc::new(asker.series(*series, *rules, &[])?.without_values()));
                }
            }
            self.remember(book, tree, question, &asked, &totals);
        }
        let told: Vec<Arc<Total<'static>>> =
            totals.into_iter().flatten().filter(|total| total.says_something()).collect();
        Ok(told)
    }

    fn recall(
        &self,
        book: &Book,
        tree: &Tree,
        question: &Question,
        asked: &[(u32, Rules)],
    ) -> Vec<Option<Arc<Total<'static>>>> {
        let answered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = answered.iter().find(|one| one.question == *question && one.tree == *tree);
        let still = |(series, rules): &(u32, Rules)| {
            let (of, mark, total) = same?.totals.get(series)?;
            (of == rules && *mark == book.mark(*series)).then(|| Arc::clone(total))
        };
        asked.iter().map(still).collect()
    }

    fn remember(
        &self,
        book: &Book,
        tree: &Tree,
        question: &Question,
        asked: &[(u32, Rules)],
        totals: &[Option<Arc<Total<'static>>>],
    ) {
        let totals = asked.iter().zip(totals).filter_map(|((series, rules), total)| {
            Some((*series, (*rules, book.mark(*series), Arc::clone(total.as_ref()?))))
        });
        let fresh = Answered { question: question.clone(), tree: tree.clone(), totals: totals.collect() };
        let mut answered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answered.retain(|one| one.question != *question || one.tree != *tree);
        answered.push_front(fresh);
        // The oldest are forgotten first.
        let mut room = MOST;
        let kept = answered.iter().take_while(|one| match room.checked_sub(one.weight()) {
            Some(left) => {
                room = left;
                true
            }
            None => false,
        });
        let kept = kept.count();
        answered.truncate(kept);
    }
}
