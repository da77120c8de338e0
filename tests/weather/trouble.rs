//! An hour of trouble: every call of one service fails, and then none does.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::Play;
use crate::fleet::Fleet;
use crate::hand::Hand;
use crate::site::Site;

/// With fewer receives, a message became a dead letter before this was tested for.
const RECEIVES: u64 = 5;

/// Has each service in trouble for an hour, one after the other, and drops its part of the fleet as it begins.
pub(crate) async fn play(play: &Play, fleet: &Fleet, site: &mut Site, hand: &mut Hand, begin: Instant) -> Result<()> {
    let mut received = 0;
    let part = fleet.datasets.len().div_ceil(play.troubles.len());
    for (service, datasets) in play.troubles.iter().zip(fleet.datasets.chunks(part)) {
        let (_, _, before) = site.received(0)?;
        site.down.set(Some(service));
        let hour = Instant::now() + Duration::from_secs(u64::from(play.hour_s));
        crate::hand::drop_all(site, datasets).await?;
        while Instant::now() < hour {
            // Nobody hears of a held run while SNS is down: the commands come later.
            if *service != "sns" {
                let items = site.items.all().await?;
                hand.act(site, fleet, &items).await?;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        site.down.set(None);
        let (most, times, _) = site.received(before)?;
        println!(
            "{service} failed for an hour until {:.0} s: {times} messages went back, one of them {most} times",
            begin.elapsed().as_secs_f64()
        );
        ensure!(times > 0, "no message went back, so the hour proves nothing");
        received = received.max(most);
        // Each hour is one of its own.
        while !(site.is_quiet() && site.queues_are_empty().await?) {
            ensure!(begin.elapsed() < play.patience, "what {service} held up is not over");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        ensure!(site.dead_letters().await? == 0, "{service}: {} dead letters", site.dead_letters().await?);
        println!("recovered after {:.0} s", begin.elapsed().as_secs_f64());
    }
    // Of Bedrock's trouble a message sees less: a launch that asks for several runs in vain takes long itself.
    ensure!(received > RECEIVES, "no message was received more than {received} times, so the hours prove nothing");
    Ok(())
}
