//! `tunedrop init`: writes a recipe for the data in a folder.

mod data;
mod first;
pub(crate) mod recipe;
mod tried;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use tunedrop_report::shell;
use tunedrop_run::object_key::RECIPES;
use tunedrop_validation::{Catalogue, Customization};

use crate::catalogue::{DEFAULT_MODEL, Rules, find, rules};
use crate::free_name::free_name;
use crate::near_miss::Target;
use crate::options::Type;
use crate::{print, write};

use data::Found;
use tried::Choice;

/// Write a recipe for the data in a folder
///
/// Reads the first records of the training file, and proposes a base model that accepts them. The recipe has every
/// hyperparameter in a comment, with its default and its range.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop init support-bot
  tunedrop init support-bot --model nova-pro
  tunedrop init --model nova-lite --type distillation

Exit codes:
  0: the recipe is written
  1: a data file is empty, must be converted, unpacked or renamed first, or
     has only records that the model rejects
  2: a usage error, or the folder has a recipe already")]
pub(crate) struct InitArgs {
    /// The dataset's folder
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Base model [default: one that accepts the data, or nova-lite]
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Customization type [default: fine-tuning, or the only one that the model supports]
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    customization: Option<Type>,
    /// Replace an existing recipe
    #[arg(long)]
    force: bool,
}

pub(crate) fn init(args: &InitArgs) -> Result<ExitCode> {
    if !args.dir.is_dir() {
        bail!("{} is not a folder on this machine; create it, and put the data into it", args.dir.display());
    }
    let path = args.dir.join("job.yaml");
    if path.exists() && !args.force {
        bail!("{} already exists; pass --force to replace it", path.display());
    }
    // Two recipes in one folder are an error.
    if let Some(other) = RECIPES.iter().map(|name| args.dir.join(name)).find(|other| *other != path && other.exists()) {
        bail!("the folder has a recipe already, {}; edit it, or remove it and run init again", other.display());
    }
    let found = data::look(&args.dir)?;
    let catalogue = Catalogue::embedded();
    let name = args.model.as_deref().or(found.proposed()).unwrap_or(DEFAULT_MODEL);
    let wanted = args.customization.map(Customization::from);
    let proposed = found.customization().filter(|_| args.model.is_none() || found.proposed() == Some(name));
    let rules = rules(find(catalogue, name)?, wanted.or(proposed))?;
    let is_chosen = args.model.is_some() || args.customization.is_some();
    let target = Target { catalogue, rules: Some(rules), is_chosen };
    let first = match found.near_misses(&args.dir, target)? {
        Some(steps) => Some(steps),
        None => found.renaming(&args.dir, rules.model).or_else(|| found.filling(&args.dir)),
    };
    if let Some(steps) = first.or_else(|| found.conversion(rules, target, &args.dir)) {
        print(&steps)?;
        return Ok(ExitCode::from(1));
    }
    let (rules, warning) = match found.choice(rules, target, args.model.is_some(), &args.dir)? {
        Choice::Write(rules, warning) => (rules, warning),
        Choice::Stop(why) => {
            print(&why)?;
            return Ok(ExitCode::from(1));
        }
    };
    // A custom model is trained further under its own name.
    let base = args.model.as_deref().filter(|name| name.contains(":custom-model/")).unwrap_or(&rules.model.alias);
    write::whole_file(&path, recipe::of(base, rules, &found).as_bytes())?;
    let aside = found.validation_aside(&args.dir, target)?;
    print(&said(&path, rules, &found, warning.as_deref(), aside, &args.dir))?;
    Ok(ExitCode::SUCCESS)
}

/// The recipe that init would write for the folder. If something must be done first, the recipe is for the file that this
/// makes. `chosen`: the model and the type; otherwise, one that accepts the data.
pub(crate) fn proposal(dir: &Path, chosen: Option<Rules<'static>>) -> Result<String> {
    let catalogue = Catalogue::embedded();
    let mut found = data::look(dir)?;
    let name = found.proposed().unwrap_or(DEFAULT_MODEL);
    let first = match chosen {
        Some(rules) => rules,
        None => rules(find(catalogue, name)?, found.customization())?,
    };
    let target = Target { catalogue, rules: Some(first), is_chosen: chosen.is_some() };
    if found.near_misses(dir, target)?.is_some() {
        found.train = None;
    }
    let rules = match found.choice(first, target, chosen.is_some(), dir)? {
        Choice::Write(rules, _) => rules,
        Choice::Stop(_) => first,
    };
    Ok(recipe::of(&rules.model.alias, rules, &found))
}

/// The output: what was written, and the next step.
fn said(path: &Path, rules: Rules, found: &Found, warning: Option<&str>, aside: Option<String>, dir: &Path) -> String {
    let mut out = format!("Wrote {} for {}, {}\n", path.display(), rules.model.name, rules.customization.as_str());
    if let Some(note) = rules.model.withdrawn_note() {
        out.push_str(&format!("  warning: {note}\n"));
    }
    out.push_str(warning.unwrap_or_default());
    match (&found.train, &found.validation) {
        (None, Some(_)) => out.push_str("  The folder has no training file yet: add it as train.jsonl\n"),
        (None, None) => out.push_str("  The folder has no .jsonl file yet: add the training data as train.jsonl\n"),
        (Some(_), None) if rules.training.validation && aside.is_some() => out.push_str(&aside.unwrap_or_default()),
        (Some(train), None) if rules.training.validation => out.push_str(&format!(
            "  There is no validation file. To get one, split the records, then write both names in the recipe:\n    tunedrop split {} --train {} --out-validation {}\n",
            typed(&dir.join(train)),
            typed(&dir.join(free_name(
                if train == "training.jsonl" { "train.jsonl" } else { "training.jsonl" },
                |name| dir.join(name).exists()
            ))),
            typed(&dir.join(free_name("validation.jsonl", |name| dir.join(name).exists()))),
        )),
        _ => {}
    }
    out.push_str(&format!("Next: tunedrop check {}\n", typed(dir)));
    out
}

/// A path, quoted for a shell.
fn typed(path: &Path) -> String {
    shell(&path.to_string_lossy())
}
