//! Reads the AWS Price List once a day, and stores it in the ledger.

use std::time::Duration;

use tracing::{info, warn};
use tunedrop_aws::{Failure, Prices};
use tunedrop_run::{PriceList, Timestamp, price_list};

use super::Sweep;
use crate::publish::now;

/// The Price List may be out of reach: in a network without a path to its endpoint, every call ends by a timeout. The sweep
/// has sixty seconds.
const LIST_MAX: Duration = Duration::from_secs(20);

/// The client of the Price List, and the Region whose prices it reads.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) prices: Prices,
    pub(super) region: String,
}

impl Sweep {
    /// Reads the prices if those in the ledger are a day old. What can't be read is said in one line, and never fails the
    /// sweep.
    pub(super) async fn refresh_prices(&self) -> Result<(), Failure> {
        let Some(Listed { prices, region }) = &self.listed else { return Ok(()) };
        let last = self.ledger.prices(Some(region)).await?;
        if !PriceList::is_due(last.as_ref(), Timestamp::now()) {
            return Ok(());
        }
        let list = match tokio::time::timeout(LIST_MAX, prices.products(region)).await {
            Ok(Ok(products)) => {
                let (rates, faults) = price_list(region, products);
                PriceList::read(region, rates, &faults, &now())
            }
            Ok(Err(fault)) => {
                warn!(%fault, "the AWS Price List can't be read");
                PriceList::out_of_reach(last, region, &now())
            }
            Err(_) => PriceList::out_of_reach(last, region, &now()),
        };
        match &list.fault {
            Some(fault) => warn!("prices of {region}: {fault}"),
            None => info!(prices.models = list.rates.len(), "read the prices of {region}"),
        }
        self.ledger.keep_prices(&list).await
    }
}
