//! How files form a dataset.

use anyhow::{Context, Result, ensure};
use tunedrop_aws::Change;
use tunedrop_run::State;
use tunedrop_run::event::Kind;

use crate::data::nova;
use crate::harness::Harness;

pub(crate) async fn files_in_any_order_create_one_job(w: &Harness) -> Result<()> {
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let name = |i: usize| format!("order-{i}");
    for (i, order) in orders.iter().enumerate() {
        let files = [
            ("job.yaml", "base_model: nova-lite\nvalidation: validation.jsonl\n".to_owned()),
            ("train.jsonl", nova(20, &name(i))),
            ("validation.jsonl", nova(10, &format!("{} v", name(i)))),
        ];
        for at in order {
            w.upload(&w.main, &name(i), files[*at].0, files[*at].1.clone()).await?;
        }
    }
    for i in 0..orders.len() {
        w.run_in(&w.main, &name(i), State::Succeeded).await?;
        let jobs = w.jobs(&name(i)).await?;
        ensure!(jobs.len() == 1, "{}: {jobs:?}", name(i));
    }
    Ok(())
}

pub(crate) async fn reports_an_incomplete_dataset_and_notifies(w: &Harness) -> Result<()> {
    let recipe =
        "base_model: nova-lite\nvalidation: held-out.jsonl\ntags: { owner: support }\nnotify: [ada@example.com]\n";
    w.upload(&w.main, "incomplete", "job.yaml", recipe).await?;
    w.upload(&w.main, "incomplete", "train.jsonl", format!("{}not json\n", nova(20, "incomplete"))).await?;
    let report = w
        .until("a report on the file that is there", async || {
            let report = w.read_json(&w.main, "reports/incomplete/latest.json").await.ok()?;
            (report["state"] == "Incomplete" && report["files"].as_array()?.len() == 2).then_some(report)
        })
        .await?;
    ensure!(report["missing_files"][0] == "held-out.jsonl", "{report}");
    ensure!(report["findings"]["kept"][0]["line"] == 21, "the uploaded file is validated: {report}");
    w.sweep(&w.main).await?;
    ensure!(w.main.messages("incomplete").is_empty(), "notified within ten minutes");
    // Eleven minutes pass.
    let then = tunedrop_run::Timestamp::from_second(tunedrop_run::Timestamp::now().as_second() - 660)?;
    w.set_since(&w.main, "dataset#incomplete", then).await?;
    w.sweep(&w.main).await?;
    w.wait_for_messages(&w.main, "incomplete", "held-out.jsonl", 1).await?;
    let messages = w.main.messages("incomplete");
    let of = |name: &str| messages[0].attributes.get(name).map(String::as_str);
    ensure!((of("owner"), of("notify")) == (Some("support"), Some("[\"ada@example.com\"]")), "{messages:#?}");
    ensure!(of("uploader").is_some(), "{messages:#?}");
    w.until("the dataset to be marked as notified", async || {
        w.main.ledger.dataset("incomplete").await.ok()??.open.is_none().then_some(())
    })
    .await?;
    w.sweep(&w.main).await?;
    // The missing file is uploaded.
    w.upload(&w.main, "incomplete", "held-out.jsonl", nova(8, "held out")).await?;
    w.upload(&w.main, "incomplete", "train.jsonl", nova(20, "incomplete")).await?;
    w.run_in(&w.main, "incomplete", State::Succeeded).await?;
    ensure!(
        w.main
            .messages("incomplete")
            .iter()
            .filter(
                |message| message.body.contains("held-out.jsonl") && message.attributes["kind"] == "Dataset Incomplete"
            )
            .count()
            == 1,
        "notified once"
    );
    Ok(())
}

pub(crate) async fn never_trains_on_an_unvalidated_replacement(w: &Harness) -> Result<()> {
    let validated = nova(20, "replaced");
    w.upload(&w.main, "replaced", "job.yaml", "base_model: nova-lite\nlaunch: manual\n").await?;
    w.upload(&w.main, "replaced", "train.jsonl", validated.as_str()).await?;
    let run = w.run_in(&w.main, "replaced", State::Held).await?;
    // An invalid file replaces the file between validation and launch. It is rejected, and the validated version is trained.
    w.upload(&w.main, "replaced", "train.jsonl", "rubbish\n").await?;
    w.report(&w.main, "replaced", "Rejected").await?;
    w.command(&w.main, Kind::ApproveRun, &run.run_id).await?;
    w.run_is(&w.main, &run.run_id, State::Succeeded).await?;
    let jobs = w.jobs("replaced").await?;
    let trained = jobs[0]["request"]["trainingDataConfig"]["s3Uri"].as_str().context("the job's data")?;
    let key = trained.strip_prefix(&format!("s3://{}/", w.main.bucket())).context("in our bucket")?;
    ensure!(w.read(&w.main, key).await? == validated.as_bytes(), "the job trains on the validated bytes");
    Ok(())
}

pub(crate) async fn newer_dataset_supersedes_a_waiting_run(w: &Harness) -> Result<()> {
    w.upload(&w.main, "newer", "job.yaml", "base_model: nova-lite\nlaunch: manual\n").await?;
    w.upload(&w.main, "newer", "train.jsonl", nova(20, "older")).await?;
    let older = w.run_in(&w.main, "newer", State::Held).await?;
    w.next_second().await;
    w.upload(&w.main, "newer", "train.jsonl", nova(20, "newer")).await?;
    w.run_is(&w.main, &older.run_id, State::Superseded).await?;
    w.wait_for_messages(&w.main, "newer", "newer", 1).await?;
    let newer = w.run_in(&w.main, "newer", State::Held).await?;
    ensure!(newer.run_id != older.run_id, "two contents, two runs");
    // Approving a superseded run starts nothing.
    w.command(&w.main, Kind::ApproveRun, &older.run_id).await?;
    w.command(&w.main, Kind::ApproveRun, &newer.run_id).await?;
    w.run_is(&w.main, &newer.run_id, State::Succeeded).await?;
    ensure!(w.jobs("newer").await?.len() == 1, "one job");
    Ok(())
}

pub(crate) async fn suggests_the_nearest_key_for_a_typo(w: &Harness) -> Result<()> {
    w.upload(&w.main, "typo", "train.jsonl", nova(20, "typo")).await?;
    w.upload(
        &w.main,
        "typo",
        "job.yaml",
        "base_model: nova-lite\nhyperparameters:\n  epochCuont: 2\nvalidaton: v.jsonl\n",
    )
    .await?;
    let report = w.report(&w.main, "typo", "Rejected").await?;
    let kept = report["findings"]["kept"].as_array().context("findings")?;
    let find = |line: u64| kept.iter().find(|finding| finding["file"] == "job.yaml" && finding["line"] == line);
    ensure!(
        find(3).is_some_and(|finding| finding["help"].as_str().unwrap_or_default().contains("epochCount")),
        "{kept:#?}"
    );
    ensure!(
        find(4).is_some_and(|finding| finding["help"].as_str().unwrap_or_default().contains("validation")),
        "{kept:#?}"
    );
    w.wait_for_messages(&w.main, "typo", "job.yaml:4", 1).await?;
    ensure!(w.jobs("typo").await?.is_empty(), "nothing is launched");
    // After a partial fix, the next report counts the fixed findings.
    let findings =
        report["findings"]["errors"].as_u64().unwrap_or(0) + report["findings"]["warnings"].as_u64().unwrap_or(0);
    w.upload(&w.main, "typo", "job.yaml", "base_model: nova-lite\nhyperparameters:\n  epochCuont: 2\n").await?;
    let report = w
        .until("a report that compares", async || {
            w.report(&w.main, "typo", "Rejected").await.ok().filter(|report| !report["fixed"].is_null())
        })
        .await?;
    let fixed = &report["fixed"];
    ensure!(fixed["findings"] == findings && fixed["gone"]["recipe-unknown-key"] == 1, "{fixed}");
    // After the last fix, it runs.
    w.upload(&w.main, "typo", "job.yaml", "base_model: nova-lite\nhyperparameters:\n  epochCount: 2\n").await?;
    let first = w.run_in(&w.main, "typo", State::Succeeded).await?;
    let report = w.read_json(&w.main, &format!("reports/typo/{}/report.json", first.run_id)).await?;
    ensure!(report["fixed"]["gone"]["unknown-hyperparameter"] == 1, "{}", report["fixed"]);
    ensure!(report["hyperparameters"]["epochCount"]["origin"] == "recipe", "{}", report["hyperparameters"]);
    // The next run is compared with this one, not with the rejection.
    w.upload(&w.main, "typo", "job.yaml", "base_model: nova-lite\nhyperparameters:\n  epochCount: 3\n").await?;
    let second = w
        .until("a second run", async || {
            w.run_in(&w.main, "typo", State::Succeeded).await.ok().filter(|run| run.run_id != first.run_id)
        })
        .await?;
    let outcome = w.read_json(&w.main, &format!("runs/{}/outcome.json", second.run_id)).await?;
    ensure!(
        outcome["earlier"][0]["run_id"] == first.run_id.as_str() && outcome["billing"]["epochs"] == 3,
        "{} {}",
        outcome["earlier"],
        outcome["billing"]
    );
    let report = w.read_json(&w.main, &format!("reports/typo/{}/report.json", second.run_id)).await?;
    ensure!(report["fixed"].is_null(), "{}", report["fixed"]);
    Ok(())
}

pub(crate) async fn rejects_two_recipes(w: &Harness) -> Result<()> {
    w.upload(&w.main, "two-recipes", "job.json", "{\"base_model\": \"nova-lite\"}").await?;
    w.upload(&w.main, "two-recipes", "job.yaml", "base_model: nova-pro\n").await?;
    w.upload(&w.main, "two-recipes", "train.jsonl", nova(20, "two")).await?;
    let report = w.report(&w.main, "two-recipes", "Rejected").await?;
    ensure!(report["findings"]["counts"]["recipe-conflict"] == 1, "{report}");
    ensure!(w.jobs("two-recipes").await?.is_empty(), "nothing is launched");
    Ok(())
}

/// Bedrock's S3Uri pattern rejects such a key. The finding suggests a valid one.
pub(crate) async fn rejects_an_invalid_file_name(w: &Harness) -> Result<()> {
    w.upload(&w.main, "odd-name", "März=2026/train set+1.jsonl", nova(20, "odd name")).await?;
    w.upload(&w.main, "odd-name", "job.yaml", "base_model: nova-lite\ntrain: 'März=2026/train set+1.jsonl'\n").await?;
    let report = w.report(&w.main, "odd-name", "Rejected").await?;
    let finding = &report["findings"]["kept"][0];
    ensure!(finding["code"] == "recipe-invalid-value" && finding["line"] == 2, "{report:#}");
    ensure!(
        finding["message"].as_str().is_some_and(|text| text.starts_with("Bedrock refuses this file's name")),
        "{finding}"
    );
    ensure!(w.jobs("odd-name").await?.is_empty(), "nothing is launched");
    Ok(())
}

pub(crate) async fn default_model_makes_a_recipe_optional(w: &Harness) -> Result<()> {
    w.upload(&w.guarded, "no-recipe", "train.jsonl", nova(20, "no recipe")).await?;
    w.run_in(&w.guarded, "no-recipe", State::Succeeded).await?;
    let jobs = w.jobs("no-recipe").await?;
    ensure!(jobs[0]["request"]["baseModelIdentifier"] == "amazon.nova-micro-v1:0:128k", "{jobs:?}");
    // Without a default model, the same upload waits for its recipe, and is validated in the meantime.
    w.upload(&w.main, "no-recipe-no-default", "train.jsonl", nova(20, "no recipe")).await?;
    let report = w.report(&w.main, "no-recipe-no-default", "Incomplete").await?;
    ensure!(
        report["missing_files"][0] == "job.yaml" && report["files"][0]["statistics"]["valid_records"] == 20,
        "{report}"
    );
    Ok(())
}

/// Two versions that were validated at the same time, so neither validation saw the other's run.
pub(crate) async fn sweep_supersedes_an_outdated_held_run(w: &Harness) -> Result<()> {
    let recipe = "base_model: nova-lite\nlaunch: manual\n";
    w.upload(&w.main, "unseen", "job.yaml", recipe).await?;
    w.upload(&w.main, "unseen", "train.jsonl", nova(20, "unseen")).await?;
    let older = w.run_in(&w.main, "unseen", State::Held).await?;
    w.next_second().await;
    w.upload(&w.main, "unseen", "train.jsonl", nova(20, "seen")).await?;
    let older = w.run_is(&w.main, &older.run_id, State::Superseded).await?;
    w.settled().await;
    // As if the newer validation had read the dataset's entry just before the older one wrote it.
    let older = w.main.ledger.run(&older.run_id).await?.context("the run exists")?;
    let open = Change::default().set("open", Some("open"));
    let missed = w.main.ledger.advance(&older, State::Held, "2026-01-01T00:00:00.000Z", open).await?;
    ensure!(missed.is_some(), "somebody else wrote the run");
    w.sweep(&w.main).await?;
    w.run_is(&w.main, &older.run_id, State::Superseded).await?;
    let newer = w.run_in(&w.main, "unseen", State::Held).await?;
    ensure!(newer.run_id != older.run_id, "the newer one still waits for its approval");
    Ok(())
}
