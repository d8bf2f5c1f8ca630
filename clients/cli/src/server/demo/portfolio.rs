//! What a network finds in the world: partners, projects, what they promised and what they reported, as published.

use serde_json::{Value, json};

use super::sample::{self, PUBLISHED, TABLES};
use super::stage::{COORDINATOR, Stage};
use crate::fault::{Result, exit};

/// Imports what was published, and shows what came of it.
pub(super) async fn show(stage: &Stage) -> Result {
    let files = sample::lay_out(stage, PUBLISHED)?;
    let words = ["import", "iati"].into_iter().chain(files.iter().map(String::as_str));
    let words: Vec<&str> = words.chain(["--partial", "--problems", "1"]).collect();
    let shown = format!("import iati {} --partial --problems 1", stage.file("sample/*"));
    as_far_as_it_goes(stage.run_as_shown(COORDINATOR, &words, &shown).await)?;
    stage.tell(
        "Another bank publishes tables instead: they are joined, and taken over the same way.",
        "Une autre banque publie des tables : elles sont réunies, et reprises de la même manière.",
    );
    sample::lay_out(stage, TABLES)?;
    let folder = stage.file("sample/iadb-argentina-csv");
    let words = ["import", "iati-csv", &folder, "--partial", "--problems", "1"];
    as_far_as_it_goes(stage.run(COORDINATOR, &words).await)?;
    for words in [
        &["status"][..],
        &["partner", "duplicates", "--limit", "5"],
        &["project", "list", "--filter", "state=ACTIVE", "--limit", "5"],
    ] {
        stage.run(COORDINATOR, words).await?;
    }
    figures(stage).await
}

/// Some of the real files have records that cannot be taken; the report has just said so.
fn as_far_as_it_goes(outcome: Result) -> Result {
    match outcome {
        Err(fault) if fault.exit == exit::INVALID && fault.silent => Ok(()),
        other => other,
    }
}

/// What the imported projects promised and reported: real indicators, real targets, real actuals.
async fn figures(stage: &Stage) -> Result {
    let Some(project) = reported(stage).await? else { return Ok(()) };
    stage.tell(
        "The published figures came along: what a project promised, and how far it has come.",
        "Les chiffres publiés ont suivi : ce qu'un projet a promis, et où il en est.",
    );
    stage.run(COORDINATOR, &["project-indicator", "list", "--project", &project, "--limit", "8"]).await?;
    stage.run(COORDINATOR, &["report", "list", "--project", &project, "--limit", "5"]).await?;
    stage.tell(
        "Its page; on a terminal, with its figures drawn against their targets.",
        "Sa fiche ; sur un terminal, avec ses chiffres tracés par rapport aux cibles.",
    );
    stage.run(COORDINATOR, &["project", "show", &project]).await?;
    stage.tell(
        "These indicators are the publisher's own: no total is made of them, and that is said too.",
        "Ces indicateurs sont propres à leur éditeur : aucun total n'en est fait, et cela est dit aussi.",
    );
    stage.run(COORDINATOR, &["result", "aggregate", "--project", &project]).await?;
    stage.run(COORDINATOR, &["indicator", "list", "--limit", "5"]).await
}

/// The imported project of which most figures are known, the first of equals.
async fn reported(stage: &Stage) -> Result<Option<String>> {
    let request = json!({ "parent": "projects/-", "pageSize": 1000 });
    let answer = stage.ask(COORDINATOR, "ProjectIndicatorService/ListProjectIndicators", request).await?;
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    let known = |promised: &&Value| !promised["latestActual"].is_null() && promised["targets"].is_array();
    for promised in answer["projectIndicators"].as_array().into_iter().flatten().filter(known) {
        let name = promised["name"].as_str().unwrap_or_default();
        let project = name.split("/projectIndicators/").next().unwrap_or_default();
        *counts.entry(project.to_owned()).or_default() += 1;
    }
    let most = counts.values().max().copied().unwrap_or_default();
    Ok(counts.into_iter().find(|(_, count)| *count == most).map(|(project, _)| project))
}
