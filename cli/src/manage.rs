//! `tunedrop stack`: deploys a stack from a release, upgrades, shows and deletes it.

mod budgets;
mod changes;
mod delete;
mod deploy;
mod erase;
mod events;
mod follow;
mod inventory;
mod parameters;
mod release;
mod state;
mod status;
mod template;
mod upload;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use delete::DeleteArgs;
use deploy::{DeployArgs, UpgradeArgs};
use status::StatusArgs;

/// Deploy, upgrade, show and delete stacks
///
/// Works from a release's files, so it needs no compiler. What it changes, it shows first.
#[derive(Debug, Subcommand)]
pub(crate) enum StackCommand {
    Deploy(DeployArgs),
    Upgrade(UpgradeArgs),
    Status(StatusArgs),
    Delete(DeleteArgs),
}

pub(crate) fn run(command: &StackCommand) -> Result<ExitCode> {
    match command {
        StackCommand::Deploy(args) => deploy::deploy(args),
        StackCommand::Upgrade(args) => deploy::upgrade(args),
        StackCommand::Status(args) => status::status(args),
        StackCommand::Delete(args) => delete::delete(args),
    }
}
