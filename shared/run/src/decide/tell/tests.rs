use super::*;
use crate::RunId;
use crate::event::RunCommand;

const NOW: &str = "2026-11-23T04:00:00.000Z";

fn run_id() -> RunId {
    "bot-0123456789ab".parse().unwrap()
}

fn telling_of(item: &str, about: About) -> Option<Telling> {
    Some(Telling { item: item.to_owned(), about })
}

#[test]
fn each_state_that_people_are_told_of_is_looked_up_in_its_run() {
    for state in State::ALL {
        let Some(kind) = RunKind::of(state) else { continue };
        let about = telling_of("run#bot-0123456789ab", About::State(state)).filter(|_| state.is_told());
        assert_eq!(telling(Hint::Run(kind, run_id())), about, "{state:?}");
    }
}

#[test]
fn what_is_no_state_is_looked_up_in_its_item() {
    let run = "run#bot-0123456789ab";
    assert_eq!(telling(Hint::Run(RunKind::Waiting, run_id())), telling_of(run, About::Waiting));
    let dropped_at = || NOW.to_owned();
    let again = Hint::Repeated { run_id: run_id(), dropped_at: dropped_at() };
    assert_eq!(telling(again), telling_of(run, About::Again(dropped_at())));
    let settling = Hint::Settling { run_id: run_id(), launch_after: dropped_at() };
    assert_eq!(telling(settling), telling_of(run, About::Settling));
    let incomplete = Hint::Incomplete { dataset: "bot".to_owned(), dropped_at: dropped_at() };
    assert_eq!(telling(incomplete), telling_of("set#bot", About::Incomplete(dropped_at())));
    let misnamed = Hint::Misnamed { item: "name#0123456789ab".to_owned() };
    assert_eq!(telling(misnamed), telling_of("name#0123456789ab", About::Misnamed));
}

#[test]
fn commands_and_events_for_others_notify_nobody() {
    let command = |command| Hint::Command { command, run_id: run_id(), by: None };
    for hint in [
        Hint::Run(RunKind::Accepted, run_id()),
        Hint::JobStateObserved(run_id()),
        Hint::LaunchDue(None),
        Hint::LaunchDue(Some(run_id())),
        Hint::MessageSent,
        command(RunCommand::Approve),
        command(RunCommand::Stop),
        command(RunCommand::Retry),
    ] {
        assert_eq!(telling(hint.clone()), None, "{hint:?}");
    }
}

#[test]
fn answers_have_one_mark_with_the_newest_time_and_earlier_marks_are_read() {
    let again = |time: &str| About::Again(time.to_owned());
    let told = |mark: &str, value: &str| BTreeMap::from([(mark.to_owned(), value.to_owned())]);
    for (way, mark) in [(Way::Topic, "again"), (Way::Chat, "chat again"), (Way::Bus, "bus again")] {
        assert_eq!(again("2").mark(way), mark);
        assert!(again("2").is_told(&told(mark, "2"), way) && again("2").is_told(&told(mark, "3"), way));
        assert!(!again("2").is_told(&told(mark, "1"), way) && !again("2").is_told(&BTreeMap::new(), way));
        assert!(again("2").is_told(&told(&format!("{mark} 2"), "later"), way));
        assert!(!again("2").is_told(&told(&format!("{mark} 1"), "later"), way));
    }
    assert!(About::State(State::Held).is_told(&told("Held", "any time"), Way::Topic));
    assert!(!About::State(State::Held).is_told_on(&told("Held", "any time"), ways(false)));
}
