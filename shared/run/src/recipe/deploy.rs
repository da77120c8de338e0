//! The section `deploy`: where a run's model is served, how, and for how long.

use tunedrop_validation::{Catalogue, Code};

use super::reader::Reader;
use super::{Recipe, RecipeScope};
use crate::deployment::{
    Capacity, EXPIRES_AFTER_MAX_S, EXPIRES_AFTER_MIN_S, MODEL_UNITS_MAX, ON_DEMAND_ALIASES, ThroughputSupport,
    on_demand_regions, requested_name_fault, throughput_support,
};
use crate::plan::{DeployPlan, DeployWhen};
use crate::yaml::{Node, Value};

const WHEN: [(&str, DeployWhen); 3] =
    [("kept", DeployWhen::Kept), ("succeeded", DeployWhen::Succeeded), ("approved", DeployWhen::Approved)];

/// Whether the model is served on provisioned throughput.
const TYPES: [(&str, bool); 2] = [("on-demand", false), ("provisioned", true)];

impl Reader<'_> {
    pub(super) fn deploy(&mut self, node: &Node, at: &str) -> Option<DeployPlan> {
        let capacity = Capacity::OnDemand;
        let mut plan = DeployPlan { name: None, when: DeployWhen::Succeeded, expires_after_s: None, capacity };
        // `deploy:` without anything below it is easy to write, and asks for the defaults.
        if matches!(&node.value, Value::Scalar { text, quoted: false } if ["", "~", "null"].contains(&text.as_str())) {
            return Some(plan);
        }
        let (mut is_provisioned, mut model_units) = (false, 1);
        for (entry, at) in self.entries(node, at, &["name", "when", "expires_after", "type", "model_units"]) {
            match entry.key.as_str() {
                "name" => plan.name = self.text(&entry.value, &at),
                "when" => {
                    plan.when = self.choice(&entry.value, &at, &WHEN).unwrap_or(plan.when);
                }
                "expires_after" => plan.expires_after_s = self.duration(&entry.value, &at),
                "type" => is_provisioned = self.choice(&entry.value, &at, &TYPES).unwrap_or(false),
                _ => model_units = self.model_units(&entry.value, &at).unwrap_or(model_units),
            }
        }
        if is_provisioned {
            plan.capacity = Capacity::Provisioned { model_units };
        }
        Some(plan)
    }

    fn model_units(&mut self, node: &Node, at: &str) -> Option<u32> {
        let number = self.whole_number(node, at)?;
        let units = u32::try_from(number).ok().filter(|units| *units <= MODEL_UNITS_MAX);
        if units.is_none() {
            let message = "Bedrock doesn't take this number of model units".to_owned();
            self.at(at, Code::RecipeInvalidValue, message, format!("write a number from 1 to {MODEL_UNITS_MAX}"));
        }
        units
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
    let plan = plan.clone();
    if plan.capacity.is_provisioned() {
        check_throughput(&plan, recipe, reader, scope, catalogue);
        return;
    }
    if reader.has("/deploy/model_units") {
        let message = "`model_units` is allowed only with `type: provisioned`".to_owned();
        let help = "remove it, or write `type: provisioned`, which is billed by the hour".to_owned();
        reader.at("/deploy/model_units", Code::RecipeInvalidValue, message, help);
    }
    check_model(recipe, reader, scope, catalogue, Need::Deployment);
}

/// Checks that the recipe's custom model can have provisioned throughput in the stack, and that it ends.
fn check_throughput(
    plan: &DeployPlan,
    recipe: &Recipe,
    reader: &mut Reader<'_>,
    scope: &RecipeScope,
    catalogue: &Catalogue,
) {
    if !reader.has("/deploy/expires_after") {
        let message =
            "provisioned throughput requires `expires_after`, because it is billed by the hour until it is deleted";
        let help = "add a time such as `expires_after: 8h`".to_owned();
        reader.at("/deploy", Code::RecipeMissingKey, message.to_owned(), help);
    }
    if let Some(why) = plan.capacity.forbidden(scope.max_model_units) {
        let help = "deploy on demand, or ask the stack's operator to change MaxModelUnits".to_owned();
        reader.at("/deploy/type", Code::RecipeInvalidValue, why, help);
    }
    let Some(base) = base_of(recipe, catalogue) else { return };
    let region = scope.region.as_deref();
    let name = recipe.model(catalogue).map_or("this base model", |model| &model.name);
    match throughput_support(&base) {
        ThroughputSupport::Unknown => reader.at(
            "/deploy/type",
            Code::UnlistedThroughput,
            format!("tunedrop doesn't know whether Bedrock has provisioned throughput for custom models of {name}"),
            "look it up on AWS's page \"Supported Region and models for Provisioned Throughput\" before you train"
                .to_owned(),
        ),
        support => {
            let Some(fault) = support.fault(name, region) else { return };
            let regions = on_demand_regions(&base);
            let is_on_demand = region.map_or(!regions.is_empty(), |region| regions.contains(&region));
            let help = match is_on_demand {
                true => "write `type: on-demand`, and remove `model_units`",
                false => "remove `deploy`, or use another base model",
            };
            reader.at("/deploy/type", Code::RecipeInvalidValue, fault, help.to_owned());
        }
    }
}

/// The identifier of the recipe's base model, or a custom model's ARN. For a base model that only the ledger knows, `like`
/// decides.
fn base_of(recipe: &Recipe, catalogue: &Catalogue) -> Option<String> {
    let like = || recipe.model(catalogue).map(|model| model.identifier.clone());
    recipe.base_model_identifier(catalogue).or_else(like)
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
    let Some(base) = base_of(recipe, catalogue) else { return };
    let regions = on_demand_regions(&base);
    let pointer = format!("/{key}");
    if regions.is_empty() {
        let name = recipe.model(catalogue).map_or("this base model", |model| &model.name);
        let has_throughput = throughput_support(&base).fault(name, scope.region.as_deref()).is_none();
        let instead = match need {
            Need::Deployment if has_throughput => {
                ", or deploy it with `type: provisioned` and `expires_after`, which is billed by the hour"
            }
            _ => "",
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
