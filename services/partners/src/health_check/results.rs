//! What the members of a partnership answered together, block by block. Pure, and exact until it is written down.

use proto::partners as pb;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::code_list::lists;

/// The list of the statements; the block of each is its category.
pub const STATEMENTS: &str = "HEALTH_CHECK_STATEMENT";
const BLOCKS: &str = "HEALTH_CHECK_BLOCK";

/// Members this far apart on a block must do something about it (PAR-23).
const FAR_APART: i32 = 3;
/// Members who find less than this of a block must do something about it (PAR-23).
const DISCONTENT: i32 = 3;

/// What was answered on a block, in sums: means are not exact, sums are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    code: &'static str,
    /// How many statements it has.
    statements: i32,
    /// How many members answered.
    count: i32,
    total: i32,
    /// The sum of the scores of the most critical member.
    least: i32,
    /// The sum of the scores of the most content member.
    most: i32,
}

/// What these responses say together; nothing while there is none.
pub fn blocks(responses: &[pb::HealthCheckResponse]) -> Vec<Block> {
    let (Some(blocks), Some(statements)) = (lists::coded(BLOCKS), lists::coded(STATEMENTS)) else {
        return Vec::new();
    };
    let block = |code: &'static str| {
        let of_block =
            |statement: &str| statements.find(statement).is_some_and(|known| known.category == code);
        let sum = |response: &pb::HealthCheckResponse| -> i32 {
            response.scores.iter().filter(|said| of_block(&said.statement)).map(|said| said.score).sum()
        };
        let sums: Vec<i32> = responses.iter().map(sum).collect();
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        Some(Block {
            code,
            statements: number(statements.codes.iter().filter(|one| one.category == code).count()),
            count: number(sums.len()),
            total: sums.iter().sum(),
            least: *sums.iter().min()?,
            most: *sums.iter().max()?,
        })
    };
    blocks.codes.iter().filter_map(|one| block(one.code)).collect()
}

impl Block {
    /// Members are far apart on it, or discontent with it (PAR-23).
    pub fn asks_for_action(&self) -> bool {
        self.most - self.least >= FAR_APART * self.statements
            || self.total < DISCONTENT * self.statements * self.count
    }

    /// As it is told.
    pub fn message(&self) -> pb::HealthCheckBlock {
        let mean = |sum: i32, of: i32| Some(chassis::value::decimal_value(rounded(sum, of)));
        pb::HealthCheckBlock {
            block: self.code.to_owned(),
            mean: mean(self.total, self.statements * self.count),
            min: mean(self.least, self.statements),
            max: mean(self.most, self.statements),
            response_count: self.count,
            divergence: mean(self.most - self.least, self.statements),
        }
    }
}

/// A part of a whole, to two decimals, half to even.
fn rounded(sum: i32, of: i32) -> Decimal {
    let exact = Decimal::from(sum).checked_div(Decimal::from(of)).unwrap_or_default();
    exact.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A member that gives each statement the score of its block.
    pub(crate) fn response(partner: &str, scores: [i32; 4]) -> pb::HealthCheckResponse {
        let statements = &lists::coded(STATEMENTS).unwrap().codes;
        let blocks = &lists::coded(BLOCKS).unwrap().codes;
        let score = |statement: &lists::Code| {
            let block = blocks.iter().position(|block| block.code == statement.category).unwrap();
            pb::HealthCheckScore { statement: statement.code.to_owned(), score: scores[block] }
        };
        pb::HealthCheckResponse {
            partner: partner.to_owned(),
            scores: statements.iter().map(score).collect(),
            ..Default::default()
        }
    }

    fn told(responses: &[pb::HealthCheckResponse]) -> Vec<[String; 4]> {
        let text = |value: &Option<proto::common::DecimalValue>| value.as_ref().unwrap().value.clone();
        let of = |block: &Block| {
            let block = block.message();
            [text(&block.mean), text(&block.min), text(&block.max), text(&block.divergence)]
        };
        blocks(responses).iter().map(of).collect()
    }

    #[test]
    fn four_blocks_have_three_statements_each() {
        let blocks = blocks(&[response("partners/a", [1, 2, 3, 4])]);
        assert_eq!(blocks.len(), 4);
        assert!(blocks.iter().all(|block| block.statements == 3));
        assert_eq!(lists::coded(STATEMENTS).unwrap().codes.len(), 12);
        assert!(super::blocks(&[]).is_empty());
    }

    #[test]
    fn par_22_a_summary_is_exact_and_rounded_once() {
        let mut uneven = response("partners/c", [1, 2, 3, 4]);
        uneven.scores[0].score = 2; // 4 thirds of FUNDAMENTALS
        let told =
            told(&[response("partners/a", [5, 2, 3, 5]), response("partners/b", [2, 2, 3, 5]), uneven]);
        assert_eq!(told[0], ["2.78", "1.33", "5", "3.67"]);
        assert_eq!(told[1], ["2", "2", "2", "0"]);
        assert_eq!(told[3], ["4.67", "4", "5", "1"]);
        // 1/8 and 3/8 end on a 5: the even neighbour is taken.
        assert_eq!((rounded(1, 8).to_string(), rounded(3, 8).to_string()), ("0.12".into(), "0.38".into()));
    }

    #[test]
    fn par_23_distance_and_discontent_ask_for_action() {
        let asks = |responses: &[pb::HealthCheckResponse]| {
            blocks(responses).iter().map(Block::asks_for_action).collect::<Vec<_>>()
        };
        let of = |one: i32, other: i32| {
            asks(&[response("partners/a", [one, 4, 4, 4]), response("partners/b", [other, 4, 4, 4])])
        };
        assert_eq!(of(5, 3), [false; 4]);
        assert_eq!(of(5, 2), [true, false, false, false], "a divergence of 3");
        assert_eq!(of(3, 3), [false; 4], "a mean of 3");
        assert_eq!(of(3, 2), [true, false, false, false], "a mean below 3");
        let mut nearly = response("partners/a", [5, 4, 4, 4]);
        nearly.scores[0].score = 4; // 14 thirds against 6 thirds
        assert_eq!(asks(&[nearly, response("partners/b", [2, 4, 4, 4])]), [false; 4]);
    }
}
