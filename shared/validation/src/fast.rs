//! The fast path: reads good records directly from the file's bytes, without allocating.
//!
//! It never reports a finding. It declines every record that a rule might report, even with a warning, and rare forms
//! of records. These take the slow path. Both paths give the same [`RecordSummary`], and tests compare them.

mod conversation;
mod plain;
mod reader;
mod scan;
mod template;
mod text;

use crate::catalogue::{Format, Training};
use crate::lines::LONGEST;
use crate::record_summary::{RecordSummary, dense_fifths, fingerprint};
use crate::{Options, rules::text_kind};
use conversation::Layout;
use reader::Reader;
use scan::Scanner;
pub(crate) use template::RecordTemplate;

/// The fast path for one kind of customization.
#[derive(Debug)]
pub(crate) struct Fast {
    layout: Records,
    scanner: Scanner,
    /// Five times the maximum number of tokens of a record.
    record_fifths: u64,
    record_bytes: u64,
}

/// The record layouts that the fast path reads.
#[derive(Debug, Clone, Copy)]
enum Records {
    PromptCompletion,
    Input,
    Messages(Layout),
}

impl Fast {
    /// Returns `None` if every record must take the slow path.
    pub(crate) fn new(training: &Training, options: Options) -> Option<Fast> {
        let layout = match &training.format {
            // Only the slow path checks limits of the prompt or the completion alone.
            Format::PromptCompletion if training.prompt_tokens.or(training.completion_tokens).is_some() => return None,
            Format::PromptCompletion => Records::PromptCompletion,
            Format::Input => Records::Input,
            Format::Conversation(_) => Records::Messages(Layout::ANSWERED),
            Format::DistillationPrompts { multi_turn } => Records::Messages(Layout::prompts(*multi_turn)),
            Format::Messages => Records::Messages(Layout::CLAUDE),
            Format::ImageCaption { .. } | Format::Reinforcement => return None,
        };
        // Only the slow path searches texts for secrets.
        if options.thorough || options.sensitive {
            return None;
        }
        let record_fifths = training.record_tokens.map_or(u64::MAX, |tokens| tokens.saturating_mul(5));
        let record_bytes = training.record_bytes.unwrap_or(u64::MAX);
        Some(Fast { layout, scanner: Scanner::new(&training.reserved)?, record_fifths, record_bytes })
    }

    /// Returns the size of the scratch buffer that `read` needs for `bytes`.
    pub(crate) fn scratch(bytes: &[u8]) -> usize {
        // A record's unescaped texts aren't longer than its line.
        bytes.len() + scan::ROOM
    }

    /// Reads the record whose line begins at `start`. Returns the offset of the next line and the record's summary.
    pub(crate) fn read(
        &self,
        template: &mut RecordTemplate,
        bytes: &[u8],
        start: usize,
        scratch: &mut [u8],
    ) -> Option<(usize, RecordSummary)> {
        let mut reader = Reader::new(&self.scanner, bytes, start, scratch);
        if let Some(parts) = template.read(&mut reader)
            && let Some(read) = self.finish(bytes, start, &mut reader, &parts)
        {
            return Some(read);
        }
        let mut reader = Reader::new(&self.scanner, bytes, start, scratch);
        let parts = match self.layout {
            Records::PromptCompletion => plain::read_prompt_completion(&mut reader)?,
            Records::Input => plain::read_input(&mut reader)?,
            Records::Messages(layout) => conversation::read(&mut reader, layout)?,
        };
        let read = self.finish(bytes, start, &mut reader, &parts)?;
        self.learn(template, &reader, &parts, start);
        Some(read)
    }

    /// Checks a record as a whole, after its last part was read. Returns the offset of the next line and the summary.
    #[inline(always)]
    fn finish(&self, bytes: &[u8], start: usize, reader: &mut Reader, parts: &Parts) -> Option<(usize, RecordSummary)> {
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
        let fingerprint = fingerprint(reader.hashed());
        Some((end + 1, RecordSummary { turns: parts.turns, ascii, beyond_ascii, fingerprint, system: parts.system }))
    }

    /// Updates the template, because the next records probably look like this one. It was read to the end of its line.
    fn learn(&self, template: &mut RecordTemplate, reader: &Reader, parts: &Parts, start: usize) {
        let kinds = match self.layout {
            Records::Input => [text_kind::INPUT; 2],
            Records::PromptCompletion => [text_kind::PROMPT, text_kind::COMPLETION],
            Records::Messages(Layout::ANSWERED | Layout::CLAUDE) => [text_kind::USER, text_kind::ASSISTANT],
            Records::Messages(_) => return,
        };
        if !parts.is_reordered {
            template.learn(kinds, parts, reader, start);
        }
    }
}

/// The properties of a record besides its texts.
#[derive(Debug, Default)]
struct Parts {
    turns: u64,
    system: Option<u64>,
    /// Whether the record has its texts in another order than the fingerprint does.
    is_reordered: bool,
}
