//! The one loop that feeds a file to its check.

use std::fs::File;
use std::io::{ErrorKind, Read};

use tunedrop_validation::{FileCheck, FileReport};

use crate::place::{Place, Unreadable};
use crate::progress::Progress;
use crate::remote;

/// Read this much at a time.
const CHUNK: usize = 1 << 20;

/// Reads the file at `place` to its end.
pub(crate) fn read(place: &Place, mut check: FileCheck) -> Result<FileReport, Unreadable> {
    let mut progress = Progress::new(place);
    let mut feed = |bytes: &[u8]| {
        check.feed(bytes);
        progress.advance(bytes.len());
    };
    match place {
        Place::Stdin => chunks(&mut std::io::stdin().lock(), &mut feed).map_err(|error| place.unreadable(&error))?,
        Place::Local(path) => {
            let mut file = File::open(path).map_err(|error| place.unreadable(&error))?;
            chunks(&mut file, &mut feed).map_err(|error| place.unreadable(&error))?;
        }
        Place::Remote { bucket, key } => {
            let found = remote::read(bucket, key, &mut feed).map_err(|why| place.because(why))?;
            found.ok_or_else(|| place.because("there is no such object; a folder's address ends in /"))?;
        }
    }
    Ok(check.finish())
}

fn chunks(from: &mut dyn Read, feed: &mut dyn FnMut(&[u8])) -> std::io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(n) => feed(&chunk[..n]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
