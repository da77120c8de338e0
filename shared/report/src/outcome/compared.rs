//! Several runs of one dataset side by side.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Outcome;
use crate::wording::{grouped, loss, moment, visible};

/// A run of the same dataset, as the ledger has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Its id.
    pub run_id: String,
    /// Its state when this was written.
    pub state: String,
    /// RFC 3339: when it came into that state.
    pub changed_at: String,
    /// The base model's identifier.
    pub base_model: String,
    /// Records in its training file.
    pub records: Option<u64>,
    /// Hyperparameters as they were sent.
    pub hyperparameters: BTreeMap<String, String>,
    /// Training loss at the end.
    pub training_loss: Option<f64>,
    /// Validation loss at the end.
    pub validation_loss: Option<f64>,
}

/// One run's line in the table.
pub(super) struct Line {
    pub run_id: String,
    pub state: String,
    pub when: String,
    pub records: String,
    /// What it was asked for, where the runs differ in that.
    pub asked: String,
    pub training: String,
    pub validation: String,
    /// Whether its validation loss is the lowest of several.
    pub is_lowest: bool,
}

/// This run first, then the earlier ones; empty where there is none to compare it with.
pub(super) fn lines(outcome: &Outcome) -> Vec<Line> {
    if outcome.earlier.is_empty() {
        return Vec::new();
    }
    let last = |points: &[super::LossPoint]| points.last().map(|point| point.loss).filter(|loss| loss.is_finite());
    let this = Compared {
        run_id: outcome.run_id.clone(),
        state: outcome.state.clone(),
        changed_at: outcome.ended_at.clone().unwrap_or_default(),
        base_model: outcome.base_model.clone(),
        records: outcome.records,
        hyperparameters: outcome.hyperparameters.clone(),
        training_loss: last(&outcome.training),
        validation_loss: last(&outcome.validation),
    };
    let runs: Vec<&Compared> = std::iter::once(&this).chain(&outcome.earlier).collect();
    let differs = differing(&runs);
    let several_models = runs.iter().any(|run| run.base_model != this.base_model);
    let validated = || runs.iter().filter_map(|run| run.validation_loss);
    let lowest = validated().min_by(f64::total_cmp).filter(|_| validated().count() > 1);
    let line = |run: &&Compared| {
        let value = |name: &&String| run.hyperparameters.get(*name).map_or("default", String::as_str);
        let asked = differs.iter().map(|name| visible(&format!("{name} {}", value(name))));
        let model = several_models.then(|| visible(&run.base_model));
        let asked = model.into_iter().chain(asked).collect::<Vec<_>>().join(", ");
        let number = |value: Option<f64>| value.map_or("–".to_owned(), loss);
        Line {
            run_id: visible(&run.run_id),
            state: visible(&run.state),
            when: moment(&run.changed_at),
            records: run.records.map_or("–".to_owned(), grouped),
            asked: if asked.is_empty() { "the same".to_owned() } else { asked },
            training: number(run.training_loss),
            validation: number(run.validation_loss),
            is_lowest: lowest.is_some() && run.validation_loss == lowest,
        }
    };
    runs.iter().map(line).collect()
}

/// The hyperparameters in which the runs are not all alike.
fn differing<'a>(runs: &[&'a Compared]) -> BTreeSet<&'a String> {
    let names: BTreeSet<&String> = runs.iter().flat_map(|run| run.hyperparameters.keys()).collect();
    let value = |run: &&'a Compared, name: &String| run.hyperparameters.get(name);
    names.into_iter().filter(|name| runs.iter().any(|run| value(run, name) != value(&runs[0], name))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::lines;
    use crate::Outcome;
    use crate::samples::{compared, succeeded};

    #[test]
    fn what_differs_is_told_and_the_lowest_loss_is_marked() {
        let told = |outcome: &Outcome| {
            let line = |line: super::Line| {
                let super::Line { run_id, asked, validation, is_lowest, .. } = line;
                format!("{run_id} | {asked} | {validation} | {is_lowest}")
            };
            lines(outcome).into_iter().map(line).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(told(&compared()));
        assert_eq!(told(&succeeded()), "");
        let mut alike = compared();
        for run in &mut alike.earlier {
            run.hyperparameters = alike.hyperparameters.clone();
            (run.base_model, run.validation_loss) = (alike.base_model.clone(), None);
        }
        assert_eq!(told(&alike).matches("| the same |").count(), 3);
        assert!(!told(&alike).contains("true"), "one loss is not the lowest of several");
        alike.hyperparameters = BTreeMap::new();
        assert!(told(&alike).contains("| epochCount default |"));
    }
}
