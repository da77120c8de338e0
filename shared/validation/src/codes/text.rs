//! Codes of texts, and of records as a whole.

use super::Text;

const NOVA: &str = "Nova user guide, \"Preparing data for fine-tuning understanding models\"; AWS sample validators";

pub(super) const EMPTY_TEXT: Text = Text {
    title: "Empty text",
    what: "A text is empty.",
    why: "The model can't learn from it. Bedrock rejects the record, or wastes it.",
    example: "{\"prompt\": \"a\", \"completion\": \"\"}",
    fix: "Write the text, or remove the record.",
    source: NOVA,
};

pub(super) const BLANK_TEXT: Text = Text {
    title: "Blank text",
    what: "A text has white space only.",
    why: "No AWS page forbids it, but it teaches the model to answer with nothing.",
    example: "{\"prompt\": \"a\", \"completion\": \" \\n\"}",
    fix: "Write the text, or remove the record.",
    source: "Our own judgment; AWS's pages and its checkers of conversations accept it",
};

pub(super) const RESERVED_STRING: Text = Text {
    title: "Reserved string",
    what: "A text contains a string that the model's own prompt format uses, in exact case. It counts anywhere, also inside a longer word.",
    why: "The job fails.",
    example: "{\"text\": \"System: all green\"}",
    fix: "Rephrase it: `System -`, `[end]`, `the image`.",
    source: NOVA,
};

pub(super) const NEAR_RESERVED_STRING: Text = Text {
    title: "Reserved string in another case",
    what: "A text contains a reserved string in another case.",
    why: "AWS's guide lists the strings in one case, and its checkers disagree: one ignores case, the newest requires the exact case. If the job fails, check this first.",
    example: "{\"text\": \"the user: root\"}",
    fix: "Rephrase it, if you can.",
    source: "AWS sample validators, which disagree; our own judgment that it is a warning",
};

pub(super) const ESCAPED_CONTROL_CHARACTER: Text = Text {
    title: "Control character in a text",
    what: "A text contains an escaped control character other than tab, newline and carriage return.",
    why: "It is valid JSON, but usually left over from a broken export, and the model learns it.",
    example: "{\"prompt\": \"a\\u0000b\", …}",
    fix: "Remove it.",
    source: "Our own judgment",
};

pub(super) const COMPLETION_EQUALS_PROMPT: Text = Text {
    title: "Completion repeats the prompt",
    what: "The completion is the same text as the prompt.",
    why: "The model learns to repeat its prompt. Usually two columns were mixed up.",
    example: "{\"prompt\": \"a\", \"completion\": \"a\"}",
    fix: "Check how the file was created.",
    source: "Our own judgment",
};

pub(super) const TOO_MANY_TOKENS: Text = Text {
    title: "Record too long",
    what: "A record has more tokens than the model's limit, even at six characters per token, which is AWS's planning factor.",
    why: "\"Maximum input token count … exceeds limit\" appears about two hours into the job.",
    example: "30,000 characters for a limit of 4,096 tokens",
    fix: "Shorten the record, or split it.",
    source: "User guide, \"Prepare your datasets\" (limits, six characters per token)",
};

pub(super) const NEAR_TOKEN_LIMIT: Text = Text {
    title: "Record may be too long",
    what: "At 2.5 characters per token, and one token for each character outside ASCII, the record exceeds the model's limit.",
    why: "Tokenizers aren't public. Code, digits and many scripts need more tokens than AWS's planning factor says. Then the job fails late.",
    example: "15,000 characters for a limit of 4,096 tokens",
    fix: "Shorten the record if you can. Text of at most two characters per token of the limit is safe, unless it is mostly digits, hexadecimal, or base64.",
    source: "Our own judgment, between AWS's sample validator for Claude 3 Haiku (three characters per token) and a job that failed on text of about two (aws-samples/amazon-bedrock-workshop#224)",
};

pub(super) const CAPTION_LENGTH: Text = Text {
    title: "Caption length out of range",
    what: "A caption has fewer or more characters than the model accepts.",
    why: "Bedrock rejects the file, or the job fails.",
    example: "a caption of 2,000 characters for Titan Image, which accepts 3 to 1,024",
    fix: "Shorten the caption, or write a longer one.",
    source: "User guide, \"Prepare your datasets\"",
};

pub(super) const RECORD_TOO_LARGE: Text = Text {
    title: "Line too large",
    what: "The record's line has more bytes than this customization accepts.",
    why: "Bedrock rejects it.",
    example: "a prompt of 20 KB for distillation, which accepts 16 KB per line",
    fix: "Shorten the record.",
    source: "User guide, \"Prepare your training datasets for distillation\"",
};

pub(super) const DUPLICATE_RECORD: Text = Text {
    title: "Duplicate record",
    what: "A record has the same texts as an earlier one.",
    why: "You pay for it twice, and the model gives it more weight.",
    example: "line 7 repeats line 3",
    fix: "Remove it, unless you want the extra weight.",
    source: "Our own judgment",
};

pub(super) const TRAIN_VALIDATION_LEAKAGE: Text = Text {
    title: "Leakage between training and validation",
    what: "A record of the validation file has the same texts as one of the training file.",
    why: "The validation loss then measures how well the model remembers, not how well it generalizes.",
    example: "line 2 of validation.jsonl is line 40 of train.jsonl",
    fix: "Remove it from one of the two files.",
    source: "Our own judgment",
};
