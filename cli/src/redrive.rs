//! `tunedrop redrive`: dead letters go back to the queue they came from, and what became of them is said.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use serde_json::Value;
use tunedrop_aws::{Letter, Move, Queues};

use crate::print;
use crate::stack::{Stack, StackArgs, block_on, explain};

/// Letters that are shown; the rest are counted.
const SHOWN_MAX: usize = 100;
/// Between two looks at what is under way.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// SQS moves 500 messages a second at most (API reference, StartMessageMoveTask), so this is enough for 300,000.
const MOVE_MAX: Duration = Duration::from_secs(600);

/// Send dead letters back to the queue they came from
///
/// A function gave up on these messages after 100 tries, which takes hours. Fix the cause first: while it is still there, a
/// message fails again, and returns after as many tries.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tunedrop redrive\n  tunedrop redrive --queue launch\n\nExit codes: 0 none left behind, 1 some are left or wait still, 2 used wrongly or a service failed; 130 Ctrl-C"
)]
pub(crate) struct RedriveArgs {
    /// Only this function's dead letters; all four without it
    #[arg(long, value_name = "FUNCTION")]
    queue: Option<Function>,
    /// Seconds to wait for the functions to take what was sent back
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    wait: u64,
    #[command(flatten)]
    stack: StackArgs,
}

/// The functions that have a queue.
#[derive(Clone, Copy, ValueEnum)]
enum Function {
    Validate,
    Launch,
    Record,
    Notify,
}

impl Function {
    /// As the template's names begin.
    fn logical(self) -> &'static str {
        match self {
            Function::Validate => "Validate",
            Function::Launch => "Launch",
            Function::Record => "Record",
            Function::Notify => "Notify",
        }
    }
}

pub(crate) fn redrive(args: &RedriveArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find_to_change().await?;
        let queues = Queues::new(&stack.configs.all);
        let functions = args.queue.map_or(Function::value_variants().to_vec(), |one| vec![one]);
        let mut left = false;
        for function in functions {
            left |= redrive_one(&queues, &stack, function, args.wait).await?;
        }
        Ok(ExitCode::from(u8::from(left)))
    })
}

/// Redrives one function's letters; whether some are left.
async fn redrive_one(queues: &Queues, stack: &Stack, function: Function, wait: u64) -> Result<bool> {
    let name = function.logical().to_lowercase();
    let dead = stack.output(&format!("{}DeadLettersUrl", function.logical()))?;
    let queue = stack.output(&format!("{}QueueUrl", function.logical()))?;
    let letters = queues.look(dead, SHOWN_MAX).await.map_err(explain)?;
    if letters.is_empty() {
        print(&format!("{name}: no dead letters\n"))?;
        return Ok(false);
    }
    for letter in &letters {
        print(&format!("{name}: {}\n", describe(&letter.body)))?;
    }
    if letters.len() >= SHOWN_MAX {
        print(&format!("{name}: … and perhaps more\n"))?;
    }
    let moved = send_back(queues, dead, queue, &letters).await?;
    print(&format!("{name}: {moved} sent back; waiting up to {wait} s until they are taken\n"))?;
    let (taken, dead) = settle(queues, queue, dead, wait).await?;
    if dead > 0 {
        print(&format!("{name}: {dead} are dead letters again, or came meanwhile\n"))?;
    } else if taken {
        print(&format!("{name}: all were taken; what came of them is in the ledger, and told as ever\n"))?;
    } else {
        print(&format!(
            "{name}: some still wait after {wait} s; one that fails is tried again, at the latest every 5 minutes\n"
        ))?;
    }
    Ok(!taken || dead > 0)
}

/// By SQS's own move; letter by letter where the service has none.
async fn send_back(queues: &Queues, dead: &str, queue: &str, letters: &[Letter]) -> Result<i64> {
    for letter in letters {
        queues.put_back(dead, letter).await.map_err(explain)?;
    }
    if queues.start_move(dead, queue).await.map_err(explain)? {
        return watch(queues, dead).await;
    }
    let mut moved = 0;
    loop {
        let letters = queues.look(dead, SHOWN_MAX).await.map_err(explain)?;
        if letters.is_empty() {
            return Ok(moved);
        }
        for letter in &letters {
            queues.pass_on(dead, queue, letter).await.map_err(explain)?;
            moved += 1;
        }
    }
}

/// Waits for the end of SQS's move.
async fn watch(queues: &Queues, dead: &str) -> Result<i64> {
    let begin = std::time::Instant::now();
    while begin.elapsed() < MOVE_MAX {
        match queues.moved(dead).await.map_err(explain)? {
            Move::Done(moved) => return Ok(moved),
            Move::Broken(moved, words) => bail!("SQS moved {moved} and then stopped: {words}"),
            Move::Running(_) => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
    bail!("SQS still moves them after {} s; look again with: tunedrop redrive", MOVE_MAX.as_secs())
}

/// Waits until the queue is empty: whether it is, and how many dead letters there are then.
async fn settle(queues: &Queues, queue: &str, dead: &str, wait: u64) -> Result<(bool, i64)> {
    let begin = std::time::Instant::now();
    loop {
        let waiting = queues.depth(queue).await.map_err(explain)?;
        if waiting == 0 || begin.elapsed().as_secs() >= wait {
            return Ok((waiting == 0, queues.depth(dead).await.map_err(explain)?));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What a letter was: the event's kind, and what it was about. Never its reason, nor anything that a record says.
fn describe(body: &str) -> String {
    let Ok(event) = serde_json::from_str::<Value>(body) else {
        return format!("no event, {} bytes", body.len());
    };
    let kind = event["detail-type"].as_str().unwrap_or("an event of no kind");
    let detail = &event["detail"];
    let about = [
        ("run", &detail["run_id"]),
        ("dataset", &detail["dataset"]),
        ("object", &detail["object"]["key"]),
        ("job", &detail["jobName"]),
    ];
    let about = about.iter().find_map(|(what, value)| {
        let value = value.as_str().filter(|value| !value.is_empty())?;
        Some(format!(", {what} {}", plain(value)))
    });
    let at = event["time"].as_str().map(|time| format!(", of {}", plain(time)));
    format!("{}{}{}", plain(kind), about.unwrap_or_default(), at.unwrap_or_default())
}

/// Names of files may hold anything: control characters don't reach the terminal, and nothing is long.
fn plain(text: &str) -> String {
    text.chars().take(200).map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn a_letter_is_named_by_kind_and_subject() {
        let drop = r#"{"detail-type":"Object Created","time":"2026-01-02T03:04:05Z","detail":{"object":{"key":"datasets/a/tr\u001bain.jsonl"}}}"#;
        assert_eq!(describe(drop), "Object Created, object datasets/a/tr?ain.jsonl, of 2026-01-02T03:04:05Z");
        let run =
            r#"{"detail-type":"Run Failed","detail":{"run_id":"a-1","dataset":"a","reason":"line 3 says hello"}}"#;
        assert_eq!(describe(run), "Run Failed, run a-1");
        let job = r#"{"detail-type":"Model Customization Job State Change","detail":{"jobName":"a-1"}}"#;
        assert_eq!(describe(job), "Model Customization Job State Change, job a-1");
        assert_eq!(describe("{}"), "an event of no kind");
        assert_eq!(describe("not json"), "no event, 8 bytes");
    }
}
