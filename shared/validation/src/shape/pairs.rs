//! Formats that the names of a few keys identify: pairs of texts, and texts alone.

use super::Todo;
use super::names::{Name, name};

const QUESTIONS: [&str; 4] = ["question", "prompt", "query", "instruction"];
const ANSWERS: [&str; 4] = ["answer", "response", "completion", "output"];

pub(super) static PAIRS: &[Name] = &[
    name(
        |it| it.has_any(&QUESTIONS) && ANSWERS.iter().any(|key| it.is_text_list(key)),
        "a format of several answers to each question",
        Todo::Do("keep one answer of each list as the completion"),
    ),
    name(
        |it| it.has_all(&["instruction", "output"]),
        "Alpaca's format (instruction, input, output)",
        Todo::Convert("alpaca"),
    ),
    name(
        |it| it.has_all(&["instruction", "response"]),
        "Dolly's format (instruction, context, response)",
        Todo::Convert("dolly"),
    ),
    name(
        |it| {
            it.has_any(&["anchor", "query", "premise", "sentence1", "text1", "sentence_A"])
                && it.has_any(&["positive", "pos", "hypothesis", "sentence2", "text2", "sentence_B"])
        },
        "a format of text pairs for embedding or classification models",
        Todo::Do("write a question and an answer for each pair"),
    ),
    name(
        |it| it.has_any(&QUESTIONS) && ANSWERS.iter().any(|key| it.is_text(key) || it.is_list(key)),
        "a format of question and answer",
        Todo::Convert("prompt-completion"),
    ),
    name(
        |it| it.has_any(&QUESTIONS) && it.has_any(&ANSWERS),
        "a format of question and answer whose answers aren't texts",
        Todo::Do("write each answer as a text"),
    ),
    name(
        |it| it.is_object("inputs") && it.is_object("outputs"),
        "the trace format of LangSmith or similar (`inputs` and `outputs`)",
        Todo::Do("take the prompts from `inputs` and the answers from `outputs`"),
    ),
    name(
        |it| it.has("inputs") && it.has_any(&["targets", "outputs", "target"]),
        "T5's format (`inputs` and `targets`)",
        Todo::Do("rename `inputs` to `prompt` and `targets` to `completion`"),
    ),
    name(|it| it.has_all(&["input", "output"]), "a format of input and output", Todo::Convert("prompt-completion")),
    name(
        |it| it.has_all(&["input", "target"]) || it.has_all(&["input", "targets"]),
        "a format of input and target",
        Todo::Do("rename `input` to `prompt` and the target to `completion`"),
    ),
    name(
        |it| it.is_list("data") && it.has_only(&["id", "data"]),
        "UltraChat's format (`data` as a list of turns)",
        Todo::Do("write each turn with its role and content"),
    ),
    name(
        |it| it.is_list("tokens") && it.has_any(&["ner_tags", "tags", "labels", "pos_tags"]),
        "a format of tagged words (`tokens` and tags)",
        Todo::Do("use the text as the prompt and its tags as the completion"),
    ),
    name(
        |it| {
            it.has_in_capitals(&["prompt", "completion"])
                || it.has_in_capitals(&["question", "answer"])
                || it.has_in_capitals(&["input", "output"])
                || it.has_in_capitals(&["prompt", "response"])
                || it.has_in_capitals(&["instruction", "output"])
                || it.has_in_capitals(&["instruction", "response"])
        },
        "a format of question and answer, with capitals in its keys",
        Todo::Convert("auto"),
    ),
    name(
        |it| it.has_all(&["problem", "solution"]) || it.has_all(&["problem", "answer"]),
        "a format of problem and solution",
        Todo::Do("rename `problem` to `prompt` and the solution to `completion`"),
    ),
    name(
        |it| it.has_any(&["user", "human"]) && it.has_any(&["assistant", "bot"]),
        "a format with a key for the user and one for the assistant",
        Todo::Do("rename the user's key to `prompt` and the assistant's to `completion`"),
    ),
    name(
        |it| it.is_object("translation") || it.has_all(&["source", "target"]) || it.has_all(&["src", "tgt"]),
        "a format of translations",
        Todo::Do("use the source as the prompt and its translation as the completion"),
    ),
    name(
        |it| {
            it.has("summary") && it.has_any(&["document", "article", "dialogue", "text"])
                || it.has_all(&["article", "highlights"])
        },
        "a format of texts and summaries",
        Todo::Do("use the text as the prompt and its summary as the completion"),
    ),
    name(
        |it| it.is_text("text") && it.has_any(&["label", "labels", "sentiment"]),
        "a format of labeled texts (`text` and `label`)",
        Todo::Do("use the text as the prompt and its label as the completion"),
    ),
    name(
        |it| it.is_text("content") && it.has_only(&["content", "id", "meta", "metadata", "url", "source", "title"]),
        "a format of plain texts (`{\"content\"}`)",
        Todo::Texts,
    ),
    name(
        |it| it.is_text("prompt") && !it.has("messages"),
        "a format of prompts without answers (`{\"prompt\"}`)",
        Todo::Prompts,
    ),
    name(
        |it| {
            it.is_text("text")
                && it.has_only(&[
                    "text",
                    "id",
                    "meta",
                    "metadata",
                    "url",
                    "source",
                    "timestamp",
                    "date",
                    "title",
                    "lang",
                ])
        },
        "a format of plain texts (`{\"text\"}`)",
        Todo::Texts,
    ),
];
