//! Finds the models and customization types that accept a file's records, unchanged or converted. It tries the first
//! records.

use std::path::Path;

use tunedrop_report::shell;
use tunedrop_reshape::{Pictures, convert as convert_record};
use tunedrop_validation::catalogue::Lifecycle;
use tunedrop_validation::{Catalogue, Model};

use crate::catalogue::{DEFAULT_MODEL, Rules};
use crate::convert::first_records;

/// How many records are tried. One that fits is enough, because `convert` leaves out the others and lists them.
const TRIED: usize = 20;

/// How many other models and types are listed.
const NAMED: usize = 3;

/// Whether a model and a type accept the records.
pub(crate) enum Fit<'c> {
    Takes,
    /// They don't. The reason, and what does accept them: the first match, and up to two more.
    Instead(String, Rules<'c>, Vec<Rules<'c>>),
    /// Nothing accepts them, for this reason.
    Refuses(String),
}

/// Tries the file's first records.
pub(crate) fn fit<'c>(path: &Path, rules: Rules<'c>, catalogue: &'c Catalogue) -> Fit<'c> {
    let records = match first_records(path, TRIED) {
        Ok(records) if records.is_empty() => return Fit::Refuses("the file has no record that can be read".to_owned()),
        Ok(records) => records,
        Err(error) => return Fit::Refuses(format!("{error:#}")),
    };
    let why = match takes(&records, rules) {
        Ok(_) => return Fit::Takes,
        Err(why) => why,
    };
    let live = catalogue.models().iter().filter(|model| model.lifecycle == Lifecycle::Live);
    let all = live.flat_map(|model| model.customizations().filter_map(|kind| Rules::of(model, kind)));
    let mut others: Vec<(usize, Rules)> =
        all.filter_map(|other| takes(&records, other).ok().map(|dropped| (dropped, other))).collect();
    // First what keeps most of a record, then what changes least.
    others.sort_by_key(|(dropped, other)| (*dropped, other.model.alias != rules.model.alias));
    let mut others = others.into_iter().map(|(_, other)| other).take(NAMED);
    match others.next() {
        Some(first) => Fit::Instead(why, first, others.collect()),
        None => Fit::Refuses(why),
    }
}

/// Returns a model and a customization type for a file without a chosen model, and whether the records have the model's
/// format. A model that accepts the first records as they are comes before one for which they can be converted, and a
/// live model before a withdrawn one.
pub(crate) fn proposed<'c>(path: &Path, catalogue: &'c Catalogue) -> Option<(Rules<'c>, bool)> {
    let records = first_records(path, TRIED).ok()?;
    let mut models: Vec<&Model> = catalogue.models().iter().collect();
    models.sort_by_key(|model| model.alias != DEFAULT_MODEL);
    let all: Vec<Rules> =
        models.iter().flat_map(|model| model.customizations().filter_map(|kind| Rules::of(model, kind))).collect();
    let has_format = |rules: &&Rules| records.iter().any(|record| is_in_format(record, **rules));
    let can_be = |rules: &&Rules| takes(&records, **rules).is_ok();
    let (live, withdrawn): (Vec<Rules>, Vec<Rules>) =
        all.into_iter().partition(|rules| rules.model.lifecycle == Lifecycle::Live);
    let of = |all: &[Rules<'c>]| {
        let same = all.iter().find(has_format).map(|rules| (*rules, true));
        same.or_else(|| all.iter().find(can_be).map(|rules| (*rules, false)))
    };
    of(&live).or_else(|| of(&withdrawn))
}

/// Returns a model and a customization type whose format the first records have, whether or not the model is withdrawn.
pub(crate) fn in_format<'c>(path: &Path, catalogue: &'c Catalogue) -> Option<Rules<'c>> {
    let records = first_records(path, TRIED).ok()?;
    let mut models: Vec<&Model> = catalogue.models().iter().collect();
    models.sort_by_key(|model| (model.lifecycle != Lifecycle::Live, model.alias != DEFAULT_MODEL));
    let mut all = models.iter().flat_map(|model| model.customizations().filter_map(|kind| Rules::of(model, kind)));
    all.find(|rules| records.iter().any(|record| is_in_format(record, *rules)))
}

fn is_in_format(record: &str, rules: Rules) -> bool {
    convert_record(record, None, rules.training, &mut Pictures::default())
        .is_ok_and(|converted| converted.source.is_none() && converted.dropped.is_empty())
}

/// Whether one how many keys are dropped if one of the records is converted, or why the first record can't be.
fn takes(records: &[String], rules: Rules) -> Result<usize, String> {
    // Any place for the images will do: `tunedrop convert` asks for it.
    let mut pictures = Pictures::new(Some("s3://bucket/".to_owned()), "image");
    let mut first = None;
    for record in records {
        match convert_record(record, None, rules.training, &mut pictures) {
            Ok(converted) => return Ok(converted.dropped.len()),
            Err(left_out) => {
                first.get_or_insert(left_out.why.into_owned());
            }
        }
        pictures.take();
    }
    Err(first.unwrap_or_default())
}

/// Returns the options that select this model and type.
pub(crate) fn flags(rules: Rules) -> String {
    let model = shell(&rules.model.alias);
    match rules.model.customizations().next() {
        Some(default) if default == rules.customization => format!("--model {model}"),
        _ => format!("--model {model} --type {}", rules.customization.as_str()),
    }
}
