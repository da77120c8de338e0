//! `tunedrop compare`: runs side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use tunedrop_run::Run;
use unicode_width::UnicodeWidthStr;

use crate::format::{BOLD, grouped, visible};
use crate::runs::time;
use crate::stack::{StackArgs, block_on};
use crate::watch::outcome;
use crate::{print, print_exactly};

/// Compare runs: data, hyperparameters and losses, side by side
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop compare support-bot-3fa9 support-bot-77c1
  tunedrop compare --json a-1 b-2 c-3 | jq '.runs[].validation_loss'

Exit codes: 0 compared, 2 no such run, used wrongly, or a service failed; 130 Ctrl-C")]
pub(crate) struct CompareArgs {
    /// Runs' ids or the beginnings of them, datasets, or custom models' ARNs
    #[arg(required = true, num_args = 2.., value_name = "RUN")]
    runs: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

/// A run, and what it came to.
struct Compared {
    run: Run,
    outcome: Value,
}

pub(crate) fn compare(args: &CompareArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let mut all = Vec::new();
        for text in &args.runs {
            let run = stack.run(text).await?;
            let outcome = outcome(&stack, &run.run_id).await?.unwrap_or_default();
            all.push(Compared { run, outcome });
        }
        if args.json {
            let runs: Vec<Value> = all.iter().map(Compared::json).collect();
            print_exactly(&format!("{:#}\n", json!({ "version": 1, "stack": stack.name, "runs": runs })))?;
        } else {
            print(&page(&all))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

impl Compared {
    fn hyperparameters(&self) -> BTreeMap<String, String> {
        self.run.plan.as_ref().map(|plan| plan.hyperparameters.clone()).unwrap_or_default()
    }

    /// The lowest loss of a series, and its step.
    fn lowest(&self, series: &str) -> Option<(f64, u64)> {
        let points = self.outcome[series].as_array()?.iter();
        let points = points.filter_map(|point| Some((point["loss"].as_f64()?, point["step"].as_u64()?)));
        points.min_by(|a, b| a.0.total_cmp(&b.0))
    }

    fn json(&self) -> Value {
        let lowest = |series| self.lowest(series).map(|(loss, step)| json!({ "loss": loss, "step": step }));
        json!({
            "run_id": self.run.run_id,
            "state": self.run.state.as_str(),
            "base_model": self.run.plan.as_ref().map(|plan| &plan.base_model),
            "records": self.run.records,
            "hyperparameters": self.hyperparameters(),
            "training_loss": self.run.training_loss,
            "validation_loss": self.run.validation_loss,
            "lowest_training_loss": lowest("training"),
            "lowest_validation_loss": lowest("validation"),
            "model_arn": self.run.model_arn,
        })
    }
}

/// A column a run; hyperparameters that any of them set, a line each.
fn page(all: &[Compared]) -> String {
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
    add("dropped", all.iter().map(|one| time(&one.run.since)).collect());
    add("records", all.iter().map(|one| cell(one.run.records.map(grouped))).collect());
    let names: BTreeSet<String> = all.iter().flat_map(|one| one.hyperparameters().into_keys()).collect();
    for name in names {
        let value =
            |one: &Compared| one.hyperparameters().get(&name).map_or("default".to_owned(), |value| visible(value));
        add(&visible(&name), all.iter().map(value).collect());
    }
    add("training loss", all.iter().map(|one| loss(one.run.training_loss)).collect());
    add("lowest", all.iter().map(|one| low(one.lowest("training"))).collect());
    if all.iter().any(|one| one.lowest("validation").is_some()) {
        add("validation loss", all.iter().map(|one| loss(one.run.validation_loss)).collect());
        add("lowest", all.iter().map(|one| low(one.lowest("validation"))).collect());
    }
    laid_out(&rows)
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
