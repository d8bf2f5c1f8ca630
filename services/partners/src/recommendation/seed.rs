//! The eight recommendations that every network begins with (domain §1.2, §10): planted at the first start, adopted.

use chassis::column::Micros;
use chassis::database::{Database, Outcome};
use chassis::error::Result;
use chassis::{Call, store};
use futures::FutureExt as _;
use proto::common::{LocalizedText, Translation};
use proto::partners::recommendation::State;

use super::row::Model;
use super::rules;

const SERVICE: &str = "partners";
/// Where they were first published; the texts are Ensemble's own words.
const REFERENCE: &str = "PFVT 2019, Inclusive digital transition / Transition numérique inclusive";

/// A text in both languages: English, French.
type Both = (&'static str, &'static str);

/// Each with its title and its text; the first is number 1.
pub(crate) const SEEDS: [(Both, Both); 8] = [
    (
        (
            "Public authorities ensure good governance with digital strategies adapted to contexts",
            "Les pouvoirs publics garants d'une bonne gouvernance et de stratégies numériques adaptées",
        ),
        (
            "Each public authority gives its territory a digital strategy that it governs itself: drawn up with those who live and work there, adopted by deliberation, fitted to local means, and reviewed in public.",
            "Chaque autorité publique dote son territoire d'une stratégie numérique qu'elle pilote elle-même : élaborée avec celles et ceux qui y vivent et y travaillent, adoptée par délibération, adaptée aux moyens locaux et évaluée publiquement.",
        ),
    ),
    (
        (
            "Smart cities start from local uses and problems",
            "La ville intelligente part des usages et problématiques locales",
        ),
        (
            "Begin with what residents do and what they lack, not with a technology: every project answers a need that was stated and qualified locally, and shows whether that need is met.",
            "Partir de ce que font les habitants et de ce qui leur manque, et non d'une technologie : chaque projet répond à un besoin exprimé et qualifié localement, et montre si ce besoin est satisfait.",
        ),
    ),
    (
        (
            "Territorial data is a common good accessible to all",
            "Les données territoriales, un bien commun accessible à tous",
        ),
        (
            "Describe, share and maintain the data of territories together, under open licences and with respect for persons, so that anyone can find it, understand it and use it again.",
            "Décrire, partager et entretenir ensemble les données des territoires, sous licence ouverte et dans le respect des personnes, afin que chacun puisse les trouver, les comprendre et les réutiliser.",
        ),
    ),
    (
        (
            "Digital as a lever of local actors' participation",
            "Le numérique, levier de participation des acteurs locaux",
        ),
        (
            "Use digital means to give residents and local actors a voice, never as the only way to be heard: receive what they propose online and offline, answer it within a set time, and say what became of it.",
            "Mettre le numérique au service de la parole des habitants et des acteurs locaux, sans jamais en faire la seule voie : recevoir leurs propositions en ligne et hors ligne, y répondre dans un délai fixé et dire ce qu'il en est advenu.",
        ),
    ),
    (
        (
            "A digital right for all, reducing divides",
            "Un droit au numérique pour tous, réduire les fractures",
        ),
        (
            "Treat access to digital technologies as a right: measure who is left out, by place, sex, age and disability; bring connection, devices, skills and human help to them first; and create no new exclusion.",
            "Faire de l'accès au numérique un droit : mesurer qui en est privé, selon le lieu, le sexe, l'âge et le handicap ; apporter d'abord à ces personnes connexion, équipement, compétences et accompagnement humain ; ne créer aucune nouvelle exclusion.",
        ),
    ),
    (
        ("Public–private–civil partnership", "Un partenariat public, privé et société civile"),
        (
            "Join public authorities, companies and civil society in partnerships where each says what it brings and what it expects, agreements are signed for a set time, and promises are checked against what was delivered.",
            "Réunir pouvoirs publics, entreprises et société civile dans des partenariats où chacun dit ce qu'il apporte et ce qu'il attend, où les conventions sont signées pour une durée fixée et où les promesses sont confrontées à ce qui a été livré.",
        ),
    ),
    (
        (
            "New business models of the digital transition",
            "De nouveaux modèles économiques de la transition numérique",
        ),
        (
            "Look for business models that last and serve the territory: say who pays, who gains and what the social and environmental risks are, evaluate them openly, and help other territories adapt those that work.",
            "Rechercher des modèles économiques durables, utiles au territoire : dire qui paie, qui en bénéficie et quels sont les risques sociaux et environnementaux, les évaluer ouvertement et aider d'autres territoires à adapter ceux qui fonctionnent.",
        ),
    ),
    (
        ("Cooperation networks to build capacity", "Des réseaux de coopération pour renforcer les capacités"),
        (
            "Build capacity together: share trainers, courses and open materials between partners, train elected officials, staff and residents alike, and recognise what they have learnt.",
            "Renforcer les capacités ensemble : mutualiser formateurs, formations et ressources ouvertes entre organisations, former les élus, les agents comme les habitants, et reconnaître ce qu'ils ont appris.",
        ),
    ),
];

/// Plants those that are not there. Whoever retired one since keeps it retired; replicas that start together plant each
/// once: they take turns, and look before they write.
///
/// # Errors
/// Of the database.
pub(crate) async fn plant(database: &Database) -> Result<()> {
    let call = Call::own(SERVICE, database.clock());
    let planted = database.write(SERVICE, move |unit| {
        let call = call.clone();
        async move {
            let mut planted = false;
            for number in 1..=SEEDS.len() {
                let row = seed(number, unit.now);
                if store::find::<Model>(unit, &row.name).await?.is_none() {
                    store::insert(unit, &call, &row).await?;
                    planted = true;
                }
            }
            Ok(if planted { Outcome::Keep(()) } else { Outcome::Discard(()) })
        }
        .boxed()
    });
    planted.await
}

/// The recommendation of that number, adopted. What PAR-25 asks of others was done before there was a registry.
pub(crate) fn seed(number: usize, now: Micros) -> Model {
    let (title, words) = SEEDS[number - 1];
    Model {
        state: State::Adopted.into(),
        number: i32::try_from(number).unwrap_or(i32::MAX),
        title: text(title).into(),
        text: text(words).into(),
        reference: REFERENCE.to_owned(),
        adopt_time: Some(now),
        ..rules::blank(&format!("idt-{number}"), uuid::Uuid::now_v7(), now)
    }
}

fn text((english, french): Both) -> LocalizedText {
    let translation = |(language, text): (&str, &str)| {
        (language.to_owned(), Translation { text: text.to_owned(), ..Translation::default() })
    };
    let said = LocalizedText {
        default_language_code: "en".to_owned(),
        translations: [("en", english), ("fr", french)].map(translation).into(),
        ..LocalizedText::default()
    };
    // In the canonical form of what people write: which text is the original, and which a translation.
    chassis::text::check("title", &said).unwrap_or(said)
}
