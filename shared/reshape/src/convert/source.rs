//! Layouts that records are converted from, and how their keys tell them.

use super::LeftOut;
use super::meaning;
use super::read::pair::{ANSWERS, QUESTIONS, SUBJECTS};
use crate::json::{self, Members};

/// A layout that records are converted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `messages` of `role` and `content`, as OpenAI, Claude and Bedrock have them.
    Messages,
    /// `conversations` of `from` and `value`, or of `role` and `content`.
    ShareGpt,
    /// `instruction`, `input`, `output`.
    Alpaca,
    /// `instruction`, `context`, `response`.
    Dolly,
    /// `prompt` and `completion`, or another pair of a question and its answer.
    PromptCompletion,
    /// `contents` of `role` and `parts`, as Gemini has them.
    Gemini,
    /// A record of Bedrock's model invocation logs.
    InvocationLog,
    /// `text`, or `input` alone.
    Text,
}

/// Keys of a text that stands alone.
pub(super) const TEXTS: [&str; 3] = ["text", "input", "content"];

impl Source {
    /// Tells the layout from a record's keys.
    pub(super) fn tell(members: &Members) -> Result<Source, LeftOut> {
        let has = |key: &&str| json::field(members, key).is_some_and(|raw| raw.get() != "null");
        let asks = QUESTIONS.iter().any(has) || (has(&"input") && ANSWERS.iter().any(has));
        // With more questions or answers than its layout has, a record is read by all of its keys.
        let others = |own: &[&str]| {
            let all = QUESTIONS.iter().skip(1).chain(&SUBJECTS).chain(&ANSWERS);
            all.filter(|key| !own.contains(key)).any(&has)
        };
        let layouts = [
            (is_log(members), Source::InvocationLog),
            (has(&"messages"), Source::Messages),
            (has(&"contents"), Source::Gemini),
            (has(&"conversations") || has(&"conversation"), Source::ShareGpt),
            (has(&"instruction") && has(&"response") && !others(&["context", "response"]), Source::Dolly),
            (has(&"instruction") && has(&"output") && !others(&["input", "output"]), Source::Alpaca),
            (asks, Source::PromptCompletion),
            (TEXTS.iter().any(has), Source::Text),
        ];
        if let Some((_, source)) = layouts.into_iter().find(|(is, _)| *is) {
            return Ok(source);
        }
        // Some layouts have keys of their own that no model is trained on.
        meaning::judge_keys(members)?;
        Err("tunedrop doesn't know the layout that these keys belong to; name it with --from".into())
    }

    /// Whether the keys of the record's own layout are fixed, so that no others are looked for.
    pub(super) fn is_pair(self) -> bool {
        matches!(self, Source::Alpaca | Source::Dolly | Source::PromptCompletion)
    }
}

fn is_log(members: &Members) -> bool {
    let named = json::field(members, "schemaType").and_then(|raw| json::text(raw.get()));
    let has_body = || {
        let input = json::field(members, "input").and_then(|raw| json::members(raw.get()));
        input.is_some_and(|input| json::field(&input, "inputBodyJson").is_some())
    };
    named.is_some_and(|name| name == "ModelInvocationLog") || has_body()
}
