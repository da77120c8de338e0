//! Locations of data: standard input, a path, an address in S3, or records that a program passes.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, ensure};

use crate::remote;

/// The largest catalogue or file of answers, in bytes.
const TEXT_MAX: usize = 1 << 20;

/// A file or a folder, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Location {
    Stdin,
    Local(PathBuf),
    /// A folder's key is empty or ends in `/`.
    Remote {
        bucket: String,
        key: String,
    },
    /// Records that a program passes instead of a file.
    Given(Given),
}

/// Records that are read once, with the name that findings show.
#[derive(Clone)]
pub(crate) struct Given {
    name: String,
    from: Arc<Mutex<Option<Box<dyn Read + Send>>>>,
}

impl Given {
    pub(crate) fn new(name: &str, from: Box<dyn Read + Send>) -> Given {
        Given { name: name.to_owned(), from: Arc::new(Mutex::new(Some(from))) }
    }

    /// The records, the first time.
    pub(crate) fn take(&self) -> Option<Box<dyn Read + Send>> {
        self.from.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.debug_tuple("Given").field(&self.name).finish()
    }
}

impl PartialEq for Given {
    fn eq(&self, other: &Given) -> bool {
        Arc::ptr_eq(&self.from, &other.from)
    }
}

impl Eq for Given {}

/// A location that can't be read: its name, and a sentence with the reason and what to do.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) path: String,
    pub(crate) why: String,
}

/// The first bytes of a file, at most `most`: a device has no end.
pub(crate) fn beginning(path: &Path, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a small text file. `what` goes before its name in errors: "the catalogue ", or nothing.
pub(crate) fn small_text(what: &str, path: &Path) -> anyhow::Result<String> {
    let unreadable = || format!("{what}{} can't be read", path.display());
    let bytes = beginning(path, TEXT_MAX + 1).with_context(unreadable)?;
    ensure!(bytes.len() <= TEXT_MAX, "{what}{} has more than {} MiB", path.display(), TEXT_MAX >> 20);
    String::from_utf8(bytes).with_context(unreadable)
}

impl Location {
    /// Parses an argument.
    pub(crate) fn of(path: &Path) -> Location {
        let address = path.to_str().and_then(|text| text.strip_prefix("s3://"));
        match address {
            Some(address) => {
                let (bucket, key) = address.split_once('/').unwrap_or((address, ""));
                Location::Remote { bucket: bucket.to_owned(), key: key.to_owned() }
            }
            None if path == Path::new("-") => Location::Stdin,
            None => Location::Local(path.to_owned()),
        }
    }

    /// The name, as typed.
    pub(crate) fn name(&self) -> String {
        match self {
            Location::Stdin => "-".to_owned(),
            Location::Given(given) => given.name.clone(),
            Location::Local(path) => path.display().to_string(),
            Location::Remote { bucket, key } => format!("s3://{bucket}/{key}"),
        }
    }

    pub(crate) fn is_folder(&self) -> bool {
        match self {
            Location::Stdin | Location::Given(_) => false,
            Location::Local(path) => path.is_dir(),
            Location::Remote { key, .. } => key.is_empty() || key.ends_with('/'),
        }
    }

    /// The file of that name in this folder.
    pub(crate) fn join(&self, name: &str) -> Location {
        match self {
            Location::Remote { bucket, key } => {
                Location::Remote { bucket: bucket.clone(), key: format!("{key}{name}") }
            }
            Location::Local(path) => Location::Local(path.join(name)),
            Location::Stdin | Location::Given(_) => self.clone(),
        }
    }

    /// The names of the files in this folder, sorted. In S3, of the first 1,000 objects under its prefix.
    pub(crate) fn names(&self) -> Result<Vec<String>, Unreadable> {
        let mut names = Vec::new();
        match self {
            Location::Stdin | Location::Given(_) => {}
            Location::Local(path) => {
                for entry in std::fs::read_dir(path).map_err(|error| self.unreadable(&error))? {
                    let entry = entry.map_err(|error| self.unreadable(&error))?;
                    // A name that isn't UTF-8 can't be used in a printed command.
                    names.extend(entry.file_name().into_string().ok().filter(|_| entry.path().is_file()));
                }
            }
            Location::Remote { bucket, key } => {
                let keys = remote::keys(bucket, key).map_err(|why| self.because(why))?;
                let inside = keys.iter().filter_map(|found| found.strip_prefix(key.as_str()));
                names.extend(inside.filter(|name| !name.is_empty() && !name.contains('/')).map(str::to_owned));
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Whether it exists.
    pub(crate) fn exists(&self) -> Result<bool, Unreadable> {
        match self {
            Location::Stdin | Location::Given(_) => Ok(true),
            Location::Local(path) => path.try_exists().map_err(|error| self.unreadable(&error)),
            Location::Remote { bucket, key } => {
                Ok(remote::find(bucket, key).map_err(|why| self.because(why))?.is_some())
            }
        }
    }

    pub(crate) fn because(&self, why: impl Into<String>) -> Unreadable {
        Unreadable { path: self.name(), why: why.into() }
    }

    /// Explains an error of the system.
    pub(crate) fn unreadable(&self, error: &std::io::Error) -> Unreadable {
        self.because(match error.kind() {
            ErrorKind::NotFound => "no such file or folder; check the name".to_owned(),
            ErrorKind::PermissionDenied => "permission denied; change its permissions, or ask its owner".to_owned(),
            ErrorKind::IsADirectory => "it is a folder, and a file is needed; rename or move the folder".to_owned(),
            _ => format!("{error}; check the disk or the connection, then try again"),
        })
    }
}
