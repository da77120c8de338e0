//! Checks the values of a parsed recipe: names, ranges, and combinations of keys.

use tunedrop_validation::{Catalogue, Code, Customization, check_hyperparameters, s3_uri_fault};

use super::reader::Reader;
use super::{Recipe, RecipeScope, budget, custom, deploy, evaluate, files};
use crate::ATTEMPT_MAX;

/// Characters of `model_name`: `-<12 hex>` and `-<attempt>` follow, and the API allows 63.
const MODEL_NAME_MAX: usize = 47;

pub(super) fn check(recipe: &mut Recipe, reader: &mut Reader, scope: &RecipeScope, catalogue: &Catalogue) {
    check_model(recipe, reader, scope, catalogue);
    files::check_files(recipe, reader, catalogue);
    check_names(recipe, reader);
    check_tags(recipe, reader, scope);
    check_sections(recipe, reader, scope);
    budget::check(recipe, reader);
    deploy::check(recipe, reader, scope, catalogue);
    evaluate::check(recipe, reader, scope, catalogue);
}

pub(super) fn invalid(reader: &mut Reader, pointer: &str, message: &str, help: &str) {
    reader.at(pointer, Code::RecipeInvalidValue, message.to_owned(), help.to_owned());
}

fn check_model(recipe: &Recipe, reader: &mut Reader, scope: &RecipeScope, catalogue: &Catalogue) {
    let Some(written) = recipe.base_model.as_deref() else {
        let help = "add a line such as `base_model: nova-lite`".to_owned();
        reader.at(
            "",
            Code::RecipeMissingKey,
            "the recipe names no base_model, and this stack has no default".to_owned(),
            help,
        );
        return;
    };
    let pointer = "/base_model";
    // User guide, "Submit a model customization job for fine-tuning": the base of a fine-tuning job is a foundation model
    // or a customized one. "Create a reinforcement fine-tuning job": it is a foundation model.
    let is_custom = recipe.custom_base().is_some() || matches!(recipe.own_base(), Some(Ok(_)));
    if is_custom && recipe.customization != Customization::FineTuning {
        return reader.at(
            "/customization",
            Code::UnsupportedCustomization,
            format!("a custom model can't be trained further by {}", recipe.customization.as_str()),
            "use fine-tuning, or start from a base model such as nova-lite".to_owned(),
        );
    }
    if !custom::check_base(written, recipe.like.as_deref(), reader, scope, catalogue) {
        return;
    }
    let Some(model) = recipe.model(catalogue) else {
        if let Some(why) = catalogue.why_not(written) {
            let (message, help) = why.rsplit_once("; ").unwrap_or((&why, ""));
            return reader.at(pointer, Code::RecipeUnknownModel, message.to_owned(), help.to_owned());
        }
        let names = "the names are aliases such as nova-lite, or Bedrock's full identifiers";
        let help = match catalogue.suggestion(written) {
            Some(suggestion) if suggestion.ends_with('?') => format!("{suggestion} T{}", &names[1..]),
            Some(suggestion) => format!("{suggestion}; {names}"),
            None => "use an alias such as nova-lite, or Bedrock's full identifier".to_owned(),
        };
        reader.at(
            pointer,
            Code::RecipeUnknownModel,
            "this base model is not in the catalogue of models that Bedrock customizes".to_owned(),
            help,
        );
        return;
    };
    if model.customization(recipe.customization).is_none() {
        let all = [
            Customization::FineTuning,
            Customization::ContinuedPreTraining,
            Customization::Distillation,
            Customization::ReinforcementFineTuning,
        ];
        let can: Vec<&str> =
            all.into_iter().filter(|kind| model.customization(*kind).is_some()).map(|kind| kind.as_str()).collect();
        let pointer = if reader.has("/customization") { "/customization" } else { pointer };
        reader.at(
            pointer,
            Code::UnsupportedCustomization,
            format!("{} can't be customized by {}", model.name, recipe.customization.as_str()),
            format!("use {}", can.join(", ")),
        );
        return;
    }
    reader.adopt(check_hyperparameters(model, recipe.customization, &recipe.hyperparameters, "job.yaml"));
    if let (Some(section), Some(training)) = (&recipe.distillation, model.customization(Customization::Distillation)) {
        custom::check_teacher(&section.teacher, model, training, reader, scope, catalogue);
    }
}

fn check_names(recipe: &Recipe, reader: &mut Reader) {
    if let Some(name) = &recipe.model_name {
        // API reference, CreateModelCustomizationJob: ([0-9a-zA-Z][_-]?){1,63}
        let bytes = name.as_bytes();
        let single = |i: usize| {
            matches!(bytes[i], b'_' | b'-') && i > 0 && bytes[i - 1].is_ascii_alphanumeric() && i + 1 < bytes.len()
        };
        if name.len() > MODEL_NAME_MAX || !(0..bytes.len()).all(|i| bytes[i].is_ascii_alphanumeric() || single(i)) {
            invalid(
                reader,
                "/model_name",
                "expected a model name of letters, digits, and single - or _ between them",
                &format!("shorten it to at most {MODEL_NAME_MAX} characters, because a hash is added, or rename it"),
            );
        }
    }
    for (i, address) in recipe.notify.iter().enumerate() {
        let parts = address.split_once('@');
        if !parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
            || address.contains(char::is_whitespace)
            || address.len() > 256
        {
            invalid(
                reader,
                &format!("/notify/{i}"),
                "expected e-mail addresses",
                "write an address such as ada@example.com, and subscribe it to the stack's topic",
            );
        }
    }
    if recipe.attempt > ATTEMPT_MAX {
        invalid(reader, "/attempt", "expected an attempt from 1 to 99", "write the next free number");
    }
}

/// API reference, Tag: a key of 1 to 128 characters and a value of at most 256, both of letters, digits, white space
/// and `._:/=+@-`; at most 50 tags for a resource, of which three are tunedrop's. A line feed is white space too, but
/// isn't allowed here, because bills and consoles show one line. Keys that begin with `tunedrop`, in any case, show
/// which stack owns a job, and IAM ignores the case of tag keys.
fn check_tags(recipe: &Recipe, reader: &mut Reader, scope: &RecipeScope) {
    if recipe.tags.len() > 47 {
        invalid(reader, "/tags", "the recipe has more than 47 tags", "remove some of them");
    }
    let tag_text = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || " ._:/=+@-".contains(c));
    for (key, value) in &recipe.tags {
        let lower = key.to_ascii_lowercase();
        let reserved = lower.starts_with("aws:") || lower.starts_with("tunedrop");
        let pointer = format!("/tags/{}", key.replace('~', "~0").replace('/', "~1"));
        if key.is_empty() || key.len() > 128 || value.len() > 256 || reserved || !tag_text(key) || !tag_text(value) {
            invalid(
                reader,
                &pointer,
                "expected a tag with a key of 1 to 128 and a value of at most 256 letters, digits, spaces and ._:/=+@-; keys that begin with aws: or tunedrop are reserved",
                "rename or shorten the tag",
            );
        } else if !scope.tag_keys.is_empty() && !scope.tag_keys.contains(key) {
            invalid(
                reader,
                &pointer,
                "this stack doesn't allow this tag key",
                &format!("remove the tag, or use one of the stack's AllowedTagKeys: {}", scope.tag_keys.join(", ")),
            );
        }
    }
}

fn check_sections(recipe: &Recipe, reader: &mut Reader, scope: &RecipeScope) {
    let kind = recipe.customization;
    match (&recipe.distillation, kind == Customization::Distillation) {
        (None, true) => reader.at(
            "/customization",
            Code::RecipeMissingKey,
            "distillation requires a teacher".to_owned(),
            "add `distillation: { teacher: nova-pro }`".to_owned(),
        ),
        (Some(_), false) => invalid(
            reader,
            "/distillation",
            "`distillation` is allowed only with `customization: distillation`",
            "remove it, or set the customization",
        ),
        (Some(distillation), true) if distillation.teacher.is_empty() => {
            reader.at(
                "/distillation",
                Code::RecipeMissingKey,
                "distillation requires a teacher".to_owned(),
                "add `teacher: nova-pro`".to_owned(),
            );
        }
        _ => {}
    }
    match (&recipe.reinforcement, kind == Customization::ReinforcementFineTuning) {
        (None, true) => reader.at(
            "/customization",
            Code::RecipeMissingKey,
            "reinforcement fine-tuning requires a grader".to_owned(),
            "add `reinforcement: { grader: <a Lambda function's ARN> }`".to_owned(),
        ),
        (Some(_), false) => invalid(
            reader,
            "/reinforcement",
            "`reinforcement` is allowed only with `customization: reinforcement-fine-tuning`",
            "remove it, or set the customization",
        ),
        (Some(section), true) if !is_function_arn(&section.grader) => {
            invalid(
                reader,
                "/reinforcement/grader",
                "expected the ARN of a Lambda function as grader",
                "write it as arn:aws:lambda:<region>:<account>:function:<name>",
            );
        }
        _ => {}
    }
    if let Some(logs) = &recipe.invocation_logs {
        if !matches!(kind, Customization::Distillation | Customization::ReinforcementFineTuning) {
            invalid(
                reader,
                "/invocation_logs",
                "invocation logs are allowed only for distillation and reinforcement fine-tuning",
                "remove them, or set the customization",
            );
        }
        if let Some(fault) = s3_uri_fault(&logs.prefix) {
            invalid(
                reader,
                "/invocation_logs/prefix",
                &format!("Bedrock refuses this address: {fault}"),
                "write it as s3://bucket/prefix",
            );
        } else if let Some((message, help)) = scope.logs.fault(&logs.prefix) {
            invalid(reader, "/invocation_logs/prefix", &message, &help);
        }
    }
}

/// API reference, LambdaGraderConfig: an ARN of 1 to 512 characters.
fn is_function_arn(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    arn.len() <= 512
        && matches!(parts.len(), 7 | 8)
        && parts[0] == "arn"
        && parts[2] == "lambda"
        && parts[4].len() == 12
        && parts[4].bytes().all(|byte| byte.is_ascii_digit())
        && parts[5] == "function"
        && !parts[6].is_empty()
}
