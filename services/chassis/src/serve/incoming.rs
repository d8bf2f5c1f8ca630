//! Connections: how many, from where, and how long they may stay mute (F-5); TLS; and pipes within the process.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::Stream;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Sleep;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Connected;
use tonic::transport::{Channel, Endpoint};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::say;

/// A connection that says nothing for so long is closed.
const MUTE: Duration = Duration::from_secs(5);
/// The share of all connections that one address may hold.
const SHARE: usize = 4;

/// Connections of this process to itself.
#[derive(Clone)]
pub(super) struct Pipes(mpsc::UnboundedSender<DuplexStream>);

impl Pipes {
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<DuplexStream>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    /// A channel of its own: a service that waits for another never holds the streams that the other needs.
    pub(super) fn channel(&self) -> Channel {
        let pipes = self.0.clone();
        Endpoint::from_static("http://this.process").connect_with_connector_lazy(tower::service_fn(
            move |_| {
                let (ours, theirs) = tokio::io::duplex(256 * 1024);
                let sent = pipes.send(theirs).map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused));
                async move { sent.map(|()| TokioIo::new(ours)) }
            },
        ))
    }
}

/// The server's certificate, when TLS is on.
pub(super) fn tls(config: &Config) -> Result<Option<TlsAcceptor>> {
    let (Some(cert), Some(key)) = (&config.tls_cert, &config.tls_key) else {
        return Ok(None);
    };
    let said =
        |what: &str, error: &dyn std::fmt::Display| Error::Start(say!("{what}: {error}", "{what} : {error}"));
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|error| said("--tls-cert", &error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| said("--tls-key", &error))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut server = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| said("--tls-cert", &error))?;
    server.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(server))))
}

/// Every connection that may speak: from outside within the limits, and from within the process.
pub(super) fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    mut piped: mpsc::UnboundedReceiver<DuplexStream>,
    most: usize,
    stop: CancellationToken,
) -> impl Stream<Item = io::Result<Connection>> {
    let (ready, accepted) = mpsc::channel(64);
    let inside = ready.clone();
    tokio::spawn(async move {
        while let Some(pipe) = piped.recv().await {
            if inside.send(Ok(Connection::new(Io::Pipe(pipe), None, None))).await.is_err() {
                return;
            }
        }
    });
    let limits =
        Limits { all: Arc::new(Semaphore::new(most)), each: (most / SHARE).max(1), held: Arc::default() };
    tokio::spawn(async move {
        loop {
            let (stream, from) = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(Duration::from_millis(50)).await; // out of file descriptors: let some close
                        continue;
                    }
                },
                () = ready.closed() => return,
            };
            let Some(seat) = limits.seat(from.ip()) else {
                metrics::counter!("ensemble_connections_refused_total").increment(1);
                continue;
            };
            let _ = stream.set_nodelay(true);
            let (ready, tls, stop) = (ready.clone(), tls.clone(), stop.clone());
            tokio::spawn(async move {
                let io = match tls {
                    None => Io::Tcp(stream),
                    Some(acceptor) => {
                        let shaken = tokio::select! {
                            shaken = tokio::time::timeout(MUTE, acceptor.accept(stream)) => shaken,
                            () = stop.cancelled() => return,
                        };
                        match shaken {
                            Ok(Ok(stream)) => Io::Tls(Box::new(stream)),
                            _ => return,
                        }
                    }
                };
                let _ = ready.send(Ok(Connection::new(io, Some(from), Some(seat)))).await;
            });
        }
    });
    tokio_stream::wrappers::ReceiverStream::new(accepted)
}

#[derive(Clone)]
struct Limits {
    all: Arc<Semaphore>,
    each: usize,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Limits {
    fn seat(&self, from: IpAddr) -> Option<Seat> {
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(from).or_default();
        if *count >= self.each {
            return None;
        }
        *count += 1;
        Some(Seat { from, held: Arc::clone(&self.held), _permit: permit })
    }
}

/// A connection's place among those allowed, given back when it closes.
struct Seat {
    from: IpAddr,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.from);
            }
        }
    }
}

enum Io {
    Tcp(TcpStream),
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
    Pipe(DuplexStream),
}

/// A connection that must say something soon.
pub(super) struct Connection {
    io: Io,
    from: Option<SocketAddr>,
    mute: Option<Pin<Box<Sleep>>>,
    _seat: Option<Seat>,
}

impl Connection {
    fn new(io: Io, from: Option<SocketAddr>, seat: Option<Seat>) -> Self {
        let mute = from.map(|_| Box::pin(tokio::time::sleep(MUTE)));
        Self { io, from, mute, _seat: seat }
    }
}

/// Where a connection comes from; `None` from within the process.
#[derive(Clone, Copy, Debug)]
pub struct From(pub Option<SocketAddr>);

/// The address that a request comes from; nowhere from within the process.
pub fn address_of<T>(request: &tonic::Request<T>) -> Option<IpAddr> {
    request.extensions().get::<From>().and_then(|from| from.0).map(|address| address.ip())
}

impl Connected for Connection {
    type ConnectInfo = From;

    fn connect_info(&self) -> From {
        From(self.from)
    }
}

macro_rules! each {
    ($self:ident, $io:ident => $what:expr) => {
        match &mut $self.get_mut().io {
            Io::Tcp($io) => $what,
            Io::Tls($io) => $what,
            Io::Pipe($io) => $what,
        }
    };
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let this = &mut *self;
        let polled = match &mut this.io {
            Io::Tcp(io) => Pin::new(io).poll_read(context, buffer),
            Io::Tls(io) => Pin::new(io).poll_read(context, buffer),
            Io::Pipe(io) => Pin::new(io).poll_read(context, buffer),
        };
        if polled.is_ready() && buffer.filled().len() > before {
            this.mute = None;
        } else if let Some(mute) = &mut this.mute
            && polled.is_pending()
        {
            ready!(mute.as_mut().poll(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        polled
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        each!(self, io => Pin::new(io).poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, io => Pin::new(io).poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, io => Pin::new(io).poll_shutdown(context))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        each!(self, io => Pin::new(io).poll_write_vectored(context, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.io {
            Io::Tcp(io) => io.is_write_vectored(),
            Io::Tls(io) => io.is_write_vectored(),
            Io::Pipe(io) => io.is_write_vectored(),
        }
    }
}
