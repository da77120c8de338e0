//! Converts a record of another layout: reads it as a dialogue, and writes that in a model's format.
//!
//! Nothing that changes what the model learns is dropped: a record is converted with all of it, or left out with the
//! reason. Other keys that the format has no place for are named.

mod dialogue;
mod dropped;
mod image;
mod meaning;
mod native;
mod pictures;
mod read;
mod source;
mod write;

use std::borrow::Cow;

use tunedrop_validation::Training;

use crate::json;
pub use dropped::Dropped;
pub use pictures::{Picture, Pictures};
pub use source::Source;

/// A record in the new format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// One line, without a newline.
    pub line: String,
    /// The layout that the record was in; `None` for one that was in the new format already, and is copied.
    pub source: Option<Source>,
    /// What was changed.
    pub notes: Vec<&'static str>,
    /// The keys that were dropped, such as `messages[].name`; each once.
    pub dropped: Vec<String>,
}

/// Why a record is left out. Never holds what the record says, but for the addresses in `links`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The reason.
    pub why: Cow<'static, str>,
    /// Addresses of images that the user can download. As they are in the record, so escape them before printing.
    pub links: Vec<String>,
}

impl From<String> for LeftOut {
    fn from(why: String) -> LeftOut {
        LeftOut { why: why.into(), links: Vec::new() }
    }
}

impl From<&'static str> for LeftOut {
    fn from(why: &'static str) -> LeftOut {
        LeftOut { why: why.into(), links: Vec::new() }
    }
}

/// Converts `record`, one JSON value, to the format of `to`. Without `from`, its keys tell the layout. Images that the
/// record contains go to `pictures`.
pub fn convert(
    record: &str,
    from: Option<Source>,
    to: &Training,
    pictures: &mut Pictures,
) -> Result<Converted, LeftOut> {
    if let Err(stop) = json::value(record) {
        return Err(format!("it isn't JSON from column {} of its line {} on", stop.column, stop.line).into());
    }
    let members =
        json::members(record).ok_or_else(|| format!("it is {}, and must be an object", json::kind(record)))?;
    meaning::judge_repeats(&members)?;
    if native::is_native(&members, to) {
        let (notes, dropped) = (Vec::new(), Vec::new());
        return Ok(Converted { line: json::on_one_line(record), source: None, notes, dropped });
    }
    let source = match from {
        Some(source) => source,
        None => Source::tell(&members)?,
    };
    meaning::judge(&members, source, &to.format)?;
    let mut dialogue = read::read(&members, source)?;
    let line = write::write(&mut dialogue, to, pictures)?;
    Ok(Converted { line, source: Some(source), notes: dialogue.notes, dropped: dialogue.dropped })
}
