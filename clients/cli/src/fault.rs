//! What went wrong, why, and what to do: told to people in four parts, to programs as one JSON line, to scripts as an exit code.

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::print::paint::{Paint, Style};
use crate::say::{Language, say};

/// The result of everything the command does.
pub(crate) type Result<T = (), E = Fault> = std::result::Result<T, E>;

/// The exit codes, as `ensemble help exit-codes` lists them.
pub(crate) mod exit {
    pub(crate) const FAILURE: u8 = 1;
    pub(crate) const USAGE: u8 = 2;
    pub(crate) const NOT_FOUND: u8 = 3;
    pub(crate) const PERMISSION: u8 = 4;
    pub(crate) const CONFLICT: u8 = 5;
    pub(crate) const INVALID: u8 = 6;
    pub(crate) const UNAVAILABLE: u8 = 7;
    pub(crate) const CHANGES: u8 = 8;
    pub(crate) const INTERRUPTED: u8 = 130;
}

/// Something that stops the command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fault(Box<Parts>); // boxed: it is carried by every result

impl std::ops::Deref for Fault {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl std::ops::DerefMut for Fault {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.0
    }
}

/// What a fault says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    pub(crate) exit: u8,
    pub(crate) reason: String,
    pub(crate) message: String,
    /// What is wrong with which field.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) why: Vec<String>,
    pub(crate) todo: Vec<String>,
    /// Facts for programs, as the server sent them.
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) request: String,
    pub(crate) code: Option<Code>,
    /// When the server asks to be called again.
    pub(crate) retry: Option<std::time::Duration>,
    /// Everything was said already: only the exit code is left.
    pub(crate) silent: bool,
}

impl Fault {
    pub(crate) fn new(exit: u8, reason: &str, message: impl Into<String>) -> Self {
        Self(Box::new(Parts { exit, reason: reason.to_owned(), message: message.into(), ..Parts::default() }))
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(exit::USAGE, "USAGE", message)
    }

    pub(crate) fn failure(message: impl Into<String>) -> Self {
        Self::new(exit::FAILURE, "FAILURE", message)
    }

    /// Ends with a code, without a word.
    pub(crate) fn silent(exit: u8) -> Self {
        Self(Box::new(Parts { exit, silent: true, ..Parts::default() }))
    }

    #[must_use]
    pub(crate) fn todo(mut self, what: impl Into<String>) -> Self {
        self.todo.push(what.into());
        self
    }

    #[must_use]
    pub(crate) fn why(mut self, why: impl Into<String>) -> Self {
        self.why.push(why.into());
        self
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(language: Language, path: &std::path::Path, error: &std::io::Error) -> Self {
        let path = path.display();
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => say!(language, "{path} does not exist", "{path} n'existe pas"),
            std::io::ErrorKind::PermissionDenied => {
                say!(language, "{path}: permission denied", "{path} : accès refusé")
            }
            _ => say!(language, "{path}: {error}", "{path} : {error}"),
        };
        Self::new(exit::FAILURE, "FILE", message)
    }

    /// What a server answered, told by its `google.rpc` details.
    pub(crate) fn status(status: &Status, language: Language) -> Self {
        let details = status.get_error_details();
        let mut fault = Self::new(exit_of(status.code()), "", "");
        fault.code = Some(status.code());
        fault.message = match details.localized_message() {
            Some(localized) => localized.message.clone(),
            None => status.message().to_owned(),
        };
        if let Some(bad) = details.bad_request() {
            fault.fields =
                bad.field_violations.iter().map(|v| (v.field.clone(), v.description.clone())).collect();
            const PAGING: [&str; 5] = ["filter", "order_by", "page_token", "page_size", "query"];
            if !fault.fields.is_empty()
                && fault.fields.iter().all(|(field, _)| PAGING.contains(&field.as_str()))
            {
                fault.exit = exit::USAGE;
            }
            let count = fault.fields.len();
            if count > 0 {
                fault.message = match count {
                    1 => say!(language, "one field is not right", "un champ est à corriger"),
                    _ => say!(language, "{count} fields are not right", "{count} champs sont à corriger"),
                };
            }
        }
        fault.reason = match details.error_info() {
            Some(info) => {
                let told = ["violations", "name", "permission", "field"];
                fault.facts = info
                    .metadata
                    .iter()
                    .filter(|(key, _)| !told.contains(&key.as_str()))
                    .map(|(k, v)| (k.clone(), v.clone()))
                    .collect();
                fault.facts.sort();
                info.reason.clone()
            }
            None => format!("{:?}", status.code()),
        };
        if let Some(failure) = details.precondition_failure() {
            fault.why = failure
                .violations
                .iter()
                .map(|v| v.description.clone())
                .filter(|why| *why != fault.message)
                .collect();
        }
        if let Some(help) = details.help() {
            fault.todo.extend(
                help.links.iter().map(|link| format!("{} {}", link.description, link.url).trim().to_owned()),
            );
        }
        if let Some(info) = details.request_info() {
            fault.request = info.request_id.clone();
        }
        fault.retry = details.retry_info().and_then(|retry| retry.retry_delay);
        fault.advise(language);
        fault
    }

    fn advise(&mut self, language: Language) {
        let advice = match self.code {
            Some(Code::Unauthenticated) => {
                say!(language, "sign in: ensemble auth login", "connectez-vous : ensemble auth login")
            }
            Some(Code::PermissionDenied) => say!(
                language,
                "see who you are: ensemble auth status",
                "voyez qui vous êtes : ensemble auth status"
            ),
            Some(Code::Unavailable | Code::DeadlineExceeded) => say!(
                language,
                "try again, it is safe; or look what is wrong: ensemble doctor",
                "réessayez, c'est sans risque ; ou cherchez la cause : ensemble doctor"
            ),
            _ => return,
        };
        self.todo.push(advice);
    }

    /// Tells people, or programs when they asked for JSON.
    pub(crate) fn tell(&self, language: Language, json: bool, paint: Paint) -> String {
        if json {
            return format!("{}\n", self.json());
        }
        let colon = language.colon();
        let mut text = paint.style(Style::Error, language.pick("error", "erreur"));
        text += &format!("{colon} {}", self.message);
        if !self.reason.is_empty() && self.reason != "USAGE" {
            text += &format!("  [{}]", self.reason);
        }
        text.push('\n');
        for (field, why) in &self.fields {
            text += &format!("  {field}{colon} {why}\n");
        }
        let mut part = |label: &str, lines: &[String]| {
            for line in lines {
                text += &format!("  {label}{colon} {line}\n");
            }
        };
        part(language.pick("why", "pourquoi"), &self.why);
        let facts: Vec<String> = self.facts.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        part(language.pick("detail", "détail"), &facts);
        part(language.pick("what to do", "que faire"), &self.todo);
        if !self.request.is_empty() {
            part(language.pick("request", "requête"), std::slice::from_ref(&self.request));
        }
        text
    }

    fn json(&self) -> serde_json::Value {
        let fields: Vec<_> = self
            .fields
            .iter()
            .map(|(f, why)| serde_json::json!({ "field": f, "description": why }))
            .collect();
        let facts: serde_json::Map<_, _> =
            self.facts.iter().map(|(k, v)| (k.clone(), v.clone().into())).collect();
        serde_json::json!({ "error": {
            "exitCode": self.exit,
            "code": self.code.map_or_else(String::new, |code| screaming(&format!("{code:?}"))),
            "reason": self.reason,
            "message": self.message,
            "fieldViolations": fields,
            "why": self.why,
            "whatToDo": self.todo,
            "metadata": facts,
            "requestId": self.request,
        }})
    }
}

/// The exit code of a gRPC code.
pub(crate) const fn exit_of(code: Code) -> u8 {
    match code {
        Code::Ok => 0,
        Code::NotFound => exit::NOT_FOUND,
        Code::Unauthenticated | Code::PermissionDenied => exit::PERMISSION,
        Code::AlreadyExists | Code::FailedPrecondition | Code::Aborted | Code::OutOfRange => exit::CONFLICT,
        Code::InvalidArgument => exit::INVALID,
        Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted => exit::UNAVAILABLE,
        Code::Cancelled | Code::Unknown | Code::Unimplemented | Code::Internal | Code::DataLoss => {
            exit::FAILURE
        }
    }
}

fn screaming(name: &str) -> String {
    crate::contract::kebab(name).replace('-', "_").to_uppercase()
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            // The reader of our pipe has seen enough.
            std::io::ErrorKind::BrokenPipe => Self::silent(0),
            _ => Self::failure(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_types::ErrorDetails;

    fn refusal() -> Status {
        let mut details = ErrorDetails::new();
        details.set_error_info("INVALID_FIELD", "ensemble", std::collections::HashMap::new());
        details.add_bad_request_violation("partner.identifiers[0].value", "Luhn key is wrong");
        details.set_localized_message("fr", "…");
        details.set_request_info("01JC4", "");
        Status::with_error_details(Code::InvalidArgument, "invalid", details)
    }

    #[test]
    fn a_refused_field_is_named_on_its_own_line() {
        let told = Fault::status(&refusal(), Language::En).tell(Language::En, false, Paint::plain());
        insta::assert_snapshot!(told, @r"
        error: one field is not right  [INVALID_FIELD]
          partner.identifiers[0].value: Luhn key is wrong
          request: 01JC4
        ");
    }

    #[test]
    fn programs_get_the_same_as_one_json_line() {
        let told = Fault::status(&refusal(), Language::Fr).tell(Language::Fr, true, Paint::plain());
        assert_eq!(told.lines().count(), 1);
        let value: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(value["error"]["code"], "INVALID_ARGUMENT");
        assert_eq!(value["error"]["exitCode"], 6);
        assert_eq!(value["error"]["fieldViolations"][0]["field"], "partner.identifiers[0].value");
    }

    #[test]
    fn each_grpc_code_has_the_exit_code_that_is_documented() {
        let table = [
            (Code::Ok, 0),
            (Code::Internal, 1),
            (Code::NotFound, 3),
            (Code::PermissionDenied, 4),
            (Code::Unauthenticated, 4),
            (Code::Aborted, 5),
            (Code::FailedPrecondition, 5),
            (Code::AlreadyExists, 5),
            (Code::InvalidArgument, 6),
            (Code::Unavailable, 7),
            (Code::DeadlineExceeded, 7),
        ];
        for (code, exit) in table {
            assert_eq!(exit_of(code), exit, "{code:?}");
        }
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_a_matter_of_usage() {
        let mut details = ErrorDetails::new();
        details.add_bad_request_violation("filter", "unknown field");
        let status = Status::with_error_details(Code::InvalidArgument, "invalid", details);
        assert_eq!(Fault::status(&status, Language::En).exit, exit::USAGE);
    }
}
