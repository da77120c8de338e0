//! Reads files: standard input, local files, objects in S3, and records that a program passes.

use std::fs::File;
use std::io::{ErrorKind, Read};

use crate::location::{Location, Unreadable};
use crate::{remote, watched};

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 20;

/// An opened file.
pub(crate) enum Opened {
    Stdin,
    /// The file and its size; a pipe or a device has none.
    Local(File, Option<u64>),
    Remote(Box<remote::Found>),
    Given(Box<dyn Read + Send>),
}

/// Why an existing file wasn't read to its end.
pub(crate) enum Refused {
    /// The cloud couldn't read it either: it is archived, or its key is missing.
    ForGood(tunedrop_run::Unreadable),
    /// This machine or this user can't read it.
    Here(Unreadable),
}

/// Opens the file at `location`. `None` if there is none.
pub(crate) fn open(location: &Location) -> Result<Option<Opened>, Unreadable> {
    Ok(match location {
        Location::Stdin => Some(Opened::Stdin),
        Location::Given(given) => {
            Some(Opened::Given(given.take().ok_or_else(|| location.because("it was read before"))?))
        }
        Location::Local(path) => match File::open(path) {
            Ok(file) => {
                let size = file.metadata().ok().filter(|metadata| metadata.is_file()).map(|metadata| metadata.len());
                Some(Opened::Local(file, size))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(location.unreadable(&error)),
        },
        Location::Remote { bucket, key } => {
            let found = remote::find(bucket, key).map_err(|why| location.because(why))?;
            found.map(|found| Opened::Remote(Box::new(found)))
        }
    })
}

/// Opens the file at `location`. A missing file is an error.
pub(crate) fn open_typed(location: &Location) -> Result<Opened, Unreadable> {
    open(location)?.ok_or_else(|| match location {
        Location::Remote { .. } => location.because("no such object; a folder's address ends in /"),
        _ => location.unreadable(&ErrorKind::NotFound.into()),
    })
}

impl Opened {
    /// The size in bytes, if it is known.
    pub(crate) fn bytes(&self) -> Option<u64> {
        match self {
            Opened::Stdin | Opened::Given(_) => None,
            Opened::Local(_, bytes) => *bytes,
            Opened::Remote(found) => Some(found.bytes()),
        }
    }

    /// Passes the bytes to `take`, in order, until it returns false.
    pub(crate) fn read(self, location: &Location, take: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), Refused> {
        let local = |read: std::io::Result<()>| read.map_err(|error| Refused::Here(location.unreadable(&error)));
        match self {
            Opened::Stdin => local(chunks(&mut std::io::stdin().lock(), take)),
            Opened::Local(mut file, _) => local(chunks(&mut file, take)),
            Opened::Given(mut from) => local(chunks(&mut from, take)),
            Opened::Remote(found) => remote::read(&found, take).map_err(|refused| match refused {
                remote::Refused::ForGood(why) => Refused::ForGood(why),
                remote::Refused::Here(why) => Refused::Here(location.because(why)),
            }),
        }
    }
}

fn chunks(from: &mut dyn Read, take: &mut dyn FnMut(&[u8]) -> bool) -> std::io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match watched::read(from, &mut chunk) {
            Ok(0) => return Ok(()),
            Ok(n) if take(&chunk[..n]) => {}
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
