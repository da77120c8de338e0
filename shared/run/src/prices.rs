//! Prices: what Bedrock charges for a model, where the price was read, and when.
//!
//! In this order: the recipe, the stack's own catalogue, the AWS Price List, the built-in catalogue. A price that none of them
//! has is unknown, and never guessed.

mod list;
mod listing;

use std::fmt;

use serde::{Deserialize, Serialize};
use tunedrop_evaluation::Price;
use tunedrop_validation::{Catalogue, Customization, Model, Rates};

pub use list::{PRICES_FRESH_S, PRICES_RETRY_S, PriceFault, PriceList};
pub use listing::list;

use crate::evaluation::JudgeModel;
use crate::{EvaluationPlan, Plan};

/// Where a price is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum PriceSource {
    /// An argument of the command.
    CommandLine,
    /// The recipe.
    Recipe,
    /// The stack's own catalogue, or that of the command line.
    Catalogue,
    /// The AWS Price List.
    PriceList {
        /// The day on which it was read, as `YYYY-MM-DD`.
        date: String,
    },
    /// The built-in catalogue.
    BuiltIn {
        /// The day on which the price applied, as `YYYY-MM-DD`.
        date: String,
        /// Where it was read then.
        source: String,
    },
}

impl fmt::Display for PriceSource {
    /// A noun phrase for a pair of brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PriceSource::CommandLine => f.write_str("from the command line"),
            PriceSource::Recipe => f.write_str("the recipe's"),
            PriceSource::Catalogue => f.write_str("the catalogue's"),
            PriceSource::PriceList { date } => write!(f, "AWS Price List, read on {date}"),
            PriceSource::BuiltIn { date, source } => write!(f, "built-in price of {date}: {source}"),
        }
    }
}

/// A price with its source.
#[derive(Debug, Clone, PartialEq)]
pub struct Priced<T> {
    /// US dollars.
    pub usd: T,
    /// Where it is from.
    pub source: PriceSource,
}

/// Returns what 1,000 tokens of training cost; `None` if that is unknown, or if training isn't billed by the token.
pub fn training_price(model: &Model, customization: Customization, list: Option<&PriceList>) -> Option<Priced<f64>> {
    if customization == Customization::ReinforcementFineTuning {
        return None;
    }
    let own = model.price_per_1k_tokens.map(|usd| Priced { usd, source: PriceSource::Catalogue });
    own.or_else(|| known(model, list, |rates| rates.training))
}

/// Returns what 1,000 tokens of requests to the model and its custom models cost: the highest of the two, because an
/// evaluation asks both.
pub fn inference_price(model: &Model, list: Option<&PriceList>) -> Option<Priced<Price>> {
    let own = model.inference_price.map(|price| Priced {
        usd: Price { input_per_1k: price.input_per_1k_tokens, output_per_1k: price.output_per_1k_tokens },
        source: PriceSource::Catalogue,
    });
    own.or_else(|| known(model, list, of_both))
}

/// Returns what 1,000 tokens of requests to the base model itself cost.
pub fn base_price(base: &Model, list: Option<&PriceList>) -> Option<Priced<Price>> {
    let own = inference_price(base, None).filter(|price| price.source == PriceSource::Catalogue);
    own.or_else(|| known(base, list, of_base))
}

/// Returns what 1,000 tokens of requests to a custom model of this base model cost.
pub(crate) fn custom_price(base: &Model, list: Option<&PriceList>) -> Option<Priced<Price>> {
    let own = inference_price(base, None).filter(|price| price.source == PriceSource::Catalogue);
    let of_custom = |rates: &Rates| Some(Price { input_per_1k: rates.input?, output_per_1k: rates.output? });
    own.or_else(|| known(base, list, of_custom))
}

/// Returns what 1,000 tokens of the requests of an evaluation's judge cost.
pub fn judge_price(judge: &str, catalogue: &Catalogue, list: Option<&PriceList>) -> Option<Priced<Price>> {
    let judge = JudgeModel::find(judge)?;
    base_price(catalogue.find(judge.id)?, list)
}

/// Returns a price that no catalogue of a user sets: the Price List's, or else the built-in one.
pub fn known<T>(model: &Model, list: Option<&PriceList>, of: impl Fn(&Rates) -> Option<T>) -> Option<Priced<T>> {
    let listed = list.and_then(|list| {
        let usd = of(list.rates.get(model.price_family.as_deref()?)?)?;
        Some(Priced { usd, source: list.source() })
    });
    listed.or_else(|| {
        let built_in = model.prices.as_ref()?;
        let source = PriceSource::BuiltIn { date: built_in.date.clone(), source: built_in.source.clone() };
        Some(Priced { usd: of(&built_in.rates)?, source })
    })
}

fn of_base(rates: &Rates) -> Option<Price> {
    Some(Price { input_per_1k: rates.base_input?, output_per_1k: rates.base_output? })
}

fn of_both(rates: &Rates) -> Option<Price> {
    let base = of_base(rates)?;
    let input_per_1k = rates.input?.max(base.input_per_1k);
    Some(Price { input_per_1k, output_per_1k: rates.output?.max(base.output_per_1k) })
}

impl Plan {
    /// Whether the Price List may have a newer price than the plan: the stack's own catalogue has none.
    pub fn wants_list(&self) -> bool {
        let own = |has: bool, source: &Option<PriceSource>| has && source.as_ref().is_none_or(is_own);
        let evaluate = self.evaluate.as_ref();
        !own(self.catalogue_price_per_1k_tokens.is_some(), &self.catalogue_price_source)
            || evaluate
                .is_some_and(|evaluate| !own(evaluate.catalogue_price.is_some(), &evaluate.catalogue_price_source))
    }

    /// Returns the plan with the Price List's prices, where no catalogue of a user and no recipe sets them.
    ///
    /// `model`: the plan's model in the built-in catalogue. Another model keeps the prices of its validation.
    pub fn with_list(mut self, model: Option<&Model>, list: Option<&PriceList>) -> Plan {
        let (Some(model), Some(list)) = (model, list) else { return self };
        let is_own = |has: bool, source: &Option<PriceSource>| has && source.as_ref().is_none_or(is_own);
        if !is_own(self.catalogue_price_per_1k_tokens.is_some(), &self.catalogue_price_source)
            && let Some(price) = training_price(model, self.customization, Some(list))
        {
            if self.price_source.as_ref() != Some(&PriceSource::Recipe) {
                self.price_per_1k_tokens = Some(price.usd);
                self.price_source = Some(price.source.clone());
            }
            self.catalogue_price_per_1k_tokens = Some(price.usd);
            self.catalogue_price_source = Some(price.source);
        }
        self.evaluate = self.evaluate.map(|evaluate| evaluate.with_list(model, list));
        self
    }
}

impl EvaluationPlan {
    /// The same for the models that an evaluation asks, and its judge.
    fn with_list(mut self, model: &Model, list: &PriceList) -> EvaluationPlan {
        if !(self.catalogue_price.is_some() && self.catalogue_price_source.as_ref().is_none_or(is_own))
            && let Some(price) = inference_price(model, Some(list))
        {
            if self.price.is_none() || self.price == self.catalogue_price {
                self.price = Some(price.usd);
            }
            self.catalogue_price = Some(price.usd);
            self.catalogue_price_source = Some(price.source);
        }
        if let Some(judge) = &mut self.judge
            && !(judge.catalogue_price.is_some() && judge.catalogue_price_source.as_ref().is_none_or(is_own))
            && let Some(price) = judge_price(&judge.model, Catalogue::embedded(), Some(list))
        {
            if judge.price.is_none() || judge.price == judge.catalogue_price {
                judge.price = Some(price.usd);
            }
            judge.catalogue_price = Some(price.usd);
            judge.catalogue_price_source = Some(price.source);
        }
        self
    }
}

fn is_own(source: &PriceSource) -> bool {
    matches!(source, PriceSource::Catalogue)
}

#[cfg(test)]
mod tests;
