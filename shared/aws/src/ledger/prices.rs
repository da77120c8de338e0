//! The AWS Price List's prices, which the sweep stores once a day.

use tunedrop_run::PriceList;

use super::Ledger;
use crate::Failure;

impl Ledger {
    /// Returns the prices of a Region, if they were stored.
    pub async fn prices(&self, region: Option<&str>) -> Result<Option<PriceList>, Failure> {
        match region {
            Some(region) => self.get(&PriceList::key(region)).await,
            None => Ok(None),
        }
    }

    /// Stores the prices of a Region. A concurrent write has read the same list.
    pub async fn keep_prices(&self, list: &PriceList) -> Result<(), Failure> {
        self.put(&PriceList::key(&list.region), "prices", list).await
    }
}
