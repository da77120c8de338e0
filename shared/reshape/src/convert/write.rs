//! Writing a dialogue in one of Bedrock's formats.

use serde_json::Value;
use tunedrop_validation::Format;

use super::{Dialogue, Speaker};

/// One line; the error says what the format can't say.
pub(super) fn write(dialogue: &mut Dialogue, to: &Format) -> Result<String, String> {
    let texts = dialogue.system.iter().chain(dialogue.turns.iter().map(|(_, said)| said)).chain(&dialogue.plain);
    if texts.clone().any(|text| text.trim().is_empty()) || texts.count() == 0 {
        return Err("a text is empty".to_owned());
    }
    if dialogue.system.len() > 1 {
        dialogue.note("system texts were joined");
    }
    let record = match to {
        Format::Input => return Ok(object(&[("input", text(&plain(dialogue)))])),
        _ if dialogue.plain.is_some() => {
            return Err(
                "it is a text without a question and an answer, which only continued pre-training takes".to_owned()
            );
        }
        Format::ImageCaption { .. } => return Err("the new format pairs images with captions".to_owned()),
        Format::PromptCompletion => prompt_completion(dialogue)?,
        Format::Conversation(_) => conversation(answered(dialogue)?),
        Format::DistillationPrompts { multi_turn } => conversation(prompts(dialogue, *multi_turn)?),
        Format::Messages => messages(answered(dialogue)?),
        Format::Reinforcement => reinforcement(begun(dialogue)?),
    };
    Ok(record)
}

fn plain(dialogue: &mut Dialogue) -> String {
    if let Some(text) = dialogue.plain.take() {
        return text;
    }
    dialogue.note("question and answer were joined to one text");
    let turns = dialogue.turns.iter().map(|(_, text)| text.as_str());
    dialogue.system.iter().map(String::as_str).chain(turns).collect::<Vec<_>>().join("\n\n")
}

/// The dialogue, if the user begins it.
fn begun(dialogue: &Dialogue) -> Result<&Dialogue, String> {
    match dialogue.turns.first() {
        Some((Speaker::User, _)) => Ok(dialogue),
        Some(_) => Err("the assistant speaks first".to_owned()),
        None => Err("it holds no turn".to_owned()),
    }
}

/// The dialogue, if each question has its answer.
fn answered(dialogue: &Dialogue) -> Result<&Dialogue, String> {
    match begun(dialogue)?.turns.len() % 2 {
        0 => Ok(dialogue),
        _ => Err("the last question has no answer".to_owned()),
    }
}

fn prompts(dialogue: &Dialogue, multi_turn: bool) -> Result<&Dialogue, String> {
    if begun(dialogue)?.turns.len() > 2 && !multi_turn {
        return Err("it has more than one question, and this model takes one".to_owned());
    }
    Ok(dialogue)
}

fn prompt_completion(dialogue: &mut Dialogue) -> Result<String, String> {
    let system = dialogue.system.join("\n\n");
    let [(Speaker::User, question), (Speaker::Assistant, answer)] = dialogue.turns.as_slice() else {
        return Err("this format takes one question and its answer, and nothing else".to_owned());
    };
    let prompt = if system.is_empty() { question.clone() } else { format!("{system}\n\n{question}") };
    let line = object(&[("prompt", text(&prompt)), ("completion", text(answer))]);
    if !system.is_empty() {
        dialogue.note("the system text was put before the question");
    }
    Ok(line)
}

/// A text as JSON has it.
fn text(text: &str) -> String {
    Value::from(text).to_string()
}

/// An object of these members, in the order that people know.
fn object(members: &[(&str, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn list(elements: impl Iterator<Item = String>) -> String {
    format!("[{}]", elements.collect::<Vec<_>>().join(","))
}

fn message(role: &str, content: String) -> String {
    object(&[("role", text(role)), ("content", content)])
}

fn conversation(dialogue: &Dialogue) -> String {
    let block = |said: &str| list(std::iter::once(object(&[("text", text(said))])));
    let mut members = vec![("schemaVersion", text("bedrock-conversation-2024"))];
    if !dialogue.system.is_empty() {
        members.push(("system", block(&dialogue.system.join("\n\n"))));
    }
    let turns = dialogue.turns.iter().map(|(speaker, said)| message(speaker.role(), block(said)));
    members.push(("messages", list(turns)));
    object(&members)
}

fn plain_turn((speaker, said): &(Speaker, String)) -> String {
    message(speaker.role(), text(said))
}

fn messages(dialogue: &Dialogue) -> String {
    let mut members = Vec::new();
    if !dialogue.system.is_empty() {
        members.push(("system", text(&dialogue.system.join("\n\n"))));
    }
    members.push(("messages", list(dialogue.turns.iter().map(plain_turn))));
    object(&members)
}

/// The last answer is what the grader compares with.
fn reinforcement(dialogue: &Dialogue) -> String {
    let (turns, answer) = match dialogue.turns.split_last() {
        Some(((Speaker::Assistant, answer), turns)) => (turns, Some(answer)),
        _ => (dialogue.turns.as_slice(), None),
    };
    let system = (!dialogue.system.is_empty()).then(|| message("system", text(&dialogue.system.join("\n\n"))));
    let mut members = vec![("messages", list(system.into_iter().chain(turns.iter().map(plain_turn))))];
    if let Some(answer) = answer {
        members.push(("reference_answer", text(answer)));
    }
    object(&members)
}
