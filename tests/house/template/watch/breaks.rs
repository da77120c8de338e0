//! The checks can fail: each is shown a template that is broken.

use serde_json::{Value, json};

use super::super::template;
use super::dashboard::{body, not_shown};
use super::{
    dead_letters, not_delivered_unseen, not_described, not_in_alarm, unheard_alarms, unknown_in_alarms,
    without_dead_letters, working,
};

/// The template with the value at a place replaced.
fn broken(pointer: &str, value: Value) -> Value {
    let mut template = template();
    *template.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
    template
}

#[test]
fn a_queue_without_dead_letters_is_seen() {
    let loose = broken("/Resources/LaunchQueue/Properties/RedrivePolicy", Value::Null);
    // Its dead letters are nobody's now, and so a queue like another.
    assert_eq!(without_dead_letters(&loose), ["LaunchDeadLetters", "LaunchQueue"]);
    let astray = broken("/Resources/LaunchQueue/Properties/RedrivePolicy/deadLetterTargetArn", json!("Gone.Arn"));
    assert!(without_dead_letters(&astray).contains(&"LaunchQueue".to_owned()));
}

#[test]
fn a_queue_that_no_alarm_watches_is_seen() {
    let mut template = template();
    let mut queue = template["Resources"]["NotifyQueue"].clone();
    queue["Properties"]["RedrivePolicy"]["deadLetterTargetArn"] = json!("ExtraDeadLetters.Arn");
    template["Resources"]["ExtraQueue"] = queue;
    template["Resources"]["ExtraDeadLetters"] = template["Resources"]["NotifyDeadLetters"].clone();
    let depth = "ApproximateNumberOfMessagesVisible";
    assert_eq!(not_in_alarm(&template, "DeadLettersAlarm", depth, dead_letters(&template)), ["ExtraDeadLetters"]);
    let age = "ApproximateAgeOfOldestMessage";
    assert_eq!(not_in_alarm(&template, "BacklogAlarm", age, working(&template)), ["ExtraQueue"]);
    assert_eq!(not_in_alarm(&template, "BacklogAlarm", depth, working(&template)).len(), working(&template).len());
    let missed = not_shown(&template, &body(&template));
    assert_eq!(missed.len(), 2, "the dashboard lacks both: {missed:?}");
}

#[test]
fn a_rule_without_its_dimensions_in_the_alarm_is_seen() {
    let moved = broken("/Resources/LaunchRule/Properties/EventBusName", json!("OtherBus"));
    assert_eq!(not_delivered_unseen(&moved), ["LaunchRule"]);
    let forgotten = broken("/Resources/DeliveryAlarm/Properties/Metrics/1", json!({}));
    assert_eq!(not_delivered_unseen(&forgotten), ["ValidateRule"]);
    let mut template = template();
    template["Resources"]["ExtraRule"] = template["Resources"]["NotifyRule"].clone();
    assert_eq!(not_delivered_unseen(&template), ["ExtraRule"]);
}

#[test]
fn an_alarm_that_is_not_heard_or_says_nothing_is_seen() {
    let sources = "/Resources/TopicPolicy/Properties/PolicyDocument/Statement/0/Condition/ArnEquals/aws:SourceArn";
    let faults = unheard_alarms(&broken(sources, json!(["DeadLettersAlarm.Arn", "GoneAlarm.Arn"])));
    assert_eq!(faults.len(), 7, "{faults:?}");
    assert!(faults[6].contains("GoneAlarm"));
    let quiet = broken("/Resources/SweepAlarm/Properties/AlarmActions", json!([]));
    assert_eq!(unheard_alarms(&quiet), ["SweepAlarm tells nobody"]);
    let endless = broken("/Resources/SweepAlarm/Properties/OKActions", json!([]));
    assert_eq!(unheard_alarms(&endless), ["SweepAlarm doesn't say when it is over"]);
    let curt = broken("/Resources/SweepAlarm/Properties/AlarmDescription", json!("No sweep"));
    assert_eq!(unheard_alarms(&curt), ["SweepAlarm doesn't say what to do"]);
    let partial = broken("/Resources/DeadLettersAlarm/Properties/Metrics/0/Expression", json!("validate + launch"));
    assert_eq!(unheard_alarms(&partial).len(), 1);
    let many = broken("/Resources/DeadLettersAlarm/Properties/Metrics", json!(vec![json!({}); 12]));
    assert_eq!(unheard_alarms(&many).len(), 1, "more metrics than an alarm takes");
}

#[test]
fn a_metric_that_nobody_emits_is_seen() {
    let alarm = broken("/Resources/SweepAlarm/Properties/MetricName", json!("Sweep"));
    assert_eq!(unknown_in_alarms(&alarm), ["Sweep is emitted by nobody"]);
    let dimension = broken("/Resources/SweepAlarm/Properties/Dimensions/0/Name", json!("StackName"));
    assert_eq!(unknown_in_alarms(&dimension).len(), 1);
    let math = "/Resources/StuckRunsAlarm/Properties/Metrics/1/MetricStat/Metric/MetricName";
    assert_eq!(unknown_in_alarms(&broken(math, json!("StuckRun"))), ["StuckRun is emitted by nobody"]);
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
fn a_page_that_is_not_whole_is_seen() {
    let page = super::text("docs/operations.md");
    assert_eq!(not_described(&page.replace("| `NoSlot` | Count |", "| `NoSlot` | Seconds |")).len(), 2);
    assert_eq!(not_described(&page.replace("| `Findings` | Count | `Code` |", "| `Findings` | Count | - |")).len(), 2);
}
