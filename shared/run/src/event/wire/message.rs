//! A message that was sent, as an event.

use super::Wire;
use crate::event::SentMessage;

/// Returns the message and the fields to filter on. It goes to a webhook, so it names no person: neither the recipe's
/// addresses nor the uploader.
pub(super) fn of_message(message: &SentMessage) -> Wire<'_> {
    let Wire {
        run_id,
        item,
        dataset,
        deployment,
        evaluation,
        state,
        at,
        uploaded_at,
        reuploaded,
        errors,
        warnings,
        report,
        owner,
        ..
    } = message.event.wire();
    Wire {
        run_id,
        item,
        dataset,
        deployment,
        evaluation,
        state,
        at,
        uploaded_at,
        reuploaded,
        errors,
        warnings,
        report,
        owner,
        kind: Some(message.event.kind().as_str()),
        severity: Some(message.severity.as_str()),
        subject: Some(&message.subject),
        text: Some(&message.text),
        ..Wire::default()
    }
}
