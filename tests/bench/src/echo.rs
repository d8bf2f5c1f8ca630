//! The bare echo: the same contract, settings and answers, without gate, rules and database.

use std::convert::Infallible;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Request, Response};
use prost::Message as _;
use proto::partners::{
    CreatePartnerRequest, GetPartnerRequest, ListPartnersRequest, ListPartnersResponse, Partner,
};
use tonic::Status;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService};
use tonic::transport::server::TcpIncoming;
use tonic_prost::ProstCodec;
use tower::service_fn;

use crate::Result;

#[derive(Clone)]
struct Echo(Arc<Answers>);

struct Answers {
    get: Partner,
    list: ListPartnersResponse,
}

/// Serves until it is killed; the first line says where.
pub(crate) async fn serve(get: &Path, list: &Path) -> Result<()> {
    let get = Partner::decode(std::fs::read(get)?.as_slice())?;
    let list = ListPartnersResponse::decode(std::fs::read(list)?.as_slice())?;
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into())?.with_nodelay(Some(true));
    println!("{}http://{}", crate::server::LISTENING, incoming.local_addr()?);
    std::io::stdout().flush()?;
    let echo = Echo(Arc::new(Answers { get, list }));
    Ok(chassis::serve::hardened().add_service(echo).serve_with_incoming(incoming).await?)
}

impl NamedService for Echo {
    const NAME: &'static str = "ensemble.partners.v1.PartnerService";
}

impl tower::Service<Request<Body>> for Echo {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, std::result::Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let answers = Arc::clone(&self.0);
        async move {
            let response = match request.uri().path().rsplit('/').next().unwrap_or_default() {
                "GetPartner" => {
                    let get = service_fn(move |_: tonic::Request<GetPartnerRequest>| {
                        let answer = answers.get.clone();
                        async move { Ok::<_, Status>(tonic::Response::new(answer)) }
                    });
                    Grpc::new(ProstCodec::default()).unary(get, request).await
                }
                "ListPartners" => {
                    let list = service_fn(move |_: tonic::Request<ListPartnersRequest>| {
                        let answer = answers.list.clone();
                        async move { Ok::<_, Status>(tonic::Response::new(answer)) }
                    });
                    Grpc::new(ProstCodec::default()).unary(list, request).await
                }
                "CreatePartner" => {
                    let create = service_fn(|request: tonic::Request<CreatePartnerRequest>| async move {
                        Ok::<_, Status>(tonic::Response::new(
                            request.into_inner().partner.unwrap_or_default(),
                        ))
                    });
                    Grpc::new(ProstCodec::default()).unary(create, request).await
                }
                _ => Status::unimplemented("no such method").into_http(),
            };
            Ok(response)
        }
        .boxed()
    }
}
