//! Records that are in the new format already are copied, byte for byte.

use tunedrop_validation::Customization;

use crate::{DISTILLATION, FINE_TUNING, PRE_TRAINING, REINFORCEMENT, converted, errors, training};

#[track_caller]
fn is_copied(record: &str, model: &str, customization: Customization) {
    let converted_record =
        converted(record, model, customization).unwrap_or_else(|left_out| panic!("{record}: {}", left_out.why));
    assert_eq!(converted_record.line, record);
    assert_eq!(converted_record.source, None);
    assert_eq!((converted_record.notes.len(), converted_record.dropped.len()), (0, 0));
    assert_eq!(errors(record, training(model, customization)), Vec::<String>::new(), "{record}");
}

#[test]
fn copies_records_of_reinforcement_with_all_that_the_grader_gets() {
    for record in [
        r#"{"id": "q-1", "messages": [{"role": "system", "content": "Add."}, {"role": "user", "content": "1+1"}], "reference_answer": "2", "difficulty": "easy"}"#,
        r#"{ "messages":[{"role":"user","content":"1+1"}], "reference_answer":{"sum":2.00, "parts":[1,1]}, "tools":[{"type":"function"}], "max_score":10 }"#,
        r#"{"messages":[{"role":"user","content":"1+1"},{"role":"assistant","content":"Hm."},{"role":"user","content":"Well?"}],"chosen":"x"}"#,
        r#"{"messages":[{"role":"user","content":"1+1"},{"role":"assistant","content":"2"}],"reference_answer":"2"}"#,
    ] {
        is_copied(record, "nova-2-lite", REINFORCEMENT);
    }
}

#[test]
fn copies_pairs_of_images_and_captions_between_models() {
    let record = r#"{"image-ref": "s3://bucket/datasets/tea/1.png", "caption": "a matte green teapot on white"}"#;
    for model in ["nova-canvas", "titan-image-generator-v2", "titan-multimodal-embeddings"] {
        is_copied(record, model, FINE_TUNING);
    }
}

#[test]
fn copies_conversations_with_images_videos_and_reasoning() {
    let image = r#"{"schemaVersion":"bedrock-conversation-2024","system":[{"text":"Look."}],"messages":[{"role":"user","content":[{"image":{"format":"jpeg","source":{"s3Location":{"uri":"s3://bucket/a/1.jpg","bucketOwner":"111122223333"}}}},{"text":"What is it?"}]},{"role":"assistant","content":[{"text":"A bolt."}]}]}"#;
    for model in ["nova-lite", "nova-pro", "nova-2-lite", "llama-3-2-11b"] {
        is_copied(image, model, FINE_TUNING);
    }
    let video = r#"{"schemaVersion":"x","messages":[{"role":"user","content":[{"text":"What happens?"},{"video":{"format":"mp4","source":{"s3Location":{"uri":"s3://bucket/a/1.mp4"}}}}]},{"role":"assistant","content":[{"text":"It rolls."}]}]}"#;
    is_copied(video, "nova-lite", FINE_TUNING);
    let reasoning = r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"6*7"}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"42","signature":"s"}}},{"text":"42"}]}]}"#;
    is_copied(reasoning, "nova-2-lite", FINE_TUNING);
}

#[test]
fn copies_prompts_and_golden_answers_of_a_distillation() {
    for record in [
        r#"{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "Hi."}]}]}"#,
        r#"{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "Be kind."}], "messages": [{"role": "user", "content": [{"text": "Hi."}]}, {"role": "assistant", "content": [{"text": "Hi."}]}]}"#,
    ] {
        is_copied(record, "nova-lite", DISTILLATION);
        is_copied(record, "llama-3-1-8b", DISTILLATION);
    }
}

#[test]
fn copies_pairs_texts_and_messages() {
    is_copied(r#"{ "completion":"b\u00e9", "prompt" : "a" }"#, "titan-text-express", FINE_TUNING);
    is_copied(r#"{"input":  "a"}"#, "titan-text-express", PRE_TRAINING);
    is_copied(
        r#"{"messages": [{"content": "a", "role": "user"}, {"role": "assistant", "content": "b"}], "system": "c"}"#,
        "claude-3-haiku",
        FINE_TUNING,
    );
}

#[test]
fn copies_typed_blocks_only_where_they_are_taken() {
    let record = r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"type":"text","text":"a"}]},{"role":"assistant","content":[{"type":"text","text":"b"}]}]}"#;
    is_copied(record, "llama-3-3-70b", FINE_TUNING);
    let converted_record = converted(record, "nova-lite", FINE_TUNING).expect("it can be converted");
    assert!(!converted_record.line.contains("type"), "{}", converted_record.line);
}

#[test]
fn puts_a_copied_record_on_one_line() {
    let converted_record =
        converted("{\n  \"prompt\": \"a\",\r\n  \"completion\": \"b\\n\"\n}", "titan-text-express", FINE_TUNING);
    assert_eq!(converted_record.expect("it is copied").line, r#"{   "prompt": "a",    "completion": "b\n" }"#);
}

#[test]
fn does_not_copy_what_the_validator_rejects() {
    for record in [
        // An answer that is in no record of a grader, but an example for fine-tuning.
        (
            r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#,
            "nova-2-lite",
            REINFORCEMENT,
        ),
        // Roles of the same speaker.
        (
            r#"{"schemaVersion":"bedrock-conversation-2024","messages":[{"role":"user","content":[{"text":"a"}]},{"role":"user","content":[{"text":"b"}]},{"role":"assistant","content":[{"text":"c"}]}]}"#,
            "nova-lite",
            FINE_TUNING,
        ),
        // A schema version that is Nova's only.
        (
            r#"{"schemaVersion":"x","messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":[{"text":"c"}]}]}"#,
            "llama-3-3-70b",
            FINE_TUNING,
        ),
    ] {
        let (record, model, customization) = record;
        let line = crate::line(record, model, customization);
        assert_ne!(line, record);
    }
}
