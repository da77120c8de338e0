use super::{Dropped, classify};

#[track_caller]
fn part(key: &str, dataset: &str, file: &str) {
    assert_eq!(classify(key), Dropped::Part { dataset: dataset.into(), file: file.into() });
}

#[track_caller]
fn ignored(key: &str) {
    assert!(matches!(classify(key), Dropped::Ignored(_)), "{key}: {:?}", classify(key));
}

#[track_caller]
fn near_miss(key: &str, code: &str, help: &str) {
    let Dropped::NearMiss { finding, .. } = classify(key) else {
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
    near_miss("datasets/a/Train.JSONL", "near-miss-name", "drop it as datasets/a/train.jsonl");
    near_miss("datasets/a/train.json", "near-miss-name", "drop it as datasets/a/train.jsonl");
    near_miss("datasets/a/train.ndjson", "near-miss-name", "drop it as datasets/a/train.jsonl");
    near_miss("datasets/a/train.jsonl.txt", "near-miss-name", "drop it as datasets/a/train.jsonl");
    near_miss(
        "datasets/a/train.jsonl.gz",
        "near-miss-name",
        "turn it into plain JSON Lines and drop it as datasets/a/train.jsonl",
    );
    near_miss(
        "datasets/a/train.csv",
        "near-miss-name",
        "turn it into plain JSON Lines and drop it as datasets/a/train.jsonl",
    );
    for table in ["train.xlsx", "Training.XLSX", "validation.arrow", "val.feather", "train.parquet.gz"] {
        let (stem, _) = table.split_once('.').expect("an ending");
        let help = format!("turn it into plain JSON Lines and drop it as datasets/a/{}.jsonl", stem.to_lowercase());
        near_miss(&format!("datasets/a/{table}"), "near-miss-name", &help);
    }
    near_miss(
        "datasets/a/my train.jsonl",
        "near-miss-name",
        "drop it as datasets/a/my-train.jsonl, and write that name in the recipe",
    );
    near_miss(
        "datasets/a/date=1/a+b.jsonl",
        "near-miss-name",
        "drop it as datasets/a/date-1/a-b.jsonl, and write that name in the recipe",
    );
    near_miss(
        "datasets/a/训练.jsonl",
        "near-miss-name",
        "drop it as datasets/a/train.jsonl, and write that name in the recipe",
    );
    near_miss("datasets/a/job.yml", "near-miss-name", "drop it as datasets/a/job.yaml");
    near_miss("datasets/a/Job.yaml", "near-miss-name", "drop it as datasets/a/job.yaml");
    near_miss("datasets/a/b/job.yaml", "near-miss-name", "move it to datasets/a/job.yaml");
    near_miss(
        "datasets/train.jsonl",
        "near-miss-name",
        "put it in a folder of its own, such as datasets/my-dataset/train.jsonl",
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
        if let Dropped::Part { dataset, file } = classify(&key) {
            proptest::prop_assert_eq!(key, format!("datasets/{dataset}/{file}"));
        }
    }
}
