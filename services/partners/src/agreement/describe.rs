//! What each field of an agreement may hold. Pure.

use std::collections::BTreeSet;

use chassis::column::Day;
use chassis::error::{Result, Violations};
use chassis::{name, say, text, value};
use proto::common::Origin;
use proto::partners as pb;
use proto::partners::agreement::RenewalMode;
use proto::partners::agreement_content::{Item, Status};

use super::row::Model;
use crate::partnership::describe::PARTNER;

const LINE: usize = 500;
const PARAGRAPH: usize = 2000;
const MOST_TRANSLATIONS: usize = 30;
const MOST_PARTIES: usize = 100;
/// How many items the checklist has.
pub(super) const ITEMS: usize = 12;
/// Days of notice, where nobody says.
const NOTICE: i32 = 60;

/// Takes over what a draft says of an agreement, having looked at every field; signatures are none of them.
pub(super) fn describe(agreement: &mut Model, draft: &pb::Agreement) -> Result<()> {
    let mut wrong = Violations::default();
    // An imported one may lack what nobody wrote down (BEY-8); its gaps say so.
    let asked = agreement.origin != Origin::Imported;
    agreement.kind = wrong.coded("kind", draft.kind, asked)?;
    agreement.legally_binding = draft.legally_binding;
    agreement.parties = parties(&mut wrong, &draft.parties, asked)?.into();
    period(&mut wrong, agreement, draft, asked)?;
    let document = draft.document.as_ref().map(|document| value::evidence("document", document)).transpose();
    agreement.document = wrong.check(document)?.flatten().unwrap_or_default().into();
    agreement.translations =
        wrong.each("translations", &draft.translations, MOST_TRANSLATIONS, value::evidence)?.into();
    agreement.notice_days = draft.notice_days.unwrap_or(NOTICE);
    if !(0..=365).contains(&agreement.notice_days) {
        wrong.add("notice_days", say!("from 0 to 365", "de 0 à 365"));
    }
    agreement.renewal_mode = wrong.coded("renewal_mode", draft.renewal_mode, asked)?;
    agreement.max_tacit_renewals = draft.max_tacit_renewals;
    let tacit = agreement.renewal_mode == RenewalMode::Tacit;
    if tacit && !(1..=3).contains(&draft.max_tacit_renewals) {
        wrong.add("max_tacit_renewals", say!("from 1 to 3 (PAR-12)", "de 1 à 3 (PAR-12)"));
    }
    if !tacit && draft.max_tacit_renewals != 0 {
        wrong.add(
            "max_tacit_renewals",
            say!("only where it renews itself", "seulement en cas de tacite reconduction"),
        );
    }
    agreement.contents = contents(&mut wrong, &draft.contents)?.into();
    agreement.external_reference = wrong.plain("external_reference", &draft.external_reference, LINE)?;
    wrong.finish()
}

fn period(wrong: &mut Violations, agreement: &mut Model, draft: &pb::Agreement, asked: bool) -> Result<()> {
    wrong.require("period", !asked || draft.period.is_some());
    (agreement.period_start, agreement.period_end) = match &draft.period {
        None => (None, None),
        Some(period) => match wrong.check(value::date_range("period", period, !asked))? {
            Some((start, end)) => (Some(start), end),
            None => (None, None),
        },
    };
    let review =
        draft.review_due_date.as_ref().map(|date| Day::from_date("review_due_date", date)).transpose();
    agreement.review_due = wrong.check(review)?.flatten();
    if agreement.review_due.zip(agreement.period_end).is_some_and(|(review, end)| end < review) {
        wrong.add("review_due_date", say!("not after its end", "pas après son terme"));
    }
    Ok(())
}

fn parties(
    wrong: &mut Violations,
    said: &[pb::AgreementParty],
    asked: bool,
) -> Result<Vec<pb::AgreementParty>> {
    let read = |field: &str, party: &pb::AgreementParty| {
        let mut wrong = Violations::default();
        let at = |name: &str| format!("{field}.{name}");
        wrong.require(&at("partner"), !party.partner.is_empty());
        if !party.partner.is_empty() {
            wrong.check(name::check_reference(&at("partner"), PARTNER, &party.partner))?;
        }
        wrong.require(&at("signatory_title"), !asked || !party.signatory_title.trim().is_empty());
        let read = pb::AgreementParty {
            partner: party.partner.clone(),
            signatory_title: wrong.plain(&at("signatory_title"), &party.signatory_title, LINE)?,
            signatory_name: wrong.plain(&at("signatory_name"), &party.signatory_name, LINE)?,
            signature: None,
        };
        wrong.finish()?;
        Ok(read)
    };
    let read = wrong.each("parties", said, MOST_PARTIES, read)?;
    if said.len() < 2 {
        wrong.add("parties", say!("two at least", "deux au moins"));
    }
    let mut seen = BTreeSet::new();
    if let Some(again) = said.iter().position(|party| !seen.insert(party.partner.as_str())) {
        wrong.add(format!("parties[{again}].partner"), say!("named twice", "nommée deux fois"));
    }
    Ok(read)
}

fn contents(wrong: &mut Violations, said: &[pb::AgreementContent]) -> Result<Vec<pb::AgreementContent>> {
    let read = |field: &str, content: &pb::AgreementContent| {
        let mut wrong = Violations::default();
        let at = |name: &str| format!("{field}.{name}");
        let item = wrong.coded::<Item>(&at("item"), content.item, true)?;
        let status = wrong.coded::<Status>(&at("status"), content.status, true)?;
        let justification = text::plain(&at("justification"), &content.justification, PARAGRAPH);
        let justification = wrong.check(justification)?.unwrap_or_default();
        if status == Status::NotApplicable && justification.is_empty() {
            wrong.add(
                at("justification"),
                say!("say why it does not apply", "dites pourquoi c'est sans objet"),
            );
        }
        wrong.finish()?;
        Ok(pb::AgreementContent { item: item.number(), status: status.number(), justification })
    };
    let read = wrong.each("contents", said, ITEMS, read)?;
    let mut seen = BTreeSet::new();
    if let Some(again) = said.iter().position(|content| !seen.insert(content.item)) {
        wrong.add(format!("contents[{again}].item"), say!("named twice", "nommée deux fois"));
    }
    Ok(read)
}
