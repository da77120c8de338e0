//! The options of `tunedrop evaluate`.

use std::path::PathBuf;

use clap::Args;
use tunedrop_evaluation::{Metric, RECORDS_MAX};

use super::require::{Limit, limit, metric};
use crate::stack::StackArgs;

/// Evaluate a run's custom model: is it better than the base model?
///
/// Asks the model and those that it is compared with the same held-out records, and compares the answers with the reference
/// answers. Shows first what that asks and bills at most, and asks for confirmation. Models that no deployment serves get a
/// temporary one, which is deleted at the end. Without options, the recipe's section `evaluate` applies.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop evaluate support-bot                  against its base model
  tunedrop evaluate support-bot --against base,deployed
  tunedrop evaluate support-bot --data test.jsonl --max-records 500
  tunedrop evaluate support-bot --require rouge_l.min=0.35 --gate --yes
  tunedrop evaluate support-bot --judge nova-pro --judge-metrics Correctness
  tunedrop evaluate support-bot --stop

Requirements have the recipe's keys: min, max and over_base of a metric.
Without one, the model must be better than each other one on the first metric.

Exit codes:
  0: the evaluation has a decision, with --gate: to keep the model;
     with --no-wait or --stop: sent
  1: you declined, the run can't be evaluated, the evaluation failed, was
     refused or stopped; with --gate: the decision isn't to keep the model
  2: a usage error, no such run, or a failed service
  130: Ctrl-C. The evaluation continues")]
pub(crate) struct EvaluateArgs {
    /// A run's id or the beginning of one, a dataset for its newest run, or a
    /// custom model's ARN
    pub(super) run: String,
    /// Held-out file in JSON Lines, in the training file's format [default:
    /// the recipe's, or the validation file]
    #[arg(long, value_name = "FILE")]
    pub(super) data: Option<PathBuf>,
    /// What to compare with: base, deployed for the model that the dataset's
    /// deployment serves, or runs [default: the recipe's, or base]
    #[arg(long, value_name = "SIDE", value_delimiter = ',')]
    pub(super) against: Vec<String>,
    /// Maximum number of records to ask, from 1 to 1,000. The same file gives
    /// the same records [default: the recipe's, or 200]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=RECORDS_MAX as u64))]
    pub(super) max_records: Option<u64>,
    /// Metrics, such as exact_match, token_f1 or rouge_l [default: the
    /// recipe's, or those that fit the reference answers]
    #[arg(long, value_name = "METRIC", value_delimiter = ',', value_parser = metric)]
    pub(super) metrics: Vec<Metric>,
    /// Require something of a metric, such as rouge_l.min=0.35 or
    /// rouge_l.over_base=0.02 [default: the recipe's]
    #[arg(long, value_name = "METRIC.LIMIT=N", value_delimiter = ',', value_parser = limit)]
    pub(super) require: Vec<Limit>,
    /// Model that scores the answers, such as nova-pro [default: the recipe's,
    /// or none]
    #[arg(long, value_name = "MODEL", requires = "judge_metrics")]
    pub(super) judge: Option<String>,
    /// What the judge scores, such as Correctness or Helpfulness
    #[arg(long, value_name = "METRIC", value_delimiter = ',', value_parser = metric, requires = "judge")]
    pub(super) judge_metrics: Vec<Metric>,
    /// Exit with 1 unless the decision is to keep the model
    #[arg(long)]
    pub(super) gate: bool,
    /// Don't wait for the result
    #[arg(long, conflicts_with = "gate")]
    pub(super) no_wait: bool,
    /// Don't ask for confirmation
    #[arg(long, short)]
    pub(super) yes: bool,
    /// Stop the evaluation that is in progress
    #[arg(long, conflicts_with_all = ["data", "against", "max_records", "metrics", "require", "judge", "gate", "no_wait"])]
    pub(super) stop: bool,
    /// Print the result as JSON, and everything else to standard error
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) stack: StackArgs,
}

impl EvaluateArgs {
    /// An evaluation of a run with the recipe's settings and the defaults.
    pub(super) fn of(run_id: &str) -> EvaluateArgs {
        EvaluateArgs {
            run: run_id.to_owned(),
            data: None,
            against: Vec::new(),
            max_records: None,
            metrics: Vec::new(),
            require: Vec::new(),
            judge: None,
            judge_metrics: Vec::new(),
            gate: false,
            no_wait: true,
            yes: true,
            stop: false,
            json: false,
            stack: StackArgs::default(),
        }
    }
}
