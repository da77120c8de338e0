//! `convert`, as it is run: what it leaves out, drops, copies and writes beside its output.

use std::fs;

use tempfile::TempDir;

use crate::reshape::{folder, read, said, tunedrop};

/// A PNG of 64 by 64 pixels, as far as its size.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAYAAAAB";

fn chat(content: &str) -> String {
    format!(r#"{{"messages":[{{"role":"user","content":{content}}},{{"role":"assistant","content":"A bolt."}}]}}"#)
}

fn chat_with_image(url: &str) -> String {
    let image = format!(r#"{{"type":"image_url","image_url":{{"url":"{url}","detail":"high"}}}}"#);
    chat(&format!(r#"[{{"type":"text","text":"What is it?"}},{image}]"#))
}

/// The names of the folder's files, hidden ones included.
fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Checks that nothing but the number of records is wrong.
#[track_caller]
fn is_valid(folder: &TempDir, file: &str, model: &[&str]) {
    let told = said(&tunedrop(folder.path(), &[&["check", file, "--format", "json"], model].concat()));
    let codes = told.split("\"code\": \"").skip(1).filter_map(|rest| rest.split('"').next());
    let others: Vec<&str> = codes.filter(|code| !matches!(*code, "too-few-records" | "few-records")).collect();
    assert!(told.contains("too-few-records") && others.is_empty(), "{others:?} {told}");
}

#[test]
fn leaves_out_records_whose_meaning_would_change() {
    let lines = [
        r#"{"prompt":"a","completion":"b","label":true}"#,
        r#"{"prompt":"a","completion":"c","label":false}"#,
        r#"{"prompt":"a","chosen":"b","rejected":"c"}"#,
        r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":0}]}"#,
        r#"{"messages":[{"role":"user","content":"<image>a"},{"role":"assistant","content":"b"}],"images":["1.png"]}"#,
        r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"tools":[{"type":"function"}]}"#,
        r#"{"conversations":[{"from":"human","value":"a"},{"from":"function_call","value":"f()"}]}"#,
        r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"c"}]}"#,
        r#"{"prompt":"a"}"#,
        r#"{"conversations":[{"role":"user","content":"c"},{"role":"assistant","content":[{"type":"text","value":"d"}]}]}"#,
    ];
    let folder = folder(&[("mixed.jsonl", lines.join("\n").as_bytes())]);
    let told = said(&tunedrop(folder.path(), &["convert", "mixed.jsonl", "--model", "nova-lite", "-o", "out.jsonl"]));
    insta::assert_snapshot!("left_out", told);
    assert_eq!(read(&folder, "out.jsonl").lines().count(), 2);
    is_valid(&folder, "out.jsonl", &["--model", "nova-lite"]);
}

#[test]
fn names_dropped_keys_once_for_the_file() {
    let long = "k".repeat(100);
    let mut lines: Vec<String> = (0..2_000)
        .map(|at| format!(r#"{{"question":"q{at}","answer":"a","id":{at},"source":"web","notes":null}}"#))
        .collect();
    lines.push(format!(r#"{{"question":"q","answer":"a","id":0,"\u001b[31m":1,"{long}":1}}"#));
    let folder = folder(&[("in.jsonl", lines.join("\n").as_bytes())]);
    let args = ["convert", "in.jsonl", "--model", "titan-text-express", "-o", "out.jsonl"];
    insta::assert_snapshot!("dropped", said(&tunedrop(folder.path(), &args)));
}

#[test]
fn copies_reinforcement_records_whole() {
    let lines = "{\"id\": \"q-1\", \"messages\": [{\"role\": \"user\", \"content\": \"6*7\"}], \"reference_answer\": {\"value\": 42.0}, \"unit\": null}\n\
        {\"messages\": [{\"role\": \"user\", \"content\": \"1+1\"}], \"reference_answer\": \"2\", \"tools\": []}\n";
    let folder = folder(&[("rft.jsonl", lines.as_bytes())]);
    let model = ["--model", "nova-2-lite", "--type", "reinforcement-fine-tuning"];
    let args = [&["convert", "rft.jsonl", "-o", "out.jsonl"][..], &model].concat();
    insta::assert_snapshot!("copied", said(&tunedrop(folder.path(), &args)));
    assert_eq!(read(&folder, "out.jsonl"), lines);
    is_valid(&folder, "out.jsonl", &model);
}

#[test]
fn converts_gemini_and_invocation_logs() {
    let gemini = r#"{"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"Where?"}]},{"role":"model","parts":[{"text":"There."}]}],"generationConfig":{"temperature":0}}"#;
    let log = r#"{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-11-01T10:00:00Z","operation":"ConverseStream","modelId":"amazon.nova-pro-v1:0","input":{"inputContentType":"application/json","inputBodyJson":{"messages":[{"role":"user","content":[{"text":"Where?"}]}]}},"output":{"outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"text":"There."}]}},"stopReason":"end_turn"}}}"#;
    let failed = r#"{"schemaType":"ModelInvocationLog","errorCode":"ThrottlingException","input":{"inputBodyJson":{"messages":[]}}}"#;
    let log = format!("{log}\n{failed}\n");
    let folder = folder(&[("gemini.jsonl", gemini.as_bytes()), ("log.json", log.as_bytes())]);
    let run = |from: &str, input: &str, output: &str| {
        said(&tunedrop(folder.path(), &["convert", "--from", from, input, "--model", "nova-micro", "-o", output]))
    };
    insta::assert_snapshot!("gemini", run("gemini", "gemini.jsonl", "a.jsonl"));
    insta::assert_snapshot!("log", run("invocation-log", "log.json", "b.jsonl"));
    for file in ["a.jsonl", "b.jsonl"] {
        is_valid(&folder, file, &["--model", "nova-micro"]);
    }
}

#[test]
fn writes_images_beside_the_output_and_lists_links() {
    let data = format!("data:image/jpeg;base64,{PNG}");
    let lines = [
        chat_with_image(&data),
        chat_with_image(&data).replace("What is it?", "What is its size?"),
        chat_with_image("https://user:secret@example.com/2.png?X-Amz-Signature=secret"),
        chat("\"What is a bolt?\""),
    ];
    let folder = folder(&[("chat.jsonl", lines.join("\n").as_bytes())]);
    fs::create_dir(folder.path().join("bolts")).expect("a folder");
    let args = [
        "convert",
        "--from",
        "openai",
        "chat.jsonl",
        "--model",
        "nova-lite",
        "--media",
        "s3://bucket/datasets/bolts",
        "-o",
        "bolts/train.jsonl",
    ];
    insta::assert_snapshot!("images", said(&tunedrop(folder.path(), &args)));
    insta::assert_snapshot!("images_records", read(&folder, "bolts/train.jsonl"));
    let image = fs::read(folder.path().join("bolts/train-1.png")).expect("the image is written");
    assert!(image.starts_with(b"\x89PNG") && image.len() == 30);
    // The check looks at the image, since the dataset's folder has its name.
    is_valid(&folder, "bolts/train.jsonl", &["--model", "nova-lite"]);
    insta::assert_snapshot!("images_exist", said(&tunedrop(folder.path(), &args)));
    let again = tunedrop(folder.path(), &[&args[..], &["--force"]].concat());
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    assert_eq!(names(&folder), ["bolts", "chat.jsonl"]);
}

#[test]
fn leaves_nothing_behind_when_an_image_exists() {
    let other = PNG.replace("AAAB", "AAAC");
    let lines = [PNG, &other].map(|data| chat_with_image(&format!("data:image/png;base64,{data}")));
    let folder = folder(&[("chat.jsonl", lines.join("\n").as_bytes()), ("out-2.png", b"precious")]);
    let args =
        ["convert", "chat.jsonl", "--model", "nova-lite", "--media", "s3://bucket/datasets/a/", "-o", "out.jsonl"];
    let output = tunedrop(folder.path(), &args);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!("image_exists", said(&output));
    assert_eq!(names(&folder), ["chat.jsonl", "out-2.png"]);
    assert_eq!(read(&folder, "out-2.png"), "precious");
}

#[test]
fn asks_where_images_will_be() {
    let line = chat_with_image(&format!("data:image/png;base64,{PNG}"));
    let folder = folder(&[("chat.jsonl", line.as_bytes())]);
    let args = ["convert", "chat.jsonl", "--model", "nova-lite", "-o", "out.jsonl"];
    insta::assert_snapshot!("images_without_media", said(&tunedrop(folder.path(), &args)));
    for folder_of_media in ["https://bucket/datasets/a/", "s3://B/", "s3://bucket/a b/"] {
        let output = tunedrop(folder.path(), &[&args[..], &["--media", folder_of_media]].concat());
        assert_eq!(output.status.code(), Some(2), "{folder_of_media}");
        assert!(said(&output).contains("--media must be"), "{}", said(&output));
    }
    assert_eq!(names(&folder), ["chat.jsonl"]);
}

#[test]
fn names_openais_hyperparameters() {
    let line = chat("\"What is a bolt?\"");
    let folder = folder(&[("chat.jsonl", line.as_bytes())]);
    let run = |from: &[&str], model: &[&str]| {
        let args = [&["convert", "chat.jsonl", "--force", "-o", "out.jsonl"][..], from, model].concat();
        said(&tunedrop(folder.path(), &args))
    };
    let openai = ["--from", "openai"];
    insta::assert_snapshot!("openai_nova", run(&openai, &["--model", "nova-micro"]));
    let reinforcement = ["--model", "nova-2-lite", "--type", "reinforcement-fine-tuning"];
    insta::assert_snapshot!("openai_reinforcement", run(&openai, &reinforcement));
    insta::assert_snapshot!("openai_distillation", run(&openai, &["--model", "nova-lite", "--type", "distillation"]));
    assert!(run(&[], &["--model", "nova-micro"]).contains("n_epochs"), "chat data is taken for OpenAI's");
}
