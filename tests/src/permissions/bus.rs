//! Which role may put which events on the stack's bus: each function's role its own kinds, all others commands only.

use anyhow::{Context, Result, bail, ensure};
use aws_sdk_eventbridge::config::Credentials;
use aws_sdk_eventbridge::error::ProvideErrorMetadata;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::json;
use tunedrop_local::{ACCOUNT, Stack};
use tunedrop_run::event::{SOURCE, senders};

use crate::permissions::stack::FUNCTIONS;

/// A call of one event or more: kind and source of each.
type Call<'a> = &'a [(&'a str, &'a str)];

/// A role that may put events on every bus of the account, as application roles often may, can send commands and
/// nothing else.
pub(super) async fn other_roles_can_only_send_commands(stack: &Stack) -> Result<()> {
    let bus = stack.deployment().bus()?;
    let allow = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "events:PutEvents", "Resource": "*" },
    ]});
    let events = user(stack, "other-user", &allow).await?;
    for kind in senders::ALL {
        let may = senders::COMMANDS.contains(kind);
        is_allowed(&events, bus, &[(kind.as_str(), SOURCE)], may).await?;
        is_allowed(&events, "default", &[(kind.as_str(), SOURCE)], true).await?;
    }
    is_allowed(&events, bus, &[("Stop Run", SOURCE), ("Run Succeeded", SOURCE)], false).await?;
    is_allowed(&events, bus, &[("stop run", SOURCE)], false).await?;
    is_allowed(&events, bus, &[("Object Created", "aws.s3")], false).await
}

/// The condition of docs/permissions.md, for people who may send some commands only.
pub(super) async fn commands_can_be_allowed_one_by_one(stack: &Stack) -> Result<()> {
    let bus = stack.deployment().bus()?;
    let arn = format!("arn:aws:events:us-east-1:{ACCOUNT}:event-bus/{bus}");
    let allow = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "events:PutEvents", "Resource": arn,
          "Condition": { "ForAllValues:StringEquals": { "events:detail-type": ["Approve Run"] } } },
    ]});
    let events = user(stack, "approver", &allow).await?;
    is_allowed(&events, bus, &[("Approve Run", SOURCE)], true).await?;
    is_allowed(&events, bus, &[("Stop Run", SOURCE)], false).await?;
    is_allowed(&events, bus, &[("Approve Run", SOURCE), ("Retry Run", SOURCE)], false).await?;
    is_allowed(&events, "default", &[("Approve Run", SOURCE)], false).await
}

/// A compromised function can't send the events of other functions, users or AWS.
pub(super) async fn each_role_puts_its_own_kinds_only(stack: &Stack) -> Result<()> {
    let bus = stack.deployment().bus()?;
    let lists = [
        senders::VALIDATE,
        senders::LAUNCH,
        senders::RECORD,
        senders::DEPLOY,
        senders::EVALUATE,
        senders::NOTIFY,
        senders::SWEEP,
    ];
    for (function, own) in FUNCTIONS.into_iter().zip(lists) {
        let events = as_function(stack, function).await?;
        for kind in senders::ALL {
            is_allowed(&events, bus, &[(kind.as_str(), SOURCE)], own.contains(kind)).await.context(function)?;
        }
        let one = own[0].as_str();
        is_allowed(&events, bus, &[(one, "aws.bedrock")], false).await.context(function)?;
        is_allowed(&events, bus, &[(one, SOURCE), ("Stop Run", SOURCE)], false).await.context(function)?;
        is_allowed(&events, "default", &[(one, SOURCE)], false).await.context(function)?;
    }
    Ok(())
}

/// Whether IAM allows the call. The events name no stack, so no rule handles them.
async fn is_allowed(events: &aws_sdk_eventbridge::Client, bus: &str, call: Call<'_>, expected: bool) -> Result<()> {
    let entry = |(kind, source): &(&str, &str)| {
        PutEventsRequestEntry::builder().event_bus_name(bus).source(*source).detail_type(*kind).detail("{}").build()
    };
    let answer = events.put_events().set_entries(Some(call.iter().map(entry).collect())).send().await;
    let allowed = match &answer {
        Ok(_) => true,
        Err(error) if error.code().is_some_and(|code| code.starts_with("AccessDenied")) => false,
        Err(error) => bail!("{call:?} on {bus}: {error:?}"),
    };
    ensure!(allowed == expected, "{call:?} on {bus}: allowed is {allowed}");
    Ok(())
}

/// Creates a user with this policy.
async fn user(stack: &Stack, name: &str, policy: &serde_json::Value) -> Result<aws_sdk_eventbridge::Client> {
    let iam = aws_sdk_iam::Client::new(&stack.sdk());
    iam.create_user().user_name(name).send().await?;
    iam.put_user_policy().user_name(name).policy_name("events").policy_document(policy.to_string()).send().await?;
    let key = iam.create_access_key().user_name(name).send().await?.access_key.context("a key")?;
    Ok(client(stack, Credentials::new(key.access_key_id, key.secret_access_key, None, None, "test")))
}

/// Uses a function's own role, which the account is allowed to assume for this.
async fn as_function(stack: &Stack, function: &str) -> Result<aws_sdk_eventbridge::Client> {
    let logical = format!("{}{}Role", function[..1].to_uppercase(), &function[1..]);
    let role = stack.deployment().resource(&logical)?;
    let trust = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "lambda.amazonaws.com" } },
        { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:root") } },
    ]});
    let iam = aws_sdk_iam::Client::new(&stack.sdk());
    iam.update_assume_role_policy().role_name(role).policy_document(trust.to_string()).send().await?;
    let assume = aws_sdk_sts::Client::new(&stack.sdk()).assume_role().role_session_name("test");
    let arn = iam.get_role().role_name(role).send().await?.role.context("a role")?.arn;
    let assumed = assume.role_arn(arn).send().await?;
    let key = assumed.credentials.context("credentials")?;
    let token = Some(key.session_token);
    Ok(client(stack, Credentials::new(key.access_key_id, key.secret_access_key, token, None, "test")))
}

fn client(stack: &Stack, credentials: Credentials) -> aws_sdk_eventbridge::Client {
    let config = aws_sdk_eventbridge::config::Builder::from(&stack.sdk()).credentials_provider(credentials);
    aws_sdk_eventbridge::Client::from_conf(config.build())
}
