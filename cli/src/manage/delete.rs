//! `tunedrop stack delete`: deletes a stack, and on request what it leaves.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Result, bail, ensure};
use clap::Args;
use tunedrop_aws::{Found, Ledger, is_ours};

use super::erase::Data;
use super::events::Operation;
use super::follow;
use super::inventory::Inventory;
use super::state::{self, Allows};
use crate::format::{ERROR, visible};
use crate::rm::confirmed;
use crate::stack::{Connection, Stack, StackArgs, block_on, explain};
use crate::{note, print};

/// Delete a stack, and keep its data unless you say otherwise
///
/// Shows first what is in progress and what stays. The bucket and the table stay, unless --with-data deletes them too. Custom
/// models and deployments belong to Bedrock and stay in any case: the commands that end them are listed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop stack delete --stack tunedrop
  tunedrop stack delete --stack tunedrop --with-data
  tunedrop stack delete --local --yes

If it is interrupted, run it again. With --with-data it also finds the bucket and
the table of a stack that is gone, for 90 days.

Exit codes:
  0: deleted
  1: you declined, jobs are in progress, or the deletion failed
  2: no such stack, a usage error, or a failed service
  130: Ctrl-C; CloudFormation continues what it began")]
pub(crate) struct DeleteArgs {
    /// Also delete the bucket with all versions of its objects, and the table
    #[arg(long)]
    with_data: bool,
    /// Delete the stack although jobs are in progress, which fail then
    #[arg(long)]
    ignore_jobs: bool,
    /// Don't ask for confirmation
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    stack: StackArgs,
}

pub(super) fn delete(args: &DeleteArgs) -> Result<ExitCode> {
    block_on(async {
        let connection = args.stack.connect().await?;
        let name = args.stack.name(&connection).await?;
        match connection.stacks.find(&name).await.map_err(explain)? {
            Some(found) => delete_stack(args, &connection, &name, &found).await,
            None => delete_remains(args, &connection, &name).await,
        }
    })
}

async fn delete_stack(args: &DeleteArgs, connection: &Connection, name: &str, found: &Found) -> Result<ExitCode> {
    let named = connection.named(name);
    let is_going = found.status == "DELETE_IN_PROGRESS";
    if Allows::of(Some(&found.status)) == Allows::Nothing && !is_going {
        bail!("stack {name} is {}; try again when that has ended", found.status);
    }
    ensure!(is_tunedrop(connection, name, found).await?, "{name} is not a tunedrop stack");
    // A stack whose creation failed has no outputs, and nothing in progress.
    let inventory = match is_ours(&found.outputs) && !is_going {
        true => Inventory::read(&Stack::of(connection, name, found.outputs.clone()).ledger()?).await?,
        false => Inventory::default(),
    };
    let busy = inventory.in_progress(&named);
    let left = inventory.left_at_bedrock(&named, true);
    for part in [busy.as_str(), left.as_str()].iter().filter(|part| !part.is_empty()) {
        print(&format!("{part}\n"))?;
    }
    if inventory.is_busy() && !args.ignore_jobs {
        print("Nothing was deleted. To delete the stack nevertheless, pass --ignore-jobs\n")?;
        return Ok(ExitCode::from(1));
    }
    let output = |name: &str| found.outputs.get(name).cloned().into_iter().collect();
    let data = Data { buckets: output("BucketName"), tables: output("TableName") };
    let (shown, region) = (visible(name), &connection.region);
    let question = match (args.with_data, data.is_empty()) {
        (true, _) => {
            let what = if data.is_empty() { "what it kept".to_owned() } else { data.names() };
            format!("This deletes stack {shown} in {region}, and all of {what}. It can't be undone.")
        }
        (false, true) => format!("Delete stack {shown} in {region}?"),
        (false, false) => format!("Delete stack {shown} in {region}? It keeps {}.", visible(&data.names())),
    };
    if !is_going && !agreed(args, &question, name).await? {
        print("Canceled: nothing was deleted\n")?;
        return Ok(ExitCode::from(1));
    }

    let stacks = &connection.stacks;
    let last = if is_going { None } else { stacks.newest_event(&found.id).await.map_err(explain)? };
    if !is_going {
        stacks.delete(&found.id).await.map_err(explain)?;
    }
    let operation = follow::to_the_end(connection, &found.id, last, Operation::default()).await?;
    let status = operation.ended.as_deref().unwrap_or_default();
    if status != "DELETE_COMPLETE" {
        let why = operation.why().unwrap_or_else(|| "CloudFormation gives no reason".to_owned());
        print(&format!("\n{ERROR}{}{ERROR:#}: {why}\n\n{}", visible(status), state::advice(status, name, &named)))?;
        return Ok(ExitCode::from(1));
    }
    print(&format!("Deleted stack {shown}\n"))?;
    // What its creation left counts too, if that failed.
    let kept = Data::kept(&stacks.events(&found.id, None).await.map_err(explain)?);
    finish(args, connection, name, kept, &inventory).await
}

/// Deletes the data that was kept, or says where it is. Ends with what stays at Bedrock.
async fn finish(
    args: &DeleteArgs,
    connection: &Connection,
    name: &str,
    data: Data,
    inventory: &Inventory,
) -> Result<ExitCode> {
    let data = data.existing(connection).await?;
    if args.with_data {
        data.erase(connection).await?;
    } else if !data.is_empty() {
        let named = connection.named(name);
        let (names, again) = (visible(&data.names()), format!("tunedrop stack delete --with-data{named}"));
        print(&format!("\nKept: {names}. Their storage is billed. To delete them too: `{again}`\n"))?;
    }
    let left = inventory.left_at_bedrock("", false);
    if !left.is_empty() {
        print(&format!("\n{left}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// For a stack that is gone: finds what it kept.
async fn delete_remains(args: &DeleteArgs, connection: &Connection, name: &str) -> Result<ExitCode> {
    let (shown, region) = (visible(name), &connection.region);
    let Some(deleted) = connection.stacks.last_deleted(name).await.map_err(explain)? else {
        bail!("there is no stack {shown} in {region}, and none of this name was deleted in the last 90 days");
    };
    let kept = Data::kept(&connection.stacks.events(&deleted.id, None).await.map_err(explain)?);
    let data = kept.existing(connection).await?;
    if data.is_empty() {
        bail!("there is no stack {shown} in {region}, and nothing is left of the one that was deleted last");
    }
    note(&format!("Stack {shown} is deleted already. It left {}", data.names()));
    if !args.with_data {
        return finish(args, connection, name, data, &Inventory::default()).await;
    }
    // The ledger still knows what Bedrock serves.
    let mut inventory = Inventory::default();
    for table in &data.tables {
        match Inventory::read(&Ledger::new(&connection.configs.all, table.clone())).await {
            Ok(found) => inventory = found,
            Err(error) => {
                note(&format!("The table {table} can't be read, so models and deployments aren't listed: {error:#}"))
            }
        }
    }
    let question = format!("This deletes all of {}. It can't be undone.", visible(&data.names()));
    if !agreed(args, &question, name).await? {
        print("Canceled: nothing was deleted\n")?;
        return Ok(ExitCode::from(1));
    }
    finish(args, connection, name, data, &inventory).await
}

/// Whether tunedrop's template made it. One that failed has no outputs, and one that was never created has no template.
async fn is_tunedrop(connection: &Connection, name: &str, found: &Found) -> Result<bool> {
    if is_ours(&found.outputs) || ["REVIEW_IN_PROGRESS", "DELETE_IN_PROGRESS"].contains(&found.status.as_str()) {
        return Ok(true);
    }
    let summary = connection.stacks.summary(name).await.map_err(explain)?;
    Ok(summary.is_some_and(|summary| summary.description.starts_with("tunedrop")))
}

/// Asks for confirmation. For the data, the stack's name must be typed.
async fn agreed(args: &DeleteArgs, question: &str, name: &str) -> Result<bool> {
    if args.yes {
        return Ok(true);
    }
    if !args.with_data {
        return confirmed(question).await;
    }
    if !std::io::stdin().is_terminal() {
        bail!("not a terminal: pass --yes to confirm");
    }
    let mut out = std::io::stderr();
    write!(out, "{question}\nType the stack's name to confirm: ")?;
    out.flush()?;
    let answer = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer).map(|_| answer)
    });
    Ok(answer.await??.trim() == name)
}
