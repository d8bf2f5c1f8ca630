//! The partnerships that activities of a file are also (BEY-8), handed to partners, who know partnerships; and which project
//! each of them carries.

use std::collections::HashMap;

use chassis::error::{Error, Result};
use chassis::{Call, Context, peer};
use prost::Message as _;
use proto::common::{ImportChange, ImportCount, ImportProblem};
use proto::partners::partnership_import_service_client::PartnershipImportServiceClient;
use proto::partners::{ImportPartnershipsRequest, OrganisationAsFound, PartnershipAsFound};

use super::as_found::Found;
use super::as_found::partnership::Parent;
use ::peers::organisations::part_id;

/// Partnerships of one request, at most: each has texts in several languages, and many members.
const CHUNK: usize = 20;

/// What became of the partnerships of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Carried {
    /// The partnership of each activity that is one; empty where it would be new.
    pub(crate) names: HashMap<String, String>,
    pub(crate) counts: Vec<ImportCount>,
    pub(crate) problems: Vec<ImportProblem>,
    pub(crate) changes: Vec<ImportChange>,
}

impl Carried {
    /// The partnership that carries an activity: the one that it is, or is part of.
    pub(crate) fn of(&self, found: &Found) -> &str {
        let name = self.names.get(&found.identifier).or_else(|| self.names.get(&found.parent));
        name.map_or("", String::as_str)
    }
}

/// Hands over the partnerships that activities are.
pub(crate) async fn hand_over(
    context: &Context,
    call: &Call,
    found: Vec<Parent>,
    organisations: &HashMap<String, OrganisationAsFound>,
    partners: &HashMap<String, String>,
) -> Result<Carried> {
    let mut carried = Carried::default();
    let known = |key: &str| partners.get(key).map(String::as_str).unwrap_or_default();
    for some in found.chunks(CHUNK) {
        let mut request =
            ImportPartnershipsRequest { validate_only: call.validate_only, ..Default::default() };
        let mut identifiers = Vec::new();
        for parent in some {
            // A partner that would be new has no name in a rehearsal: its organisation stands for it.
            let mut places: HashMap<String, usize> = HashMap::new();
            for key in parent.keys().filter(|key| known(key).is_empty()) {
                if let Some(organisation) = organisations.get(key).filter(|_| call.validate_only) {
                    let place = request.organisations.iter().position(|other| other == organisation);
                    let place = place.unwrap_or_else(|| {
                        request.organisations.push(organisation.clone());
                        request.organisations.len() - 1
                    });
                    places.insert(key.to_owned(), place);
                }
            }
            let name = |key: &str| match places.get(key) {
                Some(place) => format!("organisations/{place}"),
                None => known(key).to_owned(),
            };
            if let Some(draft) = parent.draft(&name) {
                identifiers.push(parent.identifier.clone());
                request.partnerships.push(draft);
            }
        }
        if !request.partnerships.is_empty() {
            carried.send(context, call, request, identifiers).await?;
        }
    }
    Ok(carried)
}

impl Carried {
    async fn send(
        &mut self,
        context: &Context,
        call: &Call,
        mut request: ImportPartnershipsRequest,
        identifiers: Vec<String>,
    ) -> Result<()> {
        request.request_id = part_id(
            &call.request_id,
            request.partnerships.iter().map(PartnershipAsFound::encode_length_delimited_to_vec),
        );
        let client = PartnershipImportServiceClient::new(context.channel_to("partners")?);
        let mut client = client.max_decoding_message_size(16 * 1024 * 1024);
        let answer =
            peer::answer(client.import_partnerships(peer::on_behalf_of(&call.caller, request)).await)?;
        if answer.results.len() != identifiers.len() {
            return Err(Error::internal("partners answered for other partnerships than were handed over"));
        }
        let results = answer.results.into_iter().map(|result| result.partnership);
        self.names.extend(identifiers.into_iter().zip(results));
        for count in
            answer.counts.into_iter().filter(|count| count.noun != "partner" && count.noun != "commitment")
        {
            match self.counts.iter_mut().find(|known| known.noun == count.noun) {
                None => self.counts.push(count),
                Some(known) => {
                    known.created += count.created;
                    known.updated += count.updated;
                    known.unchanged += count.unchanged;
                    known.refused += count.refused;
                }
            }
        }
        self.problems.extend(answer.problems);
        self.changes.extend(answer.changes);
        Ok(())
    }
}
