//! What an estimate asks AWS for: the AWS Price List, Bedrock's count of sampled records, what a stack remembers.

use clap::Args;
use tunedrop_run::PriceList;

use super::basis::Basis;
use crate::catalogue::Rules;
use crate::location::Location;
#[cfg(feature = "aws")]
use crate::stack::StackArgs;

/// The group of the options without which those of the account mean nothing.
pub(super) const ASKS: &str = "asks_aws";

/// What to ask AWS for, and how.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ListArgs {
    /// Read prices from the AWS Price List now (needs pricing:GetProducts)
    #[arg(long, group = ASKS)]
    price_list: bool,
    /// Let the base model count N sampled records, which is billed
    #[arg(long, value_name = "N", group = ASKS, value_parser = clap::value_parser!(u64).range(5..=1_000))]
    sample: Option<u64>,
    /// Use what the stack remembers of earlier samples
    #[arg(long, group = ASKS, conflicts_with = "sample")]
    learned: bool,
    /// The stack that remembers samples [default: as for other commands]
    #[arg(long, value_name = "NAME", requires = ASKS)]
    stack: Option<String>,
    /// Profile of the AWS CLI, for these three
    #[arg(long, value_name = "NAME", requires = ASKS)]
    profile: Option<String>,
    /// AWS Region that is asked [default: AWS_REGION, or the profile's]
    #[arg(long, value_name = "REGION", requires = ASKS)]
    region: Option<String>,
    /// Ask the local stack
    #[arg(long, conflicts_with_all = ["profile", "region"], requires = ASKS)]
    local: bool,
}

#[cfg(feature = "aws")]
impl ListArgs {
    /// Of a command that has a stack: uses what it remembers.
    pub(crate) fn learned_by(stack: &StackArgs) -> ListArgs {
        let StackArgs { stack, profile, region, local } = stack.clone();
        ListArgs { learned: true, stack, profile, region, local, ..ListArgs::default() }
    }

    fn access(&self) -> StackArgs {
        let of_environment = || std::env::var("TUNEDROP_STACK").ok().filter(|name| !name.is_empty());
        let stack = self.stack.clone().or_else(of_environment);
        StackArgs { stack, profile: self.profile.clone(), region: self.region.clone(), local: self.local }
    }

    /// Returns the Price List, if it is asked for and within reach.
    pub(super) fn read(&self) -> anyhow::Result<Option<PriceList>> {
        if !self.price_list {
            return Ok(None);
        }
        crate::prices::read(self.access()).map(|(_, list)| list)
    }

    /// Returns what the number of tokens of a training file rests on.
    pub(super) fn basis(
        &self,
        file: Option<&Location>,
        rules: Rules,
        list: Option<&PriceList>,
    ) -> anyhow::Result<Basis> {
        let model = rules.model.invoked_as();
        if let (Some(most), Some(file)) = (self.sample, file) {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            return super::sample::sample(file, rules, most, list, &self.access());
        }
        Ok(if self.learned { super::sample::learned(&self.access(), model) } else { Basis::Characters })
    }
}

/// Without AWS there is nothing to ask.
#[cfg(not(feature = "aws"))]
impl ListArgs {
    pub(super) fn read(&self) -> anyhow::Result<Option<PriceList>> {
        Ok(None)
    }

    pub(super) fn basis(&self, _: Option<&Location>, _: Rules, _: Option<&PriceList>) -> anyhow::Result<Basis> {
        Ok(Basis::Characters)
    }
}
