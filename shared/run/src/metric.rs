//! What the functions count, and how a line of it looks: CloudWatch's embedded metric format.
//!
//! A line is one JSON object whose `_aws` member names the members to extract; CloudWatch Logs makes metrics of it, so
//! no call is made and no permission needed. The format, and its bounds (at most 100 metrics in a directive, a dimension
//! a string of ASCII, the time in milliseconds):
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
//!
//! Under Lambda's JSON log format a line that is a JSON object counts as a log of its `level`, of INFO where it has none,
//! and keeps its `timestamp` where that is RFC 3339. A line has both, so that it passes the template's
//! `ApplicationLogLevel: INFO`; WARN would drop it.
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>
//!
//! Each value of a dimension is a metric that is paid for. So none is free text: a code, a state, a kind, never a dataset.

mod round;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{Hold, Run, State};
pub use round::Round;

/// The metrics' namespace.
pub const NAMESPACE: &str = "tunedrop";

/// The dimension that every metric has.
pub const STACK: &str = "Stack";

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// validate judged what lies in a dataset's folder.
    Datasets,
    /// Findings of an accepted or a rejected set.
    Findings,
    /// From the newest file's time at S3 to an accepted or a rejected set.
    SecondsToVerdict,
    /// A run came into a state.
    Runs,
    /// From accepted or approved to Running.
    QueueSeconds,
    /// A run went back into the queue, for Bedrock had no free slot.
    NoSlot,
    /// From a job's creation to its end, as Bedrock has them.
    TrainingSeconds,
    /// People were told.
    Messages,
    /// A message went back to its queue since a service failed: how long ago it was sent.
    FailingSeconds,
    /// Runs that are not over, as a sweep finds them.
    OpenRuns,
    /// How long ago the oldest of them was dropped; held ones don't count.
    OldestOpenRunSeconds,
    /// Jobs that a sweep found ended, and the ledger still has running.
    UnheardEnds,
    /// Runs that don't get on by themselves.
    StuckRuns,
    /// Items of the ledger that a sweep couldn't read.
    UnreadableItems,
    /// Runs whose launch failed, by a fault of a service or of ours.
    FailedLaunches,
    /// A sweep that could look at everything.
    Sweeps,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Metric; 16] = [
        Metric::Datasets,
        Metric::Findings,
        Metric::SecondsToVerdict,
        Metric::Runs,
        Metric::QueueSeconds,
        Metric::NoSlot,
        Metric::TrainingSeconds,
        Metric::Messages,
        Metric::FailingSeconds,
        Metric::OpenRuns,
        Metric::OldestOpenRunSeconds,
        Metric::UnheardEnds,
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
            Metric::SecondsToVerdict => "SecondsToVerdict",
            Metric::Runs => "Runs",
            Metric::QueueSeconds => "QueueSeconds",
            Metric::NoSlot => "NoSlot",
            Metric::TrainingSeconds => "TrainingSeconds",
            Metric::Messages => "Messages",
            Metric::FailingSeconds => "FailingSeconds",
            Metric::OpenRuns => "OpenRuns",
            Metric::OldestOpenRunSeconds => "OldestOpenRunSeconds",
            Metric::UnheardEnds => "UnheardEnds",
            Metric::StuckRuns => "StuckRuns",
            Metric::UnreadableItems => "UnreadableItems",
            Metric::FailedLaunches => "FailedLaunches",
            Metric::Sweeps => "Sweeps",
        }
    }

    /// Its unit, as CloudWatch spells it.
    pub fn unit(self) -> &'static str {
        match self {
            Metric::SecondsToVerdict
            | Metric::QueueSeconds
            | Metric::TrainingSeconds
            | Metric::FailingSeconds
            | Metric::OldestOpenRunSeconds => "Seconds",
            _ => "Count",
        }
    }

    /// The dimension that it has beside [`STACK`].
    pub fn dimension(self) -> Option<&'static str> {
        match self {
            Metric::Datasets => Some("Verdict"),
            Metric::Findings => Some("Code"),
            Metric::Runs | Metric::OpenRuns | Metric::TrainingSeconds => Some("State"),
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
    /// Which.
    pub metric: Metric,
    /// The value of its dimension; empty where it has none.
    pub of: String,
    /// How many, or how long.
    pub value: f64,
}

/// How a set was judged, as [`Metric::Datasets`] has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// Valid and complete.
    Accepted,
    /// Its data or its recipe is wrong.
    Rejected,
    /// Files are missing.
    Incomplete,
    /// The same content dropped again.
    Repeated,
    /// A file whose name makes it part of no set.
    Misnamed,
}

impl Judged {
    /// Every way.
    pub const ALL: [Judged; 5] =
        [Judged::Accepted, Judged::Rejected, Judged::Incomplete, Judged::Repeated, Judged::Misnamed];

    /// The dimension's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Judged::Accepted => "Accepted",
            Judged::Rejected => "Rejected",
            Judged::Incomplete => "Incomplete",
            Judged::Repeated => "Repeated",
            Judged::Misnamed => "Misnamed",
        }
    }

    /// It counts once.
    pub fn count(self) -> Count {
        Metric::Datasets.of(self.as_str(), 1.0)
    }
}

/// What there is to count once a set was judged and its run, which is new or starts again, is in the ledger.
pub fn judged(run: &Run, dropped_at: &str, now: Timestamp) -> Vec<Count> {
    let judged = if run.state == State::Rejected { Judged::Rejected } else { Judged::Accepted };
    let mut counts = vec![judged.count()];
    counts.extend(run.counts.iter().map(|(code, count)| Metric::Findings.of(code, *count as f64)));
    counts.extend(between(dropped_at, now).map(|seconds| Metric::SecondsToVerdict.is(seconds)));
    counts.extend(moved(None, run, now));
    counts
}

/// What there is to count once a run was written: `was` is how it stood before, `None` where it began.
/// Launching is over within seconds, and Rejected is a verdict; neither counts as a state.
pub fn moved(was: Option<&Run>, run: &Run, now: Timestamp) -> Vec<Count> {
    let before = was.map(|was| was.state);
    if before == Some(run.state) {
        return Vec::new();
    }
    match (before, run.state) {
        (_, State::Launching | State::Rejected) => Vec::new(),
        // Given back for another reason, such as to be stopped, it counts nothing.
        (Some(State::Launching), State::Queued) => match run.held_by {
            Some(Hold::Slot | Hold::Quota) => vec![Metric::NoSlot.is(1.0)],
            _ => Vec::new(),
        },
        (_, state) => {
            let waited = run.queued_at.as_deref().filter(|_| state == State::Running);
            let waited = waited.and_then(|since| between(since, now)).map(|seconds| Metric::QueueSeconds.is(seconds));
            std::iter::once(Metric::Runs.of(state.as_str(), 1.0)).chain(waited).collect()
        }
    }
}

/// How long a job took that left its run in `state`; `None` where Bedrock doesn't say.
pub fn trained(state: State, created_at: Option<&str>, ended_at: Option<&str>) -> Option<Count> {
    let seconds = between(created_at?, ended_at?.parse().ok()?)?;
    Some(Metric::TrainingSeconds.of(state.as_str(), seconds))
}

/// Seconds from an RFC 3339 time; never negative, for S3's and Bedrock's clocks are not ours.
fn between(then: &str, now: Timestamp) -> Option<f64> {
    let then: Timestamp = then.parse().ok()?;
    Some(((now.as_millisecond() - then.as_millisecond()) as f64 / 1000.0).max(0.0))
}

/// What a line is about, for whoever looks for it in the logs; no dimension.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    /// The run.
    pub run_id: Option<&'a str>,
    /// The dataset.
    pub dataset: Option<&'a str>,
}

/// The lines that say `counts`: one for each value of a dimension, without its line feed.
pub fn lines(stack: &str, now: Timestamp, about: About<'_>, counts: &[Count]) -> Vec<String> {
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
            line(stack, now, about, of.0.map(|name| (name, of.1.as_str())), &counts)
        })
        .collect()
}

fn line(stack: &str, now: Timestamp, about: About<'_>, of: Option<(&str, &str)>, counts: &[&Count]) -> String {
    let dimensions: Vec<&str> = [STACK].into_iter().chain(of.map(|(name, _)| name)).collect();
    let metrics: Vec<Value> =
        counts.iter().map(|count| json!({ "Name": count.metric.name(), "Unit": count.metric.unit() })).collect();
    let mut root = Map::new();
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics });
    root.insert("_aws".into(), json!({ "Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive] }));
    root.insert("level".into(), json!("INFO"));
    root.insert("timestamp".into(), json!(format!("{now:.3}")));
    let text = [("run_id", about.run_id), ("dataset", about.dataset)];
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
