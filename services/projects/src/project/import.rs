//! Taking a file of activities over as found (BEY-8): looked at once whole, then written in one transaction, or not at all.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use aws_lc_rs::digest::{Context as Digest, SHA256};
use chassis::auth::Caller;
use chassis::database::{Database, Outcome};
use chassis::error::{Error, Result};
use chassis::say::Language;
use chassis::upload::Upload;
use chassis::wire::Conversation;
use chassis::{Call, Context, idempotency};
use futures::FutureExt as _;
use prost::Message as _;
use proto::common::{ImportCount, ImportReport, ImportRequest, PossibleDuplicate};
use proto::partners::imported_partner::Outcome as Became;
use proto::partners::{ImportPartnersRequest, OrganisationAsFound};
use tonic::Streaming;

use super::as_found::partnership::Parent;
use super::parents;
use super::peers::Partners;
use super::reading;
use super::take_over::TakeOver;

/// Organisations of one request, at most, and the bytes they take.
const CHUNK: usize = 1000;
const CHUNK_BYTES: usize = 2 * 1024 * 1024;

/// Imports a file of activities.
pub(crate) async fn file(
    context: &Context,
    partners: &Partners,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
) -> Result<ImportReport> {
    let upload = Arc::new(Upload::receive(pieces).await?);
    let call = Call::of_upload(caller, &upload, &context.clock)?;
    if let Some(before) = done_before(&context.database, &call).await? {
        return Ok(before);
    }
    let source = Arc::clone(&upload);
    let now = call.now;
    let survey = tokio::task::spawn_blocking(move || reading::survey(&source, now))
        .await
        .map_err(Error::internal)??;
    // What blocks a record blocks the file, unless the caller takes what is sound; either way the report is whole.
    let rehearse = call.validate_only || (survey.problems.blocked() && !upload.options.partial);
    let call = Call { validate_only: rehearse, ..call };
    let organisations: HashMap<String, OrganisationAsFound> = {
        let keys: BTreeSet<&str> = survey.partnerships.iter().flat_map(Parent::keys).collect();
        let named = survey.organisations.iter().filter(|(key, _)| keys.contains(key.as_str()));
        named.cloned().collect()
    };
    let handed = hand_over(partners, &call, survey.organisations).await?;
    let carried =
        parents::hand_over(context, &call, survey.partnerships, &organisations, &handed.names).await?;
    let french = Conversation::current().language == Language::Fr;
    let report = ImportReport {
        counts: vec![handed.count],
        possible_duplicates: handed.possible_duplicates,
        committed: !rehearse,
        ..survey.problems.report(&upload.options.file_name, french)
    };
    let work = Arc::new(TakeOver {
        upload,
        call,
        partners: handed.names,
        carried,
        refused: survey.refused,
        repeated: survey.repeated,
        report,
        french,
    });
    match rehearse {
        true => work.rehearse(&context.database).await,
        false => commit(&context.database, work).await,
    }
}

/// What the same request reported before.
async fn done_before(database: &Database, call: &Call) -> Result<Option<ImportReport>> {
    if call.request_id.is_empty() || call.validate_only {
        return Ok(None);
    }
    let call = call.clone();
    let look = database.write("projects", move |unit| {
        let call = call.clone();
        async move { remembered(unit.txn, &call).await.map(Outcome::Discard) }.boxed()
    });
    look.await
}

async fn remembered(txn: &sea_orm::DatabaseTransaction, call: &Call) -> Result<Option<ImportReport>> {
    let before = idempotency::find(txn, "projects", call).await?;
    before.map(|before| ImportReport::decode(before.response.as_slice()).map_err(Error::internal)).transpose()
}

/// Writes everything in one transaction, once per request id.
async fn commit(database: &Database, work: Arc<TakeOver>) -> Result<ImportReport> {
    let call = work.call.clone();
    let written = idempotency::once(database, "projects", call, move |unit, _| {
        let work = Arc::clone(&work);
        async move { work.run(unit).await.map(Outcome::Keep) }.boxed()
    });
    written.await
}

/// What became of the organisations.
struct Handed {
    /// The partner of each organisation, by its key; empty when it would be new.
    names: HashMap<String, String>,
    count: ImportCount,
    possible_duplicates: Vec<PossibleDuplicate>,
}

/// Hands the organisations to partners, a chunk at a time.
async fn hand_over(
    partners: &Partners,
    call: &Call,
    found: Vec<(String, OrganisationAsFound)>,
) -> Result<Handed> {
    let mut names = HashMap::with_capacity(found.len());
    let mut became: BTreeMap<String, Became> = BTreeMap::new();
    let (mut new, mut refused) = (0, 0);
    let mut possible_duplicates = Vec::new();
    for (keys, organisations) in chunks(found) {
        let request = ImportPartnersRequest {
            request_id: part_id(
                &call.request_id,
                organisations.iter().map(OrganisationAsFound::encode_length_delimited_to_vec),
            ),
            validate_only: call.validate_only,
            organisations,
        };
        let answer = partners.import(&call.caller, request).await?;
        possible_duplicates.extend(answer.possible_duplicates);
        if answer.results.len() != keys.len() {
            return Err(Error::internal("partners answered for other organisations than were handed over"));
        }
        for (key, result) in keys.into_iter().zip(answer.results) {
            match (result.outcome(), result.partner.is_empty()) {
                (Became::Refused, _) => refused += 1,
                (Became::Created, true) => new += 1,
                // Several spellings may be one partner: it counts once, as the most that became of it.
                (outcome, _) => {
                    let known = became.entry(result.partner.clone()).or_insert(outcome);
                    *known = (*known).min(outcome);
                }
            }
            names.insert(key, result.partner);
        }
    }
    let of = |outcome: Became| count(became.values().filter(|became| **became == outcome).count());
    let count = ImportCount {
        noun: "partner".to_owned(),
        created: of(Became::Created) + new,
        updated: of(Became::Updated),
        unchanged: of(Became::Unchanged),
        refused,
    };
    Ok(Handed { names, count, possible_duplicates })
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

type Chunk = (Vec<String>, Vec<OrganisationAsFound>);

/// As many organisations at once as partners take, and as a message carries.
fn chunks(found: Vec<(String, OrganisationAsFound)>) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut bytes = 0;
    for (key, organisation) in found {
        bytes += organisation.encoded_len();
        match chunks.last_mut().filter(|(keys, _)| keys.len() < CHUNK && bytes <= CHUNK_BYTES) {
            Some((keys, organisations)) => {
                keys.push(key);
                organisations.push(organisation);
            }
            None => {
                bytes = organisation.encoded_len();
                chunks.push((vec![key], vec![organisation]));
            }
        }
    }
    chunks
}

/// The request id of a part of a request: the same part of the same request has the same one.
pub(super) fn part_id(request_id: &str, parts: impl Iterator<Item = Vec<u8>>) -> String {
    if request_id.is_empty() {
        return String::new();
    }
    let mut digest = Digest::new(&SHA256);
    digest.update(request_id.as_bytes());
    for part in parts {
        digest.update(&part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finish().as_ref()[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisations(names: std::ops::Range<usize>, length: usize) -> Vec<(String, OrganisationAsFound)> {
        let one = |number: usize| OrganisationAsFound {
            r#ref: format!("{number:0>length$}"),
            ..Default::default()
        };
        names.map(|number| (number.to_string(), one(number))).collect()
    }

    #[test]
    fn chunks_are_of_a_thousand_and_of_two_mebibytes_at_most() {
        let lengths = |chunks: Vec<Chunk>| chunks.iter().map(|(keys, _)| keys.len()).collect::<Vec<_>>();
        assert_eq!(lengths(chunks(organisations(0..2500, 6))), [1000, 1000, 500]);
        let large = chunks(organisations(0..100, 60_000));
        assert!(large.iter().all(|(_, chunk)| chunk.iter().map(prost::Message::encoded_len).sum::<usize>() <= CHUNK_BYTES));
        assert_eq!(large.iter().map(|(keys, _)| keys.len()).sum::<usize>(), 100);
        assert!(chunks(Vec::new()).is_empty());
    }

    #[test]
    fn a_part_of_a_request_has_an_id_of_its_own_each_time_the_same() {
        let of = |request: &str, names| {
            part_id(
                request,
                organisations(names, 6).into_iter().map(|(_, one)| one.encode_length_delimited_to_vec()),
            )
        };
        let id = of("one", 0..10);
        assert_eq!(uuid::Uuid::parse_str(&id).unwrap().get_version_num(), 4);
        assert_eq!(id, of("one", 0..10));
        assert_ne!(id, of("one", 10..20));
        assert_ne!(id, of("two", 0..10));
        assert_eq!(of("", 0..10), "");
    }
}
