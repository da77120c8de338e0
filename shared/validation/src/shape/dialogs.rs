//! Formats of dialogs under other keys than `messages`, and formats of other training programs.

use super::Todo;
use super::names::{Name, name};

/// Keys of a list of turns.
const TURNS: [&str; 10] =
    ["dialog", "dialogue", "turns", "utterances", "chat", "chatml", "dialogs", "dialogues", "exchanges", "thread"];

pub(super) static DIALOGS: &[Name] = &[
    name(
        |it| it.first_has("segments", &["text", "label"]),
        "Axolotl's format without a template (`segments` of `label` and `text`)",
        Todo::Do("join the segments with `label` false to the prompt, and those with `label` true to the completion"),
    ),
    name(
        |it| it.has_all(&["text_input", "output"]),
        "the tuning format of Gemini (`text_input` and `output`)",
        Todo::Do("rename `text_input` to `prompt` and `output` to `completion`"),
    ),
    name(
        |it| it.has("message_id") && it.has("parent_id") && it.has_any(&["role", "text"]),
        "OpenAssistant's format (single messages of a tree)",
        Todo::Do("write a dialog from the best replies of each tree"),
    ),
    name(
        |it| it.first_has("dialog", &["role"]),
        "the dialog format of Llama (`dialog` of role and content)",
        Todo::Do("rename `dialog` to `messages`"),
    ),
    name(
        |it| TURNS.iter().any(|key| it.first_has(key, &["role"])),
        "a chat format whose messages aren't under `messages`",
        Todo::Do("rename the key of the list to `messages`"),
    ),
    name(
        |it| it.is_object("chat") && it.has_any(&["meta_instruction", "num_turns"]),
        "MOSS's format (`chat` of numbered turns)",
        Todo::Do("write each turn with its role and content"),
    ),
    name(
        |it| it.is_list("conversationTurns"),
        "the format of Bedrock's evaluation jobs (`conversationTurns`)",
        Todo::Do("take the questions from `prompt` and the answers from `referenceResponses`"),
    ),
    name(
        |it| it.first_has("entries", &["role", "text"]),
        "a format of transcripts (`entries` of role and text)",
        Todo::Do("write each entry with its role and content"),
    ),
    name(
        |it| {
            !it.has_any(&["summary", "messages", "prompt"])
                && TURNS.iter().any(|key| it.is_list(key) || it.is_object(key))
        },
        "a format of dialogs (a list of turns)",
        Todo::Do("write each turn with its role and content"),
    ),
    name(
        |it| !it.has_any(&["summary", "messages", "prompt"]) && TURNS.iter().any(|key| it.is_text(key)),
        "a format of dialogs, each in one text",
        Todo::Do("split each text into turns with their roles"),
    ),
    name(
        |it| it.text("object") == Some("response") && it.is_list("output"),
        "the format of responses of OpenAI's API",
        Todo::Do("add each answer to the messages that it answers"),
    ),
    name(
        |it| {
            it.is_list("choices") && it.has_any(&["question", "query", "prompt"]) || it.has_all(&["question", "A", "B"])
        },
        "a format of multiple-choice questions",
        Todo::Do("use the question and its choices as the prompt and the right choice as the completion"),
    ),
    name(
        |it| it.has_all(&["question", "query"]) && !it.has_any(&["answer", "response", "output", "completion"]),
        "a format of questions and queries (text to SQL)",
        Todo::Do("rename `question` to `prompt` and `query` to `completion`"),
    ),
    name(
        |it| {
            it.has_all(&["code", "docstring"])
                || it.has_all(&["prompt", "canonical_solution"])
                || it.has_all(&["text", "code"])
        },
        "a format of programming tasks and their code",
        Todo::Do("use the task as the prompt and its code as the completion"),
    ),
];
