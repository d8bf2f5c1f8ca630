//! What is asked of partners before a project begins: the partnership that carries it, what was signed there, and the
//! commitments that its budget draws on (PRJ-14). What must be found is said by `guards.rs`.

use std::collections::{BTreeSet, HashMap};

use chassis::auth::Caller;
use chassis::column::Day;
use chassis::error::{Error, Result};
use chassis::{Context, peer};
use proto::partners::agreement_service_client::AgreementServiceClient;
use proto::partners::commitment_service_client::CommitmentServiceClient;
use proto::partners::partnership_service_client::PartnershipServiceClient;
use proto::partners::{
    BatchGetCommitmentsRequest, GetPartnershipRequest, ListAgreementsRequest, commitment, partnership,
};
use tonic::transport::Channel;

use super::peers::Partners;
use super::row::Model;

/// What carries a project, as partners tells it.
#[derive(Clone, Debug, Default)]
pub struct Carrier {
    /// Where its partnership stands; none when the caller knows no such partnership.
    pub partnership: Option<partnership::State>,
    /// The parties of each agreement of it that is in force today.
    pub in_force: Vec<BTreeSet<String>>,
    /// Where each commitment stands that the budget names; those that the caller does not know are not here.
    pub commitments: HashMap<String, commitment::State>,
    /// Who a partner is by now, where it was merged into another (BEY-1).
    pub survivors: HashMap<String, String>,
}

impl Carrier {
    /// Who a partner is by now.
    pub fn who<'n>(&'n self, partner: &'n str) -> &'n str {
        self.survivors.get(partner).map_or(partner, String::as_str)
    }
}

/// The services of partners that know of it.
#[derive(Clone)]
pub(crate) struct Carriers {
    partners: Partners,
    partnerships: PartnershipServiceClient<Channel>,
    agreements: AgreementServiceClient<Channel>,
    commitments: CommitmentServiceClient<Channel>,
}

impl Carriers {
    pub(crate) fn new(context: &Context, partners: Partners) -> Result<Self> {
        let channel = context.channel_to("partners")?;
        Ok(Self {
            partners,
            partnerships: PartnershipServiceClient::new(channel.clone()),
            agreements: AgreementServiceClient::new(channel.clone()),
            commitments: CommitmentServiceClient::new(channel),
        })
    }

    /// What carries a project today.
    ///
    /// # Errors
    /// `UNAVAILABLE` when partners cannot be asked.
    pub(crate) async fn of(&self, caller: &Caller, project: &Model, today: Day) -> Result<Carrier> {
        let mut carrier =
            Carrier { commitments: self.commitments(caller, project).await?, ..Carrier::default() };
        if !project.is_shared() || project.partnership.is_empty() {
            return Ok(carrier);
        }
        carrier.partnership = self.partnership(caller, &project.partnership).await?;
        if carrier.partnership.is_some() {
            carrier.in_force = self.in_force(caller, &project.partnership, today).await?;
        }
        let named =
            project.partners().into_iter().chain(carrier.in_force.iter().flatten().map(String::as_str));
        let named: BTreeSet<&str> = named.filter(|partner| !partner.is_empty()).collect();
        let found = self.partners.look_up(caller, named).await?;
        carrier.survivors = found.into_iter().map(|(asked, partner)| (asked, partner.name)).collect();
        Ok(carrier)
    }

    async fn partnership(&self, caller: &Caller, name: &str) -> Result<Option<partnership::State>> {
        let request = peer::on_behalf_of(caller, GetPartnershipRequest { name: name.to_owned() });
        match self.partnerships.clone().get_partnership(request).await {
            Ok(found) => Ok(Some(found.into_inner().state())),
            Err(status) if peer::missing(&status).is_some() => Ok(None),
            Err(status) => Err(Error::Peer(Box::new(status))),
        }
    }

    async fn in_force(
        &self,
        caller: &Caller,
        partnership: &str,
        today: Day,
    ) -> Result<Vec<BTreeSet<String>>> {
        let mut request = ListAgreementsRequest {
            parent: partnership.to_owned(),
            page_size: 1000,
            in_force_date: Some(today.to_date()),
            ..Default::default()
        };
        let mut parties = Vec::new();
        loop {
            let asked = peer::on_behalf_of(caller, request.clone());
            let page = peer::answer(self.agreements.clone().list_agreements(asked).await)?;
            parties.extend(page.agreements.into_iter().map(|agreement| {
                agreement.parties.into_iter().map(|party| party.partner).collect::<BTreeSet<_>>()
            }));
            if page.next_page_token.is_empty() {
                return Ok(parties);
            }
            request.page_token = page.next_page_token;
        }
    }

    async fn commitments(
        &self,
        caller: &Caller,
        project: &Model,
    ) -> Result<HashMap<String, commitment::State>> {
        let lines = project.budget_lines.iter().filter(|line| !line.commitment.is_empty());
        let names: BTreeSet<&str> = lines.map(|line| line.commitment.as_str()).collect();
        let mut states = HashMap::new();
        for chunk in names.into_iter().map(str::to_owned).collect::<Vec<_>>().chunks(100) {
            let ask = |names| {
                let request = peer::on_behalf_of(caller, BatchGetCommitmentsRequest { names });
                let mut commitments = self.commitments.clone();
                async move { commitments.batch_get_commitments(request).await }
            };
            let found = peer::those_known(chunk.to_vec(), ask).await?;
            let found = found.into_iter().flat_map(|(_, found)| found.commitments);
            states.extend(found.map(|commitment| (commitment.name.clone(), commitment.state())));
        }
        Ok(states)
    }
}
