//! The API model's constraints on the values of `CreateModelCustomizationJob`.

use super::broken::{Broken, few_tags};
use super::errors::Refusal;
use super::patterns;
use super::request::CreateRequest;

impl CreateRequest {
    /// Checks every value against the API model, and reports all violations at once, as AWS does.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let mut broken = Broken::default();
        broken.text("jobName", self.job_name.as_deref(), true, patterns::job_name);
        broken.text("customModelName", self.custom_model_name.as_deref(), true, patterns::model_name);
        broken.text("roleArn", self.role_arn.as_deref(), true, patterns::role_arn);
        broken.text("clientRequestToken", self.client_request_token.as_deref(), false, patterns::token);
        broken.text("customModelKmsKeyId", self.custom_model_kms_key_id.as_deref(), false, patterns::kms_key);
        let identifier = |text: &str| (1..=2048).contains(&text.len()) && !text.contains(char::is_whitespace);
        broken.text("baseModelIdentifier", self.base_model_identifier.as_deref(), true, identifier);
        broken.text("customizationType", self.customization_type.as_deref(), false, |kind| KINDS.contains(&kind));
        self.check_places(&mut broken);
        for (at, tags) in [("jobTags", &self.job_tags), ("customModelTags", &self.custom_model_tags)] {
            broken.tags(at, tags.as_deref().unwrap_or_default());
        }
        if let Some(vpc) = &self.vpc_config {
            for (at, ids, most) in [
                ("vpcConfig.subnetIds", &vpc.subnet_ids, 16),
                ("vpcConfig.securityGroupIds", &vpc.security_group_ids, 5),
            ] {
                let ids = ids.as_deref().unwrap_or_default();
                let fits = (1..=most).contains(&ids.len()) && ids.iter().all(|id| patterns::network_id(id));
                broken.unless(fits, at, "Member must name between 1 and the most allowed ids, each [-0-9a-zA-Z]+");
            }
        }
        broken.result()?;
        for tags in [&self.job_tags, &self.custom_model_tags].into_iter().flatten() {
            few_tags(tags)?;
        }
        Ok(())
    }

    fn check_places(&self, broken: &mut Broken) {
        broken.unless(self.training_data_config.is_some(), "trainingDataConfig", "Member must not be null");
        broken.unless(self.output_data_config.is_some(), "outputDataConfig", "Member must not be null");
        broken.text("trainingDataConfig.s3Uri", self.training_uri(), false, patterns::s3_uri);
        if let Some(place) = &self.output_data_config {
            broken.text("outputDataConfig.s3Uri", place.s3_uri.as_deref(), true, patterns::s3_uri);
        }
        if let Some(config) = &self.validation_data_config {
            broken.unless(
                config.validators.len() <= 10,
                "validationDataConfig.validators",
                "Member must have length less than or equal to 10",
            );
            for place in &config.validators {
                broken.text(
                    "validationDataConfig.validators.member.s3Uri",
                    place.s3_uri.as_deref(),
                    true,
                    patterns::s3_uri,
                );
            }
        }
        let Some(logs) = self.training_data_config.as_ref().and_then(|data| data.invocation_logs_config.as_ref())
        else {
            return;
        };
        let source = logs.invocation_log_source.as_ref().and_then(|place| place.s3_uri.as_deref());
        broken.text(
            "trainingDataConfig.invocationLogsConfig.invocationLogSource.s3Uri",
            source,
            true,
            patterns::s3_uri,
        );
        if let Some(filters) = &logs.request_metadata_filters {
            let at = "trainingDataConfig.invocationLogsConfig.requestMetadataFilters";
            broken.unless(
                filters_fit(filters),
                at,
                "Member must hold one of equals, notEquals (one entry) and andAll, orAll (1 to 16)",
            );
        }
    }
}

/// The values of `customizationType`. `IMPORTED` is in the enum, but isn't a type of training.
const KINDS: [&str; 5] =
    ["FINE_TUNING", "CONTINUED_PRE_TRAINING", "DISTILLATION", "REINFORCEMENT_FINE_TUNING", "IMPORTED"];

/// Whether the filters are valid: `equals` and `notEquals` have one entry, `andAll` and `orAll` one to sixteen filters.
fn filters_fit(filters: &serde_json::Value) -> bool {
    let Some((name, value)) = filters.as_object().filter(|map| map.len() == 1).and_then(|map| map.iter().next()) else {
        return false;
    };
    match name.as_str() {
        "equals" | "notEquals" => value.as_object().is_some_and(|entries| {
            entries.len() == 1
                && entries
                    .iter()
                    .all(|(key, value)| key.len() <= 256 && value.as_str().is_some_and(|value| value.len() <= 256))
        }),
        "andAll" | "orAll" => value.as_array().is_some_and(|all| {
            (1..=16).contains(&all.len())
                && all
                    .iter()
                    .all(|one| (one.get("equals").is_some() || one.get("notEquals").is_some()) && filters_fit(one))
        }),
        _ => false,
    }
}
