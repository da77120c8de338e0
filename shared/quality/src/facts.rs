//! What is kept of one record: hashes, counts, and the faults that the record shows by itself.

use tunedrop_validation::{Excerpt, RecordTexts, TextRole};
use twox_hash::xxhash3_64;

use crate::boilerplate::boilerplate;
use crate::characters::kinds;
use crate::cut::{Cut, Ending, ending};
use crate::damage::damage;
use crate::language::{Language, language};
use crate::shingles::{add_shingles, sort_and_sample};
use crate::tokens::{fold, mix, skeleton, tokenize};

/// Bytes of a record's beginning that are kept, for the report's excerpts.
const HEAD: usize = 80;

/// An answer of more words isn't a label.
pub(crate) const LABEL_WORDS: usize = 4;

/// The largest sample of a record's shingles: a record of 8 MiB has millions.
pub(crate) const SHINGLES_MAX: usize = 4096;

/// What is kept of a record.
#[derive(Debug)]
pub(crate) struct Facts {
    /// The 0-based number of its line among those read together.
    pub(crate) line: u64,
    /// Equal for records with equal texts.
    pub(crate) identity: u64,
    /// Equal for records with equal words.
    pub(crate) normalized: u64,
    /// The sorted hashes of its shingles: the smallest [`SHINGLES_MAX`].
    pub(crate) shingles: Vec<u32>,
    /// Its prompt and answer, if it has both.
    pub(crate) pair: Option<Pair>,
    /// Characters of its last answer, or of the document.
    pub(crate) chars: u32,
    /// Characters of the prompt before the last answer.
    pub(crate) prompt_chars: Option<u32>,
    /// Turns of its conversation: 1 for a document.
    pub(crate) turns: u32,
    /// The kinds of characters in it, a bit each.
    pub(crate) kinds: u32,
    pub(crate) language: Option<Language>,
    pub(crate) ending: Ending,
    pub(crate) faults: Vec<Fault>,
    /// The beginning of its first prompt.
    pub(crate) head: Box<str>,
}

/// A prompt and its answer, as hashes.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) prompt: u64,
    pub(crate) answer: u64,
    /// The answer without numbers and negations.
    pub(crate) skeleton: u64,
    pub(crate) answer_words: u32,
    /// The answer, if it may be a label.
    pub(crate) label: Option<Box<str>>,
}

/// A fault that a record shows by itself.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) excerpt: Excerpt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Boilerplate,
    Cut(Cut),
    /// An answer without an end of sentence. Whether it is a fault depends on the other records.
    Open,
    Damage,
}

/// Buffers that are reused for each record.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    tokens: Vec<u64>,
    opening: String,
}

/// Returns the facts of a record, or none if it has no text to look at.
pub(crate) fn facts(line: u64, texts: RecordTexts, buffers: &mut Buffers) -> Option<Facts> {
    let mut parts: Vec<(TextRole, &str)> = Vec::with_capacity(4);
    texts.collect(&mut parts);
    parts.retain(|(role, _)| *role != TextRole::Other);
    let last_answer = match parts.last() {
        Some((TextRole::Answer, _)) => {
            parts.iter().rposition(|(role, _)| *role != TextRole::Answer).map_or(0, |before| before + 1)
        }
        _ => parts.len(),
    };
    let own = parts.iter().position(|(role, _)| *role != TextRole::System)?;
    let Buffers { tokens, opening } = buffers;
    let (mut normalized, mut shingles) = (0, Vec::new());
    let (mut prompt, mut answer_from) = (0, 0);
    let (mut own_from, mut own_end) = (0, 0);
    tokens.clear();
    for (at, (role, text)) in parts.iter().enumerate() {
        if at == last_answer {
            (prompt, answer_from) = (normalized, tokens.len());
        }
        let start = tokens.len();
        tokenize(text, tokens);
        if at == own {
            (own_from, own_end) = (start, tokens.len());
        }
        normalized = mix(normalized ^ fold(&tokens[start..]) ^ *role as u64);
        // Records that share a long system prompt aren't alike for that.
        if *role != TextRole::System {
            add_shingles(&tokens[start..], &mut shingles);
        }
    }
    sort_and_sample(&mut shingles, SHINGLES_MAX);
    let answers = &parts[last_answer..];
    let said: &[(TextRole, &str)] = if answers.is_empty() { &parts[own..] } else { answers };
    let joined: String;
    let answer: &str = match said {
        [(_, text)] => text,
        _ => {
            joined = said.iter().map(|(_, text)| *text).collect::<Vec<_>>().join("\n");
            &joined
        }
    };
    let pair = (!answers.is_empty() && own < last_answer).then(|| pair(prompt, &tokens[answer_from..], answer));
    let mut found = Vec::new();
    let mut add = |kind, text: &str, at| found.push(Fault { kind, excerpt: Excerpt::around(text.as_bytes(), at) });
    for (role, text) in &parts {
        if *role == TextRole::Answer
            && let Some(at) = boilerplate(text, opening)
        {
            add(FaultKind::Boilerplate, text, at);
            break;
        }
    }
    if let Some((text, at)) = parts.iter().find_map(|(_, text)| Some((text, damage(text)?))) {
        add(FaultKind::Damage, text, at);
    }
    let ending = if answers.is_empty() { Ending::Unknown } else { ending(answer) };
    match ending {
        Ending::Cut(cut) => add(FaultKind::Cut(cut), answer, answer.trim_end().len()),
        Ending::Open => add(FaultKind::Open, answer, answer.trim_end().len()),
        Ending::Unknown | Ending::Complete => {}
    }
    let first = parts[own].1;
    let said_from = if answers.is_empty() { own_from } else { answer_from };
    let language = language(answer, &tokens[said_from..]).or_else(|| language(first, &tokens[own_from..own_end]));
    Some(Facts {
        line,
        identity: xxhash3_64::Hasher::oneshot(texts.identity()),
        normalized,
        shingles,
        pair,
        chars: char_count(answer),
        prompt_chars: prompt_chars(&parts[..last_answer]),
        turns: turns(&parts),
        kinds: parts.iter().fold(0, |all, (_, text)| all | kinds(text)),
        language,
        ending,
        faults: found,
        head: first[..first.floor_char_boundary(HEAD)].into(),
    })
}

fn char_count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// Returns the characters of the last prompt.
fn prompt_chars(before: &[(TextRole, &str)]) -> Option<u32> {
    let last = before.iter().rev().take_while(|(role, _)| *role == TextRole::Prompt);
    last.map(|(_, text)| char_count(text)).reduce(u32::saturating_add)
}

/// Returns how often the speaker changes, and one more.
fn turns(parts: &[(TextRole, &str)]) -> u32 {
    let spoken = parts.iter().map(|(role, _)| *role).filter(|role| *role != TextRole::System);
    let mut before = None;
    spoken.filter(|role| before.replace(*role) != Some(*role)).count() as u32
}

fn pair(prompt: u64, tokens: &[u64], answer: &str) -> Pair {
    let label = (tokens.len() <= LABEL_WORDS && answer.len() <= HEAD).then(|| answer.trim().into());
    Pair { prompt, answer: fold(tokens), skeleton: skeleton(tokens), answer_words: tokens.len() as u32, label }
}
