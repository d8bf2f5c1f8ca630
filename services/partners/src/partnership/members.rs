//! Who enters and leaves a partnership, and who leads it. Pure.

use chassis::column::Day;
use chassis::error::{Error, Result, Violations};
use chassis::{Call, say, text};
use proto::Date;
use proto::common::LocalizedText;
use proto::partners as pb;
use proto::partners::partnership_member::Role;

use super::row::Model;
use super::rules::{LIFECYCLE, leads};

/// Looks at a member as it is given; it joins today when nothing else is said.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn read(given: &pb::PartnershipMember, today: Day) -> Result<pb::PartnershipMember> {
    let mut wrong = Violations::default();
    wrong.require("partner", !given.partner.is_empty());
    wrong.reference("partner", super::describe::PARTNER, &given.partner)?;
    let role = wrong.coded::<Role>("role", given.role, true)?;
    let mut date = |field: &str, date: Option<&Date>| -> Result<Option<Day>> {
        Ok(wrong.check(date.map(|date| Day::from_date(field, date)).transpose())?.flatten())
    };
    let join = date("join_date", given.join_date.as_ref())?.unwrap_or(today);
    let leave = date("leave_date", given.leave_date.as_ref())?;
    if leave.is_some_and(|leave| leave < join) {
        wrong.add("leave_date", before_it_joins(join));
    }
    let said = given.interests.as_ref().map(|said| text::check("interests", said)).transpose();
    let interests = wrong.check(said)?.flatten().map(|said| text::revise(&LocalizedText::default(), said));
    wrong.finish()?;
    Ok(pb::PartnershipMember {
        partner: given.partner.clone(),
        role: role.number(),
        join_date: Some(join.into()),
        leave_date: leave.map(Date::from),
        interests,
    })
}

fn before_it_joins(join: Day) -> say::Text {
    say!("not before it joins, on {join}", "pas avant son entrée, le {join}")
}

/// The members that a new partnership begins with: those given, and its lead.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` citing PAR-5 or PAR-6.
pub fn first(lead: &str, given: &[pb::PartnershipMember], today: Day) -> Result<Vec<pb::PartnershipMember>> {
    let mut wrong = Violations::default();
    let mut members = wrong.each("members", given, chassis::draft::MOST, |field, member| {
        read(member, today).map_err(|error| error.under(field))
    })?;
    wrong.finish()?;
    for (index, member) in members.iter().enumerate() {
        if (member.role() == Role::Lead) != (member.partner == lead) {
            return Err(Error::refused(
                "PAR-6",
                say!(
                    "lead_partner leads, and nobody else has the role LEAD",
                    "lead_partner est chef de file, et personne d'autre n'a le rôle LEAD"
                ),
            )
            .about("field", format!("partnership.members[{index}].role")));
        }
    }
    if !members.iter().any(|member| member.partner == lead) {
        let itself = pb::PartnershipMember {
            partner: lead.to_owned(),
            role: Role::Lead.into(),
            join_date: Some(today.into()),
            ..Default::default()
        };
        members.insert(0, itself);
    }
    for (index, member) in members.iter().enumerate() {
        apart(&members[..index], member)?;
    }
    Ok(members)
}

/// A partner is a member once at a time (PAR-5).
fn apart(others: &[pb::PartnershipMember], member: &pb::PartnershipMember) -> Result<()> {
    let interval = |member: &pb::PartnershipMember| {
        let day = |date: Option<&Date>| date.and_then(|date| Day::from_date("", date).ok());
        (day(member.join_date.as_ref()), day(member.leave_date.as_ref()))
    };
    let (join, leave) = interval(member);
    let meets = |other: &&pb::PartnershipMember| {
        let (first, last) = interval(other);
        let ends_before =
            |end: Option<Day>, start: Option<Day>| end.zip(start).is_some_and(|(end, start)| end < start);
        other.partner == member.partner && !ends_before(leave, first) && !ends_before(last, join)
    };
    match others.iter().find(meets) {
        None => Ok(()),
        Some(other) => Err(Error::refused(
            "PAR-5",
            say!(
                "{partner} is a member in that time already: say when it left first",
                "{partner} est déjà membre à cette période : indiquez d'abord sa sortie",
                partner = other.partner
            ),
        )
        .about("field", "member.join_date")),
    }
}

/// Takes in a member.
///
/// # Errors
/// As the lifecycle; `INVALID_ARGUMENT` naming every wrong field of `member`; `FAILED_PRECONDITION` citing PAR-5 or PAR-6.
pub fn add(partnership: &mut Model, given: &pb::PartnershipMember, today: Day, call: &Call) -> Result<()> {
    LIFECYCLE.take("AddMember", partnership, call)?;
    let member = read(given, today).map_err(|error| error.under("member"))?;
    if member.role() == Role::Lead {
        return Err(Error::refused(
            "PAR-6",
            say!(
                "a partnership has one lead: add it as PARTNER, then propose it as lead",
                "un partenariat n'a qu'un chef de file : ajoutez-la comme PARTNER, puis proposez-la comme chef de file"
            ),
        )
        .about("field", "member.role"));
    }
    apart(&partnership.members, &member)?;
    partnership.members.0.push(member);
    Ok(())
}

/// Says when a member leaves.
///
/// # Errors
/// As the lifecycle; `INVALID_ARGUMENT` on `partner` or `leave_date`; `FAILED_PRECONDITION` citing PAR-6 for the lead.
pub fn remove(partnership: &mut Model, partner: &str, leave: Day, call: &Call) -> Result<()> {
    LIFECYCLE.take("RemoveMember", partnership, call)?;
    let by = &call.caller;
    by.must(leads(by, partnership) || by.administers(partner), &partnership.name)?;
    if partner == partnership.lead_partner {
        return Err(Error::refused(
            "PAR-6",
            say!(
                "it leads: let another member accept to lead first",
                "elle est chef de file : faites d'abord accepter ce rôle par un autre membre"
            ),
        )
        .about("field", "partner"));
    }
    let there = |member: &&mut pb::PartnershipMember| {
        let left = member.leave_date.as_ref().and_then(|date| Day::from_date("", date).ok());
        member.partner == partner && left.is_none_or(|left| left >= leave)
    };
    let Some(member) = partnership.members.0.iter_mut().find(there) else {
        return Err(Error::invalid(
            "partner",
            say!("it is not a member then", "elle n'est pas membre à cette date"),
        ));
    };
    let joined = member.join_date.as_ref().and_then(|date| Day::from_date("", date).ok());
    if let Some(joined) = joined.filter(|joined| leave < *joined) {
        return Err(Error::invalid("leave_date", before_it_joins(joined)));
    }
    member.leave_date = Some(leave.into());
    if partnership.proposed_lead == partner {
        partnership.proposed_lead.clear();
    }
    Ok(())
}

/// Asks a member to lead.
///
/// # Errors
/// As the lifecycle; `INVALID_ARGUMENT` on `partner` when it leads already, or is no current member.
pub fn propose_lead(partnership: &mut Model, partner: &str, call: &Call) -> Result<()> {
    LIFECYCLE.take("ProposeLead", partnership, call)?;
    if partner == partnership.lead_partner {
        return Err(Error::invalid("partner", say!("it leads already", "elle est déjà chef de file")));
    }
    if !partnership.members_today().any(|member| member.partner == partner) {
        return Err(Error::invalid(
            "partner",
            say!(
                "it is not a member today: add it first",
                "elle n'est pas membre aujourd'hui : ajoutez-la d'abord"
            ),
        ));
    }
    partner.clone_into(&mut partnership.proposed_lead);
    partnership.turn_time = call.now;
    Ok(())
}

/// Accepts to lead: who led stays as a partner (PAR-6).
///
/// # Errors
/// As the lifecycle; `FAILED_PRECONDITION` citing PAR-6 when nobody was asked, or it has left since.
pub fn accept_lead(partnership: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("AcceptLead", partnership, call)?;
    let (new, today) = (std::mem::take(&mut partnership.proposed_lead), partnership.facts.today);
    let still = partnership.members_today().any(|member| member.partner == new);
    if !still {
        return Err(Error::refused("PAR-6", say!("it is no longer a member", "elle n'est plus membre")));
    }
    for member in &mut partnership.members.0 {
        let here = today.is_some_and(|today| {
            member
                .leave_date
                .as_ref()
                .and_then(|date| Day::from_date("", date).ok())
                .is_none_or(|last| last >= today)
        });
        if member.partner == new && here {
            member.role = Role::Lead.into();
        } else if member.role() == Role::Lead {
            member.role = Role::Partner.into();
        }
    }
    partnership.lead_partner = new;
    partnership.turn_time = call.now;
    Ok(())
}

/// Declines to lead, or takes the question back.
///
/// # Errors
/// As the lifecycle.
pub fn decline_lead(partnership: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("DeclineLead", partnership, call)?;
    partnership.proposed_lead.clear();
    partnership.turn_time = call.now;
    Ok(())
}
