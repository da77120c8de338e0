use super::*;

const NOW: i64 = 1_000;

fn words() -> String {
    "the name is taken".to_owned()
}

#[test]
fn a_lease_keeps_others_off_until_it_runs_out() {
    let claimed = claim(State::Queued, Some("no slot".to_owned()), NOW).unwrap();
    assert_eq!((claimed.state, claimed.waiting.as_deref()), (State::Launching, None));
    assert!(!is_due(claimed.state, claimed.lease_until, NOW + LEASE_SECONDS - 1));
    assert!(is_due(claimed.state, claimed.lease_until, NOW + LEASE_SECONDS));
    assert!(is_due(State::Queued, None, NOW) && !is_due(State::Running, None, NOW));
    assert!(claim(State::Running, None, NOW).is_err());
}

#[test]
fn a_run_that_waits_for_files_is_due_when_they_had_their_time() {
    assert!(!is_due(State::Queued, Some(NOW + 1), NOW) && is_due(State::Queued, Some(NOW), NOW));
    assert!(!is_due(State::Held, Some(NOW), NOW));
    let time = |second: i64| Timestamp::from_second(second).unwrap().to_string();
    let back = |second: i64| comes_back(Some(time(second).as_str()), NOW);
    assert_eq!(comes_back(None, NOW), None);
    assert_eq!(comes_back(Some("soon"), NOW), None);
    assert_eq!(back(NOW - 1), None);
    // Of a second it isn't told how much is over.
    assert_eq!(back(NOW), Some(NOW + 1));
    assert_eq!(back(NOW + 300), Some(NOW + 301));
    assert_eq!(back(NOW + 1_000_000), Some(NOW + SETTLE_MOST_S), "a forged event");
}

#[test]
fn no_slot_leaves_the_run_queued_without_a_lease() {
    for before in [None, Some(NOW + 7)] {
        let answer = answered(State::Launching, None, before, Started::NoSlot(words()), None, true, NOW).unwrap();
        let back = Write {
            state: State::Queued,
            lease_until: None,
            waiting: Some(words()),
            held_by: Some(Hold::Slot),
            job_arn: None,
            unsure_until: before,
        };
        assert_eq!(answer, Answer::GivesBack(back), "an earlier launch's doubt stays");
    }
}

/// Only where an unfinished job holds a slot may it be that; a denial says nothing of the run.
#[test]
fn a_quota_that_no_job_frees_and_a_permission_are_told_apart_from_slots() {
    let back = |started, slots| {
        let answer = answered(State::Launching, None, None, started, None, slots, NOW).unwrap();
        let Answer::GivesBack(write) = answer else { panic!("{answer:?}") };
        assert_eq!((write.state, write.waiting), (State::Queued, Some(words())));
        write.held_by
    };
    assert_eq!(back(Started::NoSlot(words()), true), Some(Hold::Slot));
    assert_eq!(back(Started::NoSlot(words()), false), Some(Hold::Quota));
    assert_eq!(back(Started::Denied(words()), true), Some(Hold::Permission));
    let own = held_by_own_quota(State::Queued, Some(words()), Some(NOW)).unwrap();
    assert_eq!((own.held_by, own.unsure_until), (Some(Hold::Quota), Some(NOW)));
    assert!(held_by_own_quota(State::Running, Some(words()), None).is_err());
}

#[test]
fn bedrocks_errors_are_told_apart_by_code_and_words() {
    let of = |code: &str, words: &str| match refused(Some(code), words.to_owned()) {
        None => "unknown",
        Some(Started::Job(_)) => "job",
        Some(Started::NoSlot(_)) => "no slot",
        Some(Started::Denied(_)) => "denied",
        Some(Started::Taken(_)) => "taken",
        Some(Started::Refused(_)) => "refused",
    };
    for words in [
        "The provided job name is currently in use.",
        "THE PROVIDED JOB NAME IS CURRENTLY IN USE",
        "The provided custom model name is currently in use.",
        "A custom model with the name x already exists",
        "This job name has already been used",
    ] {
        assert_eq!(of("ValidationException", words), "taken", "{words}");
    }
    assert_eq!(of("ConflictException", "whatever"), "taken");
    assert_eq!(of("ValidationException", "The provided model identifier is invalid."), "refused");
    assert_eq!(of("ValidationException", "The bucket is in use"), "refused", "it is no name");
    assert_eq!(of("ValidationException", "Could not assume provided IAM role"), "denied");
    assert_eq!(of("AccessDeniedException", "with an explicit deny"), "denied");
    assert_eq!(of("ServiceQuotaExceededException", ""), "no slot");
    assert_eq!(of("ResourceNotFoundException", ""), "refused");
    for code in ["ThrottlingException", "InternalServerException", "ServiceUnavailableException"] {
        assert_eq!(of(code, ""), "unknown");
    }
    assert_eq!(refused(None, String::new()), None);
}

#[test]
fn a_launch_that_creates_nothing_leaves_no_lease_behind() {
    let settled = settles(State::Launching, Some(words()), None, NOW).unwrap();
    assert_eq!((settled.state, settled.lease_until, settled.waiting), (State::Queued, None, None));
    let unsure = settles(State::Launching, Some(words()), Some(NOW + 7), NOW).unwrap();
    assert_eq!((unsure.state, unsure.unsure_until), (State::Launching, Some(NOW + 7)));
    assert_eq!(settles(State::Queued, Some(words()), Some(NOW + 7), NOW), None);
}

/// In other words than are known, a taken name is a refusal: what is found under the name decides.
#[test]
fn a_refusal_is_looked_up_too() {
    let answer = |found| answered(State::Launching, None, None, Started::Refused(words()), found, true, NOW).unwrap();
    assert!(matches!(answer(Some(("arn".to_owned(), true))), Answer::Runs(write) if write.state == State::Running));
    assert_eq!(answer(Some(("arn".to_owned(), false))), Answer::Refuses(words()));
    assert_eq!(answer(None), Answer::Refuses(words()));
}

#[test]
fn a_taken_name_without_a_job_is_believed_the_second_time() {
    let taken = |waiting: Option<&str>, found| {
        answered(State::Launching, waiting, None, Started::Taken(words()), found, true, NOW).unwrap()
    };
    let Answer::Waits(write) = taken(None, None) else { panic!("believed at once") };
    assert_eq!((write.state, write.lease_until), (State::Launching, Some(NOW + SHOWN_AFTER_SECONDS)));
    let again = claim(write.state, write.waiting, NOW + SHOWN_AFTER_SECONDS).unwrap();
    assert_eq!(taken(again.waiting.as_deref(), None), Answer::Refuses(words()));
    assert_eq!(taken(None, Some(("arn".to_owned(), false))), Answer::Refuses(words()));
    let Answer::Runs(write) = taken(None, Some(("arn".to_owned(), true))) else { panic!("our own job") };
    assert_eq!((write.state, write.job_arn.as_deref(), write.lease_until), (State::Running, Some("arn"), None));
}

#[test]
fn a_job_of_another_token_or_account_is_not_ours() {
    let ours = |arn, token| is_ours("a-1", "123456789012", arn, token);
    let arn = "arn:aws:bedrock:us-east-1:123456789012:model-customization-job/x/y";
    assert!(ours(arn, Some("a-1")));
    assert!(!ours(arn, Some("by-hand")) && !ours(arn, None));
    for other in ["", "y", "arn:aws:bedrock:us-east-1:999999999999:model-customization-job/123456789012:/y"] {
        assert!(!ours(other, Some("a-1")), "{other}");
    }
}

#[test]
fn only_a_newer_set_overtakes_a_queued_run() {
    let newest = |at: u32| (Some("b"), Some(at));
    assert!(overtaken((State::Queued, "a", 3), newest(3)));
    assert!(overtaken((State::Held, "a", 3), newest(3)));
    assert!(!overtaken((State::Queued, "a", 3), newest(2)));
    assert!(!overtaken((State::Queued, "b", 3), newest(4)));
    assert!(!overtaken((State::Launching, "a", 3), newest(4)));
    assert!(!overtaken((State::Queued, "a", 3), (None, None)));
}

#[test]
fn a_run_that_may_have_a_job_is_not_refused() {
    let until = NOW + 7;
    for started in [Started::Refused(words()), Started::Taken(words())] {
        let answer = answered(State::Launching, Some("taken"), Some(until), started.clone(), None, true, NOW).unwrap();
        let Answer::Waits(write) = answer else { panic!("{answer:?}") };
        assert_eq!((write.state, write.unsure_until), (State::Launching, Some(until)));
        let over =
            answered(State::Launching, Some("taken"), doubt(Some(until), until), started, None, true, until).unwrap();
        assert_eq!(over, Answer::Refuses(words()));
    }
    assert_eq!(claim(State::Queued, None, NOW).unwrap().unsure_until, Some(NOW + UNSURE_SECONDS));
    assert_eq!(unsure(State::Launching, None, NOW).unsure_until, Some(NOW + UNSURE_SECONDS));
    assert_eq!(runs(State::Launching, "arn".to_owned()).unwrap().unsure_until, None);
}
