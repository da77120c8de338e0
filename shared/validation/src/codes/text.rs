//! Codes of what the texts hold, and of records as a whole.

use super::Text;

const NOVA: &str = "Nova user guide, \"Preparing data for fine-tuning understanding models\"; AWS sample validators";

pub(super) const EMPTY_TEXT: Text = Text {
    title: "Empty text",
    what: "A text is empty.",
    why: "There is nothing to learn from; Bedrock refuses it or wastes the record.",
    example: "{\"prompt\": \"a\", \"completion\": \"\"}",
    mend: "Write the text, or drop the record.",
    source: NOVA,
};

pub(super) const BLANK_TEXT: Text = Text {
    title: "Text of white space only",
    what: "A text holds white space only.",
    why: "No AWS page forbids it, and it teaches the model to say nothing.",
    example: "{\"prompt\": \"a\", \"completion\": \" \\n\"}",
    mend: "Write the text, or drop the record.",
    source: "Our own judgement; AWS's pages and its checkers of conversations take it",
};

pub(super) const RESERVED_STRING: Text = Text {
    title: "Reserved string",
    what: "A text holds a string that the model's own prompt format uses, in exact case. It may stand anywhere, also inside a longer word.",
    why: "Bedrock fails the job for it.",
    example: "{\"text\": \"System: all green\"}",
    mend: "Write it otherwise: `System -`, `[end]`, `the image`.",
    source: NOVA,
};

pub(super) const NEAR_RESERVED_STRING: Text = Text {
    title: "Almost a reserved string",
    what: "A text holds a reserved string in another case.",
    why: "AWS's guide lists the strings in one case, and its checkers disagree: one looks at any case, the newest at the exact case. If the job fails, look here first.",
    example: "{\"text\": \"the user: root\"}",
    mend: "Write it otherwise if you can; it doesn't block.",
    source: "AWS sample validators, which disagree; our own judgement that it only warns",
};

pub(super) const ESCAPED_CONTROL_CHARACTER: Text = Text {
    title: "Control character in a text",
    what: "A text holds a control character other than tab, newline and carriage return, escaped as JSON wants it.",
    why: "It is valid, but mostly a trace of a broken export, and the model learns it.",
    example: "{\"prompt\": \"a\\u0000b\", …}",
    mend: "Take it out.",
    source: "Our own judgement",
};

pub(super) const COMPLETION_EQUALS_PROMPT: Text = Text {
    title: "Completion repeats the prompt",
    what: "The completion is the same text as the prompt.",
    why: "The model learns to repeat what it is asked; mostly two columns were mixed up.",
    example: "{\"prompt\": \"a\", \"completion\": \"a\"}",
    mend: "Check how the file was made.",
    source: "Our own judgement",
};

pub(super) const TOO_MANY_TOKENS: Text = Text {
    title: "Record longer than the model takes",
    what: "A record has more tokens than the model's limit even at six characters a token, AWS's own generous factor.",
    why: "\"Maximum input token count … exceeds limit\" comes about two hours into the job.",
    example: "30,000 characters for a limit of 4,096 tokens",
    mend: "Shorten the record, or split it.",
    source: "User guide, \"Prepare your datasets\" (limits, six characters a token)",
};

pub(super) const NEAR_TOKEN_LIMIT: Text = Text {
    title: "Record may be longer than the model takes",
    what: "At 2.5 characters per token, and one token for each character outside ASCII, the record is over the model's limit.",
    why: "Tokenizers are not public. Code, digits and many scripts need more tokens than AWS's planning factor says, and then the job fails late.",
    example: "15,000 characters for a limit of 4,096 tokens",
    mend: "Shorten the record if you can. Text of at most two characters per token of the limit is safe, unless it is mostly digits, hexadecimal, or base64.",
    source: "Our own judgment, between AWS's sample validator for Claude 3 Haiku (three characters per token) and a job that failed on text of about two (aws-samples/amazon-bedrock-workshop#224)",
};

pub(super) const CAPTION_LENGTH: Text = Text {
    title: "Caption of another length than the model takes",
    what: "A caption has fewer or more characters than the model takes.",
    why: "Bedrock refuses the file, or the job fails.",
    example: "a caption of 2,000 characters for Titan Image, which takes 3 to 1,024",
    mend: "Shorten the caption, or write one that says more.",
    source: "User guide, \"Prepare your datasets\"",
};

pub(super) const RECORD_TOO_LARGE: Text = Text {
    title: "Line longer than the model takes",
    what: "The record's line has more bytes than this customization takes.",
    why: "Bedrock refuses it.",
    example: "a prompt of 20 KB for distillation, which takes 16 KB a line",
    mend: "Shorten the record.",
    source: "User guide, \"Prepare your training datasets for distillation\"",
};

pub(super) const DUPLICATE_RECORD: Text = Text {
    title: "Same record again",
    what: "A record has the same texts as an earlier one.",
    why: "It is paid for and learnt twice, and tilts the model towards it.",
    example: "line 7 repeats line 3",
    mend: "Drop it, unless the weight is meant.",
    source: "Our own judgement",
};

pub(super) const TRAIN_VALIDATION_LEAKAGE: Text = Text {
    title: "Validation record that stands in the training file",
    what: "A record of the validation file has the same texts as one of the training file.",
    why: "The validation loss then tells how well the model remembers, not how well it learnt.",
    example: "line 2 of validation.jsonl is line 40 of train.jsonl",
    mend: "Take it out of one of the two.",
    source: "Our own judgement",
};
