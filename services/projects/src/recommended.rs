//! What projects and indicators ask of the recommendations that they name: partners knows which of them are adopted.

use std::collections::HashMap;

use chassis::auth::Caller;
use chassis::clock::Zone;
use chassis::column::{Day, Micros};
use chassis::error::{Error, Result};
use chassis::{Context, peer, say};
use proto::partners::recommendation::State;
use proto::partners::recommendation_service_client::RecommendationServiceClient;
use proto::partners::{BatchGetRecommendationsRequest, GetRecommendationRequest, Recommendation};
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

    /// A recommendation that people may say something of today: it is in consultation (PRJ-33).
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `field` when there is none that the caller may know; `FAILED_PRECONDITION` citing PRJ-33;
    /// `UNAVAILABLE` when partners cannot be asked.
    pub(crate) async fn must_be_heard(
        &self,
        caller: &Caller,
        field: &str,
        name: &str,
        today: Day,
    ) -> Result<()> {
        let request = peer::on_behalf_of(caller, GetRecommendationRequest { name: name.to_owned() });
        let found = peer::known(field, self.0.clone().get_recommendation(request).await)?;
        let end = found.consultation_end_date.as_ref().and_then(|end| Day::from_date(field, end).ok());
        if found.state() == State::Consultation && end.is_some_and(|end| today <= end) {
            return Ok(());
        }
        Err(Error::refused(
            "PRJ-33",
            say!(
                "{name} is not in consultation: people take part while it is",
                "{name} n'est pas en consultation : la participation n'est ouverte que pendant celle-ci"
            ),
        ))
    }

    /// Of these recommendations those that were adopted or retired, and until when people could say something of them; anyone
    /// may know it.
    ///
    /// # Errors
    /// `UNAVAILABLE` when partners cannot be asked.
    pub(crate) async fn consulted_until(
        &self,
        names: &[String],
        zone: Zone,
    ) -> Result<HashMap<String, Micros>> {
        let found = peer::batch(names, |names| async move {
            let request = peer::on_behalf_of(&Caller::default(), BatchGetRecommendationsRequest { names });
            Ok(self.0.clone().batch_get_recommendations(request).await?.into_inner().recommendations)
        });
        let until = |(name, found): (String, Recommendation)| {
            let ended = matches!(found.state(), State::Adopted | State::Retired);
            let end = found.consultation_end_date.filter(|_| ended)?;
            Some((name, zone.end(Day::from_date("consultation_end_date", &end).ok()?)))
        };
        Ok(found.await?.into_iter().filter_map(until).collect())
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
