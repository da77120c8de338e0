//! `{"image-ref", "caption"}`: image generation, and embeddings of images.

use super::media::check_uri;
use super::text::check_text;
use super::{Limits, text_kind};
use crate::Code;
use crate::json::{Member, Node, Value};
use crate::media::MediumKind;
use crate::pointer::At;
use crate::record_checker::RecordChecker;
use crate::set::grouped;

/// Extensions of files that no model accepts as an image here, or that only some do.
const EXTENSIONS: [&str; 24] = [
    "png", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif", "svg", "ico", "psd", "pdf", "mp4",
    "mov", "mkv", "webm", "avi", "txt", "json", "jsonl", "csv", "zip",
];

/// Checks a record whose caption has this many characters.
pub(super) fn check(checker: &mut RecordChecker, node: &Node, members: &[Member], caption: Limits) {
    let root = At::Root;
    checker.unknown_keys(members, &["image-ref", "caption"], root);
    if let Some(image) = checker.required("image-ref", members, node, root) {
        check_uri(checker, image, root.key("image-ref"), MediumKind::Image, None);
        check_extension(checker, image, root.key("image-ref"));
    }
    let Some(node) = checker.required("caption", members, node, root) else {
        return;
    };
    let at = root.key("caption");
    if caption.least == 0 && matches!(&node.value, Value::Text(text) if text.is_empty()) {
        return;
    }
    let Some(text) = check_text(checker, node, at, text_kind::PROMPT) else {
        return;
    };
    let characters = text.chars().count() as u64;
    // An empty one has its own finding.
    if characters > 0 && !(caption.least..=caption.most).contains(&characters) {
        let message = format!(
            "the caption has {} characters, and this model accepts {} to {}",
            grouped(characters),
            caption.least,
            grouped(caption.most)
        );
        checker.report(Code::CaptionLength, node, at, message, "shorten or extend the caption");
    }
}

/// Checks the extension of the image's key: the records declare no format, and the model accepts only a few. A key
/// without an extension, or with one that names no format, is left to the check of the object itself.
fn check_extension(checker: &mut RecordChecker, node: &Node, at: At) {
    let Value::Text(uri) = &node.value else { return };
    let formats = &checker.training.media.image_formats;
    let name = uri.rsplit('/').next().unwrap_or_default();
    let Some((_, extension)) = name.rsplit_once('.') else { return };
    let extension = extension.to_ascii_lowercase();
    let format = if extension == "jpg" { "jpeg" } else { extension.as_str() };
    let Some(known) = EXTENSIONS.iter().find(|known| **known == format) else { return };
    if formats.is_empty() || formats.iter().any(|accepted| accepted == format) {
        return;
    }
    let message = format!("the model doesn't accept `.{known}` files");
    let help = format!("convert the image to {}, and write the new address", formats.join(" or "));
    checker.report(Code::UnsupportedMediaFormat, node, at, message, help);
}
