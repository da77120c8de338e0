//! Checks and estimates of files, folders and records.

use std::io::Read;
use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use tunedrop_run::OwnLookup;

use super::choice;
use crate::check::QualityArg;
use crate::check_dataset::CheckOptions;
use crate::check_result::CheckResult;
use crate::dataset::{Dataset, of_locations};
use crate::estimate::{self, EstimateArgs, ListArgs};
use crate::format::{self, View};
use crate::location::{Given, Location, Unreadable};
use crate::options::DataArgs;
use crate::watched::{Watch, watched};
use crate::{catalogue, check_dataset};

/// Where data comes from.
pub enum Source {
    /// A file, or a dataset folder.
    Path(PathBuf),
    /// Lines of JSON, and the name that findings show.
    Records(String, Box<dyn Read + Send>),
}

/// The data, and the model whose rules apply. The fields are those of `tunedrop check`.
pub struct Data {
    /// The sources. Two files without a role are a training and a validation file.
    pub sources: Vec<Source>,
    /// A base model's alias or identifier. Only a folder with a recipe needs none.
    pub model: Option<String>,
    /// The customization type, such as `fine-tuning`.
    pub customization: Option<String>,
    /// `train` or `validation`.
    pub role: Option<String>,
    /// A file whose entries extend the built-in catalogue.
    pub catalogue: Option<PathBuf>,
}

/// The result of a check.
pub struct Checked(CheckResult);

/// The result of an estimate.
pub struct Estimated {
    /// The JSON of `tunedrop estimate --json`.
    pub json: String,
    /// Files that can't be read, and findings about recipes and missing files.
    pub problems: Vec<String>,
}

/// The options of a check.
#[derive(Debug, Clone, Default)]
pub struct CheckRequest {
    /// Also look for secrets and personal data.
    pub sensitive: bool,
    /// Treat warnings as errors.
    pub strict: bool,
    /// `off`, `standard` or `thorough`. Absent: as a folder's recipe says, or `off`.
    pub quality: Option<String>,
}

/// Checks the data.
pub fn check(data: Data, request: CheckRequest, watch: Watch) -> Result<Checked> {
    let quality = request.quality.map(|name| choice::<QualityArg>("quality", &name)).transpose()?;
    let options = CheckOptions {
        sensitive: request.sensitive.then_some(true),
        quality: quality.map(Into::into),
        strict: request.strict,
    };
    let (locations, args) = data.split()?;
    let catalogue = catalogue::load(args.catalogue.as_deref())?;
    let is_given = locations.iter().any(|location| matches!(location, Location::Given(_)));
    let (datasets, unreadable) = read(locations, &args, &catalogue)?;
    let mut outcome = CheckResult { unreadable, is_given, shows_texts: true, ..CheckResult::default() };
    watched(watch, || {
        for dataset in datasets {
            check_dataset::check_dataset(dataset, options, &mut outcome);
        }
    });
    Ok(Checked(outcome))
}

/// Estimates the training files of the data. Without `epochs` and a price in USD per 1,000 tokens, those of the recipe or
/// of the catalogue apply.
pub fn estimate(data: Data, epochs: Option<u64>, price_per_1k: Option<f64>, watch: Watch) -> Result<Estimated> {
    ensure!(epochs.is_none_or(|epochs| (1..=estimate::EPOCHS_MAX).contains(&epochs)), "epochs must be 1 to 1,000,000");
    let is_price = |price: f64| price.is_finite() && price >= 0.0;
    ensure!(price_per_1k.is_none_or(is_price), "the price must be a number of at least 0, such as 0.002");
    let (locations, data) = data.split()?;
    let catalogue = catalogue::load(data.catalogue.as_deref())?;
    let datasets = read(locations, &data, &catalogue)?;
    let args = EstimateArgs { data, epochs, price_per_1k, list: ListArgs::default(), json: true };
    let estimates = watched(watch, || estimate::run(datasets, &args))?;
    if let Some(note) = estimates.instead() {
        bail!("no estimate: {note}");
    }
    if estimates.is_empty() {
        bail!(estimate::NOTHING_BILLED);
    }
    Ok(Estimated { json: estimates.json(), problems: estimates.problems() })
}

impl Data {
    /// The locations, and the other arguments.
    fn split(self) -> Result<(Vec<Location>, DataArgs)> {
        let location = |source| match source {
            Source::Path(path) => Location::of(&path),
            Source::Records(name, from) => Location::Given(Given::new(&name, from)),
        };
        let args = DataArgs {
            paths: Vec::new(),
            model: self.model,
            customization: self.customization.map(|name| choice("type", &name)).transpose()?,
            role: self.role.map(|name| choice("role", &name)).transpose()?,
            catalogue: self.catalogue,
            own_base: OwnLookup::default(),
        };
        Ok((self.sources.into_iter().map(location).collect(), args))
    }
}

fn read<'c>(
    locations: Vec<Location>,
    args: &DataArgs,
    catalogue: &'c tunedrop_validation::Catalogue,
) -> Result<(Vec<Dataset<'c>>, Vec<Unreadable>)> {
    ensure!(!locations.contains(&Location::Stdin), "pass a file or records: standard input is for the command line");
    let is_file = |location: &Location| !location.is_folder();
    if args.model.is_none() && locations.iter().any(is_file) {
        bail!("choose the base model, such as model=\"nova-lite\"; `tunedrop models` lists them");
    }
    of_locations(locations, args, catalogue)
}

impl Checked {
    /// The JSON of `tunedrop check --format json`.
    pub fn json(&self) -> String {
        format::json(&self.0)
    }

    /// The text of `tunedrop check`, without color. `all`: show each finding in full.
    pub fn text(&self, all: bool) -> String {
        let view = if all { View::unfolded() } else { View::folded() };
        anstream::adapter::strip_str(&format::human(&self.0, &view)).to_string()
    }

    /// A self-contained page like a stack's report on a dataset.
    pub fn html(&self) -> String {
        format::html(&self.0)
    }

    /// Removes the text around findings, which the text and the page show.
    pub fn without_excerpts(mut self) -> Checked {
        let files = self.0.files.iter_mut().map(|file| &mut file.findings);
        for findings in files.chain([&mut self.0.findings]) {
            findings.kept.iter_mut().for_each(|finding| finding.excerpt = None);
        }
        self.0.shows_texts = false;
        self
    }
}
