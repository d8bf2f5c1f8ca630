//! The fields of a partner, each examined before it is taken over. Pure.

use chassis::column::{Coded, short_name};
use chassis::error::{Error, Result, Violations};
use chassis::{say, text, value};
use proto::common::Origin;
use proto::partners as pb;
use proto::partners::partner::Sector;

use super::row::Model;
use crate::code_list;

pub(crate) const TERRITORY: &str = "territories/{territory}";

/// Takes over what a draft says of a partner, having looked at every field.
pub(crate) fn describe(partner: &mut Model, draft: &pb::Partner) -> Result<()> {
    let mut wrong = Violations::default();
    // An imported partner may lack what nobody knows yet (BEY-8); its gaps say so until its next transition.
    let found = partner.origin == Origin::Imported;
    wrong.localized("title", &mut partner.title, draft.title.as_ref(), true)?;
    wrong.localized("description", &mut partner.description, draft.description.as_ref(), false)?;
    partner.acronym = wrong.plain("acronym", &draft.acronym, 20)?;
    partner.sector = wrong.check(Coded::read("sector", draft.sector))?.unwrap_or_default();
    partner.college.clone_from(&draft.college);
    partner.iati_type_code.clone_from(&draft.iati_type_code);
    partner.country_code = match draft.country_code.as_str() {
        "" => String::new(),
        code => wrong.check(value::country("country_code", code))?.unwrap_or_default(),
    };
    if !found {
        wrong.require("college", !draft.college.is_empty());
        wrong.require("sector", partner.sector != Sector::Unspecified);
        wrong.require("iati_type_code", !draft.iati_type_code.is_empty());
        wrong.require("country_code", !draft.country_code.is_empty());
    }
    known_code(&mut wrong, "college", "COLLEGE", &draft.college, found);
    known_code(&mut wrong, "iati_type_code", "OrganisationType", &draft.iati_type_code, found);
    wrong.check(coherent(&draft.college, partner.sector.get()))?;
    partner.website = match draft.website.as_str() {
        "" => String::new(),
        site => wrong.check(value::website("website", site))?.unwrap_or_default(),
    };
    partner.identifiers =
        wrong.check(value::identifiers("identifiers", &draft.identifiers))?.unwrap_or_default().into();
    partner.territories = wrong.references("territories", TERRITORY, &draft.territories)?;
    wrong.reference("authority_territory", TERRITORY, &draft.authority_territory)?;
    partner.authority_territory.clone_from(&draft.authority_territory);
    let line = |field: &str, line: &String| text::plain(field, line, 200);
    partner.competences = wrong.each("competences", &draft.competences, 100, line)?.into();
    let contact = draft.contact.clone().unwrap_or_default();
    partner.contact = pb::Contact {
        display_name: wrong.plain("contact.display_name", &contact.display_name, 200)?,
        email: wrong.plain("contact.email", &contact.email, 200)?,
        phone: wrong.plain("contact.phone", &contact.phone, 200)?,
    }
    .into();
    if !contact.email.is_empty() && !contact.email.trim().contains('@') {
        wrong.add("contact.email", say!("expected an address with @", "une adresse avec @ est attendue"));
    }
    wrong.finish()
}

/// Withdrawn codes stay valid in what was found, and are not offered for what is new.
fn known_code(wrong: &mut Violations, field: &str, list: &'static str, code: &str, found: bool) {
    let known = if found { code_list::contains(list, code) } else { code_list::offers(list, code) };
    if !code.is_empty() && !known {
        wrong.add(
            field,
            say!(
                "{code} is not a code of {list}: see `ensemble code-list show {list}`",
                "{code} n'est pas un code de {list} : voir `ensemble code-list show {list}`"
            ),
        );
    }
}

/// The college limits the sector (domain §1.2).
pub(crate) fn coherent(college: &str, sector: Sector) -> Result<()> {
    let Some(allowed) = code_list::attribute("COLLEGE", college, "sectors") else {
        return Ok(());
    };
    let sector = short_name(sector.as_str_name(), "SECTOR_");
    if sector == "UNSPECIFIED" || allowed.split(' ').any(|one| one == sector) {
        return Ok(());
    }
    Err(Error::invalid(
        "sector",
        say!(
            "{sector} is not a sector of the college {college}: {allowed}",
            "{sector} n'est pas un secteur du collège {college} : {allowed}"
        ),
    ))
}
