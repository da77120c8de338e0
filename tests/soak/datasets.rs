//! The datasets, and the expected result of each.

use tunedrop_local::bedrock::chance;
use tunedrop_tests::data::{nova, pairs};

/// The kinds of datasets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DatasetKind {
    Succeeds,
    /// Its job fails.
    Fails,
    Rejected,
    /// Its model takes no new jobs.
    Withdrawn,
    /// Held, and approved.
    Approved,
    /// Held, and stopped.
    Dismissed,
    /// Stopped in training.
    Stopped,
    /// Held, then superseded by a newer version, which is approved.
    Replaced,
    /// Uploaded again after it was trained.
    Again,
    /// Its recipe is never uploaded.
    Incomplete,
}

const KINDS: [DatasetKind; 9] = [
    DatasetKind::Fails,
    DatasetKind::Rejected,
    DatasetKind::Withdrawn,
    DatasetKind::Approved,
    DatasetKind::Dismissed,
    DatasetKind::Stopped,
    DatasetKind::Replaced,
    DatasetKind::Again,
    DatasetKind::Incomplete,
];

/// One dataset.
#[derive(Clone, Debug)]
pub(crate) struct Dataset {
    pub(crate) name: String,
    pub(crate) kind: DatasetKind,
    /// In the order of their upload.
    pub(crate) files: Vec<(&'static str, String)>,
}

/// Makes this many datasets. The seed decides their kinds.
pub(crate) fn generate(datasets: usize, seed: u64) -> Vec<Dataset> {
    (0..datasets).map(|at| Dataset::new(at, seed)).collect()
}

impl Dataset {
    fn new(at: usize, seed: u64) -> Dataset {
        let drawn = |what| chance(seed, &[what, &at.to_string()]);
        // Half of them succeed.
        let kind = KINDS.get((drawn("kind") * 18.0) as usize).copied().unwrap_or(DatasetKind::Succeeds);
        let name = format!("{}-{at:04}", format!("{kind:?}").to_lowercase());
        let models = ["nova-micro", "nova-lite", "nova-pro", "nova-2-lite"];
        let model = match kind {
            DatasetKind::Withdrawn => "titan-text-express",
            _ => models[(drawn("model") * 4.0) as usize],
        };
        let mut recipe = format!("base_model: {model}\n");
        if matches!(kind, DatasetKind::Approved | DatasetKind::Dismissed | DatasetKind::Replaced) {
            recipe.push_str("launch: manual\n");
        }
        // Nova 2 Lite needs more records than the others.
        let records = if model == "nova-2-lite" { 200 } else { 10 };
        let train = match kind {
            DatasetKind::Rejected => format!("{}{{\"messages\": 1}}\n", nova(records - 1, &name)),
            DatasetKind::Withdrawn => pairs(records, &name),
            _ => nova(records, &name),
        };
        let mut files = vec![("train.jsonl", train)];
        if kind == DatasetKind::Succeeds && model != "nova-2-lite" && drawn("validation") < 0.3 {
            recipe.push_str("validation: validation.jsonl\n");
            files.push(("validation.jsonl", nova(2, &format!("{name} validation"))));
        }
        if kind != DatasetKind::Incomplete {
            let first = drawn("recipe first") < 0.5;
            files.insert(if first { 0 } else { files.len() }, ("job.yaml", recipe));
        }
        Dataset { name, kind, files }
    }

    /// The expected final states of its runs, sorted.
    pub(crate) fn states(&self) -> &'static [&'static str] {
        match self.kind {
            DatasetKind::Succeeds | DatasetKind::Approved | DatasetKind::Again => &["Succeeded"],
            DatasetKind::Fails => &["Failed"],
            DatasetKind::Rejected => &["Rejected"],
            DatasetKind::Withdrawn => &["Refused"],
            DatasetKind::Dismissed | DatasetKind::Stopped => &["Stopped"],
            DatasetKind::Replaced => &["Succeeded", "Superseded"],
            DatasetKind::Incomplete => &[],
        }
    }

    /// The expected number of jobs.
    pub(crate) fn jobs(&self) -> usize {
        match self.kind {
            DatasetKind::Succeeds
            | DatasetKind::Approved
            | DatasetKind::Again
            | DatasetKind::Fails
            | DatasetKind::Stopped
            | DatasetKind::Replaced => 1,
            DatasetKind::Rejected | DatasetKind::Withdrawn | DatasetKind::Dismissed | DatasetKind::Incomplete => 0,
        }
    }

    /// The messages that must be sent about it once.
    pub(crate) fn expected_messages(&self) -> &'static [&'static str] {
        match self.kind {
            DatasetKind::Succeeds | DatasetKind::Approved => &["Run Succeeded"],
            DatasetKind::Fails => &["Run Failed"],
            DatasetKind::Rejected => &["Dataset Rejected"],
            DatasetKind::Withdrawn => &["Run Refused"],
            DatasetKind::Dismissed | DatasetKind::Stopped => &["Run Stopped"],
            DatasetKind::Replaced => &["Run Superseded", "Run Succeeded"],
            DatasetKind::Again => &["Run Succeeded", "Dataset Accepted"],
            DatasetKind::Incomplete => &["Dataset Incomplete"],
        }
    }

    /// Messages that may be sent up to this many times. No message is sent about a state that the run left too early.
    pub(crate) fn possible_messages(&self) -> &'static [(&'static str, usize)] {
        match self.kind {
            DatasetKind::Replaced => &[("Run Held", 2), ("Run Launched", 1), ("Dataset Incomplete", 1)],
            DatasetKind::Approved | DatasetKind::Dismissed => {
                &[("Run Held", 1), ("Run Launched", 1), ("Dataset Incomplete", 1)]
            }
            DatasetKind::Incomplete => &[],
            _ => &[("Run Launched", 1), ("Dataset Incomplete", 1)],
        }
    }
}
