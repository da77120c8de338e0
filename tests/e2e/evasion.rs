//! Attempts to evade a stack's guards. Each scenario is named after its attempt.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tunedrop_local::{ACCOUNT, REGION};
use tunedrop_run::event::Kind;
use tunedrop_run::{Run, State};

use crate::data::{nova, prompts};
use crate::harness::Harness;
use crate::stack::DeployedStack;

/// The parameters of the strictest stack.
pub(crate) const STRICT: [(&str, &str); 12] = [
    ("LaunchDefault", "always-manual"),
    ("MaxLaunchesPerDay", "2"),
    ("MaxLaunchesPerDatasetPerDay", "1"),
    ("MaxLaunchesPerUploaderPerDay", "3"),
    ("AllowedTagKeys", "owner"),
    ("InvocationLogBucket", "team-logs"),
    ("InvocationLogPrefix", "team-a/"),
    ("PermissionsBoundaryArn", crate::platform::BOUNDARY),
    ("RolePath", crate::platform::ROLE_PATH),
    ("FunctionSubnetIds", "subnet-0a,subnet-0b"),
    ("FunctionSecurityGroupIds", "sg-0a"),
    ("Tracing", "Active"),
];

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000IHDR0000";

/// Creates a custom model in this account, trained from `base`, that no stack here created.
fn foreign_model(base: &str) -> String {
    format!("arn:aws:bedrock:{REGION}:{ACCOUNT}:custom-model/{base}/0123456789ab")
}

async fn upload(w: &Harness, side: &DeployedStack, dataset: &str, recipe: &str, data: String) -> Result<()> {
    w.upload(side, dataset, "train.jsonl", data).await?;
    w.upload(side, dataset, "job.yaml", recipe).await
}

/// Checks that the dataset is rejected with a finding of this code and location, and that nothing is launched.
async fn rejected(w: &Harness, side: &DeployedStack, dataset: &str, code: &str, pointer: &str) -> Result<Value> {
    let report = w.report(side, dataset, "Rejected").await?;
    let kept = report["findings"]["kept"].as_array().cloned().unwrap_or_default();
    let found = kept.iter().find(|finding| finding["code"] == code && finding["pointer"] == pointer);
    ensure!(found.is_some(), "no {code} at {pointer:?}: {kept:#?}");
    ensure!(w.jobs(dataset).await?.is_empty(), "a job was created");
    Ok(found.cloned().unwrap_or_default())
}

async fn refused(w: &Harness, side: &DeployedStack, dataset: &str, words: &str) -> Result<Run> {
    let run = w.run_in(side, dataset, State::Refused).await?;
    ensure!(run.reason.as_deref().is_some_and(|reason| reason.contains(words)), "{:?}", run.reason);
    ensure!(w.jobs(dataset).await?.is_empty(), "a job was created");
    Ok(run)
}

pub(crate) async fn a_large_custom_model_passed_off_as_a_small_one(w: &Harness) -> Result<()> {
    let pro = foreign_model("amazon.nova-pro-v1:0:300k");
    let with_like = format!("base_model: '{pro}'\nlike: nova-micro\n");
    upload(w, &w.guarded, "passed-off", &with_like, nova(20, "passed off")).await?;
    let finding = rejected(w, &w.guarded, "passed-off", "recipe-invalid-value", "/like").await?;
    ensure!(finding["message"].as_str().is_some_and(|message| message.contains("Nova Pro")), "{finding}");
    upload(w, &w.guarded, "passed-on", &format!("base_model: '{pro}'\n"), nova(20, "passed on")).await?;
    refused(w, &w.guarded, "passed-on", "this stack allows only the base models nova-micro, nova-lite, not ").await?;
    // The list names Nova Lite, which doesn't admit every custom model that was trained from it.
    let lite = format!("base_model: '{}'\nlike: nova-lite\n", foreign_model("amazon.nova-lite-v1:0:300k"));
    upload(w, &w.guarded, "lite-of-others", &lite, nova(20, "lite of others")).await?;
    refused(w, &w.guarded, "lite-of-others", "AllowedBaseModels").await?;
    Ok(())
}

/// Another team's model, then one of this stack's own.
pub(crate) async fn training_on_top_of_another_teams_model(w: &Harness) -> Result<()> {
    let theirs = format!("base_model: '{}'\n", foreign_model("amazon.nova-lite-v1:0:300k"));
    upload(w, &w.main, "on-theirs", &theirs, nova(20, "on theirs")).await?;
    refused(w, &w.main, "on-theirs", "this stack didn't create").await?;
    for (i, (arn, words)) in [
        (
            format!("arn:aws:bedrock:{REGION}:444455556666:custom-model/amazon.nova-lite-v1:0:300k/0123456789ab"),
            "account",
        ),
        (format!("arn:aws:bedrock:eu-west-9:{ACCOUNT}:custom-model/amazon.nova-lite-v1:0:300k/0123456789ab"), "Region"),
        (format!("arn:aws:bedrock:{REGION}:{ACCOUNT}:imported-model/0123456789ab"), "imported"),
    ]
    .into_iter()
    .enumerate()
    {
        let dataset = format!("elsewhere-{i}");
        upload(w, &w.main, &dataset, &format!("base_model: '{arn}'\nlike: nova-lite\n"), nova(20, &dataset)).await?;
        let finding = rejected(w, &w.main, &dataset, "recipe-invalid-value", "/base_model").await?;
        ensure!(finding["message"].as_str().is_some_and(|message| message.contains(words)), "{finding}");
    }
    upload(w, &w.main, "first-round", "base_model: nova-lite\n", nova(20, "first round")).await?;
    let first = w.run_in(&w.main, "first-round", State::Succeeded).await?;
    let ours = first.model_arn.unwrap_or_default();
    upload(w, &w.main, "second-round", &format!("base_model: '{ours}'\n"), nova(20, "second round")).await?;
    w.run_in(&w.main, "second-round", State::Succeeded).await?;
    let jobs = w.jobs("second-round").await?;
    ensure!(jobs.len() == 1 && jobs[0]["request"]["baseModelIdentifier"] == ours, "{jobs:#?}");
    Ok(())
}

/// Returns records that refer to pictures in `folder`.
fn with_pictures(n: usize, seed: &str, address: &str) -> String {
    let line = |i: usize| {
        let image = json!({ "image": { "format": "png", "source": { "s3Location": { "uri": address } } } });
        let user = json!({ "role": "user", "content": [{ "text": format!("{seed} {i}") }, image] });
        let answer = json!({ "role": "assistant", "content": [{ "text": "a picture" }] });
        let record = json!({ "schemaVersion": "bedrock-conversation-2024", "messages": [user, answer] });
        format!("{record}\n")
    };
    (0..n).map(line).collect()
}

pub(crate) async fn pictures_under_a_token_guard(w: &Harness) -> Result<()> {
    w.put(&w.guarded, "datasets/pictured/1.png", PNG.to_vec()).await?;
    let address = format!("s3://{}/datasets/pictured/1.png", w.guarded.bucket());
    upload(w, &w.guarded, "pictured", "base_model: nova-lite\n", with_pictures(20, "pictured", &address)).await?;
    refused(w, &w.guarded, "pictured", "can't be estimated: its records contain images").await?;
    let report = w.read_json(&w.guarded, "reports/pictured/latest.json").await?;
    let files = report["files"].as_array().cloned().unwrap_or_default();
    ensure!(files.iter().any(|file| file["statistics"]["with_media"] == 20), "{report:#}");
    Ok(())
}

pub(crate) async fn distillation_and_dense_text_under_a_token_guard(w: &Harness) -> Result<()> {
    let distilled = "base_model: nova-micro\ncustomization: distillation\ndistillation: { teacher: nova-pro, max_response_length: 1 }\nguard: { max_tokens: 900000000000 }\n";
    upload(w, &w.main, "guarded-teacher", distilled, prompts(120, "guarded teacher")).await?;
    refused(w, &w.main, "guarded-teacher", "can't be estimated: in distillation, ").await?;
    // The stack doesn't allow this teacher.
    let distilled = "base_model: nova-micro\ncustomization: distillation\ndistillation: { teacher: nova-pro }\n";
    upload(w, &w.guarded, "foreign-teacher", distilled, prompts(120, "foreign teacher")).await?;
    refused(w, &w.guarded, "foreign-teacher", "not the teacher ").await?;
    // Digits, whose tokens the estimate underestimates by a factor of up to three.
    let digits = nova(20, &"0123456789".repeat(80));
    ensure!((60_000 / 2..60_000 * 3 / 2).contains(&digits.len()), "{} bytes would show nothing", digits.len());
    upload(w, &w.guarded, "digits", "base_model: nova-lite\nhyperparameters: { epochCount: 2 }\n", digits).await?;
    refused(w, &w.guarded, "digits", "MaxTokensPerRun").await?;
    Ok(())
}

/// The finding is the same whether another team's picture exists or not.
pub(crate) async fn pictures_of_another_team(w: &Harness) -> Result<()> {
    w.put(&w.main, "datasets/team-b/there.png", PNG.to_vec()).await?;
    let mut findings = Vec::new();
    for (dataset, name) in [("steals-1", "there.png"), ("steals-2", "absent.png")] {
        let address = format!("s3://{}/datasets/team-b/{name}", w.main.bucket());
        upload(w, &w.main, dataset, "base_model: nova-lite\n", with_pictures(20, "stolen", &address)).await?;
        let pointer = "/messages/0/content/1/image/source/s3Location/uri";
        let mut finding = rejected(w, &w.main, dataset, "medium-outside-folder", pointer).await?;
        finding["message"] = json!(finding["message"].as_str().unwrap_or_default().replace(dataset, "…"));
        finding["excerpt"] = Value::Null;
        findings.push(finding);
    }
    ensure!(findings[0] == findings[1], "the finding tells whether the object exists: {findings:#?}");
    Ok(())
}

pub(crate) async fn logs_tags_and_prices_of_the_uploaders_choice(w: &Harness) -> Result<()> {
    let distilled = |logs: &str| {
        format!(
            "base_model: nova-micro\ncustomization: distillation\ndistillation: {{ teacher: nova-pro }}\ninvocation_logs: {{ prefix: '{logs}' }}\n"
        )
    };
    w.upload(&w.main, "own-logs", "job.yaml", distilled(&format!("s3://{}/datasets/", w.main.bucket()))).await?;
    rejected(w, &w.main, "own-logs", "recipe-invalid-value", "/invocation_logs/prefix").await?;
    let prefix = |logs: &str| distilled(&format!("s3://team-logs/{logs}"));
    w.upload(&w.strict, "others-logs", "job.yaml", prefix("team-b/")).await?;
    rejected(w, &w.strict, "others-logs", "recipe-invalid-value", "/invocation_logs/prefix").await?;
    let recipes = [
        ("their-tag", "tags: { Tunedrop:stack: other }", "recipe-invalid-value", "/tags/Tunedrop:stack"),
        ("line-feed", "tags: { note: \"a\\nb\" }", "recipe-invalid-value", "/tags/note"),
        ("no-price", "price_per_1k_tokens: 0", "recipe-wrong-type", "/price_per_1k_tokens"),
    ];
    for (dataset, line, code, pointer) in recipes {
        upload(w, &w.main, dataset, &format!("base_model: nova-lite\n{line}\n"), nova(20, dataset)).await?;
        rejected(w, &w.main, dataset, code, pointer).await?;
    }
    upload(w, &w.strict, "others-tag", "base_model: nova-lite\ntags: { team: b }\n", nova(20, "others tag")).await?;
    rejected(w, &w.strict, "others-tag", "recipe-invalid-value", "/tags/team").await?;
    Ok(())
}

/// A stack with `LaunchDefault: always-manual` and daily limits: nothing starts without an approval, or beyond the
/// limits.
pub(crate) async fn launches_without_approval_or_above_a_days_limit(w: &Harness) -> Result<()> {
    let side = &w.strict;
    let auto = "base_model: nova-lite\nlaunch: auto\n";
    upload(w, side, "eager", auto, nova(20, "eager")).await?;
    let run = w.run_in(side, "eager", State::Held).await?;
    // Uploaded again, with and without `launch`: it stays held.
    for recipe in [auto, "base_model: nova-lite\n"] {
        w.next_second().await;
        w.upload(side, "eager", "job.yaml", recipe).await?;
        w.wait_for_messages(side, "eager", "", 1).await?;
        w.sweep(side).await?;
    }
    w.settled().await;
    w.run_is(side, &run.run_id, State::Held).await?;
    ensure!(w.jobs("eager").await?.is_empty(), "a job was created without approval");
    w.command(side, Kind::ApproveRun, &run.run_id).await?;
    w.run_is(side, &run.run_id, State::Succeeded).await?;

    // A retry is held as well, and then exceeds the limit of one launch per day for a dataset.
    w.command(side, Kind::RetryRun, &run.run_id).await?;
    let again = format!("{}-2", run.run_id);
    w.run_is(side, &again, State::Held).await?;
    w.command(side, Kind::ApproveRun, &again).await?;
    let waits = async |run_id: &str, words: &str| {
        w.until(&format!("{run_id} to wait for the next day"), async || {
            let run = side.ledger.run(run_id).await.ok()??;
            let waits = run.blocked_reason.as_deref().is_some_and(|waiting| waiting.contains(words));
            (run.state == State::Queued && waits).then_some(())
        })
        .await
    };
    waits(&again, "limit of 1 launches per day for one dataset is reached; launches resume at 00:00 UTC").await?;

    // Other datasets are launched, until the stack's own limit of two is reached. Two at the same time don't both pass.
    let mut runs = Vec::new();
    for dataset in ["eager-b", "eager-c", "eager-d"] {
        upload(w, side, dataset, auto, nova(20, dataset)).await?;
        runs.push(w.run_in(side, dataset, State::Held).await?.run_id);
    }
    for run_id in &runs {
        w.command(side, Kind::ApproveRun, run_id).await?;
    }
    w.until("one launch, and two that wait", async || {
        let (mut launched, mut waiting) = (0, 0);
        for run_id in &runs {
            let run = side.ledger.run(run_id).await.ok()??;
            launched += u64::from(run.state == State::Succeeded);
            waiting += u64::from(run.state == State::Queued && run.blocked_reason.is_some());
        }
        (launched == 1 && waiting == 2).then_some(())
    })
    .await?;
    w.sweep(side).await?;
    w.settled().await;
    let mut jobs = 0;
    for dataset in ["eager", "eager-b", "eager-c", "eager-d"] {
        jobs += w.jobs(dataset).await?.len();
    }
    ensure!(jobs == 2, "{jobs} jobs under a limit of two");
    Ok(())
}
