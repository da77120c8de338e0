//! Reads products of the AWS Price List, as `GetProducts` and the public offer file have them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use tunedrop_validation::Rates;

use super::PriceFault;

/// Where a price of this kind is kept.
type Slot = fn(&mut Rates) -> &mut Option<f64>;

/// What is billed, and how a usage type ends that bills it:
/// `USE1-Nova2.0Lite-Customization-Training` is the training of `Nova2.0Lite`.
const KINDS: [(&str, Unit, Slot); 8] = [
    ("Customization-Training", Unit::Tokens, |rates| &mut rates.training),
    ("Customization-Storage", Unit::Month, |rates| &mut rates.storage),
    ("RFT-Training-Hours", Unit::Hour, |rates| &mut rates.reinforcement_hour),
    ("input-tokens-custom-model", Unit::Tokens, |rates| &mut rates.input),
    ("output-tokens-custom-model", Unit::Tokens, |rates| &mut rates.output),
    ("input-tokens", Unit::Tokens, |rates| &mut rates.base_input),
    ("output-tokens", Unit::Tokens, |rates| &mut rates.base_output),
    ("ProvisionedThroughput-NoCommit-ModelUnits", Unit::Hour, |rates| &mut rates.unit_hour),
];

/// What a price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// 1,000 tokens, after conversion.
    Tokens,
    /// An hour.
    Hour,
    /// A model and month.
    Month,
}

impl Unit {
    /// The factor that makes a price in the list's unit one in this unit; `None` for a unit of something else.
    fn factor(self, word: &str) -> Option<f64> {
        let word: String = word.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let word = word.strip_prefix("per").unwrap_or(&word);
        match self {
            Unit::Tokens => match word {
                "1ktokens" | "1000tokens" | "1ktoken" | "1000token" => Some(1.0),
                "1mtokens" | "1000000tokens" | "1mtoken" | "1000000token" | "milliontokens" => Some(0.001),
                _ => None,
            },
            Unit::Hour => matches!(word, "hour" | "hours" | "hr" | "hrs").then_some(1.0),
            Unit::Month => {
                matches!(word, "modelmonth" | "modelmonths" | "modelmo" | "month" | "months" | "mo").then_some(1.0)
            }
        }
    }
}

/// A product with its terms. Only what is used here.
#[derive(Deserialize)]
struct Product {
    product: Described,
    #[serde(default)]
    terms: Terms,
}

#[derive(Deserialize)]
struct Described {
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Default, Deserialize)]
struct Attributes {
    #[serde(default)]
    usagetype: String,
    #[serde(default, rename = "regionCode")]
    region_code: String,
}

#[derive(Default, Deserialize)]
struct Terms {
    #[serde(default, rename = "OnDemand")]
    on_demand: BTreeMap<String, Term>,
}

#[derive(Deserialize)]
struct Term {
    #[serde(default, rename = "priceDimensions")]
    dimensions: BTreeMap<String, Dimension>,
}

#[derive(Deserialize)]
struct Dimension {
    #[serde(default)]
    unit: String,
    #[serde(default, rename = "pricePerUnit")]
    per_unit: BTreeMap<String, String>,
}

/// A usage type's prices, in US dollars, with their units.
type Found = BTreeMap<String, Vec<(String, f64)>>;

/// The usage types of which each model that can be customized has one.
const CUSTOMIZED: [&str; 2] = ["-Customization-Training", "-RFT-Training-Hours"];

/// Returns the prices of the models that can be customized in a Region, by their names in usage types, such as
/// `Nova2.0Lite`; and why others are unknown. `products`: JSON documents, each of one product. What can't be read, or is
/// about something else, is ignored.
///
/// A price with an unexpected unit, or one of several different prices for one usage type, is unknown.
pub fn list(
    region: &str,
    products: impl IntoIterator<Item = impl AsRef<str>>,
) -> (BTreeMap<String, Rates>, Vec<PriceFault>) {
    let found = collect(region, products);
    let family = |name: &String| CUSTOMIZED.iter().find_map(|end| name.strip_suffix(end)).map(str::to_owned);
    let families: BTreeSet<String> = found.keys().filter_map(family).collect();
    let (mut all, mut faults) = (BTreeMap::new(), Vec::new());
    for family in families {
        let mut rates = Rates::default();
        for (what, unit, field) in KINDS {
            let name = format!("{family}-{what}");
            let Some((usage_type, prices)) = found.get_key_value(&name) else { continue };
            match price(unit, prices) {
                Ok(price) => *field(&mut rates) = Some(price),
                Err(why) => faults.push(PriceFault { usage_type: usage_type.clone(), why }),
            }
        }
        if rates != Rates::default() {
            all.insert(family, rates);
        }
    }
    (all, faults)
}

/// The prices by usage type, without the Region in front of it.
fn collect(region: &str, products: impl IntoIterator<Item = impl AsRef<str>>) -> Found {
    let mut found = Found::new();
    for product in products {
        let Ok(read) = serde_json::from_str::<Product>(product.as_ref()) else { continue };
        let Attributes { usagetype, region_code } = read.product.attributes;
        // `USE1-…`: its Region, which `regionCode` has in the usual form.
        let Some((_, name)) = usagetype.split_once('-').filter(|_| region_code == region) else { continue };
        let prices = found.entry(name.to_owned()).or_default();
        for dimension in read.terms.on_demand.into_values().flat_map(|term| term.dimensions.into_values()) {
            let usd = dimension.per_unit.get("USD").and_then(|usd| usd.parse::<f64>().ok());
            prices.extend(usd.map(|usd| (dimension.unit, usd)));
        }
    }
    found
}

/// The price in this unit, or a clause that says why there is none.
fn price(unit: Unit, prices: &[(String, f64)]) -> Result<f64, String> {
    let mut one: Option<f64> = None;
    for (word, usd) in prices {
        let factor = unit.factor(word).ok_or_else(|| format!("its unit is `{}`", shown(word)))?;
        let usd = usd * factor;
        if !(usd.is_finite() && usd > 0.0) {
            return Err("its price isn't a positive number".to_owned());
        }
        match one {
            Some(other) if (other - usd).abs() > 1e-12 => return Err("the list has two prices for it".to_owned()),
            _ => one = Some(usd),
        }
    }
    one.ok_or_else(|| "the list has no price for it".to_owned())
}

/// The beginning of a unit's name, for a message.
fn shown(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(40).collect()
}
