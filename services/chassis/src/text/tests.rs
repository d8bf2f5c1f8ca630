use super::*;

/// `fr` is the original.
fn text(translations: &[(&str, &str)]) -> LocalizedText {
    let one = |(tag, text): &(&str, &str)| {
        ((*tag).to_owned(), Translation { text: (*text).to_owned(), ..Default::default() })
    };
    LocalizedText {
        default_language_code: "fr".to_owned(),
        translations: translations.iter().map(one).collect(),
        ..Default::default()
    }
}

fn stale(text: &LocalizedText) -> Vec<&str> {
    text.translations
        .iter()
        .filter(|(_, translation)| translation.stale)
        .map(|(tag, _)| tag.as_str())
        .collect()
}

fn fields(result: Result<LocalizedText>) -> Vec<String> {
    match result {
        Err(Error::Invalid { fields, .. }) => fields.into_iter().map(|violation| violation.field).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn bey_6_translations_become_stale_when_the_original_changes() {
    let first = revise(&LocalizedText::default(), text(&[("fr", "Ville"), ("en", "City"), ("de", "Stadt")]));
    assert_eq!(stale(&first), [""; 0], "what is new is fresh");

    let second = revise(&first, text(&[("fr", "Commune"), ("en", "Town"), ("de", "Stadt")]));
    assert_eq!(stale(&second), ["de"], "en changed with the original");

    let third =
        revise(&second, text(&[("fr", "Commune"), ("en", "Township"), ("de", "Stadt"), ("it", "Comune")]));
    assert_eq!(stale(&third), ["de"], "a translation changes nothing else, and stale lasts");

    let fourth = revise(&third, text(&[("fr", "Commune"), ("en", "Township"), ("de", "Gemeinde")]));
    assert_eq!(stale(&fourth), [""; 0], "until its own text changes");

    assert_eq!(
        stale(&revise(&fourth, text(&[("fr", "Mairie"), ("en", "Township"), ("de", "Gemeinde")]))),
        ["de", "en"]
    );
    assert_eq!(
        stale(&revise(&second, text(&[("fr", "Commune"), ("en", "Town"), ("de", "Stadt")]))),
        ["de"],
        "nothing changed"
    );
}

#[test]
fn bey_6_another_original_is_never_stale() {
    let before =
        revise(&text(&[("fr", "Ville"), ("en", "City")]), text(&[("fr", "Commune"), ("en", "City")]));
    assert_eq!(stale(&before), ["en"]);
    let english = LocalizedText {
        default_language_code: "en".to_owned(),
        ..text(&[("fr", "Commune"), ("en", "City")])
    };
    assert_eq!(stale(&revise(&before, english.clone())), [""; 0], "no text changed");
    let mut changed = english.clone();
    changed
        .translations
        .insert("en".to_owned(), Translation { text: "Town".to_owned(), ..Default::default() });
    assert_eq!(stale(&revise(&english, changed)), ["fr"]);
}

#[test]
fn bey_6_a_reader_is_told_the_language_of_what_is_shown() {
    let shown = |preferences: &[&str]| {
        let mut text = text(&[("fr", "Ville"), ("en-GB", "City"), ("en-US", "Town"), ("pt", "Cidade")]);
        let preferences: Vec<String> = preferences.iter().map(|tag| (*tag).to_owned()).collect();
        display(&mut text, &preferences);
        (text.display_language_code, text.display_text)
    };
    let is = |code: &str, text: &str| (code.to_owned(), text.to_owned());
    assert_eq!(shown(&["en-us"]), is("en-US", "Town"), "that very tag");
    assert_eq!(shown(&["en"]), is("en-GB", "City"), "another of the language");
    assert_eq!(shown(&["pt-br", "en"]), is("pt", "Cidade"), "the first language wanted, before the second");
    assert_eq!(shown(&["de", "en-au"]), is("en-GB", "City"));
    assert_eq!(shown(&["de", "*"]), is("fr", "Ville"), "else the original");
    assert_eq!(shown(&[]), is("fr", "Ville"));
}

#[test]
fn bey_6_a_text_says_where_each_translation_comes_from() {
    let mut wanted = text(&[("fr", "Ville"), ("en", "City"), ("de", "Stadt"), ("it", "Città")]);
    wanted.translations.get_mut("de").unwrap().origin = Origin::Machine.into();
    wanted.translations.get_mut("it").unwrap().origin = Origin::Original.into(); // it was, before
    let checked = check("title", &wanted).unwrap();
    let origin = |tag: &str| checked.translations[tag].origin();
    assert_eq!(
        (origin("fr"), origin("en"), origin("de"), origin("it")),
        (Origin::Original, Origin::Human, Origin::Machine, Origin::Human)
    );
    wanted.translations.get_mut("en").unwrap().origin = 9;
    assert_eq!(fields(check("title", &wanted)), ["title.translations.en.origin"]);
}

#[test]
fn a_text_is_made_canonical() {
    let mut wanted = text(&[("FR", "  Cafe\u{301}\r\n\t"), ("EN-us", "Coffee"), ("zh-hant-tw", "咖啡")]);
    wanted.default_language_code = "Fr".to_owned();
    wanted.display_text = "x".to_owned();
    wanted.display_language_code = "fr".to_owned();
    wanted.translations.get_mut("EN-us").unwrap().stale = true;
    let checked = check("title", &wanted).unwrap();
    assert_eq!(checked.translations.keys().collect::<Vec<_>>(), ["en-US", "fr", "zh-Hant-TW"]);
    assert_eq!(
        (checked.translations["fr"].text.as_str(), checked.default_language_code.as_str()),
        ("Café", "fr")
    );
    assert!(
        checked.display_text.is_empty()
            && checked.display_language_code.is_empty()
            && stale(&checked).is_empty()
    );
    assert_eq!(check("title", &checked).unwrap(), checked);
}

#[test]
fn everything_wrong_with_a_text_is_said_at_once() {
    let wrong =
        text(&[("fr", " \u{a0} "), ("en", "a\0"), ("e n", "x"), ("de", &"é".repeat(10_001)), ("DE", "x")]);
    assert_eq!(
        fields(check("title", &wrong)),
        [
            "title.translations.de.text",
            "title.translations.de",
            "title.translations.e n",
            "title.translations.en.text",
            "title.translations.fr.text",
        ]
    );
    assert_eq!(fields(check("title", &text(&[("fr", "a"), ("FR", "a")]))), ["title.translations.fr"]);
    assert_eq!(fields(check("title", &text(&[("en", "a")]))), ["title.translations"]);
    assert_eq!(fields(check("title", &LocalizedText::default())), ["title.default_language_code"]);
    let tags: Vec<String> = (0..21_u8).map(|index| format!("a{}", char::from(b'a' + index))).collect();
    let many: Vec<_> = tags.iter().map(|tag| (tag.as_str(), "x")).collect();
    assert_eq!(fields(check("title", &text(&many))), ["title.translations"]);
    assert!(
        check("title", &text(&[("fr", &"😀".repeat(10_000))])).is_ok(),
        "characters are counted, not bytes"
    );
}

#[test]
fn language_tags_have_one_form() {
    for (given, canonical) in [
        ("fr", "fr"),
        ("fr-ca", "fr-CA"),
        ("FR-CA", "fr-CA"),
        ("zh-HANT-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("sl-ROZAJ-biske", "sl-rozaj-biske"),
        ("de-ch-1901", "de-CH-1901"),
        ("zh-cmn-hans-cn", "zh-cmn-Hans-CN"),
        ("en-U-CA-gregory", "en-u-ca-gregory"),
        ("fr-X-a-B", "fr-x-a-b"),
        ("gsw", "gsw"),
    ] {
        assert_eq!(language("l", given).unwrap(), canonical);
    }
    for wrong in [
        "",
        "f",
        "french_",
        "fr_CA",
        "fr-",
        "-fr",
        "fr--ca",
        "123",
        "fr-CA-FR",
        "é",
        "fr-ca ca",
        "fr-u",
        "fr-x",
        "abcdefghi",
        "fr-CA-x-",
        "*",
    ] {
        assert!(language("l", wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_ordinary_text_is_composed_and_measured() {
    assert_eq!(
        plain("acronym", " e\u{301} \u{1f469}\u{200d}\u{1f680} \u{202b}ע ", 9).unwrap(),
        "é 👩\u{200d}🚀 \u{202b}ע"
    );
    assert_eq!(plain("acronym", "e\u{301}e\u{301}", 2).unwrap(), "éé");
    assert_eq!(plain("acronym", "a\tb\nc", 5).unwrap(), "a\tb\nc");
    assert_eq!(plain("acronym", "", 0).unwrap(), "");
    for wrong in ["abc", "a\0", "\u{7}", "a\u{85}a", "a\rb"] {
        assert!(plain("acronym", wrong, 2).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_search_sees_no_accents_case_or_punctuation() {
    for (text, folded) in [
        ("  Île-de-France, (RÉGION)  ", "ile de france region"),
        ("Œuvre ÆSIR straße", "oeuvre aesir strasse"),
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("ﬁn №5", "fin no5"),
        ("İstanbul Łódź Đà Nẵng", "istanbul lodz da nang"),
        ("Ville\nde\tParis", "ville de paris"),
        ("ΑΘΉΝΑ", "αθηνα"),
        ("東京 ガ", "東京 カ"),
        ("...", ""),
        ("", ""),
    ] {
        assert_eq!(fold(text), folded);
        assert_eq!(fold(folded), folded);
    }
}
