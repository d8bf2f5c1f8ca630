//! What a business model lacks to be published (BM-1, BM-5, BM-9). Pure.

use chassis::column::Micros;
use chassis::error::Result;
use chassis::gap::{self, Gap};
use chassis::say;
use chassis::say::Text;
use proto::businessmodels as pb;
use proto::businessmodels::{Adaptation, CanvasBlockCode as Block, Maturity};

use super::economics::publicly_funded;
use super::row::Model;

/// The blocks of a canvas, in its order, with their names.
pub(crate) const BLOCKS: [(Block, &str, &str); 15] = [
    (Block::Mission, "mission", "mission"),
    (Block::ValueProposition, "value proposition", "proposition de valeur"),
    (Block::Beneficiaries, "beneficiaries", "bénéficiaires"),
    (Block::BuyInSupport, "buy-in and support", "adhésion et soutien"),
    (Block::Deployment, "deployment", "déploiement"),
    (Block::KeyPartners, "key partners", "partenaires clés"),
    (Block::KeyActivities, "key activities", "activités clés"),
    (Block::KeyResources, "key infrastructure and resources", "infrastructures et ressources clés"),
    (Block::KeyRegulation, "key regulatory framework", "cadre réglementaire clé"),
    (Block::BudgetCosts, "budget costs", "coûts"),
    (Block::RevenueStreams, "revenue streams", "sources de revenus"),
    (Block::EnvCosts, "environmental costs", "coûts environnementaux"),
    (Block::EnvBenefits, "environmental benefits", "bénéfices environnementaux"),
    (Block::SocialRisks, "social risks", "risques sociaux"),
    (Block::SocialBenefits, "social benefits", "bénéfices sociaux"),
];
/// Whoever finds no risk says why, in so many characters.
const LEAST_OF_A_RISK: usize = 40;
/// Terms on which anyone may use, change and share again.
const OPEN_LICENCES: [&str; 30] = [
    "CC0-1.0",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "etalab-2.0",
    "ODbL-1.0",
    "ODC-By-1.0",
    "PDDL-1.0",
    "OGL-UK-3.0",
    "MIT",
    "ISC",
    "0BSD",
    "Unlicense",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "MPL-2.0",
    "EUPL-1.2",
    "CECILL-2.1",
    "GPL-2.0",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "LGPL-3.0",
    "AGPL-3.0",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
];

/// Whether a block says what it must.
fn filled(block: &pb::CanvasBlock) -> bool {
    let Some(text) = &block.text else { return false };
    let said = text.translations.get(&text.default_language_code).map_or("", |said| said.text.trim());
    let risky = matches!(block.code(), Block::EnvCosts | Block::SocialRisks);
    match risky && block.items.is_empty() {
        true => said.chars().count() >= LEAST_OF_A_RISK,
        false => !said.is_empty(),
    }
}

/// What it lacks, in the order in which it is to be filled.
pub(crate) fn gaps(model: &Model) -> Vec<Gap> {
    let empty: Vec<_> = BLOCKS
        .iter()
        .filter(|(code, ..)| !model.canvas.iter().any(|block| block.code() == *code && filled(block)))
        .collect();
    let list = |name: fn(&&(Block, &'static str, &'static str)) -> &'static str| {
        empty.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    let (en, fr) = (list(|block| block.1), list(|block| block.2));
    let runs = matches!(model.maturity.get(), Maturity::Operating | Maturity::Scaled);
    let undecided = model.canvas.iter().any(|block| block.adaptation() == Adaptation::ToAdapt);
    let needs: [(&'static str, &'static str, bool, Text); 12] = [
        (
            "summary",
            "BM-1",
            model.summary.translations.is_empty(),
            say!("say what it is", "dites ce que c'est"),
        ),
        (
            "canvas",
            "BM-1",
            !empty.is_empty(),
            say!(
                "fill {en}; where no risk was found, say why not in {LEAST_OF_A_RISK} characters at least",
                "remplissez {fr} ; si aucun risque n'a été trouvé, dites pourquoi en {LEAST_OF_A_RISK} caractères au moins"
            ),
        ),
        ("costs", "BM-1", model.costs.is_empty(), say!("one cost at least", "un coût au moins")),
        (
            "revenues",
            "BM-1",
            model.revenues.is_empty() && !publicly_funded(&model.revenues, &model.finance),
            say!("one revenue at least, or public funding", "un revenu au moins, ou un financement public"),
        ),
        (
            "licence",
            "BM-1",
            !OPEN_LICENCES.contains(&model.licence.as_str()),
            say!("an open licence, such as CC-BY-4.0", "une licence ouverte, par exemple CC-BY-4.0"),
        ),
        (
            "recommendations",
            "BM-1",
            model.recommendations.is_empty(),
            say!(
                "one recommendation at least that it carries out",
                "une recommandation au moins qu'il met en œuvre"
            ),
        ),
        // What is written here always says them; what was found may not.
        (
            "maturity",
            "BM-1",
            model.maturity.get() == Maturity::Unspecified,
            say!("say how far it was tried", "dites jusqu'où il a été éprouvé"),
        ),
        (
            "data_regime",
            "BM-1",
            model.data_regime.get() == pb::DataRegime::Unspecified,
            say!("say who may use its data", "dites qui peut utiliser ses données"),
        ),
        (
            "territories",
            "BM-5",
            runs && model.territories.is_empty(),
            say!("say where it operates", "dites où il est exploité"),
        ),
        (
            "evidence",
            "BM-5",
            runs && model.evidence.is_empty(),
            say!("prove that it operates", "prouvez qu'il est exploité"),
        ),
        (
            "canvas",
            "BM-9",
            undecided,
            say!(
                "decide each block: ADAPTED, or UNCHANGED_CONFIRMED",
                "décidez de chaque bloc : ADAPTED, ou UNCHANGED_CONFIRMED"
            ),
        ),
        (
            "context_gaps",
            "BM-9",
            model.said.unrecorded,
            say!(
                "say in its replication what differs there, once at least",
                "dites dans sa réplication ce qui diffère là-bas, une fois au moins"
            ),
        ),
    ];
    let lacking = needs.into_iter().filter(|(_, _, lacks, _)| *lacks);
    lacking.map(|(field, rule, _, what)| Gap { field, rule, what }).collect()
}

/// Nothing is lacking of what is published.
///
/// # Errors
/// `FAILED_PRECONDITION` citing the rule of the first thing that it lacks, and naming all.
pub(crate) fn whole(model: &Model, _: Micros) -> Result<()> {
    gap::none(&gaps(model))
}
