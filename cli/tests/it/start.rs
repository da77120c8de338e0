//! advise, init, completions and man pages, as somebody starts with them.

use std::fs;

use crate::support::{folder, root, tunedrop};

#[test]
fn what_init_writes_is_checked_without_a_fault() {
    let good = fs::read(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    let here = folder(&[("support-bot/all.jsonl", &good)]);
    let ran = tunedrop(here.path(), &["init", "support-bot"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    insta::assert_snapshot!("init", ran.out);
    insta::assert_snapshot!("recipe", fs::read_to_string(here.path().join("support-bot/job.yaml")).unwrap());
    let checked = tunedrop(here.path(), &["check", "support-bot"]);
    assert_eq!((checked.code, checked.verdict()), (0, "valid: no errors, no warnings"), "{}", checked.out);
    let again = tunedrop(here.path(), &["init", "support-bot"]);
    assert!(again.code == 2 && again.err.contains("is there already"), "{}", again.err);
    // The command that it proposes does what it says.
    let split = [
        "split",
        "support-bot/all.jsonl",
        "--train",
        "support-bot/training.jsonl",
        "--out-validation",
        "support-bot/validation.jsonl",
    ];
    assert_eq!(tunedrop(here.path(), &split).code, 0);
    let ran = tunedrop(here.path(), &["init", "support-bot", "--force"]);
    let recipe = fs::read_to_string(here.path().join("support-bot/job.yaml")).unwrap();
    assert!(recipe.contains("\nvalidation: validation.jsonl\n"), "{}{recipe}", ran.out);
}

#[test]
fn data_of_another_layout_is_converted_first() {
    let chat = br#"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Where is 17?"},{"role":"assistant","content":"On its way."}]}"#;
    let here = folder(&[("chat/train.jsonl", chat)]);
    let ran = tunedrop(here.path(), &["init", "chat"]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.out);
    let command = ran.out.lines().last().expect("a command").trim();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    assert_eq!(tunedrop(here.path(), &words).code, 0, "{command}");
    fs::rename(here.path().join("chat/converted.jsonl"), here.path().join("chat/train.jsonl")).unwrap();
    assert_eq!(tunedrop(here.path(), &["init", "chat"]).code, 0);
    assert!(here.path().join("chat/job.yaml").is_file());
}

/// Bedrock's pattern for addresses leaves these characters out, and a shell has its own idea of most of them.
#[test]
fn init_never_writes_a_recipe_that_names_a_file_which_bedrock_refuses() {
    let good = fs::read(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    for (name, works) in [
        ("my train.jsonl", "my-train.jsonl"),
        ("part=1.jsonl", "part-1.jsonl"),
        ("trainée.jsonl", "train-e.jsonl"),
        ("it's $(train).jsonl", "it-s-train.jsonl"),
    ] {
        let here = folder(&[(&format!("a b/{name}"), &good)]);
        let ran = tunedrop(here.path(), &["init", "a b"]);
        assert_eq!(ran.code, 1, "{name}: {}{}", ran.out, ran.err);
        assert!(!here.path().join("a b/job.yaml").exists());
        let command = ran.out.lines().find(|line| line.trim_start().starts_with("mv ")).expect("a command").trim();
        let moved = std::process::Command::new("sh").args(["-c", command]).current_dir(here.path()).status();
        assert!(moved.is_ok_and(|status| status.success()), "{command}");
        let ran = tunedrop(here.path(), &["init", "a b"]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert!(fs::read_to_string(here.path().join("a b/job.yaml")).unwrap().contains(&format!("train: {works}\n")));
        // The command that comes next can be typed as it is printed.
        assert!(ran.out.contains("tunedrop check 'a b'\n"), "{}", ran.out);
    }
}

/// A recipe that names such a file is an error before anything is uploaded.
#[test]
fn a_recipe_with_a_file_name_that_bedrock_refuses_is_an_error() {
    let good = fs::read(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    let recipe = b"base_model: nova-lite\ntrain: \"my train.jsonl\"\n";
    let here = folder(&[("a/job.yaml", recipe), ("a/my train.jsonl", &good)]);
    let ran = tunedrop(here.path(), &["check", "a"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("name it my-train.jsonl, here and in the bucket"), "{}", ran.out);
}

/// A long first record is read to its end, a picture's data finds its model, and prompts alone are for distillation.
#[test]
fn what_is_proposed_takes_the_data() {
    let long = format!(
        "{{\"schemaVersion\": \"bedrock-conversation-2024\", \"messages\": [{{\"role\": \"user\", \"content\": [{{\"text\": \"{}\"}}]}}, {{\"role\": \"assistant\", \"content\": [{{\"text\": \"b\"}}]}}]}}\n",
        "a".repeat(2 << 20)
    );
    let picture = br#"{"image-ref": "s3://a/b.png", "caption": "A tree beside a road"}"#;
    let prompt =
        br#"{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "a"}]}]}"#;
    let here =
        folder(&[("long/train.jsonl", long.as_bytes()), ("tree/all.jsonl", picture), ("asked/all.jsonl", prompt)]);
    for (name, said) in [
        ("long", "nova-lite\n\n# The model learns from examples of question and answer.\ncustomization: fine-tuning"),
        ("tree", "titan-multimodal-embeddings\n"),
        (
            "asked",
            "nova-lite\n\n# The model learns from a larger one's answers to these prompts.\ncustomization: distillation",
        ),
    ] {
        let ran = tunedrop(here.path(), &["init", name]);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
        let recipe = fs::read_to_string(here.path().join(name).join("job.yaml")).unwrap();
        assert!(recipe.contains(&format!("base_model: {said}")), "{recipe}");
    }
}

/// No command is named that would carry nothing over.
#[test]
fn data_that_nothing_takes_is_named_with_the_reason() {
    let here = folder(&[("texts/all.jsonl", br#"{"input": "A text that stands alone"}"#)]);
    let ran = tunedrop(here.path(), &["init", "texts"]);
    assert_eq!(ran.code, 1);
    assert!(!here.path().join("texts/job.yaml").exists());
    insta::assert_snapshot!(ran.out);
    let ran =
        tunedrop(here.path(), &["init", "texts", "--model", "titan-text-express", "--type", "continued-pre-training"]);
    assert!(ran.code == 0 && ran.out.contains("can no longer be customized"), "{}{}", ran.out, ran.err);
}

#[test]
fn advice_is_given_for_a_file_of_answers() {
    let here = folder(&[]);
    let form = tunedrop(here.path(), &["advise", "--questions"]).out;
    fs::write(here.path().join("answers.toml"), form.replace("knowledge = \"no\"", "knowledge = \"yes\"")).unwrap();
    let ran = tunedrop(here.path(), &["advise", "--answers", "answers.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
    let json = tunedrop(here.path(), &["advise", "--answers", "answers.toml", "--json"]).json();
    assert_eq!(json["advice"], "rag");
}

#[test]
fn completions_and_man_pages_are_made() {
    let here = folder(&[]);
    for (shell, has) in [("bash", "complete -F"), ("zsh", "#compdef tunedrop"), ("fish", "complete -c tunedrop")] {
        let ran = tunedrop(here.path(), &["completions", shell]);
        assert!(ran.code == 0 && ran.out.contains(has) && ran.out.contains("submit"), "{shell}: {}", ran.err);
    }
    assert_eq!(tunedrop(here.path(), &["man", "pages"]).code, 0);
    let page = fs::read_to_string(here.path().join("pages/tunedrop-submit.1")).expect("a page a command");
    assert!(page.contains("recipe last"), "{page}");
}
