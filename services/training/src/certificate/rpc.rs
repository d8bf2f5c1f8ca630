//! The conversation about certificates: who asks, what, may they, do it, answer.

use std::sync::Arc;

use chassis::auth::Caller;
use chassis::column::Micros;
use chassis::error::{Error, Result};
use chassis::wire::reply;
use chassis::{Call, Context, Desk, Reply, Store, name};
use credential::{StatusList, jws};
use futures::FutureExt as _;
use proto::training as pb;
use proto::training::certificate_service_server::{CertificateService, CertificateServiceServer};
use proto::training::verify_certificate_request::Credential;
use tonic::Request;

use super::row::Model;
use super::{Office, document, issue, rules, store, sweep, verify};
use crate::{enrolment, programme};
use peers::Partners;

const SECOND: i64 = 1_000_000;
/// For so long a copy of a status list says something, in seconds: whoever verifies without a network renews it by then.
const LIST_LIFE: i64 = 7 * 86_400;

pub(crate) fn service(
    context: &Context,
    partners: &Partners,
    office: Office,
) -> CertificateServiceServer<Certificates> {
    context.spawn(sweep::run(context.clone()));
    let (desk, enrolments, revisions) = (Desk::new(context), Store::new(context), Store::new(context));
    let partners = partners.clone();
    CertificateServiceServer::new(Certificates { desk, enrolments, revisions, partners, office })
}

pub(crate) struct Certificates {
    desk: Desk<Model>,
    enrolments: Store<enrolment::row::Model>,
    revisions: Store<programme::revision::Model>,
    partners: Partners,
    office: Office,
}

impl Certificates {
    /// Signs what is no certificate of anyone's.
    async fn signed(&self, payload: Option<impl serde::Serialize>) -> Result<String> {
        let payload = payload.ok_or_else(|| Error::internal("a time beyond calendars"))?;
        jws::sign(&*self.office.keyring.signer().await?, &payload).map_err(Error::internal)
    }
}

#[tonic::async_trait]
impl CertificateService for Certificates {
    async fn get_certificate(&self, request: Request<pb::GetCertificateRequest>) -> Reply<pb::Certificate> {
        let caller = Caller::of(&request);
        let certificate = self.desk.find(&caller, &request.get_ref().name).await?;
        let signed = match rules::holds(&caller, &certificate) {
            true => self.office.signed(&certificate)?,
            false => String::new(),
        };
        let mut answer = self.desk.answer(&caller, certificate)?;
        answer.get_mut().compact_jws = signed;
        Ok(answer)
    }

    async fn list_certificates(
        &self,
        request: Request<pb::ListCertificatesRequest>,
    ) -> Reply<pb::ListCertificatesResponse> {
        let caller = Caller::of(&request);
        sweep::catch_up(&self.desk.context).await?;
        let page = self.desk.list(&caller, request.get_ref(), store::visible(&caller)).await?;
        reply(pb::ListCertificatesResponse { certificates: page.rows, next_page_token: page.next_page_token })
    }

    async fn issue_certificate(
        &self,
        request: Request<pb::IssueCertificateRequest>,
    ) -> Reply<pb::Certificate> {
        let (call, request) = self.desk.open(request)?;
        let caller = Arc::clone(&call.caller);
        name::check_reference("enrolment", enrolment::rules::PATTERN, &request.enrolment)?;
        let enrolment = self.enrolments.get(&request.enrolment).await;
        let enrolment = enrolment.map_err(|error| match error {
            Error::NotFound { name } => caller.not_found(&name),
            other => other,
        })?;
        // Nobody is asked about what cannot be issued.
        let issuer = rules::issuer(&enrolment, &caller, call.now)?;
        let found = self.partners.must_take_part(&caller, "issuer", std::slice::from_ref(&issuer)).await?;
        let title = found.into_iter().next().and_then(|partner| partner.title).unwrap_or_default();
        let asked = issue::Asked {
            enrolment: request.enrolment,
            include_email_hash: request.include_email_hash,
            issuer,
            title,
            signer: self.office.keyring.signer().await?,
            office: self.office.clone(),
        };
        let asked = Arc::new(asked);
        let done = self.desk.once(call, move |unit, call| {
            let asked = Arc::clone(&asked);
            async move { issue::issue(unit, call, &asked).await }.boxed()
        });
        done.await
    }

    async fn revoke_certificate(
        &self,
        request: Request<pb::RevokeCertificateRequest>,
    ) -> Reply<pb::Certificate> {
        let (call, request) = self.desk.open(request)?;
        name::check_reference("name", rules::PATTERN, &request.name)?;
        let done = self.desk.once(call, move |unit, call| {
            let asked = request.name.clone();
            async move {
                let found: Option<Model> = chassis::store::find(unit, &asked).await?;
                let before = found.ok_or_else(|| call.caller.not_found(&asked))?;
                // A reason may say anything of a person: it stands in the row, which can be erased, and not in the trail.
                let quiet = Call { reason: String::new(), ..call.clone() };
                chassis::store::apply(unit, &quiet, before, |row| rules::revoke(row, call)).await
            }
            .boxed()
        });
        done.await
    }

    async fn verify_certificate(
        &self,
        request: Request<pb::VerifyCertificateRequest>,
    ) -> Reply<pb::VerifyCertificateResponse> {
        let (db, now) = (self.desk.context.database.reader(), self.desk.context.clock.now());
        let answer = match request.into_inner().credential {
            None => return Err(Error::required("compact_jws").into()),
            Some(Credential::CompactJws(text)) => verify::signed(&self.office, db, &text, now).await?,
            Some(Credential::CredentialId(id)) => {
                match store::by_credential(db, &id).await.map_err(Error::from)? {
                    None => verify::unknown(&id),
                    Some(name) => {
                        verify::known(&self.office, db, self.desk.store.get(&name).await?, now).await?
                    }
                }
            }
        };
        reply(answer)
    }

    async fn get_status_list(&self, request: Request<pb::GetStatusListRequest>) -> Reply<pb::StatusList> {
        let asked = &request.get_ref().name;
        name::check_reference("name", rules::STATUS_LIST, asked)?;
        let revoked =
            store::revoked(self.desk.context.database.reader(), asked).await.map_err(Error::from)?;
        let revoked = revoked.ok_or_else(|| Error::not_found(asked))?;
        let from = self.desk.context.clock.now().0.div_euclid(SECOND);
        let until = from + LIST_LIFE;
        let base = self.desk.context.config.public_url().to_owned();
        let list = StatusList::new(self.office.address(asked), base, (from, until), revoked);
        let compact_jws = self.signed(list.payload()).await?;
        reply(pb::StatusList { compact_jws, expire_time: Some(Micros(until * SECOND).to_timestamp()) })
    }

    async fn get_achievement(&self, request: Request<pb::GetAchievementRequest>) -> Reply<pb::Achievement> {
        let asked = &request.get_ref().name;
        name::check_reference("name", rules::ACHIEVEMENT, asked)?;
        let revision = asked.strip_suffix("/achievement").unwrap_or_default();
        let found = self.revisions.get(revision).await.map_err(|error| match error {
            Error::NotFound { .. } => Error::not_found(asked),
            other => other,
        });
        let content = found?.content.into_inner();
        let address = self.office.address(asked);
        let achievement = document::achievement(address, &content, &verify::languages())?;
        reply(pb::Achievement { json: achievement.document().to_string() })
    }

    async fn get_issuer_keys(&self, _: Request<pb::GetIssuerKeysRequest>) -> Reply<pb::IssuerKeySet> {
        reply(pb::IssuerKeySet { json: self.office.keyring.published().await?.json() })
    }

    async fn compromise_issuer_key(
        &self,
        request: Request<pb::CompromiseIssuerKeyRequest>,
    ) -> Reply<pb::IssuerKeySet> {
        let (call, request) = self.desk.open(request)?;
        self.office.keyring.compromise(call, request.key_id).await?;
        reply(pb::IssuerKeySet { json: self.office.keyring.published().await?.json() })
    }

    async fn reissue_certificate(
        &self,
        request: Request<pb::ReissueCertificateRequest>,
    ) -> Reply<pb::Certificate> {
        let (call, request) = self.desk.open(request)?;
        name::check_reference("name", rules::PATTERN, &request.name)?;
        let (keys, signer) = (self.office.keyring.published().await?, self.office.keyring.signer().await?);
        let with = Arc::new((self.office.clone(), keys, signer));
        let done = self.desk.once(call, move |unit, call| {
            let (with, asked) = (Arc::clone(&with), request.name.clone());
            async move { issue::reissue(unit, call, &asked, (&with.0, &with.1, &with.2)).await }.boxed()
        });
        done.await
    }

    async fn rotate_issuer_key(
        &self,
        request: Request<pb::RotateIssuerKeyRequest>,
    ) -> Reply<pb::IssuerKeySet> {
        let (call, _) = self.desk.open(request)?;
        self.office.keyring.rotate(call).await?;
        reply(pb::IssuerKeySet { json: self.office.keyring.published().await?.json() })
    }
}
