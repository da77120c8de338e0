use super::*;
use crate::RunId;
use crate::event::RunCommand;

const NOW: &str = "2026-11-23T04:00:00.000Z";

fn run_id() -> RunId {
    "bot-0123456789ab".parse().unwrap()
}

fn notification_of(item: &str, key: NotificationKey) -> Option<Notification> {
    Some(Notification { item: item.to_owned(), key })
}

#[test]
fn each_notified_state_is_looked_up_in_its_run() {
    for state in State::ALL {
        let Some(kind) = RunKind::of(state) else { continue };
        let key =
            notification_of("run#bot-0123456789ab", NotificationKey::State(state)).filter(|_| state.is_notified());
        assert_eq!(notification(Hint::Run(kind, run_id())), key, "{state:?}");
    }
}

#[test]
fn other_notifications_are_looked_up_in_their_item() {
    let run = "run#bot-0123456789ab";
    assert_eq!(notification(Hint::Run(RunKind::Blocked, run_id())), notification_of(run, NotificationKey::Blocked));
    let uploaded_at = || NOW.to_owned();
    let again = Hint::Reuploaded { run_id: run_id(), uploaded_at: uploaded_at() };
    assert_eq!(notification(again), notification_of(run, NotificationKey::Reupload(uploaded_at())));
    let settling = Hint::Settling { run_id: run_id(), launch_after: uploaded_at() };
    assert_eq!(notification(settling), notification_of(run, NotificationKey::Settling));
    let incomplete = Hint::Incomplete { dataset: "bot".to_owned(), uploaded_at: uploaded_at() };
    assert_eq!(notification(incomplete), notification_of("dataset#bot", NotificationKey::Incomplete(uploaded_at())));
    let misnamed = Hint::Misnamed { item: "misnamed#0123456789ab".to_owned() };
    assert_eq!(notification(misnamed), notification_of("misnamed#0123456789ab", NotificationKey::Misnamed));
}

#[test]
fn commands_and_internal_events_notify_nobody() {
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
        assert_eq!(notification(hint.clone()), None, "{hint:?}");
    }
}

/// A channel that is missing in the list doesn't compile here.
#[test]
fn every_channel_has_a_mark_of_its_own() {
    let marks = Channel::ALL.map(|channel| match channel {
        Channel::Topic | Channel::Chat | Channel::Bus => NotificationKey::State(State::Failed).mark(channel),
    });
    assert_eq!(marks, ["Failed", "chat Failed", "bus Failed"]);
    assert_eq!(channels(true), Channel::ALL);
}

#[test]
fn reuploads_have_one_mark_with_the_newest_time() {
    let again = |time: &str| NotificationKey::Reupload(time.to_owned());
    let marks = |mark: &str, value: &str| BTreeMap::from([(mark.to_owned(), value.to_owned())]);
    for (channel, mark) in
        [(Channel::Topic, "Reuploaded"), (Channel::Chat, "chat Reuploaded"), (Channel::Bus, "bus Reuploaded")]
    {
        assert_eq!(again("2").mark(channel), mark);
        assert!(
            again("2").is_notified(&marks(mark, "2"), channel) && again("2").is_notified(&marks(mark, "3"), channel)
        );
        assert!(!again("2").is_notified(&marks(mark, "1"), channel));
        assert!(!again("2").is_notified(&BTreeMap::new(), channel));
    }
    assert!(NotificationKey::State(State::Held).is_notified(&marks("Held", "any time"), Channel::Topic));
    assert!(!NotificationKey::State(State::Held).is_notified_on(&marks("Held", "any time"), channels(false)));
}
