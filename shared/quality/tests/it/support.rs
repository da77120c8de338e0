//! Helpers of the tests.

use tunedrop_quality::{FileSketch, Level, Quality, QualityPass, assess};
use tunedrop_validation::{Catalogue, Customization, Role, Training};

pub(crate) fn training() -> &'static Training {
    let model = Catalogue::embedded().find("nova-lite").expect("a model");
    model.customization(Customization::FineTuning).expect("its rules")
}

pub(crate) fn sketch(name: &str, role: Role, data: &[u8], chunk: usize, threads: usize) -> FileSketch {
    let mut pass = QualityPass::new(name, role, training(), threads);
    data.chunks(chunk).for_each(|chunk| pass.feed(chunk));
    pass.finish()
}

/// Does the same, and keeps the line of every record.
pub(crate) fn sketch_with_lines(name: &str, role: Role, data: &[u8], chunk: usize, threads: usize) -> FileSketch {
    let mut pass = QualityPass::new(name, role, training(), threads).keeping_lines();
    data.chunks(chunk).for_each(|chunk| pass.feed(chunk));
    pass.finish()
}

/// Returns the quality of a training file.
pub(crate) fn of_train(data: &[u8]) -> Quality {
    assess(vec![sketch("train.jsonl", Role::Train, data, 1 << 20, 2)], Level::Standard, 2)
}

/// Returns a record's line.
pub(crate) fn line(prompt: &str, answer: &str) -> String {
    let turn = |role: &str, text: &str| serde_json::json!({"role": role, "content": [{"text": text}]});
    let messages = [turn("user", prompt), turn("assistant", answer)];
    format!("{}\n", serde_json::json!({"schemaVersion": "bedrock-conversation-2024", "messages": messages}))
}
