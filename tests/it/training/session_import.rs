//! Published training, taken over as programmes and sessions as found: real ones whole, and what is wrong with others.

use std::collections::{BTreeMap, BTreeSet};

use proto::common::import_problem::Severity;
use proto::common::{ImportCount, ImportOptions, ImportReport, Origin};
use proto::partners as partners_pb;
use proto::training as pb;
use proto::training::Mode;
use proto::training::session::State;
use tonic::{Code, Response, Status};

use super::{programme, session, trainer};
use crate::binaries::root;
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::projects::import::{content, counted};
use crate::projects::reporting::days;
use crate::sample;

const IMPORTED: &str = "origin = IMPORTED";

async fn import(by: &Caller, file: &str, options: ImportOptions) -> Result<Response<ImportReport>, Status> {
    let options = ImportOptions { file_name: "events.json".to_owned(), ..options };
    by.session_imports().import_sessions(tokio_stream::iter(content(file.as_bytes(), options))).await
}

fn of<'r>(report: &'r ImportReport, noun: &str) -> &'r ImportCount {
    report.counts.iter().find(|count| count.noun == noun).unwrap()
}

async fn sessions(by: &Caller, filter: &str) -> Vec<pb::Session> {
    let (parent, filter) = ("programmes/-".to_owned(), filter.to_owned());
    let request = pb::ListSessionsRequest { parent, filter, page_size: 1000, ..Default::default() };
    done(by.sessions().list_sessions(request).await).sessions
}

async fn programmes(by: &Caller, filter: &str) -> Vec<pb::Programme> {
    let request =
        pb::ListProgrammesRequest { filter: filter.to_owned(), page_size: 1000, ..Default::default() };
    done(by.programmes().list_programmes(request).await).programmes
}

/// The courses of the catalogue that anyone may read.
async fn catalogue(by: &Caller, with_past: bool) -> Vec<serde_json::Value> {
    let request = pb::GetProgrammeCatalogueRequest { with_past };
    let mut pieces = done(by.programmes().get_programme_catalogue(request).await);
    let mut file = Vec::new();
    while let Some(piece) = pieces.message().await.unwrap() {
        file.extend(piece.chunk);
    }
    let told: serde_json::Value = serde_json::from_slice(&file).unwrap();
    told["@graph"].as_array().unwrap().clone()
}

/// The real file; none where the shared data is not at hand, which is a failure where `CI` is set.
fn real() -> Option<String> {
    let file = root().join("../shared/data/digitalgov-training/digitalgov-events-2017-2022.json");
    let text = std::fs::read_to_string(&file).ok();
    if text.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", file.display());
        eprintln!("SKIPPED for want of {}", file.display());
    }
    text
}

/// 302 real sessions, whole, twice; who is known already is recognised, what they lack is listed, and the catalogue has them all.
async fn bey_8_real_sessions_import_whole_and_twice_is_once(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let Some(file) = real() else { return };
    let title = Some(sample::text("en", "DigitalGov University"));
    let known = partners_pb::Partner { title, ..sample::partner() };
    let known = done(coordinator.partners().create_partner(sample::create(known)).await).name;
    let rehearsed = ImportOptions { validate_only: true, ..Default::default() };
    let would = done(import(&coordinator, &file, rehearsed).await);
    assert!(!would.committed && sessions(&coordinator, IMPORTED).await.is_empty());
    let started = std::time::Instant::now();
    let report = done(import(&coordinator, &file, ImportOptions::default()).await);
    eprintln!("302 sessions in {:?}", started.elapsed());
    assert!(report.committed, "{:?}", report.problems);
    assert_eq!(counted(&would), counted(&report), "it was foretold");
    for noun in ["programme", "session"] {
        assert_eq!((of(&report, noun).created, of(&report, noun).refused), (302, 0));
    }
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for problem in &report.problems {
        assert!(
            problem.line > 0 && !problem.record.is_empty() && !problem.location.is_empty(),
            "{problem:?}"
        );
        *codes.entry(&problem.code).or_default() += 1;
    }
    assert_eq!(codes, [("HOST_SEVERAL", 7), ("LINK_INVALID", 2), ("TIME_WITHOUT_OFFSET", 1)].into());

    let held = sessions(&coordinator, IMPORTED).await;
    assert_eq!((held.len(), sessions(&network.anonymous(), IMPORTED).await.len()), (302, 302));
    let json: serde_json::Value = serde_json::from_str(&file).unwrap();
    let json = json.as_array().unwrap();
    let count = |is: &dyn Fn(&pb::Session) -> bool| held.iter().filter(|session| is(session)).count();
    assert_eq!(count(&|one| one.state() == State::Completed && one.origin() == Origin::Imported), 302);
    assert_eq!(count(&|one| one.mode() == Mode::Unspecified), 190);
    assert_eq!(count(&|one| one.capacity.is_none() && one.enrolment_period.is_none()), 302);
    let theirs = json.iter().filter(|one| one["organiser"] == "DigitalGov University").count();
    assert!(count(&|one| one.providers[0] == known) >= theirs && theirs == 143);
    let mut open: Vec<_> = held.iter().filter(|one| one.meetings[0].end_time.is_none()).collect();
    let open = open.pop().filter(|_| open.is_empty()).expect("one of which nobody says when it ends");
    assert_eq!(open.external_reference, "2019-11-04-foundations-agile-i");
    assert!(open.gaps.iter().any(|gap| gap.field == "meetings" && gap.rule == "BEY-8"), "{:?}", open.gaps);
    let by_reference: BTreeMap<&str, &pb::Session> =
        held.iter().map(|one| (one.external_reference.as_str(), one)).collect();
    for one in json {
        let written = one["start"].as_str().unwrap();
        let mut parts = written.split_whitespace();
        let [day, hour, offset] = [(); 3].map(|()| parts.next().unwrap());
        let rfc_3339 = format!("{day}T{hour:0>8}{}:{}", &offset[..3], &offset[3..]);
        let start: prost_types::Timestamp = rfc_3339.parse().unwrap();
        let session = by_reference[one["id"].as_str().unwrap()];
        assert_eq!(session.start_time, Some(start), "{written}");
        let zone = if written.ends_with("-0500") { "Etc/GMT+5" } else { "Etc/GMT+4" };
        assert_eq!(session.time_zone, zone, "{written}");
        assert_eq!(session.title.as_ref().unwrap().translations["en"].text, one["title"].as_str().unwrap());
    }
    let offered = programmes(&coordinator, IMPORTED).await;
    assert_eq!(offered.len(), 302);
    for programme in &offered {
        let fields: Vec<&str> = programme.gaps.iter().map(|gap| gap.field.as_str()).collect();
        assert!(fields.contains(&"outcomes") && fields.contains(&"capacity_level"), "{fields:?}");
    }
    let summary = pb::SummarizeTrainingRequest::default();
    let summary = done(coordinator.programmes().summarize_training(summary).await);
    assert_eq!((summary.programmes_with_gaps, summary.sessions_with_gaps), (302, 302));

    let courses = catalogue(&network.anonymous(), true).await;
    let names: BTreeSet<&str> = courses
        .iter()
        .flat_map(|course| course["hasCourseInstance"].as_array().unwrap())
        .map(|instance| instance["identifier"].as_str().unwrap())
        .collect();
    assert_eq!(names, held.iter().map(|one| one.name.as_str()).collect());
    let told = |key: &str| {
        let instances = courses.iter().map(|course| &course["hasCourseInstance"][0]);
        instances.filter(|instance| !instance[key].is_null()).count()
    };
    assert_eq!(
        (told("courseMode"), told("startDate"), told("endDate"), told("maximumVirtualAttendeeCapacity")),
        (112, 302, 301, 0),
        "what nobody said is left out"
    );
    let now = catalogue(&network.anonymous(), false).await;
    assert!(now.iter().all(|course| course["hasCourseInstance"].is_null()), "they are over");

    let again = done(import(&coordinator.again().await, &file, ImportOptions::default()).await);
    let same = |count: &ImportCount| (count.created, count.updated, count.refused) == (0, 0, 0);
    assert!(again.counts.iter().all(same), "{again:?}");
    assert_eq!(again.changes, []);
    let coordinator = coordinator.again().await;
    assert_eq!(sessions(&coordinator, IMPORTED).await, held, "byte for byte the same");
    assert_eq!(programmes(&coordinator, IMPORTED).await, offered, "byte for byte the same");
}

fn record(id: &str, start: &str, rest: &str) -> String {
    format!(
        r#"{{"id": "{id}", "title": "Session {id}", "summary": "Write clearly.", "organiser": "Organiser of {id}",
        "host": "Host of {id}", "start": "{start} 14:00:00 +0100", "end": "{start} 15:00:00 +0100", "language": "en",
        "registration_url": "https://{id}.example.org"{rest}}}"#
    )
}

async fn found(by: &Caller, id: &str) -> (pb::Programme, pb::Session) {
    let filter = format!("external_reference = \"{id}\"");
    (programmes(by, &filter).await.remove(0), sessions(by, &filter).await.remove(0))
}

/// What people wrote stays, what the file changes comes, and what is settled is left alone.
async fn bey_8_a_changed_file_changes_only_what_it_says_anew(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let (one, two) = (sample::word(), sample::word());
    let file = format!("[{},\n{}]", record(&one, "2022-03-08", ""), record(&two, "2022-03-09", ""));
    let report = done(import(&coordinator, &file, ImportOptions::default()).await);
    assert_eq!((of(&report, "session").created, report.problems.len()), (2, 0), "{report:?}");
    let coordinator = coordinator.again().await;
    let (programme, held) = found(&coordinator, &one).await;
    let website = pb::Session { website: "https://ours.example.org".to_owned(), ..held.clone() };
    done(session::change(&coordinator, website, "website").await);
    let longer = pb::Programme { workload_hours: 3, ..programme.clone() };
    done(programme::change(&coordinator, longer, &["workload_hours"]).await);

    let anew = file
        .replace(&format!("https://{one}.example.org"), &format!("https://other-{one}.example.org"))
        .replacen("Write clearly.", "Write well.", 1)
        .replacen("15:00:00", "16:00:00", 1);
    let rehearsed = ImportOptions { validate_only: true, ..Default::default() };
    let would = done(import(&coordinator, &anew, rehearsed).await);
    let report = done(import(&coordinator, &anew, ImportOptions::default()).await);
    assert_eq!((counted(&would), &would.changes), (counted(&report), &report.changes), "it was foretold");
    let changes: Vec<_> =
        report.changes.iter().map(|one| (one.label.as_str(), one.location.as_str())).collect();
    assert_eq!(changes, [("Description", "0/summary"), ("Meetings", "0/start")], "{report:?}");
    assert!(report.changes[1].after.ends_with("T16:00:00+01:00"), "{:?}", report.changes[1]);
    let (programme, held) = found(&coordinator, &one).await;
    assert_eq!(programme.description.unwrap().translations["en"].text, "Write well.");
    assert_eq!(programme.workload_hours, 3, "people's own words stay");
    assert_eq!(held.website, "https://ours.example.org", "people's own words stay");
    assert_eq!(held.end_time.unwrap().seconds - held.start_time.unwrap().seconds, 7200);

    let (_, other) = found(&coordinator, &two).await;
    assert_eq!(other.state(), State::Completed);
    let settled = anew.replace(&format!("https://{two}."), &format!("https://x.{two}."));
    let full = filled(network, &other).await;
    done(change(&coordinator, full).await);
    done(session::close(&coordinator, &other.name).await);
    let report = done(import(&coordinator.again().await, &settled, ImportOptions::default()).await);
    let told: Vec<_> = report.problems.iter().map(|one| (one.code.as_str(), one.record.as_str())).collect();
    assert_eq!((told.as_slice(), report.changes.len()), (&[("SETTLED", two.as_str())][..], 0));
}

async fn change(by: &Caller, session: pb::Session) -> Result<Response<pb::Session>, Status> {
    let paths = ["mode", "meetings", "trainers", "capacity", "enrolment_period", "offline_enrolment_contact"];
    let request = pb::UpdateSessionRequest {
        session: Some(pb::Session { etag: String::new(), ..session }),
        update_mask: Some(prost_types::FieldMask { paths: paths.map(str::to_owned).to_vec() }),
        ..Default::default()
    };
    by.sessions().update_session(request).await
}

/// A session with what it lacked.
async fn filled(network: &'static Network, session: &pb::Session) -> pb::Session {
    let partner = network.active_partner().await.name;
    let (trainer, _) = trainer::approved(network, &partner).await;
    pb::Session {
        mode: Mode::Online.into(),
        trainers: vec![trainer.name],
        capacity: Some(pb::SessionCapacity { onsite: 0, online: 30 }),
        enrolment_period: days(-30, -20),
        offline_enrolment_contact: "By telephone, in the morning".to_owned(),
        ..session.clone()
    }
}

/// Nobody of the organiser is here: coordinators fill what lacks; others do not, and no transition is made before.
async fn bey_8_gaps_are_filled_by_a_coordinator_before_the_next_transition(network: &'static Network) {
    let coordinator = network.coordinator().await.again().await;
    let (past, future) = (sample::word(), sample::word());
    let file = format!("[{},\n{}]", record(&past, "2022-03-08", ""), record(&future, "2999-03-08", ""));
    done(import(&coordinator, &file, ImportOptions::default()).await);
    let coordinator = coordinator.again().await;
    let (offered, held) = found(&coordinator, &past).await;
    let (_, ahead) = found(&coordinator, &future).await;
    assert_eq!(ahead.state(), State::Planned, "nobody enrols in it here before it is opened");
    let lacks: Vec<&str> = held.gaps.iter().map(|gap| gap.field.as_str()).collect();
    assert_eq!(lacks, ["mode", "trainers", "capacity", "enrolment_period", "offline_enrolment_contact"]);
    let refused = expect(Code::FailedPrecondition, "BEY_8", session::close(&coordinator, &held.name).await);
    assert!(refused.message.contains("offline_enrolment_contact"), "{}", refused.message);
    let retired = pb::RetireProgrammeRequest {
        name: offered.name.clone(),
        reason: "It is over.".to_owned(),
        ..Default::default()
    };
    let retire = async |by: &Caller| by.programmes().retire_programme(retired.clone()).await;
    expect(Code::FailedPrecondition, "TRN_1", retire(&coordinator).await);

    let full = filled(network, &held).await;
    let outside = network.partner_admin(&network.active_partner().await.name).await;
    expect(Code::PermissionDenied, "PERMISSION_DENIED", change(&outside, full.clone()).await);
    let whole = done(change(&coordinator, full).await);
    assert_eq!((whole.gaps.len(), whole.state()), (0, State::Completed));
    let closed = done(session::close(&coordinator, &held.name).await);
    assert_eq!(closed.state(), State::Closed);
    assert!(closed.programme_revision.ends_with("/programmeRevisions/r1"), "{}", closed.programme_revision);

    let wholly = pb::Programme { name: offered.name.clone(), ..programme::draft(&offered.providers[0]) };
    let paths = [
        "outcomes",
        "learning_opportunity_type",
        "capacity_level",
        "workload_hours",
        "completion_rule",
        "recommendations",
    ];
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        programme::change(&outside, wholly.clone(), &paths).await,
    );
    let unadopted =
        pb::Programme { recommendations: vec!["recommendations/none".to_owned()], ..wholly.clone() };
    let unadopted = programme::change(&coordinator, unadopted, &["recommendations"]).await;
    expect(Code::FailedPrecondition, "RECOMMENDATION_ADOPTED", unadopted);
    let stranger = pb::Programme { providers: vec!["partners/nobody".to_owned()], ..wholly.clone() };
    let stranger = programme::change(&coordinator, stranger, &["providers"]).await;
    expect(Code::FailedPrecondition, "PARTNER_ACTIVE", stranger);
    let whole = done(programme::change(&coordinator, wholly, &paths).await);
    assert_eq!((whole.gaps.len(), whole.published_revision.ends_with("/r2")), (0, true));
    done(retire(&coordinator).await);

    // One that is ahead is opened by whoever holds it, once nothing is lacking.
    expect(Code::PermissionDenied, "PERMISSION_DENIED", session::open(&coordinator, &ahead.name).await);
    let (offered, _) = found(&coordinator, &future).await;
    let partner = network.active_partner().await.name;
    let handed = pb::Programme { providers: vec![partner.clone()], ..offered };
    done(programme::change(&coordinator, handed, &["providers"]).await);
    let admin = network.partner_admin(&partner).await;
    expect(Code::FailedPrecondition, "BEY_8", session::open(&admin, &ahead.name).await);
}

/// Every kind of defect is told by its record and field, in both languages, and nothing is half written.
async fn bey_8_each_defect_is_named_and_nothing_is_half_written(network: &'static Network) {
    use Severity::{Advice, Blocks, Doubtful};
    let coordinator = network.coordinator().await.again().await;
    let good = sample::word();
    let defects = [
        (r#""title": """#, Blocks, "FIELD_MISSING", "title"),
        (r#""organiser": null, "host": null"#, Blocks, "ORGANISER_MISSING", "organiser"),
        (r#""start": "2022-03-08 14:00:00""#, Blocks, "TIME_WITHOUT_OFFSET", "start"),
        (r#""start": "8 March""#, Blocks, "TIME_INVALID", "start"),
        (r#""end": "2022-03-08 15:00:00""#, Doubtful, "TIME_WITHOUT_OFFSET", "end"),
        (r#""end": "2022-03-08 13:00:00 +0100""#, Doubtful, "END_BEFORE_START", "end"),
        (r#""end": "2022-03-08 14:10:00 +0100""#, Doubtful, "MEETING_SHORT", "end"),
        (r#""start": "2022-03-08 14:00:00 +0530""#, Doubtful, "OFFSET_UNKNOWN", "start"),
        (r#""platform": "pigeon""#, Doubtful, "PLATFORM_UNKNOWN", "platform"),
        (r#""registration_url": "http://a""#, Doubtful, "LINK_INVALID", "registration_url"),
        (r#""youtube_id": "a b""#, Doubtful, "RECORDING_UNKNOWN", "youtube_id"),
        (r#""language": "English, of course""#, Doubtful, "LANGUAGE_INVALID", "language"),
        (r#""topics": "design""#, Doubtful, "LIST_INVALID", "topics"),
        (r#""host": "A fund, and a city""#, Advice, "HOST_SEVERAL", "host"),
    ];
    let ids: Vec<String> = defects.iter().map(|_| sample::word()).collect();
    let bad = defects.iter().zip(&ids).map(|((rest, ..), id)| record(id, "2022-03-08", &format!(", {rest}")));
    let twice = record(&good, "2022-03-08", "");
    let records: Vec<String> = [twice.clone()].into_iter().chain(bad).chain([twice]).collect();
    let file = format!("[{}]", records.join(",\n"));
    let report = done(import(&coordinator, &file, ImportOptions::default()).await);
    assert!(
        !report.committed
            && sessions(&coordinator, &format!("external_reference = \"{good}\"")).await.is_empty()
    );
    let mut expected: Vec<(Severity, String, String, String)> = defects
        .iter()
        .zip(&ids)
        .enumerate()
        .map(|(at, ((_, severity, code, field), id))| {
            (*severity, (*code).to_owned(), format!("{}/{field}", at + 1), id.clone())
        })
        .collect();
    let last = (Blocks, "DUPLICATE_IDENTIFIER".to_owned(), format!("{}/id", defects.len() + 1), good.clone());
    expected.push(last);
    let told = |report: &ImportReport| {
        let told = |one: &proto::common::ImportProblem| {
            (one.severity(), one.code.clone(), one.location.clone(), one.record.clone())
        };
        let mut all: Vec<_> = report.problems.iter().map(told).collect();
        all.sort();
        all
    };
    expected.sort();
    assert_eq!(told(&report), expected);
    let french = done(import(&coordinator.speaking("fr"), &file, ImportOptions::default()).await);
    assert_eq!(told(&french), expected);
    let messages = french.problems.iter().zip(&report.problems);
    assert!(messages.clone().all(|(fr, en)| fr.message != en.message && !fr.message.is_empty()));

    let partial = ImportOptions { partial: true, ..Default::default() };
    let report = done(import(&coordinator, &file, partial).await);
    assert!(report.committed);
    let blocked = defects.iter().filter(|(_, severity, ..)| *severity == Blocks).count();
    let (created, refused) = (1 + defects.len() - blocked, blocked + 1);
    for noun in ["programme", "session"] {
        let count = of(&report, noun);
        assert_eq!((count.created, count.refused), (created as i32, refused as i32));
    }
    let member = network.outsider().await;
    expect(
        Code::PermissionDenied,
        "PERMISSION_DENIED",
        import(&member, &file, ImportOptions::default()).await,
    );
}

told_everywhere!(
    bey_8_a_changed_file_changes_only_what_it_says_anew,
    bey_8_gaps_are_filled_by_a_coordinator_before_the_next_transition,
    bey_8_each_defect_is_named_and_nothing_is_half_written,
);
told_alone!(bey_8_real_sessions_import_whole_and_twice_is_once);
