//! The text of an answer: its end, its tokens, and the text of base models.

use super::super::event_fault_rates::chance;
use super::super::memory::Conversation;

/// The maximum number of characters in a token.
const TOKEN: usize = 4;

/// The limits of an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) max_tokens: Option<usize>,
    pub(super) stops: Vec<String>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Speech {
    pub(super) tokens: Vec<String>,
    /// The reason why it ends.
    pub(super) stop: &'static str,
}

impl Speech {
    /// Limits a text by the first stop sequence in it, and by the number of tokens.
    pub(super) fn of(text: &str, settings: &Settings) -> Self {
        let end = settings.stops.iter().filter_map(|stop| text.find(stop.as_str())).min();
        let mut tokens = tokens(&text[..end.unwrap_or(text.len())]);
        let stop = match settings.max_tokens {
            Some(most) if tokens.len() > most => {
                tokens.truncate(most);
                "max_tokens"
            }
            _ if end.is_some() => "stop_sequence",
            _ => "end_turn",
        };
        Self { tokens, stop }
    }

    /// Returns the whole text.
    pub(super) fn text(&self) -> String {
        self.tokens.concat()
    }
}

/// Splits a text into tokens: pieces of words, with the blanks before them.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let (mut tokens, mut token, mut letters) = (Vec::new(), String::new(), 0);
    for c in text.chars() {
        if letters == TOKEN || letters > 0 && c.is_whitespace() {
            tokens.push(std::mem::take(&mut token));
            letters = 0;
        }
        token.push(c);
        letters += usize::from(!c.is_whitespace());
    }
    tokens.extend((!token.is_empty()).then_some(token));
    tokens
}

/// Returns a base model's answer: a general text that depends only on the model and the prompt.
pub(super) fn general(model: &str, prompt: &Conversation) -> String {
    let question = prompt.question();
    let topic: Vec<&str> = question.split_whitespace().take(8).collect();
    let topic = topic.join(" ");
    let drawn = |what: &str, from: &[&'static str]| {
        from[(chance(0, &[model, what, &prompt.system, question]) * from.len() as f64) as usize % from.len()]
    };
    let opening = drawn(
        "opening",
        &[
            "Thank you for your question about",
            "Here is some general information on",
            "You asked about",
            "Let's look at",
        ],
    );
    let middle = drawn(
        "middle",
        &[
            "In general it depends on the situation, and there are several options to consider.",
            "There are different views on this, and the details matter.",
            "The usual advice is to collect the facts first and then to decide.",
        ],
    );
    let end = drawn(
        "end",
        &["Please let me know if you need more details.", "I hope this helps.", "Consult an expert for your own case."],
    );
    format!("{opening} \"{topic}\". {middle} {end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_together_are_the_text() {
        for text in ["", " ", "It ships tomorrow.", "\n a  bc\tdefghijk ", "ä€漢字かな交じり"] {
            assert_eq!(tokens(text).concat(), text);
        }
        assert_eq!(tokens("It ships tomorrow."), ["It", " ship", "s", " tomo", "rrow", "."]);
    }

    #[test]
    fn an_answer_ends_at_its_limits() {
        let speech = |max_tokens, stops: &[&str]| {
            let stops = stops.iter().map(|stop| (*stop).to_owned()).collect();
            let speech = Speech::of("It ships tomorrow.", &Settings { max_tokens, stops });
            (speech.text(), speech.stop)
        };
        assert_eq!(speech(None, &[]), ("It ships tomorrow.".to_owned(), "end_turn"));
        assert_eq!(speech(Some(6), &[]), ("It ships tomorrow.".to_owned(), "end_turn"));
        assert_eq!(speech(Some(2), &[]), ("It ship".to_owned(), "max_tokens"));
        assert_eq!(speech(None, &["row", "ships"]), ("It ".to_owned(), "stop_sequence"));
        assert_eq!(speech(Some(1), &["morrow"]), ("It".to_owned(), "max_tokens"));
    }

    #[test]
    fn a_general_answer_depends_on_the_prompt_alone() {
        let ask = |text: &str| Conversation { turns: vec![("user".to_owned(), text.to_owned())], ..Default::default() };
        assert_eq!(general("m", &ask("Where is my order?")), general("m", &ask("Where is my order?")));
        assert_ne!(general("m", &ask("Where is my order?")), general("m", &ask("Who are you?")));
        assert!(general("m", &ask("Where is my order?")).contains("Where is my order?"));
    }
}
