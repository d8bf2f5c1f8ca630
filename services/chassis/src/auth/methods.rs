//! Every method of the contract and who may call it, read once from the descriptors. What is not here is denied (F-12).

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use proto::auth::{Audience, Role};

/// A method, as the gate sees it.
#[derive(Debug)]
pub struct Method {
    /// `ensemble.partners.v1.PartnerService/GetPartner`.
    pub path: &'static str,
    /// `partners.partner.read`.
    pub permission: &'static str,
    /// What the gate calls the resource, which it has not looked at: the service.
    pub resource: &'static str,
    /// Open to anyone, also without an account.
    pub public: bool,
    /// Open to any person with an account.
    pub signed_in: bool,
    /// Open to these roles.
    pub roles: Vec<Role>,
    /// Changes something: its request carries a `request_id`, or is an import.
    pub mutates: bool,
    /// It may take so long when the caller does not say.
    pub longest: Duration,
    /// Opens or renews a session: a credential sent along is not looked at.
    pub opens_session: bool,
}

static METHODS: LazyLock<HashMap<&'static str, Method>> = LazyLock::new(|| {
    let services = proto::pool().services().filter(|service| service.full_name().starts_with("ensemble."));
    services
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .map(|m| read(&m))
        .map(|m| (m.path, m))
        .collect()
});

/// The method of a path without its leading slash, if the contract has it.
pub fn method(path: &str) -> Option<&'static Method> {
    METHODS.get(path)
}

fn read(method: &MethodDescriptor) -> Method {
    let service = method.parent_service().full_name().to_owned();
    let access = access(method);
    let field = |name: &str| {
        access.as_ref().and_then(|access| access.get_field_by_name(name).map(|v| v.into_owned()))
    };
    let audience = field("audience").and_then(|value| value.as_enum_number()).unwrap_or_default();
    let roles = field("roles").and_then(|value| value.as_list().map(<[Value]>::to_vec)).unwrap_or_default();
    let streams_in = method.is_client_streaming();
    let longest = if streams_in { Duration::from_secs(30 * 60) } else { Duration::from_secs(30) };
    let name = method.name();
    Method {
        path: leak(format!("{service}/{name}")),
        permission: leak(
            field("permission").and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default(),
        ),
        resource: leak(service.rsplit('.').next().unwrap_or_default().to_owned()),
        public: audience == Audience::Public as i32,
        signed_in: audience == Audience::SignedIn as i32,
        roles: roles.iter().filter_map(|role| Role::try_from(role.as_enum_number()?).ok()).collect(),
        mutates: streams_in || method.input().get_field_by_name("request_id").is_some(),
        longest,
        opens_session: service == "ensemble.identity.v1.TokenService" && audience == Audience::Public as i32,
    }
}

fn access(method: &MethodDescriptor) -> Option<DynamicMessage> {
    let extension = proto::pool().get_extension_by_name("ensemble.auth.v1.access")?;
    method.options().get_extension(&extension).as_message().cloned()
}

/// The table lives as long as the process.
fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}
