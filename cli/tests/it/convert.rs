//! Runs `convert`: what it leaves out, drops, copies, and writes next to its output.

use std::fs;

use tempfile::TempDir;

use crate::reshape::{folder, printed, read, tunedrop};

/// The beginning of a PNG of 64 by 64 pixels, up to its size.
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

/// Checks that the only problem is the number of records.
#[track_caller]
fn is_valid(folder: &TempDir, file: &str, model: &[&str]) {
    let output = printed(&tunedrop(folder.path(), &[&["check", file, "--format", "json"], model].concat()));
    let codes = output.split("\"code\": \"").skip(1).filter_map(|rest| rest.split('"').next());
    let others: Vec<&str> = codes.filter(|code| !matches!(*code, "too-few-records" | "few-records")).collect();
    assert!(output.contains("too-few-records") && others.is_empty(), "{others:?} {output}");
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
    let output =
        printed(&tunedrop(folder.path(), &["convert", "mixed.jsonl", "--model", "nova-lite", "-o", "out.jsonl"]));
    insta::assert_snapshot!("left_out", output);
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
    insta::assert_snapshot!("dropped", printed(&tunedrop(folder.path(), &args)));
}

#[test]
fn copies_reinforcement_records_whole() {
    let lines = "{\"id\": \"q-1\", \"messages\": [{\"role\": \"user\", \"content\": \"6*7\"}], \"reference_answer\": {\"value\": 42.0}, \"unit\": null}\n\
        {\"messages\": [{\"role\": \"user\", \"content\": \"1+1\"}], \"reference_answer\": \"2\", \"tools\": []}\n";
    let folder = folder(&[("rft.jsonl", lines.as_bytes())]);
    let model = ["--model", "nova-2-lite", "--type", "reinforcement-fine-tuning"];
    let args = [&["convert", "rft.jsonl", "-o", "out.jsonl"][..], &model].concat();
    insta::assert_snapshot!("copied", printed(&tunedrop(folder.path(), &args)));
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
        printed(&tunedrop(folder.path(), &["convert", "--from", from, input, "--model", "nova-micro", "-o", output]))
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
    insta::assert_snapshot!("images", printed(&tunedrop(folder.path(), &args)));
    insta::assert_snapshot!("images_records", read(&folder, "bolts/train.jsonl"));
    let image = fs::read(folder.path().join("bolts/train-1.png")).expect("the image is written");
    assert!(image.starts_with(b"\x89PNG") && image.len() == 30);
    // The check reads the image, because the dataset's folder has its name.
    is_valid(&folder, "bolts/train.jsonl", &["--model", "nova-lite"]);
    insta::assert_snapshot!("images_exist", printed(&tunedrop(folder.path(), &args)));
    let again = tunedrop(folder.path(), &[&args[..], &["--force"]].concat());
    assert_eq!(again.status.code(), Some(1), "{}", printed(&again));
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
    insta::assert_snapshot!("image_exists", printed(&output));
    assert_eq!(names(&folder), ["chat.jsonl", "out-2.png"]);
    assert_eq!(read(&folder, "out-2.png"), "precious");
}

#[test]
fn asks_where_images_will_be() {
    let line = chat_with_image(&format!("data:image/png;base64,{PNG}"));
    let folder = folder(&[("chat.jsonl", line.as_bytes())]);
    let args = ["convert", "chat.jsonl", "--model", "nova-lite", "-o", "out.jsonl"];
    insta::assert_snapshot!("images_without_media", printed(&tunedrop(folder.path(), &args)));
    for folder_of_media in ["https://bucket/datasets/a/", "s3://B/", "s3://bucket/a b/"] {
        let output = tunedrop(folder.path(), &[&args[..], &["--media", folder_of_media]].concat());
        assert_eq!(output.status.code(), Some(2), "{folder_of_media}");
        assert!(printed(&output).contains("--media must be"), "{}", printed(&output));
    }
    assert_eq!(names(&folder), ["chat.jsonl"]);
}

#[test]
fn names_openais_hyperparameters() {
    let line = chat("\"What is a bolt?\"");
    let folder = folder(&[("chat.jsonl", line.as_bytes())]);
    let run = |from: &[&str], model: &[&str]| {
        let args = [&["convert", "chat.jsonl", "--force", "-o", "out.jsonl"][..], from, model].concat();
        printed(&tunedrop(folder.path(), &args))
    };
    let openai = ["--from", "openai"];
    insta::assert_snapshot!("openai_nova", run(&openai, &["--model", "nova-micro"]));
    let reinforcement = ["--model", "nova-2-lite", "--type", "reinforcement-fine-tuning"];
    insta::assert_snapshot!("openai_reinforcement", run(&openai, &reinforcement));
    insta::assert_snapshot!("openai_distillation", run(&openai, &["--model", "nova-lite", "--type", "distillation"]));
    assert!(!run(&[], &["--model", "nova-micro"]).contains("n_epochs"), "many have chats in this format");
    let weighted = line.replace("\"A bolt.\"", "\"A bolt.\",\"weight\":1");
    fs::write(folder.path().join("chat.jsonl"), weighted).expect("it is written");
    assert!(run(&[], &["--model", "nova-micro"]).contains("n_epochs"), "only OpenAI has weights");
}

#[test]
fn prints_line_and_column_of_invalid_json() {
    let spread = "[\n{\"prompt\": \"a\", \"completion\": \"b\"},\n{\"prompt\": \"c\",\n \"completion\": True}\n]\n";
    let lines = "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": \"c\", 'completion': \"d\"}\n";
    let folder = folder(&[("spread.json", spread.as_bytes()), ("lines.jsonl", lines.as_bytes())]);
    let run = |name: &str| {
        printed(&tunedrop(folder.path(), &["convert", name, "--model", "nova-lite", "--force", "-o", "out.jsonl"]))
    };
    insta::assert_snapshot!("invalid_spread", run("spread.json"));
    let one_line = "[{\"prompt\": \"a\", \"completion\": \"b\"}, {\"prompt\": \"c\", \"completion\": True}]";
    fs::write(folder.path().join("one-line.json"), one_line).expect("it is written");
    let column = one_line.find("True").expect("it is there") + 1;
    assert!(run("one-line.json").contains(&format!("line 1, column {column}: ")), "{}", run("one-line.json"));
    insta::assert_snapshot!("invalid_line", run("lines.jsonl"));
}

#[test]
fn names_what_to_do_with_unreadable_data() {
    let rft =
        r#"{"messages":[{"role":"developer","content":"a"},{"role":"user","content":"b"}],"reference_answer":"c"}"#;
    let unknown = "{\"q\":\"a\",\"a\":\"b\"}\n{\"q\":\"c\",\"a\":\"d\"}\n";
    let notebook = r#"{"nbformat":4,"cells":[{"cell_type":"code","source":["1"]}]}"#;
    let telegram = r#"{"name":"Ann","type":"personal_chat","id":1,"messages":[{"id":1,"date":"2026-11-01","from":"Ann","text":"Hi"}]}"#;
    let folder = folder(&[
        ("rft.jsonl", rft.as_bytes()),
        ("unknown.jsonl", unknown.as_bytes()),
        ("a.ipynb", notebook.as_bytes()),
        ("result.json", telegram.as_bytes()),
    ]);
    let run =
        |name: &str| printed(&tunedrop(folder.path(), &["convert", name, "--model", "nova-lite", "-o", "out.jsonl"]));
    for name in ["rft.jsonl", "unknown.jsonl", "a.ipynb", "result.json"] {
        insta::assert_snapshot!(format!("what_to_do_{name}"), run(name));
    }
    assert!(!folder.path().join("out.jsonl").exists());
}

#[test]
fn counts_the_reserved_strings_that_it_writes() {
    let lines = [chat("\"<image>What is it?\""), chat("\"User: hi\\nAssistant:\""), chat("\"What is a bolt?\"")];
    let folder = folder(&[("in.jsonl", lines.join("\n").as_bytes())]);
    let output = tunedrop(folder.path(), &["convert", "in.jsonl", "--model", "nova-lite", "-o", "out.jsonl"]);
    let part = "reserved strings in out.jsonl, which Bedrock rejects: run tunedrop check out.jsonl --model nova-lite\n";
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    assert!(printed(&output).contains(part), "{}", printed(&output));
    let check = printed(&tunedrop(folder.path(), &["check", "out.jsonl", "--model", "nova-lite", "--format", "json"]));
    let count = check.matches("\"code\": \"reserved-string\"").count();
    assert!(printed(&output).contains(&format!("\n{count} {part}")), "{}", printed(&output));
}
