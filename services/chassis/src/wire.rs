//! Between our types and the wire: errors to statuses with `google.rpc` details, times, and who is being spoken to.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::error::{Error, Violation};
use crate::say;
use crate::say::{Language, Text};

/// What a handler answers.
pub type Reply<T> = Result<tonic::Response<T>, Status>;

/// `ErrorInfo.domain`.
pub const DOMAIN: &str = "ensemble";

/// At most so many field violations travel: trailers stay under 16 KiB.
const MOST_VIOLATIONS: usize = 25;

tokio::task_local! {
    static CONVERSATION: Conversation;
}

/// The call being answered: what an error needs to know to speak to its caller.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    /// The language to speak.
    pub language: Language,
    /// The languages wanted, the most wanted first, for texts that exist in more than ours.
    pub preferences: Vec<String>,
    /// The request's id, from `x-request-id` or made by the gate.
    pub request: String,
    /// The method called, as in its path: `ensemble.partners.v1.PartnerService/GetPartner`.
    pub method: &'static str,
}

impl Conversation {
    /// The one going on, or an empty one outside a call.
    pub fn current() -> Self {
        CONVERSATION.try_with(Clone::clone).unwrap_or_default()
    }

    /// The method being called; empty outside a call.
    pub fn called() -> &'static str {
        CONVERSATION.try_with(|conversation| conversation.method).unwrap_or_default()
    }

    /// Runs a future as part of this conversation.
    pub async fn carry<F: Future>(self, future: F) -> F::Output {
        CONVERSATION.scope(self, future).await
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        status(error, &Conversation::current())
    }
}

/// The status of an error, told in the conversation's language.
pub fn status(error: Error, conversation: &Conversation) -> Status {
    let text = message(&error);
    let mut details = ErrorDetails::new();
    let (code, reason, facts) = match error {
        Error::Peer(status) => return *status,
        Error::NotFound { name } => {
            details.set_resource_info("", &name, "", "");
            (Code::NotFound, "NOT_FOUND".to_owned(), vec![("name".to_owned(), name)])
        }
        Error::AlreadyExists { field, holder, .. } => {
            let mut facts = vec![("field".to_owned(), field)];
            if let Some(holder) = holder {
                details.set_resource_info("", &holder, "", "");
                facts.push(("holder".to_owned(), holder));
            }
            (Code::AlreadyExists, "ALREADY_EXISTS".to_owned(), facts)
        }
        Error::Invalid { reason, fields } => {
            for Violation { field, why } in fields.iter().take(MOST_VIOLATIONS) {
                details.add_bad_request_violation(field, why.in_language(conversation.language));
            }
            (
                Code::InvalidArgument,
                reason.to_owned(),
                vec![("violations".to_owned(), fields.len().to_string())],
            )
        }
        Error::Refused { rule, why, facts } => {
            let description = why.in_language(conversation.language);
            details.add_precondition_failure_violation(rule, conversation.method, description);
            (Code::FailedPrecondition, rule.replace('-', "_"), facts)
        }
        Error::Aborted { reason, .. } => {
            details.set_retry_info(Some(Duration::from_millis(50)));
            (Code::Aborted, reason.to_owned(), Vec::new())
        }
        Error::Exhausted { reason, retry_after, .. } => {
            if retry_after.is_some() {
                details.set_retry_info(retry_after);
            }
            (Code::ResourceExhausted, reason.to_owned(), Vec::new())
        }
        Error::OutOfRange { reason, facts, .. } => (Code::OutOfRange, reason.to_owned(), facts),
        Error::Unauthenticated => (Code::Unauthenticated, "UNAUTHENTICATED".to_owned(), Vec::new()),
        Error::Rejected { reason, .. } => (Code::Unauthenticated, reason.to_owned(), Vec::new()),
        Error::Forbidden { permission, .. } => (
            Code::PermissionDenied,
            "PERMISSION_DENIED".to_owned(),
            vec![("permission".to_owned(), permission)],
        ),
        Error::Deadline => (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".to_owned(), Vec::new()),
        Error::Unavailable(_) => {
            details.set_retry_info(Some(Duration::from_millis(250)));
            (Code::Unavailable, "UNAVAILABLE".to_owned(), Vec::new())
        }
        Error::Start(Text { en: cause, .. }) | Error::Internal(cause) => {
            tracing::error!(request = conversation.request, method = conversation.method, %cause, "internal error");
            (Code::Internal, "INTERNAL".to_owned(), Vec::new())
        }
    };
    details.set_error_info(reason, DOMAIN, facts.into_iter().collect::<std::collections::HashMap<_, _>>());
    details.set_localized_message(conversation.language.code(), text.in_language(conversation.language));
    details.set_request_info(&conversation.request, "");
    Status::with_error_details(code, text.en, details)
}

/// The whole of an error in one sentence.
pub fn message(error: &Error) -> Text {
    match error {
        Error::NotFound { name } => say!("{name} does not exist", "{name} n'existe pas"),
        Error::Invalid { fields, .. } => {
            let list = |language| {
                let one = |violation: &Violation| {
                    format!("{}: {}", violation.field, violation.why.in_language(language))
                };
                fields.iter().take(MOST_VIOLATIONS).map(one).collect::<Vec<_>>().join("; ")
            };
            Text { en: list(Language::En), fr: list(Language::Fr) }
        }
        Error::AlreadyExists { why, .. }
        | Error::Refused { why, .. }
        | Error::Aborted { why, .. }
        | Error::Exhausted { why, .. }
        | Error::OutOfRange { why, .. }
        | Error::Rejected { why, .. }
        | Error::Start(why)
        | Error::Unavailable(why) => why.clone(),
        Error::Unauthenticated => say!(
            "sign in first: the call carries no token, or one that is not valid",
            "connectez-vous : l'appel ne porte pas de jeton, ou un jeton qui n'est pas valable"
        ),
        Error::Forbidden { permission, resource } => say!(
            "Permission '{permission}' denied on resource '{resource}' (or it may not exist)",
            "Permission « {permission} » refusée sur « {resource} » (ou cette ressource n'existe pas)"
        ),
        Error::Deadline => say!(
            "the call took longer than its deadline",
            "l'appel a pris plus de temps que son échéance ne le permet"
        ),
        Error::Peer(status) => say!("{peer}", "{peer}", peer = status.message()),
        Error::Internal(_) => say!("internal error", "erreur interne"),
    }
}

/// An answer whose texts say which language each came back in (BEY-6).
///
/// # Errors
/// None: the result is a handler's.
pub fn reply<M: proto::Localized>(mut message: M) -> Reply<M> {
    let preferences = Conversation::current().preferences;
    message.texts(&mut |text| crate::text::display(text, &preferences));
    Ok(tonic::Response::new(message))
}
