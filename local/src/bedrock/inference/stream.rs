//! The answer of ConverseStream: messages of `application/vnd.amazon.eventstream`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use bytes::Bytes;
use hyper::body::Frame;
use serde_json::{Value, json};
use tokio::time::Sleep;

use super::super::wire::{Answer, Refusal};
use super::Reply;

/// The number of tokens in a part of the answer.
const PART: usize = 4;

/// Streams a reply, with a pause between its messages. `broken` ends the stream after the first part of the text.
pub(super) fn answer(reply: &Reply, pause: Duration, broken: Option<&Refusal>) -> Answer {
    let mut messages = vec![event("messageStart", &json!({ "role": "assistant" }))];
    for part in reply.speech.tokens.chunks(PART) {
        let delta = json!({ "delta": { "text": part.concat() }, "contentBlockIndex": 0 });
        messages.push(event("contentBlockDelta", &delta));
    }
    if let Some(refusal) = broken {
        messages.truncate(2);
        messages.push(exception(refusal));
    } else {
        messages.push(event("contentBlockStop", &json!({ "contentBlockIndex": 0 })));
        messages.push(event("messageStop", &json!({ "stopReason": reply.speech.stop })));
        messages.push(event("metadata", &json!({ "usage": reply.usage(), "metrics": reply.metrics() })));
    }
    let mut frames = VecDeque::new();
    for message in messages {
        let mut frame = Vec::new();
        write_message_to(&message, &mut frame)
            .map_err(|error| Refusal::bent("InternalServerException", &error.to_string()))?;
        frames.push_back(Bytes::from(frame));
    }
    let body = Body::new(Frames { frames, pause, sleep: None });
    Ok(([(CONTENT_TYPE, "application/vnd.amazon.eventstream")], body).into_response())
}

fn event(kind: &'static str, payload: &Value) -> Message {
    message(":event-type", kind.to_owned(), "event", payload)
}

/// Returns an error in the stream. Its member of the union `ConverseStreamOutput` is its code with a lower-case first
/// letter.
fn exception(refusal: &Refusal) -> Message {
    let mut letters = refusal.code().chars();
    let kind = letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect();
    message(":exception-type", kind, "exception", &json!({ "message": refusal.message() }))
}

fn message(name: &'static str, kind: String, class: &'static str, payload: &Value) -> Message {
    let header = |name: &'static str, value: String| Header::new(name, HeaderValue::String(value.into()));
    let headers = vec![
        header(name, kind),
        header(":content-type", "application/json".to_owned()),
        header(":message-type", class.to_owned()),
    ];
    Message::new_from_parts(headers, payload.to_string())
}

/// A body of frames, with a pause before each but the first.
struct Frames {
    frames: VecDeque<Bytes>,
    pause: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl hyper::body::Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = self.get_mut();
        if let Some(sleep) = &mut body.sleep {
            std::task::ready!(sleep.as_mut().poll(context));
            body.sleep = None;
        }
        let frame = body.frames.pop_front().map(|bytes| Ok(Frame::data(bytes)));
        if !body.pause.is_zero() && !body.frames.is_empty() {
            body.sleep = Some(Box::pin(tokio::time::sleep(body.pause)));
        }
        Poll::Ready(frame)
    }
}
