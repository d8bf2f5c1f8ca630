use std::io::Write as _;

use chassis::auth::Caller;
use chassis::database::Outcome;
use futures::FutureExt as _;
use proto::common::{Event, ImportOptions};
use proto::projects as pb;
use proto::projects::project::State;
use sea_orm::entity::prelude::*;
use testing;

use super::*;
use crate::place::{Place, places};
use crate::project::row::{COLUMN, Entity};
use crate::project::{follow, rules};

fn call() -> Call {
    Call {
        method: "ensemble.projects.v1.ProjectService/ImportActivities".to_owned(),
        now: as_found::tests::NOW,
        ..testing::call(Caller { subject: "users/c".to_owned(), ..Caller::default() })
    }
}

fn work(file: std::fs::File, call: Call) -> Arc<TakeOver> {
    let options = ImportOptions { file_name: "file.xml".to_owned(), ..ImportOptions::default() };
    let upload = Arc::new(Upload::of_file(options, file).unwrap());
    let survey = reading::survey(&upload, call.now).unwrap();
    let partners = survey.organisations.iter().enumerate();
    Arc::new(TakeOver {
        upload,
        call,
        partners: partners.map(|(index, (key, _))| (key.clone(), format!("partners/p{index}"))).collect(),
        carried: Carried::default(),
        refused: survey.refused,
        repeated: survey.repeated,
        report: ImportReport::default(),
        french: false,
    })
}

impl Place {
    /// New, changed, unchanged, refused.
    async fn import(&self, file: std::fs::File) -> [i32; 4] {
        let work = work(file, call());
        let run = self.database.write("projects", move |unit| {
            let work = Arc::clone(&work);
            async move { work.run(unit).await.map(Outcome::Keep) }.boxed()
        });
        counts(&run.await.unwrap())
    }

    async fn rehearse(&self, file: std::fs::File) -> [i32; 4] {
        counts(&work(file, Call { validate_only: true, ..call() }).rehearse(&self.database).await.unwrap())
    }

    async fn all(&self) -> Vec<Model> {
        Entity::find().all(self.database.reader()).await.unwrap()
    }

    async fn one(&self, identifier: &str) -> Model {
        Entity::find()
            .filter(COLUMN.iati_identifier.eq(identifier))
            .one(self.database.reader())
            .await
            .unwrap()
            .unwrap()
    }

    async fn number(&self, sql: &str) -> i64 {
        let statement = sea_orm::Statement::from_string(self.database.backend(), sql);
        self.database.reader().query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }
}

fn counts(report: &ImportReport) -> [i32; 4] {
    let count = &report.counts[0];
    [count.created, count.updated, count.unchanged, count.refused]
}

fn file(activities: &[&str]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    let activities = activities.concat();
    write!(file, "<iati-activities version=\"2.03\">{activities}</iati-activities>").unwrap();
    file
}

fn activity(identifier: &str, title: &str, inside: &str) -> String {
    format!(
        "<iati-activity xml:lang=\"en\" default-currency=\"EUR\"><iati-identifier>{identifier}</iati-identifier>\
         <reporting-org ref=\"FR-RCS-552081317\" type=\"22\"><narrative>One</narrative></reporting-org>\
         <title><narrative>{title}</narrative></title><description><narrative>What it is</narrative></description>\
         <participating-org role=\"4\" ref=\"GB-CHC-202918\"><narrative>Two</narrative></participating-org>\
         <activity-status code=\"2\"/><activity-date type=\"1\" iso-date=\"2026-01-01\"/>{inside}</iati-activity>"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn les_18_a_second_run_over_real_files_says_nothing_new() {
    const FILES: [(&str, i32, i32); 7] = [
        ("acf-spain-philippines-2018.xml", 6, 0),
        ("belgium-dgd-2021-extract.xml", 3, 1),
        ("worldbank-el-salvador-2025-04.xml", 13, 0),
        ("usaid-asia-region-2025-04.xml", 108, 0),
        ("unhcr-2023.xml.gz", 134, 0),
        ("caf-2025-10-10.xml", 478, 0),
        ("multi-publisher-covid19.xml", 401, 0),
    ];
    const PARTICIPANTS: i64 = 4895;
    const PARTS: usize = 157;
    for place in places().await {
        for (name, sound, refused) in FILES {
            assert_eq!(place.rehearse(as_found::tests::shared(name)).await, [sound, 0, 0, refused], "{name}");
            assert_eq!(place.import(as_found::tests::shared(name)).await, [sound, 0, 0, refused], "{name}");
        }
        let events = place.number("SELECT COUNT(*) FROM change").await;
        for (name, sound, refused) in FILES {
            assert_eq!(place.import(as_found::tests::shared(name)).await, [0, 0, sound, refused], "{name}");
            assert_eq!(place.rehearse(as_found::tests::shared(name)).await, [0, 0, sound, refused], "{name}");
        }
        assert_eq!(place.number("SELECT COUNT(*) FROM change").await, events);
        let projects = place.all().await;
        assert_eq!(projects.len(), 1143);
        let parts = projects.iter().filter(|project| !project.parent_project.is_empty()).count();
        let promised = place.number("SELECT COUNT(*) FROM project_indicator").await;
        let reported = place.number("SELECT COUNT(*) FROM report").await;
        assert!(promised > 0 && reported > 0);
        assert_eq!(events, i64::try_from(projects.len() + parts).unwrap() + promised + reported);
        assert_eq!(place.number("SELECT COUNT(*) FROM project_participant").await, PARTICIPANTS);
        assert_eq!(parts, PARTS);
        let ends = place.number("SELECT COUNT(*) FROM change WHERE last").await;
        assert_eq!(ends, 7, "what is committed as one is read as one");
        for project in projects.iter().step_by(50) {
            let raw = source::record(place.database.reader(), &project.name).await.unwrap().unwrap();
            assert!(raw.contains(&project.iati_identifier) && raw.ends_with("</iati-activity>"));
            assert!(project.origin == Origin::Imported && !project.lead_partner.is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bey_8_a_newer_record_changes_what_nobody_changed_here() {
    for place in places().await {
        assert_eq!(
            place.import(file(&[&activity("FR-1-A", "First", ""), &activity("FR-1-B", "Other", "")])).await,
            [2, 0, 0, 0]
        );
        let project = place.one("FR-1-A").await;
        let name = project.name.clone();
        let edit = place.database.write("projects", move |unit| {
            let project = project.clone();
            async move {
                let rule = |project: &mut Model| {
                    project.summary.translations.get_mut("en").unwrap().text = "Said here".to_owned();
                    project.recommendations.push("recommendations/idt-5".to_owned());
                    Ok(())
                };
                chassis::store::apply(unit, &call(), project, rule).await.map(Outcome::Keep)
            }
            .boxed()
        });
        edit.await.unwrap();
        let newer = activity("FR-1-A", "Second", "<activity-date type=\"3\" iso-date=\"2027-01-01\"/>")
            .replace("status code=\"2\"", "status code=\"3\"")
            .replace("GB-CHC-202918", "GB-CHC-202919");
        assert_eq!(place.rehearse(file(&[&newer])).await, [0, 1, 0, 0]);
        assert_eq!(place.import(file(&[&newer])).await, [0, 1, 0, 0]);
        let project = place.one("FR-1-A").await;
        assert_eq!((project.name.as_str(), project.revision), (name.as_str(), 3));
        assert_eq!(project.title.translations["en"].text, "Second");
        assert_eq!(project.summary.translations["en"].text, "Said here");
        assert_eq!(project.recommendations.0, ["recommendations/idt-5"]);
        assert_eq!(project.state.get(), State::Completed);
        assert_eq!(project.planned_end.unwrap().to_string(), "2027-01-01");
        assert_eq!(place.import(file(&[&newer])).await, [0, 0, 1, 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_find_their_whole_in_whichever_order_they_come() {
    let part_of = |parent: &str| format!("<related-activity ref=\"{parent}\" type=\"1\"/>");
    for place in places().await {
        let (part, circle) = (activity("FR-1-PART", "Part", &part_of("FR-1-WHOLE")), part_of("FR-1-PART"));
        place.import(file(&[&part])).await;
        assert_eq!(place.one("FR-1-PART").await.parent_project, "");
        place.import(file(&[&activity("FR-1-WHOLE", "Whole", &circle)])).await;
        let (part, whole) = (place.one("FR-1-PART").await, place.one("FR-1-WHOLE").await);
        assert_eq!((part.parent_project.as_str(), whole.parent_project.as_str()), (whole.name.as_str(), ""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_project_speaks_for_itself() {
    for place in places().await {
        let mut own = rules::blank("own", Uuid::nil(), as_found::tests::NOW);
        own.lead_partner = "partners/own".to_owned();
        own.iati_identifier = "FR-1-A".to_owned();
        let kept = own.clone();
        let insert = place.database.write("projects", move |unit| {
            let own = own.clone();
            async move { chassis::store::insert(unit, &call(), &own).await.map(Outcome::Keep) }.boxed()
        });
        insert.await.unwrap();
        assert_eq!(place.import(file(&[&activity("FR-1-A", "Theirs", "")])).await, [0, 0, 1, 0]);
        assert_eq!(place.one("FR-1-A").await, kept);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn par_1_projects_of_a_lead_that_left_are_flagged_unless_they_are_over() {
    for place in places().await {
        let closed = activity("FR-1-OVER", "Over", "").replace("status code=\"2\"", "status code=\"4\"");
        place.import(file(&[&activity("FR-1-A", "Going on", ""), &closed])).await;
        let lead = place.one("FR-1-A").await.lead_partner;
        for _ in 0..2 {
            let event = Event { subject: lead.clone(), to_state: "ARCHIVED".to_owned(), ..Event::default() };
            let handle = place.database.write("projects", move |unit| {
                let event = event.clone();
                async move { follow::mark(unit, &call(), &event).await.map(Outcome::Keep) }.boxed()
            });
            handle.await.unwrap();
        }
        let project = place.one("FR-1-A").await;
        assert_eq!((project.lead_archived, project.revision), (true, 2));
        assert!(pb::Project::from(project).lead_archived && !place.one("FR-1-OVER").await.lead_archived);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_show_hidden_projects_to_those_concerned_only() {
    for place in places().await {
        let draft = activity("FR-1-DRAFT", "Planned", "").replace("status code=\"2\"", "status code=\"1\"");
        place.import(file(&[&draft, &activity("FR-1-A", "Going on", "")])).await;
        let hidden = place.one("FR-1-DRAFT").await;
        let helper = hidden.participants[0].partner.clone();
        let count = |all: bool, own: &[&str]| {
            let visible = store::visible(all, own.iter().map(|&name| name.to_owned()).collect());
            Entity::find().filter(visible).count(place.database.reader())
        };
        assert_eq!(count(false, &[]).await.unwrap(), 1);
        assert_eq!(count(false, &["partners/other"]).await.unwrap(), 1);
        assert_eq!(count(false, &[&helper]).await.unwrap(), 2);
        assert_eq!(count(false, &[&hidden.lead_partner]).await.unwrap(), 2);
        assert_eq!(count(true, &[]).await.unwrap(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_not_part_of_its_own_part_and_shares_no_identifier() {
    for place in places().await {
        place.import(file(&[&activity("FR-1-A", "A", ""), &activity("FR-1-B", "B", "")])).await;
        let (one, other) = (place.one("FR-1-A").await, place.one("FR-1-B").await);
        let change = |project: Model, rule: fn(&mut Model, &Model), by: Model| {
            place.database.write("projects", move |unit| {
                let (project, by) = (project.clone(), by.clone());
                async move {
                    let rule = |project: &mut Model| {
                        rule(project, &by);
                        Ok(())
                    };
                    chassis::store::apply(unit, &call(), project, rule).await.map(Outcome::Keep)
                }
                .boxed()
            })
        };
        let into: fn(&mut Model, &Model) = |project, other| project.parent_project.clone_from(&other.name);
        let same: fn(&mut Model, &Model) =
            |project, other| project.iati_identifier.clone_from(&other.iati_identifier);
        change(one.clone(), into, other.clone()).await.unwrap();
        assert!(matches!(change(other.clone(), into, one.clone()).await, Err(Error::Invalid { .. })));
        assert!(matches!(change(other.clone(), same, one.clone()).await, Err(Error::AlreadyExists { .. })));
        let nobody = Model { name: "projects/nobody".to_owned(), ..one.clone() };
        assert!(matches!(change(other, into, nobody).await, Err(Error::Invalid { .. })));
    }
}

fn wells(actual: &str) -> String {
    format!(
        "<result type=\"1\"><title><narrative>Wells</narrative></title><indicator measure=\"1\"><title><narrative>Dug</narrative></title>\
         <period><period-start iso-date=\"2024-01-01\"/><period-end iso-date=\"2024-12-31\"/><target value=\"9\"/>{actual}</period>\
         </indicator></result>"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn bey_4_figures_that_are_no_longer_published_count_no_more_and_stay_readable() {
    const COUNTING: &str = "SELECT COUNT(*) FROM sealed_value WHERE supersede_time IS NULL";
    for place in places().await {
        for (identifier, without) in [("FR-1-A", wells("")), ("FR-1-B", String::new())] {
            let before = place.number(COUNTING).await;
            place.import(file(&[&activity(identifier, "T", &wells("<actual value=\"7\"/>"))])).await;
            assert_eq!(place.number(COUNTING).await, before + 1);
            let kept = place.number("SELECT COUNT(*) FROM sealed_value").await;
            let newer = activity(identifier, "T", &without);
            let work = work(file(&[&newer]), Call { validate_only: true, ..call() });
            let told = work.rehearse(&place.database).await.unwrap();
            let reports = told.counts.iter().find(|count| count.noun == "report").unwrap();
            assert_eq!((reports.created, reports.updated), (0, 1), "rehearsed");
            for _ in 0..2 {
                place.import(file(&[&newer])).await;
                assert_eq!(place.number(COUNTING).await, before, "bey_4");
                assert_eq!(
                    place.number("SELECT COUNT(*) FROM sealed_value").await,
                    kept,
                    "what was said stays"
                );
            }
            let project = place.one(identifier).await;
            let reports = report::store::accepted(place.database.reader(), &project.name).await.unwrap();
            let [empty] = reports.as_slice() else { panic!("{reports:?}") };
            assert_eq!(empty.correction_reason, "file.xml no longer publishes figures of these days");
            assert!(empty.values.is_empty() && !empty.corrects.is_empty());
            let restated = &empty.restatements[0];
            assert!(restated.old_value.is_some() && restated.new_value.is_none());
        }
        // They come back.
        place.import(file(&[&activity("FR-1-A", "T", &wells("<actual value=\"8\"/>"))])).await;
        assert_eq!(place.number(COUNTING).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bey_8_what_a_record_was_not_read_for_before_is_taken_at_the_next_import() {
    let inside = format!(
        "<sector code=\"43030\"/><document-link url=\"https://example.org/a\" format=\"text/html\"/>{}",
        wells("<actual value=\"7\"/>")
    );
    for place in places().await {
        let record = activity("FR-1-A", "T", &inside);
        place.import(file(&[&record])).await;
        for sql in [
            "UPDATE project_source SET reading = 0",
            "DELETE FROM project_detail",
            "DELETE FROM project_indicator",
            "DELETE FROM report",
            "DELETE FROM sealed_value",
        ] {
            place.database.reader().execute_unprepared(sql).await.unwrap();
        }
        place.import(file(&[&record])).await;
        let detailed = async || {
            let mut project = [place.one("FR-1-A").await];
            detail::complete(&mut project, place.database.reader()).await.unwrap();
            let [project] = project;
            (project.details, project.revision)
        };
        let (details, revision) = detailed().await;
        assert_eq!((details.sectors[0].code.as_str(), details.documents.len()), ("43030", 1));
        assert_eq!(place.number("SELECT COUNT(*) FROM sealed_value").await, 1);
        place.import(file(&[&record])).await;
        assert_eq!(detailed().await, (details, revision), "les_18");
    }
}
