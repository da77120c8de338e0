//! `tunedrop cost`: what AWS billed for a run, beside the estimate.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use tunedrop_aws::{Billed, Costs};
use tunedrop_run::{ActualCost, NotYet, REQUEST_USD, RUN_TAG, Run, Timestamp, billed_period};
use tunedrop_validation::money::{usd, usd_range};
use tunedrop_validation::{Customization, Estimate, estimate};

use crate::format::{BOLD, bracket, counted, visible};
use crate::stack::{StackArgs, block_on, explain};
use crate::{print, print_exactly};

/// Show what AWS billed for a run, beside the estimate
///
/// Asks AWS Cost Explorer for the costs with the tag `tunedrop:run` of the run's job and custom model, up to now: training, the
/// storage of the model, and others. Each request costs 0.01 USD, so it is sent only when there can be an answer: two days
/// after the run ended.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop cost support-bot                 the dataset's newest run
  tunedrop cost support-bot-3fa9 --json

Needs ce:GetCostAndUsage, and `tunedrop:run` as an active cost allocation tag
(Billing and Cost Management, Cost allocation tags).

Exit codes:
  0: shown
  1: it isn't known yet, or nothing was billed with the tag
  2: no such run, a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct CostArgs {
    /// A run's id or the beginning of one, or a dataset for its newest run
    run: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stack: StackArgs,
}

/// What is known of the cost of a run.
struct Known {
    estimate: Option<Estimate>,
    period: (String, String),
    billed: Billed,
    cost: ActualCost,
}

pub(crate) fn cost(args: &CostArgs) -> Result<ExitCode> {
    block_on(async {
        let stack = args.stack.find().await?;
        let run = stack.run(&args.run).await?;
        let period = match billed_period(&run, Timestamp::now()) {
            Ok(period) => period,
            Err(why) => {
                print(&format!("{}: {}\n", visible(&run.run_id), not_yet(&why)))?;
                return Ok(ExitCode::from(1));
            }
        };
        let costs = Costs::new(&stack.configs.bedrock);
        let billed = match costs.by_tag(RUN_TAG, &run.run_id, &period.0, &period.1).await {
            Ok(billed) => billed,
            Err(failure) if failure.is_denied() => bail!(
                "you lack the permission ce:GetCostAndUsage, or the account has no access to Cost Explorer, which its organization's management account grants ({failure})"
            ),
            Err(failure) if failure.cause.contains("DataUnavailable") => {
                bail!("Cost Explorer has no data yet: after it is enabled, it needs about a day ({failure})")
            }
            Err(failure) => return Err(explain(failure)),
        };
        let cost = ActualCost::of(billed.rows.iter().cloned());
        let known = Known { estimate: estimated(&run), period, billed, cost };
        match args.json {
            true => print_exactly(&known.json(&run))?,
            false => print(&known.page(&run.run_id))?,
        }
        Ok(ExitCode::from(u8::from(known.cost.uses.is_empty())))
    })
}

fn not_yet(why: &NotYet) -> String {
    match why {
        NotYet::NoJob => "it had no job, so nothing was billed".to_owned(),
        NotYet::NotEnded => "it hasn't ended; Cost Explorer has its cost two days after that".to_owned(),
        NotYet::TooEarly(at) => {
            let at = at.to_string();
            let minute = at.get(..16).unwrap_or(&at).replace('T', " ");
            format!("Cost Explorer has its cost from {minute} UTC on; nothing was asked")
        }
    }
}

/// The estimate of the run's training; `None` if it can't be estimated.
fn estimated(run: &Run) -> Option<Estimate> {
    let plan = run.plan.as_ref().filter(|plan| plan.customization != Customization::ReinforcementFineTuning)?;
    Some(estimate(plan.tokens?, plan.epochs?, plan.price_per_1k_tokens))
}

impl Known {
    fn page(&self, run_id: &str) -> String {
        let mut text = format!("{BOLD}{}{BOLD:#}\n", visible(run_id));
        let mut row = |name: &str, value: String| text.push_str(&format!("  {name:<11} {value}\n"));
        match &self.estimate {
            Some(estimate) => {
                let price = estimate.cost_usd.map_or("at an unknown price".to_owned(), usd_range);
                row("estimate", format!("{price}, for {} tokens of training", bracket(estimate.billed)));
            }
            None => row("estimate", "none".to_owned()),
        }
        let Known { cost, billed, period: (first, last), .. } = self;
        if cost.uses.is_empty() {
            row("billed", format!("nothing with the tag {RUN_TAG} from {first} to {last}"));
        } else {
            let open = if billed.is_estimated { ", not final" } else { "" };
            row("billed", format!("{} from {first} to {last}{open}", usd(cost.usd)));
            for (name, sum) in by_kind(cost) {
                row("", format!("{name:<22}  {}", usd(sum)));
            }
        }
        let asked = counted(u64::from(billed.requests), "request");
        row("asked", format!("{asked} to Cost Explorer, {}", usd(f64::from(billed.requests) * REQUEST_USD)));
        if cost.uses.is_empty() {
            text.push_str(NOTHING);
        }
        text
    }

    fn json(&self, run: &Run) -> String {
        let Known { estimate, period: (first, last), billed, cost } = self;
        let object = json!({
            "version": 1,
            "run_id": run.run_id,
            "estimated_usd": estimate.and_then(|estimate| estimate.cost_usd).map(|(low, high)| json!({"low": low, "high": high})),
            "billed_usd": (!cost.uses.is_empty()).then_some(cost.usd),
            "uses": cost.uses,
            "from": first,
            "to": last,
            "is_final": !billed.is_estimated,
            "requests": billed.requests,
            "requests_usd": f64::from(billed.requests) * REQUEST_USD,
        });
        format!("{object:#}\n")
    }
}

/// The sums by kind, the largest first. What is of no known kind has AWS's name.
fn by_kind(cost: &ActualCost) -> Vec<(String, f64)> {
    let mut sums: Vec<(String, f64)> = Vec::new();
    for one in &cost.uses {
        let name = if one.kind == "other" { visible(&one.usage_type) } else { one.kind.to_owned() };
        match sums.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += one.usd,
            None => sums.push((name, one.usd)),
        }
    }
    sums.sort_by(|one, other| other.1.total_cmp(&one.1));
    sums
}

/// What may be the reason if nothing is found.
const NOTHING: &str = "
Either nothing was billed, or the costs don't have the tag:
- `tunedrop:run` must be an active cost allocation tag (Billing and Cost
  Management, Cost allocation tags). Costs of before aren't tagged, unless you
  request a backfill there.
- Runs of earlier versions have no such tag.
- AWS doesn't document that the cost of training has the tags of its job.
";

#[cfg(test)]
mod tests {
    use tunedrop_validation::TokenBracket;

    use super::*;

    fn known(rows: &[(&str, f64)]) -> Known {
        let rows: Vec<(String, f64)> = rows.iter().map(|(name, usd)| ((*name).to_owned(), *usd)).collect();
        Known {
            estimate: Some(estimate(TokenBracket { low: 50_000, high: 90_000 }, 2, Some(0.002))),
            period: ("2026-11-20".to_owned(), "2026-12-02".to_owned()),
            cost: ActualCost::of(rows.clone()),
            billed: Billed { rows, is_estimated: true, requests: 1 },
        }
    }

    fn plain(known: &Known) -> String {
        anstream::adapter::strip_str(&known.page("bot-0123456789ab")).to_string()
    }

    #[test]
    fn billed_uses_are_shown_beside_the_estimate() {
        let shown = plain(&known(&[
            ("USE1-NovaLite-Customization-Storage", 0.004),
            ("USE1-NovaLite-Customization-Training", 0.31),
        ]));
        insta::assert_snapshot!("billed", shown);
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    }

    #[test]
    fn costs_without_the_tag_are_explained() {
        let shown = plain(&known(&[]));
        insta::assert_snapshot!("nothing", shown);
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    }
}
