//! The indicators of projects.

use chassis::auth::Caller;
use chassis::error::{Result, Violations};
use chassis::{Context, peer, say};
use proto::projects::project_indicator_service_client::ProjectIndicatorServiceClient;
use proto::projects::{GetProjectIndicatorRequest, ProjectIndicator};
use tonic::transport::Channel;

use super::those_there;

/// The pattern of names of indicators of projects.
pub const PROJECT_INDICATOR: &str = "projects/{project}/projectIndicators/{project_indicator}";

/// The indicators of projects.
#[derive(Clone)]
pub struct Indicators(ProjectIndicatorServiceClient<Channel>);

impl Indicators {
    /// Where they are, as this process knows.
    ///
    /// # Errors
    /// When the address of projects is none.
    pub fn new(context: &Context) -> Result<Self> {
        Ok(Self(ProjectIndicatorServiceClient::new(context.channel_to("projects")?)))
    }

    /// Those of these indicators that are there for the caller, in their order.
    ///
    /// # Errors
    /// `UNAVAILABLE` when projects cannot be asked.
    pub async fn found(&self, caller: &Caller, names: &[String]) -> Result<Vec<ProjectIndicator>> {
        let one = |name: &String| {
            let request = peer::on_behalf_of(caller, GetProjectIndicatorRequest { name: name.clone() });
            let mut client = self.0.clone();
            async move { client.get_project_indicator(request).await }
        };
        those_there(names, one).await
    }

    /// Each of these indicators is there.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on each that is not; `UNAVAILABLE` when projects cannot be asked.
    pub async fn must_exist(&self, caller: &Caller, field: &str, names: &[String]) -> Result<()> {
        let found = self.found(caller, names).await?;
        let mut wrong = Violations::default();
        for (at, name) in names.iter().enumerate() {
            if !found.iter().any(|known| known.name == *name) {
                wrong.add(
                    format!("{field}[{at}]"),
                    say!("there is no indicator {name}", "l'indicateur {name} n'existe pas"),
                );
            }
        }
        wrong.finish()
    }
}
