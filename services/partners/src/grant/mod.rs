//! Grants that funders publish (360Giving), taken over as found (BEY-8): one partnership for each funder and recipient, which
//! the recipient leads, since it does the work; for each grant an agreement of both, and what the funder commits to it. Who
//! gives does not say that the gift has come (BEY-2, SEP-1).

pub mod as_found;
pub mod import;
mod pairs;
mod survey;

#[cfg(test)]
mod tests;
