//! Reads a release from a folder or from a server, and compares each file with its hashes before it is used.
//!
//! `release.json` and `SHA256SUMS` come from the same place as the files. So they find files that are damaged, incomplete or
//! of another release, but not a forged release: `gh attestation verify` finds that (docs/release.md).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tunedrop_aws::Downloads;

/// The list of a release's files.
const LIST: &str = "release.json";
const SUMS: &str = "SHA256SUMS";
pub(super) const TEMPLATE: &str = "template.json";

/// The most bytes of a list. A whole release has 40 files, in 10 kB.
const LIST_MAX: u64 = 1 << 20;

/// The content of `release.json`.
#[derive(Debug, Deserialize)]
struct Listed {
    name: String,
    version: String,
    commit: String,
    profile: String,
    files: Vec<Entry>,
}

/// A file of a release.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Entry {
    pub(super) name: String,
    kind: String,
    architecture: Option<String>,
    pub(super) bytes: u64,
    sha256: String,
}

/// A release whose lists agree.
#[derive(Debug)]
pub(super) struct Release {
    place: Place,
    pub(super) version: String,
    pub(super) commit: String,
    /// `release`, or `dev` for one that is only for tests.
    pub(super) profile: String,
    files: Vec<Entry>,
    /// SHA-256 of `release.json`, so of everything in the release.
    pub(super) hash: String,
}

/// Where the files are.
#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Server(String, Downloads),
}

impl Place {
    fn of(text: &str) -> Place {
        match text.contains("://") {
            true => Place::Server(text.trim_end_matches('/').to_owned(), Downloads::default()),
            false => Place::Folder(PathBuf::from(text)),
        }
    }

    /// Returns a file of at most `most` bytes.
    async fn read(&self, name: &str, most: u64) -> Result<Vec<u8>> {
        match self {
            Place::Folder(folder) => {
                let path = folder.join(name);
                let bytes = std::fs::read(&path).with_context(|| format!("{} can't be read", path.display()))?;
                ensure!(bytes.len() as u64 <= most, "{} has more than {most} bytes", path.display());
                Ok(bytes)
            }
            Place::Server(address, downloads) => {
                downloads.get(&format!("{address}/{name}"), most).await.map_err(|failure| {
                    anyhow::anyhow!("{failure}; pass the address of the folder that has {LIST}, or download its files")
                })
            }
        }
    }
}

impl Release {
    /// Reads the lists of the release in this folder, or at this https address.
    pub(super) async fn open(place: &str) -> Result<Release> {
        let place = Place::of(place);
        if let Place::Folder(folder) = &place
            && !folder.join(LIST).is_file()
        {
            bail!("{} is not a release: it has no {LIST}", folder.display());
        }
        let list = place.read(LIST, LIST_MAX).await?;
        let sums = place.read(SUMS, LIST_MAX).await?;
        let hash = hex(&list);
        let sums = sums_of(&sums)?;
        ensure!(sums.get(LIST) == Some(&hash), "{LIST} isn't what {SUMS} says");
        let listed: Listed =
            serde_json::from_slice(&list).with_context(|| format!("{LIST} is not a release's list"))?;
        ensure!(listed.name == "tunedrop", "{LIST} is of {}, not of tunedrop", listed.name);
        for file in &listed.files {
            // Names become paths and keys.
            ensure!(is_plain(&file.name), "{LIST} has an invalid file name");
            ensure!(sums.get(&file.name) == Some(&file.sha256), "{LIST} and {SUMS} disagree about {}", file.name);
        }
        ensure!(numbers(&listed.version).is_some() && is_plain(&listed.version), "{LIST} has an invalid version");
        let Listed { version, commit, profile, files, .. } = listed;
        Ok(Release { place, version, commit, profile, files, hash })
    }

    /// The functions' zips for an architecture.
    pub(super) fn zips(&self, architecture: &str) -> Result<Vec<&Entry>> {
        let zips = |wanted: &Entry| wanted.kind == "function" && wanted.architecture.as_deref() == Some(architecture);
        let found: Vec<&Entry> = self.files.iter().filter(|file| zips(file)).collect();
        if found.is_empty() {
            let mut others: Vec<&str> = self.files.iter().filter_map(|file| file.architecture.as_deref()).collect();
            others.sort_unstable();
            others.dedup();
            bail!(
                "the release has no functions for {architecture}, only for {}; set --parameter Architecture=…",
                others.join(", ")
            );
        }
        Ok(found)
    }

    /// The template's entry.
    pub(super) fn template(&self) -> Result<&Entry> {
        let template = self.files.iter().find(|file| file.name == TEMPLATE);
        template.with_context(|| format!("the release has no {TEMPLATE}"))
    }

    /// Reads a file. It is an error if it isn't the listed one.
    pub(super) async fn read(&self, entry: &Entry) -> Result<Vec<u8>> {
        let bytes = self.place.read(&entry.name, entry.bytes).await?;
        ensure!(
            bytes.len() as u64 == entry.bytes && hex(&bytes) == entry.sha256,
            "{} isn't what {LIST} says: it is damaged, or of another release. Nothing was uploaded",
            entry.name
        );
        Ok(bytes)
    }

    /// Copies files of a server into a folder, so that each is downloaded once. What is read from then on is compared again.
    pub(super) async fn keep_in(&mut self, folder: &Path, entries: &[Entry]) -> Result<()> {
        if matches!(self.place, Place::Server(..)) {
            for entry in entries {
                let bytes = self.read(entry).await?;
                let path = folder.join(&entry.name);
                std::fs::write(&path, bytes).with_context(|| format!("{} can't be written", path.display()))?;
            }
            self.place = Place::Folder(folder.to_owned());
        }
        Ok(())
    }

    /// The prefix of the release's files in a bucket. Another release of the same version has another one, so that no key ever
    /// changes its content: CloudFormation compares keys only, and reads the old ones if it rolls back.
    pub(super) fn prefix(&self) -> String {
        format!("tunedrop/{}/{}/", self.version, &self.hash[..12])
    }
}

/// Whether a name has only characters that are allowed in the template's `ArtifactPrefix`, and leads nowhere else.
fn is_plain(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(allowed)
}

/// The lines of `SHA256SUMS`: hash, two spaces, name.
fn sums_of(text: &[u8]) -> Result<BTreeMap<String, String>> {
    let text = std::str::from_utf8(text).with_context(|| format!("{SUMS} is not text"))?;
    let pair = |line: &str| line.split_once("  ").map(|(hash, name)| (name.to_owned(), hash.to_owned()));
    text.lines().map(pair).collect::<Option<_>>().with_context(|| format!("{SUMS} is not a list of hashes"))
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The three numbers of a version, for comparisons. A suffix such as `-rc.1` counts less than none.
pub(super) fn numbers(version: &str) -> Option<([u64; 3], bool)> {
    let (core, is_final) = match version.split_once(['-', '+']) {
        Some((core, _)) => (core, version.find('+').is_some_and(|at| at == core.len())),
        None => (version, true),
    };
    let mut parts = core.split('.').map(|part| part.parse().ok());
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some((numbers, is_final))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        let ordered = ["0.0.9", "0.1.0-rc.1", "0.1.0", "0.10.0", "1.0.0"];
        for pair in ordered.windows(2) {
            assert!(numbers(pair[0]) < numbers(pair[1]), "{pair:?}");
        }
        assert_eq!(numbers("1.0.0+build"), numbers("1.0.0"));
        for no in ["", "1", "1.0", "1.0.0.0", "a.b.c", "v1.0.0"] {
            assert_eq!(numbers(no), None, "{no}");
        }
    }

    #[test]
    fn names_lead_nowhere_else() {
        for name in ["template.json", "tunedrop-0.1.0-validate-arm64.zip"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", "..", "../template.json", "/etc/passwd", "a/b", "a b", ".ssh", "a\\b"] {
            assert!(!is_plain(name), "{name}");
        }
    }

    #[test]
    fn hashes_are_those_of_sha256sum() {
        assert_eq!(hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert!(sums_of(b"0 template.json\n").is_err());
    }
}
