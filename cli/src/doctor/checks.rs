//! The checks, in the order in which a run needs their parts.

mod deployed;
mod evaluated;

use anyhow::Result;
use tunedrop_aws::{Account, Failure, Lifecycle, Queues};
use tunedrop_run::Timestamp;
use tunedrop_run::decide::lifecycle::{legacy, warning};
use tunedrop_validation::Catalogue;

use super::{Check, Mark};
use crate::catalogue::find;
use crate::stack::Stack;

/// Customization jobs at the same time in an account and Region (service quota, not adjustable).
const SLOTS: usize = 10;
const BEDROCK: &str = "bedrock.amazonaws.com";

/// Makes all checks. A failed one doesn't stop the others.
pub(super) async fn all(stack: &Stack, model: &str) -> Result<Vec<Check>> {
    let account = Account::new(&stack.configs);
    let (bucket, role) = (stack.output("BucketName")?, stack.output("JobRoleArn")?);
    let mut checks = vec![caller(&account).await, region(stack, model)?];
    checks.push(bucket_region(stack, &account, bucket).await);
    checks.push(asked(
        "versions",
        account.keeps_versions(bucket).await.map(|on| {
            if on {
                Ok("the bucket keeps versions".to_owned())
            } else {
                Err("the bucket keeps no versions: a file could be replaced after validation".to_owned())
            }
        }),
        &format!("aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled"),
    ));
    checks.push(asked(
        "events",
        account.sends_events_to_eventbridge(bucket).await.map(|on| {
            if on {
                Ok("the bucket sends its events to EventBridge".to_owned())
            } else {
                Err("the bucket sends no events to EventBridge: uploads have no effect".to_owned())
            }
        }),
        "deploy the stack again: its template turns this on",
    ));
    let table = stack.output("TableName")?;
    checks.push(asked(
        "ledger",
        account.table_state(table).await.map(|state| {
            if state == "ACTIVE" { Ok(format!("{table} is active")) } else { Err(format!("{table} is {state}")) }
        }),
        "wait a minute; if that doesn't help, deploy the stack again",
    ));
    checks.push(dead_letter_queues(stack).await);
    checks.push(subscribers(stack, &account).await?);
    checks.push(trust("job role", &account, role).await);
    checks.push(judge_trust(stack, &account).await);
    checks.push(permissions(stack, &account, role, bucket).await);
    checks.push(key(stack, &account, role).await);
    checks.push(model_check(stack, model).await?);
    checks.push(slots(stack).await);
    checks.push(deployed::check(stack).await);
    checks.push(evaluated::check(stack).await);
    Ok(checks)
}

fn good(what: &'static str, found: String) -> Check {
    Check { what, mark: Mark::Good, found, fix: String::new() }
}

/// A check from an answer: good, or bad with a fix. After a failed call it is unknown.
fn asked(what: &'static str, answer: Result<Result<String, String>, Failure>, fix: &str) -> Check {
    match answer {
        Ok(Ok(found)) => good(what, found),
        Ok(Err(found)) => Check { what, mark: Mark::Bad, found, fix: fix.to_owned() },
        Err(failure) => {
            Check { what, mark: Mark::Unknown, found: format!("not checked: {failure}"), fix: String::new() }
        }
    }
}

async fn caller(account: &Account) -> Check {
    match account.caller().await {
        Ok(arn) => good("credentials", arn),
        Err(failure) => Check {
            what: "credentials",
            mark: Mark::Bad,
            found: failure.to_string(),
            fix: "set them up as for the AWS CLI: `aws configure`, `aws sso login`, or --profile NAME".to_owned(),
        },
    }
}

/// Checks that the model can be customized in this Region.
fn region(stack: &Stack, model: &str) -> Result<Check> {
    let region = stack.configs.all.region().map(ToString::to_string).unwrap_or_default();
    let entry = find(Catalogue::embedded(), model)?;
    let there = entry.regions.contains(&region);
    let found = if there {
        Ok(format!("{} can be customized in {region}", entry.name))
    } else {
        Err(format!("{} can't be customized in {region}", entry.name))
    };
    Ok(asked("Region", Ok(found), &format!("deploy a stack in {}", entry.regions.join(" or "))))
}

async fn bucket_region(stack: &Stack, account: &Account, bucket: &str) -> Check {
    let own = stack.configs.all.region().map(ToString::to_string).unwrap_or_default();
    let answer = account.bucket_region(bucket).await.map(|region| match region {
        Some(region) if region != own => Err(format!(
            "{bucket} is in {region}, and the stack in {own}: Bedrock reads only buckets in its own Region"
        )),
        _ => Ok(format!("{bucket} exists")),
    });
    asked("bucket", answer, "deploy the stack again, in one Region")
}

async fn dead_letter_queues(stack: &Stack) -> Check {
    let queues = Queues::new(&stack.configs.all);
    let mut dead = 0;
    for queue in ["Validate", "Launch", "Record", "Evaluate", "Deploy", "Notify"] {
        let Ok(url) = stack.output(&format!("{queue}DeadLetterQueueUrl")) else { continue };
        match queues.depth(url).await {
            Ok(depth) => dead += depth,
            Err(failure) => return asked("queues", Err(failure), ""),
        }
    }
    let found = if dead == 0 {
        Ok("the dead-letter queues are empty".to_owned())
    } else {
        Err(format!("{dead} messages in the dead-letter queues: a function failed too often"))
    };
    asked("queues", Ok(found), &format!("fix the cause, then run `tunedrop redrive --stack {}`", stack.name))
}

async fn subscribers(stack: &Stack, account: &Account) -> Result<Check> {
    let topic = stack.output("TopicArn")?;
    let answer = account.subscriptions(topic).await.map(|(confirmed, pending)| match (confirmed, pending) {
        (0, 0) => Err("no subscribers: nobody receives messages".to_owned()),
        (0, _) => Err("no confirmed subscribers: nobody receives messages yet".to_owned()),
        (confirmed, 0) => Ok(format!("{confirmed} confirmed")),
        (confirmed, pending) => Ok(format!("{confirmed} confirmed, {pending} not confirmed yet")),
    });
    let fix = format!(
        "open the link in the email from AWS, or run `aws sns subscribe --topic-arn {topic} --protocol email --notification-endpoint ADDRESS`"
    );
    Ok(asked("subscribers", answer, &fix))
}

/// Checks that Bedrock may assume a role.
async fn trust(what: &'static str, account: &Account, role: &str) -> Check {
    let answer = account.service_role(role).await.map(|facts| {
        if facts.trusts.iter().any(|service| service == BEDROCK) {
            Ok(format!("Bedrock may assume {role}"))
        } else {
            Err(format!("Bedrock may not assume {role}"))
        }
    });
    asked(what, answer, "deploy the stack again: its template sets the role's trust policy")
}

/// The same for the judge's role, of which a stack of an earlier version has none.
async fn judge_trust(stack: &Stack, account: &Account) -> Check {
    const WHAT: &str = "judge role";
    match stack.output("JudgeRoleArn") {
        Ok(role) => trust(WHAT, account, role).await,
        Err(_) => {
            let found =
                "not checked: the stack has no output JudgeRoleArn; update it to evaluate with a judge".to_owned();
            Check { what: WHAT, mark: Mark::Unknown, found, fix: String::new() }
        }
    }
}

async fn permissions(stack: &Stack, account: &Account, role: &str, bucket: &str) -> Check {
    if stack.emulated {
        let found = "not checked: the emulator doesn't evaluate policies".to_owned();
        return Check { what: "permissions", mark: Mark::Unknown, found, fix: String::new() };
    }
    let partition = role.split(':').nth(1).unwrap_or("aws");
    let object = |key: &str| format!("arn:{partition}:s3:::{bucket}/{key}");
    let wanted = [
        ("s3:ListBucket", format!("arn:{partition}:s3:::{bucket}")),
        ("s3:GetObject", object("runs/x/data/train.jsonl")),
        ("s3:PutObject", object("output/x/metrics.csv")),
    ];
    let answer = account.denied(role, &wanted, &via(stack)).await.map(|denied| {
        if denied.is_empty() {
            Ok("the job role may read the data and write the output".to_owned())
        } else {
            Err(format!("the job role may not: {}", denied.join(", ")))
        }
    });
    asked(
        "permissions",
        answer,
        "deploy the stack again; if that doesn't help, a permissions boundary or an organization's policy denies it",
    )
}

/// The service through which the job role uses the bucket's key.
fn via(stack: &Stack) -> String {
    format!("s3.{}.amazonaws.com", stack.configs.all.region().map(ToString::to_string).unwrap_or_default())
}

/// Checks the key's state, and that the job role may use it.
async fn key(stack: &Stack, account: &Account, role: &str) -> Check {
    const WHAT: &str = "key";
    let Ok(arn) = stack.output("KmsKeyArn") else {
        return good(WHAT, "no KMS key of your own: AWS's keys encrypt the data".to_owned());
    };
    let wanted = [("kms:Decrypt", arn.to_owned()), ("kms:GenerateDataKey", arn.to_owned())];
    let answer = match account.key_fault(arn).await {
        Ok(Some(fault)) => Ok(Err(format!("{arn}: {fault}"))),
        Ok(None) if stack.emulated => Ok(Ok(format!("{arn} is enabled"))),
        Ok(None) => account.denied(role, &wanted, &via(stack)).await.map(|denied| {
            if denied.is_empty() {
                Ok(format!("{arn} is enabled, and the job role may use it"))
            } else {
                Err(format!("the job role may not: {}", denied.join(", ")))
            }
        }),
        Err(failure) => Err(failure),
    };
    asked(
        WHAT,
        answer,
        "enable it with `aws kms enable-key`, or deploy the stack with another; docs/kms.md has the key policy",
    )
}

/// Checks the model's lifecycle: Bedrock's answer, or the catalogue's if Bedrock has none.
async fn model_check(stack: &Stack, model: &str) -> Result<Check> {
    let entry = find(Catalogue::embedded(), model)?;
    let answer = stack.jobs().lifecycle(&entry.identifier).await.map(|(lifecycle, dates)| match lifecycle {
        Lifecycle::Legacy => Err(legacy(&entry.name, &dates, entry.withdrawn_note().as_deref())),
        Lifecycle::Active => match warning(&entry.name, &dates, Timestamp::now()) {
            Some(warning) => Ok(format!("{} can be customized; warning: {warning}", entry.name)),
            None => Ok(format!("{} can be customized", entry.name)),
        },
        Lifecycle::Unknown => {
            Err(entry.withdrawn_note().unwrap_or_else(|| format!("Bedrock doesn't list {} in this Region", entry.name)))
        }
    });
    Ok(asked("base model", answer, "choose another model: `tunedrop models` lists them"))
}

async fn slots(stack: &Stack) -> Check {
    let answer = stack.jobs().unfinished().await.map(|taken| match SLOTS.saturating_sub(taken) {
        0 => Err(format!("all {SLOTS} job slots are in use: runs wait until one is free")),
        free => Ok(format!("{free} of {SLOTS} job slots are free")),
    });
    asked("job slots", answer, "wait, or stop a job that you don't need, with `tunedrop stop` or in the console")
}
