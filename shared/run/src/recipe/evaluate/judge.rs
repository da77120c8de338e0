//! The key `judge` of `evaluate`: a model that scores the answers.

use tunedrop_evaluation::{Metric, Price};
use tunedrop_validation::{Catalogue, Code};

use super::super::check::invalid;
use super::super::reader::{Reader, nearest};
use crate::evaluation::{EvaluationTokens, JUDGES, JudgeModel, judges_in};
use crate::plan::Judge;
use crate::prices::{PriceList, judge_price};
use crate::yaml::{Node, Value};

/// The judge of an evaluation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JudgeSection {
    /// The model: a judge's alias, or Bedrock's identifier.
    pub model: String,
    /// What it scores, at least one.
    pub metrics: Vec<Metric>,
    /// US dollars for 1,000 tokens of the judge.
    pub price: Option<Price>,
}

impl JudgeSection {
    /// Returns the judge of a plan. `tokens`: what it can bill.
    pub(super) fn plan(
        &self,
        tokens: Option<EvaluationTokens>,
        catalogue: &Catalogue,
        list: Option<&PriceList>,
    ) -> Judge {
        let (catalogue_price, catalogue_price_source) =
            judge_price(&self.model, catalogue, list).map(|price| (price.usd, price.source)).unzip();
        Judge {
            model: JudgeModel::find(&self.model).map_or(self.model.as_str(), |judge| judge.id).to_owned(),
            metrics: self.metrics.clone(),
            price: self.price.or(catalogue_price),
            catalogue_price,
            catalogue_price_source,
            tokens,
        }
    }
}

impl Reader<'_> {
    pub(super) fn judge(&mut self, node: &Node, at: &str) -> Option<JudgeSection> {
        let mut section = JudgeSection::default();
        for (entry, at) in self.entries(node, at, &["model", "metrics", "price"]) {
            let (node, at) = (&entry.value, at.as_str());
            match entry.key.as_str() {
                "model" => section.model = self.text(node, at).unwrap_or_default(),
                "metrics" => section.metrics = self.judge_metrics(node, at),
                _ => section.price = self.inference_price(node, at),
            }
        }
        if !matches!(node.value, Value::Map(_)) {
            return None;
        }
        for (key, example) in [("model", "`model: nova-pro`"), ("metrics", "`metrics: [Correctness, Helpfulness]`")] {
            if !self.has(&format!("{at}/{key}")) {
                let message = format!("the judge has no `{key}`");
                self.at(at, Code::RecipeMissingKey, message, format!("add {example}"));
            }
        }
        Some(section)
    }

    fn judge_metrics(&mut self, node: &Node, at: &str) -> Vec<Metric> {
        let mut metrics = Vec::new();
        let words = self.words(node, at);
        if words.is_empty() && matches!(node.value, Value::List(_)) {
            invalid(self, at, "the judge has nothing to score", "name a metric such as Correctness, or remove `judge`");
        }
        for (text, at) in words {
            match text.parse::<Metric>() {
                Ok(metric) if metrics.contains(&metric) => self.repeated(&at),
                Ok(metric) if metric.is_judged() => metrics.push(metric),
                Ok(_) => {
                    let help = "move it to `metrics` under `evaluate`";
                    invalid(self, &at, "tunedrop computes this metric itself", help);
                }
                Err(_) => self.unknown_metric(&text, &at, true),
            }
        }
        metrics
    }
}

/// Checks that Bedrock has the judge in the stack's Region, and that the judge scores what is named elsewhere.
pub(super) fn check(section: &super::Evaluate, region: Option<&str>, reader: &mut Reader<'_>) {
    for named in section.named.iter().filter(|named| named.metric.is_judged()) {
        let metric = named.metric;
        let help = match &section.judge {
            Some(judge) if judge.metrics.contains(&metric) => continue,
            Some(_) => format!("add {metric} to `metrics` under `judge`"),
            None => format!("add `judge: {{ model: nova-pro, metrics: [{metric}] }}`"),
        };
        invalid(reader, &named.pointer, "a judge scores this metric, and none is asked for it", &help);
    }
    let Some(judge) = section.judge.as_ref().filter(|judge| !judge.model.is_empty()) else { return };
    let pointer = "/evaluate/judge/model";
    match JudgeModel::find(&judge.model) {
        None => {
            let aliases = JUDGES.each_ref().map(|judge| judge.alias);
            let help = match nearest(&judge.model, &aliases) {
                Some(alias) => format!("did you mean `{alias}`?"),
                None => format!("use one of {}", judges_in(region).join(", ")),
            };
            invalid(reader, pointer, "Bedrock doesn't have this model as a judge", &help);
        }
        Some(found) if found.id_in(region).is_none() => {
            let available = judges_in(region);
            let help = match available.as_slice() {
                [] => "remove `judge`".to_owned(),
                available => format!("use one of {}", available.join(", ")),
            };
            let message = format!("this judge isn't available in {}", region.unwrap_or_default());
            invalid(reader, pointer, &message, &help);
        }
        Some(_) => {}
    }
}
