//! The public surface: a network where every private field is filled with a canary, walked by nobody, call by call and export by
//! export. What the contract calls private is not found anywhere; and whoever adds a private field must plant it here.

mod world;

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MethodDescriptor, ReflectMessage as _, Value};
use tokio_stream::StreamExt as _;

use self::world::{CANARY, plant};
use crate::caller::Who;
use crate::harness::Network;
use crate::raw::{Bytes, access, call, home, methods, title};

/// Private fields of one-time answers, of machines and of sign-in, which no read ever shows again: their own stories see them.
const NEVER_READ: [&str; 4] = [
    "ensemble.identity.v1.ApiKey.secret",
    "ensemble.identity.v1.User.invitation_code",
    "ensemble.training.v1.FeedbackToken.participant_display_name",
    "ensemble.training.v1.FeedbackToken.token",
];
/// What anyone may call that changes something, or opens a session.
const SESSIONS: &str = "TokenService";

fn private(field: &FieldDescriptor) -> bool {
    let visibility = proto::pool().get_extension_by_name("ensemble.auth.v1.visibility").unwrap();
    field.options().get_extension(&visibility).as_enum_number().unwrap_or_default() != 0
}

fn private_fields() -> BTreeSet<String> {
    let ours = proto::pool().all_messages().filter(|message| message.full_name().starts_with("ensemble."));
    ours.flat_map(|message| message.fields().collect::<Vec<_>>())
        .filter(private)
        .map(|field| field.full_name().to_owned())
        .collect()
}

/// The private fields that are filled in a message, at any depth.
fn filled(message: &DynamicMessage, found: &mut BTreeSet<String>) {
    for field in message.descriptor().fields().filter(|field| message.has_field(field)) {
        if private(&field) {
            found.insert(field.full_name().to_owned());
        }
        match message.get_field(&field).as_ref() {
            Value::Message(inner) => filled(inner, found),
            Value::List(items) => {
                items.iter().filter_map(Value::as_message).for_each(|item| filled(item, found));
            }
            Value::Map(entries) => {
                entries.values().filter_map(Value::as_message).for_each(|item| filled(item, found));
            }
            _ => {}
        }
    }
}

/// The names of resources in a message, at any depth.
fn named(message: &DynamicMessage, names: &mut BTreeSet<String>) {
    for field in message.descriptor().fields().filter(|field| message.has_field(field)) {
        match message.get_field(&field).as_ref() {
            Value::String(text) if field.name() == "name" && text.contains('/') => {
                names.insert(text.clone());
            }
            Value::Message(inner) => named(inner, names),
            Value::List(items) => {
                items.iter().filter_map(Value::as_message).for_each(|item| named(item, names));
            }
            _ => {}
        }
    }
}

fn anyone_may(method: &MethodDescriptor) -> bool {
    access(method).unwrap().get_field_by_name("audience").unwrap().as_enum_number() == Some(1)
}

/// Whether it only reads, one message for one.
fn reads(method: &MethodDescriptor) -> bool {
    let streams = method.is_client_streaming() || method.is_server_streaming();
    let changes = method.input().get_field_by_name("request_id").is_some();
    let opens = method.parent_service().name() == SESSIONS && method.name() != "GetJsonWebKeySet";
    !(streams || changes || opens || method.name() == "SubmitSessionFeedback")
}

fn with(method: &MethodDescriptor, field: &str, value: Value) -> DynamicMessage {
    let mut request = DynamicMessage::new(method.input());
    request.set_field_by_name(field, value);
    if method.input().get_field_by_name("page_size").is_some() {
        request.set_field_by_name("page_size", Value::I32(1000));
    }
    request
}

/// Every request of a reading method that names something there is, or nothing in particular.
fn requests(method: &MethodDescriptor, names: &BTreeSet<String>) -> Vec<DynamicMessage> {
    let takes = |field: &str| {
        method.input().get_field_by_name(field).is_some_and(|field| !matches!(field.kind(), Kind::Message(_)))
    };
    let text = |name: &String| Value::String(name.clone());
    if takes("name") {
        return names.iter().map(|name| with(method, "name", text(name))).collect();
    }
    if takes("names") {
        return names.iter().map(|name| with(method, "names", Value::List(vec![text(name)]))).collect();
    }
    if takes("parent") {
        let anywhere: BTreeSet<String> = names.iter().map(|name| wildcard(name)).collect();
        return names.iter().chain(&anywhere).map(|parent| with(method, "parent", text(parent))).collect();
    }
    let mut asked = vec![match takes("page_size") {
        true => with(method, "page_size", Value::I32(1000)),
        false => DynamicMessage::new(method.input()),
    }];
    for (field, collection) in
        [("partner", "partners/"), ("territory", "territories/"), ("subject", ""), ("query", "")]
    {
        let fits = names
            .iter()
            .filter(|name| takes(field) && name.starts_with(collection) && name.split('/').count() == 2);
        asked.extend(fits.map(|name| with(method, field, text(name))));
    }
    asked
}

/// Whether a name can be of such a resource; of what is no resource, any can.
fn is_of(name: &str, resource: &prost_reflect::MessageDescriptor) -> bool {
    let option = proto::pool().get_extension_by_name("google.api.resource").unwrap();
    let options = resource.options();
    if !options.has_extension(&option) {
        return true;
    }
    let option = options.get_extension(&option);
    let patterns = option.as_message().unwrap().get_field_by_name("pattern").unwrap();
    patterns.as_list().unwrap()[0].as_str().is_some_and(|pattern| wildcard(pattern) == wildcard(name))
}

/// `programmes/-/sessions/-` of a session.
fn wildcard(name: &str) -> String {
    name.split('/')
        .enumerate()
        .map(|(at, part)| if at % 2 == 1 { "-" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// All that is said on a stream, as far as there is something to say.
async fn heard(
    network: &'static Network,
    method: &MethodDescriptor,
    request: DynamicMessage,
) -> Vec<Vec<u8>> {
    let mut grpc =
        tonic::client::Grpc::new(network.channel(home(method))).max_decoding_message_size(64 << 20);
    grpc.ready().await.unwrap();
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name()).parse().unwrap();
    let bytes = prost::Message::encode_to_vec(&request);
    let mut stream = match grpc.server_streaming(tonic::Request::new(bytes), path, Bytes).await {
        Ok(stream) => stream.into_inner(),
        Err(status) => panic!("{}: {status}", title(method)),
    };
    let mut said = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.unwrap();
        let message = DynamicMessage::decode(method.output(), piece.as_slice()).unwrap();
        // Of what happens, the last answer of what has happened so far holds nothing.
        let events = message.get_field_by_name("events");
        if events.is_some_and(|events| events.as_list().unwrap().is_empty()) {
            break;
        }
        said.push(piece);
    }
    said
}

fn says(bytes: &[u8]) -> bool {
    bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes())
}

/// What insiders see: the names of all there is, and the private fields that they were shown filled.
async fn inside(network: &'static Network, insiders: &[Who]) -> (BTreeSet<String>, BTreeSet<String>, bool) {
    let (mut names, mut seen, mut told) = (BTreeSet::new(), BTreeSet::new(), false);
    let channels: BTreeMap<&str, _> =
        crate::harness::SERVICES.iter().map(|service| (*service, network.channel(service))).collect();
    // What lists name leads to what lists within it name, and so on: until nothing new is named.
    let mut asked = BTreeSet::new();
    loop {
        let new: BTreeSet<String> = names.difference(&asked).cloned().collect();
        if new.is_empty() && !names.is_empty() {
            break;
        }
        for method in methods().iter().filter(|method| reads(method)) {
            // A resource is read by its own method; what else a name could be tried with is for nobody to try.
            let own = new.iter().filter(|name| is_of(name, &method.output())).cloned().collect();
            for who in insiders {
                for request in requests(method, &own) {
                    let Ok(answer) = call(&channels[home(method)], who, method, &request).await else {
                        continue;
                    };
                    named(&answer, &mut names);
                    filled(&answer, &mut seen);
                    told |= says(&prost::Message::encode_to_vec(&answer));
                }
            }
        }
        asked.extend(new);
        // Of what every network has from the start, one of each is enough.
        names.retain(|name| !name.starts_with("codeLists/") && !name.starts_with("indicators/"));
    }
    (names, seen, told)
}

async fn gdp_2_to_5_nobody_finds_what_is_private_anywhere(network: &'static Network) {
    let insiders = plant(network).await;
    let (names, seen, told) = inside(network, &insiders).await;
    assert!(told, "the canary was planted");
    let unplanted: Vec<String> = private_fields()
        .into_iter()
        .filter(|field| !seen.contains(field) && !NEVER_READ.contains(&field.as_str()))
        .collect();
    assert!(unplanted.is_empty(), "fill them in `plant`, so that they are looked for: {unplanted:#?}");

    let nobody = Who::nobody();
    let (mut asked, mut answered) = (0, 0);
    for method in methods().iter().filter(|method| anyone_may(method) && reads(method)) {
        let channel = network.channel(home(method));
        for request in requests(method, &names) {
            asked += 1;
            match call(&channel, &nobody, method, &request).await {
                Ok(answer) => {
                    answered += 1;
                    let mut found = BTreeSet::new();
                    filled(&answer, &mut found);
                    assert!(found.is_empty(), "{} says {found:?}: {answer:?}", title(method));
                    assert!(
                        !says(&prost::Message::encode_to_vec(&answer)),
                        "{} says the canary: {answer:?}",
                        title(method)
                    );
                }
                Err(status) => {
                    assert!(
                        !says(status.message().as_bytes()) && !says(status.details()),
                        "{}: {status}",
                        title(method)
                    );
                }
            }
        }
    }
    let mut pieces = 0;
    for method in methods().iter().filter(|method| anyone_may(method) && method.is_server_streaming()) {
        let mut request = DynamicMessage::new(method.input());
        if method.input().get_field_by_name("from_beginning").is_some() {
            request.set_field_by_name("from_beginning", Value::Bool(true));
        }
        for piece in heard(network, method, request).await {
            pieces += 1;
            assert!(!says(&piece), "{} says the canary", title(method));
        }
    }
    for log in network.logs() {
        assert!(!log.contains(CANARY), "a log says the canary");
    }
    eprintln!(
        "nobody asked {asked} times, was answered {answered} times, and heard {pieces} pieces: no canary"
    );
    assert!(answered > 100 && pieces > 5, "{asked} asked, {answered} answered, {pieces} pieces");
}

told_alone!(gdp_2_to_5_nobody_finds_what_is_private_anywhere);
