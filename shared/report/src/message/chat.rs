//! A message for Amazon Q Developer in chat applications, which brings it to Slack and Teams.
//!
//! Its schema of custom notifications, version 1.0: Administrator Guide, "Custom notifications", Event schema.

use serde_json::{Value, json};
use tunedrop_run::event::Event;

use super::{Topic, body, message, place};
use crate::wording::visible;

/// What a chat shows of the facts and the reason, in bytes: it is read at a glance, and the report has all of it.
const DETAILS_MAX: usize = 3000;

/// The same message in the schema of custom notifications; `None` where there is nothing to tell.
pub fn chat(event: &Event, stack: &str, region: &str) -> Option<String> {
    let topic = Topic::of(event)?;
    let message = message(event, stack, region)?;
    let arns =
        topic.run().map(|run| [&run.job_arn, &run.model_arn].map(|arn| visible(arn.as_deref().unwrap_or_default())));
    let of = |name: &str| message.attributes.get(name).cloned().unwrap_or_default();
    let notification = json!({
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": plain(&message.subject),
            "description": description(topic, stack, region),
            "nextSteps": steps(&body::next_steps(topic, stack)),
            "keywords": filled(["dataset", "state", "severity"].map(|name| plain(&of(name))).to_vec()),
        },
        "metadata": {
            "threadId": visible(&topic.thread()),
            "summary": plain(&message.subject),
            "eventType": event.kind().as_str(),
            "relatedResources": filled(arns.map(Vec::from).unwrap_or_default()),
            "additionalContext": message.attributes,
        },
    });
    Some(notification.to_string())
}

/// The first line, the facts as they are in the mail, and where the report lies.
fn description(topic: Topic<'_>, stack: &str, region: &str) -> String {
    let mut facts = plain(body::middle(topic).trim());
    if facts.len() > DETAILS_MAX {
        facts.truncate(facts.floor_char_boundary(DETAILS_MAX));
        facts.push_str("\n(cut here; the report has the rest)");
    }
    let mut out = plain(&body::headline(topic));
    if !facts.is_empty() {
        out.push_str(&format!("\n```\n{}\n```", facts));
    }
    let Some(report) = topic.report() else {
        return out;
    };
    if let Some(link) = place::console(report, region) {
        out.push_str(&format!("\n{link}"));
    }
    let (address, open) = (visible(report), place::open(report, topic.run().map(|run| &run.run_id), stack));
    out.push_str(&format!("\n`{}`\n`{}`", plain(&address), plain(&open)));
    out
}

/// A step each; a command goes with the words before it.
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

/// As it is, whatever markdown makes of it: nobody is called by a dataset's name, and no code block ends early.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('`', "'")
}

fn filled(words: Vec<String>) -> Value {
    words.into_iter().filter(|word| !word.is_empty()).collect()
}
