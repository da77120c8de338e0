//! Where data lies: standard input, a path, or an address in S3.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::remote;

/// A catalogue or a file of answers has a few kilobytes.
const TEXT_MAX: usize = 1 << 20;

/// A file or a folder, as it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Stdin,
    Local(PathBuf),
    /// A folder's key is empty or ends in `/`.
    Remote {
        bucket: String,
        key: String,
    },
}

/// A place that could not be read, in a sentence: what, why, and what to do.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) path: String,
    pub(crate) why: String,
}

/// The beginning of a file that may have no end, as a device has none.
pub(crate) fn beginning(path: &Path, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A small text, whole. `what` goes before its name: "the catalogue ", or nothing.
pub(crate) fn small_text(what: &str, path: &Path) -> anyhow::Result<String> {
    let unreadable = || format!("{what}{} can't be read", path.display());
    let bytes = beginning(path, TEXT_MAX + 1).with_context(unreadable)?;
    ensure!(bytes.len() <= TEXT_MAX, "{what}{} has more than {} MiB", path.display(), TEXT_MAX >> 20);
    String::from_utf8(bytes).with_context(unreadable)
}

impl Place {
    /// What was typed.
    pub(crate) fn of(path: &Path) -> Place {
        let address = path.to_str().and_then(|text| text.strip_prefix("s3://"));
        match address {
            Some(address) => {
                let (bucket, key) = address.split_once('/').unwrap_or((address, ""));
                Place::Remote { bucket: bucket.to_owned(), key: key.to_owned() }
            }
            None if path == Path::new("-") => Place::Stdin,
            None => Place::Local(path.to_owned()),
        }
    }

    /// As people typed it.
    pub(crate) fn name(&self) -> String {
        match self {
            Place::Stdin => "-".to_owned(),
            Place::Local(path) => path.display().to_string(),
            Place::Remote { bucket, key } => format!("s3://{bucket}/{key}"),
        }
    }

    pub(crate) fn is_folder(&self) -> bool {
        match self {
            Place::Stdin => false,
            Place::Local(path) => path.is_dir(),
            Place::Remote { key, .. } => key.is_empty() || key.ends_with('/'),
        }
    }

    /// The file of that name in this folder.
    pub(crate) fn join(&self, name: &str) -> Place {
        match self {
            Place::Remote { bucket, key } => Place::Remote { bucket: bucket.clone(), key: format!("{key}{name}") },
            Place::Local(path) => Place::Local(path.join(name)),
            Place::Stdin => Place::Stdin,
        }
    }

    /// Whether something lies there.
    pub(crate) fn exists(&self) -> Result<bool, Unreadable> {
        match self {
            Place::Stdin => Ok(true),
            Place::Local(path) => path.try_exists().map_err(|error| self.unreadable(&error)),
            Place::Remote { bucket, key } => Ok(remote::find(bucket, key).map_err(|why| self.because(why))?.is_some()),
        }
    }

    pub(crate) fn because(&self, why: impl Into<String>) -> Unreadable {
        Unreadable { path: self.name(), why: why.into() }
    }

    /// Says why the system refused, and what helps.
    pub(crate) fn unreadable(&self, error: &std::io::Error) -> Unreadable {
        self.because(match error.kind() {
            ErrorKind::NotFound => "there is no such file or folder; check the name".to_owned(),
            ErrorKind::PermissionDenied => "you may not read it; change its permissions, or ask its owner".to_owned(),
            _ => format!("{error}; check the disk or the connection, and try again"),
        })
    }
}
