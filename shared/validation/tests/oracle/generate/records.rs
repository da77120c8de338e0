//! Records of each shape, valid but for what their texts and few words hold.

use arbitrary::{Result, Unstructured};

use super::super::{Case, Shape};
use super::texts::text;
use super::{Value, rarely};

/// Roles that are none.
const STRAY_ROLES: [&str; 8] = ["User", "ASSISTANT", "human", "tool", " user", "", "us\\u0065r", "system"];

/// Addresses; the first four are of files.
const URIS: [&str; 16] = [
    "s3://abc/1.png",
    "s3://abc/a/b_c-d.mp4",
    "s3:\\/\\/abc\\/k",
    "s3://a.b-c/k",
    "s3://abc",
    "s3://abc/",
    "s3://abc/a/",
    "s3://abc//k",
    "s3://ab/k",
    "s3://ABC/k",
    "s3://abc/a b",
    "s3://abc/(k)",
    "S3://abc/k",
    "https://abc/k",
    "s3://abc/\\u00e9",
    "s3://-bc/k",
];

pub(super) fn record(case: &Case, from: &mut Unstructured) -> Result<Value> {
    match case.shape {
        Shape::PromptCompletion => Ok(Value::Object(vec![("prompt", facts(from)?), ("completion", facts(from)?)])),
        Shape::Input => Ok(Value::Object(vec![("input", facts(from)?)])),
        Shape::Conversation { answered, most } => conversation(case, from, answered, most),
        Shape::Messages => messages(from),
        Shape::ImageCaption { .. } => image_caption(from),
        Shape::Reinforcement => reinforcement(from),
    }
}

fn facts(from: &mut Unstructured) -> Result<Value> {
    text(from).map(Value::Text)
}

fn word(word: &str) -> Value {
    Value::Text(word.as_bytes().to_vec())
}

/// So many roles in turn, seldom wrong.
fn roles(from: &mut Unstructured, pairs: usize, answered: bool) -> Result<Vec<&'static str>> {
    let mut roles = ["user", "assistant"].repeat(from.int_in_range(1..=pairs)?);
    if !answered && from.arbitrary()? || rarely(from, 40)? {
        roles.pop();
    }
    if rarely(from, 40)? && !roles.is_empty() {
        let at = from.choose_index(roles.len())?;
        roles[at] = from.choose(&STRAY_ROLES)?;
    }
    if rarely(from, 40)? {
        roles.reverse();
    }
    Ok(roles)
}

fn conversation(case: &Case, from: &mut Unstructured, answered: bool, most: usize) -> Result<Value> {
    let version = match rarely(from, 60)? {
        true => *from.choose(&["bedrock-conversation-2023", "bedrock-conversion-2024", ""])?,
        false => "bedrock-conversation-2024",
    };
    let mut members = vec![("schemaVersion", word(version))];
    if from.arbitrary()? {
        let mut system = vec![Value::Object(vec![("text", facts(from)?)])];
        if rarely(from, 40)? {
            system.push(Value::Object(vec![("text", facts(from)?)]));
        }
        if rarely(from, 40)? {
            system.clear();
        }
        members.push(("system", Value::List(system)));
    }
    let (shows, reasons) = *from.choose(&[(false, false), (true, false), (false, true), (true, true)])?;
    let shows = shows && (!case.media().images.is_empty() || rarely(from, 20)?);
    let reasons = reasons && (case.media().reasoning || rarely(from, 20)?);
    let mut messages = Vec::new();
    for role in roles(from, most.min(6) / 2, answered)? {
        let mut blocks = Vec::new();
        if shows && (role == "user" || rarely(from, 20)?) {
            blocks.push(medium(from)?);
        }
        if reasons && (role == "assistant" || rarely(from, 20)?) {
            let mut facts = vec![("text", facts(from)?)];
            if from.arbitrary()? {
                facts.push(("signature", Value::Raw("\"c2ln\"")));
            }
            let inner = Value::Object(vec![("reasoningText", Value::Object(facts))]);
            blocks.push(Value::Object(vec![("reasoningContent", inner)]));
        }
        for _ in 0..from.int_in_range(0..=2)? {
            blocks.push(Value::Object(vec![("text", facts(from)?)]));
        }
        if blocks.is_empty() && !rarely(from, 20)? {
            blocks.push(Value::Object(vec![("text", facts(from)?)]));
        }
        messages.push(Value::Object(vec![("role", word(role)), ("content", Value::List(blocks))]));
    }
    members.push(("messages", Value::List(messages)));
    Ok(Value::Object(members))
}

fn medium(from: &mut Unstructured) -> Result<Value> {
    let formats = ["png", "jpeg", "gif", "webp", "mp4", "mov", "pdf", "PNG", "jpg"];
    let kind = if rarely(from, 4)? { *from.choose(&["video", "document", "audio"])? } else { "image" };
    let format = if rarely(from, 6)? {
        *from.choose(&formats)?
    } else if kind == "video" {
        "mp4"
    } else {
        "png"
    };
    let mut location = vec![("uri", uri(from)?)];
    if rarely(from, 8)? {
        let owners = ["123456789012", "12345678901", "12345678901x", "", "１２３４"];
        location.push(("bucketOwner", word(from.choose(&owners)?)));
    }
    let source = Value::Object(vec![("s3Location", Value::Object(location))]);
    Ok(Value::Object(vec![(kind, Value::Object(vec![("format", word(format)), ("source", source)]))]))
}

fn uri(from: &mut Unstructured) -> Result<Value> {
    let uri = if rarely(from, 8)? { *from.choose(&URIS)? } else { URIS[from.choose_index(4)?] };
    Ok(word(uri))
}

fn image_caption(from: &mut Unstructured) -> Result<Value> {
    Ok(Value::Object(vec![("image-ref", uri(from)?), ("caption", facts(from)?)]))
}

fn messages(from: &mut Unstructured) -> Result<Value> {
    let mut members = Vec::new();
    if from.arbitrary()? {
        members.push(("system", facts(from)?));
    }
    let mut turns = Vec::new();
    for role in roles(from, 3, true)? {
        turns.push(Value::Object(vec![("role", word(role)), ("content", facts(from)?)]));
    }
    members.push(("messages", Value::List(turns)));
    Ok(Value::Object(members))
}

fn reinforcement(from: &mut Unstructured) -> Result<Value> {
    const EXTRAS: [(&str, &str); 10] = [
        ("id", "\"7\""),
        ("id", "\"\""),
        ("reference_answer", "\"x\""),
        ("reference_answer", "{\"a\": [1.5e3, null]}"),
        ("reference_answer", "[]"),
        ("reference_answer", "\"\""),
        ("id", "7"),
        ("score", "-0.0E-5"),
        ("tags", "[[], {}, \"\\ud83d\\ude00\", false]"),
        ("a", "\"\\ud83d\""),
    ];
    let mut members = Vec::new();
    for _ in 0..from.int_in_range(0..=2)? {
        let (key, value) = from.choose(&EXTRAS)?;
        if !members.iter().any(|(known, _)| known == key) || rarely(from, 20)? {
            members.push((*key, Value::Raw(value)));
        }
    }
    let mut turns = Vec::new();
    if from.arbitrary()? {
        turns.push("system");
    }
    turns.extend(roles(from, 2, false)?);
    let turn = |from: &mut Unstructured, role| -> Result<Value> {
        let mut turn = vec![("role", word(role)), ("content", facts(from)?)];
        if rarely(from, 8)? {
            turn.push(("name", facts(from)?));
        }
        Ok(Value::Object(turn))
    };
    let turns: Result<Vec<Value>> = turns.into_iter().map(|role| turn(from, role)).collect();
    members.push(("messages", Value::List(turns?)));
    Ok(Value::Object(members))
}
