//! Checks a custom model as base model, and the teacher of a distillation: models that a recipe names by more than an
//! alias.

use tunedrop_validation::{Catalogue, Code, Model, Training, same_model};

use super::RecipeScope;
use super::reader::Reader;
use crate::custom_model::{CustomModelArn, is_custom};
use crate::own_base::{OwnBase, OwnBaseFault, OwnLookup};

/// Whether the base model is known, and can be the one that the recipe names. False if a finding says why it can't, or
/// if only the ledger knows it.
pub(super) fn check_base(
    written: &str,
    like: Option<&str>,
    reader: &mut Reader,
    scope: &RecipeScope,
    catalogue: &Catalogue,
) -> bool {
    let mut fault = |pointer: &str, code: Code, message: &str, help: String| {
        reader.at(pointer, code, message.to_owned(), help);
        false
    };
    let own = match OwnBase::parse(written) {
        None => None,
        Some(Err(OwnBaseFault { message, help })) => {
            return fault("/base_model", Code::RecipeUnusableBase, &message, help);
        }
        Some(Ok(_)) => match &scope.own_base {
            OwnLookup::Found(own) => Some(own.model_arn.as_str()),
            OwnLookup::Fault(OwnBaseFault { message, help }) => {
                return fault("/base_model", Code::RecipeUnusableBase, message, help.clone());
            }
            OwnLookup::AtUpload => {
                let Some(like) = like else { return false };
                let help = "write the base model that the custom model was made from, such as nova-lite".to_owned();
                let is_known = catalogue.find(like).is_some();
                return is_known || fault("/like", Code::RecipeUnknownModel, "`like` names no known model", help);
            }
        },
    };
    let written = own.unwrap_or(written);
    if !is_custom(written) {
        if like.is_some() {
            let message = "`like` is allowed only if base_model is a custom model";
            fault("/like", Code::RecipeInvalidValue, message, "remove it".to_owned());
        }
        return true;
    }
    let Ok(arn) = CustomModelArn::parse(written) else {
        let (message, help) = CustomModelArn::fault(written).unwrap_or_default();
        return fault("/base_model", Code::RecipeInvalidValue, &message, help);
    };
    if scope.account.as_deref().is_some_and(|ours| ours != arn.account) {
        let help = "share and copy the model to this account first, and name the copy".to_owned();
        return fault("/base_model", Code::RecipeInvalidValue, "this custom model belongs to another account", help);
    }
    if let Some(ours) = scope.region.as_deref().filter(|ours| *ours != arn.region) {
        let help = format!("copy the model to {ours} first, and name the copy");
        return fault("/base_model", Code::RecipeInvalidValue, "this custom model is in another Region", help);
    }
    let Some(model) = arn.model(catalogue) else {
        let message = "this custom model was trained from a model that isn't in the catalogue";
        let help = "choose a custom model whose base model Bedrock customizes; `tunedrop models` lists them".to_owned();
        return fault("/base_model", Code::RecipeUnknownModel, message, help);
    };
    let confirms = |like: &str| catalogue.find(like).is_some_and(|named| named.identifier == model.identifier);
    if like.is_some_and(|like| !confirms(like)) {
        let message = format!("`like` contradicts the ARN: this custom model was trained from {}", model.name);
        return fault(
            "/like",
            Code::RecipeInvalidValue,
            &message,
            format!("remove it, or write `like: {}`", model.alias),
        );
    }
    true
}

/// Checks that Bedrock supports the teacher for the student (user guide, "Prerequisites for model distillation"). Of
/// inference profiles, only system-defined ones are supported.
pub(super) fn check_teacher(
    written: &str,
    model: &Model,
    training: &Training,
    reader: &mut Reader,
    scope: &RecipeScope,
    catalogue: &Catalogue,
) {
    // Without a teacher, or for a model that can't be launched anyway, there is another finding.
    if written.is_empty() || training.teachers.is_empty() && model.withdrawn_note().is_some() {
        return;
    }
    let at = "/distillation/teacher";
    let parts: Vec<&str> = written.splitn(6, ':').collect();
    let is_arn = parts[0] == "arn";
    let profile = is_arn && parts.get(5).is_some_and(|resource| resource.starts_with("inference-profile/"));
    let foundation = is_arn && written.contains("::foundation-model/");
    if profile {
        let other = |ours: &Option<String>, its: &str| ours.as_deref().is_some_and(|ours| ours != its);
        if other(&scope.region, parts[3]) || other(&scope.account, parts[4]) {
            let message = "this inference profile belongs to another account or Region".to_owned();
            let help = "use the profile of the stack's account and Region".to_owned();
            return reader.at(at, Code::RecipeInvalidValue, message, help);
        }
    }
    let teacher = catalogue.teacher(written);
    let pairs = (!is_arn || profile || foundation) && training.teachers.iter().any(|one| same_model(one, &teacher));
    if pairs {
        return;
    }
    let help = match training.teachers.as_slice() {
        [] => "choose another base_model: no teacher of this one is available".to_owned(),
        teachers => format!("use one of {}", teachers.join(", ")),
    };
    reader.at(
        at,
        Code::RecipeInvalidValue,
        "Bedrock doesn't distill this base model from that teacher".to_owned(),
        help,
    );
}
