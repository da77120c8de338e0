//! Answers in which a model speaks about itself instead of answering.

use std::sync::OnceLock;

/// How many characters of an answer are searched: such phrases come first.
const OPENING_CHARS: usize = 200;

/// Phrases with which a model introduces itself, in lower case.
const PHRASES: [&str; 36] = [
    "as an ai language model",
    "as an ai model",
    "as an ai assistant",
    "as an ai, i",
    "as an artificial intelligence",
    "as a large language model",
    "as a language model, i",
    "i'm just an ai",
    "i am just an ai",
    "i'm an ai language model",
    "i am an ai language model",
    "as of my last knowledge update",
    "as of my knowledge cutoff",
    "my knowledge cutoff",
    "i don't have personal opinions",
    "i do not have personal opinions",
    "als ki-sprachmodell",
    "als ki-modell",
    "als sprachmodell habe ich",
    "als künstliche intelligenz",
    "als eine künstliche intelligenz",
    "en tant que modèle de langage",
    "en tant qu'ia",
    "en tant qu'intelligence artificielle",
    "como modelo de lenguaje",
    "como una inteligencia artificial",
    "作为一个人工智能",
    "作为人工智能",
    "作为一个ai",
    "作为ai",
    "作为一个语言模型",
    "كنموذج لغوي",
    "بصفتي نموذج",
    "بصفتي ذكاء",
    "एक एआई भाषा मॉडल के रूप में",
    "एक एआई के रूप में",
];

/// Returns the byte at which an answer has such a phrase. A phrase in quotation marks, or in the middle of a clause,
/// belongs to a text about such answers. `opening` is a buffer.
pub(crate) fn boilerplate(answer: &str, opening: &mut String) -> Option<usize> {
    let trimmed = answer.trim_start();
    opening.clear();
    match trimmed.as_bytes().get(..OPENING_CHARS) {
        Some(bytes) if bytes.is_ascii() => {
            opening.push_str(&trimmed[..OPENING_CHARS]);
            opening.make_ascii_lowercase();
        }
        _ => opening.extend(trimmed.chars().take(OPENING_CHARS).map(simple_lower)),
    }
    // Of each phrase, where it occurs first counts.
    let mut is_met = [false; PHRASES.len()];
    let mut pairs = opening.as_bytes().windows(2).enumerate();
    let at = pairs.find_map(|(at, pair)| {
        let rest = &opening.as_bytes()[at..];
        let of_byte = starting_with(pair[0]).iter().filter(|(second, _)| *second == pair[1]);
        let begin_here = of_byte.map(|(_, phrase)| *phrase).filter(|at| rest.starts_with(PHRASES[*at].as_bytes()));
        let new = begin_here.fold(false, |new, phrase| new | !std::mem::replace(&mut is_met[phrase], true));
        (new && begins_clause(&opening[..at])).then_some(at)
    })?;
    // The same character in the answer, whose capitals may have other lengths.
    let chars = opening[..at].chars().count();
    let offset = trimmed.char_indices().nth(chars).map_or(0, |(offset, _)| offset);
    Some(answer.len() - trimmed.len() + offset)
}

/// Returns which phrases start with the byte, each with its second byte.
fn starting_with(byte: u8) -> &'static [(u8, usize)] {
    static BY_BYTE: OnceLock<Vec<Vec<(u8, usize)>>> = OnceLock::new();
    let by_byte = BY_BYTE.get_or_init(|| {
        let mut by_byte = vec![Vec::new(); 256];
        let bytes = PHRASES.map(str::as_bytes);
        bytes.iter().enumerate().for_each(|(at, phrase)| by_byte[usize::from(phrase[0])].push((phrase[1], at)));
        by_byte
    });
    &by_byte[usize::from(byte)]
}

fn simple_lower(c: char) -> char {
    match c {
        '\u{2019}' => '\'',
        c if c.is_ascii() => c.to_ascii_lowercase(),
        c => c.to_lowercase().next().unwrap_or(c),
    }
}

/// Whether a clause begins after this text.
fn begins_clause(before: &str) -> bool {
    let before = before.trim_end();
    let conjunctions = ["but", "however", "and", "that", "aber", "mais", "pero", "但", "لكن", "लेकिन"];
    before.is_empty()
        || before.ends_with(['.', ',', '!', '?', ':', ';', '。', '，', '！', '؟', '،', '।', '—', '–', '-', '\n'])
        || conjunctions.iter().any(|word| before.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_model_that_speaks_about_itself() {
        for (answer, at) in [
            ("As an AI language model, I can't feel.", 0),
            ("I'm sorry, but as an AI language model I don't know.", 15),
            ("作为一个人工智能，我没有感情。", 0),
            (" En tant qu’IA, je ne peux pas.", 1),
        ] {
            assert_eq!(boilerplate(answer, &mut String::new()), Some(at), "{answer}");
        }
    }

    #[test]
    fn leaves_texts_about_such_answers() {
        for answer in [
            "Phrases such as \"As an AI language model\" annoy readers.",
            "It was trained as an AI language model for time reports.",
            "Der Satz „Als KI-Sprachmodell“ sagt nichts.",
            "Water boils at 100 °C.",
        ] {
            assert_eq!(boilerplate(answer, &mut String::new()), None, "{answer}");
        }
    }
}
