//! OpenAI's formats beside chats.

use tunedrop_reshape::{Pictures, Source, convert};

use super::{FINE_TUNING, REINFORCEMENT, converted, line, training, why};

const EXPECTED: &str = r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"Where?"}]},{"role":"assistant","content":[{"text":"There."}]}]}"#;

#[test]
fn reads_the_responses_api() {
    for record in [
        r#"{"input":[{"role":"user","content":[{"type":"input_text","text":"Where?"}]}],"output":[{"id":"m","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"There.","annotations":[]}]}]}"#,
        r#"{"input":"Where?","output":[{"type":"reasoning","id":"r","summary":[]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"There."}]}]}"#,
    ] {
        assert_eq!(line(record, "nova-lite", FINE_TUNING), EXPECTED);
        let to = training("nova-lite", FINE_TUNING);
        let named = convert(record, Some(Source::Messages), to, &mut Pictures::default()).expect("it can be converted");
        assert_eq!(named.line, EXPECTED);
    }
    let instructions = r#"{"instructions":"Be brief.","input":"Where?","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"There."}]}]}"#;
    assert!(line(instructions, "nova-lite", FINE_TUNING).contains(r#""system":[{"text":"Be brief."}]"#));
    for (output, part) in [
        (r#"{"type":"function_call","name":"f","arguments":"{}"}"#, "it calls a tool"),
        (
            r#"{"type":"web_search_call","id":"w"},{"type":"message","role":"assistant","content":"x"}"#,
            "it calls a tool",
        ),
        (
            r#"{"type":"reasoning","summary":[{"text":"Hm."}]},{"type":"message","role":"assistant","content":"x"}"#,
            "reasoning",
        ),
    ] {
        let why = why(&format!(r#"{{"input":"Where?","output":[{output}]}}"#), "nova-lite", FINE_TUNING);
        assert!(why.contains(part), "{output}: {why}");
    }
}

#[test]
fn names_the_type_that_takes_data_for_reinforcement() {
    let record = r#"{"messages":[{"role":"developer","content":"Add."},{"role":"user","content":"1+1"}],"reference_answer":"2"}"#;
    for model in ["nova-lite", "titan-text-express", "claude-3-haiku", "nova-2-lite"] {
        let why = why(record, model, FINE_TUNING);
        assert!(why.ends_with("use --model nova-2-lite --type reinforcement-fine-tuning"), "{model}: {why}");
    }
    let expected =
        r#"{"messages":[{"role":"system","content":"Add."},{"role":"user","content":"1+1"}],"reference_answer":"2"}"#;
    assert_eq!(line(record, "nova-2-lite", REINFORCEMENT), expected);
}

#[test]
fn recognizes_what_only_openai_has() {
    let is_openai = |record: &str| converted(record, "nova-micro", FINE_TUNING).expect(record).is_openai;
    let chat = |more: &str| {
        format!(r#"{{"messages":[{{"role":"user","content":"a"}},{{"role":"assistant","content":"b"{more}}}]}}"#)
    };
    assert!(!is_openai(&chat("")), "a chat in the format that Claude, Hugging Face and others share");
    assert!(!is_openai(r#"{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}"#));
    assert!(is_openai(&chat(r#","weight":1"#)));
    let share_gpt = r#"{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b","weight":1}]}"#;
    assert!(!is_openai(share_gpt));
    assert!(is_openai(&chat("").replace("[{", r#"[{"role":"developer","content":"c"},{"#)));
    assert!(is_openai(&chat("").replacen('{', r#"{"parallel_tool_calls":false,"#, 1)));
}
