//! Taking a file of solutions over as found (BEY-8): looked at once whole, then written in one transaction, or not at all.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::Micros;
use chassis::database::{Outcome, Unit};
use chassis::error::{Error, Result};
use chassis::say::Language;
use chassis::upload::Upload;
use chassis::wire::Conversation;
use chassis::{Call, Context, idempotency, mask, say, text};
use futures::FutureExt as _;
use iati::solutions::Solution;
use iati::{Problem, Problems, Severity};
use peers::{Country, Partners, Places};
use proto::businessmodels::BusinessModel;
use proto::common::{ImportChange, ImportCount, ImportReport, ImportRequest};
use tonic::Streaming;

use super::as_found::{self, Again, origin};
use super::source;
use super::survey::Survey;
use crate::business_model::row::Model;
use crate::business_model::store;

/// Changes that a report lists, at most.
const LISTED: usize = 1000;

/// Imports a file of solutions.
pub(super) async fn file(
    context: &Context,
    partners: &Partners,
    places: &Places,
    caller: Arc<Caller>,
    pieces: Streaming<ImportRequest>,
) -> Result<ImportReport> {
    let upload = Upload::receive(pieces).await?;
    let call = Call::of_upload(caller, &upload, &context.clock)?;
    if let Some(before) = idempotency::answered(&context.database, "businessmodels", &call).await? {
        return Ok(before);
    }
    let source = upload.open()?;
    let mut survey =
        tokio::task::spawn_blocking(move || Survey::of(source)).await.map_err(Error::internal)?;
    // What blocks a solution blocks the file, unless the caller takes what is sound; either way the report is whole.
    let rehearse = call.validate_only || (survey.problems.blocked() && !upload.options.partial);
    let call = Call { validate_only: rehearse, ..call };
    let countries = places.countries(&call.caller).await?;
    let handed = partners.hand_over(&call, std::mem::take(&mut survey.organisations)).await?;
    let french = Conversation::current().language == Language::Fr;
    let drafts = drafts(&mut survey, &handed.names, &countries);
    let file_name = upload.options.file_name;
    let report = ImportReport {
        counts: vec![handed.count],
        possible_duplicates: handed.possible_duplicates,
        committed: !rehearse,
        ..survey.problems.report(&file_name, french)
    };
    let work = Arc::new(TakeOver { file_name, drafts, refused: survey.refused, report, french });
    let written = idempotency::once(&context.database, "businessmodels", call, move |unit, call| {
        let work = Arc::clone(&work);
        async move { work.run(unit, call).await.map(Outcome::Keep) }.boxed()
    });
    written.await
}

/// What each solution says, in the words of a business model.
fn drafts(
    survey: &mut Survey,
    partners: &HashMap<String, String>,
    countries: &[Country],
) -> Vec<(Solution, BusinessModel)> {
    let partner = |key: &str| partners.get(key).cloned().unwrap_or_default();
    // Each name is looked up once: files repeat them.
    let mut known: HashMap<String, Option<String>> = HashMap::new();
    for name in survey.solutions.iter().flat_map(|solution| &solution.deployed_in) {
        if !known.contains_key(name) {
            let found = text::called(countries, |country| &country.names, name);
            known.insert(name.clone(), found.map(|country| country.code.clone()));
        }
    }
    let country = |name: &String| known.get(name).cloned().flatten();
    let mut drafts = Vec::with_capacity(survey.solutions.len());
    for solution in std::mem::take(&mut survey.solutions) {
        let (said, problems) = as_found::of(&solution, partner, country);
        survey.problems.note(problems);
        drafts.push((solution, said));
    }
    drafts
}

/// A file to take over, and what is known of it.
struct TakeOver {
    file_name: String,
    drafts: Vec<(Solution, BusinessModel)>,
    refused: i32,
    /// What there is to report before any model is looked at.
    report: ImportReport,
    french: bool,
}

#[derive(Default)]
struct Found {
    count: ImportCount,
    problems: Problems,
    changes: Vec<ImportChange>,
    left_off: i32,
    sources: Vec<source::Model>,
}

impl TakeOver {
    /// Takes the file over within a transaction.
    async fn run(&self, unit: &mut Unit<'_>, call: &Call) -> Result<ImportReport> {
        unit.plan_afresh().await?;
        let references: Vec<&str> = self.drafts.iter().map(|(solution, _)| solution.id.as_str()).collect();
        let known = store::imported(unit.txn, &references).await?;
        let names: Vec<&str> = known.values().map(|model| model.name.as_str()).collect();
        let sources = source::of(unit.txn, &names).await?;
        let (mut found, mut created) = (Found::default(), Vec::new());
        for (solution, said) in &self.drafts {
            match known.get(&solution.id) {
                None => {
                    let model = as_found::found(&solution.id, said, unit.now);
                    found.sources.push(self.source(&model.name, solution, said, unit.now));
                    created.push(model);
                }
                Some(model) => {
                    let before = sources.get(&model.name);
                    self.again(unit, call, model, before, (solution, said), &mut found).await?;
                }
            }
        }
        found.count.created = i32::try_from(created.len()).unwrap_or(i32::MAX);
        chassis::store::insert_all(unit, call, &created).await?;
        store::index(&created, unit).await?;
        source::keep(unit.txn, std::mem::take(&mut found.sources)).await?;
        Ok(self.told(found))
    }

    /// A solution that is known: what it says anew, where nobody wrote otherwise since.
    async fn again(
        &self,
        unit: &mut Unit<'_>,
        call: &Call,
        model: &Model,
        before: Option<&source::Model>,
        (solution, said): (&Solution, &BusinessModel),
        found: &mut Found,
    ) -> Result<()> {
        let Some(before) = before else {
            return Err(Error::internal(format!("nobody knows where {} came from", model.name)));
        };
        let same = before.record == solution.raw.as_bytes();
        match as_found::again(model, same, &before.said, said)? {
            Again::Same => {
                found.count.unchanged += 1;
                return Ok(());
            }
            Again::Settled => {
                found.problems.note([settled(solution, model)]);
                found.count.unchanged += 1;
                return Ok(());
            }
            Again::Kept => found.count.unchanged += 1,
            Again::Changed(after) => {
                let (is, was): (BusinessModel, BusinessModel) =
                    (Model::clone(&after).into(), model.clone().into());
                let fields: HashSet<String> = mask::differing(&was, &is)?.into_iter().collect();
                self.tell(solution, &was, &is, &fields, found);
                let rule = |model: &mut Model| {
                    model.clone_from(&after);
                    Ok(())
                };
                chassis::store::apply(unit, call, model.clone(), rule).await?;
                found.count.updated += 1;
            }
        }
        found.sources.push(self.source(&model.name, solution, said, unit.now));
        Ok(())
    }

    fn source(&self, name: &str, solution: &Solution, said: &BusinessModel, now: Micros) -> source::Model {
        source::Model {
            business_model: name.to_owned(),
            file_name: self.file_name.chars().filter(|c| !c.is_control()).take(500).collect(),
            record: solution.raw.clone().into_bytes(),
            said: said.clone().into(),
            time: now,
        }
    }

    fn tell(
        &self,
        solution: &Solution,
        was: &BusinessModel,
        is: &BusinessModel,
        fields: &HashSet<String>,
        found: &mut Found,
    ) {
        for (field, label, shown) in told::FIELDS.iter().filter(|(field, ..)| fields.contains(*field)) {
            if found.changes.len() == LISTED {
                found.left_off = found.left_off.saturating_add(1);
                continue;
            }
            found.changes.push(ImportChange {
                record: solution.id.clone(),
                location: solution.field(origin(field)).path.clone(),
                resource: was.name.clone(),
                label: if self.french { label.1 } else { label.0 }.to_owned(),
                before: shown(was),
                after: shown(is),
            });
        }
    }

    fn told(&self, found: Found) -> ImportReport {
        let mut report = self.report.clone();
        report.counts.push(ImportCount {
            noun: "business_model".to_owned(),
            refused: self.refused,
            ..found.count
        });
        let late = found.problems.report("", self.french);
        report.problems.extend(late.problems);
        report.problems_left_off += late.problems_left_off;
        report.changes = found.changes;
        report.changes_left_off = found.left_off;
        report
    }
}

fn settled(solution: &Solution, model: &Model) -> Problem {
    let name = &model.name;
    let why = say!(
        "the file says something new of {name}, which is under review, published or archived: it stays as it is; revise it, then import again",
        "le fichier dit du nouveau de {name}, qui est en relecture, publié ou archivé : il reste tel quel ; révisez-le, puis importez de nouveau"
    );
    let place = solution.field("name");
    place.problem("name", Severity::Advice, "MODEL_SETTLED", name, (why.en, why.fr)).of(&solution.id)
}

/// What of a model is told when it changes.
mod told {
    use proto::businessmodels::BusinessModel;
    use proto::common::LocalizedText;

    type Field = (&'static str, (&'static str, &'static str), fn(&BusinessModel) -> String);

    pub(super) const FIELDS: [Field; 10] = [
        ("title", ("Title", "Titre"), |model| text(model.title.as_ref())),
        ("summary", ("Summary", "Résumé"), |model| text(model.summary.as_ref())),
        ("contributors", ("Contributors", "Contributeurs"), |model| model.contributors.join(", ")),
        ("maturity", ("Maturity", "Maturité"), |model| match model.maturity {
            0 => String::new(),
            _ => model.maturity().as_str_name().trim_start_matches("MATURITY_").to_owned(),
        }),
        ("canvas", ("Canvas", "Canevas"), |model| {
            let blocks = model.canvas.iter().map(|block| text(block.text.as_ref()));
            blocks.collect::<Vec<_>>().join("\n")
        }),
        ("licence", ("Licence", "Licence"), |model| model.licence.clone()),
        ("evidence", ("Evidence", "Preuves"), |model| {
            model.evidence.iter().map(|proof| proof.uri.as_str()).collect::<Vec<_>>().join(", ")
        }),
        ("sdg_goals", ("Sustainable Development Goals", "Objectifs de développement durable"), |model| {
            model.sdg_goals.iter().map(i32::to_string).collect::<Vec<_>>().join(", ")
        }),
        ("country_codes", ("Countries", "Pays"), |model| model.country_codes.join(", ")),
        ("website", ("Website", "Site web"), |model| model.website.clone()),
    ];

    fn text(text: Option<&LocalizedText>) -> String {
        let said = text.and_then(|text| text.translations.get(&text.default_language_code));
        said.map(|said| said.text.clone()).unwrap_or_default()
    }
}
