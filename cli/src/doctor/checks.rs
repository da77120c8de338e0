//! The parts that are looked at, in the order in which a run needs them.

use anyhow::Result;
use tunedrop_aws::{Account, Failure, Lifecycle, Queues};
use tunedrop_run::Timestamp;
use tunedrop_run::decide::lifecycle::{legacy, warning};
use tunedrop_validation::Catalogue;

use super::{Check, Mark};
use crate::catalogue::find;
use crate::stack::Stack;

/// Customization jobs at once in an account and Region (service quotas, not adjustable).
const SLOTS: usize = 10;
const BEDROCK: &str = "bedrock.amazonaws.com";

/// Looks at everything; what fails stops nothing that comes after it.
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
                Err("the bucket keeps no versions: what was judged could be replaced".to_owned())
            }
        }),
        &format!("aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled"),
    ));
    checks.push(asked(
        "events",
        account.tells_eventbridge(bucket).await.map(|on| {
            if on {
                Ok("the bucket tells EventBridge of drops".to_owned())
            } else {
                Err("the bucket tells EventBridge nothing: no drop is noticed".to_owned())
            }
        }),
        "deploy the stack once more: its template turns this on",
    ));
    let table = stack.output("TableName")?;
    checks.push(asked(
        "ledger",
        account.table_state(table).await.map(|state| {
            if state == "ACTIVE" { Ok(format!("{table} is active")) } else { Err(format!("{table} is {state}")) }
        }),
        "wait a minute, and deploy the stack once more if that doesn't help",
    ));
    checks.push(dead_letters(stack).await);
    checks.push(told(stack, &account).await?);
    checks.push(trust(&account, role).await);
    checks.push(permissions(stack, &account, role, bucket).await);
    checks.push(key(stack, &account, role).await);
    checks.push(model_check(stack, model).await?);
    checks.push(slots(stack).await);
    Ok(checks)
}

fn good(what: &'static str, found: String) -> Check {
    Check { what, mark: Mark::Good, found, mend: String::new() }
}

/// An answer: good, or bad with what mends it; a call that failed leaves it open.
fn asked(what: &'static str, answer: Result<Result<String, String>, Failure>, mend: &str) -> Check {
    match answer {
        Ok(Ok(found)) => good(what, found),
        Ok(Err(found)) => Check { what, mark: Mark::Bad, found, mend: mend.to_owned() },
        Err(failure) => {
            Check { what, mark: Mark::Unknown, found: format!("not checked: {failure}"), mend: String::new() }
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
            mend: "set them up as for the AWS CLI: aws configure, aws sso login, or --profile NAME".to_owned(),
        },
    }
}

/// Models are customized in a few Regions only.
fn region(stack: &Stack, model: &str) -> Result<Check> {
    let region = stack.configs.all.region().map(ToString::to_string).unwrap_or_default();
    let entry = find(Catalogue::embedded(), model)?;
    let there = entry.regions.contains(&region);
    let found = if there {
        Ok(format!("{region}, where {} is customized", entry.name))
    } else {
        Err(format!("{} is not customized in {region}", entry.name))
    };
    Ok(asked("Region", Ok(found), &format!("it is in {}; deploy a stack there", entry.regions.join(", "))))
}

async fn bucket_region(stack: &Stack, account: &Account, bucket: &str) -> Check {
    let own = stack.configs.all.region().map(ToString::to_string).unwrap_or_default();
    let answer = account.bucket_region(bucket).await.map(|region| match region {
        Some(region) if region != own => {
            Err(format!("{bucket} is in {region}, and the stack in {own}: Bedrock reads buckets of its own Region"))
        }
        _ => Ok(format!("{bucket} is there")),
    });
    asked("bucket", answer, "deploy the stack once more, in one Region")
}

async fn dead_letters(stack: &Stack) -> Check {
    let queues = Queues::new(&stack.configs.all);
    let mut dead = 0;
    for queue in ["Validate", "Launch", "Record", "Notify"] {
        let Ok(url) = stack.output(&format!("{queue}DeadLettersUrl")) else { continue };
        match queues.depth(url).await {
            Ok(depth) => dead += depth,
            Err(failure) => return asked("queues", Err(failure), ""),
        }
    }
    let found = if dead == 0 {
        Ok("no dead letters".to_owned())
    } else {
        Err(format!("{dead} dead letters: messages that a function gave up on"))
    };
    asked("queues", Ok(found), &format!("mend the cause, then: tunedrop redrive --stack {}", stack.name))
}

async fn told(stack: &Stack, account: &Account) -> Result<Check> {
    let topic = stack.output("TopicArn")?;
    let answer = account.subscriptions(topic).await.map(|(confirmed, pending)| match (confirmed, pending) {
        (0, 0) => Err("nobody is told: the topic has no subscription".to_owned()),
        (0, _) => Err("nobody is told: no subscription is confirmed yet".to_owned()),
        (confirmed, 0) => Ok(format!("{confirmed} subscribed to the topic")),
        (confirmed, pending) => Ok(format!("{confirmed} subscribed to the topic, {pending} not confirmed yet")),
    });
    let mend = format!(
        "confirm by the link in AWS's mail, or: aws sns subscribe --topic-arn {topic} --protocol email --notification-endpoint ADDRESS"
    );
    Ok(asked("told", answer, &mend))
}

async fn trust(account: &Account, role: &str) -> Check {
    let answer = account.job_role(role).await.map(|facts| {
        if facts.trusts.iter().any(|service| service == BEDROCK) {
            Ok(format!("Bedrock may assume {role}"))
        } else {
            Err(format!("Bedrock may not assume {role}"))
        }
    });
    asked("job role", answer, "deploy the stack once more: its template sets the role's trust")
}

async fn permissions(stack: &Stack, account: &Account, role: &str, bucket: &str) -> Check {
    if stack.emulated {
        let found = "not checked: the emulator doesn't simulate policies".to_owned();
        return Check { what: "permissions", mark: Mark::Unknown, found, mend: String::new() };
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
            Ok("the job role may read the data and write its output".to_owned())
        } else {
            Err(format!("the job role may not: {}", denied.join(", ")))
        }
    });
    asked(
        "permissions",
        answer,
        "deploy the stack once more; a boundary or an organization's policy may forbid it, too",
    )
}

/// How Bedrock uses the bucket's key: as the job role, through S3.
fn via(stack: &Stack) -> String {
    format!("s3.{}.amazonaws.com", stack.configs.all.region().map(ToString::to_string).unwrap_or_default())
}

/// The key's state, and whether the job role may use it.
async fn key(stack: &Stack, account: &Account, role: &str) -> Check {
    const WHAT: &str = "key";
    let Ok(arn) = stack.output("KmsKeyArn") else {
        return good(WHAT, "no KMS key of your own: AWS's keys encrypt".to_owned());
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
        "enable it with aws kms enable-key, or give the stack another; its policy must be as docs/kms.md says",
    )
}

/// Bedrock's own word counts, the catalogue's where it has none.
async fn model_check(stack: &Stack, model: &str) -> Result<Check> {
    let entry = find(Catalogue::embedded(), model)?;
    let answer = stack.jobs().lifecycle(&entry.identifier).await.map(|(lifecycle, dates)| match lifecycle {
        Lifecycle::Legacy => Err(legacy(&entry.name, &dates, entry.withdrawn_note().as_deref())),
        Lifecycle::Active => match warning(&entry.name, &dates, Timestamp::now()) {
            Some(warning) => Ok(format!("{} can be customized; warning: {warning}", entry.name)),
            None => Ok(format!("{} can be customized", entry.name)),
        },
        Lifecycle::Unknown => {
            Err(entry.withdrawn_note().unwrap_or_else(|| format!("Bedrock doesn't show {} here", entry.name)))
        }
    });
    Ok(asked("base model", answer, "choose another: tunedrop models"))
}

async fn slots(stack: &Stack) -> Check {
    let answer = stack.jobs().unfinished().await.map(|taken| match SLOTS.saturating_sub(taken) {
        0 => Err(format!("all {SLOTS} job slots are taken: runs wait until one is free")),
        free => Ok(format!("{free} of {SLOTS} job slots are free")),
    });
    asked("job slots", answer, "nothing is lost; stop a job that nobody needs, with tunedrop stop or in the console")
}
