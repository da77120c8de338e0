//! Records with a meaning that the new format can't express are left out, with the reason.

use crate::{FINE_TUNING, PRE_TRAINING, REINFORCEMENT, converted, why};

#[track_caller]
fn check(record: &str, reason: &str) {
    assert_eq!(why(record, "nova-lite", FINE_TUNING), reason, "{record}");
}

#[track_caller]
fn has(record: &str, part: &str) {
    let why = why(record, "nova-lite", FINE_TUNING);
    assert!(why.contains(part), "{record}: {why}");
}

#[test]
fn leaves_out_preference_pairs() {
    for record in [
        r#"{"prompt":"x","chosen":"a","rejected":"b"}"#,
        r#"{"chosen":"x a","rejected":"x b"}"#,
        r#"{"instruction":"x","input":"","chosen":"a","rejected":"b"}"#,
        r#"{"conversations":[{"from":"human","value":"x"}],"chosen":{"from":"gpt","value":"a"},"rejected":{"from":"gpt","value":"b"}}"#,
        r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"a"}],"rejected_response":"b"}"#,
        r#"{"prompt":"x","chosen":[{"role":"user","content":"x"},{"role":"assistant","content":"a"}],"rejected":[],"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"a"}],"score_chosen":8.5}"#,
        r#"{"input":{"messages":[{"role":"user","content":"x"}]},"preferred_output":[{"role":"assistant","content":"a"}],"non_preferred_output":[{"role":"assistant","content":"b"}]}"#,
        r#"{"question":"x","response":"a","rejected":""}"#,
    ] {
        has(record, "it compares answers (`");
    }
}

#[test]
fn leaves_out_keys_that_occur_twice() {
    has(r#"{"prompt":"a","prompt":"b","completion":"c"}"#, "the key `prompt` occurs twice");
    let message = r#"{"messages":[{"role":"user","content":"a","content":"b"},{"role":"assistant","content":"c"}]}"#;
    has(message, "the key `content` occurs twice");
}

#[test]
fn leaves_out_a_second_conversation_and_answers_to_choose_from() {
    let chat = r#""messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]"#;
    has(&format!(r#"{{{chat},"prompt":"c","completion":"d"}}"#), "it has two conversations");
    has(&format!(r#"{{{chat},"conversations":[{{"from":"human","value":"c"}}]}}"#), "it has two conversations");
    has(
        r#"{"question":"Which?","options":["x","y"],"answer":"B"}"#,
        "its question has answers to choose from (`options`)",
    );
}

#[test]
fn keeps_texts_that_look_like_nothing() {
    for text in ["None", "null", "[]", "{}"] {
        let line = crate::line(&format!(r#"{{"question":"{text}","answer":"{text}"}}"#), "nova-lite", FINE_TUNING);
        assert_eq!(line.matches(&format!(r#""text":"{text}""#)).count(), 2, "{line}");
    }
}

#[test]
fn leaves_out_what_isnt_to_be_learned() {
    let with = |more: &str| {
        format!(r#"{{"messages":[{{"role":"user","content":"x"}},{{"role":"assistant","content":"y",{more}}}]}}"#)
    };
    for more in
        [r#""weight":0"#, r#""weight":0.0"#, r#""train":false"#, r#""loss":false"#, r#""mask":true"#, r#""learn":0"#]
    {
        has(&with(more), "it has an answer that the model must not learn");
    }
    has(&with(r#""weight":0.5"#), "is neither 0 nor 1");
    has(&with(r#""train_detail":[{"begin_offset":0,"end_offset":1,"train":false}]"#), "selects parts of a message");
    has(r#"{"prompt":"x","completion":"y","weight":0}"#, "its `weight` is 0");
    has(r#"{"prompt":"x","completion":"y","weight":"0"}"#, "its `weight` is 0");
    has(r#"{"prompt":"x","completion":"y","sample_weight":2}"#, "its `sample_weight` isn't 1");
    has(
        r#"{"messages":[{"role":"user","content":"x","train":true},{"role":"assistant","content":"y"}]}"#,
        "wants a message to be learned that isn't the assistant's",
    );
    let last = r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y","weight":0}]}"#;
    assert!(why(last, "nova-2-lite", REINFORCEMENT).contains("must not learn"));
    assert!(why(last, "titan-text-express", PRE_TRAINING).contains("must not learn"));
}

#[test]
fn leaves_out_tools_and_their_calls() {
    for (record, part) in [
        (
            r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"}],"tools":[{"type":"function"}]}"#,
            "it defines tools (`tools`)",
        ),
        (
            r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"}],"functions":[{"name":"f"}]}"#,
            "it defines tools (`functions`)",
        ),
        (
            r#"{"conversations":[{"from":"human","value":"x"},{"from":"gpt","value":"y"}],"tools":"[{\"name\": \"f\"}]"}"#,
            "it defines tools (`tools`)",
        ),
        (
            r#"{"schemaVersion":"bedrock-conversation-2024","toolConfig":{"tools":[{}]},"messages":[{"role":"user","content":[{"text":"x"}]},{"role":"assistant","content":[{"text":"y"}]}]}"#,
            "it defines tools (`toolConfig`)",
        ),
        (
            r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[{"id":1}]}]}"#,
            "it calls a tool (`tool_calls`)",
        ),
        (
            r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"","function_call":{"name":"f"}}]}"#,
            "it calls a tool (`function_call`)",
        ),
        (
            r#"{"messages":[{"role":"user","content":"x"},{"role":"tool","content":"7","tool_call_id":"1"}]}"#,
            "it calls a tool (`tool_call_id`)",
        ),
        (
            r#"{"conversations":[{"from":"human","value":"x"},{"from":"function_call","value":"f()"},{"from":"observation","value":"7"},{"from":"gpt","value":"y"}]}"#,
            "it calls a tool (`function_call`)",
        ),
        (
            r#"{"conversations":[{"from":"human","value":"x"},{"from":"observation","value":"7"},{"from":"gpt","value":"y"}]}"#,
            "it has the answer of a tool",
        ),
        (
            r#"{"messages":[{"role":"user","content":[{"text":"x"}]},{"role":"assistant","content":[{"toolUse":{"name":"f"}}]}]}"#,
            "it calls a tool (`toolUse`)",
        ),
        (
            r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","name":"f"}]}]}"#,
            "it calls a tool (`type`)",
        ),
        (
            r#"{"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"name":"f"}}]}]}"#,
            "it calls a tool (`functionCall`)",
        ),
    ] {
        has(record, part);
    }
}

#[test]
fn leaves_out_media_beside_the_messages() {
    for (key, value) in [
        ("images", r#"["1.png"]"#),
        ("videos", r#"["1.mp4"]"#),
        ("audios", r#"["1.wav"]"#),
        ("image", r#"{"bytes":null,"path":"1.png"}"#),
        ("audio", r#"{"path":"1.wav"}"#),
        ("file_name", r#""0001.png""#),
    ] {
        let record = format!(
            r#"{{"messages":[{{"role":"user","content":"<image>x"}},{{"role":"assistant","content":"y"}}],"{key}":{value}}}"#
        );
        has(&record, &format!("it refers to media (`{key}`)"));
    }
    has(r#"{"file_name":"0001.png","text":"a teapot"}"#, "it refers to media (`file_name`)");
    has(r#"{"image-ref":"s3://bucket/1.png","caption":"a teapot"}"#, "it refers to media (`image-ref`)");
}

#[test]
fn leaves_out_reasoning_that_the_model_isnt_trained_on() {
    for record in [
        r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y","reasoning_content":"z"}]}"#,
        r#"{"question":"x","answer":"y","reasoning":"z"}"#,
        r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"x"}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"z"}}},{"text":"y"}]}]}"#,
    ] {
        has(record, "it has reasoning, and this model isn't trained on reasoning");
    }
    has(
        r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y","channel":"analysis"}]}"#,
        "`channel`",
    );
}

#[test]
fn says_that_an_answer_is_missing() {
    check(r#"{"prompt":"x"}"#, "its answer is missing: it has none of `completion`, `output`, `response`, `answer`");
    check(r#"{"prompt":"x","completion":""}"#, "its answer is missing: `completion` is empty");
    check(r#"{"prompt":null,"completion":"y"}"#, "its question is missing: `prompt` is empty");
    check(r#"{"prompt":"x","completion":null}"#, "its answer is missing: `completion` is empty");
    check(r#"{"prompt":"x","completion":" "}"#, "its answer is missing: the last message is blank");
    check(r#"{"messages":[{"role":"user","content":"x"}]}"#, "its answer is missing: the last message is the user's");
    has(r#"{"instruction":"x","input":"z"}"#, "its answer is missing");
    has(r#"{"conversations":[{"from":"human","value":"x"}]}"#, "its answer is missing");
    has(r#"{"messages":[{"role":"user","content":"x"}],"reference_answer":"y"}"#, "--type reinforcement-fine-tuning");
    has(r#"{"completion":"y","prompt":""}"#, "its question is missing");
}

#[test]
fn leaves_out_what_is_ambiguous() {
    has(r#"{"prompt":"x","question":"z","answer":"y"}"#, "several questions (`prompt`, `question`)");
    has(r#"{"prompt":"x","output":"y","response":"z"}"#, "several answers (`output`, `response`)");
    has(r#"{"prompt":"x","completions":["y","z"],"labels":[true,false]}"#, "a list of answers (`completions`)");
    has(r#"{"instruction":"x","output":["y","z"]}"#, "`output` is a list, and a record takes one answer");
}

#[test]
fn says_why_other_records_are_left_out() {
    check(
        r#"{"messages":[{"role":"assistant","content":"x"}]}"#,
        "the first message is the assistant's, not the user's",
    );
    check(
        r#"{"messages":[{"role":"user","content":"x"},{"role":"system","content":"y"}]}"#,
        "a system message comes after the first turn",
    );
    check(
        r#"{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}]}"#,
        "a part of a message's content is neither text nor an image that can be converted",
    );
    check(
        r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":null}]}"#,
        "its answer is missing: a message of the assistant has no `content`",
    );
    has(r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","refusal":"No."}]}"#, "a refusal");
    check(
        r#"{"messages":[{"role":"narrator","content":"x"}]}"#,
        "a role is none of system, developer, user and assistant",
    );
    check(r#"{"messages":[]}"#, "it has no message");
    check(r#"{"prompt":" ","completion":"y"}"#, "a message or prompt is empty");
    check(r#"{"prompt":1,"completion":"y"}"#, "`prompt` is a number, not a text");
    check(
        r#"{"text":"x"}"#,
        "it is a text without a question and an answer, which only continued pre-training takes; write its question as `prompt`, and its answer as `completion`",
    );
    check(r#"{"input_ids":[1],"labels":[1]}"#, "it holds tokens (`input_ids`), and Bedrock takes text");
    check(r#"[1]"#, "it is a list, not an object");
    check(r#"{}"#, "it has no keys");
}

#[test]
fn lists_the_keys_that_were_found_and_those_that_convert_looks_for() {
    let looked_for = "messages, conversations or contents for chats; instruction, prompt, question, query for questions; completion, output, response, answer for answers; text for plain text";
    check(r#"{"foo":"x"}"#, &format!("its only key (`foo`) isn't one that convert looks for; rename it: {looked_for}"));
    check(
        r#"{"q":"x","a":"y"}"#,
        &format!("none of its 2 keys (`q`, `a`) is one that convert looks for; rename them: {looked_for}"),
    );
    has(r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}"#, "none of its 7 keys (`a`, `b`, `c`, `d`, `e`, …)");
    has(r#"{"completion":"y","topic":"z"}"#, "its question is missing: it has none of `instruction`, `prompt`");
}

#[test]
fn says_where_json_is_invalid_in_the_words_of_check() {
    for (record, at, part) in [
        ("{\"prompt\": \"x\",\n \"completion\": 'y'}", (2, 16), "'"),
        (r#"{"prompt": "x" "completion": "y"}"#, (1, 16), "expected"),
        (r#"{"prompt": "x", "completion": True}"#, (1, 31), "True"),
        (r#"{"prompt": "x", "completion": "\ud83d"}"#, (1, 32), "half of a surrogate pair"),
        (r#"{"messages":[{"role":"user","content":"\udc00"}]}"#, (1, 40), "half of a surrogate pair"),
        (r#"{"prompt": "x", "\ud83d": 1}"#, (1, 18), "half of a surrogate pair"),
        (r#"{"a": "#, (1, 7), "expected"),
    ] {
        let left_out = converted(record, "nova-lite", FINE_TUNING).expect_err(record);
        assert_eq!(left_out.at, Some(at), "{record}: {}", left_out.why);
        assert!(left_out.why.contains(part), "{record}: {}", left_out.why);
    }
    has(r#"{"messages":"[{'role': 'user', 'content': 'x'}]"}"#, "`messages` isn't valid JSON: ");
}

#[test]
fn a_reason_never_holds_what_a_record_says() {
    let secret = "hunter2";
    for record in [
        r#"{"messages":[{"role":"hunter2","content":"x"}]}"#,
        r#"{"prompt":["hunter2"],"completion":"y"}"#,
        r#"{"prompt":"hunter2","chosen":"hunter2","rejected":"hunter2"}"#,
        r#"{"messages":[{"role":"user","content":[{"type":"hunter2"}]}]}"#,
        r#"{"schemaType":"ModelInvocationLog","errorCode":"hunter2"}"#,
    ] {
        assert!(!why(record, "nova-lite", FINE_TUNING).contains(secret), "{record}");
    }
}
