//! What may become of a dataset's entry. Pure: rows, messages and a given now.

use chassis::auth::{Caller, Role};
use chassis::column::Micros;
use chassis::error::{Error, Result, Violations};
use chassis::gap::{self, Gap};
use chassis::lifecycle::{Lifecycle, Transition};
use chassis::{Call, name, say, value};
use proto::projects as pb;
use proto::projects::dataset::State;

use super::code::{PUBLIC, RESTRICTED};
use super::describe::describe;
use super::licence;
use super::row::Model;
use crate::participation;
use crate::project::describe::PARTNER;

/// The pattern of names.
pub const PATTERN: &str = "datasets/{dataset}";
/// Re-uses of one dataset.
const MOST_REUSES: usize = 1000;
/// The longest title of a re-use.
const LINE: usize = 500;

/// The verbs of a dataset (domain §4.8).
pub const LIFECYCLE: Lifecycle<Model> = Lifecycle(&[
    Transition::new("PublishDataset", &[State::Draft], State::Published, may_update).guarded(publishable),
    Transition::new("WithdrawDataset", &[State::Draft, State::Published], State::Withdrawn, may_update),
    Transition::new("AddReuse", &[State::Published], State::Published, documents),
]);

/// Who may describe datasets of a partner: coordinators, and those who act for it.
pub fn may_write(caller: &Caller, publisher: &str) -> bool {
    caller.is(Role::Coordinator) || caller.acts_for(publisher)
}

/// Who may change, publish and withdraw it.
pub fn may_update(caller: &Caller, dataset: &Model) -> bool {
    may_write(caller, &dataset.publisher)
}

/// Who sees what was never published: members of its publisher, and those who oversee the network.
pub fn looks_in(caller: &Caller, dataset: &Model) -> bool {
    caller.oversees() || caller.belongs_to(&dataset.publisher)
}

/// Who may document re-uses: coordinators, and whoever acts for a partner.
fn documents(caller: &Caller, _: &Model) -> bool {
    caller.is(Role::Coordinator) || caller.partners.keys().any(|partner| caller.acts_for(partner))
}

/// Whose turn it is (BEY-5).
pub fn awaiting(state: State) -> &'static str {
    match state {
        State::Draft => "PARTNER",
        State::Unspecified | State::Published | State::Withdrawn => "NOBODY",
    }
}

/// A new entry, from what was asked.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field.
pub fn create(id: &str, draft: &pb::Dataset, call: &Call) -> Result<Model> {
    let mut wrong = Violations::default();
    let (id, uid) = name::chosen(&mut wrong, "dataset_id", id, 'd')?;
    let mut dataset = Model {
        name: format!("datasets/{id}"),
        uid: uid.to_string(),
        revision: 1,
        create_time: call.now,
        update_time: call.now,
        state: State::Draft.into(),
        state_time: call.now,
        state_reason: String::new(),
        title: Default::default(),
        description: Default::default(),
        publisher: String::new(),
        contact_point: Default::default(),
        themes: Default::default(),
        keywords: Default::default(),
        territories: Default::default(),
        temporal_start: None,
        temporal_end: None,
        frequency: String::new(),
        access_right: String::new(),
        restriction: Default::default(),
        access_procedure: Default::default(),
        contains_personal_data: None,
        high_value: false,
        provenance: Default::default(),
        project: String::new(),
        recommendations: Default::default(),
        distributions: Default::default(),
        data_dictionary: String::new(),
        licence_homologation: Default::default(),
        reuses: Default::default(),
        published_number: 0,
        publish_time: None,
        around: Default::default(),
    };
    wrong.check(describe(&mut dataset, draft).map_err(|error| error.under("dataset")))?;
    wrong.finish()?;
    Ok(dataset)
}

/// Changes an entry to what the draft says. What is published is published anew.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every wrong field; `FAILED_PRECONDITION` when it is withdrawn, or when a published one would break a
/// rule; `PERMISSION_DENIED` when it would become another partner's.
pub fn update(dataset: &mut Model, draft: &pb::Dataset, call: &Call) -> Result<()> {
    let before = dataset.clone();
    describe(dataset, draft).map_err(|error| error.under("dataset"))?;
    if dataset.state == State::Withdrawn {
        return Err(Error::refused(
            "STATE",
            say!("a withdrawn dataset does not change", "un jeu de données retiré ne change plus"),
        ));
    }
    call.caller.must(may_write(&call.caller, &dataset.publisher), &dataset.publisher)?;
    if dataset.state == State::Published && *dataset != before {
        publishable(dataset, call.now)?;
        dataset.published_number += 1;
    }
    Ok(())
}

/// Publishes an entry.
///
/// # Errors
/// As [`Lifecycle::take`]; what [`publishable`] refuses.
pub fn publish(dataset: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("PublishDataset", dataset, call)?;
    dataset.state_time = call.now;
    dataset.publish_time = Some(call.now);
    dataset.published_number += 1;
    Ok(())
}

/// Withdraws it, or gives it up.
///
/// # Errors
/// As [`Lifecycle::take`]; `INVALID_ARGUMENT` without a reason.
pub fn withdraw(dataset: &mut Model, call: &Call) -> Result<()> {
    LIFECYCLE.take("WithdrawDataset", dataset, call)?;
    call.reason_required()?.clone_into(&mut dataset.state_reason);
    dataset.state_time = call.now;
    Ok(())
}

/// Documents a re-use.
///
/// # Errors
/// As [`Lifecycle::take`]; `PERMISSION_DENIED` in another partner's name; `INVALID_ARGUMENT` naming every wrong field;
/// `ALREADY_EXISTS` when it is documented already.
pub fn add_reuse(dataset: &mut Model, said: &pb::Reuse, call: &Call) -> Result<()> {
    LIFECYCLE.take("AddReuse", dataset, call)?;
    let caller = &call.caller;
    let may = match said.partner.as_str() {
        partner if !partner.is_empty() && said.participation.is_empty() => {
            may_update(caller, dataset) || caller.acts_for(partner)
        }
        _ => may_update(caller, dataset),
    };
    caller.must(may, &dataset.name)?;
    let mut wrong = Violations::default();
    let at = |field: &str| format!("reuse.{field}");
    wrong.require(&at("title"), !said.title.trim().is_empty());
    let title = wrong.plain(&at("title"), &said.title, LINE)?;
    let uri = wrong.check(value::https(&at("uri"), &said.uri))?.unwrap_or_default();
    wrong.reference(&at("partner"), PARTNER, &said.partner)?;
    wrong.reference(&at("participation"), participation::rules::PATTERN, &said.participation)?;
    let kind = wrong.coded::<pb::reuse::Kind>(&at("kind"), said.kind, true)?;
    if dataset.reuses.len() >= MOST_REUSES {
        wrong.add("reuse", say!("at most {MOST_REUSES}", "{MOST_REUSES} au plus"));
    }
    wrong.finish()?;
    if dataset.reuses.iter().any(|known| known.uri == uri) {
        return Err(Error::AlreadyExists {
            field: at("uri"),
            holder: Some(dataset.name.clone()),
            why: say!("{uri} is documented already", "{uri} est déjà documentée"),
        });
    }
    let document_time = Some(call.now.to_timestamp());
    dataset.reuses.push(pb::Reuse {
        title,
        uri,
        partner: said.partner.clone(),
        kind: kind.number(),
        document_time,
        participation: said.participation.clone(),
    });
    Ok(())
}

/// What it lacks to be published.
pub fn gaps(dataset: &Model) -> Vec<Gap> {
    let (public, restricted) = (dataset.access_right == PUBLIC, dataset.access_right == RESTRICTED);
    const FIELDS: &str = "DATASET_FIELDS";
    let needs = [
        (
            "access_right",
            FIELDS,
            dataset.access_right.is_empty(),
            say!("PUBLIC, RESTRICTED or NON_PUBLIC", "PUBLIC, RESTRICTED ou NON_PUBLIC"),
        ),
        (
            "contains_personal_data",
            FIELDS,
            dataset.contains_personal_data.is_none(),
            say!("whether it holds personal data", "s'il contient des données personnelles"),
        ),
        (
            "territories",
            FIELDS,
            dataset.territories.is_empty(),
            say!("one territory at least that it is about", "un territoire concerné au moins"),
        ),
        (
            "recommendations",
            FIELDS,
            dataset.recommendations.is_empty(),
            say!("one recommendation at least that it serves", "une recommandation au moins qu'il sert"),
        ),
        (
            "distributions",
            FIELDS,
            public && dataset.distributions.is_empty(),
            say!(
                "one file or service at least that gives it",
                "un fichier ou un service au moins qui le donne"
            ),
        ),
        (
            "restriction",
            "PRJ-29",
            restricted && dataset.restriction.translations.is_empty(),
            say!("why not everyone may get it", "pourquoi tout le monde n'y accède pas"),
        ),
        (
            "access_procedure",
            "PRJ-29",
            restricted && dataset.access_procedure.translations.is_empty(),
            say!("how to ask for it", "comment en demander l'accès"),
        ),
    ];
    let lacking = needs.into_iter().filter(|(_, _, lacks, _)| *lacks);
    lacking.map(|(field, rule, _, what)| Gap { field, rule, what }).collect()
}

/// Nothing is lacking of what is published; what is open to the public holds no personal data and is under open licences (PRJ-26),
/// and high value asks for more (PRJ-28). What a publisher's licences must be, partners is asked about.
fn publishable(dataset: &Model, _: Micros) -> Result<()> {
    gap::none(&gaps(dataset))?;
    if dataset.access_right == PUBLIC {
        if dataset.contains_personal_data == Some(true) {
            return Err(Error::refused(
                "PRJ-26",
                say!(
                    "what holds personal data is not open to the public: publish it without them, or set access_right to RESTRICTED or NON_PUBLIC",
                    "ce qui contient des données personnelles n'est pas ouvert au public : publiez-le sans elles, ou mettez access_right à RESTRICTED ou NON_PUBLIC"
                ),
            )
            .about("field", "access_right"));
        }
        licence::are_open(dataset)?;
    }
    licence::suit_high_value(dataset)
}
