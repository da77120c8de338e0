//! Each layout, carried over into each format, is what the validator takes.

use tunedrop_reshape::{Source, convert};
use tunedrop_validation::{Catalogue, Customization, FileCheck, Role};

const LAYOUTS: [(&str, Source, &str); 9] = [
    (
        "openai",
        Source::Messages,
        r#"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Where is it?"},{"role":"assistant","content":"There."}]}"#,
    ),
    (
        "openai in parts",
        Source::Messages,
        r#"{"messages":[{"role":"user","content":[{"type":"text","text":"Where is it?"}]},{"role":"assistant","content":[{"type":"text","text":"There."}]}]}"#,
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
    ("alpaca", Source::Alpaca, r#"{"instruction":"Translate.","input":"Wo?","output":"Where?"}"#),
    ("dolly", Source::Dolly, r#"{"instruction":"Where is it?","context":"","response":"There.","category":"qa"}"#),
    ("prompt-completion", Source::PromptCompletion, r#"{"prompt":"Where is it?","completion":"There."}"#),
    ("question-answer", Source::PromptCompletion, r#"{"question":"Where is \"it\"?\n","answer":"There."}"#),
];

/// The errors that the validator finds in a line of a model's file.
fn errors(line: &str, model: &str, customization: Customization) -> Vec<String> {
    let model = Catalogue::embedded().find(model).expect("a model of the catalogue");
    let training = model.customization(customization).expect("a customization of the model");
    let mut check = FileCheck::new("train.jsonl", training, Role::Train, None);
    check.feed(line.as_bytes());
    check.feed(b"\n");
    let report = check.finish();
    let of = report.findings.kept.iter().filter(|finding| finding.severity == tunedrop_validation::Severity::Error);
    of.map(|finding| format!("{} {}", finding.code.as_str(), finding.message)).collect()
}

#[test]
fn every_layout_becomes_what_every_model_takes() {
    let mut tried = 0;
    for model in Catalogue::embedded().models() {
        for customization in model.customizations() {
            let training = model.customization(customization).expect("its own");
            if matches!(training.format, tunedrop_validation::Format::ImageCaption { .. }) {
                continue;
            }
            for (name, source, record) in LAYOUTS {
                let of = format!("{name} for {} by {}", model.name, customization.as_str());
                let told = convert(record, None, &training.format).unwrap_or_else(|why| panic!("{of}: {why}"));
                let named = convert(record, Some(source), &training.format);
                assert_eq!(named.as_ref(), Ok(&told), "{of}");
                assert_eq!(
                    errors(&told.line, &model.alias, customization),
                    Vec::<String>::new(),
                    "{of}: {}",
                    told.line
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn what_cannot_be_said_is_left_out_with_a_reason() {
    let nova = Catalogue::embedded().find("nova-lite").expect("it is there");
    let format = &nova.customization(Customization::FineTuning).expect("it is there").format;
    let reasons = [
        (r#"{"messages":[{"role":"assistant","content":"x"}]}"#, "the assistant speaks first"),
        (r#"{"messages":[{"role":"user","content":"x"}]}"#, "the last question has no answer"),
        (
            r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[{"id":1}]}]}"#,
            "it calls a tool, which the new format can't say",
        ),
        (
            r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]}"#,
            "it holds something else than text, which is not carried over",
        ),
        (
            r#"{"messages":[{"role":"user","content":"x"},{"role":"system","content":"y"}]}"#,
            "a system text stands between the turns",
        ),
        (r#"{"prompt":"x","completion":" "}"#, "a text is empty"),
        (r#"{"prompt":1,"completion":"y"}"#, "`prompt` is a number, and must be a text that can be read"),
        (r#"{"text":"x"}"#, "it is a text without a question and an answer, which only continued pre-training takes"),
        (r#"{"foo":"x"}"#, "its keys are those of no layout that is known here; name it with --from"),
        (r#"[1]"#, "it is a list, and must be an object"),
        (r#"{"a": "#, "it is no JSON from column 6 of its line 1 on"),
    ];
    for (record, reason) in reasons {
        assert_eq!(convert(record, None, format).expect_err(record), reason, "{record}");
    }
}

#[test]
fn turns_of_one_role_are_joined_and_told() {
    let nova = Catalogue::embedded().find("nova-lite").expect("it is there");
    let format = &nova.customization(Customization::FineTuning).expect("it is there").format;
    let record = r#"{"conversations":[{"from":"human","value":"a"},{"from":"human","value":"b"},{"from":"gpt","value":"c"}],"source":"web"}"#;
    let told = convert(record, None, format).expect("it can be said");
    assert!(told.line.contains(r#""a\n\nb""#), "{}", told.line);
    assert_eq!(
        told.notes,
        ["keys that the new format has no place for were left out", "turns of the same role were joined"]
    );
}
