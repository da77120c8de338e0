//! `tunedrop logs`: the functions' log lines about a run.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::Value;
use tunedrop_aws::{Line, Logs};
use tunedrop_run::Timestamp;

use crate::format::visible;
use crate::stack::{StackArgs, block_on, explain};
use crate::{print, print_exactly};

const FUNCTIONS: [&str; 8] = ["validate", "launch", "record", "deploy", "evaluate", "notify", "sweep", "clean"];
/// How far S3's clock, from which a run's time is, and CloudWatch's may differ.
const CLOCKS_MS: i64 = 60_000;
/// The most lines of one function.
const MOST: usize = 10_000;

/// Show the functions' logs about a run
///
/// Reads CloudWatch Logs of all eight functions, from the upload of the run's data on, in order of time. The logs never
/// contain text of a record.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop logs support-bot
  tunedrop logs support-bot --json | jq -r 'select(.level == \"ERROR\")'

Exit codes:
  0: shown, even if there are no lines
  2: no such run, a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct LogsArgs {
    /// A run's id or the beginning of one, or a dataset
    run: String,
    /// Print the lines as they were logged: one JSON object each
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
        let since_ms = since(&run.uploaded_at);
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
            print("No log lines. The stack's parameter LogRetentionDays says how long lines are kept\n")?;
        } else {
            print(&shown)?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The run's time in milliseconds since 1970, minus a margin for the clocks.
fn since(run_since: &str) -> i64 {
    run_since.parse::<Timestamp>().map_or(0, |since| since.as_millisecond() - CLOCKS_MS)
}

/// Whether it is a log line, not a line of metrics.
fn is_log(text: &str) -> bool {
    serde_json::from_str::<Value>(text).map_or(true, |line| line.get("_aws").is_none())
}

/// Formats a line: time, function, level, message, other fields.
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
    fn searches_from_a_minute_before_the_run() {
        assert_eq!(since("2026-11-29T12:00:00.000Z"), 1_795_953_540_000);
        assert_eq!(since("not a time"), 0);
    }
}
