//! Keys that change what a model learns. A record is left out if the new format can't express one of its keys.
//!
//! The keys are those of TRL, LLaMA-Factory, Axolotl, Unsloth, ms-swift, OpenAI and Together.

mod flags;
mod keys;
#[cfg(test)]
mod tests;

use tunedrop_validation::Format;

use self::flags::*;
pub(super) use self::keys::HISTORIES;
use self::keys::*;
use super::LeftOut;
use super::read::pair::{ANSWERS, QUESTIONS, SUBJECTS};
use super::source::Source;
use crate::json::{self, Members, Raw};

/// Rejects an object with a duplicate key, because it is ambiguous.
pub(super) fn check_repeats(members: &Members) -> Result<(), LeftOut> {
    match json::repeated(members) {
        Some(key) => {
            Err(format!("the key `{}` occurs twice, and only one of its values can be meant", shortened(key)).into())
        }
        None => Ok(()),
    }
}

fn shortened(key: &str) -> &str {
    key.char_indices().nth(40).map_or(key, |(end, _)| &key[..end])
}

/// Checks the keys of a record. The error is the reason to leave it out.
pub(super) fn check(members: &Members, source: Source, to: &Format) -> Result<(), LeftOut> {
    if source == Source::InvocationLog {
        return Ok(()); // its keys describe a call; the request's keys are checked when it is read
    }
    check_keys(members)?;
    // A grader gets the tools, like any other key.
    if *to != Format::Reinforcement {
        check_tools(members)?;
    }
    // A grader gets the label and the weight too.
    let is_graded = *to == Format::Reinforcement
        && json::field(members, "reference_answer").is_some_and(|reference| !is_empty(reference));
    if !is_graded {
        check_marks(members, source)?;
    }
    let has = |key: &&str| json::field(members, key).is_some_and(|raw| !is_empty(raw));
    if source.is_pair()
        && !ANSWERS.iter().any(has)
        && let Some(key) = ANSWER_LISTS.iter().find(|key| has(key))
    {
        return Err(format!("it has a list of answers (`{key}`), and a record takes one").into());
    }
    if source.is_pair()
        && let Some(key) = OPTIONS.iter().find(|key| has(key))
    {
        return Err(format!("its question has answers to choose from (`{key}`); write them into the question").into());
    }
    let chats = ["messages", "conversations", "contents"].into_iter().filter(|key| has(key));
    let is_pair = ["prompt", "question", "instruction"].iter().any(has) && ANSWERS.iter().any(has);
    let found: Vec<&str> = chats.chain(is_pair.then_some("a question and its answer")).collect();
    if let [one, other, ..] = found[..] {
        return Err(format!("it has two conversations ({one} and {other}); keep one").into());
    }
    if matches!(source, Source::Messages | Source::ShareGpt | Source::Gemini) && *to != Format::Reinforcement {
        check_beside_chat(&has)?;
    }
    Ok(())
}

/// Checks keys that say whether the model should learn the answer.
fn check_marks(members: &Members, source: Source) -> Result<(), LeftOut> {
    for (key, raw) in members {
        match key.as_ref() {
            key if source != Source::Text && is_marked_bad(key, raw) => {
                return Err(format!(
                    "`{key}` marks its answer as one to avoid, and this model is trained on answers to give"
                )
                .into());
            }
            key if is_excluded(key, raw) => {
                let value = if is_yes_word(raw) { "true" } else { "false" };
                return Err(format!("its `{key}` is {value}: it isn't to be trained on").into());
            }
            key if WEIGHTS.contains(&key) => check_weight(key, raw)?,
            "status" if is_word(raw, "discarded") => {
                return Err("its `status` is discarded: it isn't to be trained on".into());
            }
            "previous_response_id" if !is_empty(raw) => {
                return Err(
                    "it continues an earlier response (`previous_response_id`), which isn't in the record".into()
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a key next to a list of records changes what a model learns from them. `key` is in lower case.
pub(crate) fn changes_records(key: &str, raw: Raw) -> bool {
    let members = vec![(key.into(), raw)];
    OF_RECORDS.contains(&key)
        || [&QUESTIONS[..], &SUBJECTS, &ANSWERS, &HISTORIES, &ANSWER_LISTS, &OPTIONS, &REASONING]
            .iter()
            .any(|keys| keys.contains(&key))
        || check_keys(&members).is_err()
        || check_tools(&members).is_err()
        || check_marks(&members, Source::PromptCompletion).is_err()
}

/// Checks keys of the conversation that are next to its messages.
fn check_beside_chat(has: &dyn Fn(&&str) -> bool) -> Result<(), LeftOut> {
    if let Some(key) = HISTORIES.iter().find(|key| has(key)) {
        return Err(format!("it has earlier turns (`{key}`) beside its messages; put them into the messages").into());
    }
    if let Some(key) = PASSAGES.iter().find(|key| has(key)) {
        return Err(format!("it has a text (`{key}`) beside its messages; put it into a message").into());
    }
    if has(&"completion") {
        return Err("it has an answer (`completion`) beside its messages; make it the last message".into());
    }
    Ok(())
}

/// Checks keys that no format can express, of any layout.
pub(super) fn check_keys(members: &Members) -> Result<(), LeftOut> {
    for (key, raw) in members {
        let key = key.as_ref();
        if is_preference(key) && raw.get() != "null" {
            return Err(format!(
                "it compares answers (`{key}`), and this model isn't trained on preferences; to train on the better answer, make it the `completion`"
            )
            .into());
        }
        if (MEDIA.contains(&key) && !is_empty(raw)) || (key == "file_name" && names_medium(raw)) {
            let what = if FILES.contains(&key) { "files or documents" } else { "media" };
            return Err(format!("it refers to {what} (`{key}`), and only media inside messages are converted").into());
        }
        if WORSE.contains(&key) && !is_empty(raw) {
            return Err(format!(
                "it has a worse answer (`{key}`) beside its answer, and this model isn't trained on preferences; remove the key to train on the better one"
            )
            .into());
        }
        if key == "input_ids" {
            return Err("it holds tokens (`input_ids`), and Bedrock takes text".into());
        }
    }
    Ok(())
}

/// Checks keys that define tools.
pub(super) fn check_tools(members: &Members) -> Result<(), LeftOut> {
    match members.iter().find(|(key, raw)| TOOLS.contains(&key.as_ref()) && !is_empty(raw)) {
        Some((key, _)) => Err(format!(
            "it defines tools (`{key}`), and this model isn't trained on tools; remove the key if no answer calls them"
        )
        .into()),
        None => Ok(()),
    }
}

/// Returns why a record that calls a tool is left out. `key` is the key that calls it.
pub(super) fn calls_tool(key: &str) -> LeftOut {
    format!("it calls a tool (`{key}`), and this model isn't trained on tool calls; remove the calls if the answer makes sense without them").into()
}

/// Whether a key of a message is a call of a tool or its result.
pub(super) fn is_tool_call(key: &str) -> bool {
    TOOL_CALLS.contains(&key)
}

/// Whether a key has the reasoning before an answer.
pub(super) fn is_reasoning(key: &str) -> bool {
    REASONING.iter().any(|known| key.eq_ignore_ascii_case(known))
}

/// Whether a key of a message refers to media.
pub(super) fn is_media(key: &str) -> bool {
    MEDIA.contains(&key)
}

/// Whether a key of a message excludes the message from training. `None` for another key.
pub(super) fn is_untrained(key: &str, raw: Raw) -> Result<Option<bool>, LeftOut> {
    match key {
        "weight" | "loss_weight" => match number(raw) {
            Some(0.0) => Ok(Some(true)),
            Some(1.0) => Ok(Some(false)),
            _ => Err(format!("the `{key}` of a message is neither 0 nor 1, and Bedrock has no weights").into()),
        },
        "mask" | "masked" => match (is_no(raw), is_yes(raw)) {
            (_, true) => Ok(Some(true)),
            (true, _) => Ok(Some(false)),
            _ => Err(format!("the `{key}` of a message is neither true nor false").into()),
        },
        "train" | "trainable" | "loss" | "training" | "do_train" | "learn" | "loss_mask" | "train_on_turn" => {
            match (is_no(raw), is_yes(raw)) {
                (true, _) => Ok(Some(true)),
                (_, true) => Ok(Some(false)),
                _ => Err(format!("the `{key}` of a message is neither true nor false").into()),
            }
        }
        "train_detail" | "training_detail" | "loss_scale" => {
            Err(format!("`{key}` selects parts of a message for training, and Bedrock can't").into())
        }
        key if EXCLUDED.contains(&key) && is_excluded(key, raw) => {
            Err(format!("the `{key}` of a message is true: it isn't part of the conversation").into())
        }
        _ => Ok(None),
    }
}

fn check_weight(key: &str, raw: Raw) -> Result<(), LeftOut> {
    match number(raw) {
        Some(0.0) => Err(format!("its `{key}` is 0: it isn't to be trained on").into()),
        Some(weight) if weight != 1.0 => {
            Err(format!("its `{key}` isn't 1, and Bedrock trains on every record equally").into())
        }
        _ => Ok(()),
    }
}

/// Whether the key is one of preference data: `chosen` and `rejected` of TRL, LLaMA-Factory and Axolotl, with any
/// prefix or suffix, or OpenAI's `preferred_output` and `non_preferred_output`.
fn is_preference(key: &str) -> bool {
    let word = |word: &str| word.eq_ignore_ascii_case("chosen") || word.eq_ignore_ascii_case("rejected");
    key.split(['_', '-', '.']).any(word)
        || matches!(
            key,
            "preferred_output" | "non_preferred_output" | "preferred" | "dispreferred" | "better_response_id"
        )
}

/// Whether the value is empty. Datasets of LLaMA-Factory also have lists as strings: `"tools": "[]"`.
pub(crate) fn is_empty(raw: Raw) -> bool {
    json::is_empty(raw) || matches!(raw.get(), r#""[]""# | r#""{}""# | r#""null""# | r#""None""#)
}

fn names_medium(raw: Raw) -> bool {
    let name = json::text(raw.get()).unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    MEDIA_ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}
