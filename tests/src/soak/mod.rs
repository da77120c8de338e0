//! Soak test: many datasets at once on one stack, while events are lost, services fail and functions are killed.
//!
//! The seed is printed. The same seed gives the same calls and events a fault. Functions are found and killed through
//! `/proc`, so the soak runs on Linux only.

mod budgets;
mod counts;
mod datasets;
mod faults;
mod killer;
mod models;
mod operator;
mod outages;
mod results;
mod stack;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use datasets::Dataset;
use faults::FaultRates;
use stack::{HOUR_S, SoakStack};

/// One kind of soak.
pub struct SoakConfig {
    name: &'static str,
    datasets: usize,
    seed: u64,
    rates: FaultRates,
    /// Whether the stack is stopped and started once.
    restart: bool,
    /// Services that fail for an hour each, one after the other.
    outages: &'static [&'static str],
    /// How many seconds an hour takes.
    hour_s: u32,
    patience: Duration,
}

impl SoakConfig {
    /// Datasets while events are lost, services fail, functions are killed, and the stack is stopped and started once.
    pub fn soak(datasets: usize, seed: u64, minutes: u64) -> SoakConfig {
        SoakConfig {
            name: "soak",
            datasets,
            seed,
            rates: FaultRates { faults: 0.05, kills: 0.001, events: 0.1 },
            restart: true,
            outages: &[],
            // A failed message waits for a fifth of the template's delay: a minute at most.
            hour_s: HOUR_S / 5,
            patience: Duration::from_secs(60 * minutes),
        }
    }

    /// Every call of SNS fails for an hour, then of DynamoDB, then of Bedrock. An hour takes 36 seconds, and the delays
    /// before a retry are as much shorter.
    pub fn outages(datasets: usize, seed: u64) -> SoakConfig {
        SoakConfig {
            name: "outages",
            rates: FaultRates::default(),
            restart: false,
            // Commands are sent while the ledger fails, because their datasets were uploaded before.
            outages: &["sns", "dynamodb", "bedrock"],
            hour_s: 36,
            ..SoakConfig::soak(datasets, seed, 15)
        }
    }

    /// Many datasets at once, without faults.
    pub fn burst(datasets: usize, seed: u64) -> SoakConfig {
        SoakConfig {
            name: "burst",
            rates: FaultRates::default(),
            restart: false,
            ..SoakConfig::soak(datasets, seed, 60)
        }
    }
}

/// Runs a soak. The error names what isn't as expected.
pub async fn run(config: &SoakConfig) -> Result<()> {
    println!("{}: {} datasets, seed {}", config.name, config.datasets, config.seed);
    let datasets = datasets::generate(config.datasets, config.seed);
    let budget = budgets::exact(&datasets);
    let mut soak = SoakStack::start(config, budget).await?;
    // The time excludes building and deploying.
    let begin = Instant::now();
    let driven = drive(config, &datasets, &mut soak, begin).await;
    let messages = std::mem::take(&mut soak.messages);
    let shown = match driven {
        Ok(rounds) => results::show(&datasets, &soak, (budget, &messages), rounds, begin.elapsed()).await,
        Err(error) => Err(error.context(soak.counters.summary())),
    };
    // The stack is stopped after an error too.
    soak.stop().await?;
    shown
}

/// Uploads everything, and waits until all is done. Returns how often time had to pass.
async fn drive(config: &SoakConfig, datasets: &[Dataset], soak: &mut SoakStack, begin: Instant) -> Result<usize> {
    let mut operator = operator::Operator::default();
    if !config.outages.is_empty() {
        outages::run(config, datasets, soak, &mut operator, begin).await?;
        return settle(config, datasets, soak, operator, begin).await;
    }
    let half = if config.restart { datasets.len() / 2 } else { datasets.len() };
    operator::upload_all(soak, &datasets[..half]).await?;
    println!("{half} uploaded after {:.0} s", begin.elapsed().as_secs_f64());
    if config.restart {
        soak.restart().await?;
        println!("restarted after {:.0} s", begin.elapsed().as_secs_f64());
        operator::upload_all(soak, &datasets[half..]).await?;
        println!("all uploaded after {:.0} s", begin.elapsed().as_secs_f64());
    }
    settle(config, datasets, soak, operator, begin).await
}

/// Waits until all is done. Returns how often time had to pass.
async fn settle(
    config: &SoakConfig,
    datasets: &[Dataset],
    soak: &mut SoakStack,
    mut operator: operator::Operator,
    begin: Instant,
) -> Result<usize> {
    let mut rounds = 0;
    loop {
        let items = soak.items.all().await?;
        let acted = operator.act(soak, datasets, &items).await?;
        // Time passes only when no message is hidden: a hidden message belongs to work that isn't finished.
        if !acted && soak.is_quiet() && soak.queues_are_empty().await? {
            if operator.is_done(datasets, &items) {
                return Ok(rounds);
            }
            soak.let_time_pass().await?;
            rounds += 1;
        }
        if begin.elapsed() > config.patience {
            bail!("not done after {} s: {}", config.patience.as_secs(), operator.left(datasets, &items));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
