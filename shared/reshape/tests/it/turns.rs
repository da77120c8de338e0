//! Turns inside a text, keys in any case, and the exports of programs for annotation.

use super::{FINE_TUNING, PRE_TRAINING, line, why};

/// Claude's format, in which turns are short.
#[track_caller]
fn check(record: &str, expected: &str) {
    assert_eq!(line(record, "claude-3-haiku", FINE_TUNING), expected, "{record}");
}

#[track_caller]
fn left_out(record: &str, part: &str) {
    let why = why(record, "claude-3-haiku", FINE_TUNING);
    assert!(why.contains(part), "{record}: {why}");
}

const ONE: &str = r#"{"messages":[{"role":"user","content":"A?"},{"role":"assistant","content":"B."}]}"#;

#[test]
fn turns_of_claudes_text_completions_become_messages() {
    for record in [
        r#"{"prompt":"\n\nHuman: A?\n\nAssistant:","completion":" B."}"#,
        r#"{"prompt":"Human: A?\n\nAssistant: ","completion":"B.\n\nHuman:"}"#,
        r#"{"prompt":"\n\nHuman: A?\n\nAssistant: B","completion":"."}"#,
        r#"{"text":"\n\nHuman: A?\n\nAssistant: B."}"#,
        r#"{"prompt":"Human: A?\nAssistant:","completion":" B."}"#,
        r#"{"question":"\r\n\r\nHuman: A?\r\n\r\nAssistant:","answer":"B."}"#,
    ] {
        check(record, ONE);
    }
    check(
        r#"{"prompt":"Be brief.\n\nHuman: A?\n\nAssistant: B.\n\nHuman: C?\n\nAssistant:","completion":" D."}"#,
        r#"{"system":"Be brief.","messages":[{"role":"user","content":"A?"},{"role":"assistant","content":"B."},{"role":"user","content":"C?"},{"role":"assistant","content":"D."}]}"#,
    );
    left_out(r#"{"prompt":"\n\nHuman: A?\n\nAssistant:"}"#, "its answer is missing");
    // Continued pre-training is trained on the text as it is.
    let text = r#"{"input":"A film.\n\nThe end."}"#;
    assert_eq!(line(text, "titan-text-express", PRE_TRAINING), text);
}

#[test]
fn keys_are_known_in_any_case() {
    for record in [
        r#"{"Prompt":"A?","Completion":"B."}"#,
        r#"{"QUESTION":"A?","Answer":"B."}"#,
        r#"{" Instruction ":"A?","Output":"B."}"#,
        r#"{"Messages":[{"Role":"User","Content":"A?"},{"role":"assistant","Content":"B."}]}"#,
        r#"{"Conversations":[{"From":"human","Value":"A?"},{"From":"gpt","Value":"B."}]}"#,
    ] {
        check(record, ONE);
    }
    left_out(r#"{"prompt":"A?","Prompt":"C?","completion":"B."}"#, "`prompt` occurs twice");
    left_out(r#"{"prompt":"A?","completion":"B.","Label":false}"#, "`label`");
}

#[test]
fn coheres_chats_are_read() {
    check(r#"{"messages":[{"role":"User","content":"A?"},{"role":"Chatbot","content":"B."}]}"#, ONE);
    check(
        r#"{"messages":[{"role":"System","content":"Be brief."},{"role":"User","content":"A?"},{"role":"Chatbot","content":"B."}]}"#,
        &ONE.replacen('{', r#"{"system":"Be brief.","#, 1),
    );
}

#[test]
fn squads_rows_are_read_with_their_one_answer() {
    let expected = r#"{"messages":[{"role":"user","content":"A?\n\nC."},{"role":"assistant","content":"B."}]}"#;
    let row = |answers: &str| format!(r#"{{"id":"1","title":"t","context":"C.","question":"A?","answers":{answers}}}"#);
    check(&row(r#"{"text":["B."],"answer_start":[0]}"#), expected);
    check(&row(r#"[{"text":"B.","answer_start":0},{"text":"B.","answer_start":9}]"#), expected);
    check(&row(r#"["B."]"#), expected);
    left_out(&row(r#"{"text":["B.","C."]}"#), "several answers");
    left_out(&row(r#"{"text":[],"answer_start":[]}"#), "its answer is missing");
    left_out(&row("[]"), "its answer is missing");
}

#[test]
fn axolotls_segments_are_read_where_the_prompt_comes_first() {
    let record = |segments: &str| format!(r#"{{"segments":{segments}}}"#);
    check(&record(r#"[{"label":false,"text":"A"},{"label":false,"text":"?"},{"label":true,"text":"B."}]"#), ONE);
    left_out(&record(r#"[{"label":true,"text":"A"},{"label":false,"text":"B"}]"#), "`segments`");
    left_out(
        &record(r#"[{"label":false,"text":"A"},{"label":true,"text":"B"},{"label":false,"text":"C"}]"#),
        "`segments`",
    );
    left_out(&record(r#"[{"label":false,"text":"A"}]"#), "its answer is missing");
    left_out(&record(r#"[{"text":"A"}]"#), "`segments`");
}

#[test]
fn annotations_are_read_where_one_answer_was_accepted() {
    check(r#"{"prompt":"A?","response":[{"user_id":"u","value":"B.","status":"submitted"}]}"#, ONE);
    check(r#"{"prompt":"A?","completion":"B.","answer":"accept","_input_hash":1,"_task_hash":2}"#, ONE);
    let task = |annotations: &str| {
        format!(r#"{{"id":1,"data":{{"text":"A?"}},"annotations":[{annotations}],"predictions":[]}}"#)
    };
    let area = r#"{"id":2,"result":[{"type":"textarea","from_name":"a","value":{"text":["B."]}}]}"#;
    check(&task(area), ONE);
    check(&task(&format!(r#"{{"was_cancelled":true,"result":[]}},{area}"#)), ONE);
    left_out(&task(""), "it has no annotation");
    left_out(&task(&format!("{area},{area}")), "several annotations");
    left_out(&task(r#"{"result":[{"type":"choices","value":{"choices":["B"]}}]}"#), "isn't one text");
    left_out(
        r#"{"prompt":"A?","response":[{"user_id":"u","value":"B.","status":"discarded"}]}"#,
        "none of its answers was submitted",
    );
    left_out(
        r#"{"prompt":"A?","response":[{"value":"B.","status":"submitted"},{"value":"C.","status":"submitted"}]}"#,
        "several annotators",
    );
    left_out(r#"{"prompt":"A?","completion":"B.","answer":"reject","_task_hash":2}"#, "wasn't accepted");
    left_out(r#"{"prompt":"A?","answer":"accept","_task_hash":2}"#, "its answer is missing");
    left_out(r#"{"text":"A?","label":"B","answer":"ignore","_input_hash":2}"#, "wasn't accepted");
}
