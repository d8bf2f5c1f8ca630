//! From a need to a number: what one partner does in a town, step by step, and what the coordinator then knows. Each step is
//! taken unless it was taken before, so that the story goes on where it was left.

use chrono::NaiveDate;
use serde_json::{Value, json};
use sheet::Value as Cell;

use super::partnership;
use super::people::{self, Person};
use super::sample::{self, TERRITORIES};
use super::stage::{COORDINATOR, Stage, Typist};
use super::{strategy, training};
use crate::fault::{Fault, Result};

pub(super) const PARTNER: &str = "partners/ateliers-du-numerique";
pub(super) const TOWN: &str = "territories/fr-com-84007";
const NEED: &str = "territories/fr-com-84007/needs/demarches-en-ligne";
const PERIOD: &str = "reportingPeriods/demo-half-year";
const PROJECT: &str = "projects/point-numerique-avignon";

const DIRECTOR: Person = Person {
    id: "demo-director",
    email: "claire@ateliers.example",
    network_role: None,
    membership: Some((PARTNER, "ROLE_PARTNER_ADMIN")),
};
const REPORTER: Person = Person {
    id: "demo-reporter",
    email: "karim@ateliers.example",
    network_role: None,
    membership: Some((PARTNER, "ROLE_REPORTER")),
};
const REVIEWER: Person = Person {
    id: "demo-reviewer",
    email: "awa@reseau.example",
    network_role: Some("ROLE_REVIEWER"),
    membership: None,
};

/// The tokens of those who play, besides the coordinator.
struct Cast {
    director: String,
    reporter: String,
    reviewer: String,
}

/// Tells all of it.
pub(super) async fn tell(stage: &Stage) -> Result {
    stage.tell(
        "From a need to a number. First the places, from official tables:",
        "D'un besoin à un chiffre. D'abord les lieux, à partir de tables officielles :",
    );
    let tables = sample::lay_out(stage, TERRITORIES)?;
    let words = ["territory", "import"].into_iter().chain(tables.iter().map(String::as_str));
    stage.run(COORDINATOR, &words.collect::<Vec<_>>()).await?;
    sample::lay_out_story(
        stage,
        &[days(), partnership::hashes(), training::days(), strategy::days()].concat(),
    )?;
    stage.tell("An association joins the network.", "Une association rejoint le réseau.");
    join(stage, PARTNER, "partner").await?;
    let cast = Cast {
        director: people::token(stage, &DIRECTOR).await?,
        reporter: people::token(stage, &REPORTER).await?,
        reviewer: people::token(stage, &REVIEWER).await?,
    };
    need(stage, &cast).await?;
    partnership::begin(stage, &cast.director).await?;
    period(stage).await?;
    project(stage, &cast).await?;
    report(stage, &cast).await?;
    total(stage).await?;
    training::tell(stage, &cast.director).await?;
    strategy::tell(stage, &cast.reporter).await?;
    partnership::renew(stage, &cast.director).await
}

/// Places in the story's files, and what stands there.
pub(super) type Days = Vec<(&'static str, String)>;

/// The days of the story, around today: the half-year that is over, what comes after it until the project ends, and a day
/// that is near.
fn days() -> Days {
    let json = |day: NaiveDate| {
        use chrono::Datelike as _;
        format!("{{ year: {}, month: {}, day: {} }}", day.year(), day.month(), day.day())
    };
    let (first, next) = (json(first(today())), json(today()));
    vec![
        ("FIRST", first),
        ("NEXT", next),
        ("END", json(sample::later(365))),
        ("SOON", json(sample::later(60))),
    ]
}

pub(super) fn today() -> NaiveDate {
    sample::later(0)
}

fn first(today: NaiveDate) -> NaiveDate {
    today - chrono::Days::new(182)
}

/// Where a resource stands; nothing when it is not there.
pub(super) async fn state(stage: &Stage, method: &str, name: &str) -> Result<String> {
    let found = stage.find(method, name).await?.unwrap_or_default();
    Ok(found["state"].as_str().unwrap_or_default().to_owned())
}

/// Has a partner of the story join, and approved.
pub(super) async fn join(stage: &Stage, partner: &str, file: &str) -> Result {
    let standing = state(stage, "PartnerService/GetPartner", partner).await?;
    if standing.is_empty() {
        let file = stage.file(&format!("sample/story/{file}.yaml"));
        stage.run(COORDINATOR, &["partner", "create", "--id", id(partner), "-f", &file]).await?;
    }
    if standing.is_empty() || standing == "STATE_PENDING" {
        stage.run(COORDINATOR, &["partner", "approve", partner]).await?;
    }
    Ok(())
}

async fn need(stage: &Stage, cast: &Cast) -> Result {
    let standing = state(stage, "NeedService/GetNeed", NEED).await?;
    if standing.is_empty() {
        stage.tell(
            "Its reporter says what residents need; the coordinator qualifies it.",
            "Son rapporteur dit ce dont les habitants ont besoin ; le coordinateur qualifie le besoin.",
        );
        let file = stage.file("sample/story/need.yaml");
        let words = ["need", "create", "--territory", TOWN, "--id", id(NEED), "-f", &file];
        stage.run(Some(&cast.reporter), &words).await?;
    }
    if standing.is_empty() || standing == "STATE_PROPOSED" {
        stage.run(COORDINATOR, &["need", "qualify", NEED, "--priority", "1"]).await?;
    }
    Ok(())
}

async fn period(stage: &Stage) -> Result {
    if stage.find("ReportingPeriodService/GetReportingPeriod", PERIOD).await?.is_some() {
        return Ok(());
    }
    stage.tell(
        "The half-year that ended yesterday is reported on from now on.",
        "Le semestre terminé hier fait l'objet d'un rapport.",
    );
    let today = today();
    let (start, end) = (first(today), today - chrono::Days::new(1));
    let words = [
        "reporting-period",
        "create",
        "--id",
        id(PERIOD),
        "--cycle",
        "HALF_YEARLY",
        "--period",
        &format!("{start}..{end}"),
        "--open-date",
        &end.to_string(),
        "--due-date",
        &(today + chrono::Days::new(14)).to_string(),
        "--lock-date",
        &(today + chrono::Days::new(60)).to_string(),
    ];
    stage.run(COORDINATOR, &words).await
}

async fn project(stage: &Stage, cast: &Cast) -> Result {
    let director: Typist<'_> = Some(&cast.director);
    let standing = state(stage, "ProjectService/GetProject", PROJECT).await?;
    if standing.is_empty() {
        stage.tell(
            "Its director plans a project that answers the need, and promises by indicators of the library.",
            "Sa directrice prépare un projet qui répond au besoin, et s'engage par des indicateurs de la bibliothèque.",
        );
        let file = stage.file("sample/story/project.yaml");
        stage.run(director, &["project", "create", "--id", id(PROJECT), "-f", &file]).await?;
    }
    if standing.is_empty() || standing == "STATE_DRAFT" {
        for promise in ["people", "devices"] {
            let name = format!("{PROJECT}/projectIndicators/{promise}");
            if stage.find("ProjectIndicatorService/GetProjectIndicator", &name).await?.is_none() {
                let file = stage.file(&format!("sample/story/{promise}.yaml"));
                let words =
                    ["project-indicator", "create", "--project", PROJECT, "--id", promise, "-f", &file];
                stage.run(director, &words).await?;
            }
        }
        stage.run(director, &["project", "submit", PROJECT]).await?;
    }
    if state(stage, "ProjectService/GetProject", PROJECT).await? == "STATE_SUBMITTED" {
        stage.tell(
            "A reviewer, who belongs to no partner (SEP-1), sees it waiting and approves it.",
            "Une relectrice, qui n'appartient à aucune organisation (SEP-1), le voit en attente et l'approuve.",
        );
        stage.run(Some(&cast.reviewer), &["status"]).await?;
        stage.run(Some(&cast.reviewer), &["project", "review", PROJECT, "--decision", "APPROVE"]).await?;
    }
    if state(stage, "ProjectService/GetProject", PROJECT).await? == "STATE_APPROVED" {
        let start = first(today()).to_string();
        stage.run(director, &["project", "start", PROJECT, "--actual-start-date", &start]).await?;
    }
    Ok(())
}

/// The report's way, from wherever it stands until it counts.
async fn report(stage: &Stage, cast: &Cast) -> Result {
    let (reporter, reviewer): (Typist<'_>, Typist<'_>) = (Some(&cast.reporter), Some(&cast.reviewer));
    loop {
        let report = current(stage, reporter).await?;
        let name = report["name"].as_str().unwrap_or_default();
        let reviewed = report["reviewComments"].as_array().is_some_and(|comments| !comments.is_empty());
        match (report["state"].as_str().unwrap_or_default(), reviewed) {
            ("", _) | ("STATE_DRAFT", false) => {
                stage.tell(
                    "Its reporter sees what is owed, fetches the spreadsheet, fills it in, has it checked, and sends it.",
                    "Son rapporteur voit ce qui est dû, récupère le classeur, le remplit, le fait vérifier, et l'envoie.",
                );
                stage.run(reporter, &["status"]).await?;
                send(stage, reporter, 1, [80, 50]).await?;
            }
            ("STATE_SUBMITTED", false) => {
                stage.tell(
                    "The reviewer looks at it beside what was promised, and returns it.",
                    "La relectrice l'examine à côté de ce qui était promis, et le renvoie.",
                );
                stage.run(reviewer, &["report", "review", "--next"]).await?;
                let why = stage.narrator.language.pick(
                    "130 people: were the 30 visitors of the open day counted twice?",
                    "130 personnes : les 30 visiteurs des portes ouvertes ont-ils été comptés deux fois ?",
                );
                let words = ["report", "review", name, "--decision", "RETURN", "--comment", why];
                stage.run(reviewer, &words).await?;
            }
            ("STATE_RETURNED" | "STATE_DRAFT", _) => {
                stage.tell(
                    "The reporter reads why, fetches the spreadsheet anew, mends it and sends it again.",
                    "Le rapporteur lit pourquoi, récupère à nouveau le classeur, le corrige et le renvoie.",
                );
                stage.run(reporter, &["report", "show", name, "--fields", "state,review_comments"]).await?;
                send(stage, reporter, 2, [62, 38]).await?;
            }
            ("STATE_SUBMITTED", true) => {
                stage.tell(
                    "The reviewer sees what changed since, and accepts it: from now on it counts.",
                    "La relectrice voit ce qui a changé, et l'accepte : désormais il compte.",
                );
                stage.run(reviewer, &["report", "review", "--next"]).await?;
                stage.run(reviewer, &["report", "review", name, "--decision", "ACCEPT"]).await?;
            }
            _ => return Ok(()),
        }
    }
}

/// The report of the story as it stands; nothing before it is begun.
async fn current(stage: &Stage, reporter: Typist<'_>) -> Result<Value> {
    let filter = format!("reporting_period = \"{PERIOD}\"");
    let request = json!({ "parent": PROJECT, "filter": filter });
    let answer = stage.ask(reporter, "ReportService/ListReports", request).await?;
    Ok(answer["reports"][0].clone())
}

/// Fetches the spreadsheet, types women and men helped into it, has it checked, and sends it.
async fn send(stage: &Stage, reporter: Typist<'_>, time: u32, [women, men]: [i64; 2]) -> Result {
    let language = stage.narrator.language;
    let word = language.pick("report", "rapport");
    let (made, filled) =
        (stage.file(&format!("{word}-{time}.xlsx")), stage.file(&format!("{word}-{time}-ok.xlsx")));
    drop(std::fs::remove_file(&made)); // of a run that was cut off
    let words = [
        "report",
        "template",
        PROJECT,
        "--reporting-period",
        PERIOD,
        "--language-code",
        language.code(),
        "--out",
        &made,
    ];
    stage.run(reporter, &words).await?;
    stage.tell(
        &format!("(The reporter types: {women} women, {men} men, 40 computers, a few words; and saves it as {filled}.)\n"),
        &format!("(Le rapporteur saisit : {women} femmes, {men} hommes, 40 ordinateurs, quelques mots ; et enregistre {filled}.)\n"),
    );
    let file = sheet::typed(&std::fs::read(&made)?, &typed(stage, women, men))
        .map_err(|error| Fault::failure(error.to_string()))?;
    std::fs::write(&filled, file)?;
    stage.run(reporter, &["report", "check", &filled]).await?;
    stage.run(reporter, &["report", "submit", &filled]).await
}

/// What is typed into the sheets, by their rows: in the column of values, or of answers.
fn typed(stage: &Stage, women: i64, men: i64) -> Vec<sheet::Typed<'static>> {
    const VALUE: u32 = 7;
    const ANSWER: u32 = 2;
    let pick = |en: &'static str, fr: &'static str| stage.narrator.language.pick(en, fr);
    let (figures, words) = (pick("Report", "Rapport"), pick("Story", "Récit"));
    let number = |number: i64| Cell::Number(number.into());
    let text = |text: &str| Cell::Text(text.to_owned());
    let progress = pick(
        "The place opened in January; the workshops are full.",
        "Le lieu a ouvert en janvier ; les ateliers sont complets.",
    );
    vec![
        (figures, "people", VALUE, number(women + men)),
        (figures, "people#SEX=FEMALE", VALUE, number(women)),
        (figures, "people#SEX=MALE", VALUE, number(men)),
        (figures, "devices", VALUE, number(40)),
        (words, "narrative.progress", ANSWER, text(progress)),
        (words, "evidence.1", ANSWER, text(pick("Visitors' survey", "Enquête auprès des visiteurs"))),
        (words, "evidence.1", ANSWER + 1, text("https://ateliers.example/enquete.pdf")),
    ]
}

async fn total(stage: &Stage) -> Result {
    stage.tell(
        "The coordinator asks for the number, and why it is that one.",
        "Le coordinateur demande le chiffre, et pourquoi c'est celui-là.",
    );
    let of = ["result", "aggregate", "--indicator", "idt-i01"];
    stage.run(COORDINATOR, &[&of[..], &["--by", "territory", "--level", "DEPARTMENT"]].concat()).await?;
    stage.run(COORDINATOR, &[&of[..], &["--by", "sex", "--explain"]].concat()).await
}

/// The last part of a name.
pub(super) fn id(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
