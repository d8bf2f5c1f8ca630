//! What a town wants, and what people say of it: its strategy is put to the public, on paper too, and each proposal is answered. It
//! is not adopted: a consultation lasts fifteen days, and the demo does not make them pass. Each step is taken unless it was taken
//! before.

use serde_json::{Value, json};

use super::people::{self, Person};
use super::sample;
use super::stage::{COORDINATOR, NOBODY, Stage, Typist};
use super::story::{Days, PARTNER, TOWN, id, join, state};
use crate::call::list;
use crate::fault::Result;

const COMMUNE: &str = "partners/commune-exemple";
const STRATEGY: &str = "territories/fr-com-84007/strategies/demarches-pour-tous";
const NEED: &str = "territories/fr-com-84007/needs/aide-le-samedi";

const MAYOR: Person = Person {
    id: "demo-mayor",
    email: "elise@commune.example",
    network_role: None,
    membership: Some((COMMUNE, "ROLE_PARTNER_ADMIN")),
};

/// The days of the strategy, around today.
pub(super) fn days() -> Days {
    use chrono::Datelike as _;
    let json = |days: u64| {
        let day = sample::later(days);
        format!("{{ year: {}, month: {}, day: {} }}", day.year(), day.month(), day.day())
    };
    vec![("STRATEGYFIRST", json(30)), ("STRATEGYLAST", json(30 + 3 * 365))]
}

/// From the draft to the answers.
pub(super) async fn tell(stage: &Stage, reporter: &str) -> Result {
    stage.tell(
        "The town has its say: it joins, is made the authority of its territory, and plans from what residents need.",
        "La commune prend la parole : elle rejoint le réseau, devient l'autorité de son territoire, et part du besoin des habitants.",
    );
    join(stage, COMMUNE, "commune").await?;
    let mayor = people::token(stage, &MAYOR).await?;
    let mayor: Typist<'_> = Some(&mayor);
    let town = stage.find("TerritoryService/GetTerritory", TOWN).await?.unwrap_or_default();
    if town["authority"].as_str().unwrap_or_default().is_empty() {
        stage.run(COORDINATOR, &["territory", "edit", TOWN, "--authority", COMMUNE]).await?;
    }
    let standing = state(stage, "StrategyService/GetStrategy", STRATEGY).await?;
    if standing.is_empty() {
        let file = stage.file("sample/story/strategy.yaml");
        let words = ["strategy", "create", "--territory", TOWN, "--id", id(STRATEGY), "-f", &file];
        stage.run(mayor, &words).await?;
    }
    if standing.is_empty() || standing == "STATE_DRAFT" {
        stage.tell(
            "It asks everyone for twenty days: online, on paper and in person.",
            "Elle consulte tout le monde pendant vingt jours : en ligne, sur papier et en personne.",
        );
        let end = sample::later(20).to_string();
        let words = ["strategy", "open-consultation", STRATEGY, "--end-date", &end];
        let channels = ["--channels", "ONLINE", "--channels", "PAPER", "--channels", "IN_PERSON"];
        stage.run(mayor, &[&words[..], &channels].concat()).await?;
    }
    if state(stage, "StrategyService/GetStrategy", STRATEGY).await? == "STATE_CONSULTATION" {
        hear(stage, mayor, Some(reporter)).await?;
    }
    stage.run(COORDINATOR, &["strategy", "summarize"]).await?;
    stage.run(COORDINATOR, &["participation", "summarize", "--subject", STRATEGY]).await
}

/// A proposal on paper and one without an account: both are published, answered, and one becomes a need.
async fn hear(stage: &Stage, mayor: Typist<'_>, reporter: Typist<'_>) -> Result {
    let language = stage.narrator.language;
    let pick = |en: &'static str, fr: &'static str| language.pick(en, fr);
    let said = proposals(stage, mayor).await?;
    let by = |channel: &str| said.iter().any(|one| one["channel"] == channel);
    let proposal = ["participation", "create", "--subject", STRATEGY, "--kind", "PROPOSAL"];
    let words = [&proposal[..], &["--language-code", language.code()]].concat();
    if !by("PARTICIPATION_CHANNEL_PAPER") {
        stage.tell(
            "The association records what someone wrote on paper.",
            "L'association recueille ce qu'une personne a écrit sur papier.",
        );
        let body =
            pick("Open on Saturdays, for those who work.", "Ouvrez le samedi, pour ceux qui travaillent.");
        let paper = ["--channel", "PAPER", "--recorded-by", PARTNER, "--body", body];
        stage.run(reporter, &[&words[..], &paper].concat()).await?;
    }
    if !by("PARTICIPATION_CHANNEL_ONLINE") {
        stage.tell(
            "Someone without an account makes a proposal; the command does the small piece of work that keeps floods out.",
            "Quelqu'un sans compte fait une proposition ; la commande fait le petit calcul qui écarte les envois en masse.",
        );
        let body = pick("Teach how to recognise fraud.", "Apprenez-nous à reconnaître les arnaques.");
        stage.run(NOBODY, &[&words[..], &["--channel", "ONLINE", "--body", body]].concat()).await?;
    }
    stage.tell(
        "The town publishes both, and answers each: only then may it adopt its strategy, once the twenty days are over.",
        "La commune publie les deux et répond à chacune : alors seulement elle pourra adopter sa stratégie, les vingt jours passés.",
    );
    for one in proposals(stage, mayor).await? {
        let name = one["name"].as_str().unwrap_or_default();
        if one["state"] == "STATE_PENDING" {
            stage.run(mayor, &["participation", "moderate", name, "--decision", "PUBLISH"]).await?;
        }
        if matches!(one["state"].as_str(), Some("STATE_PENDING" | "STATE_PUBLISHED")) {
            let text = pick("en=Yes, from spring on.", "fr=Oui, dès le printemps.");
            let words = ["participation", "answer", name, "--outcome", "ACCEPTED", "--text", text];
            stage.run(mayor, &words).await?;
        }
        if one["channel"] == "PARTICIPATION_CHANNEL_PAPER"
            && one["need"].as_str().unwrap_or_default().is_empty()
        {
            let title = pick("en=Help on Saturdays", "fr=De l'aide le samedi");
            let words = ["participation", "convert", name, "--title", title, "--target-groups", "ALL"];
            stage.run(mayor, &[&words[..], &["--need-id", id(NEED)]].concat()).await?;
            stage.tell(
                "What happened to my proposal? Anyone may look.",
                "Qu'est devenue ma proposition ? Chacun peut le voir.",
            );
            stage.run(NOBODY, &["participation", "show", name]).await?;
        }
    }
    Ok(())
}

/// The proposals on the strategy, as they stand.
async fn proposals(stage: &Stage, mayor: Typist<'_>) -> Result<Vec<Value>> {
    let filter = format!("subject = \"{STRATEGY}\" AND kind = PROPOSAL");
    let request = json!({ "filter": filter, "orderBy": "create_time" });
    let answer = stage.ask(mayor, "ParticipationService/ListParticipations", request).await?;
    Ok(list(&answer["participations"]).to_vec())
}
