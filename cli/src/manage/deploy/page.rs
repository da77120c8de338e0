//! What a deployment prints: before it, and when it has ended.

use std::process::ExitCode;

use anyhow::{Context, Result};
use tunedrop_aws::Found;

use crate::format::{BOLD, ERROR, GOOD, visible};
use crate::manage::events::Operation;
use crate::manage::release::{Release, numbers};
use crate::manage::state;
use crate::print;
use crate::stack::{Connection, explain};

/// The outputs that are shown after a deployment.
const SHOWN: [&str; 5] = ["BucketName", "TopicArn", "EventBusName", "DashboardName", "Version"];

/// What is deployed, and where.
pub(super) fn introduction(release: &Release, existing: Option<&Found>, name: &str, connection: &Connection) -> String {
    let (to, region) = (&release.version, &connection.region);
    let (hash, dirty) = release.commit.split_once('-').unwrap_or((&release.commit, ""));
    let commit: String = hash.chars().take(12).collect();
    let dirty = if dirty.is_empty() { "" } else { " with other changes" };
    let dev = if release.profile == "release" { "" } else { ", a build for tests" };
    let version = match existing {
        None => format!("new, version {to}"),
        Some(found) => match found.outputs.get("Version") {
            Some(from) if from == to => format!("version {to}, as before"),
            Some(from) => format!("version {} to {to}", visible(from)),
            None => format!("a version before {to} to {to}"),
        },
    };
    format!(
        "Release {to}, commit {}{dirty}{dev}\n{BOLD}Stack {}{BOLD:#} in {region}: {version}\n",
        visible(&commit),
        visible(name)
    )
}

/// Why the release is older than the stack.
pub(super) fn downgrade(found: &Found, release: &Release) -> Option<String> {
    let from = found.outputs.get("Version")?;
    (numbers(&release.version) < numbers(from)).then(|| {
        format!(
            "Refused: the stack has version {}, and {} is older. Items and events of the newer version may wait or lose fields: \
             see \"Go back\" in docs/upgrade.md. To do it nevertheless, pass --allow-downgrade",
            visible(from),
            release.version
        )
    })
}

/// Prints how it ended, and what to do next.
pub(super) async fn conclude(
    connection: &Connection,
    operation: &Operation,
    name: &str,
    named: &str,
) -> Result<ExitCode> {
    let status = operation.ended.as_deref().unwrap_or_default();
    if !state::is_good(status) {
        let why = operation.why().unwrap_or_else(|| "CloudFormation gives no reason".to_owned());
        let advice = state::advice(status, name, named);
        print(&format!("\n{ERROR}{}{ERROR:#}: {why}\n\n{advice}", visible(status)))?;
        return Ok(ExitCode::from(1));
    }
    let found = connection.stacks.find(name).await.map_err(explain)?.context("the stack is gone")?;
    let mut page = format!("\n{GOOD}{}{GOOD:#}\n\n", visible(status));
    for output in SHOWN {
        if let Some(value) = found.outputs.get(output) {
            page.push_str(&format!("  {output:<14}{}\n", visible(value)));
        }
    }
    page.push_str(&format!("\nNext:\n  tunedrop doctor{named}\n  tunedrop canary{named}\n"));
    if found.parameters.get("Email").is_some_and(|email| !email.is_empty()) {
        page.push_str("\nConfirm the first mail from AWS, if you haven't yet. You get no messages before that\n");
    }
    print(&page)?;
    Ok(ExitCode::SUCCESS)
}
