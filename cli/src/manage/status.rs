//! `tunedrop stack status`: a stack's state, version and settings.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};
use tunedrop_aws::{Found, Ledger, StackEvent};
use tunedrop_run::Timestamp;

use super::budgets::{self, BudgetLine};
use super::events::reason;
use super::state::{self, Allows};
use super::template::OURS;
use crate::format::{BOLD, ERROR, GOOD, WARNING, visible};
use crate::stack::{StackArgs, block_on, explain};
use crate::{print, print_exactly};

/// Events that are shown if something is in progress or failed.
const SHOWN: usize = 10;

/// Show a stack's state, version and settings
///
/// Lists the parameters that differ from their defaults. If something is in progress or failed, it also shows the last events.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop stack status
  tunedrop stack status --stack tunedrop --json | jq -r .stack_version

Exit codes:
  0: the stack is complete
  1: something is in progress, or the last operation failed
  2: no such stack, a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct StatusArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

/// What is known of a stack.
struct Known {
    name: String,
    region: String,
    found: Found,
    /// Parameters that differ from their defaults, with both values.
    changed: BTreeMap<String, (String, String)>,
    /// Oldest first.
    events: Vec<StackEvent>,
    budgets: Vec<BudgetLine>,
}

pub(super) fn status(args: &StatusArgs) -> Result<ExitCode> {
    block_on(async {
        let connection = args.stack.connect().await?;
        let name = args.stack.name(&connection).await?;
        let Some(found) = connection.stacks.find(&name).await.map_err(explain)? else {
            bail!("there is no stack {name} in {}; create it with `tunedrop stack deploy`", connection.region);
        };
        let defaults = connection.stacks.summary(&name).await.map_err(explain)?.unwrap_or_default().defaults;
        let good = state::is_good(&found.status);
        let mut events = Vec::new();
        if !good {
            events = connection.stacks.events(&found.id, None).await.map_err(explain)?;
            let shown = notable(&events);
            events = shown;
        }
        let mut budgets = Vec::new();
        if let Some(table) = found.outputs.get("TableName").filter(|_| good) {
            let ledger = Ledger::new(&connection.configs.all, table.clone());
            budgets = budgets::of(&ledger, &found.parameters).await.map_err(explain)?;
        }
        let changed = changed(&found, &defaults);
        let known = Known { name, region: connection.region.clone(), changed, found, events, budgets };
        if args.json {
            print_exactly(&format!("{:#}\n", object(&known)))?;
        } else {
            print(&page(&known, &connection.named(&known.name)))?;
        }
        Ok(ExitCode::from(u8::from(!good)))
    })
}

/// The events to show: the failures, if there are any, else the newest ones.
fn notable(events: &[StackEvent]) -> Vec<StackEvent> {
    let failed: Vec<StackEvent> = events.iter().filter(|event| event.status.ends_with("FAILED")).cloned().collect();
    let chosen = if failed.is_empty() { events } else { &failed };
    chosen[chosen.len().saturating_sub(SHOWN)..].to_vec()
}

fn changed(found: &Found, defaults: &BTreeMap<String, String>) -> BTreeMap<String, (String, String)> {
    let differs = |(name, value): (&String, &String)| {
        let default = defaults.get(name).cloned().unwrap_or_default();
        (*value != default && !OURS.contains(&name.as_str())).then(|| (name.clone(), (value.clone(), default)))
    };
    found.parameters.iter().filter_map(differs).collect()
}

fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

fn page(known: &Known, named: &str) -> String {
    let Known { name, region, found, changed, events, budgets } = known;
    let style = match Allows::of(Some(&found.status)) {
        _ if state::is_good(&found.status) => GOOD,
        Allows::Nothing | Allows::Create => WARNING,
        _ => ERROR,
    };
    let mut out = format!("{BOLD}{}{BOLD:#}  {style}{}{style:#}\n", visible(name), visible(&found.status));
    if let Some(why) = &found.reason {
        out.push_str(&format!("  {}\n", visible(why)));
    }
    out.push('\n');
    let version = found.outputs.get("Version").map_or("unknown; deployed before outputs had it", String::as_str);
    let mut row = |label: &str, value: &str| out.push_str(&format!("  {label:<10}{}\n", visible(value)));
    row("version", version);
    row("region", region);
    row("account", &found.account);
    for (label, output) in [("bucket", "BucketName"), ("table", "TableName"), ("dashboard", "DashboardName")] {
        if let Some(value) = found.outputs.get(output) {
            row(label, value);
        }
    }
    if changed.is_empty() {
        out.push_str("\nAll parameters have their defaults\n");
    } else {
        let width = changed.keys().map(String::len).max().unwrap_or(0);
        out.push_str("\nParameters that differ from their defaults:\n");
        for (name, (value, default)) in changed {
            let default = if default.is_empty() { "empty".to_owned() } else { visible(default) };
            out.push_str(&format!("  {name:<width$}  {}  (default: {default})\n", visible(value)));
        }
    }
    if !budgets.is_empty() {
        out.push_str("\nBudgets:\n");
        budgets.iter().for_each(|budget| out.push_str(&format!("  {}\n", budget.text())));
    }
    if !events.is_empty() {
        out.push_str("\nEvents:\n");
        for event in events {
            let what = match event.status.ends_with("FAILED") {
                true => reason(event),
                false => format!("{} {}", visible(&event.logical_id), visible(&event.status)),
            };
            out.push_str(&format!("  {}  {what}\n", time(event.at)));
        }
    }
    let next = state::advice(&found.status, name, named);
    if !next.is_empty() && !state::is_good(&found.status) && found.status != "REVIEW_IN_PROGRESS" {
        out.push_str(&format!("\n{next}"));
    }
    out
}

/// The same for programs.
fn object(known: &Known) -> Value {
    let Known { name, region, found, changed, events, budgets } = known;
    let changed: BTreeMap<&String, Value> =
        changed.iter().map(|(name, (value, default))| (name, json!({ "value": value, "default": default }))).collect();
    let events: Vec<Value> = events
        .iter()
        .map(|event| {
            json!({
                "time": time(event.at), "resource": event.logical_id, "type": event.kind, "status": event.status,
                "reason": event.reason,
            })
        })
        .collect();
    json!({
        "version": 1, "stack": name, "region": region, "account": found.account, "status": found.status,
        "reason": found.reason, "stack_version": found.outputs.get("Version"), "parameters": found.parameters,
        "changed_parameters": changed, "outputs": found.outputs, "tags": found.tags, "events": events,
        "budgets": budgets.iter().map(BudgetLine::object).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests;
