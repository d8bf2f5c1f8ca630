//! Taking a file of places over as found (BEY-8): looked at once whole, then written in one transaction, or not at all.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::database::{Outcome, Unit};
use chassis::error::{Error, Result};
use chassis::say::Language;
use chassis::upload::Upload;
use chassis::wire::Conversation;
use chassis::{Call, Context, idempotency, mask, name, say};
use futures::FutureExt as _;
use iati::places::Record;
use iati::{Limits, Problems, Severity};
use prost::Message as _;
use prost_reflect::{DynamicMessage, ReflectMessage as _, Value};
use proto::common::{ImportChange, ImportCount, ImportReport, ImportRequest, Origin};
use proto::partners as pb;
use tonic::Streaming;

use super::as_found::{self, anew, fill, origin};
use super::row::Model;
use super::rules::blank;
use super::store::Known;
use crate::partner::import::{counted, recognise};
use crate::taking::source;

/// Changes that a report lists, at most.
const LISTED: usize = 1000;
/// Places of one file, at most: all are held at once.
const MOST: usize = 100_000;
/// Bytes of one file.
const LARGEST: u64 = 256 << 20;

/// Imports a file of places.
pub(super) async fn file(
    context: &Context,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
) -> Result<ImportReport> {
    let upload = Upload::receive(pieces).await?;
    let call = Call::of_upload(caller, &upload, &context.clock)?;
    let file = upload.open()?;
    let survey = tokio::task::spawn_blocking(move || survey(file)).await.map_err(Error::internal)?;
    let Survey { places, refused, problems } = survey;
    // What blocks a record blocks the file, unless the caller takes what is sound; either way the report is whole.
    let rehearse = call.validate_only || (problems.blocked() && !upload.options.partial);
    let call = Call { validate_only: rehearse, ..call };
    let french = Conversation::current().language == Language::Fr;
    let report = ImportReport { committed: !rehearse, ..problems.report(&upload.options.file_name, french) };
    let work = Arc::new(TakeOver { places, refused, report, french });
    let preferences = Conversation::current();
    let written = idempotency::once(&context.database, "partners", call, move |unit, call| {
        let work = Arc::clone(&work);
        preferences.clone().carry(async move { work.run(unit, call).await.map(Outcome::Keep) }).boxed()
    });
    written.await
}

struct Survey {
    /// What can be taken.
    places: Vec<(Record, pb::Place)>,
    refused: i32,
    problems: Problems,
}

/// Looks at a whole file.
fn survey(file: impl std::io::Read) -> Survey {
    let limits = Limits { total: LARGEST, records: MOST, ..Limits::default() };
    let read = iati::places::read(file, limits);
    let mut survey = Survey { places: Vec::new(), refused: 0, problems: Problems::default() };
    survey.problems.note(read.problems);
    let mut seen: HashMap<(String, String), u32> = HashMap::new();
    for record in read.records {
        let (place, mut problems) = as_found::of(&record);
        let key = (place.source.clone(), place.external_reference.clone());
        match seen.get(&key).copied() {
            Some(line) if !key.1.is_empty() => {
                let why = say!(
                    "the place of line {line} has this id too: give each its own",
                    "le lieu de la ligne {line} porte déjà cet identifiant : donnez à chacun le sien"
                );
                let found = key.1.as_str();
                let code = "DUPLICATE_IDENTIFIER";
                problems.push(record.problem("id", Severity::Blocks, code, found, (why.en, why.fr)));
            }
            _ => drop(seen.insert(key, record.line)),
        }
        let blocked = problems.iter().any(|problem| problem.severity == Severity::Blocks);
        survey.problems.note(problems);
        match blocked {
            true => survey.refused = survey.refused.saturating_add(1),
            false => survey.places.push((record, place)),
        }
    }
    survey
}

/// A file to take over, and what is known of it.
struct TakeOver {
    places: Vec<(Record, pb::Place)>,
    refused: i32,
    /// What there is to report before any place is looked at.
    report: ImportReport,
    french: bool,
}

#[derive(Default)]
struct Found {
    count: ImportCount,
    problems: Problems,
    changes: Vec<ImportChange>,
    left_off: i32,
    said: Vec<(String, Vec<u8>)>,
}

impl TakeOver {
    /// Takes the file over within a transaction.
    async fn run(&self, unit: &mut Unit<'_>, call: &Call) -> Result<ImportReport> {
        let drafts = self.drafts(call)?;
        let references: Vec<&str> = drafts.iter().map(|draft| draft.external_reference.as_str()).collect();
        let titles: Vec<&str> = drafts.iter().map(|draft| draft.folded_title.as_str()).collect();
        let known = Known::of(unit.txn, &references, &titles).await?;
        let places: Vec<Option<&Model>> = drafts.iter().map(|draft| known.find(draft)).collect();
        let names: Vec<&str> = places.iter().flatten().map(|place| place.name.as_str()).collect();
        let before = source::of(unit.txn, &names).await?;
        // Whoever runs a known place runs it still.
        let new = || self.places.iter().zip(&places).filter(|(_, known)| known.is_none());
        let organisations: Vec<_> = new().map(|((_, said), _)| as_found::organisation(said)).collect();
        let recognised = recognise(unit, call, &organisations).await?;
        let mut partners = recognised.partners.iter().map(|(name, _)| name);
        let (mut found, mut created) = (Found::default(), Vec::new());
        for ((record, said), (draft, known)) in self.places.iter().zip(drafts.into_iter().zip(&places)) {
            match known {
                None => {
                    let partner = partners.next().cloned().unwrap_or_default();
                    found.said.push((draft.name.clone(), said.encode_to_vec()));
                    created.push(Model { partner, ..draft });
                }
                Some(place) => {
                    let before = before.get(&place.name).map(Vec::as_slice);
                    self.again(unit, call, place, before, (record, said), &mut found).await?;
                }
            }
        }
        found.count.created = i32::try_from(created.len()).unwrap_or(i32::MAX);
        chassis::store::insert_all(unit, call, &created).await?;
        source::keep(unit.txn, std::mem::take(&mut found.said), unit.now).await?;
        let mut report = self.told(found);
        report.counts.insert(0, counted(&recognised.partners));
        report.possible_duplicates = recognised.possible_duplicates;
        Ok(report)
    }

    /// A row of each record, of a partner that is not known yet.
    fn drafts(&self, call: &Call) -> Result<Vec<Model>> {
        let row = |(_, said): &(Record, pb::Place)| {
            let (id, uid) = name::new_id('l');
            let mut row = blank(&id, &uid.to_string(), call.now);
            row.origin = Origin::Imported.into();
            // The rules ask whose it is; partners says it below.
            fill(&mut row, &pb::Place { partner: "partners/unknown".to_owned(), ..said.clone() })?;
            Ok(row)
        };
        self.places.iter().map(row).collect()
    }

    /// A place that is known: what the file says anew, where nobody wrote otherwise since.
    async fn again(
        &self,
        unit: &mut Unit<'_>,
        call: &Call,
        place: &Model,
        before: Option<&[u8]>,
        (record, said): (&Record, &pb::Place),
        found: &mut Found,
    ) -> Result<()> {
        let (name, severity) = (&place.name, Severity::Advice);
        if !place.external_reference.is_empty() && place.source != said.source {
            let why = say!(
                "it is {name}, of which another source tells: it stays as that one says",
                "c'est {name}, que décrit une autre source : il reste comme elle le dit"
            );
            found.problems.note([record.problem("nom", severity, "PLACE_ELSEWHERE", name, (why.en, why.fr))]);
            found.count.unchanged += 1;
            return Ok(());
        }
        let Some(before) = before else {
            // Written here, and told of for the first time: what people wrote stays.
            let why = say!(
                "it is {name}, which was written here: it stays as it is; what the file says anew later comes",
                "c'est {name}, écrit ici : il reste tel quel ; ce que le fichier dira de nouveau sera repris"
            );
            found.problems.note([record.problem("nom", severity, "PLACE_KNOWN", name, (why.en, why.fr))]);
            found.said.push((place.name.clone(), said.encode_to_vec()));
            found.count.unchanged += 1;
            return Ok(());
        };
        let before = pb::Place::decode(before).map_err(Error::internal)?;
        if as_found::says_as(said, &before) {
            found.count.unchanged += 1;
            return Ok(());
        }
        let after = anew(place, &before, said)?;
        found.said.push((place.name.clone(), said.encode_to_vec()));
        if after == *place {
            found.count.unchanged += 1;
            return Ok(());
        }
        let (was, is): (pb::Place, pb::Place) = (place.clone().into(), after.clone().into());
        self.tell(record, &was, &is, found)?;
        let rule = |place: &mut Model| {
            place.clone_from(&after);
            Ok(())
        };
        chassis::store::apply(unit, call, place.clone(), rule).await?;
        found.count.updated += 1;
        Ok(())
    }

    fn tell(&self, record: &Record, was: &pb::Place, is: &pb::Place, found: &mut Found) -> Result<()> {
        let (before, after) = (dynamic(was)?, dynamic(is)?);
        for field in mask::differing(was, is)? {
            if field == "terms_as_found" {
                continue; // the codes that became of them are told
            }
            if found.changes.len() == LISTED {
                found.left_off = found.left_off.saturating_add(1);
                continue;
            }
            let column = origin(&field);
            found.changes.push(ImportChange {
                record: record.get("id").to_owned(),
                location: record.called(column).to_owned(),
                resource: was.name.clone(),
                label: column.to_owned(),
                before: shown(&before, &field),
                after: shown(&after, &field),
            });
        }
        Ok(())
    }

    fn told(&self, found: Found) -> ImportReport {
        let mut report = self.report.clone();
        report.counts.push(ImportCount { noun: "place".to_owned(), refused: self.refused, ..found.count });
        let late = found.problems.report("", self.french);
        report.problems.extend(late.problems);
        report.problems_left_off += late.problems_left_off;
        report.changes = found.changes;
        report.changes_left_off = found.left_off;
        report
    }
}

fn dynamic(place: &pb::Place) -> Result<DynamicMessage> {
    let kind = proto::pool().get_message_by_name("ensemble.partners.v1.Place");
    let kind = kind.ok_or_else(|| Error::internal("places are not in the contract"))?;
    DynamicMessage::decode(kind, place.encode_to_vec().as_slice()).map_err(Error::internal)
}

/// A field as people read it.
fn shown(place: &DynamicMessage, field: &str) -> String {
    fn plain(value: &Value) -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::F64(number) => number.to_string(),
            Value::I32(number) => format!("{number:02}"),
            Value::List(parts) => parts.iter().map(plain).collect::<Vec<_>>().join(", "),
            Value::Message(inner) => {
                let parts: BTreeMap<u32, String> =
                    inner.fields().map(|(field, value)| (field.number(), plain(value))).collect();
                let separator = if inner.descriptor().name() == "Date" { "-" } else { ", " };
                parts.into_values().collect::<Vec<_>>().join(separator)
            }
            _ => String::new(),
        }
    }
    place.get_field_by_name(field).map(|value| plain(&value)).unwrap_or_default()
}

/// A problem is of a record.
#[cfg(test)]
pub(super) fn problems(file: &str) -> Vec<iati::Problem> {
    let read = iati::places::read(file.as_bytes(), Limits::default());
    let mut problems = read.problems;
    problems.extend(read.records.iter().flat_map(|record| as_found::of(record).1));
    problems
}
