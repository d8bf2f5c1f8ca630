//! What projects ask of partners, on behalf of the caller.

use std::collections::{BTreeMap, HashMap};

use ::peers::organisations::{self, Handed};
use chassis::auth::Caller;
use chassis::error::{Result, Violations};
use chassis::{Call, Context, name, peer, say};
use proto::common::LocalizedText;
use proto::partners::partner::State;
use proto::partners::partner_service_client::PartnerServiceClient;
use proto::partners::{
    BatchGetPartnersRequest, GetPartnerRequest, ListPartnersRequest, OrganisationAsFound, Partner,
};
use proto::projects as pb;
use tonic::transport::Channel;

use super::describe::PARTNER;
use super::guards;

/// The partners service.
#[derive(Clone)]
pub(crate) struct Partners(PartnerServiceClient<Channel>);

impl Partners {
    pub(crate) fn new(context: &Context) -> Result<Self> {
        let channel = context.channel_to("partners")?;
        Ok(Self(PartnerServiceClient::new(channel)))
    }

    /// Replaces the partners that a draft names by those that took their place (BEY-1), except those known already.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on each field that names nobody whom the caller may know.
    pub(crate) async fn settle(
        &self,
        caller: &Caller,
        draft: &mut pb::Project,
        known: &[&str],
    ) -> Result<()> {
        let mut named = vec![("project.lead_partner".to_owned(), &mut draft.lead_partner)];
        for (index, participant) in draft.participants.iter_mut().enumerate() {
            named.push((format!("project.participants[{index}].partner"), &mut participant.partner));
        }
        for (index, line) in draft.budget_lines.iter_mut().enumerate() {
            named.push((format!("project.budget_lines[{index}].source"), &mut line.source));
        }
        // What is no name is for the rules to refuse.
        named.retain(|(field, partner)| {
            !known.contains(&partner.as_str()) && name::check_reference(field, PARTNER, partner).is_ok()
        });
        let mut names: Vec<String> = named.iter().map(|(_, partner)| (*partner).clone()).collect();
        names.sort_unstable();
        names.dedup();
        let mut survivors: BTreeMap<String, String> = BTreeMap::new();
        for chunk in names.chunks(100) {
            survivors.extend(self.survivors(caller, chunk.to_vec()).await?);
        }
        let mut wrong = Violations::default();
        for (field, partner) in named {
            match survivors.get(partner.as_str()) {
                Some(survivor) => survivor.clone_into(partner),
                None => wrong.add(field, say!("there is no such partner", "cette organisation n'existe pas")),
            }
        }
        wrong.finish()
    }

    /// The name of each partner, by the name that was asked for; those that are not there are left out.
    async fn survivors(&self, caller: &Caller, names: Vec<String>) -> Result<BTreeMap<String, String>> {
        let found = self.known(caller, names).await?;
        Ok(found.into_iter().map(|(asked, partner)| (asked, partner.name)).collect())
    }

    /// Each partner, by the name that was asked for; those that the caller may not know are left out.
    pub(crate) async fn look_up(
        &self,
        caller: &Caller,
        names: impl IntoIterator<Item = &str>,
    ) -> Result<HashMap<String, Partner>> {
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let mut found = HashMap::with_capacity(names.len());
        for chunk in names.chunks(100) {
            found.extend(self.known(caller, chunk.to_vec()).await?);
        }
        Ok(found)
    }

    /// At most 100 partners, by the name that was asked for; those that are not there are left out.
    async fn known(&self, caller: &Caller, names: Vec<String>) -> Result<Vec<(String, Partner)>> {
        let ask = |names| {
            let request = peer::on_behalf_of(caller, BatchGetPartnersRequest { names });
            let mut partners = self.0.clone();
            async move { partners.batch_get_partners(request).await }
        };
        let found = peer::those_known(names, ask).await?;
        Ok(found.into_iter().flat_map(|(names, found)| names.into_iter().zip(found.partners)).collect())
    }

    /// A partner that the caller may know, or the one that took its place (BEY-1).
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` on `field` when there is none.
    pub(crate) async fn get(&self, caller: &Caller, field: &str, partner: &str) -> Result<Partner> {
        let request = GetPartnerRequest { name: partner.to_owned() };
        peer::known(field, self.0.clone().get_partner(peer::on_behalf_of(caller, request)).await)
    }

    /// The partner takes part in the network, now (PRJ-14).
    ///
    /// # Errors
    /// `FAILED_PRECONDITION` when it does not.
    pub(crate) async fn must_be_active(&self, caller: &Caller, partner: &str) -> Result<()> {
        let partner = self.get(caller, "lead_partner", partner).await?;
        match partner.state() {
            State::Active => Ok(()),
            _ => Err(guards::lead_inactive(&partner.name)),
        }
    }

    /// The partners that were merged, each with the one that took its place (BEY-1).
    pub(crate) async fn merged(&self, caller: &Caller) -> Result<BTreeMap<String, String>> {
        let mut merged = BTreeMap::new();
        let mut request = ListPartnersRequest {
            page_size: 1000,
            filter: "merged_into != \"\"".to_owned(),
            ..Default::default()
        };
        loop {
            let asked = peer::on_behalf_of(caller, request.clone());
            let page = peer::answer(self.0.clone().list_partners(asked).await)?;
            merged.extend(page.partners.into_iter().map(|partner| (partner.name, partner.merged_into)));
            if page.next_page_token.is_empty() {
                return Ok(merged);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// What partners are called, by the names that were asked for; those that the caller may not know are left out.
    pub(crate) async fn titles(
        &self,
        caller: &Caller,
        names: &[String],
    ) -> Result<BTreeMap<String, LocalizedText>> {
        let found = self.look_up(caller, names.iter().map(String::as_str)).await?;
        Ok(found.into_iter().map(|(asked, partner)| (asked, partner.title.unwrap_or_default())).collect())
    }

    /// Hands over organisations as found, each with its key.
    pub(crate) async fn hand_over(
        &self,
        call: &Call,
        found: Vec<(String, OrganisationAsFound)>,
    ) -> Result<Handed> {
        organisations::hand_over(&self.0, call, found).await
    }
}
