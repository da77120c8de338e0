use super::*;

const NOW_S: i64 = 1_796_119_260;

#[test]
fn asking_fails_with_bedrocks_words_after_a_number_of_failures() {
    let mut was = in_state(EvaluationState::Answering);
    let mut pauses = 0;
    for failures in 1..FAILURES_MAX {
        let claimed = claim(&was, NOW_S + 900);
        let next = failed_to_ask(&claimed, "base", "Too many requests", NOW, NOW_S).expect("it is in progress");
        assert_eq!((next.state, next.failures), (EvaluationState::Answering, failures));
        assert_eq!(next.revision, claimed.revision + 1);
        // The first ones are tried again at once. Then the claim of the function that failed becomes a pause.
        assert_eq!(next.lease_until.is_some(), failures > 3, "{failures}");
        pauses += next.lease_until.map_or(0, |until| until - NOW_S);
        was = next;
    }
    assert!(pauses > 3_600, "{pauses} seconds of trouble at Bedrock would end an evaluation");
    let next = failed_to_ask(&claim(&was, NOW_S + 900), "base", "Too many requests", NOW, NOW_S).expect("an end");
    assert_eq!((next.state, next.failures, next.lease_until), (EvaluationState::Failed, FAILURES_MAX, None));
    assert_eq!(next.reason.as_deref(), Some("asking the model of base failed 20 times: Too many requests"));
    assert!(failed_to_ask(&next, "base", "Too many requests", NOW, NOW_S).is_err());
}

#[test]
fn a_pause_keeps_functions_from_asking_until_its_end() {
    let was = EvaluationEntry { failures: 9, ..in_state(EvaluationState::Answering) };
    let now = NOW.parse::<Timestamp>().expect("a time").as_second();
    let paused = failed_to_ask(&claim(&was, now + 900), "base", "no", NOW, now).expect("it is in progress");
    let active = || [Some(temporary(DeploymentState::Active)), None];
    assert_eq!(decide(&paused, &active(), 60, NOW), EvaluateStep::Wait);
    assert_eq!(decide(&paused, &active(), 360, "2026-12-01T10:06:00.000Z"), EvaluateStep::Answer);
    assert!(stop(Some(&paused), "ada", NOW).is_ok());
}
