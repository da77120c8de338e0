//! The second look at a dataset's files.

use tunedrop_quality::Field;
use tunedrop_validation::{Catalogue, Code, Customization, Role};

use crate::{
    Begun, DatasetCheck, Expectation, Expectations, QualityLimits, QualityMode, SchemaFile, SetReport, SetRules,
    Unreadable, expectations,
};

fn rules() -> SetRules<'static> {
    let model = Catalogue::embedded().find("titan-text-express").expect("a model");
    SetRules::of(model, Customization::FineTuning).expect("its rules")
}

fn record(number: usize) -> String {
    let word = |at: usize| format!("w{}", (number * 31 + at * 17) % 997);
    let words: Vec<String> = (0..40).map(word).collect();
    format!("{{\"prompt\": \"{}\", \"completion\": \"{}.\"}}\n", words[..20].join(" "), words[20..].join(" "))
}

/// Checks a training file and a validation file with two near-duplicates, one in each.
fn checked(mode: QualityMode, bytes: Option<u64>) -> SetReport<'static> {
    let train: String = (0..40).map(record).chain([record(7).replacen('w', "x", 1)]).collect();
    let validation: String = [record(100), record(9).replacen('w', "x", 1), "{".to_owned()].concat();
    let mut check = DatasetCheck::of_files(rules()).with_quality(
        mode,
        Expectations::default(),
        QualityLimits { threads: 2, bytes },
    );
    for (role, name, text) in
        [(Role::Train, "train.jsonl", &train), (Role::Validation, "validation.jsonl", &validation)]
    {
        let Begun::Read(mut pass) = check.file(role, name, Some(text.len() as u64)) else { panic!("it is read") };
        text.as_bytes().chunks(1000).for_each(|chunk| pass.feed(chunk));
        check.end(pass);
    }
    check.finish()
}

fn lines(report: &SetReport, role: Role, code: Code) -> Vec<Option<u64>> {
    let file = report.file(role).expect("it was read");
    file.findings.kept.iter().filter(|finding| finding.code == code).map(|finding| finding.line).collect()
}

#[test]
fn findings_are_among_those_of_the_files() {
    let report = checked(QualityMode::Standard, None);
    assert_eq!(lines(&report, Role::Train, Code::NearDuplicate), [Some(41)]);
    assert_eq!(lines(&report, Role::Validation, Code::NearLeakage), [Some(2)]);
    assert_eq!(lines(&report, Role::Validation, Code::InvalidJson), [Some(3)]);
    let quality = report.quality.expect("a second look");
    assert_eq!(quality.files.iter().map(|file| file.records).collect::<Vec<_>>(), [41, 2]);
    assert!(quality.files.iter().all(|file| file.findings.kept.is_empty()), "they were moved");
    // The counts of the validator and of the second look are one.
    let train = report.files.first().expect("the training file");
    assert_eq!(train.findings.warnings, train.findings.counts.values().sum::<u64>());
}

#[test]
fn nothing_is_looked_at_without_being_asked() {
    let report = checked(QualityMode::Off, None);
    assert!(report.quality.is_none());
    assert!(lines(&report, Role::Train, Code::NearDuplicate).is_empty());
}

#[test]
fn a_file_beyond_the_limit_has_a_finding() {
    // The training file has 41 records of about 200 bytes. The validation file is small.
    let size = |report: &SetReport| report.quality.as_ref().map(|quality| quality.files.len());
    let report = checked(QualityMode::Standard, Some(1_000));
    assert_eq!(size(&report), Some(1), "the file that is small enough is looked at");
    let finding =
        report.across.kept.iter().find(|finding| finding.code == Code::QualityIncomplete).expect("it is said");
    assert_eq!(finding.file, "train.jsonl");
    assert!(finding.message.ends_with("bytes, and at most 1,000 of a dataset are checked here"), "{}", finding.message);
    assert!(lines(&report, Role::Validation, Code::NearLeakage).is_empty());
    let all = checked(QualityMode::Standard, Some(1 << 20));
    assert_eq!((size(&all), all.across.counts.get(&Code::QualityIncomplete)), (Some(2), None));
}

#[test]
fn records_that_are_not_as_expected_are_errors() {
    let expected = Expectation { max_chars: Some(100), field: Field::Prompt, ..Expectation::default() };
    let (ready, faults) = expectations("job.yaml", &[expected], &mut |_| SchemaFile::Missing);
    assert_eq!(faults.errors, 0);
    let check = |bytes: Option<u64>| {
        let limits = QualityLimits { threads: 1, bytes };
        let mut check = DatasetCheck::of_files(rules()).with_quality(QualityMode::Off, ready.clone(), limits);
        let text: String = [record(1), record(2).replacen("w", &"v".repeat(90), 1)].concat();
        let Begun::Read(mut pass) = check.file(Role::Train, "train.jsonl", Some(text.len() as u64)) else {
            panic!("it is read")
        };
        pass.feed(text.as_bytes());
        check.end(pass);
        check.finish()
    };
    let report = check(None);
    assert_eq!(lines(&report, Role::Train, Code::UnexpectedLength), [Some(2)]);
    assert!(report.quality.is_none(), "only expectations are checked");
    // What can't be checked isn't known to be as expected.
    let unchecked = check(Some(10)).across;
    assert_eq!(unchecked.counts.get(&Code::UncheckedExpectations), Some(&1));
    assert!(unchecked.errors > 0);
}

#[test]
fn unusable_schemas_are_errors_of_their_files() {
    let expected = Expectation { json_schema: Some("s.json".to_owned()), ..Expectation::default() };
    for (file, code, named) in [
        (SchemaFile::Missing, Code::MissingFile, "job.yaml"),
        (SchemaFile::TooLarge(2 << 20), Code::RecipeTooLarge, "s.json"),
        (SchemaFile::Bytes(b"{".to_vec()), Code::RecipeInvalidValue, "s.json"),
        (SchemaFile::Unreadable(Unreadable::Archived), Code::UnreadableObject, "s.json"),
    ] {
        let (ready, faults) = expectations("job.yaml", std::slice::from_ref(&expected), &mut |_| file.clone());
        assert!(ready.is_empty());
        assert_eq!((faults.kept[0].code, faults.kept[0].file.as_str()), (code, named));
    }
}
