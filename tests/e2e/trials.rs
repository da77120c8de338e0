//! Runs scenarios as tests: the stacks that they run on, and how many run at once.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use libtest_mimic::Trial;
use tokio::runtime::Handle;
use tokio::sync::{OnceCell, Semaphore};
use tunedrop_local::build::{self, Binaries};
use tunedrop_tests::soak::{self, SoakConfig};

use crate::harness::Harness;

/// The time of a scenario that takes longer is printed.
const SLOW: Duration = Duration::from_secs(20);

/// The functions are built once, by the first scenario.
static BINARIES: OnceCell<Binaries> = OnceCell::const_new();

pub(crate) type Scenario = for<'w> fn(&'w Harness) -> Pin<Box<dyn Future<Output = Result<()>> + 'w>>;

/// A harness with an emulator of its own. The first scenario starts it. Listing the scenarios starts nothing.
pub(crate) struct Site {
    harness: OnceCell<Harness>,
    /// The scenarios that may still start.
    free: Semaphore,
    /// Whether scenarios run one by one, and may set faults for all of Bedrock.
    one_by_one: bool,
}

impl Site {
    /// Creates a site on which this many scenarios run at once.
    pub(crate) fn new(at_once: usize) -> Arc<Site> {
        Arc::new(Site { harness: OnceCell::new(), free: Semaphore::new(at_once), one_by_one: at_once == 1 })
    }

    async fn run(&self, name: &str, scenario: Scenario) -> Result<()> {
        let _permit = self.free.acquire().await.context("the site is closed")?;
        let start = async || Harness::start(BINARIES.get_or_try_init(build::functions).await?).await;
        let harness = self.harness.get_or_try_init(start).await?;
        let begin = Instant::now();
        let mut result = scenario(harness).await;
        // Whatever a scenario has set, and also if it failed: the next one expects the faults of the start.
        if self.one_by_one {
            result = result.and(harness.reset_faults().await);
        }
        if begin.elapsed() > SLOW {
            println!("{name} took {} s", begin.elapsed().as_secs());
        }
        result
    }

    /// Stops the harness, if it was started.
    pub(crate) async fn stop(self: Arc<Site>) -> Result<()> {
        match Arc::into_inner(self).and_then(|site| site.harness.into_inner()) {
            Some(harness) => harness.stop().await,
            None => Ok(()),
        }
    }
}

/// Returns one trial for each scenario.
pub(crate) fn trials(
    scenarios: Vec<(&'static str, Scenario)>,
    site: &Arc<Site>,
    runtime: &Handle,
) -> impl Iterator<Item = Trial> {
    let (site, runtime) = (Arc::clone(site), runtime.clone());
    scenarios.into_iter().map(move |(name, scenario)| {
        let (site, runtime) = (Arc::clone(&site), runtime.clone());
        Trial::test(name, move || {
            runtime.block_on(site.run(name, scenario)).map_err(|error| format!("{error:#}").into())
        })
    })
}

/// Returns the short soak, or with `all_of_them` a longer one and the outages in its place.
pub(crate) fn soaks(all_of_them: bool, runtime: &Handle) -> Vec<Trial> {
    let configs = match all_of_them {
        false => vec![("soak::six_datasets", SoakConfig::soak(6, 1, 10))],
        true => vec![
            ("soak::sixteen_datasets", SoakConfig::soak(16, 1, 10)),
            ("soak::three_outages", SoakConfig::outages(30, 1)),
        ],
    };
    let runtime = runtime.clone();
    let soaks = configs.into_iter().map(move |(name, config)| {
        let runtime = runtime.clone();
        Trial::test(name, move || runtime.block_on(soak::run(&config)).map_err(|error| format!("{error:#}").into()))
    });
    soaks.collect()
}
