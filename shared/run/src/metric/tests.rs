use std::collections::BTreeMap;

use super::*;
use crate::SCHEMA;
use crate::decide::sweep::STUCK_RUNNING_AFTER_S;

const NOW: &str = "2026-11-23T12:00:00.250Z";

fn now() -> Timestamp {
    NOW.parse().expect("a time")
}

fn run(state: State) -> Run {
    let written = json!({
        "schema": SCHEMA, "run_id": "support-bot-0123456789ab", "revision": 1, "dataset": "support-bot",
        "state": state, "identity": "", "attempt": 1,
        "uploaded_at": "2026-11-23T11:00:00.000Z", "changed_at": "2026-11-23T11:30:00.000Z",
        "queued_at": "2026-11-23T11:00:10.000Z",
    });
    serde_json::from_value(written).expect("a run")
}

fn round(runs: &[(Run, bool)]) -> BTreeMap<String, f64> {
    let mut round = Round::new(STUCK_RUNNING_AFTER_S);
    for (run, ended) in runs {
        round.see(run, *ended, now());
    }
    let name =
        |count: &Count| format!("{}{}{}", count.metric.name(), if count.of.is_empty() { "" } else { " " }, count.of);
    round.counts(true).iter().map(|count| (name(count), count.value)).collect()
}

#[test]
fn a_line_is_a_document_of_the_format() {
    let fields = LogFields { run_id: Some("support-bot-0123456789ab"), dataset: Some("support-bot") };
    let counts = [Metric::QueueSeconds.is(2.5), Metric::Runs.of("Running", 1.0), Metric::NoSlot.is(1.0)];
    let lines = lines("prod", now(), fields, &counts);
    let parsed: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let first = json!({
        "_aws": {
            "Timestamp": 1_795_435_200_250_i64,
            "CloudWatchMetrics": [{
                "Namespace": "tunedrop",
                "Dimensions": [["Stack"]],
                "Metrics": [{ "Name": "QueueSeconds", "Unit": "Seconds" }, { "Name": "NoSlot", "Unit": "Count" }],
            }],
        },
        "level": "INFO", "timestamp": NOW,
        "run_id": "support-bot-0123456789ab", "dataset": "support-bot",
        "Stack": "prod", "QueueSeconds": 2.5, "NoSlot": 1.0,
    });
    assert_eq!(parsed[0], first);
    assert_eq!(parsed[1]["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Stack", "State"]]));
    assert_eq!((&parsed[1]["State"], &parsed[1]["Runs"]), (&json!("Running"), &json!(1.0)));
    assert_eq!(parsed.len(), 2);
    assert!(lines.iter().all(|line| !line.contains('\n')));
}

#[test]
fn each_value_of_a_dimension_has_a_line_of_its_own() {
    let counts = [Metric::Findings.of("blank-line", 3.0), Metric::Findings.of("unpaired-turn", 1.0)];
    let lines = lines("prod", now(), LogFields::default(), &counts);
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains(r#""Code":"blank-line""#) && lines[1].contains(r#""Code":"unpaired-turn""#));
    assert!(!lines[0].contains("dataset"), "what is not known is left out");
}

#[test]
fn no_document_can_hold_more_metrics_than_cloudwatch_takes() {
    let mut names: Vec<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Metric::ALL.len());
    assert!(names.len() <= 100);
    let members = ["_aws", "level", "timestamp", "run_id", "dataset", STACK];
    assert!(names.iter().all(|name| !members.contains(name)), "a metric must not overwrite another member");
}

#[test]
fn a_verdict_counts_its_findings_and_how_long_it_took() {
    let counts = BTreeMap::from([("blank-line".to_owned(), 2), ("unpaired-turn".to_owned(), 40)]);
    let rejected = Run { counts, ..run(State::Rejected) };
    let wanted = [
        Metric::Datasets.of("Rejected", 1.0),
        Metric::Findings.of("blank-line", 2.0),
        Metric::Findings.of("unpaired-turn", 40.0),
        Metric::SecondsToResult.is(1.25),
    ];
    assert_eq!(validated(&rejected, "2026-11-23T11:59:59Z", now()), wanted);
    let later = validated(&run(State::Queued), "2026-11-23T12:00:01Z", now());
    let wanted = [DatasetResult::Accepted.count(), Metric::SecondsToResult.is(0.0), Metric::Runs.of("Queued", 1.0)];
    assert_eq!(later, wanted, "another clock's future is no time at all");
}

#[test]
fn every_state_is_counted_once_when_it_is_reached() {
    for state in State::ALL {
        assert_eq!(moved(Some(&run(state)), &run(state), now()), [], "{state:?} again");
        let counts = moved(Some(&run(State::Launching)), &run(state), now());
        let wanted = match state {
            State::Launching | State::Rejected => vec![],
            State::Queued => vec![],
            State::Running => vec![Metric::Runs.of("Running", 1.0), Metric::QueueSeconds.is(3590.25)],
            _ => vec![Metric::Runs.of(state.as_str(), 1.0)],
        };
        assert_eq!(counts, wanted, "{state:?}");
    }
    for hold in [Blocker::Slot, Blocker::Quota, Blocker::Budget, Blocker::DailyLimit, Blocker::Permission] {
        let back = Run { blocked_by: Some(hold), ..run(State::Queued) };
        let wanted: &[Count] =
            if matches!(hold, Blocker::Slot | Blocker::Quota) { &[Metric::NoSlot.is(1.0)] } else { &[] };
        assert_eq!(moved(Some(&run(State::Launching)), &back, now()), wanted, "{hold:?}");
    }
    assert_eq!(moved(Some(&run(State::Held)), &run(State::Queued), now()), [Metric::Runs.of("Queued", 1.0)]);
    let older = Run { queued_at: None, ..run(State::Running) };
    assert_eq!(moved(None, &older, now()), [Metric::Runs.of("Running", 1.0)], "an older version kept no such time");
}

#[test]
fn training_is_as_long_as_bedrock_says() {
    let (from, to) = (Some("2026-11-23T10:00:00Z"), Some("2026-11-23T11:00:00.5Z"));
    assert_eq!(trained(State::Succeeded, from, to), Some(Metric::TrainingSeconds.of("Succeeded", 3600.5)));
    assert_eq!(trained(State::Failed, from, None), None);
    assert_eq!(trained(State::Failed, Some("yesterday"), to), None);
}

#[test]
fn a_sweep_without_runs_counts_zero() {
    let counts = round(&[]);
    let names: Vec<&str> = counts.keys().map(String::as_str).collect();
    let wanted = [
        "MissedJobEnds",
        "OldestOpenRunSeconds",
        "OpenRuns Held",
        "OpenRuns Launching",
        "OpenRuns Queued",
        "OpenRuns Running",
        "StuckRuns",
        "Sweeps",
        "UnreadableItems",
    ];
    assert_eq!(names, wanted);
    assert!(counts.iter().all(|(name, value)| *value == f64::from(u8::from(name == "Sweeps"))));
    assert!(
        !Round::new(STUCK_RUNNING_AFTER_S).counts(false).contains(&Metric::Sweeps.is(1.0)),
        "half a round is no heartbeat"
    );
}

#[test]
fn counts_the_oldest_the_missed_and_the_stuck_runs() {
    let uploaded_at = |uploaded_at: &str, state| Run { uploaded_at: uploaded_at.to_owned(), ..run(state) };
    let yesterday = |state| Run { changed_at: "2026-11-22T11:59:00.000Z".to_owned(), ..run(state) };
    let counts = round(&[
        (uploaded_at("2026-11-01T00:00:00.000Z", State::Held), false),
        (uploaded_at("2026-11-23T11:59:00.000Z", State::Queued), false),
        (uploaded_at("2026-11-01T00:00:00.000Z", State::Succeeded), false),
        (yesterday(State::Running), true),
        (yesterday(State::Running), false),
        (run(State::Running), false),
    ]);
    for (name, value) in [
        ("OpenRuns Held", 1.0),
        ("OpenRuns Queued", 1.0),
        ("OpenRuns Running", 3.0),
        ("OldestOpenRunSeconds", 3600.25),
        ("MissedJobEnds", 1.0),
        ("StuckRuns", 1.0),
    ] {
        assert_eq!(counts[name], value, "{name}: {counts:?}");
    }
}

#[test]
fn the_list_is_whole() {
    // A metric that is missing in the list doesn't compile here.
    for (at, metric) in Metric::ALL.into_iter().enumerate() {
        let place = match metric {
            Metric::Datasets => 0,
            Metric::Findings => 1,
            Metric::SecondsToResult => 2,
            Metric::Runs => 3,
            Metric::QueueSeconds => 4,
            Metric::NoSlot => 5,
            Metric::TrainingSeconds => 6,
            Metric::Deployments => 7,
            Metric::Evaluations => 8,
            Metric::EvaluationAnswers => 9,
            Metric::EvaluationTokens => 10,
            Metric::Messages => 11,
            Metric::FailingMessageSeconds => 12,
            Metric::OpenRuns => 13,
            Metric::OldestOpenRunSeconds => 14,
            Metric::MissedJobEnds => 15,
            Metric::StuckRuns => 16,
            Metric::UnreadableItems => 17,
            Metric::FailedLaunches => 18,
            Metric::Sweeps => 19,
        };
        assert_eq!(at, place, "{metric:?}");
        assert_eq!(format!("{metric:?}"), metric.name());
        assert_eq!(metric.unit() == "Seconds", metric.name().contains("Seconds"));
    }
}
