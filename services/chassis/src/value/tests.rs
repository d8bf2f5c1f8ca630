use proto::common::{Evidence, ExternalIdentifier};

use super::*;

fn amount(currency: &str, minor_units: i64) -> Money {
    Money { currency_code: currency.to_owned(), minor_units }
}

#[test]
fn decimals_are_read_exactly() {
    for (text, currency, units) in [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("12,5", "EUR", 1250),
        ("12", "EUR", 1200),
        ("-0.01", "EUR", -1),
        ("−3", "EUR", -300),
        ("+1", "EUR", 100),
        ("1 234 567.89", "EUR", 123_456_789),
        ("1\u{202f}234", "XOF", 1234),
        ("5.000", "XOF", 5),
        ("1.234", "TND", 1234),
        ("1.500000", "EUR", 150),
        ("0.0001", "CLF", 1),
        ("92233720368547758.07", "EUR", i64::MAX),
        ("-92233720368547758.08", "EUR", i64::MIN),
        ("0", "JPY", 0),
        ("-0.00", "EUR", 0),
    ] {
        assert_eq!(parse_money("budget", text, currency).unwrap(), amount(currency, units), "{text}");
    }
    for (text, currency) in [
        ("12.505", "EUR"),
        ("0.5", "XOF"),
        ("1.2345", "TND"),
        ("", "EUR"),
        (".", "EUR"),
        (".5", "EUR"),
        ("5.", "EUR"),
        ("1e3", "EUR"),
        ("1.2.3", "EUR"),
        ("1,234.50", "EUR"),
        ("--1", "EUR"),
        ("NaN", "EUR"),
        ("٣", "EUR"),
        ("92233720368547758.08", "EUR"),
        ("1", "XXX"),
        ("1", "eur"),
        ("1", ""),
    ] {
        assert!(parse_money("budget", text, currency).is_err(), "{text} {currency}");
    }
}

#[test]
fn amounts_are_written_as_they_are_read() {
    for (money, text) in [
        (amount("EUR", 1250), "12.50 EUR"),
        (amount("EUR", -5), "-0.05 EUR"),
        (amount("XOF", 1234), "1234 XOF"),
        (amount("TND", 1), "0.001 TND"),
        (amount("EUR", i64::MIN), "-92233720368547758.08 EUR"),
        (amount("JPY", 0), "0 JPY"),
    ] {
        assert_eq!(format_money(&money), text);
        assert_eq!(parse_money("budget", &decimal(&money), &money.currency_code).unwrap(), money);
    }
}

#[test]
fn money_is_summed_by_currency_and_never_wrongly() {
    let totals = total([amount("XOF", 5), amount("EUR", 1), amount("XOF", -7), amount("EUR", 2)]).unwrap();
    assert_eq!(totals, [amount("EUR", 3), amount("XOF", -2)]);
    assert!(total([amount("EUR", i64::MAX), amount("EUR", 1)]).is_err());
    assert!(add(&amount("EUR", 1), &amount("USD", 1)).is_err());
    assert!(money("budget", &amount("EUR", 1)).is_ok());
    let Err(Error::Invalid { fields, .. }) = money("budget", &amount("EURO", 1)) else { panic!() };
    assert_eq!(fields[0].field, "budget.currency_code");
}

#[test]
fn a_period_ends_after_it_starts() {
    let day = |day: i32| Some(proto::Date { year: 2026, month: 2, day });
    let wrong = |range: DateRange, open: bool| match date_range("period", &range, open) {
        Err(Error::Invalid { fields, .. }) => {
            fields.into_iter().map(|violation| violation.field).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let range = |start_date, end_date| DateRange { start_date, end_date };
    assert!(date_range("period", &range(day(1), day(1)), false).is_ok(), "one day");
    assert_eq!(date_range("period", &range(day(1), None), true).unwrap().1, None);
    assert_eq!(wrong(range(day(2), day(1)), true), ["period.end_date"]);
    assert_eq!(wrong(range(day(1), None), false), ["period.end_date"]);
    assert_eq!(wrong(range(None, day(30)), false), ["period.start_date", "period.end_date"]);
    assert_eq!(
        wrong(range(Some(proto::Date { year: 2026, month: 2, day: 0 }), None), true),
        ["period.start_date"]
    );
}

fn known(scheme: &str, value: &str) -> Option<String> {
    let given = ExternalIdentifier { scheme: scheme.to_owned(), value: value.to_owned() };
    identifier("identifiers[0]", &given).ok().map(|identifier| identifier.value)
}

#[test]
fn identifiers_are_checked_and_made_canonical() {
    for (scheme, value, canonical) in [
        ("SIREN", " 732 829 320 ", "732829320"),
        ("SIREN", "356000000", "356000000"),
        ("SIRET", "732 829 320 00074", "73282932000074"),
        ("SIRET", "35600000000048", "35600000000048"),
        ("SIRET", "35600000049837", "35600000049837"),
        ("LEI", "hwupkr0mpou8fgxbt394", "HWUPKR0MPOU8FGXBT394"),
        ("ROR", "https://ror.org/05a28rw58", "05a28rw58"),
        ("ROR", "03YRM5C26", "03yrm5c26"),
        ("ROR", "02twcfp32", "02twcfp32"),
        ("ROR", "04wxnsj81", "04wxnsj81"),
        ("WIKIDATA", "q90", "Q90"),
        ("INSEE_COG", "2a004", "2A004"),
        ("INSEE_COG", "75056", "75056"),
        ("INSEE_COG", "974", "974"),
        ("INSEE_COG", "2B", "2B"),
        ("GEONAMES", "2988507", "2988507"),
        ("QPV", "qn07501m", "QN07501M"),
        ("QPV", "QP075001", "QP075001"),
        ("ISO_3166_2", "fr-idf", "FR-IDF"),
        ("FR-RCS", " abC 12 ", "abC 12"),
        ("XM-DAC", "4-1", "4-1"),
        ("CA-CRA_ACR", "12345 6789 RR0001", "12345 6789 RR0001"),
        ("XI-IATI", "é", "é"),
    ] {
        assert_eq!(known(scheme, value).as_deref(), Some(canonical), "{scheme} {value}");
    }
    for (scheme, value) in [
        ("SIREN", "732829321"),
        ("SIREN", "000000000"),
        ("SIREN", "73282932"),
        ("SIREN", "73282932O"),
        ("SIREN", "٧٣٢٨٢٩٣٢٠"),
        ("SIRET", "73282932000075"),
        ("SIRET", "35600000049838"),
        ("SIRET", "732829320"),
        ("LEI", "HWUPKR0MPOU8FGXBT395"),
        ("LEI", "HWUPKR0MPOU8FGXBT39"),
        ("ROR", "05a28rw59"),
        ("ROR", "15a28rw58"),
        ("ROR", "05a28rl58"),
        ("WIKIDATA", "90"),
        ("WIKIDATA", "Q0"),
        ("WIKIDATA", "Q"),
        ("INSEE_COG", "2C004"),
        ("INSEE_COG", "7505"),
        ("GEONAMES", "02988507"),
        ("GEONAMES", "Q90"),
        ("QPV", "QX075001"),
        ("QPV", "QP07500"),
        ("ISO_3166_2", "QQ-A"),
        ("ISO_3166_2", "FR-"),
        ("ISO_3166_2", "FR-ABCD"),
        ("FR-RCS", ""),
        ("FR-RCS", " "),
        ("FR-RCS", "a\u{7}"),
        ("fr-rcs", "1"),
        ("FR_RCS", "1"),
        ("siren", "732829320"),
        ("F-RCS", "1"),
        ("FRAN-RCS", "1"),
        ("FR-", "1"),
        ("", "1"),
        ("FR-RCS x", "1"),
    ] {
        assert_eq!(known(scheme, value), None, "{scheme} {value}");
    }
    assert_eq!(known("FR-RCS", &"a".repeat(201)), None);
}

#[test]
fn countries_are_those_of_iso_3166() {
    assert_eq!(country("country_code", " fr ").unwrap(), "FR");
    assert_eq!(country("country_code", "XK").unwrap(), "XK");
    for wrong in ["", "F", "FRA", "UK", "EU", "ZZ", "F R", "FR GA"] {
        assert!(country("country_code", wrong).is_err(), "{wrong}");
    }
}

#[test]
fn links_lead_somewhere_and_carry_no_secret() {
    for (given, canonical) in [
        (" HTTPS://Example.ORG ", "https://example.org"),
        ("http://a.b-c.org:8080/Path?Q=é#F", "http://a.b-c.org:8080/Path?Q=é#F"),
        ("https://[2001:DB8::1]/", "https://[2001:db8::1]/"),
        ("https://MÜNCHEN.de/a%20b", "https://münchen.de/a%20b"),
        ("https://a.org?x=a@b", "https://a.org?x=a@b"),
    ] {
        assert_eq!(website("website", given).unwrap(), canonical);
    }
    for wrong in [
        "",
        "example.org",
        "ftp://example.org",
        "https://",
        "https:///x",
        "https://user:pw@example.org",
        "https://user@example.org",
        "https://localhost",
        "https://a..org",
        "https://-a.org",
        "https://a.org:0",
        "https://a.org:99999",
        "https://a.org:",
        "https://a.org/a b",
        "https://a.org/\nb",
        "https://a.org/<x>",
        "https://a.org/%zz",
        "https://a.org/%4",
        "javascript:alert(1)",
        "https://a_b.org",
        "https://[::1",
        "https://[zz]",
        "//a.org",
        "https://a.org/%é1",
    ] {
        assert!(website("website", wrong).is_err(), "{wrong}");
    }
    assert!(https("uri", "http://example.org").is_err());
    assert!(website("website", &format!("https://a.org/{}", "a".repeat(2048))).is_err());
    assert_eq!(sha256("sha256", &"AB".repeat(32)).unwrap(), "ab".repeat(32));
    assert!(sha256("sha256", &"a".repeat(63)).is_err() && sha256("sha256", &"g".repeat(64)).is_err());
}

#[test]
fn everything_wrong_with_evidence_is_said_at_once() {
    let wrong = Evidence {
        title: " ".to_owned(),
        uri: "http://a.org".to_owned(),
        sha256: "x".to_owned(),
        mime_type: "pdf".to_owned(),
        language_code: "french!".to_owned(),
        issue_date: Some(proto::Date { year: 2026, month: 13, day: 1 }),
        kind: 99,
    };
    let Err(Error::Invalid { fields, .. }) = evidence("evidence[0]", &wrong) else { panic!() };
    let fields: Vec<_> = fields.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "evidence[0].title",
            "evidence[0].uri",
            "evidence[0].sha256",
            "evidence[0].mime_type",
            "evidence[0].language_code",
            "evidence[0].issue_date",
            "evidence[0].kind",
        ]
    );
    let good = Evidence {
        title: " Délibération ".to_owned(),
        uri: "https://A.org".to_owned(),
        language_code: "FR".to_owned(),
        ..Default::default()
    };
    let good = evidence("evidence[0]", &good).unwrap();
    assert_eq!(
        (good.title.as_str(), good.uri.as_str(), good.language_code.as_str()),
        ("Délibération", "https://a.org", "fr")
    );
}
