//! Codes of a record's shape: keys, types, content blocks.

use super::Text;

const PREPARE: &str = "User guide, \"Prepare your datasets\"";
const NOVA: &str = "Nova user guide, \"Preparing data for fine-tuning understanding models\"";

pub(super) const MISSING_KEY: Text = Text {
    title: "Missing key",
    what: "An object lacks a key that its format requires.",
    why: "Bedrock rejects the file: \"Input data … must follow … format\".",
    example: "{\"prompt\": \"a question without an answer\"}",
    fix: "Add the key, or remove the record.",
    source: PREPARE,
};

pub(super) const UNKNOWN_KEY: Text = Text {
    title: "Unknown key",
    what: "An object has a key that its format doesn't have. Some keys only look like a known one: they contain a no-break space, a hidden character, or a letter of another script.",
    why: "The key is misspelled (`sytem`), or holds data that you expect to matter. Bedrock rejects it, or ignores it and trains on other data than you meant.",
    example: "{\"prompt\": \"a\", \"completion\": \"b\", \"score\": 3}",
    fix: "Rename it to the key that you meant, or remove it.",
    source: "User guide, \"Prepare your datasets\" (its examples have no other keys); our own judgment that it is an error",
};

pub(super) const WRONG_TYPE: Text = Text {
    title: "Wrong type",
    what: "A value has another JSON type than the format requires.",
    why: "Bedrock rejects the file: \"Input data … must follow … format\".",
    example: "{\"prompt\": 17, \"completion\": \"b\"}",
    fix: "Write the type that the finding names. Put numbers that are text in quotes. Remove keys that are null, which exports from Hugging Face write: `jq -c 'del(.. | nulls)' IN > OUT`.",
    source: PREPARE,
};

pub(super) const EMPTY_LIST: Text = Text {
    title: "Empty list",
    what: "A list that needs elements is empty.",
    why: "A message without content, or a record without messages, teaches nothing. Bedrock rejects it.",
    example: "{\"role\": \"user\", \"content\": []}",
    fix: "Add the elements, or remove the record.",
    source: "AWS sample validators (Nova, Llama, distillation)",
};

pub(super) const TOO_MANY_SYSTEM_TEXTS: Text = Text {
    title: "More than one system text",
    what: "`system` has more than one text, for Llama or distillation.",
    why: "The format is that of the Converse API, which accepts several. AWS's sample validators accept at most one. If the job fails, check this first.",
    example: "\"system\": [{\"text\": \"a\"}, {\"text\": \"b\"}]",
    fix: "Join them into one text.",
    source: "API reference, `Converse`; AWS sample validators (Llama, distillation), which disagree",
};

pub(super) const UNKNOWN_SCHEMA_VERSION: Text = Text {
    title: "Unknown schemaVersion",
    what: "`schemaVersion` isn't `bedrock-conversation-2024`, for Llama or distillation. Nova accepts any text.",
    why: "Bedrock rejects the file.",
    example: "\"schemaVersion\": \"2024\"",
    fix: "Write `\"schemaVersion\": \"bedrock-conversation-2024\"`.",
    source: "User guide, \"Prepare data for fine-tuning your models\" and \"Prepare your training datasets for distillation\"; AWS sample validators (Llama, distillation)",
};

pub(super) const SOURCES_DISAGREE: Text = Text {
    title: "AWS's own sources disagree",
    what: "One of AWS's pages accepts this, and another page or one of AWS's checkers doesn't. The finding names both.",
    why: "Which one Bedrock follows isn't documented. If the job fails, check this first.",
    example: "\"format\": \"webp\" for Nova 2 Lite",
    fix: "Write what both accept, if you can.",
    source: "The two that the finding names; docs/rules.md lists them",
};

pub(super) const AMBIGUOUS_BLOCK: Text = Text {
    title: "Content block of several kinds",
    what: "A content block has more than one kind of content.",
    why: "A block has exactly one kind: text, image or video.",
    example: "{\"text\": \"a\", \"image\": {…}}",
    fix: "Write a block for each.",
    source: "API reference, Converse `ContentBlock` (a union)",
};

pub(super) const UNSUPPORTED_CONTENT: Text = Text {
    title: "Unsupported content",
    what: "A block or a top-level key can't be used to customize this model, or not in this location.",
    why: "The job fails, or the model is trained without it.",
    example: "{\"toolUse\": {…}} for Nova 2 Lite; an image in an assistant's turn",
    fix: "Remove it, write it as text, or choose a model that accepts it.",
    source: NOVA,
};

pub(super) const UNSUPPORTED_MEDIA_FORMAT: Text = Text {
    title: "Unsupported media format",
    what: "The model doesn't accept the declared `format` of an image, video or document; or, where records declare none, the extension of the image's key.",
    why: "Bedrock rejects the record.",
    example: "{\"image\": {\"format\": \"tiff\", …}}",
    fix: "Convert the media to a format that the finding names.",
    source: NOVA,
};

pub(super) const INVALID_S3_URI: Text = Text {
    title: "Invalid S3 address",
    what: "An S3 address doesn't match Bedrock's pattern: it has another scheme, or a character that the pattern doesn't allow.",
    why: "S3 allows spaces, `=`, `+` or accents in a key. Bedrock doesn't, so it can't use such an object.",
    example: "s3://my-data-bucket/date=2026-11-23/1.png",
    fix: "If the key has such a character, copy the object to a key of letters, digits and `_ - / .`, and write the new address. Upload a local file or a file from the web to S3 first. Write a web address of S3 as s3://BUCKET/KEY.",
    source: "API reference, `TrainingDataConfig` (S3Uri); Nova user guide (media paths)",
};

pub(super) const INVALID_BUCKET_OWNER: Text = Text {
    title: "Invalid bucket owner",
    what: "`bucketOwner` isn't an account ID of twelve digits.",
    why: "Bedrock compares it with the bucket's owner.",
    example: "\"bucketOwner\": \"my-team\"",
    fix: "Write the twelve digits in quotes, or remove the key.",
    source: "API reference, Converse `S3Location`",
};
