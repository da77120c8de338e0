//! The short way: good records are read straight from the bytes, and nothing is allocated.
//!
//! It accepts, and never judges. Whatever a rule might have a word on, even a warning, is declined, and judged the
//! long way; so is what is rare. What it accepts comes to the same [`Gist`] as the long way gives: tests hold the
//! two against each other.

mod conversation;
mod plain;
mod reader;
mod scan;
mod text;

use crate::catalogue::{Format, Training};
use crate::gist::{Gist, bracket, fingerprint};
use crate::lines::LONGEST;
use crate::{Options, rules::said};
use conversation::Layout;
use reader::Reader;
use scan::Scanner;

/// How records of one kind of customization are read.
#[derive(Debug)]
pub(crate) struct Fast {
    layout: Records,
    scanner: Scanner,
    record_tokens: u64,
    record_bytes: u64,
}

/// The layouts that are read.
#[derive(Debug, Clone, Copy)]
enum Records {
    PromptCompletion,
    Input,
    Messages(Layout),
}

impl Fast {
    /// `None` where every record has to be judged the long way.
    pub(crate) fn new(training: &Training, options: Options) -> Option<Fast> {
        let layout = match &training.format {
            // A side with a limit of its own is measured the long way.
            Format::PromptCompletion if training.prompt_tokens.or(training.completion_tokens).is_some() => return None,
            Format::PromptCompletion => Records::PromptCompletion,
            Format::Input => Records::Input,
            Format::Conversation(_) => Records::Messages(Layout::ANSWERED),
            Format::DistillationPrompts { multi_turn } => Records::Messages(Layout::prompts(*multi_turn)),
            Format::Messages => Records::Messages(Layout::CLAUDE),
            Format::ImageCaption { .. } | Format::Reinforcement => return None,
        };
        // Whoever looks for secrets looks at each text once more, which the long way does.
        if options.thorough || options.sensitive {
            return None;
        }
        let (record_tokens, record_bytes) =
            (training.record_tokens.unwrap_or(u64::MAX), training.record_bytes.unwrap_or(u64::MAX));
        Some(Fast { layout, scanner: Scanner::new(&training.reserved)?, record_tokens, record_bytes })
    }

    /// How large the scratch must be to read records from `bytes`.
    pub(crate) fn scratch(bytes: &[u8]) -> usize {
        // A record says no more than its line has bytes; a window may be written behind the end.
        bytes.len() + 2 * scan::WINDOW
    }

    /// Reads the record whose line begins at `start`: where the next line begins, and what the record comes to.
    pub(crate) fn read(&self, bytes: &[u8], start: usize, scratch: &mut [u8]) -> Option<(usize, Gist)> {
        let mut reader = Reader::new(&self.scanner, bytes, start, scratch);
        let said = match self.layout {
            Records::PromptCompletion => plain::read_prompt_completion(&mut reader)?,
            Records::Input => plain::read_input(&mut reader)?,
            Records::Messages(layout) => conversation::read(&mut reader, layout)?,
        };
        let end = reader.line_end()?;
        let next = end + 1;
        let length = if bytes[..end].ends_with(b"\r") { end - 1 - start } else { end - start };
        if end - start > LONGEST || length as u64 > self.record_bytes {
            return None;
        }
        let (ascii, beyond_ascii) = (reader.ascii, reader.beyond_ascii);
        if bracket(ascii, beyond_ascii).high > self.record_tokens {
            return None;
        }
        let fingerprint = fingerprint(reader.said());
        Some((next, Gist { turns: said.turns, ascii, beyond_ascii, fingerprint, system: said.system }))
    }
}

/// What a layout tells beside its texts.
#[derive(Debug, Default)]
struct Said {
    turns: u64,
    system: Option<u64>,
}
