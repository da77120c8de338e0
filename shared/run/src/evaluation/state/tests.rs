use tunedrop_evaluation::Outcome;

use super::{EvaluationInput as Input, EvaluationState, next};

/// Every pair of a state and an input: a column per input, `-` where nothing changes.
#[test]
fn every_input_in_every_state() {
    let inputs = [
        Input::Requested,
        Input::Prepared,
        Input::Refused,
        Input::Ready,
        Input::DeploymentGone,
        Input::JudgeStarted,
        Input::Decided(Outcome::Keep),
        Input::Decided(Outcome::Drop),
        Input::Decided(Outcome::Undecided),
        Input::Failed,
        Input::StopAsked,
    ];
    let table = "
        Waiting   -       Deploying Refused -         -         -       -    -       -         Failed Stopped
        Deploying -       -         -       Answering -         -       -    -       -         Failed Stopped
        Answering -       -         -       -         Deploying Scoring Kept Dropped Undecided Failed Stopped
        Scoring   -       -         -       -         -         -       Kept Dropped Undecided Failed Stopped
        Kept      Waiting -         -       -         -         -       -    -       -         -      -
        Dropped   Waiting -         -       -         -         -       -    -       -         -      -
        Undecided Waiting -         -       -         -         -       -    -       -         -      -
        Failed    Waiting -         -       -         -         -       -    -       -         -      -
        Refused   Waiting -         -       -         -         -       -    -       -         -      -
        Stopped   Waiting -         -       -         -         -       -    -       -         -      -";
    let rows: Vec<Vec<&str>> = table.trim().lines().map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), EvaluationState::ALL.len());
    for (state, row) in EvaluationState::ALL.into_iter().zip(rows) {
        assert_eq!((row[0], row.len()), (state.as_str(), inputs.len() + 1));
        for (input, expected) in inputs.into_iter().zip(&row[1..]) {
            let after = next(state, input).map_or("-", EvaluationState::as_str);
            assert_eq!(after, *expected, "{state:?} {input:?}");
        }
    }
}

#[test]
fn ends_are_decided_or_not() {
    for state in EvaluationState::ALL {
        assert!(state.is_end() || !state.is_decided(), "{state:?}");
        assert_eq!(next(state, Input::Requested).is_ok(), state.is_end(), "{state:?}");
        assert_eq!(next(state, Input::StopAsked).is_ok(), !state.is_end(), "{state:?}");
    }
}
