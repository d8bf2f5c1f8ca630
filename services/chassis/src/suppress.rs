//! Which figures of few people are not shown (GDP-2), and which others are not, so that nobody finds them by sums. Pure.
//!
//! Figures stand in tables; a table's figures add up to others (a country's regions to the country, lines to the total).
//! A figure below the threshold is hidden. What is hidden can be computed exactly when the equations, with all shown
//! figures known, determine it: that is asked of the equations themselves, by elimination, and more is hidden until no
//! figure of few people can be found, nor a sum of hidden ones that is itself of few people.

/// Numbers of persons, in millionths: one of a number; of a ratio its part, the rest and its whole, since both are shown.
pub type Counts = Vec<i128>;

/// One figure is the sum of others; by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The sum.
    pub whole: usize,
    /// What it is the sum of.
    pub parts: Vec<usize>,
}

/// A prime: elimination goes by remainders, which is exact.
const PRIME: i64 = 2_147_483_647;

/// Whether each figure is hidden. Nobody is recognised among nobody: zeros are shown.
pub fn hidden(figures: &[Counts], sums: &[Sum], k: i32) -> Vec<bool> {
    let few = |counts: &Counts| counts.iter().any(|count| is_few(*count, k));
    let small: Vec<bool> = figures.iter().map(few).collect();
    let mut hidden = small.clone();
    while let Some(exposed) = exposed(figures, sums, &small, &hidden, k) {
        match next(figures, sums, &hidden, &exposed) {
            Some(more) => hidden[more] = true,
            None => break,
        }
    }
    hidden
}

/// Some, but fewer than `k`.
pub fn is_few(count: i128, k: i32) -> bool {
    count != 0 && count.abs() < i128::from(k) * 1_000_000
}

/// Where something of few people can be found: the figures that sums give away.
fn exposed(figures: &[Counts], sums: &[Sum], small: &[bool], hidden: &[bool], k: i32) -> Option<Vec<usize>> {
    // What is left of a shown whole without its shown parts is a figure too.
    let few = |unseen: &[usize]| {
        let left =
            |at: usize| unseen.iter().map(|part| figures[*part].get(at).copied().unwrap_or_default()).sum();
        // As many people as hidden figures, none of which is zero: each of them is one.
        let each_one = unseen.len() as i128 * 1_000_000;
        let told = |left: i128| is_few(left, k) || each_one != 0 && left.abs() == each_one;
        (0..figures.first().map_or(0, Vec::len)).any(|at| told(left(at)))
    };
    for Sum { parts, .. } in sums.iter().filter(|sum| !hidden[sum.whole]) {
        let unseen: Vec<usize> = parts.iter().copied().filter(|part| hidden[*part]).collect();
        if few(&unseen) {
            return Some(unseen);
        }
    }
    // So is what the equations say together: one figure alone, or the sum of several.
    for Known { figures: unseen, summed } in reduced(sums, hidden) {
        let alone = unseen.len() == 1 && small[unseen[0]];
        if alone || summed && unseen.len() > 1 && few(&unseen) {
            return Some(unseen);
        }
    }
    None
}

/// The smallest shown figure that can be reached from these by equations, the nearest first; parts before wholes.
fn next(figures: &[Counts], sums: &[Sum], hidden: &[bool], exposed: &[usize]) -> Option<usize> {
    let size = |at: &usize| figures[*at].iter().map(|count| count.abs()).max().unwrap_or_default();
    let free = |at: &usize| !hidden[*at] && size(at) != 0;
    let mut reached: Vec<usize> = exposed.to_vec();
    loop {
        let near: Vec<&Sum> = sums
            .iter()
            .filter(|sum| reached.contains(&sum.whole) || sum.parts.iter().any(|part| reached.contains(part)))
            .collect();
        let parts = near.iter().flat_map(|sum| sum.parts.iter().copied());
        if let Some(part) = parts.filter(free).min_by_key(|at| (size(at), *at)) {
            return Some(part);
        }
        // All around is hidden: look one equation further, through what is hidden.
        let wholes = near.iter().map(|sum| sum.whole);
        let mut wider: Vec<usize> = near.iter().flat_map(|sum| sum.parts.iter().copied()).collect();
        wider.extend(wholes.clone().filter(|whole| hidden[*whole]));
        wider.extend(&reached);
        wider.sort_unstable();
        wider.dedup();
        if wider.len() == reached.len() {
            return wholes.filter(free).min_by_key(|at| (size(at), *at));
        }
        reached = wider;
    }
}

/// What follows from the equations: the figures of a row once they are reduced.
struct Known {
    figures: Vec<usize>,
    /// The row is their sum.
    summed: bool,
}

/// The rows of the equations, reduced: one figure in a row is determined.
fn reduced(sums: &[Sum], hidden: &[bool]) -> Vec<Known> {
    let columns: Vec<usize> = (0..hidden.len()).filter(|at| hidden[*at]).collect();
    let row = |sum: &Sum| -> Vec<i64> {
        columns
            .iter()
            .map(|at| i64::from(sum.parts.contains(at)) - i64::from(sum.whole == *at))
            .map(|sign| sign.rem_euclid(PRIME))
            .collect()
    };
    let mut rows: Vec<Vec<i64>> =
        sums.iter().map(row).filter(|row| row.iter().any(|entry| *entry != 0)).collect();
    let mut reduced = 0;
    for column in 0..columns.len() {
        let Some(pivot) = (reduced..rows.len()).find(|at| rows[*at][column] != 0) else { continue };
        rows.swap(reduced, pivot);
        let scale = inverse(rows[reduced][column]);
        rows[reduced].iter_mut().for_each(|entry| *entry = *entry * scale % PRIME);
        let own = rows[reduced].clone();
        for (at, other) in rows.iter_mut().enumerate() {
            let times = other[column];
            if at != reduced && times != 0 {
                for (entry, own) in other.iter_mut().zip(&own) {
                    *entry = (*entry - times * own % PRIME).rem_euclid(PRIME);
                }
            }
        }
        reduced += 1;
    }
    let known = |row: &Vec<i64>| {
        let entries: Vec<(usize, i64)> =
            columns.iter().copied().zip(row.iter().copied()).filter(|(_, entry)| *entry != 0).collect();
        Known {
            summed: entries.iter().all(|(_, entry)| *entry == 1),
            figures: entries.into_iter().map(|(at, _)| at).collect(),
        }
    };
    rows[..reduced].iter().map(known).collect()
}

/// By Fermat: what undoes a multiplication.
fn inverse(number: i64) -> i64 {
    let (mut base, mut power, mut result) = (number, PRIME - 2, 1);
    while power > 0 {
        if power & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        power >>= 1;
    }
    result
}

#[cfg(test)]
mod tests;
