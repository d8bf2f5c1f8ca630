//! HTTP/2 as a weapon (F-1, S12): each attack ends by the server's hand, and whoever calls meanwhile notices nothing.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use proto::partners as pb;
use proto::partners::partner_service_client::PartnerServiceClient;
use tokio::time::{Duration, interval};

use super::frames::{
    Attacker, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, NOTHING, RST_STREAM,
    WINDOW_UPDATE, call, field, frame,
};
use crate::caller::done;
use crate::harness::{Network, Store, eventually, tell};

const LIST: &str = "/ensemble.partners.v1.PartnerService/ListPartners";
/// `:status: 431`, as HPACK says it.
const TOO_LARGE: &[u8] = &[0x48, 0x83, 0x69, 0x90, 0xff];
/// An attack may cost a server so much memory.
const COSTS: u64 = 32 << 20;

/// The server under attack; it logs what it does.
fn network() -> &'static Network {
    static NETWORK: OnceLock<&Network> = OnceLock::new();
    NETWORK.get_or_init(|| Network::together(Store::Sqlite, &["--log", "info,chassis=debug"]))
}

/// Streams that a client opens, one after another.
fn streams(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(|index| 2 * index + 1)
}

/// Tells an attack, while someone honest calls on a connection of their own.
fn attacked(attack: impl AsyncFnOnce(Attacker)) {
    let network = network();
    tell(network, async {
        let mut honest = PartnerServiceClient::new(network.channel("partners"));
        done(honest.list_partners(pb::ListPartnersRequest::default()).await);
        let before = network.memory();
        let over = AtomicBool::new(false);
        let meanwhile = async {
            let (mut calls, mut again) = (0, interval(Duration::from_millis(10)));
            while !over.load(Ordering::SeqCst) || calls == 0 {
                done(honest.list_partners(pb::ListPartnersRequest::default()).await);
                calls += 1;
                again.tick().await;
            }
        };
        let attack = async {
            attack(Attacker::greet(&network.address("partners")).await).await;
            over.store(true, Ordering::SeqCst);
        };
        futures::future::join(meanwhile, attack).await;
        if let (Some(before), Some(after)) = (before, network.memory()) {
            assert!(after.saturating_sub(before) < COSTS, "from {before} to {after} bytes");
        }
    });
}

/// Sends pieces while the connection takes them, then waits for its end.
async fn until_ended(mut attacker: Attacker, pieces: impl Iterator<Item = Vec<u8>>) {
    let mut pieces = pieces.peekable();
    while pieces.peek().is_some() {
        let some: Vec<u8> = pieces.by_ref().take(64).flatten().collect();
        if !attacker.send(&some).await {
            break;
        }
    }
    attacker.ended().await;
}

#[test]
fn s12_streams_opened_and_reset_at_once_end_the_connection() {
    attacked(async |attacker| {
        let pieces = streams(20_000).map(|stream| {
            let reset = frame(RST_STREAM, NOTHING, stream, &8_u32.to_be_bytes());
            [frame(HEADERS, END_HEADERS, stream, &call(LIST)), reset].concat()
        });
        until_ended(attacker, pieces).await;
    });
}

#[test]
fn s12_streams_that_make_the_server_reset_them_end_the_connection() {
    attacked(async |attacker| {
        let pieces = streams(20_000).map(|stream| {
            // More than a window can ever be: the stream is the server's to reset (CVE-2025-8671).
            let overflow = frame(WINDOW_UPDATE, NOTHING, stream, &0x7fff_ffff_u32.to_be_bytes());
            [frame(HEADERS, END_HEADERS, stream, &call(LIST)), overflow].concat()
        });
        until_ended(attacker, pieces).await;
    });
}

#[test]
fn s12_headers_without_end_end_the_connection() {
    attacked(async |attacker| {
        let begun = frame(HEADERS, NOTHING, 1, &call(LIST));
        let more = || frame(CONTINUATION, NOTHING, 1, &field(0, "x", "y"));
        until_ended(attacker, std::iter::once(begun).chain(std::iter::repeat_with(more).take(100_000))).await;
    });
}

#[test]
fn s12_headers_that_unfold_to_megabytes_end_the_connection() {
    attacked(async |attacker| {
        // One header of 4 KB, then one byte for each time that it is meant again: 40 MB in one frame.
        let large = field(0x40, "x", &"y".repeat(4000));
        let bomb = [call(LIST), large, vec![0xbe; 10_000]].concat();
        until_ended(attacker, std::iter::once(frame(HEADERS, END_HEADERS | END_STREAM, 1, &bomb))).await;
    });
}

#[test]
fn s12_headers_that_are_too_large_are_refused() {
    attacked(async |mut attacker| {
        let large: Vec<u8> = (0..5).flat_map(|_| field(0, "x", &"y".repeat(4000))).collect();
        let (first, rest) = large.split_at(10_000);
        let begun = frame(HEADERS, END_STREAM, 1, &[&call(LIST), first].concat());
        attacker.send(&[begun, frame(CONTINUATION, END_HEADERS, 1, rest)].concat()).await;
        loop {
            let frame = attacker.next().await.expect("an answer before the end");
            if frame.stream == 1 {
                assert_eq!((frame.kind, frame.payload.as_slice()), (HEADERS, TOO_LARGE));
                return;
            }
        }
    });
}

#[test]
fn s12_more_than_a_hundred_streams_at_once_are_refused() {
    attacked(async |mut attacker| {
        for stream in streams(500) {
            attacker.send(&frame(HEADERS, END_HEADERS, stream, &call(LIST))).await;
        }
        let mut refused = BTreeSet::new();
        // Whoever does not take a refusal is told to go.
        while let Some(frame) = attacker.next().await.filter(|frame| frame.kind != GOAWAY) {
            if frame.kind == RST_STREAM {
                assert_eq!(frame.payload, 7_u32.to_be_bytes(), "REFUSED_STREAM");
                refused.insert(frame.stream);
            }
            if refused.len() == 400 {
                break;
            }
        }
        assert_eq!(refused.first(), Some(&201), "a hundred are let in");
    });
}

#[test]
fn s12_a_client_that_goes_silent_in_the_middle_is_let_go() {
    attacked(async |mut attacker| {
        for stream in streams(50) {
            // Five bytes announce a message that never comes.
            let begun = frame(DATA, NOTHING, stream, &[0, 0, 0, 0, 200]);
            attacker.send(&[frame(HEADERS, END_HEADERS, stream, &call(LIST)), begun].concat()).await;
        }
        let mut open: BTreeSet<u32> = streams(50).collect();
        while !open.is_empty() {
            let Some(frame) = attacker.next().await else { break };
            if frame.kind == GOAWAY {
                break;
            }
            if frame.kind == RST_STREAM || (frame.kind == HEADERS && frame.flags & END_STREAM != 0) {
                open.remove(&frame.stream);
            }
        }
        // It does not answer the server's pings either.
        attacker.ended().await;
    });
}

/// People leave in the middle of things every day: that is no error of the server.
#[test]
fn a_call_that_its_client_resets_is_no_error_in_the_log() {
    attacked(async |mut attacker| {
        let reasons: [u32; 4] = [0, 2, 8, 9];
        for stream in streams(4) {
            let begun = frame(DATA, NOTHING, stream, &[0, 0, 0, 0, 200, 1, 2, 3]);
            attacker.send(&[frame(HEADERS, END_HEADERS, stream, &call(LIST)), begun].concat()).await;
        }
        // What is not a message at all is answered, and no error either.
        let garbage = frame(DATA, END_STREAM, 9, &[0, 0, 0, 0, 2, 0xff, 0xff]);
        attacker.send(&[frame(HEADERS, END_HEADERS, 9, &call(LIST)), garbage].concat()).await;
        while attacker.next().await.expect("an answer").stream != 9 {}
        for (stream, reason) in streams(4).zip(reasons) {
            attacker.send(&frame(RST_STREAM, NOTHING, stream, &reason.to_be_bytes())).await;
        }
        drop(attacker);
        let network = network();
        eventually(30, "the calls that were left are in the log", async || {
            network
                .log()
                .lines()
                .filter(|line| line.contains("ListPartners") && line.contains("Internal"))
                .count()
                >= 3
        })
        .await;
        let log = network.log();
        let errors: Vec<&str> = log.lines().filter(|line| line.contains("ERROR")).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    });
}
