//! `tunedrop logs`: what the functions wrote about a run.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::Value;
use tunedrop_aws::{Line, Logs};
use tunedrop_run::Timestamp;

use crate::format::visible;
use crate::stack::{StackArgs, block_on, explain};
use crate::{print, print_exactly};

const FUNCTIONS: [&str; 5] = ["validate", "launch", "record", "notify", "sweep"];
/// S3's clock, which a run's time is from, and CloudWatch's are not one.
const CLOCKS_MS: i64 = 60_000;
/// Lines of one function.
const MOST: usize = 10_000;

/// Show what the functions wrote about a run
///
/// From CloudWatch Logs, all five functions in order of time, since the run's data was uploaded; what came before is
/// not searched. The logs never hold what a record says.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop logs support-bot
  tunedrop logs support-bot --json | jq -r 'select(.level == \"ERROR\")'

Exit codes: 0 shown, also where nothing was written; 2 no such run, used wrongly, or a service failed; 130 Ctrl-C")]
pub(crate) struct LogsArgs {
    /// A run's id or the beginning of one, or a dataset
    run: String,
    /// Print the lines as they were written: a JSON object each
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn logs(args: &LogsArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let run = stack.run(&args.run).await?;
        let logs = Logs::new(&stack.configs.all);
        let since_ms = since(&run.since);
        let mut lines: Vec<(Line, &str)> = Vec::new();
        for function in FUNCTIONS {
            let group = format!("/tunedrop/{}/{function}", stack.name);
            let found = logs.lines(&group, &run.run_id, since_ms, MOST).await.map_err(explain)?;
            lines.extend(found.into_iter().map(|line| (line, function)));
        }
        lines.sort();
        let shown: String = lines
            .iter()
            .filter(|(line, _)| is_log(&line.text))
            .map(|(line, function)| if args.json { format!("{}\n", line.text) } else { readable(line, function) })
            .collect();
        if args.json {
            print_exactly(&shown)?;
        } else if shown.is_empty() {
            print(
                "nothing was written about it, or it is too long ago: LogRetentionDays says how long lines are kept\n",
            )?;
        } else {
            print(&shown)?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The time that the ledger has of a run, in milliseconds since 1970, less what two clocks may differ by.
fn since(run_since: &str) -> i64 {
    run_since.parse::<Timestamp>().map_or(0, |since| since.as_millisecond() - CLOCKS_MS)
}

/// A line of ours; the metrics stand among them.
fn is_log(text: &str) -> bool {
    serde_json::from_str::<Value>(text).map_or(true, |line| line.get("_aws").is_none())
}

/// Time, function, what happened, and the fields that tell more.
fn readable(line: &Line, function: &str) -> String {
    let time = Timestamp::from_millisecond(line.at).map(|at| format!("{at:.3}")).unwrap_or_default();
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(&line.text) else {
        return format!("{time} {function:<8} {}\n", visible(&line.text));
    };
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let rest: Vec<String> = fields
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "timestamp" | "level" | "message" | "span" | "run_id" | "dataset"))
        .map(|(name, value)| format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    let level = if text("level") == "INFO" { String::new() } else { format!("{} ", text("level")) };
    visible(format!("{time} {function:<8} {level}{} {}", text("message"), rest.join(" ")).trim_end()) + "\n"
}

#[cfg(test)]
mod tests {
    use super::since;

    #[test]
    fn logs_are_searched_from_shortly_before_the_run() {
        assert_eq!(since("2026-11-29T12:00:00.000Z"), 1_795_953_540_000);
        assert_eq!(since("not a time"), 0);
    }
}
