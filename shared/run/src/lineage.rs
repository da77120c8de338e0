//! Where a run's model comes from: the files that it was trained on, and the runs that it continues from.

use serde::{Deserialize, Serialize};

use crate::{Run, RunId};

/// The most runs that a lineage goes back.
pub const ANCESTORS_MAX: usize = 10;

/// A file of a dataset version, by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileVersion {
    /// `recipe`, `train` or `validation`.
    pub role: String,
    /// Its name, relative to the dataset's folder.
    pub name: String,
    /// BLAKE3 of its content, in hex.
    pub blake3: String,
}

/// A run that another one continues from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ancestor {
    /// The run.
    pub run_id: RunId,
    /// The recipe's words for it, such as `deployed:support-bot`; absent if the recipe has the model's ARN.
    pub named: Option<String>,
    /// The ARN of its custom model; absent if its item can't be read.
    pub model_arn: Option<String>,
}

/// Where a run's model comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Lineage {
    /// The files that it was trained on, the recipe included; empty if an older version accepted the dataset.
    pub files: Vec<FileVersion>,
    /// The runs that it continues from, nearest first; empty if it was trained from a base model.
    pub continues_from: Vec<Ancestor>,
}

/// The runs that a run continues from, nearest first. [`next`](Ancestors::next) names the one to read, and
/// [`add`](Ancestors::add) takes its item, until there is none, or [`ANCESTORS_MAX`] were added.
#[derive(Debug, Clone, Default)]
pub struct Ancestors {
    found: Vec<Ancestor>,
    next: Option<(RunId, Option<String>)>,
}

impl Ancestors {
    /// Those of this run.
    pub fn of(run: &Run) -> Ancestors {
        Ancestors { found: Vec::new(), next: named(run) }
    }

    /// The next run to read.
    pub fn next(&self) -> Option<&RunId> {
        self.next.as_ref().map(|(run_id, _)| run_id)
    }

    /// Adds the next run, as the ledger has it; `None` if it can't be read.
    pub fn add(&mut self, run: Option<&Run>) {
        let Some((run_id, named_as)) = self.next.take() else { return };
        let next = run.and_then(named).filter(|(next, _)| {
            // A model can only continue from an older one, so this is an item that somebody edited.
            *next != run_id && self.found.iter().all(|known| known.run_id != *next)
        });
        let model_arn = run.and_then(|run| run.model_arn.clone());
        self.found.push(Ancestor { run_id, named: named_as, model_arn });
        self.next = next.filter(|_| self.found.len() < ANCESTORS_MAX);
    }

    /// The lineage of the run.
    pub fn lineage(self, run: &Run) -> Lineage {
        Lineage { files: run.files.clone(), continues_from: self.found }
    }
}

fn named(run: &Run) -> Option<(RunId, Option<String>)> {
    Some((run.base_run.clone()?, run.base_named.clone()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(id: &str, base: Option<&str>, named: Option<&str>) -> Run {
        serde_json::from_value(json!({
            "schema": 1, "run_id": id, "revision": 1, "dataset": "bot", "state": "Succeeded", "identity": "",
            "attempt": 1, "uploaded_at": "t", "changed_at": "t", "model_arn": format!("model of {id}"),
            "base_run": base, "base_named": named,
        }))
        .expect("a run")
    }

    fn id(number: u32) -> String {
        format!("bot-{number:012x}")
    }

    /// Reads the ancestors of the first run, from the others.
    fn ancestors(runs: &[Run]) -> Vec<(String, Option<String>, bool)> {
        let mut ancestors = Ancestors::of(&runs[0]);
        while let Some(next) = ancestors.next() {
            let found = runs.iter().find(|run| run.run_id == *next);
            ancestors.add(found);
        }
        let told = |one: Ancestor| (one.run_id.to_string(), one.named, one.model_arn.is_some());
        ancestors.lineage(&runs[0]).continues_from.into_iter().map(told).collect()
    }

    #[test]
    fn goes_back_to_the_base_model_with_the_words_of_each_recipe() {
        let runs =
            [run(&id(3), Some(&id(2)), Some("deployed:bot")), run(&id(2), Some(&id(1)), None), run(&id(1), None, None)];
        let expected = [(id(2), Some("deployed:bot".to_owned()), true), (id(1), None, true)];
        assert_eq!(ancestors(&runs), expected);
        assert_eq!(ancestors(&runs[2..]), []);
    }

    #[test]
    fn a_missing_run_ends_it_and_a_circle_or_a_long_line_does_too() {
        assert_eq!(ancestors(&[run(&id(3), Some(&id(2)), None)]), [(id(2), None, false)]);
        let circle =
            [run(&id(1), Some(&id(2)), None), run(&id(2), Some(&id(3)), None), run(&id(3), Some(&id(2)), None)];
        assert_eq!(ancestors(&circle).len(), 2);
        assert_eq!(ancestors(&[run(&id(1), Some(&id(1)), None)]).len(), 1, "it names itself");
        let long: Vec<Run> = (1..30).rev().map(|n| run(&id(n), Some(&id(n - 1)), None)).collect();
        assert_eq!(ancestors(&long).len(), ANCESTORS_MAX);
    }
}
