//! The corpus of layouts. Each file of `layouts/other` is another layout than the model's JSON Lines, and has one finding,
//! which names it. No file of `layouts/lines` has such a finding. The snapshots list all of them.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use tunedrop_validation::{Code, Customization, FileReport, LAYOUT_HEAD, Training, layout_of};

use crate::support::{rules, shown, validate};

/// The files of a folder, by name.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layouts").join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder).expect("the folder").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read(path).expect("a file"))).collect()
}

/// The rules that a file is checked with: those of a model that doesn't accept its records.
fn training(name: &str) -> &'static Training {
    let chat =
        ["anthropic", "invocation", "langchain", "cohere-chat", "palm-chat", "prompts-alone", "openai", "nova-canvas"];
    let model = match name {
        _ if name.contains("-for-llama") => "llama-3-2-11b",
        _ if name.contains("-for-claude") => "claude-3-haiku",
        _ if name.contains("-for-nova") => "nova-lite",
        "records-titan.jsonl" | "records-continued-pre-training.jsonl" => "nova-lite",
        _ if chat.iter().any(|part| name.contains(part)) => "nova-lite",
        _ => "titan-text-express",
    };
    rules(model, Customization::FineTuning)
}

#[test]
fn each_layout_has_one_finding_that_names_it() {
    let (mut all, mut wrong) = (String::new(), Vec::new());
    let files = files("other");
    assert!(files.len() >= 100, "{} layouts", files.len());
    for (name, bytes) in files {
        let report = validate(training(&name), [bytes.as_slice()]);
        let found = shown(&report.findings);
        let _ = write!(all, "{name}\n  {}\n\n", found.trim_end().replace('\n', "\n  "));
        if report.findings.counts.into_iter().ne([(Code::WrongLayout, 1)]) {
            wrong.push(format!("{name}:\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::assert_snapshot!("other", all);
}

#[test]
fn json_lines_have_no_other_layout() {
    let mut all = String::new();
    for (name, bytes) in files("lines") {
        assert_eq!(layout_of(&bytes, true), None, "{name}");
        // The first bytes of these don't show that a record follows.
        if !["long-list-first.jsonl", "long-text-first.jsonl"].contains(&name.as_str()) {
            let head = &bytes[..bytes.len().min(LAYOUT_HEAD)];
            assert_eq!(layout_of(head, head.len() == bytes.len()), None, "{name}");
        }
        let report = validate(training(&name), [bytes.as_slice()]);
        let counts = report.findings.counts.iter().map(|(code, count)| format!("{count} {code}"));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let of_file = |finding: &tunedrop_validation::Finding| finding.code == Code::WrongLayout;
        assert!(!report.findings.kept.iter().any(of_file), "{name}: {counts}");
        let _ = writeln!(all, "{name}: {} records, {counts}", report.statistics.records);
    }
    insta::assert_snapshot!("lines", all);
}

#[test]
fn a_layout_does_not_depend_on_chunks() {
    for (name, bytes) in files("other").into_iter().chain(files("lines")) {
        let training = training(&name);
        let everything = |report: FileReport| (shown(&report.findings), report.statistics);
        let whole = everything(validate(training, [bytes.as_slice()]));
        for size in [1, 7, 64, 333, 4096, 65536] {
            assert_eq!(everything(validate(training, bytes.chunks(size))), whole, "{name} in chunks of {size}");
        }
    }
}

#[test]
fn the_export_names_what_the_check_names() {
    for (name, bytes) in files("other") {
        let report = validate(training(&name), [bytes.as_slice()]);
        let shown_findings: String = report.findings.kept.iter().map(|finding| finding.message.as_str()).collect();
        for (head, is_whole) in
            [(bytes.as_slice(), true), (&bytes[..bytes.len().min(LAYOUT_HEAD)], bytes.len() <= LAYOUT_HEAD)]
        {
            match layout_of(head, is_whole) {
                Some(layout) => assert!(
                    shown_findings.starts_with(&format!("the file is {},", layout.is)),
                    "{name}: {shown_findings}"
                ),
                // Its records are in another format, line by line.
                None => assert!(
                    shown_findings.contains("records are in") || shown_findings.contains("records lack"),
                    "{name}: {shown_findings}"
                ),
            }
        }
    }
}

#[test]
fn commands_are_named_as_the_layout_says() {
    for (name, bytes) in files("other") {
        let Some(layout) = layout_of(&bytes, true) else { continue };
        let named = layout.from.filter(|from| *from != "auto");
        if let Some(from) = named {
            assert!(layout.help.contains(&format!("--from {from} ")), "{name}: {}", layout.help);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn one_odd_line_does_not_change_the_layout(first in "[\\[\\]{}\",:#/0-9a-z <>|;=.'-]{0,60}|\\PC{0,60}") {
        let record = "{\"prompt\": \"a\", \"completion\": \"b\"}\n";
        let file = format!("{first}\n{}", record.repeat(2));
        prop_assert_eq!(layout_of(file.as_bytes(), true), None);
        // Nor does an odd line behind it.
        let file = format!("{record}{first}\n{record}");
        prop_assert_eq!(layout_of(file.as_bytes(), true), None);
    }

    #[test]
    fn no_beginning_panics(head in prop::collection::vec(any::<u8>(), 0..400), text in "[\\[\\]{}\",:#/0-9a-z <>|;=.'\n\t-]{0,400}") {
        for (is_whole, head) in [(true, head.as_slice()), (false, &head), (true, text.as_bytes()), (false, text.as_bytes())] {
            let named = layout_of(head, is_whole);
            prop_assert!(named.is_none_or(|layout| !layout.is.is_empty() && !layout.help.is_empty()));
        }
    }
}
