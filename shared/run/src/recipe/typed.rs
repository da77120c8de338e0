//! Values of a recipe by type. A value of another type gives one finding.

use std::collections::BTreeMap;

use tunedrop_validation::Code;

use super::reader::{Reader, shown};
use crate::yaml::{Node, Value};

impl Reader<'_> {
    pub(super) fn wrong(&mut self, node: &Node, at: &str, wanted: &str) {
        let name = at.rsplit('/').next().unwrap_or_default();
        self.push(
            Code::RecipeWrongType,
            Some(node.place),
            at.to_owned(),
            format!("`{}` must be {wanted}", shown(name)),
            format!("write {wanted} here, or remove the key"),
        );
    }

    pub(super) fn text(&mut self, node: &Node, at: &str) -> Option<String> {
        match &node.value {
            Value::Scalar { text, quoted }
                if !(text.trim().is_empty() || !quoted && ["null", "~"].contains(&text.as_str())) =>
            {
                Some(text.clone())
            }
            _ => {
                self.wrong(node, at, "a text");
                None
            }
        }
    }

    pub(super) fn texts(&mut self, node: &Node, at: &str) -> BTreeMap<String, String> {
        let entries = self.entries(node, at, &[]);
        entries.into_iter().filter_map(|(entry, at)| Some((entry.key.clone(), self.text(&entry.value, &at)?))).collect()
    }

    pub(super) fn list(&mut self, node: &Node, at: &str) -> Vec<String> {
        match &node.value {
            Value::List(items) => {
                let mut texts = Vec::new();
                for (i, item) in items.iter().enumerate() {
                    let at = format!("{at}/{i}");
                    self.places.insert(at.clone(), item.place);
                    texts.extend(self.text(item, &at));
                }
                texts
            }
            _ => {
                self.wrong(node, at, "a list, such as [a, b]");
                Vec::new()
            }
        }
    }

    pub(super) fn whole_number(&mut self, node: &Node, at: &str) -> Option<u64> {
        let number = match &node.value {
            Value::Scalar { text, quoted: false } => text.replace('_', "").parse().ok().filter(|value| *value > 0),
            _ => None,
        };
        if number.is_none() {
            self.wrong(node, at, "a whole number from 1");
        }
        number
    }

    pub(super) fn number(&mut self, node: &Node, at: &str) -> Option<f64> {
        let number = match &node.value {
            Value::Scalar { text, quoted: false } => {
                text.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0)
            }
            _ => None,
        };
        if number.is_none() {
            self.wrong(node, at, "a number from 0");
        }
        number
    }

    /// A price of 0 would disable every guard on cost.
    pub(super) fn price(&mut self, node: &Node, at: &str) -> Option<f64> {
        let number = match &node.value {
            Value::Scalar { text, quoted: false } => text.parse::<f64>().ok(),
            _ => None,
        };
        let price = number.filter(|price| price.is_finite() && *price > 0.0);
        if price.is_none() {
            self.wrong(node, at, "a price above 0, in US dollars");
        }
        price
    }

    pub(super) fn choice<T: Copy>(&mut self, node: &Node, at: &str, choices: &[(&str, T)]) -> Option<T> {
        let chosen = match &node.value {
            Value::Scalar { text, .. } => choices.iter().find(|(name, _)| name == text).map(|(_, value)| *value),
            _ => None,
        };
        if chosen.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.wrong(node, at, &names.join(" or "));
        }
        chosen
    }
}
