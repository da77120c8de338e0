//! The media that a dataset's records refer to: where they must be, and what must be probed of each.

use std::ops::Range;
use std::sync::Arc;

use tunedrop_validation::catalogue::MediaLimits;
use tunedrop_validation::{MediaFolder, MediumMet, wanted_behind};

/// Where a dataset's media must be, as far as that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MediaHome {
    /// The dataset's own folder, which must contain all media.
    pub folder: Option<MediaFolder>,
    /// The bucket of the data, if the folder isn't known or doesn't name it.
    pub bucket: Option<String>,
}

/// The media of the file that was read last, which the caller must probe.
#[derive(Debug, Default)]
pub struct MediaWanted {
    /// The media, each address once. Empty if a file of the dataset is missing, because the media may still be
    /// uploading.
    pub media: Vec<MediumMet>,
    /// How many more references to media there are than are kept.
    pub left: u64,
    limits: Arc<MediaLimits>,
}

impl MediaWanted {
    /// Groups these media by what the model accepts.
    pub fn new(media: Vec<MediumMet>, limits: MediaLimits, left: u64) -> MediaWanted {
        MediaWanted { media, left, limits: Arc::new(limits) }
    }

    /// Returns what must be probed of each.
    pub fn looks(&self) -> impl Iterator<Item = MediumLook> {
        self.media.iter().map(|medium| self.look(medium))
    }

    /// Returns what must be probed of this one.
    pub fn look(&self, medium: &MediumMet) -> MediumLook {
        MediumLook { medium: medium.clone(), limits: Arc::clone(&self.limits) }
    }
}

/// Which bytes of a medium are needed to check it.
#[derive(Debug, Clone)]
pub struct MediumLook {
    medium: MediumMet,
    limits: Arc<MediaLimits>,
}

impl MediumLook {
    /// Bucket and key.
    pub fn location(&self) -> Option<(&str, &str)> {
        self.medium.location()
    }

    /// How many bytes from the start.
    pub fn head_bytes(&self) -> usize {
        self.limits.head_bytes(self.medium.kind)
    }

    /// Returns which bytes after those are needed, for an object of `bytes` that begins with `head`.
    pub fn behind(&self, bytes: u64, head: &[u8]) -> Option<Range<u64>> {
        wanted_behind(&self.medium, &self.limits, bytes, head)
    }
}
