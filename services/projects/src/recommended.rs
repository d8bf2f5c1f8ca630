//! What projects and indicators ask of the recommendations that they name: partners knows which of them are adopted.

use chassis::auth::Caller;
use chassis::error::{Error, Result};
use chassis::{Context, peer, say};
use proto::partners::BatchGetRecommendationsRequest;
use proto::partners::recommendation::State;
use proto::partners::recommendation_service_client::RecommendationServiceClient;
use tonic::transport::Channel;

/// The recommendations, as partners tells them.
#[derive(Clone)]
pub(crate) struct Recommendations(RecommendationServiceClient<Channel>);

impl Recommendations {
    pub(crate) fn new(context: &Context) -> Result<Self> {
        Ok(Self(RecommendationServiceClient::new(context.channel_to("partners")?)))
    }

    /// Each of these is there, and adopted, now.
    ///
    /// # Errors
    /// `FAILED_PRECONDITION` naming the first that is not; `UNAVAILABLE` when partners cannot be asked.
    pub(crate) async fn must_be_adopted(&self, caller: &Caller, names: &[String]) -> Result<()> {
        for chunk in names.chunks(100) {
            let request = BatchGetRecommendationsRequest { names: chunk.to_vec() };
            match self.0.clone().batch_get_recommendations(peer::on_behalf_of(caller, request)).await {
                Ok(found) => {
                    let found = found.into_inner().recommendations;
                    if let Some(other) = found.iter().find(|found| found.state() != State::Adopted) {
                        return Err(not_adopted(&other.name));
                    }
                }
                Err(status) => {
                    return Err(match peer::missing(&status) {
                        Some(missing) => not_adopted(&missing),
                        None => Error::Peer(Box::new(status)),
                    });
                }
            }
        }
        Ok(())
    }
}

fn not_adopted(name: &str) -> Error {
    Error::refused(
        "RECOMMENDATION_ADOPTED",
        say!(
            "{name} is not an adopted recommendation: name in recommendations those that are, see `ensemble recommendation list --state ADOPTED`",
            "{name} n'est pas une recommandation adoptée : indiquez dans recommendations celles qui le sont, voir `ensemble recommendation list --state ADOPTED`"
        ),
    )
    .about("field", "recommendations")
    .about("recommendation", name)
}
