//! `tunedrop compare`: compares runs side by side.

mod gate;

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};
use tunedrop_evaluation::{BASE, DEPLOYED};
use tunedrop_run::{EvaluationEntry, Run};
use unicode_width::UnicodeWidthStr;

use crate::format::{BOLD, grouped, visible};
use crate::losses::Losses;
use crate::runs::time;
use crate::stack::{StackArgs, block_on, explain};
use crate::watch::outcome;
use crate::{print, print_exactly};
use gate::Gate;

/// Compare the data, hyperparameters and losses of runs, and their evaluations
///
/// Of two runs, also shows whether the evaluation of the second found it better than the first. With --gate, the exit code
/// says it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop compare support-bot-3fa9 support-bot-77c1
  tunedrop compare base support-bot-77c1 --gate
  tunedrop compare --json a-1 b-2 c-3 | jq '.runs[].validation_loss'

Exit codes:
  0: compared; with --gate: the second run is better than the first
  1: with --gate: it is worse, or there is no difference
  2: with --gate: no evaluation compared the two; no such run, a usage error,
     or a failed service
  130: Ctrl-C")]
pub(crate) struct CompareArgs {
    /// Two or more: run ids or their beginnings, datasets, or ARNs of custom
    /// models. The first one may be base, for the base model of the second, or
    /// deployed, for the model that was deployed when that was evaluated
    #[arg(required = true, num_args = 2.., value_name = "RUN")]
    runs: Vec<String>,
    /// Exit with 1 unless the evaluation of the second run found it better than
    /// the first
    #[arg(long)]
    gate: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

/// A run, its losses and its evaluation.
pub(crate) struct Compared {
    pub(crate) run: Run,
    pub(crate) losses: Losses,
    pub(crate) evaluation: Option<EvaluationEntry>,
}

pub(crate) fn compare(args: &CompareArgs) -> Result<ExitCode> {
    block_on(async {
        if args.gate && args.runs.len() != 2 {
            bail!("--gate compares two runs; name two");
        }
        let stack = args.stack.find().await?;
        let (mut all, mut sides) = (Vec::new(), Vec::new());
        for (at, text) in args.runs.iter().enumerate() {
            if at == 0 && [BASE, DEPLOYED].contains(&text.as_str()) {
                sides.push(text.clone());
                continue;
            }
            let run = stack.run(text).await?;
            let losses = outcome(&stack, &run.run_id).await?.map(|outcome| Losses::of(&outcome)).unwrap_or_default();
            let evaluation = stack.ledger()?.evaluation(&run.run_id).await.map_err(explain)?;
            sides.push(run.run_id.to_string());
            all.push(Compared { run, losses, evaluation });
        }
        let gate = match (sides.as_slice(), all.last()) {
            ([first, _], Some(last)) => Some(Gate::of(first, last.evaluation.as_ref(), &last.run.run_id)),
            _ => None,
        };
        if args.json {
            let runs: Vec<Value> = all.iter().map(Compared::json).collect();
            let verdict = gate.as_ref().and_then(Gate::verdict);
            let page = json!({ "version": 1, "stack": stack.name, "runs": runs, "verdict": verdict });
            print_exactly(&format!("{page:#}\n"))?;
        } else {
            print(&laid_out(&rows(&all)))?;
        }
        let Some(gate) = gate else { return Ok(ExitCode::SUCCESS) };
        let line = gate.line(&stack.named);
        match gate.verdict() {
            None if args.gate => bail!("{line}"),
            Some(_) if !args.json => print(&format!("\n{line}\n"))?,
            _ => {}
        }
        Ok(ExitCode::from(if args.gate { gate.code() } else { 0 }))
    })
}

impl Compared {
    fn hyperparameters(&self) -> BTreeMap<String, String> {
        self.run.plan.as_ref().map(|plan| plan.hyperparameters.clone()).unwrap_or_default()
    }

    fn lowest_training(&self) -> Option<(f64, u64)> {
        Losses::lowest(&self.losses.training)
    }

    fn lowest_validation(&self) -> Option<(f64, u64)> {
        Losses::lowest(&self.losses.validation)
    }

    fn json(&self) -> Value {
        let lowest = |found: Option<(f64, u64)>| found.map(|(loss, step)| json!({ "loss": loss, "step": step }));
        json!({
            "run_id": self.run.run_id,
            "state": self.run.state.as_str(),
            "base_model": self.run.plan.as_ref().map(|plan| &plan.base_model),
            "records": self.run.records,
            "hyperparameters": self.hyperparameters(),
            "training_loss": self.run.training_loss,
            "validation_loss": self.run.validation_loss,
            "lowest_training_loss": lowest(self.lowest_training()),
            "lowest_validation_loss": lowest(self.lowest_validation()),
            "model_arn": self.run.model_arn,
            "evaluation": self.evaluation,
        })
    }
}

/// The rows of the table: a cell for each run, and a row for each hyperparameter that any of them sets. The first one has
/// the ids.
pub(crate) fn rows(all: &[Compared]) -> Vec<(String, Vec<String>)> {
    let cell = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let loss = |value: Option<f64>| cell(value.map(|loss| format!("{loss:.4}")));
    let low = |value: Option<(f64, u64)>| cell(value.map(|(loss, step)| format!("{loss:.4} at step {step}")));
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    let mut add = |name: &str, cells: Vec<String>| rows.push((name.to_owned(), cells));
    add("", all.iter().map(|one| visible(&one.run.run_id)).collect());
    add("state", all.iter().map(|one| one.run.state.as_str().to_owned()).collect());
    add(
        "base model",
        all.iter().map(|one| cell(one.run.plan.as_ref().map(|plan| visible(&plan.base_model)))).collect(),
    );
    add("uploaded", all.iter().map(|one| time(&one.run.uploaded_at)).collect());
    add("records", all.iter().map(|one| cell(one.run.records.map(grouped))).collect());
    let names: BTreeSet<String> = all.iter().flat_map(|one| one.hyperparameters().into_keys()).collect();
    for name in names {
        let value =
            |one: &Compared| one.hyperparameters().get(&name).map_or("default".to_owned(), |value| visible(value));
        add(&visible(&name), all.iter().map(value).collect());
    }
    add("training loss", all.iter().map(|one| loss(one.run.training_loss)).collect());
    add("lowest", all.iter().map(|one| low(one.lowest_training())).collect());
    if all.iter().any(|one| one.lowest_validation().is_some()) {
        add("validation loss", all.iter().map(|one| loss(one.run.validation_loss)).collect());
        add("lowest", all.iter().map(|one| low(one.lowest_validation())).collect());
    }
    if all.iter().any(|one| one.evaluation.is_some()) {
        let state = |one: &Compared| one.evaluation.as_ref().map(|evaluation| evaluation.state.as_str().to_owned());
        add("evaluation", all.iter().map(|one| cell(state(one))).collect());
    }
    rows
}

fn laid_out(rows: &[(String, Vec<String>)]) -> String {
    let first = rows.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
    let columns = rows.first().map_or(0, |(_, cells)| cells.len());
    let wide = |at: usize| rows.iter().map(|(_, cells)| cells[at].width()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(wide).collect();
    let mut out = String::new();
    for (name, cells) in rows {
        let mut line = format!("{name}{}", " ".repeat(first - name.width()));
        for (cell, width) in cells.iter().zip(&widths) {
            line.push_str(&format!("  {cell}{}", " ".repeat(width - cell.width())));
        }
        let line = line.trim_end();
        out.push_str(&if name.is_empty() { format!("{BOLD}{line}{BOLD:#}\n") } else { format!("{line}\n") });
    }
    out
}
