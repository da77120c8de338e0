//! The lengths and patterns of the API model, copied from Bedrock's service model of 2023-04-20 in botocore
//! (`botocore/data/bedrock/2023-04-20/service-2.json.gz`, version 1.43.127).

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use regex_lite::Regex;

/// The model's `JobName`.
pub(super) fn job_name(text: &str) -> bool {
    static JOB_NAME: LazyLock<Regex> = LazyLock::new(|| whole(r"[a-zA-Z0-9](-*[a-zA-Z0-9\+\-\.])*"));
    fits(text, 1..=63, &JOB_NAME)
}

/// The model's `CustomModelName`: unlike a job's name, it may contain underscores, but no dots.
pub(super) fn model_name(text: &str) -> bool {
    static MODEL_NAME: LazyLock<Regex> = LazyLock::new(|| whole("([0-9a-zA-Z][_-]?){1,63}"));
    fits(text, 1..=63, &MODEL_NAME)
}

/// The model's `IdempotencyToken`.
pub(super) fn token(text: &str) -> bool {
    static TOKEN: LazyLock<Regex> = LazyLock::new(|| whole("[a-zA-Z0-9]([-a-zA-Z0-9]{0,254}[a-zA-Z0-9])?"));
    fits(text, 1..=256, &TOKEN)
}

/// The model's `RoleArn`.
pub(super) fn role_arn(text: &str) -> bool {
    static ROLE_ARN: LazyLock<Regex> = LazyLock::new(|| whole("arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+"));
    fits(text, 0..=2048, &ROLE_ARN)
}

/// The model's `S3Uri`.
pub(super) fn s3_uri(text: &str) -> bool {
    static S3_URI: LazyLock<Regex> = LazyLock::new(|| {
        whole("s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](?:/[-!_*'().a-z0-9A-Z]+(?:/[-!_*'().a-z0-9A-Z]+)*)?/?")
    });
    fits(text, 1..=1024, &S3_URI)
}

/// The model's `KmsKeyId`: a key's ARN, an alias's ARN, a key's id or an alias.
pub(super) fn kms_key(text: &str) -> bool {
    static KMS_KEY: LazyLock<Regex> = LazyLock::new(|| {
        whole(concat!(
            "(arn:aws(-[^:]+)?:kms:[a-zA-Z0-9-]*:[0-9]{12}:((key/[a-zA-Z0-9-]{36})|(alias/[a-zA-Z0-9-_/]+)))",
            "|([a-zA-Z0-9-]{36})|(alias/[a-zA-Z0-9-_/]+)"
        ))
    });
    fits(text, 1..=2048, &KMS_KEY)
}

/// The model's `LambdaArn`.
pub(super) fn lambda_arn(text: &str) -> bool {
    static LAMBDA_ARN: LazyLock<Regex> = LazyLock::new(|| {
        whole(concat!(
            r"arn:(aws[a-zA-Z-]*)?:lambda:[a-z]{2}(-gov)?-[a-z]+-\d{1}:\d{12}",
            r":function:[a-zA-Z0-9-_\.]+(:(\$LATEST|[a-zA-Z0-9-_]+))?"
        ))
    });
    fits(text, 1..=512, &LAMBDA_ARN)
}

/// The model's `TagKey` (1 to 128) and `TagValue` (0 to 256).
pub(super) fn tag(text: &str, least: usize, most: usize) -> bool {
    static TAG: LazyLock<Regex> = LazyLock::new(|| whole(r"[a-zA-Z0-9\s._:/=+@-]*"));
    fits(text, least..=most, &TAG)
}

/// The model's `SubnetId` and `SecurityGroupId`.
pub(super) fn network_id(text: &str) -> bool {
    static NETWORK_ID: LazyLock<Regex> = LazyLock::new(|| whole("[-0-9a-zA-Z]+"));
    fits(text, 0..=32, &NETWORK_ID)
}

/// The model's `CustomModelArn`.
pub(super) fn custom_model_arn(text: &str) -> bool {
    static CUSTOM_MODEL_ARN: LazyLock<Regex> = LazyLock::new(|| {
        whole(concat!(
            "arn:aws(|-us-gov|-cn|-iso|-iso-b):bedrock:[a-z0-9-]{1,20}:[0-9]{12}:custom-model/(imported",
            "|[a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([a-z0-9-]{1,63}[.]){0,2}[a-z0-9-]{1,63}([:][a-z0-9-]{1,63}){0,2})",
            "/[a-z0-9]{12}"
        ))
    });
    fits(text, 20..=1011, &CUSTOM_MODEL_ARN)
}

/// The model's `CustomModelDeploymentIdentifier`: an ARN or a name.
pub(super) fn deployment_id(text: &str) -> bool {
    static DEPLOYMENT_ID: LazyLock<Regex> = LazyLock::new(|| {
        whole(concat!(
            "(arn:aws(|-us-gov|-cn|-iso|-iso-b):bedrock:[a-z0-9-]{1,20}:[0-9]{12}:custom-model-deployment/[a-z0-9]{12})",
            "|^([0-9a-zA-Z][_-]?){1,63}"
        ))
    });
    fits(text, 1..=93, &DEPLOYMENT_ID)
}

/// The runtime model's `ConversationalModelId` (`bedrock-runtime/2023-09-30`, version 1.44.8).
pub(super) fn conversational_model(text: &str) -> bool {
    static MODEL: LazyLock<Regex> = LazyLock::new(|| {
        whole(concat!(
            "(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:(",
            "([0-9]{12}:custom-model/[a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}/[a-z0-9]{12})",
            "|(:foundation-model/[a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.:]?[a-z0-9-]{1,63}))",
            "|([0-9]{12}:imported-model/[a-z0-9]{12})|([0-9]{12}:provisioned-model/[a-z0-9]{12})",
            "|([0-9]{12}:custom-model-deployment/[a-z0-9]{12})",
            "|([0-9]{12}:(inference-profile|application-inference-profile)/[a-zA-Z0-9-:.]+)))",
            "|([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.:]?[a-z0-9-]{1,63}))|(([0-9a-zA-Z][_-]?)+)|([a-zA-Z0-9-:.]+)",
            "|(^(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:prompt/[0-9a-zA-Z]{10}(?::[0-9]{1,5})?))$",
            "|(^arn:aws:sagemaker:[a-z0-9-]+:[0-9]{12}:endpoint/[a-zA-Z0-9-]+$)",
            "|(^arn:aws(-[^:]+)?:bedrock:([0-9a-z-]{1,20}):([0-9]{12}):(default-)?prompt-router/[a-zA-Z0-9-:.]+$)"
        ))
    });
    fits(text, 1..=2048, &MODEL)
}

/// The model's `ProvisionedModelName`.
pub(super) fn provisioned_name(text: &str) -> bool {
    static NAME: LazyLock<Regex> = LazyLock::new(|| whole("([0-9a-zA-Z][_-]?)+"));
    fits(text, 1..=63, &NAME)
}

/// The model's `ProvisionedModelId`: an ARN or a name.
pub(super) fn provisioned_id(text: &str) -> bool {
    static ID: LazyLock<Regex> = LazyLock::new(|| {
        whole(concat!(
            "((([0-9a-zA-Z][_-]?)+)",
            "|(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:provisioned-model/[a-z0-9]{12}))"
        ))
    });
    fits(text, 1..=2048, &ID)
}

/// The model's `ModelIdentifier`: a base model or a custom model, by ARN, id or name.
pub(super) fn model_identifier(text: &str) -> bool {
    static MODEL: LazyLock<Regex> = LazyLock::new(|| {
        whole(concat!(
            "arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:(([0-9]{12}:custom-model/((imported)",
            "|([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}))(([:][a-z0-9-]{1,63}){0,2})?/[a-z0-9]{12})",
            "|(:foundation-model/([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.]?[a-z0-9-]{1,63})([:][a-z0-9-]{1,63}){0,2})))",
            "|(([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.]?[a-z0-9-]{1,63})([:][a-z0-9-]{1,63}){0,2}))|(([0-9a-zA-Z][_-]?)+)"
        ))
    });
    fits(text, 1..=2048, &MODEL)
}

/// The model's `EvaluationJobName`.
pub(super) fn evaluation_name(text: &str) -> bool {
    static NAME: LazyLock<Regex> = LazyLock::new(|| whole("[a-z0-9](-*[a-z0-9]){0,62}"));
    fits(text, 1..=63, &NAME)
}

/// The model's `EvaluationJobIdentifier`.
pub(super) fn evaluation_arn(text: &str) -> bool {
    static ARN: LazyLock<Regex> =
        LazyLock::new(|| whole("arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:evaluation-job/[a-z0-9]{12}"));
    fits(text, 0..=1011, &ARN)
}

/// The model's `EvaluationDatasetName`, `EvaluationMetricName` and `MetricName`.
pub(super) fn evaluation_label(text: &str) -> bool {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| whole("[0-9a-zA-Z-_.]+"));
    fits(text, 1..=63, &LABEL)
}

/// The model's `EvaluationPrecomputedInferenceSourceIdentifier`.
pub(super) fn inference_source(text: &str) -> bool {
    static SOURCE: LazyLock<Regex> = LazyLock::new(|| whole("[a-zA-Z0-9]([a-zA-Z0-9._-]){0,255}"));
    fits(text, 1..=256, &SOURCE)
}

/// The model's `EvaluationBedrockModelIdentifier`: neither a custom model nor its deployment.
pub(super) fn evaluated_model(text: &str) -> bool {
    static MODEL: LazyLock<Regex> = LazyLock::new(|| {
        whole(concat!(
            "(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:(",
            "(:foundation-model/[a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.:]?[a-z0-9-]{1,63}))",
            "|([0-9]{12}:provisioned-model/[a-z0-9]{12})|([0-9]{12}:imported-model/[a-z0-9]{12})",
            "|([0-9]{12}:application-inference-profile/[a-z0-9]{12})",
            "|([0-9]{12}:inference-profile/(([a-z-]{2,8}.)[a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.:]?[a-z0-9-]{1,63})))",
            "|([0-9]{12}:(default-prompt-router|prompt-router)/[a-zA-Z0-9-:.]+)))",
            "|(([a-z]{2,4}[.]{1})([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.:]?[a-z0-9-]{1,63})))",
            "|([a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.:]?[a-z0-9-]{1,63}))",
            "|arn:aws(-[^:]+)?:sagemaker:[a-z0-9-]{1,20}:[0-9]{12}:endpoint/[a-z0-9-]{1,63}"
        ))
    });
    fits(text, 1..=2048, &MODEL)
}

/// The model's `EvaluatorModelIdentifier`.
pub(super) fn evaluator_model(text: &str) -> bool {
    static MODEL: LazyLock<Regex> = LazyLock::new(|| {
        whole(concat!(
            "(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:(",
            "(:foundation-model/[a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.:]?[a-z0-9-]{1,63}))",
            "|([0-9]{12}:inference-profile/(([a-z-]{2,8}.)[a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([.:]?[a-z0-9-]{1,63})))))$",
            "|(^[a-z0-9-]+[.][a-z0-9-]+([.][a-z0-9-]+)*(:[a-z0-9-]+)?$)",
            "|^[a-z0-9-]{1,63}[.]{1}[a-z0-9-]{1,63}([a-z0-9-]{1,63}[.]){0,2}[a-z0-9-]{1,63}([:][a-z0-9-]{1,63}){0,2}",
            "(/[a-z0-9]{12}|)"
        ))
    });
    fits(text, 1..=2048, &MODEL)
}

/// Compiles a pattern of the model, which must match the whole string.
fn whole(pattern: &str) -> Regex {
    Regex::new(&format!("^(?:{pattern})$")).expect("a pattern of the API model")
}

/// Whether a string's length in characters is in the range, and the string matches the pattern.
fn fits(text: &str, lengths: RangeInclusive<usize>, pattern: &Regex) -> bool {
    lengths.contains(&text.chars().count()) && pattern.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s3_addresses_are_matched_like_the_pattern_of_the_api() {
        for good in ["s3://abc", "s3://abc/", "s3://a.b-c/k", "s3://abc/a/b(1).jsonl", "s3://abc/a/b/"] {
            assert!(s3_uri(good), "{good}");
        }
        for bad in [
            "s3://ab",
            "s3://-bc/k",
            "S3://abc/k",
            "s3://abc//",
            "s3://abc/a//b",
            "s3://abc/a b",
            "s3://abc/d=1/x",
            "s3://abc/ä",
        ] {
            assert!(!s3_uri(bad), "{bad}");
        }
    }

    #[test]
    fn names_differ_in_what_they_allow() {
        assert!(job_name("a-b.c+d") && !job_name("a_b") && !job_name("-a") && !job_name(&"a".repeat(64)));
        assert!(model_name("a_b-c") && model_name("a-") && !model_name("a.b") && !model_name("a--b"));
        assert!(token("a-b") && !token("a-") && !token("a_b") && !token(""));
    }

    #[test]
    fn rejects_invalid_arns() {
        assert!(
            role_arn("arn:aws:iam::123456789012:role/a/b") && !role_arn("arn:aws:iam::1:role/a") && !role_arn("zzz")
        );
        assert!(
            kms_key("alias/models") && kms_key("arn:aws:kms:us-east-1:123456789012:alias/models") && !kms_key("models")
        );
        assert!(lambda_arn("arn:aws:lambda:us-east-1:123456789012:function:grade") && !lambda_arn("grade"));
        assert!(lambda_arn("arn:aws:lambda:us-gov-west-1:123456789012:function:grade:$LATEST"));
        assert!(!lambda_arn("arn:aws:lambda:here:123456789012:function:grade") && !lambda_arn(GRADER_WITH_BLANK));
        let key = "1234abcd-12ab-34cd-56ef-1234567890ab";
        assert!(kms_key(key) && kms_key(&format!("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/{key}")));
        assert!(!kms_key(&format!("{key}0")) && !kms_key(&format!("arn:aws:kms:us-east-1:12:key/{key}")));
    }

    #[test]
    fn a_deployment_is_invoked_by_its_arn_and_a_custom_model_is_not() {
        let arn = |rest: &str| format!("arn:aws:bedrock:us-east-1:123456789012:{rest}");
        let (deployment, model) =
            (arn("custom-model-deployment/0a1b2c3d4e5f"), arn("custom-model/amazon.nova-lite-v1:0:300k/0a1b2c3d4e5f"));
        assert!(custom_model_arn(&model) && !custom_model_arn(&deployment) && !custom_model_arn("my-model"));
        assert!(deployment_id(&deployment) && deployment_id("support_bot-1") && !deployment_id(&model));
        assert!(conversational_model(&deployment) && !conversational_model(&model));
        assert!(conversational_model("amazon.nova-lite-v1:0") && conversational_model("us.amazon.nova-lite-v1:0"));
        assert!(conversational_model("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"));
        assert!(!conversational_model("") && !conversational_model("a/b"));
    }

    #[test]
    fn an_evaluation_names_judge_models_and_neither_custom_models_nor_deployments() {
        let deployment = "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/0a1b2c3d4e5f";
        let profile = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0";
        assert!(evaluated_model("amazon.nova-pro-v1:0") && evaluated_model(profile) && !evaluated_model(deployment));
        assert!(evaluator_model("us.amazon.nova-pro-v1:0") && evaluator_model(profile) && !evaluator_model(deployment));
        assert!(evaluation_name("a-1") && !evaluation_name("A") && !evaluation_name("a_1") && !evaluation_name("-a"));
        assert!(inference_source("tuned.v1_a-b") && !inference_source(".a") && evaluation_label("Builtin.Correctness"));
    }

    const GRADER_WITH_BLANK: &str = "arn:aws:lambda:us-east-1:123456789012:function:grade it";

    #[test]
    fn tags_and_ids_have_lengths_and_no_other_alphabet() {
        assert!(tag("team a+b=c@d/e:f_g.h", 1, 128) && tag("", 0, 256) && !tag("", 1, 128));
        // Lambda's and Bedrock's patterns have Java's syntax, in which \s and \d match ASCII only.
        assert!(!tag("no\u{a0}break", 1, 128) && !tag("ä", 1, 128) && !tag(&"a".repeat(129), 1, 128));
        assert!(!lambda_arn("arn:aws:lambda:us-east-\u{661}:123456789012:function:grade"));
        assert!(network_id("subnet-0a1b") && !network_id("") && !network_id("a_b") && !network_id(&"a".repeat(33)));
    }
}
