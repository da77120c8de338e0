//! Reads records of a question and its answer: Alpaca, Dolly, TRL's prompt and completion, and similar layouts.

use super::{SYSTEM, annotated, claude, messages, read_system, said, text};
use crate::convert::LeftOut;
use crate::convert::dialogue::{Dialogue, Speaker};
use crate::convert::meaning::{self, HISTORIES};
use crate::convert::source::Source;
use crate::json::{self, Members, Raw};

/// Keys of a question.
pub(crate) const QUESTIONS: [&str; 4] = ["instruction", "prompt", "question", "query"];

/// Keys of a text that a question is about.
pub(in crate::convert) const SUBJECTS: [&str; 3] = ["input", "context", "passage"];

/// Keys of an answer.
pub(crate) const ANSWERS: [&str; 4] = ["completion", "output", "response", "answer"];

/// The keys of a layout.
struct Keys {
    questions: &'static [&'static str],
    subjects: &'static [&'static str],
    answers: &'static [&'static str],
}

/// Reads a record. Returns the keys that it has read.
pub(super) fn read(members: &Members, source: Source, dialogue: &mut Dialogue) -> Result<Vec<&'static str>, LeftOut> {
    let all = Keys { questions: &QUESTIONS, subjects: &SUBJECTS, answers: &ANSWERS };
    let keys = match source {
        Source::Alpaca => Keys { questions: &["instruction"], subjects: &SUBJECTS, answers: &["output"] },
        Source::Dolly => Keys { questions: &["instruction"], subjects: &SUBJECTS, answers: &["response"] },
        _ => all,
    };
    read_system(members, dialogue)?;
    if let Some(segments) = json::field(members, "segments") {
        annotated::segments(segments, dialogue)?;
        return Ok(vec!["segments"]);
    }
    history(members, dialogue)?;
    let find = |keys: &[&'static str]| -> Vec<(&'static str, Raw)> {
        keys.iter()
            .filter_map(|key| Some((*key, json::field(members, key).filter(|raw| !json::is_empty(raw))?)))
            .collect()
    };
    let known = [keys.questions, keys.subjects, keys.answers, &SYSTEM, &HISTORIES, &["answers"]].concat();
    let (questions, subjects, answers) = (find(keys.questions), find(keys.subjects), find(keys.answers));
    if questions.is_empty() && (is_list(&subjects) || is_list(&answers)) {
        dialogue.is_openai = true;
    }
    match (questions.as_slice(), subjects.is_empty(), answers.as_slice()) {
        ([(_, question)], true, [(key, answer)])
            if answer.get().starts_with('"') && text(question).is_some_and(|text| claude::has_turns(&text)) =>
        {
            let question = text(question).unwrap_or_default();
            claude::read(&claude::joined(&question, &said(answer, key)?), dialogue);
        }
        _ => {
            question(&keys, &questions, &subjects, answers.is_empty(), dialogue)?;
            answer(members, &keys, &answers, dialogue)?;
        }
    }
    Ok(known)
}

fn question(
    keys: &Keys,
    questions: &[(&'static str, Raw)],
    subjects: &[(&'static str, Raw)],
    answers_are_missing: bool,
    dialogue: &mut Dialogue,
) -> Result<(), LeftOut> {
    let parts: Vec<(&'static str, Raw)> = match questions {
        [(_, list)] if list.get().starts_with('[') => return messages::read(list, questions[0].0, dialogue),
        [_] => questions.iter().chain(subjects).copied().collect(),
        // An instruction may precede the question that it is about.
        [("instruction", _), _] => questions.iter().chain(subjects).copied().collect(),
        [] if is_list(subjects) => return messages::read(subjects[0].1, subjects[0].0, dialogue),
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
    let texts = texts?.join("\n\n");
    if answers_are_missing && claude::has_turns(&texts) {
        claude::read(&texts, dialogue);
    } else {
        dialogue.say_text(Speaker::User, texts);
    }
    Ok(())
}

fn answer(
    members: &Members,
    keys: &Keys,
    answers: &[(&'static str, Raw)],
    dialogue: &mut Dialogue,
) -> Result<(), LeftOut> {
    match answers {
        [] if json::field(members, "answers").is_some() => {
            for key in annotated::other_keys_of_answers(members) {
                dialogue.drop_key("answers.", &key);
            }
            match annotated::answers(members)? {
                Some(text) => dialogue.say_text(Speaker::Assistant, text),
                None => dialogue.missing = Some("its answer is missing: `answers` is empty".to_owned()),
            }
            Ok(())
        }
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
        [(key, list)] if list.get().starts_with('[') => match annotated::submitted(list)? {
            Some(text) => {
                dialogue.say_text(Speaker::Assistant, text);
                Ok(())
            }
            None if json::elements(list.get()).is_some_and(|list| !list[0].get().starts_with('{')) => {
                Err(format!("`{key}` is a list, and a record takes one answer").into())
            }
            None => messages::read(list, key, dialogue),
        },
        [(key, raw)] => {
            dialogue.say_text(Speaker::Assistant, said(raw, key)?);
            Ok(())
        }
        [(one, _), (other, _), ..] => Err(format!("it has several answers (`{one}`, `{other}`); keep one").into()),
    }
}

/// Whether the only value is a list of messages, as in OpenAI's Responses API.
fn is_list(values: &[(&'static str, Raw)]) -> bool {
    matches!(values, [(_, list)] if list.get().starts_with('['))
}

/// Reads the earlier turns: pairs of strings, as in LLaMA-Factory and ms-swift, or messages.
fn history(members: &Members, dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    let find =
        |key: &'static str| json::field(members, key).filter(|raw| !meaning::is_empty(raw)).map(|raw| (key, raw));
    let (key, raw) = match HISTORIES.map(find) {
        [Some(_), Some(_)] => return Err("it has earlier turns twice (`history`, `chat_history`); keep one".into()),
        [Some(one), None] | [None, Some(one)] => one,
        [None, None] => return Ok(()),
    };
    let rounds = json::elements(raw.get()).ok_or_else(|| format!("`{key}` isn't a list"))?;
    if rounds.first().is_some_and(|first| first.get().starts_with('{')) {
        return messages::read(raw, key, dialogue);
    }
    for round in rounds {
        let pair = json::elements(round.get()).ok_or_else(|| format!("`{key}` holds something else than pairs"))?;
        let texts: Option<Vec<String>> = pair.into_iter().map(text).collect();
        let texts: Result<[String; 2], _> = texts.unwrap_or_default().try_into();
        let [question, answer] = texts.map_err(|_| format!("`{key}` holds something else than pairs of texts"))?;
        dialogue.say_text(Speaker::User, question);
        dialogue.say_text(Speaker::Assistant, answer);
    }
    Ok(())
}
