//! `tunedrop estimate`: tokens and cost of training and evaluation.

mod basis;
mod evaluation;
mod list;
mod page;
#[cfg(feature = "aws")]
mod sample;

use std::process::ExitCode;

use anyhow::ensure;
use clap::{ArgGroup, Args};
use tunedrop_run::{PriceList, PriceSource, Priced, QualityMode, Recipe, known_price, training_price};
use tunedrop_validation::{Customization, Role, estimate as bill};

use crate::catalogue::{self, Rules};
use crate::check_dataset::CheckOptions;
use crate::check_result::CheckResult;
use crate::dataset::{Dataset, datasets};
use crate::location::Unreadable;
use crate::options::DataArgs;
use crate::{check_dataset, complain, print, print_exactly};
use basis::Basis;
use evaluation::Evaluation;
pub(crate) use list::ListArgs;
pub(crate) use page::Page;
#[cfg(feature = "aws")]
pub(crate) use page::Reader;

/// The most epochs that an estimate is made for.
pub(crate) const EPOCHS_MAX: u64 = 1_000_000;

/// Estimate the billed tokens and the cost of training and evaluation
#[derive(Debug, Args)]
#[command(group(ArgGroup::new(list::ASKS).multiple(true)), after_help = "Examples:
  tunedrop estimate train.jsonl --model nova-lite
  tunedrop estimate train.jsonl --model nova-lite --price-per-1k 0.002
  tunedrop estimate datasets/support-bot      epochs and price from the recipe
  tunedrop estimate datasets/support-bot --price-list
  tunedrop estimate datasets/support-bot --sample 20

Bedrock bills the training file's tokens, times the epochs. Its tokenizers are
not public, so tokens are a range. --sample narrows it: the base model counts
the tokens of some records, and the stack remembers them for --learned.
Invalid records are not counted. A validation file is not billed. With
`evaluate` in the recipe, asking the models is billed too: the most tokens that
this can take are shown, as guards count them.
Provisioned throughput is billed by the hour, and is not part of the cost.

Exit codes:
  0: estimated
  1: the recipe or its files have errors, or no record is valid
  2: a usage error, or a file that can't be read")]
pub(crate) struct EstimateArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Passes over the data [default: the recipe's epochCount, or the model's default]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=EPOCHS_MAX))]
    pub(crate) epochs: Option<u64>,
    /// Price in USD per 1,000 tokens trained [default: the recipe's, the catalogue's, or the built-in one]
    #[arg(long, value_name = "PRICE", value_parser = price)]
    pub(crate) price_per_1k: Option<f64>,
    #[command(flatten)]
    pub(crate) list: ListArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn price(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(price) if price.is_finite() && price >= 0.0 => Ok(price),
        _ => Err("expected a number of at least 0, such as 0.002".to_owned()),
    }
}

/// Prints the output of `tunedrop estimate DIR`.
pub(crate) fn of_folder(data: DataArgs, list: ListArgs) -> anyhow::Result<ExitCode> {
    estimate(&EstimateArgs { data, epochs: None, price_per_1k: None, list, json: false })
}

/// A value and its source.
pub(crate) struct Sourced<T> {
    value: T,
    by: String,
}

/// The estimates of the training files, and what was found meanwhile.
pub(crate) struct Estimates<'c> {
    pages: Vec<Page<'c>>,
    /// Why datasets weren't read whose base model only a stack knows.
    awaits: Vec<String>,
    outcome: CheckResult,
}

impl Estimates<'_> {
    /// The note instead of an estimate, if only a stack knows the base model.
    pub(crate) fn instead(&self) -> Option<&str> {
        let note = self.awaits.first()?;
        (self.pages.is_empty() && self.outcome.findings.errors == 0).then_some(note)
    }

    /// Files that can't be read, and findings about recipes and missing files, a sentence each.
    pub(crate) fn problems(&self) -> Vec<String> {
        let unread = self.outcome.unreadable.iter().map(|fault| format!("{} can't be read: {}", fault.path, fault.why));
        let found = self.outcome.findings.kept.iter();
        let found = found.map(|finding| format!("{}: {}; {}", finding.file, finding.message, finding.help));
        unread.chain(found).collect()
    }

    /// Whether nothing was read that is billed.
    pub(crate) fn is_empty(&self) -> bool {
        self.pages.is_empty() && self.outcome.unreadable.is_empty() && self.outcome.findings.errors == 0
    }

    /// One JSON object.
    pub(crate) fn json(&self) -> String {
        page::json(&self.pages)
    }

    fn exit(&self) -> ExitCode {
        let is_estimated = self.outcome.findings.errors == 0 && self.pages.iter().all(Page::is_estimated);
        match (self.outcome.unreadable.is_empty(), is_estimated) {
            (false, _) => ExitCode::from(2),
            (true, true) => ExitCode::SUCCESS,
            (true, false) => ExitCode::from(1),
        }
    }
}

pub(crate) fn estimate(args: &EstimateArgs) -> anyhow::Result<ExitCode> {
    let catalogue = catalogue::load(args.data.catalogue.as_deref())?;
    let estimates = run(datasets(&args.data, &catalogue)?, args)?;
    if let Some(note) = estimates.instead() {
        print(&format!("No estimate: {note}\n"))?;
        return Ok(ExitCode::from(1));
    }
    if estimates.is_empty() {
        complain(NOTHING_BILLED);
        return Ok(ExitCode::from(2));
    }
    estimates.problems().iter().for_each(|problem| complain(problem));
    if args.json {
        print_exactly(&estimates.json())?
    } else {
        print(&page::human(&estimates.pages))?
    }
    Ok(estimates.exit())
}

/// The error for data without a training file.
pub(crate) const NOTHING_BILLED: &str = "no training file: only training files are billed";

/// Reads the datasets, and estimates their training files.
pub(crate) fn run<'c>(
    (datasets, unreadable): (Vec<Dataset<'c>>, Vec<Unreadable>),
    args: &EstimateArgs,
) -> anyhow::Result<Estimates<'c>> {
    let awaits: Vec<String> =
        datasets.iter().filter(|one| one.rules.is_none()).filter_map(Dataset::awaits_upload).collect();
    let (outcome, pages) = checked((datasets, unreadable), args);
    Ok(Estimates { pages: pages?, awaits, outcome })
}

/// Checks the datasets, and estimates their training files, in one pass over the data. The error says why there is no
/// estimate.
pub(crate) fn checked<'c>(
    (datasets, unreadable): (Vec<Dataset<'c>>, Vec<Unreadable>),
    args: &EstimateArgs,
) -> (CheckResult, anyhow::Result<Vec<Page<'c>>>) {
    let mut outcome = CheckResult { unreadable, ..CheckResult::default() };
    let list = args.list.read();
    let known = list.as_ref().ok().and_then(Option::as_ref);
    let mut pages = Ok(Vec::new());
    for dataset in datasets {
        let more = of_dataset(dataset, args, known, &mut outcome);
        pages = pages.and_then(|mut all: Vec<Page>| {
            all.extend(more?);
            Ok(all)
        });
    }
    (outcome, list.and(pages))
}

fn of_dataset<'c>(
    dataset: Dataset<'c>,
    args: &EstimateArgs,
    list: Option<&PriceList>,
    outcome: &mut CheckResult,
) -> anyhow::Result<Vec<Page<'c>>> {
    let (before, catalogue) = (outcome.files.len(), dataset.catalogue);
    let made = dataset.rules.map(|rules| (rules, epochs(args, &dataset, rules), price_of(args, &dataset, rules, list)));
    let asked = dataset.recipe().and_then(|recipe| recipe.evaluate.clone());
    let deploy = dataset.recipe().and_then(|recipe| recipe.deploy.clone());
    let throughput = deploy.filter(|plan| plan.capacity.is_provisioned());
    outcome.held_out = None;
    let train = dataset.files.iter().find(|(role, ..)| *role == Role::Train).map(|(.., location)| location.clone());
    // The recipe's second look costs time, and changes no token.
    let options = CheckOptions { quality: Some(QualityMode::Off), sensitive: Some(false), strict: false };
    check_dataset::check_dataset(dataset, options, outcome);
    let mut pages = Vec::new();
    let trained = outcome.files[before..].iter().filter(|file| file.role == Role::Train);
    for (file, (rules, epochs, price)) in trained.zip(made) {
        ensure!(
            rules.customization != Customization::ReinforcementFineTuning,
            "reinforcement fine-tuning isn't billed by the token but by the hour{}, so its cost can't be estimated from the data",
            by_hour(rules, list)
        );
        let evaluation = outcome.held_out.take().zip(asked.as_ref());
        let evaluation = evaluation.map(|(sample, asked)| Evaluation::of(sample, asked, rules.model, catalogue, list));
        let basis = match file.statistics.valid_records {
            0 => Basis::Characters,
            _ => args.list.basis(train.as_ref(), rules, list)?,
        };
        let estimate = bill(basis.tokens(&file.statistics), epochs.value, price.as_ref().map(|price| price.value));
        pages.push(Page {
            path: file.path.clone(),
            rules,
            statistics: file.statistics.clone(),
            epochs,
            price,
            estimate,
            basis,
            evaluation,
            unit_hour: known_price(rules.model, list, |rates| rates.unit_hour),
            throughput: throughput.clone(),
        });
    }
    Ok(pages)
}

fn epochs(args: &EstimateArgs, dataset: &Dataset, rules: Rules) -> Sourced<u64> {
    let in_recipe = |recipe: &Recipe| recipe.hyperparameters.get("epochCount")?.parse().ok();
    if let Some(value) = args.epochs {
        return Sourced { value, by: "from the command line".to_owned() };
    }
    if let Some(value) = dataset.recipe().and_then(in_recipe) {
        return Sourced { value, by: "the recipe's epochCount".to_owned() };
    }
    match rules.training.hyperparameter("epochCount").and_then(|parameter| parameter.default_value()) {
        Some(value) => Sourced { value, by: "the model's default".to_owned() },
        None => Sourced { value: 1, by: "assumed: the catalogue has no default".to_owned() },
    }
}

fn price_of(args: &EstimateArgs, dataset: &Dataset, rules: Rules, list: Option<&PriceList>) -> Option<Sourced<f64>> {
    let own = |source: PriceSource| move |usd: f64| Priced { usd, source };
    let asked = args.price_per_1k.map(own(PriceSource::CommandLine));
    let in_recipe = dataset.recipe().and_then(|recipe| recipe.price_per_1k_tokens).map(own(PriceSource::Recipe));
    asked.or(in_recipe).or_else(|| training_price(rules.model, rules.customization, list)).map(Sourced::of)
}

/// What an hour of reinforcement fine-tuning costs, as the end of a clause.
fn by_hour(rules: Rules, list: Option<&PriceList>) -> String {
    let price = known_price(rules.model, list, |rates| rates.reinforcement_hour);
    price.map_or(String::new(), |price| format!(", at {} USD ({})", price.usd, price.source))
}

impl<T> Sourced<T> {
    fn of(price: Priced<T>) -> Sourced<T> {
        Sourced { value: price.usd, by: price.source.to_string() }
    }
}
