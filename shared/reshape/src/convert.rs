//! Converts a record of another layout: reads it as a dialogue, and writes the dialogue in a model's format.
//!
//! A record is converted with everything that affects what the model learns, or it is left out with a reason. Other
//! keys that the format doesn't support are dropped and listed.

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

use tunedrop_validation::{Format, Training, json_fault};

use self::dialogue::{Dialogue, Speaker};
use crate::fix::{TRAILING_COMMA, without_trailing_commas};
use crate::json;
pub use dropped::Dropped;
pub(crate) use dropped::shown;
pub(crate) use meaning::{changes_records, is_empty};
pub use pictures::{Picture, Pictures};
pub(crate) use read::SYSTEM;
pub(crate) use read::annotated::is_viewed;
pub(crate) use read::pair::{ANSWERS, QUESTIONS};
pub use source::Source;

/// A record in the new format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// One line, without a newline.
    pub line: String,
    /// The layout of the input; `None` if it was in the new format already. Such a record is copied, except for keys
    /// that aren't supported.
    pub source: Option<Source>,
    /// Whether the record uses features of OpenAI's format only, such as the role `developer`.
    pub is_openai: bool,
    /// The changes.
    pub notes: Vec<&'static str>,
    /// The dropped keys, such as `messages[].name`, each once.
    pub dropped: Vec<String>,
}

/// The reason why a record is left out. It contains no text of the record except its keys and the addresses in `links`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The reason.
    pub why: Cow<'static, str>,
    /// Addresses of images that the user can download. They are copied from the record, so escape them before printing.
    pub links: Vec<String>,
    /// The location of invalid JSON: line and byte column in the record, from 1.
    pub at: Option<(u64, u64)>,
}

impl From<String> for LeftOut {
    fn from(why: String) -> LeftOut {
        LeftOut { why: why.into(), links: Vec::new(), at: None }
    }
}

impl From<&'static str> for LeftOut {
    fn from(why: &'static str) -> LeftOut {
        LeftOut { why: why.into(), links: Vec::new(), at: None }
    }
}

/// Converts `record`, one JSON value, to the format of `to`. Without `from`, its keys decide the layout. Images that
/// the record contains go to `pictures`.
pub fn convert(
    record: &str,
    from: Option<Source>,
    to: &Training,
    pictures: &mut Pictures,
) -> Result<Converted, LeftOut> {
    let left_out = match convert_valid(record, from, to, pictures) {
        Ok(converted) => return Ok(converted),
        Err(left_out) => left_out,
    };
    let Some(invalid) = invalid(record) else { return Err(left_out) };
    let fixed = without_trailing_commas(record.as_bytes()).and_then(|fixed| String::from_utf8(fixed).ok());
    let Some(fixed) = fixed.filter(|fixed| json::value(fixed).is_ok()) else { return Err(invalid) };
    let mut converted = convert_valid(&fixed, from, to, pictures)?;
    converted.notes.push(TRAILING_COMMA);
    Ok(converted)
}

fn has(members: &json::Members, key: &str) -> bool {
    json::field(members, key).is_some()
}

/// Replaces the reason if the record is data for reinforcement fine-tuning, which has no answer and needs `--type`.
fn explained(left_out: LeftOut, dialogue: &Dialogue, to: &Training) -> LeftOut {
    let is_graded = dialogue.rest.iter().any(|(key, _)| key == "reference_answer");
    let is_unanswered = dialogue.turns.last().is_some_and(|turn| turn.speaker == Speaker::User);
    if is_graded && is_unanswered && to.format != Format::Reinforcement {
        return "it has a `reference_answer` and no answer, which is data for reinforcement fine-tuning: use --model nova-2-lite --type reinforcement-fine-tuning".into();
    }
    left_out
}

/// Returns why a record isn't JSON, or `None` if it is.
fn invalid(record: &str) -> Option<LeftOut> {
    let fault = json_fault(record)?;
    let offset = fault.column.map_or(0, |column| column as usize - 1).min(record.len());
    let before = &record.as_bytes()[..offset];
    let line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
    let column = memchr::memrchr(b'\n', before).map_or(offset, |end| offset - end - 1) as u64 + 1;
    let why = format!("{}; {}", fault.message, fault.help).into();
    Some(LeftOut { why, links: Vec::new(), at: Some((line, column)) })
}

fn convert_valid(
    record: &str,
    from: Option<Source>,
    to: &Training,
    pictures: &mut Pictures,
) -> Result<Converted, LeftOut> {
    let mut members = json::members(record).ok_or_else(|| format!("it is {}, not an object", json::kind(record)))?;
    meaning::check_repeats(&members)?;
    // Hugging Face's dataset viewer wraps each record in an object.
    let mut record = record;
    if read::annotated::is_viewed(&members) {
        record = read::annotated::viewed(&members)?;
        members = json::members(record).ok_or("its `row` can't be read")?;
        meaning::check_repeats(&members)?;
    }
    if native::is_native(&members, to) {
        let (notes, dropped) = (Vec::new(), Vec::new());
        return Ok(Converted { line: json::on_one_line(record), source: None, is_openai: false, notes, dropped });
    }
    if let Some(converted) = native::captioned(&members, to)? {
        return Ok(converted);
    }
    let mut members = json::with_known_keys(members, Source::is_name);
    read::annotated::without_decision(&mut members)?;
    read::annotated::flatten_task(&mut members)?;
    meaning::check_repeats(&members)?;
    let source = match from {
        // A record of OpenAI's Responses API.
        Some(Source::Messages) if !has(&members, "messages") && has(&members, "output") => Source::PromptCompletion,
        Some(source) => {
            source.check_list(&members)?;
            source
        }
        None => Source::detect(&members)?,
    };
    meaning::check(&members, source, &to.format)?;
    let mut dialogue = read::read(&members, source, to.format == Format::Input)?;
    let line = write::write(&mut dialogue, to, pictures).map_err(|left_out| explained(left_out, &dialogue, to))?;
    let (is_openai, notes, dropped) = (dialogue.is_openai, dialogue.notes, dialogue.dropped);
    Ok(Converted { line, source: Some(source), is_openai, notes, dropped })
}
