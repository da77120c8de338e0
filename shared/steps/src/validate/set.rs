//! What lies in a dataset's folder now: the recipe, the files it names, and what is missing.

use std::borrow::Cow;

use tunedrop_aws::{Failure, Listing, Object, Objects, Small};
use tunedrop_run::dropped::{PREFIX, RECIPES};
use tunedrop_run::{RECIPE_READ_MAX, RecipeFile, RecipeScope, SetSpec, Timestamp, fingerprint, unread_recipe};
use tunedrop_validation::{Catalogue, Code, Customization, Finding, Role};

use crate::announce::rfc3339;

/// Keys of a folder that one call lists. More than the files of nearly every dataset without pictures, and few enough to
/// be no burden where there are pictures.
const LISTED: u16 = 50;

/// Where a stack's own catalogue lies, laid over the one that ships.
const CATALOGUE: &str = "config/catalogue.toml";

/// A set as it lies there.
pub(super) struct Set {
    /// The dataset.
    pub dataset: String,
    /// The recipe's name, object and content, where there is one.
    pub recipe_file: Option<(String, Object, Vec<u8>)>,
    /// The recipe, or what holds without one, and what is wrong with it.
    pub spec: SetSpec,
    /// What the set is judged by.
    pub catalogue: Cow<'static, Catalogue>,
    /// Role, name and object of each file that is there.
    pub files: Vec<(Role, String, Object)>,
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
        let now = Folder::list(objects, &self.dataset).await?.recipes().await?;
        let now = now.first().map(|(_, object)| object);
        let version = |object: &Object| (object.key.clone(), object.etag.clone());
        Ok(now.map(version) == self.recipe_file.as_ref().map(|(_, object, _)| version(object)))
    }
}

/// A dataset's folder, of which one call lists the beginning: in most datasets, all of it.
struct Folder<'o> {
    objects: &'o Objects,
    prefix: String,
    listing: Listing,
}

impl Folder<'_> {
    async fn list<'o>(objects: &'o Objects, dataset: &str) -> Result<Folder<'o>, Failure> {
        let prefix = format!("{PREFIX}{dataset}/");
        Ok(Folder { objects, listing: objects.listing(&prefix, LISTED).await?, prefix })
    }

    /// The file of that name. A folder may hold a million pictures, so what isn't listed is asked for.
    async fn find(&self, name: &str) -> Result<Option<Object>, Failure> {
        let key = format!("{}{name}", self.prefix);
        match self.listing.objects.iter().find(|object| object.key == key) {
            None if !self.listing.is_whole => self.objects.find(&key).await,
            found => Ok(found.cloned()),
        }
    }

    /// The recipes, in the order in which they count.
    async fn recipes(&self) -> Result<Vec<(&'static str, Object)>, Failure> {
        let mut found = Vec::new();
        for name in RECIPES {
            found.extend(self.find(name).await?.map(|object| (name, object)));
        }
        Ok(found)
    }
}

/// Reads the set; `None` where the recipe changed under the reading.
pub(super) async fn load(objects: &Objects, dataset: &str, scope: &RecipeScope) -> Result<Option<Set>, Failure> {
    let default_model = scope.default_model.as_deref();
    let Some((catalogue, own)) = load_catalogue(objects).await? else {
        return Ok(None);
    };
    let folder = Folder::list(objects, dataset).await?;
    let recipes = folder.recipes().await?;
    let mut recipe_file = None;
    let mut spec = match recipes.first() {
        None => SetSpec::without_recipe(default_model, Customization::FineTuning, &catalogue),
        Some((name, object)) => {
            let Some((spec, content)) = read(objects, name, object, scope, &catalogue).await? else {
                return Ok(None);
            };
            recipe_file = Some(((*name).to_owned(), object.clone(), content));
            spec
        }
    };
    let own_etag = own.map(|(etag, fault)| {
        fault.into_iter().for_each(|fault| spec.findings.push(fault));
        etag
    });
    if recipes.len() > 1 {
        spec = spec.with_second_recipe();
    }
    let mut files = Vec::new();
    let mut missing = Vec::new();
    for (role, name) in spec.wanted() {
        match folder.find(name).await? {
            Some(object) => files.push((role, name.to_owned(), object)),
            None => missing.push(name.to_owned()),
        }
    }
    if spec.waits_for_recipe {
        missing.insert(0, RECIPES[0].to_owned());
    }
    let all = || recipes.iter().map(|(_, object)| object).chain(files.iter().map(|(_, _, object)| object));
    let time = |ms: Option<i64>| rfc3339(Timestamp::from_millisecond(ms.unwrap_or_default()).unwrap_or_default());
    let newest = all().map(|object| object.modified_ms).max();
    let of_recipe = recipes.iter().map(|(_, object)| object.modified_ms).max();
    let (newest_at, recipe_at) = (time(newest), time(of_recipe.or(newest)));
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
        spec,
        catalogue,
        files,
        missing,
        dropped_at,
        newest_at,
        recipe_at,
        fingerprint,
    }))
}

/// The recipe, and its content; `None` where it changed under the reading. A recipe that isn't read has its version for
/// content, so that another one is another rejection.
async fn read(
    objects: &Objects,
    name: &str,
    object: &Object,
    scope: &RecipeScope,
    catalogue: &Catalogue,
) -> Result<Option<(SetSpec, Vec<u8>)>, Failure> {
    let spec = |file| SetSpec::of_recipe(name, file, scope, catalogue);
    if object.size > RECIPE_READ_MAX as u64 {
        let content = unread_recipe(object.size, &object.etag);
        return Ok(Some((spec(RecipeFile::TooLarge(object.size)), content)));
    }
    Ok(match objects.small(object, RECIPE_READ_MAX).await? {
        Small::Bytes(bytes) => Some((spec(RecipeFile::Bytes(&bytes)), bytes)),
        Small::Changed => None,
        Small::Unreadable(why) => {
            Some((spec(RecipeFile::Unreadable(why)), format!("unreadable {}", object.etag).into_bytes()))
        }
    })
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
    let message = format!("the stack's own catalogue can't be used: {}", fault.trim());
    let help = "have whoever runs the stack mend it, and drop the recipe again".to_owned();
    Finding::of_file(Code::InvalidCatalogue, CATALOGUE, message, help)
}
