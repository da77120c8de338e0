//! Identifies JSON documents: files with one JSON value that contains all records.

use super::FileType;
use super::values::ARRAY;
use crate::json::{Member, Node, Value, field};

const COLUMNS: FileType = FileType::converted(
    "one JSON object of columns (as pandas writes with `to_json`)",
    "columns",
    "write each row as a JSON object: `tunedrop convert --from columns IN --model MODEL -o OUT`",
);
const NUMBERED: FileType = FileType::converted("one JSON object of numbered records", "auto", CONVERT);
const SQUAD: FileType =
    FileType::new("in SQuAD's format", "write a record for each question, with its context and answer");
const NOTEBOOK: FileType = FileType::new("a Jupyter notebook", "run it, and upload the data that it writes");
const COCO: FileType =
    FileType::new("annotations in COCO's format", "write a record for each image, with its annotation");
const CHAT_EXPORT: FileType = FileType::new(
    "a chat export (Telegram, Slack, ChatGPT, Claude or similar)",
    "write a record for each question and its answer, each on its own line",
);

const DIALOGFLOW: FileType = FileType::new(
    "intents in Dialogflow's format",
    "write a record for each training phrase and its response, each on its own line",
);

const AROUND: &str = "one JSON object around a list of records";
const AROUND_KNOWN: FileType = FileType::converted(AROUND, "auto", CONVERT);
const AROUND_OTHER: FileType = FileType::new(
    AROUND,
    "write each element of the list on its own line, for example with `jq -c '.[] | arrays | .[]' IN > OUT`",
);
const AROUND_SEVERAL: FileType = FileType::new(
    "one JSON object around several lists of records",
    "write each list to its own file, for example with `jq -c '.train[]' IN > OUT`",
);
const NESTED: FileType = FileType::new(
    "one JSON object around lists of records, one level down",
    "write each list to its own file, for example with `jq -c '.data.train[]' IN > OUT`",
);
const DISCORD: FileType = FileType::new("a Discord export", DIALOGS);
const INTERCOM: FileType = FileType::new("an Intercom export", DIALOGS);
const DIALOGS: &str = "write a record for each question and its answer, each on its own line";
const CONVERT: &str = "write each record as a JSON object: `tunedrop convert IN --model MODEL -o OUT`";

/// The keys under which a file that is one object has its list of records. `tunedrop convert` reads these lists. Other
/// keys, such as `messages`, may belong to a single record.
pub const RECORD_LISTS: [&str; 18] = [
    "data",
    "train",
    "training",
    "validation",
    "valid",
    "val",
    "test",
    "dev",
    "eval",
    "rows",
    "records",
    "examples",
    "items",
    "instances",
    "samples",
    "dataset",
    "entries",
    "results",
];

/// Keys of records. An object with one of them is a record.
const OF_RECORDS: [&str; 19] = [
    "messages",
    "conversations",
    "conversation",
    "contents",
    "dialog",
    "dialogue",
    "turns",
    "system",
    "prompt",
    "completion",
    "schemaVersion",
    "schemaType",
    "input",
    "output",
    "instruction",
    "chosen",
    "choices",
    "segments",
    "image-ref",
];

/// Identifies a file that is one object. Returns `None` if the object is a record.
pub(super) fn of_object(members: &[Member]) -> Option<FileType> {
    let has = |key: &str| field(members, key).is_some();
    let first = |key: &str| list(members, key).and_then(|nodes| fields(nodes.first()?));
    let first_has = |key: &str, inner: &str| first(key).is_some_and(|inside| field(inside, inner).is_some());
    if has("cells") && (has("nbformat") || first_has("cells", "cell_type")) {
        return Some(NOTEBOOK);
    }
    if first_has("data", "paragraphs") {
        return Some(SQUAD);
    }
    if has("images") && has("annotations") && list(members, "images").is_some() {
        return Some(COCO);
    }
    if has("guild") && has("channel") && has("messages") {
        return Some(DISCORD);
    }
    if first_has("conversations", "conversation_parts") {
        return Some(INTERCOM);
    }
    if first_has("messages", "date") && (first_has("messages", "from") || first_has("messages", "from_id")) {
        return Some(CHAT_EXPORT);
    }
    if is_columns(members) {
        return Some(COLUMNS);
    }
    if let Some(key) = OF_RECORDS.iter().find(|key| has(key)) {
        let holds_records = ["messages", "prompt", "instruction", "from_id"].iter().any(|inner| first_has(key, inner));
        return holds_records.then_some(AROUND_OTHER);
    }
    if !members.is_empty() && members.iter().all(|member| is_number(&member.key) && fields(&member.node).is_some()) {
        return Some(NUMBERED);
    }
    let is_nested = |member: &Member| {
        let is_known = RECORD_LISTS.contains(&member.key.as_ref());
        let inside = fields(&member.node).filter(|_| is_known).unwrap_or_default();
        let holds_records = |inner: &Member| list_of_records(inside, &inner.key);
        inside.iter().any(|inner| RECORD_LISTS.contains(&inner.key.as_ref()) && holds_records(inner))
    };
    if members.iter().any(is_nested) {
        return Some(NESTED);
    }
    // A list of messages belongs to a single record.
    let holds_records = |key: &str| first(key).is_some() && !first_has(key, "role") && !first_has(key, "from");
    let lists: Vec<&str> = members.iter().map(|member| member.key.as_ref()).filter(|key| holds_records(key)).collect();
    let known = lists.iter().filter(|key| RECORD_LISTS.contains(key)).count();
    match (known, lists.len()) {
        (1, _) => Some(AROUND_KNOWN),
        (0, 0) => None,
        (0, _) => Some(AROUND_OTHER),
        _ => Some(AROUND_SEVERAL),
    }
}

/// Whether the value of the key is a list of objects that aren't messages.
fn list_of_records(members: &[Member], key: &str) -> bool {
    let first = list(members, key).and_then(|nodes| fields(nodes.first()?));
    first.is_some_and(|first| field(first, "role").is_none() && field(first, "from").is_none())
}

/// Identifies a file that is one list.
pub(super) fn of_list(nodes: &[Node]) -> FileType {
    let first = nodes.first().and_then(fields).unwrap_or_default();
    let has = |key: &str| field(first, key).is_some();
    let is_chat = has("chat_messages")
        || (has("sender") && has("text") && has("created_at"))
        || (has("mapping") && has("title"))
        || (has("ts") && has("type") && has("user"));
    if has("trainingPhrases") || (has("userSays") && has("responses")) {
        return DIALOGFLOW;
    }
    if is_chat { CHAT_EXPORT } else { ARRAY }
}

/// Whether the object has a table's columns: for each column an object with numbered values or a list, or the columns'
/// names and the rows.
fn is_columns(members: &[Member]) -> bool {
    let is_split = field(members, "columns").is_some_and(|node| matches!(&node.value, Value::List(_)))
        && list(members, "data").is_some_and(|rows| rows.iter().all(|row| matches!(row.value, Value::List(_))));
    let is_numbered = |member: &Member| {
        let values = fields(&member.node);
        values.is_some_and(|values| !values.is_empty() && values.iter().all(|value| is_number(&value.key)))
    };
    let is_plain = |member: &Member| match &member.node.value {
        Value::List(nodes) => {
            !nodes.is_empty() && nodes.iter().all(|node| !matches!(node.value, Value::List(_) | Value::Object(_)))
        }
        _ => false,
    };
    let some = |least: usize, is: &dyn Fn(&Member) -> bool| members.len() >= least && members.iter().all(is);
    is_split || some(1, &is_numbered) || some(2, &is_plain)
}

fn is_number(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
}

fn list<'n, 'a>(members: &'n [Member<'a>], key: &str) -> Option<&'n [Node<'a>]> {
    match &field(members, key)?.value {
        Value::List(nodes) => Some(nodes),
        _ => None,
    }
}

fn fields<'n, 'a>(node: &'n Node<'a>) -> Option<&'n [Member<'a>]> {
    match &node.value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}
