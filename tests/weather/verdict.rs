//! What came of it: the figures, and whether all is as it must be.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tunedrop_local::Message;

use crate::fleet::{Dataset, Fleet};
use crate::site::Site;
use crate::tally::dataset_of;

/// Prints the figures, then holds every dataset against what it must have come to.
pub(crate) async fn show(fleet: &Fleet, site: &Site, told: &[Message], rounds: usize, took: Duration) -> Result<()> {
    let items = site.items.all().await?;
    let runs: Vec<&Value> = items.iter().filter(|item| text(item, "kind") == "run").collect();
    let address = format!("{}/_standin/jobs", site.bedrock);
    let bedrock: Value = site.http.get(address).send().await?.json().await?;
    let jobs = bedrock["jobs"].as_array().context("a list of jobs")?;
    let dead = site.dead_letters().await?;
    let figures = site.tally.figures();

    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for run in &runs {
        *states.entry(text(run, "state")).or_default() += 1;
    }
    println!("datasets        {}", fleet.datasets.len());
    println!("runs            {}: {}", runs.len(), listed(&states));
    println!("jobs created    {}, by {} requests", jobs.len(), figures.created);
    println!("events          {}", bedrock["events"]);
    println!("found by sweep  {} ends, in {rounds} rounds beside the schedule's", figures.found);
    println!("messages sent   {}", told.len());
    let calls: u64 = figures.calls.values().sum();
    println!("calls           {calls}, {} of them retries", figures.retries);
    let mut services: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for ((service, operation), count) in &figures.calls {
        services.entry(service).or_default().insert(operation, *count);
    }
    for (service, operations) in services {
        println!("  {service:<13} {}: {}", operations.values().sum::<u64>(), listed(&operations));
    }
    println!("struck          {}; {} functions killed", listed(&figures.strikes), figures.killed);
    println!("dead letters    {dead}");
    println!("took            {:.0} s", took.as_secs_f64());

    let mut wrong = Vec::new();
    let mut twice = 0;
    for dataset in &fleet.datasets {
        match hold(dataset, site, &runs, jobs, told) {
            Ok(more) => twice += more,
            Err(error) => wrong.push(format!("{}: {error:#}", dataset.name)),
        }
    }
    println!("told twice      {twice}, each where its sending or marking was struck");
    ensure!(wrong.is_empty(), "{} datasets went wrong:\n{}", wrong.len(), wrong.join("\n"));
    ensure!(dead == 0, "{dead} dead letters");
    Ok(())
}

/// One dataset against what it must have come to; how many messages came a second time.
fn hold(dataset: &Dataset, site: &Site, runs: &[&Value], jobs: &[Value], told: &[Message]) -> Result<usize> {
    let own = runs.iter().filter(|run| text(run, "dataset") == dataset.name);
    let mut states: Vec<&str> = own.map(|run| text(run, "state")).collect();
    states.sort_unstable();
    ensure!(states == dataset.states(), "its runs are {states:?}, and must be {:?}", dataset.states());
    let named = jobs.iter().filter_map(|job| job["jobName"].as_str()).filter(|name| dataset_of(name) == dataset.name);
    let jobs = named.count();
    ensure!(jobs == dataset.jobs(), "{jobs} jobs were created, and must be {}", dataset.jobs());

    let mut heard: BTreeMap<&str, usize> = BTreeMap::new();
    for message in told.iter().filter(|message| message.attributes.get("dataset") == Some(&dataset.name)) {
        *heard.entry(message.attributes.get("kind").map_or("", String::as_str)).or_default() += 1;
    }
    let spare = usize::from(site.tally.may_come_twice(&dataset.name));
    let mut twice = 0;
    for kind in dataset.told() {
        let times = heard.remove(kind).unwrap_or_default();
        ensure!((1..=1 + spare).contains(&times), "{kind} was told {times} times");
        twice += times - 1;
    }
    for (kind, most) in dataset.may_be_told() {
        let times = heard.remove(kind).unwrap_or_default();
        ensure!(times <= most + spare, "{kind} was told {times} times");
        twice += times.saturating_sub(*most);
    }
    ensure!(heard.is_empty(), "told without need: {heard:?}");
    Ok(twice)
}

fn text<'i>(item: &'i Value, name: &str) -> &'i str {
    item[name]["S"].as_str().unwrap_or_default()
}

fn listed<K: std::fmt::Display, V: std::fmt::Display>(counts: &BTreeMap<K, V>) -> String {
    counts.iter().map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
}
