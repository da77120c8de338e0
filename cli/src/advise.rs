//! `tunedrop advise`: whether to customize a model at all, and how.

mod ask;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::json;

use crate::format::BOLD;
use crate::place::small_text;
use crate::{print, print_exactly};

use table::{Advice, Table};

/// Ask whether customizing a model is the right thing, and which kind
///
/// Nine questions; the answer is one of fine-tuning, continued pre-training, distillation, retrieval (RAG) or prompting,
/// with what speaks for it and against it, and the next command. Nothing leaves this machine.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop advise
  tunedrop advise --questions > answers.toml      then fill it in, and:
  tunedrop advise --answers answers.toml --json

The whole table, and where it comes from: cli/src/advise/table.toml.

Exit codes: 0 advised, 2 used wrongly, or an answer is not one of those that the question has")]
pub(crate) struct AdviseArgs {
    /// A TOML file with an answer to each question, in place of the interview
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Print the questions as such a file, and ask nothing
    #[arg(long, conflicts_with = "answers")]
    questions: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn advise(args: &AdviseArgs) -> Result<ExitCode> {
    let table = Table::embedded();
    if args.questions {
        print_exactly(&ask::form(&table))?;
        return Ok(ExitCode::SUCCESS);
    }
    let answers = match &args.answers {
        Some(path) => {
            let text = small_text("", path)?;
            ask::read(&table, &text).with_context(|| format!("{} can't be used", path.display()))?
        }
        None if !ask::can_ask() => bail!(
            "this is not a terminal, so nobody can be asked: write the answers into a file, which `tunedrop advise --questions` prints, and give it as --answers"
        ),
        None => ask::interview(&table)?,
    };
    let advice = table.advice(&answers);
    if args.json {
        let Advice { name, why, .. } = &advice;
        let object = json!({
            "version": 1, "advice": name, "why": why, "answers": answers,
            "for": advice.kind.pro, "against": advice.kind.con, "next": advice.kind.next,
        });
        print_exactly(&format!("{object:#}\n"))?;
    } else {
        print(&page(&advice))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn page(advice: &Advice) -> String {
    let kind = advice.kind;
    let list = |lines: &[String]| lines.iter().map(|line| format!("  {line}\n")).collect::<String>();
    format!(
        "\n{BOLD}{}{BOLD:#}\n{}\n\nFor it:\n{}Against it:\n{}Next:\n{}",
        kind.title,
        advice.why,
        list(&kind.pro),
        list(&kind.con),
        list(&kind.next),
    )
}
