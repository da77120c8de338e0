//! Records of sample datasets, valid and invalid.

/// A conversation of one question and one answer.
pub(crate) fn record(question: &str, answer: &str) -> String {
    serde_json::json!({
        "schemaVersion": "bedrock-conversation-2024",
        "system": [{ "text": "Answer in one sentence." }],
        "messages": [
            { "role": "user", "content": [{ "text": question }] },
            { "role": "assistant", "content": [{ "text": answer }] },
        ],
    })
    .to_string()
}

/// `n` valid records of different lengths. Another `seed` gives other records.
pub(crate) fn good(n: usize, seed: &str) -> String {
    let line = |i: usize| {
        let question = format!("Where is order {i} of {seed}? {}", "It was to come by mail. ".repeat(i * i % 41));
        record(&question, &format!("Order {i} left our house on day {i}.")) + "\n"
    };
    (0..n).map(line).collect()
}

/// Three invalid records among valid ones.
pub(crate) fn three_invalid() -> String {
    let mut lines: Vec<String> = good(120, "support").lines().map(str::to_owned).collect();
    lines[16] = record("Where is order 17?", "");
    lines[40] = lines[40].replace("\"assistant\"", "\"bot\"");
    lines[99] = lines[99].replace("\"messages\":[", "\"messages\":[,");
    lines.join("\n") + "\n"
}

/// Invalid records of ten kinds.
pub(crate) fn all_bad(n: usize) -> String {
    let bad = |i: usize| {
        let good = record(&format!("Where is order {i}? <b>Please & thank you</b>"), "It is on its way.");
        match i % 10 {
            0 => record(&format!("Where is order {i}?"), ""),
            1 => good.replace("\"assistant\"", "\"bot\""),
            2 => good.replace("\"schemaVersion\":\"bedrock-conversation-2024\",", ""),
            3 => good.replace("bedrock-conversation-2024", "bedrock-conversation-1999"),
            4 => good[..good.len() / 2].to_owned(),
            5 => record(&format!("Where is order {i}?\u{7}"), "It is on its way."),
            6 => good.replace("\"system\":[", "\"system\":[{\"text\":\"Be brief.\"},"),
            7 => record(&format!("User: where is order {i}?"), "It is on its way."),
            8 => format!("[{i}, \"not a record\"]"),
            _ => good.replace("[{\"text\":\"Answer in one sentence.\"}]", "[]"),
        }
    };
    (0..n).map(|i| bad(i) + "\n").collect()
}

/// Text that tries to break out of the page, or to hide.
pub(crate) const ATTACKS: [&str; 8] = [
    "</pre><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "\u{202e}txt.exe\u{202c} \u{2066}turned\u{2069}",
    "{{7*7}} ${7*7} <%= 7 %>",
    "</style><style>*{display:none}</style>",
    "<svg/onload=alert(1)><a href=javascript:alert(1)>x</a>",
    "\u{0}\u{7}\u{1b}[31mred\u{1b}[0m\u{200b}\u{feff}",
    "zalgo\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307} AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];

/// Records with that text.
pub(crate) fn hostile() -> String {
    let line = |(i, attack): (usize, &&str)| {
        let good = record(attack, &format!("{attack} {i}"));
        match i % 4 {
            0 => good.replace("\"role\":\"assistant\"", &format!("\"role\":{}", serde_json::json!(attack))),
            1 => good.replace("\"system\":", &format!("{}:1,\"system\":", serde_json::json!(attack))),
            2 => record(attack, ""),
            _ => good.replace("\"schemaVersion\":", &format!("\"schemaVersion\":{},\"x\":", serde_json::json!(attack))),
        }
    };
    ATTACKS.iter().enumerate().map(|item| line(item) + "\n").collect::<String>() + &good(20, "hostile")
}

/// Questions and answers in one language. Some answers are empty, one record is invalid JSON, and one has an unknown `role`.
pub(crate) fn in_language(question: &str, answer: &str, role: &str) -> String {
    let line = |i: usize| match i {
        3 | 7 => record(&format!("{question} {i}"), ""),
        11 => record(&format!("{question} {i}"), answer).replace("\"role\":\"assistant\"", "\"role\" \"assistant\""),
        13 => record(&question.repeat(12), answer).replace("\"assistant\"", &format!("\"{role}\"")),
        _ => record(&format!("{question} {i}"), &format!("{answer} {i}")),
    };
    (0..60).map(|i| line(i) + "\n").collect()
}
