//! The metrics that the functions print. They are parsed by the specification of CloudWatch's format, not with
//! tunedrop's code.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tunedrop_run::State;
use tunedrop_run::metric::Metric;

use crate::data::nova;
use crate::harness::Harness;

/// A value that CloudWatch would store.
#[derive(Debug, Clone)]
struct Datum {
    name: String,
    unit: String,
    dimensions: BTreeMap<String, String>,
    value: f64,
    dataset: Option<String>,
}

/// Returns the values of a line. It is an error if the line violates the specification, because CloudWatch would
/// discard it silently.
fn extract(line: &str) -> Result<Vec<Datum>> {
    ensure!(line.len() <= 256 << 10, "the line has {} bytes", line.len());
    let root: Value = serde_json::from_str(line).context("no JSON, or something stands around it")?;
    let root = root.as_object().context("no object")?;
    let metadata = root["_aws"].as_object().context("no metadata object")?;
    ensure!(metadata.keys().all(|key| ["Timestamp", "CloudWatchMetrics"].contains(&key.as_str())), "{metadata:?}");
    let at = metadata["Timestamp"].as_u64().context("no time in whole milliseconds")?;
    ensure!((1_700_000_000_000..4_000_000_000_000).contains(&at), "{at} is no time in milliseconds");
    let mut found = Vec::new();
    for directive in metadata["CloudWatchMetrics"].as_array().context("no directives")? {
        let directive = directive.as_object().context("no directive")?;
        let known = ["Namespace", "Dimensions", "Metrics"];
        ensure!(directive.len() == 3 && known.iter().all(|key| directive.contains_key(*key)), "{directive:?}");
        ensure!(directive["Namespace"] == "tunedrop", "{directive:?}");
        let metrics = directive["Metrics"].as_array().context("no metrics")?;
        ensure!((1..=100).contains(&metrics.len()), "{} metrics", metrics.len());
        for set in directive["Dimensions"].as_array().context("no dimensions")? {
            let names = set.as_array().context("no dimension set")?;
            ensure!(names.len() <= 30, "{} dimensions", names.len());
            let value = |name: &Value| {
                let name = name.as_str().context("a dimension's name is a string")?;
                let value =
                    root.get(name).and_then(Value::as_str).context("a dimension has no string for its value")?;
                ensure!(value.is_ascii() && !value.trim().is_empty() && value.len() <= 1024, "{name}: {value:?}");
                Ok((name.to_owned(), value.to_owned()))
            };
            let dimensions: BTreeMap<String, String> = names.iter().map(value).collect::<Result<_>>()?;
            for metric in metrics {
                let text = |key: &str| metric[key].as_str().map(str::to_owned).context("a metric has no name or unit");
                let name = text("Name")?;
                let value = root.get(&name).and_then(Value::as_f64).context("a metric has no number")?;
                let dataset = root.get("dataset").and_then(Value::as_str).map(str::to_owned);
                found.push(Datum { name, unit: text("Unit")?, dimensions: dimensions.clone(), value, dataset });
            }
        }
    }
    Ok(found)
}

/// Returns all values that the functions printed.
fn printed(w: &Harness) -> Result<Vec<Datum>> {
    let log = w.printed()?;
    let lines = log.lines().filter(|line| line.contains("\"CloudWatchMetrics\""));
    // The emulator may print text before a function's output.
    let lines = lines.map(|line| line.find('{').map_or(line, |at| &line[at..]).trim_end());
    let values: Result<Vec<Vec<Datum>>> = lines.map(|line| extract(line).with_context(|| line.to_owned())).collect();
    Ok(values?.into_iter().flatten().collect())
}

/// Returns the values of a metric of the stack itself, oldest first.
pub(crate) fn stack_values(w: &Harness, name: &str) -> Result<Vec<f64>> {
    let ours = |datum: &Datum| datum.name == name && datum.dataset.is_none() && datum.dimensions["Stack"] == "main";
    Ok(printed(w)?.into_iter().filter(ours).map(|datum| datum.value).collect())
}

/// Returns the values of a metric of a dataset that has no dimension of its own.
pub(crate) fn dataset_values(w: &Harness, dataset: &str, name: &str) -> Result<Vec<f64>> {
    Ok(values(&printed(w)?, dataset, name, None))
}

/// Returns the values of a metric of a dataset, for one value of its dimension.
fn values(all: &[Datum], dataset: &str, name: &str, of: Option<(&str, &str)>) -> Vec<f64> {
    let mut dimensions = BTreeMap::from([("Stack".to_owned(), "main".to_owned())]);
    dimensions.extend(of.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let ours = all.iter().filter(|datum| datum.dataset.as_deref() == Some(dataset));
    ours.filter(|datum| datum.name == name && datum.dimensions == dimensions).map(|datum| datum.value).collect()
}

pub(crate) async fn each_event_is_counted_once(w: &Harness) -> Result<()> {
    let mut lines: Vec<String> = nova(20, "counted").lines().map(str::to_owned).collect();
    lines[3].truncate(40);
    lines[7] = lines[7].replace("\"assistant\"", "\"user\"");
    w.upload(&w.main, "counted", "job.yaml", "base_model: nova-lite\n").await?;
    w.upload(&w.main, "counted", "train.jsonl", lines.join("\n")).await?;
    let report = w.report(&w.main, "counted", "Rejected").await?;
    w.wait_for_messages(&w.main, "counted", "train.jsonl:4", 1).await?;
    w.next_second().await;
    w.upload(&w.main, "counted", "train.jsonl", nova(20, "counted")).await?;
    let run = w.run_in(&w.main, "counted", State::Succeeded).await?;
    w.wait_for_messages(&w.main, "counted", run.model_arn.as_deref().unwrap_or_default(), 1).await?;

    // Each event is repeated once: the upload, and the job's end.
    let detail = json!({ "bucket": { "name": w.main.bucket() }, "object": { "key": "datasets/counted/train.jsonl" } });
    w.aws_event("aws.s3", "Object Created", detail).await?;
    let job = json!({ "jobName": run.run_id, "jobArn": run.job_arn, "jobStatus": "Completed" });
    w.aws_event("aws.bedrock", "Model Customization Job State Change", job).await?;
    w.settled().await;

    let all = printed(w)?;
    let of = |name: &str, dimension: Option<(&str, &str)>| values(&all, "counted", name, dimension);
    let once = |name: &str, dimension: (&str, &str)| {
        let values = of(name, Some(dimension));
        ensure!(values == [1.0], "{name} {dimension:?}: {values:?}");
        Ok(())
    };
    once("Datasets", ("Result", "Rejected"))?;
    once("Datasets", ("Result", "Accepted"))?;
    for state in ["Queued", "Running", "Succeeded"] {
        once("Runs", ("State", state))?;
    }
    for kind in ["Dataset Rejected", "Run Succeeded"] {
        once("Messages", ("Kind", kind))?;
    }
    // This job trains for an instant. If the run ends before notify reads it, nobody is notified of its launch.
    let launched = of("Messages", Some(("Kind", "Run Launched")));
    ensure!(launched.len() <= 1, "Run Launched: {launched:?}");
    let counts = report["findings"]["counts"].as_object().context("the report's counts")?;
    ensure!(!counts.is_empty(), "nothing was found");
    for (code, count) in counts {
        let values = of("Findings", Some(("Code", code)));
        ensure!(values == [count.as_f64().unwrap_or_default()], "{code}: {values:?} is not {count}");
    }
    for (name, dimension, n) in
        [("SecondsToResult", None, 2), ("QueueSeconds", None, 1), ("TrainingSeconds", Some(("State", "Succeeded")), 1)]
    {
        let values = of(name, dimension);
        let plausible = values.iter().all(|seconds| (0.0..600.0).contains(seconds));
        ensure!(values.len() == n && plausible, "{name}: {values:?}");
    }
    for datum in &all {
        let metric = Metric::ALL.into_iter().find(|metric| metric.name() == datum.name);
        let metric = metric.with_context(|| format!("{} is no metric of the list", datum.name))?;
        let dimensions: Vec<&str> = datum.dimensions.keys().map(String::as_str).collect();
        let mut wanted: Vec<&str> = ["Stack"].into_iter().chain(metric.dimension()).collect();
        wanted.sort_unstable();
        ensure!(dimensions == wanted, "{datum:?}");
    }
    let units = all.iter().all(|datum| datum.unit == if datum.name.contains("Seconds") { "Seconds" } else { "Count" });
    ensure!(units, "{all:?}");
    ensure!(!w.printed()?.contains("part number"), "no log says what a record says");
    Ok(())
}

pub(crate) async fn sweep_counts_open_runs(w: &Harness) -> Result<()> {
    w.upload(&w.main, "hold-counted", "job.yaml", "base_model: nova-lite\n").await?;
    w.upload(&w.main, "hold-counted", "train.jsonl", nova(20, "counted by the sweep")).await?;
    let run = w.run_in(&w.main, "hold-counted", State::Running).await?;
    w.set_changed_at(&w.main, &run.run_id, "2026-01-01T00:00:00.000Z".parse()?).await?;
    let before = printed(w)?.len();
    w.sweep(&w.main).await?;
    let swept = |all: &[Datum]| -> BTreeMap<String, f64> {
        let ours = all[before..].iter().filter(|datum| datum.dataset.is_none() && datum.dimensions["Stack"] == "main");
        let name = |datum: &Datum| {
            datum.dimensions.get("State").map_or(datum.name.clone(), |state| format!("{} {state}", datum.name))
        };
        ours.map(|datum| (name(datum), datum.value)).collect()
    };
    let swept = w
        .until("the sweep's counts", async || {
            let swept = swept(&printed(w).ok()?);
            swept.contains_key("Sweeps").then_some(swept)
        })
        .await?;
    for state in ["Held", "Queued", "Launching", "Running"] {
        ensure!(swept.contains_key(&format!("OpenRuns {state}")), "{state} is not counted: {swept:?}");
    }
    ensure!(swept["Sweeps"] == 1.0 && swept["StuckRuns"] >= 1.0 && swept["OpenRuns Running"] >= 1.0, "{swept:?}");
    ensure!(swept["OldestOpenRunSeconds"] > 0.0 && swept.contains_key("MissedJobEnds"), "{swept:?}");
    w.command(&w.main, tunedrop_run::event::Kind::StopRun, &run.run_id).await?;
    w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    Ok(())
}

/// The dashboard contains names that only a deployment knows. With an invalid body, the console shows an empty page.
pub(crate) async fn deployed_dashboard_is_complete(w: &Harness) -> Result<()> {
    let body = w.dashboard(&w.main.deployed.outputs["DashboardName"]).await?;
    let dashboard: Value = serde_json::from_str(&body).with_context(|| format!("no JSON: {body}"))?;
    ensure!(dashboard["widgets"].as_array().is_some_and(|widgets| widgets.len() > 10), "{body}");
    let labels = ["Result", "Code", "State", "Kind", "Outcome"].map(|name| format!("${{PROP('Dim.{name}')}}"));
    ensure!(labels.iter().all(|label| body.contains(label)), "the labels are CloudWatch's to fill in: {body}");
    let rest = labels.iter().fold(body.clone(), |body, label| body.replace(label, ""));
    ensure!(!rest.contains("${"), "a name was not filled in: {rest}");
    for output in ["ValidateFunctionName", "SweepFunctionName"] {
        ensure!(body.contains(&w.main.deployed.outputs[output]), "{output} is not shown");
    }
    ensure!(body.contains("Stack=\\\"main\\\""), "it shows another stack's metrics: {body}");
    Ok(())
}
