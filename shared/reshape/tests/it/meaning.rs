//! Keys that change what a record means are used, or the record is left out; every other dropped key is named.

use tunedrop_reshape::{Pictures, Source, convert};

use crate::{FINE_TUNING, REINFORCEMENT, converted, errors, line, training, why};

const CHAT: &str = r#""messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]"#;

fn dropped(record: &str) -> Vec<String> {
    converted(record, "titan-text-express", FINE_TUNING).expect("it can be converted").dropped
}

#[test]
fn reads_chat_history_as_history() {
    let pairs = r#"[["c","d"]]"#;
    let messages = r#"[{"role":"user","content":"c"},{"role":"assistant","content":"d"}]"#;
    for history in [pairs, messages] {
        let with = |key: &str| format!(r#"{{"prompt":"a","completion":"b","{key}":{history}}}"#);
        let expected = line(&with("history"), "nova-lite", FINE_TUNING);
        assert_eq!(expected.matches("role").count(), 4, "{expected}");
        assert_eq!(line(&with("chat_history"), "nova-lite", FINE_TUNING), expected);
    }
    let both = r#"{"prompt":"a","completion":"b","history":[["c","d"]],"chat_history":[["e","f"]]}"#;
    assert!(why(both, "nova-lite", FINE_TUNING).contains("it has earlier turns twice"));
    let text = r#"{"prompt":"a","completion":"b","chat_history":"c"}"#;
    assert_eq!(why(text, "nova-lite", FINE_TUNING), "`chat_history` isn't a list");
}

#[test]
fn reads_a_passage_as_what_the_question_is_about() {
    let record = r#"{"question":"a","passage":"c","answer":"b"}"#;
    let expected = r#"{"prompt":"a\n\nc","completion":"b"}"#;
    assert_eq!(line(record, "titan-text-express", FINE_TUNING), expected);
}

#[test]
fn reads_instructions_as_the_system_prompt() {
    let system = format!(r#"{{"system":"c",{CHAT}}}"#);
    assert_eq!(line(&format!(r#"{{{CHAT},"instructions":"c"}}"#), "claude-3-haiku", FINE_TUNING), system);
    let pair = r#"{"instructions":"c","input":"a","output":"b"}"#;
    assert_eq!(line(pair, "claude-3-haiku", FINE_TUNING), system);
}

#[test]
fn leaves_out_records_with_a_part_beside_the_messages() {
    for (member, part) in [
        (r#""history":[["c","d"]]"#, "it has earlier turns (`history`) beside its messages"),
        (r#""chat_history":[["c","d"]]"#, "it has earlier turns (`chat_history`) beside its messages"),
        (r#""context":"c""#, "it has a text (`context`) beside its messages"),
        (r#""passage":"c""#, "it has a text (`passage`) beside its messages"),
        (r#""completion":"c""#, "it has an answer (`completion`) beside its messages"),
        (r#""previous_response_id":"r-1""#, "it continues an earlier response (`previous_response_id`)"),
        (r#""file_ids":["f-1"]"#, "it refers to files or documents (`file_ids`)"),
        (r#""documents":["c"]"#, "it refers to files or documents (`documents`)"),
    ] {
        let found = why(&format!("{{{CHAT},{member}}}"), "nova-lite", FINE_TUNING);
        assert!(found.contains(part), "{member}: {found}");
    }
}

#[test]
fn leaves_out_what_an_annotator_rejected() {
    for member in [r#""answer":"reject""#, r#""answer":"ignore""#] {
        for content in [CHAT, r#""prompt":"a","completion":"b""#, r#""text":"a""#] {
            let found = why(&format!("{{{content},{member}}}"), "nova-lite", FINE_TUNING);
            assert!(found.contains("wasn't accepted"), "{content}: {found}");
        }
    }
    let discarded = format!(r#"{{{CHAT},"status":"discarded"}}"#);
    assert!(why(&discarded, "nova-lite", FINE_TUNING).contains("its `status` is discarded"));
    let not_accepted = format!(r#"{{{CHAT},"accepted":false}}"#);
    assert!(why(&not_accepted, "nova-lite", FINE_TUNING).contains("`accepted` marks its answer as one to avoid"));
    let a_real_answer = r#"{"question":"Accept it?","answer":"reject"}"#;
    assert!(line(a_real_answer, "titan-text-express", FINE_TUNING).contains(r#""completion":"reject""#));
}

#[test]
fn names_dropped_keys_that_change_nothing() {
    for (member, key) in [(r#""label":true"#, "label"), (r#""label":1"#, "label"), (r#""weight":1"#, "weight")] {
        assert_eq!(dropped(&format!(r#"{{"question":"a","answer":"b",{member}}}"#)), [key], "{member}");
    }
    let squad = r#"{"title":"t","question":"a","context":"c","answers":{"text":["b"],"answer_start":[0]}}"#;
    assert_eq!(dropped(squad), ["answers.answer_start", "title"]);
}

#[test]
fn keeps_the_labels_that_a_grader_gets() {
    let record = r#"{"messages":[{"role":"developer","content":"c"},{"role":"user","content":"a"}],"reference_answer":"b","label":false,"weight":0.5}"#;
    let expected = r#"{"messages":[{"role":"system","content":"c"},{"role":"user","content":"a"}],"reference_answer":"b","label":false,"weight":0.5}"#;
    assert_eq!(line(record, "nova-2-lite", REINFORCEMENT), expected);
    let without_reference = r#"{"prompt":"a","completion":"b","label":false}"#;
    assert!(why(without_reference, "nova-2-lite", REINFORCEMENT).contains("`label` marks"));
}

#[test]
fn drops_other_keys_of_pairs_of_an_image_and_a_caption() {
    let model = "titan-image-generator-v2";
    let pair = r#"{"image-ref":"s3://bucket/a/1.png","caption":"a teapot"}"#;
    let record = pair.replace('}', r#","id":7,"notes":null}"#);
    let found = converted(&record, model, FINE_TUNING).expect("it can be converted");
    assert_eq!((found.line.as_str(), found.dropped), (pair, vec!["id".to_owned()]));
    assert_eq!(errors(&found.line, training(model, FINE_TUNING)), Vec::<String>::new());
    let labeled = pair.replace('}', r#","label":false}"#);
    assert!(why(&labeled, model, FINE_TUNING).contains("`label` marks"));
}

#[test]
fn keeps_what_the_question_is_about_in_a_layout_that_is_named() {
    for (source, answer) in [(Source::Alpaca, "output"), (Source::Dolly, "response")] {
        for subject in ["input", "context", "passage"] {
            let record = format!(r#"{{"instruction":"a","{subject}":"c","{answer}":"b"}}"#);
            let to = training("titan-text-express", FINE_TUNING);
            let found = convert(&record, Some(source), to, &mut Pictures::default()).expect("it can be converted");
            assert_eq!(found.line, r#"{"prompt":"a\n\nc","completion":"b"}"#, "{record}");
            assert_eq!(found.dropped, Vec::<String>::new(), "{record}");
        }
    }
}

#[test]
fn names_the_layout_of_a_record_without_the_messages_of_the_one_that_is_named() {
    let pair = r#"{"prompt":"a","completion":"b"}"#;
    let chat = format!("{{{CHAT}}}");
    let help = |name: &str| format!("; use --from {name}, or leave --from out");
    for (source, record, key, help) in [
        (Source::Messages, pair, "messages", help("prompt-completion")),
        (Source::ShareGpt, pair, "conversations", help("prompt-completion")),
        (Source::Gemini, chat.as_str(), "contents", help("openai")),
        (Source::ShareGpt, r#"{"instruction":"a","output":"b"}"#, "conversations", help("alpaca")),
        (Source::Messages, r#"{"text":"a"}"#, "messages", "; leave --from out".to_owned()),
        (Source::Messages, r#"{"id":1}"#, "messages", String::new()),
    ] {
        // Another format than the record's own, so that it isn't copied.
        let to = training("claude-3-haiku", FINE_TUNING);
        let to = if record == chat { training("nova-lite", FINE_TUNING) } else { to };
        let found = convert(record, Some(source), to, &mut Pictures::default()).expect_err(record);
        assert_eq!(found.why, format!("the key `{key}` is missing{help}"), "{record}");
    }
}
