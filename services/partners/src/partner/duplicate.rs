//! When two partners may be one (BEY-1): the keys by which a partner is recognised, and how much a shared key says. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chassis::text::fold;

use super::row::Model;

/// A pair that scores at least so much is a likely duplicate.
pub(crate) const LIKELY: i32 = 60;

/// Words that say what form an organisation has, not which it is.
const FORMS: &[&str] = &[
    "ltd",
    "limited",
    "inc",
    "incorporated",
    "llc",
    "plc",
    "gmbh",
    "ev",
    "asbl",
    "vzw",
    "sa",
    "sas",
    "sarl",
    "ag",
    "bv",
    "nv",
    "ong",
    "ngo",
    "association",
    "stichting",
    "fundacion",
    "foundation",
    "fondation",
    "the",
    "la",
    "le",
    "les",
    "el",
];

/// Sites that host many organisations: sharing one says nothing.
const SHARED_HOSTS: &[&str] = &[
    "facebook.com",
    "linkedin.com",
    "twitter.com",
    "x.com",
    "instagram.com",
    "youtube.com",
    "sites.google.com",
    "wordpress.com",
];

/// What a key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// An identifier: scheme and value.
    Identifier,
    /// An identifier as a file wrote it, however wrong.
    Reference,
    /// A title, folded, without the words of legal forms.
    Title,
    /// An acronym of at least three letters, folded.
    Acronym,
    /// The host of the website.
    Website,
}

impl Kind {
    /// As stored, and as a reason to people and programs.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Identifier => "IDENTIFIER",
            Self::Reference => "REFERENCE",
            Self::Title => "TITLE",
            Self::Acronym => "ACRONYM",
            Self::Website => "WEBSITE",
        }
    }

    const fn weight(self) -> i32 {
        match self {
            Self::Identifier | Self::Reference => 100,
            Self::Title => 60,
            Self::Website => 45,
            Self::Acronym => 20,
        }
    }

    /// The kind that is stored so.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Identifier, Self::Reference, Self::Title, Self::Acronym, Self::Website]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// The keys of a partner.
pub(crate) fn keys(partner: &Model) -> BTreeSet<(Kind, String)> {
    let mut keys: BTreeSet<(Kind, String)> = partner
        .identifiers
        .iter()
        .map(|id| (Kind::Identifier, format!("{}:{}", id.scheme, id.value)))
        .collect();
    keys.extend(partner.title.translations.values().filter_map(|title| title_key(&title.text)));
    let acronym = fold(&partner.acronym);
    if acronym.chars().count() >= 3 {
        keys.insert((Kind::Acronym, acronym));
    }
    keys.extend(host(&partner.website).map(|host| (Kind::Website, host)));
    keys
}

/// The key of a title, unless nothing is left of it.
pub(crate) fn title_key(title: &str) -> Option<(Kind, String)> {
    let folded = fold(title);
    let words = spelled_together(&folded);
    let telling: Vec<&str> = words.iter().map(String::as_str).filter(|word| !FORMS.contains(word)).collect();
    let key = if telling.is_empty() { folded } else { telling.join(" ") };
    (!key.is_empty()).then_some((Kind::Title, key))
}

/// The words, with letters that stand alone joined: `s a` of "S.A." is `sa`.
fn spelled_together(folded: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut spelling = false;
    for word in folded.split(' ') {
        let letter = word.chars().count() == 1;
        match words.last_mut().filter(|_| letter && spelling) {
            Some(before) => before.push_str(word),
            None => words.push(word.to_owned()),
        }
        spelling = letter;
    }
    words
}

fn host(website: &str) -> Option<String> {
    let rest = website.split_once("://")?.1;
    let host = rest.split(['/', '?', '#', ':']).next()?.trim_start_matches("www.").to_ascii_lowercase();
    (host.contains('.') && !SHARED_HOSTS.contains(&host.as_str())).then_some(host)
}

/// A partner that may be the same, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The other partner.
    pub(crate) name: String,
    /// 0 to 100.
    pub(crate) score: i32,
    /// What speaks for it.
    pub(crate) reasons: Vec<&'static str>,
}

/// What sharing these keys says, given both countries (empty when not known).
pub(crate) fn judge<'a>(
    name: &str,
    shared: impl Iterator<Item = &'a str>,
    countries: (&str, &str),
) -> Candidate {
    let kinds: BTreeSet<Kind> = shared.filter_map(Kind::named).collect();
    let mut score: i32 = kinds.iter().map(|kind| kind.weight()).sum();
    let mut reasons: Vec<&'static str> = kinds.iter().map(|kind| kind.name()).collect();
    match countries {
        ("", _) | (_, "") => {}
        (one, other) if one == other => {
            score += 20;
            reasons.push("COUNTRY");
        }
        // Many countries have a "Ministry of Health".
        _ => score -= 30,
    }
    Candidate { name: name.to_owned(), score: score.clamp(0, 100), reasons }
}

/// The likeliest first; equals by name.
pub(crate) fn ranked(candidates: impl Iterator<Item = Candidate>, least: i32) -> Vec<Candidate> {
    let mut likely: Vec<Candidate> = candidates.filter(|candidate| candidate.score >= least).collect();
    likely.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.name.cmp(&b.name)));
    likely
}

/// Groups (partner, kind, country) rows by partner and judges each.
pub(crate) fn candidates(rows: Vec<(String, String, String)>, country: &str) -> Vec<Candidate> {
    let mut by_partner: BTreeMap<String, (Vec<String>, String)> = BTreeMap::new();
    for (partner, kind, theirs) in rows {
        let entry = by_partner.entry(partner).or_default();
        entry.0.push(kind);
        entry.1 = theirs;
    }
    let judged = by_partner
        .iter()
        .map(|(name, (kinds, theirs))| judge(name, kinds.iter().map(String::as_str), (country, theirs)));
    ranked(judged, LIKELY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bey_1_a_title_is_recognised_whatever_its_accents_case_and_legal_form() {
        let key = title_key("Fondation Énergie-Climat S.A.");
        assert_eq!(key, title_key("ENERGIE CLIMAT, Foundation SA"));
        assert_ne!(key, title_key("Énergie"));
        assert_eq!(
            title_key("The Foundation").map(|key| key.1).as_deref(),
            Some("the foundation"),
            "never nothing"
        );
        assert_eq!(title_key("—"), None);
    }

    #[test]
    fn bey_1_each_reason_weighs_and_a_country_decides() {
        let score = |kinds: &[&'static str], countries| judge("partners/a", kinds.iter().copied(), countries);
        assert_eq!(score(&["IDENTIFIER"], ("", "")).score, 100);
        assert_eq!(score(&["TITLE"], ("SN", "SN")).reasons, ["TITLE", "COUNTRY"]);
        assert!(score(&["TITLE"], ("", "FR")).score >= LIKELY);
        assert!(score(&["TITLE"], ("SN", "FR")).score < LIKELY, "two ministries of health");
        assert!(score(&["ACRONYM"], ("SN", "SN")).score < LIKELY);
        assert!(score(&["WEBSITE", "ACRONYM"], ("", "")).score >= LIKELY);
    }

    #[test]
    fn a_shared_site_says_nothing() {
        assert_eq!(host("https://www.facebook.com/somebody"), None);
        assert_eq!(host("https://www.Kaolack.sn/fr?x").as_deref(), Some("kaolack.sn"));
    }
}
