//! The ARN of a custom model: its owner, and the base model that it was trained from.
//!
//! API reference, CreateModelCustomizationJob, `baseModelIdentifier`:
//! `arn:aws(-[^:]+)?:bedrock:<region>:<account>:custom-model/<provider>.<model>[:…[:…]]/[a-z0-9]{12}`.

use tunedrop_validation::{Catalogue, Model};

/// The parts of the ARN of a model that a customization job created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CustomModelArn<'a> {
    /// The model's Region.
    pub(crate) region: &'a str,
    /// The account that owns it.
    pub(crate) account: &'a str,
    /// Bedrock's identifier of the foundation model that it was trained from.
    pub(crate) base: &'a str,
}

/// Why an ARN can't be the base model of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArnFault {
    /// An imported model: its ARN doesn't name a base model, and Bedrock can't customize it.
    Imported,
    /// Another kind of ARN, or one in an invalid form: completes "expected the ARN of a custom model".
    NotACustomModel(&'static str),
}

/// The form of a custom model's ARN, for people.
const FORM: &str = "arn:aws:bedrock:<region>:<account>:custom-model/<base model>/<12 characters>";

/// What is wrong with the ARN of a custom model, and what to write instead; `None` for one that is right, and for what
/// isn't an ARN.
pub fn custom_model_fault(name: &str) -> Option<(String, String)> {
    CustomModelArn::fault(name).filter(|_| is_custom(name))
}

/// Whether `name` is an ARN of anything but a foundation model.
pub(crate) fn is_custom(name: &str) -> bool {
    name.starts_with("arn:") && !name.contains("::foundation-model/")
}

impl<'a> CustomModelArn<'a> {
    /// Parses an ARN in the form that the API accepts.
    pub(crate) fn parse(arn: &'a str) -> Result<CustomModelArn<'a>, ArnFault> {
        use ArnFault::{Imported, NotACustomModel};
        let fault = |is_wrong: bool, what| if is_wrong { Err(NotACustomModel(what)) } else { Ok(()) };
        let is_foundation = arn.contains("foundation-model/");
        fault(is_foundation, ", found that of a foundation model in a form that Bedrock doesn't accept")?;
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, partition, service, region, account, resource] = parts[..] else {
            return Err(NotACustomModel("; it has fewer than six parts"));
        };
        if resource.starts_with("imported-model/") || resource.starts_with("custom-model/imported/") {
            return Err(Imported);
        }
        fault(arn.chars().any(|c| c.is_whitespace() || c.is_control()), "; it has white space in it")?;
        let is_partition = partition == "aws" || partition.strip_prefix("aws-").is_some_and(|rest| !rest.is_empty());
        fault(!is_partition, "; its second part, the partition, must be `aws` or begin with `aws-`")?;
        fault(service != "bedrock", "; its third part, the service, must be `bedrock`")?;
        fault(!is_word(region) || region.len() > 20, "; its fourth part must be a Region such as us-east-1")?;
        let account_is_id = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        fault(!account_is_id, "; its fifth part, the account, must have 12 digits")?;
        let Some(path) = resource.strip_prefix("custom-model/") else {
            return Err(NotACustomModel(other_resource(resource)));
        };
        let (base, id) = path.split_once('/').ok_or(NotACustomModel("; the model's ID is missing at its end"))?;
        let mut versions = base.split(':');
        let name: Vec<&str> = versions.next().unwrap_or_default().split('.').collect();
        let is_name = (2..=3).contains(&name.len()) && name.into_iter().all(is_word);
        let versions: Vec<&str> = versions.collect();
        let is_base = is_name && versions.len() <= 2 && versions.into_iter().all(is_word);
        fault(
            !is_base,
            "; behind `custom-model/`, the base model must have Bedrock's identifier, such as amazon.nova-lite-v1:0:300k",
        )?;
        let is_id = id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        fault(!is_id, "; the model's ID at its end must have 12 lowercase letters and digits")?;
        Ok(CustomModelArn { region, account, base })
    }

    /// What is wrong with an ARN, and what to write instead.
    pub(crate) fn fault(arn: &str) -> Option<(String, String)> {
        match CustomModelArn::parse(arn).err()? {
            ArnFault::Imported => Some((
                "Bedrock doesn't customize imported models".to_owned(),
                "choose a model that a customization job created, or a base model such as nova-lite".to_owned(),
            )),
            ArnFault::NotACustomModel(what) if what.ends_with("accept") => Some((
                format!("expected the ARN of a custom model{what}"),
                "write an alias such as nova-lite, or arn:aws:bedrock:<region>::foundation-model/<identifier>"
                    .to_owned(),
            )),
            ArnFault::NotACustomModel(what) => Some((
                format!("expected the ARN of a custom model{what}"),
                format!("write it as {FORM}, as `tunedrop show` prints it"),
            )),
        }
    }

    /// Returns the catalogue's entry of the model that it was trained from.
    pub(crate) fn model<'c>(&self, catalogue: &'c Catalogue) -> Option<&'c Model> {
        catalogue.find(self.base).filter(|model| model.identifier == self.base || model.invoked_as() == self.base)
    }
}

fn is_word(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// What an ARN of Bedrock's is of, if it isn't a custom model's.
fn other_resource(resource: &str) -> &'static str {
    let kinds = [
        ("custom-model-deployment", ", found that of a deployment"),
        ("provisioned-model", ", found that of Provisioned Throughput"),
        ("model-customization-job", ", found that of the job that created it"),
        ("inference-profile", ", found that of an inference profile"),
        ("application-inference-profile", ", found that of an inference profile"),
    ];
    let is = |kind: &str| resource.strip_prefix(kind).is_some_and(|rest| rest.starts_with('/'));
    let found = kinds.into_iter().find(|(kind, _)| is(kind));
    found.map_or("; its sixth part must begin with `custom-model/`", |(_, what)| what)
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
    fn says_which_part_of_an_arn_the_api_does_not_take() {
        let arn = |rest: &str| format!("arn:aws:bedrock:us-east-1:111122223333:{rest}");
        let pro = "custom-model/amazon.nova-pro-v1:0:300k";
        for (arn, says) in [
            (arn("imported-model/abcdefghijkl"), "doesn't customize imported models"),
            (arn("custom-model/imported/abcdefghijkl"), "doesn't customize imported models"),
            (arn("provisioned-model/abcdefghijkl"), "found that of Provisioned Throughput"),
            (arn("custom-model-deployment/abcdefghijkl"), "found that of a deployment"),
            (arn("model-customization-job/amazon.nova-pro-v1:0:300k/abcdefghijkl"), "found that of the job"),
            (arn("inference-profile/us.amazon.nova-pro-v1:0"), "found that of an inference profile"),
            (arn("foundation-model/amazon.nova-pro-v1:0"), "found that of a foundation model"),
            (
                "arn:aws:bedrock:us-east-1:foundation-model/amazon.nova-pro-v1:0".to_owned(),
                "that of a foundation model",
            ),
            (arn(pro), "the model's ID is missing"),
            (arn(&format!("{pro}/a/b")), "the model's ID at its end"),
            (arn(&format!("{pro}/ABCDEFGHIJKL")), "12 lowercase letters and digits"),
            (arn(&format!("{pro}/abcdefghijk")), "12 lowercase letters and digits"),
            (arn("custom-model/nova-pro/abcdefghijkl"), "the base model must have Bedrock's identifier"),
            (arn("custom-model/*"), "the model's ID is missing"),
            (arn("model/abcdefghijkl"), "must begin with `custom-model/`"),
            (format!("arn:aws:bedrock:us-east-1:1111:{pro}/abcdefghijkl"), "the account, must have 12 digits"),
            (format!("arn:aws:bedrock::111122223333:{pro}/abcdefghijkl"), "its fourth part must be a Region"),
            (format!("arn:aws:bedrock:US East:111122223333:{pro}/abcdefghijkl"), "white space"),
            (format!("arn:aws:sagemaker:us-east-1:111122223333:{pro}/abcdefghijkl"), "the service, must be `bedrock`"),
            (format!("arn:amazon:bedrock:us-east-1:111122223333:{pro}/abcdefghijkl"), "the partition, must be `aws`"),
            ("arn:aws:bedrock:us-east-1".to_owned(), "fewer than six parts"),
            ("arn:".to_owned(), "fewer than six parts"),
        ] {
            let (message, help) = custom_model_fault(&arn).expect("a fault");
            assert!(message.contains(says) && !help.is_empty(), "{arn}: {message}");
            assert!(CustomModelArn::parse(&arn).is_err() && is_custom(&arn), "{arn}");
        }
        assert!(
            !is_custom("nova-pro") && !is_custom("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0")
        );
    }
}
