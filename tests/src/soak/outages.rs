//! Outages: every call to one service fails for an hour.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::SoakConfig;
use super::datasets::Dataset;
use super::operator::Operator;
use super::stack::SoakStack;

/// With a limit of this many receives, messages reached the dead-letter queue.
const RECEIVES: u64 = 5;

/// Makes each service fail for an hour, one after the other, and uploads a part of the datasets as each outage starts.
pub(super) async fn run(
    config: &SoakConfig,
    datasets: &[Dataset],
    soak: &mut SoakStack,
    operator: &mut Operator,
    begin: Instant,
) -> Result<()> {
    let mut received = 0;
    let size = datasets.len().div_ceil(config.outages.len());
    for (service, part) in config.outages.iter().zip(datasets.chunks(size)) {
        let (_, _, before) = soak.received(0)?;
        soak.down.set(Some(service));
        let hour = Instant::now() + Duration::from_secs(u64::from(config.hour_s));
        super::operator::upload_all(soak, part).await?;
        while Instant::now() < hour {
            // While SNS fails, nobody learns of a held run, so the commands come later.
            if *service != "sns" {
                let items = soak.items.all().await?;
                operator.act(soak, datasets, &items).await?;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        soak.down.set(None);
        let (most, times, _) = soak.received(before)?;
        println!(
            "{service} failed for an hour until {:.0} s: {times} messages returned to their queue, one of them {most} times",
            begin.elapsed().as_secs_f64()
        );
        ensure!(times > 0, "no message returned to its queue, so the outage proves nothing");
        received = received.max(most);
        // The next outage starts when this one is over.
        while !(soak.is_quiet() && soak.queues_are_empty().await?) {
            ensure!(begin.elapsed() < config.patience, "the queues aren't empty after the outage of {service}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        ensure!(
            soak.dead_letters().await? == 0,
            "{service}: {} messages in dead-letter queues",
            soak.dead_letters().await?
        );
        println!("recovered after {:.0} s", begin.elapsed().as_secs_f64());
    }
    // Messages are received less often during Bedrock's outage, because a launch that tries several runs takes long itself.
    ensure!(received > RECEIVES, "no message was received more than {received} times, so the outages prove nothing");
    Ok(())
}
