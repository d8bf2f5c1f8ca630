//! What a project is about, where it acts, its documents and its money, for its record. Pure.

use chassis::column::Day;
use chassis::value;
use iati::write::{self, Rewrite};
use iati::{Code, DocumentLink, Location, Place, Transaction};
use proto::common::{Evidence, LocalizedText};
use proto::projects as pb;

use super::{Around, narratives, organisation};
use crate::project::as_found::details::Elements;
use crate::project::row::Model;

/// What was changed here since a record was found: entries that are gone are left out, new ones added. What nobody changed
/// stays as written, with all that is not known of it.
pub(super) fn update(rewrite: &mut Rewrite<'_>, project: &Model, found: &Elements) {
    let details = &project.details;
    replace(rewrite, "sector", &details.sectors, &found.sectors, |one| Some(write::sector(&sector(one))));
    replace(rewrite, "tag", &details.tags, &found.tags, |one| Some(write::tag(&tag(one))));
    replace(rewrite, "location", &details.locations, &found.locations, |one| {
        Some(write::location(&location(one)))
    });
    replace(rewrite, "document-link", &details.documents, &found.documents, |one| {
        Some(write::document_link(&document(one)))
    });
}

fn replace<T: PartialEq>(
    rewrite: &mut Rewrite<'_>,
    name: &str,
    now: &[T],
    found: &[Option<T>],
    element: impl Fn(&T) -> Option<write::Element>,
) {
    if found.iter().flatten().eq(now) {
        return;
    }
    // In another order all are written anew: what is read back is what was said.
    let kept = now.iter().zip(found.iter().flatten()).take_while(|(now, found)| now == found).count();
    let mut number = 0;
    let places: Vec<bool> = found
        .iter()
        .map(|one| {
            number += usize::from(one.is_some());
            one.is_none() || number <= kept
        })
        .collect();
    rewrite.retain(name, |place, _| places.get(place).copied().unwrap_or(true));
    rewrite.add(now.iter().skip(kept).filter_map(element));
}

/// All that a project registered here says: its own places and documents, its territories, and what its accepted reports
/// show and spent.
pub(super) fn add(rewrite: &mut Rewrite<'_>, project: &Model, around: &Around) {
    let details = &project.details;
    rewrite.add(details.sectors.iter().map(|one| write::sector(&sector(one))));
    rewrite.add(details.tags.iter().map(|one| write::tag(&tag(one))));
    rewrite.add(details.locations.iter().map(|one| write::location(&location(one))));
    rewrite.add(around.territories.iter().map(|one| write::location(&territory(one))));
    rewrite.add(details.documents.iter().map(|one| write::document_link(&document(one))));
    for report in &around.reports {
        rewrite.add(report.evidence.iter().map(|one| write::document_link(&shown(one, project))));
        let spent = report.expenditures.iter().filter_map(|one| spent(one, report, project, around));
        rewrite.add(spent.filter_map(|one| write::transaction(&one)));
    }
}

fn texts(text: Option<&LocalizedText>) -> Vec<iati::Narrative> {
    text.map(narratives).unwrap_or_default()
}

fn day(date: Option<&proto::Date>) -> Option<chrono::NaiveDate> {
    date.and_then(|date| Day::from_date("date", date).ok()).map(|day| *day)
}

fn sector(one: &pb::ProjectSector) -> Code {
    Code {
        vocabulary: one.vocabulary.clone(),
        code: one.code.clone(),
        percentage: Some(one.percentage.clone()),
        narratives: texts(one.title.as_ref()),
        uri: one.vocabulary_uri.clone(),
        line: 0,
    }
}

fn tag(one: &pb::ProjectTag) -> Code {
    Code {
        vocabulary: one.vocabulary.clone(),
        code: one.code.clone(),
        percentage: None,
        narratives: texts(one.title.as_ref()),
        uri: one.vocabulary_uri.clone(),
        line: 0,
    }
}

fn place(one: &pb::LocationCode) -> Place {
    let level = Some(one.level).filter(|level| *level > 0);
    Place { vocabulary: one.vocabulary.clone(), code: one.code.clone(), level }
}

fn location(one: &pb::ProjectLocation) -> Location {
    let position = one.point.as_ref().map(|point| format!("{} {}", point.latitude, point.longitude));
    Location {
        ref_: one.reference.clone(),
        reach: one.reach.clone(),
        ids: one.codes.iter().map(place).collect(),
        names: texts(one.title.as_ref()),
        descriptions: texts(one.description.as_ref()),
        administrative: one.administrative_units.iter().map(place).collect(),
        position: position.unwrap_or_default(),
        exactness: one.exactness.clone(),
        class: one.location_class.clone(),
        line: 0,
    }
}

/// A territory as a place: its name, its middle, and its number at `GeoNames`; other registers are no gazetteers of the
/// standard.
fn territory(one: &crate::territory::row::Model) -> Location {
    let place = |identifier: &proto::common::ExternalIdentifier| {
        (identifier.scheme == "GEONAMES").then(|| Place {
            vocabulary: "G1".to_owned(),
            code: identifier.value.clone(),
            level: None,
        })
    };
    let middle = one.centroid.set();
    Location {
        ids: one.identifiers.iter().filter_map(place).collect(),
        names: narratives(&one.display_name),
        position: middle.map(|point| format!("{} {}", point.latitude, point.longitude)).unwrap_or_default(),
        ..Location::default()
    }
}

fn document(one: &pb::ProjectDocument) -> DocumentLink {
    DocumentLink {
        url: one.uri.clone(),
        format: one.mime_type.clone(),
        titles: texts(one.title.as_ref()),
        descriptions: texts(one.description.as_ref()),
        categories: one.category_codes.clone(),
        languages: one.language_codes.clone(),
        day: day(one.document_date.as_ref()),
        line: 0,
    }
}

/// What shows that a report is true, as a document about results.
fn shown(evidence: &Evidence, project: &Model) -> DocumentLink {
    let own = evidence.language_code.split('-').next().unwrap_or_default();
    let language = if own.is_empty() { project.title.default_language_code.as_str() } else { own };
    let title = iati::Narrative { language: Some(language.to_owned()), text: evidence.title.clone() };
    let format = Some(evidence.mime_type.clone()).filter(|kind| iati::has_code("FileFormat", kind));
    DocumentLink {
        url: evidence.uri.clone(),
        format: format.unwrap_or_else(|| "text/html".to_owned()),
        titles: vec![title],
        categories: vec!["A08".to_owned()],
        languages: Some(own.to_owned()).filter(|code| iati::has_code("Language", code)).into_iter().collect(),
        day: day(evidence.issue_date.as_ref()),
        ..DocumentLink::default()
    }
}

/// What a report says was spent: an expenditure on the last day it is of, by the lead.
fn spent(
    one: &pb::Expenditure,
    report: &pb::Report,
    project: &Model,
    around: &Around,
) -> Option<Transaction> {
    let amount = one.amount.as_ref()?;
    let period = one.period.as_ref().or(report.period.as_ref())?;
    let last = day(period.end_date.as_ref().or(period.start_date.as_ref()))?;
    Some(Transaction {
        type_code: "4".to_owned(),
        day: Some(last),
        value: value::decimal(amount),
        currency: Some(amount.currency_code.clone()),
        value_date: Some(last),
        provider: Some(organisation(&project.lead_partner, Some(""), around)),
        ..Transaction::default()
    })
}
