//! Checks the names of a recipe's data files.

use tunedrop_validation::{Catalogue, Code, Role};

use super::Recipe;
use super::check::invalid;
use super::reader::Reader;
use crate::data_file::DataFile;
use crate::{data_name_doubt, data_name_fault, working_name};

/// S3 user guide, "Naming Amazon S3 objects": a key has at most 1,024 bytes. The rest of this one is `datasets/`, the
/// dataset's 40 characters at most, and a slash.
const FILE_NAME_MAX: usize = 1024 - 50;

pub(super) fn check_files(recipe: &mut Recipe, reader: &mut Reader, catalogue: &Catalogue) {
    if recipe.invocation_logs.is_some() {
        if reader.has("/train") {
            invalid(
                reader,
                "/train",
                "the recipe names both a training file and invocation_logs, which replaces it",
                "remove one of them",
            );
        }
        recipe.train = None;
    }
    let files: Vec<_> = recipe.files().into_iter().map(|(role, file)| (role, file.to_owned())).collect();
    for (role, file) in files {
        let pointer = pointer_of(role);
        let plain =
            !file.starts_with('/') && !file.contains("//") && !file.split('/').any(|part| part == ".." || part == ".");
        if file.contains("://") || !plain || file.ends_with('/') {
            invalid(
                reader,
                pointer,
                "expected a file name relative to the dataset's folder",
                &format!("write only the name, such as {}, and upload the file next to the recipe", usual_name(role)),
            );
        } else if file.len() > FILE_NAME_MAX {
            invalid(
                reader,
                pointer,
                "the data file's name is too long: with the dataset's folder its key has more than S3's 1,024 bytes",
                &format!("shorten it to {FILE_NAME_MAX} bytes or less, here and in the bucket"),
            );
        } else if !file.ends_with(".jsonl") {
            invalid(
                reader,
                pointer,
                "expected a data file's name that ends in .jsonl",
                &other_format(&file, role, flags(recipe, catalogue).as_deref()),
            );
        } else if let Some(fault) = data_name_fault(&file) {
            // Bedrock doesn't read the held-out file. One rule for all names is easier to know, and no command has to
            // escape one.
            let who = if role == Role::Evaluation { "tunedrop" } else { "Bedrock" };
            invalid(
                reader,
                pointer,
                &format!("{who} refuses this file's name: {fault}"),
                &format!("rename it to {}, here and in the bucket", working_name(&file)),
            );
        } else if let Some(doubt) = doubt(role, &file, recipe, catalogue) {
            let message = format!("Bedrock may reject this file's name: {doubt}");
            let help = format!("rename it to {}, here and in the bucket, to be safe", working_name(&file));
            reader.at(pointer, Code::SourcesDisagree, message, help);
        }
    }
    if recipe.validation.is_some() && recipe.train == recipe.validation {
        invalid(
            reader,
            "/validation",
            "the validation file is also the training file",
            "split the records into two files",
        );
    }
}

/// The key under which a recipe names the file of a role.
pub fn key_of(role: Role) -> &'static str {
    match role {
        Role::Train => "train",
        Role::Validation => "validation",
        Role::Evaluation => "data",
    }
}

/// The JSON pointer of the file of a role in a recipe.
pub fn pointer_of(role: Role) -> &'static str {
    match role {
        Role::Train => "/train",
        Role::Validation => "/validation",
        Role::Evaluation => "/evaluate/data",
    }
}

fn usual_name(role: Role) -> &'static str {
    match role {
        Role::Train => "train.jsonl",
        Role::Validation => "validation.jsonl",
        Role::Evaluation => "test.jsonl",
    }
}

fn doubt(role: Role, file: &str, recipe: &Recipe, catalogue: &Catalogue) -> Option<String> {
    if role == Role::Evaluation {
        return None;
    }
    data_name_doubt(file, recipe.model(catalogue)?)
}

/// The options of commands that choose the recipe's model, or the one that it means, and its type. `None` where the model
/// isn't known.
fn flags(recipe: &Recipe, catalogue: &Catalogue) -> Option<String> {
    let meant = || catalogue.meant(recipe.base_model.as_deref().filter(|_| recipe.own_base().is_none())?);
    let model = recipe.model(catalogue).or_else(meant)?;
    let is_default = model.customizations().next() == Some(recipe.customization);
    let kind = if is_default { String::new() } else { format!(" --type {}", recipe.customization.as_str()) };
    Some(format!("--model {}{kind}", model.alias))
}

/// What to do about a data file that isn't JSON Lines by its name.
fn other_format(file: &str, role: Role, flags: Option<&str>) -> String {
    let name = file.rsplit('/').next().unwrap_or(file);
    let Some(data) = DataFile::of_any(name) else {
        return format!("if each line is one record, name it {}, here and in the bucket", usual_name(role));
    };
    let to = working_name(&format!("{}{}", &file[..file.len() - name.len()], data.meant));
    format!("{}, and write `{}: {to}` in the recipe", data.steps(file, flags, &to), key_of(role))
}
