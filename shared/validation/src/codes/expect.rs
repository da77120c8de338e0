//! Codes of a user's own expectations: the recipe's `expect`, and `tunedrop check --expect`.

use super::Text;

const YOURS: &str = "Your own expectation: the recipe's `expect`, or the file of `--expect`";
const WHY: &str =
    "You stated that all records are like this, so a record that isn't is a mistake in the data or in the expectation.";

pub(super) const UNEXPECTED_JSON: Text = Text {
    title: "Not as the JSON schema says",
    what: "A text isn't JSON, or doesn't match the JSON schema of `json_schema`. The message has the part of the schema that isn't met.",
    why: WHY,
    example: "{\"completion\": \"{\\\"intent\\\": 3}\"} with a schema in which `intent` is a string.",
    fix: "Correct the text, or the schema.",
    source: YOURS,
};

pub(super) const UNEXPECTED_VALUE: Text = Text {
    title: "Text that isn't expected",
    what: "A text is none of those in `one_of`.",
    why: WHY,
    example: "{\"completion\": \"Refund\"} with `one_of: [refund, exchange]`.",
    fix: "Write one of the expected texts, or add this one to `one_of`.",
    source: YOURS,
};

pub(super) const RARE_VALUE: Text = Text {
    title: "Too few records with a text",
    what: "Fewer records of the training file than `min_each` have one of the texts in `one_of`.",
    why: "The model rarely predicts a label that it rarely sees.",
    example: "12 records with `exchange`, and `min_each: 50`.",
    fix: "Add records with this text, or lower `min_each`.",
    source: YOURS,
};

pub(super) const MISSING_VALUE: Text = Text {
    title: "No record with a required text",
    what: "The training file or the validation file has no record with one of the texts in `required`.",
    why: "A label that only one of the files has is either never learned or never measured.",
    example: "`required: [refund, exchange]`, and a validation file without `exchange`.",
    fix: "Add records with this text to the file. `tunedrop split --stratify` gives both files all labels.",
    source: YOURS,
};

pub(super) const UNEXPECTED_LENGTH: Text = Text {
    title: "Text that is too short or too long",
    what: "A text has fewer characters than `min_chars`, or more than `max_chars`.",
    why: WHY,
    example: "A prompt of 5,200 characters, and `max_chars: 4000`.",
    fix: "Shorten or extend the text, or remove the record.",
    source: YOURS,
};

pub(super) const UNEXPECTED_TEXT: Text = Text {
    title: "Text without the expected pattern",
    what: "The regular expression in `matches` isn't found in a text.",
    why: WHY,
    example: "{\"completion\": \"maybe\"} with `matches: \"^(yes|no)$\"`.",
    fix: "Correct the text, or the expression.",
    source: YOURS,
};

pub(super) const REPEATED_VALUE: Text = Text {
    title: "Text that must be unique",
    what: "Two records of a file have the same text, and `unique: true` is set.",
    why: WHY,
    example: "Two records with the prompt \"Where is my order?\".",
    fix: "Keep one of the records, or change the text.",
    source: YOURS,
};

pub(super) const UNCHECKED_EXPECTATIONS: Text = Text {
    title: "Expectations that were not checked",
    what: "The recipe has `expect`, and the file is too large to check it in a stack: it checks files of up to 512 MiB in all.",
    why: "The data may not be as you expect, and training costs money.",
    example: "A training file of 2 GB, and a recipe with `expect`.",
    fix: "Check the folder with `tunedrop check`, where files may have any size. Then remove `expect` from the recipe, and upload it.",
    source: "tunedrop's own limit",
};
