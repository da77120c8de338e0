//! The section `evaluate`: how a run's model is compared with others.

mod check;
mod judge;

use std::collections::BTreeMap;

use tunedrop_evaluation::{Metric, Price, RECORDS_DEFAULT, RECORDS_MAX, Requirement};
use tunedrop_validation::{Catalogue, Code, Model};

pub(super) use check::check;
pub use judge::JudgeSection;

use super::check::invalid;
use super::reader::{Reader, nearest};
use crate::HeldOutSample;
use crate::plan::{Against, EvaluationPlan};
use crate::prices::{PriceList, inference_price};
use crate::yaml::{Node, Value};

const KEYS: &[&str] = &["data", "max_records", "against", "metrics", "max_tokens", "require", "price", "judge"];

/// The section `evaluate` of a recipe.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluate {
    /// The held-out file, relative to the dataset's folder; `None`: the validation file.
    pub data: Option<String>,
    /// The most records to ask: 1 to [`RECORDS_MAX`].
    pub max_records: u64,
    /// What the model is compared with.
    pub against: Vec<Against>,
    /// Metrics; empty: chosen from the reference answers.
    pub metrics: Vec<Metric>,
    /// Maximum tokens of an answer; `None`: from the longest reference answer.
    pub max_tokens: Option<u64>,
    /// What is required of metrics.
    pub require: BTreeMap<Metric, Requirement>,
    /// US dollars for 1,000 tokens of the models that are asked.
    pub price: Option<Price>,
    /// The judge.
    pub judge: Option<JudgeSection>,
    /// Where the recipe names each metric, for findings that depend on the data.
    pub(crate) named: Vec<NamedMetric>,
}

/// A metric that a recipe names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NamedMetric {
    pub metric: Metric,
    /// A JSON pointer into the recipe.
    pub pointer: String,
    /// 1-based line and byte column.
    pub place: (u64, u64),
}

impl Default for Evaluate {
    fn default() -> Evaluate {
        Evaluate {
            data: None,
            max_records: RECORDS_DEFAULT as u64,
            against: vec![Against::Base],
            metrics: Vec::new(),
            max_tokens: None,
            require: BTreeMap::new(),
            price: None,
            judge: None,
            named: Vec::new(),
        }
    }
}

impl Evaluate {
    /// Returns the plan of an evaluation with the held-out file at `data`, an `s3://` address. `model`: the run's base
    /// model in this catalogue. `list`: the AWS Price List, if it was read.
    pub fn plan(
        &self,
        data: String,
        sample: &HeldOutSample,
        model: Option<&Model>,
        catalogue: &Catalogue,
        list: Option<&PriceList>,
    ) -> EvaluationPlan {
        let known = model.and_then(|model| inference_price(model, list));
        let (catalogue_price, catalogue_price_source) = known.map(|price| (price.usd, price.source)).unzip();
        EvaluationPlan {
            data,
            max_records: self.max_records,
            against: self.against.clone(),
            metrics: self.metrics.clone(),
            max_tokens: self.max_tokens,
            require: self.require.clone(),
            judge: self.judge.as_ref().map(|judge| judge.plan(sample.judge, catalogue, list)),
            price: self.price.or(catalogue_price),
            catalogue_price,
            catalogue_price_source,
            token_ceiling: Some(sample.tokens.sum()),
            answer_token_ceiling: Some(sample.tokens.answers),
        }
    }
}

impl Reader<'_> {
    /// `None` for a value that isn't a section.
    pub(super) fn evaluate(&mut self, node: &Node, at: &str) -> Option<Evaluate> {
        let mut section = Evaluate::default();
        // `evaluate:` without anything below it is easy to write, and asks for the defaults.
        if is_null(node) {
            return Some(section);
        }
        for (entry, at) in self.entries(node, at, KEYS) {
            let (node, at) = (&entry.value, at.as_str());
            match entry.key.as_str() {
                "data" => section.data = self.text(node, at),
                "max_records" => section.max_records = self.max_records(node, at).unwrap_or(section.max_records),
                "against" => section.against = self.against(node, at),
                "metrics" => section.metrics = self.metrics(node, at, &mut section.named),
                "max_tokens" => section.max_tokens = self.max_tokens(node, at),
                "require" => section.require = self.require(node, at, &mut section.named),
                "price" => section.price = self.inference_price(node, at),
                _ => section.judge = self.judge(node, at),
            }
        }
        matches!(node.value, Value::Map(_)).then_some(section)
    }

    fn max_records(&mut self, node: &Node, at: &str) -> Option<u64> {
        let records = self.whole_number(node, at)?;
        if records > RECORDS_MAX as u64 {
            invalid(self, at, "an evaluation asks at most 1,000 records", "write a number from 1 to 1000");
            return None;
        }
        Some(records)
    }

    /// API reference, `InferenceConfiguration`: `maxTokens` is an integer from 1.
    fn max_tokens(&mut self, node: &Node, at: &str) -> Option<u64> {
        let tokens = self.whole_number(node, at)?;
        if i32::try_from(tokens).is_err() {
            invalid(self, at, "no model gives answers with so many tokens", "write a smaller number, such as 512");
            return None;
        }
        Some(tokens)
    }

    fn against(&mut self, node: &Node, at: &str) -> Vec<Against> {
        let mut sides = Vec::new();
        for (text, at) in self.words(node, at) {
            match text.parse::<Against>() {
                Ok(side) if sides.contains(&side) => self.repeated(&at),
                Ok(side) => sides.push(side),
                Err(expected) => {
                    let help = "write base, deployed, or the id of a run such as support-bot-0123456789ab";
                    invalid(self, &at, &expected, help);
                }
            }
        }
        sides
    }

    fn metrics(&mut self, node: &Node, at: &str, named: &mut Vec<NamedMetric>) -> Vec<Metric> {
        let mut metrics = Vec::new();
        for (text, at) in self.words(node, at) {
            match self.metric(&text, &at, named) {
                Some(metric) if metrics.contains(&metric) => self.repeated(&at),
                metric => metrics.extend(metric),
            }
        }
        metrics
    }

    /// The metric of that name, whose place is known.
    fn metric(&mut self, name: &str, pointer: &str, named: &mut Vec<NamedMetric>) -> Option<Metric> {
        let Ok(metric) = name.parse::<Metric>() else {
            self.unknown_metric(name, pointer, false);
            return None;
        };
        let place = self.places.get(pointer).map_or((1, 1), |place| (place.line, place.column));
        named.push(NamedMetric { metric, pointer: pointer.to_owned(), place });
        Some(metric)
    }

    /// `judged`: whether only a judge's metrics fit.
    fn unknown_metric(&mut self, name: &str, pointer: &str, judged: bool) {
        let own = |metric: &Metric| metric.is_judged() == judged;
        let names: Vec<&str> = Metric::ALL.into_iter().filter(own).map(Metric::as_str).collect();
        let others = Metric::ALL.map(Metric::as_str);
        let help = match nearest(name, if judged { &names } else { &others }) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("use one of {}", names.join(", ")),
        };
        invalid(self, pointer, "no metric has this name", &help);
    }

    fn require(&mut self, node: &Node, at: &str, named: &mut Vec<NamedMetric>) -> BTreeMap<Metric, Requirement> {
        let mut all = BTreeMap::new();
        for (entry, at) in self.entries(node, at, &[]) {
            let Some(metric) = self.metric(&entry.key, &at, named) else { continue };
            let (mut requirement, mut is_read) = (Requirement::default(), true);
            for (entry, at) in self.entries(&entry.value, &at, &["min", "max", "over_base"]) {
                let value = self.signed(&entry.value, &at);
                is_read &= value.is_some();
                match entry.key.as_str() {
                    "min" => requirement.min = value,
                    "max" => requirement.max = value,
                    _ => requirement.over_base = value,
                }
            }
            let is_map = matches!(entry.value.value, Value::Map(_));
            if let Some(fault) = requirement.fault(metric).filter(|_| is_read && is_map) {
                let (message, help) = fault.rsplit_once("; ").unwrap_or((&fault, "write another limit"));
                invalid(self, &at, message, help);
            }
            all.insert(metric, requirement);
        }
        all
    }

    fn inference_price(&mut self, node: &Node, at: &str) -> Option<Price> {
        let (mut input, mut output, mut is_read) = (None, None, true);
        for (entry, at) in self.entries(node, at, &["input_per_1k_tokens", "output_per_1k_tokens"]) {
            let price = self.price(&entry.value, &at);
            is_read &= price.is_some();
            match entry.key.as_str() {
                "input_per_1k_tokens" => input = price,
                _ => output = price,
            }
        }
        if let (Some(input_per_1k), Some(output_per_1k)) = (input, output) {
            return Some(Price { input_per_1k, output_per_1k });
        }
        if is_read && matches!(node.value, Value::Map(_)) {
            let message = "models have a price for prompts and another one for answers".to_owned();
            let help = "write both input_per_1k_tokens and output_per_1k_tokens".to_owned();
            self.at(at, Code::RecipeMissingKey, message, help);
        }
        None
    }

    /// The texts of a list with their pointers; one text alone is a list too.
    fn words(&mut self, node: &Node, at: &str) -> Vec<(String, String)> {
        let Value::List(items) = &node.value else {
            return self.text(node, at).map(|text| (text, at.to_owned())).into_iter().collect();
        };
        let mut words = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let at = format!("{at}/{i}");
            self.places.insert(at.clone(), item.place);
            words.extend(self.text(item, &at).map(|text| (text, at)));
        }
        words
    }

    fn repeated(&mut self, at: &str) {
        invalid(self, at, "this value is in the list twice", "remove one of them");
    }

    fn signed(&mut self, node: &Node, at: &str) -> Option<f64> {
        let number = match &node.value {
            Value::Scalar { text, quoted: false } => text.parse::<f64>().ok().filter(|value| value.is_finite()),
            _ => None,
        };
        if number.is_none() {
            self.wrong(node, at, "a number such as 0.35");
        }
        number
    }
}

fn is_null(node: &Node) -> bool {
    matches!(&node.value, Value::Scalar { text, quoted: false } if ["", "~", "null"].contains(&text.as_str()))
}
