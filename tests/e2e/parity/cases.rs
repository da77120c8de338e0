//! The folders that are compared.

use crate::data::{nova, pairs};

/// A folder, and the stack's result for it.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// In the order of upload: the recipe is last, so that the last report is on the whole folder.
    pub(super) files: Vec<(&'static str, Vec<u8>)>,
    pub(super) state: &'static str,
    pub(super) missing_files: &'static [&'static str],
    /// Codes that must be among the findings, so that two checks that find nothing don't pass.
    pub(super) codes: &'static [&'static str],
    /// Findings that a folder on this machine can't have: an archived object, media in S3.
    pub(super) only_in_s3: bool,
    /// For the stack's default model.
    pub(super) model: Option<&'static str>,
}

fn case(
    name: &'static str,
    state: &'static str,
    codes: &'static [&'static str],
    files: Vec<(&'static str, Vec<u8>)>,
) -> Case {
    Case { name, files, state, missing_files: &[], codes, only_in_s3: false, model: None }
}

const HELD: &str = "base_model: nova-lite\nlaunch: manual\n";
const TITAN: &str = "base_model: titan-text-express\nvalidation: v.jsonl\n";

/// Each case in which the two could differ.
pub(super) fn cases(bucket: &str) -> Vec<Case> {
    let good = |seed: &str| nova(20, seed).into_bytes();
    let text = |text: &str| text.as_bytes().to_vec();
    let broken = || format!("{}{{\"messages\": 1}}\nnot json\n", nova(20, "same")).into_bytes();
    let pictures = |dataset: &str| {
        let record = |uri: &str| {
            format!(
                r#"{{"schemaVersion":"bedrock-conversation-2024","messages":[{{"role":"user","content":[{{"image":{{"format":"png","source":{{"s3Location":{{"uri":"{uri}"}}}}}}}}]}},{{"role":"assistant","content":[{{"text":"{uri}"}}]}}]}}"#
            ) + "\n"
        };
        let here = |name: &str| record(&format!("s3://{bucket}/datasets/{dataset}/{name}"));
        let elsewhere =
            record("s3://somebody-else/datasets/x/1.png") + &record(&format!("s3://{bucket}/datasets/x/1.png"));
        (nova(20, dataset) + &here("1.png") + &here("gone.png") + &here("text.png") + &elsewhere).into_bytes()
    };
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06".to_vec();
    let mut cases = vec![
        case(
            "same-good",
            "Held",
            &[],
            vec![
                ("train.jsonl", good("t")),
                ("v.jsonl", good("v")),
                ("job.yaml", format!("{HELD}validation: v.jsonl\n").into_bytes()),
            ],
        ),
        case(
            "same-leak",
            "Rejected",
            &["invalid-json", "train-validation-leakage", "too-many-records"],
            vec![
                ("train.jsonl", broken()),
                ("v.jsonl", good("same")),
                ("job.yaml", format!("{HELD}validation: v.jsonl\nquotas: {{ records: 30 }}\n").into_bytes()),
            ],
        ),
        case(
            "same-typo",
            "Rejected",
            &["recipe-unknown-key", "unknown-hyperparameter", "invalid-json"],
            vec![
                ("train.jsonl", broken()),
                ("job.yaml", format!("{HELD}validaton: v.jsonl\nhyperparameters: {{ epochCuont: 2 }}\n").into_bytes()),
            ],
        ),
        case(
            "same-two",
            "Rejected",
            &["recipe-conflict", "invalid-json"],
            vec![
                ("train.jsonl", broken()),
                ("job.json", text("{\"base_model\": \"titan-text-express\"}")),
                ("job.yaml", text(HELD)),
            ],
        ),
        case(
            "same-nameless",
            "Rejected",
            &["recipe-missing-key"],
            vec![("train.jsonl", broken()), ("job.yaml", text("launch: manual\n"))],
        ),
        case(
            "same-syntax",
            "Rejected",
            &["recipe-syntax"],
            vec![("train.jsonl", broken()), ("job.yaml", text("base_model: [\n"))],
        ),
        case(
            "same-type",
            "Rejected",
            &["unsupported-customization"],
            vec![
                ("train.jsonl", broken()),
                ("job.yaml", text("base_model: nova-lite\ncustomization: continued-pre-training\n")),
            ],
        ),
        // On this machine, the file is opened to say what to do with it.
        Case {
            only_in_s3: true,
            ..case(
                "same-outside",
                "Rejected",
                &["recipe-invalid-value"],
                vec![
                    ("data.json", broken()),
                    ("v.jsonl", good("v")),
                    ("job.yaml", text("base_model: nova-lite\ntrain: data.json\nvalidation: v.jsonl\n")),
                ],
            )
        },
        case(
            "same-large",
            "Rejected",
            &["recipe-too-large"],
            vec![
                ("train.jsonl", good("large")),
                ("job.yaml", format!("{HELD}# {}\n", "x".repeat(2 << 20)).into_bytes()),
            ],
        ),
        case(
            "same-odd-name",
            "Rejected",
            &["recipe-invalid-value"],
            vec![
                ("train set+1.jsonl", broken()),
                ("job.yaml", text("base_model: nova-lite\ntrain: train set+1.jsonl\n")),
            ],
        ),
        // All lines are blank: code that reads the file would report them.
        case(
            "same-size",
            "Rejected",
            &["file-too-large"],
            vec![
                ("train.jsonl", pairs(20, "size").into_bytes()),
                ("v.jsonl", vec![b'\n'; (100 << 20) + 1]),
                ("job.yaml", text(TITAN)),
            ],
        ),
        Case {
            missing_files: &["v.jsonl"],
            ..case(
                "same-missing",
                "Incomplete",
                &["too-few-records", "invalid-json"],
                vec![
                    ("train.jsonl", format!("{}not json\n", nova(3, "few")).into_bytes()),
                    ("job.yaml", format!("{HELD}validation: v.jsonl\n").into_bytes()),
                ],
            )
        },
        Case {
            model: Some("nova-micro"),
            ..case(
                "same-default",
                "Rejected",
                &["invalid-json"],
                vec![("validation.jsonl", good("same")), ("train.jsonl", broken())],
            )
        },
        Case {
            only_in_s3: true,
            ..case(
                "same-archived",
                "Rejected",
                &["unreadable-object"],
                vec![("train.jsonl", good("archived")), ("job.yaml", text(HELD))],
            )
        },
    ];
    cases.push(Case {
        only_in_s3: true,
        ..case(
            "same-media",
            "Rejected",
            &["missing-medium", "medium-of-another-type", "medium-in-another-bucket", "medium-outside-folder"],
            vec![
                ("1.png", png),
                ("text.png", text("no picture")),
                ("train.jsonl", pictures("same-media")),
                ("job.yaml", text(HELD)),
            ],
        )
    });
    cases
}
