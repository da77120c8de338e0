//! A message as an event, for webhooks and targets of people's own.

use tunedrop_run::event::{Event, SentMessage};

use super::{Message, Topic};

/// The text's share of an event's 64 KB, in bytes.
const TEXT_MAX: usize = 32 * 1024;

/// `Message Sent`, for the message on this event; `None` where nobody is notified of it.
pub fn sent(event: &Event, message: &Message) -> Option<Event> {
    let mut text = message.body.clone();
    if text.len() > TEXT_MAX {
        text.truncate(text.floor_char_boundary(TEXT_MAX));
        text.push_str("\n(cut here; the report has the rest)\n");
    }
    Some(Event::MessageSent(SentMessage {
        about: Box::new(event.clone()),
        severity: Topic::of(event)?.severity(),
        subject: message.subject.clone(),
        text,
    }))
}
