//! Faults that the product can be given on purpose, one for each promise of reliability: a story that no fault can fail
//! proves nothing (guarantees §5).
//!
//! `ENSEMBLE_MUTANT=NAME` gives a process one. A release has none: without debug assertions [`lives`] is the constant
//! `false`, and what stands behind it is not compiled in. `tests/it/house.rs` checks it.

/// A fault, in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// R1: a write is answered before it is on disk.
    AnswersEarly,
    /// R2: what a request did is not remembered.
    ForgetsRequests,
    /// R3: a watcher who comes back is told only what happens from now on.
    ResumesFromNow,
    /// R5: a process that is told to stop leaves at once.
    LeavesAtOnce,
    /// R11: no fault of ours, but the worst of neighbours: each batch first collides with another writer halfway, then again
    /// at its commit, and is done when it is tried for the third time.
    Collides,
    /// R8: the work of a caller who has left is kept without its line in the feed.
    HalvesWork,
    /// TRN-9: seats are counted before it is one's turn to write.
    CountsOutside,
}

/// This process was given this fault.
#[cfg(debug_assertions)]
pub fn lives(mutant: Mutant) -> bool {
    use std::sync::LazyLock;
    static GIVEN: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("ENSEMBLE_MUTANT").ok());
    GIVEN.as_ref().is_some_and(|given| *given == format!("{mutant:?}"))
}

/// A release has no faults of this kind.
#[cfg(not(debug_assertions))]
pub const fn lives(_mutant: Mutant) -> bool {
    false
}
