//! What a text may hold.

use super::sensitive::judge_sensitive;
use crate::Code;
use crate::json::{Node, Value, raw_offset};
use crate::pointer::At;
use crate::reserved::Found;
use crate::sheet::Sheet;

/// Judges a text that must be there, and counts it as the record's; `None` where it is no text.
pub(super) fn judge_text<'n>(sheet: &mut Sheet, node: &'n Node, at: At, kind: u8) -> Option<&'n str> {
    let Value::Text(text) = &node.value else {
        sheet.wrong_type(node, at, "a text");
        return None;
    };
    sheet.says(kind, text.as_bytes());
    if text.is_empty() {
        sheet.fault(Code::EmptyText, node, at, "the text is empty", "write the text, or drop the record");
        return Some(text);
    }
    if text.trim_start().is_empty() {
        sheet.fault(Code::BlankText, node, at, "the text holds white space only", "write the text, or drop the record");
    }
    count(sheet, text);
    judge_reserved(sheet, node, text, at);
    if sheet.sensitive {
        judge_sensitive(sheet, node, text, at);
    }
    // Only escapes bring control characters in, and a text with escapes is not borrowed.
    if let std::borrow::Cow::Owned(text) = text {
        judge_control(sheet, node, text, at);
    }
    Some(text)
}

fn count(sheet: &mut Sheet, text: &str) {
    let ascii = ascii_of(text);
    sheet.ascii += ascii as u64;
    if ascii < text.len() {
        sheet.beyond_ascii += (text.chars().count() - ascii) as u64;
    }
}

/// How many characters of a text are ASCII.
pub(super) fn ascii_of(text: &str) -> usize {
    // Sums of bytes, which no part overflows, go many at a time.
    text.as_bytes().chunks(192).map(|part| usize::from(part.iter().map(|byte| !byte >> 7).sum::<u8>())).sum()
}

/// One finding for each reserved string, at the first place: a text made of nothing else has millions.
fn judge_reserved(sheet: &mut Sheet, node: &Node, text: &str, at: At) {
    let reserved = sheet.reserved;
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
        if exact && sheet.training.reserved_advised {
            let message = format!(
                "the text holds `{word}`, which AWS reserves in its guide to fine-tuning this model and doesn't name in the one to this customization{times}"
            );
            let help = "write it otherwise if you can, such as with a dash in place of the colon or bracket";
            sheet.text_fault(Code::SourcesDisagree, node, start, at, message, help);
        } else if exact {
            let message = format!("the text holds `{word}`, which this model reserves{times}");
            let help = "write it otherwise, such as with a dash in place of the colon or bracket";
            sheet.text_fault(Code::ReservedString, node, start, at, message, help);
        } else {
            let message = format!("the text holds `{word}`, which this model reserves, in another case{times}");
            let help = "write it otherwise if you can; AWS's own checkers disagree on it";
            sheet.text_fault(Code::NearReservedString, node, start, at, message, help);
        }
    }
}

fn judge_control(sheet: &mut Sheet, node: &Node, text: &str, at: At) {
    // No branches, so that many bytes go at a time.
    let odd = |byte: u8| (byte < b' ') & (byte != b'\t') & (byte != b'\n') & (byte != b'\r');
    // A raw one is an error already, and stands in the line as itself. Only the first is looked at.
    let escaped = |place| sheet.line.as_bytes().get(raw_offset(sheet.line, node.start, place)) == Some(&b'\\');
    // Few texts hold one: whether there is any is asked many bytes at a time.
    if !text.as_bytes().chunks(64).any(|part| part.iter().fold(false, |any, byte| any | odd(*byte))) {
        return;
    }
    let first = text.bytes().enumerate().find(|(_, byte)| odd(*byte));
    if let Some((place, byte)) = first.filter(|(place, _)| escaped(*place)) {
        let message = format!("the text holds a control character (U+{byte:04X})");
        sheet.text_fault(Code::EscapedControlCharacter, node, place, at, message, "take it out");
    }
}
