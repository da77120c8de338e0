//! `tunedrop stack status`: a stack's state, version and settings.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};
use tunedrop_aws::{Found, StackEvent};
use tunedrop_run::Timestamp;

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
        let known =
            Known { name, region: connection.region.clone(), changed: changed(&found, &defaults), found, events };
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
    let Known { name, region, found, changed, events } = known;
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
    let Known { name, region, found, changed, events } = known;
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
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn known(status: &str, events: Vec<StackEvent>) -> Known {
        let found = Found {
            outputs: map(&[("BucketName", "b"), ("Version", "0.1.0")]),
            account: "111122223333".to_owned(),
            id: "arn".to_owned(),
            status: status.to_owned(),
            reason: None,
            parameters: map(&[("Email", "a@b.c"), ("SettleSeconds", "300"), ("ArtifactBucket", "x")]),
            tags: map(&[("team", "ml")]),
        };
        let changed = changed(&found, &map(&[("Email", ""), ("SettleSeconds", "300")]));
        Known { name: "tunedrop".to_owned(), region: "us-east-1".to_owned(), changed, found, events }
    }

    fn failure() -> StackEvent {
        StackEvent {
            logical_id: "JobRole".to_owned(),
            kind: "AWS::IAM::Role".to_owned(),
            status: "CREATE_FAILED".to_owned(),
            reason: Some("not authorized".to_owned()),
            at: 1_764_547_200,
            ..StackEvent::default()
        }
    }

    #[test]
    fn a_page_has_what_differs_from_the_defaults() {
        let shown = page(&known("UPDATE_COMPLETE", Vec::new()), " --stack tunedrop");
        insta::assert_snapshot!(anstream::adapter::strip_str(&shown).to_string(), @r"
        tunedrop  UPDATE_COMPLETE

          version   0.1.0
          region    us-east-1
          account   111122223333
          bucket    b

        Parameters that differ from their defaults:
          Email  a@b.c  (default: empty)
        ");
    }

    #[test]
    fn a_failed_stack_shows_why_and_what_to_do() {
        let shown = page(&known("ROLLBACK_COMPLETE", vec![failure()]), " --stack tunedrop");
        insta::assert_snapshot!(anstream::adapter::strip_str(&shown).to_string(), @r"
        tunedrop  ROLLBACK_COMPLETE

          version   0.1.0
          region    us-east-1
          account   111122223333
          bucket    b

        Parameters that differ from their defaults:
          Email  a@b.c  (default: empty)

        Events:
          2025-12-01T00:00:00Z  JobRole (AWS::IAM::Role) failed: not authorized

        The first deployment failed, and CloudFormation took it back. Fix the reason above. Then delete the stack, which can't be updated in this state, and deploy again:

          tunedrop stack delete --stack tunedrop
        ");
    }

    #[test]
    fn programs_get_everything() {
        insta::assert_snapshot!(format!("{:#}", object(&known("CREATE_FAILED", vec![failure()]))), @r#"
        {
          "account": "111122223333",
          "changed_parameters": {
            "Email": {
              "default": "",
              "value": "a@b.c"
            }
          },
          "events": [
            {
              "reason": "not authorized",
              "resource": "JobRole",
              "status": "CREATE_FAILED",
              "time": "2025-12-01T00:00:00Z",
              "type": "AWS::IAM::Role"
            }
          ],
          "outputs": {
            "BucketName": "b",
            "Version": "0.1.0"
          },
          "parameters": {
            "ArtifactBucket": "x",
            "Email": "a@b.c",
            "SettleSeconds": "300"
          },
          "reason": null,
          "region": "us-east-1",
          "stack": "tunedrop",
          "stack_version": "0.1.0",
          "status": "CREATE_FAILED",
          "tags": {
            "team": "ml"
          },
          "version": 1
        }
        "#);
    }

    #[test]
    fn failures_come_before_other_events() {
        let other = StackEvent { status: "CREATE_COMPLETE".to_owned(), ..StackEvent::default() };
        assert_eq!(notable(&[failure(), other.clone()]), [failure()]);
        assert_eq!(notable(&vec![other; 12]).len(), SHOWN);
    }
}
