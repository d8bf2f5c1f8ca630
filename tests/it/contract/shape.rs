//! The shape of the contracts (AIP-122, 131 to 136, 154, 155, 158, 163, 203, 216, 235), and what each method must say.

use prost_reflect::{Cardinality, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, Value};

use crate::raw::{access, methods, services, text, title};

/// Public reads that are lists of a few things that are always given whole.
const WHOLE_LISTS: &[&str] = &["ReferenceDataService/ListCodeLists", "TokenService/ListRevocations"];
/// Lists whose order is of the matter itself.
const OWN_ORDER: &[&str] = &[
    "EventService/ListAuditEvents",
    "PartnerService/ListPossibleDuplicates",
    "ReportService/ListReportObligations",
];
/// Methods that change something and need no request id: repeating them changes nothing more.
const REPEATABLE: &[&str] = &["IssueToken", "RefreshToken", "RevokeToken", "SubmitSessionFeedback"];
/// Verbs of methods that only read.
const READS: &[&str] = &[
    "Get",
    "List",
    "BatchGet",
    "Search",
    "Watch",
    "Introspect",
    "Export",
    "Summarize",
    "Aggregate",
    "Compare",
    "Suggest",
    "Verify",
];

fn reads(method: &MethodDescriptor) -> bool {
    READS.iter().any(|verb| method.name().starts_with(verb))
}

fn listed(list: &[&str], method: &MethodDescriptor) -> bool {
    list.contains(&title(method).as_str())
}

fn is(field: Option<&FieldDescriptor>, kind: &Kind) -> bool {
    field.is_some_and(|field| field.kind() == *kind && field.cardinality() != Cardinality::Repeated)
}

fn is_message(field: &FieldDescriptor, name: &str) -> bool {
    matches!(field.kind(), Kind::Message(message) if message.full_name() == name)
}

/// The option `google.api.field_behavior` of a field.
fn behaviour(field: &FieldDescriptor) -> Vec<i32> {
    let extension = proto::pool().get_extension_by_name("google.api.field_behavior").unwrap();
    let options = field.options();
    let values = options.get_extension(&extension);
    values.as_list().unwrap_or_default().iter().filter_map(Value::as_enum_number).collect()
}
const REQUIRED: i32 = 2;
const OUTPUT_ONLY: i32 = 3;
const IDENTIFIER: i32 = 8;

/// The option `google.api.resource` of a message.
fn resource(message: &MessageDescriptor) -> Option<prost_reflect::DynamicMessage> {
    let extension = proto::pool().get_extension_by_name("google.api.resource").unwrap();
    let options = message.options();
    options
        .has_extension(&extension)
        .then(|| options.get_extension(&extension).as_message().cloned())
        .flatten()
}

fn messages() -> impl Iterator<Item = MessageDescriptor> {
    proto::pool()
        .all_messages()
        .filter(|message| message.full_name().starts_with("ensemble.") && !message.is_map_entry())
}

/// The comment above something.
fn comment(file: &prost_reflect::FileDescriptor, path: &[i32]) -> String {
    let locations = &file.file_descriptor_proto().source_code_info.as_ref().unwrap().location;
    locations
        .iter()
        .find(|location| location.path == path)
        .map(|location| location.leading_comments().to_owned())
        .unwrap_or_default()
}

#[track_caller]
fn none(broken: Vec<String>) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

/// Every method that breaks a rule, with what is wrong.
#[track_caller]
fn of_methods(check: impl Fn(&MethodDescriptor) -> Option<String>) {
    none(
        methods()
            .iter()
            .filter_map(|method| check(method).map(|wrong| format!("{}: {wrong}", title(method))))
            .collect(),
    );
}

/// Every message that breaks a rule, with what is wrong.
#[track_caller]
fn of_messages(check: impl Fn(&MessageDescriptor) -> Option<String>) {
    none(
        messages()
            .filter_map(|message| check(&message).map(|wrong| format!("{}: {wrong}", message.full_name())))
            .collect(),
    );
}

#[test]
fn every_method_says_who_may_call_it() {
    assert!(methods().len() > 50, "the contract has been found");
    of_methods(|method| {
        let Some(access) = access(method) else { return Some("has no access option".to_owned()) };
        let audience = access.get_field_by_name("audience").unwrap().as_enum_number().unwrap();
        let roles = access.get_field_by_name("roles").unwrap().as_list().unwrap().len();
        let permission = text(&access, "permission");
        let package =
            method.parent_service().parent_file().package_name().split('.').nth(1).unwrap().to_owned();
        let parts: Vec<&str> = permission.split('.').collect();
        match audience {
            0 => Some("says no audience".to_owned()),
            3 if roles == 0 => Some("is for roles, and names none".to_owned()),
            1 if roles > 0 => Some("is public, and names roles".to_owned()),
            _ if parts.len() != 3 || parts[0] != package => {
                Some(format!("permission `{permission}` is not {package}.noun.verb"))
            }
            _ => None,
        }
    });
}

#[test]
fn every_method_is_explained_in_both_languages() {
    of_methods(|method| {
        let comment = comment(&method.parent_service().parent_file(), method.path());
        let french = comment.lines().any(|line| line.trim_start().starts_with("FR: "));
        match () {
            () if comment.trim().is_empty() => Some("has no comment".to_owned()),
            () if !french => Some("has no line `FR:`".to_owned()),
            () if comment.trim_start().starts_with("FR:") => Some("has no English".to_owned()),
            () => None,
        }
    });
}

#[test]
fn every_message_and_field_is_explained() {
    of_messages(|message| {
        let file = message.parent_file();
        if comment(&file, message.path()).trim().is_empty() {
            return Some("has no comment".to_owned());
        }
        let silent = message.fields().find(|field| comment(&file, field.path()).trim().is_empty());
        silent.map(|field| format!("{} has no comment", field.name()))
    });
}

#[test]
fn messages_are_named_after_their_method() {
    of_methods(|method| {
        let shared = method.input().full_name().starts_with("ensemble.common.");
        let name = method.name();
        match () {
            () if !shared && method.input().name() != format!("{name}Request") => {
                Some(format!("takes {}", method.input().name()))
            }
            () if shared || resource(&method.output()).is_some() => None,
            () if method.is_server_streaming() && method.output().name() == "FileChunk" => None, // a file
            () if method.output().name() == format!("{name}Response") => None,
            () if !reads(method) || name.starts_with("Get") || name.starts_with("Import") => None, // answers a thing
            () => Some(format!("answers {}", method.output().name())),
        }
    });
}

#[test]
fn aip_131_135_standard_methods_have_their_fields() {
    of_methods(|method| {
        let (name, request) = (method.name(), method.input());
        let has = |field: &str| request.get_field_by_name(field);
        let own = |message: &MessageDescriptor| resource(message).map(|resource| text(&resource, "singular"));
        let output = own(&method.output());
        let singular = output.as_ref().map(|singular| snake(singular)).unwrap_or_default();
        let by_name = |name: Option<FieldDescriptor>| is(name.as_ref(), &Kind::String);
        match name {
            _ if name.starts_with("Get") && output.is_some() => {
                (!by_name(has("name"))).then(|| "has no name".to_owned())
            }
            _ if name.starts_with("Create") => {
                let whole = has(&singular).is_some_and(|field| behaviour(&field).contains(&REQUIRED));
                let id = by_name(has(&format!("{singular}_id")));
                (!whole || !id).then(|| format!("needs {singular} (required) and {singular}_id"))
            }
            _ if name.starts_with("Update") => {
                let whole = has(&singular).is_some_and(|field| behaviour(&field).contains(&REQUIRED));
                let mask =
                    has("update_mask").is_some_and(|field| is_message(&field, "google.protobuf.FieldMask"));
                (!whole || !mask).then(|| format!("needs {singular} (required) and update_mask"))
            }
            _ if name.starts_with("Delete") => {
                (!by_name(has("name")) || !by_name(has("etag"))).then(|| "needs name and etag".to_owned())
            }
            _ if name.starts_with("BatchGet") => {
                let names = has("names").is_some_and(|field| field.is_list() && field.kind() == Kind::String);
                (!names).then(|| "needs names".to_owned())
            }
            _ => None,
        }
    });
}

#[test]
fn aip_132_158_lists_are_paged() {
    of_methods(|method| {
        if !method.name().starts_with("List") || listed(WHOLE_LISTS, method) {
            return None;
        }
        let (request, answer) = (method.input(), method.output());
        let has = |message: &MessageDescriptor, field: &str, kind: &Kind| {
            is(message.get_field_by_name(field).as_ref(), kind)
        };
        if !has(&request, "page_size", &Kind::Int32) {
            return Some("page_size must be int32".to_owned());
        }
        if answer.fields().next().is_none_or(|first| !first.is_list()) {
            return Some("the first field of the answer must be the list".to_owned());
        }
        let own = listed(OWN_ORDER, method);
        let missing = ["page_token", "filter", "order_by"]
            .into_iter()
            .filter(|field| !own || request.get_field_by_name(field).is_some())
            .find(|field| !has(&request, field, &Kind::String));
        if let Some(field) = missing {
            return Some(format!("{field} must be a string"));
        }
        let paged = request.get_field_by_name("page_token").is_some();
        (paged && !has(&answer, "next_page_token", &Kind::String))
            .then(|| "next_page_token must be a string".to_owned())
    });
}

#[test]
fn aip_136_verbs_name_their_resource() {
    of_methods(|method| {
        let custom = !reads(method)
            && !["Create", "Update", "Delete"].iter().any(|verb| method.name().starts_with(verb));
        let answers_resource = resource(&method.output()).is_some();
        let required = |field: &str| {
            method.input().get_field_by_name(field).is_some_and(|field| behaviour(&field).contains(&REQUIRED))
        };
        // What is enrolled is made in a collection: it has no name yet.
        let named = required("name") || required("parent");
        // By the code that was handed over; of the enrolment that it names.
        let otherwise = ["ActivateUser", "IssueCertificate"].contains(&method.name());
        (custom && answers_resource && !named && !otherwise).then(|| "needs name (required)".to_owned())
    });
}

#[test]
fn aip_154_what_changes_a_resource_takes_its_etag() {
    of_methods(|method| {
        let request = method.input();
        let of_one = resource(&method.output()).is_some() && request.get_field_by_name("name").is_some();
        let etag = is(request.get_field_by_name("etag").as_ref(), &Kind::String);
        let own_secret = method.name() == "ChangePassword"; // the password until now says more than an etag
        (!reads(method) && of_one && !etag && !own_secret).then(|| "needs etag".to_owned())
    });
    of_messages(|message| {
        resource(message)?;
        let etag = message.get_field_by_name("etag");
        let fine = etag
            .as_ref()
            .is_none_or(|field| is(Some(field), &Kind::String) && behaviour(field).contains(&OUTPUT_ONLY));
        (!fine).then(|| "etag must be an output-only string".to_owned())
    });
}

#[test]
fn aip_155_163_what_changes_something_can_be_repeated_and_rehearsed() {
    of_methods(|method| {
        if reads(method) || REPEATABLE.contains(&method.name()) || method.is_client_streaming() {
            return None;
        }
        let request = method.input();
        let missing = [("request_id", Kind::String), ("validate_only", Kind::Bool)]
            .into_iter()
            .find(|(field, kind)| !is(request.get_field_by_name(field).as_ref(), kind));
        missing.map(|(field, _)| format!("needs {field}"))
    });
    of_methods(|method| {
        let writes = method.input().get_field_by_name("request_id").is_some();
        (reads(method) && writes).then(|| "only reads, and takes a request_id".to_owned())
    });
}

#[test]
fn aip_122_148_resources_have_the_standard_fields() {
    of_messages(|message| {
        let resource = resource(message)?;
        let name = message.get_field_by_name("name")?;
        if name.number() != 1 || !behaviour(&name).contains(&IDENTIFIER) {
            return Some("name must be field 1 and the IDENTIFIER".to_owned());
        }
        let pattern = resource.get_field_by_name("pattern").unwrap();
        let [pattern] = pattern.as_list().unwrap() else { return Some("needs one pattern".to_owned()) };
        let pattern = pattern.as_str().unwrap();
        let segments: Vec<&str> = pattern.split('/').collect();
        let fits = segments.chunks(2).all(|pair| {
            let camel = pair[0].starts_with(|c: char| c.is_ascii_lowercase())
                && pair[0].chars().all(|c| c.is_ascii_alphanumeric());
            let variable =
                pair.get(1).is_some_and(|id| id.starts_with('{') && id.ends_with('}') && !id.contains("_id"));
            camel && variable
        });
        let plural = text(&resource, "plural");
        if !fits || segments.iter().rev().nth(1) != Some(&plural.as_str()) {
            return Some(format!("pattern {pattern} does not end in {plural}/{{…}}"));
        }
        // What never changes at run time has no history.
        if message.name() == "CodeList" {
            return None;
        }
        let standard = [("uid", Kind::String), ("revision", Kind::Int32)];
        let wrong = standard.iter().find(|(field, kind)| {
            let field = message.get_field_by_name(field);
            !is(field.as_ref(), kind) || !behaviour(&field.unwrap()).contains(&OUTPUT_ONLY)
        });
        let untimed = ["create_time", "update_time"].into_iter().find(|field| {
            message
                .get_field_by_name(field)
                .is_none_or(|field| !is_message(&field, "google.protobuf.Timestamp"))
        });
        wrong
            .map(|(field, _)| *field)
            .or(untimed)
            .map(|field| format!("{field} is missing or not output only"))
    });
}

#[test]
fn aip_142_203_fields_are_named_after_what_they_hold() {
    of_messages(|message| {
        message.fields().find_map(|field| {
            let name = field.name();
            let wrong = match () {
                () if name.chars().any(|c| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '_') => {
                    Some("is not snake_case")
                }
                () if name.ends_with("_at") || name.ends_with("_timestamp") => Some("must end in _time"),
                () if is_message(&field, "google.protobuf.Timestamp")
                    && !name.ends_with("_time")
                    && !matches!(name, "time" | "issued_before" | "awaiting_since") =>
                {
                    Some("is an instant and must end in _time")
                }
                () if is_message(&field, "google.type.Date") && !name.ends_with("_date") => {
                    Some("is a day and must end in _date")
                }
                () if name.ends_with("_time") && !is_message(&field, "google.protobuf.Timestamp") => {
                    Some("must be a Timestamp")
                }
                () if name == "country" || name == "currency" || name == "language" => {
                    Some("must end in _code (AIP-143)")
                }
                // A point of the earth is known about, not exactly.
                () if matches!(name, "latitude" | "longitude") => None,
                () if matches!(field.kind(), Kind::Float | Kind::Double) => {
                    Some("is a floating point number")
                }
                () if name == "state" && !behaviour(&field).contains(&OUTPUT_ONLY) => {
                    Some("must be output only (AIP-216)")
                }
                () => None,
            };
            wrong.map(|wrong| format!("{name} {wrong}"))
        })
    });
}

#[test]
fn aip_126_216_enums_start_with_what_is_not_said() {
    let enums = proto::pool().all_enums().filter(|found| found.full_name().starts_with("ensemble."));
    let wrong = |found: prost_reflect::EnumDescriptor| {
        let prefix = snake(found.name()).to_uppercase();
        let zero = found.get_value(0).is_some_and(|value| value.name() == format!("{prefix}_UNSPECIFIED"));
        let other = found
            .values()
            .find(|value| !value.name().starts_with(&format!("{prefix}_")))
            .map(|value| value.name().to_owned());
        let nested = found.name() == "State" && found.parent_message().is_none();
        match other {
            _ if !zero => Some(format!("{}: 0 must be {prefix}_UNSPECIFIED", found.full_name())),
            Some(value) => Some(format!("{}: {value} must begin with {prefix}_", found.full_name())),
            None => nested.then(|| format!("{}: a state belongs to its resource", found.full_name())),
        }
    };
    none(enums.filter_map(wrong).collect());
}

#[test]
fn aip_235_batches_and_services_keep_to_their_names() {
    let wrong = |service: prost_reflect::ServiceDescriptor| {
        let file = service.parent_file();
        let comment = comment(&file, service.path());
        match () {
            () if !service.name().ends_with("Service") => {
                Some(format!("{} must end in Service", service.full_name()))
            }
            () if file.services().len() != 1 => Some(format!("{}: one service in a file", file.name())),
            () if comment.trim().is_empty() => Some(format!("{} has no comment", service.full_name())),
            () => None,
        }
    };
    none(services().into_iter().filter_map(wrong).collect());
}

#[test]
fn nothing_secret_is_left_unmarked() {
    let visibility = proto::pool().get_extension_by_name("ensemble.auth.v1.visibility").unwrap();
    of_messages(|message| {
        resource(message)?;
        let secret = |field: &FieldDescriptor| {
            let name = field.name();
            ["email", "phone", "secret", "password", "contact", "given_name", "family_name"].contains(&name)
                || name.ends_with("_code") && name.starts_with("invitation")
        };
        let marked =
            |field: &FieldDescriptor| field.options().get_extension(&visibility).as_enum_number() == Some(1);
        let open = message.fields().find(|field| secret(field) && !marked(field));
        open.map(|field| format!("{} is not marked private", field.name()))
    });
}

/// `serviceAccount` and `ServiceAccount` are `service_account`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
