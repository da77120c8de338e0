//! Measures how fast records are converted to Nova's format: `cargo run --release -p tunedrop-reshape --example speed`.
//!
//! An argument selects one kind of record: `chat`, `alpaca` or `nova`.

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use tunedrop_reshape::{Pictures, Records, convert};
use tunedrop_validation::{Catalogue, Customization};

/// How many records of each kind; `SPEED_RECORDS` overrides it.
const RECORDS: usize = 20_000;
const ROUNDS: usize = 5;

fn main() {
    let count = std::env::var("SPEED_RECORDS").ok().and_then(|count| count.parse().ok()).unwrap_or(RECORDS);
    let catalogue = Catalogue::embedded();
    let model = catalogue.find("nova-lite").expect("a model");
    let training = model.customization(Customization::FineTuning).expect("fine-tuning");
    for (name, make) in [("chat", chat as fn(usize) -> String), ("alpaca", alpaca), ("nova", nova)] {
        if std::env::args().nth(1).is_some_and(|only| only != name) {
            continue;
        }
        let data: String = (0..count).map(make).collect();
        let mut best = Duration::MAX;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let (mut records, mut pictures) = (Records::default(), Pictures::new(None, "out"));
            let (mut written, mut left_out) = (0, 0);
            let mut take = |_, item: tunedrop_reshape::Item| {
                let record = std::str::from_utf8(item.bytes).expect("UTF-8");
                match convert(record, None, training, &mut pictures) {
                    Ok(converted) => written += black_box(converted.line).len(),
                    Err(_) => left_out += 1,
                }
            };
            for chunk in data.as_bytes().chunks(1 << 20) {
                records.feed(chunk, &mut take);
            }
            records.finish(&mut take);
            assert!(written > 0 && left_out == 0, "{name}: {left_out} left out");
            best = best.min(start.elapsed());
        }
        let megabytes = data.len() as f64 / 1e6;
        println!(
            "{name:<8} {megabytes:>6.1} MB in {:>6.1} ms, {:>5.0} MB/s",
            best.as_secs_f64() * 1e3,
            megabytes / best.as_secs_f64()
        );
    }
}

/// Words that look like a text, with an escape now and then.
fn words(seed: usize, count: usize) -> String {
    let mut text = String::new();
    for at in 0..count {
        let _ = write!(text, "word{} ", (seed * 31 + at * 7) % 1000);
        if at % 20 == 19 {
            text.push_str("\\n\\\"said\\\" ");
        }
    }
    text
}

fn chat(at: usize) -> String {
    let turns: Vec<String> = (0..4)
        .map(|turn| {
            let role = if turn % 2 == 0 { "user" } else { "assistant" };
            format!(r#"{{"role": "{role}", "content": "{}"}}"#, words(at + turn, 50))
        })
        .collect();
    format!("{{\"messages\": [{{\"role\": \"system\", \"content\": \"Be brief.\"}}, {}]}}\n", turns.join(", "))
}

fn alpaca(at: usize) -> String {
    let (instruction, output) = (words(at, 40), words(at + 1, 120));
    format!("{{\"instruction\": \"{instruction}\", \"input\": \"\", \"output\": \"{output}\"}}\n")
}

fn nova(at: usize) -> String {
    let turn = |role, seed| format!(r#"{{"role": "{role}", "content": [{{"text": "{}"}}]}}"#, words(seed, 100));
    format!(
        "{{\"schemaVersion\": \"bedrock-conversation-2024\", \"messages\": [{}, {}]}}\n",
        turn("user", at),
        turn("assistant", at + 1)
    )
}
