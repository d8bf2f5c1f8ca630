//! What the sectors, tags, locations and documents of a project may be. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

use chassis::column::Day;
use chassis::draft::MOST;
use chassis::error::{Result, Violations};
use chassis::{say, text, value};
use proto::common::LocalizedText;
use proto::projects as pb;
use rust_decimal::Decimal;

use crate::project::row::Model;

/// The longest code.
const LONGEST: usize = 200;

/// Takes over what a draft says. What was imported and is sent back as it is is not looked at again; transactions are
/// imported only.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub(super) fn describe(project: &mut Model, draft: &pb::Project, imported: bool) -> Result<()> {
    let mut wrong = Violations::default();
    let details = &mut project.details;
    if !(imported && draft.sectors == details.sectors) {
        details.sectors = wrong.check(sectors(&draft.sectors))?.unwrap_or_default();
    }
    if !(imported && draft.tags == details.tags) {
        details.tags = wrong.check(tags(&draft.tags))?.unwrap_or_default();
    }
    if !(imported && draft.locations == details.locations) {
        details.locations = wrong.check(locations(&draft.locations))?.unwrap_or_default();
    }
    if !(imported && draft.documents == details.documents) {
        details.documents = wrong.check(documents(&draft.documents))?.unwrap_or_default();
    }
    wrong.finish()
}

fn few<T>(wrong: &mut Violations, field: &str, each: &[T]) {
    if each.len() > MOST {
        wrong.add(field, say!("at most {MOST}", "{MOST} au plus"));
    }
}

/// A code of a list of the standard.
fn code(wrong: &mut Violations, field: &str, list: &str, code: &str) {
    if !iati::has_code(list, code) {
        wrong.add(
            field,
            say!("expected a code of the IATI list {list}", "code de la liste IATI {list} attendu"),
        );
    }
}

fn optional(wrong: &mut Violations, field: &str, list: &str, found: &str) {
    if !found.is_empty() {
        code(wrong, field, list, found);
    }
}

fn title(
    wrong: &mut Violations,
    field: &str,
    title: Option<&LocalizedText>,
) -> Result<Option<LocalizedText>> {
    wrong.check(title.map(|title| text::check(field, title)).transpose()).map(Option::flatten)
}

/// A code of a vocabulary, whose list of codes may be known; of one's own it needs a name.
fn coded(
    wrong: &mut Violations,
    at: &str,
    (vocabulary, found): (&str, &str),
    lists: &[(&str, &str)],
    named: bool,
) -> Result<()> {
    let field = format!("{at}.code");
    match lists.iter().find(|(known, _)| *known == vocabulary) {
        Some((_, list)) => code(wrong, &field, list, found),
        None => {
            let plain = wrong.check(text::plain(&field, found, LONGEST))?;
            wrong.require(&field, plain.is_none_or(|plain| !plain.is_empty()));
        }
    }
    if matches!(vocabulary, "98" | "99") && !named {
        wrong.add(
            format!("{at}.title"),
            say!("a code of one's own list needs a title", "un code d'une liste propre demande un intitulé"),
        );
    }
    Ok(())
}

/// SDG targets have a field of their own.
fn no_target(wrong: &mut Violations, field: String, vocabulary: &str, target: &str) {
    if vocabulary == target {
        wrong.add(field, say!("give SDG targets as sdg_targets", "indiquez les cibles ODD dans sdg_targets"));
    }
}

fn sectors(found: &[pb::ProjectSector]) -> Result<Vec<pb::ProjectSector>> {
    let mut wrong = Violations::default();
    few(&mut wrong, "sectors", found);
    let mut sectors = Vec::new();
    for (index, sector) in found.iter().enumerate().take(MOST) {
        let at = format!("sectors[{index}]");
        code(&mut wrong, &format!("{at}.vocabulary"), "SectorVocabulary", &sector.vocabulary);
        no_target(&mut wrong, format!("{at}.vocabulary"), &sector.vocabulary, "8");
        let lists = [("1", "Sector"), ("2", "SectorCategory"), ("7", "UNSDG-Goals")];
        let title = title(&mut wrong, &format!("{at}.title"), sector.title.as_ref())?;
        coded(&mut wrong, &at, (&sector.vocabulary, &sector.code), &lists, title.is_some())?;
        sectors.push(pb::ProjectSector { title, ..sector.clone() });
    }
    shares(&mut wrong, found);
    wrong.finish()?;
    Ok(sectors)
}

/// Those of one vocabulary share the project between them, all of it.
fn shares(wrong: &mut Violations, found: &[pb::ProjectSector]) {
    let mut sums: BTreeMap<&str, (Decimal, usize, bool)> = BTreeMap::new();
    let mut named = BTreeSet::new();
    for (index, sector) in found.iter().enumerate().take(MOST) {
        if !named.insert((&sector.vocabulary, &sector.code)) {
            wrong.add(format!("sectors[{index}].code"), say!("named twice", "nommé deux fois"));
        }
        let share = match sector.percentage.as_str() {
            "" => None,
            share => Some(
                Decimal::from_str(share)
                    .ok()
                    .filter(|share| (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(share)),
            ),
        };
        let (sum, count, all) = sums.entry(&sector.vocabulary).or_insert((Decimal::ZERO, 0, true));
        *count += 1;
        match share {
            None => *all = false,
            Some(Some(share)) => *sum += share,
            Some(None) => wrong.add(
                format!("sectors[{index}].percentage"),
                say!("expected a number from 0 to 100", "nombre de 0 à 100 attendu"),
            ),
        }
    }
    for (vocabulary, (sum, count, all)) in sums {
        // One sector without a share is all of it.
        let whole = if all { sum == Decimal::ONE_HUNDRED } else { sum.is_zero() && count == 1 };
        if !whole {
            wrong.add(
                "sectors",
                say!(
                    "the percentages of vocabulary {vocabulary} make {sum}: each sector needs one, and they add up to 100",
                    "les parts de la nomenclature {vocabulary} font {sum} : chaque secteur en a une, et leur somme fait 100"
                ),
            );
        }
    }
}

fn tags(found: &[pb::ProjectTag]) -> Result<Vec<pb::ProjectTag>> {
    let mut wrong = Violations::default();
    few(&mut wrong, "tags", found);
    let mut tags = Vec::new();
    for (index, tag) in found.iter().enumerate().take(MOST) {
        let at = format!("tags[{index}]");
        code(&mut wrong, &format!("{at}.vocabulary"), "TagVocabulary", &tag.vocabulary);
        no_target(&mut wrong, format!("{at}.vocabulary"), &tag.vocabulary, "3");
        let title = title(&mut wrong, &format!("{at}.title"), tag.title.as_ref())?;
        coded(&mut wrong, &at, (&tag.vocabulary, &tag.code), &[("2", "UNSDG-Goals")], title.is_some())?;
        tags.push(pb::ProjectTag { title, ..tag.clone() });
    }
    wrong.finish()?;
    Ok(tags)
}

fn locations(found: &[pb::ProjectLocation]) -> Result<Vec<pb::ProjectLocation>> {
    let mut wrong = Violations::default();
    few(&mut wrong, "locations", found);
    let mut locations = Vec::new();
    let mut references = BTreeSet::new();
    for (index, location) in found.iter().enumerate().take(MOST) {
        let field = |name: &str| format!("locations[{index}].{name}");
        let reference = wrong.check(text::plain(&field("reference"), &location.reference, LONGEST))?;
        if !location.reference.is_empty() && !references.insert(&location.reference) {
            wrong.add(field("reference"), say!("another location has it", "un autre lieu l'a déjà"));
        }
        let title = title(&mut wrong, &field("title"), location.title.as_ref())?;
        let described = location.description.as_ref().map(|said| text::check(&field("description"), said));
        let description = wrong.check(described.transpose())?.flatten();
        optional(&mut wrong, &field("reach"), "GeographicLocationReach", &location.reach);
        optional(&mut wrong, &field("exactness"), "GeographicExactness", &location.exactness);
        optional(&mut wrong, &field("location_class"), "GeographicLocationClass", &location.location_class);
        let placed = location.point.as_ref().is_none_or(|point| {
            (-90.0..=90.0).contains(&point.latitude) && (-180.0..=180.0).contains(&point.longitude)
        });
        if !placed {
            wrong.add(
                field("point"),
                say!(
                    "expected -90 to 90 degrees north and -180 to 180 degrees east",
                    "latitude de -90 à 90 et longitude de -180 à 180 degrés attendues"
                ),
            );
        }
        place_codes(&mut wrong, &field("codes"), &location.codes)?;
        place_codes(&mut wrong, &field("administrative_units"), &location.administrative_units)?;
        if title.is_none() && location.point.is_none() && location.codes.is_empty() {
            wrong.add(
                field("title"),
                say!("expected a title, a point or a code", "intitulé, point ou code attendu"),
            );
        }
        let reference = reference.unwrap_or_default();
        locations.push(pb::ProjectLocation { reference, title, description, ..location.clone() });
    }
    wrong.finish()?;
    Ok(locations)
}

fn place_codes(wrong: &mut Violations, at: &str, found: &[pb::LocationCode]) -> Result<()> {
    few(wrong, at, found);
    for (index, one) in found.iter().enumerate().take(MOST) {
        code(wrong, &format!("{at}[{index}].vocabulary"), "GeographicVocabulary", &one.vocabulary);
        let field = format!("{at}[{index}].code");
        let plain = wrong.check(text::plain(&field, &one.code, LONGEST))?;
        wrong.require(&field, plain.is_none_or(|plain| !plain.is_empty()));
        if one.level < 0 {
            wrong.add(format!("{at}[{index}].level"), say!("below zero", "inférieur à zéro"));
        }
    }
    Ok(())
}

fn documents(found: &[pb::ProjectDocument]) -> Result<Vec<pb::ProjectDocument>> {
    let mut wrong = Violations::default();
    few(&mut wrong, "documents", found);
    let mut documents = Vec::new();
    for (index, document) in found.iter().enumerate().take(MOST) {
        let field = |name: &str| format!("documents[{index}].{name}");
        wrong.require(&field("title"), document.title.is_some());
        let title = title(&mut wrong, &field("title"), document.title.as_ref())?;
        let uri = wrong.check(value::https(&field("uri"), &document.uri))?.unwrap_or_default();
        code(&mut wrong, &field("mime_type"), "FileFormat", &document.mime_type);
        wrong.require(&field("category_codes"), !document.category_codes.is_empty());
        few(&mut wrong, &field("category_codes"), &document.category_codes);
        for (number, category) in document.category_codes.iter().enumerate().take(MOST) {
            code(&mut wrong, &field(&format!("category_codes[{number}]")), "DocumentCategory", category);
        }
        few(&mut wrong, &field("language_codes"), &document.language_codes);
        for (number, language) in document.language_codes.iter().enumerate().take(MOST) {
            code(&mut wrong, &field(&format!("language_codes[{number}]")), "Language", language);
        }
        if let Some(date) = &document.document_date {
            wrong.check(Day::from_date(&field("document_date"), date))?;
        }
        let described = document.description.as_ref().map(|said| text::check(&field("description"), said));
        let description = wrong.check(described.transpose())?.flatten();
        documents.push(pb::ProjectDocument { title, uri, description, ..document.clone() });
    }
    wrong.finish()?;
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use testing::fields;

    use super::*;

    fn sector(vocabulary: &str, code: &str, percentage: &str) -> pb::ProjectSector {
        let [vocabulary, code, percentage] = [vocabulary, code, percentage].map(str::to_owned);
        pb::ProjectSector { vocabulary, code, percentage, ..Default::default() }
    }

    #[test]
    fn sectors_are_codes_of_their_lists_and_share_the_whole() {
        let of = |found: &[pb::ProjectSector]| fields(sectors(found));
        assert!(of(&[sector("1", "43030", "")]).is_empty(), "one is all of it");
        let thirds = ["33.33", "33.33", "33.34"];
        let codes = ["43030", "22040", "11330"];
        let three: Vec<_> = codes.iter().zip(thirds).map(|(code, share)| sector("1", code, share)).collect();
        assert!(of(&three).is_empty(), "exactly a hundred");
        assert_eq!(of(&three[..2]), ["sectors"]);
        assert_eq!(of(&[three[0].clone(), sector("1", "22040", "")]), ["sectors"]);
        assert_eq!(
            of(&[sector("1", "43030", ""), sector("1", "1", ""), sector("0", "x", "")])[..2],
            ["sectors[1].code", "sectors[2].vocabulary"]
        );
        assert_eq!(of(&[sector("1", "43030", "101")]), ["sectors[0].percentage", "sectors"]);
        assert_eq!(of(&[sector("99", "own", "100")]), ["sectors[0].title"]);
        assert_eq!(of(&[sector("8", "11.1", "100")]), ["sectors[0].vocabulary"]);
    }

    #[test]
    fn locations_and_documents_name_what_is_wrong_with_them() {
        let point = |latitude, longitude| Some(pb::LocationPoint { latitude, longitude });
        let location = |point| pb::ProjectLocation { point, ..Default::default() };
        assert!(fields(locations(&[location(point(43.7, 7.26))])).is_empty());
        assert_eq!(fields(locations(&[location(point(f64::NAN, 7.26))])), ["locations[0].point"]);
        assert_eq!(fields(locations(&[location(None)])), ["locations[0].title"]);
        let named = pb::ProjectLocation {
            exactness: "9".to_owned(),
            reach: "1".to_owned(),
            ..location(point(0.0, 0.0))
        };
        assert_eq!(fields(locations(&[named])), ["locations[0].exactness"]);
        let document = pb::ProjectDocument {
            uri: "http://e.org/a.pdf".to_owned(),
            mime_type: "application/pdf".to_owned(),
            category_codes: vec!["A07".to_owned(), "Z99".to_owned()],
            ..Default::default()
        };
        assert_eq!(
            fields(documents(&[document])),
            ["documents[0].title", "documents[0].uri", "documents[0].category_codes[1]"]
        );
    }
}
