//! Limits on tokens and cost: what training and the evaluation may bill together.

use tunedrop_evaluation::Price;
use tunedrop_validation::grouped;
use tunedrop_validation::money::at_most;

use super::{VALIDATED_BEFORE, billed_at_most};
use crate::Plan;
use crate::evaluation::EvaluationTokens;

/// The limits of the recipe or of the stack, with their names in sentences.
#[derive(Clone, Copy)]
pub(crate) struct Limits<'p> {
    pub tokens: (&'p str, Option<u64>),
    pub cost: (&'p str, Option<f64>),
    /// US dollars for 1,000 tokens of training.
    pub training_price: Option<f64>,
    /// What the models cost that an evaluation asks.
    pub evaluation_price: Option<Price>,
    /// What the judge costs.
    pub judge_price: Option<Price>,
    /// How to set these three prices.
    pub price_in: (&'p str, &'p str, &'p str),
}

/// The most tokens that a run can bill.
struct Billed {
    training: u64,
    evaluation: Option<EvaluationTokens>,
    judge: Option<EvaluationTokens>,
}

impl Billed {
    /// The error is a clause that says why there is no upper bound.
    fn at_most(plan: &Plan) -> Result<Billed, String> {
        let training = billed_at_most(plan)?;
        let tokens = plan.evaluate.as_ref().map(|evaluate| EvaluationTokens::of_plan(evaluate).ok_or(VALIDATED_BEFORE));
        let judge = plan.evaluate.as_ref().and_then(|evaluate| evaluate.judge.as_ref());
        let judge = judge.map(|judge| judge.tokens.ok_or(VALIDATED_BEFORE)).transpose()?;
        Ok(Billed { training, evaluation: tokens.transpose()?, judge })
    }

    fn sum(&self) -> u64 {
        let asked = self.evaluation.iter().chain(&self.judge).map(EvaluationTokens::sum);
        asked.fold(self.training, u64::saturating_add)
    }
}

/// Returns the most tokens that the run can bill, its evaluation included. The error is a clause that says why there is no
/// upper bound.
pub(crate) fn billed_tokens(plan: &Plan) -> Result<u64, String> {
    Ok(Billed::at_most(plan)?.sum())
}

impl Limits<'_> {
    /// Returns the most US dollars that the run can cost. The error says why that isn't known.
    pub(crate) fn cost_at_most(&self, plan: &Plan) -> Result<f64, String> {
        let known =
            |price: Option<Price>| price.filter(|price| is_price(price.input_per_1k) && is_price(price.output_per_1k));
        let billed = Billed::at_most(plan)?;
        let price = self.training_price.filter(|price| is_price(*price)).ok_or("no price is known for training")?;
        let mut cost = billed.training as f64 / 1000.0 * price;
        for (tokens, price) in [(billed.evaluation, self.evaluation_price), (billed.judge, self.judge_price)] {
            if let Some(tokens) = tokens {
                cost += tokens.cost(&known(price).ok_or("no price is known for the evaluation")?);
            }
        }
        Ok(cost)
    }

    pub(super) fn over_tokens(&self, plan: &Plan) -> Option<String> {
        let (name, max) = (self.tokens.0, self.tokens.1?);
        let billed = match Billed::at_most(plan) {
            Ok(billed) => billed,
            Err(why) => {
                return Some(format!(
                    "{name} is {}, but the run's tokens can't be estimated: {why}; remove the limit to launch the run",
                    grouped(max)
                ));
            }
        };
        if billed.sum() <= max {
            return None;
        }
        let (sum, bytes, max) = (grouped(billed.sum()), grouped(plan.token_ceiling.unwrap_or_default()), grouped(max));
        let epochs = plan.epochs.unwrap_or_default();
        let part = |tokens: EvaluationTokens| grouped(tokens.sum());
        Some(match (billed.evaluation, billed.judge) {
            (None, _) => format!(
                "Bedrock could bill up to {sum} tokens ({bytes} bytes of training data, at most one token per byte, × {epochs} epochs), but {name} is {max}; use fewer records or epochs, or raise the limit"
            ),
            (Some(evaluation), None) => format!(
                "Bedrock could bill up to {sum} tokens (training: {bytes} bytes, at most one token per byte, × {epochs} epochs; evaluation: {}), but {name} is {max}; use fewer records or epochs, lower evaluate.max_records, or raise the limit",
                part(evaluation)
            ),
            (Some(evaluation), Some(judge)) => format!(
                "Bedrock could bill up to {sum} tokens (training: {bytes} bytes, at most one token per byte, × {epochs} epochs; evaluation: {}; judge: {}), but {name} is {max}; use fewer records or epochs, lower evaluate.max_records, or raise the limit",
                part(evaluation),
                part(judge)
            ),
        })
    }

    pub(super) fn over_cost(&self, plan: &Plan) -> Option<String> {
        let (name, max) = (self.cost.0, self.cost.1?);
        let Some(price) = self.training_price.filter(|price| is_price(*price)) else {
            let (base, fix) = (&plan.base_model, self.price_in.0);
            return Some(format!("{name} is {max} USD, but no price is known for {base}; {fix}, or remove the limit"));
        };
        let of_evaluation =
            self.evaluation_price.filter(|price| is_price(price.input_per_1k) && is_price(price.output_per_1k));
        if plan.evaluate.is_some() && of_evaluation.is_none() {
            let (base, fix) = (&plan.base_model, self.price_in.1);
            return Some(format!(
                "{name} is {max} USD, but no price is known for the evaluation's requests to {base}; {fix}, or remove the limit"
            ));
        }
        let is_judged = plan.evaluate.as_ref().is_some_and(|evaluate| evaluate.judge.is_some());
        let of_judge = self.judge_price.filter(|price| is_price(price.input_per_1k) && is_price(price.output_per_1k));
        if is_judged && of_judge.is_none() {
            let fix = self.price_in.2;
            return Some(format!(
                "{name} is {max} USD, but no price is known for the judge; {fix}, or remove the limit"
            ));
        }
        let billed = match Billed::at_most(plan) {
            Ok(billed) => billed,
            Err(why) => {
                return Some(format!(
                    "{name} is {max} USD, but the run's cost can't be estimated: {why}; remove the limit to launch the run"
                ));
            }
        };
        let training = billed.training as f64 / 1000.0 * price;
        let evaluation = billed.evaluation.zip(of_evaluation);
        let judge = billed.judge.zip(of_judge).map(|(tokens, price)| (tokens, price, tokens.cost(&price)));
        let cost = training
            + evaluation.map_or(0.0, |(tokens, price)| tokens.cost(&price))
            + judge.map_or(0.0, |(_, _, cost)| cost);
        if cost <= max {
            return None;
        }
        let (cost, training) = (at_most(cost), at_most(training));
        let tokens = grouped(billed.training);
        let Some((evaluation, of)) = evaluation else {
            return Some(format!(
                "training could cost up to {cost} USD ({tokens} tokens at {price} USD per 1,000), but {name} is {max} USD; use fewer records or epochs, or raise the limit"
            ));
        };
        let (asked, in_usd, out_usd) = (at_most(evaluation.cost(&of)), of.input_per_1k, of.output_per_1k);
        let (prompts, answers) = (grouped(evaluation.prompts), grouped(evaluation.answers));
        Some(match judge {
            None => format!(
                "the run could cost up to {cost} USD (training: {training} USD for {tokens} tokens at {price} USD per 1,000; evaluation: {asked} USD for {prompts} tokens of prompts at {in_usd} USD and {answers} of answers at {out_usd} USD), but {name} is {max} USD; use fewer records or epochs, lower evaluate.max_records, or raise the limit"
            ),
            Some((judge, of, scored)) => format!(
                "the run could cost up to {cost} USD (training: {training} USD for {tokens} tokens at {price} USD per 1,000; evaluation: {asked} USD for {prompts} tokens of prompts at {in_usd} USD and {answers} of answers at {out_usd} USD; judge: {} USD for {} tokens of prompts at {} USD and {} of answers at {} USD), but {name} is {max} USD; use fewer records or epochs, lower evaluate.max_records, or raise the limit",
                at_most(scored),
                grouped(judge.prompts),
                of.input_per_1k,
                grouped(judge.answers),
                of.output_per_1k
            ),
        })
    }
}

fn is_price(price: f64) -> bool {
    price.is_finite() && price > 0.0
}
