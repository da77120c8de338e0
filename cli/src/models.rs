//! `tunedrop models`: lists the catalogue, or describes one model.

mod detail;
mod object;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;
use tunedrop_validation::catalogue::Lifecycle;
use tunedrop_validation::{Customization, Model};

use crate::format::BOLD;
use crate::{catalogue, print, print_exactly};

/// List the base models that can be customized, or describe one
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop models
  tunedrop models nova-lite         formats, limits, hyperparameters, sources
  tunedrop models nova-lite --json

Exit codes:
  0: shown
  2: unknown model")]
pub(crate) struct ModelsArgs {
    /// An alias such as nova-lite, a name, or Bedrock's identifier
    model: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// A catalogue file whose entries extend or replace the built-in ones
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
}

pub(crate) fn models(args: &ModelsArgs) -> anyhow::Result<ExitCode> {
    let catalogue = catalogue::load(args.catalogue.as_deref())?;
    match (&args.model, args.json) {
        (None, false) => print(&table(catalogue.models()))?,
        (None, true) => print_exactly(&text(catalogue.models().iter().map(object::object).collect()))?,
        (Some(name), false) => print(&detail::detail(catalogue::find(&catalogue, name)?))?,
        (Some(name), true) => print_exactly(&text(object::object(catalogue::find(&catalogue, name)?)))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn text(value: Value) -> String {
    format!("{value:#}\n")
}

/// A line for each model, live ones first.
fn table(models: &[Model]) -> String {
    let mut models: Vec<&Model> = models.iter().collect();
    models.sort_by_key(|model| model.lifecycle != Lifecycle::Live);
    let row = |model: &&Model| {
        let status = match &model.lifecycle {
            Lifecycle::Live => "live".to_owned(),
            Lifecycle::Withdrawn { instead, .. } => format!("withdrawn; use {instead}"),
        };
        let types: Vec<&str> = model.customizations().map(Customization::as_str).collect();
        [model.alias.clone(), model.name.clone(), status, types.join(", ")]
    };
    let rows: Vec<[String; 4]> = models.iter().map(row).collect();
    let heads = ["ALIAS", "NAME", "STATUS", "TYPES"].map(str::to_owned);
    let width = |at: usize| rows.iter().chain([&heads]).map(|row| row[at].len()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2)];
    let line = |[alias, name, status, types]: &[String; 4]| {
        format!("{alias:<0$}  {name:<1$}  {status:<2$}  {types}", widths[0], widths[1], widths[2])
    };
    let mut text = format!("{BOLD}{}{BOLD:#}\n", line(&heads));
    for row in &rows {
        text.push_str(&line(row));
        text.push('\n');
    }
    text
}
