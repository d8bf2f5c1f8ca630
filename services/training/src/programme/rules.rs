//! What may become of a programme. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::gap::{self, Gap};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say};
use proto::common::Origin;
use proto::training as pb;
use proto::training::CapacityLevel;
use proto::training::programme::State;

use super::describe::describe;
use super::row::Model;

/// The pattern of names.
pub const PATTERN: &str = "programmes/{programme}";

/// The verbs of a programme (domain §6.1).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("PublishProgramme", &[State::Draft], State::Published, provides).guarded(whole),
    Transition::new("RetireProgramme", &[State::Published], State::Retired, looks_after).guarded(whole),
]);

/// The administrators of a partner that provides it.
pub fn provides(caller: &Caller, programme: &Model) -> bool {
    may_provide(caller, &programme.providers)
}

/// They, and of an imported one the coordinators: nobody else may be there who knows what it lacks (BEY-8).
pub fn looks_after(caller: &Caller, programme: &Model) -> bool {
    let found = programme.origin == Origin::Imported;
    provides(caller, programme) || found && caller.is(Role::Coordinator)
}

/// The administrators of one of these partners.
pub fn may_provide(caller: &Caller, providers: &[String]) -> bool {
    providers.iter().any(|partner| caller.administers(partner))
}

/// Who sees a draft: the members of those that provide it, and those who oversee the network.
pub fn looks_in(caller: &Caller, programme: &Model) -> bool {
    caller.oversees() || programme.providers.iter().any(|partner| caller.belongs_to(partner))
}

/// Whose turn it is (BEY-5).
pub fn awaiting(programme: &Model) -> &'static str {
    match programme.state.get() {
        State::Draft => "PARTNER",
        State::Unspecified | State::Published | State::Retired => "NOBODY",
    }
}

/// A new programme, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Programme, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "programme_id", id, 'p')?;
    let mut programme = blank(&id, &uid.to_string(), call.now);
    wrong.check(describe(&mut programme, draft).map_err(|error| error.under("programme")))?;
    wrong.finish()?;
    Ok(programme)
}

/// A programme of which nobody has said anything yet.
pub(crate) fn blank(id: &str, uid: &str, now: Micros) -> Model {
    Model {
        name: format!("programmes/{id}"),
        uid: uid.to_owned(),
        revision: 1,
        create_time: now,
        update_time: now,
        state: State::Draft.into(),
        state_time: now,
        state_reason: String::new(),
        title: Default::default(),
        description: Default::default(),
        providers: Default::default(),
        learning_opportunity_type: String::new(),
        capacity_level: Default::default(),
        audience: Default::default(),
        prerequisites: Default::default(),
        outcomes: Default::default(),
        target_codes: Default::default(),
        workload_hours: 0,
        languages: Default::default(),
        price: Default::default(),
        materials: Default::default(),
        completion_rule: Default::default(),
        certificate: Default::default(),
        recommendations: Default::default(),
        published_number: 0,
        publish_time: None,
        origin: Origin::Registered.into(),
        external_reference: String::new(),
        project_indicators: Default::default(),
    }
}

/// Changes a programme to what the draft says. What is published is published anew (TRN-2).
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` when it is retired, when a published one would lack
/// something (TRN-1), or when nobody would be left who provides it among those who ask.
pub fn update(programme: &mut Model, draft: &pb::Programme, call: &Call) -> Result<()> {
    let before = programme.clone();
    describe(programme, draft).map_err(|error| error.under("programme"))?;
    if programme.state == State::Retired {
        return Err(Error::refused(
            "STATE",
            say!("a retired programme does not change", "un programme retiré ne change plus"),
        ));
    }
    if !looks_after(&call.caller, programme) {
        return Err(Error::refused(
            "PROGRAMME_PROVIDERS",
            say!(
                "your organisation would provide it no longer: ask another provider to take it out",
                "votre organisation n'en ferait plus partie : demandez à un autre organisme de la retirer"
            ),
        ));
    }
    if programme.state == State::Published && *programme != before {
        as_whole_as(programme, &before)?;
        programme.published_number += 1;
    }
    Ok(())
}

/// Publishes a programme.
///
/// # Errors
/// As [`Lifecycle::take`]; TRN-1 for what it lacks.
pub fn publish(programme: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("PublishProgramme", programme, call)?;
    programme.state_time = call.now;
    programme.publish_time = Some(call.now);
    programme.published_number += 1;
    Ok(())
}

/// What others were asked about is what is published: whoever changes it in between begins again.
///
/// # Errors
/// `ABORTED` when other partners, recommendations or indicators are named by now.
pub fn still(programme: &Model, asked: Option<&Model>) -> Result<()> {
    let same = |asked: &Model| {
        let named = |one: &Model| {
            (one.providers.clone(), one.recommendations.clone(), one.project_indicators.clone())
        };
        named(asked) == named(programme)
    };
    if asked.is_none_or(same) {
        return Ok(());
    }
    Err(Error::Aborted {
        reason: "ETAG_MISMATCH",
        why: say!(
            "its providers, recommendations or indicators were changed meanwhile: try again",
            "ses organismes, ses recommandations ou ses indicateurs viennent d'être modifiés : réessayez"
        ),
    })
}

/// Retires a programme.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn retire(programme: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("RetireProgramme", programme, call)?;
    call.reason_required()?.clone_into(&mut programme.state_reason);
    programme.state_time = call.now;
    Ok(())
}

/// What it lacks to be published (TRN-1), or to have been (BEY-8).
pub fn gaps(programme: &Model) -> Vec<Gap> {
    if programme.state == State::Retired {
        return Vec::new();
    }
    let aligned = programme.outcomes.iter().any(|outcome| outcome.alignment.is_some());
    let needs = [
        (
            "description",
            programme.description.translations.is_empty(),
            say!("what happens in it", "ce qui s'y passe"),
        ),
        (
            "outcomes",
            !aligned,
            say!(
                "one outcome at least that is aligned with a framework, such as a competence of DigComp",
                "un acquis au moins rattaché à un référentiel, par exemple une compétence de DigComp"
            ),
        ),
        // What is written here always says them; what was found may not.
        (
            "learning_opportunity_type",
            programme.learning_opportunity_type.is_empty(),
            say!("its form", "sa forme"),
        ),
        (
            "capacity_level",
            programme.capacity_level.get() == CapacityLevel::Unspecified,
            say!("whose capacities it builds", "de qui il développe les capacités"),
        ),
        (
            "workload_hours",
            programme.workload_hours == 0,
            say!("how many hours it takes", "le nombre d'heures"),
        ),
        (
            "languages",
            programme.languages.is_empty(),
            say!("a language it is taught in", "une langue d'enseignement"),
        ),
        (
            "completion_rule",
            programme.completion_rule.min_attendance_percent.is_none(),
            say!("when it counts as completed", "quand il compte comme validé"),
        ),
        (
            "recommendations",
            programme.recommendations.is_empty(),
            say!("one recommendation at least that it serves", "une recommandation au moins qu'il sert"),
        ),
    ];
    let lacking = needs.into_iter().filter(|(_, lacks, _)| *lacks);
    lacking.map(|(field, _, what)| Gap { field, rule: "TRN-1", what }).collect()
}

/// What is published lacks nothing (TRN-1), and an imported one nothing that it had (BEY-8).
fn as_whole_as(programme: &Model, before: &Model) -> Result<()> {
    let lacked: Vec<&str> = gaps(before).iter().map(|gap| gap.field).collect();
    let mut new = gaps(programme);
    new.retain(|gap| !lacked.contains(&gap.field));
    gap::none(&new)
}

/// Nothing is lacking of what is published (TRN-1).
fn whole(programme: &Model, _: Micros) -> Result<()> {
    gap::none(&gaps(programme))
}
