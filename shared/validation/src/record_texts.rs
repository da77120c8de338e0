//! The texts of valid records, for checks of what texts say rather than of whether a record is valid.

use crate::catalogue::Training;
use crate::json::{Value, parse};
use crate::line_findings::LineFindings;
use crate::lines::{Line, Lines, Piece};
use crate::record_checker::RecordChecker;
use crate::reserved::Reserved;
use crate::rules::{check_length, check_record, remove_nulls, text_kind};
use crate::shape;

/// The bytes of a frame, which follows each text.
const FRAME: usize = 8;

/// The part that a text has in its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRole {
    /// A system prompt.
    System,
    /// A prompt, or a user's turn.
    Prompt,
    /// A completion, or an assistant's turn.
    Answer,
    /// A text without prompt and answer.
    Document,
    /// Reasoning, captions, references to media, and reference answers.
    Other,
}

/// The texts of a record, unescaped.
#[derive(Debug, Clone, Copy)]
pub struct RecordTexts<'b> {
    /// Texts, each followed by its frame.
    framed: &'b [u8],
}

impl<'b> RecordTexts<'b> {
    /// Appends the texts to `parts` in the record's order. They are UTF-8: the validator checked it.
    pub fn collect(&self, parts: &mut Vec<(TextRole, &'b str)>) {
        let (begin, mut end) = (parts.len(), self.framed.len());
        // A frame has the length of the text before it, so texts are found from the last one on.
        while let Some(frame) = end.checked_sub(FRAME).and_then(|at| self.framed.get(at..end)) {
            let frame = u64::from_le_bytes(frame.try_into().unwrap_or_default());
            let (kind, length) = (frame as u8, (frame >> 8) as usize);
            end -= FRAME;
            let Some(start) = end.checked_sub(length) else { break };
            if let Ok(text) = std::str::from_utf8(&self.framed[start..end]) {
                parts.push((role_of(kind), text));
            }
            end = start;
        }
        parts[begin..].reverse();
    }

    /// Returns the bytes that two records share if all their texts are equal.
    pub fn identity(&self) -> &'b [u8] {
        self.framed
    }
}

fn role_of(kind: u8) -> TextRole {
    match kind {
        text_kind::SYSTEM => TextRole::System,
        text_kind::PROMPT | text_kind::USER => TextRole::Prompt,
        text_kind::COMPLETION | text_kind::ASSISTANT => TextRole::Answer,
        text_kind::INPUT => TextRole::Document,
        _ => TextRole::Other,
    }
}

/// Reads the texts of the valid records among whole lines. Other lines are skipped: the validator reports them.
#[derive(Debug)]
pub struct TextReader {
    training: Training,
    reserved: Reserved,
}

impl TextReader {
    /// Creates a reader of records for these customization rules.
    pub fn new(training: &Training) -> TextReader {
        TextReader { training: training.clone(), reserved: Reserved::new(&training.reserved) }
    }

    /// Calls `take` with the 0-based number of each valid record's line, and its texts.
    ///
    /// The fast path is left alone: with a second caller, the compiler inlined it differently, and the validator executed 1%
    /// to 3% more instructions.
    pub fn read(&self, lines: &[u8], take: &mut dyn FnMut(u64, RecordTexts)) {
        let piece = Piece { bytes: lines, is_head: false };
        let (mut start, mut number) = (0, 0);
        while start < lines.len() {
            let (line, next) = piece.line_at(start);
            if let Line::Whole(bytes) = line {
                self.read_line(bytes, number, take);
            }
            (start, number) = (next, number + 1);
        }
    }

    /// Reads one line.
    fn read_line(&self, bytes: &[u8], number: u64, take: &mut dyn FnMut(u64, RecordTexts)) {
        let Ok(line) = std::str::from_utf8(bytes.strip_suffix(b"\r").unwrap_or(bytes)) else { return };
        let mut noted = LineFindings::new("", 1, bytes);
        noted.hide();
        let Some(mut node) = parse(line, &mut noted) else { return };
        remove_nulls(&mut node, &self.training, &mut noted);
        let Value::Object(members) = &node.value else { return };
        if shape::other_format(&self.training, members).is_some() || shape::lacks_all(&self.training.format, members) {
            return;
        }
        let mut checker = RecordChecker::new(line, &self.training, &self.reserved, &mut noted);
        check_record(&mut checker, &node, members);
        check_length(&mut checker, &node);
        if !checker.noted.has_error() {
            take(number, RecordTexts { framed: checker.framed() });
        }
    }
}

/// Splits a stream of bytes into pieces of whole lines. A line that is longer than a record may be is replaced with an
/// empty one.
#[derive(Debug, Default)]
pub struct LineFeed {
    lines: Lines,
}

impl LineFeed {
    /// Takes the next bytes, and passes on the lines that they end.
    pub fn feed(&mut self, bytes: &[u8], take: &mut dyn FnMut(&[u8])) {
        self.lines.feed(bytes, |piece| take(whole(piece)));
    }

    /// Passes on what follows the last newline.
    pub fn finish(self, take: impl FnOnce(&[u8])) {
        if let Some(piece) = self.lines.last() {
            take(whole(piece));
        }
    }
}

fn whole(piece: Piece<'_>) -> &[u8] {
    if piece.is_head { b"\n" } else { piece.bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Catalogue, Customization};

    #[test]
    fn gives_the_texts_of_valid_records_in_order() {
        let model = Catalogue::embedded().find("nova-lite").expect("a model");
        let training = model.customization(Customization::FineTuning).expect("rules");
        let plain = r#"{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "s"}], "messages": [{"role": "user", "content": [{"text": "a\u00e9"}]}, {"role": "assistant", "content": [{"text": "b"}, {"text": "c"}]}]}"#;
        // A blank text has a warning, and is read.
        let odd = plain.replace(r#""text": "c""#, r#""text": " ""#);
        let lines = format!("{plain}\nno record\n{odd}");
        let mut read = Vec::new();
        TextReader::new(training).read(lines.as_bytes(), &mut |number, texts| {
            let mut parts = Vec::new();
            texts.collect(&mut parts);
            read.push((
                number,
                parts.iter().map(|(role, text)| format!("{role:?} {text}")).collect::<Vec<_>>().join(", "),
            ));
        });
        let expected = "System s, Prompt aé, Answer b, Answer";
        assert_eq!(read, [(0, format!("{expected} c")), (2, format!("{expected}  "))]);
    }

    #[test]
    fn lines_that_are_too_long_keep_their_number() {
        let long = [&vec![b'x'; crate::lines::LONGEST + 1][..], b"\nab\n"].concat();
        let (mut feed, mut lines) = (LineFeed::default(), Vec::new());
        long.chunks(1 << 20).for_each(|chunk| feed.feed(chunk, &mut |piece| lines.extend_from_slice(piece)));
        feed.finish(|piece| lines.extend_from_slice(piece));
        assert_eq!(lines, b"\nab\n");
    }
}
