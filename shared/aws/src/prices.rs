//! The AWS Price List: what a Region charges for Bedrock.

use aws_config::{Region, SdkConfig};
use aws_sdk_pricing::Client;
use aws_sdk_pricing::types::{Filter, FilterType};

use crate::Failure;

/// Bedrock's own models, and those of Meta and others that are sold as a part of Bedrock.
const SERVICE: &str = "AmazonBedrock";
/// Maximum number of pages, of at most 100 products each (API reference, GetProducts, `MaxResults`). It bounds the calls if
/// the service repeats its token.
const PAGES_MAX: usize = 100;

/// The client of the Price List.
#[derive(Debug, Clone)]
pub struct Prices {
    client: Client,
}

impl Prices {
    /// Create one per process.
    pub fn new(config: &SdkConfig) -> Prices {
        let region = config.region().map_or("us-east-1", |region| endpoint_region(region.as_ref()));
        let config = aws_sdk_pricing::config::Builder::from(config).region(Region::new(region)).build();
        Prices { client: Client::from_conf(config) }
    }

    /// Returns the products of Bedrock in a Region, a JSON document each.
    pub async fn products(&self, region: &str) -> Result<Vec<String>, Failure> {
        let call = "pricing:GetProducts";
        let filter = Filter::builder().r#type(FilterType::TermMatch).field("regionCode").value(region).build();
        let filter = filter.map_err(|error| Failure::new(call, &error))?;
        let (mut products, mut token) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let request =
                self.client.get_products().service_code(SERVICE).filters(filter.clone()).set_next_token(token);
            let page = request.send().await.map_err(|error| Failure::new(call, &error))?;
            products.extend(page.price_list.unwrap_or_default());
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
        Ok(products)
    }
}

/// The Region to ask about the prices of any other one: only three have an endpoint
/// (<https://docs.aws.amazon.com/general/latest/gr/aws-pricing.html>).
fn endpoint_region(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("eu") => "eu-central-1",
        Some("ap") => "ap-south-1",
        _ => "us-east-1",
    }
}

#[cfg(test)]
mod tests {
    use super::endpoint_region;

    #[test]
    fn asks_one_of_the_three_regions_with_an_endpoint() {
        for (region, asked) in [
            ("us-east-1", "us-east-1"),
            ("us-west-2", "us-east-1"),
            ("eu-west-1", "eu-central-1"),
            ("ap-northeast-1", "ap-south-1"),
            ("sa-east-1", "us-east-1"),
        ] {
            assert_eq!(endpoint_region(region), asked, "{region}");
        }
    }
}
