//! Weather: many datasets at once on one stack, while events are lost, services fail and functions are killed.
//!
//! - `cargo test -p tunedrop-tests --test weather`: a short soak, as part of all tests.
//! - `cargo test -p tunedrop-tests --test weather -- soak [DATASETS] [SEED]`: the soak; 300 datasets where it isn't said.
//! - `cargo test -p tunedrop-tests --test weather -- burst [DATASETS] [SEED]`: 1,000 datasets at once, in fair weather.
//!
//! The seed is printed, and strikes the same calls and events again. Functions are found and killed through `/proc`, so
//! on Linux alone.

mod cull;
mod fleet;
mod hand;
mod site;
mod sky;
mod tally;
mod verdict;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fleet::Fleet;
use site::Site;
use sky::Rates;

/// What is played.
struct Play {
    name: &'static str,
    datasets: usize,
    seed: u64,
    rates: Rates,
    /// Whether the stack is stopped and started in between.
    restart: bool,
    patience: Duration,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let play = match play(&words) {
        Ok(Some(play)) => play,
        Ok(None) => return,
        Err(error) => {
            eprintln!("{error:#}");
            std::process::exit(2);
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    if let Err(error) = runtime.block_on(run(&play)) {
        eprintln!("{} of {} datasets, seed {}: {error:#}", play.name, play.datasets, play.seed);
        std::process::exit(1);
    }
}

/// What the words ask for; nothing, where they are the filter or the options of somebody who runs other tests.
fn play(words: &[String]) -> Result<Option<Play>> {
    let number = |at: usize, otherwise: u64| match words.get(at) {
        Some(word) => word.parse().with_context(|| format!("{word} is not a whole number")),
        None => Ok(otherwise),
    };
    let foul = Rates { strikes: 0.05, kills: 0.001, events: 0.1 };
    Ok(Some(match words.first().map(String::as_str) {
        None => Play {
            name: "short soak",
            datasets: 40,
            seed: 1,
            rates: foul,
            restart: true,
            patience: Duration::from_secs(600),
        },
        Some("soak") => Play {
            name: "soak",
            datasets: usize::try_from(number(1, 300)?)?,
            seed: number(2, 1)?,
            rates: foul,
            restart: true,
            patience: Duration::from_secs(3_600),
        },
        Some("burst") => Play {
            name: "burst",
            datasets: usize::try_from(number(1, 1_000)?)?,
            seed: number(2, 1)?,
            rates: Rates::default(),
            restart: false,
            patience: Duration::from_secs(3_600),
        },
        Some("--list") => {
            println!("short soak: test");
            return Ok(None);
        }
        Some(word) if word.starts_with('-') => bail!("say nothing, soak or burst, not {word}"),
        Some(_) => return Ok(None),
    }))
}

async fn run(play: &Play) -> Result<()> {
    println!("{}: {} datasets, seed {}", play.name, play.datasets, play.seed);
    let begin = Instant::now();
    let fleet = Fleet::new(play.datasets, play.seed);
    let mut site = Site::start(play.seed, play.rates).await?;
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
    let half = if play.restart { fleet.datasets.len() / 2 } else { fleet.datasets.len() };
    hand::drop_all(site, &fleet.datasets[..half]).await?;
    println!("{half} dropped after {:.0} s", begin.elapsed().as_secs_f64());
    if play.restart {
        site.restart().await?;
        println!("stopped and started again after {:.0} s", begin.elapsed().as_secs_f64());
        hand::drop_all(site, &fleet.datasets[half..]).await?;
        println!("all dropped after {:.0} s", begin.elapsed().as_secs_f64());
    }
    let mut hand = hand::Hand::default();
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
