//! The datasets, and the expected result of each.

use crate::data::{nova, pairs};
use tunedrop_local::bedrock::chance;

/// The kinds of datasets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DatasetKind {
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
    /// Evaluated, deployed because it is kept, and deleted when the deployment expires.
    Evaluated,
    /// Deployed, replaced by a newer version, rolled back, and undeployed.
    RolledBack,
}

/// The kinds of the first datasets, which the shortest soak has too.
const FIRST: [DatasetKind; 2] = [DatasetKind::RolledBack, DatasetKind::Evaluated];

/// Epochs of every job.
pub(super) const EPOCHS: u64 = 2;

/// Held-out records: fewer than a chunk has, and more than a decision needs.
pub(super) const HELD_OUT: usize = 8;

const KINDS: [DatasetKind; 11] = [
    DatasetKind::Fails,
    DatasetKind::Rejected,
    DatasetKind::Withdrawn,
    DatasetKind::Approved,
    DatasetKind::Dismissed,
    DatasetKind::Stopped,
    DatasetKind::Replaced,
    DatasetKind::Again,
    DatasetKind::Incomplete,
    DatasetKind::Evaluated,
    DatasetKind::RolledBack,
];

/// One dataset.
#[derive(Clone, Debug)]
pub(super) struct Dataset {
    pub(super) name: String,
    pub(super) kind: DatasetKind,
    /// In the order of their upload.
    pub(super) files: Vec<(&'static str, String)>,
}

/// Makes this many datasets. The seed decides their kinds.
pub(super) fn generate(datasets: usize, seed: u64) -> Vec<Dataset> {
    (0..datasets).map(|at| Dataset::new(at, seed)).collect()
}

impl Dataset {
    fn new(at: usize, seed: u64) -> Dataset {
        let drawn = |what| chance(seed, &[what, &at.to_string()]);
        // Half of them succeed.
        let any = || KINDS.get((drawn("kind") * 22.0) as usize).copied().unwrap_or(DatasetKind::Succeeds);
        let kind = FIRST.get(at).copied().unwrap_or_else(any);
        let name = format!("{}-{at:04}", format!("{kind:?}").to_lowercase());
        let models = ["nova-micro", "nova-lite", "nova-pro", "nova-2-lite"];
        let model = match kind {
            DatasetKind::Withdrawn => "titan-text-express",
            _ => models[(drawn("model") * 4.0) as usize],
        };
        let mut recipe = format!("base_model: {model}\nhyperparameters: {{ epochCount: {EPOCHS} }}\n");
        if matches!(kind, DatasetKind::Approved | DatasetKind::Dismissed | DatasetKind::Replaced) {
            recipe.push_str("launch: manual\n");
        }
        match kind {
            // Whatever the models answer, this is kept.
            DatasetKind::Evaluated => recipe.push_str(
                "evaluate: { data: test.jsonl, metrics: [exact_match], require: { empty_rate: { max: 0.9 } } }\ndeploy: { expires_after: 1h }\n",
            ),
            DatasetKind::RolledBack => recipe.push_str("deploy: {}\n"),
            _ => {}
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
        if kind == DatasetKind::Evaluated {
            files.push(("test.jsonl", nova(HELD_OUT, &format!("{name} held out"))));
        }
        if kind != DatasetKind::Incomplete {
            let first = drawn("recipe first") < 0.5;
            files.insert(if first { 0 } else { files.len() }, ("job.yaml", recipe));
        }
        Dataset { name, kind, files }
    }

    /// The expected final states of its runs, sorted.
    pub(super) fn states(&self) -> &'static [&'static str] {
        match self.kind {
            DatasetKind::Succeeds | DatasetKind::Approved | DatasetKind::Again | DatasetKind::Evaluated => {
                &["Succeeded"]
            }
            DatasetKind::RolledBack => &["Succeeded", "Succeeded"],
            DatasetKind::Fails => &["Failed"],
            DatasetKind::Rejected => &["Rejected"],
            DatasetKind::Withdrawn => &["Refused"],
            DatasetKind::Dismissed | DatasetKind::Stopped => &["Stopped"],
            DatasetKind::Replaced => &["Succeeded", "Superseded"],
            DatasetKind::Incomplete => &[],
        }
    }

    /// The expected number of jobs.
    pub(super) fn jobs(&self) -> usize {
        match self.kind {
            DatasetKind::Succeeds
            | DatasetKind::Approved
            | DatasetKind::Again
            | DatasetKind::Fails
            | DatasetKind::Stopped
            | DatasetKind::Evaluated
            | DatasetKind::Replaced => 1,
            DatasetKind::RolledBack => 2,
            DatasetKind::Rejected | DatasetKind::Withdrawn | DatasetKind::Dismissed | DatasetKind::Incomplete => 0,
        }
    }

    /// The most tokens that its jobs can bill together.
    pub(super) fn tokens(&self) -> u64 {
        let first = self.files.iter().find(|(file, _)| *file == "train.jsonl").map_or(0, |(_, text)| text.len());
        let newer = self.newer().map_or(0, |text| text.len());
        (first + newer) as u64 * EPOCHS
    }

    /// The training file of its newer version, if it gets one.
    pub(super) fn newer(&self) -> Option<String> {
        let is_replaced = matches!(self.kind, DatasetKind::Replaced | DatasetKind::RolledBack);
        is_replaced.then(|| nova(200, &format!("{} newer", self.name)))
    }

    /// How often its deployment was requested; 0 if it has none.
    pub(super) fn deployed(&self) -> u64 {
        match self.kind {
            DatasetKind::Evaluated => 1,
            DatasetKind::RolledBack => 3,
            _ => 0,
        }
    }

    /// The messages that must be sent about it, and how often.
    pub(super) fn expected_messages(&self) -> &'static [(&'static str, usize)] {
        match self.kind {
            DatasetKind::Succeeds | DatasetKind::Approved => &[("Run Succeeded", 1)],
            DatasetKind::Fails => &[("Run Failed", 1)],
            DatasetKind::Rejected => &[("Dataset Rejected", 1)],
            DatasetKind::Withdrawn => &[("Run Refused", 1)],
            DatasetKind::Dismissed | DatasetKind::Stopped => &[("Run Stopped", 1)],
            DatasetKind::Replaced => &[("Run Superseded", 1), ("Run Succeeded", 1)],
            DatasetKind::Again => &[("Run Succeeded", 1), ("Dataset Accepted", 1)],
            DatasetKind::Incomplete => &[("Dataset Incomplete", 1)],
            DatasetKind::Evaluated => {
                &[("Run Succeeded", 1), ("Run Evaluated", 1), ("Run Deployed", 1), ("Deployment Deleted", 1)]
            }
            DatasetKind::RolledBack => &[("Run Succeeded", 2), ("Run Deployed", 3), ("Deployment Deleted", 1)],
        }
    }

    /// Messages that may be sent up to this many times. No message is sent about a state that the run left too early.
    pub(super) fn possible_messages(&self) -> &'static [(&'static str, usize)] {
        match self.kind {
            DatasetKind::Replaced => &[("Run Held", 2), ("Run Launched", 1), ("Dataset Incomplete", 1)],
            DatasetKind::Approved | DatasetKind::Dismissed => {
                &[("Run Held", 1), ("Run Launched", 1), ("Dataset Incomplete", 1)]
            }
            DatasetKind::Incomplete => &[],
            // The newer version changes one file only, so people get a message that it waits for others.
            DatasetKind::RolledBack => &[("Run Launched", 2), ("Dataset Incomplete", 1), ("Dataset Accepted", 1)],
            // Sent only if the soak takes half an hour.
            DatasetKind::Evaluated => &[("Run Launched", 1), ("Dataset Incomplete", 1), ("Deployment Expiring", 1)],
            _ => &[("Run Launched", 1), ("Dataset Incomplete", 1)],
        }
    }
}
