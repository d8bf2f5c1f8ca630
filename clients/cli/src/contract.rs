//! Reads nouns and verbs from the contract: one more resource in a `.proto` file is one more noun of the command line.

mod comment;

use prost_reflect::{
    DescriptorPool, EnumValueDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor,
    MethodDescriptor, ServiceDescriptor, Value,
};

pub(crate) use comment::{
    comment_of_field, comment_of_message, comment_of_method, comment_of_value, summary,
};

/// A resource of the contract, and what can be done with it.
#[derive(Clone, Debug)]
pub(crate) struct Noun {
    /// `service-account`.
    pub(crate) singular: String,
    /// `service-accounts`.
    pub(crate) plural: String,
    /// `partners/{partner}/serviceAccounts/{service_account}`.
    pub(crate) pattern: String,
    pub(crate) resource: MessageDescriptor,
    pub(crate) verbs: Vec<Verb>,
}

/// A method of the contract, as a word to type.
#[derive(Clone, Debug)]
pub(crate) struct Verb {
    pub(crate) word: String,
    pub(crate) manner: Manner,
    pub(crate) method: MethodDescriptor,
    /// The method that does the same with a file: `report submit FILE`.
    pub(crate) file: Option<MethodDescriptor>,
    /// The method that does the same to all that a filter names: `project close --filter EXPRESSION`.
    pub(crate) many: Option<MethodDescriptor>,
}

impl Verb {
    /// The verb for all that a filter names, where there is one.
    pub(crate) fn for_many(&self) -> Option<Self> {
        let method = self.many.clone()?;
        Some(Self { method, many: None, ..self.clone() })
    }
}

/// What a verb does with its noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Create,
    Show,
    List,
    Search,
    Edit,
    Delete,
    /// Files, streamed to the server.
    Import,
    /// A file that the server makes.
    Fetch,
    /// A read that is not of one resource: `duplicates`, `export-data`.
    Look,
    /// A change that is not of plain fields: `approve`, `merge`.
    Act,
}

impl Noun {
    pub(crate) fn verb(&self, manner: Manner) -> Option<&Verb> {
        self.verbs.iter().find(|verb| verb.manner == manner)
    }

    /// The verb that calls a method, by the method's short name.
    pub(crate) fn verb_of(&self, method: &str) -> Option<&Verb> {
        self.verbs.iter().find(|verb| verb.method.name() == method)
    }

    /// The variables of the name's pattern, outermost first: `partner`, `service_account`.
    pub(crate) fn variables(&self) -> Vec<&str> {
        self.pattern.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect()
    }

    /// The pattern of the parent, empty at the top.
    pub(crate) fn parent_pattern(&self) -> &str {
        let mut parts = self.pattern.rmatch_indices('/').map(|(at, _)| at);
        parts.nth(1).map_or("", |at| &self.pattern[..at])
    }

    /// A name to show in examples: `partners/mairie-de-kaolack`.
    pub(crate) fn example(&self) -> String {
        self.only().unwrap_or_else(|| example_of(&self.pattern))
    }

    /// The name of a resource of which there is one: the contract says it where others say a pattern.
    pub(crate) fn only(&self) -> Option<String> {
        let comment = comment_of_field(&self.resource.get_field_by_name("name")?).en;
        let name = comment.trim().strip_prefix('`')?.strip_suffix("`.")?;
        (!name.contains('{')).then(|| name.to_owned())
    }

    /// Completes what was typed to a name, when it can be one: `kaolack` is `partners/kaolack`.
    pub(crate) fn name(&self, typed: &str) -> Option<String> {
        complete(&self.pattern, typed)
    }
}

/// `partners/{partner}` as an example.
pub(crate) fn example_of(pattern: &str) -> String {
    pattern
        .split('/')
        .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some("partner") => "mairie-de-kaolack",
            Some("project") => "mediatheque",
            Some("territory") => "fr-dep-84",
            Some("user") => "awa",
            Some("code_list") => "college",
            Some(_) => "m1",
            None => part,
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// A full name as it is, or an id alone where the pattern has one variable.
pub(crate) fn complete(pattern: &str, typed: &str) -> Option<String> {
    let parts: Vec<&str> = pattern.split('/').collect();
    if typed.contains('/') {
        let given: Vec<&str> = typed.split('/').collect();
        let fits = given.len() == parts.len()
            && parts
                .iter()
                .zip(&given)
                .all(|(part, given)| part.starts_with('{') && !given.is_empty() || part == given);
        return fits.then(|| typed.to_owned());
    }
    let id = typed.starts_with(|c: char| c.is_ascii_lowercase())
        && typed.len() <= 63
        && typed.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    (parts.len() == 2 && id).then(|| format!("{}/{typed}", parts[0]))
}

/// Every noun of the contract, those that stand by themselves first, then in the order of the services.
pub(crate) fn nouns(pool: &DescriptorPool) -> Vec<Noun> {
    let mut nouns = Vec::new();
    for service in ours(pool) {
        let mut of_service = resources(&service.parent_file());
        for method in service.methods() {
            if let Some((at, word, manner)) = verb(&method, &of_service) {
                let verbs = &mut of_service[at].verbs;
                match verbs.iter_mut().find(|known| known.word == word) {
                    Some(known) if manner == Manner::Import => known.file = Some(method),
                    Some(known) if manner == Manner::Act => known.many = Some(method),
                    _ => verbs.push(Verb { word, manner, method, file: None, many: None }),
                }
            }
        }
        nouns.extend(of_service.into_iter().filter(|noun| !noun.verbs.is_empty()));
    }
    nouns.sort_by_key(|noun: &Noun| noun.pattern.matches('/').count()); // what stands by itself first
    nouns
}

/// The services of Ensemble, without those of others.
pub(crate) fn ours(pool: &DescriptorPool) -> impl Iterator<Item = ServiceDescriptor> + '_ {
    pool.services().filter(|service| service.full_name().starts_with("ensemble."))
}

/// The methods of Ensemble that a name fits: `PartnerService/ListPartners`, in full or its end.
pub(crate) fn methods(pool: &DescriptorPool, typed: &str) -> Vec<MethodDescriptor> {
    let typed = typed.trim_start_matches('/');
    let mut exact = Vec::new();
    let mut found = Vec::new();
    for service in ours(pool) {
        for method in service.methods() {
            let full = path_of(&method);
            if full == typed || full.replace('/', ".") == typed {
                exact.push(method);
            } else if full.ends_with(typed) && full[..full.len() - typed.len()].ends_with(['.', '/']) {
                found.push(method);
            }
        }
    }
    if exact.is_empty() { found } else { exact }
}

/// The one method of a service: for calls that the command makes by itself.
pub(crate) fn method(name: &str) -> Option<MethodDescriptor> {
    methods(proto::pool(), name).into_iter().next()
}

/// `ensemble.partners.v1.PartnerService/GetPartner`.
pub(crate) fn path_of(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().full_name(), method.name())
}

/// The word for a service: `partners` of `ensemble.partners.v1`.
pub(crate) fn area(service: &ServiceDescriptor) -> String {
    service.full_name().split('.').nth(1).unwrap_or_default().to_owned()
}

/// Whether a call writes: it then has a `request_id`.
pub(crate) fn writes(method: &MethodDescriptor) -> bool {
    method.input().get_field_by_name("request_id").is_some()
}

/// The items of a page: the response's repeated messages. An answer with several such fields is no page: a summary.
pub(crate) fn items(response: &MessageDescriptor) -> Option<FieldDescriptor> {
    let mut lists =
        response.fields().filter(|field| field.is_list() && matches!(field.kind(), Kind::Message(_)));
    lists.next().filter(|_| lists.next().is_none())
}

fn resources(file: &FileDescriptor) -> Vec<Noun> {
    file.messages()
        .filter_map(|message| {
            let option = option(&message.options(), "google.api.resource")?;
            let Value::Message(option) = option else { return None };
            let text = |name: &str| Some(option.get_field_by_name(name)?.as_str()?.to_owned());
            let pattern = option.get_field_by_name("pattern")?.as_list()?.first()?.as_str()?.to_owned();
            Some(Noun {
                singular: kebab(&text("singular")?),
                plural: kebab(&text("plural")?),
                pattern,
                resource: message,
                verbs: Vec::new(),
            })
        })
        .collect()
}

/// Which noun a method belongs to, its word, and its manner.
fn verb(method: &MethodDescriptor, nouns: &[Noun]) -> Option<(usize, String, Manner)> {
    let name = method.name();
    // `ImportTerritories` imports files of territories; what else is imported, `import` knows.
    let import = |noun: &Noun| name == format!("Import{}", pascal(&noun.plural));
    if let Some(at) = nouns.iter().position(import).filter(|_| method.is_client_streaming()) {
        return Some((at, "import".to_owned(), Manner::Import));
    }
    let fetched = method.is_server_streaming() && name.starts_with("Get");
    let sent = method.is_client_streaming() && name.ends_with("File") && !name.starts_with("Import");
    let other = method.is_client_streaming() || method.is_server_streaming();
    if name.starts_with("Import") || name.starts_with("BatchGet") || other && !fetched && !sent {
        return None; // `import`, `watch` and `api` serve them
    }
    // The longest noun that the method names; else the one it answers with; else the only one, or that of the service.
    let named = nouns
        .iter()
        .enumerate()
        .flat_map(|(at, noun)| [(at, pascal(&noun.plural)), (at, pascal(&noun.singular))])
        .filter(|(_, word)| name.contains(word.as_str()))
        .max_by_key(|(_, word)| word.len());
    let answered = nouns.iter().position(|noun| noun.resource == method.output());
    let (at, rest) = match (named, answered) {
        (Some((at, word)), _) => (at, name.replacen(&word, "", 1)),
        (None, Some(at)) => (at, name.to_owned()),
        (None, None) if nouns.len() == 1 => (0, name.to_owned()),
        (None, None) => {
            let service = method.parent_service();
            let own = |noun: &Noun| service.name() == format!("{}Service", pascal(&noun.singular));
            (nouns.iter().position(own)?, name.to_owned())
        }
    };
    // `EnrolParticipant` makes an enrolment of a session.
    let input = method.input();
    let made = format!("{}_id", nouns[at].singular.replace('-', "_"));
    if input.get_field_by_name("parent").is_some() && input.get_field_by_name(&made).is_some() {
        return Some((at, "create".to_owned(), Manner::Create));
    }
    Some(match rest.as_str() {
        // `GetReportTemplate` is `report template`, `CheckReportFile` is `report check`.
        other if fetched => (at, kebab(other.trim_start_matches("Get")), Manner::Fetch),
        other if sent => (at, kebab(other.trim_end_matches("File")), Manner::Import),
        "Create" => (at, "create".to_owned(), Manner::Create),
        "Get" => (at, "show".to_owned(), Manner::Show),
        "List" => (at, "list".to_owned(), Manner::List),
        "Search" => (at, "search".to_owned(), Manner::Search),
        "Update" => (at, "edit".to_owned(), Manner::Edit),
        "Delete" => (at, "delete".to_owned(), Manner::Delete),
        // `ListPossibleDuplicates` is `duplicates`.
        other if other.starts_with("List") => (at, kebab(other).rsplit('-').next()?.to_owned(), Manner::Look),
        other if writes(method) => (at, kebab(other), Manner::Act),
        // `GetIssuerKeys` is `certificate issuer-keys`.
        other => (at, kebab(other.strip_prefix("Get").unwrap_or(other)), Manner::Look),
    })
}

/// An extension of an option, by its full name.
pub(crate) fn option(options: &prost_reflect::DynamicMessage, name: &str) -> Option<Value> {
    let extension = proto::pool().get_extension_by_name(name)?;
    options.has_extension(&extension).then(|| options.get_extension(&extension).into_owned())
}

/// Whether a field has a behaviour of AIP-203: `OUTPUT_ONLY`, `REQUIRED`.
pub(crate) fn behaves(field: &FieldDescriptor, behaviour: &str) -> bool {
    let Some(Value::List(given)) = option(&field.options(), "google.api.field_behavior") else {
        return false;
    };
    let Some(all) = proto::pool().get_enum_by_name("google.api.FieldBehavior") else { return false };
    given
        .iter()
        .filter_map(Value::as_enum_number)
        .filter_map(|number| all.get_value(number))
        .any(|value| value.name() == behaviour)
}

/// An enum value without the prefix that its enum gives it: `PENDING` of `STATE_PENDING`.
pub(crate) fn short_value(value: &EnumValueDescriptor) -> String {
    let prefix = format!("{}_", kebab(value.parent_enum().name()).replace('-', "_").to_uppercase());
    value.name().strip_prefix(&prefix).unwrap_or(value.name()).to_owned()
}

/// `service-account` of `ServiceAccount`, `serviceAccount` or `service_account`.
pub(crate) fn kebab(word: &str) -> String {
    let mut kebab = String::new();
    for (at, letter) in word.chars().enumerate() {
        match letter {
            '_' => kebab.push('-'),
            letter if letter.is_ascii_uppercase() => {
                if at > 0 && !kebab.ends_with('-') {
                    kebab.push('-');
                }
                kebab.push(letter.to_ascii_lowercase());
            }
            letter => kebab.push(letter),
        }
    }
    kebab
}

/// `ServiceAccount` of `service-account`.
pub(crate) fn pascal(kebab: &str) -> String {
    let word = |word: &str| {
        word.chars()
            .enumerate()
            .map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c })
            .collect::<String>()
    };
    kebab.split('-').map(word).collect()
}
