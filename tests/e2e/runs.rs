//! Runs from upload to model and message, and all other ends of a run.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tunedrop_run::State;
use tunedrop_run::event::Kind;

use crate::data::{graded, nova, pairs, prompts, texts};
use crate::harness::Harness;

const NOVA: &str = "base_model: nova-lite\n";

pub(crate) async fn trains_an_accepted_dataset(w: &Harness) -> Result<()> {
    let (train, validation) = (nova(40, "accepted"), nova(10, "accepted validation"));
    let recipe = "base_model: nova-lite\nvalidation: validation.jsonl\nhyperparameters: { epochCount: 2, learningRate: 0.00001 }\nmodel_name: parts\ntags: { team: support }\n";
    w.upload(&w.main, "accepted", "job.yaml", recipe).await?;
    w.upload(&w.main, "accepted", "validation.jsonl", validation.as_str()).await?;
    w.upload(&w.main, "accepted", "train.jsonl", train.as_str()).await?;
    let run = w.run_in(&w.main, "accepted", State::Succeeded).await?;

    let jobs = w.jobs("accepted").await?;
    ensure!(jobs.len() == 1 && jobs[0]["creates"] == 1, "one job, asked for once: {jobs:?}");
    let request = &jobs[0]["request"];
    let bucket = w.main.bucket();
    let id = &run.run_id;
    let hash = id.strip_prefix("accepted-").context("the id begins with the dataset")?;
    ensure!(hash.len() == 12 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    for (pointer, wanted) in [
        ("/jobName", json!(id)),
        ("/clientRequestToken", json!(id)),
        ("/customModelName", json!(format!("parts-{hash}"))),
        ("/baseModelIdentifier", json!("amazon.nova-lite-v1:0:300k")),
        ("/customizationType", json!("FINE_TUNING")),
        ("/trainingDataConfig/s3Uri", json!(format!("s3://{bucket}/runs/{id}/data/train.jsonl"))),
        ("/validationDataConfig/validators/0/s3Uri", json!(format!("s3://{bucket}/runs/{id}/data/validation.jsonl"))),
        ("/outputDataConfig/s3Uri", json!(format!("s3://{bucket}/output/{id}/"))),
        ("/hyperParameters", json!({ "epochCount": "2", "learningRate": "0.00001" })),
        ("/roleArn", json!(w.main.deployed.outputs["JobRoleArn"])),
    ] {
        ensure!(request.pointer(pointer) == Some(&wanted), "{pointer}: {:?} is not {wanted}", request.pointer(pointer));
    }
    let tags = request["jobTags"].as_array().context("tags")?;
    ensure!(tags.contains(&json!({ "key": "team", "value": "support" })), "{tags:?}");
    ensure!(tags.contains(&json!({ "key": "tunedrop:run", "value": id })), "{tags:?}");
    ensure!(
        w.read(&w.main, &format!("runs/{id}/data/train.jsonl")).await? == train.as_bytes(),
        "the validated bytes are kept"
    );

    let outcome = w.read_json(&w.main, &format!("runs/{id}/outcome.json")).await?;
    let losses: Vec<f64> = outcome["training_losses"]
        .as_array()
        .context("training")?
        .iter()
        .filter_map(|point| point["loss"].as_f64())
        .collect();
    ensure!(losses.len() > 2 && losses.last() < losses.first(), "the loss falls: {losses:?}");
    ensure!(!outcome["validation_losses"].as_array().context("validation")?.is_empty(), "validation losses");
    ensure!(outcome["model_arn"] == json!(run.model_arn) && run.model_arn.is_some(), "{outcome}");
    let html = String::from_utf8(w.read(&w.main, &format!("runs/{id}/outcome.html")).await?)?;
    ensure!(html.contains("<svg") && html.contains(id.as_str()), "the outcome has its chart");
    for metrics in ["training_metrics.csv", "validation_metrics.csv"] {
        ensure!(!w.read(&w.main, &format!("runs/{id}/{metrics}")).await?.is_empty(), "{metrics}");
    }
    let messages = w.wait_for_messages(&w.main, "accepted", run.model_arn.as_deref().unwrap_or_default(), 1).await?;
    ensure!(messages[0].subject.ends_with(": accepted") && messages[0].subject.len() <= 100, "{messages:?}");
    ensure!(messages[0].attributes["state"] == "Succeeded", "{messages:?}");
    w.until("the mark that people were notified", async || {
        let run = w.main.ledger.run(id).await.ok()??;
        (run.notified.contains_key("Succeeded") && run.open.is_none()).then_some(())
    })
    .await
}

pub(crate) async fn names_the_lines_of_a_rejected_dataset(w: &Harness) -> Result<()> {
    let mut lines: Vec<String> = nova(20, "rejected").lines().map(str::to_owned).collect();
    lines[3].truncate(40);
    lines[7] = lines[7].replace("\"assistant\"", "\"user\"");
    lines[11] = String::new();
    w.upload(&w.main, "rejected", "job.yaml", NOVA).await?;
    w.upload(&w.main, "rejected", "train.jsonl", lines.join("\n")).await?;
    let report = w.report(&w.main, "rejected", "Rejected").await?;
    let found: Vec<u64> = report["findings"]["kept"]
        .as_array()
        .context("findings")?
        .iter()
        .filter_map(|finding| finding["line"].as_u64())
        .collect();
    for line in [4, 8, 12] {
        ensure!(found.contains(&line), "line {line} is not among {found:?}");
    }
    let messages = w.wait_for_messages(&w.main, "rejected", "train.jsonl:4", 1).await?;
    ensure!(messages[0].attributes["state"] == "Rejected", "{messages:?}");
    ensure!(!messages[0].body.contains("part number"), "no message says what a record says");
    ensure!(w.jobs("rejected").await?.is_empty(), "nothing is launched");
    let html = String::from_utf8(w.read(&w.main, "reports/rejected/latest.html").await?)?;
    ensure!(html.contains("<mark>"), "a page that shows the faults");
    ensure!(!report.to_string().contains("part number"), "the JSON quotes no record");
    Ok(())
}

pub(crate) async fn notifies_of_a_failed_job(w: &Harness) -> Result<()> {
    w.upload(&w.main, "fails-in-training", "job.yaml", NOVA).await?;
    w.upload(&w.main, "fails-in-training", "train.jsonl", nova(20, "fails")).await?;
    let run = w.run_in(&w.main, "fails-in-training", State::Failed).await?;
    ensure!(run.reason.as_deref() == Some(crate::harness::FAILURE), "word for word: {:?}", run.reason);
    let outcome = w.read_json(&w.main, &format!("runs/{}/outcome.json", run.run_id)).await?;
    ensure!(outcome["failure_message"] == crate::harness::FAILURE && outcome["state"] == "Failed", "{outcome}");
    w.wait_for_messages(&w.main, "fails-in-training", "Maximum input token count", 1).await?;
    Ok(())
}

pub(crate) async fn keeps_a_quoted_record_out_of_messages(w: &Harness) -> Result<()> {
    w.upload(&w.main, "quotes-a-record", "job.yaml", NOVA).await?;
    w.upload(&w.main, "quotes-a-record", "train.jsonl", nova(20, "quotes")).await?;
    let run = w.run_in(&w.main, "quotes-a-record", State::Failed).await?;
    let outcome = w.read_json(&w.main, &format!("runs/{}/outcome.json", run.run_id)).await?;
    ensure!(outcome["failure_message"] == crate::harness::QUOTING, "the report has it whole: {outcome}");
    w.wait_for_messages(&w.main, "quotes-a-record", "may quote a record", 1).await?;
    w.settled().await;
    for message in w.main.messages("quotes-a-record") {
        ensure!(!message.body.contains("Ada") && !message.body.contains("High Street"), "{message:#?}");
    }
    Ok(())
}

pub(crate) async fn stops_a_job_on_command(w: &Harness) -> Result<()> {
    w.upload(&w.main, "hold-stop", "job.yaml", NOVA).await?;
    w.upload(&w.main, "hold-stop", "train.jsonl", nova(20, "stop")).await?;
    let run = w.run_in(&w.main, "hold-stop", State::Running).await?;
    w.command(&w.main, Kind::StopRun, &run.run_id).await?;
    let run = w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    ensure!(run.model_arn.is_none(), "a stopped job leaves no model");
    w.wait_for_messages(&w.main, "hold-stop", "topped", 1).await?;
    Ok(())
}

pub(crate) async fn records_a_job_stopped_in_the_console(w: &Harness) -> Result<()> {
    w.upload(&w.main, "hold-console", "job.yaml", NOVA).await?;
    w.upload(&w.main, "hold-console", "train.jsonl", nova(20, "console")).await?;
    let run = w.run_in(&w.main, "hold-console", State::Running).await?;
    w.bedrock.stop_model_customization_job().job_identifier(run.job_arn.as_deref().unwrap_or_default()).send().await?;
    w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    Ok(())
}

pub(crate) async fn sweep_finds_a_job_whose_event_was_lost(w: &Harness) -> Result<()> {
    w.upload(&w.main, "lost-events", "job.yaml", NOVA).await?;
    w.upload(&w.main, "lost-events", "train.jsonl", nova(20, "lost")).await?;
    let run = w.run_in(&w.main, "lost-events", State::Running).await?;
    w.until("the job to be over", async || {
        let jobs = w.jobs("lost-events").await.ok()?;
        (jobs.first()?["status"] == "Completed").then_some(())
    })
    .await?;
    ensure!(w.main.ledger.run(&run.run_id).await?.is_some_and(|run| run.state == State::Running), "the event was lost");
    w.sweep(&w.main).await?;
    w.run_is(&w.main, &run.run_id, State::Succeeded).await?;
    w.wait_for_messages(&w.main, "lost-events", "custom-model", 1).await?;
    Ok(())
}

pub(crate) async fn manual_run_waits_for_approval(w: &Harness) -> Result<()> {
    w.upload(&w.main, "manual", "job.yaml", "base_model: nova-lite\nlaunch: manual\n").await?;
    w.upload(&w.main, "manual", "train.jsonl", nova(20, "manual")).await?;
    let run = w.run_in(&w.main, "manual", State::Held).await?;
    w.wait_for_messages(&w.main, "manual", "tunedrop approve", 1).await?;
    ensure!(w.jobs("manual").await?.is_empty(), "nothing is launched before approval");
    w.command(&w.main, Kind::ApproveRun, &run.run_id).await?;
    ensure!(run.queued_at.is_none(), "what is held is in no queue");
    let run = w.run_is(&w.main, &run.run_id, State::Succeeded).await?;
    ensure!(run.approved_by.as_deref() == Some("ada") && run.queued_at > Some(run.uploaded_at.clone()), "{run:?}");
    Ok(())
}

pub(crate) async fn held_run_can_be_stopped(w: &Harness) -> Result<()> {
    w.upload(&w.main, "held-stop", "job.yaml", "base_model: nova-lite\nlaunch: manual\n").await?;
    w.upload(&w.main, "held-stop", "train.jsonl", nova(20, "held stop")).await?;
    let run = w.run_in(&w.main, "held-stop", State::Held).await?;
    w.command(&w.main, Kind::StopRun, &run.run_id).await?;
    w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    w.wait_for_messages(&w.main, "held-stop", "stopped by ada", 1).await?;
    ensure!(w.jobs("held-stop").await?.is_empty(), "no job");
    Ok(())
}

/// Returns the request of the dataset's only job, once its run is in `state`.
async fn request_of(w: &Harness, dataset: &str, recipe: &str, data: String) -> Result<Value> {
    w.upload(&w.main, dataset, "job.yaml", recipe).await?;
    w.upload(&w.main, dataset, "train.jsonl", data).await?;
    w.run_in(&w.main, dataset, State::Succeeded).await?;
    let jobs = w.jobs(dataset).await?;
    ensure!(jobs.len() == 1, "{jobs:?}");
    Ok(jobs[0]["request"].clone())
}

pub(crate) async fn launches_distillation_with_its_teacher(w: &Harness) -> Result<()> {
    let recipe = "base_model: nova-micro\ncustomization: distillation\ndistillation: { teacher: nova-pro, max_response_length: 1000 }\n";
    let request = request_of(w, "distilled", recipe, prompts(120, "distilled")).await?;
    let teacher = json!({ "teacherModelIdentifier": "amazon.nova-pro-v1:0", "maxResponseLengthForInference": 1000 });
    ensure!(request["customizationType"] == "DISTILLATION", "{request}");
    ensure!(request["customizationConfig"]["distillationConfig"]["teacherModelConfig"] == teacher, "{request}");
    Ok(())
}

pub(crate) async fn launches_reinforcement_with_its_grader(w: &Harness) -> Result<()> {
    let grader = "arn:aws:lambda:us-east-1:111122223333:function:grade";
    let recipe = format!(
        "base_model: nova-2-lite\ncustomization: reinforcement-fine-tuning\nreinforcement: {{ grader: '{grader}' }}\nhyperparameters: {{ epochCount: 2, learningRate: 0.00001, reasoningEffort: high }}\n"
    );
    let request = request_of(w, "graded", &recipe, graded(120, "graded")).await?;
    let rft = &request["customizationConfig"]["rftConfig"];
    ensure!(rft["graderConfig"]["lambdaGrader"]["lambdaArn"] == grader, "{request}");
    ensure!(
        rft["hyperParameters"]["epochCount"] == 2 && rft["hyperParameters"]["reasoningEffort"] == "high",
        "{request}"
    );
    ensure!(request.get("hyperParameters").is_none(), "reinforcement's hyperparameters are typed: {request}");
    Ok(())
}

/// Their models are withdrawn, so the data is valid and the launch is refused.
pub(crate) async fn validates_prompt_completion_and_input(w: &Harness) -> Result<()> {
    w.upload(&w.main, "titan-pairs", "job.yaml", "base_model: titan-text-express\n").await?;
    w.upload(&w.main, "titan-pairs", "train.jsonl", pairs(20, "titan")).await?;
    w.upload(
        &w.main,
        "titan-texts",
        "job.yaml",
        "base_model: titan-text-lite\ncustomization: continued-pre-training\n",
    )
    .await?;
    w.upload(&w.main, "titan-texts", "train.jsonl", texts(20, "titan")).await?;
    for dataset in ["titan-pairs", "titan-texts"] {
        let run = w.run_in(&w.main, dataset, State::Refused).await?;
        ensure!(run.records == Some(20) && run.errors == 0, "{run:?}");
        w.wait_for_messages(&w.main, dataset, "nova", 1).await?;
    }
    Ok(())
}
