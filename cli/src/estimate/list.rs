//! The AWS Price List, for an estimate that asks for it.

use clap::Args;
use tunedrop_run::PriceList;

/// Whether to read the Price List, and how.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ListArgs {
    /// Read prices from the AWS Price List now (needs pricing:GetProducts)
    #[arg(long)]
    price_list: bool,
    /// Profile of the AWS CLI, for --price-list
    #[arg(long, value_name = "NAME", requires = "price_list")]
    profile: Option<String>,
    /// AWS Region whose prices are read [default: AWS_REGION, or the profile's]
    #[arg(long, value_name = "REGION", requires = "price_list")]
    region: Option<String>,
    /// Read the local stack's price list
    #[arg(long, conflicts_with_all = ["profile", "region"], requires = "price_list")]
    local: bool,
}

impl ListArgs {
    /// Returns the Price List, if it is asked for and within reach.
    #[cfg(feature = "aws")]
    pub(super) fn read(&self) -> anyhow::Result<Option<PriceList>> {
        if !self.price_list {
            return Ok(None);
        }
        let (profile, region, local) = (self.profile.clone(), self.region.clone(), self.local);
        crate::prices::read(crate::stack::StackArgs { stack: None, profile, region, local }).map(|(_, list)| list)
    }

    /// Without AWS there is no list.
    #[cfg(not(feature = "aws"))]
    pub(super) fn read(&self) -> anyhow::Result<Option<PriceList>> {
        Ok(None)
    }
}
