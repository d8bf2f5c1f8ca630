//! A call that changes something: who makes it, under which method, and how it is made safe to repeat.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use proto::Mutation;

use crate::auth::Caller;
use crate::clock::Clock;
use crate::column::Micros;
use crate::error::{Error, Result};
use crate::mask;
use crate::say;
use crate::wire::Conversation;

/// What a write must know of its call. Cheap to clone: a write may run more than once.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who calls.
    pub caller: Arc<Caller>,
    /// The method: `ensemble.partners.v1.PartnerService/ApprovePartner`.
    pub method: String,
    /// A UUID4, or empty (AIP-155).
    pub request_id: String,
    /// Of the whole request: the same id with another request is refused.
    pub hash: Vec<u8>,
    /// Check everything, write nothing (AIP-163).
    pub validate_only: bool,
    /// When not empty, must be current (AIP-154).
    pub etag: String,
    /// Why, for methods that ask for a reason.
    pub reason: String,
    /// When the call was received: what rules take as now.
    pub now: Micros,
}

impl Call {
    /// Reads a request that changes something, having looked at the sanity of all it carries.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming the field that no text, number or time can be.
    pub fn of<M: Mutation + prost::Name>(request: &tonic::Request<M>, clock: &Clock) -> Result<Self> {
        let message = request.get_ref();
        mask::sane(message)?;
        let reason = message.reason().trim().to_owned();
        if reason.chars().count() > 2000 {
            return Err(Error::invalid(
                "reason",
                say!("at most 2,000 characters", "2 000 caractères au plus"),
            ));
        }
        Ok(Self {
            caller: Caller::of(request),
            method: Conversation::current().method.to_owned(),
            request_id: checked_id(message.request_id())?,
            hash: digest(&SHA256, &message.encode_to_vec()).as_ref().to_vec(),
            validate_only: message.validate_only(),
            etag: message.etag().to_owned(),
            reason,
            now: clock.now(),
        })
    }

    /// A call that the service makes of its own accord: a sweep, a first start.
    pub fn own(service: &'static str, clock: &Clock) -> Self {
        Self {
            caller: Arc::new(Caller::service(service)),
            method: format!("{service}/own"),
            request_id: String::new(),
            hash: Vec::new(),
            validate_only: false,
            etag: String::new(),
            reason: String::new(),
            now: clock.now(),
        }
    }

    /// A call whose request comes in pieces: an import.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when the request id is no UUID4.
    pub fn of_upload(caller: Arc<Caller>, upload: &crate::upload::Upload, clock: &Clock) -> Result<Self> {
        Ok(Self {
            caller,
            method: Conversation::current().method.to_owned(),
            request_id: checked_id(&upload.options.request_id)?,
            hash: upload.hash.clone(),
            validate_only: upload.options.validate_only,
            etag: String::new(),
            reason: String::new(),
            now: clock.now(),
        })
    }

    /// The reason, which the method requires.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `reason`.
    pub fn reason_required(&self) -> Result<&str> {
        match self.reason.as_str() {
            "" => Err(Error::required("reason")),
            reason => Ok(reason),
        }
    }
}

fn checked_id(request_id: &str) -> Result<String> {
    let is_uuid4 = uuid::Uuid::try_parse(request_id).is_ok_and(|id| id.get_version_num() == 4);
    if !request_id.is_empty() && !is_uuid4 {
        return Err(Error::invalid("request_id", say!("expected a UUID4", "un UUID4 est attendu")));
    }
    Ok(request_id.to_ascii_lowercase())
}
