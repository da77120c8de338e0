//! `tunedrop estimate`: what training would be billed.

mod page;

use std::process::ExitCode;

use anyhow::ensure;
use clap::Args;
use tunedrop_run::Recipe;
use tunedrop_validation::{Customization, Options, Role, estimate as bill};

use crate::catalogue::{self, Rules};
use crate::options::DataArgs;
use crate::outcome::Outcome;
use crate::set::{Set, sets};
use crate::{complain, judge, print, print_exactly};
use page::Page;

/// Estimate the tokens that training on data would be billed, and their cost
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop estimate train.jsonl --model nova-lite
  tunedrop estimate train.jsonl --model nova-lite --epochs 3 --price-per-1k 0.002
  tunedrop estimate datasets/support-bot           epochs and price as its job.yaml says

Billed are the training file's tokens, once an epoch. Bedrock's tokenizers are not public, so tokens are a range.
Invalid records are not counted, and without a valid record there is no estimate. A validation file is not billed.

Exit codes: 0 estimated, 1 the recipe or its files have errors, or no record is valid, 2 used wrongly, or something could not be read")]
pub(crate) struct EstimateArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Passes over the data [default: the recipe's epochCount, else the model's default]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    epochs: Option<u64>,
    /// USD per 1,000 tokens trained, where the catalogue knows no price, or yours is another
    #[arg(long, value_name = "PRICE", value_parser = price)]
    price_per_1k: Option<f64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn price(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(price) if price.is_finite() && price >= 0.0 => Ok(price),
        _ => Err("a price is a number from 0, such as 0.002".to_owned()),
    }
}

/// As `tunedrop estimate DIR` prints it.
pub(crate) fn of_folder(data: DataArgs) -> anyhow::Result<ExitCode> {
    estimate(&EstimateArgs { data, epochs: None, price_per_1k: None, json: false })
}

/// A figure, and who says so.
pub(crate) struct Said<T> {
    value: T,
    by: &'static str,
}

pub(crate) fn estimate(args: &EstimateArgs) -> anyhow::Result<ExitCode> {
    let catalogue = catalogue::load(args.data.catalogue.as_deref())?;
    let (sets, unreadable) = sets(&args.data, &catalogue)?;
    let mut outcome = Outcome { unreadable, ..Outcome::default() };
    let mut pages = Vec::new();
    for set in sets {
        let before = outcome.files.len();
        let made = set.rules.map(|rules| (rules, epochs(args, &set, rules), price_of(args, &set, rules)));
        judge::judge(set, Options::default(), false, &mut outcome);
        let trained = outcome.files[before..].iter().filter(|file| file.role == Role::Train);
        for (file, (rules, epochs, price)) in trained.zip(made) {
            ensure!(
                rules.customization != Customization::ReinforcementFineTuning,
                "reinforcement fine-tuning is not billed by the token, so its cost can't be told from the data"
            );
            let estimate = bill(file.statistics.tokens, epochs.value, price.as_ref().map(|price| price.value));
            pages.push(Page {
                path: file.path.clone(),
                rules,
                statistics: file.statistics.clone(),
                epochs,
                price,
                estimate,
            });
        }
    }
    if pages.is_empty() && outcome.unreadable.is_empty() && outcome.findings.errors == 0 {
        complain("there is no training file among these, and nothing else is billed");
        return Ok(ExitCode::from(2));
    }
    for fault in &outcome.unreadable {
        complain(&format!("{} can't be read: {}", fault.path, fault.why));
    }
    for finding in outcome.findings.kept.iter() {
        complain(&format!("{}: {}; {}", finding.file, finding.message, finding.help));
    }
    if args.json {
        print_exactly(&page::json(&pages))?
    } else {
        print(&page::human(&pages))?
    }
    let is_estimated = outcome.findings.errors == 0 && pages.iter().all(Page::is_estimated);
    Ok(match (outcome.unreadable.is_empty(), is_estimated) {
        (false, _) => ExitCode::from(2),
        (true, true) => ExitCode::SUCCESS,
        (true, false) => ExitCode::from(1),
    })
}

fn epochs(args: &EstimateArgs, set: &Set, rules: Rules) -> Said<u64> {
    let in_recipe = |recipe: &Recipe| recipe.hyperparameters.get("epochCount")?.parse().ok();
    if let Some(value) = args.epochs {
        return Said { value, by: "as asked" };
    }
    if let Some(value) = set.recipe().and_then(in_recipe) {
        return Said { value, by: "the recipe's epochCount" };
    }
    match rules.training.hyperparameter("epochCount").and_then(|parameter| parameter.default_value()) {
        Some(value) => Said { value, by: "the model's default" },
        None => Said { value: 1, by: "taken, for the catalogue knows no default" },
    }
}

fn price_of(args: &EstimateArgs, set: &Set, rules: Rules) -> Option<Said<f64>> {
    let said = |by: &'static str| move |value: f64| Said { value, by };
    let in_recipe = set.recipe().and_then(|recipe| recipe.price_per_1k_tokens);
    let asked = args.price_per_1k.map(said("as asked"));
    asked.or(in_recipe.map(said("the recipe's"))).or(rules.model.price_per_1k_tokens.map(said("the catalogue's")))
}
