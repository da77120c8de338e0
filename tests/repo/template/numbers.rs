//! The numbers of queues and functions depend on each other: none can be lowered alone.

use serde_json::{Value, json};
use tunedrop_run::MISNAMED_KEPT_S;
use tunedrop_run::decide::redelivery::Delays;
use tunedrop_run::decide::{deploy, evaluate};
use tunedrop_validation::FILE_MAX;

use super::{QUEUED, capital, named, properties, statements, template};

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;
/// How many invocations a new account may have at the same time. AWS says "reduced concurrency"
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>), and people report this many
/// (<https://github.com/awslabs/fhir-works-on-aws-deployment/issues/691>).
const NEW_ACCOUNT: u64 = 10;

#[track_caller]
fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is not a whole number"))
}

fn timeout(template: &Value, function: &str) -> i64 {
    let own = &properties(template, &format!("{function}Function"))["Timeout"];
    number(if own.is_null() { &template["Globals"]["Function"]["Timeout"] } else { own })
}

fn delays(template: &Value) -> Delays {
    let variables = &template["Globals"]["Function"]["Environment"]["Variables"];
    let seconds = |name: &str| variables[name].as_str().and_then(|text| text.parse().ok()).expect("seconds");
    Delays { first_s: seconds("TUNEDROP_RETRY_MIN_SECONDS"), most_s: seconds("TUNEDROP_RETRY_MAX_SECONDS") }
}

/// Returns how often a message is received although nothing fails: those of deploy and evaluate wait in the queue while
/// Bedrock works.
fn receives_without_failure(function: &str) -> i64 {
    match function {
        "Deploy" => deploy::LOOKS_MAX,
        "Evaluate" => evaluate::LOOKS_MAX,
        _ => 0,
    }
}

/// Returns which of a queue's numbers are wrong.
fn faults(template: &Value) -> Vec<String> {
    let delays = delays(template);
    let mut faults = Vec::new();
    let mut demand = |holds: bool, fault: String| {
        if !holds {
            faults.push(fault);
        }
    };
    for function in QUEUED.map(capital) {
        let queue = properties(template, &format!("{function}Queue"));
        let (timeout, hidden) = (timeout(template, &function), number(&queue["VisibilityTimeout"]));
        // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html; there is no batching window to add.
        demand(hidden >= 6 * timeout, format!("{function}: hidden for {hidden} s, less than six times {timeout} s"));
        let source = &properties(template, &format!("{function}Function"))["Events"]["Queue"]["Properties"];
        demand(source["MaximumBatchingWindowInSeconds"].is_null(), format!("{function}: a window has to be added"));
        let all_receives = number(&queue["RedrivePolicy"]["maxReceiveCount"]);
        let receives = all_receives - receives_without_failure(&function);
        let hour = i64::from(delays.receives_within(HOUR_S));
        demand(4 * hour <= receives, format!("{function}: an hour of trouble takes {hour} of {receives} receives"));
        let longest = u32::try_from(receives).map_or(0, |receives| delays.seconds_for(receives));
        demand(longest >= 6 * HOUR_S, format!("{function}: given up after {longest} s of failures"));
        // A message keeps its first time of sending in the dead-letter queue, and is deleted by it
        // (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html).
        let kept = number(&properties(template, &format!("{function}DeadLetterQueue"))["MessageRetentionPeriod"]);
        let slowest = all_receives * hidden;
        demand(2 * slowest <= kept, format!("{function}: {slowest} s of {kept} s are over before it is a dead letter"));
        demand(
            kept >= number(&queue["MessageRetentionPeriod"]),
            format!("{function}: its dead-letter queue loses messages before its queue does"),
        );
    }
    // A message that fails has a value of FailingMessageSeconds in each period, or the alarm doesn't see it.
    let alarm = properties(template, "BacklogAlarm")["Metrics"].as_array().expect("metric math");
    let failing = alarm.iter().find(|entry| entry["Id"] == "failing").expect("FailingMessageSeconds is watched");
    let period = number(&failing["MetricStat"]["Period"]);
    demand(delays.most_s <= period, format!("a failing message may be unseen for {} s", delays.most_s));
    faults
}

/// Invocations at the same time.
#[derive(Debug, PartialEq)]
struct Concurrency {
    /// All that the queues may cause.
    all: u64,
    /// All of the functions that may run for minutes, and one of each other function, which takes seconds.
    with_long_ones: u64,
}

/// Returns how many invocations there may be at the same time, and which settings are wrong.
///
/// The sweep counts as one. EventBridge invokes it asynchronously, and Lambda tries such an invocation again while no
/// execution is free (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>).
fn concurrency(template: &Value) -> Result<Concurrency, String> {
    let mut found = Concurrency { all: 0, with_long_ones: 1 };
    for function in QUEUED.map(capital) {
        let source = &properties(template, &format!("{function}Function"))["Events"]["Queue"]["Properties"];
        let most = &source["ScalingConfig"]["MaximumConcurrency"];
        let (most, least) = match most.as_str() {
            Some(parameter) => {
                let parameter = &template["Parameters"][parameter];
                (&parameter["Default"], parameter["MinValue"].as_u64())
            }
            None => (most, most.as_u64()),
        };
        // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html: from 2 to 1,000.
        if least.is_none_or(|least| least < 2) {
            return Err(format!("{function} has no concurrency that Lambda takes"));
        }
        let most = most.as_u64().ok_or_else(|| format!("{function}: {most}"))?;
        found.all += most;
        found.with_long_ones += if timeout(template, &function) > 60 { most } else { 1 };
    }
    Ok(found)
}

#[test]
fn messages_survive_an_outage_of_an_hour_and_stay_a_week_in_the_dead_letter_queue() {
    assert_eq!(faults(&template()), Vec::<String>::new());
}

#[test]
fn no_number_can_be_lowered_alone() {
    let broken = |pointer: &str, value: Value| {
        let mut template = template();
        *template.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
        faults(&template).len()
    };
    assert_eq!(broken("/Resources/ValidateQueue/Properties/VisibilityTimeout", json!(930)), 1);
    assert_eq!(broken("/Resources/ValidateFunction/Properties/Timeout", json!(901)), 1);
    assert_eq!(broken("/Globals/Function/Timeout", json!(61)), 4);
    assert_eq!(broken("/Resources/LaunchQueue/Properties/RedrivePolicy/maxReceiveCount", json!(5)), 2);
    assert_eq!(broken("/Resources/ValidateQueue/Properties/RedrivePolicy/maxReceiveCount", json!(200)), 1);
    assert_eq!(broken("/Resources/DeployQueue/Properties/RedrivePolicy/maxReceiveCount", json!(100)), 2);
    assert_eq!(broken("/Resources/EvaluateQueue/Properties/RedrivePolicy/maxReceiveCount", json!(100)), 1);
    assert_eq!(broken("/Resources/EvaluateQueue/Properties/RedrivePolicy/maxReceiveCount", json!(120)), 1);
    assert_eq!(broken("/Resources/NotifyDeadLetterQueue/Properties/MessageRetentionPeriod", json!(345_600)), 1);
    let variable = |name: &str| format!("/Globals/Function/Environment/Variables/TUNEDROP_RETRY_{name}_SECONDS");
    assert_eq!(broken(&variable("MAX"), json!("60")), 12);
    assert_eq!(broken(&variable("MAX"), json!("301")), 1);
}

/// docs/reliability.md, "The largest dataset, in time", has where the rates come from.
#[test]
fn largest_dataset_is_validated_within_the_timeout() {
    let largest = 2.0 * FILE_MAX as f64;
    let seconds = largest / 66e6 + largest / (4.0 * 85e6);
    let timeout = timeout(&template(), "Validate");
    assert!(1.5 * seconds <= timeout as f64, "{seconds:.0} s of {timeout} s");
    // Lambda's limit (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
    assert!(timeout <= 900);
    let page = super::text("docs/reliability.md");
    for sentence in
        [format!("It has {timeout} s."), format!("| {seconds:.0} s | {:.0} % |", 100.0 * seconds / timeout as f64)]
    {
        assert!(page.contains(&sentence), "the page doesn't say: {sentence}");
    }
}

#[test]
fn long_invocations_leave_each_function_one_in_a_new_account() {
    let template = template();
    let Concurrency { all, with_long_ones } = concurrency(&template).expect("numbers");
    assert!(with_long_ones <= NEW_ACCOUNT, "{with_long_ones} invocations at the same time");
    // Two more than a new account allows: two for each queue is Lambda's minimum.
    let page = super::text("docs/operations.md");
    let sentence = format!("The queues may cause {all} concurrent executions");
    assert!(page.contains(&sentence), "the page doesn't say: {sentence}");
    let mut lone = template.clone();
    lone["Resources"]["NotifyFunction"]["Properties"]["Events"]["Queue"]["Properties"]["ScalingConfig"] =
        json!({"MaximumConcurrency": 1});
    assert!(concurrency(&lone).is_err());
    let mut wide = template;
    wide["Parameters"]["ValidateConcurrency"]["Default"] = json!(4);
    assert_eq!(concurrency(&wide), Ok(Concurrency { all: all + 2, with_long_ones: NEW_ACCOUNT + 1 }));
}

#[test]
fn each_function_may_delay_messages_of_its_own_queue_only() {
    let template = template();
    let mut may = Vec::new();
    for role in named(&template, "AWS::IAM::Role") {
        for statement in statements(properties(&template, &role)) {
            if statement["Action"].to_string().contains("ChangeMessageVisibility") {
                assert_eq!((&statement["Sid"], &statement["Effect"]), (&json!("DelayMessages"), &json!("Allow")));
                may.push((role.clone(), statement["Resource"].as_str().unwrap_or_default().to_owned()));
            }
        }
    }
    let mut own = QUEUED.map(|name| (format!("{}Role", capital(name)), format!("{}Queue.Arn", capital(name)))).to_vec();
    own.sort();
    may.sort();
    assert_eq!(may, own);
    for function in QUEUED.map(capital) {
        let variables = &properties(&template, &format!("{function}Function"))["Environment"]["Variables"];
        assert_eq!(variables["TUNEDROP_QUEUE_URL"], format!("{function}Queue"));
    }
}

#[test]
fn notes_on_misnamed_files_expire_before_their_reports() {
    let template = template();
    let live = &properties(&template, "Table")["TimeToLiveSpecification"];
    assert_eq!(live, &json!({"AttributeName": "expires_at", "Enabled": true}));
    let rules = properties(&template, "Bucket")["LifecycleConfiguration"]["Rules"].as_array().expect("rules");
    let misnamed = rules.iter().find(|rule| rule["Prefix"] == "reports/_/").expect("a rule on their reports");
    // DynamoDB may take a few days to delete what has expired.
    assert!(number(&misnamed["ExpirationInDays"]) * DAY_S >= MISNAMED_KEPT_S + 14 * DAY_S);
}

#[test]
fn stuck_after_hours_has_the_default_of_the_sweep() {
    let template = template();
    let variables = &properties(&template, "SweepFunction")["Environment"]["Variables"];
    assert_eq!(variables["TUNEDROP_STUCK_AFTER_HOURS"], "StuckAfterHours");
    let default = number(&template["Parameters"]["StuckAfterHours"]["Default"]);
    assert_eq!(default * HOUR_S, tunedrop_run::decide::sweep::STUCK_RUNNING_AFTER_S, "the same without a template");
}
