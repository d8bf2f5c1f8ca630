//! Asking another service on behalf of the caller: with the caller's own token, so a service has no more rights than the
//! person it serves, and with the caller's language and request id.

use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use crate::auth::Caller;
use crate::error::{Error, Result};
use crate::say;
use crate::wire::Conversation;

/// A request to a peer in the caller's name.
pub fn on_behalf_of<T>(caller: &Caller, message: T) -> Request<T> {
    let conversation = Conversation::current();
    let mut request = Request::new(message);
    let metadata = request.metadata_mut();
    if !caller.token.0.is_empty()
        && let Ok(bearer) = format!("Bearer {}", caller.token.0).parse()
    {
        metadata.insert("authorization", bearer);
    }
    if let Ok(language) = conversation.language.code().parse() {
        metadata.insert("accept-language", language);
    }
    if let Ok(id) = conversation.request.parse() {
        metadata.insert("x-request-id", id);
    }
    request
}

/// What a reference to a peer's resource found: a missing one is a wrong field here.
///
/// # Errors
/// `INVALID_ARGUMENT` on `field` for `NOT_FOUND`; the peer's refusal otherwise.
pub fn known<T>(field: &str, answer: Result<tonic::Response<T>, Status>) -> Result<T> {
    match answer {
        Ok(response) => Ok(response.into_inner()),
        Err(status) if status.code() == Code::NotFound => {
            Err(Error::invalid(field, say!("there is no such resource", "cette ressource n'existe pas")))
        }
        Err(status) => Err(Error::Peer(Box::new(status))),
    }
}

/// Any other answer of a peer.
///
/// # Errors
/// The peer's refusal, as it is.
pub fn answer<T>(answer: Result<tonic::Response<T>, Status>) -> Result<T> {
    answer.map(tonic::Response::into_inner).map_err(|status| Error::Peer(Box::new(status)))
}

/// The resource that a peer's `NOT_FOUND` names: which of many it was.
pub fn missing(status: &Status) -> Option<String> {
    let not_found = status.code() == Code::NotFound;
    let details = not_found.then(|| status.get_error_details())?;
    details.resource_info().map(|resource| resource.resource_name.clone())
}

/// Asks a peer for many resources at once. Those that it says are missing are left out and the others asked for again: the
/// names that it knows, and its answer; none when it knows none of them.
///
/// # Errors
/// The peer's refusal, as it is.
pub async fn those_known<T, F: Future<Output = Result<tonic::Response<T>, Status>> + Send>(
    mut names: Vec<String>,
    ask: impl Fn(Vec<String>) -> F,
) -> Result<Option<(Vec<String>, T)>> {
    while !names.is_empty() {
        match ask(names.clone()).await {
            Ok(found) => return Ok(Some((names, found.into_inner()))),
            Err(status) => {
                let missing = missing(&status);
                let before = names.len();
                names.retain(|name| missing.as_ref() != Some(name));
                if names.len() == before {
                    return Err(Error::Peer(Box::new(status)));
                }
            }
        }
    }
    Ok(None)
}

/// Resources of a peer by their names, a hundred at a time, each with the name that was asked for; those that the caller may
/// not know are left out.
///
/// # Errors
/// As [`those_known`].
pub async fn batch<T, F: Future<Output = Result<Vec<T>, Status>> + Send>(
    names: &[String],
    ask: impl Fn(Vec<String>) -> F,
) -> Result<Vec<(String, T)>> {
    let mut found = Vec::with_capacity(names.len());
    for chunk in names.chunks(100) {
        let ask = |names| {
            let answer = ask(names);
            async move { answer.await.map(tonic::Response::new) }
        };
        if let Some((names, answer)) = those_known(chunk.to_vec(), ask).await? {
            found.extend(names.into_iter().zip(answer));
        }
    }
    Ok(found)
}
