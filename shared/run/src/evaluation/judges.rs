//! The models that can be a judge, and how each is asked in a Region.

use tunedrop_validation::same_model;

/// A model that Bedrock has as a judge of its built-in metrics.
///
/// The list is that of the user guide, "Evaluate model performance using another LLM as a judge" (`evaluation-judge`), without
/// the models whose model card has an end of life. The Regions are those of the model cards, as far as a custom model can be
/// deployed on demand there: an evaluation needs that.
#[derive(Debug, PartialEq, Eq)]
pub struct JudgeModel {
    /// The short name in recipes.
    pub alias: &'static str,
    /// Bedrock's identifier.
    pub id: &'static str,
    /// Regions in which it is asked by its identifier.
    direct: &'static [&'static str],
    /// Whether the inference profile of the US asks it.
    by_profile: bool,
}

const EAST: &str = "us-east-1";
const WEST: &str = "us-west-2";
/// The Regions in which the US profiles of these models can be asked.
const PROFILE_REGIONS: [&str; 2] = [EAST, WEST];

const fn judge(alias: &'static str, id: &'static str, direct: &'static [&'static str], by_profile: bool) -> JudgeModel {
    JudgeModel { alias, id, direct, by_profile }
}

/// Every judge.
pub const JUDGES: [JudgeModel; 8] = [
    judge("nova-pro", "amazon.nova-pro-v1:0", &[EAST], true),
    judge("nova-2-lite", "amazon.nova-2-lite-v1:0", &[], true),
    judge("nova-micro", "amazon.nova-micro-v1:0", &[EAST], true),
    judge("claude-haiku-4-5", "anthropic.claude-haiku-4-5-20251001-v1:0", &[], true),
    judge("claude-sonnet-4-5", "anthropic.claude-sonnet-4-5-20250929-v1:0", &[], true),
    judge("claude-opus-4-5", "anthropic.claude-opus-4-5-20251101-v1:0", &[], true),
    judge("llama-3-1-70b", "meta.llama3-1-70b-instruct-v1:0", &[WEST], true),
    // No profile has this model.
    judge("mistral-large-2402", "mistral.mistral-large-2402-v1:0", &[EAST, WEST], false),
];

impl JudgeModel {
    /// Returns the judge of this name: its alias, its identifier, or that of its inference profile.
    pub fn find(name: &str) -> Option<&'static JudgeModel> {
        let name = name.trim();
        JUDGES.iter().find(|judge| judge.alias.eq_ignore_ascii_case(name) || same_model(judge.id, name))
    }

    /// Returns the identifier to ask it by. The Region is that of the stack; `None`: not known. Returns `None` if it isn't
    /// available there.
    pub fn id_in(&self, region: Option<&str>) -> Option<String> {
        match region {
            None => Some(self.id.to_owned()),
            Some(region) if self.direct.contains(&region) => Some(self.id.to_owned()),
            Some(region) => (self.by_profile && PROFILE_REGIONS.contains(&region)).then(|| format!("us.{}", self.id)),
        }
    }
}

/// The aliases of the models that can be a judge in a Region.
pub fn judges_in(region: Option<&str>) -> Vec<&'static str> {
    JUDGES.iter().filter(|judge| judge.id_in(region).is_some()).map(|judge| judge.alias).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judge_is_found_by_alias_identifier_and_profile() {
        for name in
            ["nova-pro", "Nova-Pro", "amazon.nova-pro-v1:0", "us.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0:300k"]
        {
            assert_eq!(JudgeModel::find(name).map(|judge| judge.id), Some("amazon.nova-pro-v1:0"), "{name}");
        }
        assert_eq!(JudgeModel::find("nova-lite"), None);
    }

    #[test]
    fn judge_is_asked_by_its_profile_where_it_has_no_endpoint() {
        let id = |name: &str, region| JudgeModel::find(name).expect("a judge").id_in(Some(region));
        assert_eq!(id("nova-pro", "us-east-1").as_deref(), Some("amazon.nova-pro-v1:0"));
        assert_eq!(id("nova-pro", "us-west-2").as_deref(), Some("us.amazon.nova-pro-v1:0"));
        assert_eq!(id("nova-pro", "eu-west-1"), None);
        assert_eq!(id("mistral-large-2402", "us-west-2").as_deref(), Some("mistral.mistral-large-2402-v1:0"));
        assert!(JUDGES.iter().all(|judge| judge.id_in(None).as_deref() == Some(judge.id)));
        assert_eq!(judges_in(Some("eu-west-1")), [""; 0]);
    }
}
