//! `tunedrop report`: the page on a run's data, or on how it went, in the browser.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Result, bail};
use clap::Args;
use tunedrop_run::{Run, RunId};

use crate::print;
use crate::stack::{Stack, StackArgs, block_on, explain, reports};
use crate::write::whole_file;

/// A report of 40,000 findings has 114 kB.
const REPORT_MAX: usize = 64 << 20;

/// Open the report on a run
///
/// A copy is put on this machine and opened in the browser: the verdict on the data, or, where the job is over, how it
/// went. Reports may show up to 120 characters of the data. The copy is in ~/.local/state/tunedrop/reports, where you
/// alone can read it; the next `tunedrop report` removes copies that are older than a day.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop report support-bot
  tunedrop report support-bot --verdict         the one on the data, also after the job
  tunedrop report support-bot -o report.html

Exit codes: 0 opened or written, 2 no such run or report, used wrongly, or a service failed; 130 Ctrl-C")]
pub(crate) struct ReportArgs {
    /// A run's id or the beginning of one, or a dataset
    run: String,
    /// The one on the data, also where the job is over
    #[arg(long)]
    verdict: bool,
    /// Write it here, and open nothing
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn report(args: &ReportArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let run = stack.run(&args.run).await?;
        let page = page(&stack, &run, args.verdict).await?;
        if let Some(path) = &args.output {
            whole_file(path, &page)?;
            print(&format!("{}\n", path.display()))?;
            return Ok(ExitCode::SUCCESS);
        }
        let path = reports()?.join(format!("{}.html", run.run_id));
        whole_file(&path, &page)?;
        print(&format!("{}\n", path.display()))?;
        if std::io::stdout().is_terminal() {
            open(&path)?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The outcome, where the job is over and nobody asks for the verdict.
async fn page(stack: &Stack, run: &Run, verdict: bool) -> Result<Vec<u8>> {
    let objects = stack.objects()?;
    for key in keys(&run.run_id).into_iter().skip(usize::from(verdict)) {
        if let Some(page) = objects.read(&key, None, REPORT_MAX).await.map_err(explain)? {
            return Ok(page);
        }
    }
    bail!(
        "there is no report on {} in the bucket {}; a stack keeps reports for ReportExpirationDays and outcomes for RunExpirationDays, or it was deleted",
        run.run_id,
        objects.bucket()
    )
}

/// Where the run's reports may lie: the outcome, then the verdict, then those on the attempts before it, for data is
/// not judged again by `tunedrop retry`.
fn keys(run_id: &RunId) -> Vec<String> {
    let attempts = std::iter::successors(Some(run_id.clone()), RunId::previous);
    let verdicts = attempts.map(|id| format!("reports/{}/{id}/report.html", id.dataset()));
    std::iter::once(format!("runs/{run_id}/outcome.html")).chain(verdicts).collect()
}

/// By the system's own opener, which is not waited for.
fn open(path: &Path) -> Result<()> {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let started =
        Command::new(opener).arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    match started {
        Ok(_) => Ok(()),
        Err(_) => print(&format!("{opener} is not there; open the file yourself\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::keys;

    #[test]
    fn a_retried_run_has_the_verdict_of_the_attempt_before_it() {
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
