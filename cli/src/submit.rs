//! `tunedrop submit`: checks a folder, uploads it, and waits for the result.

mod files;
mod hold;
mod meter;
mod own_base;
mod send;
mod wait;

pub(crate) use files::{Files, of as files_of};
pub(crate) use send::{Ended, Stop, upload_silently};
pub(crate) use wait::{Validated, validated};

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use tunedrop_run::OwnLookup;
use tunedrop_run::object_key::{ObjectKind, PREFIX, classify};
use tunedrop_validation::MediaFolder;

use crate::check_dataset::CheckOptions;
use crate::check_result::CheckResult;
use crate::estimate::ListArgs;
use crate::format::{self, View, counted};
use crate::options::DataArgs;
use crate::rm::confirmed;
use crate::stack::{StackArgs, or_interrupted, run};
use crate::{catalogue, check_dataset, complain, dataset, estimate, print, watch};

/// Check a folder, upload it, and start a run
///
/// Checks the dataset first, as the cloud does, so that a dataset with errors is not uploaded. A base model that the recipe
/// names by a run or a deployment is looked up in the stack. Uploads the data files, then the recipe last. The run starts
/// when the recipe arrives.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop submit support-bot                   check, ask, upload
  tunedrop submit support-bot --follow --yes    follow the run until it ends
  tunedrop submit support-bot --dry-run         stop before the upload
  tunedrop submit data/v2 --name support-bot    as the dataset support-bot

Exit codes:
  0: accepted; with --follow, as `tunedrop watch`
  1: errors, or you declined; with --follow, as `tunedrop watch`
  2: a usage error, a failed service, or no result in time
  3: with --follow, the run is waiting for approval
  130: Ctrl-C. Before the recipe is uploaded, nothing starts")]
pub(crate) struct SubmitArgs {
    /// The dataset's folder, with a job.yaml
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The dataset's name [default: the folder's name]
    #[arg(long, value_name = "DATASET")]
    name: Option<String>,
    /// Follow the run until it ends, and the evaluation and the deployment that
    /// the recipe asks for
    #[arg(long)]
    follow: bool,
    /// Minutes to wait for the result after the upload
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=1440))]
    wait: u64,
    /// Don't ask for confirmation
    #[arg(long, short)]
    yes: bool,
    /// Check and list the files, without uploading
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn submit(args: &SubmitArgs) -> Result<ExitCode> {
    let dataset = name(args)?;
    let Some(own_base) = own_base::look_up(args)? else {
        return Ok(ExitCode::from(130));
    };
    let Some(files) = checked(args, &dataset, &own_base)? else {
        return Ok(ExitCode::from(1));
    };
    let size = indicatif::HumanBytes(files.bytes());
    if args.dry_run {
        let list: String = files.all.iter().map(|file| format!("  datasets/{dataset}/{}\n", file.key)).collect();
        print(&format!("\nDry run: nothing was uploaded. An upload has {size}, in this order:\n{list}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    run(async {
        let Some(stack) = or_interrupted(args.stack.find_to_change()).await? else {
            return Ok(ExitCode::from(130));
        };
        let question = format!(
            "\nUpload {} ({size}) as dataset {dataset} to stack {}?",
            counted(files.count(), "file"),
            stack.name
        );
        if !args.yes {
            let Some(yes) = or_interrupted(confirmed(&question)).await? else {
                return Ok(ExitCode::from(130));
            };
            if !yes {
                print("Canceled: nothing was uploaded\n")?;
                return Ok(ExitCode::from(1));
            }
        }
        if !send::upload(&stack, &dataset, &files).await? {
            return Ok(ExitCode::from(130));
        }
        let Some(sent) = or_interrupted(wait::wait_for_result(&stack, &dataset, args.wait)).await? else {
            return Ok(ExitCode::from(130));
        };
        let Some(run_id) = sent else {
            return Ok(ExitCode::from(1));
        };
        if args.follow {
            return Ok(or_interrupted(watch::follow(&stack, &run_id)).await?.unwrap_or(ExitCode::from(130)));
        }
        wait::print_run(&stack, &run_id).await
    })
}

/// The dataset's name: `--name`, or the folder's.
fn name(args: &SubmitArgs) -> Result<String> {
    let dir = args.dir.canonicalize().with_context(|| format!("{} can't be read", args.dir.display()))?;
    if !dir.is_dir() {
        bail!("{} is a file; pass its folder, which needs a job.yaml", args.dir.display());
    }
    let own = || dir.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = args.name.clone().or_else(own).unwrap_or_default();
    match name_fault(&name) {
        None => Ok(name),
        Some(why) => bail!("{why}; choose another name with --name"),
    }
}

/// Why a dataset can't have this name.
pub(crate) fn name_fault(name: &str) -> Option<String> {
    match classify(&format!("{PREFIX}{name}/train.jsonl")) {
        ObjectKind::DatasetFile { dataset, .. } if dataset == name => None,
        ObjectKind::NearMiss { finding, .. } => Some(finding.message),
        ObjectKind::DatasetFile { .. } => Some(format!("invalid dataset name {name}: it has a slash")),
        ObjectKind::Ignored(why) => Some(format!("invalid dataset name {name}: {why}")),
    }
}

/// The files to upload. `None` if findings block; they are printed.
fn checked(args: &SubmitArgs, name: &str, own_base: &OwnLookup) -> Result<Option<files::Files>> {
    let data = || DataArgs {
        paths: vec![args.dir.clone()],
        model: None,
        customization: None,
        role: None,
        catalogue: None,
        own_base: own_base.clone(),
    };
    let catalogue = catalogue::load(None)?;
    // Checked before it is read.
    if args.dir.is_dir() {
        files::recipe(&args.dir)?;
    }
    let (mut datasets, unreadable) = dataset::datasets(&data(), &catalogue)?;
    if let Some(fault) = unreadable.first() {
        bail!("{}: {}; `tunedrop init {}` writes a recipe", fault.path, fault.why, args.dir.display());
    }
    let mut dataset = datasets.pop().context("a folder is a dataset")?;
    // The bucket is known later.
    dataset.media_folder = Some(MediaFolder { bucket: None, prefix: format!("{PREFIX}{name}/") });
    let files = files::of(&args.dir, &dataset)?;
    let mut outcome = CheckResult { shows_texts: true, ..CheckResult::default() };
    check_dataset::check_dataset(dataset, CheckOptions::default(), &mut outcome);
    for fault in &outcome.unreadable {
        complain(&format!("{} can't be read: {}", fault.path, fault.why));
    }
    print(&format::human(&outcome, &View::of_terminal(true)))?;
    if !outcome.valid() {
        complain("nothing was uploaded: fix the errors above first");
        return Ok(None);
    }
    print("\n")?;
    // Some jobs aren't billed by the token; the error says so.
    // A dry run asks no stack.
    let list = if args.dry_run { ListArgs::default() } else { ListArgs::learned_by(&args.stack) };
    if let Err(error) = estimate::of_folder(data(), list) {
        print(&format!("{error:#}\n"))?;
    }
    Ok(Some(files))
}
