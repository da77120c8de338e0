//! `check` and `init` on folders with data files in other formats: each command that they print works.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{folder, records, root, tunedrop};

fn table(name: &str) -> Vec<u8> {
    fs::read(root().join("cli/tests/tables").join(name)).expect("a file of the folder")
}

/// Runs a printed command.
fn run(here: &Path, command: &str) {
    let program = format!("\"{}\"", env!("CARGO_BIN_EXE_tunedrop"));
    let command = command.strip_prefix("tunedrop").map_or(command.to_owned(), |rest| format!("{program}{rest}"));
    let ran = Command::new("sh").args(["-c", &command]).current_dir(here).output().expect("a shell");
    assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// Returns the name of a file, its bytes, and the beginning of the command that makes it train.jsonl.
fn cases() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let lines = records(8).into_bytes();
    let array = format!("[{}]", records(8).trim_end().replace('\n', ",")).into_bytes();
    vec![
        ("train.jsonl.txt", lines.clone(), "mv 'my bot/train.jsonl.txt' 'my bot/train.jsonl'"),
        ("Train.JSONL", lines.clone(), "mv 'my bot/Train.JSONL' 'my bot/train.jsonl'"),
        ("train.ndjson", lines.clone(), "mv 'my bot/train.ndjson' 'my bot/train.jsonl'"),
        ("train.json", lines, "mv 'my bot/train.json' 'my bot/train.jsonl'"),
        ("train.json", array, "tunedrop convert 'my bot/train.json' --model titan-text-express"),
        ("train.csv", b"prompt,completion\na,b\n".to_vec(), "tunedrop convert 'my bot/train.csv' --model"),
        ("train.parquet", table("pandas-gzip.parquet"), "tunedrop convert 'my bot/train.parquet' --model"),
        ("train.xlsx", table("openpyxl.xlsx"), "tunedrop convert 'my bot/train.xlsx' --model"),
        ("train.feather", table("pandas.feather"), "tunedrop convert 'my bot/train.feather' --model"),
        ("train.tsv", b"prompt\tcompletion\na\tb\n".to_vec(), "tunedrop convert 'my bot/train.tsv' --model"),
        ("train.txt", b"prompt,completion\na,b\nc,d\n".to_vec(), "tunedrop convert 'my bot/train.txt' --model"),
        ("train.txt", records(8).into_bytes(), "mv 'my bot/train.txt' 'my bot/train.jsonl'"),
        ("train", records(8).into_bytes(), "mv 'my bot/train' 'my bot/train.jsonl'"),
        ("train.jsnol", records(8).into_bytes(), "mv 'my bot/train.jsnol' 'my bot/train.jsonl'"),
        // The content decides: these are JSON Lines and a table with tabs.
        ("train.csv", records(8).into_bytes(), "mv 'my bot/train.csv' 'my bot/train.jsonl'"),
        ("train.xls", b"prompt\tcompletion\na\tb\n".to_vec(), "tunedrop convert 'my bot/train.xls' --model"),
        ("train.parq", table("pandas-gzip.parquet"), "tunedrop convert 'my bot/train.parq' --model"),
    ]
}

#[test]
fn check_shows_the_command_for_each_near_miss() {
    for (name, bytes, expected) in cases() {
        let recipe = b"base_model: titan-text-express\n";
        for with_recipe in [true, false] {
            let here = folder(&[(&format!("my bot/{name}"), &bytes)]);
            let mut args = vec!["check", "my bot", "--format", "json"];
            if with_recipe {
                fs::write(here.path().join("my bot/job.yaml"), recipe).expect("a recipe");
            } else {
                args.extend(["--model", "titan-text-express"]);
            }
            let ran = tunedrop(here.path(), &args);
            let page = ran.json();
            let found = &page["findings"][0];
            assert_eq!((ran.code, &found["code"]), (1, &"near-miss-name".into()), "{name}: {page:#}");
            let command = found["help"]
                .as_str()
                .and_then(|help| help.strip_prefix("run `")?.strip_suffix("`"))
                .expect("a command");
            assert!(command.starts_with(expected), "{name}: {command}");
            run(here.path(), command);
            let page = tunedrop(here.path(), &args).json();
            assert_eq!(page["files"][0]["path"], "my bot/train.jsonl", "{name}: {page:#}");
        }
    }
}

#[test]
fn init_shows_the_command_for_each_near_miss_and_writes_no_recipe() {
    for (name, bytes, expected) in cases() {
        let here = folder(&[(&format!("my bot/{name}"), &bytes)]);
        let args = ["init", "my bot", "--model", "titan-text-express"];
        let ran = tunedrop(here.path(), &args);
        assert_eq!(ran.code, 1, "{name}: {}{}", ran.out, ran.err);
        assert!(!here.path().join("my bot/job.yaml").exists(), "{name}");
        let command = ran.out.lines().last().expect("a command").trim();
        assert!(command.starts_with(expected), "{name}: {command}");
        run(here.path(), command);
        let ran = tunedrop(here.path(), &args);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn unpacks_a_compressed_file_first() {
    let here = folder(&[("d/train.jsonl", records(8).as_bytes())]);
    run(here.path(), "gzip d/train.jsonl");
    let args = ["check", "d", "--model", "titan-text-express", "--format", "json"];
    let page = tunedrop(here.path(), &args).json();
    assert_eq!(page["findings"][0]["help"], "run `gunzip -c d/train.jsonl.gz > d/train.jsonl`", "{page:#}");
    run(here.path(), "gunzip -c d/train.jsonl.gz > d/train.jsonl");
    assert_eq!(tunedrop(here.path(), &args).json()["files"][0]["path"], "d/train.jsonl");
    // A compressed table is unpacked to a table.
    let here = folder(&[("d/train.csv", b"prompt,completion\na,b\n")]);
    run(here.path(), "gzip d/train.csv");
    let page = tunedrop(here.path(), &args).json();
    assert_eq!(page["findings"][0]["help"], "run `gunzip -c d/train.csv.gz > d/train.csv`", "{page:#}");
}

/// No command reads these formats.
#[test]
fn says_how_to_get_from_other_formats_to_one_that_can_be_read() {
    let office = |kind: &str| [b"PK\x03\x04".as_slice(), &[0; 40], kind.as_bytes(), &[0; 40]].concat();
    for (name, bytes, first) in [
        ("train.xls", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 600]].concat(), "save it as XLSX"),
        ("train.ods", office("application/vnd.oasis.opendocument.spreadsheet"), "save it as XLSX or CSV"),
        ("train.xlsb", office("xl/workbook.bin"), "save it as XLSX"),
        ("train.orc", b"ORC\0\x01\x02".to_vec(), "write it as Parquet"),
        ("train.avro", b"Obj\x01\x04\x14".to_vec(), "write it as Parquet"),
    ] {
        let here = folder(&[(&format!("bot/{name}"), &bytes)]);
        let page = tunedrop(here.path(), &["check", "bot", "--model", "nova-lite", "--format", "json"]).json();
        let help = page["findings"][0]["help"].as_str().unwrap_or_default().to_owned();
        assert_eq!(page["findings"][0]["code"], "near-miss-name", "{name}: {page:#}");
        let then = "then convert that with `tunedrop convert bot/train.";
        assert!(help.starts_with(first) && help.contains(then), "{name}: {help}");
        let ran = tunedrop(here.path(), &["init", "bot"]);
        assert!(ran.code == 1 && ran.out.contains(then), "{name}: {}", ran.out);
    }
    for (name, bytes, help) in [
        ("train.pdf", b"%PDF-1.4".to_vec(), "extract its text"),
        (
            "train.txt",
            b"Once there was a dog.\nIt barked.\n".to_vec(),
            "write each record as a JSON object on its own line",
        ),
        ("train.7z", b"7z\xbc\xaf\x27\x1c\0\0".to_vec(), "unpack it"),
    ] {
        let here = folder(&[(&format!("bot/{name}"), &bytes)]);
        let page = tunedrop(here.path(), &["check", "bot", "--model", "nova-lite", "--format", "json"]).json();
        let found = page["findings"][0]["help"].as_str().unwrap_or_default().to_owned();
        assert!(found.starts_with(help), "{name}: {page:#}");
    }
}

#[test]
fn unpacks_the_one_data_file_of_an_archive() {
    let here = folder(&[("bot/train.jsonl", records(8).as_bytes()), ("bot/__MACOSX/._train.jsonl", b"\0\x05")]);
    let zip = "import zipfile as z; a = z.ZipFile('bot/train.zip', 'w'); a.write('bot/train.jsonl', 'train.jsonl'); \
               a.write('bot/__MACOSX/._train.jsonl', '__MACOSX/._train.jsonl')";
    let zipped = Command::new("python3").args(["-c", zip]).current_dir(here.path()).status();
    assert!(zipped.is_ok_and(|status| status.success()));
    fs::remove_file(here.path().join("bot/train.jsonl")).expect("it was there");
    let args = ["check", "bot", "--model", "titan-text-express", "--format", "json"];
    let page = tunedrop(here.path(), &args).json();
    assert_eq!(page["findings"][0]["help"], "run `unzip -p bot/train.zip train.jsonl > bot/train.jsonl`", "{page:#}");
}

/// The output has the name in the recipe, whatever the input's name.
#[test]
fn converts_to_the_name_that_the_recipe_has() {
    let csv = b"question,answer\na,b\n";
    let here = folder(&[
        ("named/job.yaml", b"base_model: nova-lite\ntrain: bot.jsonl\nvalidation: check.jsonl\n"),
        ("named/Training data.csv", csv),
        ("named/valid.tsv", b"question\tanswer\na\tb\n"),
        ("other/job.yaml", b"base_model: nova-lite\n"),
        ("other/questions.csv", csv),
    ]);
    let helps = |dir: &str| -> Vec<String> {
        let page = tunedrop(here.path(), &["check", dir, "--format", "json"]).json();
        let found = page["findings"].as_array().expect("a list").clone();
        found.iter().map(|found| found["help"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(
        helps("named"),
        [
            "run `tunedrop convert 'named/Training data.csv' --model nova-lite -o named/bot.jsonl`",
            "run `tunedrop convert named/valid.tsv --model nova-lite -o named/check.jsonl`",
        ]
    );
    let other = helps("other");
    let command =
        "to use questions.csv, run `tunedrop convert other/questions.csv --model nova-lite -o other/train.jsonl`";
    assert!(other.len() == 1 && other[0].ends_with(command), "{other:?}");
}

/// No command is printed that would leave out every record.
#[test]
fn names_no_conversion_that_leaves_out_every_record() {
    let graded = r#"[{"messages": [{"role": "user", "content": "a"}], "reference_answer": {"b": 1}}]"#;
    let here = folder(&[
        ("keys/train.csv", b"a,b\n1,2\n"),
        ("texts/train.csv", b"text\na long text\nanother\n"),
        ("graded/train.json", graded.as_bytes()),
    ]);
    let help = |dir: &str| {
        let page = tunedrop(here.path(), &["check", dir, "--model", "nova-lite", "--format", "json"]).json();
        page["findings"][0]["help"].as_str().unwrap_or_default().to_owned()
    };
    let keys = "its records can't be converted: none of its 2 keys (`a`, `b`) is one that convert looks for";
    assert!(help("keys").starts_with(keys), "{}", help("keys"));
    assert!(help("texts").starts_with("its records can't be converted: it is a text"), "{}", help("texts"));
    let (graded, first) = (help("graded"), "use `--model nova-2-lite --type reinforcement-fine-tuning` or");
    assert!(graded.contains("can't be converted for Nova Lite by fine-tuning") && graded.contains(first), "{graded}");
    // Without --model, init uses the model that fits.
    let ran = tunedrop(here.path(), &["init", "graded"]);
    let command =
        "tunedrop convert graded/train.json --model nova-2-lite --type reinforcement-fine-tuning -o graded/train.jsonl";
    assert!(ran.code == 1 && ran.out.contains(command), "{}", ran.out);
    run(here.path(), command);
    assert_eq!(tunedrop(here.path(), &["init", "graded"]).code, 0);
}

#[test]
fn prints_near_misses_for_people() {
    let here = folder(&[
        ("bot/questions.xlsx", &table("openpyxl.xlsx")),
        ("bot/Validation.CSV", b"question,answer\na,b\n"),
        ("recipe/Job.yml", b"base_model: nova-lite\n"),
        ("recipe/train.csv", b"question,answer\na,b\n"),
    ]);
    insta::assert_snapshot!("init_near_misses", tunedrop(here.path(), &["init", "bot"]).out);
    insta::assert_snapshot!("check_near_recipe", tunedrop(here.path(), &["check", "recipe"]).err);
    fs::rename(here.path().join("recipe/Job.yml"), here.path().join("recipe/job.yaml")).expect("it is renamed");
    insta::assert_snapshot!("check_near_misses", tunedrop(here.path(), &["check", "recipe"]).out);
    let ran = tunedrop(here.path(), &["check", "bot"]);
    assert!(ran.code == 2 && ran.err.contains("no job.yaml and no train.jsonl"), "{}", ran.err);
}

#[test]
fn notes_near_misses_beside_the_right_file() {
    let here = folder(&[
        ("d/train.jsonl", records(8).as_bytes()),
        ("d/train.csv", b"prompt,completion\na,b\n"),
        ("d/validation.csv", b"prompt,completion\na,b\n"),
        ("d/notes.csv", b"a,b\n"),
    ]);
    let ran = tunedrop(here.path(), &["check", "d", "--model", "titan-text-express", "--format", "json"]);
    let page = ran.json();
    let notes = page["notes"].as_array().expect("a list");
    let of_files: Vec<_> =
        notes.iter().filter(|note| note.as_str().is_some_and(|note| note.contains(".csv"))).collect();
    assert_eq!((ran.code, of_files.len()), (0, 1), "{page:#}");
    assert!(of_files[0].as_str().is_some_and(|note| note.starts_with("validation.csv isn't read")), "{page:#}");
    assert_eq!(tunedrop(here.path(), &["init", "d", "--model", "titan-text-express"]).code, 0);
}

/// Running two commands with one output would lose the first result.
#[test]
fn shows_no_commands_that_replace_each_others_output() {
    let data = records(8);
    for (names, packed) in [
        (["train.jsonl.txt", "train.ndjson"], ""),
        (["train.jl", "train.jsonl.gz"], "train.jsonl"),
        (["train.csv", "train.json.gz"], "train.json"),
    ] {
        let here = folder(&[("d/train.txt", b"")]);
        fs::remove_file(here.path().join("d/train.txt")).expect("it was there");
        if !packed.is_empty() {
            fs::write(here.path().join("d").join(packed), &data).expect("it can be written");
            run(here.path(), &format!("gzip d/{packed}"));
        }
        for name in names.iter().filter(|name| !name.ends_with(".gz")) {
            fs::write(here.path().join("d").join(name), &data).expect("it can be written");
        }
        let (why, keep) =
            (format!("{} and {} would both become train.jsonl", names[0], names[1]), "eep one of these files");
        let init = tunedrop(here.path(), &["init", "d", "--model", "titan-text-express"]);
        assert!(init.code == 1 && init.out.contains(&why) && init.out.contains(keep), "{}", init.out);
        let page = tunedrop(here.path(), &["check", "d", "--model", "titan-text-express", "--format", "json"]);
        for output in [&init.out, &page.out] {
            assert!(["mv ", "gunzip ", "tunedrop convert"].iter().all(|command| !output.contains(command)), "{output}");
        }
        assert_eq!((page.json()["findings"][0]["message"].as_str(), page.code), (Some(why.as_str()), 1));
        assert_eq!(page.json()["errors"], 1);
    }
}

/// Without a model, the command has one that accepts the records.
#[test]
fn names_a_model_in_the_command_without_model() {
    let here = folder(&[("d/train.csv", b"question,answer\na,b\n")]);
    let ran = tunedrop(here.path(), &["check", "d"]);
    let command = "tunedrop convert d/train.csv --model nova-lite -o d/train.jsonl";
    assert!(ran.code == 2 && ran.err.contains(&format!("run `{command}`")), "{}", ran.err);
    run(here.path(), command);
    let here = folder(&[("d/train.csv", b"question,answer\na,b\n"), ("d/job.yaml", b"launch: manual\n")]);
    let ran = tunedrop(here.path(), &["check", "d"]);
    assert!(ran.code == 1 && ran.out.contains(&format!("run `{command}`")), "{}", ran.out);
}

#[test]
fn names_the_training_file_that_bedrock_rejects() {
    let here = folder(&[("d/my train.jsonl", records(8).as_bytes())]);
    let args = ["check", "d", "--model", "titan-text-express"];
    let ran = tunedrop(here.path(), &args);
    let command = "mv 'd/my train.jsonl' d/train.jsonl";
    let printed = format!("it has my train.jsonl, but Bedrock rejects that name (it has a space): run `{command}`");
    assert!(ran.code == 2 && ran.err.contains(&printed), "{}", ran.err);
    run(here.path(), command);
    assert_eq!(tunedrop(here.path(), &args).code, 0);
}
