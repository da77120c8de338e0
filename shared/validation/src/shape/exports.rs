//! Formats of programs that store or annotate data: annotation tools, chat programs, databases.

use super::Todo;
use super::look::Look;
use super::names::{Name, name};

const DIALOGS: &str = "write a record for each question and its answer";
const LABELS: &str = "use the text as the prompt and its annotation as the completion";

pub(super) static EXPORTS: &[Name] = &[
    name(
        |it| it.is_object("data") && it.is_list("annotations"),
        "Label Studio's format (`data` and `annotations`)",
        Todo::Do("take the texts from `data` and the answers from `annotations`"),
    ),
    name(
        |it| it.has("annotation_id") && it.has_any(&["annotator", "lead_time"]),
        "Label Studio's format (one level of keys, with `annotation_id`)",
        Todo::Do(LABELS),
    ),
    name(
        |it| {
            let is_record = it.is_object("fields") && it.has_any(&["responses", "suggestions", "metadata", "vectors"]);
            is_record || (it.is_object("inputs") && it.has_any(&["prediction", "annotation"]))
        },
        "Argilla's format (`fields` with responses, or `inputs` with an annotation)",
        Todo::Do("take prompt and answer from the fields, or the corrected answer from the responses"),
    ),
    name(
        |it| it.has_any(&["_input_hash", "_task_hash"]),
        "Prodigy's format (tasks with `_input_hash`)",
        Todo::Do("keep the accepted tasks, and use the text as the prompt and its annotation as the completion"),
    ),
    name(
        |it| it.is_text("text") && (it.is_list("entities") || it.is_list("spans")),
        "a format of annotated texts (`text` with entities, as doccano, spaCy and Rasa write)",
        Todo::Do(LABELS),
    ),
    name(
        |it| it.is_text("text") && it.has("intent"),
        "a format of texts with an intent",
        Todo::Do("use the text as the prompt and its intent as the completion"),
    ),
    name(
        |it| it.is_object("author") && it.is_text("content") && !it.has("messages"),
        "Discord's format (messages with `author` and `content`)",
        Todo::Do(DIALOGS),
    ),
    name(
        |it| it.has("conversation_parts") || it.first_has("conversations", &["conversation_parts"]),
        "Intercom's format (conversations with `conversation_parts`)",
        Todo::Do(DIALOGS),
    ),
    name(
        |it| {
            it.has_all(&["subject", "description"])
                && it.has_any(&["requester_id", "comments", "status", "ticket_form_id"])
        },
        "a format of support tickets (Zendesk or similar)",
        Todo::Do("use the request as the prompt and the reply as the completion"),
    ),
    name(
        |it| it.text("type") == Some("message") && it.has("ts") && it.has_any(&["user", "bot_id", "text"]),
        "Slack's format (messages with `ts` and `user`)",
        Todo::Do(DIALOGS),
    ),
    name(
        |it| it.text("type") == Some("message") && it.has_any(&["from", "from_id"]) && it.has("date"),
        "Telegram's format (messages with `date` and `from`)",
        Todo::Do(DIALOGS),
    ),
    name(
        |it| it.has("subreddit") && it.has_any(&["body", "selftext", "title"]),
        "Reddit's format (posts or comments)",
        Todo::Do("use a post as the prompt and a reply as the completion"),
    ),
    name(
        |it| it.is_object("_source") && it.has_any(&["_index", "_id"]),
        "the format of Elasticsearch and OpenSearch exports (records below `_source`)",
        Todo::Do("keep what is below `_source`: `jq -c '._source' IN > OUT`"),
    ),
    name(
        |it| it.is_object("Item") && it.members.len() == 1,
        "the format of DynamoDB exports (records below `Item`)",
        Todo::Do("write the attributes of each `Item` without their types"),
    ),
    name(
        |it| it.is_object("row") && it.has("row_idx"),
        "the format of Hugging Face's dataset viewer (records below `row`)",
        Todo::Convert("auto"),
    ),
    name(
        |it| it.has_any(&["request_body", "requestBody"]) && it.has_any(&["response_body", "responseBody"]),
        "a format of API logs (request and response bodies)",
        Todo::Do("take the prompts from the requests and the answers from the responses"),
    ),
    name(
        |it| it.is_list("embedding") || it.is_list("vector") || it.is_list("embeddings"),
        "a format of embeddings (numbers for a text)",
        Todo::Do("use the texts, as Bedrock doesn't train on embeddings"),
    ),
    name(
        |it| {
            it.is_text("source-ref") || (it.is_text("source") && (it.members.len() == 1 || it.has_ending("-metadata")))
        },
        "the format of SageMaker Ground Truth manifests (`source` or `source-ref`)",
        Todo::Do("use the source as the prompt and its label as the completion"),
    ),
    name(
        |it| it.is_text("role") && it.has("content") && it.has_only(&["role", "content", "name", "id", "type"]),
        "a format of single messages (`role` and `content` on each line)",
        Todo::Do("put the messages of each conversation into one list"),
    ),
    name(
        |it| it.inner_has("output", &["message"]) && it.has_any(&["stopReason", "usage", "metrics"]),
        "the format of responses of Bedrock's Converse API",
        Todo::Do("add each answer to the messages that it answers"),
    ),
    name(
        |it| it.is_list("input_ids"),
        "a format of tokenized texts (`input_ids`)",
        Todo::Do("use the texts that were tokenized"),
    ),
    name(
        |it| it.any_inner_has(&["schemaVersion", "messages"]),
        "a format with Bedrock's records below a key",
        Todo::Do("keep what is below the key: `jq -c '.[] | objects | select(has(\"messages\"))' IN > OUT`"),
    ),
    name(
        is_list_of_records,
        "a format of several records on each line (a list below one key)",
        Todo::Do("write each element of the list on its own line"),
    ),
];

/// Whether the record has only a list of objects that aren't messages, below a common name.
fn is_list_of_records(it: &Look) -> bool {
    crate::RECORD_LISTS.iter().any(|key| {
        it.has_only(&[key, "id", "version", "name"]) && it.first_has_any(key) && !it.first_has(key, &["role", "from"])
    })
}
