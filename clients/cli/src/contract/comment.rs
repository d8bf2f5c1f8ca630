//! What the contract says about its elements: the comments of the `.proto` files, English, and French after `FR:`.

use std::collections::HashMap;
use std::sync::LazyLock;

use prost_reflect::{
    EnumValueDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor, MethodDescriptor,
};

use crate::say::Language;

/// What the contract says about one of its elements, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) en: String,
    pub(crate) fr: Option<String>,
}

impl Comment {
    fn parse(text: &str) -> Self {
        let (mut en, mut fr) = (Vec::new(), Vec::new());
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match line.strip_prefix("FR:") {
                Some(french) => fr.push(french.trim()),
                None if fr.is_empty() => en.push(line),
                None => fr.push(line),
            }
        }
        Self { en: en.join(" "), fr: (!fr.is_empty()).then(|| fr.join(" ")) }
    }

    /// The text in a language, else in English.
    pub(crate) fn text(&self, language: Language) -> &str {
        match (language, &self.fr) {
            (Language::Fr, Some(french)) => french,
            _ => &self.en,
        }
    }
}

type Comments = HashMap<(String, Vec<i32>), Comment>;

fn comment_at(file: &FileDescriptor, path: &[i32]) -> Comment {
    static ALL: LazyLock<Comments> = LazyLock::new(|| {
        let mut all = Comments::new();
        for file in proto::pool().files().filter(|file| file.name().starts_with("ensemble/")) {
            let Some(info) = &file.file_descriptor_proto().source_code_info else { continue };
            for location in &info.location {
                if let Some(text) = &location.leading_comments {
                    all.insert((file.name().to_owned(), location.path.clone()), Comment::parse(text));
                }
            }
        }
        all
    });
    ALL.get(&(file.name().to_owned(), path.to_vec())).cloned().unwrap_or_default()
}

pub(crate) fn comment_of_message(message: &MessageDescriptor) -> Comment {
    comment_at(&message.parent_file(), message.path())
}

pub(crate) fn comment_of_method(method: &MethodDescriptor) -> Comment {
    comment_at(&method.parent_service().parent_file(), method.path())
}

pub(crate) fn comment_of_field(field: &FieldDescriptor) -> Comment {
    comment_at(&field.parent_message().parent_file(), field.path())
}

pub(crate) fn comment_of_value(value: &EnumValueDescriptor) -> Comment {
    comment_at(&value.parent_enum().parent_file(), value.path())
}

/// The first sentence of a comment, without its full stop: fit for a list of commands.
pub(crate) fn summary(text: &str) -> String {
    let end = text.find(". ").unwrap_or(text.len());
    text[..end].trim_end_matches('.').to_owned()
}
