//! What each field of a dataset's entry may hold. Pure.

use chassis::column::Day;
use chassis::error::{Result, Violations};
use chassis::{say, value};
use peers::{PROJECT, RECOMMENDATION};
use proto::projects as pb;

use super::code::{ACCESS_RIGHTS, frequency, theme};
use super::licence::spdx;
use super::row::Model;
use crate::measure::TERRITORY;
use crate::project::describe::PARTNER;

const MOST_DISTRIBUTIONS: usize = 100;
const MOST_KEYWORDS: usize = 100;
const KEYWORD: usize = 100;
const LINE: usize = 500;

/// Takes over what a draft says of a dataset, having looked at every field.
pub(crate) fn describe(dataset: &mut Model, draft: &pb::Dataset) -> Result<()> {
    let mut wrong = Violations::default();
    wrong.localized("title", &mut dataset.title, draft.title.as_ref(), true)?;
    wrong.localized("description", &mut dataset.description, draft.description.as_ref(), true)?;
    wrong.require("publisher", !draft.publisher.is_empty());
    wrong.reference("publisher", PARTNER, &draft.publisher)?;
    dataset.publisher.clone_from(&draft.publisher);
    let contact = wrong.check(draft.contact_point.as_ref().map(contact_point).transpose())?;
    dataset.contact_point = contact.flatten().unwrap_or_default().into();
    dataset.themes = wrong.codes("themes", "DATA_THEME", |code| theme(code).is_some(), &draft.themes);
    let keywords = wrong.each("keywords", &draft.keywords, MOST_KEYWORDS, |at, word| keyword(at, word))?;
    wrong.once("keywords", &keywords);
    dataset.keywords = keywords.into();
    dataset.territories = wrong.references("territories", TERRITORY, &draft.territories)?;
    let span = draft.temporal.as_ref().map(|days| value::date_range("temporal", days, true));
    let span = wrong.check(span.transpose())?.flatten();
    (dataset.temporal_start, dataset.temporal_end) = span.map_or((None, None), |(from, to)| (Some(from), to));
    let mut code = |field: &str, list: &str, known: &dyn Fn(&str) -> bool, said: &str| {
        if !said.is_empty() {
            wrong.code(field, list, known, said);
        }
        said.to_owned()
    };
    let known = |code: &str| frequency(code).is_some();
    dataset.frequency = code("frequency", "FREQUENCY", &known, &draft.frequency);
    let known = |code: &str| ACCESS_RIGHTS.contains(&code);
    dataset.access_right = code("access_right", "ACCESS_RIGHT", &known, &draft.access_right);
    wrong.localized("restriction", &mut dataset.restriction, draft.restriction.as_ref(), false)?;
    wrong.localized(
        "access_procedure",
        &mut dataset.access_procedure,
        draft.access_procedure.as_ref(),
        false,
    )?;
    dataset.contains_personal_data = draft.contains_personal_data;
    dataset.high_value = draft.high_value;
    wrong.localized("provenance", &mut dataset.provenance, draft.provenance.as_ref(), false)?;
    wrong.reference("project", PROJECT, &draft.project)?;
    dataset.project.clone_from(&draft.project);
    dataset.recommendations = wrong.references("recommendations", RECOMMENDATION, &draft.recommendations)?;
    dataset.distributions =
        wrong.each("distributions", &draft.distributions, MOST_DISTRIBUTIONS, distribution)?.into();
    dataset.data_dictionary = https(&mut wrong, "data_dictionary", &draft.data_dictionary)?;
    let homologation = draft.licence_homologation.as_ref();
    let homologation = homologation.map(|shown| value::evidence("licence_homologation", shown));
    dataset.licence_homologation =
        wrong.check(homologation.transpose())?.flatten().unwrap_or_default().into();
    wrong.finish()
}

/// An address, or nothing.
fn https(wrong: &mut Violations, field: &str, said: &str) -> Result<String> {
    match said.trim() {
        "" => Ok(String::new()),
        said => Ok(wrong.check(value::https(field, said))?.unwrap_or_default()),
    }
}

fn contact_point(said: &pb::ContactPoint) -> Result<pb::ContactPoint> {
    let mut wrong = Violations::default();
    let name = "contact_point.display_name";
    wrong.require(name, !said.display_name.trim().is_empty());
    if said.display_name.contains('@') {
        wrong.add(
            name,
            say!(
                "a service or a function and its page, no person's address: it stands in every catalogue",
                "un service ou une fonction et sa page, pas l'adresse d'une personne : la fiche est reprise partout"
            ),
        );
    }
    let display_name = wrong.plain(name, &said.display_name, LINE)?;
    let uri = wrong.check(value::https("contact_point.uri", &said.uri))?.unwrap_or_default();
    wrong.finish()?;
    Ok(pb::ContactPoint { display_name, uri })
}

fn keyword(field: &str, said: &str) -> Result<String> {
    let mut wrong = Violations::default();
    wrong.require(field, !said.trim().is_empty());
    let word = wrong.plain(field, said, KEYWORD)?;
    wrong.finish()?;
    Ok(word)
}

fn distribution(field: &str, said: &pb::Distribution) -> Result<pb::Distribution> {
    let mut wrong = Violations::default();
    let at = |name: &str| format!("{field}.{name}");
    let title = wrong.plain(&at("title"), &said.title, LINE)?;
    let access_url = wrong.check(value::https(&at("access_url"), &said.access_url))?.unwrap_or_default();
    let download_url = https(&mut wrong, &at("download_url"), &said.download_url)?;
    let media_type = wrong.check(value::media_type(&at("media_type"), said.media_type.trim()))?;
    let licence = wrong.check(spdx(&at("licence"), &said.licence))?.unwrap_or_default();
    if said.byte_size < 0 {
        wrong.add(at("byte_size"), say!("not below 0", "pas en dessous de 0"));
    }
    let sha256 = match said.sha256.trim() {
        "" => String::new(),
        digest => wrong.check(value::sha256(&at("sha256"), digest))?.unwrap_or_default(),
    };
    if let Some(day) = &said.modified_date {
        wrong.check(Day::from_date(&at("modified_date"), day))?;
    }
    let conforms_to = https(&mut wrong, &at("conforms_to"), &said.conforms_to)?;
    wrong.finish()?;
    Ok(pb::Distribution {
        title,
        access_url,
        download_url,
        media_type: media_type.unwrap_or_default(),
        licence,
        byte_size: said.byte_size,
        sha256,
        modified_date: said.modified_date,
        conforms_to,
    })
}
