//! `tunedrop erase`: afterwards, a text of the dataset's records is nowhere.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tunedrop_run::event::Kind;
use tunedrop_run::{DeploymentState, State};

use crate::data::nova;
use crate::deployment_commands::{ends, has};
use crate::deployments::{deployed, train};
use crate::harness::Harness;
use crate::session::Shell;

/// Part of every record of the dataset, and of nothing else.
const CANARY: &str = "canary-7731-zanzibar";

/// The keys of all versions in the bucket whose content has the canary.
async fn found_in_bucket(w: &Harness) -> Result<Vec<String>> {
    let (mut found, mut after) = (Vec::new(), (None, None));
    loop {
        let list = w.s3.list_object_versions().bucket(w.main.bucket());
        let page = list.set_key_marker(after.0.take()).set_version_id_marker(after.1.take()).send().await?;
        for one in page.versions() {
            let (key, version) = (one.key().unwrap_or_default(), one.version_id().unwrap_or_default());
            let object = w.s3.get_object().bucket(w.main.bucket()).key(key).version_id(version).send().await?;
            let bytes = object.body.collect().await?.to_vec();
            if String::from_utf8_lossy(&bytes).contains(CANARY) {
                found.push(key.to_owned());
            }
        }
        if !page.is_truncated().unwrap_or_default() || page.next_key_marker().is_none() {
            return Ok(found);
        }
        after = (page.next_key_marker, page.next_version_id_marker);
    }
}

/// Where else the canary is: the ledger, the queues, and what the simulator shows.
async fn found_elsewhere(w: &Harness) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut items = w.dynamodb.scan().table_name(w.main.deployed.table()?).into_paginator().items().send();
    while let Some(item) = items.next().await {
        let item = format!("{:?}", item?);
        if item.contains(CANARY) {
            found.push(item);
        }
    }
    for (name, url) in w.main.deployed.outputs.iter().filter(|(name, _)| name.ends_with("QueueUrl")) {
        let receive = w.sqs.receive_message().queue_url(url).visibility_timeout(0).max_number_of_messages(10);
        let messages = receive.send().await?;
        if messages.messages().iter().any(|message| message.body().unwrap_or_default().contains(CANARY)) {
            found.push(name.clone());
        }
    }
    let jobs: Value = serde_json::to_value(w.jobs("erased-bot").await?)?;
    if jobs.to_string().contains(CANARY) {
        found.push("the simulator's jobs".to_owned());
    }
    Ok(found)
}

pub(crate) async fn erased_dataset_is_nowhere(w: &Harness) -> Result<()> {
    let name = "erased-bot";
    let mut shell = Shell::open(w, name)?;
    let first = train(w, name, CANARY, "base_model: nova-lite\ndeploy: {}\n", None).await?;
    deployed(w, name, DeploymentState::Active, Some(&first)).await?;
    let model = first.model_arn.clone().context("a model")?;
    // Of a dataset with a similar name.
    for key in ["datasets/erased-bot-2/notes.txt", "runs/erased-bot-2-0123456789ab/outcome.json"] {
        w.put(&w.main, key, b"another dataset".to_vec()).await?;
    }
    w.next_second().await;
    w.upload(&w.main, name, "train.jsonl", nova(21, CANARY)).await?;
    w.upload(&w.main, name, "job.yaml", "base_model: nova-lite\nlaunch: manual\n").await?;
    let held = w.run_in(&w.main, name, State::Held).await?;

    let blocked = ends(&mut shell, "erase erased-bot --local --apply --yes", 1)?;
    has(&blocked, &["is Held", &format!("tunedrop stop {} --local", held.run_id)])?;
    ends(&mut shell, &format!("stop {} --local", held.run_id), 0)?;
    w.run_is(&w.main, &held.run_id, State::Stopped).await?;
    ensure!(found_in_bucket(w).await?.len() >= 4, "the uploads and the copies have the canary");
    // People are notified of the end, which changes the run again.
    w.settled().await;

    shell.write("record.jsonl", &nova(1, &format!("{name} {CANARY}")).replace("\":", "\" : "))?;
    for search in ["--record record.jsonl".to_owned(), format!("--match {CANARY}")] {
        let found: Value = serde_json::from_str(&ends(&mut shell, &format!("trace {search} --local --json"), 0)?)?;
        let runs = found["runs"].as_array().context("runs")?;
        ensure!(runs.iter().any(|one| one["run_id"] == first.run_id.as_str()), "{search}: {found}");
        ensure!(runs.iter().all(|one| one["dataset"] == name), "{search}: {found}");
    }
    has(&ends(&mut shell, "trace --record record.jsonl --local", 0)?, &["tunedrop erase erased-bot --local", &model])?;

    let planned: Value = serde_json::from_str(&ends(&mut shell, "erase erased-bot --local --json", 0)?)?;
    let plan = &planned["plan"];
    ensure!(plan["models"] == serde_json::json!([model]) && plan["deployments"] == serde_json::json!([name]), "{plan}");
    let versions = plan["versions"].as_array().context("versions")?.len();
    ensure!(versions >= 8 && plan["runs"].as_array().map(Vec::len) == Some(2), "{plan}");
    let shown = ends(&mut shell, "erase erased-bot --local --plan", 0)?;
    has(&shown, &["Out of reach", "backups of the ledger", &model])?;
    let wide = shown.lines().find(|line| line.chars().count() > 130);
    ensure!(wide.is_none(), "{wide:?}");

    ends(&mut shell, "erase erased-bot --local --apply --yes --certificate first.json", 0)?;
    ensure!(found_in_bucket(w).await?.is_empty(), "{:?}", found_in_bucket(w).await?);
    ensure!(found_elsewhere(w).await?.is_empty(), "{:?}", found_elsewhere(w).await?);
    let gone = w.bedrock.get_custom_model().model_identifier(&model).send().await.is_err();
    ensure!(gone, "the model exists");
    let certificate: Value = serde_json::from_slice(&std::fs::read(shell.folder.join("first.json"))?)?;
    ensure!(certificate["verified"] == true && certificate["models"] == plan["models"], "{certificate}");
    ensure!(certificate["versions"].as_array().map(Vec::len) == Some(versions), "{certificate}");
    for key in ["datasets/erased-bot-2/notes.txt", "runs/erased-bot-2-0123456789ab/outcome.json"] {
        w.read(&w.main, key).await.with_context(|| format!("{key} was deleted, too"))?;
    }

    let found: Value = serde_json::from_str(&ends(&mut shell, "trace --record record.jsonl --local --json", 0)?)?;
    ensure!(found["runs"] == serde_json::json!([]), "{found}");
    has(&ends(&mut shell, &format!("show {} --local", first.run_id), 0)?, &["Erased", "data and texts are gone"])?;
    has(&ends(&mut shell, &format!("retry {} --local --yes", first.run_id), 1)?, &["its data were erased"])?;
    // A command that is sent without the command line has no effect either.
    w.command(&w.main, Kind::RetryRun, &first.run_id).await?;
    w.settled().await;
    let again = w.main.ledger.run(&format!("{}-2", first.run_id)).await?;
    ensure!(again.is_none(), "it was retried: {again:?}");
    // An interrupted erasure is run again.
    ends(&mut shell, "erase erased-bot --local --apply --yes --certificate second.json", 0)?;
    Ok(())
}
