use super::*;
use crate::event::VERSION;

fn detail() -> Detail {
    Detail { version: VERSION, dataset: "bot".into(), run_id: Some("bot-0123456789ab".into()), ..Detail::default() }
}

#[test]
fn a_runs_event_is_about_the_run_whatever_item_it_names() {
    for state in State::ALL {
        let Some(kind) = state.announcement() else { continue };
        let said = telling(kind, &Detail { item: Some("run#other".into()), ..detail() });
        let about = Telling { item: "run#bot-0123456789ab".into(), about: About::State(state) };
        assert_eq!(said, state.is_told().then_some(about), "{state:?}");
    }
}

#[test]
fn only_a_head_is_incomplete_and_only_a_note_is_of_a_misnamed_file() {
    let about = |kind, item: &str, dataset: &str, time: &str| {
        let (item, dropped_at) = (Some(item.to_owned()), Some(time.to_owned()));
        telling(kind, &Detail { item, dataset: dataset.into(), dropped_at, ..Detail::default() })
    };
    const NOW: &str = "2026-11-23T04:00:00.000Z";
    let incomplete = |item, dataset, time| about(Kind::DatasetIncomplete, item, dataset, time).map(|said| said.item);
    assert_eq!(incomplete("set#bot", "bot", NOW).as_deref(), Some("set#bot"));
    for (item, dataset, time) in [
        ("run#bot-0123456789ab", "bot", NOW),
        ("set#other", "bot", NOW),
        ("set#../x", "../x", NOW),
        ("set#", "", NOW),
        ("set#bot", "bot", ""),
        ("set#bot", "bot", "yesterday"),
    ] {
        assert_eq!(incomplete(item, dataset, time), None, "{item} {dataset} {time}");
    }
    let long = format!("2026-11-23T04:00:00.{}Z", "0".repeat(30_000));
    assert_eq!(incomplete("set#bot", "bot", &long), None);
    let misnamed = |item| about(Kind::DatasetRejected, item, "bot", NOW).map(|said| said.about);
    assert_eq!(misnamed("name#0123456789ab"), Some(About::Misnamed));
    for item in ["run#bot-0123456789ab", "set#bot", "name#", "name#0123456789abc", "name#0123456789aB", ""] {
        assert_eq!(misnamed(item), None, "{item}");
    }
    assert_eq!(telling(Kind::DatasetRejected, &Detail::default()), None);
}

#[test]
fn only_an_accepted_run_that_waits_for_files_is_told_of() {
    let launch_after = || Some("2026-11-23T04:05:00.000Z".to_owned());
    let settling = Detail { launch_after: launch_after(), ..detail() };
    let item = "run#bot-0123456789ab".to_owned();
    let about = Telling { item, about: About::Settling };
    assert_eq!(telling(Kind::DatasetAccepted, &settling), Some(about));
    assert_eq!(telling(Kind::DatasetAccepted, &detail()), None);
    assert_eq!(telling(Kind::DatasetAccepted, &Detail { run_id: None, ..settling.clone() }), None);
    let again = Detail { repeated: true, dropped_at: launch_after(), ..settling };
    assert_eq!(telling(Kind::DatasetAccepted, &again).map(|telling| telling.about), launch_after().map(About::Again));
}

#[test]
fn commands_and_events_for_others_notify_nobody() {
    for kind in [
        Kind::DatasetAccepted,
        Kind::JobStateObserved,
        Kind::LaunchDue,
        Kind::MessageSent,
        Kind::ApproveRun,
        Kind::StopRun,
        Kind::RetryRun,
    ] {
        assert_eq!(telling(kind, &detail()), None, "{kind:?}");
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
