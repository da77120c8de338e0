//! `{"image-ref", "caption"}`: image generation, and embeddings of images.

use super::media::judge_uri;
use super::text::judge_text;
use super::{Limits, said};
use crate::Code;
use crate::json::{Member, Node, Value};
use crate::media::MediumKind;
use crate::pointer::At;
use crate::set::grouped;
use crate::sheet::Sheet;

/// Judges a record whose caption has so many characters.
pub(super) fn judge(sheet: &mut Sheet, node: &Node, members: &[Member], caption: Limits) {
    let root = At::Root;
    sheet.unknown_keys(members, &["image-ref", "caption"], root);
    if let Some(image) = sheet.required("image-ref", members, node, root) {
        judge_uri(sheet, image, root.key("image-ref"), MediumKind::Image, None);
    }
    let Some(node) = sheet.required("caption", members, node, root) else {
        return;
    };
    let at = root.key("caption");
    if caption.least == 0 && matches!(&node.value, Value::Text(text) if text.is_empty()) {
        return;
    }
    let Some(text) = judge_text(sheet, node, at, said::PROMPT) else {
        return;
    };
    let characters = text.chars().count() as u64;
    // An empty one is told already.
    if characters > 0 && !(caption.least..=caption.most).contains(&characters) {
        let message = format!(
            "the caption has {} characters, and this model takes {} to {}",
            grouped(characters),
            caption.least,
            grouped(caption.most)
        );
        sheet.fault(Code::CaptionLength, node, at, message, "write a caption of that length");
    }
}
