//! Events about models, one of each kind.

use super::*;
use crate::event::ModelKind;
use crate::{ModelNotice, NoticeState};

pub(super) fn examples() -> Vec<Event> {
    let arn = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl";
    let succeeded = Run { model_arn: Some(arn.to_owned()), ..run(State::Succeeded) };
    let (then, now) = ("2026-12-15T04:00:00.000Z", "2026-12-01T04:00:00.000Z");
    let proposal = ModelNotice::proposal(&succeeded, 3, then, true, now).expect("it has a model");
    let deleted = ModelNotice {
        state: NoticeState::Deleted,
        outcome_at: "2026-12-15T05:00:00.000Z".to_owned(),
        ..proposal.clone()
    };
    let days = vec!["legacy=2027-01-15".to_owned(), "end-of-life=2027-07-15".to_owned()];
    let datasets = vec!["faq".to_owned(), "support-bot".to_owned()];
    let ending = ModelNotice::announcement("amazon.nova-lite-v1:0:300k", days, datasets, now);
    [proposal, deleted, ending].iter().filter_map(Event::model).collect()
}

#[test]
fn nobody_is_notified_of_a_model_that_is_kept_or_being_deleted() {
    for state in NoticeState::ALL {
        let announced = !matches!(state, NoticeState::Deleting | NoticeState::Kept);
        assert_eq!(ModelKind::of(state).is_some(), announced, "{state:?}");
    }
}

/// A stack that deletes no models names no time.
#[test]
fn proposal_has_a_time_only_if_the_stack_deletes() {
    let succeeded = Run { model_arn: Some("arn".to_owned()), ..run(State::Succeeded) };
    for deletes in [false, true] {
        let notice = ModelNotice::proposal(&succeeded, 3, "2026-12-15T04:00:00.000Z", deletes, "t").expect("a model");
        let Some(Event::Model(ModelKind::Expiring, detail)) = Event::model(&notice) else { panic!("{notice:?}") };
        assert_eq!(detail.delete_after.is_some(), deletes);
    }
}

#[test]
fn an_event_about_a_model_names_its_notice() {
    let read = |item: &str| {
        let detail = json!({ "version": 1, "stack": "tunedrop", "item": item, "at": "2026-12-01T04:00:00.000Z" });
        Hint::read("Model Expiring", &detail, "tunedrop")
    };
    assert!(read("clean-up#support-bot-0123456789ab").is_ok());
    for other in ["run#support-bot-0123456789ab", "support-bot-0123456789ab", "", "clean-up#"] {
        assert!(matches!(read(other), Err(HintError::Malformed { field: "item", .. })), "{other}");
    }
}
