//! Each layout becomes what each model takes.

use tunedrop_reshape::{Pictures, Source, convert};
use tunedrop_validation::{Catalogue, Format};

use crate::{DISTILLATION, FINE_TUNING, PRE_TRAINING, REINFORCEMENT, converted, errors, line, why};

const LAYOUTS: [(&str, Source, &str); 20] = [
    (
        "openai",
        Source::Messages,
        r#"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Where is it?"},{"role":"assistant","content":"There."}]}"#,
    ),
    (
        "openai with a developer message",
        Source::Messages,
        r#"{"messages":[{"role":"developer","content":"Be brief."},{"role":"user","content":"Where is it?"},{"role":"assistant","content":"There.","weight":1}]}"#,
    ),
    (
        "openai in parts",
        Source::Messages,
        r#"{"messages":[{"role":"user","content":[{"type":"text","text":"Where is it?"}]},{"role":"assistant","content":[{"type":"text","value":"There."}]}]}"#,
    ),
    (
        "openai exported by Hugging Face",
        Source::Messages,
        r#"{"messages":[{"role":"user","content":"Where is it?","tool_calls":null,"name":null},{"role":"assistant","content":"There.","tool_calls":[],"name":null}],"tools":null,"images":[]}"#,
    ),
    (
        "claude",
        Source::Messages,
        r#"{"system":"Be brief.","messages":[{"role":"user","content":"Where is it?"},{"role":"assistant","content":"There."}]}"#,
    ),
    (
        "bedrock",
        Source::Messages,
        r#"{"schemaVersion":"bedrock-conversation-2024","system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Where is it?"}]},{"role":"assistant","content":[{"text":"There."}]}]}"#,
    ),
    (
        "sharegpt",
        Source::ShareGpt,
        r#"{"id":"1","conversations":[{"from":"human","value":"Where is it?"},{"from":"gpt","value":"There."}]}"#,
    ),
    (
        "sharegpt with weights",
        Source::ShareGpt,
        r#"{"conversations":[{"from":"human","value":"Where is it?","weight":0.0},{"from":"gpt","value":"There.","weight":1.0}],"tools":"[]"}"#,
    ),
    (
        "conversations of role and content",
        Source::ShareGpt,
        r#"{"conversations":[{"role":"system","content":"Be brief."},{"role":"user","content":"Where is it?"},{"role":"assistant","content":"There."}]}"#,
    ),
    ("alpaca", Source::Alpaca, r#"{"instruction":"Translate.","input":"Wo?","output":"Where?"}"#),
    ("dolly", Source::Dolly, r#"{"instruction":"Where is it?","context":"","response":"There.","category":"qa"}"#),
    ("prompt-completion", Source::PromptCompletion, r#"{"prompt":"Where is it?","completion":"There."}"#),
    ("question-answer", Source::PromptCompletion, r#"{"question":"Where is \"it\"?\n","answer":"There."}"#),
    ("input-output", Source::PromptCompletion, r#"{"input":"Where is it?","output":"There."}"#),
    ("query-response", Source::PromptCompletion, r#"{"system":"Be brief.","query":"Where?","response":"There."}"#),
    ("liked answer", Source::PromptCompletion, r#"{"prompt":"Where is it?","completion":"There.","label":true}"#),
    (
        "conversational prompt-completion",
        Source::PromptCompletion,
        r#"{"prompt":[{"role":"user","content":"Where is it?"}],"completion":[{"role":"assistant","content":"There."}]}"#,
    ),
    (
        "gemini",
        Source::Gemini,
        r#"{"systemInstruction":{"role":"system","parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"Where is it?"}]},{"role":"model","parts":[{"text":"There."}]}]}"#,
    ),
    (
        "gemini in snake case, without a role",
        Source::Gemini,
        r#"{"system_instruction":"Be brief.","contents":[{"parts":{"text":"Where is it?"}},{"role":"model","parts":[{"text":"There."},{"text":"Or here."}]}]}"#,
    ),
    (
        "invocation log",
        Source::InvocationLog,
        r#"{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","operation":"Converse","modelId":"amazon.nova-lite-v1:0","input":{"inputContentType":"application/json","inputBodyJson":{"messages":[{"role":"user","content":[{"text":"Where is it?"}]}]},"inputTokenCount":4},"output":{"outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"text":"There."}]}},"stopReason":"end_turn"}}}"#,
    ),
];

#[test]
fn every_layout_becomes_what_every_model_takes() {
    let mut tried = 0;
    for model in Catalogue::embedded().models() {
        for customization in model.customizations() {
            let training = model.customization(customization).expect("its own");
            if matches!(training.format, Format::ImageCaption { .. }) {
                continue;
            }
            for (name, source, record) in LAYOUTS {
                let of = format!("{name} for {} by {}", model.name, customization.as_str());
                let converted_record = convert(record, None, training, &mut Pictures::default());
                let converted_record = converted_record.unwrap_or_else(|left_out| panic!("{of}: {}", left_out.why));
                let named = convert(record, Some(source), training, &mut Pictures::default());
                assert_eq!(named.as_ref(), Ok(&converted_record), "{of}");
                assert_eq!(
                    errors(&converted_record.line, training),
                    Vec::<String>::new(),
                    "{of}: {}",
                    converted_record.line
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
}

#[test]
fn reads_messages_that_a_cell_of_a_table_holds() {
    let record = r#"{"messages":"[{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}]","tools":"[]"}"#;
    let expected = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#;
    assert_eq!(line(record, "claude-3-haiku", FINE_TUNING), expected);
}

#[test]
fn converted_records_are_converted_no_further() {
    for model in ["nova-lite", "titan-text-express", "claude-3-haiku", "llama-3-3-70b"] {
        for (name, _, record) in LAYOUTS {
            let once = line(record, model, FINE_TUNING);
            assert_eq!(line(&once, model, FINE_TUNING), once, "{name}");
        }
    }
}

#[test]
fn keeps_every_text_of_a_question() {
    let completion = |record: &str| line(record, "titan-text-express", FINE_TUNING);
    for (record, expected) in [
        (
            r#"{"instruction":"Translate.","question":"Wo?","answer":"Where?"}"#,
            r#"{"prompt":"Translate.\n\nWo?","completion":"Where?"}"#,
        ),
        (r#"{"question":"Who?","context":"Me.","answer":"You."}"#, r#"{"prompt":"Who?\n\nMe.","completion":"You."}"#),
        (
            r#"{"instruction":"Add.","input":"1","context":"2","response":"3"}"#,
            r#"{"prompt":"Add.\n\n1\n\n2","completion":"3"}"#,
        ),
        (
            r#"{"system_prompt":"Be brief.","question":"Who?","response":"Me."}"#,
            r#"{"prompt":"Be brief.\n\nWho?","completion":"Me."}"#,
        ),
    ] {
        assert_eq!(completion(record), expected);
    }
}

#[test]
fn keeps_the_history_of_an_alpaca_record() {
    let record = r#"{"instruction":"And now?","input":"","output":"Bye.","system":"Be kind.","history":[["Hi?","Hi."],["Well?","Well."]]}"#;
    let line = line(record, "nova-lite", FINE_TUNING);
    assert_eq!(line.matches(r#""role":"user""#).count(), 3, "{line}");
    assert!(line.contains("Be kind."), "{line}");
}

#[test]
fn keeps_reasoning_for_a_model_that_is_trained_on_it() {
    let block = r#"{"reasoningContent":{"reasoningText":{"text":"6*7 is 42."}}},{"text":"42"}"#;
    for record in [
        r#"{"messages":[{"role":"user","content":"6*7?"},{"role":"assistant","reasoning_content":"6*7 is 42.","content":"42"}]}"#,
        r#"{"messages":[{"role":"user","content":"6*7?"},{"role":"assistant","thinking":"6*7 is 42.","content":"42"}]}"#,
        r#"{"messages":[{"role":"user","content":"6*7?"},{"role":"assistant","content":[{"type":"thinking","thinking":"6*7 is 42.","signature":"x"},{"type":"text","text":"42"}]}]}"#,
        r#"{"question":"6*7?","Complex_CoT":"6*7 is 42.","response":"42"}"#,
        r#"{"contents":[{"role":"user","parts":[{"text":"6*7?"}]},{"role":"model","parts":[{"text":"6*7 is 42.","thought":true},{"text":"42"}]}]}"#,
    ] {
        let line = line(record, "nova-2-lite", FINE_TUNING);
        assert!(line.contains(block), "{line}");
    }
}

#[test]
fn keeps_parts_apart_where_the_format_has_blocks() {
    let record = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":"c"}]}"#;
    let lite = converted(record, "nova-lite", FINE_TUNING).expect("it can be converted");
    assert!(lite.line.contains(r#"[{"text":"a"},{"text":"b"}]"#) && lite.notes.is_empty(), "{lite:?}");
    let haiku = converted(record, "claude-3-haiku", FINE_TUNING).expect("it can be converted");
    assert!(haiku.line.contains(r#""a\n\nb""#), "{haiku:?}");
    assert_eq!(haiku.notes, ["parts of a message were joined"]);
}

#[test]
fn names_what_was_joined_and_dropped() {
    let record = r#"{"conversations":[{"from":"human","value":"a","lang":"de"},{"from":"human","value":"b"},{"from":"gpt","value":"c"}],"source":"web","id":7,"score":null}"#;
    let converted_record = converted(record, "nova-lite", FINE_TUNING).expect("it can be converted");
    assert!(converted_record.line.contains(r#""a\n\nb""#), "{}", converted_record.line);
    assert_eq!(converted_record.notes, ["turns of the same role were joined"]);
    assert_eq!(converted_record.dropped, ["conversations[].lang", "source", "id"]);
}

#[test]
fn converts_prompts_without_answers_for_distillation() {
    for record in [
        r#"{"prompt":"Where is it?"}"#,
        r#"{"prompt":"Where is it?","completion":""}"#,
        r#"{"instruction":"Where is it?","input":""}"#,
        r#"{"question":"Where is it?"}"#,
        r#"{"prompt":[{"role":"user","content":"Where is it?"}]}"#,
        r#"{"messages":[{"role":"user","content":"Where is it?"}]}"#,
        r#"{"conversations":[{"from":"human","value":"Where is it?"}]}"#,
        r#"{"contents":[{"role":"user","parts":[{"text":"Where is it?"}]}]}"#,
    ] {
        let expected = r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"Where is it?"}]}]}"#;
        assert_eq!(line(record, "nova-lite", DISTILLATION), expected, "{record}");
    }
}

#[test]
fn keeps_untrained_answers_that_are_part_of_a_prompt() {
    let record = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":0},{"role":"user","content":"c"},{"role":"assistant","content":"d","weight":1}]}"#;
    assert!(line(record, "nova-lite", DISTILLATION).contains(r#""text":"b""#));
    assert!(line(record, "nova-2-lite", REINFORCEMENT).contains(r#""reference_answer":"d""#));
}

#[test]
fn gives_the_grader_every_key() {
    let record = r#"{"question":"6*7?","answer":"42","difficulty":"easy","id":"q1","tools":[{"name":"x"}]}"#;
    let expected = r#"{"messages":[{"role":"user","content":"6*7?"}],"reference_answer":"42","difficulty":"easy","id":"q1","tools":[{"name":"x"}]}"#;
    let converted_record = converted(record, "nova-2-lite", REINFORCEMENT).expect("it can be converted");
    assert_eq!((converted_record.line.as_str(), converted_record.dropped.as_slice()), (expected, &[][..]));
    assert_eq!(converted_record.notes, ["the last answer became `reference_answer`"]);
}

#[test]
fn keeps_the_reference_answer_where_messages_are_rewritten() {
    let record = r#"{"messages":[{"role":"developer","content":"Add."},{"role":"user","content":"1+1"},{"role":"assistant","content":"Let me see."}],"reference_answer":{"sum":2}}"#;
    let line = line(record, "nova-2-lite", REINFORCEMENT);
    assert!(line.contains(r#""reference_answer":{"sum":2}"#) && line.contains("Let me see."), "{line}");
}

#[test]
fn joins_a_dialogue_to_one_text_for_continued_pre_training() {
    let record = r#"{"text":"Once.","url":"https://example.com","label":0}"#;
    let converted_record = converted(record, "titan-text-express", PRE_TRAINING).expect("it can be converted");
    assert_eq!(
        (converted_record.line.as_str(), converted_record.dropped),
        (r#"{"input":"Once."}"#, vec!["url".to_owned(), "label".to_owned()])
    );
    assert_eq!(line(r#"{"prompt":"a","completion":"b"}"#, "titan-text-express", PRE_TRAINING), r#"{"input":"a\n\nb"}"#);
}

/// As `fix` does.
#[test]
fn removes_trailing_commas() {
    for record in [
        r#"{"prompt":"a","completion":"b"},"#,
        r#"{"prompt":"a","completion":"b",}"#,
        r#"{"messages":[{"role":"user","content":"a",},{"role":"assistant","content":"b"},],},"#,
    ] {
        let read = converted(record, "nova-lite", FINE_TUNING).expect("it is converted");
        assert_eq!(read.notes.last(), Some(&"trailing comma removed"), "{record}");
        assert_eq!(line(record, "nova-lite", FINE_TUNING), read.line);
    }
    // A copied record is valid JSON, too.
    let copied = line(r#"{"prompt":"a,]","completion":"b",}"#, "titan-text-express", FINE_TUNING);
    assert_eq!(copied, r#"{"prompt":"a,]","completion":"b"}"#);
    let label = r#"{"prompt":"a","completion":"b","label":false,}"#;
    assert!(why(label, "nova-lite", FINE_TUNING).contains("`label`"), "the reason is the record's, not the comma's");
}

#[test]
fn reads_rows_of_the_dataset_viewer_unless_they_are_shortened() {
    let row =
        |cells: &str| format!(r#"{{"row_idx":0,"row":{{"prompt":"a","completion":"b"}},"truncated_cells":{cells}}}"#);
    let pair = r#"{"prompt":"a","completion":"b"}"#;
    assert_eq!(line(&row("[]"), "titan-text-express", FINE_TUNING), pair);
    let found = why(&row(r#"["prompt"]"#), "titan-text-express", FINE_TUNING);
    assert!(found.starts_with("`truncated_cells` isn't empty"), "{found}");
}
