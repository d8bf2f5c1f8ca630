//! What can go wrong, named after what the caller can do about it, and what each becomes on the wire.
//!
//! Rules and stores return [`Error`]; the gate turns it into a `tonic::Status` with `google.rpc` details in the caller's
//! language. Text of the database or of a peer never leaves the process: it goes to the log under the request's id.

use crate::say;
use crate::say::{Language, Text};

/// The result of everything that may be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was not done.
#[derive(Debug)]
pub enum Error {
    /// `NOT_FOUND`: check the name.
    NotFound {
        /// The resource asked for.
        name: String,
    },
    /// `ALREADY_EXISTS`: choose another name, or use what is there.
    AlreadyExists {
        /// The field that collides.
        field: String,
        /// The resource that has it, when the caller may know.
        holder: Option<String>,
        /// What collides.
        why: Text,
    },
    /// `INVALID_ARGUMENT`: correct these fields, all of them.
    Invalid {
        /// A reason code, when it is not just a field: `PAGE_TOKEN_MISMATCH`.
        reason: &'static str,
        /// What is wrong, field by field.
        fields: Vec<Violation>,
    },
    /// `FAILED_PRECONDITION`: change the state of things first.
    Refused {
        /// The rule that refuses: `PAR-3`, or `STATE`.
        rule: &'static str,
        /// What stands in the way.
        why: Text,
        /// Facts for programs: `ErrorInfo.metadata`.
        facts: Vec<(String, String)>,
    },
    /// ABORTED: read again, then try again.
    Aborted {
        /// `ETAG_MISMATCH`, `REQUEST_IN_PROGRESS`, `CONFLICT`.
        reason: &'static str,
        /// What happened.
        why: Text,
    },
    /// `RESOURCE_EXHAUSTED`: wait, or ask for less.
    Exhausted {
        /// `OVERLOADED`, `RATE_LIMITED`, `TOO_LARGE`, `WATCHER_TOO_SLOW`.
        reason: &'static str,
        /// What was too much.
        why: Text,
        /// When to try again, if that helps.
        retry_after: Option<std::time::Duration>,
    },
    /// `OUT_OF_RANGE`: what was asked for is no longer, or not yet, there.
    OutOfRange {
        /// `RESUME_TOKEN_EXPIRED`.
        reason: &'static str,
        /// What is out of range.
        why: Text,
        /// Facts for programs: `ErrorInfo.metadata`.
        facts: Vec<(String, String)>,
    },
    /// UNAUTHENTICATED: sign in.
    Unauthenticated,
    /// UNAUTHENTICATED: what was shown to sign in with is not good.
    Rejected {
        /// `SIGN_IN_FAILED`, `REFRESH_TOKEN_INVALID`.
        reason: &'static str,
        /// What to do.
        why: Text,
    },
    /// `PERMISSION_DENIED`: ask someone who may. Says the same whether the resource exists or not.
    Forbidden {
        /// The permission that is lacking.
        permission: String,
        /// The resource, as the caller named it.
        resource: String,
    },
    /// `DEADLINE_EXCEEDED`: give more time, or ask for less.
    Deadline,
    /// UNAVAILABLE: try again.
    Unavailable(Text),
    /// A peer refused: passed on as it is, since it speaks to the same caller.
    Peer(Box<tonic::Status>),
    /// The process cannot run as it was told to: correct the flag or the file that is named. Said at start, never on the
    /// wire.
    Start(Text),
    /// INTERNAL: nothing the caller can do; the cause is in the log.
    Internal(String),
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field's path in the request: `partner.identifiers[0].value`.
    pub field: String,
    /// What was expected.
    pub why: Text,
}

impl Error {
    /// One field is wrong.
    pub fn invalid(field: impl Into<String>, why: Text) -> Self {
        Self::Invalid { reason: "INVALID_FIELD", fields: vec![Violation { field: field.into(), why }] }
    }

    /// A required field is missing.
    pub fn required(field: impl Into<String>) -> Self {
        Self::invalid(field, say!("required", "obligatoire"))
    }

    /// A rule refuses.
    pub fn refused(rule: &'static str, why: Text) -> Self {
        Self::Refused { rule, why, facts: Vec::new() }
    }

    /// A refusal says what it is about, for programs: `field`, `project_indicator`.
    #[must_use]
    pub fn about(mut self, fact: &str, value: impl Into<String>) -> Self {
        if let Self::Refused { facts, .. } = &mut self {
            facts.push((fact.to_owned(), value.into()));
        }
        self
    }

    /// Nothing has this name.
    pub fn not_found(name: impl Into<String>) -> Self {
        Self::NotFound { name: name.into() }
    }

    /// The caller may not.
    pub fn forbidden(permission: impl Into<String>, resource: impl Into<String>) -> Self {
        Self::Forbidden { permission: permission.into(), resource: resource.into() }
    }

    /// Something broke on our side.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// What whoever started the process is told, in their language.
    pub fn told(&self, language: Language) -> String {
        match self {
            Self::Internal(_) | Self::Peer(_) => self.to_string(),
            other => crate::wire::message(other).in_language(language).to_owned(),
        }
    }

    /// Puts the field violations under a parent field: `identifiers[0]` becomes `partner.identifiers[0]`.
    #[must_use]
    pub fn under(mut self, parent: &str) -> Self {
        if let Self::Invalid { fields, .. } = &mut self {
            for violation in fields {
                violation.field = format!("{parent}.{}", violation.field);
            }
        }
        self
    }
}

/// Collects every field violation before answering, so that a form is corrected in one go.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Notes a field.
    pub fn add(&mut self, field: impl Into<String>, why: Text) {
        self.0.push(Violation { field: field.into(), why });
    }

    /// Notes a field when it is empty.
    pub fn require(&mut self, field: &str, present: bool) {
        if !present {
            self.add(field, say!("required", "obligatoire"));
        }
    }

    /// Keeps what a check found; other errors pass through.
    pub fn check<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Error::Invalid { fields, .. }) => {
                self.0.extend(fields);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// Fails when something was noted.
    pub fn finish(self) -> Result<()> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Error::Invalid { reason: "INVALID_FIELD", fields: self.0 }),
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Internal(cause) => formatter.write_str(cause),
            Self::Peer(status) => write!(formatter, "peer: {:?} {}", status.code(), status.message()),
            other => write!(formatter, "{}", crate::wire::message(other)),
        }
    }
}

impl std::error::Error for Error {}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        crate::database::explain(error)
    }
}
