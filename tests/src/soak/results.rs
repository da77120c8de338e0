//! Prints the counts, and compares the results with the expected ones.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tunedrop_local::Message;

use super::budgets;
use super::counts::dataset_of;
use super::datasets::Dataset;
use super::models;
use super::stack::SoakStack;

/// Prints the counts, then compares every dataset with its expected result.
pub(super) async fn show(
    datasets: &[Dataset],
    soak: &SoakStack,
    (budget, messages): (u64, &[Message]),
    rounds: usize,
    took: Duration,
) -> Result<()> {
    let items = soak.items.all().await?;
    let runs: Vec<&Value> = items.iter().filter(|item| text(item, "kind") == "run").collect();
    let address = format!("{}/_simulator/jobs", soak.bedrock);
    let bedrock: Value = soak.http.get(address).send().await?.json().await?;
    let jobs = bedrock["jobs"].as_array().context("a list of jobs")?;
    let dead = soak.dead_letters().await?;
    let figures = soak.counters.figures();

    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for run in &runs {
        *states.entry(text(run, "state")).or_default() += 1;
    }
    println!("datasets        {}", datasets.len());
    println!("runs            {}: {}", runs.len(), listed(&states));
    println!("jobs created    {}, by {} requests", jobs.len(), figures.created);
    println!("events          {}", bedrock["events"]);
    println!("found by sweep  {} ends, in {rounds} rounds beside the schedule's", figures.found);
    println!("messages sent   {}", messages.len());
    let calls: u64 = figures.calls.values().sum();
    println!("calls           {calls}, {} of them retries", figures.retries);
    let mut services: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for ((service, operation), count) in &figures.calls {
        services.entry(service).or_default().insert(operation, *count);
    }
    for (service, operations) in services {
        println!("  {service:<13} {}: {}", operations.values().sum::<u64>(), listed(&operations));
    }
    println!("faults          {}; {} functions killed", listed(&figures.faults), figures.killed);
    println!("dead-lettered   {dead}");
    println!("took            {:.0} s", took.as_secs_f64());

    let mut wrong = Vec::new();
    let mut duplicates = 0;
    for dataset in datasets {
        match hold(dataset, soak, &runs, jobs, messages) {
            Ok(more) => duplicates += more,
            Err(error) => wrong.push(format!("{}: {error:#}", dataset.name)),
        }
    }
    println!("sent twice      {duplicates}, each after a fault while it was sent");
    budgets::show(&items, jobs)?;
    budgets::never_exceeded(&bedrock["launches"], budget)?;
    models::show(&items, soak, datasets).await?;
    ensure!(wrong.is_empty(), "{} datasets failed:\n{}", wrong.len(), wrong.join("\n"));
    ensure!(dead == 0, "{dead} messages in dead-letter queues");
    Ok(())
}

/// Compares one dataset with its expected result. Returns how many messages were sent twice.
fn hold(dataset: &Dataset, soak: &SoakStack, runs: &[&Value], jobs: &[Value], messages: &[Message]) -> Result<usize> {
    let own = runs.iter().filter(|run| text(run, "dataset") == dataset.name);
    let mut states: Vec<&str> = own.map(|run| text(run, "state")).collect();
    states.sort_unstable();
    ensure!(states == dataset.states(), "found runs in {states:?}, expected {:?}", dataset.states());
    let named = jobs.iter().filter_map(|job| job["jobName"].as_str()).filter(|name| dataset_of(name) == dataset.name);
    let jobs = named.count();
    ensure!(jobs == dataset.jobs(), "found {jobs} jobs, expected {}", dataset.jobs());

    let mut heard: BTreeMap<&str, usize> = BTreeMap::new();
    for message in messages.iter().filter(|message| message.attributes.get("dataset") == Some(&dataset.name)) {
        *heard.entry(message.attributes.get("kind").map_or("", String::as_str)).or_default() += 1;
    }
    let spare = usize::from(soak.counters.may_be_duplicated(&dataset.name));
    let mut duplicates = 0;
    for (kind, expected) in dataset.expected_messages() {
        let times = heard.remove(kind).unwrap_or_default();
        ensure!((*expected..=expected + spare).contains(&times), "expected {expected} messages {kind}, found {times}");
        duplicates += times - expected;
    }
    for (kind, most) in dataset.possible_messages() {
        let times = heard.remove(kind).unwrap_or_default();
        ensure!(times <= most + spare, "expected at most {most} messages {kind}, found {times}");
        duplicates += times.saturating_sub(*most);
    }
    ensure!(heard.is_empty(), "unexpected messages: {heard:?}");
    Ok(duplicates)
}

pub(super) fn text<'i>(item: &'i Value, name: &str) -> &'i str {
    item[name]["S"].as_str().unwrap_or_default()
}

fn listed<K: std::fmt::Display, V: std::fmt::Display>(counts: &BTreeMap<K, V>) -> String {
    counts.iter().map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
}
