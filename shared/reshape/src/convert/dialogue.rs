//! What a record says, whatever its layout.

use super::dropped::shown;

/// Who speaks.
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
    /// As the record declares it, such as `png`.
    pub(super) format: String,
    pub(super) uri: String,
    pub(super) owner: Option<String>,
}

/// What one speaker says at a time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) speaker: Speaker,
    pub(super) parts: Vec<Part>,
    /// Whether the record says that the model must not learn this turn.
    pub(super) is_untrained: bool,
}

/// What a record says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dialogue {
    pub(super) system: Vec<String>,
    pub(super) turns: Vec<Turn>,
    /// Why there is no answer, where the layout has a key for one.
    pub(super) missing: Option<String>,
    /// A text without a speaker, for continued pre-training.
    pub(super) plain: Option<String>,
    /// Other keys of the record, with their values as JSON. A grader gets them; all other formats drop them.
    pub(super) rest: Vec<(String, String)>,
    pub(super) notes: Vec<&'static str>,
    pub(super) dropped: Vec<String>,
}

impl Dialogue {
    pub(super) fn note(&mut self, what: &'static str) {
        if !self.notes.contains(&what) {
            self.notes.push(what);
        }
    }

    /// Notes a key that the new format has no place for. `within` is where it is, such as `messages[].`.
    pub(super) fn drop_key(&mut self, within: &str, key: &str) {
        let key = format!("{within}{}", shown(key));
        if !self.dropped.contains(&key) {
            self.dropped.push(key);
        }
    }

    /// Adds a turn. Two turns of one speaker become one, since every format wants the roles to alternate.
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
