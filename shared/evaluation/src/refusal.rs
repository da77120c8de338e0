//! Recognizes answers that look like refusals.

/// The number of characters that are searched, because a refusal is at the beginning of an answer.
const OPENING_CHARS: usize = 200;

/// Phrases of a refusal at the beginning of an answer.
const OPENINGS: [&str; 13] = [
    "i can't ",
    "i cannot ",
    "i can not ",
    "i won't ",
    "i will not ",
    "i'm unable to ",
    "i am unable to ",
    "i'm not able to ",
    "i am not able to ",
    "i must decline",
    "i have to decline",
    "unfortunately, i can't ",
    "unfortunately, i cannot ",
];

/// Phrases of a refusal anywhere in those characters.
const PARTS: [&str; 15] = [
    "i can't assist",
    "i cannot assist",
    "i can't help",
    "i cannot help",
    "i can't provide",
    "i cannot provide",
    "i can't fulfill",
    "i cannot fulfill",
    "i can't answer",
    "i cannot answer",
    "unable to assist",
    "as an ai language model",
    "as a language model, i",
    "sorry, but i can't",
    "sorry, but i cannot",
];

/// Whether the answer begins like a refusal in English. This is tunedrop's own heuristic, not a standard: it searches
/// the first 200 characters for phrases. It misses refusals in other words or languages.
pub fn looks_like_refusal(answer: &str) -> bool {
    let opening: String = answer.trim_start().chars().take(OPENING_CHARS).collect();
    let opening = opening.to_lowercase().replace('\u{2019}', "'");
    OPENINGS.iter().any(|phrase| opening.starts_with(phrase)) || PARTS.iter().any(|phrase| opening.contains(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_recognized() {
        for answer in [
            "I'm sorry, but I can't assist with that.",
            "I’m sorry, but I can’t help with that request.",
            "  I cannot provide legal advice.",
            "As an AI language model, I don't have opinions.",
            "Unfortunately, I can't share this.",
        ] {
            assert!(looks_like_refusal(answer), "{answer}");
        }
    }

    #[test]
    fn other_answers_are_no_refusals() {
        let late = format!("{} I can't help with that.", "The order ships tomorrow. ".repeat(10));
        for answer in
            ["", "Sorry for the delay: it ships tomorrow.", "Unfortunately, I can only offer an exchange.", &late]
        {
            assert!(!looks_like_refusal(answer), "{answer}");
        }
    }
}
