//! Formats that compare or rate answers: pairs, rankings, votes.

use super::Todo;
use super::names::{Name, name};

const KEEP: &str = "keep the chosen answers as the assistant's, as Bedrock doesn't train on pairs of answers";

/// Keys of a better and a worse answer.
const PAIRS: [[&str; 2]; 17] = [
    ["preferred_output", "non_preferred_output"],
    ["accepted", "rejected"],
    ["accept", "reject"],
    ["response_j", "response_k"],
    ["response_a", "response_b"],
    ["response_0", "response_1"],
    ["completion_a", "completion_b"],
    ["answer_a", "answer_b"],
    ["human_ref_A", "human_ref_B"],
    ["conversation_a", "conversation_b"],
    ["win", "lose"],
    ["winner", "loser"],
    ["won", "lost"],
    ["better", "worse"],
    ["good", "bad"],
    ["preferred", "dispreferred"],
    ["preferred", "rejected"],
];

/// Answers that are rated one by one.
pub(super) static LABELED: &[Name] = &[name(
    |it| {
        let has_label = it.is_bool("label") || it.is_number("label") || it.is_bool("kto_tag");
        has_label && it.has_any(&["completion", "response", "messages", "conversations", "output"])
    },
    "KTO's format (answers with a `label` of true or false)",
    Todo::Do("keep the answers whose `label` is true, as Bedrock doesn't train on labels"),
)];

pub(super) static PREFERENCE: &[Name] = &[
    name(
        |it| {
            it.has("preferenceLabel")
                || it.message_has(&["candidates"])
                || it.first_has("candidates", &["preferenceLabel"])
        },
        "Bedrock's preference format (`candidates` with a `preferenceLabel`)",
        Todo::Do(
            "keep the preferred candidate's content as the assistant's, as this customization doesn't train on preferences",
        ),
    ),
    name(
        |it| (it.has_like("chosen") && it.has_like("rejected")) || PAIRS.iter().any(|pair| it.has_all(pair)),
        "a format of preference pairs (a chosen and a rejected answer)",
        Todo::Do(KEEP),
    ),
    name(
        |it| it.is_list("completions") && it.is_list("labels"),
        "TRL's format of answers with labels (`completions` and `labels`)",
        Todo::Do("keep the answers whose label is true, as Bedrock doesn't train on labels"),
    ),
    name(
        |it| it.has_all(&["helpfulness", "correctness"]),
        "HelpSteer's format (answers with ratings)",
        Todo::Do("keep the answers with high ratings, as Bedrock doesn't train on ratings"),
    ),
    name(
        |it| {
            let answers = ["completions", "responses", "answers", "candidates", "generations", "outputs"];
            it.has_any(&["prompt", "instruction", "question", "query", "problem"])
                && !it.has_any(&["completion", "response", "answer", "output", "solution", "context"])
                && answers.iter().any(|key| it.is_list(key))
        },
        "a format of several answers to each question",
        Todo::Do("keep one answer of each list as the completion"),
    ),
];
