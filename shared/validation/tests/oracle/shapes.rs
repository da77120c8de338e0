//! The documented shapes, as types. A key that is not here is refused, and so is `null` for one that is: but for the
//! optional keys of Nova's records and blocks, which AWS's checkers read as absent where they are null.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

/// A struct that is written as an object: serde would take a list of its fields just as well.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Object<T>, D::Error> {
        struct Only<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Only<T> {
            type Value = Object<T>;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members)).map(Object)
            }
        }
        from.deserialize_map(Only(PhantomData))
    }
}

/// Of a key that may be missing, but is not `null`.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromptCompletion {
    pub(crate) prompt: String,
    pub(crate) completion: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    pub(crate) input: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ImageCaption {
    pub(crate) image_ref: String,
    pub(crate) caption: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Conversation {
    pub(crate) schema_version: String,
    #[serde(default, deserialize_with = "present")]
    pub(crate) system: Option<Option<Vec<Object<Words>>>>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) tool_config: Option<()>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) tools: Option<()>,
    pub(crate) messages: Vec<Object<Message>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) text: String,
    #[serde(rename = "type", default, deserialize_with = "present")]
    pub(crate) kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Message {
    pub(crate) role: String,
    pub(crate) content: Vec<Object<AnyBlock>>,
}

/// A block is an object of one key, and perhaps of `type`, which repeats that key.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AnyBlock {
    #[serde(rename = "type", default, deserialize_with = "present")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "present")]
    text: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    image: Option<Option<Object<Medium>>>,
    #[serde(default, deserialize_with = "present")]
    video: Option<Option<Object<Medium>>>,
    #[serde(default, deserialize_with = "present")]
    document: Option<Option<Object<Medium>>>,
    #[serde(default, deserialize_with = "present")]
    reasoning_content: Option<Option<Object<Reasoning>>>,
    #[serde(default, deserialize_with = "present")]
    tool_use: Option<()>,
    #[serde(default, deserialize_with = "present")]
    tool_result: Option<()>,
}

impl AnyBlock {
    /// The one kind that it is; where `typed`, `type` may stand beside it, and where `nullable`, keys that are null.
    pub(crate) fn one(self, typed: bool, nullable: bool) -> Result<Block, String> {
        let has_null = matches!(self.text, Some(None))
            || matches!(self.image, Some(None))
            || matches!(self.video, Some(None))
            || matches!(self.document, Some(None))
            || matches!(self.reasoning_content, Some(None))
            || self.tool_use.is_some()
            || self.tool_result.is_some();
        if has_null && !nullable {
            return Err("null".to_owned());
        }
        let kinds = [
            self.text.flatten().map(|text| ("text", Block::Text(text))),
            self.image.flatten().map(|image| ("image", Block::Image(image))),
            self.video.flatten().map(|video| ("video", Block::Video(video))),
            self.document.flatten().map(|document| ("document", Block::Document(document))),
            self.reasoning_content.flatten().map(|reasoning| ("reasoningContent", Block::ReasoningContent(reasoning))),
        ];
        let mut kinds = kinds.into_iter().flatten();
        let (name, block) = kinds.next().ok_or("a block of no kind")?;
        let fits = self.kind.is_none_or(|kind| typed && kind == name);
        if fits && kinds.next().is_none() { Ok(block) } else { Err("a block of two kinds".to_owned()) }
    }
}

pub(crate) enum Block {
    Text(String),
    Image(Object<Medium>),
    Video(Object<Medium>),
    Document(Object<Medium>),
    ReasoningContent(Object<Reasoning>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Medium {
    pub(crate) format: String,
    pub(crate) source: Object<Source>,
    #[serde(rename = "name")]
    pub(crate) _name: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    #[serde(rename = "s3Location")]
    pub(crate) location: Object<Location>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Location {
    pub(crate) uri: String,
    #[serde(default, deserialize_with = "present")]
    pub(crate) bucket_owner: Option<Option<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reasoning {
    #[serde(rename = "reasoningText")]
    pub(crate) facts: Object<ReasoningText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasoningText {
    pub(crate) text: String,
    #[serde(rename = "signature")]
    pub(crate) _signature: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Messages {
    #[serde(default, deserialize_with = "present")]
    pub(crate) system: Option<String>,
    pub(crate) messages: Vec<Object<Turn>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Turn {
    pub(crate) role: String,
    pub(crate) content: String,
}

/// Other keys are for the grader.
#[derive(Deserialize)]
pub(crate) struct Reinforcement {
    pub(crate) messages: Vec<Object<NamedTurn>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Content {
    Text(String),
    Parts(Vec<Object<Part>>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedTurn {
    pub(crate) role: String,
    pub(crate) content: Content,
    #[serde(rename = "name")]
    pub(crate) _name: Option<IgnoredAny>,
}
