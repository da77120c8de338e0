//! A message as an event, for webhooks and targets of people's own.

use tunedrop_run::event::{Detail, Kind, VERSION};

use super::Message;

/// The text's share of an event's 64 KB, in bytes.
const TEXT_MAX: usize = 32 * 1024;

/// The detail of `Message Sent`: the message, and what to filter on. It goes to a webhook, so it names no person: neither
/// the recipe's addresses nor who uploaded the dataset.
pub fn sent(kind: Kind, detail: &Detail, message: &Message) -> Detail {
    let mut text = message.body.clone();
    if text.len() > TEXT_MAX {
        text.truncate(text.floor_char_boundary(TEXT_MAX));
        text.push_str("\n(cut here; the report has the rest)\n");
    }
    Detail {
        version: VERSION,
        stack: detail.stack.clone(),
        run_id: detail.run_id.clone(),
        item: detail.item.clone(),
        dataset: detail.dataset.clone(),
        state: detail.state,
        dropped_at: detail.dropped_at.clone(),
        repeated: detail.repeated,
        errors: detail.errors,
        warnings: detail.warnings,
        report: detail.report.clone(),
        owner: detail.owner.clone(),
        about: Some(kind.as_str().to_owned()),
        severity: message.attributes.get("severity").cloned(),
        subject: Some(message.subject.clone()),
        text: Some(text),
        ..Detail::default()
    }
}
