//! Codes of a record's shape: keys, types, content blocks.

use super::Text;

const PREPARE: &str = "User guide, \"Prepare your datasets\"";
const NOVA: &str = "Nova user guide, \"Preparing data for fine-tuning understanding models\"";

pub(super) const MISSING_KEY: Text = Text {
    title: "Key is missing",
    what: "An object lacks a key that its format needs.",
    why: "Bedrock refuses the file: \"Input data … must follow … format\".",
    example: "{\"prompt\": \"a question without an answer\"}",
    mend: "Add the key, or drop the record.",
    source: PREPARE,
};

pub(super) const UNKNOWN_KEY: Text = Text {
    title: "Key that the format doesn't have",
    what: "An object has a key that its format doesn't have. Some only look like one it has: they contain a no-break space, a hidden character, or a letter of another script.",
    why: "It is a slip (`sytem`), or data that you expect to matter; Bedrock refuses it or drops it without a word, and trains on something else than was meant.",
    example: "{\"prompt\": \"a\", \"completion\": \"b\", \"score\": 3}",
    mend: "Rename it to the key that was meant, or take it out.",
    source: "User guide, \"Prepare your datasets\" (the shapes quoted there have no other keys); our own judgement that it blocks",
};

pub(super) const WRONG_TYPE: Text = Text {
    title: "Value of another type",
    what: "A value has another JSON type than the format wants.",
    why: "Bedrock refuses the file: \"Input data … must follow … format\".",
    example: "{\"prompt\": 17, \"completion\": \"b\"}",
    mend: "Write the type that the finding names. Put numbers that are text in quotes. Remove keys that are null, which exports from Hugging Face write: `jq -c 'del(.. | nulls)' IN > OUT`.",
    source: PREPARE,
};

pub(super) const EMPTY_LIST: Text = Text {
    title: "Empty list",
    what: "A list that must hold something is empty.",
    why: "A message without content, or a record without messages, teaches nothing and is refused.",
    example: "{\"role\": \"user\", \"content\": []}",
    mend: "Fill it, or drop the record.",
    source: "AWS sample validators (Nova, Llama, distillation)",
};

pub(super) const TOO_MANY_SYSTEM_TEXTS: Text = Text {
    title: "More than one system text",
    what: "`system` holds more than one text, for Llama or distillation.",
    why: "The format is that of Converse, which takes several. AWS's sample validators take one at most; if the job fails, look here first.",
    example: "\"system\": [{\"text\": \"a\"}, {\"text\": \"b\"}]",
    mend: "Join them into one text.",
    source: "API reference, `Converse`; AWS sample validators (Llama, distillation), which disagree",
};

pub(super) const UNKNOWN_SCHEMA_VERSION: Text = Text {
    title: "Unknown schemaVersion",
    what: "`schemaVersion` is another text than `bedrock-conversation-2024`, for Llama or distillation. Nova takes any text.",
    why: "Bedrock refuses the file.",
    example: "\"schemaVersion\": \"2024\"",
    mend: "Write `\"schemaVersion\": \"bedrock-conversation-2024\"`.",
    source: "User guide, \"Prepare data for fine-tuning your models\" and \"Prepare your training datasets for distillation\"; AWS sample validators (Llama, distillation)",
};

pub(super) const SOURCES_DISAGREE: Text = Text {
    title: "AWS's own sources disagree",
    what: "One of AWS's pages takes this, and another page or one of AWS's checkers doesn't. The finding names both.",
    why: "Nobody can tell which one Bedrock goes by. If the job fails, look here first.",
    example: "\"format\": \"webp\" for Nova 2 Lite",
    mend: "Write what both take, if you can; it doesn't block.",
    source: "The two that the finding names; docs/rules.md lists them",
};

pub(super) const AMBIGUOUS_BLOCK: Text = Text {
    title: "Block of several kinds",
    what: "One content block holds more than one kind of content.",
    why: "A block is a union: text or image or video, never two.",
    example: "{\"text\": \"a\", \"image\": {…}}",
    mend: "Make a block of each.",
    source: "API reference, Converse `ContentBlock` (a union)",
};

pub(super) const UNSUPPORTED_CONTENT: Text = Text {
    title: "Content that the model doesn't take",
    what: "A block, or a top-level key, is of a kind that can't be used to customize this model, or not in this place.",
    why: "The job fails, or is trained without it.",
    example: "{\"toolUse\": {…}} for Nova 2 Lite; an image in an assistant's turn",
    mend: "Take it out, write it as text, or choose a model that takes it.",
    source: NOVA,
};

pub(super) const UNSUPPORTED_MEDIA_FORMAT: Text = Text {
    title: "Media format that the model doesn't take",
    what: "The declared `format` of an image, video or document is not one that this model takes.",
    why: "Bedrock refuses the record.",
    example: "{\"image\": {\"format\": \"tiff\", …}}",
    mend: "Convert the media to a format that the finding names.",
    source: NOVA,
};

pub(super) const INVALID_S3_URI: Text = Text {
    title: "Address that Bedrock refuses",
    what: "An S3 address holds what Bedrock's own pattern refuses: another scheme, or a character outside its list.",
    why: "S3 itself allows spaces, `=`, `+` or accents in a key; Bedrock does not, and such an object can never be used.",
    example: "s3://my-data-bucket/date=2026-11-23/1.png",
    mend: "Copy the object to a key of letters, digits and `_ - / .`, and write that address.",
    source: "API reference, `TrainingDataConfig` (S3Uri); Nova user guide (media paths)",
};

pub(super) const INVALID_BUCKET_OWNER: Text = Text {
    title: "Bucket owner is no account",
    what: "`bucketOwner` is not an account id of twelve digits.",
    why: "Bedrock checks the bucket against it.",
    example: "\"bucketOwner\": \"my-team\"",
    mend: "Write the twelve digits in quotes, or leave it out.",
    source: "API reference, Converse `S3Location`",
};
