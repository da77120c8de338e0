//! Every fixture of the rules through the binary: its JSON has the expected code, location, message and help.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tunedrop_validation::Code;

use crate::support::{findings, root, tunedrop};

/// Each folder of fixtures with its model and type.
const FORMATS: [(&str, &str, &str); 14] = [
    ("prompt-completion", "titan-text-express", "fine-tuning"),
    ("input", "titan-text-express", "continued-pre-training"),
    ("conversation-text", "nova-micro", "fine-tuning"),
    ("conversation-media", "nova-lite", "fine-tuning"),
    ("conversation-reasoning", "nova-2-lite", "fine-tuning"),
    ("messages", "claude-3-haiku", "fine-tuning"),
    ("distillation", "nova-lite", "distillation"),
    ("distillation-single-turn", "llama-3-1-8b", "distillation"),
    ("reinforcement", "nova-2-lite", "reinforcement-fine-tuning"),
    ("image-caption", "nova-canvas", "fine-tuning"),
    ("image-embeddings", "titan-multimodal-embeddings", "fine-tuning"),
    ("prompt-completion-sides", "cohere-command", "fine-tuning"),
    ("sensitive", "titan-text-express", "fine-tuning"),
    ("sensitive-reinforcement", "nova-2-lite", "reinforcement-fine-tuning"),
];

/// A finding in the format of `.findings` files.
fn line(finding: &Value) -> String {
    let text = |key: &str| finding[key].as_str().expect("a text");
    let place = match (finding["line"].as_u64(), finding["column"].as_u64()) {
        (Some(line), Some(column)) => format!("{line}:{column}"),
        _ => "file".to_owned(),
    };
    let pointer = if text("pointer").is_empty() { String::new() } else { format!(" {}", text("pointer")) };
    let (severity, code, message, help) = (text("severity"), text("code"), text("message"), text("help"));
    format!("{place}{pointer} {severity}[{code}]: {message}\n    {help}\n")
}

/// The findings with placeholders in their commands again, as in the `.findings` files.
fn without_names(found: &str, path: &Path, model: &str, kind: &str) -> String {
    let file = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
    let output = |word: &str| path.with_file_name(format!("{word}-{file}")).display().to_string();
    let found =
        found.replace(&output("converted"), "OUT").replace(&output("fixed"), "OUT").replace(&output("unpacked"), "OUT");
    let found = found.replace(&path.display().to_string(), "IN");
    let flags = [format!("--model {model} --type {kind} -o OUT"), format!("--model {model} -o OUT")];
    flags.iter().fold(found, |found, flags| found.replace(flags, "--model MODEL -o OUT"))
}

/// Whether a finding is about numbers of records. Fixtures are small, and those findings have their own tests.
fn is_about_counts(finding: &Value) -> bool {
    let code = Code::from_name(finding["code"].as_str().expect("a code")).expect("a known code");
    code >= Code::MissingFile
}

#[test]
fn prints_the_findings_of_every_fixture() {
    let fixtures = root().join("shared/validation/tests/fixtures");
    let (mut checked, mut wrong) = (0, Vec::new());
    for (format, model, kind) in FORMATS {
        for entry in fs::read_dir(fixtures.join(format)).expect("the format's folder") {
            let path = entry.expect("a fixture").path();
            if path.extension().is_none_or(|extension| extension != "jsonl") {
                continue;
            }
            let name = path.to_str().expect("a plain name");
            let mut args = vec!["check", name, "--model", model, "--type", kind, "--format", "json"];
            args.extend(format.starts_with("sensitive").then_some("--sensitive"));
            let ran = tunedrop(Path::new("/"), &args);
            let page = ran.json();
            let found: String = findings(&page).iter().filter(|finding| !is_about_counts(finding)).map(line).collect();
            let found = without_names(&found, &path, model, kind);
            let expected = fs::read_to_string(path.with_extension("findings")).expect("what is expected");
            let expected = expected.replace(&format!("--model MODEL --type {kind}"), "--model MODEL");
            let expected: String = expected.split_inclusive('\n').filter(|line| !line.starts_with("and ")).collect();
            // The command line has tried to convert the records.
            let without_help =
                |page: &str| -> String { page.lines().filter(|line| !line.starts_with("    ")).collect() };
            let (found, expected) = match found.contains("    its records can't be converted") {
                true => (without_help(&found), without_help(&expected)),
                false => (found, expected),
            };
            if found != expected {
                wrong.push(format!("{name}\n--- expected\n{expected}--- found\n{found}"));
            }
            let blocks = findings(&page).iter().any(|finding| finding["severity"] == "error");
            assert_eq!((page["valid"] == true, ran.code), (!blocks, i32::from(blocks)), "{name}");
            checked += 1;
        }
    }
    assert!(checked > 80, "only {checked} fixtures were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
