//! Organisations that a file names, handed over to partners as found (BEY-8).

use std::collections::{BTreeMap, HashMap};

use aws_lc_rs::digest::{Context as Digest, SHA256};
use chassis::error::{Error, Result};
use chassis::{Call, peer};
use prost::Message as _;
use proto::common::{ImportCount, PossibleDuplicate};
use proto::partners::imported_partner::Outcome as Became;
use proto::partners::partner_service_client::PartnerServiceClient;
use proto::partners::{ImportPartnersRequest, OrganisationAsFound};
use tonic::transport::Channel;

/// Organisations of one request, at most, and the bytes they take.
const CHUNK: usize = 1000;
const CHUNK_BYTES: usize = 2 * 1024 * 1024;

/// What became of the organisations.
#[derive(Debug)]
pub struct Handed {
    /// The partner of each organisation, by its key; empty when it would be new.
    pub names: HashMap<String, String>,
    /// What they came to, as a line of a report.
    pub count: ImportCount,
    /// New partners that may be the same as another.
    pub possible_duplicates: Vec<PossibleDuplicate>,
}

/// Hands the organisations to partners, each with its key, a chunk at a time.
///
/// # Errors
/// What partners refuse; `UNAVAILABLE` when they cannot be asked.
pub async fn hand_over(
    partners: &PartnerServiceClient<Channel>,
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
        let asked = peer::on_behalf_of(&call.caller, request);
        // An answer to a chunk is larger than what tonic expects by default.
        let mut client = partners.clone().max_decoding_message_size(16 * 1024 * 1024);
        let answer = peer::answer(client.import_partners(asked).await)?;
        possible_duplicates.extend(answer.possible_duplicates);
        if answer.results.len() != keys.len() {
            return Err(Error::internal("partners answered for other organisations than were handed over"));
        }
        for (key, result) in keys.into_iter().zip(answer.results) {
            match (result.outcome(), result.partner.is_empty()) {
                (Became::Refused, _) => refused += 1,
                (Became::Created, true) => new += 1,
                // Another spelling of one that would be new.
                (_, true) => {}
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
pub fn part_id(request_id: &str, parts: impl Iterator<Item = Vec<u8>>) -> String {
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
