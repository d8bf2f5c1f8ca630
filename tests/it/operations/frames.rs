//! HTTP/2 written by hand (RFC 9113, RFC 7541): what no client library would send, and what comes back.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;
const SETTINGS: u8 = 4;

pub(super) const NOTHING: u8 = 0;
pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;

/// A frame as it came, or as it goes.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

/// A frame in bytes.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The header block of a call, which leaves nothing in the table of headers: it may be sent any number of times.
pub(super) fn call(path: &str) -> Vec<u8> {
    let fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "localhost"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    fields.iter().flat_map(|(name, value)| field(0, name, value)).collect()
}

/// A header, by how it is to be remembered: 0 not at all, 0x40 in the table.
pub(super) fn field(remember: u8, name: &str, value: &str) -> Vec<u8> {
    [&[remember][..], &text(name), &text(value)].concat()
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = match text.len() {
        short @ 0..127 => vec![u8::try_from(short).unwrap()],
        long => {
            let (mut rest, mut bytes) = (long - 127, vec![127]);
            while rest >= 128 {
                bytes.push(u8::try_from(rest % 128).unwrap() | 128);
                rest /= 128;
            }
            bytes.push(u8::try_from(rest).unwrap());
            bytes
        }
    };
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// One end of a connection whose other end is a server.
pub(super) struct Attacker {
    out: OwnedWriteHalf,
    heard: mpsc::UnboundedReceiver<Frame>,
}

impl Attacker {
    /// Says hello as any client does; what follows is up to the story.
    pub(super) async fn greet(address: &str) -> Self {
        let stream = TcpStream::connect(address.strip_prefix("http://").unwrap()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (read, mut out) = stream.into_split();
        out.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        out.write_all(&frame(SETTINGS, NOTHING, 0, &[])).await.unwrap();
        let (tell, heard) = mpsc::unbounded_channel();
        tokio::spawn(hear(read, tell));
        Self { out, heard }
    }

    /// Sends bytes; answers whether the connection still takes them.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> bool {
        self.out.write_all(bytes).await.is_ok()
    }

    /// The next frame; none once the connection is closed.
    pub(super) async fn next(&mut self) -> Option<Frame> {
        let heard = tokio::time::timeout(Duration::from_secs(90), self.heard.recv()).await;
        heard.expect("the connection was left open, and nothing came")
    }

    /// Waits until the server ends the connection, by a word or without; answers the word, an error code.
    pub(super) async fn ended(mut self) -> Option<u32> {
        while let Some(frame) = self.next().await {
            if frame.kind == GOAWAY {
                return Some(u32::from_be_bytes(frame.payload[4..8].try_into().unwrap()));
            }
        }
        None
    }
}

async fn hear(mut read: OwnedReadHalf, tell: mpsc::UnboundedSender<Frame>) {
    let mut head = [0; 9];
    while read.read_exact(&mut head).await.is_ok() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        if read.read_exact(&mut payload).await.is_err() {
            return;
        }
        let stream = u32::from_be_bytes(head[5..9].try_into().unwrap());
        if tell.send(Frame { kind: head[3], flags: head[4], stream, payload }).is_err() {
            return;
        }
    }
}
