//! Calls by descriptor: any method of the contract, with a request made of nothing but its description.

use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage as _, Value};
use tokio_stream::StreamExt as _;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::caller::Who;

/// Every method of the contract, service by service.
pub(crate) fn methods() -> Vec<MethodDescriptor> {
    services().into_iter().flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

/// Every service of the contract.
pub(crate) fn services() -> Vec<prost_reflect::ServiceDescriptor> {
    proto::pool().services().filter(|service| service.full_name().starts_with("ensemble.")).collect()
}

/// The service that answers a method: `partners`.
pub(crate) fn home(method: &MethodDescriptor) -> &'static str {
    let package = method.parent_service().parent_file().package_name().to_owned();
    let name = package.split('.').nth(1).unwrap();
    crate::harness::SERVICES.iter().find(|known| **known == name).unwrap()
}

/// `PartnerService/GetPartner`
pub(crate) fn title(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().name(), method.name())
}

/// An empty request, which changes nothing where the method can be told so.
pub(crate) fn empty(method: &MethodDescriptor) -> DynamicMessage {
    let mut request = DynamicMessage::new(method.input());
    if method.input().get_field_by_name("validate_only").is_some() {
        request.set_field_by_name("validate_only", Value::Bool(true));
    }
    if method.name() == "RevokeToken" {
        request.set_field_by_name("refresh_token", Value::String("none".to_owned())); // empty: the caller's own session
    }
    request
}

/// What an option of a method says of who may call it.
pub(crate) fn access(method: &MethodDescriptor) -> Option<DynamicMessage> {
    let extension = proto::pool().get_extension_by_name("ensemble.auth.v1.access")?;
    let options = method.options();
    options
        .has_extension(&extension)
        .then(|| options.get_extension(&extension).as_message().cloned())
        .flatten()
}

/// Calls a method and answers the first message, if there is one at once.
pub(crate) async fn call(
    channel: &Channel,
    who: &Who,
    method: &MethodDescriptor,
    request: &DynamicMessage,
) -> Result<DynamicMessage, Status> {
    let bytes = prost::Message::encode_to_vec(request);
    let answer = call_bytes(channel, who, method, bytes).await?;
    let answer = DynamicMessage::decode(method.output(), answer.as_slice());
    Ok(answer.unwrap_or_else(|error| panic!("{}: {error}", title(method))))
}

async fn call_bytes(
    channel: &Channel,
    who: &Who,
    method: &MethodDescriptor,
    bytes: Vec<u8>,
) -> Result<Vec<u8>, Status> {
    let mut grpc = tonic::client::Grpc::new(channel.clone()).max_decoding_message_size(64 << 20);
    grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name()).parse().unwrap();
    match (method.is_client_streaming(), method.is_server_streaming()) {
        (false, false) => Ok(grpc.unary(who.sign(Request::new(bytes)), path, Bytes).await?.into_inner()),
        (true, false) => {
            let pieces = tokio_stream::iter([bytes]);
            Ok(grpc.client_streaming(who.sign(Request::new(pieces)), path, Bytes).await?.into_inner())
        }
        (false, true) => {
            // A stream that is open has been let in; what it would say may take its time.
            let mut stream =
                grpc.server_streaming(who.sign(Request::new(bytes)), path, Bytes).await?.into_inner();
            let first = tokio::time::timeout(std::time::Duration::from_millis(20), stream.next()).await;
            Ok(first.ok().flatten().transpose()?.unwrap_or_default())
        }
        (true, true) => unreachable!("no method streams both ways"),
    }
}

/// Messages as the bytes they are.
pub(crate) struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        prost::bytes::BufMut::put_slice(buffer, &item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut item = vec![0; prost::bytes::Buf::remaining(buffer)];
        prost::bytes::Buf::copy_to_slice(buffer, &mut item);
        Ok(Some(item))
    }
}

/// The field of a message, in words.
pub(crate) fn text(message: &DynamicMessage, field: &str) -> String {
    let descriptor = message.descriptor().get_field_by_name(field).unwrap();
    message.get_field(&descriptor).as_str().unwrap_or_default().to_owned()
}
