//! How long a record may be.

use crate::Code;
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
    let tokens = sheet.tokens();
    let estimate = || {
        format!(
            "an estimated {} to {} tokens, and this model takes {}",
            grouped(tokens.low),
            grouped(tokens.high),
            grouped(most)
        )
    };
    if tokens.low > most {
        sheet.fault(
            Code::TooManyTokens,
            node,
            At::Root,
            format!("the record has {}", estimate()),
            "shorten the record, or split it",
        );
    } else if tokens.high > most {
        sheet.fault(
            Code::NearTokenLimit,
            node,
            At::Root,
            format!("the record may be too long: it has {}", estimate()),
            "shorten the record if you can; at the upper end of the estimate the job fails",
        );
    }
}
