//! The optional pack: secrets and personal data in texts. No message repeats what was found.

mod card;
mod email;
mod key;

use crate::Code;
use crate::json::{Node, Value};
use crate::pointer::At;
use crate::sheet::Sheet;

/// Looks for secrets in a text; `text` is what `node` holds.
pub(super) fn judge_sensitive(sheet: &mut Sheet, node: &Node, text: &str, at: At) {
    let finds = [
        (Code::AwsAccessKey, key::access_keys(text), "an AWS access key", "take it out, and disable the key"),
        (Code::PrivateKey, key::private_keys(text), "a private key", "take it out, and replace the key"),
        (Code::CardNumber, card::cards(text), "a card number", "write a word instead, such as `<card>`"),
        (Code::EmailAddress, email::addresses(text), "an e-mail address", "write a word instead, such as `<e-mail>`"),
    ];
    for (code, (first, times), what, help) in finds {
        // One finding for a text, at the first place: one made of nothing else has millions.
        if let Some(place) = first {
            let times = if times == 1 { String::new() } else { format!(" ({times} times)") };
            sheet.faults.hide();
            sheet.text_fault(code, node, place, at, format!("the text holds what looks like {what}{times}"), help);
        }
    }
}

/// Looks for secrets in whatever a value holds.
pub(super) fn judge_all(sheet: &mut Sheet, node: &Node, at: At) {
    match &node.value {
        Value::Text(text) => judge_sensitive(sheet, node, text, at),
        Value::List(nodes) => nodes.iter().for_each(|node| judge_all(sheet, node, at)),
        Value::Object(members) => members.iter().for_each(|member| judge_all(sheet, &member.node, at)),
        _ => {}
    }
}

/// The first place of what was found, in bytes, and how many times it was.
type Found = (Option<usize>, u64);

fn tally(places: impl Iterator<Item = usize>) -> Found {
    let mut places = places.peekable();
    (places.peek().copied(), places.count() as u64)
}
