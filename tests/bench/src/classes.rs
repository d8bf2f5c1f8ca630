//! People enrolled at once, beside the same transaction in SQL; and certificates issued and verified, beside Ed25519 alone.

use std::time::Instant;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use futures::{StreamExt as _, TryStreamExt as _};
use proto::Date;
use proto::common::alignment::Framework;
use proto::common::{Alignment, DateRange};
use proto::training as pb;

use crate::network::{Network, text};
use crate::place::{Place, Raw};
use crate::{Result, Store, report};

/// People, all of whom find a seat.
const PEOPLE: usize = 4096;
/// Callers at once; as many writes share a commit, as in Ensemble.
const AT_ONCE: usize = 64;
/// Bytes of a certificate, about.
const LETTER: usize = 2048;

/// Measures a store; nothing where it is not there.
pub(crate) async fn run(store: Store) -> Result<Option<Vec<(String, String)>>> {
    let Some(place) = Place::new(store)? else { return Ok(None) };
    let mut server = place.serve(&["--public-url", "https://bench.invalid"])?;
    server.serving().await?;
    server.activate().await?;
    let network = Network::make(&server).await?;
    let session = session(&network).await?;
    let people = participants(&network).await?;
    let raw = place.raw().await?;
    raw.execute("ANALYZE").await?;

    let began = Instant::now();
    let seats = futures::stream::iter(&people).map(|person| enrol(&network, &session, person));
    let seats: Vec<String> = seats.buffer_unordered(AT_ONCE).try_collect().await?;
    let ours = per_second(PEOPLE, began);
    let began = Instant::now();
    for (number, some) in seats.chunks(AT_ONCE).enumerate() {
        by_hand(&raw, number, some).await?;
    }
    let by_hand = per_second(PEOPLE, began);

    // What the clock and a trainer would have done in weeks.
    raw.execute("UPDATE training_session SET state = 4, start_time = 1, end_time = 2").await?;
    raw.execute(&format!("UPDATE enrolment SET state = 7 WHERE session = '{session}'")).await?;
    let began = Instant::now();
    let issued = futures::stream::iter(&seats).map(|seat| issue(&network, seat));
    let issued: Vec<String> = issued.buffer_unordered(AT_ONCE).try_collect().await?;
    let issuing = per_second(PEOPLE, began);
    let signed = signed(&network, &issued[0]).await?;
    let began = Instant::now();
    let verified = (0..PEOPLE).map(|_| verify(&network, &signed));
    futures::stream::iter(verified).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    let verifying = per_second(PEOPLE, began);
    let (sign, check) = ed25519()?;
    let told = [
        (
            format!("people enrolled in a second, {AT_ONCE} at once"),
            format!("{ours:.0}, the same rows by SQL {by_hand:.0} (**{:.2} ×**)", ours / by_hand),
        ),
        (
            format!("certificates issued in a second, {AT_ONCE} at once"),
            format!("{issuing:.0}, Ed25519 alone signs {sign:.0} (**{:.4} ×**)", issuing / sign),
        ),
        (
            format!("certificates verified in a second, {AT_ONCE} at once"),
            format!("{verifying:.0}, Ed25519 alone verifies {check:.0} (**{:.4} ×**)", verifying / check),
        ),
    ];
    Ok(Some(report::of(store, told.to_vec())))
}

fn per_second(count: usize, began: Instant) -> f64 {
    count as f64 / began.elapsed().as_secs_f64()
}

/// How often Ed25519 alone signs and verifies a certificate's length in a second, on one core.
fn ed25519() -> Result<(f64, f64)> {
    let pair = Ed25519KeyPair::generate().map_err(|_| "no key")?;
    let (letter, public) =
        (vec![7; LETTER], UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref().to_vec()));
    let began = Instant::now();
    let signatures: Vec<_> = (0..PEOPLE).map(|_| pair.sign(&letter)).collect();
    let sign = per_second(PEOPLE, began);
    let began = Instant::now();
    for signature in &signatures {
        public.verify(&letter, signature.as_ref()).map_err(|_| "a signature of ours is none")?;
    }
    Ok((sign, per_second(PEOPLE, began)))
}

fn day(year: i32) -> Option<Date> {
    Some(Date { year, month: 1, day: 1 })
}

/// An open session of a programme with certificates, with a seat for everyone.
async fn session(network: &Network) -> Result<String> {
    let alignment = Alignment {
        framework: Framework::Digcomp.into(),
        framework_version: "3.0".to_owned(),
        target_code: "1.2".to_owned(),
        ..Default::default()
    };
    let programme = pb::Programme {
        title: Some(text("First steps")),
        description: Some(text("Six evenings.")),
        providers: vec![network.partner.clone()],
        learning_opportunity_type: "WORKSHOP".to_owned(),
        capacity_level: pb::CapacityLevel::Individual.into(),
        audience: vec!["SENIORS".to_owned()],
        outcomes: vec![pb::LearningOutcome {
            text: Some(text("Tell a false site")),
            alignment: Some(alignment.clone()),
            level: 3,
        }],
        workload_hours: 12,
        languages: vec!["en".to_owned()],
        completion_rule: Some(pb::CompletionRule::default()),
        recommendations: vec!["recommendations/idt-8".to_owned()],
        certificate: Some(pb::CertificateRule { enabled: true, validity_months: 0 }),
        ..Default::default()
    };
    let request = pb::CreateProgrammeRequest { programme: Some(programme), ..Default::default() };
    let programme = network.admin.programmes().create_programme(request).await?.into_inner().name;
    let request = pb::PublishProgrammeRequest { name: programme.clone(), ..Default::default() };
    network.admin.programmes().publish_programme(request).await?;
    let me = proto::identity::GetCurrentPrincipalRequest {};
    let user = network.admin.tokens().get_current_principal(me).await?.into_inner().subject;
    let trainer = pb::Trainer {
        user,
        partner: network.partner.clone(),
        competences: vec![alignment],
        languages: vec!["en".to_owned()],
        bio: Some(text("Ten years of workshops.")),
        available: true,
        ..Default::default()
    };
    let request = pb::CreateTrainerRequest { trainer: Some(trainer), ..Default::default() };
    let trainer = network.admin.trainers().create_trainer(request).await?.into_inner().name;
    let request = pb::ApproveTrainerRequest { name: trainer.clone(), ..Default::default() };
    network.coordinator.trainers().approve_trainer(request).await?;
    let later = |hours: i64| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(now.as_secs()).unwrap_or_default() + (240 + hours) * 3600;
        Some(prost_types::Timestamp { seconds, nanos: 0 })
    };
    let meeting = pb::SessionMeeting { start_time: later(0), end_time: later(2), ..Default::default() };
    let session = pb::Session {
        mode: pb::Mode::Onsite.into(),
        meetings: vec![meeting],
        time_zone: "Europe/Paris".to_owned(),
        language_code: "en".to_owned(),
        trainers: vec![trainer],
        capacity: Some(pb::SessionCapacity { onsite: 100_000, online: 0 }),
        enrolment_period: Some(DateRange { start_date: day(2020), end_date: day(2190) }),
        offline_enrolment_contact: "At the counter".to_owned(),
        ..Default::default()
    };
    let request =
        pb::CreateSessionRequest { parent: programme, session: Some(session), ..Default::default() };
    let session = network.admin.sessions().create_session(request).await?.into_inner().name;
    let request = pb::OpenSessionRequest { name: session.clone(), ..Default::default() };
    network.admin.sessions().open_session(request).await?;
    Ok(session)
}

/// People without an account, by name.
async fn participants(network: &Network) -> Result<Vec<String>> {
    let person = |number: usize| async move {
        let participant = pb::Participant {
            partner: network.partner.clone(),
            given_name: "Awa".to_owned(),
            family_name: format!("Number {number}"),
            language_code: "en".to_owned(),
            information_notice_time: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 }),
            ..Default::default()
        };
        let request = pb::CreateParticipantRequest { participant: Some(participant), ..Default::default() };
        Result::Ok(network.admin.participants().create_participant(request).await?.into_inner().name)
    };
    futures::stream::iter(0..PEOPLE).map(person).buffer_unordered(AT_ONCE).try_collect().await
}

async fn enrol(network: &Network, session: &str, person: &str) -> Result<String> {
    let enrolment =
        pb::Enrolment { participant: person.to_owned(), mode: pb::Mode::Onsite.into(), ..Default::default() };
    let request = pb::EnrolParticipantRequest {
        parent: session.to_owned(),
        enrolment: Some(enrolment),
        ..Default::default()
    };
    Ok(network.admin.enrolments().enrol_participant(request).await?.into_inner().name)
}

async fn issue(network: &Network, seat: &str) -> Result<String> {
    let request = pb::IssueCertificateRequest { enrolment: seat.to_owned(), ..Default::default() };
    Ok(network.admin.certificates().issue_certificate(request).await?.into_inner().name)
}

async fn signed(network: &Network, name: &str) -> Result<String> {
    let request = pb::GetCertificateRequest { name: name.to_owned() };
    Ok(network.admin.certificates().get_certificate(request).await?.into_inner().compact_jws)
}

async fn verify(network: &Network, signed: &str) -> Result<()> {
    let credential = pb::verify_certificate_request::Credential::CompactJws(signed.to_owned());
    let request = pb::VerifyCertificateRequest { credential: Some(credential) };
    let found = network.admin.certificates().verify_certificate(request).await?.into_inner();
    match found.verdict() {
        pb::verify_certificate_response::Verdict::Valid => Ok(()),
        other => Err(format!("a certificate of ours is {other:?}").into()),
    }
}

/// What enrolling wrote, written again in one transaction: the rows and their changes.
async fn by_hand(raw: &Raw, number: usize, seats: &[String]) -> Result<()> {
    let mut statements = Vec::with_capacity(2 * seats.len());
    for (at, seat) in seats.iter().enumerate() {
        let seq = 1_000_000_000 + number * AT_ONCE + at;
        statements.push(format!(
            "INSERT INTO enrolment (name, uid, revision, create_time, update_time, state, state_time, state_reason, session, \
             participant, mode, enrolled_by, special_needs, queue_number, enrol_time) SELECT 'raw-{seq}', uid, revision, \
             create_time, update_time, state, state_time, state_reason, 'raw', participant, mode, enrolled_by, special_needs, \
             queue_number, enrol_time FROM enrolment WHERE name = '{seat}'"
        ));
        statements.push(format!(
            "INSERT INTO change (service, seq, last, id, time, principal, method, resource, revision, from_state, to_state, \
             reason, request_id, type_name, data, owner, public) SELECT service, {seq}, last, 'raw-{seq}', time, principal, \
             method, resource, revision, from_state, to_state, reason, request_id, type_name, data, owner, public \
             FROM change WHERE resource = '{seat}'"
        ));
    }
    raw.together(&statements).await
}
