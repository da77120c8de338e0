//! What lies in a dataset's folder now: the recipe, the files it names, and what is missing.

use std::borrow::Cow;

use tunedrop_aws::{Failure, Object, Objects, Small, Unreadable};
use tunedrop_run::dropped::{PREFIX, RECIPES};
use tunedrop_run::{Recipe, RecipeScope, Timestamp, fingerprint, read_recipe, unread_recipe};
use tunedrop_validation::{Catalogue, Code, Finding, Findings, Severity};

use crate::announce::rfc3339;

/// More than a recipe may have, so that one that is too large is still seen to be.
const RECIPE_READ_MAX: usize = 1 << 20;

/// S3 user guide, "Naming Amazon S3 objects".
const KEY_MAX: usize = 1024;

/// Where a stack's own catalogue lies, laid over the one that ships.
const CATALOGUE: &str = "config/catalogue.toml";

/// A set as it lies there.
pub(super) struct Set {
    /// The dataset.
    pub dataset: String,
    /// The recipe's name, object and bytes, where there is one.
    pub recipe_file: Option<(String, Object, Vec<u8>)>,
    pub recipe: Recipe,
    /// What the set is judged by.
    pub catalogue: Cow<'static, Catalogue>,
    /// Findings of the recipe.
    pub findings: Findings,
    /// Role, name and object of each file that is there.
    pub files: Vec<(&'static str, String, Object)>,
    /// Names that are not there yet.
    pub missing: Vec<String>,
    /// RFC 3339: the newest file's time; for a recipe that can't be read, the recipe's.
    pub dropped_at: String,
    /// RFC 3339: the newest file's time.
    pub newest_at: String,
    /// RFC 3339: the recipe's time.
    pub recipe_at: String,
    /// Changes with any version of any file.
    pub fingerprint: String,
}

impl Set {
    /// Whether the recipe is still the one that was read, after all the time that the files took.
    pub(super) async fn has_its_recipe(&self, objects: &Objects) -> Result<bool, Failure> {
        let mut now = None;
        for name in RECIPES {
            let key = format!("{PREFIX}{}/{name}", self.dataset);
            now = match now {
                None => objects.find(&key).await?,
                there => there,
            };
        }
        let version = |object: &Object| (object.key.clone(), object.etag.clone());
        Ok(now.as_ref().map(version) == self.recipe_file.as_ref().map(|(_, object, _)| version(object)))
    }
}

/// Reads the set; `None` where the recipe changed under the reading.
pub(super) async fn load(objects: &Objects, dataset: &str, scope: &RecipeScope) -> Result<Option<Set>, Failure> {
    let default_model = scope.default_model.as_deref();
    let Some((catalogue, own)) = load_catalogue(objects).await? else {
        return Ok(None);
    };
    let folder = format!("{PREFIX}{dataset}/");
    let mut recipes = Vec::new();
    for name in RECIPES {
        recipes.extend(objects.find(&format!("{folder}{name}")).await?.map(|object| (name, object)));
    }
    let mut recipe_file = None;
    let (recipe, mut findings) = match recipes.first() {
        None => (Recipe { base_model: default_model.map(str::to_owned), ..Recipe::default() }, Findings::default()),
        Some((name, object)) => {
            let bytes = if object.size > RECIPE_READ_MAX as u64 {
                Ok(unread_recipe(object.size, &object.etag, RECIPE_READ_MAX))
            } else {
                match objects.small(object, RECIPE_READ_MAX).await? {
                    Small::Bytes(bytes) => Ok(bytes),
                    Small::Changed => return Ok(None),
                    Small::Unreadable(why) => Err(why),
                }
            };
            let (bytes, read) = match bytes {
                Ok(bytes) => {
                    let read = read_recipe(&bytes, name, scope, &catalogue);
                    (bytes, read)
                }
                Err(why) => {
                    let mut findings = Findings::default();
                    findings.push(unreadable(name, why));
                    // Another version of it is another rejection.
                    (format!("unreadable {}", object.etag).into_bytes(), (Recipe::default(), findings))
                }
            };
            recipe_file = Some(((*name).to_owned(), object.clone(), bytes));
            read
        }
    };
    let own_etag = own.map(|(etag, fault)| {
        fault.into_iter().for_each(|fault| findings.push(fault));
        etag
    });
    if recipes.len() > 1 {
        findings.push(two_recipes());
    }
    let mut files = Vec::new();
    let mut missing = Vec::new();
    for (role, name) in recipe.files() {
        // That is a finding already, and S3 would refuse the question.
        if folder.len() + name.len() > KEY_MAX {
            continue;
        }
        match objects.find(&format!("{folder}{name}")).await? {
            Some(object) => files.push((role, name.to_owned(), object)),
            None => missing.push(name.to_owned()),
        }
    }
    if recipe_file.is_none() && default_model.is_none() {
        missing.insert(0, RECIPES[0].to_owned());
    }
    let all = || recipes.iter().map(|(_, object)| object).chain(files.iter().map(|(_, _, object)| object));
    let time = |ms: Option<i64>| rfc3339(Timestamp::from_millisecond(ms.unwrap_or_default()).unwrap_or_default());
    let newest = all().map(|object| object.modified_ms).max();
    let (newest_at, recipe_at) = (time(newest), time(recipes.iter().map(|(_, object)| object.modified_ms).max()));
    let parts: Vec<String> =
        all().map(|object| format!("{} {} {}", object.key, object.etag, object.modified_ms)).collect();
    let fingerprint = fingerprint(
        parts
            .iter()
            .map(String::as_str)
            .chain(missing.iter().map(String::as_str))
            .chain(default_model)
            .chain(own_etag.as_deref()),
    );
    let dropped_at = newest_at.clone();
    Ok(Some(Set {
        dataset: dataset.to_owned(),
        recipe_file,
        recipe,
        catalogue,
        findings,
        files,
        missing,
        dropped_at,
        newest_at,
        recipe_at,
        fingerprint,
    }))
}

/// The ETag of a catalogue of the stack's own, and what is wrong with it.
type OwnCatalogue = (String, Option<Finding>);

/// The catalogue, and what is known of the stack's own; `None` where that changed under the reading.
async fn load_catalogue(objects: &Objects) -> Result<Option<(Cow<'static, Catalogue>, Option<OwnCatalogue>)>, Failure> {
    let shipped = Cow::Borrowed(Catalogue::embedded());
    let Some(object) = objects.find(CATALOGUE).await? else {
        return Ok(Some((shipped, None)));
    };
    let laid = if object.size > RECIPE_READ_MAX as u64 {
        Err(format!("it has {} bytes, and {RECIPE_READ_MAX} are the most", object.size))
    } else {
        let Some(bytes) = objects.read(CATALOGUE, Some(&object.etag), RECIPE_READ_MAX).await? else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned());
        text.and_then(|text| Catalogue::with_overlay(&text))
    };
    Ok(Some(match laid {
        Ok(catalogue) => (Cow::Owned(catalogue), Some((object.etag, None))),
        Err(fault) => (shipped, Some((object.etag, Some(bad_catalogue(&fault))))),
    }))
}

/// Nothing is judged by half a catalogue: a raised limit or a guard's price may be what can't be read.
fn bad_catalogue(fault: &str) -> Finding {
    Finding {
        code: Code::InvalidCatalogue,
        severity: Severity::Error,
        file: CATALOGUE.to_owned(),
        line: None,
        column: None,
        pointer: String::new(),
        message: format!("the stack's own catalogue can't be used: {}", fault.trim()),
        help: "have whoever runs the stack mend it, and drop the recipe again".to_owned(),
        excerpt: None,
    }
}

/// A file of the set that is there, and that nobody here can read.
pub(super) fn unreadable(name: &str, why: Unreadable) -> Finding {
    let (message, help) = match why {
        Unreadable::Archived => (
            "this file can't be read: it is archived in S3 Glacier, or in an archive tier",
            "upload it again in the storage class STANDARD; restoring it starts nothing",
        ),
        Unreadable::CustomerKey => (
            "this file can't be read: it is encrypted with a key that only the uploader has (SSE-C)",
            "upload it again without a key of your own: the bucket encrypts it",
        ),
        Unreadable::ForeignKey => (
            "this file can't be read: it is encrypted with a KMS key that the stack can't use",
            "upload it again without a key of your own: the bucket encrypts it",
        ),
    };
    Finding {
        code: Code::UnreadableObject,
        severity: Severity::Error,
        file: name.to_owned(),
        line: None,
        column: None,
        pointer: String::new(),
        message: message.to_owned(),
        help: help.to_owned(),
        excerpt: None,
    }
}

fn two_recipes() -> Finding {
    Finding {
        code: Code::RecipeConflict,
        severity: Severity::Error,
        file: RECIPES[1].to_owned(),
        line: None,
        column: None,
        pointer: String::new(),
        message: format!("two recipes lie here, {} and {}", RECIPES[0], RECIPES[1]),
        help: "delete one of them, and drop the other again".to_owned(),
        excerpt: None,
    }
}
