//! The media that a model accepts, and their limits.

use serde::Deserialize;

use crate::MediumKind;

/// The blocks besides text that a conversation may contain, with the accepted values of `format`. An empty list accepts
/// none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaFormats {
    /// Formats of images.
    pub images: Vec<String>,
    /// Formats of videos.
    pub videos: Vec<String>,
    /// Formats of documents.
    pub documents: Vec<String>,
    /// The maximum number of images in a record.
    pub images_max: Option<u64>,
    /// The maximum number of videos in a record.
    pub videos_max: Option<u64>,
    /// Formats of images that one of AWS's pages lists and another doesn't. They cause a warning.
    pub images_disputed: Vec<String>,
    /// Formats of videos that cause the same warning.
    pub videos_disputed: Vec<String>,
    /// The pages that disagree, as the end of a sentence.
    pub disputed_by: String,
    /// Whether the assistant's turns may contain reasoning.
    pub reasoning: bool,
}

/// The limits of the objects that records refer to. A limit without a source is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaLimits {
    /// Whether they must be in the same bucket as the records.
    pub same_bucket: bool,
    /// The accepted formats of images, if records don't declare the format.
    pub image_formats: Vec<String>,
    /// The maximum size of an image in bytes.
    pub image_bytes: Option<u64>,
    /// The maximum size of a video in bytes.
    pub video_bytes: Option<u64>,
    /// The maximum duration of a video in seconds.
    pub video_seconds: Option<u64>,
    /// The minimum length of an image's shorter side in pixels.
    pub side_min: Option<u64>,
    /// The minimum length of an image's shorter side that AWS's own checkers require, in pixels. Set if no page gives a
    /// limit. A shorter side causes a warning.
    pub side_advised: Option<u64>,
    /// The maximum length of an image's longer side in pixels.
    pub side_max: Option<u64>,
    /// The maximum number of pixels of an image.
    pub pixels_max: Option<u64>,
    /// The maximum ratio of an image's longer side to its shorter side.
    pub ratio_max: Option<u64>,
}

/// The number of first bytes that show the format of an image, and the size of most. A JPEG's size comes after the
/// camera's metadata, which can be long.
const HEAD: usize = 64;
const HEAD_TO_MEASURE: usize = 64 * 1024;
/// The number of first bytes that show the size of most JPEGs, and a video's header or its position. It is small
/// because a dataset may refer to 50,000 media.
const HEAD_TO_GLANCE: usize = 4 * 1024;

impl MediaLimits {
    /// Returns the number of first bytes of an object that are needed to check a medium of this kind.
    pub fn head_bytes(&self, kind: MediumKind) -> usize {
        match kind {
            MediumKind::Image if self.measure() => HEAD_TO_MEASURE,
            MediumKind::Image if self.side_advised.is_some() => HEAD_TO_GLANCE,
            MediumKind::Video if self.video_seconds.is_some() => HEAD_TO_GLANCE,
            _ => HEAD,
        }
    }

    /// Whether there are limits of an image's width and height.
    pub(crate) fn measure(&self) -> bool {
        [self.side_min, self.side_max, self.pixels_max, self.ratio_max].iter().any(Option::is_some)
    }
}
