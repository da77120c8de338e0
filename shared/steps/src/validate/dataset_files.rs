//! The current files of a dataset: its recipe, the files that it names, and what is missing.

use std::borrow::Cow;

use tunedrop_aws::{Failure, Listing, Object, Objects, Small};
use tunedrop_run::object_key::{PREFIX, RECIPES};
use tunedrop_run::{
    DatasetSpec, Expectation, Expectations, OwnModel, PriceList, RECIPE_READ_MAX, RecipeFile, RecipeScope, SchemaFile,
    Timestamp, expectations, fingerprint, own_base, unread_recipe,
};
use tunedrop_validation::{Catalogue, Code, Customization, Finding, Role};

use super::Validate;
use crate::publish::rfc3339;

/// Number of keys that one call lists. It is more than nearly every dataset without pictures has, and small enough to
/// be cheap for those with pictures.
const LISTED: u16 = 50;

/// The key of the stack's own catalogue, which extends the built-in one.
const CATALOGUE: &str = "config/catalogue.toml";

/// A dataset's current files.
pub(super) struct DatasetFiles {
    /// The dataset.
    pub dataset: String,
    /// The recipe's name, object and content, if there is one.
    pub recipe_file: Option<(String, Object, Vec<u8>)>,
    /// The recipe, or the defaults without one, and its findings.
    pub spec: DatasetSpec,
    /// The catalogue with the models' rules.
    pub catalogue: Cow<'static, Catalogue>,
    /// The AWS Price List, if the sweep read it.
    pub prices: Option<PriceList>,
    /// Role, name and object of each file that is there.
    pub files: Vec<(Role, String, Object)>,
    /// What the records must be like.
    pub expectations: Expectations,
    /// Name and version of each JSON schema that the expectations name.
    pub schemas: Vec<(String, String)>,
    /// Names of missing files.
    pub missing: Vec<String>,
    /// RFC 3339: the newest file's time. If the recipe can't be read, the recipe's time.
    pub uploaded_at: String,
    /// RFC 3339: the newest file's time.
    pub newest_at: String,
    /// RFC 3339: the recipe's time.
    pub recipe_at: String,
    /// A hash that changes with any version of any file.
    pub fingerprint: String,
}

impl DatasetFiles {
    /// Whether the recipe is still the version that was read, after all files were read.
    pub(super) async fn has_its_recipe(&self, objects: &Objects) -> Result<bool, Failure> {
        let now = Folder::list(objects, &self.dataset).await?.recipes().await?;
        let now = now.first().map(|(_, object)| object);
        let version = |object: &Object| (object.key.clone(), object.etag.clone());
        Ok(now.map(version) == self.recipe_file.as_ref().map(|(_, object, _)| version(object)))
    }
}

/// A dataset's folder. One call lists its beginning, which is all of most datasets.
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

    /// Returns the file of that name. A folder may contain a million pictures, so a file that wasn't listed is looked
    /// up.
    async fn find(&self, name: &str) -> Result<Option<Object>, Failure> {
        let key = format!("{}{name}", self.prefix);
        match self.listing.objects.iter().find(|object| object.key == key) {
            None if !self.listing.is_whole => self.objects.find(&key).await,
            found => Ok(found.cloned()),
        }
    }

    /// Returns the recipes, in the order of precedence.
    async fn recipes(&self) -> Result<Vec<(&'static str, Object)>, Failure> {
        let mut found = Vec::new();
        for name in RECIPES {
            found.extend(self.find(name).await?.map(|object| (name, object)));
        }
        Ok(found)
    }
}

/// Reads the recipe and lists the files; `None` if the recipe changed in the meantime. `first`: the model that the content
/// was first trained from, if that is known.
pub(super) async fn load(
    step: &Validate,
    dataset: &str,
    first: Option<&OwnModel>,
) -> Result<Option<DatasetFiles>, Failure> {
    let objects = &step.objects;
    let default_model = step.scope.default_model.as_deref();
    let Some((catalogue, own)) = load_catalogue(objects).await? else {
        return Ok(None);
    };
    let folder = Folder::list(objects, dataset).await?;
    let recipes = folder.recipes().await?;
    let mut recipe_file = None;
    let mut spec = match recipes.first() {
        None => DatasetSpec::without_recipe(default_model, Customization::FineTuning, &catalogue),
        Some((name, object)) => {
            let Some((spec, content)) = read(step, name, object, first, &catalogue).await? else {
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
    let Some((schemas, read)) = read_schemas(objects, &folder, &spec.recipe.expect).await? else {
        return Ok(None);
    };
    let (expectations, faults) = expectations(&spec.recipe_name, &spec.recipe.expect, &mut |name| {
        read.iter().find(|(its, _)| its == name).map_or(SchemaFile::Missing, |(_, file)| file.clone())
    });
    spec.findings.extend(faults);
    let mut files = Vec::new();
    let mut missing = Vec::new();
    for (role, name) in spec.wanted() {
        match folder.find(name).await? {
            Some(object) => files.push((role, name.to_owned(), object)),
            None => missing.push(name.to_owned()),
        }
    }
    if spec.recipe_is_missing {
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
            .chain(schemas.iter().map(|(_, version)| version.as_str()))
            .chain(default_model)
            .chain(own_etag.as_deref()),
    );
    let uploaded_at = newest_at.clone();
    Ok(Some(DatasetFiles {
        dataset: dataset.to_owned(),
        recipe_file,
        spec,
        catalogue,
        prices: step.ledger.prices(step.scope.region.as_deref()).await?,
        files,
        expectations,
        schemas,
        missing,
        uploaded_at,
        newest_at,
        recipe_at,
        fingerprint,
    }))
}

/// Names and versions of JSON schemas, and their content.
type Schemas = (Vec<(String, String)>, Vec<(String, SchemaFile)>);

/// Reads the JSON schemas that expectations name. `None` if one changed while it was read.
async fn read_schemas(
    objects: &Objects,
    folder: &Folder<'_>,
    expected: &[Expectation],
) -> Result<Option<Schemas>, Failure> {
    let (mut versions, mut read): Schemas = (Vec::new(), Vec::new());
    for name in expected.iter().filter_map(|expectation| expectation.json_schema.as_deref()) {
        if read.iter().any(|(its, _)| its == name) {
            continue;
        }
        let Some(object) = folder.find(name).await? else {
            read.push((name.to_owned(), SchemaFile::Missing));
            continue;
        };
        versions.push((name.to_owned(), format!("{} {}", object.etag, object.modified_ms)));
        let file = if object.size > RECIPE_READ_MAX as u64 {
            SchemaFile::TooLarge(object.size)
        } else {
            match objects.small(&object, RECIPE_READ_MAX).await? {
                Small::Bytes(bytes) => SchemaFile::Bytes(bytes),
                Small::Changed => return Ok(None),
                Small::Unreadable(why) => SchemaFile::Unreadable(why),
            }
        };
        read.push((name.to_owned(), file));
    }
    Ok(Some((versions, read)))
}

/// Returns the recipe and its content. `None` if it changed while it was read. The content of a recipe that isn't read
/// is its version, so that another version is another rejection.
async fn read(
    step: &Validate,
    name: &str,
    object: &Object,
    first: Option<&OwnModel>,
    catalogue: &Catalogue,
) -> Result<Option<(DatasetSpec, Vec<u8>)>, Failure> {
    let spec = |file| DatasetSpec::of_recipe(name, file, &step.scope, catalogue);
    if object.size > RECIPE_READ_MAX as u64 {
        let content = unread_recipe(object.size, &object.etag);
        return Ok(Some((spec(RecipeFile::TooLarge(object.size)), content)));
    }
    Ok(match step.objects.small(object, RECIPE_READ_MAX).await? {
        Small::Bytes(bytes) => {
            let scope = match own_base(&bytes, &step.scope) {
                Some(base) => RecipeScope { own_base: step.look_up(base, first).await?, ..step.scope.clone() },
                None => step.scope.clone(),
            };
            Some((DatasetSpec::of_recipe(name, RecipeFile::Bytes(&bytes), &scope, catalogue), bytes))
        }
        Small::Changed => None,
        Small::Unreadable(why) => {
            Some((spec(RecipeFile::Unreadable(why)), format!("unreadable {}", object.etag).into_bytes()))
        }
    })
}

/// The ETag of the stack's own catalogue, and its findings.
type OwnCatalogue = (String, Option<Finding>);

/// Returns the catalogue, and the stack's own if there is one. `None` if that changed while it was read.
pub(crate) async fn load_catalogue(
    objects: &Objects,
) -> Result<Option<(Cow<'static, Catalogue>, Option<OwnCatalogue>)>, Failure> {
    let shipped = Cow::Borrowed(Catalogue::embedded());
    let Some(object) = objects.find(CATALOGUE).await? else {
        return Ok(Some((shipped, None)));
    };
    let laid = if object.size > RECIPE_READ_MAX as u64 {
        Err(format!("it has {} bytes, and at most {RECIPE_READ_MAX} are allowed", object.size))
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

/// No part of an invalid catalogue is used: the invalid part may be a limit, or a price that a guard needs.
fn bad_catalogue(fault: &str) -> Finding {
    let message = format!("the stack's own catalogue can't be used: {}", fault.trim());
    let help = "ask the stack's operator to fix it, then upload the recipe again".to_owned();
    Finding::of_file(Code::InvalidCatalogue, CATALOGUE, message, help)
}
