//! An evaluation: from references and answers to scores, intervals and a decision.

use std::collections::BTreeMap;

use crate::bootstrap::{Resampling, written};
use crate::decide::{Requirement, compared, decide};
use crate::judge::Judged;
use crate::key::RecordKey;
use crate::label::Labels;
use crate::metric::Metric;
use crate::outcome::{Evaluation, MetricResult, Noise, VERSION};
use crate::overlap::Overlap;
use crate::profile::Profile;
use crate::sample::SampleCounts;
use crate::score::Text;
use crate::sentence;
use crate::table::Table;
use crate::usage::{Answer, Price};

/// The number of records that one model is asked twice, to measure its noise.
pub const NOISE_RECORDS: usize = 30;

/// A model's answers.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// The model's name: [`BASE`](crate::BASE), [`DEPLOYED`](crate::DEPLOYED), or a run's id.
    pub name: String,
    /// Its answers. A record without one counts as missing.
    pub answers: BTreeMap<RecordKey, Answer>,
    /// A judge's scores. Those that aren't between 0 and 1 count as missing.
    pub judged: Judged,
    /// The model's price, if known.
    pub price: Option<Price>,
}

/// The input of an evaluation.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// The sampled records' reference answers.
    pub references: BTreeMap<RecordKey, String>,
    /// Counts of the held-out file's records.
    pub sample: SampleCounts,
    /// The held-out records that are also in the training file, if the two were compared.
    pub overlap: Option<Overlap>,
    /// The new model.
    pub new: Side,
    /// The models that it is compared with.
    pub against: Vec<Side>,
    /// A second set of answers of one of these models, to measure its noise.
    pub repeated: Option<Side>,
    /// The metrics. If there are none, they are chosen from the references, and those of `require` are added.
    pub metrics: Vec<Metric>,
    /// The judge's metrics. They follow those of `metrics`, unless they are among them.
    pub judged: Vec<Metric>,
    /// The requirements. Without any, the new model must be better than each other side on the first metric.
    pub require: BTreeMap<Metric, Requirement>,
    /// How to compute intervals.
    pub resampling: Resampling,
}

/// Evaluates a model. The same input gives the same result, on every machine and in any order of records and answers.
pub fn evaluate(input: &Input) -> Evaluation {
    let profile = Profile::of(input.references.values().map(String::as_str));
    let mut metrics = if input.metrics.is_empty() { profile.metrics() } else { input.metrics.clone() };
    metrics.extend(&input.judged);
    metrics.extend(input.require.keys());
    let mut seen = Vec::new();
    metrics.retain(|metric| {
        !seen.contains(metric) && {
            seen.push(*metric);
            true
        }
    });

    let sides: Vec<&Side> = std::iter::once(&input.new).chain(&input.against).collect();
    let labels = Labels::of(input.references.values().map(String::as_str));
    let table = Table::of(&input.references, &labels, &metrics, &sides);
    let results: Vec<MetricResult> = (0..metrics.len()).map(|at| table.result(at, &input.resampling)).collect();
    let records = input.references.len() as u64;
    let of_labels = metrics.iter().any(|metric| metric.is_of_labels()) && profile.misfit(Metric::Accuracy).is_none();
    let again = input.repeated.as_ref();
    let decision = decide(&results, &input.require, records);
    Evaluation {
        version: VERSION,
        new: input.new.name.clone(),
        sides: table.sides(),
        records,
        sample: input.sample.clone(),
        overlap: input.overlap,
        labels: of_labels.then(|| table.confusion()),
        changed: table.changed(),
        noise: again.and_then(|again| noise(&input.references, &metrics, &sides, again)),
        notes: notes(input, &metrics, &profile, compared(&decision.checks, records)),
        decision,
        metrics: results,
        resampling: input.resampling,
    }
}

fn notes(input: &Input, metrics: &[Metric], profile: &Profile, compared: u64) -> Vec<String> {
    let mut notes: Vec<String> = sentence::few_records(compared).into_iter().collect();
    notes.extend(input.overlap.as_ref().and_then(sentence::overlap));
    for metric in metrics {
        if let Some(why) = profile.misfit(*metric) {
            notes.push(format!("{metric} says nothing here: {why}."));
        } else if profile.overlooks(*metric) {
            let percent = 100.0 * profile.beyond_ascii;
            notes.push(format!(
                "{percent:.0}% of the references' letters and digits aren't ASCII, and {metric} is made for English: use {metric}_unicode."
            ));
        }
    }
    for (reason, count) in &input.sample.unusable {
        notes.push(format!("Held-out records that {} weren't used: {count}.", reason.as_clause()));
    }
    notes
}

/// Returns how much the answers of one of `sides` differ from those in `again`. `None` if no side has that name.
fn noise(references: &BTreeMap<RecordKey, String>, metrics: &[Metric], sides: &[&Side], again: &Side) -> Option<Noise> {
    let first = sides.iter().find(|side| side.name == again.name)?;
    let mut changes: BTreeMap<Metric, Vec<f64>> = BTreeMap::new();
    let (mut records, mut same) = (0, 0);
    for (key, reference) in references {
        let Some((first, again)) = first.answers.get(key).zip(again.answers.get(key)) else { continue };
        records += 1;
        same += u64::from(first.text == again.text);
        let (reference, first, again) = (Text::new(reference), Text::new(&first.text), Text::new(&again.text));
        for metric in metrics {
            if let Some((one, other)) = reference.score(*metric, &first).zip(reference.score(*metric, &again)) {
                changes.entry(*metric).or_default().push((one - other).abs());
            }
        }
    }
    let mean = |changes: Vec<f64>| written(changes.iter().sum::<f64>() / changes.len() as f64);
    let change = changes.into_iter().map(|(metric, changes)| (metric, mean(changes))).collect();
    Some(Noise { side: again.name.clone(), records, same, change })
}

#[cfg(test)]
mod tests;
