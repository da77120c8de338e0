//! The held-out file of an evaluation.

use std::fmt::Write;

use super::super::held_out::HeldOutLines;
use super::*;

const RECIPE: &str = "base_model: nova-lite\nevaluate:\n  data: test.jsonl\n";

fn conversation(question: &str, answer: &str) -> String {
    format!(
        "{{\"schemaVersion\": \"bedrock-conversation-2024\", \"messages\": [{{\"role\": \"user\", \"content\": [{{\"text\": \"{question}\"}}]}}, {{\"role\": \"assistant\", \"content\": [{{\"text\": \"{answer}\"}}]}}]}}\n"
    )
}

fn conversations(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|n| conversation(&format!("What is {n}?"), &format!("That is the number {n} of all."))).collect()
}

/// The findings with their messages, and what the evaluation will ask. Every file of a role is read in one piece.
fn checked(files: &[(&str, &str)]) -> (Vec<String>, Option<HeldOutSample>) {
    let catalogue = Catalogue::embedded();
    let folder = Folder::of(files);
    let spec = folder.spec(catalogue);
    let mut check = DatasetCheck::new(&spec, true, catalogue);
    for (role, name) in spec.wanted() {
        let bytes = &folder.files[name];
        let Begun::Read(mut pass) = check.file(role, name, Some(bytes.len() as u64)) else { continue };
        pass.feed(bytes);
        check.end(pass);
    }
    let report = check.finish();
    let of_files = report.files.iter().map(|file| &file.findings);
    let all = [&spec.findings, &report.unread].into_iter().chain(of_files).chain([&report.across]);
    let show = |finding: &Finding| {
        let line = finding.line.map_or(String::new(), |line| format!(":{line}"));
        let mut text = format!("{}{line} {}: {}", finding.file, finding.code, finding.message);
        write!(text, "; {}", finding.help).expect("a text");
        text
    };
    (all.flat_map(|findings| findings.kept.iter().map(show)).collect(), report.held_out)
}

#[track_caller]
fn finds(files: &[(&str, &str)], wanted: &[&str]) -> Option<HeldOutSample> {
    let (found, sample) = checked(files);
    assert_eq!(found, wanted);
    sample
}

#[test]
fn a_held_out_file_is_read_and_counted() {
    let (train, test) = (conversations(0..50), conversations(50..100));
    let sample = finds(&[("job.yaml", RECIPE), ("train.jsonl", &train), ("test.jsonl", &test)], &[]);
    let sample = sample.expect("a sample");
    assert_eq!((sample.role, sample.records, sample.sides), (Role::Evaluation, 50, 2));
    // 50 records for each of two models and 30 again, 64 tokens for an answer.
    assert_eq!(sample.tokens.answers, 130 * 64);
    let recipe = format!("{RECIPE}  max_records: 40\n  max_tokens: 10\n  against: [base, deployed]\n");
    let sample = finds(&[("job.yaml", &recipe), ("train.jsonl", &train), ("test.jsonl", &test)], &[]);
    let sample = sample.expect("a sample");
    assert_eq!((sample.records, sample.sides, sample.tokens.answers), (40, 3, 150 * 10));
    let other = finds(&[("job.yaml", "base_model: nova-lite\n"), ("train.jsonl", &train)], &[]);
    assert_eq!(other, None);
}

#[test]
fn the_validation_file_is_the_default() {
    let recipe = "base_model: nova-lite\nvalidation: v.jsonl\nevaluate:\n";
    let (train, validation) = (conversations(0..50), conversations(50..100));
    let sample = finds(&[("job.yaml", recipe), ("train.jsonl", &train), ("v.jsonl", &validation)], &[]);
    assert_eq!(sample.map(|sample| (sample.role, sample.records)), Some((Role::Validation, 50)));
    // The training file is compared with the held-out file, too, after the validation file.
    let recipe = "base_model: nova-lite\nvalidation: v.jsonl\nevaluate: { data: test.jsonl }\n";
    let test = conversations(49..90);
    let files = [("job.yaml", recipe), ("train.jsonl", &train), ("v.jsonl", &validation), ("test.jsonl", &test)];
    finds(
        &files,
        &[
            "test.jsonl held-out-overlap: 1 of 41 held-out records are also in the training file, the first on line 1; remove them from one of the two files",
        ],
    );
}

#[test]
fn a_missing_held_out_file_makes_the_dataset_incomplete() {
    let train = conversations(0..50);
    let found = Folder::of(&[("job.yaml", RECIPE), ("train.jsonl", &train)]).check();
    assert_eq!((found.missing, found.findings), (vec!["test.jsonl".to_owned()], vec![]));
    let finding = DatasetSpec::missing_file("job.yaml", Role::Evaluation, "test.jsonl");
    assert_eq!(finding.message, "the held-out file test.jsonl is not in the folder");
    assert_eq!(finding.help, "upload it, or name another file under `data` in the recipe");
}

#[test]
fn records_have_the_findings_of_the_training_format() {
    let (train, test) = (conversations(0..50), conversations(50..90) + "{\"prompt\": 1}\n");
    let (found, sample) = checked(&[("job.yaml", RECIPE), ("train.jsonl", &train), ("test.jsonl", &test)]);
    assert!(found.len() == 3 && found.iter().all(|found| found.starts_with("test.jsonl:41 ")), "{found:?}");
    assert_eq!(sample, None, "there is no sample of a file with errors");
}

#[test]
fn overlap_is_a_warning_up_to_half_and_an_error_beyond() {
    let test = conversations(0..40);
    for (trained, wanted) in [
        (20..70, "held-out-overlap: 20 of 40 held-out records are also in the training file, the first on line 21; "),
        (19..69, "held-out-in-training: 21 of 40 held-out records are also in the training file; evaluate with"),
    ] {
        let train = conversations(trained);
        let (found, _) = checked(&[("job.yaml", RECIPE), ("train.jsonl", &train), ("test.jsonl", &test)]);
        assert!(found.len() == 1 && found[0].starts_with(&format!("test.jsonl {wanted}")), "{found:?}");
    }
    let recipe = "base_model: nova-lite\nvalidation: v.jsonl\nevaluate:\n";
    let train = conversations(0..40);
    let (found, _) = checked(&[("job.yaml", recipe), ("train.jsonl", &train), ("v.jsonl", &test)]);
    assert!(found.last().is_some_and(|last| last.starts_with("v.jsonl held-out-in-training: 40 of 40")), "{found:?}");
}

#[test]
fn few_records_decide_little() {
    let train = conversations(0..50);
    for (records, recipe, wanted) in [
        (50..79, "", "an evaluation with 29 records can decide little; add records to it: use 30 or more"),
        (50..55, "", "an evaluation with 5 records decides nothing; add records to it: use 30 or more"),
        (
            50..90,
            "  max_records: 1\n",
            "an evaluation with 1 record decides nothing; raise `max_records` under `evaluate`: use 30 or more",
        ),
    ] {
        let (recipe, test) = (format!("{RECIPE}{recipe}"), conversations(records));
        let wanted = format!("test.jsonl few-held-out-records: {wanted}");
        finds(&[("job.yaml", &recipe), ("train.jsonl", &train), ("test.jsonl", &test)], &[&wanted]);
    }
}

#[test]
fn unusable_records_are_counted_by_the_reason() {
    let picture = "{\"schemaVersion\": \"bedrock-conversation-2024\", \"messages\": [{\"role\": \"user\", \"content\": [{\"text\": \"?\"}, {\"image\": {\"format\": \"png\", \"source\": {\"s3Location\": {\"uri\": \"s3://bucket/1.png\"}}}}]}, {\"role\": \"assistant\", \"content\": [{\"text\": \"a\"}]}]}\n";
    let (train, test) = (conversations(0..50), conversations(50..90) + picture);
    let (found, sample) = checked(&[("job.yaml", RECIPE), ("train.jsonl", &train), ("test.jsonl", &test)]);
    let wanted = "test.jsonl unusable-held-out-records: a model can't be evaluated with 1 of these records: they have media (1); add other records, unless the rest is enough";
    assert!(found.iter().any(|found| found == wanted), "{found:#?}");
    assert_eq!(sample.map(|sample| sample.records), Some(40));
    let (found, sample) = checked(&[("job.yaml", RECIPE), ("train.jsonl", &train), ("test.jsonl", &picture.repeat(2))]);
    let wanted = "test.jsonl no-held-out-records: a model can't be evaluated with any of these records: they have media (2); name a file";
    assert!(found.iter().any(|found| found.starts_with(wanted)), "{found:#?}");
    assert_eq!(sample, None);
}

#[test]
fn metrics_that_dont_apply_are_errors_at_their_key() {
    let (train, test) = (conversations(0..100), conversations(100..190));
    let recipe = format!("{RECIPE}  metrics: [rouge_l, json_equal]\n  require:\n    accuracy: {{ min: 0.5 }}\n");
    finds(
        &[("job.yaml", &recipe), ("train.jsonl", &train), ("test.jsonl", &test)],
        &[
            "job.yaml:4 recipe-invalid-value: `json_equal` can't apply to this data: none of the 90 reference answers is a JSON object or array; use metrics such as rouge_l and token_f1",
            "job.yaml:6 recipe-invalid-value: `accuracy` can't apply to this data: the reference answers are 90 different texts, and 50 labels are the most; use metrics such as rouge_l and token_f1",
        ],
    );
    let chinese: String = (0..40).map(|n| conversation(&format!("{n}"), "我喜欢猫")).collect();
    let recipe = format!("{RECIPE}  metrics: [rouge_l]\n");
    let (found, _) = checked(&[("job.yaml", &recipe), ("train.jsonl", &train), ("test.jsonl", &chinese)]);
    assert!(found[0].ends_with("use `rouge_l_unicode`"), "{found:?}");
}

#[test]
fn a_held_out_file_has_a_limit_of_its_own() {
    let catalogue = Catalogue::embedded();
    let begun = |recipe: &str, role: Role, bytes: u64| {
        let spec = Folder::of(&[("job.yaml", recipe)]).spec(catalogue);
        let mut check = DatasetCheck::new(&spec, true, catalogue);
        (matches!(check.file(role, "x.jsonl", Some(bytes)), Begun::Read(_)), check.finish().unread.kept)
    };
    assert!(begun(RECIPE, Role::Evaluation, HELD_OUT_MAX).0);
    let (is_read, found) = begun(RECIPE, Role::Evaluation, HELD_OUT_MAX + 1);
    assert!(!is_read);
    assert_eq!(
        found[0].message,
        "the held-out file has 104,857,601 bytes, and an evaluation reads at most 104,857,600"
    );
    // A validation file of that size is a validation file still, but nothing to evaluate with.
    assert!(begun("base_model: nova-lite\nvalidation: x.jsonl\nevaluate:\n", Role::Validation, HELD_OUT_MAX + 1).0);
    let mut lines = HeldOutLines::new(10);
    let format = Format::PromptCompletion;
    lines.feed(&format, &vec![b'\n'; usize::try_from(HELD_OUT_MAX).expect("it fits")]);
    lines.feed(&format, b"\n");
    assert!(lines.end(&format).is_none());
}

#[test]
fn lines_are_the_same_however_the_bytes_come() {
    let text = records(0..20) + &records(0..5) + "\n{\"prompt\": \"a\"}\r\n" + records(30..31).trim_end();
    let format = Format::PromptCompletion;
    let of = |size: usize| {
        let mut lines = HeldOutLines::new(10);
        text.as_bytes().chunks(size).for_each(|piece| lines.feed(&format, piece));
        let sample = lines.end(&format).expect("a sample");
        (sample.counts, sample.records.into_keys().collect::<Vec<_>>())
    };
    let whole = of(text.len());
    assert_eq!((whole.0.records, whole.0.duplicates, whole.0.sampled), (27, 5, 10));
    for size in [1, 2, 7, 64] {
        assert_eq!(of(size), whole, "{size}");
    }
}
