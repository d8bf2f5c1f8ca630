use std::collections::HashMap;

use chassis::say::Language;
use iati::Severity;
use proto::partners as pb;
use proto::partners::agreement::{Kind, RenewalMode, State};
use proto::partners::partnership_member::Role;
use sheet::Limits;

use super::check::{Checked, check, named};
use super::reading::{Listed, read};
use super::resolve::Meant;
use super::template::template;
use super::words::{COLUMNS, Column, FORM};

const HEADINGS: &str = "Partnership;Kind of partnership;Lead;Other members;Territories;Kind of agreement;Start;End;Signed on;Agreement title;Document;SHA-256;Renewal;Tacit renewals at most;Notice (days);Reference";

fn listed(lines: &[&str]) -> Listed {
    let file = format!("{HEADINGS}\n{}\n", lines.join("\n"));
    read(&sheet::read(file.as_bytes(), &Limits::default()).unwrap()).unwrap()
}

fn meant() -> HashMap<String, Meant> {
    let is = |word: &str, name: &str| (word.to_owned(), Meant::Partner(name.to_owned()));
    [
        is("Mairie de Kaolack", "partners/kaolack"),
        is("GB-CHC-202918", "partners/oxfam"),
        is("Orange (Sénégal)", "partners/orange"),
        (
            "Ville".to_owned(),
            Meant::Several(vec!["Ville (partners/a)".to_owned(), "Ville (partners/b)".to_owned()]),
        ),
        ("Oxfan".to_owned(), Meant::Nobody(vec!["Oxfam (partners/oxfam)".to_owned()])),
    ]
    .into()
}

fn checked(lines: &[&str]) -> Checked {
    check(&listed(lines), &meant(), Language::Fr)
}

/// What is wrong with a line, by its cell.
fn wrong(line: &str) -> Vec<String> {
    let told = checked(&[line]).problems.into_iter().map(|problem| {
        assert!(!problem.en.is_empty() && !problem.fr.is_empty() && problem.en != problem.fr);
        let bad = if problem.severity == Severity::Blocks { "" } else { "?" };
        format!("{bad}{} {} {}", problem.location, problem.code, problem.found)
    });
    told.collect()
}

#[test]
fn a_heading_is_known_in_one_language_or_in_both_and_each_says_one_thing() {
    for head in &COLUMNS {
        for said in [head.name.0.to_owned(), head.name.1.to_owned(), head.heading()] {
            assert_eq!(FORM.column(&said), Some(head.column), "{said}");
        }
    }
    assert_eq!(FORM.column("Chef de file / Start"), None);
    assert_eq!(FORM.column(""), None);
}

#[test]
fn bey_8_a_line_becomes_an_agreement_in_its_partnership() {
    let found = checked(&[
        "Numérique à Kaolack;Réseau de coopération;Mairie de Kaolack;GB-CHC-202918 (financeur); sn-dk;MOU;2025-01-01;31/12/2026;2024-12-15;Le protocole;https://example.org/a.pdf;;Tacite reconduction;2;30;K-1",
        "numerique a kaolack;;Mairie de Kaolack;Orange (Sénégal) (observateur);;Convention de subvention;2026-01-01;2026-12-31;;;;;;;;K-2",
    ]);
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!((found.drafts.len(), &found.lines, found.refused), (1, &vec![vec![0, 1]], 0));
    let draft = &found.drafts[0];
    let partnership = draft.partnership.as_ref().unwrap();
    assert_eq!(partnership.external_reference, "title:numerique a kaolack");
    assert_eq!(
        (partnership.kind(), draft.found_state()),
        (pb::partnership::Kind::Network, pb::partnership::State::Active)
    );
    let members: Vec<(&str, Role)> =
        partnership.members.iter().map(|member| (member.partner.as_str(), member.role())).collect();
    assert_eq!(
        members,
        [
            ("partners/kaolack", Role::Lead),
            ("partners/oxfam", Role::Funder),
            ("partners/orange", Role::Observer),
        ]
    );
    assert_eq!(partnership.territories, ["territories/sn-dk"]);
    let [one, other] = &draft.agreements[..] else { panic!("{draft:?}") };
    assert_eq!((one.found_state(), other.found_state()), (State::Signed, State::Draft));
    let (one, other) = (one.agreement.as_ref().unwrap(), other.agreement.as_ref().unwrap());
    assert_eq!((one.kind(), other.kind(), one.renewal_mode()), (Kind::Mou, Kind::Grant, RenewalMode::Tacit));
    assert_eq!((one.max_tacit_renewals, one.notice_days, other.notice_days), (2, Some(30), None));
    let document = one.document.as_ref().unwrap();
    assert_eq!((document.title.as_str(), document.issue_date.unwrap().day), ("Le protocole", 15));
    let parties = |agreement: &pb::Agreement| agreement.parties.len();
    assert_eq!((parties(one), parties(other)), (2, 1), "who looks on is no party");
}

#[test]
fn bey_8_what_is_wrong_names_its_cell() {
    assert_eq!(wrong(";;;;;;;;;;;;;;;R"), ["A2 CELL_EMPTY ", "C2 CELL_EMPTY "]);
    assert_eq!(wrong("P;Alliance;Mairie de Kaolack"), ["B2 CHOICE_UNKNOWN Alliance"]);
    assert_eq!(wrong("P;;Oxfan"), ["C2 PARTNER_UNKNOWN Oxfan"]);
    assert_eq!(wrong("P;;Ville"), ["C2 PARTNER_AMBIGUOUS Ville"]);
    assert_eq!(wrong("P;;Mairie de Kaolack;Oxfan, Nobody").len(), 1);
    let dates = wrong("P;;Mairie de Kaolack;GB-CHC-202918;;MOU;hier;2025-02-30;x");
    assert_eq!(dates, ["G2 DATE_INVALID hier", "H2 DATE_INVALID 2025-02-30", "I2 DATE_INVALID x"]);
    assert_eq!(wrong("P;;Mairie de Kaolack;;;;;2025-12-31"), ["G2 CELL_EMPTY "]);
    assert_eq!(
        wrong("P;;Mairie de Kaolack;;;;;;;;;;;deux;1,5"),
        ["O2 NUMBER_INVALID 1,5", "N2 NUMBER_INVALID deux"]
    );
    assert_eq!(wrong("P;;Mairie de Kaolack;;;;;;;Titre"), ["?J2 DOCUMENT_MISSING Titre"]);
    let suggests = &checked(&["P;;Oxfan"]).problems[0];
    assert!(suggests.fr.contains("Oxfam (partners/oxfam)") && suggests.en.contains("partner create"));
    let differ = checked(&["P;PPP;Mairie de Kaolack", "P;Réseau de coopération;GB-CHC-202918"]);
    let told: Vec<&str> = differ.problems.iter().map(|problem| problem.location.as_str()).collect();
    assert_eq!((told, differ.refused), (vec!["C3", "B3"], 1));
    assert!(differ.problems[0].en.contains("C2"), "it names the other cell");
}

#[test]
fn columns_may_be_moved_and_others_put_between_them() {
    let file = "notes\n\nLead / Chef de file;Couleur;Partenariat\nMairie de Kaolack;bleu;P\n";
    let listed = read(&sheet::read(file.as_bytes(), &Limits::default()).unwrap()).unwrap();
    assert_eq!(listed.ignored, [("B3".to_owned(), "Couleur".to_owned())]);
    assert_eq!(listed.place(&listed.rows[0], Column::Partnership), "C4");
    assert_eq!(named(&listed).into_iter().collect::<Vec<_>>(), ["Mairie de Kaolack"]);
    let none = sheet::read(b"a;b\n1;2\n", &Limits::default()).unwrap();
    assert!(read(&none).is_err(), "nothing tells what is listed");
}

#[test]
fn the_template_is_read_back_in_both_languages() {
    for language in [Language::En, Language::Fr] {
        let file = template(language).unwrap();
        let listed = read(&sheet::read(&file, &Limits::default()).unwrap()).unwrap();
        assert!(listed.rows.is_empty() && listed.ignored.is_empty(), "{listed:?}");
        let row = super::reading::Row::default();
        assert!(listed.place(&row, Column::Reference).ends_with("!P1"), "all columns are there");
    }
}
