//! `tunedrop rm`: deletes a custom model, which costs something every month that it is kept.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;

use crate::format::visible;
use crate::print;
use crate::stack::{StackArgs, block_on, explain};

/// Delete a custom model
///
/// The run, its data and its reports stay. A model that is deployed can't be deleted before its deployment is.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop rm support-bot                            the model of the dataset's newest run
  tunedrop rm arn:aws:bedrock:us-east-1:123456789012:custom-model/… --yes

Exit codes: 0 deleted, 1 you said no, or there is no such model; 2 used wrongly or a service failed; 130 Ctrl-C")]
pub(crate) struct RmArgs {
    /// A custom model's ARN, or the run that it came from
    model: String,
    /// Don't ask
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn rm(args: &RmArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find_to_change().await?;
        let run = stack.run(&args.model).await?;
        let Some(arn) = &run.model_arn else {
            bail!("the run {} is {}, and has no custom model", run.run_id, run.state.as_str());
        };
        let question = format!("Delete the custom model {} of the run {}?", visible(arn), run.run_id);
        if !args.yes && !confirmed(&question).await? {
            print("Nothing was deleted\n")?;
            return Ok(ExitCode::from(1));
        }
        if !stack.jobs().delete_model(arn).await.map_err(explain)? {
            print(&format!("Bedrock knows no model {}; it may have been deleted before\n", visible(arn)))?;
            return Ok(ExitCode::from(1));
        }
        print(&format!("Deleted {}\n", visible(arn)))?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Asks on the terminal; where there is none, nobody can answer. Ctrl-C is heard meanwhile.
pub(crate) async fn confirmed(question: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("this is not a terminal, so nobody can be asked: say --yes if you are sure");
    }
    let mut out = std::io::stderr();
    write!(out, "{question} [y/N] ")?;
    out.flush()?;
    let answer = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer).map(|_| answer)
    });
    Ok(matches!(answer.await??.trim(), "y" | "Y" | "yes"))
}
