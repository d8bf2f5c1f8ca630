//! The code lists that every service shares, in English and French: Ensemble's own and IATI's.
//!
//! They are read from `code-lists/*.tsv`, compiled in, one list at a time when it is first asked for. Rules ask here by
//! the list's own code: `code_list::contains("OrganisationType", "10")`.

pub mod lists;
pub mod rpc;

use chassis::say::Language;
use lists::Code;
pub use rpc::service;

/// Whether the list has the code, withdrawn ones included: old data is allowed to use them.
pub fn contains(list: &str, code: &str) -> bool {
    find(list, code).is_some()
}

/// Whether new data may use the code: the list has it, and it is not withdrawn.
pub fn offers(list: &str, code: &str) -> bool {
    find(list, code).is_some_and(|code| !code.withdrawn)
}

/// The label of a code.
pub fn label(list: &str, code: &str, language: Language) -> Option<&'static str> {
    find(list, code).map(|code| code.title.in_language(language))
}

/// A fact about a code: `attribute("COLLEGE", "STATE", "sectors")` is `PUBLIC`.
pub fn attribute(list: &str, code: &str, name: &str) -> Option<&'static str> {
    let attributes = &find(list, code)?.attributes;
    attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

fn find(list: &str, code: &str) -> Option<&'static Code> {
    lists::coded(list)?.find(code)
}

#[cfg(test)]
mod tests;
