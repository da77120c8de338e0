//! Reads answers of annotators, and texts that are marked for training.

use super::pair::QUESTIONS;
use super::{required, text};
use crate::convert::LeftOut;
use crate::convert::dialogue::{Dialogue, Speaker};
use crate::json::{self, Members, Raw};

/// Returns the answer of one annotator in Argilla's export: `[{"value": …, "status": "submitted", "user_id": …}]`.
/// `None` for any other list.
pub(super) fn submitted(list: Raw) -> Result<Option<String>, LeftOut> {
    let entries = json::elements(list.get()).unwrap_or_default();
    let entries: Vec<Members> = entries.into_iter().filter_map(|raw| json::members(raw.get())).collect();
    let has = |entry: &Members, key: &str| json::field(entry, key).is_some();
    let is_answer = |entry: &Members| {
        let is_message = has(entry, "role") || has(entry, "from");
        has(entry, "value") && (has(entry, "status") || has(entry, "user_id")) && !is_message
    };
    if entries.is_empty() || !entries.iter().all(is_answer) {
        return Ok(None);
    }
    let is_submitted = |entry: &&Members| {
        let status = json::field(entry, "status").and_then(text);
        status.is_none_or(|status| status == "submitted")
    };
    match entries.iter().filter(is_submitted).collect::<Vec<_>>().as_slice() {
        [one] => required(one, "value").map(Some),
        [] => Err("none of its answers was submitted (`status`)".into()),
        _ => Err("it has the answers of several annotators; keep one".into()),
    }
}

/// Returns the answer in SQuAD's `answers`, if all of them are equal. `answers` is `{"text": […]}`, a list of
/// `{"text": …}`, or a list of strings.
pub(super) fn answers(members: &Members) -> Result<Option<String>, LeftOut> {
    let Some(raw) = json::field(members, "answers").filter(|raw| !json::is_empty(raw)) else { return Ok(None) };
    let list = match json::members(raw.get()) {
        Some(fields) => json::field(&fields, "text").and_then(|raw| json::elements(raw.get())),
        None => json::elements(raw.get()),
    };
    let said = |raw: Raw| match json::members(raw.get()) {
        Some(fields) => json::field(&fields, "text").and_then(text),
        None => text(raw),
    };
    let texts: Option<Vec<String>> = list.and_then(|list| list.into_iter().map(said).collect());
    let mut texts =
        texts.ok_or("`answers` is none of a list of texts and SQuAD's; write the answer as `completion`")?;
    texts.dedup();
    match texts.len() {
        0 | 1 => Ok(texts.pop()),
        _ => Err("it has several answers (`answers`), and a record takes one".into()),
    }
}

/// Returns the keys next to the text in SQuAD's `answers`, such as `answer_start`.
pub(super) fn other_keys_of_answers(members: &Members) -> Vec<String> {
    let Some(raw) = json::field(members, "answers") else { return Vec::new() };
    let answers = match json::members(raw.get()) {
        Some(fields) => vec![fields],
        None => {
            json::elements(raw.get()).unwrap_or_default().iter().filter_map(|raw| json::members(raw.get())).collect()
        }
    };
    let others = answers.into_iter().flatten().filter(|(key, raw)| key != "text" && !json::is_empty(raw));
    others.map(|(key, _)| key.into_owned()).collect()
}

/// Reads Axolotl's `segments`, whose `label` says which of them are trained: first the prompt, then the answer.
pub(super) fn segments(raw: Raw, dialogue: &mut Dialogue) -> Result<(), LeftOut> {
    let list = json::elements(raw.get()).ok_or("`segments` isn't a list")?;
    let (mut prompt, mut answer) = (String::new(), String::new());
    for segment in list {
        let fields = json::members(segment.get()).ok_or("one of its `segments` isn't an object")?;
        let said = required(&fields, "text")?;
        match json::field(&fields, "label").map(|label| label.get()) {
            Some("false") if answer.is_empty() => prompt.push_str(&said),
            Some("true") => answer.push_str(&said),
            Some("false") => {
                return Err("its `segments` go on with a prompt after an answer, and a record has one of each".into());
            }
            _ => return Err("the `label` of one of its `segments` is neither true nor false".into()),
        }
    }
    if prompt.is_empty() {
        return Err("its `segments` begin with an answer".into());
    }
    dialogue.say_text(Speaker::User, prompt);
    if answer.is_empty() {
        dialogue.missing = Some("its answer is missing: none of its `segments` is trained on".to_owned());
    } else {
        dialogue.say_text(Speaker::Assistant, answer);
    }
    Ok(())
}

/// Removes `answer` from a task of Prodigy, in which it is a decision about the task.
pub(in crate::convert) fn without_decision(members: &mut Members) -> Result<(), LeftOut> {
    let has = |key: &&str| json::field(members, key).is_some_and(|raw| !json::is_empty(raw));
    // Without Prodigy's own keys, `answer` is a decision if the record has other content.
    let has_content = ["messages", "conversations", "conversation", "contents", "completion", "output", "response"];
    let is_beside = has_content.iter().any(has) || has(&"text") && !QUESTIONS.iter().any(has);
    let is_task = ["_task_hash", "_input_hash"].iter().any(|key| json::field(members, key).is_some());
    match json::field(members, "answer").and_then(text).as_deref() {
        Some("reject" | "ignore") if is_beside => {}
        Some(_) if is_task => {}
        _ => return Ok(()),
    }
    match json::field(members, "answer").and_then(text).as_deref() {
        None => Ok(()),
        Some("accept") => {
            members.retain(|(key, _)| key != "answer");
            Ok(())
        }
        Some(_) => Err("the annotator's `answer` isn't accept: it wasn't accepted".into()),
    }
}

/// Whether this is a row of Hugging Face's dataset viewer, which has the record under `row`.
pub(crate) fn is_viewed(members: &Members) -> bool {
    let has_row = json::field(members, "row").is_some_and(|raw| json::kind(raw.get()) == "an object");
    has_row && json::field(members, "row_idx").is_some()
}

/// Returns the record of such a row, unless the viewer has truncated it.
pub(in crate::convert) fn viewed<'t>(members: &Members<'t>) -> Result<&'t str, LeftOut> {
    if json::field(members, "truncated_cells").is_some_and(|cells| !json::is_empty(cells)) {
        return Err("`truncated_cells` isn't empty: the dataset viewer has shortened its texts; download the dataset's Parquet files instead".into());
    }
    Ok(json::field(members, "row").map_or("null", |row| row.get()))
}

/// Replaces a task of Label Studio with its `data`, and with the text of its only annotation as the completion.
pub(in crate::convert) fn flatten_task(members: &mut Members) -> Result<(), LeftOut> {
    let data = json::field(members, "data").and_then(|raw| json::members(raw.get()));
    let annotations = json::field(members, "annotations").and_then(|raw| json::elements(raw.get()));
    let (Some(mut data), Some(annotations)) = (data, annotations) else { return Ok(()) };
    let annotations: Vec<Members> = annotations.into_iter().filter_map(|raw| json::members(raw.get())).collect();
    let is_kept = |annotation: &&Members| {
        json::field(annotation, "was_cancelled").is_none_or(|cancelled| cancelled.get() != "true")
    };
    let annotation = match annotations.iter().filter(is_kept).collect::<Vec<_>>().as_slice() {
        [one] => *one,
        [] => return Err("its answer is missing: it has no annotation".into()),
        _ => return Err("it has several annotations; keep one".into()),
    };
    let text = annotation_text(annotation).ok_or("its annotation isn't one text; write its answer as `completion`")?;
    for (key, _) in &mut data {
        if key == "text" {
            *key = "prompt".into();
        }
    }
    data.push(("completion".into(), text));
    *members = data;
    Ok(())
}

/// Returns the text of an annotation whose only result is a text area with one text.
fn annotation_text<'t>(annotation: &Members<'t>) -> Option<Raw<'t>> {
    let [result] = json::elements(json::field(annotation, "result")?.get())?.try_into().ok()?;
    let result = json::members(result.get())?;
    let value = json::members(json::field(&result, "value")?.get())?;
    let [text] = json::elements(json::field(&value, "text")?.get())?.try_into().ok()?;
    text.get().starts_with('"').then_some(text)
}
