//! Expectations: those of a recipe, and those of `--expect`, with the JSON schemas beside them.

use std::path::Path;

use tunedrop_run::{Expectation, Expectations, RECIPE_READ_MAX, SchemaFile, expectations, read_expectations};
use tunedrop_validation::Findings;

use crate::location::{Location, Unreadable};
use crate::read::{Refused, open};

/// Makes the expectations of the file `name` in this folder ready.
pub(crate) fn expected(
    name: &str,
    all: &[Expectation],
    folder: &Location,
) -> Result<(Expectations, Findings), Unreadable> {
    let mut failed = None;
    let ready = expectations(name, all, &mut |schema| match read(&folder.join(schema)) {
        Ok(file) => file,
        Err(why) => {
            failed = Some(why);
            SchemaFile::Missing
        }
    });
    failed.map_or(Ok(ready), Err)
}

/// Reads the file of `--expect`. Its schemas are beside it.
pub(crate) fn of_file(path: &Path) -> Result<(Expectations, Findings), Unreadable> {
    let (location, name) = (Location::of(path), path.display().to_string());
    let bytes = match read(&location)? {
        SchemaFile::Bytes(bytes) => bytes,
        SchemaFile::TooLarge(bytes) => return Err(location.because(format!("it has {bytes} bytes"))),
        SchemaFile::Missing => return Err(location.because("no such file")),
        SchemaFile::Unreadable(_) => return Err(location.because("it is archived or encrypted")),
    };
    let (all, mut findings) = read_expectations(&bytes, &name);
    let folder = match &location {
        Location::Local(path) => Location::Local(path.parent().unwrap_or(Path::new("")).to_owned()),
        Location::Remote { bucket, key } => {
            let folder = key.rfind('/').map_or("", |slash| &key[..=slash]);
            Location::Remote { bucket: bucket.clone(), key: folder.to_owned() }
        }
        other => other.clone(),
    };
    let (ready, faults) = expected(&name, &all, &folder)?;
    findings.extend(faults);
    Ok((ready, findings))
}

fn read(location: &Location) -> Result<SchemaFile, Unreadable> {
    let Some(opened) = open(location)? else { return Ok(SchemaFile::Missing) };
    if let Some(bytes) = opened.bytes().filter(|bytes| *bytes > RECIPE_READ_MAX as u64) {
        return Ok(SchemaFile::TooLarge(bytes));
    }
    let mut bytes = Vec::new();
    let read = opened.read(location, &mut |piece: &[u8]| {
        bytes.extend(piece.iter().take(RECIPE_READ_MAX - bytes.len()));
        bytes.len() < RECIPE_READ_MAX
    });
    match read {
        Ok(()) => Ok(SchemaFile::Bytes(bytes)),
        Err(Refused::ForGood(why)) => Ok(SchemaFile::Unreadable(why)),
        Err(Refused::Here(why)) => Err(why),
    }
}
