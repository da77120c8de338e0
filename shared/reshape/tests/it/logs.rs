//! Records of Bedrock's model invocation logs.

use crate::{DISTILLATION, FINE_TUNING, converted, line, why};

fn log(input: &str, output: &str) -> String {
    format!(
        r#"{{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-11-01T10:00:00Z","accountId":"111122223333","region":"us-east-1","requestId":"r","operation":"x","modelId":"m","input":{{"inputContentType":"application/json",{input}}},"output":{{"outputContentType":"application/json",{output}}}}}"#
    )
}

const REQUEST: &str = r#""inputBodyJson":{"system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Where?"}]}],"inferenceConfig":{"maxTokens":9}}"#;
const ANSWER: &str = r#""outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"text":"There."}]}},"stopReason":"end_turn"}"#;
const EXPECTED: &str = r#"{"schemaVersion":"bedrock-conversation-2024","system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Where?"}]},{"role":"assistant","content":[{"text":"There."}]}]}"#;

#[test]
fn reads_the_bodies_of_converse_nova_and_claude() {
    let nova = r#""inputBodyJson":{"schemaVersion":"messages-v1","system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Where?"}]}]}"#;
    let claude = r#""inputBodyJson":{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"system":"Be brief.","messages":[{"role":"user","content":[{"type":"text","text":"Where?"}]}]}"#;
    let claudes = r#""outputBodyJson":{"type":"message","role":"assistant","content":[{"type":"text","text":"There."}],"stop_reason":"end_turn"}"#;
    let as_text =
        r#""inputBodyJson":"{\"system\":\"Be brief.\",\"messages\":[{\"role\":\"user\",\"content\":\"Where?\"}]}""#;
    for record in [log(REQUEST, ANSWER), log(nova, ANSWER), log(claude, claudes), log(as_text, ANSWER)] {
        assert_eq!(line(&record, "nova-lite", FINE_TUNING), EXPECTED);
        assert_eq!(line(&record, "nova-lite", DISTILLATION), EXPECTED);
    }
}

#[test]
fn puts_streamed_answers_together() {
    let converse = r#""outputBodyJson":[{"messageStart":{"role":"assistant"}},{"contentBlockDelta":{"delta":{"text":"The"},"contentBlockIndex":0}},{"contentBlockDelta":{"delta":{"text":"re."},"contentBlockIndex":0}},{"contentBlockStop":{"contentBlockIndex":0}},{"messageStop":{"stopReason":"end_turn"}},{"metadata":{"usage":{}}}]"#;
    let claude = r#""outputBodyJson":[{"type":"message_start","message":{}},{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}},{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"The"}},{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"re."}},{"type":"content_block_stop","index":0},{"type":"message_delta","delta":{"stop_reason":"end_turn"}},{"type":"message_stop"}]"#;
    for output in [converse, claude] {
        assert_eq!(line(&log(REQUEST, output), "nova-lite", FINE_TUNING), EXPECTED);
    }
    let thinking = r#""outputBodyJson":[{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}},{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"m."}},{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}},{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"There."}}]"#;
    let line = line(&log(REQUEST, thinking), "nova-2-lite", FINE_TUNING);
    assert!(line.contains(r#"[{"reasoningContent":{"reasoningText":{"text":"Hmm."}}},{"text":"There."}]"#), "{line}");
}

#[test]
fn names_the_keys_of_a_log_that_are_dropped() {
    let converted_record = converted(&log(REQUEST, ANSWER), "nova-lite", FINE_TUNING).expect("it can be converted");
    for key in ["timestamp", "modelId", "input.inputContentType", "input.inputBodyJson.inferenceConfig"] {
        assert!(converted_record.dropped.iter().any(|dropped| dropped == key), "{key}: {:?}", converted_record.dropped);
    }
}

#[test]
fn notes_an_answer_that_ended_at_a_limit() {
    let cut = ANSWER.replace("end_turn", "max_tokens");
    let converted_record = converted(&log(REQUEST, &cut), "nova-lite", FINE_TUNING).expect("it can be converted");
    assert_eq!(converted_record.notes, ["the answer ended at a token limit, and may be incomplete"]);
}

#[test]
fn says_why_a_log_is_left_out() {
    let tools = REQUEST.replace("\"inferenceConfig\"", "\"toolConfig\":{\"tools\":[{}]},\"inferenceConfig\"");
    let calls = r#""outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"toolUse":{"name":"f"}}]}},"stopReason":"tool_use"}"#;
    let streamed =
        r#""outputBodyJson":[{"contentBlockStart":{"start":{"toolUse":{"name":"f"}},"contentBlockIndex":0}}]"#;
    let blocked = ANSWER.replace("end_turn", "guardrail_intervened");
    let prefilled =
        r#""inputBodyJson":{"messages":[{"role":"user","content":"Where?"},{"role":"assistant","content":"Th"}]}"#;
    let embedding = r#""inputBodyJson":{"texts":["Where?"]}"#;
    let template = r#""inputBodyJson":{"prompt":"<s>[INST] Where? [/INST]"}"#;
    let filtered = r#""outputBodyJson":{"results":[{"outputText":"x","completionReason":"CONTENT_FILTERED"}]}"#;
    for (record, part) in [
        (log(&tools, ANSWER), "it defines tools (`toolConfig`)"),
        (log(REQUEST, calls), "it calls a tool (`toolUse`)"),
        (log(REQUEST, streamed), "it calls a tool (`toolUse`)"),
        (log(REQUEST, &blocked), "a guardrail, a filter or a refusal"),
        (log(prefilled, ANSWER), "its request ends with the beginning of the answer"),
        (log(embedding, ANSWER), "its request is in none of the formats"),
        (log(template, ANSWER), "a template that convert doesn't read"),
        (log(r#""inputBodyS3Path":"s3://b/k""#, ANSWER), "`inputBodyS3Path`"),
        (log(REQUEST, r#""outputBodyS3Path":"s3://b/k""#), "`outputBodyS3Path`"),
        (log(r#""inputTokenCount":1"#, ANSWER), "it has no request"),
        (log(REQUEST, r#""outputTokenCount":1"#), "its answer is missing"),
        (log(REQUEST, r#""outputBodyJson":{"embedding":[0.5]}"#), "its answer (`outputBodyJson`) is in none of"),
        (log(REQUEST, filtered), "a guardrail, a filter"),
        (
            log(REQUEST, ANSWER).replace("\"region\"", "\"errorCode\":\"ThrottlingException\",\"region\""),
            "the call failed",
        ),
    ] {
        let why = why(&record, "nova-lite", FINE_TUNING);
        assert!(why.contains(part), "{part}: {why}");
    }
    // The teacher answers, so a log without an answer is a prompt.
    line(&log(REQUEST, r#""outputTokenCount":1"#), "nova-lite", DISTILLATION);
}

#[test]
fn reads_calls_of_titan_llama_and_claudes_text_completions() {
    let expected = r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"Where?"}]},{"role":"assistant","content":[{"text":"There."}]}]}"#;
    let llama = r#""inputBodyJson":{"prompt":"<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nWhere?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n","max_gen_len":9}"#;
    let titan = r#""inputBodyJson":{"inputText":"Where?"}"#;
    let claude = r#""inputBodyJson":{"prompt":"\n\nHuman: Where?\n\nAssistant:"}"#;
    let chat = r#""inputBodyJson":{"messages":[{"role":"user","content":"Where?"}]}"#;
    let generation = r#""outputBodyJson":{"generation":"There.","stop_reason":"stop"}"#;
    for (request, answer) in [
        (titan, r#""outputBodyJson":{"results":[{"outputText":"There.","completionReason":"FINISH"}]}"#),
        (titan, r#""outputBodyJson":[{"outputText":"The"},{"outputText":"re.","completionReason":"FINISH"}]"#),
        (llama, generation),
        (
            llama,
            r#""outputBodyJson":[{"generation":"There","stop_reason":null},{"generation":".","stop_reason":"stop"}]"#,
        ),
        (r#""inputBodyJson":{"prompt":"Where?"}"#, generation),
        (claude, r#""outputBodyJson":{"completion":"There.","stop_reason":"stop_sequence"}"#),
        (
            chat,
            r#""outputBodyJson":{"choices":[{"message":{"role":"assistant","content":"There."},"finish_reason":"stop"}]}"#,
        ),
    ] {
        assert_eq!(line(&log(request, answer), "nova-lite", FINE_TUNING), expected, "{request} {answer}");
    }
}
