//! The numbers of queues and functions hold each other: nobody can lower one alone.

use serde_json::{Value, json};
use tunedrop_run::NOTE_KEPT_S;
use tunedrop_run::decide::again::Delays;
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
    Delays { first_s: seconds("TUNEDROP_RETRY_FIRST_SECONDS"), most_s: seconds("TUNEDROP_RETRY_MOST_SECONDS") }
}

/// What of a queue's numbers doesn't hold.
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
        let receives = number(&queue["RedrivePolicy"]["maxReceiveCount"]);
        let hour = i64::from(delays.receives_within(HOUR_S));
        demand(4 * hour <= receives, format!("{function}: an hour of trouble takes {hour} of {receives} receives"));
        let longest = u32::try_from(receives).map_or(0, |receives| delays.seconds_for(receives));
        demand(longest >= 6 * HOUR_S, format!("{function}: given up after {longest} s of failures"));
        // A message keeps its first time of sending in the dead-letter queue, and is deleted by it
        // (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html).
        let kept = number(&properties(template, &format!("{function}DeadLetters"))["MessageRetentionPeriod"]);
        let slowest = receives * hidden;
        demand(2 * slowest <= kept, format!("{function}: {slowest} s of {kept} s are over before it is a dead letter"));
        demand(kept >= number(&queue["MessageRetentionPeriod"]), format!("{function}: dead letters go first"));
    }
    // A message that fails has a value of FailingSeconds in each period, or the alarm doesn't see it.
    let alarm = properties(template, "BacklogAlarm")["Metrics"].as_array().expect("metric math");
    let failing = alarm.iter().find(|entry| entry["Id"] == "failing").expect("FailingSeconds is watched");
    let period = number(&failing["MetricStat"]["Period"]);
    demand(delays.most_s <= period, format!("a failing message may be unseen for {} s", delays.most_s));
    faults
}

/// How many invocations there may be at the same time, and what is wrong with one of them.
fn concurrency(template: &Value) -> Result<u64, String> {
    // The sweep is invoked by its schedule, and is over before the next tick.
    let mut all = 1;
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
        all += most.as_u64().ok_or_else(|| format!("{function}: {most}"))?;
    }
    Ok(all)
}

#[test]
fn messages_outlast_an_hour_of_trouble_and_stay_a_week_as_dead_letters() {
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
    assert_eq!(broken("/Globals/Function/Timeout", json!(61)), 3);
    assert_eq!(broken("/Resources/LaunchQueue/Properties/RedrivePolicy/maxReceiveCount", json!(5)), 2);
    assert_eq!(broken("/Resources/ValidateQueue/Properties/RedrivePolicy/maxReceiveCount", json!(200)), 1);
    assert_eq!(broken("/Resources/NotifyDeadLetters/Properties/MessageRetentionPeriod", json!(345_600)), 1);
    let variable = |name: &str| format!("/Globals/Function/Environment/Variables/TUNEDROP_RETRY_{name}_SECONDS");
    assert_eq!(broken(&variable("MOST"), json!("60")), 8);
    assert_eq!(broken(&variable("MOST"), json!("301")), 1);
}

/// docs/reliability.md, "The largest dataset, in time", has where the rates come from.
#[test]
fn the_largest_dataset_is_validated_within_the_functions_timeout() {
    let largest = 2.0 * FILE_MAX as f64;
    let seconds = largest / 66e6 + largest / (4.0 * 85e6);
    let timeout = timeout(&template(), "Validate");
    assert!(1.5 * seconds <= timeout as f64, "{seconds:.0} s of {timeout} s");
    // Lambda's limit (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
    assert!(timeout <= 900);
    let page = super::text("docs/reliability.md");
    for said in
        [format!("It has {timeout} s."), format!("| {seconds:.0} s | {:.0} % |", 100.0 * seconds / timeout as f64)]
    {
        assert!(page.contains(&said), "the page doesn't say: {said}");
    }
}

#[test]
fn all_functions_fit_into_a_new_account() {
    let template = template();
    let all = concurrency(&template).expect("numbers");
    assert!(all <= NEW_ACCOUNT, "{all} invocations at the same time");
    let mut lone = template.clone();
    lone["Resources"]["NotifyFunction"]["Properties"]["Events"]["Queue"]["Properties"]["ScalingConfig"] =
        json!({"MaximumConcurrency": 1});
    assert!(concurrency(&lone).is_err());
    let mut wide = template;
    wide["Parameters"]["ValidateConcurrency"]["Default"] = json!(4);
    assert_eq!(concurrency(&wide), Ok(NEW_ACCOUNT + 1));
}

#[test]
fn each_function_may_delay_the_messages_of_its_own_queue_alone() {
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
    assert!(number(&misnamed["ExpirationInDays"]) * DAY_S >= NOTE_KEPT_S + 14 * DAY_S);
}

#[test]
fn the_hours_until_a_run_is_stuck_are_the_sweeps() {
    let template = template();
    let variables = &properties(&template, "SweepFunction")["Environment"]["Variables"];
    assert_eq!(variables["TUNEDROP_STUCK_AFTER_HOURS"], "StuckAfterHours");
    let default = number(&template["Parameters"]["StuckAfterHours"]["Default"]);
    assert_eq!(default * HOUR_S, tunedrop_run::decide::sweep::STUCK_RUNNING_AFTER_S, "the same without a template");
}
