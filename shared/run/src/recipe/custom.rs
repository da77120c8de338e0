//! A custom model as base, and the teacher of a distillation: models that a recipe names by more than an alias.

use tunedrop_validation::{Catalogue, Code, Model, Training, same_model};

use super::RecipeScope;
use super::reader::Reader;
use crate::custom_model::{ArnFault, CustomModelArn, is_custom};

/// Whether the base model can be what the recipe says; false where a finding says why it can't.
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
    if !is_custom(written) {
        if like.is_some() {
            let message = "`like` goes with a custom model's ARN as base_model only";
            fault("/like", Code::RecipeInvalidValue, message, "remove it".to_owned());
        }
        return true;
    }
    let arn = match CustomModelArn::parse(written) {
        Ok(arn) => arn,
        Err(ArnFault::Imported) => {
            let help = "choose a model that a customization job made, or a base model such as nova-lite".to_owned();
            return fault("/base_model", Code::RecipeInvalidValue, "Bedrock doesn't customize imported models", help);
        }
        Err(ArnFault::NotACustomModel) => {
            let help = "write it as arn:aws:bedrock:<region>:<account>:custom-model/<base model>/<12 characters>, as `tunedrop show` prints it".to_owned();
            return fault("/base_model", Code::RecipeInvalidValue, "this isn't the ARN of a custom model", help);
        }
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
    let confirms = |like: &str| catalogue.find(like).is_some_and(|said| said.identifier == model.identifier);
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

/// The teacher must be one of those that Bedrock pairs with the student (user guide, "Prerequisites for model
/// distillation"); of inference profiles, only system-defined ones are.
pub(super) fn check_teacher(
    written: &str,
    model: &Model,
    training: &Training,
    reader: &mut Reader,
    scope: &RecipeScope,
    catalogue: &Catalogue,
) {
    // Without a teacher, or of a model that can't be launched anyway, other words are said.
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
            let help = "name the one of the stack's own account and Region".to_owned();
            return reader.at(at, Code::RecipeInvalidValue, message, help);
        }
    }
    let teacher = catalogue.teacher(written);
    let pairs = (!is_arn || profile || foundation) && training.teachers.iter().any(|one| same_model(one, &teacher));
    if pairs {
        return;
    }
    let help = match training.teachers.as_slice() {
        [] => "no teacher of this model can be used today; choose another base_model".to_owned(),
        teachers => format!("use one of {}", teachers.join(", ")),
    };
    reader.at(
        at,
        Code::RecipeInvalidValue,
        "Bedrock doesn't distill this base model from that teacher".to_owned(),
        help,
    );
}
