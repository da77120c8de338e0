//! How long a record may be.

use super::text::ascii_of;
use crate::Code;
use crate::json::Node;
use crate::pointer::At;
use crate::record_checker::RecordChecker;
use crate::record_summary::{bracket, dense};
use crate::set::grouped;

/// Checks a record's bytes and the estimate of its tokens. Only what is over even at the low end is an error.
pub(crate) fn check_length(checker: &mut RecordChecker, node: &Node) {
    let training = checker.training;
    if let Some(most) = training.record_bytes
        && checker.line.len() as u64 > most
    {
        let message = format!(
            "the line has {} bytes, and this customization accepts {} per record",
            grouped(checker.line.len() as u64),
            grouped(most)
        );
        checker.report(Code::RecordTooLarge, node, At::Root, message, "shorten the record");
    }
    let Some(most) = training.record_tokens else {
        return;
    };
    let (ascii, beyond_ascii) = (checker.ascii, checker.beyond_ascii);
    check_tokens(checker, node, At::Root, (ascii, beyond_ascii), most, "the record");
}

/// Checks one side of a record that has a limit of its own.
pub(super) fn check_side(checker: &mut RecordChecker, node: &Node, text: &str, at: At, most: Option<u64>) {
    let Some(most) = most else {
        return;
    };
    let ascii = ascii_of(text) as u64;
    let beyond_ascii = text.chars().count() as u64 - ascii;
    check_tokens(checker, node, at, (ascii, beyond_ascii), most, "this text");
}

/// Checks the numbers of ASCII and of other characters.
fn check_tokens(
    checker: &mut RecordChecker,
    node: &Node,
    at: At,
    (ascii, beyond_ascii): (u64, u64),
    most: u64,
    what: &str,
) {
    let (low, high) = (bracket(ascii, beyond_ascii).low, dense(ascii, beyond_ascii));
    if high <= most {
        return;
    }
    let estimate =
        format!("an estimated {} to {} tokens, and this model accepts {}", grouped(low), grouped(high), grouped(most));
    if low > most {
        let message = format!("{what} has {estimate}");
        checker.report(Code::TooManyTokens, node, at, message, "shorten the record, or split it");
    } else {
        let message = format!("{what} may be too long: it has {estimate}");
        let help = "shorten the record if you can; the job fails if the upper estimate is right";
        checker.report(Code::NearTokenLimit, node, at, message, help);
    }
}
