//! Waits for the result of an upload.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::{Instant, sleep};
use tunedrop_run::object_key::RECIPES;
use tunedrop_run::{DatasetEntry, RunId, State, Timestamp};

use super::hold::AWAITED;
use crate::format::visible;
use crate::print;
use crate::runs::style;
use crate::stack::{Stack, explain};

/// How often the ledger is read.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Waits until the upload is validated, for at most `minutes`. Returns the run's id, or `None` if the dataset is rejected
/// or incomplete, which is printed.
pub(super) async fn wait_for_result(stack: &Stack, dataset: &str, minutes: u64) -> Result<Option<RunId>> {
    print("Uploaded. Waiting for the result of the validation\n")?;
    match validated(stack, dataset, minutes).await? {
        Validated::Accepted(run_id) => return Ok(Some(run_id)),
        Validated::Incomplete(missing) => {
            print(&format!("The dataset is incomplete: {} is missing\n", visible(&missing.join(", "))))?;
        }
        Validated::Rejected(run_id) => {
            print(&format!("{run_id} is rejected. See why with `tunedrop report {run_id}{}`\n", stack.named))?;
        }
    }
    Ok(None)
}

/// The result of the stack's validation.
#[derive(Debug)]
pub(crate) enum Validated {
    Accepted(RunId),
    Rejected(RunId),
    /// These files are missing.
    Incomplete(Vec<String>),
}

/// Waits until the upload is validated, for at most `minutes`.
pub(crate) async fn validated(stack: &Stack, dataset: &str, minutes: u64) -> Result<Validated> {
    let (ledger, objects) = (stack.ledger()?, stack.objects()?);
    let mut uploaded = 0;
    for name in RECIPES {
        let found = objects.find(&format!("datasets/{dataset}/{name}")).await.map_err(explain)?;
        uploaded = uploaded.max(found.map_or(0, |object| object.modified_ms));
    }
    let look = async || {
        let head = ledger.dataset(dataset).await.map_err(explain)?.unwrap_or_default();
        Ok(result(&head, uploaded))
    };
    let named = &stack.named;
    let found = within(minutes, look).await?.with_context(|| {
        format!(
            "no result after {minutes} minutes. Everything is uploaded, and validation may still run. `tunedrop runs --dataset {dataset}{named}` lists the runs. If none appears, check the stack with `tunedrop doctor{named}`, and send failed messages again with `tunedrop redrive{named}`"
        )
    })?;
    let run_id = match found {
        Uploaded::Run(run_id) => run_id,
        Uploaded::Incomplete(missing) => return Ok(Validated::Incomplete(missing)),
    };
    let is_rejected = ledger.run(&run_id).await.map_err(explain)?.is_some_and(|run| run.state == State::Rejected);
    Ok(if is_rejected { Validated::Rejected(run_id) } else { Validated::Accepted(run_id) })
}

/// Repeats `look` until it returns a value, for at most `minutes`.
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

/// The result of an upload.
#[derive(Debug, PartialEq, Eq)]
enum Uploaded {
    /// Files are missing.
    Incomplete(Vec<String>),
    Run(RunId),
}

/// The result of the upload whose recipe arrived at `recipe_ms`; `None` while it isn't known. A validation from before the
/// recipe arrived is of an older upload, or of the first recipe, and doesn't count.
fn result(head: &DatasetEntry, recipe_ms: i64) -> Option<Uploaded> {
    let validated_uploaded_at: Timestamp = head.validated_uploaded_at.as_deref()?.parse().ok()?;
    if validated_uploaded_at.as_millisecond() < recipe_ms {
        return None;
    }
    match &head.validated_run {
        Some(run_id) => Some(Uploaded::Run(run_id.clone())),
        None if head.missing_files.iter().any(|file| file != AWAITED) => {
            Some(Uploaded::Incomplete(head.missing_files.clone()))
        }
        None => None,
    }
}

/// Prints the run's id and state, and how to follow it. The Python package takes the id from the last line.
pub(super) async fn print_run(stack: &Stack, run_id: &str) -> Result<ExitCode> {
    let run = stack.run(run_id).await?;
    let state = style(run.state);
    print(&format!(
        "{run_id} {state}{}{state:#}\n  Follow it with `tunedrop watch {run_id}{}`\n",
        run.state.as_str(),
        stack.named
    ))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPE_MS: i64 = 1_795_000_000_000;

    fn head(at_ms: i64, run: Option<&str>, missing_files: &[&str]) -> DatasetEntry {
        DatasetEntry {
            validated_uploaded_at: Some(Timestamp::from_millisecond(at_ms).unwrap().to_string()),
            validated_run: run.map(|run| run.parse().expect("an id")),
            missing_files: missing_files.iter().map(|file| (*file).to_owned()).collect(),
            ..DatasetEntry::default()
        }
    }

    #[test]
    fn ignores_validations_from_before_the_recipe_arrived() {
        let run = || Some(Uploaded::Run("bot-0123456789ab".parse().expect("an id")));
        assert_eq!(result(&head(RECIPE_MS, Some("bot-0123456789ab"), &[]), RECIPE_MS), run());
        assert_eq!(result(&head(RECIPE_MS + 1_000, Some("bot-0123456789ab"), &[]), RECIPE_MS), run());
        assert_eq!(result(&head(RECIPE_MS - 1_000, Some("bot-0123456789ab"), &[]), RECIPE_MS), None);
        assert_eq!(result(&DatasetEntry::default(), RECIPE_MS), None);
        // An older stack, or the head of a dataset that was only retried, has no such time.
        assert_eq!(
            result(
                &DatasetEntry {
                    validated_run: head(0, Some("bot-0123456789ab"), &[]).validated_run,
                    ..DatasetEntry::default()
                },
                0
            ),
            None
        );
    }

    #[tokio::test(start_paused = true)]
    async fn waits_at_most_the_given_minutes_and_returns_a_result_at_once() {
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
            .expect_err("an error ends the wait");
    }

    #[test]
    fn ignores_the_first_recipe() {
        assert_eq!(result(&head(RECIPE_MS, None, &[AWAITED]), RECIPE_MS), None);
        let missing = head(RECIPE_MS, None, &["validation.jsonl"]);
        let expected = Uploaded::Incomplete(vec!["validation.jsonl".to_owned()]);
        assert_eq!(result(&missing, RECIPE_MS), Some(expected));
    }
}
