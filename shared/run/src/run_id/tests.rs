use proptest::prelude::*;

use super::*;

fn id(text: &str) -> RunId {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn takes_an_id_apart() {
    let second = id("support-bot-0123456789ab-2");
    assert_eq!((second.dataset(), second.suffix(), second.attempt()), ("support-bot", "-0123456789ab-2", 2));
    let first = second.first();
    assert_eq!((first.as_str(), first.suffix(), first.attempt()), ("support-bot-0123456789ab", "-0123456789ab", 1));
    assert_eq!((first.first(), first.previous(), second.previous()), (first.clone(), None, Some(first)));
}

/// The parts are distinguished by their length, so any name of a dataset works.
#[test]
fn a_dataset_may_be_named_like_an_id() {
    for (text, dataset, attempt) in [
        ("0123456789ab-0123456789ab", "0123456789ab", 1),
        ("a-0123456789ab-2-0123456789ab", "a-0123456789ab-2", 1),
        ("a-0123456789ab-2-0123456789ab-99", "a-0123456789ab-2", 99),
        ("2-000000000000-2", "2", 2),
        ("7-012345678901", "7", 1),
    ] {
        assert_eq!((id(text).dataset(), id(text).attempt()), (dataset, attempt), "{text}");
    }
}

#[test]
fn attempts_go_from_1_to_99() {
    let all: Vec<RunId> = std::iter::successors(Some(id("a-0123456789ab")), RunId::next).collect();
    assert_eq!((all.len(), all[98].as_str()), (99, "a-0123456789ab-99"));
    for (i, id) in all.iter().enumerate() {
        assert_eq!(id.attempt() as usize, i + 1);
        assert_eq!(id.as_str().parse().as_ref(), Ok(id));
    }
    let back: Vec<RunId> = std::iter::successors(all.last().cloned(), RunId::previous).collect();
    assert_eq!(back, all.into_iter().rev().collect::<Vec<_>>());
}

#[test]
fn says_why_a_text_is_no_id() {
    use RunIdError::{Attempt, Hash};
    let long = format!("{}-0123456789ab", "a".repeat(41));
    for (text, error) in [
        ("", Hash),
        ("support-bot", Hash),
        ("0123456789ab", Hash),
        ("a-0123456789a", Hash),
        ("a-0123456789abc", Hash),
        ("a-0123456789AB", Hash),
        ("a-0123456789ag", Hash),
        ("a-0123456789ab-100", Hash),
        ("a-0123456789ab-2-3", Hash),
        ("run#a-0123456789ab ", Hash),
        ("a-0123456789ab-", Attempt),
        ("a-0123456789ab-0", Attempt),
        ("a-0123456789ab-1", Attempt),
        ("a-0123456789ab-02", Attempt),
        ("a-0123456789ab-+2", Attempt),
        ("a-0123456789ab-é", Attempt),
    ] {
        assert_eq!(text.parse::<RunId>(), Err(error), "{text}");
    }
    for text in ["-0123456789ab", "../a-0123456789ab", "run#a-0123456789ab", "a--0123456789ab", long.as_str()] {
        let error = text.parse::<RunId>().expect_err(text);
        assert!(matches!(error, RunIdError::Dataset(_)), "{text}: {error}");
    }
    let error = |text: &str| text.parse::<RunId>().expect_err(text).to_string();
    assert_eq!(error("evil"), "not a run's id: expected 12 lower-case hex digits after the dataset's name");
    assert_eq!(error("a-0123456789ab-0"), "not a run's id: expected an attempt from 2 to 99 after the hash");
    assert_eq!(
        error("ev.il-0123456789ab"),
        "not a run's id: expected a dataset name of letters, digits, and single hyphens between them"
    );
}

#[test]
fn an_id_is_a_string_on_the_wire() {
    let run = id("support-bot-0123456789ab-2");
    assert_eq!(serde_json::to_string(&run).unwrap(), "\"support-bot-0123456789ab-2\"");
    assert_eq!(serde_json::from_str::<RunId>("\"support-bot-0123456789ab-2\"").unwrap(), run);
    for wrong in ["\"support-bot\"", "2", "null", "[\"a-0123456789ab\"]"] {
        assert!(serde_json::from_str::<RunId>(wrong).is_err(), "{wrong}");
    }
}

fn dataset() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9](-?[a-zA-Z0-9]){0,39}".prop_filter("at most 40 characters", |name| name.len() <= 40)
}

proptest! {
    #[test]
    fn every_id_is_read_as_it_is_written(dataset in dataset(), hash in "[0-9a-f]{12,64}", attempt in 1..=ATTEMPT_MAX) {
        let id = RunId::new(&dataset, &hash, attempt);
        let read: RunId = id.to_string().parse().unwrap();
        prop_assert_eq!(&read, &id);
        prop_assert_eq!((read.dataset(), read.attempt()), (dataset.as_str(), attempt));
        prop_assert_eq!(read.first(), RunId::new(&dataset, &hash, 1));
        prop_assert_eq!(format!("{}{}", read.dataset(), read.suffix()), id.as_str());
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(serde_json::from_str::<RunId>(&json).unwrap(), id);
    }

    /// The text that is parsed is the one that the id is written as.
    #[test]
    fn whatever_is_read_is_an_id(text in "[a-zA-Z0-9#é-]{0,8}-?[0-9a-fA]{11,13}(-[0-9]{0,3}){0,2}|\\PC*") {
        if let Ok(id) = text.parse::<RunId>() {
            prop_assert!(dataset_fault(id.dataset()).is_none());
            let hash = &id.first().suffix()[1..].to_owned();
            prop_assert_eq!(RunId::new(id.dataset(), hash, id.attempt()), id.clone());
            prop_assert_eq!(id.as_str(), text);
        }
    }
}
