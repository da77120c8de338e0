//! The section `deploy`: where a run's model is served, and for how long.

use tunedrop_validation::{Catalogue, Code};

use super::reader::Reader;
use super::{Recipe, RecipeScope};
use crate::deployment::{
    EXPIRES_AFTER_MAX_S, EXPIRES_AFTER_MIN_S, ON_DEMAND_ALIASES, on_demand_regions, requested_name_fault,
};
use crate::plan::{DeployPlan, DeployWhen};
use crate::yaml::{Node, Value};

const WHEN: [(&str, DeployWhen); 3] =
    [("kept", DeployWhen::Kept), ("succeeded", DeployWhen::Succeeded), ("approved", DeployWhen::Approved)];

impl Reader<'_> {
    pub(super) fn deploy(&mut self, node: &Node, at: &str) -> Option<DeployPlan> {
        let mut plan = DeployPlan { name: None, when: DeployWhen::Succeeded, expires_after_s: None };
        // `deploy:` without anything below it is easy to write, and asks for the defaults.
        if matches!(&node.value, Value::Scalar { text, quoted: false } if ["", "~", "null"].contains(&text.as_str())) {
            return Some(plan);
        }
        for (entry, at) in self.entries(node, at, &["name", "when", "expires_after"]) {
            match entry.key.as_str() {
                "name" => plan.name = self.text(&entry.value, &at),
                "when" => {
                    plan.when = self.choice(&entry.value, &at, &WHEN).unwrap_or(plan.when);
                }
                _ => plan.expires_after_s = self.duration(&entry.value, &at),
            }
        }
        Some(plan)
    }

    /// A time such as `72h` or `3d`, in seconds.
    fn duration(&mut self, node: &Node, at: &str) -> Option<i64> {
        let text = self.text(node, at)?;
        match seconds(&text) {
            Some(seconds) if (EXPIRES_AFTER_MIN_S..=EXPIRES_AFTER_MAX_S).contains(&seconds) => Some(seconds),
            Some(_) => {
                let message = "the deployment expires too early or too late".to_owned();
                self.at(at, Code::RecipeInvalidValue, message, "write a time from 1h to 365d".to_owned());
                None
            }
            None => {
                let message = "expected a time in hours or days".to_owned();
                self.at(
                    at,
                    Code::RecipeInvalidValue,
                    message,
                    "write a number and h or d, such as 72h or 3d".to_owned(),
                );
                None
            }
        }
    }
}

/// The seconds of a time such as `72h` or `3d`; `None` if it isn't one.
pub fn seconds(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    number.parse::<i64>().ok()?.checked_mul(unit)
}

/// Which section of a recipe needs a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Deployment,
    /// The new model is asked through a temporary deployment.
    Evaluation,
}

pub(super) fn check(recipe: &mut Recipe, reader: &mut Reader<'_>, scope: &RecipeScope, catalogue: &Catalogue) {
    let is_evaluated = reader.has("/evaluate");
    let Some(plan) = &mut recipe.deploy else { return };
    if !reader.has("/deploy/when") && is_evaluated {
        plan.when = DeployWhen::Kept;
    }
    if plan.when == DeployWhen::Kept && !is_evaluated {
        let message = "`kept` deploys a model that its evaluation kept, and the recipe has no `evaluate`".to_owned();
        let help = "add a section `evaluate`, or write `when: succeeded`".to_owned();
        reader.at("/deploy/when", Code::RecipeInvalidValue, message, help);
    }
    if let Some(fault) = plan.name.as_deref().and_then(requested_name_fault) {
        let help = "write a name such as support-bot, or remove it to use the dataset's name".to_owned();
        reader.at("/deploy/name", Code::RecipeInvalidValue, fault.to_owned(), help);
    }
    check_model(recipe, reader, scope, catalogue, Need::Deployment);
}

/// Checks that Bedrock can deploy the recipe's custom model on demand.
pub(super) fn check_model(
    recipe: &Recipe,
    reader: &mut Reader<'_>,
    scope: &RecipeScope,
    catalogue: &Catalogue,
    need: Need,
) {
    let (key, why) = match need {
        Need::Deployment => ("deploy", ""),
        Need::Evaluation => ("evaluate", "an evaluation needs a deployment, and "),
    };
    // For a base model that only the ledger knows, `like` decides.
    let like = || recipe.model(catalogue).map(|model| model.identifier.clone());
    let Some(base) = recipe.base_model_identifier(catalogue).or_else(like) else { return };
    let regions = on_demand_regions(&base);
    let pointer = format!("/{key}");
    if regions.is_empty() {
        let name = recipe.model(catalogue).map_or("this base model", |model| &model.name);
        let instead = match need {
            Need::Deployment => ", and use provisioned throughput when the model exists",
            Need::Evaluation => "",
        };
        reader.at(
            &pointer,
            Code::RecipeInvalidValue,
            format!("{why}Bedrock can't deploy custom models of {name} on demand"),
            format!("remove `{key}`{instead}; or use {ON_DEMAND_ALIASES}"),
        );
    } else if let Some(region) = scope.region.as_deref().filter(|region| !regions.contains(region)) {
        reader.at(
            &pointer,
            Code::RecipeInvalidValue,
            format!("{why}Bedrock can deploy custom models of this base model in {} only", regions.join(", ")),
            format!("remove `{key}`: this stack is in {region}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn reads_hours_and_days() {
        for (text, expected) in [
            ("1h", Some(3600)),
            ("72h", Some(259_200)),
            ("3d", Some(259_200)),
            ("0h", Some(0)),
            ("", None),
            ("h", None),
            ("72", None),
            ("72m", None),
            ("-1h", None),
            ("1.5h", None),
            ("1 h", None),
            ("72\u{20ac}", None),
            ("99999999999999999999d", None),
            ("9999999999999999d", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
