//! The optional checks: secrets and personal data in texts. No message repeats what was found.

mod card;
mod email;
mod key;

use crate::Code;
use crate::json::{Node, Value};
use crate::pointer::At;
use crate::record_checker::RecordChecker;

/// Looks for secrets in a text; `text` is what `node` holds.
pub(super) fn check_sensitive(checker: &mut RecordChecker, node: &Node, text: &str, at: At) {
    let finds = [
        (Code::AwsAccessKey, key::access_keys(text), "an AWS access key", "remove it, and disable the key"),
        (Code::PrivateKey, key::private_keys(text), "a private key", "remove it, and replace the key"),
        (Code::CardNumber, card::cards(text), "a card number", "replace it with a placeholder, such as `<card>`"),
        (
            Code::EmailAddress,
            email::addresses(text),
            "an email address",
            "replace it with a placeholder, such as `<email>`",
        ),
    ];
    for (code, (first, times), what, help) in finds {
        // One finding for a text, at the first place: one made of nothing else has millions.
        if let Some(place) = first {
            let times = if times == 1 { String::new() } else { format!(" ({times} times)") };
            checker.noted.hide();
            checker.report_text(
                code,
                node,
                place,
                at,
                format!("the text contains what looks like {what}{times}"),
                help,
            );
        }
    }
}

/// Looks for secrets in whatever a value holds.
pub(super) fn check_all(checker: &mut RecordChecker, node: &Node, at: At) {
    match &node.value {
        Value::Text(text) => check_sensitive(checker, node, text, at),
        Value::List(nodes) => nodes.iter().for_each(|node| check_all(checker, node, at)),
        Value::Object(members) => members.iter().for_each(|member| check_all(checker, &member.node, at)),
        _ => {}
    }
}

/// The first place of what was found, in bytes, and how many times it was.
type Found = (Option<usize>, u64);

fn tally(places: impl Iterator<Item = usize>) -> Found {
    let mut places = places.peekable();
    (places.peek().copied(), places.count() as u64)
}
