//! Writes a dialogue in one of Bedrock's formats.

mod blocks;

use tunedrop_validation::{Format, Training};

use super::LeftOut;
use super::dialogue::{Dialogue, Part, Speaker, Turn};
use super::pictures::Pictures;

/// Writes the dialogue as one line. The error says what the format can't express.
pub(super) fn write(dialogue: &mut Dialogue, to: &Training, pictures: &mut Pictures) -> Result<String, LeftOut> {
    check_texts(dialogue)?;
    if dialogue.system.len() > 1 {
        dialogue.note("system texts were joined");
    }
    let line = match &to.format {
        Format::Input => {
            let text = plain(dialogue)?;
            object(&[("input", json(&text))])
        }
        _ if dialogue.plain.is_some() => {
            return Err("it is a text without a question and an answer, which only continued pre-training takes; write its question as `prompt`, and its answer as `completion`".into());
        }
        Format::ImageCaption { .. } => return Err("this model takes pairs of an image and a caption".into()),
        Format::PromptCompletion => prompt_completion(dialogue)?,
        Format::Conversation(media) => {
            blocks::conversation(answered(dialogue)?, &blocks::Taken { media, limits: &to.media }, pictures)?
        }
        Format::DistillationPrompts { multi_turn } => {
            join_parts(dialogue);
            check_last(dialogue)?;
            blocks::text_only(prompts(dialogue, *multi_turn)?)?
        }
        Format::Messages => {
            join_parts(dialogue);
            messages(answered(dialogue)?)?
        }
        Format::Reinforcement => {
            join_parts(dialogue);
            return reinforcement(dialogue); // its grader gets the other keys
        }
    };
    for (key, _) in std::mem::take(&mut dialogue.rest) {
        dialogue.drop_key("", &key);
    }
    Ok(line)
}

/// Checks that no text is blank. A blank answer counts as missing.
fn check_texts(dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    let is_blank = |part: &Part| matches!(part, Part::Text(text) if text.trim().is_empty());
    if let Some(turn) = dialogue.turns.last()
        && turn.speaker == Speaker::Assistant
        && turn.parts.iter().all(is_blank)
    {
        dialogue.turns.pop();
        dialogue.missing.get_or_insert_with(|| "its answer is missing: the last message is blank".to_owned());
    }
    let mut parts = dialogue.turns.iter().flat_map(|turn| &turn.parts);
    let texts = dialogue.system.iter().chain(&dialogue.plain);
    if parts.any(is_blank) || texts.into_iter().any(|text| text.trim().is_empty()) {
        return Err("a message or prompt is empty".into());
    }
    if dialogue.turns.is_empty() && dialogue.plain.is_none() {
        return Err(dialogue.missing.take().map_or("it has no message".into(), LeftOut::from));
    }
    if dialogue.turns.iter().any(|turn| turn.parts.is_empty()) {
        return Err("a message is empty".into());
    }
    Ok(())
}

/// Joins the texts of each turn, for formats with one text per turn.
fn join_parts(dialogue: &mut Dialogue) {
    let mut is_joined = false;
    for turn in &mut dialogue.turns {
        if turn.parts.len() > 1 && turn.parts.iter().all(|part| matches!(part, Part::Text(_))) {
            turn.parts = vec![Part::Text(turn.text().unwrap_or_default())];
            is_joined = true;
        }
    }
    if is_joined {
        dialogue.note("parts of a message were joined");
    }
}

impl Turn {
    /// Returns the turn as one text. The error says what else the turn contains.
    fn text(&self) -> Result<String, LeftOut> {
        let text = |part: &Part| match part {
            Part::Text(text) => Ok(text.clone()),
            Part::Reasoning(_) => Err(LeftOut::from(NO_REASONING)),
            Part::Stored(stored) if stored.kind == "video" => Err("it has a video, and this model takes text".into()),
            Part::Image(_) | Part::Link(_) | Part::Stored(_) => Err(LeftOut::from(NO_IMAGE)),
        };
        let texts: Result<Vec<String>, LeftOut> = self.parts.iter().map(text).collect();
        Ok(texts?.join("\n\n"))
    }
}

const NO_REASONING: &str =
    "it has reasoning, and this model isn't trained on reasoning; take it out to train on the answers alone";
const NO_IMAGE: &str = "it has an image, and this model takes text";
const UNTRAINED: &str = "it has an answer that the model must not learn (its `weight` is 0, or a similar key), and this model is trained on every answer";

/// Returns the text for continued pre-training, in which the whole text is trained.
fn plain(dialogue: &mut Dialogue) -> Result<String, LeftOut> {
    if let Some(text) = dialogue.plain.take() {
        return Ok(text);
    }
    check_trained(dialogue)?;
    dialogue.note("question and answer were joined to one text");
    let turns: Result<Vec<String>, LeftOut> = dialogue.turns.iter().map(Turn::text).collect();
    Ok(dialogue.system.iter().cloned().chain(turns?).collect::<Vec<_>>().join("\n\n"))
}

fn check_trained(dialogue: &Dialogue) -> Result<(), LeftOut> {
    if dialogue.turns.iter().any(|turn| turn.is_untrained) { Err(UNTRAINED.into()) } else { Ok(()) }
}

/// Checks the last answer of a record whose earlier answers are part of the prompt.
fn check_last(dialogue: &Dialogue) -> Result<(), LeftOut> {
    if dialogue.turns.last().is_some_and(|turn| turn.is_untrained) { Err(UNTRAINED.into()) } else { Ok(()) }
}

/// Returns the dialogue if the user's turn is the first.
fn begun(dialogue: &Dialogue) -> Result<&Dialogue, LeftOut> {
    match dialogue.turns.first().map(|turn| turn.speaker) {
        Some(Speaker::User) => Ok(dialogue),
        Some(Speaker::Assistant) => Err("the first message is the assistant's, not the user's".into()),
        None => Err("it has no message".into()),
    }
}

/// Returns the dialogue if each question has an answer, and no answer is excluded from training.
fn answered(dialogue: &Dialogue) -> Result<&Dialogue, LeftOut> {
    if !begun(dialogue)?.turns.len().is_multiple_of(2) {
        let missing = dialogue.missing.clone();
        return Err(missing.map_or("its answer is missing: the last message is the user's".into(), LeftOut::from));
    }
    check_trained(dialogue)?;
    Ok(dialogue)
}

fn prompts(dialogue: &Dialogue, multi_turn: bool) -> Result<&Dialogue, LeftOut> {
    if begun(dialogue)?.turns.len() > 2 && !multi_turn {
        return Err("it has more than one question, and this model takes one".into());
    }
    Ok(dialogue)
}

fn prompt_completion(dialogue: &mut Dialogue) -> Result<String, LeftOut> {
    join_parts(dialogue);
    let [question, answer] = answered(dialogue)?.turns.as_slice() else {
        return Err("it has more than one question, and this format takes one and its answer".into());
    };
    let system = dialogue.system.join("\n\n");
    let question = question.text()?;
    let prompt = if system.is_empty() { question } else { format!("{system}\n\n{question}") };
    let line = object(&[("prompt", json(&prompt)), ("completion", json(&answer.text()?))]);
    if !system.is_empty() {
        dialogue.note("the system text was put before the question");
    }
    Ok(line)
}

/// Returns a text as a JSON string.
fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default() // strings always serialize
}

/// Returns an object with these members, in the usual order.
pub(super) fn object<K: AsRef<str>>(members: &[(K, String)]) -> String {
    let length: usize = members.iter().map(|(key, value)| key.as_ref().len() + value.len() + 4).sum();
    let mut out = String::with_capacity(length + 2);
    out.push('{');
    for (key, value) in members {
        let before = if out.len() > 1 { ",\"" } else { "\"" };
        out.extend([before, key.as_ref(), "\":", value]);
    }
    out.push('}');
    out
}

fn list(elements: &[String]) -> String {
    let mut out = String::with_capacity(elements.iter().map(|element| element.len() + 1).sum::<usize>() + 2);
    out.push('[');
    for element in elements {
        out.extend([if out.len() > 1 { "," } else { "" }, element]);
    }
    out.push(']');
    out
}

fn message(role: &str, content: String) -> String {
    object(&[("role", json(role)), ("content", content)])
}

fn plain_turn(turn: &Turn) -> Result<String, LeftOut> {
    Ok(message(turn.speaker.role(), json(&turn.text()?)))
}

fn messages(dialogue: &Dialogue) -> Result<String, LeftOut> {
    let mut members = Vec::new();
    if !dialogue.system.is_empty() {
        members.push(("system", json(&dialogue.system.join("\n\n"))));
    }
    let turns: Result<Vec<String>, LeftOut> = dialogue.turns.iter().map(plain_turn).collect();
    members.push(("messages", list(&turns?)));
    Ok(object(&members))
}

/// Writes the record for a grader, with the other keys. Without `reference_answer`, the last answer becomes that.
fn reinforcement(dialogue: &mut Dialogue) -> Result<String, LeftOut> {
    let begun = begun(dialogue)?;
    let has_reference = begun.rest.iter().any(|(key, _)| key == "reference_answer");
    let (turns, answer) = match begun.turns.split_last() {
        Some((last, turns)) if last.speaker == Speaker::Assistant && !has_reference => (turns, Some(last)),
        _ => (begun.turns.as_slice(), None),
    };
    if answer.is_some() {
        check_last(begun)?;
    }
    let system = (!begun.system.is_empty()).then(|| message("system", json(&begun.system.join("\n\n"))));
    let turns: Result<Vec<String>, LeftOut> = turns.iter().map(plain_turn).collect();
    let mut members = vec![("\"messages\"".to_owned(), list(&system.into_iter().chain(turns?).collect::<Vec<_>>()))];
    if let Some(answer) = answer {
        members.push(("\"reference_answer\"".to_owned(), json(&answer.text()?)));
    }
    let is_moved = answer.is_some();
    for (key, raw) in &begun.rest {
        let key = json(key);
        // Most JSON parsers use the last value of a duplicate key.
        members.retain(|(known, _)| *known != key);
        members.push((key, crate::json::on_one_line(raw)));
    }
    if is_moved {
        dialogue.note("the last answer became `reference_answer`");
    }
    let members: Vec<String> = members.iter().map(|(key, value)| format!("{key}:{value}")).collect();
    Ok(format!("{{{}}}", members.join(",")))
}
