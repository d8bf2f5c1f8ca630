//! What each field of a partnership may hold. Pure.

use chassis::error::{Result, Violations};
use chassis::{say, text};
use proto::common::Origin;
use proto::partners as pb;

use super::row::Model;
use crate::partner::fields::TERRITORY;

/// The pattern of names of partners.
pub(crate) const PARTNER: &str = "partners/{partner}";
/// The pattern of names of recommendations.
pub(crate) const RECOMMENDATION: &str = "recommendations/{recommendation}";
const NEED: &str = "territories/{territory}/needs/{need}";
/// The longest line of text.
const LINE: usize = 500;
/// The longest paragraph.
const PARAGRAPH: usize = 5000;
const MOST_BODIES: usize = 50;

/// Takes over what a draft says of a partnership, having looked at every field; its members are none of them.
pub(crate) fn describe(partnership: &mut Model, draft: &pb::Partnership) -> Result<()> {
    let mut wrong = Violations::default();
    // An imported one may lack what nobody wrote down (BEY-8); its gaps say so.
    let asked = partnership.origin != Origin::Imported;
    wrong.localized("title", &mut partnership.title, draft.title.as_ref(), true)?;
    wrong.localized("vision", &mut partnership.vision, draft.vision.as_ref(), asked)?;
    partnership.kind = wrong.coded("kind", draft.kind, asked)?;
    partnership.territories = wrong.references("territories", TERRITORY, &draft.territories)?;
    partnership.needs = wrong.references("needs", NEED, &draft.needs)?;
    partnership.recommendations =
        wrong.references("recommendations", RECOMMENDATION, &draft.recommendations)?;
    wrong.require("recommendations", !asked || !draft.recommendations.is_empty());
    let known = |target: &str| iati::has_code("UNSDG-Targets", target);
    partnership.sdg_targets = wrong.codes("sdg_targets", "UNSDG-Targets", known, &draft.sdg_targets);
    match &draft.governance {
        Some(said) => {
            let read = governance(said).map_err(|error| error.under("governance"));
            partnership.governance = wrong.check(read)?.unwrap_or_default().into();
        }
        None => {
            wrong.require("governance", !asked);
            partnership.governance = Default::default();
        }
    }
    partnership.external_reference = wrong.plain("external_reference", &draft.external_reference, LINE)?;
    wrong.finish()
}

fn governance(said: &pb::PartnershipGovernance) -> Result<pb::PartnershipGovernance> {
    let mut wrong = Violations::default();
    let decision_rule =
        wrong.coded::<pb::partnership_governance::DecisionRule>("decision_rule", said.decision_rule, true)?;
    let line = |field: &str, body: &String| text::plain(field, body, LINE);
    let read = pb::PartnershipGovernance {
        decision_rule: decision_rule.number(),
        bodies: wrong.each("bodies", &said.bodies, MOST_BODIES, line)?,
        meeting_frequency: wrong.plain("meeting_frequency", &said.meeting_frequency, LINE)?,
        grievance_procedure: wrong.plain("grievance_procedure", &said.grievance_procedure, PARAGRAPH)?,
        exit_terms: wrong.plain("exit_terms", &said.exit_terms, PARAGRAPH)?,
    };
    if read.bodies.iter().any(String::is_empty) {
        wrong.add("bodies", say!("name each body", "nommez chaque instance"));
    }
    wrong.finish()?;
    Ok(read)
}
