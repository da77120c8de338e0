//! `tunedrop stack deploy` and `upgrade`: from a release to a stack, by a change set.
//!
//! `deploy` creates and updates, as other tools' `deploy` does, so that a pipeline runs one command for both. `upgrade` never
//! creates: a mistyped name is an error, not a second stack.

mod page;
mod pending;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use tunedrop_aws::{ChangeSet, Prepared, ResourceChange, is_ours};

use super::events::Operation;
use super::release::{Entry, Release};
use super::template::{Template, Values};
use super::{changes, follow, parameters, state, upload};
use crate::format::ERROR;
use crate::rm::confirmed;
use crate::stack::{Connection, StackArgs, explain, or_interrupted, run};
use crate::{note, print};
use page::{conclude, downgrade, introduction};
use pending::Pending;

/// The name of a new stack without `--stack`.
const NAME: &str = "tunedrop";

/// Deploy a stack from a release: create it, or update it
///
/// Compares the release's files with their hashes, uploads them to your bucket, and shows a change set before it is executed.
/// Parameters that you leave out keep their values. Without --stack, the name is tunedrop.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop stack deploy --release DIR --artifact-bucket my-artifacts
  tunedrop stack deploy --release DIR --artifact-bucket my-artifacts \\
    --parameter Email=team@example.com --tags team=ml
  tunedrop stack deploy --release DIR --parameters prod.json --yes
  tunedrop stack deploy --release DIR --local

Exit codes:
  0: deployed, or there was nothing to change
  1: you declined, the change isn't allowed, or the deployment failed
  2: a usage error, a damaged release, or a failed service
  130: Ctrl-C; nothing is left, or CloudFormation continues")]
pub(crate) struct DeployArgs {
    #[command(flatten)]
    common: ReleaseArgs,
}

/// Upgrade an existing stack to a release
///
/// The same as deploy, but never creates a stack. Runs in progress continue: see docs/upgrade.md.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop stack upgrade --release DIR
  tunedrop stack upgrade --release DIR --stack tunedrop --yes
  tunedrop stack upgrade --release OLD --allow-downgrade

Exit codes:
  0: upgraded, or there was nothing to change
  1: you declined, the change isn't allowed, or the upgrade failed
  2: no such stack, a usage error, a damaged release, or a failed service
  130: Ctrl-C; nothing is left, or CloudFormation continues")]
pub(crate) struct UpgradeArgs {
    #[command(flatten)]
    common: ReleaseArgs,
}

/// The options of both.
#[derive(Debug, Args)]
struct ReleaseArgs {
    /// Folder of a release, or the https address of one
    #[arg(long, value_name = "DIR|URL")]
    release: String,
    /// Bucket for the functions' code, in the stack's Region [default: the stack's]
    #[arg(long, value_name = "NAME")]
    artifact_bucket: Option<String>,
    /// A parameter of the template; repeat it for others
    #[arg(long = "parameter", value_name = "KEY=VALUE", value_parser = parameters::pair, num_args = 1..)]
    parameters: Vec<(String, String)>,
    /// JSON file with parameters: an object, or the list of the AWS CLI
    #[arg(long = "parameters", value_name = "FILE")]
    file: Option<PathBuf>,
    /// A tag of the stack and its resources. Other tags of the stack stay
    #[arg(long, value_name = "KEY=VALUE", value_parser = parameters::pair, num_args = 1..)]
    tags: Vec<(String, String)>,
    /// Deploy an older version than the stack has
    #[arg(long)]
    allow_downgrade: bool,
    /// Don't ask for confirmation
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    stack: StackArgs,
}

pub(super) fn deploy(args: &DeployArgs) -> Result<ExitCode> {
    start(&args.common, false)
}

pub(super) fn upgrade(args: &UpgradeArgs) -> Result<ExitCode> {
    start(&args.common, true)
}

fn start(args: &ReleaseArgs, must_exist: bool) -> Result<ExitCode> {
    run(async {
        let connection = args.stack.connect().await?;
        let mut pending = Pending::default();
        let ended = or_interrupted(steps(args, must_exist, &connection, &mut pending)).await;
        // After a refusal, an error or Ctrl-C. A second Ctrl-C leaves it.
        or_interrupted(pending.discard(&connection)).await?;
        match ended? {
            Some(code) => Ok(code),
            None => {
                if let Some(named) = pending.executed() {
                    note(&format!("CloudFormation continues. `tunedrop stack status{named}` shows the result"));
                }
                Ok(ExitCode::from(130))
            }
        }
    })
}

/// A checked release with its template.
struct Checked {
    release: Release,
    template: Template,
    given: BTreeMap<String, String>,
}

/// What can be checked without a call to AWS.
async fn checked(args: &ReleaseArgs) -> Result<Checked> {
    let release = Release::open(&args.release).await?;
    let template = Template::read(&release.read(release.template()?).await?)?;
    ensure!(
        template.version.as_deref() == Some(release.version.as_str()),
        "template.json is of version {}, and the release of version {}",
        template.version.as_deref().unwrap_or("?"),
        release.version
    );
    let given = parameters::merged(args.file.as_deref(), &args.parameters)?;
    refuse(&template.problems(&Values { given: &given, before: &BTreeMap::new() }))?;
    Ok(Checked { release, template, given })
}

fn refuse(problems: &[String]) -> Result<()> {
    ensure!(problems.is_empty(), "nothing was changed: {}", problems.join("; "));
    Ok(())
}

async fn steps(
    args: &ReleaseArgs,
    must_exist: bool,
    connection: &Connection,
    pending: &mut Pending,
) -> Result<ExitCode> {
    let Checked { mut release, template, given } = checked(args).await?;
    let name = match must_exist {
        true => args.stack.name(connection).await?,
        false => args.stack.stack.clone().or(connection.local.clone()).unwrap_or_else(|| NAME.to_owned()),
    };
    let named = connection.named(&name);
    let found = connection.stacks.find(&name).await.map_err(explain)?;
    let existing = found.as_ref().filter(|found| state::Allows::of(Some(&found.status)) != state::Allows::Create);
    if let Some(found) = existing {
        // A stack whose creation failed has no outputs.
        if let Some(why) = state::obstacle(&found.status, &name, &named) {
            bail!(why);
        }
        ensure!(is_ours(&found.outputs), "{name} is not a tunedrop stack; choose another name with --stack");
    } else if must_exist {
        bail!("there is no stack {name} in {}; create it with `tunedrop stack deploy`", connection.region);
    }
    let none = BTreeMap::new();
    let before = existing.map_or(&none, |found| &found.parameters);
    let values = Values { given: &given, before };
    refuse(&template.problems(&values))?;

    print(&introduction(&release, existing, &name, connection))?;
    if let Some(why) = existing.and_then(|found| downgrade(found, &release)).filter(|_| !args.allow_downgrade) {
        print(&format!("{why}\n"))?;
        return Ok(ExitCode::from(1));
    }
    let architecture = template.value("Architecture", &values).context("the template has no Architecture")?;
    let zips: Vec<Entry> = release.zips(architecture)?.into_iter().cloned().collect();
    let downloads = tempfile::tempdir().context("no temporary folder")?;
    let wanted: Vec<Entry> = zips.iter().chain([release.template()?]).cloned().collect();
    release.keep_in(downloads.path(), &wanted).await?;
    // All of them, before the first is uploaded.
    for zip in &zips {
        release.read(zip).await?;
    }

    let bucket = bucket(args, before, connection)?;
    upload::check(connection, &bucket).await?;
    let template_url = upload::upload(connection, &release, &bucket, &zips).await?;
    let mut parameters = template.to_send(&values);
    parameters.retain(|(key, _)| !super::template::OURS.contains(&key.as_str()));
    parameters.push(("ArtifactBucket".to_owned(), Some(bucket)));
    parameters.push(("ArtifactPrefix".to_owned(), Some(release.prefix())));
    let mut tags = existing.map_or_else(BTreeMap::new, |found| found.tags.clone());
    tags.extend(args.tags.iter().cloned());
    let tags: Vec<(String, String)> = tags.into_iter().collect();

    let set = pending::name(&release.version);
    pending.begin(&name, &set, &named, found.is_none());
    let request = ChangeSet {
        stack: &name,
        name: &set,
        is_new: existing.is_none(),
        template_url: &template_url,
        parameters: &parameters,
        tags: &tags,
    };
    let stack_id = connection.stacks.create_change_set(&request).await.map_err(explain)?;
    let Some(changes) = prepared(connection, &name, &set).await? else {
        print(&format!("Nothing to change: stack {name} has version {} and these parameters\n", release.version))?;
        return Ok(ExitCode::SUCCESS);
    };
    print(&format!("\n{}\n", changes::table(&changes, existing.is_none())))?;
    if let Some(why) = changes::refusal(&changes) {
        print(&format!("{ERROR}refused{ERROR:#}: {why}\n"))?;
        return Ok(ExitCode::from(1));
    }
    if !args.yes && !confirmed(&question(existing.is_none(), &name)).await? {
        print("Canceled: nothing was changed\n")?;
        return Ok(ExitCode::from(1));
    }

    let last = connection.stacks.newest_event(&stack_id).await.map_err(explain)?;
    connection.stacks.execute_change_set(&name, &set, &set).await.map_err(explain)?;
    pending.execute();
    let operation = follow::to_the_end(connection, &stack_id, last, Operation::new(changes.len())).await?;
    conclude(connection, &operation, &name, &named).await
}

/// The bucket for the code: the one that is named, or the one that the stack was deployed from.
fn bucket(args: &ReleaseArgs, before: &BTreeMap<String, String>, connection: &Connection) -> Result<String> {
    let local = || connection.local.as_ref().map(|_| upload::LOCAL_BUCKET.to_owned());
    let bucket = args.artifact_bucket.clone().or_else(|| before.get("ArtifactBucket").cloned()).or_else(local);
    bucket.ok_or_else(|| {
        anyhow!("name a bucket of yours in {} for the functions' code: --artifact-bucket NAME", connection.region)
    })
}

/// The changes, when CloudFormation knows them. `None` if there are none.
async fn prepared(connection: &Connection, stack: &str, set: &str) -> Result<Option<Vec<ResourceChange>>> {
    loop {
        match connection.stacks.prepared(stack, set).await.map_err(explain)? {
            Prepared::Pending => tokio::time::sleep(follow::pause(connection)).await,
            Prepared::Ready(changes) => return Ok(Some(changes)),
            Prepared::Empty => return Ok(None),
            Prepared::Failed(why) => bail!("CloudFormation can't do this: {why}"),
        }
    }
}

fn question(is_new: bool, name: &str) -> String {
    match is_new {
        true => format!("Create stack {name}?"),
        false => format!("Change stack {name}?"),
    }
}
