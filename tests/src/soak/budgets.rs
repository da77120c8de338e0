//! Budgets: the simulator's count never exceeds the budget, and what is reserved at the end is what Bedrock's jobs can bill.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::datasets::{Dataset, DatasetKind};
use super::results::text;

/// More tokens than the recipe's evaluation of a dataset can bill, which count with its training.
const EVALUATION: u64 = 50_000;

/// A budget that all expected jobs fit in, and little else: a job that is created twice, or a reservation that is made twice,
/// exceeds it or leaves a run waiting.
pub(super) fn exact(datasets: &[Dataset]) -> u64 {
    let evaluated = datasets.iter().filter(|one| one.kind == DatasetKind::Evaluated).count() as u64;
    datasets.iter().map(Dataset::tokens).sum::<u64>() + evaluated * EVALUATION
}

/// Checks what the simulator counted at each creation of a job.
pub(super) fn never_exceeded(launches: &Value, budget: u64) -> Result<()> {
    let launches = launches.as_array().context("a list of launches")?;
    let uncounted: Vec<&Value> = launches.iter().filter(|one| one["tokens"].is_null()).collect();
    ensure!(uncounted.is_empty(), "jobs whose tokens the simulator couldn't count: {uncounted:?}");
    let sums = launches.iter().map(|one| one["sum"].as_u64().unwrap_or(u64::MAX));
    let most = sums.max().unwrap_or_default();
    println!("billed at most  {most} tokens at any moment of {} creations; the budget is {budget}", launches.len());
    ensure!(most <= budget, "the jobs could bill {most} tokens at a moment, and the budget is {budget}");
    ensure!(launches.is_empty() || most > 0, "nothing was counted");
    Ok(())
}

/// Compares the reservations with the jobs: each job that didn't fail has one, and nothing else has.
pub(super) fn show(items: &[Value], jobs: &[Value]) -> Result<()> {
    let (mut reserved, mut tokens) = (BTreeSet::new(), 0);
    for item in items.iter().filter(|item| text(item, "kind") == "budget") {
        let mut sum = 0;
        for (name, value) in item.as_object().into_iter().flatten() {
            let Some((run_id, _)) = name.strip_prefix("run#").and_then(|ticket| ticket.rsplit_once('@')) else {
                continue;
            };
            // At midnight, an interrupted launch counts in both days. That of a failed job counts nothing.
            if number(value) > 0 {
                reserved.insert(run_id.to_owned());
            }
            sum += number(value);
        }
        ensure!(sum == number(&item["total"]), "{} isn't the sum of its reservations: {sum}", text(item, "pk"));
        tokens += sum;
    }
    println!("reserved        {tokens} tokens, for {} runs", reserved.len());
    let billed: BTreeSet<String> = jobs
        .iter()
        .filter(|job| job["status"] != "Failed")
        .filter_map(|job| job["jobName"].as_str().map(str::to_owned))
        .collect();
    let (lost, left): (Vec<_>, Vec<_>) =
        (billed.difference(&reserved).collect(), reserved.difference(&billed).collect());
    ensure!(lost.is_empty(), "jobs that count in no budget: {lost:?}");
    ensure!(left.is_empty(), "reservations without a job that is billed: {left:?}");
    Ok(())
}

fn number(value: &Value) -> u64 {
    value["N"].as_str().and_then(|number| number.parse().ok()).unwrap_or_default()
}
