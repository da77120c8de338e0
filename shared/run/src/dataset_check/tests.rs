use std::collections::BTreeMap;

use tunedrop_validation::{Code, Customization, FILE_MAX, Finding, Format, HELD_OUT_MAX, MediaFolder, MediumKind};

use super::*;
use crate::RecipeScope;
use crate::object_key::RECIPES;

mod held_out;
mod quality;

/// A folder in memory: names, sizes and contents.
#[derive(Default)]
struct Folder {
    files: BTreeMap<String, Vec<u8>>,
    default_model: Option<&'static str>,
}

/// The result of a check: codes with file and line, and the files that were missing or read.
#[derive(Debug, Default, PartialEq)]
struct Found {
    findings: Vec<String>,
    missing: Vec<String>,
    read: Vec<String>,
    media: Vec<String>,
}

impl Folder {
    fn of(files: &[(&str, &str)]) -> Folder {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        Folder { files, default_model: None }
    }

    fn spec(&self, catalogue: &Catalogue) -> DatasetSpec {
        let scope = RecipeScope { default_model: self.default_model.map(str::to_owned), ..RecipeScope::default() };
        let there: Vec<&str> = RECIPES.into_iter().filter(|name| self.files.contains_key(*name)).collect();
        let spec = match there.first() {
            Some(name) => DatasetSpec::of_recipe(name, RecipeFile::Bytes(&self.files[*name]), &scope, catalogue),
            None => DatasetSpec::without_recipe(self.default_model, Customization::FineTuning, catalogue),
        };
        if there.len() > 1 { spec.with_second_recipe() } else { spec }
    }

    /// Runs the check as the command line and validate do, a byte at a time. Every medium is an empty object.
    fn check(&self) -> Found {
        let catalogue = Catalogue::embedded();
        let spec = self.spec(catalogue);
        let (there, missing): (Vec<_>, Vec<_>) =
            spec.wanted().into_iter().partition(|(_, name)| self.files.contains_key(*name));
        let mut found = Found::default();
        found.missing.extend(spec.recipe_is_missing.then(|| RECIPES[0].to_owned()));
        found.missing.extend(missing.iter().map(|(_, name)| (*name).to_owned()));
        let folder = MediaFolder { bucket: Some("bucket".to_owned()), prefix: "datasets/d/".to_owned() };
        let home = MediaHome { folder: Some(folder), bucket: None };
        let mut check = DatasetCheck::new(&spec, found.missing.is_empty(), catalogue).media_at(home);
        for (role, name) in there {
            let bytes = &self.files[name];
            let Begun::Read(mut pass) = check.file(role, name, Some(bytes.len() as u64)) else { continue };
            bytes.iter().for_each(|byte| pass.feed(&[*byte]));
            let wanted = check.end(pass);
            for medium in &wanted.media {
                found.media.push(medium.uri.clone());
                check.seen(medium, MediumSeen::There { bytes: 0, head: &[], tail: &[] });
            }
            check.looked_at(&wanted);
        }
        let report = check.finish();
        let show = |finding: &Finding| {
            let line = finding.line.map_or(String::new(), |line| format!(":{line}"));
            format!("{}{line} {}", finding.file, finding.code.as_str())
        };
        let of_files = report.files.iter().map(|file| &file.findings);
        let all = [&spec.findings, &report.unread].into_iter().chain(of_files).chain([&report.across]);
        found.findings = all.flat_map(|findings| findings.kept.iter().map(show)).collect();
        found.read = report.files.iter().map(|file| file.name.clone()).collect();
        found
    }
}

const TITAN: &str = "base_model: titan-text-express\n";

fn records(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|i| format!("{{\"prompt\": \"What is {i}?\", \"completion\": \"It is {i}.\"}}\n")).collect()
}

#[test]
fn hands_the_training_file_to_the_validation_file() {
    let recipe = format!("{TITAN}validation: v.jsonl\n");
    let (train, validation) = (records(0..5), records(4..6));
    let found = Folder::of(&[("job.yaml", &recipe), ("train.jsonl", &train), ("v.jsonl", &validation)]).check();
    assert_eq!(found.findings, ["v.jsonl:1 train-validation-leakage"]);
    assert_eq!(found.read, ["train.jsonl", "v.jsonl"]);
}

#[test]
fn checks_what_is_there_while_a_file_is_missing() {
    let recipe = "base_model: nova-lite\nvalidation: v.jsonl\n";
    let picture = r#"{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"image": {"format": "png", "source": {"s3Location": {"uri": "s3://bucket/datasets/d/1.png"}}}}]}, {"role": "assistant", "content": [{"text": "a"}]}]}"#;
    let mut folder = Folder::of(&[("job.yaml", recipe), ("train.jsonl", picture)]);
    let found = folder.check();
    // The number of records is already known to be too low. The image may still be uploading.
    assert_eq!(found.findings, ["train.jsonl too-few-records"]);
    assert_eq!((found.missing, found.media), (vec!["v.jsonl".to_owned()], vec![]));
    folder.files.insert("v.jsonl".to_owned(), picture.replace("1.png", "2.png").into_bytes());
    let found = folder.check();
    assert_eq!(found.media, ["s3://bucket/datasets/d/1.png", "s3://bucket/datasets/d/2.png"]);
    assert!(found.findings.contains(&"v.jsonl:1 missing-medium".to_owned()), "{found:?}");
}

#[test]
fn without_a_recipe_there_is_no_validation_file() {
    let data = records(0..5);
    let mut folder = Folder::of(&[("train.jsonl", &data), ("validation.jsonl", &data)]);
    folder.default_model = Some("titan-text-express");
    let found = folder.check();
    assert_eq!(found, Found { read: vec!["train.jsonl".to_owned()], ..Found::default() });
}

#[test]
fn guesses_the_format_while_there_is_no_recipe() {
    for (data, codes) in [
        (records(0..2) + "{\"prompt\": 1, \"completion\": \"a\"}\n", &["train.jsonl:3 wrong-type"][..]),
        ("{\"input\": \"a text\"}\n{\"input\": 2}\n".to_owned(), &["train.jsonl:2 wrong-type"]),
        (String::new(), &["train.jsonl empty-file"]),
    ] {
        let found = Folder::of(&[("train.jsonl", &data)]).check();
        assert_eq!(
            (found.findings, found.missing),
            (codes.iter().map(ToString::to_string).collect(), vec!["job.yaml".to_owned()])
        );
    }
    // The limits of a model that nobody named prove nothing.
    let found = Folder::of(&[("train.jsonl", &records(0..2))]).check();
    assert_eq!(found.findings, Vec::<String>::new());
}

#[test]
fn reads_no_file_by_rules_that_are_not_known() {
    let data = "not json\n";
    for (recipe, code) in [
        ("launch: manual\n", "job.yaml recipe-missing-key"),
        ("base_model: [\n", "job.yaml:1 recipe-syntax"),
        ("base_model: no-such-model\n", "job.yaml:1 recipe-unknown-model"),
        ("base_model: nova-lite\ncustomization: continued-pre-training\n", "job.yaml:2 unsupported-customization"),
    ] {
        let found = Folder::of(&[("job.yaml", recipe), ("train.jsonl", data)]).check();
        assert_eq!((found.findings[0].as_str(), found.read), (code, vec![]), "{recipe}");
    }
}

#[test]
fn a_default_model_that_makes_no_run_is_a_finding() {
    let data = records(0..2);
    for (model, code) in [
        ("no-such-model", "job.yaml recipe-unknown-model"),
        ("titan-image-generator-v2", "job.yaml missing-hyperparameter"),
    ] {
        let folder = Folder { default_model: Some(model), ..Folder::of(&[("train.jsonl", &data)]) };
        let found = folder.check();
        assert!(found.findings.iter().any(|finding| finding == code), "{model}: {found:?}");
    }
    let (catalogue, kind) = (Catalogue::embedded(), Customization::ContinuedPreTraining);
    let spec = DatasetSpec::without_recipe(Some("nova-lite"), kind, catalogue);
    assert_eq!(spec.findings.kept[0].code, Code::UnsupportedCustomization);
}

#[test]
fn a_name_that_the_recipe_may_not_have_is_not_asked_for() {
    let long = format!("{TITAN}train: {}.jsonl\n", "l".repeat(2_000));
    for recipe in [
        format!("{TITAN}train: ../secret.jsonl\n"),
        format!("{TITAN}train: data.json\n"),
        format!("{TITAN}train: a//b.jsonl\n"),
        long,
    ] {
        let folder = Folder::of(&[("job.yaml", &recipe), ("data.json", "not json\n"), ("../secret.jsonl", "secret\n")]);
        assert_eq!(folder.spec(Catalogue::embedded()).wanted(), [], "{recipe}");
        assert_eq!(folder.check().findings, ["job.yaml:2 recipe-invalid-value"], "{recipe}");
    }
    let recipe = format!("{TITAN}validation: train.jsonl\n");
    let folder = Folder::of(&[("job.yaml", &recipe), ("train.jsonl", &records(0..2))]);
    assert_eq!(folder.check().read, ["train.jsonl"], "one file isn't both");
}

#[test]
fn two_recipes_are_a_conflict_and_the_first_counts() {
    let data = records(0..2);
    let found =
        Folder::of(&[("job.yaml", TITAN), ("job.json", r#"{"base_model": "nova-lite"}"#), ("train.jsonl", &data)])
            .check();
    assert_eq!(found.findings, ["job.json recipe-conflict"]);
    let found = Folder::of(&[("job.json", r#"{"base_model": "titan-text-express"}"#), ("train.jsonl", &data)]).check();
    assert_eq!(found.findings, Vec::<String>::new());
}

#[test]
fn a_recipe_that_is_not_read_has_its_finding() {
    let (catalogue, scope) = (Catalogue::embedded(), RecipeScope::default());
    let spec = |file| DatasetSpec::of_recipe("job.json", file, &scope, catalogue);
    let large = spec(RecipeFile::TooLarge(10 << 20));
    assert_eq!(large.findings.kept[0].message, "the recipe has 10485760 bytes, and at most 65536 are allowed");
    assert_eq!((large.findings.kept[0].code, large.rules(catalogue).is_none()), (Code::RecipeTooLarge, true));
    // The same finding as for a recipe that is read.
    let long = vec![b'#'; 65_537];
    let read = spec(RecipeFile::Bytes(&long));
    assert_eq!(read.findings.kept[0].message, "the recipe has 65537 bytes, and at most 65536 are allowed");
    let archived = spec(RecipeFile::Unreadable(Unreadable::Archived));
    let finding = &archived.findings.kept[0];
    assert_eq!((finding.code, finding.file.as_str()), (Code::UnreadableObject, "job.json"));
}

#[test]
fn shows_the_recipes_line_around_a_fault() {
    let spec = Folder::of(&[("job.yaml", "base_model: nova-lite\nstrickt: true\n")]).spec(Catalogue::embedded());
    let excerpt = spec.findings.kept[0].excerpt.as_ref().expect("an excerpt");
    assert_eq!((excerpt.text(), excerpt.at()), ("strickt: true", 0));
}

/// Sizes from a listing. The limit is the model's, or else the largest size that tunedrop reads.
#[test]
fn a_file_that_is_too_large_is_a_finding_before_it_is_read() {
    let catalogue = Catalogue::embedded();
    for (model, role, most) in [
        ("titan-text-express", Role::Train, 1 << 30),
        ("titan-text-express", Role::Validation, 100 << 20),
        ("claude-3-haiku", Role::Train, 10 << 30),
        ("claude-3-haiku", Role::Validation, 1 << 30),
        // Neither model has a documented limit.
        ("nova-lite", Role::Train, FILE_MAX),
        ("nova-lite", Role::Validation, FILE_MAX),
    ] {
        let model = catalogue.find(model).expect("a model");
        let rules = SetRules::of(model, Customization::FineTuning).expect("fine-tuned");
        let begun = |bytes: Option<u64>| {
            let mut check = DatasetCheck::of_files(rules);
            let is_read = matches!(check.file(role, "data.jsonl", bytes), Begun::Read(_));
            (is_read, check.finish().unread.kept)
        };
        assert_eq!(begun(Some(most)), (true, vec![]), "{}", model.alias);
        let (is_read, found) = begun(Some(most + 1));
        assert!(!is_read && found.len() == 1 && found[0].code == Code::FileTooLarge, "{found:?}");
        assert!(begun(None).0, "a stream's size isn't known beforehand");
    }
    // Without a recipe, only tunedrop's own limit applies.
    let spec = DatasetSpec::without_recipe(None, Customization::FineTuning, catalogue);
    let begun = |bytes| {
        let mut check = DatasetCheck::new(&spec, false, catalogue);
        matches!(check.file(Role::Train, "train.jsonl", Some(bytes)), Begun::TooLarge)
    };
    assert_eq!((begun(FILE_MAX), begun(FILE_MAX + 1)), (false, true));
}

/// The catalogue's limits never exceed what validate can read before its timeout.
#[test]
fn no_documented_limit_is_above_what_tunedrop_reads() {
    let models = Catalogue::embedded().models().iter();
    let limits: Vec<u64> = models
        .flat_map(|model| model.customizations().filter_map(|kind| model.customization(kind)))
        .flat_map(|training| [training.train_bytes, training.validation_bytes])
        .flatten()
        .collect();
    assert!(limits.iter().all(|most| *most <= FILE_MAX) && limits.contains(&(10 << 30)), "{limits:?}");
}

#[test]
fn media_that_are_elsewhere_are_not_looked_at() {
    let catalogue = Catalogue::embedded();
    let model = catalogue.find("nova-lite").expect("a model");
    let rules = SetRules::of(model, Customization::FineTuning).expect("fine-tuned");
    assert!(rules.training.media.same_bucket && matches!(rules.training.format, Format::Conversation(_)));
    let record = |uri: &str| {
        format!(
            r#"{{"schemaVersion": "bedrock-conversation-2024", "messages": [{{"role": "user", "content": [{{"image": {{"format": "png", "source": {{"s3Location": {{"uri": "{uri}"}}}}}}}}]}}, {{"role": "assistant", "content": [{{"text": "a"}}]}}]}}"#
        ) + "\n"
    };
    let data = record("s3://first/a/1.png") + &record("s3://second/a/2.png");
    for (bucket, looked_at) in [(None, "s3://first/a/1.png"), (Some("second"), "s3://second/a/2.png")] {
        let home = MediaHome { folder: None, bucket: bucket.map(str::to_owned) };
        let mut check = DatasetCheck::of_files(rules).media_at(home);
        let Begun::Read(mut pass) = check.file(Role::Train, "t.jsonl", None) else { panic!("it is read") };
        pass.feed(data.as_bytes());
        let wanted = check.end(pass);
        let uris: Vec<&str> = wanted.media.iter().map(|medium| medium.uri.as_str()).collect();
        assert_eq!((uris, wanted.media[0].kind), (vec![looked_at], MediumKind::Image));
        let report = check.finish();
        assert_eq!(report.files[0].findings.counts[&Code::MediumInAnotherBucket], 1);
    }
}
