//! However the bytes of a file arrive, and however they were broken: reading ends, and holds one record at a time.

use std::io::{self, Read};

use crate::common::read;
use crate::hostile::{activity, codes, file};
use iati::{Item, Reader, Severity};

/// Gives a prologue, then the same record with another number each time, then an end; counts what it gave.
struct Endless {
    given: u64,
    until: u64,
    number: u64,
    ready: Vec<u8>,
    ended: bool,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ready.is_empty() && !self.ended {
            self.number += 1;
            self.ended = self.given > self.until;
            let next = if self.ended {
                "</iati-activities>".to_owned()
            } else {
                activity(&format!("A-{}", self.number), &"<!-- more -->".repeat(400))
            };
            self.ready.extend(next.bytes());
        }
        let length = buffer.len().min(self.ready.len());
        buffer[..length].copy_from_slice(&self.ready[..length]);
        self.ready.drain(..length);
        self.given += length as u64;
        Ok(length)
    }
}

#[test]
fn a_stream_of_100_mb_is_held_one_record_at_a_time() {
    let ready = b"<iati-activities version=\"2.03\">".to_vec();
    let mut reader = Reader::new(Endless { given: 0, until: 100 << 20, number: 0, ready, ended: false });
    let mut activities = 0;
    for item in reader.by_ref() {
        let Item::Activity(activity) = item else { panic!("{item:?}") };
        assert!(activity.problems.is_empty());
        activities += 1;
    }
    assert!(activities > 15_000, "{activities}");
    assert!(reader.most_held() < 256 << 10, "{}", reader.most_held());
}

/// Gives one byte at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (Some((first, rest)), Some(place)) = (self.0.split_first(), buffer.first_mut()) else {
            return Ok(0);
        };
        *place = *first;
        self.0 = rest;
        Ok(1)
    }
}

#[test]
fn it_does_not_matter_how_the_bytes_arrive() {
    let rest = "<!-- - -- --><?p ??><tag vocabulary='99' code=\"/>\" ><narrative ><![CDATA[ ]] > ]]]></narrative></tag ><sector code=\"11110\" />";
    let text = file(&[
        "<!--x-->",
        &activity("A-1", &rest.replace("- -- ", "- - ")),
        "<stray a='>'/>",
        &activity("A-2", "&nbsp;"),
    ]);
    let whole = read(text.as_bytes());
    let drops = read(Drops(text.as_bytes()));
    assert_eq!(whole.activities, drops.activities);
    assert_eq!(whole.problems, drops.problems);
    assert_eq!(codes(&whole), ["ELEMENT_ORDER", "ELEMENT_UNKNOWN", "REFERENCE_UNKNOWN"]);
}

/// Bytes changed, removed and repeated by a fixed sequence of numbers.
fn mutated(original: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).expect("31 bits") % below.max(1)
    };
    let mut bytes = original.to_vec();
    for _ in 0..=random(6) {
        if bytes.is_empty() {
            break;
        }
        let at = random(bytes.len());
        match random(4) {
            0 => bytes[at] = b"<>&;\"'/!?-[]=\0\xff{} "[random(18)],
            1 => drop(bytes.drain(at..(at + random(40)).min(bytes.len()))),
            2 => {
                let piece = bytes[at..(at + random(200)).min(bytes.len())].to_vec();
                let place = random(bytes.len());
                bytes.splice(place..place, piece);
            }
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes
}

#[test]
fn whatever_is_broken_reading_ends_and_lines_are_real() {
    let rest = "<!-- x --><tag vocabulary=\"99\" code='1'><narrative xml:lang=\"fr\"><![CDATA[é]]></narrative></tag>";
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}",
        file(&[&activity("A-1", rest), &activity("A-2", rest)])
    );
    let json =
        "[{\"name\": \"Un\\u00e9\", \"iati_org_id\": \"GB-CHC-1\", \"country\": \"GB\"},\n{\"name\": \"é\"}]";
    for (original, seed) in (0..2_000).flat_map(|seed| [(xml.as_bytes(), seed), (json.as_bytes(), seed)]) {
        let bytes = mutated(original, seed);
        let found = read(&bytes[..]);
        let lines = 2 + bytes.iter().filter(|byte| **byte == b'\n').count();
        assert!(found.problems.iter().all(|problem| problem.line as usize <= lines), "{:?}", found.problems);
        assert!(found.activities.iter().all(|activity| activity.is_blocked()
            != activity.problems.iter().all(|p| p.severity != Severity::Blocks)));
        assert_eq!(read(Drops(&bytes)).activities, found.activities, "{}", String::from_utf8_lossy(&bytes));
    }
}
