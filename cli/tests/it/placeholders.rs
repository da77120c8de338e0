//! Commands in the findings on a file have its name, the model, and a name for the output.

use std::process::Command;

use crate::support::{findings, folder, tunedrop};

const GRADED: &str = r#"{"instruction": "Add 2 and 2", "input": "", "output": "4"}"#;

#[test]
fn fills_in_file_model_and_output() {
    let csv = b"prompt,completion\na,b\nc,d\n";
    let array = br#"[{"prompt": "a", "completion": "b"}, {"prompt": "c", "completion": "d"}]"#;
    let here = folder(&[("my data/all.jsonl", csv), ("array.jsonl", array), ("converted-all.jsonl", b"")]);
    for (file, model, command) in [
        (
            "my data/all.jsonl",
            "amazon.nova-lite-v1:0",
            "tunedrop convert --from csv 'my data/all.jsonl' --model nova-lite -o 'my data/converted-all.jsonl'",
        ),
        (
            "array.jsonl",
            "titan-text-express",
            "tunedrop fix array.jsonl --model titan-text-express -o fixed-array.jsonl",
        ),
    ] {
        let args = ["check", file, "--model", model];
        let page = tunedrop(here.path(), &[&args[..], &["--format", "json"]].concat()).json();
        let help = findings(&page)[0]["help"].as_str().unwrap_or_default();
        assert!(help.contains(&format!("`{command}`")), "{help}");
        for format in ["human", "sarif"] {
            let ran = tunedrop(here.path(), &[&args[..], &["--format", format]].concat());
            assert!(ran.code == 1 && ran.out.contains(command), "{format}: {}", ran.out);
        }
        let program = command.replacen("tunedrop", &format!("\"{}\"", env!("CARGO_BIN_EXE_tunedrop")), 1);
        let shell = |command: &str| Command::new("sh").args(["-c", command]).current_dir(here.path()).status();
        assert!(shell(&program).is_ok_and(|status| status.success()), "{command}");
        // The output exists now, so the next one has another name.
        let page = tunedrop(here.path(), &[&args[..], &["--format", "json"]].concat()).json();
        let help = findings(&page)[0]["help"].as_str().unwrap_or_default();
        assert!(help.contains("-2.jsonl"), "{help}");
    }
}

#[test]
fn names_the_type_that_is_not_the_models_default() {
    let here = folder(&[("a.jsonl", format!("{GRADED}\n{GRADED}\n").as_bytes())]);
    for (kind, flags) in
        [("fine-tuning", "--model nova-lite -o"), ("distillation", "--model nova-lite --type distillation -o")]
    {
        let args = ["check", "a.jsonl", "--model", "nova-lite", "--type", kind, "--format", "json"];
        let page = tunedrop(here.path(), &args).json();
        let layout = findings(&page).iter().find(|found| found["code"] == "wrong-layout").expect("a finding");
        let help = layout["help"].as_str().unwrap_or_default();
        let command = format!("`tunedrop convert --from alpaca a.jsonl {flags} converted-a.jsonl`");
        assert!(help.contains(&command), "{help}");
    }
}

#[test]
fn fills_in_commands_of_other_programs() {
    let here = folder(&[("my data.jsonl", b"{\"a\": 1};\n{\"a\": 2};\n{\"a\": 3};\n")]);
    let args = ["check", "my data.jsonl", "--model", "nova-lite", "--format", "json"];
    let page = tunedrop(here.path(), &args).json();
    let help = findings(&page)[0]["help"].as_str().unwrap_or_default();
    assert!(help.contains("`sed 's/; *$//' 'my data.jsonl' > fixed-my-data.jsonl`"), "{help}");
}
