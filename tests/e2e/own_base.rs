//! Recipes that continue from a run or a deployment of the stack, and the lineage of such runs.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tunedrop_run::event::Kind;
use tunedrop_run::{DatasetEntry, DeploymentState, Run, State};

use crate::data::nova;
use crate::deployment_commands::{ends, has};
use crate::deployments::{deployed, train};
use crate::harness::Harness;
use crate::session::Shell;

async fn upload(w: &Harness, dataset: &str, recipe: &str) -> Result<()> {
    w.upload(&w.main, dataset, "train.jsonl", nova(20, dataset)).await?;
    w.next_second().await;
    w.upload(&w.main, dataset, "job.yaml", recipe).await
}

/// Trains a dataset whose recipe continues from `base`, and checks that Bedrock got the model of that run.
async fn continues(w: &Harness, dataset: &str, recipe: &str, base: &Run) -> Result<Run> {
    upload(w, dataset, recipe).await?;
    let run = w.run_in(&w.main, dataset, State::Succeeded).await?;
    let jobs = w.jobs(dataset).await?;
    ensure!(jobs.len() == 1, "{jobs:#?}");
    ensure!(jobs[0]["request"]["baseModelIdentifier"].as_str() == base.model_arn.as_deref(), "{jobs:#?}");
    ensure!(run.base_run.as_ref() == Some(&base.run_id), "{run:?}");
    ensure!(run.plan.as_ref().map(|plan| &plan.base_model) == base.model_arn.as_ref(), "{run:?}");
    Ok(run)
}

/// The message and the help of the finding at `base_model` with which the dataset is rejected.
async fn rejected(w: &Harness, dataset: &str, base: &str) -> Result<String> {
    upload(w, dataset, &format!("base_model: {base}\n")).await?;
    let report = w.report(&w.main, dataset, "Rejected").await?;
    let kept = report["findings"]["kept"].as_array().cloned().unwrap_or_default();
    let is_ours = |one: &&Value| one["code"] == "recipe-unusable-base" && one["pointer"] == "/base_model";
    let found = kept.iter().find(is_ours).with_context(|| format!("{base}: {kept:#?}"))?;
    ensure!(found["line"] == 1 && w.jobs(dataset).await?.is_empty(), "{found:#}");
    Ok(format!("{}; {}", found["message"], found["help"]))
}

pub(crate) async fn recipe_continues_from_run_and_deployment(w: &Harness) -> Result<()> {
    let name = "own-first";
    let first = train(w, name, "first", "base_model: nova-lite\ndeploy: {}\n", None).await?;
    ensure!(first.base_run.is_none() && first.files.len() == 2, "{first:?}");
    deployed(w, name, DeploymentState::Active, Some(&first)).await?;
    let by_run = format!("base_model: run:{}\nlike: nova-lite\n", first.run_id);
    let second = continues(w, "own-run", &by_run, &first).await?;
    ensure!(second.base_named == Some(format!("run:{}", first.run_id)), "{second:?}");
    let by_deployment = "base_model: deployed:own-first\n";
    let third = continues(w, "own-deployed", by_deployment, &first).await?;
    ensure!(third.base_named.as_deref() == Some("deployed:own-first"), "{third:?}");
    let arn = first.model_arn.as_deref().context("a model")?;
    let fourth = continues(w, "own-arn", &format!("base_model: {arn}\n"), &first).await?;
    ensure!(fourth.base_named.is_none(), "{fourth:?}");

    // The dataset's next version continues from what its own deployment serves, and then takes its place there.
    let round = "base_model: deployed:own-first\ndeploy: {}\n";
    let next = train(w, name, "second", round, Some(&first)).await?;
    ensure!(next.base_run.as_ref() == Some(&first.run_id), "{next:?}");
    deployed(w, name, DeploymentState::Active, Some(&next)).await?;
    // validate was interrupted before it recorded what it had validated, and the upload's event is delivered again.
    let entry = DatasetEntry::key("own-deployed");
    w.set_text(&w.main, &entry, "validated_fingerprint", "interrupted").await?;
    let object = json!({ "key": "datasets/own-deployed/job.yaml" });
    let event = json!({ "version": "0", "bucket": { "name": w.main.bucket() }, "object": object });
    w.aws_event("aws.s3", "Object Created", event).await?;
    let entry = w
        .until("the upload to be validated again", async || {
            let entry = w.main.ledger.dataset("own-deployed").await.ok()??;
            (entry.validated_fingerprint.as_deref() != Some("interrupted")).then_some(entry)
        })
        .await?;
    ensure!(entry.latest_run.as_ref() == Some(&third.run_id), "{entry:?}");
    ensure!(entry.validated_run.as_ref() == Some(&third.run_id), "{entry:?}");
    // The same content is the same run, although the deployment serves another model, and even its own.
    for (dataset, run) in [("own-deployed", &third), (name, &next)] {
        let jobs = w.jobs(dataset).await?.len();
        w.next_second().await;
        let recipe = if dataset == name { round } else { by_deployment };
        w.upload(&w.main, dataset, "job.yaml", recipe).await?;
        w.until(&format!("an answer about {dataset}"), async || {
            w.main.ledger.run(&run.run_id).await.ok()??.reuploaded_at
        })
        .await?;
        let entry = w.main.ledger.dataset(dataset).await?.context("an entry")?;
        ensure!(entry.latest_run.as_ref() == Some(&run.run_id), "{entry:?}");
        ensure!(w.jobs(dataset).await?.len() == jobs, "nothing is trained again");
    }
    // Another attempt continues from what is served now.
    w.next_second().await;
    w.upload(&w.main, "own-deployed", "job.yaml", format!("{by_deployment}attempt: 2\n")).await?;
    let again = w
        .until("the second attempt", async || {
            let entry = w.main.ledger.dataset("own-deployed").await.ok()??;
            let run = w.main.ledger.run(&entry.latest_run?).await.ok()??;
            (run.run_id != third.run_id && run.state == State::Succeeded).then_some(run)
        })
        .await?;
    ensure!(again.base_run.as_ref() == Some(&next.run_id), "{again:?}");

    let mut shell = Shell::open(w, "own-base")?;
    let shown = shell.good(&format!("show {} --local", again.run_id))?;
    let line = |name: &str, value: &str| format!("  {name:<16}{value}\n");
    for expected in [
        line("Continues from", &format!("{} (deployed:own-first)", next.run_id)),
        line("Continues from", &format!("{} (deployed:own-first)", first.run_id)),
        line("Run", &again.run_id),
        line("Custom model", again.model_arn.as_deref().unwrap_or_default()),
    ] {
        ensure!(shown.contains(&expected), "no {expected} in {shown}");
    }
    ensure!(shown.contains("job.yaml ") && shown.contains(", train.jsonl "), "{shown}");
    let shown = shell.good(&format!("show {} --local", first.run_id))?;
    for later in [&second, &third, &fourth, &next] {
        ensure!(shown.contains(&line("Continued by", &format!("{}, which is Succeeded", later.run_id))), "{shown}");
    }
    ensure!(shown.contains("own-first served it before"), "{shown}");
    let json: Value = serde_json::from_str(&shell.good(&format!("show {} --local --json", again.run_id))?)?;
    ensure!(json["lineage"]["continues_from"][1]["run_id"] == first.run_id.as_str(), "{json:#}");
    ensure!(json["lineage"]["files"][1]["name"] == "train.jsonl", "{json:#}");
    base_is_found_from_the_command_line(&mut shell, &first, [&second, &third, &fourth, &next], &again)?;
    let outcome = w.read_json(&w.main, &format!("runs/{}/outcome.json", second.run_id)).await?;
    ensure!(outcome["lineage"]["continues_from"][0]["model_arn"] == arn, "{outcome:#}");
    let page = String::from_utf8(w.read(&w.main, &format!("runs/{}/outcome.html", second.run_id)).await?)?;
    ensure!(page.contains("<h2>Lineage</h2>") && page.contains(first.run_id.as_str()), "{page}");
    Ok(())
}

/// `submit` looks up what the recipe names, and `runs --base` lists the runs that continue from it.
fn base_is_found_from_the_command_line(
    shell: &mut Shell,
    first: &Run,
    continuing: [&Run; 4],
    again: &Run,
) -> Result<()> {
    let arn = first.model_arn.as_deref().context("a model")?;
    shell.write("own-cli/train.jsonl", &nova(20, "own-cli"))?;
    for (base, run) in [(format!("run:{}", first.run_id), first), ("deployed:own-first".to_owned(), continuing[3])] {
        shell.write("own-cli/job.yaml", &format!("base_model: {base}\n"))?;
        let printed = ends(shell, "submit own-cli --dry-run --local", 0)?;
        let model = run.model_arn.as_deref().unwrap_or_default();
        let found = format!("base_model {base} is the custom model of run {}: {model}\n", run.run_id);
        has(&printed, &[&found, "records     20", "Nova Lite", "datasets/own-cli/train.jsonl"])?;
        ensure!(!printed.contains("No estimate") && !printed.contains("looks up"), "{printed}");
    }
    shell.write("own-cli/job.yaml", &format!("base_model: run:{}\nlike: nova-pro\n", first.run_id))?;
    has(&ends(shell, "submit own-cli --yes --local", 1)?, &["`like` contradicts the ARN", "nothing was uploaded"])?;
    shell.write("own-cli/job.yaml", "base_model: deployed:own-nothing\n")?;
    let printed = ends(shell, "submit own-cli --yes --local", 1)?;
    has(
        &printed,
        &["error[recipe-unusable-base]: this stack has no deployment `own-nothing`", "nothing was uploaded"],
    )?;

    for base in [first.run_id.to_string(), format!("run:{}", first.run_id), arn.to_owned()] {
        let json: Value = serde_json::from_str(&shell.good(&format!("runs --base {base} --json --local"))?)?;
        let mut listed: Vec<&str> =
            json["runs"].as_array().context("runs")?.iter().filter_map(|run| run["run_id"].as_str()).collect();
        let mut expected = continuing.map(|run| run.run_id.as_str());
        listed.sort_unstable();
        expected.sort_unstable();
        ensure!(listed == expected, "{base}: {listed:?}");
    }
    let listed = shell.good("runs --base nova-lite --dataset own-first --local")?;
    ensure!(listed.contains(first.run_id.as_str()) && !listed.contains(continuing[3].run_id.as_str()), "{listed}");
    let none = shell.good(&format!("runs --base {} --local", again.run_id))?;
    ensure!(none.starts_with("No runs in stack "), "{none}");
    has(&ends(shell, "runs --base own-nothing --local", 2)?, &["neither a base model of the catalogue nor a run"])?;
    has(&ends(shell, "runs --base deployed:own-first --local", 2)?, &["pass the run that it serves"])
}

pub(crate) async fn bad_bases_are_findings_and_needed_models_are_kept(w: &Harness) -> Result<()> {
    upload(w, "own-base", "base_model: nova-lite\n").await?;
    let base = w.run_in(&w.main, "own-base", State::Succeeded).await?;
    upload(w, "hold-own", &format!("base_model: run:{}\n", base.run_id)).await?;
    let held = w.run_in(&w.main, "hold-own", State::Running).await?;
    let failed = {
        upload(w, "fails-own", "base_model: nova-lite\n").await?;
        w.run_in(&w.main, "fails-own", State::Failed).await?
    };
    for (i, (named, words)) in [
        (format!("run:own-base-{}", "0".repeat(12)), format!("did you mean `run:{}`", base.run_id)),
        (format!("run:{}", held.run_id), "is Running: it has no custom model yet".to_owned()),
        (format!("run:{}", failed.run_id), "is Failed: it made no custom model".to_owned()),
        ("run:own-base".to_owned(), "expected a run's id".to_owned()),
        ("deployed:own-nothing".to_owned(), "this stack has no deployment `own-nothing`".to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        let found = rejected(w, &format!("own-rejected-{i}"), &named).await?;
        ensure!(found.contains(&words), "{named}: {found}");
    }

    let mut shell = Shell::open(w, "own-rm")?;
    let arn = base.model_arn.as_deref().context("a model")?;
    let (kept, code) = shell.run(&format!("rm {arn} --local --yes"))?;
    ensure!(code == Some(1) && kept.contains(&format!("run {}, which is Running", held.run_id)), "{kept}");
    w.command(&w.main, Kind::StopRun, &held.run_id).await?;
    w.run_is(&w.main, &held.run_id, State::Stopped).await?;
    shell.good(&format!("rm {arn} --local --yes"))?;
    // Only Bedrock knows that the model is gone.
    upload(w, "own-gone", &format!("base_model: run:{}\n", base.run_id)).await?;
    let gone = w.run_in(&w.main, "own-gone", State::Refused).await?;
    ensure!(gone.reason.as_deref().is_some_and(|reason| reason.contains("model identifier is invalid")), "{gone:?}");
    let page = String::from_utf8(w.read(&w.main, &format!("runs/{}/outcome.html", gone.run_id)).await?)?;
    ensure!(page.contains("A custom model may have been deleted") && page.contains("<h2>Lineage</h2>"), "{page}");
    Ok(())
}
