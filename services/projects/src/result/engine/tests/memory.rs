//! What is remembered is what would be added up now.

use chassis::column::Micros;
use proptest::prelude::*;

use super::super::{Book, Memo, Question, Tree, aggregate};
use super::network::{Network, any_network};
use super::property::{any_question, question};

/// As of now, and as of then: each is what is added up anew, however much was asked before.
fn still_right(memo: &Memo, network: &Network, book: &Book, tree: &Tree, asked: &Question) {
    let rules = network.rules(book);
    let now = Question { as_of: book.latest(), ..asked.clone() };
    for question in [&now, asked, &now] {
        let anew = aggregate(book, tree, &rules, question, &[]).unwrap();
        let told = memo.aggregate(book, tree, &rules, question).unwrap();
        assert_eq!(format!("{told:?}"), format!("{anew:?}"));
    }
}

proptest! {
    #![proptest_config(crate::result::tries(300))]

    #[test]
    fn agg_1_to_9_totals_that_are_remembered_are_those_of_now(
        network in any_network(),
        asked in [any_question(), any_question()],
        seed in any::<u64>(),
    ) {
        let (memo, mut book) = (Memo::default(), network.book());
        let tree = network.tree(&book);
        let asked = asked.map(|asked| question(&book, &asked, false));
        // A correction ends what it corrects later; so does the end of a link.
        let mut entries = std::mem::take(&mut book.entries);
        let earlier = entries.iter().cloned().map(|entry| super::super::Entry { superseded: Micros::MAX, ..entry });
        let mut earlier: Vec<_> = earlier.collect();
        let mut links: Vec<_> = std::mem::take(&mut book.links).into_iter()
            .flat_map(|(project, links)| links.into_iter().map(move |link| (project, link))).collect();
        links.sort_by_key(|(project, link)| (link.since, *project, link.kind, link.target));
        let mut pieces = 0_u32;
        while !(entries.is_empty() && links.is_empty()) {
            let some = usize::try_from(1 + seed.rotate_right(pieces) % 5).unwrap();
            let asked = &asked[usize::from(pieces.is_multiple_of(2))];
            let fresh = if earlier.is_empty() { &mut entries } else { &mut earlier };
            book.put(fresh.split_off(fresh.len().saturating_sub(some)));
            still_right(&memo, &network, &book, &tree, asked);
            for (project, link) in links.drain(..some.min(links.len())) {
                book.tie(project, link);
            }
            still_right(&memo, &network, &book, &tree, asked);
            pieces += 1;
        }
    }
}
