//! Whoever calls: a credential, a language, and a client for every noun; and what to expect of an answer.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use proto::businessmodels::business_model_import_service_client::BusinessModelImportServiceClient;
use proto::businessmodels::business_model_service_client::BusinessModelServiceClient;
use proto::businessmodels::evaluation_service_client::EvaluationServiceClient;
use proto::businessmodels::replication_service_client::ReplicationServiceClient;
use proto::identity::membership_service_client::MembershipServiceClient;
use proto::identity::service_account_service_client::ServiceAccountServiceClient;
use proto::identity::token_service_client::TokenServiceClient;
use proto::identity::user_service_client::UserServiceClient;
use proto::partners::agreement_service_client::AgreementServiceClient;
use proto::partners::commitment_service_client::CommitmentServiceClient;
use proto::partners::contribution_service_client::ContributionServiceClient;
use proto::partners::health_check_service_client::HealthCheckServiceClient;
use proto::partners::network_settings_service_client::NetworkSettingsServiceClient;
use proto::partners::partner_service_client::PartnerServiceClient;
use proto::partners::partnership_import_service_client::PartnershipImportServiceClient;
use proto::partners::partnership_service_client::PartnershipServiceClient;
use proto::partners::place_service_client::PlaceServiceClient;
use proto::partners::publication_service_client::PublicationServiceClient;
use proto::partners::recommendation_service_client::RecommendationServiceClient;
use proto::partners::reference_data_service_client::ReferenceDataServiceClient;
use proto::partners::working_group_service_client::WorkingGroupServiceClient;
use proto::projects::dataset_service_client::DatasetServiceClient;
use proto::projects::indicator_service_client::IndicatorServiceClient;
use proto::projects::need_service_client::NeedServiceClient;
use proto::projects::observation_service_client::ObservationServiceClient;
use proto::projects::participation_service_client::ParticipationServiceClient;
use proto::projects::project_indicator_service_client::ProjectIndicatorServiceClient;
use proto::projects::project_service_client::ProjectServiceClient;
use proto::projects::report_service_client::ReportServiceClient;
use proto::projects::reporting_period_service_client::ReportingPeriodServiceClient;
use proto::projects::result_service_client::ResultServiceClient;
use proto::projects::strategy_service_client::StrategyServiceClient;
use proto::projects::territory_service_client::TerritoryServiceClient;
use proto::training::assessment_service_client::AssessmentServiceClient;
use proto::training::capacity_assessment_service_client::CapacityAssessmentServiceClient;
use proto::training::certificate_service_client::CertificateServiceClient;
use proto::training::enrolment_service_client::EnrolmentServiceClient;
use proto::training::participant_service_client::ParticipantServiceClient;
use proto::training::programme_service_client::ProgrammeServiceClient;
use proto::training::session_file_service_client::SessionFileServiceClient;
use proto::training::session_import_service_client::SessionImportServiceClient;
use proto::training::session_service_client::SessionServiceClient;
use proto::training::trainer_service_client::TrainerServiceClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt as _;

use crate::harness::{Network, eventually};

/// A story ends within the rest of a token's quarter of an hour.
const TOKEN_USE: Duration = Duration::from_secs(5 * 60);

/// What a caller sends along with each request.
#[derive(Clone, Default)]
pub(crate) struct Who {
    headers: Vec<(&'static str, MetadataValue<Ascii>)>,
}

impl Who {
    /// Nobody.
    pub(crate) fn nobody() -> Self {
        Self::default()
    }

    /// The bearer of a token.
    pub(crate) fn bearer(token: &str) -> Self {
        Self::nobody().and("authorization", &format!("Bearer {token}"))
    }

    /// The holder of an API key.
    pub(crate) fn key(key: &str) -> Self {
        Self::nobody().and("x-api-key", key)
    }

    /// With one header more.
    pub(crate) fn and(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.parse().unwrap_or_else(|_| panic!("{name}: {value:?}"))));
        self
    }

    /// A request that carries it all.
    pub(crate) fn sign<T>(&self, mut request: Request<T>) -> Request<T> {
        for (name, value) in &self.headers {
            request.metadata_mut().append(*name, value.clone());
        }
        request
    }
}

impl Interceptor for Who {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        Ok(self.sign(request))
    }
}

/// A channel that signs what it carries.
pub(crate) type Signed = InterceptedService<Channel, Who>;

/// Someone in a network.
#[derive(Clone)]
pub(crate) struct Caller {
    /// `users/…`, a machine account, or empty.
    pub(crate) name: String,
    /// What it sends along.
    pub(crate) who: Who,
    /// The address and the password of a person.
    pub(crate) account: Option<(String, String)>,
    /// When it signed in.
    pub(crate) since: Instant,
    pub(crate) network: &'static Network,
}

macro_rules! clients {
    ($($name:ident: $client:ident of $service:literal),* $(,)?) => {
        $(pub(crate) fn $name(&self) -> $client<Signed> {
            $client::with_interceptor(self.network.channel($service), self.who.clone()).max_decoding_message_size(64 << 20)
        })*
    };
}

impl Caller {
    pub(crate) fn new(network: &'static Network, name: impl Into<String>, who: Who) -> Self {
        Self { name: name.into(), who, account: None, since: Instant::now(), network }
    }

    /// The same person with a new token, which knows of roles given since.
    pub(crate) async fn again(&self) -> Self {
        let (email, password) = self.account.as_ref().unwrap();
        let pair = self.network.sign_in(email, password).await;
        Self { who: Who::bearer(&pair.access_token), since: Instant::now(), ..self.clone() }
    }

    /// A whole run may take longer than a token lives (IDN-3).
    pub(crate) fn is_worn(&self) -> bool {
        self.account.is_some() && self.since.elapsed() > TOKEN_USE
    }

    /// The same person with a token that knows of an approved partner. identity hears of it a moment later, and what it
    /// signed before it had heard is void then.
    pub(crate) async fn within(&self, partner: &str) -> Self {
        let token = tokio::sync::Mutex::new(self.clone());
        eventually(20, "a token says the sector of its bearer's partner", async || {
            let again = self.again().await;
            let me =
                again.tokens().get_current_principal(proto::identity::GetCurrentPrincipalRequest {}).await;
            let known = me.is_ok_and(|me| {
                me.get_ref()
                    .partner_roles
                    .iter()
                    .any(|role| role.partner == partner && !role.sector.is_empty())
            });
            *token.lock().await = again;
            known
        })
        .await;
        token.into_inner()
    }

    /// The same, speaking a language.
    pub(crate) fn speaking(&self, language: &str) -> Self {
        Self { who: self.who.clone().and("accept-language", language), ..self.clone() }
    }

    clients! {
        tokens: TokenServiceClient of "identity",
        users: UserServiceClient of "identity",
        memberships: MembershipServiceClient of "identity",
        accounts: ServiceAccountServiceClient of "identity",
        partners: PartnerServiceClient of "partners",
        code_lists: ReferenceDataServiceClient of "partners",
        settings: NetworkSettingsServiceClient of "partners",
        working_groups: WorkingGroupServiceClient of "partners",
        contributions: ContributionServiceClient of "partners",
        recommendations: RecommendationServiceClient of "partners",
        publications: PublicationServiceClient of "partners",
        partnerships: PartnershipServiceClient of "partners",
        imports: PartnershipImportServiceClient of "partners",
        model_imports: BusinessModelImportServiceClient of "businessmodels",
        session_imports: SessionImportServiceClient of "training",
        health_checks: HealthCheckServiceClient of "partners",
        commitments: CommitmentServiceClient of "partners",
        agreements: AgreementServiceClient of "partners",
        projects: ProjectServiceClient of "projects",
        territories: TerritoryServiceClient of "projects",
        observations: ObservationServiceClient of "projects",
        needs: NeedServiceClient of "projects",
        strategies: StrategyServiceClient of "projects",
        participations: ParticipationServiceClient of "projects",
        places: PlaceServiceClient of "partners",
        datasets: DatasetServiceClient of "projects",
        indicators: IndicatorServiceClient of "projects",
        project_indicators: ProjectIndicatorServiceClient of "projects",
        periods: ReportingPeriodServiceClient of "projects",
        reports: ReportServiceClient of "projects",
        results: ResultServiceClient of "projects",
        programmes: ProgrammeServiceClient of "training",
        trainers: TrainerServiceClient of "training",
        sessions: SessionServiceClient of "training",
        session_files: SessionFileServiceClient of "training",
        participants: ParticipantServiceClient of "training",
        enrolments: EnrolmentServiceClient of "training",
        assessments: AssessmentServiceClient of "training",
        capacities: CapacityAssessmentServiceClient of "training",
        certificates: CertificateServiceClient of "training",
        models: BusinessModelServiceClient of "businessmodels",
        evaluations: EvaluationServiceClient of "businessmodels",
        replications: ReplicationServiceClient of "businessmodels",
    }
}

/// The answer, which must be one.
#[track_caller]
pub(crate) fn done<T>(answer: Result<Response<T>, Status>) -> T {
    match answer {
        Ok(answer) => answer.into_inner(),
        Err(status) => panic!("refused: {}", told(&status)),
    }
}

/// The refusal, which must be of this kind and give this reason.
#[track_caller]
pub(crate) fn expect<T: Debug>(code: Code, reason: &str, answer: Result<Response<T>, Status>) -> Refusal {
    match answer {
        Ok(answer) => panic!("{code:?} {reason} expected, answered {:?}", answer.into_inner()),
        Err(status) => {
            let refusal = Refusal::of(&status);
            assert!(
                status.code() == code && refusal.reason == reason,
                "{code:?} {reason} expected, not: {}",
                told(&status)
            );
            refusal
        }
    }
}

/// What a refusal says.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// `ErrorInfo.reason`.
    pub(crate) reason: String,
    /// `ErrorInfo.metadata`.
    pub(crate) facts: std::collections::HashMap<String, String>,
    /// `BadRequest.field_violations`: the fields.
    pub(crate) fields: Vec<String>,
    /// `LocalizedMessage`.
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn of(status: &Status) -> Self {
        let (reason, facts) =
            status.get_details_error_info().map(|info| (info.reason, info.metadata)).unwrap_or_default();
        let fields = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
        Self {
            reason,
            facts,
            fields: fields.into_iter().map(|violation| violation.field).collect(),
            message: status.get_details_localized_message().map(|told| told.message).unwrap_or_default(),
        }
    }
}

/// A status in one line.
pub(crate) fn told(status: &Status) -> String {
    let Refusal { reason, fields, .. } = Refusal::of(status);
    format!("{:?} {reason} {fields:?}: {}", status.code(), status.message())
}
