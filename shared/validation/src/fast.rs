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
mod usual;

use crate::catalogue::{Format, Training};
use crate::gist::{Gist, dense_fifths, fingerprint};
use crate::lines::LONGEST;
use crate::{Options, rules::said};
use conversation::Layout;
use reader::Reader;
use scan::Scanner;
pub(crate) use usual::Usual;

/// How records of one kind of customization are read.
#[derive(Debug)]
pub(crate) struct Fast {
    layout: Records,
    scanner: Scanner,
    /// Five times the limit of a record's tokens.
    record_fifths: u64,
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
        let record_fifths = training.record_tokens.map_or(u64::MAX, |tokens| tokens.saturating_mul(5));
        let record_bytes = training.record_bytes.unwrap_or(u64::MAX);
        Some(Fast { layout, scanner: Scanner::new(&training.reserved)?, record_fifths, record_bytes })
    }

    /// How large the scratch must be to read records from `bytes`.
    pub(crate) fn scratch(bytes: &[u8]) -> usize {
        // A record says no more than its line has bytes.
        bytes.len() + scan::ROOM
    }

    /// Reads the record whose line begins at `start`: where the next line begins, and what the record comes to.
    pub(crate) fn read(
        &self,
        usual: &mut Usual,
        bytes: &[u8],
        start: usize,
        scratch: &mut [u8],
    ) -> Option<(usize, Gist)> {
        let mut reader = Reader::new(&self.scanner, bytes, start, scratch);
        if let Some(said) = usual.read(&mut reader)
            && let Some(read) = self.whole(bytes, start, &mut reader, &said)
        {
            return Some(read);
        }
        let mut reader = Reader::new(&self.scanner, bytes, start, scratch);
        let said = match self.layout {
            Records::PromptCompletion => plain::read_prompt_completion(&mut reader)?,
            Records::Input => plain::read_input(&mut reader)?,
            Records::Messages(layout) => conversation::read(&mut reader, layout)?,
        };
        let read = self.whole(bytes, start, &mut reader, &said)?;
        self.learn(usual, &reader, &said, start);
        Some(read)
    }

    /// A record that was read up to its line's end, if nothing on the whole is against it.
    #[inline(always)]
    fn whole(&self, bytes: &[u8], start: usize, reader: &mut Reader, said: &Said) -> Option<(usize, Gist)> {
        let end = reader.line_end()?;
        let length = if bytes[..end].ends_with(b"\r") { end - 1 - start } else { end - start };
        if end - start > LONGEST || length as u64 > self.record_bytes {
            return None;
        }
        let (ascii, beyond_ascii) = (reader.ascii, reader.beyond_ascii);
        if dense_fifths(ascii, beyond_ascii) > self.record_fifths {
            return None;
        }
        if reader.is_raw && simdutf8::basic::from_utf8(&bytes[start..end]).is_err() {
            return None;
        }
        let fingerprint = fingerprint(reader.said());
        Some((end + 1, Gist { turns: said.turns, ascii, beyond_ascii, fingerprint, system: said.system }))
    }

    /// The next records may look like this one, which was read up to its line's end.
    fn learn(&self, usual: &mut Usual, reader: &Reader, said: &Said, start: usize) {
        let kinds = match self.layout {
            Records::Input => [said::INPUT; 2],
            Records::PromptCompletion => [said::PROMPT, said::COMPLETION],
            Records::Messages(Layout::ANSWERED | Layout::CLAUDE) => [said::USER, said::ASSISTANT],
            Records::Messages(_) => return,
        };
        if !said.is_turned {
            usual.learn(kinds, said, reader, start);
        }
    }
}

/// What a layout tells beside its texts.
#[derive(Debug, Default)]
struct Said {
    turns: u64,
    system: Option<u64>,
    /// Whether the texts stand in another order than they are compared in.
    is_turned: bool,
}
