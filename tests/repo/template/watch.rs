//! Monitoring: queues and their dead-letter queues, alarms, the dashboard, and the metrics of alarms and dashboard.
//!
//! Each check returns what is missing, so that a test can break the template and check that the problem is found.

mod breaks;
mod dashboard;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tunedrop_run::metric::{Metric, NAMESPACE, STACK};

use super::{many, named, properties, resource, template, text};

/// Rules that start a function at times. What one can't deliver is made good by the next.
const SCHEDULES: [&str; 2] = ["CleanSchedule", "SweepSchedule"];

/// Returns the queues for messages that failed too often: those that a redrive policy names.
fn dead_letters(template: &Value) -> BTreeSet<String> {
    let queues = named(template, "AWS::SQS::Queue");
    let target = |queue: &String| {
        let target = properties(template, queue)["RedrivePolicy"]["deadLetterTargetArn"].as_str()?;
        target.strip_suffix(".Arn").map(str::to_owned)
    };
    queues.iter().filter_map(target).collect()
}

/// Returns the queues of an optional webhook: for events that a rule can't deliver, with an alarm of their own.
fn undelivered(template: &Value) -> Vec<String> {
    let mut queues = named(template, "AWS::SQS::Queue");
    queues.retain(|queue| resource(template, queue)["Condition"] == "HasWebhook");
    queues
}

/// Returns the other queues.
fn working(template: &Value) -> Vec<String> {
    let (dead, undelivered) = (dead_letters(template), undelivered(template));
    let mut queues = named(template, "AWS::SQS::Queue");
    queues.retain(|queue| !dead.contains(queue) && !undelivered.contains(queue));
    queues
}

/// Returns the queues without a dead-letter queue.
fn without_dead_letters(template: &Value) -> Vec<String> {
    let queues = named(template, "AWS::SQS::Queue");
    let lacks = |queue: &&String| {
        let target = properties(template, queue)["RedrivePolicy"]["deadLetterTargetArn"].as_str();
        !target.and_then(|target| target.strip_suffix(".Arn")).is_some_and(|target| queues.iter().any(|q| q == target))
    };
    working(template).iter().filter(lacks).cloned().collect()
}

/// Returns those of `queues` whose `metric` isn't in the alarm.
fn not_in_alarm(template: &Value, alarm: &str, metric: &str, queues: impl IntoIterator<Item = String>) -> Vec<String> {
    let metrics = properties(template, alarm)["Metrics"].as_array().expect("metric math").clone();
    let watched = |queue: &String| {
        let name = json!(format!("{queue}.QueueName"));
        metrics.iter().any(|entry| {
            let of = &entry["MetricStat"]["Metric"];
            of["MetricName"] == metric && of["Dimensions"][0]["Value"] == name && of["Namespace"] == "AWS/SQS"
        })
    };
    queues.into_iter().filter(|queue| !watched(queue)).collect()
}

/// Returns the rules whose failed deliveries aren't in their alarm, by EventBridge's dimensions of the metric: the rule's
/// name on the default bus, and also the bus's name on another bus. The webhook and clean have alarms of their own: metric math
/// accepts ten metrics, and `DeliveryAlarm` has ten.
fn not_delivered_unseen(template: &Value) -> Vec<String> {
    let watched = |rule: &String| {
        let alarm = match rule.as_str() {
            "WebhookRule" => "WebhookAlarm",
            "CleanSchedule" => "CleanAlarm",
            _ => "DeliveryAlarm",
        };
        let metrics = properties(template, alarm)["Metrics"].as_array().expect("metric math");
        let dimensions = if properties(template, rule)["EventBusName"] == "Bus" {
            let name = json!([2, ["/", format!("{rule}.Arn")]]);
            json!([{"Name": "EventBusName", "Value": "Bus"}, {"Name": "RuleName", "Value": name}])
        } else {
            json!([{"Name": "RuleName", "Value": rule}])
        };
        metrics.iter().any(|entry| {
            let of = &entry["MetricStat"]["Metric"];
            of["MetricName"] == "FailedInvocations" && of["Namespace"] == "AWS/Events" && of["Dimensions"] == dimensions
        })
    };
    named(template, "AWS::Events::Rule").into_iter().filter(|rule| !watched(rule)).collect()
}

/// Returns what the alarms lack: an action, an instruction.
fn silent_alarms(template: &Value) -> Vec<String> {
    let policy = &properties(template, "TopicPolicy")["PolicyDocument"]["Statement"][0];
    let heard = many(&policy["Condition"]["ArnEquals"]["aws:SourceArn"]);
    let mut faults = Vec::new();
    for name in named(template, "AWS::CloudWatch::Alarm") {
        let alarm = properties(template, &name);
        if alarm["AlarmActions"] != json!(["Topic"]) {
            faults.push(format!("{name} has no topic"));
        }
        if alarm["OKActions"] != json!(["Topic"]) {
            faults.push(format!("{name} doesn't say when it is over"));
        }
        if !heard.contains(&format!("{name}.Arn").as_str()) {
            faults.push(format!("the topic takes nothing from {name}"));
        }
        if alarm["AlarmDescription"].as_str().is_none_or(|words| words.split(". ").count() < 2) {
            faults.push(format!("{name} doesn't say what to do"));
        }
        faults.extend(too_much_math(&name, alarm));
    }
    let arn = |name: &&str| name.strip_suffix(".Arn").map(str::to_owned);
    let known = named(template, "AWS::CloudWatch::Alarm");
    let gone = heard.iter().filter_map(arn).filter(|name| !known.contains(name));
    faults.extend(gone.map(|name| format!("the topic waits for {name}, which isn't there")));
    faults
}

/// Metric math takes at most ten metrics, a fixed quota, and the alarm watches one expression.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html>
fn too_much_math(name: &str, alarm: &Value) -> Option<String> {
    let entries = alarm["Metrics"].as_array()?;
    let shown = entries.iter().filter(|entry| entry["ReturnData"] != false);
    let expressions: Vec<&str> = shown.filter_map(|entry| entry["Expression"].as_str()).collect();
    let whole = matches!(expressions[..], [one] if one.contains("FILL(METRICS(), 0)"));
    (entries.len() > 11 || !whole).then(|| format!("{name} doesn't take in all of its metrics: {expressions:?}"))
}

/// Returns what is wrong with a reference to one of tunedrop's metrics, by its name and dimensions.
fn unknown_metric(name: &str, dimensions: &[&str]) -> Option<String> {
    let Some(metric) = Metric::ALL.into_iter().find(|metric| metric.name() == name) else {
        return Some(format!("no function emits {name}"));
    };
    let emitted: Vec<&str> = [STACK].into_iter().chain(metric.dimension()).collect();
    (dimensions != emitted).then(|| format!("{name} has the dimensions {emitted:?}, not {dimensions:?}"))
}

/// Returns what is wrong with the tunedrop metrics in alarms.
fn unknown_in_alarms(template: &Value) -> Vec<String> {
    let alarms = named(template, "AWS::CloudWatch::Alarm");
    let math = |alarm: &Value| alarm["Metrics"].as_array().cloned().unwrap_or_default();
    let metrics = alarms.iter().map(|name| properties(template, name)).flat_map(|alarm| {
        let of = math(alarm).into_iter().map(|entry| entry["MetricStat"]["Metric"].clone());
        of.chain([alarm.clone()]).collect::<Vec<_>>()
    });
    let ours: Vec<Value> = metrics.filter(|metric| metric["Namespace"] == NAMESPACE).collect();
    let look = |alarm: &Value| {
        let dimensions = alarm["Dimensions"].as_array().into_iter().flatten();
        let dimensions: Vec<&str> = dimensions.filter_map(|dimension| dimension["Name"].as_str()).collect();
        unknown_metric(alarm["MetricName"].as_str().unwrap_or_default(), &dimensions)
    };
    ours.iter().filter_map(look).collect()
}

#[test]
fn every_queue_has_a_dead_letter_queue_and_both_raise_alarms() {
    let template = template();
    assert!(working(&template).len() >= 6 && dead_letters(&template).len() >= 6, "hardly any queue was found");
    assert_eq!(without_dead_letters(&template), Vec::<String>::new());
    let (depth, age) = ("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage");
    let unwatched = not_in_alarm(&template, "DeadLetterAlarm", depth, dead_letters(&template));
    assert_eq!(unwatched, Vec::<String>::new(), "not in DeadLetterAlarm");
    let unwatched = not_in_alarm(&template, "BacklogAlarm", age, working(&template));
    assert_eq!(unwatched, ["EvaluateQueue"], "not in BacklogAlarm");
}

/// evaluate asks the models of two evaluations at a time, until its timeout. The messages of others wait meanwhile.
#[test]
fn evaluations_in_progress_raise_no_alarm() {
    let template = template();
    let alarm = properties(&template, "EvaluationBacklogAlarm");
    assert_eq!(
        (&alarm["Namespace"], &alarm["MetricName"]),
        (&json!("AWS/SQS"), &json!("ApproximateAgeOfOldestMessage"))
    );
    assert_eq!(alarm["Dimensions"][0]["Value"], "EvaluateQueue.QueueName");
    let function = properties(&template, "EvaluateFunction");
    let timeout = function["Timeout"].as_u64().expect("seconds");
    let at_once = function["Events"]["Queue"]["Properties"]["ScalingConfig"]["MaximumConcurrency"].as_u64();
    // Of eight evaluations, two are asked, and six wait.
    let waits = 6 / at_once.expect("a number") * timeout;
    assert!(alarm["Threshold"].as_u64().is_some_and(|threshold| threshold > waits), "{waits} s is no backlog");
    assert!(properties(&template, "BacklogAlarm")["Threshold"].as_u64().is_some_and(|threshold| threshold < waits));
}

#[test]
fn every_rule_is_in_the_alarm_on_failed_deliveries() {
    assert_eq!(not_delivered_unseen(&template()), Vec::<String>::new());
}

#[test]
fn undeliverable_events_go_to_a_watched_dead_letter_queue() {
    let template = template();
    let mut dead = dead_letters(&template);
    let depth = "ApproximateNumberOfMessagesVisible";
    assert_eq!(not_in_alarm(&template, "WebhookAlarm", depth, undelivered(&template)), Vec::<String>::new());
    dead.extend(undelivered(&template));
    for rule in named(&template, "AWS::Events::Rule") {
        for target in properties(&template, &rule)["Targets"].as_array().expect("targets") {
            let letters = target["DeadLetterConfig"]["Arn"].as_str();
            let watched = letters.and_then(|arn| arn.strip_suffix(".Arn")).is_some_and(|name| dead.contains(name));
            assert!(watched || SCHEDULES.contains(&rule.as_str()), "{rule} loses what it can't deliver");
        }
    }
}

#[test]
fn every_alarm_has_an_action_an_instruction_and_an_emitted_metric() {
    let template = template();
    assert_eq!(silent_alarms(&template), Vec::<String>::new());
    assert_eq!(unknown_in_alarms(&template), Vec::<String>::new());
    let page = text("docs/operations.md");
    for name in named(&template, "AWS::CloudWatch::Alarm") {
        assert!(page.contains(&format!("### {name}")), "docs/operations.md doesn't say how to try {name}");
    }
}

#[test]
fn missing_sweeps_and_stuck_runs_raise_alarms() {
    let template = template();
    let sweep = properties(&template, "SweepAlarm");
    assert_eq!(sweep["MetricName"], Metric::Sweeps.name());
    assert_eq!(sweep["TreatMissingData"], "breaching", "no heartbeat is what the alarm is for");
    assert_eq!((&sweep["ComparisonOperator"], &sweep["Threshold"]), (&json!("LessThanThreshold"), &json!(1)));
    let number = |name: &str| sweep[name].as_u64().expect("a number");
    assert_eq!(number("Period") * number("EvaluationPeriods"), 900);
    assert!(sweep["DatapointsToAlarm"].is_null(), "one period without a sweep is no quarter of an hour");
    let stuck = properties(&template, "StuckRunsAlarm");
    for (at, metric) in [(1, Metric::StuckRuns), (2, Metric::UnreadableItems)] {
        assert_eq!(stuck["Metrics"][at]["MetricStat"]["Metric"]["MetricName"], metric.name());
    }
    assert_eq!((&stuck["ComparisonOperator"], &stuck["Threshold"]), (&json!("GreaterThanThreshold"), &json!(0)));
}

#[test]
fn every_metric_is_emitted() {
    assert_eq!(not_counted(&Metric::ALL.map(Metric::name)), Vec::<String>::new());
    assert_eq!(not_counted(&["Sweeps", "Naps"]), ["Naps"]);
}

/// Returns the metrics that no code counts.
fn not_counted(names: &[&str]) -> Vec<String> {
    let steps = [
        "steps/src/deploy.rs",
        "steps/src/evaluate.rs",
        "steps/src/evaluate/answer.rs",
        "steps/src/launch/drain.rs",
        "steps/src/notify.rs",
        "steps/src/retry.rs",
        "steps/src/validate.rs",
    ];
    let files =
        ["run/src/metric.rs", "run/src/metric/dataset_result.rs", "run/src/metric/round.rs"].into_iter().chain(steps);
    let code: String = files.map(|file| text(&format!("shared/{file}"))).collect();
    let made = |name: &str| ["is", "of"].iter().any(|how| code.contains(&format!("Metric::{name}.{how}(")));
    names.iter().filter(|name| !made(name)).map(|name| (*name).to_owned()).collect()
}

#[test]
fn operations_page_describes_every_metric() {
    assert_eq!(not_described(&text("docs/operations.md")), Vec::<String>::new());
}

/// Returns the metrics that the table lacks, or has wrong.
fn not_described(page: &str) -> Vec<String> {
    let row = |metric: &Metric| {
        let dimension = metric.dimension().map_or("-".to_owned(), |name| format!("`{name}`"));
        format!("| `{}` | {} | {dimension} |", metric.name(), metric.unit())
    };
    let rows: Vec<String> = Metric::ALL.iter().map(row).collect();
    let described = |start: &str| page.lines().any(|line| line.starts_with(start));
    let mut faults: Vec<String> =
        rows.iter().filter(|start| !described(start)).map(|start| format!("no row begins: {start}")).collect();
    let table = page.lines().skip_while(|line| !line.starts_with("| Metric |")).skip(2);
    let extra =
        table.take_while(|line| line.starts_with('|')).filter(|line| !rows.iter().any(|row| line.starts_with(row)));
    faults.extend(extra.map(|line| format!("no function emits what this row names: {line}")));
    faults
}

#[test]
fn log_level_keeps_metric_lines() {
    let template = template();
    let logging = &template["Globals"]["Function"]["LoggingConfig"];
    assert_eq!((&logging["LogFormat"], &logging["ApplicationLogLevel"]), (&json!("JSON"), &json!("INFO")));
    for function in named(&template, "AWS::Serverless::Function") {
        let own = &resource(&template, &function)["Properties"]["LoggingConfig"];
        assert!(own["ApplicationLogLevel"].is_null() && own["LogFormat"].is_null(), "{function} goes its own way");
    }
}
