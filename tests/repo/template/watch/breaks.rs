//! The checks can fail: each gets a broken template.

use serde_json::{Value, json};

use super::super::template;
use super::dashboard::{body, not_shown};
use super::{
    dead_letters, not_delivered_unseen, not_described, not_in_alarm, silent_alarms, unknown_in_alarms,
    without_dead_letters, working,
};

/// Returns the template with the value at a location replaced.
fn broken(pointer: &str, value: Value) -> Value {
    let mut template = template();
    *template.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
    template
}

#[test]
fn detects_a_queue_without_dead_letter_queue() {
    let loose = broken("/Resources/LaunchQueue/Properties/RedrivePolicy", Value::Null);
    // Its dead-letter queue now belongs to no queue, and so counts as a queue of its own.
    assert_eq!(without_dead_letters(&loose), ["LaunchDeadLetterQueue", "LaunchQueue"]);
    let astray = broken("/Resources/LaunchQueue/Properties/RedrivePolicy/deadLetterTargetArn", json!("Gone.Arn"));
    assert!(without_dead_letters(&astray).contains(&"LaunchQueue".to_owned()));
}

#[test]
fn detects_a_queue_without_alarm() {
    let mut template = template();
    let mut queue = template["Resources"]["NotifyQueue"].clone();
    queue["Properties"]["RedrivePolicy"]["deadLetterTargetArn"] = json!("ExtraDeadLetterQueue.Arn");
    template["Resources"]["ExtraQueue"] = queue;
    template["Resources"]["ExtraDeadLetterQueue"] = template["Resources"]["NotifyDeadLetterQueue"].clone();
    let depth = "ApproximateNumberOfMessagesVisible";
    assert_eq!(not_in_alarm(&template, "DeadLetterAlarm", depth, dead_letters(&template)), ["ExtraDeadLetterQueue"]);
    let age = "ApproximateAgeOfOldestMessage";
    assert_eq!(not_in_alarm(&template, "BacklogAlarm", age, working(&template)), ["EvaluateQueue", "ExtraQueue"]);
    assert_eq!(not_in_alarm(&template, "BacklogAlarm", depth, working(&template)).len(), working(&template).len());
    let missed = not_shown(&template, &body(&template));
    assert_eq!(missed.len(), 2, "the dashboard lacks both: {missed:?}");
}

#[test]
fn detects_a_rule_missing_from_the_alarm() {
    let moved = broken("/Resources/LaunchRule/Properties/EventBusName", json!("OtherBus"));
    assert_eq!(not_delivered_unseen(&moved), ["LaunchRule"]);
    let forgotten = broken("/Resources/DeliveryAlarm/Properties/Metrics/1", json!({}));
    assert_eq!(not_delivered_unseen(&forgotten), ["ValidateRule"]);
    let mut template = template();
    template["Resources"]["ExtraRule"] = template["Resources"]["NotifyRule"].clone();
    assert_eq!(not_delivered_unseen(&template), ["ExtraRule"]);
}

#[test]
fn detects_an_alarm_without_action_or_instruction() {
    let sources = "/Resources/TopicPolicy/Properties/PolicyDocument/Statement/0/Condition/ArnEquals/aws:SourceArn";
    let faults = silent_alarms(&broken(sources, json!(["DeadLetterAlarm.Arn", "GoneAlarm.Arn"])));
    assert_eq!(faults.len(), 9, "{faults:?}");
    assert!(faults[8].contains("GoneAlarm"));
    let quiet = broken("/Resources/SweepAlarm/Properties/AlarmActions", json!([]));
    assert_eq!(silent_alarms(&quiet), ["SweepAlarm has no topic"]);
    let endless = broken("/Resources/SweepAlarm/Properties/OKActions", json!([]));
    assert_eq!(silent_alarms(&endless), ["SweepAlarm doesn't say when it is over"]);
    let curt = broken("/Resources/SweepAlarm/Properties/AlarmDescription", json!("No sweep"));
    assert_eq!(silent_alarms(&curt), ["SweepAlarm doesn't say what to do"]);
    let partial = broken("/Resources/DeadLetterAlarm/Properties/Metrics/0/Expression", json!("validate + launch"));
    assert_eq!(silent_alarms(&partial).len(), 1);
    let many = broken("/Resources/DeadLetterAlarm/Properties/Metrics", json!(vec![json!({}); 12]));
    assert_eq!(silent_alarms(&many).len(), 1, "more metrics than an alarm takes");
}

#[test]
fn detects_an_alarm_on_a_metric_that_is_not_emitted() {
    let alarm = broken("/Resources/SweepAlarm/Properties/MetricName", json!("Sweep"));
    assert_eq!(unknown_in_alarms(&alarm), ["no function emits Sweep"]);
    let dimension = broken("/Resources/SweepAlarm/Properties/Dimensions/0/Name", json!("StackName"));
    assert_eq!(unknown_in_alarms(&dimension).len(), 1);
    let math = "/Resources/StuckRunsAlarm/Properties/Metrics/1/MetricStat/Metric/MetricName";
    assert_eq!(unknown_in_alarms(&broken(math, json!("StuckRun"))), ["no function emits StuckRun"]);
    let template = template();
    let text = body(&template).to_string();
    for (right, wrong, faults) in [
        ("\"NoSlot\"", "\"NoSlots\"", 2),
        ("MetricName=\\\"Runs\\\"", "MetricName=\\\"Run\\\"", 2),
        ("{tunedrop,Stack,Code}", "{tunedrop,Stack}", 1),
        ("${SweepAlarm.Arn}", "", 1),
        ("${RecordFunction}", "${NotifyFunction}", 2),
    ] {
        assert!(text.contains(right), "{right} is not in the dashboard");
        let wrong = serde_json::from_str(&text.replace(right, wrong)).expect("JSON still");
        let found = not_shown(&template, &wrong);
        assert_eq!(found.len(), faults, "{right}: {found:?}");
    }
}

#[test]
fn detects_an_incomplete_page() {
    let page = super::text("docs/operations.md");
    assert_eq!(not_described(&page.replace("| `NoSlot` | Count |", "| `NoSlot` | Seconds |")).len(), 2);
    assert_eq!(not_described(&page.replace("| `Findings` | Count | `Code` |", "| `Findings` | Count | - |")).len(), 2);
}
