//! Budgets: what is reserved at the end is what Bedrock's jobs can bill.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use serde_json::Value;

use super::results::text;

/// A budget that no run of the soak exceeds, so that it changes no expected result.
pub(super) const TOKENS: &str = "999999999999";

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
