//! How long a record may be.

use super::text::ascii_of;
use crate::Code;
use crate::gist::{bracket, dense};
use crate::json::Node;
use crate::pointer::At;
use crate::set::grouped;
use crate::sheet::Sheet;

/// Judges a record's bytes and the estimate of its tokens. Only what is over even at the low end is an error.
pub(crate) fn judge_length(sheet: &mut Sheet, node: &Node) {
    let training = sheet.training;
    if let Some(most) = training.record_bytes
        && sheet.line.len() as u64 > most
    {
        let message = format!(
            "the line has {} bytes, and this customization takes {} a record",
            grouped(sheet.line.len() as u64),
            grouped(most)
        );
        sheet.fault(Code::RecordTooLarge, node, At::Root, message, "shorten the record");
    }
    let Some(most) = training.record_tokens else {
        return;
    };
    let (ascii, beyond_ascii) = (sheet.ascii, sheet.beyond_ascii);
    judge_tokens(sheet, node, At::Root, (ascii, beyond_ascii), most, "the record");
}

/// Judges one side of a record that has a limit of its own.
pub(super) fn judge_side(sheet: &mut Sheet, node: &Node, text: &str, at: At, most: Option<u64>) {
    let Some(most) = most else {
        return;
    };
    let ascii = ascii_of(text) as u64;
    let beyond_ascii = text.chars().count() as u64 - ascii;
    judge_tokens(sheet, node, at, (ascii, beyond_ascii), most, "this text");
}

/// Judges so many ASCII and other characters.
fn judge_tokens(sheet: &mut Sheet, node: &Node, at: At, (ascii, beyond_ascii): (u64, u64), most: u64, what: &str) {
    let (low, high) = (bracket(ascii, beyond_ascii).low, dense(ascii, beyond_ascii));
    if high <= most {
        return;
    }
    let estimate =
        format!("an estimated {} to {} tokens, and this model takes {}", grouped(low), grouped(high), grouped(most));
    if low > most {
        let message = format!("{what} has {estimate}");
        sheet.fault(Code::TooManyTokens, node, at, message, "shorten the record, or split it");
    } else {
        let message = format!("{what} may be too long: it has {estimate}");
        let help = "shorten the record if you can; at the upper end of the estimate the job fails";
        sheet.fault(Code::NearTokenLimit, node, at, message, help);
    }
}
