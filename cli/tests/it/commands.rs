//! Commands that are printed work as they are, and overwrite nothing.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Ran, folder, records, tunedrop};

/// Runs a command in a shell.
#[track_caller]
fn run(here: &Path, command: &str) {
    let program = format!("\"{}\"", env!("CARGO_BIN_EXE_tunedrop"));
    let command = command.strip_prefix("tunedrop").map_or(command.to_owned(), |rest| format!("{program}{rest}"));
    let ran = Command::new("sh").args(["-c", &command]).current_dir(here).output().expect("a shell");
    assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
}

fn python(here: &Path, program: &str) {
    let ran = Command::new("python3").args(["-c", program]).current_dir(here).status();
    assert!(ran.is_ok_and(|status| status.success()), "{program}");
}

/// The help of the first finding about the folder.
fn help(here: &Path, args: &[&str]) -> String {
    let page = tunedrop(here, &[args, &["--format", "json"]].concat()).json();
    page["findings"][0]["help"].as_str().unwrap_or_default().to_owned()
}

const TITAN: [&str; 4] = ["check", "d", "--model", "titan-text-express"];

/// The first command between backticks.
fn command(help: &str) -> &str {
    help.split('`').nth(1).unwrap_or_default()
}

#[test]
fn archives_are_unpacked_into_a_folder_of_their_own() {
    for (name, make) in [
        ("train.tar", "import tarfile; a = tarfile.open('d/train.tar', 'w')"),
        ("train.tgz", "import tarfile; a = tarfile.open('d/train.tgz', 'w:gz')"),
        ("train.zip", "import zipfile; a = zipfile.ZipFile('d/train.zip', 'w'); a.add = a.write"),
    ] {
        let here = folder(&[("d/a.jsonl", records(8).as_bytes()), ("d/b.jsonl", b"b"), ("d/job.yaml", b"mine")]);
        python(here.path(), &format!("{make}; a.add('d/a.jsonl'); a.add('d/b.jsonl'); a.add('d/job.yaml'); a.close()"));
        for file in ["a.jsonl", "b.jsonl", "job.yaml"] {
            fs::remove_file(here.path().join("d").join(file)).expect("it was there");
        }
        fs::write(here.path().join("d/readme.md"), "mine").expect("it can be written");
        fs::create_dir(here.path().join("d/unpacked-train")).expect("a folder");
        let help = help(here.path(), &TITAN);
        assert!(help.contains("then move the data file from d/unpacked-train-2 to d/train.jsonl"), "{name}: {help}");
        run(here.path(), command(&help));
        assert!(here.path().join("d/unpacked-train-2/d/a.jsonl").exists(), "{name}: {help}");
        assert!(!here.path().join("d/job.yaml").exists(), "{name}: {help}");
    }
}

#[test]
fn a_name_with_brackets_is_unpacked_from_an_archive() {
    let here = folder(&[("d/x", b"")]);
    let zip = "import zipfile; a = zipfile.ZipFile('d/train.zip', 'w'); a.writestr('my [1].csv', 'prompt,completion\\na,b\\n')";
    python(here.path(), zip);
    let help = help(here.path(), &TITAN);
    run(here.path(), command(&help));
    assert!(fs::read_to_string(here.path().join("d/my [1].csv")).is_ok_and(|text| text.contains("a,b")), "{help}");
}

/// gunzip would write the part that there is.
#[test]
fn an_incomplete_archive_is_not_unpacked() {
    let text: String =
        (0..40_000_u64).map(|at| format!("{{\"prompt\": \"{}\"}}\n", at * at * 7_919 % 1_000_003)).collect();
    let here = folder(&[("d/train.jsonl", text.as_bytes())]);
    run(here.path(), "gzip d/train.jsonl");
    let packed = fs::read(here.path().join("d/train.jsonl.gz")).expect("a file");
    assert!(packed.len() > 100_000);
    let cut = &packed[..packed.len() - 10_000];
    fs::write(here.path().join("d/train.jsonl.gz"), cut).expect("it can be written");
    assert_eq!(help(here.path(), &TITAN), "upload or download the file again");
    fs::write(here.path().join("cut.jsonl"), cut).expect("it can be written");
    let parquet = [b"PAR1\0\x01".as_slice(), &packed].concat();
    fs::write(here.path().join("cut-parquet.jsonl"), parquet).expect("it can be written");
    for (file, is) in [("cut.jsonl", "an incomplete gzip file"), ("cut-parquet.jsonl", "an incomplete Parquet file")] {
        for args in [
            vec!["check", file, "--model", "nova-lite"],
            vec!["fix", file, "--model", "nova-lite", "-o", "out.jsonl"],
            vec!["split", file],
        ] {
            let ran = tunedrop(here.path(), &args);
            assert!(format!("{}{}", ran.out, ran.err).contains(is), "{args:?}: {}{}", ran.out, ran.err);
        }
    }
}

#[test]
fn another_spelling_of_the_training_file_is_a_near_miss() {
    for other in ["Train.jsonl", "TRAIN.jsonl", "train .jsonl", "trian.jsonl"] {
        let here = folder(&[
            (&format!("d/{other}"), records(8).as_bytes()),
            ("d/job.yaml", b"base_model: titan-text-express\n"),
        ]);
        let page = tunedrop(here.path(), &["check", "d", "--format", "json"]).json();
        assert_eq!((&page["errors"], &page["findings"][0]["code"]), (&1.into(), &"near-miss-name".into()), "{page:#}");
        let help = help(here.path(), &["check", "d"]);
        run(here.path(), command(&help));
        assert_eq!(tunedrop(here.path(), &["check", "d"]).code, 0, "{help}");
        // Without a recipe, too.
        fs::rename(here.path().join("d/train.jsonl"), here.path().join("d").join(other)).expect("it is renamed");
        fs::remove_file(here.path().join("d/job.yaml")).expect("it was there");
        let ran = tunedrop(here.path(), &TITAN);
        assert!(ran.code == 2 && ran.err.contains(&format!("it has {other}")), "{}", ran.err);
        run(here.path(), command(&ran.err));
        assert_eq!(tunedrop(here.path(), &TITAN).code, 0);
    }
    let here = folder(&[("d/data.jsonl", records(8).as_bytes()), ("d/job.yaml", b"base_model: titan-text-express\n")]);
    assert!(help(here.path(), &["check", "d"]).ends_with("such as `train: data.jsonl`"));
}

#[test]
fn commands_name_no_model_that_is_not_known() {
    let csv = b"question,answer\na,b\n";
    for (model, named) in [("nova-light", Some("--model nova-lite")), ("philosopher", None), ("gpt-4o", None)] {
        for train in ["", "train: train.csv\n"] {
            let recipe = format!("base_model: {model}\n{train}");
            let here = folder(&[("d/train.csv", csv), ("d/job.yaml", recipe.as_bytes())]);
            let out = tunedrop(here.path(), &["check", "d"]).out;
            assert!(!out.contains("MODEL") && !out.contains(&format!("--model {model}")), "{out}");
            assert_eq!(out.contains("`tunedrop convert d/train.csv"), named.is_some(), "{out}");
            assert!(named.is_none_or(|named| out.contains(named)), "{out}");
        }
    }
}

#[test]
fn split_names_the_model_that_takes_the_records() {
    let said = |ran: &Ran| {
        let at = ran.err.find("tunedrop ").unwrap_or_else(|| panic!("{}", ran.err));
        ran.err[at..].trim().to_owned()
    };
    for (records, expected) in [
        // The model of this format is withdrawn.
        (r#"{"prompt":"QQ","completion":"a"}"#, "tunedrop convert 'my data.jsonl' --model nova-lite"),
        (
            r#"{"messages":[{"role":"user","content":"QQ"}],"reference_answer":1}"#,
            "tunedrop fix 'my data.jsonl' --model nova-2-lite --type reinforcement-fine-tuning",
        ),
        (r#"{"instruction":"QQ","output":"a"}"#, "tunedrop convert 'my data.jsonl' --model nova-lite"),
    ] {
        for file in [["[", "]"].join(&[records, records].join(",")), format!("{records},\n{records},\n")] {
            let here = folder(&[("my data.jsonl", file.replacen("QQ", "q", 1).as_bytes())]);
            let ran = tunedrop(here.path(), &["split", "my data.jsonl", "--validation", "1"]);
            let command = said(&ran);
            assert!(ran.code == 2 && command.starts_with(expected), "{}", ran.err);
            run(here.path(), &command);
        }
    }
    let here = folder(&[("a.jsonl", b"question,answer\na,b\nc,d\n")]);
    let ran = tunedrop(here.path(), &["split", "a.jsonl"]);
    run(here.path(), &said(&ran));
    assert!(here.path().join("converted-a.jsonl").exists());
}

/// A conversion that leaves out every record isn't proposed.
#[test]
fn check_says_why_a_table_is_not_converted() {
    let here = folder(&[("a.jsonl", b"a,b\n1,2\n3,4\n")]);
    let ran = tunedrop(here.path(), &["check", "a.jsonl", "--model", "nova-lite"]);
    let why = "its records can't be converted: none of its 2 keys (`a`, `b`) is one that convert looks for";
    assert!(ran.code == 1 && ran.out.contains(why), "{}", ran.out);
}
