//! Reads the turns inside a text in the format of Claude's Text Completions: `\n\nHuman: …\n\nAssistant: …`.

use crate::convert::dialogue::{Dialogue, Speaker};

const MARKS: [(&str, Speaker); 2] = [("Human:", Speaker::User), ("Assistant:", Speaker::Assistant)];

/// The beginning of a turn: the offset of its mark, the offset after the mark, and the speaker.
type Mark = (usize, usize, Speaker);

/// Whether a text begins with the user's turn, after an optional system prompt, and has a mark for an answer.
pub(super) fn has_turns(text: &str) -> bool {
    let marks = marks(text);
    marks.first().is_some_and(|(_, _, speaker)| *speaker == Speaker::User)
        && marks.iter().any(|(_, _, speaker)| *speaker == Speaker::Assistant)
}

/// Returns the prompt and its completion. If the prompt doesn't end with the mark of an answer, it is inserted.
pub(super) fn joined(prompt: &str, completion: &str) -> String {
    let has_mark = marks(prompt).last().is_some_and(|(_, _, speaker)| *speaker == Speaker::Assistant);
    format!("{prompt}{}{completion}", if has_mark { "" } else { "\n\nAssistant:" })
}

/// Adds the turns, without their marks. An empty turn at the end is only the mark of an answer or of the next turn.
pub(super) fn read(text: &str, dialogue: &mut Dialogue) {
    let marks = marks(text);
    let before = marks.first().map_or(text, |(start, ..)| &text[..*start]).trim();
    if !before.is_empty() {
        dialogue.system.push(before.to_owned());
    }
    for (at, (_, from, speaker)) in marks.iter().enumerate() {
        let next = marks.get(at + 1).map(|(start, ..)| *start);
        let said = text[*from..next.unwrap_or(text.len())].trim();
        if next.is_some() || !said.is_empty() {
            dialogue.say_text(*speaker, said.to_owned());
        }
    }
    dialogue.note("turns that a text marks with Human: and Assistant: became messages");
}

/// Returns the marks after an empty line, or at the beginning of a line if the text begins with the user's mark.
fn marks(text: &str) -> Vec<Mark> {
    let begin = text.len() - text.trim_start().len();
    let least = if text[begin..].starts_with(MARKS[0].0) { 1 } else { 2 };
    let mut found: Vec<Mark> = MARKS
        .into_iter()
        .flat_map(|(mark, speaker)| {
            text.match_indices(mark)
                .filter(move |(at, _)| *at == begin || breaks_before(text, *at) >= least)
                .map(move |(at, _)| (at, at + mark.len(), speaker))
        })
        .collect();
    found.sort_unstable_by_key(|(at, ..)| *at);
    found
}

/// Returns the number of line breaks directly before an offset, with optional white space between them.
fn breaks_before(text: &str, at: usize) -> usize {
    let before = &text[..at];
    let space = &before[before.trim_end().len()..];
    if space.ends_with('\n') { space.matches('\n').count() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(text: &str) -> (Vec<String>, Vec<(Speaker, String)>) {
        let mut dialogue = Dialogue::default();
        read(text, &mut dialogue);
        let turns = dialogue.turns.into_iter().map(|turn| {
            let parts: Vec<String> = turn.parts.iter().map(|part| format!("{part:?}")).collect();
            (turn.speaker, parts.join(" "))
        });
        (dialogue.system, turns.collect())
    }

    #[test]
    fn reads_turns_and_the_system_prompt_before_them() {
        let (system, turns) = turns("Be brief.\n\nHuman: A?\n\nB?\n\nAssistant: C.\n\nHuman: D?\n\nAssistant:");
        assert_eq!(system, ["Be brief."]);
        let said: Vec<&str> = turns.iter().map(|(_, said)| said.as_str()).collect();
        assert_eq!(said, [r#"Text("A?\n\nB?")"#, r#"Text("C.")"#, r#"Text("D?")"#]);
    }

    #[test]
    fn leaves_other_texts_alone() {
        for text in [
            "Human: A?",
            "Assistant: A.",
            "A\nHuman: b\nAssistant: c",
            "The Human: a, the Assistant: b",
            "",
            "Human: what does Assistant: mean?",
        ] {
            assert!(!has_turns(text), "{text}");
        }
        assert!(has_turns("\n\nHuman: A?\n\nAssistant:") && has_turns("Human: A?\nAssistant:"));
    }

    #[test]
    fn joins_a_completion_to_the_beginning_of_the_answer() {
        assert_eq!(joined("\n\nHuman: A?\n\nAssistant: It", " is."), "\n\nHuman: A?\n\nAssistant: It is.");
        assert_eq!(joined("\n\nHuman: A?", "B."), "\n\nHuman: A?\n\nAssistant:B.");
    }
}
