//! What is asked over the wire: of Ensemble and of the echo alike.

use std::sync::Arc;

use proto::common::import_request::Piece;
use proto::common::{
    ExternalIdentifier, ImportOptions, ImportReport, ImportRequest, LocalizedText, Translation,
};
use proto::partners::partner::Sector;
use proto::partners::partner_service_client::PartnerServiceClient;
use proto::partners::{CreatePartnerRequest, GetPartnerRequest, ListPartnersRequest, Partner};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use uuid::Uuid;

use crate::Result;
use crate::load::Caller;
use crate::server::Server;

/// Partners that are made to be read: `partners/bench-0` and on.
pub(crate) const READ: u64 = 1000;
/// Partners that are imported.
pub(crate) const IMPORTED: usize = 10_000;
/// Callers that share a connection.
const SHARE: usize = 8;

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figure {
    /// One partner by its name.
    Get,
    /// 50 partners of a country and sector, the latest first.
    List,
    /// A partner on disk.
    Create,
}

impl Figure {
    /// All of them: reading first, since writing makes lists longer.
    pub(crate) const ALL: [Self; 3] = [Self::Get, Self::List, Self::Create];
}

/// Someone who asks over the wire.
pub(crate) struct Wire {
    client: PartnerServiceClient<Channel>,
    header: Arc<MetadataValue<Ascii>>,
    figure: Figure,
    dice: Dice,
}

impl Wire {
    /// So many callers of a server.
    pub(crate) async fn callers(
        server: &Server,
        header: &str,
        figure: Figure,
        count: usize,
    ) -> Result<Vec<Self>> {
        let header = Arc::new(header.parse()?);
        let mut callers = Vec::with_capacity(count);
        let mut channel = server.connect().await?;
        for index in 0..count {
            if index > 0 && index % SHARE == 0 {
                channel = server.connect().await?;
            }
            let client = PartnerServiceClient::new(channel.clone());
            callers.push(Self { client, header: Arc::clone(&header), figure, dice: Dice::new() });
        }
        Ok(callers)
    }

    fn signed<T>(&self, message: T) -> tonic::Request<T> {
        let mut request = tonic::Request::new(message);
        request.metadata_mut().insert("authorization", self.header.as_ref().clone());
        request
    }

    /// The answer to [`Figure::Get`].
    pub(crate) async fn get(&mut self) -> Result<Partner> {
        let name = format!("partners/bench-{}", self.dice.below(READ));
        Ok(self.client.get_partner(self.signed(GetPartnerRequest { name })).await?.into_inner())
    }

    /// The answer to [`Figure::List`].
    pub(crate) async fn list(&mut self) -> Result<proto::partners::ListPartnersResponse> {
        let request = ListPartnersRequest {
            page_size: 50,
            filter: "country_code = \"FR\" AND sector = CIVIL".to_owned(),
            order_by: "create_time desc".to_owned(),
            page_token: String::new(),
        };
        Ok(self.client.list_partners(self.signed(request)).await?.into_inner())
    }

    /// Registers a partner under this id, or a new one.
    pub(crate) async fn create(&mut self, partner_id: String) -> Result<()> {
        let request_id = Uuid::new_v4().to_string();
        let request =
            CreatePartnerRequest { partner_id, partner: Some(sample()), request_id, ..Default::default() };
        self.client.create_partner(self.signed(request)).await?;
        Ok(())
    }

    /// Imports a list of publishers.
    pub(crate) async fn import(&mut self, file: &[u8]) -> Result<ImportReport> {
        let options = ImportOptions { file_name: "publishers.json".to_owned(), ..Default::default() };
        let mut pieces = vec![ImportRequest { piece: Some(Piece::Options(options)) }];
        pieces.extend(
            file.chunks(256 * 1024).map(|chunk| ImportRequest { piece: Some(Piece::Chunk(chunk.to_vec())) }),
        );
        Ok(self.client.import_organisations(self.signed(tokio_stream::iter(pieces))).await?.into_inner())
    }
}

impl Caller for Wire {
    async fn ask(&mut self) -> Result<()> {
        match self.figure {
            Figure::Get => self.get().await.map(drop),
            Figure::List => self.list().await.map(drop),
            Figure::Create => self.create(String::new()).await,
        }
    }
}

/// A partner like no other: nothing that it is recognised by is anybody else's.
pub(crate) fn sample() -> Partner {
    let word = Uuid::new_v4().simple().to_string();
    let text = |text: String| {
        let translation = Translation { text, ..Translation::default() };
        LocalizedText {
            default_language_code: "en".to_owned(),
            translations: [("en".to_owned(), translation)].into(),
            ..LocalizedText::default()
        }
    };
    Partner {
        title: Some(text(format!("Association {word}"))),
        description: Some(text("Access to drinking water and sanitation in rural communities.".to_owned())),
        college: "CIVIL_SOCIETY".to_owned(),
        sector: Sector::Civil.into(),
        iati_type_code: "22".to_owned(),
        identifiers: vec![ExternalIdentifier { scheme: "GB-CHC".to_owned(), value: word }],
        country_code: "FR".to_owned(),
        ..Partner::default()
    }
}

/// A list of publishers as the IATI Registry has it; one in a hundred has the name of the one before.
pub(crate) fn publishers() -> Vec<u8> {
    let types = ["22", "21", "10", "70"];
    let countries = ["FR", "GB", "DE", "KE", "NG", "BR", "IN", "CO", "SN", "NP"];
    let publishers: Vec<serde_json::Value> = (0..IMPORTED)
        .map(|number| {
            let named = if number % 100 == 1 { number - 1 } else { number };
            serde_json::json!({
                "slug": format!("publisher-{number}"),
                "name": format!("Association for development number {named}"),
                "iati_org_id": format!("GB-COH-{number:08}"),
                "organisation_type": types[number % types.len()],
                "country": countries[number / 100 % countries.len()],
                "description": "Implements development projects with local partners, and publishes them.",
            })
        })
        .collect();
    serde_json::Value::from(publishers).to_string().into_bytes()
}

/// Numbers by chance, cheaply.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new() -> Self {
        Self(Uuid::new_v4().as_u64_pair().1 | 1)
    }

    /// A number smaller than this.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
