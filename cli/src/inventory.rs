//! `tunedrop inventory`: what exists at Bedrock in the account and Region, and what it costs.

mod costs;
mod gather;
mod table;

pub(crate) use costs::sentences;
pub(crate) use gather::{Found, Wanted, gather};
pub(crate) use table::lifecycle;

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use tunedrop_run::Timestamp;

use crate::stack::{StackArgs, block_on};
use crate::watch::bar;
use crate::{print, print_exactly};

/// List custom models, deployments and provisioned throughput of the account and Region
///
/// Lists what anybody made, not only this stack: which stack and run made it, according to the ledger and its tags, when it was
/// last invoked, what it costs as long as it exists, and the lifecycle dates of its base model. Changes nothing. If you lack a
/// permission, the rest is listed, and a warning names the permission. CloudWatch bills the lookup of invocations: one metric
/// for each line.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop inventory
  tunedrop inventory --days 30
  tunedrop inventory --price-list           with the prices of now
  tunedrop inventory --json | jq '.models[] | select(.last_invoked == null)'

Exit codes:
  0: listed, even if a permission is missing
  2: a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct InventoryArgs {
    /// How many days back to look for invocations
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=455))]
    days: i64,
    /// Read prices from the AWS Price List now (needs pricing:GetProducts)
    #[arg(long)]
    price_list: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn inventory(args: &InventoryArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let wanted = Wanted { days: args.days, price_list: args.price_list };
        let found = gather(&stack, wanted, Timestamp::now(), bar()).await?;
        for permission in &found.missing_permissions {
            anstream::eprintln!("warning: you lack the permission {permission}; what it would show is left out");
        }
        if args.json {
            let region = stack.configs.all.region().map(ToString::to_string);
            let mut page = json!({ "version": 1, "stack": stack.name, "region": region });
            if let (Some(page), serde_json::Value::Object(found)) =
                (page.as_object_mut(), serde_json::to_value(&found)?)
            {
                page.extend(found);
            }
            print_exactly(&format!("{page:#}\n"))?;
        } else {
            print(&table::page(&found))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}
