//! `advise`, `init`, completions and man pages.

use std::fs;

use crate::support::{folder, root, tunedrop};

#[test]
fn init_writes_a_valid_recipe() {
    let good = fs::read(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    let here = folder(&[("support-bot/all.jsonl", &good)]);
    let ran = tunedrop(here.path(), &["init", "support-bot"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    insta::assert_snapshot!("init", ran.out);
    insta::assert_snapshot!("recipe", fs::read_to_string(here.path().join("support-bot/job.yaml")).unwrap());
    let checked = tunedrop(here.path(), &["check", "support-bot"]);
    assert_eq!((checked.code, checked.verdict()), (0, "valid: no errors, no warnings"), "{}", checked.out);
    let again = tunedrop(here.path(), &["init", "support-bot"]);
    assert!(again.code == 2 && again.err.contains("already exists"), "{}", again.err);
    // The proposed command works.
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
fn init_shows_the_conversion_that_is_needed() {
    let chat = br#"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Where is 17?"},{"role":"assistant","content":"In transit."}]}"#;
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

/// Bedrock's pattern for addresses rejects these characters, and a shell interprets most of them.
#[test]
fn init_names_no_file_that_bedrock_rejects() {
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
        // The next command is quoted for a shell.
        assert!(ran.out.contains("tunedrop check 'a b'\n"), "{}", ran.out);
    }
}

/// The error comes before an upload.
#[test]
fn rejects_a_recipe_with_a_file_name_that_bedrock_rejects() {
    let good = fs::read(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    let recipe = b"base_model: nova-lite\ntrain: \"my train.jsonl\"\n";
    let here = folder(&[("a/job.yaml", recipe), ("a/my train.jsonl", &good)]);
    let ran = tunedrop(here.path(), &["check", "a"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("rename it to my-train.jsonl, here and in the bucket"), "{}", ran.out);
}

/// For a long first record, for images, and for prompts without answers.
#[test]
fn init_proposes_a_model_that_takes_the_data() {
    let asked = |text: &str| {
        format!(
            "{{\"schemaVersion\": \"bedrock-conversation-2024\", \"messages\": [{{\"role\": \"user\", \"content\": [{{\"text\": \"{text}\"}}]}}, {{\"role\": \"assistant\", \"content\": [{{\"text\": \"b\"}}]}}]}}\n"
        )
    };
    let long = asked(&"a".repeat(2 << 20)) + &asked("a");
    let picture = br#"{"image-ref": "s3://bucket/b.png", "caption": "A tree beside a road"}"#;
    let prompt =
        br#"{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "a"}]}]}"#;
    let here =
        folder(&[("long/train.jsonl", long.as_bytes()), ("tree/all.jsonl", picture), ("asked/all.jsonl", prompt)]);
    for (name, printed) in [
        ("long", "nova-lite\n\n# The model learns from questions and answers.\ncustomization: fine-tuning"),
        ("tree", "titan-multimodal-embeddings\n"),
        (
            "asked",
            "nova-lite\n\n# The model learns from a larger model's answers to these prompts.\ncustomization: distillation",
        ),
    ] {
        let ran = tunedrop(here.path(), &["init", name]);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
        let recipe = fs::read_to_string(here.path().join(name).join("job.yaml")).unwrap();
        assert!(recipe.contains(&format!("base_model: {printed}")), "{recipe}");
    }
}

/// Nova Lite doesn't take these for fine-tuning, and other models or types do.
#[test]
fn init_names_the_model_and_type_that_take_the_data() {
    let graded =
        br#"{"messages": [{"role": "developer", "content": "b"}, {"role": "user", "content": "a"}], "answer": "4"}"#;
    let prompts = br#"{"prompt": "Where is parcel 17?"}"#;
    let here = folder(&[("graded/train.jsonl", graded), ("prompts/train.jsonl", prompts)]);
    for (dir, first) in [
        ("graded", "tunedrop init graded --model nova-2-lite --type reinforcement-fine-tuning"),
        ("prompts", "tunedrop init prompts --model nova-lite --type distillation"),
    ] {
        let ran = tunedrop(here.path(), &["init", dir]);
        let shown = ran.out.lines().find(|line| line.starts_with("  tunedrop init")).unwrap_or_default().trim();
        assert_eq!((ran.code, shown), (1, first), "{}", ran.out);
        // With them, init shows the conversion.
        let words: Vec<&str> = first.split(' ').skip(1).collect();
        let ran = tunedrop(here.path(), &words);
        let command = ran.out.lines().last().unwrap_or_default().trim();
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        assert_eq!((words[0], tunedrop(here.path(), &words).code), ("convert", 0), "{}", ran.out);
    }
}

#[test]
fn lists_the_models_that_an_ambiguous_name_could_mean() {
    let here = folder(&[("train.jsonl", b"{}\n")]);
    for (name, printed) in [
        ("nova", "choose one of nova-micro, nova-lite, nova-pro and nova-2-lite"),
        ("claude", "use nova-2-lite instead"),
        ("llama", "can no longer be customized; use nova-lite instead"),
        ("titan", "did you mean titan-multimodal-embeddings?"),
    ] {
        let ran = tunedrop(here.path(), &["check", "train.jsonl", "--model", name]);
        assert!(ran.code == 2 && ran.err.contains(printed), "{name}: {}", ran.err);
    }
}

/// No command is shown that would leave out every record.
#[test]
fn init_says_why_no_model_takes_the_data() {
    let here = folder(&[("texts/all.jsonl", br#"{"input": "A text that stands alone"}"#)]);
    let ran = tunedrop(here.path(), &["init", "texts"]);
    assert_eq!(ran.code, 1);
    assert!(!here.path().join("texts/job.yaml").exists());
    insta::assert_snapshot!(ran.out);
    let ran =
        tunedrop(here.path(), &["init", "texts", "--model", "titan-text-express", "--type", "continued-pre-training"]);
    assert!(ran.code == 0 && ran.out.contains("can't be customized any more"), "{}{}", ran.out, ran.err);
}

#[test]
fn advises_from_a_file_of_answers() {
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
fn writes_completions_and_man_pages() {
    let here = folder(&[]);
    for (shell, has) in [("bash", "complete -F"), ("zsh", "#compdef tunedrop"), ("fish", "complete -c tunedrop")] {
        let ran = tunedrop(here.path(), &["completions", shell]);
        assert!(ran.code == 0 && ran.out.contains(has) && ran.out.contains("submit"), "{shell}: {}", ran.err);
    }
    assert_eq!(tunedrop(here.path(), &["man", "pages"]).code, 0);
    let page = fs::read_to_string(here.path().join("pages/tunedrop-submit.1")).expect("a page a command");
    assert!(page.contains("recipe last"), "{page}");
}

#[test]
fn init_takes_no_validation_file_as_training_data() {
    let good = fs::read(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    let here = folder(&[("d/validation.jsonl", &good)]);
    let ran = tunedrop(here.path(), &["init", "d"]);
    assert!(ran.code == 0 && ran.out.contains("no training file yet: add it as train.jsonl"), "{}", ran.out);
    assert!(!ran.out.contains("tunedrop split"), "{}", ran.out);
    let recipe = fs::read_to_string(here.path().join("d/job.yaml")).unwrap();
    assert!(
        recipe.contains("\ntrain: train.jsonl\n") && recipe.contains("\nvalidation: validation.jsonl\n"),
        "{recipe}"
    );
}

#[test]
fn init_writes_no_recipe_for_an_empty_training_file() {
    for empty in ["", "\n \n"] {
        let here = folder(&[("d/train.jsonl", empty.as_bytes())]);
        let ran = tunedrop(here.path(), &["init", "d"]);
        let printed = "d/train.jsonl is empty. Write the training data to it, then run init again\n";
        assert_eq!((ran.code, ran.out.as_str()), (1, printed), "{}", ran.err);
        assert!(!here.path().join("d/job.yaml").exists());
    }
}

#[test]
fn init_shows_how_to_use_a_validation_file_with_another_name() {
    let good = fs::read(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    let here = folder(&[("d/train.jsonl", &good), ("d/validation.ndjson", &good)]);
    let ran = tunedrop(here.path(), &["init", "d"]);
    assert!(ran.code == 0 && !ran.out.contains("tunedrop split"), "{}", ran.out);
    let command = "mv d/validation.ndjson d/validation.jsonl";
    assert!(ran.out.contains("validation.ndjson isn't read") && ran.out.contains(command), "{}", ran.out);
    let moved = std::process::Command::new("sh").args(["-c", command]).current_dir(here.path()).status();
    assert!(moved.is_ok_and(|status| status.success()));
    assert_eq!(tunedrop(here.path(), &["init", "d", "--force"]).code, 0);
    let recipe = fs::read_to_string(here.path().join("d/job.yaml")).unwrap();
    assert!(recipe.contains("\nvalidation: validation.jsonl\n"), "{recipe}");
}

#[test]
fn init_trains_a_custom_model_further() {
    let good = fs::read(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    let here = folder(&[("d/train.jsonl", &good)]);
    let arn = "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl";
    assert_eq!(tunedrop(here.path(), &["init", "d", "--model", arn]).code, 0);
    let recipe = fs::read_to_string(here.path().join("d/job.yaml")).unwrap();
    assert!(recipe.contains(&format!("\nbase_model: \"{arn}\"\n")), "{recipe}");
    let ran = tunedrop(here.path(), &["check", "d"]);
    assert_eq!((ran.code, ran.verdict()), (0, "valid: no errors, no warnings"), "{}", ran.out);
}
