//! Answers that a model must not learn are left out, however a record marks them.

use crate::{FINE_TUNING, converted, why};

#[track_caller]
fn has(record: &str, part: &str) {
    let why = why(record, "nova-lite", FINE_TUNING);
    assert!(why.contains(part), "{record}: {why}");
}

#[test]
fn leaves_out_answers_to_avoid() {
    for label in ["false", "0", "\"False\"", "\"0\"", "-1"] {
        has(
            &format!(r#"{{"prompt":"x","completion":"y","label":{label}}}"#),
            "`label` marks its answer as one to avoid",
        );
    }
    let record = r#"{"instruction":"x","output":"y","kto_tag":false}"#;
    has(record, "`kto_tag` marks its answer as one to avoid");
    let record = r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"}],"label":false}"#;
    has(record, "`label` marks its answer as one to avoid");
}

#[test]
fn leaves_out_answers_to_avoid_however_a_spreadsheet_writes_no() {
    for label in ["FALSCH", "faux", "no", "N", "0,0", "bad", "rejected"] {
        has(&format!(r#"{{"prompt":"x","completion":"y","label":"{label}"}}"#), "marks its answer as one to avoid");
    }
    for key in ["desirable", "is_desirable", "thumbs_up", "kto_label", "is_correct"] {
        has(&format!(r#"{{"prompt":"x","completion":"y","{key}":false}}"#), "marks its answer as one to avoid");
    }
}

#[test]
fn leaves_out_answers_that_a_rating_or_a_flag_marks_as_bad() {
    for member in [
        r#""rating":"bad""#,
        r#""feedback":"thumbs_down""#,
        r#""quality":"Poor""#,
        r#""vote":"down""#,
        r#""is_bad":true"#,
        r#""incorrect":1"#,
        r#""toxic":"true""#,
    ] {
        has(&format!(r#"{{"prompt":"x","completion":"y",{member}}}"#), "marks its answer as one to avoid");
    }
    for member in [r#""rating":4"#, r#""rating":"good""#, r#""rating":0"#, r#""toxic":false"#, r#""feedback":"""#] {
        let record = format!(r#"{{"prompt":"x","completion":"y",{member}}}"#);
        assert!(converted(&record, "nova-lite", FINE_TUNING).is_ok(), "{record}");
    }
    for key in ["negative", "neg", "hard_negatives", "incorrect_answer"] {
        has(&format!(r#"{{"question":"x","answer":"y","{key}":"z"}}"#), "it has a worse answer (`");
        let empty = format!(r#"{{"question":"x","answer":"y","{key}":[]}}"#);
        assert!(converted(&empty, "nova-lite", FINE_TUNING).is_ok(), "{empty}");
    }
}

#[test]
fn leaves_out_records_that_a_flag_excludes() {
    for (key, values) in [
        ("train", ["false", "0", "\"no\""]),
        ("trainable", ["false", "0", "\"False\""]),
        ("use_for_training", ["false", "0", "\"FALSCH\""]),
        ("include", ["false", "0", "\"n\""]),
        ("approved", ["false", "0", "\"no\""]),
        ("exclude", ["true", "1", "\"yes\""]),
        ("skip", ["true", "1", "\"x\""]),
        ("ignore", ["true", "1", "\"True\""]),
        ("deleted", ["true", "1", "\"wahr\""]),
        ("Excluded", ["true", "1", "\"y\""]),
    ] {
        for value in values {
            for content in [
                r#""prompt":"x","completion":"y""#,
                r#""messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"}]"#,
                r#""instruction":"x","output":"y""#,
            ] {
                has(&format!(r#"{{{content},"{key}":{value}}}"#), &format!("its `{key}` is "));
            }
        }
    }
    for member in [
        r#""train":true"#,
        r#""include":1"#,
        r#""exclude":false"#,
        r#""deleted":null"#,
        r#""skip":"no""#,
        r#""loss":0.0"#,
        r#""train":"a""#,
    ] {
        let record = format!(r#"{{"prompt":"x","completion":"y",{member}}}"#);
        assert!(converted(&record, "nova-lite", FINE_TUNING).is_ok(), "{record}");
    }
}

#[test]
fn leaves_out_records_with_a_message_that_a_flag_excludes() {
    let chat = |of_user: &str, of_assistant: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"x"{of_user}}},{{"role":"assistant","content":"y"{of_assistant}}}]}}"#
        )
    };
    has(&chat("", r#","train_on_turn":false"#), "it has an answer that the model must not learn");
    for key in ["deleted", "skip", "ignore", "exclude"] {
        let flag = format!(r#","{key}":true"#);
        for record in [chat(&flag, ""), chat("", &flag)] {
            has(&record, &format!("the `{key}` of a message is true"));
        }
        let found = converted(&chat(&format!(r#","{key}":false"#), ""), "nova-lite", FINE_TUNING);
        assert_eq!(found.expect("it can be converted").dropped, [format!("messages[].{key}")]);
    }
}
