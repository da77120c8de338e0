//! `tunedrop redrive`: sends messages from the dead-letter queues back.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use serde_json::Value;
use tunedrop_aws::{DeadLetter, Move, Queues};

use crate::print;
use crate::stack::{Stack, StackArgs, block_on, explain};

/// The most messages that are shown.
const SHOWN_MAX: usize = 100;
/// How often the queues are read.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// SQS moves 500 messages a second at most (API reference, StartMessageMoveTask), so this is enough for 300,000.
const MOVE_MAX: Duration = Duration::from_secs(600);

/// Retry messages that failed too often
///
/// Moves the messages in the dead-letter queues back to their queues. Fix the cause first: otherwise they fail again, and
/// return after another 100 attempts, which takes hours.
#[derive(Args)]
#[command(after_help = "Examples:
  tunedrop redrive
  tunedrop redrive --queue launch

Exit codes:
  0: all messages were processed
  1: some messages remain
  2: a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct RedriveArgs {
    /// Only this function's messages [default: all six functions']
    #[arg(long, value_name = "FUNCTION")]
    queue: Option<Function>,
    /// Seconds to wait until the messages are processed
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
    Deploy,
    Evaluate,
    Notify,
}

impl Function {
    /// The prefix of the names in the template.
    fn logical(self) -> &'static str {
        match self {
            Function::Validate => "Validate",
            Function::Launch => "Launch",
            Function::Record => "Record",
            Function::Deploy => "Deploy",
            Function::Evaluate => "Evaluate",
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

/// Redrives one function's messages. Returns whether some remain.
async fn redrive_one(queues: &Queues, stack: &Stack, function: Function, wait: u64) -> Result<bool> {
    let name = function.logical().to_lowercase();
    let dead = stack.output(&format!("{}DeadLetterQueueUrl", function.logical()))?;
    let queue = stack.output(&format!("{}QueueUrl", function.logical()))?;
    let letters = queues.look(dead, SHOWN_MAX).await.map_err(explain)?;
    if letters.is_empty() {
        print(&format!("{name}: no messages\n"))?;
        return Ok(false);
    }
    for letter in &letters {
        print(&format!("{name}: {}\n", describe(&letter.body)))?;
    }
    if letters.len() >= SHOWN_MAX {
        print(&format!("{name}: … and possibly more\n"))?;
    }
    let moved = send_back(queues, dead, queue, &letters).await?;
    print(&format!("{name}: {moved} sent back; waiting up to {wait} s until they are processed\n"))?;
    let (taken, dead) = settle(queues, queue, dead, wait).await?;
    if dead > 0 {
        print(&format!("{name}: {dead} messages are in the dead-letter queue again, or are new\n"))?;
    } else if taken {
        print(&format!("{name}: all messages were processed; see `tunedrop runs`\n"))?;
    } else {
        print(&format!(
            "{name}: some messages are still in the queue after {wait} s; failed ones are retried at least every 5 minutes\n"
        ))?;
    }
    Ok(!taken || dead > 0)
}

/// Sends the messages back with SQS's own task, or one by one if the service doesn't have it.
async fn send_back(queues: &Queues, dead: &str, queue: &str, letters: &[DeadLetter]) -> Result<i64> {
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

/// Waits until SQS's task ends.
async fn watch(queues: &Queues, dead: &str) -> Result<i64> {
    let begin = std::time::Instant::now();
    while begin.elapsed() < MOVE_MAX {
        match queues.moved(dead).await.map_err(explain)? {
            Move::Done(moved) => return Ok(moved),
            Move::Broken(moved, words) => bail!("SQS moved {moved} and then stopped: {words}"),
            Move::Running(_) => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
    bail!("SQS is still moving messages after {} s; run `tunedrop redrive` again later", MOVE_MAX.as_secs())
}

/// Waits until the queue is empty. Returns whether it is, and how many messages the dead-letter queue has then.
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

/// Describes a message by its event's kind and subject. Never by its reason, which may quote a record.
fn describe(body: &str) -> String {
    let Ok(event) = serde_json::from_str::<Value>(body) else {
        return format!("not an event, {} bytes", body.len());
    };
    let kind = event["detail-type"].as_str().unwrap_or("an event without a type");
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

/// File names may contain anything: control characters are replaced, and long names are shortened.
fn plain(text: &str) -> String {
    text.chars().take(200).map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn describes_a_message_by_kind_and_subject() {
        let drop = r#"{"detail-type":"Object Created","time":"2026-01-02T03:04:05Z","detail":{"object":{"key":"datasets/a/tr\u001bain.jsonl"}}}"#;
        assert_eq!(describe(drop), "Object Created, object datasets/a/tr?ain.jsonl, of 2026-01-02T03:04:05Z");
        let run =
            r#"{"detail-type":"Run Failed","detail":{"run_id":"a-1","dataset":"a","reason":"line 3 says hello"}}"#;
        assert_eq!(describe(run), "Run Failed, run a-1");
        let job = r#"{"detail-type":"Model Customization Job State Change","detail":{"jobName":"a-1"}}"#;
        assert_eq!(describe(job), "Model Customization Job State Change, job a-1");
        assert_eq!(describe("{}"), "an event without a type");
        assert_eq!(describe("not json"), "not an event, 8 bytes");
    }
}
