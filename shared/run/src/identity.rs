//! The identity of a run: the same files with the same recipe are the same run, however often they are uploaded.

use tunedrop_validation::Customization;

use crate::run_id::HASH_LEN;
use crate::{OwnBase, Recipe, RunId};

/// The maximum length of a dataset's name, so that `<dataset>-<12 hex>-<attempt>` fits a job name's 63 characters.
const DATASET_MAX: usize = 40;

/// The full hash, and the run id that is made from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// BLAKE3, 64 hex digits.
    pub hash: String,
    /// `<dataset>-<12 hex>`, and `-<attempt>` from the second on. Also the job's name and Bedrock's `clientRequestToken`.
    pub run_id: RunId,
}

/// Returns what is wrong with a dataset's name. It must match `[a-zA-Z0-9](-?[a-zA-Z0-9])*` and have at most 40
/// characters.
pub fn dataset_fault(name: &str) -> Option<String> {
    if name.len() > DATASET_MAX {
        return Some(format!(
            "the dataset's name has {} characters, and at most {DATASET_MAX} fit into a job name",
            name.chars().count()
        ));
    }
    let bytes = name.as_bytes();
    let plain = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_alphanumeric);
    for (i, byte) in bytes.iter().enumerate() {
        if !(byte.is_ascii_alphanumeric() || (*byte == b'-' && i > 0 && plain(i - 1) && plain(i + 1))) {
            return Some("expected a dataset name of letters, digits, and single hyphens between them".to_owned());
        }
    }
    name.is_empty().then(|| "the dataset's folder has no name".to_owned())
}

/// Returns the run of this content. `files` are role and BLAKE3 (hex) of each file, in the order train, validation.
///
/// Of the recipe, only what Bedrock is sent counts, in canonical form. `notify`, guards and similar keys don't change
/// it.
pub fn run_identity(
    bucket: &str,
    dataset: &str,
    base_model: &str,
    recipe: &Recipe,
    files: &[(&str, &str)],
) -> Identity {
    let mut hasher = Framed::new("tunedrop run 1");
    hasher.add(bucket);
    // The same content in two folders is two runs, whose model names must differ too.
    hasher.add(dataset);
    hasher.add(&canonical(base_model, recipe));
    for (role, hash) in files {
        hasher.add(role);
        hasher.add(hash);
    }
    identity(dataset, hasher, recipe.attempt)
}

/// Returns the ledger's key for the model that a content was first trained from, if its recipe names a deployment. The
/// content is the recipe as it is written, with its attempt, and the files, as in [`run_identity`].
pub fn first_base_key(bucket: &str, dataset: &str, base: &OwnBase, recipe: &Recipe, files: &[(&str, &str)]) -> String {
    let written = run_identity(bucket, dataset, &base.to_string(), recipe, files);
    format!("base#{}#{}", written.hash, recipe.attempt)
}

/// Returns the identity of a dataset that is rejected because its recipe can't be read.
pub fn rejected_identity(bucket: &str, dataset: &str, recipe: &[u8]) -> Identity {
    let mut hasher = Framed::new("tunedrop rejected recipe 1");
    hasher.add(bucket);
    hasher.add(dataset);
    hasher.0.update(recipe);
    identity(dataset, hasher, 1)
}

/// The content of a recipe that is too large to be read: the object's size and ETag, so that another such recipe is
/// other content.
pub fn unread_recipe(size: u64, etag: &str) -> Vec<u8> {
    format!("# not read: {size} bytes, ETag {etag}\n").into_bytes()
}

/// Returns a short hash, 12 hex digits, that changes if any of `parts` changes.
pub fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Framed::new("tunedrop fingerprint 1");
    for part in parts {
        hasher.add(part);
    }
    short(&hasher.0.finalize().to_hex()).to_owned()
}

fn identity(dataset: &str, hasher: Framed, attempt: u32) -> Identity {
    let hash = hasher.0.finalize().to_hex().to_string();
    let run_id = RunId::new(dataset, &hash, attempt);
    Identity { hash, run_id }
}

fn short(hash: &str) -> &str {
    &hash[..HASH_LEN]
}

/// Each part is hashed with its length, so that no two lists of parts give the same bytes.
struct Framed(blake3::Hasher);

impl Framed {
    fn new(purpose: &str) -> Framed {
        let mut framed = Framed(blake3::Hasher::new());
        framed.add(purpose);
        framed
    }

    fn add(&mut self, part: &str) {
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part.as_bytes());
    }
}

/// Returns what Bedrock would be sent, as JSON with sorted keys and numbers in their shortest form.
fn canonical(base_model: &str, recipe: &Recipe) -> String {
    let number = |text: &String| text.parse::<f64>().map_or_else(|_| text.clone(), |value| format!("{value:e}"));
    let hyperparameters: std::collections::BTreeMap<_, _> =
        recipe.hyperparameters.iter().map(|(name, text)| (name, number(text))).collect();
    let of = |customization: Customization| recipe.customization == customization;
    serde_json::json!({
        "base_model": base_model,
        "customization": recipe.customization.as_str(),
        "hyperparameters": hyperparameters,
        "model_name": recipe.model_name,
        "tags": recipe.tags,
        "distillation": recipe.distillation.as_ref().filter(|_| of(Customization::Distillation)),
        "invocation_logs": recipe.invocation_logs,
        "reinforcement": recipe.reinforcement.as_ref().filter(|_| of(Customization::ReinforcementFineTuning)),
    })
    .to_string()
}

#[cfg(test)]
mod tests;
