//! In what two agreements differ, told in the words of the contract: a field that is added to it is compared at once. Pure.

use chassis::error::{Error, Result};
use chassis::say::Language;
use prost_reflect::{DynamicMessage, FieldDescriptor, FileDescriptor, Kind, ReflectMessage as _, Value};
use proto::partners as pb;

/// What an agreement says; the rest is what became of it.
const SAID: &[&str] = &[
    "kind",
    "legally_binding",
    "parties",
    "period",
    "document",
    "translations",
    "notice_days",
    "renewal_mode",
    "max_tacit_renewals",
    "review_due_date",
    "contents",
];
/// What became of a part.
const BECAME: &[&str] = &["signature"];
/// By what the lines of a list are told apart.
const KEYS: &[&str] = &["partner", "item", "uri"];
/// One line of what an agreement says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    field: String,
    label: String,
    text: String,
}

/// The fields in which two agreements differ, in the order of the contract.
///
/// # Errors
/// INTERNAL when an agreement is not of the contract.
pub fn compare(
    one: &pb::Agreement,
    other: &pb::Agreement,
    language: Language,
) -> Result<Vec<pb::AgreementDifference>> {
    differences(one, other, SAID, language)
}

/// In which of these fields two states of a resource differ, in their order.
///
/// # Errors
/// INTERNAL when it is not of the contract.
pub(crate) fn differences<M: prost::Message + prost::Name>(
    one: &M,
    other: &M,
    fields: &[&str],
    language: Language,
) -> Result<Vec<pb::AgreementDifference>> {
    let (before, after) = (lines(one, fields, language)?, lines(other, fields, language)?);
    let text = |lines: &[Line], field: &str| {
        lines.iter().find(|line| line.field == field).map(|line| line.text.clone()).unwrap_or_default()
    };
    let new = after.iter().filter(|line| before.iter().all(|known| known.field != line.field));
    let mut differences: Vec<_> = before
        .iter()
        .chain(new)
        .map(|line| pb::AgreementDifference {
            field: line.field.clone(),
            label: line.label.clone(),
            before: text(&before, &line.field),
            after: text(&after, &line.field),
        })
        .filter(|difference| difference.before != difference.after)
        .collect();
    let place = |difference: &pb::AgreementDifference| {
        fields.iter().position(|field| difference.field.split(['.', '[']).next() == Some(*field))
    };
    differences.sort_by_key(place); // what only the other says stands where it belongs
    Ok(differences)
}

fn lines<M: prost::Message + prost::Name>(
    said: &M,
    fields: &[&str],
    language: Language,
) -> Result<Vec<Line>> {
    let descriptor = proto::pool()
        .get_message_by_name(&M::full_name())
        .ok_or_else(|| Error::internal("no such message"))?;
    let mut message = DynamicMessage::new(descriptor.clone());
    message.transcode_from(said).map_err(Error::internal)?;
    let mut teller = Teller { language, lines: Vec::new() };
    for name in fields {
        if let Some(field) = descriptor.get_field_by_name(name) {
            teller.field("", "", &message, &field);
        }
    }
    Ok(teller.lines)
}

struct Teller {
    language: Language,
    lines: Vec<Line>,
}

impl Teller {
    fn field(&mut self, path: &str, label: &str, message: &DynamicMessage, field: &FieldDescriptor) {
        if BECAME.contains(&field.name()) || field.supports_presence() && !message.has_field(field) {
            return;
        }
        let joined = |one: &str, sign: &str, other: &str| match one {
            "" => other.to_owned(),
            one => format!("{one}{sign}{other}"),
        };
        let path = joined(path, ".", field.name());
        let label = joined(label, " · ", &label_of(field, self.language));
        match message.get_field(field).as_ref() {
            Value::List(items) if matches!(field.kind(), Kind::String) => {
                let text = items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
                self.lines.push(Line { field: path, label, text });
            }
            Value::List(items) => {
                for item in items.iter().filter_map(Value::as_message) {
                    let (word, key) = self.key(item);
                    self.message(&format!("{path}[{word}]"), &format!("{label} · {key}"), item);
                }
            }
            Value::Message(inner) if inner.descriptor().name() == "Date" => {
                let part = |name: &str| {
                    inner.get_field_by_name(name).and_then(|part| part.as_i32()).unwrap_or_default()
                };
                let text = format!("{:04}-{:02}-{:02}", part("year"), part("month"), part("day"));
                self.lines.push(Line { field: path, label, text });
            }
            Value::Message(inner) if inner.descriptor().name() == "Money" => {
                let amount = inner.transcode_to().unwrap_or_default();
                let text = chassis::value::format_money(&amount);
                self.lines.push(Line { field: path, label, text });
            }
            Value::Message(inner) if inner.descriptor().name() == "LocalizedText" => {
                let said: proto::common::LocalizedText = inner.transcode_to().unwrap_or_default();
                let text = said.translations.get(&said.default_language_code);
                let text = text.map(|translation| translation.text.clone()).unwrap_or_default();
                self.lines.push(Line { field: path, label, text });
            }
            Value::Message(inner) => self.message(&path, &label, inner),
            value => {
                let text = self.text(field, value);
                self.lines.push(Line { field: path, label, text });
            }
        }
    }

    fn message(&mut self, path: &str, label: &str, message: &DynamicMessage) {
        for field in message.descriptor().fields() {
            self.field(path, label, message, &field);
        }
    }

    /// What tells a line of a list from the others: in a path, and in words.
    fn key(&self, message: &DynamicMessage) -> (String, String) {
        let found = KEYS.iter().find_map(|name| message.descriptor().get_field_by_name(name));
        let Some(field) = found else { return Default::default() };
        let value = message.get_field(&field);
        let words = self.text(&field, value.as_ref());
        match (field.kind(), value.as_enum_number()) {
            (Kind::Enum(of), Some(number)) => {
                let name = of.get_value(number).map(|value| value.name().to_owned()).unwrap_or_default();
                let prefix = format!("{}_", of.name().to_uppercase());
                (name.trim_start_matches(&prefix).to_owned(), words)
            }
            _ => (words.clone(), words),
        }
    }

    fn text(&self, field: &FieldDescriptor, value: &Value) -> String {
        match (value, field.kind()) {
            (Value::Bool(is), _) => match (is, self.language) {
                (true, Language::En) => "yes",
                (true, Language::Fr) => "oui",
                (false, Language::En) => "no",
                (false, Language::Fr) => "non",
            }
            .to_owned(),
            (Value::EnumNumber(0), _) => String::new(),
            (Value::EnumNumber(number), Kind::Enum(of)) => of
                .get_value(*number)
                .map(|value| {
                    let said = comment(&of.parent_file(), value.path(), self.language);
                    said.unwrap_or_else(|| value.name().to_owned())
                })
                .unwrap_or_default(),
            (Value::String(text), _) => text.clone(),
            (Value::I32(number), _) => number.to_string(),
            (other, _) => format!("{other:?}"),
        }
    }
}

fn label_of(field: &FieldDescriptor, language: Language) -> String {
    let french = match language {
        Language::En => None,
        Language::Fr => comment(&field.parent_message().parent_file(), field.path(), language),
    };
    french.unwrap_or_else(|| {
        let words = field.name().replace('_', " ");
        let mut letters = words.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    })
}

/// What the contract says of something in a language, without its full stop.
pub(crate) fn comment(file: &FileDescriptor, path: &[i32], language: Language) -> Option<String> {
    let info = file.file_descriptor_proto().source_code_info.as_ref()?;
    let location = info.location.iter().find(|location| location.path == path)?;
    let mut lines = location.leading_comments().lines().map(str::trim);
    let said = match language {
        Language::En => lines.next(),
        Language::Fr => lines.find_map(|line| line.strip_prefix("FR:")),
    };
    said.map(|said| said.trim().trim_end_matches('.').to_owned()).filter(|said| !said.is_empty())
}

#[cfg(test)]
mod tests {
    use prost::Name as _;
    use proto::common::{DateRange, Evidence};
    use proto::partners::agreement::{Kind as What, RenewalMode};
    use proto::partners::agreement_content::{Item, Status};

    use super::*;

    fn date(year: i32) -> Option<proto::Date> {
        Some(proto::Date { year, month: 12, day: 31 })
    }

    fn party(partner: &str, title: &str) -> pb::AgreementParty {
        pb::AgreementParty {
            partner: partner.to_owned(),
            signatory_title: title.to_owned(),
            signature: Some(pb::AgreementSignature { user: "users/u".to_owned(), ..Default::default() }),
            ..Default::default()
        }
    }

    fn content(item: Item, status: Status) -> pb::AgreementContent {
        pb::AgreementContent { item: item.into(), status: status.into(), ..Default::default() }
    }

    fn agreement() -> pb::Agreement {
        pb::Agreement {
            kind: What::Mou.into(),
            parties: vec![party("partners/a", "Mayor"), party("partners/b", "Chair")],
            period: Some(DateRange { start_date: date(2025), end_date: date(2026) }),
            document: Some(Evidence { title: "The text".to_owned(), ..Default::default() }),
            notice_days: Some(0),
            renewal_mode: RenewalMode::None.into(),
            contents: vec![content(Item::Data, Status::NotApplicable)],
            ..Default::default()
        }
    }

    fn differing(change: impl Fn(&mut pb::Agreement), language: Language) -> Vec<[String; 4]> {
        let mut other = agreement();
        change(&mut other);
        let found = compare(&agreement(), &other, language).unwrap();
        found.into_iter().map(|one| [one.field, one.label, one.before, one.after]).collect()
    }

    #[test]
    fn what_became_of_an_agreement_is_no_difference() {
        let same = differing(
            |other| {
                other.name = "partnerships/p/agreements/b".to_owned();
                other.revision = 9;
                other.state = pb::agreement::State::InForce.into();
                other.parties.iter_mut().for_each(|party| party.signature = None);
            },
            Language::En,
        );
        assert!(same.is_empty(), "{same:?}");
    }

    #[test]
    fn differences_are_told_in_the_readers_words_and_in_the_order_of_the_contract() {
        let change = |other: &mut pb::Agreement| {
            other.contents = vec![content(Item::Data, Status::Present)];
            other.legally_binding = true;
            other.period.as_mut().unwrap().end_date = date(2027);
            other.notice_days = Some(60);
            other.parties = vec![party("partners/b", "Chair"), party("partners/c", "Rector")];
            other.renewal_mode = RenewalMode::Tacit.into();
            other.max_tacit_renewals = 2;
        };
        let told = |language| {
            let lines = differing(change, language).into_iter();
            lines.map(|[field, label, before, after]| format!("{field}: {label}: {before} > {after}"))
        };
        assert_eq!(
            told(Language::En).collect::<Vec<_>>(),
            [
                "legally_binding: Legally binding: no > yes",
                "parties[partners/a].partner: Parties · partners/a · Partner: partners/a > ",
                "parties[partners/a].signatory_title: Parties · partners/a · Signatory title: Mayor > ",
                "parties[partners/c].partner: Parties · partners/c · Partner:  > partners/c",
                "parties[partners/c].signatory_title: Parties · partners/c · Signatory title:  > Rector",
                "period.end_date: Period · End date: 2026-12-31 > 2027-12-31",
                "notice_days: Notice days: 0 > 60",
                "renewal_mode: Renewal mode: Nothing: it ends > It repeats itself, unless a party gives notice (PAR-12)",
                "max_tacit_renewals: Max tacit renewals: 0 > 2",
                "contents[DATA].status: Contents · Data protection, and data sharing · Status: It need not > It does",
            ]
        );
        let french: Vec<_> = told(Language::Fr).collect();
        assert_eq!(french[0], "legally_binding: Juridiquement contraignant: non > oui");
        assert_eq!(french[5], "period.end_date: Période · Fin: 2026-12-31 > 2027-12-31");
        assert_eq!(
            french[7],
            "renewal_mode: Mode de renouvellement: Aucun renouvellement > Tacite reconduction"
        );
    }

    #[test]
    fn every_field_of_the_contract_is_said_or_became() {
        let became = |name: &str| {
            matches!(
                name,
                "name" | "uid" | "etag" | "create_time" | "update_time" | "revision" | "external_reference"
            )
        };
        let behaviour = proto::pool().get_extension_by_name("google.api.field_behavior").unwrap();
        let output_only = |field: &FieldDescriptor| {
            let options = field.options();
            let values = options.get_extension(&behaviour);
            values.as_list().unwrap_or_default().iter().any(|value| value.as_enum_number() == Some(3))
        };
        let descriptor = proto::pool().get_message_by_name(&pb::Agreement::full_name()).unwrap();
        for field in descriptor.fields().filter(|field| !became(field.name())) {
            assert_ne!(SAID.contains(&field.name()), output_only(&field), "{}", field.name());
        }
    }
}
