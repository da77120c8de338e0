//! A message for Amazon Q Developer in chat applications, which posts it to Slack and Teams.
//!
//! The schema is version 1.0 of its custom notifications: Administrator Guide, "Custom notifications", Event schema.

use serde_json::{Value, json};
use tunedrop_run::event::Event;

use super::{Topic, body, links, message, next_steps};
use crate::wording::visible;

/// In bytes. A chat shows this much of the reason, the findings and the details; the report has everything.
const DETAILS_MAX: usize = 3000;

/// Returns the message about an event in the schema of custom notifications, or `None` if nobody is notified of the event.
pub fn chat(event: &Event, stack: &str, region: &str) -> Option<String> {
    let topic = Topic::of(event)?;
    let message = message(event, stack, region)?;
    let arns = topic.arns().map(|arn| visible(arn.unwrap_or_default()));
    let of = |name: &str| message.attributes.get(name).cloned().unwrap_or_default();
    let notification = json!({
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": plain(&message.subject),
            "description": description(topic, stack, region),
            "nextSteps": steps(&next_steps::next_steps(topic, stack)),
            "keywords": filled(["dataset", "state", "severity"].map(|name| plain(&of(name))).to_vec()),
        },
        "metadata": {
            "threadId": visible(&topic.thread()),
            "summary": plain(&message.subject),
            "eventType": event.kind().as_str(),
            "relatedResources": filled(arns.to_vec()),
            "additionalContext": message.attributes,
        },
    });
    Some(notification.to_string())
}

/// What happened, why, the details, and the links to the report, as in the email.
fn description(topic: Topic<'_>, stack: &str, region: &str) -> String {
    let all = format!("{}\n{}", body::why(topic), body::details(topic));
    let mut details = plain(all.trim());
    if details.len() > DETAILS_MAX {
        details.truncate(details.floor_char_boundary(DETAILS_MAX));
        details.push_str("\n(shortened; the report has everything)");
    }
    let mut out = plain(&body::headline(topic));
    if !details.is_empty() {
        out.push_str(&format!("\n```\n{details}\n```"));
    }
    let Some(report) = topic.report() else {
        return out;
    };
    if let Some(link) = links::console(report, region) {
        out.push_str(&format!("\n{link}"));
    }
    let (address, open) = (visible(report), links::open(topic, report, stack));
    out.push_str(&format!("\n`{}`\n`{}`", plain(&address), plain(&open)));
    out
}

/// The instructions as a list. A command belongs to the instruction before it.
fn steps(text: &str) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match (steps.last_mut(), line.strip_prefix("  ")) {
            (Some(step), Some(command)) => step.push_str(&format!(" `{}`", plain(command))),
            _ => steps.push(plain(line)),
        }
    }
    steps
}

/// Escapes what the chat would interpret, so that a dataset's name can't mention anybody or end a code block.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('`', "'")
}

fn filled(words: Vec<String>) -> Value {
    words.into_iter().filter(|word| !word.is_empty()).collect()
}
