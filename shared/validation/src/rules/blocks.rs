//! Content blocks.

use super::media::{Medium, check_media_block};
use super::modality_count::ModalityCount;
use super::text::check_text;
use super::turns::Speaker;
use super::{list, object, text_kind};
use crate::Code;
use crate::catalogue::MediaFormats;
use crate::json::{Member, Node, Value, field};
use crate::lookalike::looks_like;
use crate::pointer::At;
use crate::record_checker::RecordChecker;

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

/// Keys of OpenAI's parts that no block of Bedrock's has.
const FOREIGN_PARTS: [&str; 3] = ["image_url", "input_image", "input_audio"];

/// What a block for reasoning may hold in Converse, and no model is trained on (user guide, "Nova 2 data preparation":
/// only `reasoningText` is supported).
const NO_REASONING: [&str; 4] = ["image", "video", "document", "redactedContent"];

/// Checks a message's content.
pub(super) fn check_blocks(
    checker: &mut RecordChecker,
    node: &Node,
    at: At,
    speaker: Option<Speaker>,
    media: &MediaFormats,
    seen: &mut ModalityCount,
) {
    let Some(blocks) = list(checker, node, at, "blocks, such as `[{\"text\": …}]`") else {
        return;
    };
    for (index, block) in blocks.iter().enumerate() {
        let at = at.index(index);
        if let Some(members) = object(checker, block, at) {
            check_block(checker, block, members, at, speaker, media, seen);
        }
    }
}

fn check_block(
    checker: &mut RecordChecker,
    block: &Node,
    members: &[Member],
    at: At,
    speaker: Option<Speaker>,
    media: &MediaFormats,
    seen: &mut ModalityCount,
) {
    let kinds = KINDS.iter().filter(|kind| field(members, kind).is_some()).count();
    if kinds == 0
        && let Some(member) = members.iter().find(|member| FOREIGN_PARTS.contains(&member.key.as_ref()))
    {
        if member.key != "input_audio" && media.images.is_empty() {
            return refuse(checker, member, at, "images can't be used to customize this model");
        }
        let message = format!("found an OpenAI part (`{}`), which isn't a block of this format", member.key);
        let help = match member.key.as_ref() {
            "input_audio" => "remove the part, or write what is said as text",
            _ => {
                r#"upload the image, and write `{"image": {"format": "png", "source": {"s3Location": {"uri": "s3://…"}}}}`"#
            }
        };
        checker.noted.push(Code::UnsupportedContent, member.start, at.to_string(), message, help);
        return;
    }
    check_type(checker, members, at, &KINDS);
    let is_meant =
        |member: &Member| KINDS.iter().any(|kind| looks_like(&member.key, kind) || checker.is_misspelled(member, kind));
    if kinds == 0 && !members.iter().any(is_meant) {
        checker.missing("text", block, at);
    }
    if kinds > 1 {
        let message = format!("the block has {kinds} kinds of content");
        checker.report(Code::AmbiguousBlock, block, at, message, "write a block for each");
    }
    let words = speaker.map_or(text_kind::OTHER, Speaker::text_kind);
    for member in members {
        let (kind, node) = (member.key.as_ref(), &member.node);
        match kind {
            "text" => {
                check_text(checker, node, at.key("text"), words);
            }
            "image" => check_media_block(checker, member, at, &Medium::image(media, speaker), seen),
            "video" => check_media_block(checker, member, at, &Medium::video(media, speaker), seen),
            "document" => check_media_block(checker, member, at, &Medium::document(media, speaker), seen),
            "reasoningContent" if !media.reasoning => {
                refuse(checker, member, at, "reasoning can't be used to customize this model")
            }
            "reasoningContent" if speaker == Some(Speaker::User) => {
                refuse(checker, member, at, "reasoning in a user message")
            }
            "reasoningContent" => check_reasoning(checker, member, at, seen),
            "toolUse" | "toolResult" => {
                refuse(checker, member, at, "tool blocks can't be used to customize this model")
            }
            kind if KINDS.contains(&kind) => {
                refuse(checker, member, at, &format!("`{kind}` blocks can't be used to customize this model"))
            }
            _ => {}
        }
    }
}

/// Checks the keys of a block of one of these kinds, and the `type` that repeats its kind: it must be the same. The
/// user guide ("Prepare data for fine-tuning your models") describes it for Llama 3.2, and its examples leave it out.
pub(super) fn check_type(checker: &mut RecordChecker, members: &[Member], at: At, kinds: &[&'static str]) {
    if !checker.training.typed_blocks {
        return checker.unknown_keys(members, kinds, at);
    }
    let known: Vec<&'static str> = kinds.iter().copied().chain(["type"]).collect();
    checker.unknown_keys(members, &known, at);
    match field(members, "type") {
        None => {}
        Some(Node { value: Value::Text(kind), .. })
            if kinds.contains(&kind.as_ref())
                && members.iter().any(|member| member.key == *kind || checker.is_misspelled(member, kind)) => {}
        Some(node @ Node { value: Value::Text(_), .. }) => {
            let message = "`type` doesn't match the block's content";
            checker.report(
                Code::AmbiguousBlock,
                node,
                at.key("type"),
                message,
                "write the block's kind, or remove `type`",
            );
        }
        Some(node) => checker.wrong_type(node, at.key("type"), "a string"),
    }
}

/// Notes content that the model doesn't take, or not here.
pub(super) fn refuse(checker: &mut RecordChecker, member: &Member, at: At, message: &str) {
    checker.noted.push(
        Code::UnsupportedContent,
        member.start,
        at.to_string(),
        message,
        "remove the block, or write its content as text",
    );
}

/// `{"reasoningText": {"text": …}}`.
fn check_reasoning(checker: &mut RecordChecker, member: &Member, at: At, seen: &mut ModalityCount) {
    seen.reasoning = true;
    let at = at.key("reasoningContent");
    let Some(members) = object(checker, &member.node, at) else { return };
    let mut known = vec!["reasoningText"];
    for key in NO_REASONING {
        for other in members.iter().filter(|member| member.key == key) {
            refuse(checker, other, at, "reasoning must be text: other reasoning isn't supported");
            known.push(key);
        }
    }
    checker.unknown_keys(members, &known, at);
    if known.len() > 1 && field(members, "reasoningText").is_none() {
        return;
    }
    let Some(node) = checker.required("reasoningText", members, &member.node, at) else { return };
    let at = at.key("reasoningText");
    let Some(members) = object(checker, node, at) else { return };
    checker.unknown_keys(members, &["text", "signature"], at);
    if let Some(text) = checker.required("text", members, node, at) {
        check_text(checker, text, at.key("text"), text_kind::REASONING);
    }
}
