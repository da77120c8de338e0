//! A sample dataset for a first visit: customers ask about orders, and a shop answers.

use std::fmt::Write;

/// Records. All are different, and more than the fewest that a model takes.
const RECORDS: usize = 120;

const STATES: [(&str, &str); 4] = [
    ("packed", "It leaves our warehouse tomorrow."),
    ("on the road", "It arrives within two days."),
    ("delivered", "If you can't find it, ask your neighbors, then write to us again."),
    ("delayed", "We are sorry. It arrives within a week, and you pay no shipping."),
];
const QUESTIONS: [&str; 5] = [
    "Where is order {}?",
    "When do I get order {}?",
    "Can you look up order {} for me?",
    "I'm still waiting for order {}.",
    "What is the status of {}?",
];

/// The training file, in the format of Amazon Nova.
pub(super) fn train() -> String {
    let mut out = String::new();
    for at in 0..RECORDS {
        let order = 1_001 + at;
        let question = QUESTIONS[at % QUESTIONS.len()].replace("{}", &order.to_string());
        let (state, advice) = STATES[at * 7 / 3 % STATES.len()];
        let record = serde_json::json!({
            "schemaVersion": "bedrock-conversation-2024",
            "system": [{ "text": "You answer customers of a shop in two short sentences." }],
            "messages": [
                { "role": "user", "content": [{ "text": question }] },
                { "role": "assistant", "content": [{ "text": format!("Order {order} is {state}. {advice}") }] },
            ],
        });
        let _ = writeln!(out, "{record}");
    }
    out
}

#[cfg(test)]
mod tests {
    use tunedrop_validation::{Catalogue, Customization, FileCheck, Role};

    #[test]
    fn has_no_findings() {
        let model = Catalogue::embedded().find("nova-lite").expect("a model");
        let training = model.customization(Customization::FineTuning).expect("it is fine-tuned");
        let mut check = FileCheck::new("train.jsonl", training, Role::Train, None);
        check.feed(super::train().as_bytes());
        let report = check.finish();
        assert!(report.findings.kept.is_empty(), "{:?}", report.findings.kept);
        assert_eq!(report.statistics.records, super::RECORDS as u64);
    }
}
