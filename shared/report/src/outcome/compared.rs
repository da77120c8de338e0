//! The table that compares a run with earlier runs of the same dataset.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Outcome;
use crate::wording::{grouped, loss, moment, visible};

/// An earlier run of the same dataset, from the ledger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The run's id.
    pub run_id: String,
    /// Its state at the time of the report.
    pub state: String,
    /// RFC 3339: when it entered that state.
    pub changed_at: String,
    /// The base model's identifier.
    pub base_model: String,
    /// Records in its training file.
    pub records: Option<u64>,
    /// Hyperparameters as they were sent to Bedrock.
    pub hyperparameters: BTreeMap<String, String>,
    /// Training loss at the end.
    pub training_loss: Option<f64>,
    /// Validation loss at the end.
    pub validation_loss: Option<f64>,
}

/// One run's row in the table.
pub(super) struct ComparedRow {
    pub run_id: String,
    pub state: String,
    pub changed_at: String,
    pub records: String,
    /// The base model and hyperparameters in which the runs differ, or `same`.
    pub settings: String,
    pub training: String,
    pub validation: String,
    /// Whether its validation loss is the lowest of at least two.
    pub is_lowest: bool,
}

/// Returns this run, then the earlier ones; nothing if there are no earlier runs.
pub(super) fn compared_rows(outcome: &Outcome) -> Vec<ComparedRow> {
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
    let row = |run: &&Compared| {
        let value = |name: &&String| run.hyperparameters.get(*name).map_or("default", String::as_str);
        let settings = differs.iter().map(|name| visible(&format!("{name} {}", value(name))));
        let model = several_models.then(|| visible(&run.base_model));
        let settings = model.into_iter().chain(settings).collect::<Vec<_>>().join(", ");
        let number = |value: Option<f64>| value.map_or("–".to_owned(), loss);
        ComparedRow {
            run_id: visible(&run.run_id),
            state: visible(&run.state),
            changed_at: moment(&run.changed_at),
            records: run.records.map_or("–".to_owned(), grouped),
            settings: if settings.is_empty() { "same".to_owned() } else { settings },
            training: number(run.training_loss),
            validation: number(run.validation_loss),
            is_lowest: lowest.is_some() && run.validation_loss == lowest,
        }
    };
    runs.iter().map(row).collect()
}

/// The names of the hyperparameters that aren't equal in all runs.
fn differing<'a>(runs: &[&'a Compared]) -> BTreeSet<&'a String> {
    let names: BTreeSet<&String> = runs.iter().flat_map(|run| run.hyperparameters.keys()).collect();
    let value = |run: &&'a Compared, name: &String| run.hyperparameters.get(name);
    names.into_iter().filter(|name| runs.iter().any(|run| value(run, name) != value(&runs[0], name))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{ComparedRow, compared_rows};
    use crate::Outcome;
    use crate::samples::{compared, succeeded};

    fn table(outcome: &Outcome) -> String {
        let row = |row: ComparedRow| {
            let ComparedRow { run_id, settings, validation, is_lowest, .. } = row;
            format!("{run_id} | {settings} | {validation} | {is_lowest}")
        };
        compared_rows(outcome).into_iter().map(row).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn shows_what_differs_and_the_lowest_loss() {
        insta::assert_snapshot!(table(&compared()));
        assert_eq!(table(&succeeded()), "");
    }

    #[test]
    fn shows_equal_settings_as_the_same() {
        let mut alike = compared();
        for run in &mut alike.earlier {
            run.hyperparameters = alike.hyperparameters.clone();
            (run.base_model, run.validation_loss) = (alike.base_model.clone(), None);
        }
        assert_eq!(table(&alike).matches("| same |").count(), 3);
        assert!(!table(&alike).contains("true"), "one loss is not the lowest of several");
        alike.hyperparameters = BTreeMap::new();
        assert!(table(&alike).contains("| epochCount default |"));
    }
}
