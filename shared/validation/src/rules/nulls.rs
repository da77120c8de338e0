//! Members that are `null`: exports from Hugging Face write every key that any record has.
//!
//! AWS's checkers for Nova read the optional keys of a record and of a content block as absent where they are `null`
//! (`Optional` in their models); no page speaks of it. For other models, no AWS source takes `null`.

use crate::Code;
use crate::catalogue::{Format, Training};
use crate::json::{Member, Node, Value};
use crate::line_findings::LineFindings;
use crate::pointer::At;

/// The optional keys of a record.
const OF_RECORD: [&str; 3] = ["system", "toolConfig", "tools"];

/// Those of a content block, as AWS's SDK for Nova lists them.
const OF_BLOCK: [&str; 7] = ["text", "image", "video", "document", "reasoningContent", "toolUse", "toolResult"];

const MESSAGES: At = At::Key(&At::Root, "messages");

/// Removes optional members that are `null`, and notes them where the model's checkers don't read them as absent.
pub(crate) fn remove_nulls(record: &mut Node, training: &Training, noted: &mut LineFindings) {
    let is_taken = match &training.format {
        Format::Conversation(_) => training.any_schema_version,
        Format::DistillationPrompts { .. } | Format::Messages => false,
        _ => return,
    };
    let Value::Object(members) = &mut record.value else { return };
    remove(members, |member| OF_RECORD.contains(&member.key.as_ref()), is_taken, At::Root, noted);
    let messages = members.iter_mut().find(|member| member.key == "messages").map(|member| &mut member.node.value);
    let Some(Value::List(messages)) = messages else { return };
    for (index, message) in messages.iter_mut().enumerate() {
        let Value::Object(members) = &mut message.value else { continue };
        let content = members.iter_mut().find(|member| member.key == "content").map(|member| &mut member.node.value);
        let Some(Value::List(blocks)) = content else { continue };
        for (block_index, block) in blocks.iter_mut().enumerate() {
            let Value::Object(members) = &mut block.value else { continue };
            let at = At::Index(&MESSAGES, index);
            let at = at.key("content");
            remove_of_block(members, is_taken, at.index(block_index), noted);
        }
    }
}

/// The same for a block. One that holds nothing else keeps a key, for which it has its finding.
fn remove_of_block(members: &mut Vec<Member>, is_taken: bool, at: At, noted: &mut LineFindings) {
    let is_kind = |member: &Member| OF_BLOCK.contains(&member.key.as_ref());
    if members.iter().any(|member| is_kind(member) && !is_null(member)) {
        return remove(members, is_kind, is_taken, at, noted);
    }
    let kept = if members.iter().any(|member| member.key == "text") { Some("text") } else { None };
    let kept = kept.or_else(|| OF_BLOCK.into_iter().find(|kind| members.iter().any(|member| member.key == *kind)));
    members.retain(|member| !is_kind(member) || Some(member.key.as_ref()) == kept);
}

fn remove(
    members: &mut Vec<Member>,
    is_optional: impl Fn(&Member) -> bool,
    is_taken: bool,
    at: At,
    noted: &mut LineFindings,
) {
    let is_removed = |member: &Member| is_null(member) && is_optional(member);
    let mut nulls = members.iter().filter(|member| is_removed(member));
    let Some(first) = nulls.next() else { return };
    if !is_taken {
        let message = match nulls.count() {
            0 => format!("`{}` is null", first.key),
            1 => format!("`{}` and one more key of this object are null", first.key),
            more => format!("`{}` and {more} more keys of this object are null", first.key),
        };
        let help = "remove keys that are null: `jq -c 'del(.. | nulls)' IN > OUT`";
        noted.note_null(Code::WrongType, first.start, at.to_string(), message, help.to_owned());
    }
    members.retain(|member| !is_removed(member));
}

fn is_null(member: &Member) -> bool {
    matches!(member.node.value, Value::Null)
}
