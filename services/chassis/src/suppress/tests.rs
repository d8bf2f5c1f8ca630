//! What is hidden cannot be found; what is shown is not hidden for nothing.

use proptest::prelude::*;

use super::*;

const ONE: i128 = 1_000_000;

/// A total and its parts.
fn star(parts: &[i128], k: i32) -> Vec<bool> {
    let mut figures = vec![vec![parts.iter().sum::<i128>() * ONE]];
    figures.extend(parts.iter().map(|part| vec![part * ONE]));
    hidden(&figures, &[Sum { whole: 0, parts: (1..=parts.len()).collect() }], k)
}

#[test]
fn gdp_2_one_small_cell_takes_the_next_smallest_with_it() {
    assert_eq!(star(&[3, 40, 20, 0], 5), [false, true, false, true, false]);
    assert_eq!(star(&[5, 40, 20, 0], 5), [false; 5]);
}

#[test]
fn gdp_2_two_small_cells_hide_each_other_unless_their_sum_is_small_too() {
    assert_eq!(star(&[3, 4, 20], 5), [false, true, true, false]);
    assert_eq!(star(&[1, 2, 20], 5), [false, true, true, true]);
}

#[test]
fn gdp_2_a_small_total_is_hidden_and_zero_is_not() {
    assert_eq!(star(&[3, 0], 5), [true, true, false]);
    assert_eq!(star(&[0, 0], 5), [false; 3]);
}

#[test]
fn gdp_2_a_region_that_protects_another_is_not_found_by_its_departments() {
    // 0 total, 1 and 2 regions, 3 and 4 the departments of 2.
    let figures: Vec<Counts> = [23, 3, 20, 9, 11].iter().map(|count| vec![count * ONE]).collect();
    let sums = [Sum { whole: 0, parts: vec![1, 2] }, Sum { whole: 2, parts: vec![3, 4] }];
    assert_eq!(hidden(&figures, &sums, 5), [false, true, true, true, false]);
}

#[test]
fn gdp_2_of_a_share_the_rest_is_a_figure_too() {
    // 18 of 20: that two are not is said by it.
    let figures = vec![
        vec![58 * ONE, 12 * ONE, 70 * ONE],
        vec![18 * ONE, 2 * ONE, 20 * ONE],
        vec![40 * ONE, 10 * ONE, 50 * ONE],
    ];
    let sums = [Sum { whole: 0, parts: vec![1, 2] }];
    assert_eq!(hidden(&figures, &sums, 5), [false, true, true]);
}

/// A tree of figures: each whole with its parts, two levels deep; and the leaves once more by another way.
fn any_table() -> impl Strategy<Value = (Vec<i128>, Vec<Sum>)> {
    prop::collection::vec(prop::collection::vec(0_i128..9, 1..4), 1..4).prop_map(|groups| {
        let mut figures = vec![groups.iter().flatten().sum()];
        let mut sums = vec![Sum { whole: 0, parts: Vec::new() }];
        let mut leaves = Vec::new();
        for group in groups {
            let whole = figures.len();
            figures.push(group.iter().sum());
            sums[0].parts.push(whole);
            let parts: Vec<usize> = (whole + 1..=whole + group.len()).collect();
            figures.extend(group);
            leaves.extend(&parts);
            sums.push(Sum { whole, parts });
        }
        sums.push(Sum { whole: 0, parts: leaves });
        (figures, sums)
    })
}

/// All ways in which hidden figures may be, as one who sees the rest may think: whole numbers, none of them 0.
fn possible(figures: &[i128], sums: &[Sum], hidden: &[bool]) -> Vec<Vec<i128>> {
    let unseen: Vec<usize> = (0..figures.len()).filter(|at| hidden[*at]).collect();
    let most = figures[0].max(12) + 3;
    let mut found = Vec::new();
    let mut guess = figures.to_vec();
    search(&unseen, sums, most, &mut guess, &mut found, 0);
    found
}

fn search(
    unseen: &[usize],
    sums: &[Sum],
    most: i128,
    guess: &mut Vec<i128>,
    found: &mut Vec<Vec<i128>>,
    at: usize,
) {
    let fits = |guess: &[i128], sum: &Sum| {
        guess[sum.whole] == sum.parts.iter().map(|part| guess[*part]).sum::<i128>()
    };
    if found.len() > 3000 {
        return;
    }
    let Some(place) = unseen.get(at) else {
        if sums.iter().all(|sum| fits(guess, sum)) {
            found.push(guess.clone());
        }
        return;
    };
    for number in 1..=most {
        guess[*place] = number;
        let settled = |sum: &&Sum| {
            unseen[at + 1..].iter().all(|later| *later != sum.whole && !sum.parts.contains(later))
        };
        if sums.iter().filter(settled).all(|sum| fits(guess, sum)) {
            search(unseen, sums, most, guess, found, at + 1);
        }
    }
}

/// The same cases at each run; `PROPTEST_RNG_SEED=N` tries others.
fn tries() -> ProptestConfig {
    use proptest::test_runner::RngSeed;
    let mut config = ProptestConfig { cases: 600, ..ProptestConfig::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(2026);
    }
    config
}

proptest! {
    #![proptest_config(tries())]

    #[test]
    fn gdp_2_no_suppressed_figure_can_be_computed_from_what_is_shown((figures, sums) in any_table(), k in 3..6_i32) {
        let counts: Vec<Counts> = figures.iter().map(|figure| vec![figure * ONE]).collect();
        let hidden = hidden(&counts, &sums, k);
        for (at, figure) in figures.iter().enumerate() {
            prop_assert!(hidden[at] || !is_few(figure * ONE, k), "{figure} is shown");
            prop_assert!(!hidden[at] || *figure != 0, "zero is hidden");
        }
        // Too many unknowns to try all ways: elimination alone has judged those.
        if hidden.iter().filter(|hidden| **hidden).count() > 7 {
            return Ok(());
        }
        let possible = possible(&figures, &sums, &hidden);
        for (at, figure) in figures.iter().enumerate() {
            if hidden[at] && is_few(figure * ONE, k) {
                let others = possible.iter().filter(|guess| guess[at] != *figure).count();
                prop_assert!(others > 0, "{at} can only be {figure}: {figures:?} {sums:?} {hidden:?}");
            }
        }
    }

    #[test]
    fn gdp_2_nothing_is_hidden_where_all_are_many((figures, sums) in any_table()) {
        let counts: Vec<Counts> = figures.iter().map(|figure| vec![figure * 100 * ONE]).collect();
        prop_assert!(hidden(&counts, &sums, 5).iter().all(|hidden| !hidden));
    }
}
