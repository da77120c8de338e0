//! What the recipe's evaluation can cost.

use serde_json::{Value, json};
use tunedrop_run::{Evaluate, HeldOutSample, Price, PriceList, PriceSource, Priced, inference_price, judge_price};
use tunedrop_validation::money::usd;
use tunedrop_validation::{Catalogue, Model};

use super::Sourced;
use crate::format::{counted, grouped, visible};

/// What an evaluation asks, and its price.
pub(super) struct Evaluation {
    sample: HeldOutSample,
    price: Option<Sourced<Price>>,
    judge: Option<Sourced<Price>>,
}

impl Evaluation {
    pub(super) fn of(
        sample: HeldOutSample,
        asked: &Evaluate,
        model: &Model,
        catalogue: &Catalogue,
        list: Option<&PriceList>,
    ) -> Evaluation {
        let own = |usd: Price| Priced { usd, source: PriceSource::Recipe };
        let judge = asked.judge.as_ref();
        let own_judge = judge.and_then(|judge| judge.price).map(own);
        let known_judge = || judge.and_then(|judge| judge_price(&judge.model, catalogue, list));
        Evaluation {
            sample,
            price: asked.price.map(own).or_else(|| inference_price(model, list)).map(Sourced::of),
            judge: own_judge.or_else(known_judge).map(Sourced::of),
        }
    }

    /// For people, in one line.
    pub(super) fn line(&self) -> String {
        let HeldOutSample { records, sides, tokens, .. } = &self.sample;
        let cost = match &self.price {
            Some(price) => format!("{} (price: {})", usd(tokens.cost(&price.value)), visible(&price.by)),
            None => "unknown price: add evaluate.price to the recipe".to_owned(),
        };
        let (records, sides) = (counted(*records, "record"), counted(*sides, "model"));
        format!("up to {} tokens ({records}, {sides}), {cost}", grouped(tokens.sum()))
    }

    /// What the judge can bill, in one line; `None` without a judge.
    pub(super) fn judge_line(&self) -> Option<String> {
        let tokens = self.sample.judge?;
        let cost = match &self.judge {
            Some(price) => format!("{} (price: {})", usd(tokens.cost(&price.value)), visible(&price.by)),
            None => "unknown price: add evaluate.judge.price to the recipe".to_owned(),
        };
        Some(format!("up to about {} tokens, {cost}", grouped(tokens.sum())))
    }

    pub(super) fn object(&self) -> Value {
        let HeldOutSample { records, sides, tokens, .. } = &self.sample;
        json!({
            "records": records,
            "models": sides,
            "prompt_tokens_at_most": tokens.prompts,
            "answer_tokens_at_most": tokens.answers,
            "input_price_per_1k_tokens": self.price.as_ref().map(|price| price.value.input_per_1k),
            "output_price_per_1k_tokens": self.price.as_ref().map(|price| price.value.output_per_1k),
            "price_from": self.price.as_ref().map(|price| price.by.as_str()),
            "cost_usd_at_most": self.price.as_ref().map(|price| tokens.cost(&price.value)),
            "judge": self.sample.judge.map(|tokens| json!({
                "prompt_tokens_at_most": tokens.prompts,
                "answer_tokens_assumed": tokens.answers,
                "input_price_per_1k_tokens": self.judge.as_ref().map(|price| price.value.input_per_1k),
                "output_price_per_1k_tokens": self.judge.as_ref().map(|price| price.value.output_per_1k),
                "price_from": self.judge.as_ref().map(|price| price.by.as_str()),
                "cost_usd_at_most": self.judge.as_ref().map(|price| tokens.cost(&price.value)),
            })),
        })
    }
}
