//! Partnerships as they were found in the world (BEY-8). Pure.

use chassis::column::{Day, Micros};
use chassis::error::{Result, Violations};
use chassis::name;
use proto::common::Origin;
use proto::partners as pb;
use proto::partners::partnership::State;

use super::describe::{PARTNER, describe};
use super::members;
use super::row::Model;
use super::rules::blank;

/// A partnership as it was found in the world, in the state that it has there (BEY-8): what the rules would have asked for
/// stands in its gaps. Nobody knows since when those are members of whom it is not said.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` citing PAR-5 or PAR-6.
pub fn found(draft: &pb::Partnership, state: State, today: Day, now: Micros) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "partnership_id", "", 'p')?;
    let mut partnership = blank(&id, uid, now);
    partnership.origin = Origin::Imported.into();
    wrong.require("lead_partner", !draft.lead_partner.is_empty());
    wrong.reference("lead_partner", PARTNER, &draft.lead_partner)?;
    partnership.lead_partner.clone_from(&draft.lead_partner);
    wrong.check(describe(&mut partnership, draft))?;
    let first = match draft.lead_partner.as_str() {
        "" => None, // without it, nothing more can be said of who leads
        lead => wrong.check(members::first(lead, &draft.members, today))?,
    };
    let mut first = first.unwrap_or_default();
    for member in &mut first {
        let said = draft.members.iter().find(|said| said.partner == member.partner);
        member.join_date = said.and_then(|said| said.join_date);
    }
    partnership.members = first.into();
    wrong.finish()?;
    partnership.state = state.into();
    Ok(partnership)
}

/// Takes over what the source of an imported partnership says anew: the draft holds what nobody has changed here. Members
/// enter, and leave by verbs only.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn learn(
    partnership: &mut Model,
    draft: &pb::Partnership,
    source: &pb::Partnership,
    today: Day,
) -> Result<()> {
    describe(partnership, draft)?;
    for (index, said) in source.members.iter().enumerate() {
        let known = partnership.members.iter().any(|member| {
            member.partner == said.partner || partnership.living(&member.partner) == said.partner
        });
        if !known {
            let member =
                members::read(said, today).map_err(|error| error.under(&format!("members[{index}]")))?;
            partnership.members.0.push(pb::PartnershipMember { join_date: said.join_date, ..member });
        }
    }
    Ok(())
}
