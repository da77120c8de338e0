//! Weather: many datasets at once on one stack, while events are lost, services fail and functions are killed.
//!
//! - `cargo test --test weather`: a short soak, as part of all tests; with `-- --include-ignored` the hours of trouble, too.
//! - `cargo test --test weather -- hours [DATASETS] [SEED]`: every call of SNS fails for an hour, then of
//!   DynamoDB, then of Bedrock. An hour takes 36 seconds, and what waits for a failed message is as much faster.
//! - `cargo test --test weather -- soak [DATASETS] [SEED]`: the soak; 300 datasets where it isn't said.
//! - `cargo test --test weather -- burst [DATASETS] [SEED]`: 1,000 datasets at once, in fair weather.
//!
//! The seed is printed, and strikes the same calls and events again. Functions are found and killed through `/proc`, so
//! on Linux alone.

mod cull;
mod fleet;
mod hand;
mod site;
mod sky;
mod tally;
mod trouble;
mod verdict;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fleet::Fleet;
use site::{HOUR_S, Site};
use sky::Rates;

/// Datasets and seed of the short soak.
const SHORT: (usize, u64) = (40, 1);

/// What is played.
struct Play {
    name: &'static str,
    datasets: usize,
    seed: u64,
    rates: Rates,
    /// Whether the stack is stopped and started in between.
    restart: bool,
    /// Services that are in trouble, one after the other, for an hour.
    troubles: &'static [&'static str],
    /// How many seconds an hour takes.
    hour_s: u32,
    patience: Duration,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let plays = match plays(&words) {
        Ok(plays) => plays,
        Err(error) => {
            eprintln!("{error:#}");
            std::process::exit(2);
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    for play in plays {
        if let Err(error) = runtime.block_on(run(&play)) {
            eprintln!("{} of {} datasets, seed {}: {error:#}", play.name, play.datasets, play.seed);
            std::process::exit(1);
        }
    }
}

/// What the words ask for; nothing, where they are the filter or the options of somebody who runs other tests.
fn plays(words: &[String]) -> Result<Vec<Play>> {
    let number = |at: usize, otherwise: u64| match words.get(at) {
        Some(word) => word.parse().with_context(|| format!("{word} is not a whole number")),
        None => Ok(otherwise),
    };
    let number = |at, otherwise| anyhow::Ok((usize::try_from(number(at, otherwise)?)?, number(2, 1)?));
    let foul = Rates { strikes: 0.05, kills: 0.001, events: 0.1 };
    let soak = |name, (datasets, seed), minutes: u64| Play {
        name,
        datasets,
        seed,
        rates: foul,
        restart: true,
        troubles: &[],
        // A failed message waits for a fifth of its time: a minute at most.
        hour_s: HOUR_S / 5,
        patience: Duration::from_secs(60 * minutes),
    };
    let hours = |asked| Play {
        rates: Rates::default(),
        restart: false,
        // People command while the ledger is down: their datasets were dropped before it.
        troubles: &["sns", "dynamodb", "bedrock"],
        hour_s: 36,
        ..soak("hours of trouble", asked, 15)
    };
    Ok(match words.first().map(String::as_str) {
        None => vec![soak("short soak", SHORT, 10)],
        Some("--include-ignored") => vec![soak("short soak", SHORT, 10), hours((30, 1))],
        Some("soak") => vec![soak("soak", number(1, 300)?, 60)],
        Some("hours") => vec![hours(number(1, 30)?)],
        Some("burst") => {
            vec![Play { rates: Rates::default(), restart: false, ..soak("burst", number(1, 1_000)?, 60) }]
        }
        Some("--list") => {
            println!("short soak: test\nhours of trouble: test");
            Vec::new()
        }
        Some(word) if word.starts_with('-') => bail!("say nothing, soak, hours or burst, not {word}"),
        Some(_) => Vec::new(),
    })
}

async fn run(play: &Play) -> Result<()> {
    println!("{}: {} datasets, seed {}", play.name, play.datasets, play.seed);
    let fleet = Fleet::new(play.datasets, play.seed);
    let mut site = Site::start(play.seed, play.rates, play.hour_s).await?;
    // Building and deploying isn't a part of the play.
    let begin = Instant::now();
    let lived = live(play, &fleet, &mut site, begin).await;
    let told = std::mem::take(&mut site.told);
    let shown = match lived {
        Ok(rounds) => verdict::show(&fleet, &site, &told, rounds, begin.elapsed()).await,
        Err(error) => Err(error.context(site.tally.summary())),
    };
    // Whatever went wrong, the stack is stopped.
    site.stop().await?;
    shown
}

/// Drops everything, and lets it go its way; how often time had to pass.
async fn live(play: &Play, fleet: &Fleet, site: &mut Site, begin: Instant) -> Result<usize> {
    let mut hand = hand::Hand::default();
    if !play.troubles.is_empty() {
        trouble::play(play, fleet, site, &mut hand, begin).await?;
        return settle(play, fleet, site, hand, begin).await;
    }
    let half = if play.restart { fleet.datasets.len() / 2 } else { fleet.datasets.len() };
    hand::drop_all(site, &fleet.datasets[..half]).await?;
    println!("{half} dropped after {:.0} s", begin.elapsed().as_secs_f64());
    if play.restart {
        site.restart().await?;
        println!("stopped and started again after {:.0} s", begin.elapsed().as_secs_f64());
        hand::drop_all(site, &fleet.datasets[half..]).await?;
        println!("all dropped after {:.0} s", begin.elapsed().as_secs_f64());
    }
    settle(play, fleet, site, hand, begin).await
}

/// Lets everything go its way to its end; how often time had to pass.
async fn settle(play: &Play, fleet: &Fleet, site: &mut Site, mut hand: hand::Hand, begin: Instant) -> Result<usize> {
    let mut rounds = 0;
    loop {
        let items = site.items.all().await?;
        let acted = hand.act(site, fleet, &items).await?;
        // What is hidden for a while is still at work: time that passed meanwhile would make another matter of it.
        if !acted && site.is_quiet() && site.queues_are_empty().await? {
            if hand.is_done(fleet, &items) {
                return Ok(rounds);
            }
            site.let_time_pass().await?;
            rounds += 1;
        }
        if begin.elapsed() > play.patience {
            bail!("not over after {} s: {}", play.patience.as_secs(), hand.left(fleet, &items));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
