//! Compiles the contracts with protox (no protoc to install) and writes beside them the traits that every contract shares.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor, Value};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const LOCALIZED_TEXT: &str = "ensemble.common.v1.LocalizedText";

fn main() -> Result<()> {
    let mut files = Vec::new();
    contracts(Path::new("ensemble"), &mut files)?;
    println!("cargo:rerun-if-changed=ensemble");
    println!("cargo:rerun-if-changed=google");

    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_imports(true).include_source_info(true).open_files(files)?;
    let encoded = compiler.encode_file_descriptor_set(); // keeps the options that prost-types would drop
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptor.bin"), &encoded)?;

    let pool = DescriptorPool::decode(encoded.as_slice())?;
    std::fs::write(out.join("contract.rs"), shared_traits(&pool)?)?;
    // google.api is for tools: nothing of it is used at run time.
    let mut set = compiler.file_descriptor_set();
    set.file.retain(|file| !file.name().starts_with("google/api/"));
    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names();
    config.btree_map(["."]); // the same message is the same bytes: request hashes, stored rows
    tonic_prost_build::configure().include_file("ensemble.rs").compile_fds_with_config(set, config)?;
    Ok(())
}

fn contracts(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            contracts(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

fn shared_traits(pool: &DescriptorPool) -> Result<String> {
    let ours: Vec<_> =
        pool.all_messages().filter(|m| m.full_name().starts_with("ensemble.") && !m.is_map_entry()).collect();
    let visibility =
        pool.get_extension_by_name("ensemble.auth.v1.visibility").ok_or("no visibility option")?;
    let private = |field: &FieldDescriptor| matches!(field.options().get_extension(&visibility).as_ref(), Value::EnumNumber(number) if *number != 0);
    let texts = closure(&ours, |field| is(field, LOCALIZED_TEXT));
    let secrets = closure(&ours, private);
    let mut code = String::new();
    for message in &ours {
        let path = rust_path(message);
        localized(&mut code, message, &path, &texts)?;
        redact(&mut code, message, &path, &secrets, &private)?;
        if message.get_field_by_name("request_id").is_some() && message.name().ends_with("Request") {
            mutation(&mut code, message, &path)?;
        }
        if ["page_size", "page_token", "filter", "order_by"]
            .iter()
            .all(|name| message.get_field_by_name(name).is_some())
        {
            listing(&mut code, message, &path)?;
        }
        if message.get_field_by_name("name").is_some() && message.get_field_by_name("etag").is_some() {
            resource(&mut code, message, &path)?;
        }
    }
    Ok(code)
}

fn localized(
    code: &mut String,
    message: &MessageDescriptor,
    path: &str,
    texts: &BTreeSet<String>,
) -> Result<()> {
    writeln!(code, "impl crate::Localized for {path} {{")?;
    if !texts.contains(message.full_name()) {
        writeln!(
            code,
            "fn texts(&mut self, _: &mut dyn FnMut(&mut ensemble::common::v1::LocalizedText)) {{}}\n}}"
        )?;
        return Ok(());
    }
    writeln!(
        code,
        "fn texts(&mut self, visit: &mut dyn FnMut(&mut ensemble::common::v1::LocalizedText)) {{"
    )?;
    writeln!(code, "use crate::visit::Each as _;")?;
    for field in message.fields().filter(|field| !field.is_map() && field.containing_oneof().is_none()) {
        let name = field.name();
        if is(&field, LOCALIZED_TEXT) {
            writeln!(code, "self.{name}.each(&mut *visit);")?;
        } else if matches!(field.kind(), Kind::Message(inner) if texts.contains(inner.full_name())) {
            writeln!(code, "self.{name}.each(|inner| crate::Localized::texts(inner, visit));")?;
        }
    }
    writeln!(code, "}}\n}}")?;
    Ok(())
}

fn redact(
    code: &mut String,
    message: &MessageDescriptor,
    path: &str,
    secrets: &BTreeSet<String>,
    private: &impl Fn(&FieldDescriptor) -> bool,
) -> Result<()> {
    writeln!(code, "impl crate::Private for {path} {{ fn redact(&mut self) {{")?;
    if secrets.contains(message.full_name()) {
        for field in message.fields() {
            let name = field.name();
            if private(&field) {
                writeln!(code, "self.{name} = Default::default();")?;
            } else if matches!(field.kind(), Kind::Message(inner) if !field.is_map() && secrets.contains(inner.full_name()))
            {
                writeln!(code, "crate::visit::Each::each(&mut self.{name}, crate::Private::redact);")?;
            }
        }
    }
    writeln!(code, "}} }}")?;
    Ok(())
}

fn mutation(code: &mut String, message: &MessageDescriptor, path: &str) -> Result<()> {
    let text = |name: &str| match message.get_field_by_name(name) {
        Some(_) => format!("&self.{name}"),
        None => "\"\"".to_owned(),
    };
    // An Update carries the name and the etag inside its resource.
    let updated = message
        .fields()
        .find(
            |field| matches!(field.kind(), Kind::Message(inner) if inner.get_field_by_name("etag").is_some()),
        )
        .filter(|_| message.name().starts_with("Update"));
    let within = |name: &str| match &updated {
        Some(field) => format!("self.{}.as_ref().map_or(\"\", |resource| &resource.{name})", field.name()),
        None => text(name),
    };
    writeln!(
        code,
        "impl crate::Mutation for {path} {{ fn request_id(&self) -> &str {{ {} }} fn validate_only(&self) -> bool {{ self.validate_only }} \
         fn name(&self) -> &str {{ {} }} fn etag(&self) -> &str {{ {} }} fn reason(&self) -> &str {{ {} }} }}",
        text("request_id"),
        within("name"),
        within("etag"),
        text("reason"),
    )?;
    if let Some(field) = updated
        && message.get_field_by_name("update_mask").is_some()
        && let Kind::Message(inner) = field.kind()
    {
        let (field, inner) = (field.name(), rust_path(&inner));
        writeln!(
            code,
            "impl crate::Update for {path} {{ type Resource = {inner}; const FIELD: &'static str = \"{field}\"; \
             fn into_parts(self) -> (Self::Resource, Option<::prost_types::FieldMask>) {{ (self.{field}.unwrap_or_default(), self.update_mask) }} }}"
        )?;
    }
    Ok(())
}

fn resource(code: &mut String, message: &MessageDescriptor, path: &str) -> Result<()> {
    let explain = match message.get_field_by_name("allowed_actions") {
        Some(_) => "self.allowed_actions = actions;",
        None => "drop(actions);",
    };
    writeln!(
        code,
        "impl crate::Resource for {path} {{ fn name(&self) -> &str {{ &self.name }} \
         fn explain(&mut self, actions: Vec<ensemble::common::v1::AllowedAction>) {{ {explain} }} }}"
    )?;
    Ok(())
}

fn listing(code: &mut String, message: &MessageDescriptor, path: &str) -> Result<()> {
    let parent = if message.get_field_by_name("parent").is_some() { "&self.parent" } else { "\"\"" };
    writeln!(
        code,
        "impl crate::Listing for {path} {{ fn parent(&self) -> &str {{ {parent} }} fn page_size(&self) -> i32 {{ self.page_size }} \
         fn page_token(&self) -> &str {{ &self.page_token }} fn filter(&self) -> &str {{ &self.filter }} \
         fn order_by(&self) -> &str {{ &self.order_by }} }}"
    )?;
    Ok(())
}

/// The messages that have such a field themselves or in a message inside them.
fn closure(messages: &[MessageDescriptor], has: impl Fn(&FieldDescriptor) -> bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for message in messages {
            let inside = |field: &FieldDescriptor| matches!(field.kind(), Kind::Message(inner) if !field.is_map() && found.contains(inner.full_name()));
            if message.fields().any(|field| has(&field) || inside(&field)) {
                found.insert(message.full_name().to_owned());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

fn is(field: &FieldDescriptor, name: &str) -> bool {
    !field.is_map() && matches!(field.kind(), Kind::Message(inner) if inner.full_name() == name)
}

/// `ensemble.partners.v1.Partner` is `ensemble::partners::v1::Partner`.
fn rust_path(message: &MessageDescriptor) -> String {
    message.full_name().replace('.', "::")
}
