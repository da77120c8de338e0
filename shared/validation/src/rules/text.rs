//! The rules on a text.

use super::sensitive::check_sensitive;
use crate::Code;
use crate::json::{Node, Value, raw_offset};
use crate::pointer::At;
use crate::record_checker::RecordChecker;
use crate::reserved::Found;

/// Checks a text that must be there, and counts it as the record's; `None` if it is no text.
pub(super) fn check_text<'n>(checker: &mut RecordChecker, node: &'n Node, at: At, kind: u8) -> Option<&'n str> {
    let Value::Text(text) = &node.value else {
        checker.wrong_type(node, at, "a string");
        return None;
    };
    checker.add_text(kind, text.as_bytes());
    if text.is_empty() {
        let help = match kind {
            super::text_kind::SYSTEM => "write the text, or remove the system prompt",
            _ => "write the text, or remove the record",
        };
        checker.report(Code::EmptyText, node, at, "the text is empty", help);
        return Some(text);
    }
    if text.trim_start().is_empty() {
        checker.report(
            Code::BlankText,
            node,
            at,
            "the text has white space only",
            "write the text, or remove the record",
        );
    }
    count(checker, text);
    check_reserved(checker, node, text, at);
    if checker.sensitive {
        check_sensitive(checker, node, text, at);
    }
    // Only escapes bring control characters in, and a text with escapes is not borrowed.
    if let std::borrow::Cow::Owned(text) = text {
        check_control(checker, node, text, at);
    }
    Some(text)
}

fn count(checker: &mut RecordChecker, text: &str) {
    let ascii = ascii_of(text);
    checker.ascii += ascii as u64;
    if ascii < text.len() {
        checker.beyond_ascii += (text.chars().count() - ascii) as u64;
    }
}

/// How many characters of a text are ASCII.
pub(super) fn ascii_of(text: &str) -> usize {
    // Sums of bytes, which no part overflows, go many at a time.
    text.as_bytes().chunks(192).map(|part| usize::from(part.iter().map(|byte| !byte >> 7).sum::<u8>())).sum()
}

/// One finding for each reserved string, at the first place: a text made of nothing else has millions.
fn check_reserved(checker: &mut RecordChecker, node: &Node, text: &str, at: At) {
    let reserved = checker.reserved;
    let mut found: Vec<(Found, u64)> = Vec::new();
    reserved.seek(text, |one| {
        match found.iter_mut().find(|(first, _)| first.word == one.word && first.exact == one.exact) {
            Some((_, times)) => *times += 1,
            None => found.push((one, 1)),
        }
    });
    for (Found { word, start, exact }, times) in found {
        let word = word.escape_debug();
        let times = if times == 1 { String::new() } else { format!(" ({times} times)") };
        if exact && checker.training.reserved_advised {
            let message = format!(
                "the text contains `{word}`, which AWS's fine-tuning guide for this model reserves, and the guide for this customization doesn't{times}"
            );
            let help = "rephrase it if you can, for example with a dash instead of the colon or bracket";
            checker.report_text(Code::SourcesDisagree, node, start, at, message, help);
        } else if exact {
            let message = format!("the text contains the reserved string `{word}`{times}");
            let help = "rephrase it, for example with a dash instead of the colon or bracket";
            checker.report_text(Code::ReservedString, node, start, at, message, help);
        } else {
            let message = format!("the text contains the reserved string `{word}` in another case{times}");
            let help = "rephrase it if you can; AWS's own checkers disagree on it";
            checker.report_text(Code::NearReservedString, node, start, at, message, help);
        }
    }
}

fn check_control(checker: &mut RecordChecker, node: &Node, text: &str, at: At) {
    // No branches, so that many bytes go at a time.
    let odd = |byte: u8| (byte < b' ') & (byte != b'\t') & (byte != b'\n') & (byte != b'\r');
    // A raw one is already an error. Only the first one is reported.
    let escaped = |place| checker.line.as_bytes().get(raw_offset(checker.line, node.start, place)) == Some(&b'\\');
    // Few texts hold one: whether there is any is asked many bytes at a time.
    if !text.as_bytes().chunks(64).any(|part| part.iter().fold(false, |any, byte| any | odd(*byte))) {
        return;
    }
    let first = text.bytes().enumerate().find(|(_, byte)| odd(*byte));
    if let Some((place, byte)) = first.filter(|(place, _)| escaped(*place)) {
        let message = format!("the text contains a control character (U+{byte:04X})");
        checker.report_text(Code::EscapedControlCharacter, node, place, at, message, "take it out");
    }
}
