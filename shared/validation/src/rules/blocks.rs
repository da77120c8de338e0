//! Content blocks.

use super::media::{Medium, judge_medium};
use super::seen::Seen;
use super::text::judge_text;
use super::turns::Speaker;
use super::{list, object, said};
use crate::Code;
use crate::catalogue::MediaFormats;
use crate::json::{Member, Node, field};
use crate::pointer::At;
use crate::sheet::Sheet;

/// The kinds that Converse knows (API reference, `ContentBlock`).
const KINDS: [&str; 11] = [
    "text",
    "image",
    "video",
    "document",
    "reasoningContent",
    "toolUse",
    "toolResult",
    "audio",
    "cachePoint",
    "citationsContent",
    "guardContent",
];

/// Judges a message's content.
pub(super) fn judge_blocks(
    sheet: &mut Sheet,
    node: &Node,
    at: At,
    speaker: Option<Speaker>,
    media: &MediaFormats,
    seen: &mut Seen,
) {
    let Some(blocks) = list(sheet, node, at, "blocks, such as `[{\"text\": …}]`") else {
        return;
    };
    for (index, block) in blocks.iter().enumerate() {
        let at = at.index(index);
        if let Some(members) = object(sheet, block, at) {
            judge_block(sheet, block, members, at, speaker, media, seen);
        }
    }
}

fn judge_block(
    sheet: &mut Sheet,
    block: &Node,
    members: &[Member],
    at: At,
    speaker: Option<Speaker>,
    media: &MediaFormats,
    seen: &mut Seen,
) {
    sheet.unknown_keys(members, &KINDS, at);
    let kinds = KINDS.iter().filter(|kind| field(members, kind).is_some()).count();
    if kinds == 0 {
        sheet.missing("text", block, at);
    }
    if kinds > 1 {
        let message = format!("this block is of {kinds} kinds at once");
        sheet.fault(Code::AmbiguousBlock, block, at, message, "make a block of each");
    }
    let words = speaker.map_or(said::OTHER, Speaker::said);
    for member in members {
        let (kind, node) = (member.key.as_ref(), &member.node);
        match kind {
            "text" => {
                judge_text(sheet, node, at.key("text"), words);
            }
            "image" => judge_medium(sheet, member, at, &Medium::image(media, speaker), seen),
            "video" => judge_medium(sheet, member, at, &Medium::video(media, speaker), seen),
            "document" => judge_medium(sheet, member, at, &Medium::document(media, speaker), seen),
            "reasoningContent" if !media.reasoning => {
                refuse(sheet, member, at, "reasoning can't be used to customize this model")
            }
            "reasoningContent" if speaker == Some(Speaker::User) => {
                refuse(sheet, member, at, "reasoning stands in the user's turn")
            }
            "reasoningContent" => judge_reasoning(sheet, member, at, seen),
            "toolUse" | "toolResult" => refuse(sheet, member, at, "tool blocks can't be used to customize this model"),
            kind if KINDS.contains(&kind) => {
                refuse(sheet, member, at, &format!("`{kind}` blocks can't be used to customize this model"))
            }
            _ => {}
        }
    }
}

/// Notes content that the model doesn't take, or not here.
pub(super) fn refuse(sheet: &mut Sheet, member: &Member, at: At, message: &str) {
    sheet.faults.push(
        Code::UnsupportedContent,
        member.start,
        at.to_string(),
        message,
        "take the block out, or write what it says as text",
    );
}

/// `{"reasoningText": {"text": …}}`.
fn judge_reasoning(sheet: &mut Sheet, member: &Member, at: At, seen: &mut Seen) {
    seen.reasoning.get_or_insert_with(|| (member.start, at.to_string()));
    let at = at.key("reasoningContent");
    let Some(members) = object(sheet, &member.node, at) else { return };
    sheet.unknown_keys(members, &["reasoningText"], at);
    let Some(node) = sheet.required("reasoningText", members, &member.node, at) else { return };
    let at = at.key("reasoningText");
    let Some(members) = object(sheet, node, at) else { return };
    sheet.unknown_keys(members, &["text", "signature"], at);
    if let Some(text) = sheet.required("text", members, node, at) {
        judge_text(sheet, text, at.key("text"), said::REASONING);
    }
}
