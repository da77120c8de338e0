//! Which custom models Bedrock can deploy for on-demand inference.

/// Base models, by a part of their identifiers, whose custom models can be deployed, and the Regions: user guide, "Deploy a
/// custom model for on-demand inference" (`deploy-custom-model-on-demand.html`), read on 2026-11-27.
const ON_DEMAND: [(&str, &str); 5] = [
    ("nova-micro", "us-east-1"),
    ("nova-lite", "us-east-1"),
    ("nova-pro", "us-east-1"),
    ("nova-2-lite", "us-east-1"),
    ("llama3-3-70b", "us-west-2"),
];

/// The Regions in which custom models of this base model can be deployed; empty if Bedrock only offers provisioned
/// throughput for them. `base_model`: Bedrock's identifier, or a custom model's ARN, which contains that of its base model.
pub fn on_demand_regions(base_model: &str) -> Vec<&'static str> {
    ON_DEMAND.iter().filter(|(model, _)| base_model.contains(model)).map(|(_, region)| *region).collect()
}

/// The short names of the base models whose custom models can be deployed.
pub const ON_DEMAND_ALIASES: &str = "nova-micro, nova-lite, nova-pro, nova-2-lite or llama-3-3-70b";

#[cfg(test)]
mod tests {
    use tunedrop_validation::Catalogue;

    use super::*;

    #[test]
    fn models_are_found_by_identifier_and_by_the_arn_of_a_custom_model() {
        let regions = |alias: &str| on_demand_regions(&Catalogue::embedded().find(alias).expect("a model").identifier);
        for alias in ["nova-micro", "nova-lite", "nova-pro", "nova-2-lite"] {
            assert_eq!(regions(alias), ["us-east-1"], "{alias}");
        }
        assert_eq!(regions("llama-3-3-70b"), ["us-west-2"]);
        assert_eq!(regions("llama-3-1-8b"), [""; 0]);
        let arn = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl";
        assert_eq!(on_demand_regions(arn), ["us-east-1"]);
        for alias in ON_DEMAND_ALIASES.split([',', ' ']).filter(|word| word.contains('-')) {
            assert!(!regions(alias).is_empty(), "{alias}");
        }
    }
}
