//! Reads records of a question and its answer: Alpaca, Dolly, TRL's prompt and completion, and their kin.

use super::{SYSTEM, messages, read_system, said, text};
use crate::convert::LeftOut;
use crate::convert::dialogue::{Dialogue, Speaker};
use crate::convert::meaning;
use crate::convert::source::Source;
use crate::json::{self, Members, Raw};

/// Keys of a question.
pub(in crate::convert) const QUESTIONS: [&str; 4] = ["instruction", "prompt", "question", "query"];

/// Keys of what a question is about.
pub(in crate::convert) const SUBJECTS: [&str; 2] = ["input", "context"];

/// Keys of an answer.
pub(in crate::convert) const ANSWERS: [&str; 4] = ["completion", "output", "response", "answer"];

/// The keys of a layout.
struct Keys {
    questions: &'static [&'static str],
    subjects: &'static [&'static str],
    answers: &'static [&'static str],
}

/// Reads a record; returns the keys that it has read.
pub(super) fn read(members: &Members, source: Source, dialogue: &mut Dialogue) -> Result<Vec<&'static str>, LeftOut> {
    let all = Keys { questions: &QUESTIONS, subjects: &SUBJECTS, answers: &ANSWERS };
    let keys = match source {
        Source::Alpaca => Keys { questions: &["instruction"], subjects: &["input"], answers: &["output"] },
        Source::Dolly => Keys { questions: &["instruction"], subjects: &["context"], answers: &["response"] },
        _ => all,
    };
    read_system(members, dialogue)?;
    history(members, dialogue)?;
    let find = |keys: &[&'static str]| -> Vec<(&'static str, Raw)> {
        keys.iter()
            .filter_map(|key| Some((*key, json::field(members, key).filter(|raw| !json::is_empty(raw))?)))
            .collect()
    };
    let (questions, subjects, answers) = (find(keys.questions), find(keys.subjects), find(keys.answers));
    question(&keys, &questions, &subjects, dialogue)?;
    answer(members, &keys, &answers, dialogue)?;
    let known = [keys.questions, keys.subjects, keys.answers].concat();
    Ok(known.into_iter().chain(SYSTEM).chain(["history"]).collect())
}

fn question(
    keys: &Keys,
    questions: &[(&'static str, Raw)],
    subjects: &[(&'static str, Raw)],
    dialogue: &mut Dialogue,
) -> Result<(), LeftOut> {
    let parts: Vec<(&'static str, Raw)> = match questions {
        [(_, list)] if list.get().starts_with('[') => return messages::read(list, questions[0].0, dialogue),
        [_] => questions.iter().chain(subjects).copied().collect(),
        // An instruction may come before the question that it is about.
        [("instruction", _), _] => questions.iter().chain(subjects).copied().collect(),
        [] if !subjects.is_empty() => subjects.to_vec(),
        [] => {
            return Err(
                format!("its question is missing: `{}` is missing or empty", keys.questions.join("`, `")).into()
            );
        }
        [(one, _), (other, _), ..] => {
            return Err(format!("it has several questions (`{one}`, `{other}`); keep one").into());
        }
    };
    let texts: Result<Vec<String>, LeftOut> = parts.into_iter().map(|(key, raw)| said(raw, key)).collect();
    dialogue.say_text(Speaker::User, texts?.join("\n\n"));
    Ok(())
}

fn answer(
    members: &Members,
    keys: &Keys,
    answers: &[(&'static str, Raw)],
    dialogue: &mut Dialogue,
) -> Result<(), LeftOut> {
    match answers {
        [] => {
            let empty = keys.answers.iter().find(|key| json::field(members, key).is_some());
            dialogue.missing = Some(match (empty, keys.answers) {
                (Some(key), _) | (None, [key]) => {
                    format!("its answer is missing: `{key}` is {}", if empty.is_some() { "empty" } else { "missing" })
                }
                (None, keys) => format!("its answer is missing: it has none of `{}`", keys.join("`, `")),
            });
            Ok(())
        }
        [(key, list)] if list.get().starts_with('[') => messages::read(list, key, dialogue),
        [(key, raw)] => {
            dialogue.say_text(Speaker::Assistant, said(raw, key)?);
            Ok(())
        }
        [(one, _), (other, _), ..] => Err(format!("it has several answers (`{one}`, `{other}`); keep one").into()),
    }
}

/// Reads the earlier rounds: pairs of texts, as LLaMA-Factory and ms-swift have them, or messages.
fn history(members: &Members, dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    let Some(raw) = json::field(members, "history").filter(|raw| !meaning::is_empty(raw)) else { return Ok(()) };
    let rounds = json::elements(raw.get()).ok_or("`history` isn't a list")?;
    if rounds.first().is_some_and(|first| first.get().starts_with('{')) {
        return messages::read(raw, "history", dialogue);
    }
    for round in rounds {
        let pair = json::elements(round.get()).ok_or("`history` holds something else than pairs")?;
        let texts: Option<Vec<String>> = pair.into_iter().map(text).collect();
        let texts: Result<[String; 2], _> = texts.unwrap_or_default().try_into();
        let [question, answer] = texts.map_err(|_| "`history` holds something else than pairs of texts")?;
        dialogue.say_text(Speaker::User, question);
        dialogue.say_text(Speaker::Assistant, answer);
    }
    Ok(())
}
