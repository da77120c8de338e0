//! The base models and teachers that a run may use, the tags that it may set, and the model units that it may buy.

use tunedrop_validation::{Catalogue, same_model};

use super::StackGuards;
use crate::Plan;
use crate::custom_model::{ArnFault, CustomModelArn, is_custom};

/// Whether [`refusal`](super::refusal) must know if a run of this stack created the plan's base model.
pub fn wants_proof(plan: &Plan, stack: &StackGuards) -> bool {
    is_custom(&plan.base_model) && stack.allowed_base_models.is_empty() && !is_listed(plan, stack)
}

fn is_listed(plan: &Plan, stack: &StackGuards) -> bool {
    stack.custom_base_models.iter().any(|listed| match listed.strip_suffix('*') {
        Some(begins) => plan.base_model.starts_with(begins),
        None => plan.base_model == *listed,
    })
}

pub(super) fn refusal(plan: &Plan, stack: &StackGuards, catalogue: &Catalogue, made_here: bool) -> Option<String> {
    let all = || stack.allowed_base_models.join(", ");
    if is_custom(&plan.base_model)
        && let Some(reason) = custom_refusal(plan, stack, made_here)
    {
        return Some(reason);
    }
    if !base_allowed(plan, stack, catalogue) {
        return Some(format!(
            "this stack allows only the base models {}, not {}; change the recipe's base_model, or the stack's parameter AllowedBaseModels",
            all(),
            plan.base_model
        ));
    }
    if let Some(section) = &plan.distillation
        && !teacher_allowed(&section.teacher, stack, catalogue)
    {
        return Some(format!(
            "this stack allows only the models {}, not the teacher {}; change the recipe's teacher, or the stack's parameter AllowedBaseModels",
            all(),
            section.teacher
        ));
    }
    let units = plan.deploy.as_ref().and_then(|deploy| deploy.capacity.model_units());
    if let Some((units, most)) = units.zip(stack.max_model_units)
        && units > most
    {
        return Some(match most {
            0 => "this stack doesn't allow provisioned throughput (its parameter MaxModelUnits is 0); deploy on demand, or change the parameter".to_owned(),
            _ => format!("this stack allows at most {most} model units for a deployment (its parameter MaxModelUnits); deploy on demand, or change the parameter"),
        });
    }
    let keys = &stack.allowed_tag_keys;
    let other = plan.tags.keys().find(|key| !keys.is_empty() && !keys.contains(key))?;
    Some(format!(
        "this stack allows only tags with the keys {}, not {other}; remove the tag from the recipe, or change the stack's parameter AllowedTagKeys",
        keys.join(", ")
    ))
}

/// Checks a custom model again, because the plan may be older than the stack's version and its parameters.
fn custom_refusal(plan: &Plan, stack: &StackGuards, made_here: bool) -> Option<String> {
    let arn = &plan.base_model;
    let parsed = match CustomModelArn::parse(arn) {
        Ok(parsed) => parsed,
        Err(ArnFault::Imported) => {
            return Some(format!(
                "{arn} is an imported model, which Bedrock can't customize; choose another base_model"
            ));
        }
        Err(ArnFault::NotACustomModel(_)) => {
            return Some(format!("{arn} isn't a custom model; choose another base_model"));
        }
    };
    let elsewhere = |ours: &Option<String>, its: &str| ours.as_deref().is_some_and(|ours| ours != its);
    if elsewhere(&stack.region, parsed.region) || elsewhere(&stack.account, parsed.account) {
        return Some(format!(
            "{arn} belongs to another account or Region; copy the model to this one, or choose another base_model"
        ));
    }
    if !same_model(parsed.base, &plan.catalogue_model) {
        return Some(format!(
            "{arn} was trained from {}, but the data was validated for {}; remove `like` from the recipe, and upload it again",
            parsed.base, plan.catalogue_model
        ));
    }
    if stack.allowed_base_models.is_empty() && !is_listed(plan, stack) && !made_here {
        return Some(format!(
            "this stack didn't create {arn}; choose a model that it created, or add the ARN to the stack's parameter CustomBaseModelArns"
        ));
    }
    None
}

/// A custom model is allowed by its own ARN only, never by the model that it was trained from.
fn base_allowed(plan: &Plan, stack: &StackGuards, catalogue: &Catalogue) -> bool {
    let same = |name: &String| {
        *name == plan.base_model
            || !is_custom(&plan.base_model)
                && (plan.alias.as_ref() == Some(name)
                    || catalogue.find(name).is_some_and(|model| model.identifier == plan.catalogue_model))
    };
    stack.allowed_base_models.is_empty() || stack.allowed_base_models.iter().any(same)
}

fn teacher_allowed(teacher: &str, stack: &StackGuards, catalogue: &Catalogue) -> bool {
    let same = |name: &String| same_model(&catalogue.teacher(name), teacher);
    stack.allowed_base_models.is_empty() || stack.allowed_base_models.iter().any(same)
}
