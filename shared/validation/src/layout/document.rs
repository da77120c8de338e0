//! JSON documents: one value that holds all records, and what it is.

use super::Layout;
use super::values::ARRAY;
use crate::json::{Member, Node, Value, field};

const COLUMNS: Layout = Layout::converted(
    "one JSON object of columns (as pandas writes with `to_json`)",
    "columns",
    "make one JSON object of each row: `tunedrop convert --from columns IN --model MODEL -o OUT`",
);
const NUMBERED: Layout = Layout::converted("one JSON object of numbered records", "auto", CONVERT);
const SQUAD: Layout = Layout::new("in SQuAD's format", "make a record of each question, with its context and answer");
const NOTEBOOK: Layout = Layout::new("a Jupyter notebook", "run it, and upload the data that it writes");
const COCO: Layout = Layout::new("annotations in COCO's format", "make a record of each image, with its annotation");
const CHAT_EXPORT: Layout = Layout::new(
    "a chat export (Telegram, Slack, ChatGPT or the like)",
    "make a record of each question and its answer, and put each on its own line",
);

const AROUND: &str = "one JSON object around a list of records";
const AROUND_KNOWN: Layout = Layout::converted(AROUND, "auto", CONVERT);
const AROUND_OTHER: Layout = Layout::new(
    AROUND,
    "write each element of the list on its own line, for example with `jq -c '.KEY[]' IN > OUT`, where KEY is the list's key",
);
const AROUND_SEVERAL: Layout = Layout::new(
    "one JSON object around several lists of records",
    "write each list to its own file, for example with `jq -c '.train[]' IN > OUT`",
);
const CONVERT: &str = "make one JSON object of each record: `tunedrop convert IN --model MODEL -o OUT`";

/// Names that a list of records has in a file that is one object. `tunedrop convert` reads these; others, such as
/// `messages`, are a record's own.
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

/// Keys of records: an object that has one is a record itself.
const OF_RECORDS: [&str; 18] = [
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
    "image-ref",
];

/// What one object is that is a whole file; `None` for a record.
pub(super) fn of_object(members: &[Member]) -> Option<Layout> {
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
    // A list of messages is a record's own.
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

/// What a list is that is a whole file.
pub(super) fn of_list(nodes: &[Node]) -> Layout {
    let first = nodes.first().and_then(fields).unwrap_or_default();
    let has = |key: &str| field(first, key).is_some();
    let is_chat = (has("mapping") && has("title")) || (has("ts") && has("type") && has("user"));
    if is_chat { CHAT_EXPORT } else { ARRAY }
}

/// Columns: of each, an object of numbered values or a list; or their names, and the rows.
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
