//! By which id a base model is asked.

/// The id to ask a base model by. `base_model`: the id that jobs take, which may end in the length of the context, such as
/// `:300k`; or the ARN of a custom model, which has that id in it.
pub fn invocable(base_model: &str) -> &str {
    let id = base_model.split('/').nth(1).unwrap_or(base_model);
    match id.match_indices(':').nth(1) {
        Some((end, _)) => &id[..end],
        None => id,
    }
}

/// The inference profile of a base model in the Region's geography. The id of a system-defined profile is the model's, with
/// a geography in front (user guide, "Supported Regions and models for inference profiles"). `None`: there is none, or
/// `model` is a profile already.
pub fn profile(model: &str, region: &str) -> Option<String> {
    let geography = match region.split('-').next()? {
        "us" => "us",
        "eu" => "eu",
        "ap" => "apac",
        _ => return None,
    };
    let is_profile = model.strip_prefix(geography).is_some_and(|rest| rest.starts_with('.'));
    (!model.starts_with("arn:") && !is_profile).then(|| format!("{geography}.{model}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_models_are_asked_by_the_id_without_the_context_length() {
        for (base_model, expected) in [
            ("amazon.nova-lite-v1:0:300k", "amazon.nova-lite-v1:0"),
            ("amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"),
            ("meta.llama3-3-70b-instruct-v1:0:128k", "meta.llama3-3-70b-instruct-v1:0"),
            (
                "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl",
                "amazon.nova-lite-v1:0",
            ),
        ] {
            assert_eq!(invocable(base_model), expected);
        }
    }

    #[test]
    fn profile_has_the_geography_of_the_region() {
        let nova = "amazon.nova-2-lite-v1:0";
        assert_eq!(profile(nova, "us-east-1").as_deref(), Some("us.amazon.nova-2-lite-v1:0"));
        assert_eq!(profile(nova, "ap-southeast-2").as_deref(), Some("apac.amazon.nova-2-lite-v1:0"));
        assert_eq!(profile("us.amazon.nova-2-lite-v1:0", "us-east-1"), None);
        assert_eq!(profile("arn:aws:bedrock:us-east-1::foundation-model/a", "us-east-1"), None);
        assert_eq!(profile(nova, "sa-east-1"), None);
    }
}
