//! Reads the event of an upload, and computes when the dataset's files were complete.

use tunedrop_aws::Object;
use tunedrop_run::Timestamp;
use tunedrop_run::decide::upload::{Listed, uploaded};

use super::dataset_files::DatasetFiles;
use crate::publish::rfc3339;

/// An upload of a dataset's file, from its event.
pub(super) struct Upload<'e> {
    /// The file, relative to the dataset's folder.
    pub file: &'e str,
    /// Who uploaded it, as S3 names the requester.
    pub by: Option<&'e str>,
    /// When, in milliseconds since 1970.
    pub at_ms: Option<i64>,
}

/// More times of a dataset's files.
pub(super) struct Dated {
    /// The recipe was uploaded after all other files.
    pub recipe_is_last: bool,
    /// RFC 3339: the newest file's time, as S3 lists it.
    pub listed_at: String,
    /// RFC 3339: the recipe's, likewise.
    pub recipe_listed_at: String,
}

/// Corrects the dataset's times with the event's time, which is later than the listed one for an upload in parts.
pub(super) fn date(set: &mut DatasetFiles, upload: &Upload<'_>) -> Dated {
    let (listed_at, recipe_listed_at) = (set.newest_at.clone(), set.recipe_at.clone());
    let recipe = set.recipe_file.iter().map(|(name, object, _)| (name, object, true));
    let files = set.files.iter().map(|(_, name, object)| (name, object, false));
    let listed = |(name, object, is_recipe): (&String, &Object, bool)| Listed {
        modified: object.modified_ms,
        is_recipe,
        is_events: name == upload.file,
    };
    let listed: Vec<Listed> = recipe.chain(files).map(listed).collect();
    let times = uploaded(&listed, upload.at_ms, Timestamp::now().as_millisecond());
    let text = |ms: i64| rfc3339(Timestamp::from_millisecond(ms).unwrap_or_default());
    // A second recipe, which is an error, is in the listing only.
    set.newest_at = text(times.newest).max(std::mem::take(&mut set.newest_at));
    set.recipe_at = text(times.recipe).max(std::mem::take(&mut set.recipe_at));
    set.uploaded_at.clone_from(&set.newest_at);
    Dated { recipe_is_last: times.recipe_is_last, listed_at, recipe_listed_at }
}
