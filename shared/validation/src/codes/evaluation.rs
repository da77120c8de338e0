//! Codes of held-out files, which custom models are evaluated with.

use super::Text;

const OURS: &str = "Our own judgment";

pub(super) const HELD_OUT_OVERLAP: Text = Text {
    title: "Held-out records in the training file",
    what: "Records of the held-out file have the same texts as records of the training file.",
    why: "The model has seen their answers, so its scores for them are too good.",
    example: "12 of 200 records of test.jsonl are in train.jsonl, too",
    fix: "Remove them from one of the two files.",
    source: OURS,
};

pub(super) const HELD_OUT_IN_TRAINING: Text = Text {
    title: "Most held-out records in the training file",
    what: "More than half of the held-out file's records have the same texts as records of the training file.",
    why: "An evaluation with them would show how well the model remembers, and would keep a model that is no better.",
    example: "150 of 200 records of test.jsonl are in train.jsonl, too",
    fix: "Evaluate with records that the model isn't trained on. `tunedrop split` splits a file in two.",
    source: OURS,
};

pub(super) const FEW_HELD_OUT_RECORDS: Text = Text {
    title: "Few held-out records",
    what: "The evaluation asks fewer than 30 different records.",
    why: "With so few, two models must differ a lot before the evaluation can say which is better. With fewer than 6, it decides nothing.",
    example: "12 records in test.jsonl, or max_records: 12",
    fix: "Add records to the held-out file, or raise `max_records`.",
    source: OURS,
};

pub(super) const UNUSABLE_HELD_OUT_RECORDS: Text = Text {
    title: "Held-out records that can't be used",
    what: "Records of the held-out file have no reference answer, or have media or tools.",
    why: "An evaluation sends a record's text to models, and compares their answers with the record's. It leaves these records out.",
    example: "a record that ends with the user's turn",
    fix: "Add records with text and a reference answer, unless the other records are enough.",
    source: OURS,
};

pub(super) const NO_HELD_OUT_RECORDS: Text = Text {
    title: "No held-out record that can be used",
    what: "Every record of the held-out file has no reference answer, or has media or tools.",
    why: "The evaluation would have nothing to ask.",
    example: "a file of prompts for distillation without answers",
    fix: "Name a file of records with text and a reference answer under `evaluate`, or remove `evaluate`.",
    source: OURS,
};
