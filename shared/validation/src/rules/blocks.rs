//! Content blocks.

use super::media::{Medium, judge_medium};
use super::seen::Seen;
use super::text::judge_text;
use super::turns::Speaker;
use super::{list, object, said};
use crate::Code;
use crate::catalogue::MediaFormats;
use crate::json::{Member, Node, Value, field};
use crate::lookalike::looks_like;
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

/// What a block for reasoning may hold in Converse, and no model is trained on (user guide, "Nova 2 data preparation":
/// only `reasoningText` is supported).
const NO_REASONING: [&str; 4] = ["image", "video", "document", "redactedContent"];

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
    judge_type(sheet, members, at, &KINDS);
    let kinds = KINDS.iter().filter(|kind| field(members, kind).is_some()).count();
    let looks_known = |member: &Member| KINDS.iter().any(|kind| looks_like(&member.key, kind));
    if kinds == 0 && !members.iter().any(looks_known) {
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

/// Judges the keys of a block of one of these kinds, and the `type` that names its kind once more: it must say the same. The user guide
/// ("Prepare data for fine-tuning your models") describes it for Llama 3.2, and its examples leave it out.
pub(super) fn judge_type(sheet: &mut Sheet, members: &[Member], at: At, kinds: &[&'static str]) {
    if !sheet.training.typed_blocks {
        return sheet.unknown_keys(members, kinds, at);
    }
    let known: Vec<&'static str> = kinds.iter().copied().chain(["type"]).collect();
    sheet.unknown_keys(members, &known, at);
    match field(members, "type") {
        None => {}
        Some(Node { value: Value::Text(kind), .. })
            if kinds.contains(&kind.as_ref()) && field(members, kind).is_some() => {}
        Some(node @ Node { value: Value::Text(_), .. }) => {
            let message = "`type` names another kind of block than this one is";
            sheet.fault(
                Code::AmbiguousBlock,
                node,
                at.key("type"),
                message,
                "write the block's kind, or leave `type` out",
            );
        }
        Some(node) => sheet.wrong_type(node, at.key("type"), "a text"),
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
    seen.reasoning = true;
    let at = at.key("reasoningContent");
    let Some(members) = object(sheet, &member.node, at) else { return };
    let mut known = vec!["reasoningText"];
    for key in NO_REASONING {
        for other in members.iter().filter(|member| member.key == key) {
            refuse(sheet, other, at, "only text can be reasoned in: other reasoning isn't supported");
            known.push(key);
        }
    }
    sheet.unknown_keys(members, &known, at);
    if known.len() > 1 && field(members, "reasoningText").is_none() {
        return;
    }
    let Some(node) = sheet.required("reasoningText", members, &member.node, at) else { return };
    let at = at.key("reasoningText");
    let Some(members) = object(sheet, node, at) else { return };
    sheet.unknown_keys(members, &["text", "signature"], at);
    if let Some(text) = sheet.required("text", members, node, at) {
        judge_text(sheet, text, at.key("text"), said::REASONING);
    }
}
