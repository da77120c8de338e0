//! `tunedrop doctor` on a stack that is well, and on one whose parts fail.

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use serde_json::Value;

use crate::session::Shell;
use crate::world::World;

/// Each part has its mark; what fails is named with what mends it, and the exit code says that something does.
pub(crate) async fn what_fails_is_found_and_mended(w: &World) -> Result<()> {
    let mut shell = Shell::open(w, "doctor")?;
    let well = [
        "ok   credentials   arn:aws:iam::",
        "ok   Region        us-east-1, where Nova Lite is customized",
        "ok   bucket ",
        "ok   versions      the bucket keeps versions",
        "ok   events        the bucket tells EventBridge of drops",
        "ok   ledger ",
        "ok   told          1 subscribed to the topic",
        "ok   job role      Bedrock may assume",
        "?    permissions   not checked: the emulator doesn't simulate policies",
        "ok   base model    Nova Lite can be customized",
        // Other scenarios fill them.
        "  job slots ",
    ];
    let said = looked(&mut shell, "doctor --local")?;
    for line in well.iter().chain(&["ok   key           no KMS key of your own"]) {
        ensure!(said.contains(line), "{line}: {said}");
    }
    let key = w.paused.deployed.outputs.get("KmsKeyArn").context("the stack has a key")?;
    let said = looked(&mut shell, "doctor --local --stack paused")?;
    ensure!(said.contains(&format!("ok   key           {key} is enabled")), "{said}");

    w.kms.disable_key().key_id(key).send().await?;
    versions(w, BucketVersioningStatus::Suspended).await?;
    let said = looked(&mut shell, "doctor --local --stack paused")?;
    ensure!(said.contains(&format!("BAD  key           {key}: the key is Disabled")), "{said}");
    let bucket = w.paused.bucket();
    let mend = format!("aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled");
    ensure!(said.contains("BAD  versions      the bucket keeps no versions") && said.contains(&mend), "{said}");

    w.kms.enable_key().key_id(key).send().await?;
    versions(w, BucketVersioningStatus::Enabled).await?;
    let said = looked(&mut shell, "doctor --local --stack paused")?;
    ensure!(said.contains("ok   versions") && said.contains("ok   key"), "{said}");
    let json: Value = serde_json::from_str(&shell.run("doctor --local --stack paused --json")?.0)?;
    let checks = json["checks"].as_array().context("a list of checks")?;
    ensure!(checks.iter().any(|check| check["what"] == "versions" && check["mark"] == "ok"), "{json}");
    let said = looked(&mut shell, "doctor --local --model titan-text-express")?;
    ensure!(said.contains("BAD  base model"), "{said}");
    Ok(())
}

/// What it says; its exit code says whether anything is bad.
fn looked(shell: &mut Shell, words: &str) -> Result<String> {
    let (said, code) = shell.run(words)?;
    let bad = said.lines().filter(|line| line.starts_with("BAD")).count();
    ensure!(code == Some(i32::from(bad > 0)), "{code:?}: {said}");
    ensure!(bad == 0 || said.ends_with(&format!("\n{bad} must be mended\n")), "{said}");
    Ok(said)
}

async fn versions(w: &World, status: BucketVersioningStatus) -> Result<()> {
    let to = VersioningConfiguration::builder().status(status).build();
    w.s3.put_bucket_versioning().bucket(w.paused.bucket()).versioning_configuration(to).send().await?;
    Ok(())
}
