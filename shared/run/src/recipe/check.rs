//! What is wrong with a recipe that reads well: names, ranges, and what goes with what.

use tunedrop_validation::{Catalogue, Code, Customization, check_hyperparameters, s3_uri_fault};

use super::reader::Reader;
use super::{Recipe, RecipeScope, custom};
use crate::{ATTEMPT_MAX, data_name_fault, working_name};

/// `<12 hex>` and an attempt's two digits follow, each behind a hyphen; the API takes 63.
const MODEL_NAME_MAX: usize = 47;
/// S3 user guide, "Naming Amazon S3 objects": a key has at most 1,024 bytes. The rest of this one is `datasets/`, the
/// dataset's 40 characters at most, and a slash.
const FILE_NAME_MAX: usize = 1024 - 50;

pub(super) fn check(recipe: &mut Recipe, reader: &mut Reader, scope: &RecipeScope, catalogue: &Catalogue) {
    check_model(recipe, reader, scope, catalogue);
    check_files(recipe, reader);
    check_names(recipe, reader);
    check_tags(recipe, reader, scope);
    check_sections(recipe, reader, scope);
}

fn invalid(reader: &mut Reader, pointer: &str, message: &str, help: &str) {
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
    if !custom::check_base(written, recipe.like.as_deref(), reader, scope, catalogue) {
        return;
    }
    let Some(model) = recipe.model(catalogue) else {
        if let Some(why) = catalogue.why_not(written) {
            let (message, help) = why.rsplit_once("; ").unwrap_or((&why, ""));
            return reader.at(pointer, Code::RecipeUnknownModel, message.to_owned(), help.to_owned());
        }
        let help = match catalogue.nearest(written) {
            Some(near) => {
                format!("did you mean `{near}`? The names are aliases such as nova-lite, or Bedrock's full identifiers")
            }
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
            format!("it takes {}", can.join(", ")),
        );
        return;
    }
    reader.adopt(check_hyperparameters(model, recipe.customization, &recipe.hyperparameters, "job.yaml"));
    if let (Some(section), Some(training)) = (&recipe.distillation, model.customization(Customization::Distillation)) {
        custom::check_teacher(&section.teacher, model, training, reader, scope, catalogue);
    }
}

fn check_files(recipe: &mut Recipe, reader: &mut Reader) {
    if recipe.invocation_logs.is_some() {
        if reader.has("/train") {
            invalid(
                reader,
                "/train",
                "invocation_logs stand in place of a training file, and the recipe names both",
                "keep one of them",
            );
        }
        recipe.train = None;
    }
    let files: Vec<_> = recipe.files().into_iter().map(|(role, file)| (role.as_str(), file.to_owned())).collect();
    for (role, file) in files {
        let plain =
            !file.starts_with('/') && !file.contains("//") && !file.split('/').any(|part| part == ".." || part == ".");
        if file.contains("://") || !plain || file.ends_with('/') {
            invalid(
                reader,
                &format!("/{role}"),
                "a file is named relative to the dataset's own folder",
                &format!("write only its name, such as {role}.jsonl, and drop it beside the recipe"),
            );
        } else if file.len() > FILE_NAME_MAX {
            invalid(
                reader,
                &format!("/{role}"),
                "a data file's name is too long: with the dataset's folder it would be more than the 1,024 bytes that S3 takes",
                &format!("shorten it to {FILE_NAME_MAX} bytes or less, here and in the bucket"),
            );
        } else if !file.ends_with(".jsonl") {
            invalid(
                reader,
                &format!("/{role}"),
                "a data file's name ends in .jsonl",
                &format!("name it {role}.jsonl, here and in the bucket"),
            );
        } else if let Some(fault) = data_name_fault(&file) {
            invalid(
                reader,
                &format!("/{role}"),
                &format!("Bedrock refuses this file's name: {fault}"),
                &format!("name it {}, here and in the bucket", working_name(&file)),
            );
        }
    }
    if recipe.validation.is_some() && recipe.train == recipe.validation {
        invalid(reader, "/validation", "the validation file is the training file", "split the records into two files");
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
                "a model name holds letters, digits, and single - or _ between them",
                &format!("shorten or rename it; at most {MODEL_NAME_MAX} characters, since a hash is added"),
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
                "notify takes e-mail addresses",
                "write one such as ada@example.com; it must be subscribed to the stack's topic",
            );
        }
    }
    if recipe.attempt > ATTEMPT_MAX {
        invalid(reader, "/attempt", "attempt goes from 1 to 99", "give the next free number");
    }
}

/// API reference, Tag: a key of 1 to 128 characters and a value of at most 256, both of letters, digits, white space and
/// `._:/=+@-`; 50 a resource, of which two are ours. A line feed is white space too, and is left out here: bills and
/// consoles show one line. Keys that begin with `tunedrop`, in any case, tell whose a job is, and IAM compares tag keys
/// without regard to case.
fn check_tags(recipe: &Recipe, reader: &mut Reader, scope: &RecipeScope) {
    if recipe.tags.len() > 48 {
        invalid(reader, "/tags", "at most 48 tags", "remove some");
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
                "a tag's key has 1 to 128 characters and its value at most 256, of letters, digits, spaces and ._:/=+@-; keys that begin with aws: or tunedrop are taken",
                "rename or shorten it",
            );
        } else if !scope.tag_keys.is_empty() && !scope.tag_keys.contains(key) {
            invalid(
                reader,
                &pointer,
                "this stack doesn't take tags with that key",
                &format!("take it out; the stack's AllowedTagKeys are {}", scope.tag_keys.join(", ")),
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
            "distillation needs a teacher".to_owned(),
            "add `distillation: { teacher: nova-pro }`".to_owned(),
        ),
        (Some(_), false) => invalid(
            reader,
            "/distillation",
            "`distillation` goes with `customization: distillation` only",
            "remove it, or set the customization",
        ),
        (Some(distillation), true) if distillation.teacher.is_empty() => {
            reader.at(
                "/distillation",
                Code::RecipeMissingKey,
                "distillation needs a teacher".to_owned(),
                "add `teacher: nova-pro`".to_owned(),
            );
        }
        _ => {}
    }
    match (&recipe.reinforcement, kind == Customization::ReinforcementFineTuning) {
        (None, true) => reader.at(
            "/customization",
            Code::RecipeMissingKey,
            "reinforcement fine-tuning needs a grader".to_owned(),
            "add `reinforcement: { grader: <a Lambda function's ARN> }`".to_owned(),
        ),
        (Some(_), false) => invalid(
            reader,
            "/reinforcement",
            "`reinforcement` goes with `customization: reinforcement-fine-tuning` only",
            "remove it, or set the customization",
        ),
        (Some(section), true) if !is_function_arn(&section.grader) => {
            invalid(
                reader,
                "/reinforcement/grader",
                "the grader is a Lambda function's ARN",
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
                "invocation logs are training data for distillation and reinforcement fine-tuning only",
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
