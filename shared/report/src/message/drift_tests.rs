//! The sentence about drift in messages.

use tunedrop_run::State;
use tunedrop_run::event::{Event, RunDetail, RunKind};

use super::tests::shown;
use crate::samples::{HOSTILE, detail_in};

fn shown_in(run: RunDetail) -> String {
    shown(&Event::Run(RunKind::of(run.state).expect("it is announced"), Box::new(run)))
}

fn drifted(state: State) -> RunDetail {
    let drift = "Compared with the last accepted version: answers are 40% longer (median 210 characters, before 150); 12% of records are in French, before 0%; and 1 more difference.";
    RunDetail { drift: Some(drift.to_owned()), ..detail_in(state) }
}

#[test]
fn is_in_messages_before_the_training_and_when_it_starts() {
    insta::assert_snapshot!(shown_in(drifted(State::Held)));
    let settling = RunDetail { launch_after: Some("2026-11-23T04:05:00.123Z".to_owned()), ..drifted(State::Queued) };
    for run in [settling, drifted(State::Running), drifted(State::Rejected)] {
        assert!(shown_in(run).contains("\n\nCompared with the last accepted version: answers are 40% longer"));
    }
    for state in [State::Succeeded, State::Failed, State::Stopped] {
        assert!(!shown_in(drifted(state)).contains("Compared with"), "{state:?}");
    }
}

#[test]
fn is_one_line_of_text() {
    let shown = shown_in(RunDetail { drift: Some(HOSTILE.to_owned()), ..detail_in(State::Held) });
    assert!(!shown.lines().any(|line| line.starts_with("Bcc:")), "{shown}");
}
