//! Keys that change what a model learns. A record that has one which the new format can't express is left out.
//!
//! The keys are those of TRL, LLaMA-Factory, Axolotl, Unsloth, ms-swift, OpenAI and Together.

mod keys;

use tunedrop_validation::Format;

use self::keys::{ANSWER_LISTS, LABELS, MEDIA, MEDIA_ENDINGS, NO, OPTIONS, REASONING, TOOL_CALLS, TOOLS, WEIGHTS};
use super::LeftOut;
use super::read::pair::ANSWERS;
use super::source::Source;
use crate::json::{self, Members, Raw};

/// Refuses an object with a key that occurs twice: nobody knows which value is meant.
pub(super) fn judge_repeats(members: &Members) -> Result<(), LeftOut> {
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

/// Judges the keys of a record. The error is the reason to leave it out.
pub(super) fn judge(members: &Members, source: Source, to: &Format) -> Result<(), LeftOut> {
    if source == Source::InvocationLog {
        return Ok(()); // its keys describe a call; the request's keys are judged when it is read
    }
    judge_keys(members)?;
    // A grader gets the tools, as any other key.
    if *to != Format::Reinforcement {
        judge_tools(members)?;
    }
    for (key, raw) in members {
        match key.as_ref() {
            key if LABELS.contains(&key) && source != Source::Text && is_no_label(raw) => {
                return Err(format!(
                    "`{key}` marks its answer as one to avoid, and this model is trained on answers to give"
                )
                .into());
            }
            key if WEIGHTS.contains(&key) => judge_weight(key, raw)?,
            _ => {}
        }
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
    Ok(())
}

/// Judges keys that no format can express, whatever the layout.
pub(super) fn judge_keys(members: &Members) -> Result<(), LeftOut> {
    for (key, raw) in members {
        let key = key.as_ref();
        if is_preference(key) && raw.get() != "null" {
            return Err(format!(
                "it compares answers (`{key}`), and this model isn't trained on preferences; to train on the better answer, make it the `completion`"
            )
            .into());
        }
        if (MEDIA.contains(&key) && !is_empty(raw)) || (key == "file_name" && names_medium(raw)) {
            return Err(format!("it refers to media (`{key}`), and only media inside messages are converted").into());
        }
        if key == "input_ids" {
            return Err("it holds tokens (`input_ids`), and Bedrock takes text".into());
        }
    }
    Ok(())
}

/// Judges keys that define tools.
pub(super) fn judge_tools(members: &Members) -> Result<(), LeftOut> {
    match members.iter().find(|(key, raw)| TOOLS.contains(&key.as_ref()) && !is_empty(raw)) {
        Some((key, _)) => Err(format!("it defines tools (`{key}`), and this model isn't trained on tools").into()),
        None => Ok(()),
    }
}

/// Why a record that calls a tool is left out; `key` says where it does.
pub(super) fn calls_tool(key: &str) -> LeftOut {
    format!("it calls a tool (`{key}`), and this model isn't trained on tool calls").into()
}

/// Whether a key of a message calls a tool, or answers a call.
pub(super) fn is_tool_call(key: &str) -> bool {
    TOOL_CALLS.contains(&key)
}

/// Whether a key holds the reasoning before an answer.
pub(super) fn is_reasoning(key: &str) -> bool {
    REASONING.iter().any(|known| key.eq_ignore_ascii_case(known))
}

/// Whether a key of a message refers to media.
pub(super) fn is_media(key: &str) -> bool {
    MEDIA.contains(&key)
}

/// Whether the key says only what holds without it, too: the answer is a good one, the record counts once.
pub(super) fn is_default(key: &str, raw: Raw) -> bool {
    (LABELS.contains(&key) && is_yes(raw)) || (WEIGHTS.contains(&key) && number(raw) == Some(1.0))
}

/// Whether a message is one that the model must not learn from, by one of its keys; `None` for another key.
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
        "train" | "trainable" | "loss" | "training" | "do_train" | "learn" | "loss_mask" => {
            match (is_no(raw), is_yes(raw)) {
                (true, _) => Ok(Some(true)),
                (_, true) => Ok(Some(false)),
                _ => Err(format!("the `{key}` of a message is neither true nor false").into()),
            }
        }
        "train_detail" | "training_detail" | "loss_scale" => {
            Err(format!("`{key}` selects parts of a message for training, and Bedrock can't").into())
        }
        _ => Ok(None),
    }
}

fn judge_weight(key: &str, raw: Raw) -> Result<(), LeftOut> {
    match number(raw) {
        Some(0.0) => Err(format!("its `{key}` is 0: it isn't to be trained on").into()),
        Some(weight) if weight != 1.0 => {
            Err(format!("its `{key}` isn't 1, and Bedrock trains on every record equally").into())
        }
        _ => Ok(()),
    }
}

/// `chosen` and `rejected` of TRL, LLaMA-Factory and Axolotl, with whatever stands before or behind them; OpenAI's
/// `preferred_output` and `non_preferred_output`.
fn is_preference(key: &str) -> bool {
    let word = |word: &str| word.eq_ignore_ascii_case("chosen") || word.eq_ignore_ascii_case("rejected");
    key.split(['_', '-', '.']).any(word)
        || matches!(
            key,
            "preferred_output" | "non_preferred_output" | "preferred" | "dispreferred" | "better_response_id"
        )
}

/// Whether the value says nothing. Datasets that are made by LLaMA-Factory have lists as texts, too: `"tools": "[]"`.
pub(super) fn is_empty(raw: Raw) -> bool {
    json::is_empty(raw) || matches!(raw.get(), r#""[]""# | r#""{}""# | r#""null""# | r#""None""#)
}

fn names_medium(raw: Raw) -> bool {
    let name = json::text(raw.get()).unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    MEDIA_ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// A number, also one that a table has as a text.
fn number(raw: Raw) -> Option<f64> {
    match json::text(raw.get()) {
        Some(text) => text.trim().parse().ok(),
        None => raw.get().parse().ok().or(match raw.get() {
            "true" => Some(1.0),
            "false" => Some(0.0),
            _ => None,
        }),
    }
}

fn is_no_label(raw: Raw) -> bool {
    let text = json::text(raw.get()).unwrap_or_default();
    let text = text.trim();
    // A decimal comma, as spreadsheets write it.
    is_no(raw)
        || text.replace(',', ".").parse().is_ok_and(|number: f64| number <= 0.0)
        || NO.iter().any(|no| text.eq_ignore_ascii_case(no))
}

fn is_no(raw: Raw) -> bool {
    number(raw).is_some_and(|number| number <= 0.0) || is_word(raw, "false")
}

fn is_yes(raw: Raw) -> bool {
    number(raw) == Some(1.0) || is_word(raw, "true")
}

fn is_word(raw: Raw, word: &str) -> bool {
    json::text(raw.get()).is_some_and(|text| text.trim().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_keys_of_preferences() {
        for key in ["chosen", "rejected", "rejected_response", "score_chosen", "messages-rejected", "preferred_output"]
        {
            assert!(is_preference(key), "{key}");
        }
        for key in ["choice", "chosenness", "label", "reject", "preference_id"] {
            assert!(!is_preference(key), "{key}");
        }
    }

    #[test]
    fn reads_labels_of_json_and_of_tables() {
        let raw = |text| json::value(text).expect("JSON");
        for no in ["false", "0", "0.0", "-1", "\"False\"", "\"0\"", "\" false \""] {
            assert!(is_no(raw(no)) && !is_yes(raw(no)), "{no}");
        }
        for yes in ["true", "1", "1.0", "\"True\"", "\"1\""] {
            assert!(is_yes(raw(yes)) && !is_no(raw(yes)), "{yes}");
        }
        for other in ["null", "\"sports\"", "3", "[]", "\"\""] {
            assert!(!is_yes(raw(other)) && !is_no(raw(other)), "{other}");
        }
    }

    #[test]
    fn tells_media_by_the_ending_of_file_names() {
        let raw = |text| json::value(text).expect("JSON");
        assert!(names_medium(raw("\"a/0001.PNG\"")) && names_medium(raw("\"x.wav\"")));
        assert!(!names_medium(raw("\"notes.txt\"")) && !names_medium(raw("\"png\"")) && !names_medium(raw("7")));
    }
}
