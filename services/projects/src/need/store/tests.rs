//! What projects say of needs, on disk.

use std::collections::BTreeSet;

use chassis::auth::Role;
use chassis::database::Outcome;
use futures::FutureExt as _;
use proto::projects::project::State;
use testing::{call, person, said};

use super::*;
use crate::place::{Place, places};

/// A need that a project in this state answers; its name.
async fn answered(place: &Place, state: State, call: &Call) -> String {
    let text = said(&[("en", "Help")]);
    let draft = pb::Need {
        title: Some(text.clone()),
        description: Some(text),
        target_groups: vec!["ALL".to_owned()],
        raised_by: "partners/a".to_owned(),
        ..Default::default()
    };
    let id = format!("n{}", i32::from(state));
    let need = rules::create("territories/town", &id, &draft, call).unwrap();
    let mut project = project::rules::blank(&id, Uuid::new_v4(), call.now);
    project.state = state.into();
    project.needs = [need.name.as_str()].into_iter().collect();
    let (name, call) = (need.name.clone(), call.clone());
    let made = place.database.write("projects", move |unit| {
        let (need, project, call) = (need.clone(), project.clone(), call.clone());
        async move {
            chassis::store::insert(unit, &call, &need).await?;
            chassis::store::insert(unit, &call, &project).await.map(Outcome::Keep)
        }
        .boxed()
    });
    made.await.unwrap();
    name
}

#[tokio::test(flavor = "multi_thread")]
async fn prj_6_a_need_is_addressed_by_a_project_under_way_completed_or_closed() {
    let call = call(person(&[Role::Coordinator], &[]));
    for place in places().await {
        let mut expected = BTreeSet::new();
        for state in (1..).map_while(|number| State::try_from(number).ok()) {
            let name = answered(&place, state, &call).await;
            if matches!(state, State::Active | State::Completed | State::Closed) {
                assert!(rules::ADDRESSING.contains(&state));
                expected.insert(name);
            }
        }
        assert_eq!(expected.len(), rules::ADDRESSING.len());
        let reader = place.database.reader();
        let needs = super::super::row::Entity::find().all(reader).await.unwrap();
        let told = told(reader, needs, &call.caller).await.unwrap();
        assert!(told.len() > expected.len() && told.iter().all(|need| need.projects.len() == 1));
        let addressed = told.into_iter().filter(|need| need.addressed).map(|need| need.name);
        assert_eq!(addressed.collect::<BTreeSet<_>>(), expected);
    }
}
