//! A copy of all that is kept about a person (GDP-4).

use std::collections::BTreeMap;

use chassis::change;
use chassis::column::Micros;
use chassis::error::{Error, Result};
use proto::training::participant::State;
use sea_orm::entity::prelude::*;
use sea_orm::{DatabaseConnection, QueryOrder as _};
use serde_json::{Value, json};

use super::row::Model;
use crate::certificate::Office;
use crate::{assessment, certificate, enrolment};

/// The copy, as JSON: who they are, their enrolments and certificates, and the lines of the audit trail.
///
/// # Errors
/// Only the database's.
pub(crate) async fn json(
    db: &DatabaseConnection,
    office: &Office,
    person: Model,
    now: Micros,
) -> Result<String> {
    let enrolments = enrolment::store::of_person(db, &person.name).await?;
    let enrolments = chassis::store::completed(enrolments, db, now).await?;
    let names: Vec<&str> = enrolments.iter().map(|row| row.name.as_str()).collect();
    let assessments = assessment::store::of_enrolments(db, &names).await?;
    let certificates = certificate::store::of_enrolments(db, &names).await?;
    let certificates = chassis::store::completed(certificates, db, now).await?;
    let mut resources = names;
    resources.extend(certificates.iter().map(|row| row.name.as_str()));
    resources.push(&person.name);
    let lines = change::Entity::find()
        .filter(change::COLUMN.service.eq("training"))
        .filter(change::COLUMN.resource.is_in(resources))
        .order_by_asc(change::COLUMN.seq)
        .all(db)
        .await?;
    let audit = lines.into_iter().map(|line| {
        json!({
            "time": line.time.to_string(), "principal": line.principal, "method": line.method, "resource": line.resource,
            "from_state": line.from_state, "to_state": line.to_state, "reason": line.reason,
        })
    });
    let copy: BTreeMap<&str, Value> = [
        ("assessments", assessments.iter().map(assessment).collect()),
        ("audit_events", audit.collect()),
        ("certificates", certificates.iter().map(|row| certificate(office, row)).collect::<Result<_>>()?),
        ("enrolments", enrolments.iter().map(enrolment).collect()),
        ("participant", participant(&person)),
    ]
    .into();
    serde_json::to_string_pretty(&copy).map_err(Error::internal)
}

fn participant(person: &Model) -> Value {
    json!({
        "name": person.name, "uid": person.uid, "state": State::as_str_name(&person.state), "user": person.user,
        "partner": person.partner, "given_name": person.given_name, "family_name": person.family_name,
        "email": person.email, "phone": person.phone, "language_code": person.language_code,
        "information_notice_time": person.information_notice_time.to_string(),
        "create_time": person.create_time.to_string(), "update_time": person.update_time.to_string(),
        "erase_time": person.erase_time.map(|time| time.to_string()),
    })
}

fn certificate(office: &Office, row: &certificate::row::Model) -> Result<Value> {
    Ok(json!({
        "name": row.name, "state": row.state.get().as_str_name(), "state_reason": row.state_reason,
        "enrolment": row.enrolment, "credential_id": row.credential_id, "issuer": row.issuer,
        "issue_time": row.issue_time.to_string(), "expire_time": row.expire_time.map(|time| time.to_string()),
        "compact_jws": office.signed(row)?,
    }))
}

fn enrolment(row: &enrolment::row::Model) -> Value {
    let said = &row.demographics;
    json!({
        "name": row.name, "state": row.state.get().as_str_name(), "state_time": row.state_time.to_string(),
        "state_reason": row.state_reason, "mode": row.mode.get().as_str_name(), "enrolled_by": row.enrolled_by,
        "special_needs": row.special_needs, "enrol_time": row.enrol_time.to_string(),
        "attendance": row.attendance.iter().map(|came| json!({
            "meeting_id": came.meeting_id, "status": came.status().as_str_name(), "minutes": came.minutes,
        })).collect::<Vec<_>>(),
        "demographics": {
            "sex": said.sex, "age_band": said.age_band, "disability": said.disability,
            "disability_consent": said.disability_consent, "status": said.status, "territory": said.territory,
        },
    })
}

fn assessment(row: &assessment::row::Model) -> Value {
    let levels = row.levels.iter().map(|level| {
        let of = level.alignment.clone().unwrap_or_default();
        json!({
            "framework": of.framework().as_str_name(), "framework_version": of.framework_version,
            "target_code": of.target_code, "level": level.level,
        })
    });
    json!({
        "name": row.name, "enrolment": row.enrolment, "phase": row.phase.get().as_str_name(),
        "instrument": row.instrument.get().as_str_name(), "assess_date": row.assess_date.to_string(),
        "levels": levels.collect::<Vec<_>>(),
    })
}
