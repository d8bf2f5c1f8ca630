use std::convert::Infallible;

use tokio_util::sync::CancellationToken;
use tonic::transport::Endpoint;
use tower::ServiceExt as _;

use super::*;
use crate::clock::Clock;

/// A method that anyone may call.
const PUBLIC: &str = "/ensemble.partners.v1.ReferenceDataService/ListCodeLists";

fn gate() -> Gate {
    // Nobody listens there: nothing is asked of identity before a token is shown.
    let nobody = Endpoint::from_static("http://127.0.0.1:1").connect_lazy();
    let trust = Trust::new("https://issuer", Clock::default(), nobody, CancellationToken::new());
    Gate::new(trust, 1, false)
}

/// What the gate answers when the handler does this.
async fn answer<F>(
    request: http::request::Builder,
    handler: impl Fn(Request<Body>) -> F + Clone + Send + 'static,
) -> Code
where
    F: Future<Output = std::result::Result<Response<Body>, Infallible>> + Send + 'static,
{
    let service = gate().layer(tower::service_fn(handler));
    let answer = service.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    grpc_code(answer.headers())
}

async fn fine(_: Request<Body>) -> std::result::Result<Response<Body>, Infallible> {
    Ok(Response::new(Body::empty()))
}

#[tokio::test]
async fn a_handler_that_takes_too_long_is_a_deadline_exceeded() {
    let slow = |_| futures::future::pending();
    assert_eq!(
        answer(Request::post(PUBLIC).header("grpc-timeout", "1m"), slow).await,
        Code::DeadlineExceeded
    );
}

#[tokio::test]
async fn a_handler_that_panics_is_an_internal_error_and_the_process_lives() {
    let broken = |_| async { panic!("a bug") };
    assert_eq!(answer(Request::post(PUBLIC), broken).await, Code::Internal);
    assert_eq!(answer(Request::post(PUBLIC), fine).await, Code::Ok);
}

#[tokio::test]
async fn what_the_contract_does_not_have_is_denied() {
    for path in [
        "/ensemble.partners.v1.PartnerService/",
        "/ensemble.partners.v1.PartnerService/getPartner",
        "//ensemble.partners.v1.PartnerService/GetPartner/x",
        "/ensemble.none.v1.NoneService/Get",
    ] {
        assert_eq!(answer(Request::post(path), fine).await, Code::Unimplemented, "{path}");
    }
    assert_eq!(
        answer(Request::post("/grpc.reflection.v1.ServerReflection/x"), fine).await,
        Code::Unauthenticated
    );
    assert_eq!(answer(Request::post("/grpc.health.v1.Health/Check"), fine).await, Code::Ok);
}

#[tokio::test]
async fn two_credentials_are_none() {
    let method = "/ensemble.identity.v1.TokenService/GetCurrentPrincipal";
    let both = Request::post(method).header("authorization", "Bearer a").header("authorization", "Bearer b");
    assert_eq!(answer(both, fine).await, Code::Unauthenticated);
    let mixed = Request::post(method).header("authorization", "Bearer a").header("x-api-key", "b");
    assert_eq!(answer(mixed, fine).await, Code::Unauthenticated);
}

#[tokio::test]
async fn too_large_a_message_is_resource_exhausted() {
    let large = |_| async { Ok(Status::out_of_range("Error, decoded message length too large").into_http()) };
    assert_eq!(answer(Request::post(PUBLIC), large).await, Code::ResourceExhausted);
}

#[test]
fn a_deadline_is_read_as_grpc_writes_it() {
    let asked = |text: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", text.parse().unwrap());
        requested_deadline(&headers)
    };
    assert_eq!(asked("250m"), Some(Duration::from_millis(250)));
    assert_eq!(asked("2H"), Some(Duration::from_secs(7200)));
    for wrong in ["", "m", "10", "-1S", "123456789S", "1x"] {
        assert_eq!(asked(wrong), None, "{wrong}");
    }
}
