//! Data that is valid, and looked at a second time: labels, near-duplicates, and several languages.

use tunedrop_quality::{Comparison, Level, Quality, QualityPass, Sketch, assess, compare};
use tunedrop_validation::{Catalogue, Customization, Role};

use super::records::record;

const ENGLISH: [&str; 4] = [
    "My parcel arrived with a broken corner, and the lamp inside doesn't switch on any more. What can I do about it?",
    "I ordered two pairs of shoes last week, and only one of them was in the box that came this morning.",
    "Please explain how long a delivery to the islands takes, because my sister's birthday is on the ninth of June.",
    "The jacket is too small for me. I would like to have the same one in a larger size, if you still have it.",
];
const GERMAN: [&str; 2] = [
    "Ich habe vor zwei Wochen eine Lampe bestellt, und sie ist noch immer nicht bei mir angekommen. Wo ist sie?",
    "Die Jacke ist mir leider zu klein. Kann ich sie gegen eine größere umtauschen, wenn Sie noch eine haben?",
];
const LABELS: [&str; 4] = ["refund", "missing part", "delivery time", "exchange"];

/// `n` questions with a label each. Every fortieth one occurs a second time, in slightly other words.
pub(crate) fn labeled(n: usize) -> String {
    let line = |i: usize| {
        let (text, label) = match i % 9 {
            0 => (GERMAN[i / 9 % 2], LABELS[i / 9 % 2 * 2 + 1]),
            _ => (ENGLISH[i * 7 / 5 % 4], LABELS[i * 7 / 5 % 4]),
        };
        let details: Vec<String> = (0..14).map(|at| format!("d{}", (i * 131 + at * 29) % 7919)).collect();
        let label = if i % 97 == 5 { "complaint" } else { label };
        let one = record(&format!("{text} Details: {}", details.join(" ")), label) + "\n";
        if i % 40 == 11 { format!("{one}{}", one.replacen("Details", "More details", 1)) } else { one }
    };
    (0..n).map(line).collect()
}

/// Questions of which some are nearly those of [`labeled`].
pub(crate) fn nearly(n: usize) -> String {
    labeled(n * 20).lines().step_by(20).map(|line| line.replacen("Details", "The details", 1) + "\n").collect()
}

/// Answers of all lengths. A few of them are cut, damaged, or nothing but boilerplate.
pub(crate) fn written(n: usize) -> String {
    let line = |i: usize| {
        let question = format!("{} It is order {}.", ENGLISH[i % 4], i * 37 % 6421);
        let part = |at: usize| {
            format!("Step {} of case {i} concerns shelf {} and form {}. ", at + 1, i * at % 83, i * 13 % 311)
        };
        let answer: String = (0..1 + i * i % 23).map(part).collect();
        let answer = match i % 60 {
            7 => format!("{answer}After that you can send it back with your"),
            19 => format!("As an AI language model, I can't look up order {i}."),
            31 => format!("{answer}The cafÃ© on floor {i} has it."),
            _ => answer.trim_end().to_owned(),
        };
        record(&question, &answer) + "\n"
    };
    (0..n).map(line).collect()
}

/// Looks at files a second time, the training file first.
pub(crate) fn quality(files: &[(&str, &str)]) -> Quality {
    let model = Catalogue::embedded().find("nova-lite").expect("it is in the catalogue");
    let training = model.customization(Customization::FineTuning).expect("it can be tuned");
    let sketches = files.iter().enumerate().map(|(at, (name, text))| {
        let role = if at == 0 { Role::Train } else { Role::Validation };
        let mut pass = QualityPass::new(name, role, training, 1);
        pass.feed(text.as_bytes());
        pass.finish()
    });
    assess(sketches.collect(), Level::Standard, 1)
}

/// Compares with an earlier version, whose labels and prompts are other ones.
pub(crate) fn drift(before: &str, now: &Quality) -> Comparison {
    let before = before.replace("refund", "complaint").replace("parcel", "long parcel that the postman brought");
    let before = quality(&[("train.jsonl", &before)]);
    let hash = |label: &str| label.bytes().fold(7, |hash, byte| u32::wrapping_mul(hash, 31) ^ u32::from(byte));
    let drift = compare(&Sketch::of(&before.files[0], &hash), &now.files[0], &hash).ok();
    let with = "support-bot-ba9876543210".to_owned();
    Comparison { with, is_accepted: true, drift, not_compared: None }
}
