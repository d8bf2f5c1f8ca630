//! What datasets ask of their publishers today: to publish those that lack nothing, and to complete the others.

use serde_json::Value;

use super::{Section, find, section};
use crate::app::App;
use crate::call::{list, value_of};
use crate::fault::Result;
use crate::print::name_of;
use crate::say::say;

/// The entries of some partners that are not published yet.
pub(super) async fn of_partners(app: &App, partners: &[&str]) -> Result<Vec<Section>> {
    let language = app.language;
    let own: Vec<String> = partners.iter().map(|partner| format!("publisher = \"{partner}\"")).collect();
    let filter = format!("state = DRAFT AND ({})", own.join(" OR "));
    let drafts = find(app, "DatasetService/ListDatasets", "", &filter).await?;
    let lacks = |value: &Value| !list(&value["gaps"]).is_empty();
    let (lacking, ready): (Vec<_>, Vec<_>) = drafts.into_iter().partition(|one| lacks(&value_of(one)));
    let first = |found: &[_]| found.first().map(name_of).unwrap_or_default();
    Ok(vec![
        section(
            app,
            "datasetsReady",
            say!(language, "Datasets that could be published", "Jeux de données prêts à publier"),
            &ready,
            &format!("ensemble dataset show {0} · ensemble dataset publish {0}", first(&ready)),
        ),
        section(
            app,
            "datasetsDrafts",
            say!(language, "Datasets to complete", "Jeux de données à compléter"),
            &lacking,
            &format!("ensemble dataset show {0} · ensemble dataset edit {0}", first(&lacking)),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{app, message, serve};

    #[tokio::test]
    async fn a_publisher_is_told_what_could_be_published_and_what_lacks_something() {
        let (client, folder) = serve(|method, messages, _| {
            let filter = value_of(&messages[0])["filter"].as_str().unwrap_or_default().to_owned();
            assert_eq!(
                filter,
                "state = DRAFT AND (publisher = \"partners/a\" OR publisher = \"partners/b\")"
            );
            let datasets = json!({ "datasets": [
                { "name": "datasets/ready" },
                { "name": "datasets/bare", "gaps": [{ "field": "territories" }] },
            ] });
            Ok(vec![message(&method.output(), datasets)])
        })
        .await;
        let told = of_partners(&app(client), &["partners/a", "partners/b"]).await.unwrap();
        let day: Vec<(&str, usize)> = told.iter().map(|section| (section.id, section.count)).collect();
        assert_eq!(day, [("datasetsReady", 1), ("datasetsDrafts", 1)]);
        assert!(told[0].next.as_deref().unwrap().ends_with("ensemble dataset publish datasets/ready"));
        assert!(told[1].next.as_deref().unwrap().ends_with("ensemble dataset edit datasets/bare"));
        drop(folder);
    }
}
