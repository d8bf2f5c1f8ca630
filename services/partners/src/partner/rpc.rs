//! The conversation about partners: who asks, what, may they, do it, answer.

use std::collections::HashMap;

use chassis::auth::Caller;
use chassis::error::{Error, Result};
use chassis::page::size;
use chassis::wire::{Conversation, reply};
use chassis::{Call, Context, Desk, Reply, Told as _, name, peer, say};
use futures::FutureExt as _;
use proto::auth::Role;
use proto::common::{ImportReport, ImportRequest, PossibleDuplicate};
use proto::identity::membership_service_client::MembershipServiceClient;
use proto::identity::{CreateMembershipRequest, Membership};
use proto::partners as pb;
use proto::partners::partner_service_server::{PartnerService, PartnerServiceServer};
use tonic::transport::Channel;
use tonic::{Request, Streaming};

use super::duplicate::Candidate;
use super::row::Model;
use super::rules::{self, PATTERN};
use super::{import, store};

/// What a refusal for a likely duplicate is sealed for.
const CONFIRMATION: &str = "duplicate";

pub(crate) fn service(context: &Context) -> Result<PartnerServiceServer<Partners>> {
    let memberships = MembershipServiceClient::new(context.channel_to("identity")?);
    Ok(PartnerServiceServer::new(Partners { desk: Desk::new(context), memberships }))
}

pub(crate) struct Partners {
    desk: Desk<Model>,
    memberships: MembershipServiceClient<Channel>,
}

/// What the caller says when likely duplicates are others: exactly these were looked at.
#[derive(Clone, PartialEq, prost::Message)]
struct Confirmation {
    #[prost(string, repeated, tag = "1")]
    candidates: Vec<String>,
}

#[tonic::async_trait]
impl PartnerService for Partners {
    async fn create_partner(&self, request: Request<pb::CreatePartnerRequest>) -> Reply<pb::Partner> {
        let (call, request) = self.desk.open(request)?;
        let partner = rules::create(&request.partner_id, &request.partner.unwrap_or_default(), &call)?;
        let keys = self.desk.context.token_keys.clone();
        let confirmed: Confirmation =
            keys.open(CONFIRMATION, &request.duplicate_confirmation).unwrap_or_default();
        let made = self.desk.create_if(call, partner, move |unit, partner| {
            let (keys, confirmed) = (keys.clone(), confirmed.clone());
            async move {
                let others = store::candidates(unit.txn, partner).await?;
                if !others.is_empty() {
                    store::identifiers_free(partner, unit).await?; // an equal identifier is the stronger answer
                }
                let all_seen = others.iter().all(|other| confirmed.candidates.contains(&other.name));
                if all_seen { Ok(()) } else { Err(likely_duplicate(&keys, &others)) }
            }
            .boxed()
        });
        made.await
    }

    async fn get_partner(&self, request: Request<pb::GetPartnerRequest>) -> Reply<pb::Partner> {
        let caller = Caller::of(&request);
        let found = self.desk.find(&caller, &request.get_ref().name).await?;
        let redirected_from = if found.merged_into.is_empty() { String::new() } else { found.name.clone() };
        let survivor = self.survivors(vec![found]).await?.remove(0);
        let mut answer = self.desk.answer(&caller, survivor)?;
        answer.get_mut().redirected_from = redirected_from;
        Ok(answer)
    }

    async fn list_partners(
        &self,
        request: Request<pb::ListPartnersRequest>,
    ) -> Reply<pb::ListPartnersResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let merged_too = request.filter.contains("merged_into") || request.filter.contains("name");
        let page = self.desk.list(&caller, request, visible(&caller, merged_too)).await?;
        reply(pb::ListPartnersResponse { partners: page.rows, next_page_token: page.next_page_token })
    }

    async fn batch_get_partners(
        &self,
        request: Request<pb::BatchGetPartnersRequest>,
    ) -> Reply<pb::BatchGetPartnersResponse> {
        let caller = Caller::of(&request);
        let found = self.desk.store.batch(&request.get_ref().names).await?;
        if let Some(hidden) = found.iter().find(|partner| !rules::sees(&caller, partner)) {
            return Err(Error::not_found(&hidden.name).into());
        }
        let asked: Vec<String> = found.iter().map(|partner| partner.name.clone()).collect();
        let survivors = self.survivors(found).await?;
        let answer = asked.into_iter().zip(survivors).map(|(asked, survivor)| {
            let redirected_from = if asked == survivor.name { String::new() } else { asked };
            pb::Partner { redirected_from, ..survivor.shown_to(&caller) }
        });
        reply(pb::BatchGetPartnersResponse { partners: answer.collect() })
    }

    async fn search_partners(
        &self,
        request: Request<pb::SearchPartnersRequest>,
    ) -> Reply<pb::SearchPartnersResponse> {
        let caller = Caller::of(&request);
        let request = request.get_ref();
        let most = size(request.page_size)?.into();
        let found =
            store::search(self.desk.store.database(), &request.query, visible(&caller, false), most).await?;
        reply(pb::SearchPartnersResponse {
            partners: found.into_iter().map(|found| found.shown_to(&caller)).collect(),
        })
    }

    async fn update_partner(&self, request: Request<pb::UpdatePartnerRequest>) -> Reply<pb::Partner> {
        self.desk.update(request, rules::may_update, rules::update).await
    }

    async fn approve_partner(&self, request: Request<pb::ApprovePartnerRequest>) -> Reply<pb::Partner> {
        let call = Call::of(&request, &self.desk.context.clock)?;
        let asked = &request.get_ref().name;
        // Its creator becomes its administrator first, and that can be repeated: whatever stops in between, asking again
        // finishes it. Nothing is asked of a peer for a partner that could not be approved.
        let rehearsal = Call { validate_only: true, ..call.clone() };
        let approve = |partner: &mut Model, by: &Call| rules::take("ApprovePartner", partner, by);
        name::id("name", PATTERN, asked)?;
        let by = call.clone();
        let waiting = self.desk.store.change(rehearsal, asked, move |partner| approve(partner, &by)).await?;
        if !call.validate_only && !waiting.created_by.is_empty() {
            self.make_administrator(&call, &waiting).await?;
        }
        self.desk.change_as(call, asked, approve).await
    }

    async fn reject_partner(&self, request: Request<pb::RejectPartnerRequest>) -> Reply<pb::Partner> {
        self.desk.change(&request, |partner, call| rules::take_because("RejectPartner", partner, call)).await
    }

    async fn suspend_partner(&self, request: Request<pb::SuspendPartnerRequest>) -> Reply<pb::Partner> {
        self.desk.change(&request, |partner, call| rules::take_because("SuspendPartner", partner, call)).await
    }

    async fn reinstate_partner(&self, request: Request<pb::ReinstatePartnerRequest>) -> Reply<pb::Partner> {
        self.desk.change(&request, |partner, call| rules::take("ReinstatePartner", partner, call)).await
    }

    async fn archive_partner(&self, request: Request<pb::ArchivePartnerRequest>) -> Reply<pb::Partner> {
        self.desk.change(&request, |partner, call| rules::take("ArchivePartner", partner, call)).await
    }

    async fn merge_partners(&self, request: Request<pb::MergePartnersRequest>) -> Reply<pb::Partner> {
        let (call, request) = self.desk.open(request)?;
        name::id("name", PATTERN, &request.name)?;
        name::id("survivor", PATTERN, &request.survivor)?;
        let merged = self.desk.once(call, move |unit, call| {
            store::merge(unit, call, request.name.clone(), request.survivor.clone()).boxed()
        });
        merged.await
    }

    async fn unmerge_partners(&self, request: Request<pb::UnmergePartnersRequest>) -> Reply<pb::Partner> {
        self.desk.change(&request, |partner, _| rules::unmerge(partner)).await
    }

    async fn list_possible_duplicates(
        &self,
        request: Request<pb::ListPossibleDuplicatesRequest>,
    ) -> Reply<pb::ListPossibleDuplicatesResponse> {
        let request = request.get_ref();
        let most = size(request.page_size)?.into();
        let pairs = store::pairs(self.desk.store.database(), &request.partner, most).await?;
        let possible_duplicates = self.described(pairs).await?;
        reply(pb::ListPossibleDuplicatesResponse { possible_duplicates })
    }

    async fn import_partners(
        &self,
        request: Request<pb::ImportPartnersRequest>,
    ) -> Reply<pb::ImportPartnersResponse> {
        let call = Call::of(&request, &self.desk.context.clock)?;
        let organisations = request.into_inner().organisations;
        if organisations.is_empty() || organisations.len() > 1000 {
            return Err(Error::invalid("organisations", say!("1 to 1,000", "de 1 à 1 000")).into());
        }
        reply(import::import(self.desk.store.database(), call, organisations).await?)
    }

    async fn import_organisations(&self, request: Request<Streaming<ImportRequest>>) -> Reply<ImportReport> {
        let caller = Caller::of(&request);
        reply(
            import::file(&self.desk.context, self.desk.store.database(), caller, request.into_inner())
                .await?,
        )
    }
}

impl Partners {
    async fn make_administrator(&self, call: &Call, partner: &Model) -> Result<()> {
        let membership = Membership {
            user: partner.created_by.clone(),
            role: Role::PartnerAdmin.into(),
            ..Membership::default()
        };
        let request = CreateMembershipRequest {
            parent: partner.name.clone(),
            membership: Some(membership),
            ..CreateMembershipRequest::default()
        };
        let made =
            self.memberships.clone().create_membership(peer::on_behalf_of(&call.caller, request)).await;
        match made {
            Err(status) if status.code() == tonic::Code::AlreadyExists => Ok(()),
            other => peer::answer(other).map(drop),
        }
    }

    /// Each partner, or the one it was merged into (BEY-1).
    async fn survivors(&self, partners: Vec<Model>) -> Result<Vec<Model>> {
        let mut into: Vec<String> = partners.iter().map(|partner| partner.merged_into.clone()).collect();
        into.retain(|name| !name.is_empty());
        into.sort_unstable();
        into.dedup();
        if into.is_empty() {
            return Ok(partners);
        }
        let survivors = self.desk.store.batch(&into).await?;
        let of = |partner: Model| {
            survivors.iter().find(|survivor| survivor.name == partner.merged_into).cloned().unwrap_or(partner)
        };
        Ok(partners.into_iter().map(of).collect())
    }

    /// Pairs with the titles of both.
    async fn described(&self, pairs: Vec<(String, Candidate)>) -> Result<Vec<PossibleDuplicate>> {
        let mut names: Vec<String> =
            pairs.iter().flat_map(|(one, other)| [one.clone(), other.name.clone()]).collect();
        names.sort_unstable();
        names.dedup();
        let mut titles: HashMap<String, String> = HashMap::new();
        for some in names.chunks(100) {
            let partners = self.desk.store.batch(some).await?;
            titles.extend(partners.into_iter().map(|partner| (partner.name.clone(), title(&partner))));
        }
        let title = |name: &str| titles.get(name).cloned().unwrap_or_default();
        Ok(pairs.into_iter().map(|(partner, candidate)| pair(&title, partner, candidate)).collect())
    }
}

fn pair(title: &impl Fn(&str) -> String, partner: String, candidate: Candidate) -> PossibleDuplicate {
    PossibleDuplicate {
        title: title(&partner),
        candidate_title: title(&candidate.name),
        partner,
        candidate: candidate.name,
        score: candidate.score,
        reasons: candidate.reasons.into_iter().map(str::to_owned).collect(),
    }
}

/// The title in the caller's language, else in its own.
pub(crate) fn title(partner: &Model) -> String {
    let mut title = partner.title.clone().into_inner();
    chassis::text::display(&mut title, &Conversation::current().preferences);
    title.display_text
}

fn visible(caller: &Caller, merged_too: bool) -> store::Visible {
    store::visible(caller.oversees(), caller.partners.keys().cloned().collect(), &caller.subject, merged_too)
}

fn likely_duplicate(keys: &chassis::page::TokenKeys, others: &[Candidate]) -> Error {
    let confirmation = Confirmation { candidates: others.iter().map(|other| other.name.clone()).collect() };
    let mut facts = vec![("duplicate_confirmation".to_owned(), keys.seal(CONFIRMATION, &confirmation))];
    let mut list = Vec::new();
    for (index, other) in others.iter().take(10).enumerate() {
        let reasons = other.reasons.join(" ");
        list.push(format!("{} ({} %: {reasons})", other.name, other.score));
        facts.push((format!("candidate_{index}"), format!("{} {} {reasons}", other.name, other.score)));
    }
    let list = list.join(", ");
    Error::Refused {
        rule: "BEY-1",
        why: say!(
            "this may be a partner that is known already: {list}. Use that one; or, if it is another, send the \
             duplicate_confirmation of this answer",
            "c'est peut-être une organisation déjà connue : {list}. Utilisez celle-là ; ou, si c'en est une autre, renvoyez le \
             duplicate_confirmation de cette réponse"
        ),
        facts,
    }
}
