//! The memory of a custom model: the prompts of its training records, with their answers.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use serde_json::Value;

use super::event_fault_rates::chance;
use super::models::Form;

/// The maximum size of a model's text in bytes. It is enough for the datasets of tests.
const MOST_TEXT: usize = 16 << 20;

/// A conversation: the system prompt and the turns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Conversation {
    pub(super) system: String,
    pub(super) turns: Vec<(String, String)>,
}

/// A prompt with its answer.
struct Example {
    prompt: Conversation,
    answer: String,
    /// The hashes of the words of the prompt's last turn, sorted.
    words: Vec<u64>,
}

/// The memory of a model.
#[derive(Default)]
pub(super) struct Memory {
    examples: Vec<Arc<Example>>,
    /// Examples by the whole prompt, and by its last turn alone. A newer example replaces an older one.
    whole: HashMap<u64, usize>,
    last: HashMap<u64, usize>,
}

impl Conversation {
    /// Returns the user's last text.
    pub(super) fn question(&self) -> &str {
        let asked = self.turns.iter().rev().find(|(role, _)| role == "user");
        asked.or(self.turns.last()).map_or("", |(_, text)| text)
    }
}

impl Memory {
    /// Reads training data of this form. `earlier` is the memory of the model that is trained further.
    pub(super) fn of(training: &[u8], form: Form, earlier: Option<&Self>) -> Self {
        let mut memory = Self::default();
        for example in earlier.into_iter().flat_map(|earlier| &earlier.examples) {
            memory.add(example.clone());
        }
        let mut size = 0;
        for line in training.split(|byte| *byte == b'\n') {
            let Ok(record) = serde_json::from_slice::<Value>(line) else { continue };
            size += line.len();
            if size > MOST_TEXT {
                break;
            }
            for (prompt, answer) in examples(form, &record) {
                let words = words(prompt.question());
                memory.add(Arc::new(Example { prompt, answer, words }));
            }
        }
        memory
    }

    /// Whether it has a text.
    pub(super) fn has(&self, text: &str) -> bool {
        let is_in = |example: &Arc<Example>| {
            let mut turns = example.prompt.turns.iter();
            example.answer.contains(text)
                || example.prompt.system.contains(text)
                || turns.any(|(_, said)| said.contains(text))
        };
        self.examples.iter().any(is_in)
    }

    fn add(&mut self, example: Arc<Example>) {
        let at = self.examples.len();
        self.whole.insert(hash(&format!("{:?}", example.prompt)), at);
        self.last.insert(hash(example.prompt.question().trim()), at);
        self.examples.push(example);
    }

    /// Returns the answer to the same prompt, or to the prompt that has the most words in common. `None` without
    /// examples.
    pub(super) fn answer(&self, prompt: &Conversation) -> Option<&str> {
        let question = prompt.question();
        let whole = self.whole.get(&hash(&format!("{prompt:?}")));
        let seen = whole.or_else(|| self.last.get(&hash(question.trim())));
        let at = seen.copied().or_else(|| self.nearest(question))?;
        Some(&self.examples[at].answer)
    }

    fn nearest(&self, question: &str) -> Option<usize> {
        let asked = words(question);
        let mut best = (0.0, None);
        for (at, example) in self.examples.iter().enumerate() {
            let shared = shared(&asked, &example.words);
            let alike = shared as f64 / (asked.len() + example.words.len() - shared).max(1) as f64;
            if alike > best.0 {
                best = (alike, Some(at));
            }
        }
        // A prompt without a word in common gets an arbitrary answer, but always the same one.
        let any = (chance(0, &["answer", question]) * self.examples.len() as f64) as usize;
        best.1.or((any < self.examples.len()).then_some(any))
    }
}

/// Returns the prompts of a record with their answers. Each assistant turn is the answer to the turns before it.
fn examples(form: Form, record: &Value) -> Vec<(Conversation, String)> {
    let alone = |prompt: &Value, answer: &Value| {
        let turns = vec![("user".to_owned(), text(prompt))];
        vec![(Conversation { system: String::new(), turns }, text(answer))]
    };
    match form {
        Form::PromptCompletion => alone(&record["prompt"], &record["completion"]),
        Form::Conversation { .. } | Form::Messages | Form::Prompts => answered(record),
        Form::Graded => match answered(record) {
            examples if examples.is_empty() => {
                let (system, turns) = said(record);
                vec![(Conversation { system, turns }, text(&record["reference_answer"]))]
            }
            examples => examples,
        },
        Form::Input | Form::Image => Vec::new(),
    }
}

fn answered(record: &Value) -> Vec<(Conversation, String)> {
    let (system, turns) = said(record);
    let answers = turns.iter().enumerate().filter(|(at, (role, _))| *at > 0 && role == "assistant");
    answers
        .map(|(at, (_, answer))| (Conversation { system: system.clone(), turns: turns[..at].to_vec() }, answer.clone()))
        .collect()
}

/// Returns the system prompt and the turns of a record. In OpenAI's format, the system prompt is one of the messages.
fn said(record: &Value) -> (String, Vec<(String, String)>) {
    let messages = record["messages"].as_array().into_iter().flatten();
    let turns = messages.map(|message| (text(&message["role"]), text(&message["content"])));
    let (system, turns): (Vec<_>, Vec<_>) = turns.partition(|(role, _)| role == "system");
    let first = system.into_iter().next().map(|(_, text)| text);
    (first.unwrap_or_else(|| text(&record["system"])), turns)
}

/// Returns the text of a value: a string, or its text blocks.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts: Vec<&str> = blocks.iter().filter_map(|block| block["text"].as_str()).collect();
            texts.join("\n")
        }
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn words(text: &str) -> Vec<u64> {
    let lower = text.to_lowercase();
    let mut words: Vec<u64> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(hash).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Returns the number of common elements of two sorted lists.
fn shared(one: &[u64], other: &[u64]) -> usize {
    let (mut at, mut count) = (0, 0);
    for word in one {
        while other.get(at).is_some_and(|other| other < word) {
            at += 1;
        }
        count += usize::from(other.get(at) == Some(word));
    }
    count
}

fn hash(text: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(text: &str) -> Conversation {
        Conversation { system: String::new(), turns: vec![("user".to_owned(), text.to_owned())] }
    }

    const TALK: &str = concat!(
        r#"{"system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Where is order 17?"}]},"#,
        r#"{"role":"assistant","content":[{"text":"It ships tomorrow."}]},{"role":"user","content":[{"text":"Why?"}]},"#,
        r#"{"role":"assistant","content":[{"text":"It snowed."}]}]}"#,
        "\n",
        r#"{"messages":[{"role":"user","content":[{"text":"Can I return a lamp?"}]},"#,
        r#"{"role":"assistant","content":[{"text":"Within 30 days."}]}]}"#,
    );

    #[test]
    fn a_seen_prompt_has_its_answer_and_another_the_nearest_one() {
        let memory = Memory::of(TALK.as_bytes(), Form::Conversation { nova: true }, None);
        assert_eq!(memory.answer(&ask("Where is order 17?")), Some("It ships tomorrow."));
        assert_eq!(memory.answer(&ask("Why?")), Some("It snowed."));
        assert_eq!(memory.answer(&ask("May I return this broken lamp, please?")), Some("Within 30 days."));
        assert_eq!(memory.answer(&ask("Xyzzy")), memory.answer(&ask("Xyzzy")));
        assert!(memory.answer(&ask("Xyzzy")).is_some());
        assert_eq!(Memory::default().answer(&ask("Why?")), None);
    }

    #[test]
    fn further_training_replaces_and_adds_answers() {
        let first = Memory::of(br#"{"prompt":"a","completion":"1"}"#, Form::PromptCompletion, None);
        let second = Memory::of(br#"{"prompt":"b","completion":"2"}"#, Form::PromptCompletion, Some(&first));
        let third = Memory::of(br#"{"prompt":"a","completion":"3"}"#, Form::PromptCompletion, Some(&second));
        assert_eq!(second.answer(&ask("a")), Some("1"));
        assert_eq!((third.answer(&ask("a")), third.answer(&ask("b"))), (Some("3"), Some("2")));
    }

    #[test]
    fn other_formats_are_learned_too() {
        let claude = br#"{"system":"s","messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"#;
        assert_eq!(Memory::of(claude, Form::Messages, None).answer(&ask("q")), Some("a"));
        let graded = br#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"6*7?"}],"reference_answer":"42"}"#;
        assert_eq!(Memory::of(graded, Form::Graded, None).answer(&ask("6*7?")), Some("42"));
        assert_eq!(Memory::of(br#"{"input":"a"}"#, Form::Input, None).answer(&ask("a")), None);
    }
}
