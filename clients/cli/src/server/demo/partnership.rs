//! A partnership of an association, a public body and a company: proposed, signed by all, put to work, kept, looked back on,
//! and renewed. Each step is taken unless it was taken before.

use serde_json::Value;

use super::people::{self, Person};
use super::sample;
use super::stage::{Stage, Typist};
use super::story::{Days, PARTNER, id, join, state, today};
use crate::fault::Result;
use crate::flags::hex;

const AGENCY: &str = "partners/regie-numerique";
const WORKSHOP: &str = "partners/rebond-informatique";
const PARTNERSHIP: &str = "partnerships/demarches-avignon";
const AGREEMENT: &str = "partnerships/demarches-avignon/agreements/convention";
const RENEWAL: &str = "partnerships/demarches-avignon/agreements/convention-2";
const GRANT: &str = "partnerships/demarches-avignon/commitments/grant";
const COMPUTERS: &str = "partnerships/demarches-avignon/commitments/computers";
const CHECK: &str = "partnerships/demarches-avignon/healthChecks/first-year";

const MANAGER: Person = Person {
    id: "demo-manager",
    email: "nadia@regie-numerique.example",
    network_role: None,
    membership: Some((AGENCY, "ROLE_PARTNER_ADMIN")),
};
const FOUNDER: Person = Person {
    id: "demo-founder",
    email: "marc@rebond.example",
    network_role: None,
    membership: Some((WORKSHOP, "ROLE_PARTNER_ADMIN")),
};

/// Those who sign, each for a partner, with the word that their files have in their names.
struct Parties {
    director: String,
    manager: String,
    founder: String,
}

impl Parties {
    /// Its own administrator, its name, and its word.
    fn each(&self) -> [(Typist<'_>, &'static str, &'static str); 3] {
        [
            (Some(&self.director), PARTNER, "lead"),
            (Some(&self.manager), AGENCY, "agency"),
            (Some(&self.founder), WORKSHOP, "workshop"),
        ]
    }
}

async fn parties(stage: &Stage, director: &str) -> Result<Parties> {
    Ok(Parties {
        director: director.to_owned(),
        manager: people::token(stage, &MANAGER).await?,
        founder: people::token(stage, &FOUNDER).await?,
    })
}

/// From the proposal to the first delivery that was received.
pub(super) async fn begin(stage: &Stage, director: &str) -> Result {
    stage.tell(
        "A public body and a company join: with the association, the three sectors.",
        "Un organisme public et une entreprise rejoignent le réseau : avec l'association, les trois secteurs.",
    );
    join(stage, AGENCY, "agency").await?;
    join(stage, WORKSHOP, "workshop").await?;
    let parties = parties(stage, director).await?;
    let lead: Typist<'_> = Some(&parties.director);
    if state(stage, "PartnershipService/GetPartnership", PARTNERSHIP).await?.is_empty() {
        stage.tell(
            "They form a partnership, from the need; the agreement is drafted, and proposed with its twelve items.",
            "Ils forment un partenariat, à partir du besoin ; la convention est rédigée, et proposée avec ses douze points.",
        );
        let file = stage.file("sample/story/partnership.yaml");
        stage.run(lead, &["partnership", "create", "--id", id(PARTNERSHIP), "-f", &file]).await?;
    }
    if state(stage, "AgreementService/GetAgreement", AGREEMENT).await?.is_empty() {
        let file = stage.file("sample/story/agreement.yaml");
        let words = ["agreement", "create", "--partnership", PARTNERSHIP, "--id", id(AGREEMENT), "-f", &file];
        stage.run(lead, &words).await?;
    }
    conclude(stage, &parties, AGREEMENT, "convention").await?;
    if state(stage, "PartnershipService/GetPartnership", PARTNERSHIP).await? == "STATE_FORMING" {
        stage.tell(
            "All have signed: it is in force, and the partnership goes to work.",
            "Tous ont signé : elle est en vigueur, et le partenariat se met au travail.",
        );
        stage.run(lead, &["partnership", "activate", PARTNERSHIP]).await?;
    }
    promise(stage, &parties).await
}

/// Proposes an agreement, and has each sign the document itself.
async fn conclude(stage: &Stage, parties: &Parties, agreement: &str, document: &str) -> Result {
    if state(stage, "AgreementService/GetAgreement", agreement).await? == "STATE_DRAFT" {
        stage.run(Some(&parties.director), &["agreement", "propose", agreement]).await?;
    }
    let document = stage.file(&format!("sample/story/{document}.txt"));
    for (who, partner, _) in parties.each() {
        let found = stage.find("AgreementService/GetAgreement", agreement).await?.unwrap_or_default();
        let waiting = found["waitingParties"].as_array().into_iter().flatten();
        if waiting.into_iter().any(|waiting| waiting == partner) {
            if partner == WORKSHOP && agreement == AGREEMENT {
                stage.run(who, &["status"]).await?;
            }
            stage
                .run(who, &["agreement", "sign", agreement, "--partner", partner, "--file", &document])
                .await?;
        }
    }
    Ok(())
}

/// What each brings: pledged, confirmed by its own people, delivered, and received by the lead.
async fn promise(stage: &Stage, parties: &Parties) -> Result {
    let each = [
        (GRANT, "grant", Some(parties.manager.as_str()), ["--amount", "12000EUR"]),
        (COMPUTERS, "computers", Some(parties.founder.as_str()), ["--quantity", "25"]),
    ];
    if state(stage, "CommitmentService/GetCommitment", GRANT).await?.is_empty() {
        stage.tell(
            "Each says what it brings, money or not; what is delivered counts once it was received.",
            "Chacun dit ce qu'il apporte, argent ou non ; ce qui est livré compte une fois reçu.",
        );
    }
    for (commitment, file, who, delivered) in each {
        let standing = state(stage, "CommitmentService/GetCommitment", commitment).await?;
        if standing.is_empty() {
            let file = stage.file(&format!("sample/story/{file}.yaml"));
            let words =
                ["commitment", "create", "--partnership", PARTNERSHIP, "--id", id(commitment), "-f", &file];
            stage.run(who, &words).await?;
        }
        if standing.is_empty() || standing == "STATE_PLEDGED" {
            stage.run(who, &["commitment", "confirm", commitment]).await?;
        }
        if deliveries(stage, commitment).await?.is_empty() {
            let day = today().to_string();
            let [flag, much] = delivered;
            let words = ["commitment", "record-delivery", commitment, "--delivery-date", &day, flag, much];
            stage.run(who, &words).await?;
        }
        for delivery in deliveries(stage, commitment).await? {
            if delivery["state"] == "STATE_RECORDED" {
                let id = delivery["id"].as_str().unwrap_or_default();
                let words = ["commitment", "confirm-delivery", commitment, "--delivery", id];
                stage.run(Some(&parties.director), &words).await?;
            }
        }
    }
    Ok(())
}

async fn deliveries(stage: &Stage, commitment: &str) -> Result<Vec<Value>> {
    let found = stage.find("CommitmentService/GetCommitment", commitment).await?.unwrap_or_default();
    Ok(found["deliveries"].as_array().cloned().unwrap_or_default())
}

/// From looking back to the agreement that takes the first one's place.
pub(super) async fn renew(stage: &Stage, director: &str) -> Result {
    let parties = parties(stage, director).await?;
    let lead: Typist<'_> = Some(&parties.director);
    let standing = state(stage, "HealthCheckService/GetHealthCheck", CHECK).await?;
    if standing.is_empty() {
        stage.tell(
            "The agreement ends soon. Before it is renewed, the partners say how they work together.",
            "La convention prend bientôt fin. Avant de la renouveler, les partenaires disent comment ils travaillent ensemble.",
        );
        let (today, until) = (today().to_string(), sample::later(14).to_string());
        let words = ["health-check", "create", "--partnership", PARTNERSHIP, "--id", id(CHECK)];
        let days = ["--as-of-date", today.as_str(), "--open-until-date", until.as_str()];
        stage.run(lead, &[&words[..], &days].concat()).await?;
    }
    if standing.is_empty() || standing == "STATE_OPEN" {
        for (who, partner, word) in parties.each() {
            let file = stage.file(&format!("sample/story/answers-{word}.yaml"));
            let words = ["health-check", "submit-response", CHECK, "--partner", partner, "-f", &file];
            stage.run(who, &words).await?;
        }
        let file = stage.file("sample/story/conclusions.yaml");
        stage.run(lead, &["health-check", "close", CHECK, "-f", &file]).await?;
    }
    let standing = state(stage, "AgreementService/GetAgreement", RENEWAL).await?;
    if standing.is_empty() {
        stage.tell(
            "The lead renews: all that was agreed is carried over, and each sees what changes before signing.",
            "Le chef de file renouvelle : tout ce qui était convenu est repris, et chacun voit ce qui change avant de signer.",
        );
        let until = sample::later(2 * 365).to_string();
        let words =
            ["agreement", "renew", AGREEMENT, "--new-end-date", &until, "--agreement-id", id(RENEWAL)];
        stage.run(lead, &words).await?;
        let file = stage.file("sample/story/renewal.yaml");
        stage.run(lead, &["agreement", "edit", RENEWAL, "-f", &file]).await?;
        stage.run(Some(&parties.manager), &["agreement", "compare", AGREEMENT, RENEWAL]).await?;
    }
    conclude(stage, &parties, RENEWAL, "renewal").await?;
    stage.tell(
        "The partnership, as a page to read and to print; and its deadlines, for everyone's own calendar.",
        "Le partenariat, en une page à lire et à imprimer ; et ses échéances, pour l'agenda de chacun.",
    );
    stage.run(lead, &["partnership", "show", PARTNERSHIP]).await?;
    stage.run(lead, &["calendar", &stage.file("deadlines.ics")]).await
}

/// What the files of the story leave open: the hashes of what is signed.
pub(super) fn hashes() -> Days {
    let hash = |text: &[u8]| hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text).as_ref());
    vec![
        ("CONVENTION", hash(include_bytes!("../../../sample/story/convention.txt"))),
        ("RENEWAL", hash(include_bytes!("../../../sample/story/renewal.txt"))),
    ]
}
