//! The Price List's prices as the ledger keeps them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunedrop_validation::Rates;

use super::PriceSource;
use crate::{SCHEMA, Timestamp};

/// Seconds after which the Price List is read again. It changes rarely.
pub const PRICES_FRESH_S: i64 = 86_400;
/// Seconds after which it is read again if that failed.
pub const PRICES_RETRY_S: i64 = 3_600;

/// The prices of a Region, by the model's name in the Price List.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PriceList {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The Region.
    pub region: String,
    /// RFC 3339: when the prices were read; empty if they never were.
    #[serde(default)]
    pub read_at: String,
    /// RFC 3339: the last attempt to read them.
    pub tried_at: String,
    /// What can't be known, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The prices.
    #[serde(default)]
    pub rates: BTreeMap<String, Rates>,
}

/// Why a price of the list is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceFault {
    /// The usage type.
    pub usage_type: String,
    /// Why, as a clause.
    pub why: String,
}

impl PriceList {
    /// The ledger's key.
    pub fn key(region: &str) -> String {
        format!("prices#{region}")
    }

    /// A list that was read now.
    pub fn read(region: &str, rates: BTreeMap<String, Rates>, faults: &[PriceFault], now: &str) -> PriceList {
        let faults: Vec<String> =
            faults.iter().map(|fault| format!("{} is unknown: {}", fault.usage_type, fault.why)).collect();
        let fault = (!faults.is_empty()).then(|| faults.join("; "));
        let (read_at, tried_at) = (now.to_owned(), now.to_owned());
        PriceList { schema: SCHEMA, region: region.to_owned(), read_at, tried_at, fault, rates }
    }

    /// The list after a failed attempt to read it: the last known prices keep their date.
    pub fn out_of_reach(last: Option<PriceList>, region: &str, now: &str) -> PriceList {
        let last = last.unwrap_or_default();
        let known = match last.date() {
            Some(date) => format!("the prices are those of {date}"),
            None => "no price was read before".to_owned(),
        };
        let fault = Some(format!("the AWS Price List can't be reached; {known}"));
        PriceList { schema: SCHEMA, region: region.to_owned(), tried_at: now.to_owned(), fault, ..last }
    }

    /// Whether it must be read again.
    pub fn is_due(last: Option<&PriceList>, now: Timestamp) -> bool {
        let Some(last) = last else { return true };
        let age = |at: &str| at.parse::<Timestamp>().map_or(i64::MAX, |at| now.as_second() - at.as_second());
        age(&last.read_at) >= PRICES_FRESH_S && age(&last.tried_at) >= PRICES_RETRY_S
    }

    /// The day on which the prices were read, as `YYYY-MM-DD`; `None` if they never were.
    pub fn date(&self) -> Option<&str> {
        self.read_at.get(..10)
    }

    /// The source of its prices.
    pub fn source(&self) -> PriceSource {
        PriceSource::PriceList { date: self.date().unwrap_or_default().to_owned() }
    }
}
