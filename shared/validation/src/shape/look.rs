//! Questions about a record that identify its format.

use crate::json::{Member, Node, Value, field};

/// Keys of OpenAI's messages that call tools.
pub(super) const CALLS: [&str; 3] = ["tool_calls", "function_call", "tool_call_id"];

/// Types of parts that only OpenAI has.
pub(super) const PARTS: [&str; 7] =
    ["image_url", "input_audio", "input_text", "input_image", "output_text", "refusal", "file"];

/// A record.
pub(super) struct Look<'n, 'a> {
    pub(super) members: &'n [Member<'a>],
}

impl<'n, 'a> Look<'n, 'a> {
    pub(super) fn has(&self, key: &str) -> bool {
        field(self.members, key).is_some()
    }

    pub(super) fn has_all(&self, keys: &[&str]) -> bool {
        keys.iter().all(|key| self.has(key))
    }

    pub(super) fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.has(key))
    }

    /// Whether the key has a value that isn't null, nor an empty list. Exports of Hugging Face have every key in every message.
    fn says(&self, key: &str) -> bool {
        self.value(key).is_some_and(|value| match value {
            Value::Null => false,
            Value::List(nodes) => !nodes.is_empty(),
            _ => true,
        })
    }

    pub(super) fn is_text(&self, key: &str) -> bool {
        self.text(key).is_some()
    }

    pub(super) fn is_bool(&self, key: &str) -> bool {
        matches!(self.value(key), Some(Value::Bool))
    }

    pub(super) fn is_number(&self, key: &str) -> bool {
        matches!(self.value(key), Some(Value::Number))
    }

    /// Whether there is a key that begins so.
    pub(super) fn has_like(&self, beginning: &str) -> bool {
        self.members.iter().any(|member| member.key.starts_with(beginning))
    }

    /// Whether there is a key that ends so.
    pub(super) fn has_ending(&self, ending: &str) -> bool {
        self.members.iter().any(|member| member.key.ends_with(ending))
    }

    /// Whether all of these keys are there, some of them in capitals.
    pub(super) fn has_in_capitals(&self, keys: &[&str]) -> bool {
        let has = |key: &&str| self.members.iter().any(|member| member.key.eq_ignore_ascii_case(key));
        keys.iter().all(has) && !self.has_all(keys)
    }

    pub(super) fn is_list(&self, key: &str) -> bool {
        matches!(self.value(key), Some(Value::List(_)))
    }

    pub(super) fn is_object(&self, key: &str) -> bool {
        matches!(self.value(key), Some(Value::Object(_)))
    }

    pub(super) fn text(&self, key: &str) -> Option<&'n str> {
        match self.value(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether there is no key but these.
    pub(super) fn has_only(&self, keys: &[&str]) -> bool {
        self.members.iter().all(|member| keys.contains(&member.key.as_ref()))
    }

    /// Whether the first element of that list is an object with one of these keys.
    pub(super) fn first_has(&self, list: &str, keys: &[&str]) -> bool {
        self.elements(list).next().is_some_and(|first| first.has_any(keys))
    }

    /// Whether the first element of that list is an object.
    pub(super) fn first_has_any(&self, list: &str) -> bool {
        self.elements(list).next().is_some()
    }

    /// Whether the first element of that list has a text under this key.
    pub(super) fn first_text(&self, list: &str, key: &str) -> bool {
        self.elements(list).next().is_some_and(|first| first.is_text(key))
    }

    /// Whether an object under that key has one of these keys.
    pub(super) fn inner_has(&self, key: &str, keys: &[&str]) -> bool {
        matches!(self.value(key), Some(Value::Object(members)) if Look { members }.has_any(keys))
    }

    /// Whether an object under that key has a list under this one.
    pub(super) fn inner_list(&self, key: &str, list: &str) -> bool {
        matches!(self.value(key), Some(Value::Object(members)) if Look { members }.is_list(list))
    }

    /// Whether the key has a list of texts.
    pub(super) fn is_text_list(&self, key: &str) -> bool {
        matches!(self.value(key), Some(Value::List(nodes))
            if !nodes.is_empty() && nodes.iter().all(|node| matches!(node.value, Value::Text(_))))
    }

    /// Whether an object under some key has all of these keys.
    pub(super) fn any_inner_has(&self, keys: &[&str]) -> bool {
        self.members.iter().any(|member| look(&member.node).is_some_and(|inner| inner.has_all(keys)))
    }

    /// Whether the contents of all messages are texts; one may be missing or null next to a call of a tool.
    pub(super) fn has_texts(&self) -> bool {
        let mut texts = 0;
        let all = self.contents().all(|content| {
            texts += u64::from(matches!(content, Value::Text(_)));
            matches!(content, Value::Text(_) | Value::Null)
        });
        all && texts > 0
    }

    /// Whether the contents of all messages are lists of objects.
    pub(super) fn has_blocks(&self) -> bool {
        let mut contents = self.contents().peekable();
        contents.peek().is_some()
            && contents.all(|content| match content {
                Value::List(blocks) => blocks.iter().all(|block| matches!(block.value, Value::Object(_))),
                _ => false,
            })
    }

    /// Whether the contents of all messages are texts, or lists of parts that name their type, as OpenAI has them.
    pub(super) fn has_parts(&self) -> bool {
        let mut contents = self.contents().peekable();
        contents.peek().is_some()
            && contents.all(|content| match content {
                Value::Text(_) | Value::Null => true,
                Value::List(parts) => parts.iter().all(|part| look(part).is_some_and(|part| part.has("type"))),
                _ => false,
            })
    }

    /// Whether some part of a message names its type.
    pub(super) fn has_types(&self) -> bool {
        self.parts().any(|part| part.has("type"))
    }

    /// Whether all parts of messages are texts with a type: `{"type": "text", "text": "…"}`.
    pub(super) fn has_typed_texts(&self) -> bool {
        let mut parts = self.parts().peekable();
        parts.peek().is_some() && parts.all(|part| part.text("type") == Some("text") && part.is_text("text"))
    }

    /// Whether a part of a message has one of these types.
    pub(super) fn has_part(&self, types: &[&str]) -> bool {
        self.parts().any(|part| part.text("type").is_some_and(|kind| types.contains(&kind)))
    }

    /// Whether the messages have what only OpenAI's have: a system message, calls of tools, or parts next to texts.
    pub(super) fn is_openai(&self) -> bool {
        let has_text = || self.contents().any(|content| matches!(content, Value::Text(_)));
        ["system", "developer", "tool"].iter().any(|role| self.has_role(role))
            || self.message_has(&CALLS)
            || self.has_part(&PARTS)
            || (self.has_parts() && !self.has_texts() && has_text())
    }

    /// Whether a part of a message has a source that names its type, as Claude has it.
    pub(super) fn has_typed_source(&self) -> bool {
        self.parts().any(|part| part.inner_has("source", &["type"]))
    }

    pub(super) fn has_role(&self, role: &str) -> bool {
        self.elements("messages").any(|message| message.text("role") == Some(role))
    }

    /// Whether a message has one of these keys.
    pub(super) fn message_has(&self, keys: &[&str]) -> bool {
        self.elements("messages").any(|message| keys.iter().any(|key| message.says(key)))
    }

    fn value(&self, key: &str) -> Option<&'n Value<'a>> {
        field(self.members, key).map(|node| &node.value)
    }

    fn elements(&self, key: &str) -> impl Iterator<Item = Look<'n, 'a>> {
        let nodes: &'n [Node<'a>] = match self.value(key) {
            Some(Value::List(nodes)) => nodes,
            _ => &[],
        };
        nodes.iter().filter_map(look)
    }

    fn contents(&self) -> impl Iterator<Item = &'n Value<'a>> {
        self.elements("messages").filter_map(|message| message.value("content"))
    }

    fn parts(&self) -> impl Iterator<Item = Look<'n, 'a>> {
        let nodes = self.contents().flat_map(|content| match content {
            Value::List(nodes) => nodes.as_slice(),
            _ => &[],
        });
        nodes.filter_map(look)
    }
}

fn look<'n, 'a>(node: &'n Node<'a>) -> Option<Look<'n, 'a>> {
    match &node.value {
        Value::Object(members) => Some(Look { members }),
        _ => None,
    }
}
