//! `tunedrop report`: opens a run's report.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;
use tunedrop_run::{Run, RunId};

use crate::evaluations::report_key;
use crate::print;
use crate::stack::{Stack, StackArgs, block_on, explain, reports};
use crate::write::whole_file;

/// The largest report, in bytes. One with 40,000 findings has 114 kB.
const REPORT_MAX: usize = 64 << 20;

/// Open the report of a run in the browser
///
/// Opens the outcome report if the job has ended, else the report on the data. With --evaluation, opens that of the run's last
/// evaluation. Reports may show up to 120 characters of the
/// data. The copy is in ~/.local/state/tunedrop/reports, which only you can read; the next `tunedrop report` deletes copies
/// that are older than a day.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop report support-bot
  tunedrop report support-bot --data            the report on the data
  tunedrop report support-bot --evaluation
  tunedrop report support-bot -o report.html

Exit codes:
  0: opened or written
  2: no such run or report, a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct ReportArgs {
    /// A run's id or the beginning of one, or a dataset
    run: String,
    /// Open the report on the data, even if the job has ended
    #[arg(long)]
    data: bool,
    /// Open the report of the run's last evaluation, with answers of the models
    #[arg(long, conflicts_with = "data")]
    evaluation: bool,
    /// Write the report to this file, without opening it
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn report(args: &ReportArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let run = stack.run(&args.run).await?;
        let page = match args.evaluation {
            true => evaluation(&stack, &run).await?,
            false => page(&stack, &run, args.data).await?,
        };
        if let Some(path) = &args.output {
            whole_file(path, &page)?;
            print(&format!("{}\n", path.display()))?;
            return Ok(ExitCode::SUCCESS);
        }
        let kind = if args.evaluation { "-evaluation" } else { "" };
        let path = reports()?.join(format!("{}{kind}.html", run.run_id));
        whole_file(&path, &page)?;
        print(&format!("{}\n", path.display()))?;
        if std::io::stdout().is_terminal() {
            open(&path)?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The outcome report if there is one, else the report on the data.
pub(crate) async fn page(stack: &Stack, run: &Run, of_data: bool) -> Result<Vec<u8>> {
    let objects = stack.objects()?;
    for key in keys(&run.run_id).into_iter().skip(usize::from(of_data)) {
        if let Some(page) = objects.read(&key, None, REPORT_MAX).await.map_err(explain)? {
            return Ok(page);
        }
    }
    bail!(
        "the bucket {1} has no report of {0}; it was deleted, or it expired (the stack's parameters ReportExpirationDays and RunExpirationDays)",
        run.run_id,
        objects.bucket()
    )
}

/// The report of the run's last evaluation that has a decision.
pub(crate) async fn evaluation(stack: &Stack, run: &Run) -> Result<Vec<u8>> {
    let (id, named) = (&run.run_id, &stack.named);
    let Some(one) = stack.ledger()?.evaluation(id).await.map_err(explain)? else {
        bail!("run {id} has no evaluation; make one with `tunedrop evaluate {id}{named}`");
    };
    let Some(key) = report_key(&one) else {
        bail!("the evaluation of {id} is {}, and has no report; see `tunedrop show {id}{named}`", one.state.as_str());
    };
    let page = stack.objects()?.read(&key, None, REPORT_MAX).await.map_err(explain)?;
    page.with_context(|| {
        format!("the bucket has no {key}; it was deleted, or it expired. Evaluate the run again with `tunedrop evaluate {id}{named}`")
    })
}

/// The keys of the run's reports, in order: the outcome, the report on the data, and those of earlier attempts, because
/// `tunedrop retry` doesn't check the data again.
fn keys(run_id: &RunId) -> Vec<String> {
    let attempts = std::iter::successors(Some(run_id.clone()), RunId::previous);
    let on_data = attempts.map(|id| format!("reports/{}/{id}/report.html", id.dataset()));
    std::iter::once(format!("runs/{run_id}/outcome.html")).chain(on_data).collect()
}

/// The report on the data as JSON, if it exists.
pub(crate) async fn data(stack: &Stack, run: &Run) -> Result<Option<Value>> {
    let objects = stack.objects()?;
    for key in keys(&run.run_id).into_iter().skip(1) {
        let key = key.replace("/report.html", "/report.json");
        if let Some(bytes) = objects.read(&key, None, REPORT_MAX).await.map_err(explain)? {
            return Ok(serde_json::from_slice(&bytes).ok());
        }
    }
    Ok(None)
}

/// Starts the system's opener, without waiting for it.
fn open(path: &Path) -> Result<()> {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let started =
        Command::new(opener).arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    match started {
        Ok(_) => Ok(()),
        Err(_) => print(&format!("{opener} is not installed; open the file yourself\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::keys;

    #[test]
    fn falls_back_to_the_reports_of_earlier_attempts() {
        let keys = |id: &str| keys(&id.parse().expect(id));
        assert_eq!(
            keys("bot-0123456789ab"),
            ["runs/bot-0123456789ab/outcome.html", "reports/bot/bot-0123456789ab/report.html"]
        );
        assert_eq!(
            keys("bot-0123456789ab-3"),
            [
                "runs/bot-0123456789ab-3/outcome.html",
                "reports/bot/bot-0123456789ab-3/report.html",
                "reports/bot/bot-0123456789ab-2/report.html",
                "reports/bot/bot-0123456789ab/report.html",
            ]
        );
    }
}
