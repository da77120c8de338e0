//! What becomes of an upload: the wait for its result.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::{Instant, sleep};
use tunedrop_run::dropped::RECIPES;
use tunedrop_run::{DatasetHead, RunId, State, Timestamp};

use super::hold::AWAITED;
use crate::format::visible;
use crate::print;
use crate::runs::style;
use crate::stack::{Stack, explain};

/// Between two looks at the ledger.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Waits until what was uploaded is validated, for so many minutes at most; the run's id, or nothing where the dataset is
/// rejected or incomplete, which is said.
pub(super) async fn judged(stack: &Stack, dataset: &str, minutes: u64) -> Result<Option<RunId>> {
    let (ledger, objects) = (stack.ledger()?, stack.objects()?);
    let mut uploaded = 0;
    for name in RECIPES {
        let found = objects.find(&format!("datasets/{dataset}/{name}")).await.map_err(explain)?;
        uploaded = uploaded.max(found.map_or(0, |object| object.modified_ms));
    }
    print("Uploaded; waiting for the verdict of the cloud\n")?;
    let look = async || {
        let head = ledger.head(dataset).await.map_err(explain)?.unwrap_or_default();
        Ok(result(&head, uploaded))
    };
    let named = &stack.named;
    let found = within(minutes, look).await?.with_context(|| {
        format!(
            "no result after {minutes} minutes. Everything is uploaded and may still be validated: tunedrop runs --dataset {dataset}{named} shows its runs. If none appears, check the stack: tunedrop doctor{named}. Messages that failed: tunedrop redrive{named}"
        )
    })?;
    let run_id = match found {
        Uploaded::Run(run_id) => run_id,
        Uploaded::Incomplete(missing) => {
            print(&format!("The set is incomplete: it waits for {}\n", visible(&missing.join(", "))))?;
            return Ok(None);
        }
    };
    if ledger.run(&run_id).await.map_err(explain)?.is_some_and(|run| run.state == State::Rejected) {
        print(&format!("{run_id} is rejected: tunedrop report {run_id}{named}\n"))?;
        return Ok(None);
    }
    Ok(Some(run_id))
}

/// Looks again and again until something is found, for so many minutes at most.
async fn within<T>(minutes: u64, look: impl AsyncFn() -> Result<Option<T>>) -> Result<Option<T>> {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(minutes.saturating_mul(60)) {
        if let Some(found) = look().await? {
            return Ok(Some(found));
        }
        sleep(LOOK_EVERY).await;
    }
    Ok(None)
}

/// What the head says of an upload.
#[derive(Debug, PartialEq, Eq)]
enum Uploaded {
    /// Files are missing.
    Incomplete(Vec<String>),
    Run(RunId),
}

/// What became of the upload whose recipe came at `recipe_ms`; `None` while it isn't known. What was judged before the
/// recipe came, an older upload or the recipe that came first, is no answer.
fn result(head: &DatasetHead, recipe_ms: i64) -> Option<Uploaded> {
    let judged_at: Timestamp = head.judged_at.as_deref()?.parse().ok()?;
    if judged_at.as_millisecond() < recipe_ms {
        return None;
    }
    match &head.judged_run {
        Some(run_id) => Some(Uploaded::Run(run_id.clone())),
        None if head.waits_for.iter().any(|file| file != AWAITED) => Some(Uploaded::Incomplete(head.waits_for.clone())),
        None => None,
    }
}

/// The run's id and state, and how to follow it.
pub(super) async fn tell(stack: &Stack, run_id: &str) -> Result<ExitCode> {
    let run = stack.run(run_id).await?;
    let state = style(run.state);
    print(&format!(
        "{run_id} {state}{}{state:#}\n  follow it: tunedrop watch {run_id}{}\n",
        run.state.as_str(),
        stack.named
    ))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPE_MS: i64 = 1_795_000_000_000;

    fn head(at_ms: i64, run: Option<&str>, waits_for: &[&str]) -> DatasetHead {
        DatasetHead {
            judged_at: Some(Timestamp::from_millisecond(at_ms).unwrap().to_string()),
            judged_run: run.map(|run| run.parse().expect("an id")),
            waits_for: waits_for.iter().map(|file| (*file).to_owned()).collect(),
            ..DatasetHead::default()
        }
    }

    #[test]
    fn only_what_was_judged_since_the_recipe_came_is_an_answer() {
        let run = || Some(Uploaded::Run("bot-0123456789ab".parse().expect("an id")));
        assert_eq!(result(&head(RECIPE_MS, Some("bot-0123456789ab"), &[]), RECIPE_MS), run());
        assert_eq!(result(&head(RECIPE_MS + 1_000, Some("bot-0123456789ab"), &[]), RECIPE_MS), run());
        assert_eq!(result(&head(RECIPE_MS - 1_000, Some("bot-0123456789ab"), &[]), RECIPE_MS), None);
        assert_eq!(result(&DatasetHead::default(), RECIPE_MS), None);
        // An older stack, or the head of a dataset that was only retried, has no such time.
        assert_eq!(
            result(
                &DatasetHead {
                    judged_run: head(0, Some("bot-0123456789ab"), &[]).judged_run,
                    ..DatasetHead::default()
                },
                0
            ),
            None
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_after_its_minutes_and_at_once_where_there_is_a_result() {
        let begin = Instant::now();
        assert_eq!(within(15, async || Ok(None::<u32>)).await.unwrap(), None);
        let took = begin.elapsed();
        assert!((Duration::from_secs(900)..Duration::from_secs(901)).contains(&took), "{took:?}");
        let (begin, looks) = (Instant::now(), std::cell::Cell::new(0));
        let third = async || Ok((looks.replace(looks.get() + 1) == 2).then_some(7));
        assert_eq!(within(15, third).await.unwrap(), Some(7));
        assert_eq!(begin.elapsed(), 2 * LOOK_EVERY);
        within(15, async || Err::<Option<u32>, _>(anyhow::anyhow!("denied")))
            .await
            .expect_err("no use in asking again");
    }

    #[test]
    fn the_recipe_that_holds_the_upload_back_is_no_answer() {
        assert_eq!(result(&head(RECIPE_MS, None, &[AWAITED]), RECIPE_MS), None);
        let missing = head(RECIPE_MS, None, &["validation.jsonl"]);
        let expected = Uploaded::Incomplete(vec!["validation.jsonl".to_owned()]);
        assert_eq!(result(&missing, RECIPE_MS), Some(expected));
    }
}
