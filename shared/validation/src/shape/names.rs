//! Formats that a key or a value identifies, and chat formats.

use super::look::{CALLS, Look, PARTS};
use super::{Shape, Todo};

/// How a format is identified.
pub(super) struct Name {
    pub(super) is: fn(&Look) -> bool,
    pub(super) shape: Shape,
}

pub(super) const fn name(is: fn(&Look) -> bool, called: &'static str, todo: Todo) -> Name {
    Name { is, shape: Shape { is: called, todo } }
}

/// Formats that no record in one of Bedrock's own can have: a key more, or a value of another type.
pub(super) static OTHER: &[Name] = &[
    name(
        |it| it.text("schemaType") == Some("ModelInvocationLog") || it.has_all(&["schemaType", "modelId"]),
        "the format of model invocation logs",
        Todo::Log,
    ),
    name(
        |it| it.has("modelInput") && it.has_any(&["recordId", "modelOutput"]),
        "the format of batch inference",
        Todo::Do("take the prompts from `modelInput` and the answers from `modelOutput`"),
    ),
    name(
        |it| it.has("custom_id") && it.has_any(&["body", "params", "response", "result"]),
        "the batch format of OpenAI or Anthropic",
        Todo::Do("take the prompts from the requests and the answers from the responses"),
    ),
    name(
        |it| it.is_list("choices") && it.has_any(&["object", "model"]),
        "the format of responses of OpenAI's API",
        Todo::Do("add each answer to the messages that it answers"),
    ),
    name(|it| it.first_has("contents", &["parts"]), "Gemini's format (`contents` of `parts`)", Todo::Convert("gemini")),
    name(
        |it| it.inner_has("request", &["contents"]),
        "Gemini's batch format (`request` with `contents`)",
        Todo::Do("take the prompts from `request` and the answers from `response`"),
    ),
    name(
        |it| {
            let has_settings = it.has_any(&["modelId", "inferenceConfig", "additionalModelRequestFields"]);
            it.has_blocks() && has_settings && !it.has("schemaVersion")
        },
        "the request format of Bedrock's Converse API",
        Todo::Convert("openai"),
    ),
    name(
        |it| it.is_text("inputText"),
        "the request format of Titan (`inputText`)",
        Todo::Do("take the prompt from `inputText`, and add the answer"),
    ),
    name(
        |it| it.first_text("messages", "author"),
        "PaLM's chat format (`messages` of `author` and `content`)",
        Todo::Do("rename `author` to `role`, with `user` and `assistant` as its values"),
    ),
    name(
        |it| it.has_all(&["input_text", "output_text"]),
        "the format of PaLM's text models (`input_text`, `output_text`)",
        Todo::Do("rename `input_text` to `prompt` and `output_text` to `completion`"),
    ),
    name(
        |it| it.is_object("reward_model") && it.has("prompt"),
        "veRL's format (`prompt` and `reward_model`)",
        Todo::Do("take the messages from `prompt` and the reference answer from `reward_model`"),
    ),
    name(
        |it| it.first_has("prompt", &["role"]) && it.first_has("completion", &["role"]),
        "TRL's format (`prompt` and `completion` as lists of messages)",
        Todo::Do("join the two lists of each record to `messages`"),
    ),
    name(
        |it| it.first_has("prompt", &["role"]) && !it.has("completion"),
        "TRL's format of prompts (`prompt` as a list of messages)",
        Todo::Do("rename `prompt` to `messages`"),
    ),
    name(
        |it| it.has("image") && it.first_has("conversations", &["from", "role"]),
        "LLaVA's format (`image` and `conversations`)",
        Todo::Do("refer to each image by its S3 address"),
    ),
    name(
        |it| {
            ["conversations", "conversation"]
                .iter()
                .any(|key| it.first_has(key, &["role"]) && !it.first_has(key, &["from"]))
        },
        "a chat format with messages under `conversations` (role and content)",
        Todo::Convert("sharegpt"),
    ),
    name(
        |it| ["conversations", "conversation"].iter().any(|key| it.first_has(key, &["from", "value", "content"])),
        "ShareGPT's format (conversations of from and value)",
        Todo::Convert("sharegpt"),
    ),
    name(
        |it| (it.is_list("conversations") || it.is_list("conversation")) && !it.has_any(&["messages", "prompt"]),
        "a format of conversations (`conversations`)",
        Todo::Do("write each turn with its role and content"),
    ),
    name(
        |it| it.has("chat_history") && it.has("message"),
        "the chat format of Cohere's API (`message` and `chat_history`)",
        Todo::Do("put the messages of `chat_history`, `message` and the answer into one list"),
    ),
    name(
        |it| it.has_role("Chatbot") || it.has_role("CHATBOT"),
        "Cohere's chat format (roles System, User and Chatbot)",
        Todo::Convert("auto"),
    ),
    name(
        |it| !it.message_has(&["role"]) && it.message_has(&["type"]) && it.message_has(&["data", "content"]),
        "LangChain's message format (`type` and `data`)",
        Todo::Do("rename `type` to `role`, and move the text to `content`"),
    ),
    name(
        |it| it.has("message_tree_id") && it.has_any(&["prompt", "text", "message_id"]),
        "OpenAssistant's format (trees of messages)",
        Todo::Do("write a dialog from the best replies of each tree"),
    ),
    name(
        |it| it.has_all(&["context", "question", "answers"]),
        "SQuAD's format (context, question, answers)",
        Todo::Do("use context and question as the prompt and the first answer as the completion"),
    ),
    name(
        |it| it.has_all(&["prompt", "referenceResponse"]),
        "the format of Bedrock's evaluation jobs (`prompt` and `referenceResponse`)",
        Todo::Do("rename `referenceResponse` to `completion`"),
    ),
    name(
        |it| it.first_has("input", &["role"]) && it.has("ideal"),
        "the format of OpenAI's evals (`input` and `ideal`)",
        Todo::Do("add `ideal` to the messages of `input` as the assistant's answer"),
    ),
    name(
        |it| it.is_text("file_name") && !it.has("messages"),
        "Hugging Face's format of image folders (`file_name`)",
        Todo::Do("refer to each image by its S3 address"),
    ),
    name(
        |it| it.has_all(&["image", "caption"]),
        "a format of images and captions",
        Todo::Do("refer to each image by its S3 address"),
    ),
    name(
        |it| {
            let has_level = it.has_any(&["level", "severity", "levelname", "log_level", "lvl"]);
            let has_time = it.has_any(&["timestamp", "time", "ts", "@timestamp", "asctime"]);
            let has_words = it.has_any(&["message", "msg", "event", "log"]);
            let is_stream = it.has_all(&["log", "stream"]);
            has_words && (has_level && has_time || is_stream || it.has("@timestamp"))
        },
        "a format of log entries (time, level, message)",
        Todo::Do("take the prompts and answers from the log"),
    ),
];

/// Formats whose `messages` aren't a list.
pub(super) static MESSAGES: &[Name] = &[
    name(
        |it| it.inner_list("messages", "role") && it.inner_list("messages", "content"),
        "Hugging Face's column format (`messages` as an object of lists)",
        Todo::Do(
            "write `messages` as a list: `jq -c '.messages |= ([.role, .content] | transpose | map({role: .[0], content: .[1]}))' IN > OUT`",
        ),
    ),
    name(
        |it| it.text("messages").is_some_and(|text| text.trim_start().starts_with('[')),
        "a format with `messages` as JSON inside a string",
        Todo::Convert("auto"),
    ),
];

/// The format of Llama and distillation, for a model that takes it without types.
pub(super) static TYPED: Shape = Shape {
    is: "the format of Llama 3.2 and 3.3 with a type in each block (`{\"type\": \"text\", \"text\": …}`)",
    todo: Todo::Do("remove `type` from the blocks: `jq -c 'del(.messages[].content[].type)' IN > OUT`"),
};

/// Formats of chats, and those that a base model takes.
pub(super) static CHAT: &[Name] = &[
    name(
        |it| it.message_has(&CALLS) || it.has_role("tool"),
        "OpenAI's chat format (with tool calls)",
        Todo::Convert("openai"),
    ),
    name(
        |it| it.has_part(&PARTS),
        "OpenAI's chat format (contents of parts such as `image_url`)",
        Todo::Convert("openai"),
    ),
    name(
        |it| it.has_typed_source() || it.has_part(&["tool_use", "tool_result", "thinking"]),
        "the format of Claude's Messages API (blocks with a type)",
        Todo::Convert("openai"),
    ),
    name(
        |it| it.has_blocks() && !it.has_part(&["text"]),
        "the conversation format of Nova and Llama (`bedrock-conversation-2024`)",
        Todo::Choose("openai"),
    ),
    name(
        |it| it.has_texts() && (it.has_role("system") || it.has_role("developer")),
        "OpenAI's chat format (a system message, and strings as content)",
        Todo::Choose("openai"),
    ),
    name(
        |it| it.has_texts() && it.has_any(&["reference_answer", "answer"]),
        "the format of reinforcement fine-tuning (messages and a reference answer)",
        Todo::Choose("openai"),
    ),
    name(|it| it.has_texts(), "the chat format of OpenAI or Claude (strings as content)", Todo::Choose("openai")),
    name(
        |it| it.has_parts(),
        "the chat format of OpenAI or Claude (contents of parts with a type)",
        Todo::Convert("openai"),
    ),
    name(
        |it| it.has_all(&["prompt", "completion"]),
        "the prompt/completion format of Titan and Llama 3.1",
        Todo::Choose("prompt-completion"),
    ),
    name(|it| it.has("image-ref"), "the image format of Titan Image and Nova Canvas", Todo::Images),
    name(
        |it| it.is_text("input") && it.members.len() == 1,
        "the format of continued pre-training (`{\"input\"}`)",
        Todo::Texts,
    ),
];
