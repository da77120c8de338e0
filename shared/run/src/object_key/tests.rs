use super::{ObjectKind, classify};

#[track_caller]
fn part(key: &str, dataset: &str, file: &str) {
    assert_eq!(classify(key), ObjectKind::DatasetFile { dataset: dataset.into(), file: file.into() });
}

#[track_caller]
fn ignored(key: &str) {
    assert!(matches!(classify(key), ObjectKind::Ignored(_)), "{key}: {:?}", classify(key));
}

#[track_caller]
fn near_miss(key: &str, code: &str, help: &str) {
    let ObjectKind::NearMiss { finding, .. } = classify(key) else {
        panic!("{key}: {:?}", classify(key));
    };
    assert_eq!((finding.code.as_str(), finding.help.as_str()), (code, help), "{key}");
}

#[test]
fn recipes_and_jsonl_files_start_an_evaluation() {
    part("datasets/support-bot/job.yaml", "support-bot", "job.yaml");
    part("datasets/support-bot/job.json", "support-bot", "job.json");
    part("datasets/support-bot/train.jsonl", "support-bot", "train.jsonl");
    part("datasets/support-bot/parts/a(b)_c.jsonl", "support-bot", "parts/a(b)_c.jsonl");
}

#[test]
fn near_misses_name_what_was_meant() {
    let result = "and upload the result as datasets/a/train.jsonl";
    for (name, steps) in [
        ("train.json", "rename it to train.jsonl if each line is one record; otherwise convert it"),
        ("train.csv", "convert it to JSON Lines for your base model (see `tunedrop convert --help`)"),
        ("train.tsv", "convert it"),
        ("train.jsonl.gz", "unpack it"),
        ("train.csv.gz", "unpack it"),
        ("train.zip", "unpack it"),
        ("train.xls", "save it as XLSX"),
        ("train.ods", "save it as XLSX or CSV"),
        ("train.orc", "write it as Parquet"),
        ("train.txt", "rename it to train.jsonl if each line is a JSON object"),
    ] {
        let ObjectKind::NearMiss { finding, .. } = classify(&format!("datasets/a/{name}")) else { panic!("{name}") };
        assert!(finding.help.starts_with(steps) && finding.help.ends_with(result), "{name}: {}", finding.help);
    }
    for table in ["train.xlsx", "Training.XLSX", "validation.arrow", "val.feather", "train.parquet.gz"] {
        let ObjectKind::NearMiss { finding, .. } = classify(&format!("datasets/a/{table}")) else { panic!("{table}") };
        let (stem, _) = table.split_once('.').expect("an ending");
        let to = format!("datasets/a/{}.jsonl", stem.to_lowercase());
        assert!(finding.help.ends_with(&format!("and upload the result as {to}")), "{}", finding.help);
    }
    for name in ["Train.JSONL", "train.ndjson", "train.jsonl.txt"] {
        near_miss(&format!("datasets/a/{name}"), "near-miss-name", "upload it as datasets/a/train.jsonl");
    }
    near_miss(
        "datasets/a/my train.jsonl",
        "near-miss-name",
        "upload it as datasets/a/my-train.jsonl, and write that name in the recipe",
    );
    near_miss(
        "datasets/a/date=1/a+b.jsonl",
        "near-miss-name",
        "upload it as datasets/a/date-1/a-b.jsonl, and write that name in the recipe",
    );
    near_miss(
        "datasets/a/训练.jsonl",
        "near-miss-name",
        "upload it as datasets/a/train.jsonl, and write that name in the recipe",
    );
    near_miss("datasets/a/job.yml", "near-miss-name", "upload it as datasets/a/job.yaml");
    near_miss("datasets/a/Job.yaml", "near-miss-name", "upload it as datasets/a/job.yaml");
    near_miss("datasets/a/b/job.yaml", "near-miss-name", "move it to datasets/a/job.yaml");
    near_miss(
        "datasets/train.jsonl",
        "near-miss-name",
        "upload it to a dataset's folder, such as datasets/my-dataset/train.jsonl",
    );
    near_miss(
        "datasets/my_set/train.jsonl",
        "invalid-dataset-name",
        "rename the folder, for example to datasets/my-set/",
    );
    near_miss("datasets/größe/train.jsonl", "invalid-dataset-name", "rename the folder, for example to datasets/gr-e/");
}

#[test]
fn what_is_not_ours_is_left_alone() {
    for key in [
        "output/x/model.jsonl",
        "reports/a/report.json",
        "runs/a/data/train.jsonl",
        "datasets/",
        "datasets/a/",
        "datasets/a/b/",
        "datasets/a/.DS_Store",
        "datasets/a/._train.jsonl",
        "datasets/a/train.jsonl~",
        "datasets/a/train.jsonl.tmp",
        "datasets/.git/x.jsonl",
        "datasets/__MACOSX/a/train.jsonl",
        "datasets/a/images/0001.png",
        "datasets/a/README.md",
        "datasets/a/notes.txt",
        "datasets/a/sales.csv",
        "datasets/a/budget.xlsx",
        "datasets/a/.jsonl",
        "datasets/a/.json",
        "datasets/a_$folder$",
        "datasets/readme.md",
    ] {
        ignored(key);
    }
}

proptest::proptest! {
    #[test]
    fn any_key_has_an_answer(key in "(datasets/)?\\PC{0,80}") {
        if let ObjectKind::DatasetFile { dataset, file } = classify(&key) {
            proptest::prop_assert_eq!(key, format!("datasets/{dataset}/{file}"));
        }
    }
}
