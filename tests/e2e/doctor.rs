//! `tunedrop doctor` on a healthy stack, and on one with failures.

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use serde_json::{Value, json};

use crate::harness::Harness;
use crate::session::Shell;

/// Each check has its mark. A failed check shows its fix, and the exit code reports it.
pub(crate) async fn doctor_reports_failures_until_they_are_fixed(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "doctor")?;
    let well = [
        "ok   credentials   arn:aws:iam::",
        "ok   Region        Nova Lite can be customized in us-east-1",
        "ok   bucket ",
        "ok   versions      the bucket keeps versions",
        "ok   events        the bucket sends its events to EventBridge",
        "ok   ledger ",
        "ok   subscribers   1 confirmed",
        "ok   job role      Bedrock may assume",
        "ok   judge role    Bedrock may assume",
        "?    permissions   not checked: the emulator doesn't evaluate policies",
        "ok   base model    Nova Lite can be customized",
        // Other scenarios use them.
        "  job slots ",
        "  deployments ",
        "  evaluations ",
    ];
    let printed = looked(&mut shell, "doctor --local")?;
    for line in well.iter().chain(&["ok   key           no KMS key of your own"]) {
        ensure!(printed.contains(line), "{line}: {printed}");
    }
    let key = w.paused.deployed.outputs.get("KmsKeyArn").context("the stack has a key")?;
    let printed = looked(&mut shell, "doctor --local --stack paused")?;
    ensure!(printed.contains(&format!("ok   key           {key} is enabled")), "{printed}");

    w.kms.disable_key().key_id(key).send().await?;
    versions(w, BucketVersioningStatus::Suspended).await?;
    let printed = looked(&mut shell, "doctor --local --stack paused")?;
    ensure!(printed.contains(&format!("BAD  key           {key}: the key is Disabled")), "{printed}");
    let bucket = w.paused.bucket();
    let mend = format!("aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled");
    ensure!(
        printed.contains("BAD  versions      the bucket keeps no versions") && printed.contains(&mend),
        "{printed}"
    );

    w.kms.enable_key().key_id(key).send().await?;
    versions(w, BucketVersioningStatus::Enabled).await?;
    let printed = looked(&mut shell, "doctor --local --stack paused")?;
    ensure!(printed.contains("ok   versions") && printed.contains("ok   key"), "{printed}");
    let json: Value = serde_json::from_str(&shell.run("doctor --local --stack paused --json")?.0)?;
    let checks = json["checks"].as_array().context("a list of checks")?;
    ensure!(checks.iter().any(|check| check["what"] == "versions" && check["mark"] == "ok"), "{json}");
    let judge = w.paused.deployed.output("JudgeRoleArn")?.rsplit('/').next().context("a role's name")?;
    trust(w, judge, "lambda.amazonaws.com").await?;
    let printed = looked(&mut shell, "doctor --local --stack paused")?;
    let others = printed.contains("ok   job role      Bedrock may assume");
    ensure!(others && printed.contains("BAD  judge role    Bedrock may not assume arn:aws:iam::"), "{printed}");
    trust(w, judge, "bedrock.amazonaws.com").await?;
    ensure!(looked(&mut shell, "doctor --local --stack paused")?.contains("ok   judge role"), "it is trusted again");
    let printed = looked(&mut shell, "doctor --local --model titan-text-express")?;
    ensure!(printed.contains("BAD  base model"), "{printed}");
    Ok(())
}

/// Returns its output. The exit code says whether any check failed.
fn looked(shell: &mut Shell, words: &str) -> Result<String> {
    let (printed, code) = shell.run(words)?;
    let bad = printed.lines().filter(|line| line.starts_with("BAD")).count();
    ensure!(code == Some(i32::from(bad > 0)), "{code:?}: {printed}");
    let checks = if bad == 1 { "check" } else { "checks" };
    ensure!(bad == 0 || printed.ends_with(&format!("\n{bad} {checks} failed: fix what is marked BAD\n")), "{printed}");
    Ok(printed)
}

async fn versions(w: &Harness, status: BucketVersioningStatus) -> Result<()> {
    let to = VersioningConfiguration::builder().status(status).build();
    w.s3.put_bucket_versioning().bucket(w.paused.bucket()).versioning_configuration(to).send().await?;
    Ok(())
}

/// Lets this service assume the role, and no other one.
async fn trust(w: &Harness, role: &str, service: &str) -> Result<()> {
    let may = json!({ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" });
    let policy = json!({ "Version": "2012-10-17", "Statement": [may] }).to_string();
    let iam = aws_sdk_iam::Client::new(&w.stack.sdk());
    iam.update_assume_role_policy().role_name(role).policy_document(policy).send().await?;
    Ok(())
}
