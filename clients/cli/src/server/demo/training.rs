//! What those who help learn, and who came to learn it: a programme of the partnership's lead, a session in the town, and a list
//! of people of whom none has an account. Each step is taken unless it was taken before.

use chrono::Datelike as _;
use serde_json::json;

use super::sample;
use super::stage::{COORDINATOR, Stage, Typist};
use super::story::{Days, id, state, today};
use crate::call::list;
use crate::fault::Result;

const PROGRAMME: &str = "programmes/aider-sans-faire";
const SESSION: &str = "programmes/aider-sans-faire/sessions/avignon";
const TRAINER: &str = "trainers/claire";

/// From the programme to who has a seat.
pub(super) async fn tell(stage: &Stage, director: &str) -> Result {
    let lead: Typist<'_> = Some(director);
    let file = |name: &str| stage.file(&format!("sample/story/{name}"));
    let standing = state(stage, "ProgrammeService/GetProgramme", PROGRAMME).await?;
    if standing.is_empty() {
        stage.tell(
            "Whoever helps is trained: a programme of the association, someone of the pool who teaches it, a session in the town.",
            "Qui aide se forme : un programme de l'association, une formatrice du vivier, une session dans la ville.",
        );
        stage
            .run(lead, &["programme", "create", "--id", id(PROGRAMME), "-f", &file("programme.yaml")])
            .await?;
    }
    if standing.is_empty() || standing == "STATE_DRAFT" {
        stage.run(lead, &["programme", "publish", PROGRAMME]).await?;
    }
    let standing = state(stage, "TrainerService/GetTrainer", TRAINER).await?;
    if standing.is_empty() {
        stage.run(lead, &["trainer", "create", "--id", id(TRAINER), "-f", &file("trainer.yaml")]).await?;
    }
    if standing.is_empty() || standing == "STATE_PENDING" {
        stage.run(COORDINATOR, &["trainer", "approve", TRAINER]).await?;
    }
    let standing = state(stage, "SessionService/GetSession", SESSION).await?;
    if standing.is_empty() {
        let words = ["session", "create", "--programme", PROGRAMME, "--id", id(SESSION)];
        stage.run(lead, &[&words[..], &["-f", &file("session.yaml")]].concat()).await?;
    }
    if standing.is_empty() || standing == "STATE_PLANNED" {
        stage.run(lead, &["session", "open", SESSION]).await?;
    }
    let enrolled = stage.ask(lead, "EnrolmentService/ListEnrolments", json!({ "parent": SESSION })).await?;
    if list(&enrolled["enrolments"]).is_empty() {
        stage.tell(
            "Four people are on its list, and there are three seats: the last waits, and takes the first that is given up.",
            "Quatre personnes sont sur sa liste, pour trois places : la dernière attend, et prendra la première rendue.",
        );
        stage.run(lead, &["import", "participants", &file("learners.csv"), "--yes"]).await?;
    }
    stage.run(lead, &["attendance", "show", SESSION]).await?;
    stage.run(lead, &["calendar", "--session", SESSION, &stage.file("session.ics")]).await
}

/// The days of the session, around today.
pub(super) fn days() -> Days {
    let end = sample::later(13);
    vec![
        ("TODAY", today().to_string()),
        ("MEETING1", sample::later(14).to_string()),
        ("MEETING2", sample::later(21).to_string()),
        ("ENROL", format!("{{ year: {}, month: {}, day: {} }}", end.year(), end.month(), end.day())),
    ]
}
