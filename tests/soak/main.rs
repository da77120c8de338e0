//! Soak test: many datasets at once on one stack, while events are lost, services fail and functions are killed.
//!
//! - `cargo test --test soak`: a short soak, as part of all tests. With `-- --include-ignored`, a longer one and the
//!   outages.
//! - `cargo test --test soak -- hours [DATASETS] [SEED]`: every call of SNS fails for an hour, then of
//!   DynamoDB, then of Bedrock. An hour takes 36 seconds, and the delays before a retry are as much shorter.
//! - `cargo test --test soak -- soak [DATASETS] [SEED]`: the soak, of 300 datasets by default.
//! - `cargo test --test soak -- burst [DATASETS] [SEED]`: 1,000 datasets at once, without faults.
//!
//! The seed is printed. The same seed gives the same calls and events a fault. Functions are found and killed through
//! `/proc`, so the suite runs on Linux only.

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

use anyhow::{Context, Result, bail};
use datasets::Dataset;
use faults::FaultRates;
use stack::{HOUR_S, SoakStack};

/// Datasets and seed of the short soak.
const SHORT: (usize, u64) = (6, 1);

/// The same with `--include-ignored`.
const LONGER: (usize, u64) = (16, 1);

/// One kind of soak.
struct SoakConfig {
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

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let configs = match configs(&words) {
        Ok(configs) => configs,
        Err(error) => {
            eprintln!("{error:#}");
            std::process::exit(2);
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    for config in configs {
        if let Err(error) = runtime.block_on(run(&config)) {
            eprintln!("{} of {} datasets, seed {}: {error:#}", config.name, config.datasets, config.seed);
            std::process::exit(1);
        }
    }
}

/// Returns the soak that the arguments select. `None` if they are a filter for other tests.
fn configs(words: &[String]) -> Result<Vec<SoakConfig>> {
    let number = |at: usize, otherwise: u64| match words.get(at) {
        Some(word) => word.parse().with_context(|| format!("{word} isn't a whole number")),
        None => Ok(otherwise),
    };
    let number = |at, otherwise| anyhow::Ok((usize::try_from(number(at, otherwise)?)?, number(2, 1)?));
    let fault_rates = FaultRates { faults: 0.05, kills: 0.001, events: 0.1 };
    let soak = |name, (datasets, seed), minutes: u64| SoakConfig {
        name,
        datasets,
        seed,
        rates: fault_rates,
        restart: true,
        outages: &[],
        // A failed message waits for a fifth of the template's delay: a minute at most.
        hour_s: HOUR_S / 5,
        patience: Duration::from_secs(60 * minutes),
    };
    let hours = |asked| SoakConfig {
        rates: FaultRates::default(),
        restart: false,
        // Commands are sent while the ledger fails, because their datasets were uploaded before.
        outages: &["sns", "dynamodb", "bedrock"],
        hour_s: 36,
        ..soak("outages", asked, 15)
    };
    Ok(match words.first().map(String::as_str) {
        None => vec![soak("short soak", SHORT, 10)],
        Some("--include-ignored") => vec![soak("soak", LONGER, 10), hours((30, 1))],
        Some("soak") => vec![soak("soak", number(1, 300)?, 60)],
        Some("hours") => vec![hours(number(1, 30)?)],
        Some("burst") => {
            vec![SoakConfig { rates: FaultRates::default(), restart: false, ..soak("burst", number(1, 1_000)?, 60) }]
        }
        Some("--list") => {
            println!("short soak: test\nsoak: test\noutages: test");
            Vec::new()
        }
        Some(word) if word.starts_with('-') => bail!("expected soak, hours, burst or nothing, found {word}"),
        Some(_) => Vec::new(),
    })
}

async fn run(config: &SoakConfig) -> Result<()> {
    println!("{}: {} datasets, seed {}", config.name, config.datasets, config.seed);
    let datasets = datasets::generate(config.datasets, config.seed);
    let mut soak = SoakStack::start(config.seed, config.rates, config.hour_s).await?;
    // The time excludes building and deploying.
    let begin = Instant::now();
    let driven = drive(config, &datasets, &mut soak, begin).await;
    let messages = std::mem::take(&mut soak.messages);
    let shown = match driven {
        Ok(rounds) => results::show(&datasets, &soak, &messages, rounds, begin.elapsed()).await,
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
