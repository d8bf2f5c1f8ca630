//! From the bytes of a file to its records: no more than one of them is held at once.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, Read};
use std::rc::Rc;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::{Piece, Shape, told};
use crate::decode::{Decode, Fault};
use crate::item::Limits;

/// Reads a file of records, plain or gzip; `each` is told of every record in its order, and then of what is wrong with the
/// file. It says whether to go on.
pub(crate) fn read<R: Read>(
    shape: &Shape,
    source: R,
    limits: Limits,
    mut each: impl FnMut(Piece<'_>) -> bool,
) {
    let shared =
        Rc::new(Shared { line: Cell::new(1), left: Cell::new(limits.record), fault: RefCell::new(None) });
    let bytes = Bytes { decode: Decode::new(source, limits.total), shared: Rc::clone(&shared) };
    let mut reader = serde_json::Deserializer::from_reader(bytes);
    let mut package =
        Package { shape, shared: &shared, limits, each: &mut each, found: None, count: 0, stopped: false };
    let read = match shape.list {
        Some(_) => reader.deserialize_map(&mut package),
        None => reader.deserialize_seq(&mut package),
    };
    let read = read.and_then(|()| {
        shared.left.set(usize::MAX);
        reader.end()
    });
    let Package { found, count, stopped, .. } = package;
    if stopped {
        return;
    }
    let line = shared.line.get();
    let problem = match read {
        Ok(()) if found.is_none() => told::no_package(shape, line),
        Ok(()) if count == 0 => told::nothing(shape, line),
        Ok(()) => return,
        Err(error) => match (shared.fault.take(), error.classify()) {
            (Some(Stop::Fault(fault)), _) => fault.at(line),
            (Some(Stop::TooLarge), _) => told::too_large(shape, limits.record, line),
            (Some(Stop::TooMany), _) => told::too_many(shape, limits.records, line),
            (None, Category::Data) => told::no_package(shape, line),
            (None, Category::Eof) => told::cut_short(line),
            (None, _) => told::malformed(line).found(&error.to_string()),
        },
    };
    each(Piece::Problem(problem));
}

/// Why a file is not read on.
enum Stop {
    Fault(Fault),
    TooLarge,
    TooMany,
}

/// What the bytes and those who make sense of them tell each other.
struct Shared {
    line: Cell<u32>,
    /// How many bytes of what is being held may still come.
    left: Cell<usize>,
    fault: RefCell<Option<Stop>>,
}

/// The decoded bytes, counted.
struct Bytes<R> {
    decode: Decode<R>,
    shared: Rc<Shared>,
}

impl<R: Read> Read for Bytes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let stop = |stop| {
            self.shared.fault.replace(Some(stop));
            Err(io::ErrorKind::InvalidData.into())
        };
        let chunk = match self.decode.fill() {
            Ok(chunk) => chunk,
            Err(fault) => return stop(Stop::Fault(fault)),
        };
        let taken = chunk.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&chunk[..taken]);
        let lines = chunk[..taken].iter().filter(|byte| **byte == b'\n').count();
        self.decode.consume(taken);
        match self.shared.left.get().checked_sub(taken) {
            Some(left) => self.shared.left.set(left),
            None => return stop(Stop::TooLarge),
        }
        let line = self.shared.line.get().saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.shared.line.set(line);
        Ok(taken)
    }
}

struct Package<'p> {
    shape: &'p Shape,
    shared: &'p Shared,
    limits: Limits,
    each: &'p mut dyn FnMut(Piece<'_>) -> bool,
    /// The records stand here.
    found: Option<()>,
    count: usize,
    stopped: bool,
}

impl<'de> Visitor<'de> for &mut Package<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a file of records")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        loop {
            self.shared.left.set(self.limits.record); // a name is held too
            let Some(name) = map.next_key::<String>()? else { return Ok(()) };
            self.shared.left.set(usize::MAX);
            match self.shape.list == Some(name.as_str()) {
                true => map.next_value_seed(&mut *self)?,
                false => map.next_value::<IgnoredAny>().map(drop)?,
            }
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.found = Some(());
        while list.next_element_seed(OneRecord(self))?.is_some() {}
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Package<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, list: D) -> Result<(), D::Error> {
        list.deserialize_seq(self)
    }
}

struct OneRecord<'s, 'p>(&'s mut Package<'p>);

impl<'de> DeserializeSeed<'de> for OneRecord<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        let Self(package) = self;
        let line = package.shared.line.get();
        package.shared.left.set(package.limits.record);
        let raw = <Box<RawValue> as serde::Deserialize>::deserialize(value)?;
        package.shared.left.set(usize::MAX);
        let stop = |stop| {
            package.shared.fault.replace(Some(stop));
            Err(serde::de::Error::custom("stopped"))
        };
        if package.count == package.limits.records {
            return stop(Stop::TooMany);
        }
        let index = package.count;
        package.count += 1;
        match (package.each)(Piece::Record { text: raw.get(), index, line }) {
            true => Ok(()),
            false => {
                package.stopped = true;
                Err(serde::de::Error::custom("stopped"))
            }
        }
    }
}
