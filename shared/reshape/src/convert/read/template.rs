//! Reads a prompt that is one text, which may contain turns in a model's template.

use super::claude;
use crate::convert::LeftOut;
use crate::convert::dialogue::{Dialogue, Speaker};

/// The marks at the beginning of a turn of Llama 3, and before its text.
const HEADER: (&str, &str) = ("<|start_header_id|>", "<|end_header_id|>");
/// The mark at the end of a turn.
const END: &str = "<|eot_id|>";

/// Adds the turns of a prompt: Llama 3's, Claude's, or the user's alone.
pub(super) fn read(prompt: &str, dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    if prompt.contains(HEADER.0) {
        return llama(prompt, dialogue);
    }
    if claude::has_turns(prompt) {
        claude::read(prompt, dialogue);
        return Ok(());
    }
    if ["[INST]", "<|im_start|>", "<|turn|>", "<start_of_turn>"].iter().any(|mark| prompt.contains(mark)) {
        return Err("its prompt is in a template that convert doesn't read; write its turns as `messages`".into());
    }
    dialogue.say_text(Speaker::User, prompt.to_owned());
    Ok(())
}

fn llama(prompt: &str, dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    let mut parts = prompt.split(HEADER.0);
    let before = parts.next().unwrap_or_default();
    if !matches!(before.trim(), "" | "<|begin_of_text|>") {
        return Err("its prompt has text before Llama's first turn".into());
    }
    let count = parts.clone().count();
    for (part, number) in parts.zip(1..) {
        let (role, said) = part.split_once(HEADER.1).ok_or("its prompt isn't in Llama's template throughout")?;
        let said = said.trim();
        let (said, is_ended) = said.strip_suffix(END).map_or((said, false), |said| (said, true));
        if said.contains("<|") {
            return Err("its prompt isn't in Llama's template throughout".into());
        }
        match role.trim() {
            "system" => dialogue.system.push(said.to_owned()),
            "user" => dialogue.say_text(Speaker::User, said.to_owned()),
            // The header before the answer.
            "assistant" if number == count && said.is_empty() && !is_ended => {}
            "assistant" => dialogue.say_text(Speaker::Assistant, said.to_owned()),
            _ => return Err("its prompt has a turn of a tool, and this model isn't trained on tool calls".into()),
        }
    }
    dialogue.note("the prompt's turns became messages");
    Ok(())
}
