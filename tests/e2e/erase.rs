//! `tunedrop erase DATASET`: afterwards, a text of the dataset's records is nowhere.

use anyhow::{Context, Result, ensure};
use aws_sdk_bedrock::types::Tag;
use aws_sdk_s3::types::{Tag as ObjectTag, Tagging};
use serde_json::{Value, json};
use tunedrop_run::event::Kind;
use tunedrop_run::{DeploymentState, LEGAL_HOLD, State};

use crate::data::nova;
use crate::deployment_commands::{ends, has};
use crate::deployments::{deployed, train};
use crate::erased::{found_in_bucket, is_nowhere};
use crate::harness::Harness;
use crate::session::Shell;

/// Part of every record of the dataset, and of nothing else.
const CANARY: &str = "canary-7731-zanzibar";
const NAME: &str = "erased-bot";
/// Objects of datasets with a similar name.
const OTHERS: [&str; 2] = ["datasets/erased-bot-2/notes.txt", "runs/erased-bot-2-0123456789ab/outcome.json"];

/// A simulator that knows no model and no job, as another Region does. Returns its address.
async fn other_bedrock(w: &Harness) -> Result<String> {
    use tunedrop_local::bedrock::{Config, Faults, serve};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let config = Config {
        emulator: w.endpoint().to_owned(),
        region: tunedrop_local::REGION.to_owned(),
        account: tunedrop_local::ACCOUNT.to_owned(),
        auth: false,
        faults: Faults::default(),
    };
    tokio::spawn(serve(config, listener, std::future::pending()));
    Ok(address)
}

/// Nothing is reported as gone because another endpoint answers, or because a permission is missing.
async fn doubts_stop_it(w: &Harness, shell: &mut Shell, model: &str) -> Result<()> {
    shell.reach("bedrock", &other_bedrock(w).await?)?;
    let unknown = ends(shell, "erase erased-bot --local --json", 2)?;
    has(
        &unknown,
        &["Bedrock knows neither the custom model of run erased-bot-", "nothing was deleted", "--models-gone"],
    )?;
    let gone: Value = serde_json::from_str(&ends(shell, "erase erased-bot --local --json --models-gone", 1)?)?;
    ensure!(gone["plan"]["unconfirmed_models"] == json!([model]) && gone["plan"]["models"] == json!([]), "{gone}");
    shell.reach("bedrock", w.bedrock_endpoint())?;
    for operation in ["ListCustomModels", "ListCustomModelDeployments", "ListTagsForResource"] {
        let denied = json!({ "operation": operation, "error": "AccessDeniedException", "message": "not allowed" });
        w.faults(json!({ "calls": [denied] })).await?;
        let stopped = ends(shell, "erase erased-bot --local --apply --yes", 2);
        w.reset_faults().await?;
        has(&stopped?, &[operation, "docs/permissions.md"])?;
    }
    Ok(())
}

/// A model or a recipe with the legal hold tag keeps everything.
async fn holds_stop_it(w: &Harness, shell: &mut Shell, model: &str) -> Result<()> {
    let hold = Tag::builder().key(LEGAL_HOLD).value("case 17").build()?;
    w.bedrock.tag_resource().resource_arn(model).tags(hold).send().await?;
    let held = ends(shell, "erase erased-bot --local --apply --yes", 1)?;
    has(&held, &["has the tag tunedrop:legal-hold", "aws bedrock untag-resource", "Nothing is deleted"])?;
    w.bedrock.untag_resource().resource_arn(model).tag_keys(LEGAL_HOLD).send().await?;
    let (bucket, key) = (w.main.bucket(), "datasets/erased-bot/job.yaml");
    let tags = Tagging::builder().tag_set(ObjectTag::builder().key(LEGAL_HOLD).value("true").build()?).build()?;
    w.s3.put_object_tagging().bucket(bucket).key(key).tagging(tags).send().await?;
    let held = ends(shell, "erase erased-bot --local --apply --yes", 1)?;
    has(&held, &["datasets/erased-bot/job.yaml has the tag", "aws s3api delete-object-tagging"])?;
    w.s3.delete_object_tagging().bucket(bucket).key(key).send().await?;
    ensure!(found_in_bucket(w, CANARY).await?.len() >= 4, "something was deleted");
    Ok(())
}

pub(crate) async fn erased_dataset_is_nowhere(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, NAME)?;
    let first = train(w, NAME, CANARY, "base_model: nova-lite\ndeploy: {}\n", None).await?;
    deployed(w, NAME, DeploymentState::Active, Some(&first)).await?;
    let model = first.model_arn.clone().context("a model")?;
    for key in OTHERS {
        w.put(&w.main, key, b"another dataset".to_vec()).await?;
    }
    w.next_second().await;
    w.upload(&w.main, NAME, "train.jsonl", nova(21, CANARY)).await?;
    w.upload(&w.main, NAME, "job.yaml", "base_model: nova-lite\nlaunch: manual\n").await?;
    let held = w.run_in(&w.main, NAME, State::Held).await?;

    let blocked = ends(&mut shell, "erase erased-bot --local --apply --yes", 1)?;
    has(&blocked, &["is Held", &format!("tunedrop stop {} --local", held.run_id)])?;
    doubts_stop_it(w, &mut shell, &model).await?;
    ends(&mut shell, &format!("stop {} --local", held.run_id), 0)?;
    w.run_is(&w.main, &held.run_id, State::Stopped).await?;
    ensure!(found_in_bucket(w, CANARY).await?.len() >= 4, "the uploads and the copies have the canary");
    ensure!(!w.found_in_simulator(CANARY).await?.is_empty(), "the model learned the canary");
    // People are notified of the end, which changes the run again.
    w.settled().await;
    holds_stop_it(w, &mut shell, &model).await?;

    shell.write("record.jsonl", &nova(1, &format!("{NAME} {CANARY}")).replace("\":", "\" : "))?;
    for search in ["--record record.jsonl".to_owned(), format!("--match {CANARY}")] {
        let found: Value = serde_json::from_str(&ends(&mut shell, &format!("trace {search} --local --json"), 0)?)?;
        let runs = found["runs"].as_array().context("runs")?;
        ensure!(runs.iter().any(|one| one["run_id"] == first.run_id.as_str()), "{search}: {found}");
        ensure!(runs.iter().all(|one| one["dataset"] == NAME), "{search}: {found}");
    }
    has(&ends(&mut shell, "trace --record record.jsonl --local", 0)?, &["tunedrop erase erased-bot --local", &model])?;

    let planned: Value = serde_json::from_str(&ends(&mut shell, "erase erased-bot --local --json", 0)?)?;
    let plan = &planned["plan"];
    ensure!(plan["models"] == json!([model]) && plan["deployments"] == json!([NAME]), "{plan}");
    let versions = plan["versions"].as_array().context("versions")?.len();
    ensure!(versions >= 8 && plan["runs"].as_array().map(Vec::len) == Some(2), "{plan}");
    let shown = ends(&mut shell, "erase erased-bot --local --plan", 0)?;
    has(&shown, &["Out of reach", "backups of the ledger", &model])?;
    let wide = shown.lines().find(|line| line.chars().count() > 130);
    ensure!(wide.is_none(), "{wide:?}");

    // The first attempt ends after it deleted the deployment, and before it deletes the model.
    w.faults(json!({ "calls": [{ "operation": "DeleteCustomModel", "error": "ValidationException" }] })).await?;
    let interrupted = ends(&mut shell, "erase erased-bot --local --apply --yes", 2);
    w.reset_faults().await?;
    has(&interrupted?, &["DeleteCustomModel"])?;
    has(&ends(&mut shell, "erase erased-bot --local", 0)?, &["an erasure with 1 attempt so far"])?;
    ends(&mut shell, "erase erased-bot --local --apply --yes --certificate first.json", 0)?;
    is_nowhere(w, CANARY).await?;
    let gone = w.bedrock.get_custom_model().model_identifier(&model).send().await.is_err();
    ensure!(gone, "the model exists");
    let certificate: Value = serde_json::from_slice(&std::fs::read(shell.folder.join("first.json"))?)?;
    ensure!(certificate["verified"] == true && certificate["models"] == plan["models"], "{certificate}");
    ensure!(certificate["deployments"] == json!([NAME]) && certificate["attempts"] == 2, "{certificate}");
    ensure!(certificate["versions"].as_array().is_some_and(|all| all.len() >= versions), "{certificate}");
    for key in OTHERS {
        w.read(&w.main, key).await.with_context(|| format!("{key} was deleted, too"))?;
    }

    let found: Value = serde_json::from_str(&ends(&mut shell, "trace --record record.jsonl --local --json", 0)?)?;
    let erased = &found["erased"][0];
    let address = erased["certificate"].as_str().context("a certificate")?;
    ensure!(found["runs"] == json!([]) && found["not_searched"].as_array().is_some(), "{found}");
    ensure!(erased["runs"].as_array().map(Vec::len) == Some(2) && erased["erased_at"].is_string(), "{found}");
    let key = address.split_once(w.main.bucket()).context("the bucket")?.1.trim_start_matches('/');
    ensure!(w.read_json(&w.main, key).await? == certificate, "{key} is another certificate");
    has(&ends(&mut shell, "trace --record record.jsonl --local", 0)?, &["Erased on 20", address])?;
    has(&ends(&mut shell, "runs --local --dataset erased-bot", 0)?, &["Succeeded, erased", "Stopped, erased"])?;
    let shown = ends(&mut shell, &format!("show {} --local", first.run_id), 0)?;
    has(&shown, &["Erased", "data and texts are gone", key])?;
    ensure!(!shown.contains("Next:"), "{shown}");
    has(&ends(&mut shell, &format!("retry {} --local --yes", first.run_id), 1)?, &["its data were erased"])?;
    // A command that is sent without the command line has no effect either.
    w.command(&w.main, Kind::RetryRun, &first.run_id).await?;
    w.settled().await;
    let again = w.main.ledger.run(&format!("{}-2", first.run_id)).await?;
    ensure!(again.is_none(), "it was retried: {again:?}");
    // A lost certificate is written again.
    let printed = ends(&mut shell, "erase erased-bot --local --apply --yes --certificate second.json", 0)?;
    has(&printed, &["Nothing is left in stack main", "second.json"])?;
    let second: Value = serde_json::from_slice(&std::fs::read(shell.folder.join("second.json"))?)?;
    ensure!(second == certificate, "{second}");
    Ok(())
}
