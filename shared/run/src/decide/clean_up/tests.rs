use super::*;
use crate::decide::lifecycle::Dates;

fn id(n: usize) -> RunId {
    format!("bot-{n:012}").parse().expect("an id")
}

fn model(n: usize) -> OwnedModel {
    OwnedModel { run_id: id(n), evaluated: None, needed_by: None, held: Some(false) }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn notice(state: NoticeState, deletes: bool) -> ModelNotice {
    let run = serde_json::from_value(serde_json::json!({
        "schema": 1, "run_id": id(1), "revision": 1, "dataset": "bot", "state": "Succeeded", "identity": "", "attempt": 1,
        "uploaded_at": "t", "changed_at": "t", "model_arn": "arn",
    }))
    .expect("a run");
    let proposal = ModelNotice::proposal(&run, 3, "2026-12-15T00:00:00Z", deletes, "2026-12-01T00:00:00Z");
    ModelNotice { state, ..proposal.expect("it has a model") }
}

/// Every set of up to five models, each with every combination of properties, and every limit: what must never be deleted
/// never is, and what may be is.
#[test]
fn never_deletes_what_is_newest_needed_held_or_the_last_good_one() {
    let kinds: Vec<OwnedModel> = [None, Some(EvaluationState::Kept), Some(EvaluationState::Dropped)]
        .into_iter()
        .flat_map(|evaluated| {
            [None, Some("deployment bot serves it".to_owned())].into_iter().flat_map(move |needed_by| {
                [Some(false), Some(true), None].map(|held| OwnedModel {
                    evaluated,
                    needed_by: needed_by.clone(),
                    held,
                    ..model(0)
                })
            })
        })
        .collect();
    let mut looked_at = 0_u64;
    for count in 0..=3_usize {
        for mut number in 0..kinds.len().pow(count as u32) {
            let mut models = Vec::new();
            for n in 0..count {
                models.push(OwnedModel { run_id: id(n), ..kinds[number % kinds.len()].clone() });
                number /= kinds.len();
            }
            for limit in [None, Some(1), Some(2), Some(4)] {
                let kept = kept(&models, limit);
                assert_eq!(kept.len(), count);
                looked_at += 1;
                let gone: Vec<usize> = (0..count).filter(|at| kept[*at].is_none()).collect();
                for at in &gone {
                    assert!(limit.is_some_and(|limit| *at >= limit as usize), "{models:?} {limit:?}");
                    assert_eq!(models[*at].held, Some(false));
                    assert_eq!(models[*at].needed_by, None);
                }
                let is_good = |at: &usize| models[*at].evaluated != Some(EvaluationState::Dropped);
                let good: Vec<usize> = (0..count).filter(is_good).collect();
                assert!(good.is_empty() || good.iter().any(|at| !gone.contains(at)), "the last good one is deleted");
                // Nothing is kept without a reason that holds.
                for (at, keep) in kept.iter().enumerate() {
                    let holds = match keep {
                        None => true,
                        Some(Keep::NoLimit) => limit.is_none(),
                        Some(Keep::Newest) => limit.is_some_and(|limit| at < limit as usize),
                        Some(Keep::LastGood) => good.first() == Some(&at),
                        Some(Keep::Needed(_)) => models[at].needed_by.is_some(),
                        Some(Keep::Held) => models[at].held == Some(true),
                        Some(Keep::Unread) => models[at].held.is_none(),
                    };
                    assert!(holds, "{at}: {keep:?} of {models:?} {limit:?}");
                }
            }
        }
    }
    assert!(looked_at > 20_000, "{looked_at}");
}

#[test]
fn recipe_overrides_the_stack_and_zero_says_nothing() {
    for (recipe, stack, limited) in [
        (None, 0, None),
        (Some(0), 0, None),
        (None, 5, Some(5)),
        (Some(0), 5, Some(5)),
        (Some(2), 5, Some(2)),
        (Some(9), 5, Some(9)),
    ] {
        assert_eq!(limit(recipe, stack), limited, "{recipe:?} {stack}");
    }
}

/// Every state with every fact.
#[test]
fn deletes_only_after_the_notice_and_its_time() {
    use CleanUpStep::{Delete, None as Nothing, Note, Propose};
    let keep = Keep::Held;
    let (before, after) = (at("2026-12-14T23:59:59Z"), at("2026-12-15T00:00:00Z"));
    for state in [
        None,
        Some(NoticeState::Proposed),
        Some(NoticeState::Deleting),
        Some(NoticeState::Deleted),
        Some(NoticeState::Kept),
    ] {
        for exists in [false, true] {
            for keep in [None, Some(&keep)] {
                for told in [false, true] {
                    for may_delete in [false, true] {
                        for warned in [false, true] {
                            for now in [before, after] {
                                let notice = state.map(|state| notice(state, warned));
                                let step = decide(notice.as_ref(), keep, exists, told, may_delete, now);
                                let pending = matches!(state, Some(NoticeState::Proposed | NoticeState::Deleting));
                                let expected = if !exists {
                                    if pending { Note } else { Nothing }
                                } else if let Some(keep) = keep {
                                    if pending { CleanUpStep::Withdraw(keep.reason()) } else { Nothing }
                                } else {
                                    match state {
                                        None | Some(NoticeState::Kept) => Propose,
                                        Some(NoticeState::Deleting) if may_delete => Delete,
                                        Some(NoticeState::Proposed) if may_delete && told && warned && now == after => {
                                            Delete
                                        }
                                        _ => Nothing,
                                    }
                                };
                                assert_eq!(
                                    step, expected,
                                    "{state:?} {exists} {keep:?} {told} {may_delete} {warned} {now}"
                                );
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn unreadable_time_is_never_over() {
    let broken = ModelNotice { delete_after: Some("soon".to_owned()), ..notice(NoticeState::Proposed, true) };
    assert_eq!(decide(Some(&broken), None, true, true, true, at("2030-01-01T00:00:00Z")), CleanUpStep::None);
    let missing = ModelNotice { delete_after: None, ..notice(NoticeState::Proposed, true) };
    assert_eq!(decide(Some(&missing), None, true, true, true, at("2030-01-01T00:00:00Z")), CleanUpStep::None);
}

#[test]
fn proposal_that_said_something_else_is_made_again() {
    for (deletes, may_delete, outdated) in
        [(true, true, false), (false, false, false), (false, true, true), (true, false, true)]
    {
        assert_eq!(is_outdated(&notice(NoticeState::Proposed, deletes), may_delete), outdated);
        assert!(!is_outdated(&notice(NoticeState::Deleting, deletes), may_delete));
    }
    assert_eq!(delete_after(at("2026-12-01T00:00:00Z"), 14), Some(at("2026-12-15T00:00:00Z")));
}

#[test]
fn each_day_of_a_lifecycle_is_news_once() {
    let now = at("2026-12-01T00:00:00Z");
    let dates = Dates {
        legacy: Some(at("2026-11-01T00:00:00Z")),
        end_of_life: Some(at("2027-05-01T00:00:00Z")),
        ..Dates::default()
    };
    let first = days(&dates, now);
    assert_eq!(first, ["end-of-life=2027-05-01"], "a day that is over isn't news");
    assert!(is_news(&first, &[]) && !is_news(&first, &first));
    let moved = days(&Dates { end_of_life: Some(at("2027-06-01T00:00:00Z")), ..dates }, now);
    assert!(is_news(&moved, &first));
    assert!(!is_news(&days(&Dates::default(), now), &first));
}
