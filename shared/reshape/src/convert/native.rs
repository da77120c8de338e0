//! Recognizes records that are in the new format already. They are copied without changes.

use tunedrop_validation::catalogue::MediaFormats;
use tunedrop_validation::{Format, Training};

use super::dialogue::Dialogue;
use super::meaning::{self, is_empty};
use super::source::Source;
use super::{Converted, LeftOut, write};
use crate::json::{self, Members, Raw};

const SCHEMA_VERSION: &str = "bedrock-conversation-2024";

/// The turns that a record may have.
#[derive(Clone, Copy)]
struct Turns {
    /// Whether the last one must be an answer.
    answered: bool,
    most: usize,
}

/// Whether the record has exactly the keys, types and turns that the format requires. The validator checks the lengths
/// of texts and reserved strings.
pub(super) fn is_native(members: &Members, to: &Training) -> bool {
    match &to.format {
        Format::PromptCompletion => has_texts(members, &["prompt", "completion"]),
        Format::Input => has_texts(members, &["input"]),
        // An empty caption is valid for some models.
        Format::ImageCaption { .. } => {
            let is_text = |raw: &Raw| raw.get().starts_with('"');
            has_keys(members, &["image-ref", "caption"]) && members.iter().all(|(_, raw)| is_text(raw))
        }
        Format::Messages => {
            let known = ["system", "messages"];
            let system = json::field(members, "system").is_none_or(is_said);
            let turns = Turns { answered: true, most: usize::MAX };
            only(members, &known) && system && has_turns(members, turns, |_, content| is_said(content))
        }
        Format::Conversation(media) => is_conversation(members, to, media, Turns { answered: true, most: usize::MAX }),
        Format::DistillationPrompts { multi_turn } => {
            let most = if *multi_turn { usize::MAX } else { 2 };
            is_conversation(members, to, &MediaFormats::default(), Turns { answered: false, most })
        }
        Format::Reinforcement => is_reinforcement(members),
    }
}

/// Returns an image and its caption without the record's other keys. `None` for another record.
pub(super) fn captioned(members: &Members, to: &Training) -> Result<Option<Converted>, LeftOut> {
    if !matches!(to.format, Format::ImageCaption { .. }) {
        return Ok(None);
    }
    let (own, others): (Members, Members) =
        members.iter().cloned().partition(|(key, _)| ["image-ref", "caption"].contains(&key.as_ref()));
    if !is_native(&own, to) {
        return Ok(None);
    }
    meaning::check(&others, Source::PromptCompletion, &to.format)?;
    let mut dialogue = Dialogue::default();
    others.iter().filter(|(_, raw)| !is_empty(raw)).for_each(|(key, _)| dialogue.drop_key("", key));
    let own: Vec<(&str, String)> = own.iter().map(|(key, raw)| (key.as_ref(), raw.get().to_owned())).collect();
    let (line, dropped) = (write::object(&own), dialogue.dropped);
    Ok(Some(Converted { line, source: None, is_openai: false, notes: Vec::new(), dropped }))
}

/// Whether the object has exactly these keys, each once.
fn has_keys(members: &Members, keys: &[&str]) -> bool {
    members.len() == keys.len() && only(members, keys)
}

/// Whether the object has no other keys than these, each at most once.
fn only(members: &Members, keys: &[&str]) -> bool {
    members
        .iter()
        .enumerate()
        .all(|(at, (key, _))| keys.contains(&key.as_ref()) && !members[..at].iter().any(|(before, _)| before == key))
}

fn has_texts(members: &Members, keys: &[&str]) -> bool {
    has_keys(members, keys) && members.iter().all(|(_, raw)| is_said(raw))
}

/// Whether the value is a string that isn't blank.
fn is_said(raw: Raw) -> bool {
    json::text(raw.get()).is_some_and(|text| !text.trim().is_empty())
}

/// Whether user and assistant alternate in `messages` of `role` and `content`.
fn has_turns(members: &Members, turns: Turns, is_content: impl Fn(bool, Raw) -> bool) -> bool {
    let Some(messages) = json::field(members, "messages").and_then(|raw| json::elements(raw.get())) else {
        return false;
    };
    let count = messages.len();
    let is_turn = |(at, message): (usize, Raw)| {
        let Some(fields) = json::members(message.get()).filter(|fields| has_keys(fields, &["role", "content"])) else {
            return false;
        };
        let is_user = at % 2 == 0;
        let role = if is_user { "\"user\"" } else { "\"assistant\"" };
        json::field(&fields, "role").is_some_and(|raw| raw.get() == role)
            && json::field(&fields, "content").is_some_and(|raw| is_content(is_user, raw))
    };
    (1..=turns.most).contains(&count)
        && (!turns.answered || count.is_multiple_of(2))
        && messages.into_iter().enumerate().all(is_turn)
}

fn is_conversation(members: &Members, to: &Training, media: &MediaFormats, turns: Turns) -> bool {
    let version = json::field(members, "schemaVersion").and_then(|raw| json::text(raw.get()));
    let is_version = version.is_some_and(|version| to.any_schema_version || version == SCHEMA_VERSION);
    let is_system = |raw: Raw| {
        let texts = json::elements(raw.get()).filter(|texts| !to.one_system_text || texts.len() == 1);
        texts.is_some_and(|texts| texts.into_iter().all(|text| is_block(text, &["text"], to.typed_blocks)))
    };
    let kinds = |is_user: bool| {
        let mut kinds = vec!["text"];
        if is_user {
            kinds.extend((!media.images.is_empty()).then_some("image"));
            kinds.extend((!media.videos.is_empty()).then_some("video"));
            kinds.extend((!media.documents.is_empty()).then_some("document"));
        } else {
            kinds.extend(media.reasoning.then_some("reasoningContent"));
        }
        kinds
    };
    let (user, assistant) = (kinds(true), kinds(false));
    let is_content = |is_user: bool, raw: Raw| {
        let kinds = if is_user { &user } else { &assistant };
        let blocks = json::elements(raw.get()).filter(|blocks| !blocks.is_empty());
        blocks.is_some_and(|blocks| blocks.into_iter().all(|block| is_block(block, kinds, to.typed_blocks)))
    };
    only(members, &["schemaVersion", "system", "messages"])
        && is_version
        && json::field(members, "system").is_none_or(is_system)
        && has_turns(members, turns, is_content)
}

/// Whether the value is a block of one of these kinds. An image must be in S3: Bedrock doesn't accept one that the
/// record contains.
fn is_block(raw: Raw, kinds: &[&str], typed: bool) -> bool {
    let Some(fields) = json::members(raw.get()) else { return false };
    let (types, fields): (Members, Members) = fields.into_iter().partition(|(key, _)| key == "type");
    let [(kind, value)] = fields.as_slice() else { return false };
    let is_typed = |(_, raw): &(_, Raw)| json::text(raw.get()).is_some_and(|named| named == *kind);
    (types.is_empty() || (typed && types.len() == 1 && types.iter().all(is_typed)))
        && kinds.contains(&kind.as_ref())
        && match kind.as_ref() {
            "text" => is_said(value),
            "reasoningContent" => {
                json::members(value.get()).is_some_and(|inside| has_keys(&inside, &["reasoningText"]))
            }
            _ => is_stored(value),
        }
}

fn is_stored(raw: Raw) -> bool {
    let source = json::members(raw.get()).and_then(|fields| json::field(&fields, "source"));
    source.and_then(|source| json::members(source.get())).is_some_and(|source| has_keys(&source, &["s3Location"]))
}

/// Whether the record is in OpenAI's layout for reinforcement fine-tuning, whose other keys the grader gets. A record
/// without `reference_answer` whose last message is the assistant's is for supervised fine-tuning.
fn is_reinforcement(members: &Members) -> bool {
    let unique = |key: &str| members.iter().filter(|(known, _)| known == key).count() == 1;
    let Some(messages) = json::field(members, "messages").and_then(|raw| json::elements(raw.get())) else {
        return false;
    };
    let mut last = String::new();
    let mut has_user = false;
    for (at, message) in messages.into_iter().enumerate() {
        let Some(fields) = json::members(message.get()).filter(|fields| only(fields, &["role", "content", "name"]))
        else {
            return false;
        };
        let role = json::field(&fields, "role").and_then(|raw| json::text(raw.get())).unwrap_or_default();
        let content = json::field(&fields, "content");
        let is_role = matches!(role.as_ref(), "user" | "assistant") || (role == "system" && at == 0);
        if !is_role || !content.is_some_and(is_text_or_parts) {
            return false;
        }
        has_user |= role == "user";
        last = role.into_owned();
    }
    let has_answer = json::field(members, "reference_answer").is_some_and(|raw| !is_empty(raw));
    members.iter().all(|(key, _)| unique(key)) && has_user && (has_answer || last != "assistant")
}

fn is_text_or_parts(raw: Raw) -> bool {
    let is_part = |part: Raw| {
        let fields = json::members(part.get()).filter(|fields| has_keys(fields, &["type", "text"]));
        fields.is_some_and(|fields| {
            let is = |key, check: fn(Raw) -> bool| json::field(&fields, key).is_some_and(check);
            is("type", |raw| raw.get() == "\"text\"") && is("text", is_said)
        })
    };
    is_said(raw) || json::elements(raw.get()).is_some_and(|parts| !parts.is_empty() && parts.into_iter().all(is_part))
}
