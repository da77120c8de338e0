//! The datasets: what each is, and what must come of it.

use tunedrop_local::bedrock::chance;
use tunedrop_tests::data::{nova, pairs};

/// What a dataset is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Trains,
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
    /// Held, then a newer set comes, which is approved.
    Replaced,
    /// Dropped again when it is a model.
    Again,
    /// Its recipe never comes.
    Incomplete,
}

const KINDS: [Kind; 9] = [
    Kind::Fails,
    Kind::Rejected,
    Kind::Withdrawn,
    Kind::Approved,
    Kind::Dismissed,
    Kind::Stopped,
    Kind::Replaced,
    Kind::Again,
    Kind::Incomplete,
];

/// One dataset.
#[derive(Clone, Debug)]
pub(crate) struct Dataset {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// In the order in which they are dropped.
    pub(crate) files: Vec<(&'static str, String)>,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Fleet {
    pub(crate) datasets: Vec<Dataset>,
}

impl Fleet {
    pub(crate) fn new(datasets: usize, seed: u64) -> Fleet {
        Fleet { datasets: (0..datasets).map(|at| Dataset::new(at, seed)).collect() }
    }
}

impl Dataset {
    fn new(at: usize, seed: u64) -> Dataset {
        let drawn = |what| chance(seed, &[what, &at.to_string()]);
        // Half of them simply train.
        let kind = KINDS.get((drawn("kind") * 18.0) as usize).copied().unwrap_or(Kind::Trains);
        let name = format!("{}-{at:04}", format!("{kind:?}").to_lowercase());
        let models = ["nova-micro", "nova-lite", "nova-pro", "nova-2-lite"];
        let model = match kind {
            Kind::Withdrawn => "titan-text-express",
            _ => models[(drawn("model") * 4.0) as usize],
        };
        let mut recipe = format!("base_model: {model}\n");
        if matches!(kind, Kind::Approved | Kind::Dismissed | Kind::Replaced) {
            recipe.push_str("launch: manual\n");
        }
        // Nova 2 Lite needs more than the others.
        let records = if model == "nova-2-lite" { 200 } else { 10 };
        let train = match kind {
            Kind::Rejected => format!("{}{{\"messages\": 1}}\n", nova(records - 1, &name)),
            Kind::Withdrawn => pairs(records, &name),
            _ => nova(records, &name),
        };
        let mut files = vec![("train.jsonl", train)];
        if kind == Kind::Trains && model != "nova-2-lite" && drawn("validation") < 0.3 {
            recipe.push_str("validation: validation.jsonl\n");
            files.push(("validation.jsonl", nova(2, &format!("{name} validation"))));
        }
        if kind != Kind::Incomplete {
            let first = drawn("recipe first") < 0.5;
            files.insert(if first { 0 } else { files.len() }, ("job.yaml", recipe));
        }
        Dataset { name, kind, files }
    }

    /// The states that its runs must come to, sorted.
    pub(crate) fn states(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Trains | Kind::Approved | Kind::Again => &["Succeeded"],
            Kind::Fails => &["Failed"],
            Kind::Rejected => &["Rejected"],
            Kind::Withdrawn => &["Refused"],
            Kind::Dismissed | Kind::Stopped => &["Stopped"],
            Kind::Replaced => &["Succeeded", "Superseded"],
            Kind::Incomplete => &[],
        }
    }

    /// How many jobs are created for it.
    pub(crate) fn jobs(&self) -> usize {
        match self.kind {
            Kind::Trains | Kind::Approved | Kind::Again | Kind::Fails | Kind::Stopped | Kind::Replaced => 1,
            Kind::Rejected | Kind::Withdrawn | Kind::Dismissed | Kind::Incomplete => 0,
        }
    }

    /// What must be told of it, once.
    pub(crate) fn told(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Trains | Kind::Approved => &["Run Succeeded"],
            Kind::Fails => &["Run Failed"],
            Kind::Rejected => &["Dataset Rejected"],
            Kind::Withdrawn => &["Run Refused"],
            Kind::Dismissed | Kind::Stopped => &["Run Stopped"],
            Kind::Replaced => &["Run Superseded", "Run Succeeded"],
            Kind::Again => &["Run Succeeded", "Dataset Accepted"],
            Kind::Incomplete => &["Dataset Incomplete"],
        }
    }

    /// What may be told of it on the way, this many times: what it had passed before anybody could be told is not.
    pub(crate) fn may_be_told(&self) -> &'static [(&'static str, usize)] {
        match self.kind {
            Kind::Replaced => &[("Run Held", 2), ("Run Launched", 1), ("Dataset Incomplete", 1)],
            Kind::Approved | Kind::Dismissed => &[("Run Held", 1), ("Run Launched", 1), ("Dataset Incomplete", 1)],
            Kind::Incomplete => &[],
            _ => &[("Run Launched", 1), ("Dataset Incomplete", 1)],
        }
    }
}
