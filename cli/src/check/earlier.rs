//! `check --compare-with`: how the training file differs from that of other data, such as the last version.

use std::path::Path;

use anyhow::ensure;
use tunedrop_quality::{Comparison, FileQuality, Quality, Sketch, compare};
use tunedrop_run::second_look::label_hash;
use tunedrop_run::{QualityMode, trace_index::TraceKey};
use tunedrop_validation::{Catalogue, Role};

use crate::check_dataset::{self, CheckOptions};
use crate::check_result::CheckResult;
use crate::dataset::{self, Dataset};
use crate::location::Location;
use crate::options::DataArgs;

/// Nothing is kept, so any key will do.
const KEY: TraceKey = [0; 32];

/// What the data is compared with.
pub(crate) struct Earlier {
    /// As it was named on the command line.
    path: String,
    /// Absent if it can't be read: the result says so.
    sketch: Option<Sketch>,
}

/// Reads the data that `datasets` are compared with. Without a model in the arguments, the rules of `datasets` apply to a
/// file.
pub(crate) fn read(
    path: &Path,
    args: &DataArgs,
    datasets: &[Dataset],
    (catalogue, level): (&Catalogue, QualityMode),
    outcome: &mut CheckResult,
) -> anyhow::Result<Earlier> {
    ensure!(datasets.len() <= 1, "--compare-with compares one dataset; check each of several by itself");
    let location = Location::of(path);
    let rules = datasets.first().and_then(|dataset| dataset.rules).filter(|_| !location.is_folder());
    let args = DataArgs {
        paths: vec![path.to_owned()],
        model: args.model.clone().or_else(|| rules.map(|rules| rules.model.alias.clone())),
        customization: args.customization.or_else(|| rules.map(|rules| rules.customization.into())),
        role: None,
        catalogue: None,
        own_base: args.own_base.clone(),
    };
    let name = location.name();
    let (others, unreadable) = dataset::of_locations(vec![location], &args, catalogue)?;
    outcome.unreadable.extend(unreadable);
    let mut other = CheckResult::default();
    let options = CheckOptions { quality: Some(level), ..CheckOptions::default() };
    others.into_iter().for_each(|dataset| check_dataset::check_dataset(dataset, options, &mut other));
    outcome.unreadable.extend(other.unreadable);
    let sketch = other.quality.iter().find_map(train).map(|train| Sketch::of(train, &label_hash(&KEY)));
    Ok(Earlier { path: name, sketch })
}

/// Compares the checked dataset, and adds a warning for each difference to `outcome`.
pub(crate) fn add(earlier: &Earlier, outcome: &mut CheckResult) {
    let Some(quality) = outcome.quality.last_mut() else { return };
    let Some(train) = train(quality) else { return };
    let drift = match &earlier.sketch {
        Some(sketch) => compare(sketch, train, &label_hash(&KEY)),
        None => Err("it has no training file that could be read".to_owned()),
    };
    let name = train.name.clone();
    let with = earlier.path.clone();
    let compared = match drift {
        Ok(drift) => Comparison { with, is_accepted: false, drift: Some(drift), not_compared: None },
        Err(why) => Comparison { with, is_accepted: false, drift: None, not_compared: Some(why) },
    };
    let findings = compared.findings(&name);
    match &compared.not_compared {
        Some(why) => outcome.notes.push(format!("not compared with {}: {why}", earlier.path)),
        None if findings.warnings == 0 => {
            outcome.notes.push(format!("compared with {}: no difference that matters", earlier.path));
        }
        None => {}
    }
    quality.compared = Some(compared);
    outcome.blocked |= findings.block(outcome.strict);
    if let Some(file) = outcome.files.iter_mut().rfind(|file| file.path == name) {
        file.findings.extend(findings);
    }
}

fn train(quality: &Quality) -> Option<&FileQuality> {
    quality.files.iter().find(|file| file.role == Role::Train)
}
