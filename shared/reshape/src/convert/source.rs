//! The layouts that records are converted from, and their identification by keys.

use super::LeftOut;
use super::dropped::shown;
use super::meaning;
use super::read::pair::{ANSWERS, QUESTIONS, SUBJECTS};
use crate::json::{self, Members};

/// The maximum number of keys in a message.
const KEYS_SHOWN: usize = 5;

/// A layout that records are converted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `messages` of `role` and `content`, as in the layouts of OpenAI, Claude and Bedrock.
    Messages,
    /// `conversations` of `from` and `value`, or of `role` and `content`.
    ShareGpt,
    /// `instruction`, `input`, `output`.
    Alpaca,
    /// `instruction`, `context`, `response`.
    Dolly,
    /// `prompt` and `completion`, or another pair of a question and its answer.
    PromptCompletion,
    /// `contents` of `role` and `parts`, the layout of Gemini.
    Gemini,
    /// A record of Bedrock's model invocation logs.
    InvocationLog,
    /// `text`, or `input` alone.
    Text,
}

/// Keys that are recognized in any case, in addition to those of pairs.
const NAMES: [&str; 14] = [
    "messages",
    "conversations",
    "conversation",
    "contents",
    "text",
    "content",
    "system",
    "system_prompt",
    "history",
    "label",
    "weight",
    "tools",
    "images",
    "image",
];

/// Keys of plain text.
pub(super) const TEXTS: [&str; 3] = ["text", "input", "content"];

impl Source {
    /// Detects the layout from a record's keys.
    pub(super) fn detect(members: &Members) -> Result<Source, LeftOut> {
        let has = |key: &&str| json::field(members, key).is_some_and(|raw| raw.get() != "null");
        let asks = QUESTIONS.iter().any(has) || (has(&"input") && ANSWERS.iter().any(has));
        // A record with more questions or answers than its layout has is read by all of its keys.
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
            (asks || has(&"segments"), Source::PromptCompletion),
            (TEXTS.iter().any(has), Source::Text),
        ];
        if let Some((_, source)) = layouts.into_iter().find(|(is, _)| *is) {
            return Ok(source);
        }
        // Some keys identify layouts that no model can be trained with.
        meaning::check_keys(members)?;
        if ANSWERS.iter().any(has) {
            if let Some(key) = QUESTIONS.iter().find(|key| json::field(members, key).is_some()) {
                return Err(format!("its question is missing: `{key}` is empty").into());
            }
            return Err(format!("its question is missing: it has none of `{}`", QUESTIONS.join("`, `")).into());
        }
        Err(unknown(members).into())
    }

    /// Returns its name for `--from`. `None` if only `auto` reads it.
    fn name(self) -> Option<&'static str> {
        match self {
            Source::Messages => Some("openai"),
            Source::ShareGpt => Some("sharegpt"),
            Source::Alpaca => Some("alpaca"),
            Source::Dolly => Some("dolly"),
            Source::PromptCompletion => Some("prompt-completion"),
            Source::Gemini => Some("gemini"),
            Source::InvocationLog => Some("invocation-log"),
            Source::Text => None,
        }
    }

    /// Checks that a record has the list of messages that a layout of chats has. The error names the layout that the
    /// record has instead.
    pub(super) fn check_list(self, members: &Members) -> Result<(), LeftOut> {
        let keys: &[&str] = match self {
            Source::Messages => &["messages"],
            Source::ShareGpt => &["conversations", "conversation"],
            Source::Gemini => &["contents"],
            _ => return Ok(()),
        };
        if keys.iter().any(|key| json::field(members, key).is_some()) {
            return Ok(());
        }
        let help = match Source::detect(members).map(Source::name) {
            Ok(Some(name)) => format!("; use --from {name}, or leave --from out"),
            Ok(None) => "; leave --from out".to_owned(),
            Err(_) => String::new(),
        };
        Err(format!("the key `{}` is missing{help}", keys[0]).into())
    }

    /// Whether a key is recognized in any case.
    pub(super) fn is_name(key: &str) -> bool {
        [QUESTIONS.as_slice(), &SUBJECTS, &ANSWERS, &NAMES].into_iter().any(|names| names.contains(&key))
    }

    /// Whether the layout is a pair, whose keys can have several names.
    pub(super) fn is_pair(self) -> bool {
        matches!(self, Source::Alpaca | Source::Dolly | Source::PromptCompletion)
    }
}

/// Returns why a record with unknown keys is left out.
fn unknown(members: &Members) -> String {
    let found = match members.len() {
        0 => return "it has no keys".to_owned(),
        1 => "its only key".to_owned(),
        count => format!("none of its {count} keys"),
    };
    let shown: Vec<String> = members.iter().take(KEYS_SHOWN).map(|(key, _)| format!("`{}`", shown(key))).collect();
    let more = if members.len() > KEYS_SHOWN { ", …" } else { "" };
    let (is, what) = if members.len() == 1 { ("isn't one", "it") } else { ("is one", "them") };
    format!(
        "{found} ({}{more}) {is} that convert looks for; rename {what}: messages, conversations or contents for chats; {} for \
         questions; {} for answers; text for plain text",
        shown.join(", "),
        QUESTIONS.join(", "),
        ANSWERS.join(", ")
    )
}

fn is_log(members: &Members) -> bool {
    let named = json::field(members, "schemaType").and_then(|raw| json::text(raw.get()));
    let has_body = || {
        let input = json::field(members, "input").and_then(|raw| json::members(raw.get()));
        input.is_some_and(|input| json::field(&input, "inputBodyJson").is_some())
    };
    named.is_some_and(|name| name == "ModelInvocationLog") || has_body()
}
