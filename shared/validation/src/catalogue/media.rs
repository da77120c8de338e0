//! What media a model takes.

use serde::Deserialize;

use crate::MediumKind;

/// The blocks beside text that a conversation may hold: the `format`s taken, none where a list is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaFormats {
    /// Formats of images.
    pub images: Vec<String>,
    /// Formats of videos.
    pub videos: Vec<String>,
    /// Formats of documents.
    pub documents: Vec<String>,
    /// Most images of a record.
    pub images_max: Option<u64>,
    /// Most videos of a record.
    pub videos_max: Option<u64>,
    /// Formats of images that one of AWS's pages takes and another leaves out: they are warned of.
    pub images_disputed: Vec<String>,
    /// The same of videos.
    pub videos_disputed: Vec<String>,
    /// Which pages those are, as the end of a sentence.
    pub disputed_by: String,
    /// Whether the assistant's turns may show their reasoning.
    pub reasoning: bool,
}

/// What the objects must be like that records refer to. A limit that no source gives is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaLimits {
    /// Whether they must lie in the bucket of the records.
    pub same_bucket: bool,
    /// Formats of images, where records don't declare one themselves.
    pub image_formats: Vec<String>,
    /// Most bytes of an image.
    pub image_bytes: Option<u64>,
    /// Most bytes of a video.
    pub video_bytes: Option<u64>,
    /// Most seconds of a video.
    pub video_seconds: Option<u64>,
    /// Fewest pixels of an image's shorter side.
    pub side_min: Option<u64>,
    /// Fewest pixels of an image's shorter side by AWS's own checkers, where no page names a limit: fewer is a warning.
    pub side_advised: Option<u64>,
    /// Most pixels of an image's longer side.
    pub side_max: Option<u64>,
    /// Most pixels of an image in all.
    pub pixels_max: Option<u64>,
    /// How many times as long as the shorter side the longer one may be.
    pub ratio_max: Option<u64>,
}

/// Format and size of most images stand here; a JPEG's size comes behind whatever its camera says of itself.
const HEAD: usize = 64;
const HEAD_TO_MEASURE: usize = 64 * 1024;
/// Enough for most JPEGs, and for a video's header or the place where it is. A dataset may refer to 50,000 media, and each
/// of them is read so far.
const HEAD_TO_GLANCE: usize = 4 * 1024;

impl MediaLimits {
    /// How many of an object's first bytes are needed to judge a medium of that kind.
    pub fn head_bytes(&self, kind: MediumKind) -> usize {
        match kind {
            MediumKind::Image if self.measure() => HEAD_TO_MEASURE,
            MediumKind::Image if self.side_advised.is_some() => HEAD_TO_GLANCE,
            MediumKind::Video if self.video_seconds.is_some() => HEAD_TO_GLANCE,
            _ => HEAD,
        }
    }

    /// Whether an image's pixels matter.
    pub(crate) fn measure(&self) -> bool {
        [self.side_min, self.side_max, self.pixels_max, self.ratio_max].iter().any(Option::is_some)
    }
}
