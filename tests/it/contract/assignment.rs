//! What is the server's to say nobody else says (S8): every output-only field, set by a caller, changes nothing.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage as _, Value};

use crate::caller::{Caller, told};
use crate::harness::Network;
use crate::raw::{access, call, home, methods, title};

const OUTPUT_ONLY: i32 = 3;

fn is_output_only(field: &FieldDescriptor) -> bool {
    let extension = proto::pool().get_extension_by_name("google.api.field_behavior").unwrap();
    let options = field.options();
    let values = options.get_extension(&extension);
    values.as_list().unwrap_or_default().iter().any(|value| value.as_enum_number() == Some(OUTPUT_ONLY))
}

/// Something that the server would never say.
fn lie(field: &FieldDescriptor) -> Option<Value> {
    match field.kind() {
        _ if field.is_list() || field.is_map() => None,
        Kind::String => Some(Value::String("partners/forged".to_owned())),
        Kind::Int32 => Some(Value::I32(4242)),
        Kind::Bool => Some(Value::Bool(true)),
        Kind::Enum(kind) => kind.values().last().map(|value| Value::EnumNumber(value.number())),
        Kind::Message(message) if message.full_name() == "google.protobuf.Timestamp" => {
            let mut time = DynamicMessage::new(message);
            time.set_field_by_name("seconds", Value::I64(42));
            Some(Value::Message(time))
        }
        _ => None,
    }
}

/// A thing to make, as a caller who lies about all that is not theirs to say would send it.
fn forged<M: prost::Name>(honest: &M) -> (DynamicMessage, Vec<(FieldDescriptor, Value)>) {
    let descriptor = proto::pool().get_message_by_name(&M::full_name()).unwrap();
    let mut message = DynamicMessage::decode(descriptor.clone(), honest.encode_to_vec().as_slice()).unwrap();
    let lies: Vec<_> = descriptor
        .fields()
        .filter(|field| is_output_only(field) && !message.has_field(field))
        .filter_map(|field| lie(&field).map(|lie| (field, lie)))
        .collect();
    for (field, lie) in &lies {
        message.set_field(field, lie.clone());
    }
    (message, lies)
}

async fn created(
    caller: &Caller,
    method: &str,
    field: &str,
    (message, lies): (DynamicMessage, Vec<(FieldDescriptor, Value)>),
) {
    let method = methods().into_iter().find(|known| known.name() == method).unwrap();
    assert!(access(&method).is_some() && lies.len() >= 5, "{}: only {} lies", title(&method), lies.len());
    let mut request = DynamicMessage::new(method.input());
    request.set_field_by_name(field, Value::Message(message));
    let answer = call(&caller.network.channel(home(&method)), &caller.who, &method, &request).await;
    let answer = answer.unwrap_or_else(|status| panic!("{}: {}", title(&method), told(&status)));
    for (field, lie) in lies {
        assert_ne!(*answer.get_field(&field), lie, "{} believed {}", title(&method), field.full_name());
    }
    let name = answer.get_field_by_name("name").unwrap();
    assert_ne!(name.as_str(), Some("partners/forged"), "{}", answer.descriptor().full_name());
}

async fn s8_what_the_server_says_is_not_a_callers_to_set(network: &'static Network) {
    let partner = network.home_partner().await;
    let coordinator = network.coordinator().await;
    let user = proto::identity::User {
        email: format!("{}@example.org", crate::sample::word()),
        language_code: "fr".to_owned(),
        ..Default::default()
    };
    created(&coordinator, "CreatePartner", "partner", forged(&crate::sample::partner())).await;
    created(&coordinator, "CreateProject", "project", forged(&crate::projects::draft(&partner))).await;
    let admin = network.partner_admin(&partner).await;
    created(&admin, "CreateProgramme", "programme", forged(&crate::training::programme::draft(&partner)))
        .await;
    let model = crate::models::business_model::draft(&partner);
    created(&admin, "CreateBusinessModel", "business_model", forged(&model)).await;
    created(&coordinator, "CreateUser", "user", forged(&user)).await;
}

told_everywhere!(s8_what_the_server_says_is_not_a_callers_to_set);
