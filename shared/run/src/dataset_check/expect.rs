//! Makes expectations ready: their JSON schemas are files in the dataset's folder.

use tunedrop_quality::{Expectation, Expectations};
use tunedrop_validation::{Code, Finding, Findings};

use super::unreadable::{self, Unreadable};
use crate::RECIPE_READ_MAX;

/// A file with a JSON schema, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaFile {
    /// All of its bytes.
    Bytes(Vec<u8>),
    /// It has this many bytes, more than [`RECIPE_READ_MAX`], and wasn't read.
    TooLarge(u64),
    /// It doesn't exist.
    Missing,
    /// It exists, but can't be read.
    Unreadable(Unreadable),
}

/// Returns the expectations that can be checked, and findings about the others. `recipe` names the file that they are
/// in, and `schema` reads the file of a schema.
pub fn expectations(
    recipe: &str,
    expected: &[Expectation],
    schema: &mut dyn FnMut(&str) -> SchemaFile,
) -> (Expectations, Findings) {
    let (mut ready, mut findings) = (Expectations::default(), Findings::default());
    for expectation in expected {
        let name = expectation.json_schema.as_deref();
        let bytes = match name.map(&mut *schema) {
            None => None,
            Some(SchemaFile::Bytes(bytes)) => Some(bytes),
            Some(SchemaFile::Missing) => {
                let message = format!("the JSON schema {} is not in the folder", name.unwrap_or_default());
                let help = "upload it before the recipe, or remove `json_schema` from the recipe".to_owned();
                findings.push(Finding::of_file(Code::MissingFile, recipe, message, help));
                continue;
            }
            Some(SchemaFile::TooLarge(bytes)) => {
                let message = format!("the JSON schema has {bytes} bytes, and at most {RECIPE_READ_MAX} are allowed");
                let help = "use a smaller schema".to_owned();
                findings.push(Finding::of_file(Code::RecipeTooLarge, name.unwrap_or(recipe), message, help));
                continue;
            }
            Some(SchemaFile::Unreadable(why)) => {
                findings.push(unreadable::finding(name.unwrap_or(recipe), why));
                continue;
            }
        };
        if let Err(fault) = ready.add(expectation.clone(), bytes.as_deref()) {
            let message = format!("the JSON schema can't be used: {fault}");
            let help = "correct the schema, or remove `json_schema` from the recipe".to_owned();
            findings.push(Finding::of_file(Code::RecipeInvalidValue, name.unwrap_or(recipe), message, help));
        }
    }
    (ready, findings)
}
