use prost::Message as _;
use prost_types::{FieldMask, Timestamp};
use proto::common::{ExternalIdentifier, LocalizedText, Origin, Translation};
use proto::identity::Membership;
use proto::partners::partner::{Sector, State};
use proto::partners::{Contact, Partner, UpdatePartnerRequest};

use super::*;

fn text(fr: &str, en: &str) -> LocalizedText {
    let one = |text: &str, stale: bool| Translation { text: text.to_owned(), origin: 2, stale };
    LocalizedText {
        default_language_code: "fr".to_owned(),
        translations: [("fr".to_owned(), one(fr, false)), ("en".to_owned(), one(en, true))].into(),
        ..Default::default()
    }
}

fn current() -> Partner {
    Partner {
        name: "partners/p".to_owned(),
        etag: "\"3\"".to_owned(),
        revision: 3,
        update_time: Some(Timestamp { seconds: 9, nanos: 0 }),
        state: State::Active.into(),
        title: Some(text("Ville", "City")),
        acronym: "V".to_owned(),
        sector: Sector::Public.into(),
        identifiers: vec![ExternalIdentifier { scheme: "SIREN".to_owned(), value: "1".to_owned() }],
        contact: Some(Contact {
            display_name: "Ada".to_owned(),
            email: "a@x".to_owned(),
            phone: "1".to_owned(),
        }),
        territories: vec!["territories/a".to_owned()],
        origin: Origin::Registered.into(),
        ..Default::default()
    }
}

fn masked(patch: &Partner, paths: &[&str]) -> Result<Partner> {
    let mask = FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
    apply(&current(), patch, Some(&mask))
}

fn refusals(patch: &Partner, paths: &[&str]) -> Vec<String> {
    match masked(patch, paths) {
        Err(Error::Invalid { fields, .. }) => {
            assert!(fields.iter().all(|violation| violation.field == "update_mask"), "{fields:?}");
            fields.into_iter().map(|violation| violation.why.en).collect()
        }
        other => panic!("{paths:?}: {other:?}"),
    }
}

#[test]
fn without_a_mask_what_is_set_is_taken() {
    let patch = Partner {
        acronym: "W".to_owned(),
        territories: vec!["territories/b".to_owned()],
        ..Default::default()
    };
    let expected = Partner { acronym: "W".to_owned(), territories: patch.territories.clone(), ..current() };
    assert_eq!(apply(&current(), &patch, None).unwrap(), expected);
    assert_eq!(masked(&patch, &[]).unwrap(), expected);
    assert_eq!(apply(&current(), &Partner::default(), None).unwrap(), current());
}

#[test]
fn a_star_replaces_all_but_what_is_the_servers() {
    let patch = Partner {
        name: "partners/other".to_owned(),
        state: State::Rejected.into(),
        acronym: "W".to_owned(),
        ..Default::default()
    };
    let expected = Partner {
        title: None,
        sector: 0,
        identifiers: vec![],
        contact: None,
        territories: vec![],
        acronym: "W".to_owned(),
        ..current()
    };
    assert_eq!(masked(&patch, &["*"]).unwrap(), expected);
    assert_eq!(masked(&patch, &["*", "*"]).unwrap(), expected);
    assert_eq!(refusals(&patch, &["*", "acronym"]), ["* stands alone"]);
}

#[test]
fn a_named_field_is_taken_or_cleared() {
    let patch =
        Partner { acronym: "W".to_owned(), website: "https://x.org".to_owned(), ..Default::default() };
    assert_eq!(
        masked(&patch, &["acronym", "acronym"]).unwrap(),
        Partner { acronym: "W".to_owned(), ..current() }
    );
    let cleared = masked(&patch, &["contact", "identifiers", "sector", "title"]).unwrap();
    assert_eq!(cleared, Partner { contact: None, identifiers: vec![], sector: 0, title: None, ..current() });
}

#[test]
fn a_path_leads_into_messages_and_maps() {
    let contact = Contact { email: "b@x".to_owned(), ..Default::default() };
    let mut title = text("Commune", "Town");
    title
        .translations
        .insert("pt-BR".to_owned(), Translation { text: "Cidade".to_owned(), ..Default::default() });
    let patch = Partner { contact: Some(contact), title: Some(title), ..Default::default() };

    let changed = masked(&patch, &["contact.email", "contact.phone"]).unwrap().contact.unwrap();
    assert_eq!(
        changed,
        Contact { display_name: "Ada".to_owned(), email: "b@x".to_owned(), phone: String::new() }
    );

    let changed =
        masked(&patch, &["title.translations.`pt-BR`", "title.translations.fr.text"]).unwrap().title.unwrap();
    assert_eq!(changed.translations["pt-BR"].text, "Cidade");
    assert_eq!(
        (changed.translations["fr"].text.as_str(), changed.translations["en"].text.as_str()),
        ("Commune", "City")
    );

    let cleared = masked(
        &Partner::default(),
        &["title.translations.en", "title.translations.de", "title.translations.it.text"],
    );
    assert_eq!(cleared.unwrap().title.unwrap().translations.keys().collect::<Vec<_>>(), ["fr"]);

    // Clearing inside what is not there makes nothing of it; setting does.
    let bare = Partner::default();
    let mask = |path: &str| Some(FieldMask { paths: vec![path.to_owned()] });
    assert_eq!(apply(&bare, &Partner::default(), mask("contact.email").as_ref()).unwrap(), bare);
    assert_eq!(apply(&bare, &patch, mask("contact.email").as_ref()).unwrap().contact.unwrap().email, "b@x");
}

#[test]
fn what_is_output_only_stays_at_every_depth() {
    let mut patch = Partner { title: Some(text("Commune", "Town")), ..current() };
    let title = patch.title.as_mut().unwrap();
    title.display_text = "mine".to_owned();
    title.translations.get_mut("fr").unwrap().stale = true;
    title.translations.get_mut("en").unwrap().stale = false;
    title
        .translations
        .insert("de".to_owned(), Translation { text: "Stadt".to_owned(), stale: true, ..Default::default() });
    patch.revision = 99;
    patch.state = State::Archived.into();
    for paths in
        [&[] as &[&str], &["*"], &["title", "state", "revision", "update_time.seconds", "name", "etag"]]
    {
        let changed = masked(&patch, paths).unwrap();
        let title = changed.title.unwrap();
        assert_eq!(
            (changed.revision, changed.state, changed.update_time),
            (3, State::Active.into(), current().update_time)
        );
        assert_eq!(title.display_text, "");
        assert_eq!(title.translations["fr"].text, "Commune");
        let stale = |tag: &str| title.translations[tag].stale;
        assert_eq!(
            (stale("fr"), stale("en"), stale("de")),
            (false, true, false),
            "as they were; unset where nothing was"
        );
    }
    assert_eq!(
        masked(&patch, &["state", "name", "etag", "title.display_text", "title.translations.en.stale"])
            .unwrap(),
        current()
    );
}

#[test]
fn a_path_that_is_not_one_is_named() {
    let patch = Partner::default();
    assert_eq!(refusals(&patch, &["colour"]), ["unknown path colour"]);
    assert_eq!(
        refusals(&patch, &["acronym", "colour", "size"]),
        ["unknown path colour", "unknown path size"]
    );
    assert_eq!(refusals(&patch, &["countryCode"]), ["unknown path countryCode: write country_code"]);
    assert_eq!(
        refusals(&patch, &["title.defaultLanguageCode"]),
        ["unknown path title.defaultLanguageCode: write default_language_code"]
    );
    assert_eq!(refusals(&patch, &[""]), ["a path is empty"]);
    assert!(
        refusals(&patch, &["identifiers.0"])[0].contains("leads into a list: name identifiers as a whole")
    );
    assert!(refusals(&patch, &["identifiers.value"])[0].contains("leads into a list"));
    assert!(refusals(&patch, &["identifiers.*"])[0].contains("leads into a list"));
    for path in [
        " acronym",
        "acronym ",
        ".",
        "acronym.",
        ".acronym",
        "title..translations",
        "acronym.x",
        "title.*",
        "`acronym`",
        "title.translations.`fr",
        "title.translations.`fr`x",
        "title.translations.fr.text.x",
        "update_time.colour",
        "Acronym",
        "partner.acronym",
        "acronym,website",
        "acronym\0",
        "**",
        "title.translations.fr.",
    ] {
        assert!(refusals(&patch, &[path])[0].starts_with("unknown path"), "{path}");
    }
}

#[test]
fn what_is_immutable_may_be_named_not_changed() {
    let member = |user: &str| Membership {
        user: user.to_owned(),
        granted_by: "users/g".to_owned(),
        ..Default::default()
    };
    let masked = |patch: &str, paths: &[&str]| {
        let mask = FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
        apply(&member("users/a"), &member(patch), Some(&mask))
    };
    for paths in [&[] as &[&str], &["*"], &["user"], &["user", "granted_by"]] {
        assert_eq!(masked("users/a", paths).unwrap(), member("users/a"));
        let Err(Error::Invalid { fields, .. }) = masked("users/b", paths) else { panic!("{paths:?}") };
        assert_eq!(fields[0].field, "membership.user");
    }
    for cleared in [&["*"], &["user"]] {
        assert!(masked("", cleared).is_err());
    }
    assert_eq!(masked("", &[]).unwrap(), member("users/a"), "not named, not changed");
    assert!(apply(&member(""), &member("users/a"), None).is_err());
    assert_eq!(snake("BusinessModel"), "business_model");
}

/// No message of today has an immutable field inside it: the place of one is said by hand.
#[test]
fn what_is_immutable_is_chosen_when_its_message_is_made() {
    let writer = Writer { resource: "partner".to_owned() };
    let descriptor = descriptor::<Partner>().unwrap();
    let contact = descriptor.get_field_by_name("contact").unwrap();
    let assign = |before: Option<&str>, fresh: bool| {
        let partner = |email: Option<&str>| {
            let contact = email.map(|email| Contact { email: email.to_owned(), ..Default::default() });
            dynamic(&descriptor, &Partner { contact, ..Default::default() }).unwrap()
        };
        writer.assign(
            &mut partner(before),
            &partner(Some("b@x")),
            &contact,
            At { path: "", fresh, immutable: true },
        )
    };
    assert!(assign(None, true).is_ok() && assign(Some("b@x"), false).is_ok());
    assert!(assign(None, false).is_err() && assign(Some("a@x"), false).is_err());
}

#[test]
fn required_fields_are_all_named() {
    let partner = Partner {
        title: Some(LocalizedText::default()),
        country_code: "FR".to_owned(),
        ..Default::default()
    };
    let Err(Error::Invalid { fields, .. }) = required(&partner, "partner") else { panic!() };
    let fields: Vec<_> = fields.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["partner.college", "partner.sector", "partner.iati_type_code"]);
    let money = proto::common::Money { currency_code: "EUR".to_owned(), minor_units: 0 };
    required(&money, "").unwrap(); // zero is a value
}

#[test]
fn what_no_field_may_carry_is_found_at_every_depth() {
    let mut title = text("Vil\0le", "City");
    title.translations.get_mut("en").unwrap().origin = 77;
    let identifier = |value: &str| ExternalIdentifier { scheme: "SIREN".to_owned(), value: value.to_owned() };
    let partner = Partner {
        title: Some(title),
        identifiers: vec![identifier("1"), identifier("2\0")],
        competences: vec!["a".to_owned(), String::new(), "\0".to_owned()],
        sector: -1,
        create_time: Some(Timestamp { seconds: 253_402_300_800, nanos: 0 }),
        update_time: Some(Timestamp { seconds: 0, nanos: 1_000_000_000 }),
        ..Default::default()
    };
    let request = UpdatePartnerRequest {
        partner: Some(partner),
        update_mask: Some(FieldMask { paths: vec!["a".to_owned(), "b\0".to_owned()] }),
        ..Default::default()
    };
    let Err(Error::Invalid { fields, .. }) = sane(&request) else { panic!() };
    let fields: Vec<_> = fields.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "partner.create_time",
            "partner.update_time",
            "partner.title.translations.en.origin",
            "partner.title.translations.fr.text",
            "partner.sector",
            "partner.identifiers[1].value",
            "partner.competences[2]",
            "update_mask.paths[1]",
        ]
    );
    let good = UpdatePartnerRequest { partner: Some(current()), ..Default::default() };
    sane(&good).unwrap();
}

#[test]
fn durations_have_one_sign_and_numbers_are_finite() {
    use prost_types::Duration;
    for (seconds, nanos, good) in [
        (1, 1, true),
        (-1, -1, true),
        (0, -1, true),
        (1, -1, false),
        (-1, 1, false),
        (0, 1_000_000_000, false),
        (315_576_000_001, 0, false),
        (i64::MIN, 0, false),
    ] {
        assert_eq!(
            sane::duration(&Duration { seconds, nanos }.encode_to_vec()).is_none(),
            good,
            "{seconds} {nanos}"
        );
    }
    let finite = |number: f64| sane::finite(number).is_none();
    assert!(finite(0.0) && finite(f64::MIN) && !finite(f64::NAN) && !finite(f64::INFINITY));
}
