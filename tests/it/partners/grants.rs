//! Grants that funders publish (360Giving), taken over as found: real ones whole, and what is wrong with others.

use std::collections::BTreeMap;

use proto::common::import_problem::Severity;
use proto::common::{ExternalIdentifier, ImportOptions, ImportReport};
use proto::partners as pb;
use proto::partners::partnership::State;
use proto::partners::partnership_member::Role;
use rust_decimal::Decimal;
use tonic::{Code, Response, Status};

use crate::binaries::root;
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::projects::import::{content, counted};
use crate::sample;

pub(crate) async fn import(
    by: &Caller,
    file: &str,
    options: ImportOptions,
) -> Result<Response<ImportReport>, Status> {
    let options = ImportOptions { file_name: "grants.json".to_owned(), ..options };
    by.imports().import_grants(tokio_stream::iter(content(file.as_bytes(), options))).await
}

/// The real file; none where the shared data is not at hand, which is a failure where `CI` is set.
fn real() -> Option<String> {
    let file = root().join("../shared/data/360giving/lloyds-bank-foundation-2010-2015.json");
    let text = std::fs::read_to_string(&file).ok();
    if text.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", file.display());
        eprintln!("SKIPPED for want of {}", file.display());
    }
    text
}

/// What a file awards, by currency: the numbers of its JSON added up as they are written.
fn awarded(file: &str) -> BTreeMap<String, Decimal> {
    let mut totals = BTreeMap::new();
    for grant in file.split("\"currency\": \"").skip(1) {
        let amount =
            grant.split("\"amountAwarded\": ").nth(1).unwrap().split(&[',', '}'][..]).next().unwrap();
        *totals.entry(grant[..3].to_owned()).or_default() += amount.parse::<Decimal>().unwrap();
    }
    totals
}

/// What a funder has pledged, by currency.
async fn pledged(by: &Caller, partner: &str) -> BTreeMap<String, Decimal> {
    let request = pb::SummarizePartnershipsRequest { partner: partner.to_owned(), ..Default::default() };
    let summary = done(by.partnerships().summarize_partnerships(request).await);
    let total = |one: pb::CashTotal| {
        let pledged = one.pledged.unwrap();
        (pledged.currency_code, Decimal::new(pledged.minor_units, 2))
    };
    summary.cash.into_iter().map(total).collect()
}

async fn partner(by: &Caller, title: &str) -> pb::Partner {
    let request = pb::SearchPartnersRequest { query: title.to_owned(), page_size: 5 };
    done(by.partners().search_partners(request).await).partners.remove(0)
}

async fn partnerships(by: &Caller, filter: &str) -> Vec<pb::Partnership> {
    let request =
        pb::ListPartnershipsRequest { filter: filter.to_owned(), page_size: 1000, ..Default::default() };
    done(by.partnerships().list_partnerships(request).await).partnerships
}

async fn agreement(by: &Caller, reference: &str) -> Option<pb::Agreement> {
    let filter = format!("external_reference = \"{reference}\"");
    let request =
        pb::ListAgreementsRequest { parent: "partnerships/-".to_owned(), filter, ..Default::default() };
    done(by.agreements().list_agreements(request).await).agreements.pop()
}

async fn commitment(by: &Caller, reference: &str) -> Option<pb::Commitment> {
    let filter = format!("external_reference = \"{reference}\"");
    let request =
        pb::ListCommitmentsRequest { parent: "partnerships/-".to_owned(), filter, ..Default::default() };
    done(by.commitments().list_commitments(request).await).commitments.pop()
}

/// 4,116 real grants, whole, twice, with the totals of the file itself.
async fn bey_8_real_grants_import_whole_and_twice_is_once(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let Some(file) = real() else { return };
    let rehearsed = ImportOptions { validate_only: true, ..Default::default() };
    let would = done(import(&coordinator, &file, rehearsed).await);
    assert!(!would.committed && agreement(&coordinator, "360G-LBFEW-114001").await.is_none());
    let started = std::time::Instant::now();
    let report = done(import(&coordinator, &file, ImportOptions::default()).await);
    eprintln!("4,116 grants in {:?}, with {:?} bytes of memory", started.elapsed(), network.memory());
    assert!(report.committed, "{:?}", report.problems);
    let number = |noun: &str| report.counts.iter().find(|count| count.noun == noun).unwrap().created;
    // One grant is of nothing: an agreement without a commitment.
    assert_eq!((number("agreement"), number("commitment")), (4116, 4115));
    assert_eq!(counted(&would), counted(&report), "it was foretold");
    assert!(number("partnership") > 3600 && number("partnership") < number("partner"), "{report:?}");
    let funder = partner(&coordinator, "Lloyds Bank Foundation for England and Wales").await;
    assert_eq!(pledged(&coordinator, &funder.name).await, awarded(&file));
    assert_eq!(awarded(&file)["GBP"].to_string(), "115795635.69");

    let again = done(import(&coordinator.again().await, &file, ImportOptions::default()).await);
    assert!(
        again.counts.iter().all(|count| (count.created, count.updated, count.refused) == (0, 0, 0)),
        "{again:?}"
    );
    assert_eq!(again.changes, []);
    let coordinator = coordinator.again().await;
    assert_eq!(pledged(&coordinator, &funder.name).await, awarded(&file));
    let one = agreement(&coordinator, "360G-LBFEW-114001").await.unwrap();
    assert_eq!((one.state(), one.kind()), (pb::agreement::State::Expired, pb::agreement::Kind::Grant));
}

pub(crate) fn grant(id: &str, recipient: &str, amount: &str, rest: &str) -> String {
    format!(
        r#"{{"id": "{id}", "title": "A grant", "currency": "GBP", "amountAwarded": {amount}, "awardDate": "2025-01-31",
        "recipientOrganization": [{{"id": "GB-CHC-{recipient}", "name": "Charity {recipient}"}}],
        "fundingOrganization": [{{"id": "GB-COH-{recipient}", "name": "Funder of {recipient}"}}]{rest}}}"#
    )
}

pub(crate) fn package(grants: &[String]) -> String {
    format!("{{\"grants\": [{}]}}", grants.join(",\n"))
}

/// A number that no other story uses.
pub(crate) fn number() -> String {
    (uuid::Uuid::new_v4().as_u128() % 900_000_000 + 1_000_000).to_string()
}

fn planned(start: &str, end: &str) -> String {
    format!(r#", "plannedDates": [{{"startDate": "{start}", "endDate": "{end}"}}]"#)
}

/// A known partner is recognised; the recipient leads; what people fill in stays, and what the file changes comes.
async fn bey_8_a_changed_file_changes_only_what_it_says_anew(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let (known, id) = (number(), sample::word());
    let identifier = ExternalIdentifier { scheme: "GB-CHC".to_owned(), value: known.clone() };
    let charity = pb::Partner { identifiers: vec![identifier], ..sample::partner() };
    let charity = done(coordinator.partners().create_partner(sample::create(charity)).await).name;
    let [one, two, three] = ["1", "2", "3"].map(|end| format!("360G-{id}-{end}"));
    let open = planned("2025-02-01", "2099-01-31");
    let file = package(&[
        grant(&one, &known, "1500.50", &open),
        grant(&two, &known, "10", &planned("2024", "2024")),
    ]);
    let report = done(import(&coordinator, &file, ImportOptions::default()).await);
    assert_eq!(
        counted(&report),
        "partner 1/0/1/0, partnership 1/0/0/0, agreement 2/0/0/0, commitment 2/0/0/0 problems 0"
    );

    let [partnership] =
        partnerships(&coordinator, &format!("lead_partner = \"{charity}\"")).await.try_into().unwrap();
    assert_eq!((partnership.state(), partnership.origin()), (State::Active, proto::common::Origin::Imported));
    let roles: Vec<Role> = partnership.members.iter().map(pb::PartnershipMember::role).collect();
    assert_eq!((roles, partnership.agreement_gap), (vec![Role::Lead, Role::Funder], false));
    assert!(partnership.gaps.iter().any(|gap| gap.field == "kind"), "{:?}", partnership.gaps);
    let running = agreement(&coordinator, &one).await.unwrap();
    assert_eq!(running.state(), pb::agreement::State::InForce);
    let given = commitment(&coordinator, &one).await.unwrap();
    assert_eq!(
        (given.state(), given.agreement.as_str()),
        (pb::commitment::State::Confirmed, running.name.as_str())
    );
    assert_eq!((given.amount.unwrap().minor_units, given.recipient.as_str()), (150_050, charity.as_str()));

    // Someone says what kind it is, and calls it otherwise.
    let filled = pb::Partnership {
        name: partnership.name.clone(),
        kind: pb::partnership::Kind::ProjectPartnership.into(),
        title: Some(sample::text("en", "Our partnership")),
        ..Default::default()
    };
    let update_mask = Some(prost_types::FieldMask { paths: vec!["kind".to_owned(), "title".to_owned()] });
    let request =
        pb::UpdatePartnershipRequest { partnership: Some(filled), update_mask, ..Default::default() };
    let filled = done(coordinator.partnerships().update_partnership(request).await);

    let file = package(&[
        grant(&one, &known, "1600.00", &planned("2025-02-01", "2098-01-31")),
        grant(&two, &known, "10", &planned("2024", "2024")),
        grant(&three, &known, "7.07", &open),
    ]);
    let file = file.replace(&format!("Charity {known}"), "Charity with another name");
    let report = done(import(&coordinator, &file, ImportOptions::default()).await);
    assert_eq!(
        counted(&report),
        "partner 0/0/2/0, partnership 0/0/1/0, agreement 1/1/1/0, commitment 1/1/1/0 problems 0"
    );
    let told: Vec<String> = report
        .changes
        .iter()
        .map(|one| format!("{}: {} > {}", one.location, one.before, one.after))
        .collect();
    assert!(told.contains(&"grants/0/amountAwarded: 1500.50 GBP > 1600.00 GBP".to_owned()), "{told:?}");
    assert!(told.contains(&"grants/0/plannedDates: 2099-01-31 > 2098-01-31".to_owned()), "{told:?}");
    let asked = pb::GetPartnershipRequest { name: partnership.name.clone() };
    let now = done(coordinator.partnerships().get_partnership(asked).await);
    assert_eq!((now.kind(), now.title, now.revision), (filled.kind(), filled.title, filled.revision));
    assert_eq!(commitment(&coordinator, &one).await.unwrap().amount.unwrap().minor_units, 160_000);
    let funder = partner(&coordinator, &format!("Funder of {known}")).await;
    assert_eq!(pledged(&coordinator, &funder.name).await["GBP"].to_string(), "1617.07");
}

/// A file with one bad grant writes nothing, unless the rest is asked for; each problem says where it is and what to do.
async fn bey_8_a_bad_grant_keeps_the_file_out(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await.speaking("fr");
    let (id, charity) = (sample::word(), number());
    let [sound, fine, currency] = ["1", "2", "3"].map(|end| format!("360G-{id}-{end}"));
    let file = package(&[
        grant(&sound, &charity, "5", ""),
        grant(&fine, &charity, "5.001", ""),
        grant(&currency, &charity, "\"five\"", ""),
    ]);
    let report = done(import(&coordinator, &file, ImportOptions::default()).await);
    assert!(!report.committed && agreement(&coordinator, &sound).await.is_none());
    let told: Vec<(i32, &str, &str, &str, i32, &str)> = report
        .problems
        .iter()
        .map(|one| {
            (
                one.severity,
                one.code.as_str(),
                one.record.as_str(),
                one.location.as_str(),
                one.line,
                one.found.as_str(),
            )
        })
        .collect();
    let blocks = i32::from(Severity::Blocks);
    assert_eq!(
        told,
        [
            (blocks, "AMOUNT_TOO_FINE", fine.as_str(), "grants/1/amountAwarded", 4, "5.001"),
            (blocks, "AMOUNT_INVALID", currency.as_str(), "grants/2/amountAwarded", 7, "\"five\""),
        ]
    );
    assert!(report.problems[0].message.contains("jamais arrondi"), "{:?}", report.problems);
    let partial = ImportOptions { partial: true, ..Default::default() };
    let report = done(import(&coordinator, &file, partial).await);
    assert_eq!(
        counted(&report),
        "partner 2/0/0/0, partnership 1/0/0/0, agreement 1/0/0/2, commitment 1/0/0/0 problems 2"
    );
    assert!(report.committed && agreement(&coordinator, &fine).await.is_none());
    let sound = agreement(&coordinator, &sound).await.unwrap();
    assert!(
        sound.gaps.iter().any(|gap| gap.field == "period"),
        "nobody says from when until when: {:?}",
        sound.gaps
    );
    for (file, code) in
        [("<html>", "JSON_MALFORMED"), ("{}", "PACKAGE_UNKNOWN"), ("{\"grants\": [", "JSON_CUT_SHORT")]
    {
        let report = done(import(&coordinator, file, ImportOptions::default()).await);
        assert_eq!(
            (report.problems[0].code.as_str(), report.problems[0].line, report.committed),
            (code, 1, false)
        );
    }
}

/// Only coordinators take over what is found.
async fn bey_8_only_coordinators_import(network: &'static Network) {
    let admin = network.partner_admin(&network.home_partner().await).await;
    let file = package(&[grant("360G-x-1", "1", "5", "")]);
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        import(&admin, &file, ImportOptions::default()).await,
    );
    let request = pb::ImportPartnershipsRequest::default();
    expect(Code::PermissionDenied, "PERMISSION_DENIED", admin.imports().import_partnerships(request).await);
}

/// Partnerships that another service found: organisations are recognised with them, all or none, once per request.
async fn bey_8_partnerships_are_taken_over_with_their_organisations(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let word = sample::word();
    let organisation = |name: &str| pb::OrganisationAsFound {
        titles: [(String::new(), format!("{name} {word}"))].into(),
        ..Default::default()
    };
    let member = |partner: &str, role: Role| pb::PartnershipMember {
        partner: partner.to_owned(),
        role: role.into(),
        ..Default::default()
    };
    let party = |partner: &str| pb::AgreementParty { partner: partner.to_owned(), ..Default::default() };
    let partnership = pb::Partnership {
        title: Some(sample::text("en", &format!("Partnership {word}"))),
        lead_partner: "organisations/0".to_owned(),
        members: vec![member("organisations/0", Role::Lead), member("organisations/1", Role::Partner)],
        external_reference: word.clone(),
        ..Default::default()
    };
    let agreement = pb::Agreement {
        kind: pb::agreement::Kind::Mou.into(),
        parties: vec![party("organisations/0"), party("organisations/1")],
        ..Default::default()
    };
    let found = pb::PartnershipAsFound {
        partnership: Some(partnership),
        agreements: vec![pb::AgreementAsFound { agreement: Some(agreement), ..Default::default() }],
        ..Default::default()
    };
    let request = pb::ImportPartnershipsRequest {
        partnerships: vec![found],
        organisations: vec![organisation("One"), organisation("Two")],
        ..Default::default()
    };
    let mut broken = request.clone();
    broken.partnerships[0].partnership.as_mut().unwrap().members[1].partner = "organisations/7".to_owned();
    broken.partnerships[0].agreements[0].agreement.as_mut().unwrap().parties.pop();
    let refused = coordinator.imports().import_partnerships(broken).await;
    let refused = expect(Code::InvalidArgument, "INVALID_FIELD", refused);
    assert_eq!(refused.fields, ["partnerships[0].partnership.members[1].partner"]);
    let reference = format!("external_reference = \"{word}\"");
    assert!(partnerships(&coordinator, &reference).await.is_empty());

    let rehearsed = pb::ImportPartnershipsRequest { validate_only: true, ..request.clone() };
    let would = done(coordinator.imports().import_partnerships(rehearsed).await);
    assert_eq!(would.results[0].partnership, "");
    let once = pb::ImportPartnershipsRequest { request_id: sample::request_id(), ..request.clone() };
    let did = done(coordinator.imports().import_partnerships(once.clone()).await);
    assert_eq!(did.counts, would.counts, "it was foretold");
    assert_eq!(done(coordinator.imports().import_partnerships(once).await), did, "sent twice, done once");
    let again = done(coordinator.imports().import_partnerships(request).await);
    assert_eq!(again.results[0].partnership, did.results[0].partnership);
    assert!(again.counts.iter().all(|count| (count.created, count.updated) == (0, 0)), "{:?}", again.counts);
    let [known] = partnerships(&coordinator, &reference).await.try_into().unwrap();
    assert_eq!(known.name, did.results[0].partnership);
}

told_everywhere!(
    bey_8_a_changed_file_changes_only_what_it_says_anew,
    bey_8_a_bad_grant_keeps_the_file_out,
    bey_8_only_coordinators_import,
    bey_8_partnerships_are_taken_over_with_their_organisations,
);
told_alone!(bey_8_real_grants_import_whole_and_twice_is_once);
