//! The judge's jobs: what follows from what Bedrock shows of them, and how they are stopped.

use super::*;
use crate::decide::notify::{Channel, evaluation_is_over};
use crate::evaluation::{JudgeAnswer, JudgeState};

fn scoring_entry() -> EvaluationEntry {
    in_state(EvaluationState::Scoring)
}

fn result() -> EvaluationResult {
    let result = serde_json::json!({
        "number": 1, "outcome": "keep", "sentence": "Keep.", "against": ["base"], "verdicts": { "base": "better" },
        "records": 1, "tokens_in": 1, "tokens_out": 1, "report": "s3://b/k",
    });
    serde_json::from_value(result).expect("a result")
}

#[test]
fn each_situation_of_the_jobs_has_its_step() {
    use JudgeState::{Completed, InProgress};
    let ended = || Some(JudgeState::Ended("no access".to_owned()));
    let without = || JudgeStep::Without("no access".to_owned());
    for (jobs, early, late) in [
        ([None, None], JudgeStep::Create(vec![0, 1]), None),
        ([Some(InProgress), None], JudgeStep::Create(vec![1]), None),
        ([Some(Completed), None], JudgeStep::Create(vec![1]), None),
        ([Some(InProgress), Some(Completed)], JudgeStep::Wait, None),
        ([Some(Completed), Some(Completed)], JudgeStep::Decide, Some(JudgeStep::Decide)),
        ([ended(), Some(InProgress)], without(), Some(without())),
        ([Some(Completed), ended()], without(), Some(without())),
        ([ended(), None], without(), Some(without())),
    ] {
        assert_eq!(judge(&scoring_entry(), &jobs, JUDGE_MAX_S - 1), early, "{jobs:?}");
        let found = judge(&scoring_entry(), &jobs, JUDGE_MAX_S);
        match late {
            Some(late) => assert_eq!(found, late, "{jobs:?}"),
            None => assert!(matches!(found, JudgeStep::Without(why) if why.contains("23 hours")), "{jobs:?}"),
        }
    }
}

/// A job may be shown a moment after it was accepted. To decide without it then would pay for scores that are not used.
#[test]
fn job_that_bedrock_doesnt_know_is_waited_for_two_hours() {
    use JudgeState::{Completed, InProgress, Unknown};
    assert_eq!(seen(Unknown, 7_199), InProgress);
    let ended = seen(Unknown, 7_200);
    assert!(matches!(&ended, JudgeState::Ended(words) if words.contains("doesn't know")), "{ended:?}");
    for job in [InProgress, Completed, JudgeState::Ended("no access".to_owned())] {
        assert_eq!(seen(job.clone(), 10_000), job);
    }
    assert_eq!(judge(&scoring_entry(), &[Some(Unknown), Some(Completed)], 60), JudgeStep::Wait);
}

#[test]
fn scoring_begins_when_all_answers_are_there() {
    let claimed = claim(&in_state(EvaluationState::Answering), 2_000_000_000);
    let next = scoring(&claimed, LATER).expect("a state");
    assert_eq!((next.state, next.lease_until, next.answered), (EvaluationState::Scoring, None, 3));
    assert_eq!(next.changed_at, LATER);
    assert!(scoring(&next, LATER).is_err());
    let deployment = temporary(DeploymentState::Active);
    assert!(unneeded(&deployment, Some(&next), NOW).is_some(), "no model is asked any more");
}

#[test]
fn one_function_works_on_the_judge_at_a_time() {
    let claimed = claim(&scoring_entry(), 1_796_119_320); // LATER
    assert_eq!(decide(&claimed, &[], 60, NOW), EvaluateStep::Wait);
    assert_eq!(decide(&claimed, &[], 60, LATER), EvaluateStep::Judge);
}

#[test]
fn created_job_is_known_by_its_side_and_the_claim_stays() {
    let claimed = claim(&scoring_entry(), 2_000_000_000);
    let created = judge_created(&claimed, 1, JudgeAnswer::Accepted("arn-2".into()), 0);
    let JudgeCreated::Known(next) = created else { panic!("{created:?}") };
    assert_eq!(next.judge_jobs, [("base".to_owned(), "arn-2".to_owned())].into());
    assert_eq!((next.lease_until, next.revision), (claimed.lease_until, claimed.revision + 1));
    let refused = judge_created(&claimed, 1, JudgeAnswer::Refused("no".into()), 0);
    assert_eq!(refused, JudgeCreated::Without("no".to_owned()));
}

#[test]
fn creating_a_job_is_tried_again_for_an_hour() {
    let (mut entry, mut failures) = (claim(&scoring_entry(), 2_000_000_000), 1);
    loop {
        match judge_created(&entry, 0, JudgeAnswer::Later("too many".into()), 1000) {
            JudgeCreated::Later(next) => {
                assert_eq!((next.failures, next.lease_until), (failures, Some(1240)));
                entry = *next;
            }
            other => {
                assert_eq!(other, JudgeCreated::Without("too many".to_owned()));
                break;
            }
        }
        failures += 1;
    }
    assert!(failures * 240 > 3600, "{failures}");
}

#[test]
fn ended_evaluation_stops_its_jobs_until_none_can_be_created() {
    let was = scoring_entry();
    let prefix = was.judge_prefix();
    let by_stop = stop(Some(&was), "ada", NOW).expect("stopped");
    let by_failure = failed(&was, "no", NOW).expect("failed");
    let without_judge = decided(&was, result(), false, NOW).expect("decided");
    for ended in [&by_stop, &by_failure, &without_judge] {
        assert_eq!(ended.judge_stops, [(prefix.clone(), NOW.to_owned())].into(), "{ended:?}");
        let mut notified = (*ended).clone();
        let mark = notified.outcome_key().expect("an end").mark(Channel::Topic);
        notified.notified.insert(mark, NOW.to_owned());
        assert!(!evaluation_is_over(&notified, &[Channel::Topic]), "the sweep has to find it");
        let stopped = std::slice::from_ref(&prefix);
        assert_eq!(without_stops(&notified, stopped, "2026-12-01T10:20:59.000Z"), None, "a function may be at work");
        assert_eq!(without_stops(&notified, &[], "2026-12-01T12:00:00.000Z"), None, "a job is in progress");
        let over = without_stops(&notified, stopped, "2026-12-01T10:21:00.000Z").expect("it is over");
        assert_eq!((over.judge_stops.len(), over.state), (0, ended.state));
        assert!(evaluation_is_over(&over, &[Channel::Topic]));
    }
    assert!(decided(&was, result(), true, NOW).expect("decided").judge_stops.is_empty());
    let answering = stop(Some(&in_state(EvaluationState::Answering)), "ada", NOW).expect("stopped");
    assert!(answering.judge_stops.is_empty(), "no job was created");
}

#[test]
fn new_evaluation_stops_the_jobs_of_the_one_before() {
    let stopped = stop(Some(&scoring_entry()), "ada", NOW).expect("stopped");
    let settings = crate::event::EvaluationSettings::default();
    let asked = EvaluationRequest { run: &run(NEW), settings: &settings, by: Some("ada"), bucket: "b" };
    let next = request(Some(&stopped), &asked, LATER).expect("a request");
    assert_eq!((&next.judge_stops, next.judge_jobs.len()), (&stopped.judge_stops, 0));
    assert_ne!(next.judge_prefix(), scoring_entry().judge_prefix());
    let claimed = EvaluationEntry { lease_until: Some(2_000_000_000), ..next };
    let stopped: Vec<String> = stopped.judge_stops.into_keys().collect();
    assert_eq!(without_stops(&claimed, &stopped, "2026-12-01T12:00:00.000Z"), None, "its claim would end");
}
