//! The content of a record, independent of its layout.

use super::dropped::shown;

/// The speaker of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    User,
    Assistant,
}

impl Speaker {
    pub(super) fn role(self) -> &'static str {
        match self {
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
        }
    }
}

/// A part of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// The assistant's reasoning.
    Reasoning(String),
    /// The bytes of an image that the record contains.
    Image(Vec<u8>),
    /// The address of an image that isn't in S3.
    Link(String),
    /// An image or a video in S3.
    Stored(Stored),
}

/// A medium in S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    /// `image` or `video`.
    pub(super) kind: &'static str,
    /// The format that the record declares, such as `png`.
    pub(super) format: String,
    pub(super) uri: String,
    pub(super) owner: Option<String>,
}

/// The parts of one speaker's turn.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) speaker: Speaker,
    pub(super) parts: Vec<Part>,
    /// Whether the record excludes this turn from training.
    pub(super) is_untrained: bool,
}

/// The content of a record.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dialogue {
    pub(super) system: Vec<String>,
    pub(super) turns: Vec<Turn>,
    /// Why there is no answer, if the layout has a key for one.
    pub(super) missing: Option<String>,
    /// A text without a speaker, for continued pre-training.
    pub(super) plain: Option<String>,
    /// Other keys of the record, with their values as JSON. Only the format for graders keeps them.
    pub(super) rest: Vec<(String, String)>,
    /// Whether the record uses features of OpenAI's format only.
    pub(super) is_openai: bool,
    pub(super) notes: Vec<&'static str>,
    pub(super) dropped: Vec<String>,
}

impl Dialogue {
    pub(super) fn note(&mut self, what: &'static str) {
        if !self.notes.contains(&what) {
            self.notes.push(what);
        }
    }

    /// Adds a key to `dropped`, because the new format doesn't support it. `within` is its parent, such as
    /// `messages[].`.
    pub(super) fn drop_key(&mut self, within: &str, key: &str) {
        let key = format!("{within}{}", shown(key));
        if !self.dropped.contains(&key) {
            self.dropped.push(key);
        }
    }

    /// Adds a turn. Consecutive turns of one speaker are merged, because in every format the roles alternate.
    pub(super) fn say(&mut self, speaker: Speaker, parts: Vec<Part>, is_untrained: bool) {
        match self.turns.last_mut().filter(|last| last.speaker == speaker) {
            Some(last) => {
                last.is_untrained |= is_untrained;
                let mut parts = parts.into_iter();
                match (last.parts.last_mut(), parts.next()) {
                    (Some(Part::Text(said)), Some(Part::Text(text))) => {
                        said.push_str("\n\n");
                        said.push_str(&text);
                    }
                    (_, first) => last.parts.extend(first),
                }
                last.parts.extend(parts);
                self.note("turns of the same role were joined");
            }
            None => self.turns.push(Turn { speaker, parts, is_untrained }),
        }
    }

    /// Adds a turn of text.
    pub(super) fn say_text(&mut self, speaker: Speaker, text: String) {
        self.say(speaker, vec![Part::Text(text)], false);
    }
}
