//! `tunedrop submit`: a folder checked here, then dropped into the bucket, and followed.

mod files;
mod hold;
mod meter;
mod send;
mod wait;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use tunedrop_run::dropped::{Dropped, PREFIX, classify};
use tunedrop_validation::{MediaFolder, Options};

use crate::format::{self, View, counted};
use crate::options::DataArgs;
use crate::outcome::Outcome;
use crate::rm::confirmed;
use crate::stack::{StackArgs, or_interrupted, run};
use crate::{catalogue, complain, estimate, judge, print, set, watch};

/// Check a folder, upload it, and start a run
///
/// The same checks as in the cloud are made here first, so that nothing is uploaded that would be rejected. Then the
/// files are uploaded, the recipe last; the run starts by itself. Until then a recipe that waits for a file that never
/// comes keeps old and new files from being taken for one set.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop submit support-bot                   check, show the cost, ask, upload, tell the run's id
  tunedrop submit support-bot --follow --yes    and watch it to its end
  tunedrop submit support-bot --dry-run         stop before the upload
  tunedrop submit data/v2 --name support-bot    as the dataset support-bot, whatever the folder is called

Exit codes: 0 accepted, or with --follow succeeded; 1 findings block, you said no, or it did not succeed;
2 used wrongly, a service failed, or no result came in time; 3 with --follow: held for approval; 130 Ctrl-C, and what was uploaded by then is
no complete set: the recipe comes last")]
pub(crate) struct SubmitArgs {
    /// The dataset's folder, with its job.yaml
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The dataset's name [default: the folder's]
    #[arg(long, value_name = "DATASET")]
    name: Option<String>,
    /// Watch the run until it ends
    #[arg(long)]
    follow: bool,
    /// Minutes to wait for the result after the upload
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=1440))]
    wait: u64,
    /// Don't ask
    #[arg(long, short)]
    yes: bool,
    /// Stop before the upload
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn submit(args: &SubmitArgs) -> Result<ExitCode> {
    let dataset = name(args)?;
    let Some(files) = checked(args, &dataset)? else {
        return Ok(ExitCode::from(1));
    };
    let bytes: u64 = files.all.iter().map(|file| file.bytes).sum();
    let size = indicatif::HumanBytes(bytes);
    if args.dry_run {
        let list: String = files.all.iter().map(|file| format!("  datasets/{dataset}/{}\n", file.key)).collect();
        print(&format!("\nWould upload {size} in this order, and nothing was uploaded:\n{list}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    run(async {
        let Some(stack) = or_interrupted(args.stack.find_to_change()).await? else {
            return Ok(ExitCode::from(130));
        };
        let question = format!(
            "\nUpload {}, {size}, as {dataset} to the stack {}?",
            counted(files.all.len() as u64, "file"),
            stack.name
        );
        if !args.yes {
            let Some(yes) = or_interrupted(confirmed(&question)).await? else {
                return Ok(ExitCode::from(130));
            };
            if !yes {
                print("Nothing was uploaded\n")?;
                return Ok(ExitCode::from(1));
            }
        }
        if !send::upload(&stack, &dataset, &files).await? {
            return Ok(ExitCode::from(130));
        }
        let Some(sent) = or_interrupted(wait::judged(&stack, &dataset, args.wait)).await? else {
            return Ok(ExitCode::from(130));
        };
        let Some(run_id) = sent else {
            return Ok(ExitCode::from(1));
        };
        if args.follow {
            return Ok(or_interrupted(watch::follow(&stack, &run_id)).await?.unwrap_or(ExitCode::from(130)));
        }
        wait::tell(&stack, &run_id).await
    })
}

/// The dataset's name, which is the folder's where nobody says another.
fn name(args: &SubmitArgs) -> Result<String> {
    let dir = args.dir.canonicalize().with_context(|| format!("there is no folder {}", args.dir.display()))?;
    if !dir.is_dir() {
        bail!("{} is a file; submit takes the folder that it lies in, with its job.yaml", args.dir.display());
    }
    let own = || dir.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = args.name.clone().or_else(own).unwrap_or_default();
    match classify(&format!("datasets/{name}/train.jsonl")) {
        Dropped::Part { .. } => Ok(name),
        Dropped::NearMiss { finding, .. } => bail!("{}; give another with --name", finding.message),
        Dropped::Ignored(why) => bail!("{name} can't be a dataset's name: {why}; give another with --name"),
    }
}

/// What is uploaded; nothing where findings block, which are shown.
fn checked(args: &SubmitArgs, dataset: &str) -> Result<Option<files::Files>> {
    let data =
        || DataArgs { paths: vec![args.dir.clone()], model: None, customization: None, role: None, catalogue: None };
    let catalogue = catalogue::load(None)?;
    // Before it is read, and shown where it has a fault.
    if args.dir.is_dir() {
        files::recipe(&args.dir)?;
    }
    let (mut sets, unreadable) = set::sets(&data(), &catalogue)?;
    if let Some(fault) = unreadable.first() {
        bail!("{}: {}; tunedrop init {} makes a recipe", fault.path, fault.why, args.dir.display());
    }
    let mut set = sets.pop().context("a folder is a set")?;
    // The stack, and so the bucket, is found later.
    set.media_folder = Some(MediaFolder { bucket: None, prefix: format!("{PREFIX}{dataset}/") });
    let files = files::of(&args.dir, &set)?;
    let mut outcome = Outcome::default();
    judge::judge(set, Options::default(), false, &mut outcome);
    for fault in &outcome.unreadable {
        complain(&format!("{} can't be read: {}", fault.path, fault.why));
    }
    print(&format::human(&outcome, &View::of_terminal(true)))?;
    if !outcome.valid() {
        complain("nothing was uploaded: mend the above first");
        return Ok(None);
    }
    print("\n")?;
    // Some jobs are not billed by the token: then it says so.
    if let Err(error) = estimate::of_folder(data()) {
        print(&format!("{error:#}\n"))?;
    }
    Ok(Some(files))
}
