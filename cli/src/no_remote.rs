//! Objects in S3 for a build without the feature `aws`: none can be read.

use tunedrop_run::{DatasetCheck, MediaWanted, Unreadable};

const WHY: &str = "this library reads files on this machine only; check it with the command tunedrop check";

/// An object that exists: never, in this build.
pub(crate) enum Found {}

impl Found {
    /// The size in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        match *self {}
    }
}

/// Why an existing object wasn't read to its end.
pub(crate) enum Refused {
    ForGood(Unreadable),
    Here(String),
}

pub(crate) fn find(_bucket: &str, _key: &str) -> Result<Option<Found>, String> {
    Err(WHY.to_owned())
}

pub(crate) fn keys(_bucket: &str, _prefix: &str) -> Result<Vec<String>, String> {
    Err(WHY.to_owned())
}

pub(crate) fn look(_bucket: &str, _wanted: &MediaWanted, _check: &mut DatasetCheck) -> Result<(), String> {
    Err(WHY.to_owned())
}

pub(crate) fn read(found: &Found, _take: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), Refused> {
    match *found {}
}
