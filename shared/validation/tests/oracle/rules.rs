//! The rules that no type can say.

use std::ops::RangeInclusive;

use tunedrop_validation::Customization;

use super::json::readable;
use super::media::{address, is_address};
use super::shapes::{
    Block, Content, Conversation, ImageCaption, Input, Messages, NamedTurn, Object, PromptCompletion, Reinforcement,
    Turn,
};
use super::{Case, Shape};

/// What a valid record holds.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) turns: u64,
    /// Who says what, in order; two records that agree here say the same.
    pub(crate) texts: Vec<(&'static str, String)>,
    /// Whether it shows images, and videos.
    pub(crate) shows: [bool; 2],
}

impl Facts {
    /// Characters of the texts: ASCII, and all. Addresses aren't counted.
    pub(crate) fn characters(&self) -> (u64, u64) {
        let texts = self.texts.iter().filter(|(who, _)| *who != "medium");
        texts.fold((0, 0), |(ascii, all), (_, text)| {
            (ascii + text.chars().filter(char::is_ascii).count() as u64, all + text.chars().count() as u64)
        })
    }

    fn say(&mut self, case: &Case, who: &'static str, text: String) -> Result<(), String> {
        if text.is_empty() {
            return Err("empty".to_owned());
        }
        // No page reserves them for distillation, so there they only warn.
        let advised = case.customization == Customization::Distillation;
        if let Some(word) = case.training.reserved.iter().find(|word| !advised && text.contains(word.as_str())) {
            return Err(format!("reserved: {word}"));
        }
        self.texts.push((who, text));
        Ok(())
    }
}

/// What the line says, or why it is no valid record. The line comes without its newline.
pub(crate) fn validate(case: &Case, line: &[u8]) -> Result<Facts, String> {
    let text = readable(line)?;
    let bytes = line.strip_suffix(b"\r").unwrap_or(line).len() as u64;
    if case.training.record_bytes.is_some_and(|most| bytes > most) {
        return Err("too many bytes".to_owned());
    }
    let facts = match case.shape {
        Shape::PromptCompletion => prompt_completion(case, read(&text)?),
        Shape::Input => input(case, read(&text)?),
        Shape::Conversation { answered, most } => conversation(case, read(&text)?, answered, most),
        Shape::Messages => messages(case, read(&text)?),
        Shape::ImageCaption { least, most } => image_caption(case, read(&text)?, least..=most),
        Shape::Reinforcement => reinforcement(case, read(&text)?),
    }?;
    let (_, characters) = facts.characters();
    if case.training.record_tokens.is_some_and(|most| characters > most * 6) {
        return Err("too many tokens".to_owned());
    }
    Ok(facts)
}

fn read<'t, T: serde::Deserialize<'t>>(text: &'t str) -> Result<T, String> {
    serde_json::from_str(text).map(|Object(record)| record).map_err(|error| error.to_string())
}

fn refuse_if(wrong: bool, why: &str) -> Result<(), String> {
    if wrong { Err(why.to_owned()) } else { Ok(()) }
}

fn prompt_completion(case: &Case, record: PromptCompletion) -> Result<Facts, String> {
    let mut facts = Facts::default();
    let too_long = |text: &str, most: Option<u64>| most.is_some_and(|most| text.chars().count() as u64 > most * 6);
    refuse_if(too_long(&record.prompt, case.training.prompt_tokens), "too long a prompt")?;
    refuse_if(too_long(&record.completion, case.training.completion_tokens), "too long a completion")?;
    facts.say(case, "prompt", record.prompt)?;
    facts.say(case, "completion", record.completion)?;
    Ok(facts)
}

fn image_caption(case: &Case, record: ImageCaption, length: RangeInclusive<usize>) -> Result<Facts, String> {
    let mut facts = Facts::default();
    refuse_if(!is_address(&record.image_ref), "no address of an image")?;
    let others = [".gif", ".webp", ".bmp", ".tiff", ".pdf", ".mp4", ".txt"];
    let name = record.image_ref.to_lowercase();
    refuse_if(others.iter().any(|other| name.ends_with(other)), "no PNG or JPEG")?;
    facts.texts.push(("medium", record.image_ref));
    refuse_if(!length.contains(&record.caption.chars().count()), "too short or too long a caption")?;
    // Where a caption may be empty it is not said, but one of white space is a slip.
    if !record.caption.is_empty() {
        facts.say(case, "caption", record.caption)?;
    }
    Ok(facts)
}

fn input(case: &Case, record: Input) -> Result<Facts, String> {
    let mut facts = Facts::default();
    facts.say(case, "input", record.input)?;
    Ok(facts)
}

/// The user begins, and the two take turns.
fn take_turns<'r>(roles: impl Iterator<Item = &'r str>) -> Result<(), String> {
    for (role, wanted) in roles.zip(["user", "assistant"].into_iter().cycle()) {
        refuse_if(role != wanted, "out of turn")?;
    }
    Ok(())
}

fn conversation(case: &Case, record: Conversation, answered: bool, most: usize) -> Result<Facts, String> {
    let mut facts = Facts { turns: record.messages.len() as u64, ..Facts::default() };
    let nova = case.model.starts_with("nova") && case.customization == Customization::FineTuning;
    let typo = case.customization == Customization::Distillation && record.schema_version == "bedrock-conversion-2024";
    let typed = case.model.starts_with("llama") || case.customization == Customization::Distillation;
    let known = record.schema_version == "bedrock-conversation-2024";
    refuse_if(!(known || nova || typo), "another version")?;
    let has_null = matches!(record.system, Some(None)) || record.tool_config.is_some() || record.tools.is_some();
    refuse_if(has_null && !nova, "null")?;
    if let Some(system) = record.system.flatten() {
        for Object(words) in system {
            refuse_if(words.kind.is_some_and(|kind| !typed || kind != "text"), "another type")?;
            facts.say(case, "system", words.text)?;
        }
    }
    let count = record.messages.len();
    refuse_if(count == 0 || count > most || (answered && !count.is_multiple_of(2)), "too few or too many turns")?;
    take_turns(record.messages.iter().map(|Object(message)| message.role.as_str()))?;
    let taken = case.media();
    let (mut images, mut videos) = (0, 0);
    for Object(message) in record.messages {
        refuse_if(message.content.is_empty(), "nothing said")?;
        let by_user = message.role == "user";
        let who = if by_user { "user" } else { "assistant" };
        for block in message.content {
            let Object(block) = block;
            match block.one(typed, nova)? {
                Block::Text(text) => facts.say(case, who, text)?,
                Block::ReasoningContent(Object(reasoning)) => {
                    refuse_if(by_user || !taken.reasoning, "reasoning out of place")?;
                    facts.say(case, "reasoning", reasoning.facts.0.text)?;
                }
                medium => {
                    images += u64::from(matches!(medium, Block::Image(_)));
                    videos += u64::from(matches!(medium, Block::Video(_)));
                    facts.texts.push(("medium", address(&medium, by_user, nova, &taken)?.to_owned()));
                }
            }
        }
    }
    refuse_if(images > 0 && videos > 0, "images and videos")?;
    let over = |count: u64, most: Option<u64>| most.is_some_and(|most| count > most);
    refuse_if(over(images, taken.images_max) || over(videos, taken.videos_max), "too many media")?;
    facts.shows = [images > 0, videos > 0];
    Ok(facts)
}

fn messages(case: &Case, record: Messages) -> Result<Facts, String> {
    let mut facts = Facts { turns: record.messages.len() as u64, ..Facts::default() };
    if let Some(system) = record.system {
        facts.say(case, "system", system)?;
    }
    let count = record.messages.len();
    refuse_if(count == 0 || !count.is_multiple_of(2), "a turn is missing")?;
    take_turns(record.messages.iter().map(|Object(message)| message.role.as_str()))?;
    for Object(Turn { role, content }) in record.messages {
        facts.say(case, if role == "user" { "user" } else { "assistant" }, content)?;
    }
    Ok(facts)
}

fn reinforcement(case: &Case, record: Reinforcement) -> Result<Facts, String> {
    let mut facts = Facts { turns: record.messages.len() as u64, ..Facts::default() };
    refuse_if(!record.messages.iter().any(|Object(message)| message.role == "user"), "no user")?;
    for (index, Object(NamedTurn { role, content, .. })) in record.messages.into_iter().enumerate() {
        let who = match role.as_str() {
            "system" if index == 0 => "system",
            "user" => "user",
            "assistant" => "assistant",
            _ => return Err("no such role here".to_owned()),
        };
        match content {
            Content::Text(text) => facts.say(case, who, text)?,
            Content::Parts(parts) => {
                refuse_if(parts.is_empty(), "nothing said")?;
                for Object(part) in parts {
                    refuse_if(part.kind != "text", "no text")?;
                    facts.say(case, who, part.text)?;
                }
            }
        }
    }
    Ok(facts)
}
