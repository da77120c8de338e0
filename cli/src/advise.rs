//! `tunedrop advise`: an interview about whether to customize a model, and how.

mod ask;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::json;

use crate::format::BOLD;
use crate::location::small_text;
use crate::{print, print_exactly};

use table::{Advice, Answers, Table};

/// Decide whether to customize a model, and how
///
/// Asks nine questions, and advises fine-tuning, continued pre-training, distillation, retrieval (RAG) or prompting, with
/// arguments for and against it and the next command. Nothing leaves this machine.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop advise
  tunedrop advise --questions > answers.toml      fill it in, then run:
  tunedrop advise --answers answers.toml --json

The decision table and its sources are in cli/src/advise/table.toml.

Exit codes:
  0: advised
  2: a usage error, or an invalid answer")]
pub(crate) struct AdviseArgs {
    /// Read the answers from a TOML file
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Print the questions as a TOML file
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
            "not a terminal: write the answers to a file, and pass it with --answers. `tunedrop advise --questions` prints the file"
        ),
        None => ask::interview(&table)?,
    };
    if args.json {
        print_exactly(&object(&table, &answers))?;
    } else {
        print(&page(&table.advice(&answers)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The advice as one JSON object.
fn object(table: &Table, answers: &Answers) -> String {
    let advice = table.advice(answers);
    let Advice { name, why, .. } = &advice;
    let object = json!({
        "version": 1, "advice": name, "why": why, "answers": answers,
        "for": advice.kind.pro, "against": advice.kind.con, "next": advice.kind.next,
    });
    format!("{object:#}\n")
}

/// The advice for these answers, as one JSON object. The error names an answer that is missing or invalid.
pub(crate) fn advised(answers: Answers) -> Result<String> {
    let table = Table::embedded();
    ask::check(&table, &answers)?;
    Ok(object(&table, &answers))
}

/// The questions, as a JSON list of objects with `id`, `ask`, `answers` and `help`. The first answer is the default.
pub(crate) fn questions() -> String {
    let question = |question: &table::Question| json!({"id": question.id, "ask": question.ask, "answers": question.answers, "help": question.help});
    let questions: Vec<serde_json::Value> = Table::embedded().questions.iter().map(question).collect();
    format!("{:#}\n", serde_json::Value::from(questions))
}

fn page(advice: &Advice) -> String {
    let kind = advice.kind;
    let list = |lines: &[String]| lines.iter().map(|line| format!("  {line}\n")).collect::<String>();
    format!(
        "\n{BOLD}{}{BOLD:#}\n{}\n\nFor:\n{}Against:\n{}Next:\n{}",
        kind.title,
        advice.why,
        list(&kind.pro),
        list(&kind.con),
        list(&kind.next),
    )
}
