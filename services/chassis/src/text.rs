//! Texts that people write: in one language or in several, each with its freshness (BEY-6).

use std::collections::BTreeMap;

use proto::common::translation::Origin;
use proto::common::{LocalizedText, Translation};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::error::{Error, Result, Violations};
use crate::say;

/// The longest translation, in code points.
pub const LONGEST: usize = 10_000;
/// The language of what is published without saying in which (ISO 639-2).
pub const UNSAID: &str = "und";
const MOST_LANGUAGES: usize = 20;

/// An ordinary text: composed (NFC), without space around it, of at most `max` code points; it may be empty.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `field` when it is longer or has control characters other than line breaks and tabs.
pub fn plain(field: &str, text: &str, max: usize) -> Result<String> {
    // Composed before it is measured: what the caller counts as one character is one.
    let text: String = text.nfc().collect::<String>().trim().replace("\r\n", "\n");
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(Error::invalid(
            field,
            say!("contains a control character", "contient un caractère de contrôle"),
        ));
    }
    match text.chars().count() {
        count if count > max => Err(Error::invalid(
            field,
            say!("{count} characters, at most {max}", "{count} caractères, {max} au plus"),
        )),
        _ => Ok(text),
    }
}

/// A language tag (BCP-47) in its canonical form: `fr`, `fr-CA`, `zh-Hant-TW`. Only its form is checked.
///
/// # Errors
///
/// `INVALID_ARGUMENT` on `field`.
pub fn language(field: &str, tag: &str) -> Result<String> {
    canonical(tag.trim()).ok_or_else(|| {
        Error::invalid(
            field,
            say!("expected a language code like fr or fr-CA", "code de langue attendu, comme fr ou fr-CA"),
        )
    })
}

/// RFC 5646, 2.1: language, script, region, variants, extensions, private use.
fn canonical(tag: &str) -> Option<String> {
    let parts: Vec<&str> = tag.split('-').collect();
    let alphabetic = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let good =
        |part: &&str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (first, mut rest) = parts.split_first()?;
    let is_language = alphabetic(first) && (2..=8).contains(&first.len());
    if tag.len() > 35 || !parts.iter().all(good) || !is_language {
        return None;
    }
    let mut canonical = first.to_ascii_lowercase();
    let mut take = |rest: &mut &[&str], fits: &dyn Fn(&str) -> bool, shape: fn(&str) -> String| {
        let Some((part, after)) = rest.split_first().filter(|(part, _)| fits(part)) else { return false };
        canonical = format!("{canonical}-{}", shape(part));
        *rest = after;
        true
    };
    let lower: fn(&str) -> String = str::to_ascii_lowercase;
    // At most three extended languages, one script, one region.
    let mut extended = 0;
    while first.len() <= 3
        && extended < 3
        && take(&mut rest, &|part| part.len() == 3 && alphabetic(part), lower)
    {
        extended += 1;
    }
    take(&mut rest, &|part| part.len() == 4 && alphabetic(part), |part| {
        part[..1].to_ascii_uppercase() + &part[1..].to_ascii_lowercase()
    });
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let region = |part: &str| (part.len() == 2 && alphabetic(part)) || (part.len() == 3 && digits(part));
    take(&mut rest, &region, str::to_ascii_uppercase);
    let variant = |part: &str| part.len() >= 5 || (part.len() == 4 && part.as_bytes()[0].is_ascii_digit());
    while take(&mut rest, &variant, lower) {}
    while rest.first().is_some_and(|part| part.len() == 1) {
        let private = rest[0].eq_ignore_ascii_case("x");
        take(&mut rest, &|_| true, lower);
        if !take(&mut rest, &|part| private || part.len() > 1, lower) {
            return None;
        }
        while take(&mut rest, &|part| private || part.len() > 1, lower) {}
    }
    rest.is_empty().then_some(canonical)
}

/// A text in several languages, in its canonical form: tags as [`language`] writes them, texts as [`plain`]
/// does, the default language's the original, every other one a person's translation unless a machine's; what
/// is output only is cleared.
///
/// # Errors
///
/// `INVALID_ARGUMENT`, under `field`, on a tag that is not one or is there twice, on an empty or over-long
/// text, without a text in the default language, or beyond 20 languages.
pub fn check(field: &str, text: &LocalizedText) -> Result<LocalizedText> {
    let mut violations = Violations::default();
    let translations_field = format!("{field}.translations");
    let default_field = format!("{field}.default_language_code");
    let default = violations.check(language(&default_field, &text.default_language_code))?;
    if text.translations.len() > MOST_LANGUAGES {
        let why = say!("at most {MOST_LANGUAGES} languages", "{MOST_LANGUAGES} langues au plus");
        return Err(Error::invalid(translations_field, why));
    }
    let mut translations = BTreeMap::new();
    for (tag, translation) in &text.translations {
        let here = format!("{translations_field}.{}", tag.replace(char::is_control, "?"));
        let Some(tag) = violations.check(language(&here, tag))? else { continue };
        let is_default = Some(&tag) == default.as_ref();
        let translation = violations.check(one(&here, translation, is_default))?.unwrap_or_default();
        if translations.insert(tag, translation).is_some() {
            violations.add(here, say!("the same language twice", "deux fois la même langue"));
        }
    }
    if let Some(default) = default.as_ref().filter(|default| !translations.contains_key(*default)) {
        violations
            .add(&translations_field, say!("lacks the text in {default}", "il manque le texte en {default}"));
    }
    violations.finish()?;
    Ok(LocalizedText {
        default_language_code: default.unwrap_or_default(),
        translations,
        ..Default::default()
    })
}

fn one(field: &str, translation: &Translation, is_default: bool) -> Result<Translation> {
    let text = plain(&format!("{field}.text"), &translation.text, LONGEST)?;
    if text.is_empty() {
        return Err(Error::required(format!("{field}.text")));
    }
    let origin = match Origin::try_from(translation.origin) {
        Err(_) => {
            return Err(Error::invalid(format!("{field}.origin"), say!("unknown value", "valeur inconnue")));
        }
        // There is one original; a former one has become a translation.
        Ok(_) if is_default => Origin::Original,
        Ok(Origin::Machine) => Origin::Machine,
        Ok(Origin::Unspecified | Origin::Original | Origin::Human) => Origin::Human,
    };
    Ok(Translation { text, origin: origin.into(), stale: false })
}

/// The new text with the freshness of each translation (BEY-6).
///
/// When the original changes, every translation that does not change with it becomes stale, and stays so
/// until its own text changes. Both texts are as [`check`] returns them.
pub fn revise(old: &LocalizedText, mut new: LocalizedText) -> LocalizedText {
    let changed = |tag: &String, translation: &Translation| {
        old.translations.get(tag).is_none_or(|before| before.text != translation.text)
    };
    let original = &new.default_language_code;
    let original_changed =
        new.translations.get(original).is_some_and(|translation| changed(original, translation));
    let original = original.clone();
    for (tag, translation) in &mut new.translations {
        let was_stale = old.translations.get(tag).is_some_and(|before| before.stale);
        translation.stale = *tag != original && !changed(tag, translation) && (was_stale || original_changed);
    }
    new
}

/// What was published without saying in which language, as far as it may be kept and as [`check`] returns it; nothing of an
/// empty text.
pub fn unsaid(text: &str) -> Option<LocalizedText> {
    said_in(UNSAID, text)
}

/// What was published in a language, whose tag is canonical, as [`unsaid`].
pub fn said_in(tag: &str, text: &str) -> Option<LocalizedText> {
    let text: String = text.trim().nfc().take(LONGEST).collect();
    let original = Translation { text: text.clone(), origin: Origin::Original.into(), stale: false };
    let translations = [(tag.to_owned(), original)];
    (!text.is_empty()).then(|| LocalizedText {
        default_language_code: tag.to_owned(),
        translations: translations.into(),
        ..Default::default()
    })
}

/// The one of a name, in any of its languages: just so, the other way round ("Moldova, Republic of"), or as the beginning of
/// one only ("United Kingdom").
pub fn called<'a, T>(all: &'a [T], names: impl Fn(&T) -> &LocalizedText, name: &str) -> Option<&'a T> {
    let turned = name.split_once(',').map(|(one, other)| fold(&format!("{other} {one}")));
    let name = fold(name);
    let fits = |one: &T, fits: &dyn Fn(&str) -> bool| {
        names(one).translations.values().any(|called| fits(&fold(&called.text)))
    };
    let just_so = |called: &str| called == name || turned.as_deref() == Some(called);
    if let Some(one) = all.iter().find(|one| fits(one, &just_so)) {
        return Some(one);
    }
    let begins =
        |called: &str| called.strip_prefix(&name).is_some_and(|rest| rest.starts_with([' ', ',', '(']));
    let mut begin = all.iter().filter(|one| fits(one, &begins));
    match (begin.next(), begin.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// Chooses the text to show (BEY-6): for each language the reader prefers, in turn, that very tag, then
/// another of the same language; else the original. The tags are as [`preferences`](crate::say::preferences)
/// returns them.
pub fn display(text: &mut LocalizedText, preferences: &[String]) {
    let language = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let tags = || text.translations.keys();
    let chosen = preferences.iter().find_map(|wanted| {
        tags()
            .find(|tag| tag.eq_ignore_ascii_case(wanted))
            .or_else(|| tags().find(|tag| language(tag) == language(wanted)))
    });
    let chosen = chosen.unwrap_or(&text.default_language_code);
    let found = text.translations.get_key_value(chosen).or_else(|| text.translations.first_key_value());
    if let Some((tag, translation)) = found.map(|(tag, translation)| (tag.clone(), translation.text.clone()))
    {
        text.display_language_code = tag;
        text.display_text = translation;
    }
}

/// A text as a search sees it: without accents, case, punctuation or ligatures, one space between words.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    // Once more: the lower case of some letters (İ) carries a mark.
    for c in letters.filter(|c| !is_combining_mark(*c)) {
        match c {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'đ' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            c if c.is_alphanumeric() => folded.push(c),
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests;
