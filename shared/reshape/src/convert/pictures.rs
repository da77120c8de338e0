//! Chooses names for the images that records contain. They become files of the dataset.

use std::collections::HashMap;

use tunedrop_validation::catalogue::{MediaFormats, MediaLimits};
use tunedrop_validation::{MediumKind, MediumMet, MediumSeen, Severity, check_medium};

use super::{LeftOut, image};
use crate::same::Key;

/// An image to write as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file's name: letters, digits, `-`, `_` and one dot.
    pub name: String,
    /// The content of the file.
    pub bytes: Vec<u8>,
}

/// Chooses the names of images. Equal images get one name. Keeps a hash of each image, and the bytes of one record's
/// images.
#[derive(Debug, Clone, Default)]
pub struct Pictures {
    /// The dataset's future S3 URI, with a slash at its end. `None` if the user didn't give it.
    folder: Option<String>,
    stem: String,
    names: HashMap<Key, String>,
    new: Vec<Picture>,
}

impl Pictures {
    /// Creates names `<stem>-1.png` and so on, at the S3 URI `folder`, which ends in a slash. Characters of `stem` that
    /// the Nova guide doesn't allow in names of media are replaced with `-`.
    pub fn new(folder: Option<String>, stem: &str) -> Pictures {
        let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
        let stem: String = stem.chars().map(safe).collect();
        Pictures { folder, stem: if stem.is_empty() { "image".to_owned() } else { stem }, ..Pictures::default() }
    }

    /// Returns the images that the last record added and that no earlier record had.
    pub fn take(&mut self) -> Vec<Picture> {
        std::mem::take(&mut self.new)
    }

    /// Removes the images that the last record added, because the record is left out.
    pub(super) fn undo(&mut self) {
        for picture in self.new.drain(..) {
            self.names.retain(|_, name| *name != picture.name);
        }
    }

    /// Adds an image. Returns its format and address, if the model accepts it.
    pub(super) fn add(
        &mut self,
        bytes: Vec<u8>,
        formats: &MediaFormats,
        limits: &MediaLimits,
    ) -> Result<(&'static str, String), LeftOut> {
        let Some(folder) = &self.folder else {
            return Err("it contains an image, which becomes a file of the dataset: say where the dataset will be in S3, with --media s3://BUCKET/datasets/NAME/".into());
        };
        let format = image::format(&bytes).ok_or("an image is none of PNG, JPEG, GIF and WebP")?;
        if !formats.images.iter().chain(&formats.images_disputed).any(|taken| taken == format) {
            return Err(format!("an image is {format}, and this model takes {}", formats.images.join(", ")).into());
        }
        let key = key(&bytes);
        if let Some(name) = self.names.get(&key) {
            return Ok((format, format!("{folder}{name}")));
        }
        check_limits(&bytes, format, limits)?;
        let ending = if format == "jpeg" { "jpg" } else { format };
        let name = format!("{}-{}.{ending}", self.stem, self.names.len() + 1);
        let uri = format!("{folder}{name}");
        self.names.insert(key, name.clone());
        self.new.push(Picture { name, bytes });
        Ok((format, uri))
    }
}

fn key(bytes: &[u8]) -> Key {
    let mut key = Key::default();
    key.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    key
}

/// Checks an image against the model's limits, as `tunedrop check` does for the file.
fn check_limits(bytes: &[u8], format: &str, limits: &MediaLimits) -> Result<(), LeftOut> {
    let (kind, format) = (MediumKind::Image, Some(format.to_owned()));
    let head = &bytes[..bytes.len().min(limits.head_bytes(kind))];
    let medium = MediumMet { kind, uri: String::new(), format, line: 0, column: 0, pointer: String::new() };
    let seen = MediumSeen::There { bytes: bytes.len() as u64, head, tail: &[] };
    let findings = check_medium("", &medium, limits, seen);
    match findings.into_iter().find(|finding| finding.severity == Severity::Error) {
        Some(finding) => Err(finding.message.into()),
        None => Ok(()),
    }
}
