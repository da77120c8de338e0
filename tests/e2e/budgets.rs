//! Budgets of a stack and of a dataset.

use anyhow::{Context, Result, ensure};
use tunedrop_run::budget::{day_item, month_item};
use tunedrop_run::event::Kind;
use tunedrop_run::{Blocker, Run, State, Timestamp};

use crate::data::nova;
use crate::harness::Harness;
use crate::stack::DeployedStack;

const DATASETS: usize = 6;
/// Two runs fit: each bills up to the bytes of its file, times two epochs, at 0.001 USD.
const FIT: usize = 2;

fn data(name: &str) -> String {
    nova(20, name)
}

async fn upload(w: &Harness, side: &DeployedStack, name: &str, more: &str) -> Result<()> {
    w.upload(side, name, "train.jsonl", data(name)).await?;
    w.upload(side, name, "job.yaml", format!("base_model: nova-micro\nhyperparameters: {{ epochCount: 2 }}\n{more}"))
        .await
}

async fn newest(side: &DeployedStack, dataset: &str) -> Option<Run> {
    let head = side.ledger.dataset(dataset).await.ok()??;
    side.ledger.run(&head.latest_run?).await.ok()?
}

/// Six datasets are uploaded at once, and the budget has room for two. Nothing that follows launches more, until a job fails.
pub(crate) async fn concurrent_launches_stay_within_the_month(w: &Harness) -> Result<()> {
    let names: Vec<String> = (0..DATASETS).map(|n| format!("hold-month-{n}")).collect();
    let most = names.iter().map(|name| data(name).len()).max().context("a dataset")? * 2;
    let usd = format!("{:.6}", (FIT * most) as f64 / 1000.0 * 0.001);
    let parameters = [("MaxCostPerMonthUsd".to_owned(), usd.clone())];
    let deployed = w.stack.deploy("budgeted", &parameters, &[]).await?;
    let side = DeployedStack::new(&w.stack, deployed).await?;
    for name in &names {
        upload(w, &side, name, "").await?;
    }
    let states = async || {
        let mut found = Vec::new();
        for name in &names {
            let run = newest(&side, name).await?;
            let waits = run.state == State::Queued && run.blocked_by == Some(Blocker::Budget);
            (waits || run.state == State::Running).then_some(())?;
            found.push(run);
        }
        Some(found)
    };
    let runs = w.until("every run to train or to wait for the budget", states).await?;
    let (running, waiting): (Vec<Run>, Vec<Run>) = runs.into_iter().partition(|run| run.state == State::Running);
    ensure!(running.len() == FIT, "{} runs train", running.len());
    let reason = waiting[0].blocked_reason.clone().unwrap_or_default();
    ensure!(reason.contains("MaxCostPerMonthUsd") && reason.contains("are left"), "{reason}");
    let item = month_item(&Timestamp::now().strftime("%Y-%m").to_string());
    let sum: u64 = running.iter().flat_map(|run| &run.reserved).map(|one| one.amount).sum();
    ensure!(side.ledger.reserved_in(&item).await? == sum && sum > 0, "reserved: {sum}");

    // Events that are delivered again, and sweeps, launch nothing more.
    for run in &waiting {
        w.command(&side, Kind::ApproveRun, &run.run_id).await?;
    }
    w.sweep(&side).await?;
    w.wait_for_messages(&side, &waiting[0].dataset, "MaxCostPerMonthUsd", 1).await?;
    w.settled().await;
    let mut jobs = 0;
    for name in &names {
        jobs += w.jobs(name).await?.len();
    }
    ensure!(jobs == FIT, "{jobs} jobs");

    // A stopped job is billed for what it trained, so its reservation stays.
    w.command(&side, Kind::StopRun, &running[0].run_id).await?;
    w.run_is(&side, &running[0].run_id, State::Stopped).await?;
    ensure!(side.ledger.reserved_in(&item).await? == sum, "the reservation of a stopped job stays");
    // A run that waits is stopped without a trace in the budget.
    w.command(&side, Kind::StopRun, &waiting[0].run_id).await?;
    w.run_is(&side, &waiting[0].run_id, State::Stopped).await?;
    ensure!(side.ledger.reserved_in(&item).await? == sum, "a run that waits has nothing reserved");
    side.collector.abort();
    Ok(())
}

/// A failed job is not billed, so the next run of the dataset fits. A run that never fits is refused.
pub(crate) async fn failed_job_gives_its_reservation_back(w: &Harness) -> Result<()> {
    let name = "fails-budget";
    let most = data(name).len() * 2;
    let parameters = [("MaxTokensPerDay".to_owned(), (most + most / 2).to_string())];
    let deployed = w.stack.deploy("days", &parameters, &[]).await?;
    let side = DeployedStack::new(&w.stack, deployed).await?;
    let budget = format!("budget: {{ per_month_usd: {:.6} }}\n", (most as f64 * 1.5) / 1000.0 * 0.001);
    upload(w, &side, name, &budget).await?;
    let failed = w.run_in(&side, name, State::Failed).await?;
    ensure!(failed.reserved.len() == 2, "a month of the dataset, and a day of the stack: {:?}", failed.reserved);
    for one in &failed.reserved {
        ensure!(side.ledger.reserved_in(&one.item).await? == 0, "{one:?} stays");
    }
    let day = day_item(&Timestamp::now().strftime("%Y-%m-%d").to_string());
    upload(w, &side, "within-the-day", "").await?;
    w.run_in(&side, "within-the-day", State::Succeeded).await?;
    ensure!(side.ledger.reserved_in(&day).await? > 0, "a completed job stays reserved");
    upload(w, &side, "above-the-day", "").await?;
    w.until("the run to wait for the next day", async || {
        newest(&side, "above-the-day").await.filter(|run| run.blocked_by == Some(Blocker::Budget))
    })
    .await?;
    upload(w, &side, "never-fits", "budget: { per_month_usd: 0.000001 }\n").await?;
    let refused = w.run_in(&side, "never-fits", State::Refused).await?.reason.unwrap_or_default();
    ensure!(refused.contains("the recipe's budget.per_month_usd is 0.000001 USD"), "{refused}");
    side.collector.abort();
    Ok(())
}
