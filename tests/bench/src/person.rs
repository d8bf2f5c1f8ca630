//! Someone who is signed in, and what they may ask.

use proto::identity::membership_service_client::MembershipServiceClient;
use proto::identity::token_service_client::TokenServiceClient;
use proto::identity::user_service_client::UserServiceClient;
use proto::partners::partner_service_client::PartnerServiceClient;
use proto::projects::indicator_service_client::IndicatorServiceClient;
use proto::projects::need_service_client::NeedServiceClient;
use proto::projects::project_indicator_service_client::ProjectIndicatorServiceClient;
use proto::projects::project_service_client::ProjectServiceClient;
use proto::projects::report_service_client::ReportServiceClient;
use proto::projects::reporting_period_service_client::ReportingPeriodServiceClient;
use proto::projects::result_service_client::ResultServiceClient;
use proto::projects::territory_service_client::TerritoryServiceClient;
use proto::training::certificate_service_client::CertificateServiceClient;
use proto::training::enrolment_service_client::EnrolmentServiceClient;
use proto::training::participant_service_client::ParticipantServiceClient;
use proto::training::programme_service_client::ProgrammeServiceClient;
use proto::training::session_service_client::SessionServiceClient;
use proto::training::trainer_service_client::TrainerServiceClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::Result;
use crate::server::Server;

/// Answers are as large as they are.
const LARGEST: usize = 64 << 20;

/// Someone who is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    channel: Channel,
    header: Header,
}

#[derive(Clone)]
pub(crate) struct Header(MetadataValue<Ascii>);

impl Interceptor for Header {
    fn call(&mut self, mut request: Request<()>) -> std::result::Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

macro_rules! clients {
    ($($name:ident: $client:ident),* $(,)?) => {
        $(pub(crate) fn $name(&self) -> $client<InterceptedService<Channel, Header>> {
            $client::with_interceptor(self.channel.clone(), self.header.clone()).max_decoding_message_size(LARGEST)
        })*
    };
}

impl Person {
    /// With a connection of their own.
    pub(crate) async fn at(server: &Server, header: &str) -> Result<Self> {
        Ok(Self { channel: server.connect().await?, header: Header(header.parse()?) })
    }

    clients! {
        tokens: TokenServiceClient,
        users: UserServiceClient,
        memberships: MembershipServiceClient,
        partners: PartnerServiceClient,
        territories: TerritoryServiceClient,
        needs: NeedServiceClient,
        indicators: IndicatorServiceClient,
        projects: ProjectServiceClient,
        project_indicators: ProjectIndicatorServiceClient,
        periods: ReportingPeriodServiceClient,
        reports: ReportServiceClient,
        results: ResultServiceClient,
        programmes: ProgrammeServiceClient,
        trainers: TrainerServiceClient,
        sessions: SessionServiceClient,
        participants: ParticipantServiceClient,
        enrolments: EnrolmentServiceClient,
        certificates: CertificateServiceClient,
    }
}
