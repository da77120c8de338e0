//! `tunedrop erase --record`: a record is nowhere afterwards, and everything else is where it was.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tunedrop_run::{DeploymentState, Run, State};

use crate::data::nova;
use crate::deployment_commands::{ends, has};
use crate::deployments::deployed;
use crate::erased::{found_in_bucket, is_nowhere};
use crate::harness::Harness;
use crate::session::Shell;

/// Part of the record, and of nothing else.
const CANARY: &str = "canary-5129-mombasa";

/// Uploads a version of a dataset, and returns its run when its model is trained.
async fn trained(w: &Harness, dataset: &str, data: &str, recipe: &str, before: Option<&Run>) -> Result<Run> {
    w.upload(&w.main, dataset, "train.jsonl", data).await?;
    w.next_second().await;
    w.upload(&w.main, dataset, "job.yaml", recipe).await?;
    w.until(&format!("a run of {dataset}"), async || {
        let entry = w.main.ledger.dataset(dataset).await.ok()??;
        let run = w.main.ledger.run(&entry.latest_run?).await.ok()??;
        let is_new = before.is_none_or(|before| before.run_id != run.run_id);
        (run.state == State::Succeeded && is_new).then_some(run)
    })
    .await
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

pub(crate) async fn erased_record_is_nowhere(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "records")?;
    let record = nova(1, CANARY);
    // Three versions: without the record, with it, and served.
    let first = trained(w, "records-bot", &nova(20, "records-bot"), "base_model: nova-lite\n", None).await?;
    w.next_second().await;
    let with_it = format!("{}{record}", nova(19, "records-bot newer"));
    let second = trained(w, "records-bot", &with_it, "base_model: nova-lite\ndeploy: {}\n", Some(&first)).await?;
    deployed(w, "records-bot", DeploymentState::Active, Some(&second)).await?;
    // A model that continues from it, without the record in its own data.
    let recipe = format!("base_model: run:{}\n", second.run_id);
    let next = trained(w, "records-next", &nova(20, "records-next"), &recipe, None).await?;
    // A rejected dataset has the record, too, and no run that was trained.
    w.upload(&w.main, "records-rejected", "train.jsonl", format!("{with_it}{{\"messages\": 1}}\n")).await?;
    w.upload(&w.main, "records-rejected", "job.yaml", "base_model: nova-lite\n").await?;
    w.report(&w.main, "records-rejected", "Rejected").await?;
    w.settled().await;
    let models = [&first, &second, &next].map(|run| run.model_arn.clone().unwrap_or_default());

    shell.write("record.jsonl", &record.replace("\":", "\" : "))?;
    let planned: Value = serde_json::from_str(&ends(&mut shell, "erase --record record.jsonl --local --json", 0)?)?;
    let plan = &planned["plan"];
    let mut runs: Vec<&str> =
        plan["runs"].as_array().context("runs")?.iter().filter_map(|one| one["run_id"].as_str()).collect();
    runs.sort_unstable();
    ensure!(runs == [second.run_id.as_str(), next.run_id.as_str()], "{plan}");
    let planned_models = strings(&plan["models"]);
    ensure!(planned_models.len() == 2 && !planned_models.contains(&models[0].as_str()), "{plan}");
    ensure!(plan["deployments"] == json!(["records-bot"]), "{plan}");
    ensure!(strings(&plan["records"]["upload_again"]) == ["records-bot", "records-rejected"], "{plan}");
    let shown = ends(&mut shell, "erase --record record.jsonl --local", 0)?;
    has(&shown, &["These records in stack main", "Upload these datasets again", "records-rejected", "Records"])?;
    // The text finds the same.
    let by_text: Value =
        serde_json::from_str(&ends(&mut shell, &format!("erase --match {CANARY} --local --json"), 0)?)?;
    for part in ["runs", "models", "deployments", "versions"] {
        ensure!(by_text["plan"][part] == plan[part], "{part}: {by_text}");
    }
    has(&ends(&mut shell, "erase --match nobody-has-this --local", 2)?, &["none of these records"])?;

    w.faults(json!({ "calls": [{ "operation": "DeleteCustomModel", "error": "ValidationException" }] })).await?;
    let interrupted = ends(&mut shell, "erase --record record.jsonl --local --apply --yes", 2);
    w.reset_faults().await?;
    has(&interrupted?, &["DeleteCustomModel"])?;
    // Meanwhile somebody deletes one of the versions, as an attempt that was interrupted later would have.
    let lost = plan["versions"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["key"].as_str().is_some_and(|key| key.starts_with("runs/"))))
        .context("a version")?;
    let (key, version) = (lost["key"].as_str().unwrap_or_default(), lost["version_id"].as_str().unwrap_or_default());
    w.s3.delete_object().bucket(w.main.bucket()).key(key).version_id(version).send().await?;
    ends(&mut shell, "erase --record record.jsonl --local --apply --yes --certificate all.json", 0)?;

    is_nowhere(w, CANARY).await?;
    let certificate: Value = serde_json::from_slice(&std::fs::read(shell.folder.join("all.json"))?)?;
    ensure!(certificate["verified"] == true && certificate["attempts"] == 2, "{certificate}");
    ensure!(strings(&certificate["models"]) == planned_models, "{certificate}");
    ensure!(certificate["deployments"] == json!(["records-bot"]), "{certificate}");
    ensure!(
        certificate["versions"].as_array().is_some_and(|all| all.contains(&json!([key, version]))),
        "{certificate}"
    );
    // What doesn't have the record stays. Its older upload doesn't become the newest again.
    w.bedrock.get_custom_model().model_identifier(&models[0]).send().await.context("the first model is gone")?;
    w.read(&w.main, &format!("runs/{}/data/train.jsonl", first.run_id)).await?;
    w.read(&w.main, "datasets/records-bot/job.yaml").await?;
    w.read(&w.main, "datasets/records-next/train.jsonl").await?;
    ensure!(w.read(&w.main, "datasets/records-bot/train.jsonl").await.is_err(), "an older upload became current");
    ensure!(found_in_bucket(w, "records-bot newer").await?.is_empty(), "the rest of the file stays");
    for run in [&second, &next] {
        let erased = w.main.ledger.run(&run.run_id).await?.context("the run stays")?;
        ensure!(erased.erased_at.is_some() && erased.erasure.is_some(), "{erased:?}");
        has(&ends(&mut shell, &format!("retry {} --local --yes", run.run_id), 1)?, &["its data were erased"])?;
    }
    for search in ["--record record.jsonl".to_owned(), format!("--match {CANARY}")] {
        let found: Value = serde_json::from_str(&ends(&mut shell, &format!("trace {search} --local --json"), 0)?)?;
        let of_second = |one: &&Value| strings(&one["runs"]).contains(&second.run_id.as_str());
        let erased = found["erased"].as_array().and_then(|all| all.iter().find(of_second)).context("the erasure")?;
        ensure!(erased["certificate"].is_string() && found["runs"] == json!([]), "{search}: {found}");
        ensure!(search.starts_with("--match") || erased["records"] == 1, "{search}: {found}");
    }
    // The dataset without the record is accepted and trained again.
    let data = nova(19, "records-bot newer");
    trained(w, "records-bot", &data, "base_model: nova-lite\n", Some(&second)).await?;
    Ok(())
}
