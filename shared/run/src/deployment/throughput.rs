//! Which custom models can have provisioned throughput.

use tunedrop_validation::Catalogue;

/// Base models, by a part of their identifiers, that can have provisioned throughput, themselves or customized, and the
/// Region: user guide, "Supported Region and models for Provisioned Throughput" (`prov-thru-supported.html`), read on
/// 2026-11-30, of those in the catalogue. Custom models support purchases without a commitment (API reference,
/// CreateProvisionedModelThroughput).
const PROVISIONED: [(&str, &str); 12] = [
    ("nova-micro", "us-east-1"),
    ("nova-lite", "us-east-1"),
    ("nova-pro", "us-east-1"),
    ("nova-2-lite", "us-east-1"),
    ("nova-canvas", "us-east-1"),
    ("claude-3-haiku-20240307", "us-west-2"),
    ("llama3-1-8b", "us-west-2"),
    ("llama3-1-70b", "us-west-2"),
    ("llama3-2-1b", "us-west-2"),
    ("llama3-2-3b", "us-west-2"),
    ("llama3-2-11b", "us-west-2"),
    ("llama3-2-90b", "us-west-2"),
];

/// Whether custom models of a base model can have provisioned throughput.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThroughputSupport {
    /// In this Region. A custom model is in the Region that it was trained in, and none of these models can be trained in
    /// two.
    Region(&'static str),
    /// AWS's page doesn't list it.
    Nowhere,
    /// The built-in catalogue doesn't have the model, so the page wasn't compared with it.
    Unknown,
}

/// Whether custom models of this base model can have provisioned throughput. `base_model`: Bedrock's identifier, or a custom
/// model's ARN, which contains that of its base model.
pub fn throughput_support(base_model: &str) -> ThroughputSupport {
    if let Some((_, region)) = PROVISIONED.iter().find(|(model, _)| base_model.contains(model)) {
        return ThroughputSupport::Region(region);
    }
    let is_known = |identifier: &str| {
        let short = identifier.rsplit_once(':').filter(|(_, length)| length.ends_with('k'));
        base_model.contains(short.map_or(identifier, |(short, _)| short))
    };
    match Catalogue::embedded().models().iter().any(|model| is_known(&model.identifier)) {
        true => ThroughputSupport::Nowhere,
        false => ThroughputSupport::Unknown,
    }
}

impl ThroughputSupport {
    /// Why a custom model in `region` can't have provisioned throughput; `None` if it can, or if that isn't known. `base`:
    /// the base model, as people know it. An unknown `region` isn't compared.
    pub fn fault(self, base: &str, region: Option<&str>) -> Option<String> {
        match self {
            ThroughputSupport::Nowhere => {
                Some(format!("Bedrock has no provisioned throughput for custom models of {base}"))
            }
            ThroughputSupport::Region(there) => region.filter(|region| *region != there).map(|region| {
                format!(
                    "Bedrock has provisioned throughput for custom models of {base} in {there} only, and this stack is in {region}"
                )
            }),
            ThroughputSupport::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_by_identifier_and_by_the_arn_of_a_custom_model() {
        let support = |alias: &str| throughput_support(&Catalogue::embedded().find(alias).expect("a model").identifier);
        for alias in ["nova-micro", "nova-lite", "nova-pro", "nova-2-lite", "nova-canvas"] {
            assert_eq!(support(alias), ThroughputSupport::Region("us-east-1"), "{alias}");
        }
        for alias in ["claude-3-haiku", "llama-3-1-8b", "llama-3-2-1b", "llama-3-2-11b", "llama-3-2-90b"] {
            assert_eq!(support(alias), ThroughputSupport::Region("us-west-2"), "{alias}");
        }
        for alias in ["llama-3-3-70b", "titan-text-express"] {
            assert_eq!(support(alias), ThroughputSupport::Nowhere, "{alias}");
        }
        let arn = |base: &str| format!("arn:aws:bedrock:us-east-1:111122223333:custom-model/{base}/abcdefghijkl");
        assert_eq!(throughput_support(&arn("amazon.nova-lite-v1:0:300k")), ThroughputSupport::Region("us-east-1"));
        assert_eq!(throughput_support(&arn("meta.llama3-3-70b-instruct-v1:0:128k")), ThroughputSupport::Nowhere);
        assert_eq!(throughput_support("amazon.nova-3-lite-v1:0:1m"), ThroughputSupport::Unknown);
    }

    #[test]
    fn every_region_is_one_that_the_model_is_trained_in() {
        for model in Catalogue::embedded().models() {
            if let ThroughputSupport::Region(region) = throughput_support(&model.identifier) {
                assert_eq!(model.regions, [region], "{}", model.alias);
            }
        }
    }

    #[test]
    fn a_fault_names_the_region() {
        let lite = ThroughputSupport::Region("us-east-1");
        assert_eq!((lite.fault("Nova Lite", None), lite.fault("Nova Lite", Some("us-east-1"))), (None, None));
        let elsewhere = lite.fault("Nova Lite", Some("us-west-2")).expect("a fault");
        assert!(elsewhere.contains("in us-east-1 only, and this stack is in us-west-2"), "{elsewhere}");
        assert!(ThroughputSupport::Nowhere.fault("Llama", None).is_some());
        assert_eq!(ThroughputSupport::Unknown.fault("New", Some("us-east-1")), None);
    }
}
