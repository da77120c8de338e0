use tunedrop_validation::catalogue::MediaFormats;

use super::*;

fn conversation_format() -> Format {
    Format::Conversation(MediaFormats::default())
}

fn read(format: &Format, line: &str) -> Result<HeldOut, Unusable> {
    read_record(format, line.as_bytes())
}

fn user(text: &str) -> Turn {
    Turn { speaker: Speaker::User, texts: vec![text.to_owned()] }
}

#[test]
fn the_last_assistant_turn_is_the_reference() {
    let line = r#"{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "S"}], "messages": [
        {"role": "user", "content": [{"text": "a"}]},
        {"role": "assistant", "content": [{"reasoningContent": {"reasoningText": {"text": "R"}}}, {"text": "b"}]},
        {"role": "user", "content": [{"text": "c"}, {"text": "d"}]},
        {"role": "assistant", "content": [{"reasoningContent": {"reasoningText": {"text": "R"}}}, {"text": "e"}, {"text": "f"}]}]}"#;
    let record = read(&conversation_format(), line).expect("a record");
    assert_eq!(record.reference, "e\nf");
    assert_eq!(record.prompt.system, ["S"]);
    let turns: Vec<_> = record.prompt.turns.iter().map(|turn| (turn.speaker, turn.texts.join("|"))).collect();
    let expected = [(Speaker::User, "a"), (Speaker::Assistant, "b"), (Speaker::User, "c|d")];
    assert_eq!(turns, expected.map(|(speaker, text)| (speaker, text.to_owned())));
}

#[test]
fn one_content_has_one_key_in_every_format() {
    let blocks = r#"{"messages": [{"role": "user", "content": [{"text": "\u00c9t\u00e9?"}]}, {"role": "assistant", "content": [{"text": "Yes"}]}], "schemaVersion": "bedrock-conversation-2024"}"#;
    let texts = r#"{"messages":[{"content":"Été?","role":"user"},{"role":"assistant","content":"Yes"}]}"#;
    let pair = "\u{feff}{\"completion\": \"Yes\", \"prompt\": \"Été?\"}\r";
    let multi_turn = Format::DistillationPrompts { multi_turn: true };
    let read = [
        read(&conversation_format(), blocks),
        read(&multi_turn, blocks),
        read(&Format::Messages, texts),
        read(&Format::PromptCompletion, pair),
    ];
    let first = read[0].clone().expect("a record");
    assert_eq!(first.prompt, Prompt { system: Vec::new(), turns: vec![user("Été?")] });
    assert!(read.iter().all(|other| *other == Ok(first.clone())), "{read:?}");
}

#[test]
fn a_text_changed_anywhere_changes_the_key() {
    let key = |line: &str| read(&Format::Messages, line).expect("a record").key;
    let line = r#"{"system": "s", "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}, {"role": "assistant", "content": "d"}]}"#;
    for text in ["s", "a", "b", "c", "d"] {
        assert_ne!(key(line), key(&line.replace(&format!("\"{text}\""), "\"x\"")), "{text}");
    }
}

#[test]
fn each_reason_is_named() {
    let turns = |user: &str, assistant: &str| {
        format!(
            r#"{{"messages": [{{"role": "user", "content": {user}}}, {{"role": "assistant", "content": {assistant}}}]}}"#
        )
    };
    let text = r#"[{"text": "a"}]"#;
    let image = r#"[{"image": {"format": "png", "source": {"s3Location": {"uri": "s3://b/k"}}}}, {"text": "a"}]"#;
    let reasoning = r#"[{"reasoningContent": {"reasoningText": {"text": "R"}}}]"#;
    let tool = r#"[{"toolUse": {"toolUseId": "1", "name": "n", "input": {}}}]"#;
    let only_user = r#"{"messages": [{"role": "user", "content": [{"text": "a"}]}]}"#;
    let cases = [
        (turns(image, text), Unusable::Media),
        (turns(text, reasoning), Unusable::NoReference),
        (turns(text, r#"[{"text": " \n"}]"#), Unusable::NoReference),
        (turns(text, r#"" ""#), Unusable::NoReference),
        (only_user.to_owned(), Unusable::NoReference),
        (turns(text, tool), Unusable::Tools),
        (turns(text, text).replacen('{', r#"{"toolConfig": {}, "#, 1), Unusable::Tools),
        (turns(r#"[{"text": ""}]"#, text), Unusable::NotARecord),
        (turns("1", text), Unusable::NotARecord),
        (turns(r#"[{"text": 1}]"#, text), Unusable::NotARecord),
        (turns(r#"["a"]"#, text), Unusable::NotARecord),
        (turns(text, text).replace("user", "assistant"), Unusable::NotARecord),
        (turns(text, text).replace("user", "system"), Unusable::NotARecord),
        (r#"{"messages": [{"role": "assistant", "content": "a"}]}"#.to_owned(), Unusable::NotARecord),
        (r#"{"messages": []}"#.to_owned(), Unusable::NotARecord),
        (r#"{"messages": {}}"#.to_owned(), Unusable::NotARecord),
        (r#"{"prompt": "a", "completion": "b"}"#.to_owned(), Unusable::NotARecord),
        ("[".repeat(100_000), Unusable::NotARecord),
        (String::new(), Unusable::NotARecord),
    ];
    for (line, reason) in cases {
        assert_eq!(read(&conversation_format(), &line).err(), Some(reason), "{}", &line[..line.len().min(200)]);
    }
    assert_eq!(read_record(&conversation_format(), b"\xff").err(), Some(Unusable::NotARecord));
}

#[test]
fn formats_without_reference_answers_are_unusable() {
    let caption = Format::ImageCaption { caption_min: 0, caption_max: 10 };
    let cases = [
        (
            Format::Reinforcement,
            r#"{"messages": [{"role": "user", "content": "a"}], "reference_answer": "b"}"#,
            Unusable::Reinforcement,
        ),
        (caption, r#"{"image-ref": "s3://b/k", "caption": "c"}"#, Unusable::Media),
        (Format::Input, r#"{"input": "a"}"#, Unusable::NoReference),
        (Format::PromptCompletion, r#"{"prompt": "a"}"#, Unusable::NoReference),
        (Format::PromptCompletion, r#"{"prompt": "a", "completion": ""}"#, Unusable::NoReference),
        (Format::PromptCompletion, r#"{"prompt": "a", "completion": 1}"#, Unusable::NotARecord),
        (Format::PromptCompletion, r#"{"prompt": " ", "completion": "b"}"#, Unusable::NotARecord),
        (Format::PromptCompletion, r#"{"completion": "b"}"#, Unusable::NotARecord),
    ];
    for (format, line, reason) in cases {
        assert_eq!(read(&format, line).err(), Some(reason), "{line}");
    }
}
