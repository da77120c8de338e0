//! `tunedrop init`: a recipe for the data that lies in a folder.

mod data;
mod recipe;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use tunedrop_report::shell;
use tunedrop_validation::{Catalogue, Customization};

use crate::catalogue::{Rules, find, rules};
use crate::options::Type;
use crate::{print, write};

use data::Found;

/// The model of a recipe for which neither the person nor the data names another.
const DEFAULT_MODEL: &str = "nova-lite";

/// Write a recipe, with comments, for the data in a folder
///
/// Looks at the training file's first record, and proposes a base model that takes its layout.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop init support-bot
  tunedrop init support-bot --model nova-pro
  tunedrop init --model nova-lite --type distillation

Exit codes: 0 written, 1 the data is of a layout that the model doesn't take, is compressed or a table, or a file has a
name that isn't read or that Bedrock refuses: the command that helps is shown; 2 used wrongly, or a recipe is there already")]
pub(crate) struct InitArgs {
    /// The dataset's folder
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Base model [default: one that takes the data's layout, else nova-lite]
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Customization [default: what the model has, fine-tuning first]
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    customization: Option<Type>,
    /// Write over a recipe that is there
    #[arg(long)]
    force: bool,
}

pub(crate) fn init(args: &InitArgs) -> Result<ExitCode> {
    if !args.dir.is_dir() {
        bail!("there is no folder {}; make it, and put the data into it", args.dir.display());
    }
    let path = args.dir.join("job.yaml");
    if path.exists() && !args.force {
        bail!("{} is there already; write over it with --force", path.display());
    }
    let found = data::look(&args.dir)?;
    let given = conversion_target(args);
    if let Some(steps) = found.near_misses(&args.dir, &given)? {
        print(&steps)?;
        return Ok(ExitCode::from(1));
    }
    if let Some(rename) = found.renaming(&args.dir) {
        print(&rename)?;
        return Ok(ExitCode::from(1));
    }
    let catalogue = Catalogue::embedded();
    let name = args.model.as_deref().or(found.proposed()).unwrap_or(DEFAULT_MODEL);
    let rules = rules(find(catalogue, name)?, args.customization.map(Customization::from).or(found.customization()))?;
    if let Some(convert) = found.conversion(rules, &args.dir) {
        print(&convert)?;
        return Ok(ExitCode::from(1));
    }
    write::whole_file(&path, recipe::of(rules, &found).as_bytes())?;
    print(&said(&path, rules, &found, &args.dir))?;
    Ok(ExitCode::SUCCESS)
}

/// What a conversion is told of the model, before the data can say which one takes it.
fn conversion_target(args: &InitArgs) -> String {
    let model = shell(args.model.as_deref().unwrap_or(DEFAULT_MODEL));
    let customization = args.customization.map(|kind| format!(" --type {}", Customization::from(kind).as_str()));
    format!("--model {model}{}", customization.unwrap_or_default())
}

/// What was written, why so, and what comes next.
fn said(path: &Path, rules: Rules, found: &Found, dir: &Path) -> String {
    let mut out = format!("Wrote {} for {}, {}\n", path.display(), rules.model.name, rules.customization.as_str());
    if let Some(note) = rules.model.withdrawn_note() {
        out.push_str(&format!("  but {note}\n"));
    }
    match (&found.train, &found.validation) {
        (None, _) => out.push_str("  there is no .jsonl file yet: put the training data in as train.jsonl\n"),
        (Some(train), None) if rules.training.validation => out.push_str(&format!(
            "  there is no validation file; to measure on records that were not trained on, split, and name both files in the recipe:\n    tunedrop split {} --train {} --out-validation {}\n",
            typed(&dir.join(train)),
            typed(&dir.join(if train == "training.jsonl" { "train.jsonl" } else { "training.jsonl" })),
            typed(&dir.join("validation.jsonl")),
        )),
        _ => {}
    }
    out.push_str(&format!("Next: tunedrop check {}\n", typed(dir)));
    out
}

/// A path as it is typed in a shell.
fn typed(path: &Path) -> String {
    shell(&path.to_string_lossy())
}
