//! A custom model's ARN: whose it is, and which base model it was trained from.
//!
//! API reference, CreateModelCustomizationJob, `baseModelIdentifier`:
//! `arn:aws(-[^:]+)?:bedrock:<region>:<account>:custom-model/<provider>.<model>[:…[:…]]/[a-z0-9]{12}`.

use tunedrop_validation::{Catalogue, Model};

/// The parts of the ARN of a model that CreateModelCustomizationJob made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CustomModelArn<'a> {
    /// The Region it is in.
    pub(crate) region: &'a str,
    /// The account that owns it.
    pub(crate) account: &'a str,
    /// Bedrock's identifier of the foundation model that it was trained from.
    pub(crate) base: &'a str,
}

/// Why an ARN can't be the base model of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArnFault {
    /// An imported model: nothing in the ARN says what it is, and Bedrock doesn't customize it.
    Imported,
    /// Something else, or not in the form that the API takes.
    NotACustomModel,
}

/// Whether `name` is an ARN of anything but a foundation model.
pub(crate) fn is_custom(name: &str) -> bool {
    name.starts_with("arn:") && !name.contains("::foundation-model/")
}

impl<'a> CustomModelArn<'a> {
    /// Reads an ARN in the form that the API takes.
    pub(crate) fn parse(arn: &'a str) -> Result<CustomModelArn<'a>, ArnFault> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [head, partition, service, region, account, resource] = parts[..] else {
            return Err(ArnFault::NotACustomModel);
        };
        if resource.starts_with("imported-model/") || resource.starts_with("custom-model/imported/") {
            return Err(ArnFault::Imported);
        }
        let word = |text: &str| {
            (1..=63).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        let partition = partition == "aws" || partition.strip_prefix("aws-").is_some_and(|rest| !rest.is_empty());
        let account_is_id = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let path = resource.strip_prefix("custom-model/").and_then(|path| path.split_once('/'));
        let Some((base, id)) = path.filter(|_| {
            head == "arn" && partition && service == "bedrock" && word(region) && region.len() <= 20 && account_is_id
        }) else {
            return Err(ArnFault::NotACustomModel);
        };
        let id_is_one = id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let mut versions = base.split(':');
        let name: Vec<&str> = versions.next().unwrap_or_default().split('.').collect();
        let name_is_one = (2..=3).contains(&name.len()) && name.into_iter().all(word);
        let versions: Vec<&str> = versions.collect();
        if id_is_one && name_is_one && versions.len() <= 2 && versions.into_iter().all(word) {
            Ok(CustomModelArn { region, account, base })
        } else {
            Err(ArnFault::NotACustomModel)
        }
    }

    /// The catalogue's entry of the model that it was trained from.
    pub(crate) fn model<'c>(&self, catalogue: &'c Catalogue) -> Option<&'c Model> {
        catalogue.find(self.base).filter(|model| model.identifier == self.base || model.invoked_as() == self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whose_a_model_is_and_what_it_was_trained_from() {
        let arn = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-pro-v1:0:300k/abcdefghijkl";
        let read = CustomModelArn::parse(arn).expect("a custom model");
        assert_eq!((read.region, read.account, read.base), ("us-east-1", "111122223333", "amazon.nova-pro-v1:0:300k"));
        let alias = |arn: &str| {
            let model = CustomModelArn::parse(arn).ok()?.model(Catalogue::embedded())?;
            Some(model.alias.clone())
        };
        assert_eq!(alias(arn).as_deref(), Some("nova-pro"));
        for (base, is) in [
            ("amazon.nova-pro-v1:0", Some("nova-pro")),
            ("amazon.nova-lite-v1:0:300k", Some("nova-lite")),
            ("meta.llama3-1-8b-instruct-v1:0:128k", Some("llama-3-1-8b")),
            ("amazon.nova-nine-v1:0", None),
        ] {
            let arn = format!("arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:custom-model/{base}/abcdefghijk0");
            assert_eq!(alias(&arn).as_deref(), is, "{base}");
        }
    }

    #[test]
    fn rejects_what_the_api_does_not_take_as_a_base_model() {
        use ArnFault::{Imported, NotACustomModel};
        for (arn, fault) in [
            ("arn:aws:bedrock:us-east-1:111122223333:imported-model/abcdefghijkl", Imported),
            ("arn:aws:bedrock:us-east-1:111122223333:custom-model/imported/abcdefghijkl", Imported),
            ("arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abcdefghijkl", NotACustomModel),
            ("arn:aws:bedrock:us-east-1:111122223333:custom-model-deployment/abcdefghijkl", NotACustomModel),
            ("arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-pro-v1:0:300k", NotACustomModel),
            ("arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-pro-v1:0:300k/a/b", NotACustomModel),
            (
                "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-pro-v1:0:300k/ABCDEFGHIJKL",
                NotACustomModel,
            ),
            ("arn:aws:bedrock:us-east-1:111122223333:custom-model/nova-pro/abcdefghijkl", NotACustomModel),
            ("arn:aws:bedrock:us-east-1:1111:custom-model/amazon.nova-pro-v1:0:300k/abcdefghijkl", NotACustomModel),
            (
                "arn:aws:sagemaker:us-east-1:111122223333:custom-model/amazon.nova-pro-v1:0:300k/abcdefghijkl",
                NotACustomModel,
            ),
            ("arn:aws:bedrock:us-east-1:111122223333:custom-model/*", NotACustomModel),
            ("arn:", NotACustomModel),
        ] {
            assert_eq!(CustomModelArn::parse(arn), Err(fault), "{arn}");
            assert!(is_custom(arn), "{arn}");
        }
        assert!(
            !is_custom("nova-pro") && !is_custom("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0")
        );
    }
}
