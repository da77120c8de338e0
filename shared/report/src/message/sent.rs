//! A message as an event, for webhooks and for rules on the event bus.

use tunedrop_run::event::{Event, SentMessage};

use super::{Message, Topic};

/// In bytes. An event has at most 64 KB; the text gets this part of it.
const TEXT_MAX: usize = 32 * 1024;

/// Returns the event `Message Sent` for the message about `event`, or `None` if nobody is notified of `event`.
pub fn sent(event: &Event, message: &Message) -> Option<Event> {
    let mut text = message.body.clone();
    if text.len() > TEXT_MAX {
        text.truncate(text.floor_char_boundary(TEXT_MAX));
        text.push_str("\n(shortened; the report has everything)\n");
    }
    Some(Event::MessageSent(SentMessage {
        event: Box::new(event.clone()),
        severity: Topic::of(event)?.severity(),
        subject: message.subject.clone(),
        text,
    }))
}
