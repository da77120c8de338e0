//! Datasets of the kinds that scenarios need.

use std::fmt::Write;

/// `n` valid conversations. Another `seed` gives other ones.
pub fn nova(n: usize, seed: &str) -> String {
    let mut lines = String::new();
    for i in 0..n {
        let _ = writeln!(
            lines,
            r#"{{"schemaVersion":"bedrock-conversation-2024","system":[{{"text":"Answer in one sentence."}}],"messages":[{{"role":"user","content":[{{"text":"What is item {i} of {seed}?"}}]}},{{"role":"assistant","content":[{{"text":"Item {i} of {seed} is a part number that ends in {i}."}}]}}]}}"#
        );
    }
    lines
}

/// `n` valid prompt/completion pairs.
pub fn pairs(n: usize, seed: &str) -> String {
    (0..n)
        .map(|i| {
            format!(
                "{{\"prompt\":\"What is item {i} of {seed}?\",\"completion\":\"A part number that ends in {i}.\"}}\n"
            )
        })
        .collect()
}

/// `n` valid texts for continued pre-training.
pub fn texts(n: usize, seed: &str) -> String {
    (0..n).map(|i| format!("{{\"input\":\"Section {i} of the manual for {seed} describes part {i}.\"}}\n")).collect()
}

/// `n` valid distillation prompts.
pub fn prompts(n: usize, seed: &str) -> String {
    (0..n).map(|i| format!("{{\"schemaVersion\":\"bedrock-conversation-2024\",\"messages\":[{{\"role\":\"user\",\"content\":[{{\"text\":\"Describe item {i} of {seed}.\"}}]}}]}}\n")).collect()
}

/// `n` valid reinforcement prompts.
pub fn graded(n: usize, seed: &str) -> String {
    (0..n).map(|i| format!("{{\"id\":\"{seed}-{i}\",\"messages\":[{{\"role\":\"user\",\"content\":\"How much is {i} plus {i}?\"}}],\"reference_answer\":\"{}\"}}\n", 2 * i)).collect()
}
