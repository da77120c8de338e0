//! The one loop that reads a file, wherever it is.

use std::fs::File;
use std::io::{ErrorKind, Read};

use tunedrop_aws::{Object, Objects};

use crate::place::{Place, Unreadable};
use crate::remote;

/// Read this much at a time.
const CHUNK: usize = 1 << 20;

/// A file that is there, and not read yet.
pub(crate) enum Opened {
    Stdin,
    /// With its size, unless it is a pipe or a device.
    Local(File, Option<u64>),
    Remote(Box<(Objects, Object)>),
}

/// Why a file that is there wasn't read to its end.
pub(crate) enum Refused {
    /// The cloud couldn't read it either.
    ForGood(tunedrop_run::Unreadable),
    /// This machine, or this person, can't read it.
    Here(Unreadable),
}

/// The file at `place`; `None` if there is none.
pub(crate) fn open(place: &Place) -> Result<Option<Opened>, Unreadable> {
    Ok(match place {
        Place::Stdin => Some(Opened::Stdin),
        Place::Local(path) => match File::open(path) {
            Ok(file) => {
                let size = file.metadata().ok().filter(|metadata| metadata.is_file()).map(|metadata| metadata.len());
                Some(Opened::Local(file, size))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(place.unreadable(&error)),
        },
        Place::Remote { bucket, key } => {
            let found = remote::find(bucket, key).map_err(|why| place.because(why))?;
            found.map(|found| Opened::Remote(Box::new(found)))
        }
    })
}

/// The file at `place`, which was typed; without one, there is nothing to judge.
pub(crate) fn open_typed(place: &Place) -> Result<Opened, Unreadable> {
    open(place)?.ok_or_else(|| match place {
        Place::Remote { .. } => place.because("there is no such object; a folder's address ends in /"),
        _ => place.unreadable(&ErrorKind::NotFound.into()),
    })
}

impl Opened {
    /// Its size, where it is known.
    pub(crate) fn bytes(&self) -> Option<u64> {
        match self {
            Opened::Stdin => None,
            Opened::Local(_, bytes) => *bytes,
            Opened::Remote(found) => Some(found.1.size),
        }
    }

    /// Hands its bytes to `take`, in order, as long as that wants more.
    pub(crate) fn read(self, place: &Place, take: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), Refused> {
        let local = |read: std::io::Result<()>| read.map_err(|error| Refused::Here(place.unreadable(&error)));
        match self {
            Opened::Stdin => local(chunks(&mut std::io::stdin().lock(), take)),
            Opened::Local(mut file, _) => local(chunks(&mut file, take)),
            Opened::Remote(found) => remote::read(&found.0, &found.1, take).map_err(|refused| match refused {
                remote::Refused::ForGood(why) => Refused::ForGood(why),
                remote::Refused::Here(why) => Refused::Here(place.because(why)),
            }),
        }
    }
}

fn chunks(from: &mut dyn Read, take: &mut dyn FnMut(&[u8]) -> bool) -> std::io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(n) if take(&chunk[..n]) => {}
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
