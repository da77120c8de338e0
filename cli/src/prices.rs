//! `tunedrop prices`: what Bedrock charges.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use tunedrop_aws::{Configs, Failure, Prices};
use tunedrop_run::{PriceList, PriceSource, Priced, Timestamp, inference_price, known_price, price_list};
use tunedrop_validation::catalogue::Lifecycle;
use tunedrop_validation::{Catalogue, Model, Rates};

use crate::format::{BOLD, visible};
use crate::stack::{StackArgs, run};
use crate::{catalogue, note, print, print_exactly};

/// Show what Bedrock charges for training and for custom models
///
/// Reads the AWS Price List. A price that it lacks is the built-in one, with its date, or unknown.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop prices
  tunedrop prices nova-2-lite --region us-east-1
  tunedrop prices --json

Needs a Region and pricing:GetProducts. Without them, shows the built-in prices.

Exit codes:
  0: shown
  2: unknown model, or a usage error")]
pub(crate) struct PricesArgs {
    /// An alias such as nova-lite, a name, or Bedrock's identifier [default: every live model]
    model: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// A catalogue file whose entries extend or replace the built-in ones
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
    /// Profile of the AWS CLI [default: AWS_PROFILE, or "default"]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// AWS Region whose prices are shown [default: AWS_REGION, or the profile's]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// Use the local stack that `cargo local` started
    #[arg(long, conflicts_with_all = ["profile", "region"])]
    local: bool,
}

/// What is priced, and for how much of it.
type Kind = (&'static str, &'static str, fn(&Rates) -> Option<f64>);

const KINDS: [Kind; 8] = [
    ("training", "per 1,000 tokens", |rates| rates.training),
    ("reinforcement", "per hour", |rates| rates.reinforcement_hour),
    ("storage", "per model and month", |rates| rates.storage),
    ("input", "per 1,000 tokens to a custom model", |rates| rates.input),
    ("output", "per 1,000 tokens of a custom model", |rates| rates.output),
    ("base input", "per 1,000 tokens to the base model", |rates| rates.base_input),
    ("base output", "per 1,000 tokens of the base model", |rates| rates.base_output),
    ("model unit", "per hour of provisioned throughput", |rates| rates.unit_hour),
];

pub(crate) fn prices(args: &PricesArgs) -> Result<ExitCode> {
    let catalogue = catalogue::load(args.catalogue.as_deref())?;
    let models = models(&catalogue, args.model.as_deref())?;
    let (profile, region, local) = (args.profile.clone(), args.region.clone(), args.local);
    let (region, list) = read(StackArgs { stack: None, profile, region, local })?;
    let priced: Vec<(&Model, Vec<Option<Priced<f64>>>)> =
        models.into_iter().map(|model| (model, of(model, list.as_ref()))).collect();
    if args.json {
        let models: Vec<Value> = priced.iter().map(|(model, prices)| object(model, prices)).collect();
        print_exactly(&format!("{:#}\n", json!({"version": 1, "region": region, "models": models})))?;
    } else {
        let pages: Vec<String> = priced.iter().map(|(model, prices)| page(model, prices)).collect();
        let title = region.map_or("Built-in prices".to_owned(), |region| format!("Prices in {}", visible(&region)));
        print(&format!("{BOLD}{title}, in US dollars{BOLD:#}\n\n{}", pages.join("\n")))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The model of this name, or every live one.
fn models<'c>(catalogue: &'c Catalogue, name: Option<&str>) -> Result<Vec<&'c Model>> {
    Ok(match name {
        Some(name) => vec![catalogue::find(catalogue, name)?],
        None => catalogue.models().iter().filter(|model| model.lifecycle == Lifecycle::Live).collect(),
    })
}

/// Reads the Price List: the Region, and its prices. Each is `None`, with a note, if it isn't known or out of reach.
pub(crate) fn read(access: StackArgs) -> Result<(Option<String>, Option<PriceList>)> {
    run(async {
        let Some(connection) = access.connect_if_region().await? else {
            note("no Region is set, so built-in prices are used; pass --region, or set AWS_REGION");
            return Ok((None, None));
        };
        let region = connection.region.clone();
        let list = match listed(&connection.configs, &region).await {
            Ok(list) => Some(list),
            Err(fault) => {
                note(&format!("the AWS Price List can't be read ({fault}); built-in prices are used"));
                None
            }
        };
        list.iter().filter_map(|list| list.fault.as_ref()).for_each(|fault| note(fault));
        Ok((Some(region), list))
    })
}

/// Reads the Price List now.
pub(crate) async fn listed(configs: &Configs, region: &str) -> Result<PriceList, Failure> {
    let products = Prices::new(&configs.bedrock).products(region).await?;
    let (rates, faults) = price_list(region, products);
    Ok(PriceList::read(region, rates, &faults, &Timestamp::now().to_string()))
}

/// The prices of a model, in the order of the kinds.
fn of(model: &Model, list: Option<&PriceList>) -> Vec<Option<Priced<f64>>> {
    let own = |usd: Option<f64>| usd.map(|usd| Priced { usd, source: PriceSource::Catalogue });
    let inference = inference_price(model, None).filter(|price| price.source == PriceSource::Catalogue);
    KINDS
        .iter()
        .map(|(name, _, rate)| {
            let own = match *name {
                "training" => own(model.price_per_1k_tokens),
                "input" | "base input" => own(inference.as_ref().map(|price| price.usd.input_per_1k)),
                "output" | "base output" => own(inference.as_ref().map(|price| price.usd.output_per_1k)),
                _ => None,
            };
            own.or_else(|| known_price(model, list, rate))
        })
        .collect()
}

fn page(model: &Model, prices: &[Option<Priced<f64>>]) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#} ({})\n", visible(&model.name), visible(&model.alias));
    // A source that all have is shown once.
    let mut sources: Vec<String> = prices.iter().flatten().map(|price| visible(&price.source.to_string())).collect();
    sources.dedup();
    if let [source] = sources.as_slice() {
        text.push_str(&format!("  {source}\n"));
    }
    for ((name, per, _), price) in KINDS.iter().zip(prices) {
        let shown = match price {
            Some(price) if sources.len() > 1 => format!("{} {per} ({})", price.usd, visible(&price.source.to_string())),
            Some(price) => format!("{} {per}", price.usd),
            None => "unknown".to_owned(),
        };
        text.push_str(&format!("  {name:<14} {shown}\n"));
    }
    text
}

fn object(model: &Model, prices: &[Option<Priced<f64>>]) -> Value {
    let of =
        |price: &Option<Priced<f64>>| price.as_ref().map(|price| json!({"usd": price.usd, "source": price.source}));
    let prices = KINDS.iter().zip(prices).map(|((name, _, _), price)| (name.replace(' ', "_"), json!(of(price))));
    json!({"alias": model.alias, "prices": prices.collect::<serde_json::Map<_, _>>()})
}
