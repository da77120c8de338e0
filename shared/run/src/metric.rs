//! The metrics of the functions, and their lines in CloudWatch's embedded metric format.
//!
//! A line is one JSON object whose `_aws` member names the members to extract. CloudWatch Logs creates the metrics from
//! it, so no call and no permission is needed. The format and its limits (at most 100 metrics in a directive, a
//! dimension is an ASCII string, the time is in milliseconds):
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
//!
//! With Lambda's JSON log format, a line that is a JSON object counts as a log of its `level`, or of INFO if it has
//! none, and keeps its `timestamp` if that is RFC 3339. Each line has both, so that it passes the template's
//! `ApplicationLogLevel: INFO`. WARN would drop it.
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>
//!
//! Each value of a dimension is billed as a metric. So a dimension is a code, a state or a kind, and never free text or
//! a dataset.

mod dataset_result;
mod round;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{Blocker, Run, State};
pub use dataset_result::DatasetResult;
pub use round::Round;

/// The metrics' namespace.
pub const NAMESPACE: &str = "tunedrop";

/// The dimension that every metric has.
pub const STACK: &str = "Stack";

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// A dataset was validated.
    Datasets,
    /// Findings of an accepted or rejected dataset.
    Findings,
    /// Seconds from the newest file's time at S3 to the accepted or rejected dataset.
    SecondsToResult,
    /// A run entered a state.
    Runs,
    /// Seconds from accepted or approved to Running.
    QueueSeconds,
    /// A run returned to the queue because Bedrock had no free slot.
    NoSlot,
    /// Seconds from a job's creation to its end, by Bedrock's times.
    TrainingSeconds,
    /// A deployment answers with another model, could not be created or changed, or was deleted.
    Deployments,
    /// An evaluation ended.
    Evaluations,
    /// Answers of models to held-out records.
    EvaluationAnswers,
    /// Tokens that Bedrock counted, of prompts and answers of evaluations.
    EvaluationTokens,
    /// A message was sent.
    Messages,
    /// Age of a queue message that failed and returns to its queue.
    FailingMessageSeconds,
    /// Open runs that a sweep found.
    OpenRuns,
    /// Seconds since the upload of the oldest open run; held ones don't count.
    OldestOpenRunSeconds,
    /// Jobs that have ended although their runs are still Running in the ledger.
    MissedJobEnds,
    /// Runs that need a person.
    StuckRuns,
    /// Items of the ledger that a sweep could not read.
    UnreadableItems,
    /// Launches that failed because of an error of a service or of tunedrop.
    FailedLaunches,
    /// Complete sweeps.
    Sweeps,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Metric; 20] = [
        Metric::Datasets,
        Metric::Findings,
        Metric::SecondsToResult,
        Metric::Runs,
        Metric::QueueSeconds,
        Metric::NoSlot,
        Metric::TrainingSeconds,
        Metric::Deployments,
        Metric::Evaluations,
        Metric::EvaluationAnswers,
        Metric::EvaluationTokens,
        Metric::Messages,
        Metric::FailingMessageSeconds,
        Metric::OpenRuns,
        Metric::OldestOpenRunSeconds,
        Metric::MissedJobEnds,
        Metric::StuckRuns,
        Metric::UnreadableItems,
        Metric::FailedLaunches,
        Metric::Sweeps,
    ];

    /// The metric's name in CloudWatch.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Datasets => "Datasets",
            Metric::Findings => "Findings",
            Metric::SecondsToResult => "SecondsToResult",
            Metric::Runs => "Runs",
            Metric::QueueSeconds => "QueueSeconds",
            Metric::NoSlot => "NoSlot",
            Metric::TrainingSeconds => "TrainingSeconds",
            Metric::Deployments => "Deployments",
            Metric::Evaluations => "Evaluations",
            Metric::EvaluationAnswers => "EvaluationAnswers",
            Metric::EvaluationTokens => "EvaluationTokens",
            Metric::Messages => "Messages",
            Metric::FailingMessageSeconds => "FailingMessageSeconds",
            Metric::OpenRuns => "OpenRuns",
            Metric::OldestOpenRunSeconds => "OldestOpenRunSeconds",
            Metric::MissedJobEnds => "MissedJobEnds",
            Metric::StuckRuns => "StuckRuns",
            Metric::UnreadableItems => "UnreadableItems",
            Metric::FailedLaunches => "FailedLaunches",
            Metric::Sweeps => "Sweeps",
        }
    }

    /// Its unit, as CloudWatch spells it.
    pub fn unit(self) -> &'static str {
        match self {
            Metric::SecondsToResult
            | Metric::QueueSeconds
            | Metric::TrainingSeconds
            | Metric::FailingMessageSeconds
            | Metric::OldestOpenRunSeconds => "Seconds",
            _ => "Count",
        }
    }

    /// The dimension in addition to [`STACK`].
    pub fn dimension(self) -> Option<&'static str> {
        match self {
            Metric::Datasets => Some("Result"),
            Metric::Findings => Some("Code"),
            Metric::Runs | Metric::OpenRuns | Metric::TrainingSeconds | Metric::Evaluations => Some("State"),
            Metric::Deployments => Some("Outcome"),
            Metric::Messages => Some("Kind"),
            _ => None,
        }
    }

    /// A value of a metric without a dimension of its own.
    pub fn is(self, value: f64) -> Count {
        Count { metric: self, of: String::new(), value }
    }

    /// A value of a metric for one value of its dimension.
    pub fn of(self, of: &str, value: f64) -> Count {
        Count { metric: self, of: of.to_owned(), value }
    }
}

/// One value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// The metric.
    pub metric: Metric,
    /// The value of its dimension; empty if it has none.
    pub of: String,
    /// The number, or the seconds.
    pub value: f64,
}

/// Returns what to count after a validation, once the ledger contains the run, which is new or starts again.
pub fn validated(run: &Run, uploaded_at: &str, now: Timestamp) -> Vec<Count> {
    let validated = if run.state == State::Rejected { DatasetResult::Rejected } else { DatasetResult::Accepted };
    let mut counts = vec![validated.count()];
    counts.extend(run.counts.iter().map(|(code, count)| Metric::Findings.of(code, *count as f64)));
    counts.extend(between(uploaded_at, now).map(|seconds| Metric::SecondsToResult.is(seconds)));
    counts.extend(moved(None, run, now));
    counts
}

/// Returns what to count after a run was written. `was` is the run before, `None` for a new one. Launching lasts
/// seconds, and Rejected is a result of validation, so neither counts as a state.
pub fn moved(was: Option<&Run>, run: &Run, now: Timestamp) -> Vec<Count> {
    let before = was.map(|was| was.state);
    if before == Some(run.state) {
        return Vec::new();
    }
    match (before, run.state) {
        (_, State::Launching | State::Rejected) => Vec::new(),
        // A run that is requeued for another reason, such as a stop, counts nothing.
        (Some(State::Launching), State::Queued) => match run.blocked_by {
            Some(Blocker::Slot | Blocker::Quota) => vec![Metric::NoSlot.is(1.0)],
            _ => Vec::new(),
        },
        (_, state) => {
            let waited = run.queued_at.as_deref().filter(|_| state == State::Running);
            let waited = waited.and_then(|since| between(since, now)).map(|seconds| Metric::QueueSeconds.is(seconds));
            std::iter::once(Metric::Runs.of(state.as_str(), 1.0)).chain(waited).collect()
        }
    }
}

/// Returns the duration of a job whose run ended in `state`. `None` if Bedrock doesn't return the times.
pub fn trained(state: State, created_at: Option<&str>, ended_at: Option<&str>) -> Option<Count> {
    let seconds = between(created_at?, ended_at?.parse().ok()?)?;
    Some(Metric::TrainingSeconds.of(state.as_str(), seconds))
}

/// Returns the seconds since an RFC 3339 time. It is never negative, although the clocks of S3 and Bedrock differ from
/// the function's.
fn between(then: &str, now: Timestamp) -> Option<f64> {
    let then: Timestamp = then.parse().ok()?;
    Some(((now.as_millisecond() - then.as_millisecond()) as f64 / 1000.0).max(0.0))
}

/// Fields for searching the logs; not dimensions.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogFields<'a> {
    /// The run.
    pub run_id: Option<&'a str>,
    /// The dataset.
    pub dataset: Option<&'a str>,
}

/// Returns the lines with `counts`: one for each value of a dimension, without line feeds.
pub fn lines(stack: &str, now: Timestamp, fields: LogFields<'_>, counts: &[Count]) -> Vec<String> {
    let group = |count: &Count| (count.metric.dimension(), count.of.clone());
    let mut groups: Vec<(Option<&str>, String)> = Vec::new();
    for count in counts {
        if !groups.contains(&group(count)) {
            groups.push(group(count));
        }
    }
    groups
        .iter()
        .map(|of| {
            let counts: Vec<&Count> = counts.iter().filter(|count| group(count) == *of).collect();
            line(stack, now, fields, of.0.map(|name| (name, of.1.as_str())), &counts)
        })
        .collect()
}

fn line(stack: &str, now: Timestamp, fields: LogFields<'_>, of: Option<(&str, &str)>, counts: &[&Count]) -> String {
    let dimensions: Vec<&str> = [STACK].into_iter().chain(of.map(|(name, _)| name)).collect();
    let metrics: Vec<Value> =
        counts.iter().map(|count| json!({ "Name": count.metric.name(), "Unit": count.metric.unit() })).collect();
    let mut root = Map::new();
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics });
    root.insert("_aws".into(), json!({ "Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive] }));
    root.insert("level".into(), json!("INFO"));
    root.insert("timestamp".into(), json!(format!("{now:.3}")));
    let text = [("run_id", fields.run_id), ("dataset", fields.dataset)];
    let text = text.into_iter().filter_map(|(name, value)| Some((name, value?)));
    for (name, value) in text.chain([(STACK, stack)]).chain(of) {
        root.insert(name.to_owned(), json!(value));
    }
    for count in counts {
        root.insert(count.metric.name().to_owned(), json!(count.value));
    }
    Value::Object(root).to_string()
}

#[cfg(test)]
mod tests;
