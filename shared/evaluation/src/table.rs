//! The scores of all sides on all records, and the results that are computed from them.

use std::collections::BTreeMap;

use crate::bootstrap::{self, Estimate, Resampling, written};
use crate::decide::verdict;
use crate::evaluate::Side;
use crate::key::RecordKey;
use crate::label::{Confusion, Labels, Tally};
use crate::metric::{Direction, Metric};
use crate::outcome::{Changed, ChangedRecord, Difference, LabelResult, MetricResult, Score, SideResult};
use crate::score::Text;
use crate::usage::{Usage, to_millionths};

/// The maximum number of records in each list of [`Changed`].
const CHANGED_MAX: usize = 5;

/// The scores, with records in the order of their keys.
pub(crate) struct Table<'t> {
    keys: Vec<RecordKey>,
    labels: &'t Labels,
    /// The index of each reference's label.
    truths: Vec<usize>,
    metrics: &'t [Metric],
    /// The sides, the new model first.
    sides: Vec<Column>,
}

/// The scores of a side.
struct Column {
    name: String,
    /// For each metric, each record's score.
    scores: Vec<Vec<Option<f64>>>,
    /// The index of each answer's label, if a metric compares labels.
    labels: Vec<Option<usize>>,
    answers: u64,
    empty: u64,
    refusals: u64,
    length_ratios: Vec<f64>,
    usage: Usage,
}

impl<'t> Table<'t> {
    /// Scores all answers, record by record, so that the words of only one record are in memory.
    pub(crate) fn of(
        references: &BTreeMap<RecordKey, String>,
        labels: &'t Labels,
        metrics: &'t [Metric],
        sides: &[&Side],
    ) -> Table<'t> {
        let texts: Vec<(RecordKey, Text)> = references.iter().map(|(key, text)| (*key, Text::new(text))).collect();
        let truths = texts.iter().map(|(_, reference)| labels.index(reference.label())).collect();
        let mut columns: Vec<Column> = sides.iter().map(|side| Column::new(side, metrics.len(), references)).collect();
        for (key, reference) in texts {
            for (side, column) in sides.iter().zip(&mut columns) {
                column.add(side, &key, &reference, metrics, labels);
            }
        }
        Table { keys: references.keys().copied().collect(), labels, truths, metrics, sides: columns }
    }

    /// Returns the result of the metric with this index.
    pub(crate) fn result(&self, metric: usize, how: &Resampling) -> MetricResult {
        let name = self.metrics[metric];
        let better = name.better();
        let records = self.keys.len() as u64;
        let missing = |estimate: Option<&Estimate>| records - estimate.map_or(0, |estimate| estimate.records);
        let own = self.sides.iter().map(|side| {
            let score = self.own(metric, side, how);
            Score { side: side.name.clone(), missing: missing(score.as_ref()), score }
        });
        let compared = self.sides.iter().skip(1).map(|side| {
            let difference = self.difference(metric, side, how);
            let verdict = verdict(difference.as_ref(), better);
            Difference { against: side.name.clone(), missing: missing(difference.as_ref()), difference, verdict }
        });
        MetricResult { metric: name, better, scores: own.collect(), differences: compared.collect() }
    }

    /// Returns a side's own score.
    fn own(&self, metric: usize, side: &Column, how: &Resampling) -> Option<Estimate> {
        if self.metrics[metric] != Metric::MacroF1 {
            return bootstrap::mean(side.scores[metric].iter().flatten().copied().collect(), how);
        }
        let pairs = self.truths.iter().zip(&side.labels).filter_map(|(truth, answer)| Some((*truth, (*answer)?)));
        let mut tally = Tally::new(self.labels.names.len());
        bootstrap::figure(pairs.collect(), how, |pairs, times| {
            tally.clear();
            pairs.iter().zip(times).for_each(|((truth, answer), times)| tally.add(*truth, *answer, *times));
            tally.macro_f1()
        })
    }

    /// Returns the new model's score minus a side's, over the records that have both.
    fn difference(&self, metric: usize, side: &Column, how: &Resampling) -> Option<Estimate> {
        let new = self.sides.first()?;
        if self.metrics[metric] != Metric::MacroF1 {
            let pairs = new.scores[metric].iter().zip(&side.scores[metric]);
            return bootstrap::mean(pairs.filter_map(|(new, other)| Some((*new)? - (*other)?)).collect(), how);
        }
        let triples = self.truths.iter().zip(new.labels.iter().zip(&side.labels));
        let triples = triples.filter_map(|(truth, (new, other))| Some((*truth, (*new)?, (*other)?)));
        let tally = Tally::new(self.labels.names.len());
        let (mut news, mut others) = (tally.clone(), tally);
        bootstrap::figure(triples.collect(), how, |triples, times| {
            news.clear();
            others.clear();
            for ((truth, new, other), times) in triples.iter().zip(times) {
                news.add(*truth, *new, *times);
                others.add(*truth, *other, *times);
            }
            news.macro_f1() - others.macro_f1()
        })
    }

    /// Returns the properties of each side's answers.
    pub(crate) fn sides(&self) -> Vec<SideResult> {
        let result = |side: &Column| {
            let mut ratios = side.length_ratios.clone();
            ratios.sort_unstable_by(f64::total_cmp);
            SideResult {
                side: side.name.clone(),
                answers: side.answers,
                missing: self.keys.len() as u64 - side.answers,
                empty: side.empty,
                refusals: side.refusals,
                length_ratio: ratios.get(ratios.len() / 2).copied().map(to_millionths),
                usage: side.usage,
            }
        };
        self.sides.iter().map(result).collect()
    }

    /// Returns the confusion matrices.
    pub(crate) fn confusion(&self) -> LabelResult {
        let names = &self.labels.names;
        let matrix = |side: &Column| {
            let mut counts = vec![vec![0; names.len() + 1]; names.len()];
            for (truth, answer) in self.truths.iter().zip(&side.labels) {
                if let Some(answer) = answer {
                    counts[*truth][*answer] += 1;
                }
            }
            Confusion { side: side.name.clone(), counts }
        };
        LabelResult { labels: names.clone(), confusion: self.sides.iter().map(matrix).collect() }
    }

    /// Returns the records whose score by the first metric differs most from that of the first other side.
    pub(crate) fn changed(&self) -> Option<Changed> {
        let ([new, other, ..], Some(metric)) = (&self.sides[..], self.metrics.first()) else { return None };
        let pairs = self.keys.iter().zip(new.scores[0].iter().zip(&other.scores[0]));
        let pairs = pairs.filter_map(|(key, (new, other))| Some((*key, (*new)?, (*other)?)));
        let sign = if metric.better() == Direction::Higher { 1.0 } else { -1.0 };
        // Sorted by gain, and records with the same gain by their keys.
        let mut gains: Vec<(f64, RecordKey, f64, f64)> =
            pairs.map(|(key, new, other)| (sign * (new - other), key, new, other)).collect();
        let mut largest = |sign: f64| {
            gains.sort_by(|one, two| (sign * two.0).total_cmp(&(sign * one.0)).then(one.1.cmp(&two.1)));
            let some = gains.iter().take_while(|(gain, ..)| sign * gain > 0.0).take(CHANGED_MAX);
            let changed = |(_, record, new, other): &(f64, RecordKey, f64, f64)| ChangedRecord {
                record: *record,
                new: written(*new),
                other: written(*other),
            };
            some.map(changed).collect::<Vec<_>>()
        };
        let (better, worse) = (largest(1.0), largest(-1.0));
        Some(Changed { metric: *metric, against: other.name.clone(), better, worse })
    }
}

impl Column {
    fn new(side: &Side, metrics: usize, references: &BTreeMap<RecordKey, String>) -> Column {
        let answers = references.keys().filter_map(|key| side.answers.get(key));
        Column {
            name: side.name.clone(),
            scores: vec![Vec::with_capacity(references.len()); metrics],
            labels: Vec::with_capacity(references.len()),
            answers: 0,
            empty: 0,
            refusals: 0,
            length_ratios: Vec::new(),
            usage: Usage::of(answers, side.price.as_ref()),
        }
    }

    /// Adds the side's scores on a record.
    fn add(&mut self, side: &Side, key: &RecordKey, reference: &Text, metrics: &[Metric], labels: &Labels) {
        let text = side.answers.get(key).map(|answer| answer.text.as_str());
        let answer = text.map(Text::new);
        let judged = side.judged.get(key);
        for (metric, scores) in metrics.iter().zip(&mut self.scores) {
            scores.push(if metric.is_judged() {
                judged.and_then(|judged| judged.get(metric).copied()).filter(|score| (0.0..=1.0).contains(score))
            } else {
                answer.as_ref().and_then(|answer| reference.score(*metric, answer))
            });
        }
        if metrics.iter().any(|metric| metric.is_of_labels()) {
            self.labels.push(answer.as_ref().map(|answer| labels.index(answer.label())));
        }
        if let Some((text, answer)) = text.zip(answer) {
            self.answers += 1;
            self.empty += u64::from(reference.score(Metric::EmptyRate, &answer) == Some(1.0));
            self.refusals += u64::from(reference.score(Metric::RefusalRate, &answer) == Some(1.0));
            self.length_ratios.extend(reference.length_ratio(text));
        }
    }
}
