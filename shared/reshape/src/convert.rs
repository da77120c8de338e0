//! Carrying a record over from another layout: read as a dialogue, written as a model's format.

mod read;
mod write;

use tunedrop_validation::Format;

use crate::json;
pub use read::Source;

/// A record in the new format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// One line, without a newline.
    pub line: String,
    /// What was changed on the way, or not carried over.
    pub notes: Vec<&'static str>,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    User,
    Assistant,
}

impl Speaker {
    fn role(self) -> &'static str {
        match self {
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
        }
    }
}

/// What a record says, whatever its layout.
#[derive(Debug, Default, PartialEq, Eq)]
struct Dialogue {
    system: Vec<String>,
    turns: Vec<(Speaker, String)>,
    /// A text that nobody says, for continued pre-training.
    plain: Option<String>,
    notes: Vec<&'static str>,
}

impl Dialogue {
    fn note(&mut self, what: &'static str) {
        if !self.notes.contains(&what) {
            self.notes.push(what);
        }
    }

    /// Adds what somebody says. Two turns of one speaker become one: every format wants the roles in turn.
    fn say(&mut self, speaker: Speaker, text: String) {
        match self.turns.last_mut().filter(|(last, _)| *last == speaker) {
            Some((_, said)) => {
                said.push_str("\n\n");
                said.push_str(&text);
                self.note("turns of the same role were joined");
            }
            None => self.turns.push((speaker, text)),
        }
    }
}

/// Carries `record`, one JSON value, over into `to`; without `from`, the layout is told from its keys. The error says
/// why it can't be: it never holds what the record says.
pub fn convert(record: &str, from: Option<Source>, to: &Format) -> Result<Converted, String> {
    if let Err(stop) = json::value(record) {
        return Err(format!("it is no JSON from column {} of its line {} on", stop.column, stop.line));
    }
    let members =
        json::members(record).ok_or_else(|| format!("it is {}, and must be an object", json::kind(record)))?;
    let source = match from {
        Some(source) => source,
        None => {
            Source::tell(&members).ok_or("its keys are those of no layout that is known here; name it with --from")?
        }
    };
    let mut dialogue = read::read(&members, source)?;
    let line = write::write(&mut dialogue, to)?;
    Ok(Converted { line, notes: dialogue.notes })
}
