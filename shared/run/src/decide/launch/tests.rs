use super::*;

const NOW: i64 = 1_000;

fn words() -> String {
    "the name is taken".to_owned()
}

#[test]
fn a_lease_keeps_others_off_until_it_runs_out() {
    let claimed = claim(State::Queued, Some("no slot".to_owned()), NOW).unwrap();
    assert_eq!((claimed.state, claimed.blocked_reason.as_deref()), (State::Launching, None));
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
    // A time in whole seconds leaves the fraction of the second unknown.
    assert_eq!(back(NOW), Some(NOW + 1));
    assert_eq!(back(NOW + 300), Some(NOW + 301));
    assert_eq!(back(NOW + 1_000_000), Some(NOW + SETTLE_MOST_S), "a forged event");
}

#[test]
fn no_slot_leaves_the_run_queued_without_a_lease() {
    for before in [None, Some(NOW + 7)] {
        let answer =
            decide_launch(State::Launching, None, before, CreateOutcome::QuotaExceeded(words()), None, true, NOW)
                .unwrap();
        let back = Write {
            state: State::Queued,
            lease_until: None,
            blocked_reason: Some(words()),
            blocked_by: Some(Blocker::Slot),
            job_arn: None,
            unconfirmed_until: before,
        };
        assert_eq!(answer, LaunchDecision::Requeue(back), "an earlier launch's doubt stays");
    }
}

/// A blocked run may only be waiting for a slot if an unfinished job holds one. A denial isn't caused by the run.
#[test]
fn distinguishes_quotas_and_permissions_from_job_slots() {
    let back = |started, slots| {
        let answer = decide_launch(State::Launching, None, None, started, None, slots, NOW).unwrap();
        let LaunchDecision::Requeue(write) = answer else { panic!("{answer:?}") };
        assert_eq!((write.state, write.blocked_reason), (State::Queued, Some(words())));
        write.blocked_by
    };
    assert_eq!(back(CreateOutcome::QuotaExceeded(words()), true), Some(Blocker::Slot));
    assert_eq!(back(CreateOutcome::QuotaExceeded(words()), false), Some(Blocker::Quota));
    assert_eq!(back(CreateOutcome::AccessDenied(words()), true), Some(Blocker::Permission));
    let own = held_by_own_quota(State::Queued, Some(words()), Some(NOW)).unwrap();
    assert_eq!((own.blocked_by, own.unconfirmed_until), (Some(Blocker::Quota), Some(NOW)));
    assert!(held_by_own_quota(State::Running, Some(words()), None).is_err());
}

#[test]
fn distinguishes_bedrocks_errors_by_code_and_message() {
    let of = |code: &str, words: &str| match create_error(Some(code), words.to_owned()) {
        None => "unknown",
        Some(CreateOutcome::Created(_)) => "job",
        Some(CreateOutcome::QuotaExceeded(_)) => "no slot",
        Some(CreateOutcome::AccessDenied(_)) => "denied",
        Some(CreateOutcome::NameInUse(_)) => "taken",
        Some(CreateOutcome::Rejected(_)) => "refused",
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
    assert_eq!(create_error(None, String::new()), None);
}

#[test]
fn a_launch_that_creates_nothing_leaves_no_lease_behind() {
    let settled = settles(State::Launching, Some(words()), None, NOW).unwrap();
    assert_eq!((settled.state, settled.lease_until, settled.blocked_reason), (State::Queued, None, None));
    let unconfirmed = settles(State::Launching, Some(words()), Some(NOW + 7), NOW).unwrap();
    assert_eq!((unconfirmed.state, unconfirmed.unconfirmed_until), (State::Launching, Some(NOW + 7)));
    assert_eq!(settles(State::Queued, Some(words()), Some(NOW + 7), NOW), None);
}

/// A name in use that Bedrock describes in unknown words counts as a refusal. The job with that name decides.
#[test]
fn a_refusal_is_looked_up_too() {
    let answer = |found| {
        decide_launch(State::Launching, None, None, CreateOutcome::Rejected(words()), found, true, NOW).unwrap()
    };
    assert!(
        matches!(answer(Some(("arn".to_owned(), true))), LaunchDecision::Running(write) if write.state == State::Running)
    );
    assert_eq!(answer(Some(("arn".to_owned(), false))), LaunchDecision::Refuse(words()));
    assert_eq!(answer(None), LaunchDecision::Refuse(words()));
}

#[test]
fn a_taken_name_without_a_job_is_believed_the_second_time() {
    let taken = |blocked_reason: Option<&str>, found| {
        decide_launch(State::Launching, blocked_reason, None, CreateOutcome::NameInUse(words()), found, true, NOW)
            .unwrap()
    };
    let LaunchDecision::Unconfirmed(write) = taken(None, None) else { panic!("believed at once") };
    assert_eq!((write.state, write.lease_until), (State::Launching, Some(NOW + SHOWN_AFTER_SECONDS)));
    let again = claim(write.state, write.blocked_reason, NOW + SHOWN_AFTER_SECONDS).unwrap();
    assert_eq!(taken(again.blocked_reason.as_deref(), None), LaunchDecision::Refuse(words()));
    assert_eq!(taken(None, Some(("arn".to_owned(), false))), LaunchDecision::Refuse(words()));
    let LaunchDecision::Running(write) = taken(None, Some(("arn".to_owned(), true))) else { panic!("our own job") };
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
    assert!(superseded((State::Queued, "a", 3), newest(3)));
    assert!(superseded((State::Held, "a", 3), newest(3)));
    assert!(!superseded((State::Queued, "a", 3), newest(2)));
    assert!(!superseded((State::Queued, "b", 3), newest(4)));
    assert!(!superseded((State::Launching, "a", 3), newest(4)));
    assert!(!superseded((State::Queued, "a", 3), (None, None)));
}

#[test]
fn a_run_that_may_have_a_job_is_not_refused() {
    let until = NOW + 7;
    for started in [CreateOutcome::Rejected(words()), CreateOutcome::NameInUse(words())] {
        let answer =
            decide_launch(State::Launching, Some("taken"), Some(until), started.clone(), None, true, NOW).unwrap();
        let LaunchDecision::Unconfirmed(write) = answer else { panic!("{answer:?}") };
        assert_eq!((write.state, write.unconfirmed_until), (State::Launching, Some(until)));
        let over =
            decide_launch(State::Launching, Some("taken"), doubt(Some(until), until), started, None, true, until)
                .unwrap();
        assert_eq!(over, LaunchDecision::Refuse(words()));
    }
    assert_eq!(claim(State::Queued, None, NOW).unwrap().unconfirmed_until, Some(NOW + UNCONFIRMED_SECONDS));
    assert_eq!(unconfirmed(State::Launching, None, NOW).unconfirmed_until, Some(NOW + UNCONFIRMED_SECONDS));
    assert_eq!(runs(State::Launching, "arn".to_owned()).unwrap().unconfirmed_until, None);
}
