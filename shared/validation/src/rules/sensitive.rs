//! The optional checks: secrets and personal data in texts. No message repeats what was found.

use crate::json::{Node, Value};
use crate::pointer::At;
use crate::record_checker::RecordChecker;
use crate::sensitive::{SensitiveKind, sensitive_spans};

/// Looks for secrets in a text; `text` is what `node` holds.
pub(super) fn check_sensitive(checker: &mut RecordChecker, node: &Node, text: &str, at: At) {
    let spans = sensitive_spans(text);
    if spans.is_empty() {
        return;
    }
    checker.noted.hide();
    for kind in SensitiveKind::ALL {
        let mut of_kind = spans.iter().filter(|span| span.kind == kind).peekable();
        // One finding for a text, at the first place: one made of nothing else has millions.
        let Some(first) = of_kind.peek().map(|span| span.start) else { continue };
        let times = of_kind.count() as u64;
        *checker.noted.sensitive.entry(kind).or_default() += times;
        let times = if times == 1 { String::new() } else { format!(" ({times} times)") };
        let message = format!("the text contains what looks like {}{times}", kind.described());
        checker.report_text(kind.code(), node, first, at, message, &kind.help());
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
