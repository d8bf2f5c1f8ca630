//! What the services that stand above partners and projects ask of them and of identity, on behalf of the caller.

mod indicators;
pub mod organisations;
pub mod settings;

use chassis::auth::Caller;
use chassis::error::{Error, Result, Violations};
use chassis::{Call, Context, peer, say};
use proto::common::LocalizedText;
use proto::identity::user_service_client::UserServiceClient;
use proto::identity::{GetUserRequest, user};
use proto::partners::commitment_service_client::CommitmentServiceClient;
use proto::partners::partner_service_client::PartnerServiceClient;
use proto::partners::partnership_service_client::PartnershipServiceClient;
use proto::partners::recommendation_service_client::RecommendationServiceClient;
use proto::partners::{
    BatchGetPartnersRequest, BatchGetRecommendationsRequest, Commitment, GetCommitmentRequest,
    GetPartnershipRequest, OrganisationAsFound, Partner, partner, recommendation,
};
use proto::projects::need_service_client::NeedServiceClient;
use proto::projects::project_service_client::ProjectServiceClient;
use proto::projects::report_service_client::ReportServiceClient;
use proto::projects::territory_service_client::TerritoryServiceClient;
use proto::projects::{
    BatchGetTerritoriesRequest, GetNeedRequest, GetProjectRequest, ListNeedsRequest, ListReportsRequest,
    ListTerritoriesRequest, Need, Territory, project,
};
use tonic::Code;
use tonic::transport::Channel;

pub use self::indicators::{Indicators, PROJECT_INDICATOR};
use self::organisations::Handed;

/// The pattern of names of partners.
pub const PARTNER: &str = "partners/{partner}";
/// The pattern of names of recommendations.
pub const RECOMMENDATION: &str = "recommendations/{recommendation}";

/// The pattern of names of territories.
pub const TERRITORY: &str = "territories/{territory}";
/// The pattern of names of projects.
pub const PROJECT: &str = "projects/{project}";
/// The pattern of names of needs.
pub const NEED: &str = "territories/{territory}/needs/{need}";

/// The pattern of names of commitments.
pub const COMMITMENT: &str = "partnerships/{partnership}/commitments/{commitment}";
/// Resources that are asked for one by one, at a time.
const TOGETHER: usize = 16;

/// Those of these resources that are there, in their order, where a peer gives them one by one; several are asked for at a time.
async fn those_there<T, F>(names: &[String], one: impl Fn(&String) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<tonic::Response<T>, tonic::Status>>,
{
    let mut found = Vec::with_capacity(names.len());
    for some in names.chunks(TOGETHER) {
        for answer in futures::future::join_all(some.iter().map(&one)).await {
            match answer {
                Err(status) if status.code() == Code::NotFound => {}
                answer => found.push(peer::answer(answer)?),
            }
        }
    }
    Ok(found)
}

/// The partners service.
#[derive(Clone)]
pub struct Partners {
    partners: PartnerServiceClient<Channel>,
    recommendations: RecommendationServiceClient<Channel>,
}

impl Partners {
    /// Hands over organisations as found, each with its key.
    ///
    /// # Errors
    /// As [`organisations::hand_over`].
    pub async fn hand_over(&self, call: &Call, found: Vec<(String, OrganisationAsFound)>) -> Result<Handed> {
        organisations::hand_over(&self.partners, call, found).await
    }

    /// Where it is, as this process knows.
    ///
    /// # Errors
    /// When its address is none.
    pub fn new(context: &Context) -> Result<Self> {
        let channel = context.channel_to("partners")?;
        Ok(Self {
            partners: PartnerServiceClient::new(channel.clone()),
            recommendations: RecommendationServiceClient::new(channel),
        })
    }

    /// Each of these partners takes part in the network, now, under this name: they, as they are now.
    ///
    /// # Errors
    /// `FAILED_PRECONDITION` naming the first that does not; `UNAVAILABLE` when partners cannot be asked.
    pub async fn must_take_part(
        &self,
        caller: &Caller,
        field: &str,
        names: &[String],
    ) -> Result<Vec<Partner>> {
        let found = peer::batch(names, |names| async move {
            let request = peer::on_behalf_of(caller, BatchGetPartnersRequest { names });
            Ok(self.partners.clone().batch_get_partners(request).await?.into_inner().partners)
        });
        let found = found.await?;
        for name in names {
            let answer = found.iter().find(|(asked, _)| asked == name).map(|(_, partner)| partner);
            let why = match answer {
                Some(partner) if partner.name != *name => say!(
                    "{name} was merged into {survivor}: name that one in {field}",
                    "{name} a été fusionnée dans {survivor} : indiquez celle-là dans {field}",
                    survivor = partner.name
                ),
                Some(partner) if partner.state() == partner::State::Active => continue,
                _ => say!(
                    "{name} takes no part in the network: take it out of {field}, or have it approved",
                    "{name} ne prend pas part au réseau : retirez-la de {field}, ou faites-la admettre"
                ),
            };
            return Err(Error::refused("PARTNER_ACTIVE", why).about("field", field).about("partner", name));
        }
        Ok(found.into_iter().map(|(_, partner)| partner).collect())
    }

    /// Each of these recommendations is there, and adopted, now.
    ///
    /// # Errors
    /// `FAILED_PRECONDITION` naming the first that is not; `UNAVAILABLE` when partners cannot be asked.
    pub async fn must_be_adopted(&self, caller: &Caller, names: &[String]) -> Result<()> {
        let found = peer::batch(names, |names| async move {
            let request = peer::on_behalf_of(caller, BatchGetRecommendationsRequest { names });
            let found = self.recommendations.clone().batch_get_recommendations(request).await?;
            Ok(found.into_inner().recommendations)
        });
        let found = found.await?;
        let adopted = |name: &String| {
            let mut known = found.iter().filter(|(asked, _)| asked == name);
            known.any(|(_, found)| found.state() == recommendation::State::Adopted)
        };
        let Some(name) = names.iter().find(|name| !adopted(name)) else { return Ok(()) };
        let why = say!(
            "{name} is not an adopted recommendation: name in recommendations those that are, see `ensemble recommendation list --state ADOPTED`",
            "{name} n'est pas une recommandation adoptée : indiquez dans recommendations celles qui le sont, voir `ensemble recommendation list --state ADOPTED`"
        );
        Err(Error::refused("RECOMMENDATION_ADOPTED", why).about("recommendation", name))
    }
}

/// The commitments of partners.
#[derive(Clone)]
pub struct Commitments {
    commitments: CommitmentServiceClient<Channel>,
    partnerships: PartnershipServiceClient<Channel>,
}

impl Commitments {
    /// Where they are, as this process knows.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(context: &Context) -> Result<Self> {
        let channel = context.channel_to("partners")?;
        Ok(Self {
            commitments: CommitmentServiceClient::new(channel.clone()),
            partnerships: PartnershipServiceClient::new(channel),
        })
    }

    /// A commitment, as it is now.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `commitment` when there is none; `UNAVAILABLE` when partners cannot be asked.
    pub async fn find(&self, caller: &Caller, name: &str) -> Result<Commitment> {
        let request = peer::on_behalf_of(caller, GetCommitmentRequest { name: name.to_owned() });
        peer::known("commitment", self.commitments.clone().get_commitment(request).await)
    }

    /// Who receives a commitment: the partner that it names, or the lead of its partnership.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub async fn receiver(&self, caller: &Caller, commitment: &Commitment) -> Result<String> {
        if !commitment.recipient.is_empty() {
            return Ok(commitment.recipient.clone());
        }
        let (partnership, _) = commitment.name.split_once("/commitments/").unwrap_or_default();
        let request = GetPartnershipRequest { name: partnership.to_owned() };
        let answer = self.partnerships.clone().get_partnership(peer::on_behalf_of(caller, request)).await;
        Ok(peer::known("commitment", answer)?.lead_partner)
    }
}

/// The accounts of identity.
pub struct People(UserServiceClient<Channel>);

impl People {
    /// Where it is, as this process knows.
    ///
    /// # Errors
    /// When its address is none.
    pub fn new(context: &Context) -> Result<Self> {
        Ok(Self(UserServiceClient::new(context.channel_to("identity")?)))
    }

    /// This account is there, and may sign in.
    ///
    /// # Errors
    /// `FAILED_PRECONDITION` otherwise; `UNAVAILABLE` when identity cannot be asked.
    pub async fn must_be_active(&self, caller: &Caller, field: &str, name: &str) -> Result<()> {
        let request = peer::on_behalf_of(caller, GetUserRequest { name: name.to_owned() });
        match peer::known(field, self.0.clone().get_user(request).await) {
            Ok(found) if found.state() == user::State::Active => Ok(()),
            Ok(_) | Err(Error::Invalid { .. }) => Err(Error::refused(
                "USER_ACTIVE",
                say!(
                    "{name} is no active account: whoever it is accepts the invitation first",
                    "{name} n'est pas un compte actif : cette personne doit d'abord accepter son invitation"
                ),
            )
            .about("field", field)),
            Err(other) => Err(other),
        }
    }
}

/// The territories of projects.
pub struct Places(TerritoryServiceClient<Channel>);

impl Places {
    /// Where it is, as this process knows.
    ///
    /// # Errors
    /// When its address is none.
    pub fn new(context: &Context) -> Result<Self> {
        Ok(Self(TerritoryServiceClient::new(context.channel_to("projects")?)))
    }

    /// Each of these territories, by the field that names it, is there.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on each field that names none; `UNAVAILABLE` when projects cannot be asked.
    pub async fn must_exist(&self, caller: &Caller, named: &[(String, String)]) -> Result<()> {
        let mut names: Vec<String> = named.iter().map(|(_, name)| name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        let found = self.asked(caller, &names).await?;
        let mut wrong = Violations::default();
        for (field, name) in named.iter().filter(|(_, name)| !found.iter().any(|(asked, _)| asked == name)) {
            wrong.add(field, say!("there is no territory {name}", "le territoire {name} n'existe pas"));
        }
        wrong.finish()
    }

    /// Those of these territories that are there.
    ///
    /// # Errors
    /// `UNAVAILABLE` when projects cannot be asked.
    pub async fn found(&self, caller: &Caller, names: &[String]) -> Result<Vec<Territory>> {
        Ok(self.asked(caller, names).await?.into_iter().map(|(_, place)| place).collect())
    }

    async fn asked(&self, caller: &Caller, names: &[String]) -> Result<Vec<(String, Territory)>> {
        let ask = |names| async move {
            let request = peer::on_behalf_of(caller, BatchGetTerritoriesRequest { names });
            Ok(self.0.clone().batch_get_territories(request).await?.into_inner().territories)
        };
        peer::batch(names, ask).await
    }
}

/// A country, as projects know it.
#[derive(Clone, Debug, Default)]
pub struct Country {
    /// Its code (ISO 3166-1 alpha-2).
    pub code: String,
    /// What it is called, in several languages.
    pub names: LocalizedText,
}

impl Places {
    /// The countries that there are.
    ///
    /// # Errors
    /// `UNAVAILABLE` when projects cannot be asked.
    pub async fn countries(&self, caller: &Caller) -> Result<Vec<Country>> {
        let mut countries = Vec::new();
        let mut request = ListTerritoriesRequest {
            page_size: 1000,
            filter: "kind = COUNTRY".to_owned(),
            ..Default::default()
        };
        loop {
            let asked = peer::on_behalf_of(caller, request.clone());
            let page = peer::answer(self.0.clone().list_territories(asked).await)?;
            countries.extend(page.territories.into_iter().map(|country| Country {
                code: country.country_code,
                names: country.display_name.unwrap_or_default(),
            }));
            if page.next_page_token.is_empty() {
                return Ok(countries);
            }
            request.page_token = page.next_page_token;
        }
    }
}

/// The needs of projects.
pub struct Needs(NeedServiceClient<Channel>);

impl Needs {
    /// Where they are, as this process knows.
    ///
    /// # Errors
    /// When the address of projects is none.
    pub fn new(context: &Context) -> Result<Self> {
        Ok(Self(NeedServiceClient::new(context.channel_to("projects")?)))
    }

    /// Each of these needs, in their order.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on each that is not there; `UNAVAILABLE` when projects cannot be asked.
    pub async fn known(&self, caller: &Caller, field: &str, names: &[String]) -> Result<Vec<Need>> {
        let (mut found, mut wrong) = (Vec::new(), Violations::default());
        for (at, name) in names.iter().enumerate() {
            let request = peer::on_behalf_of(caller, GetNeedRequest { name: name.clone() });
            let answer = self.0.clone().get_need(request).await;
            found.extend(wrong.check(peer::known(&format!("{field}[{at}]"), answer))?);
        }
        wrong.finish()?;
        Ok(found)
    }

    /// Those of these needs that are there, in their order; several are asked for at a time.
    ///
    /// # Errors
    /// `UNAVAILABLE` when projects cannot be asked.
    pub async fn found(&self, caller: &Caller, names: &[String]) -> Result<Vec<Need>> {
        let one = |name: &String| {
            let request = peer::on_behalf_of(caller, GetNeedRequest { name: name.clone() });
            let mut client = self.0.clone();
            async move { client.get_need(request).await }
        };
        those_there(names, one).await
    }

    /// The qualified needs of a territory.
    ///
    /// # Errors
    /// `UNAVAILABLE` when projects cannot be asked.
    pub async fn qualified(&self, caller: &Caller, territory: &str) -> Result<Vec<Need>> {
        let mut found = Vec::new();
        let mut request = ListNeedsRequest {
            parent: territory.to_owned(),
            page_size: 1000,
            filter: "state = QUALIFIED".to_owned(),
            ..ListNeedsRequest::default()
        };
        loop {
            let asked = peer::on_behalf_of(caller, request.clone());
            let page = peer::answer(self.0.clone().list_needs(asked).await)?;
            found.extend(page.needs);
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            request.page_token = page.next_page_token;
        }
    }
}

/// What is known of a project that carries something out.
pub struct Carried {
    /// Its lead, and those who take part in it.
    pub partners: Vec<String>,
    /// It is, or was, under way.
    pub runs: bool,
    /// A report of it was accepted.
    pub accepted: bool,
}

/// The projects, and what was accepted of them.
pub struct Projects {
    projects: ProjectServiceClient<Channel>,
    reports: ReportServiceClient<Channel>,
}

impl Projects {
    /// Where they are, as this process knows.
    ///
    /// # Errors
    /// When the address of projects is none.
    pub fn new(context: &Context) -> Result<Self> {
        let channel = context.channel_to("projects")?;
        Ok(Self {
            projects: ProjectServiceClient::new(channel.clone()),
            reports: ReportServiceClient::new(channel),
        })
    }

    /// What is known of a project.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `project` when there is none; `UNAVAILABLE` when projects cannot be asked.
    pub async fn carried(&self, caller: &Caller, name: &str) -> Result<Carried> {
        let request = peer::on_behalf_of(caller, GetProjectRequest { name: name.to_owned() });
        let project = peer::known("project", self.projects.clone().get_project(request).await)?;
        let request = ListReportsRequest {
            parent: name.to_owned(),
            page_size: 1,
            filter: "state = ACCEPTED".to_owned(),
            ..ListReportsRequest::default()
        };
        let request = peer::on_behalf_of(caller, request);
        let accepted = peer::answer(self.reports.clone().list_reports(request).await)?;
        let runs = [
            project::State::Active,
            project::State::Suspended,
            project::State::Completed,
            project::State::Closed,
        ];
        let participants = project.participants.iter().map(|participant| participant.partner.clone());
        Ok(Carried {
            runs: runs.contains(&project.state()),
            accepted: !accepted.reports.is_empty(),
            partners: participants.chain([project.lead_partner.clone()]).collect(),
        })
    }
}
