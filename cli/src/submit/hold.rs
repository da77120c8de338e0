//! What keeps a set from starting while its files are on their way.
//!
//! Where a set lies there already, each new file and the old ones would be a set, too, and be trained on; so would training
//! data alone, where the stack has a default model. So a recipe that names a file that never comes goes first.

use serde_json::json;
use tunedrop_run::Recipe;

/// The file that the set waits for meanwhile. Where an upload is broken off, people are told that this one is missing.
pub(super) const AWAITED: &str = "still-being-uploaded.jsonl";

/// The recipe that goes first; `None` for one without a training file, which has nothing to wait for.
///
/// JSON is YAML, so the name doesn't matter.
pub(super) fn recipe(last: &Recipe) -> Option<String> {
    last.train.as_ref()?;
    let mut first = json!({ "customization": last.customization.as_str(), "train": AWAITED });
    let mut say = |key: &str, value| first[key] = value;
    for (key, value) in [("base_model", &last.base_model), ("like", &last.like)] {
        if let Some(value) = value {
            say(key, json!(value));
        }
    }
    if let Some(distillation) = &last.distillation {
        say("distillation", json!({ "teacher": distillation.teacher }));
    }
    if let Some(reinforcement) = &last.reinforcement {
        say("reinforcement", json!({ "grader": reinforcement.grader }));
    }
    Some(format!("{first:#}\n"))
}

#[cfg(test)]
mod tests {
    use tunedrop_run::{RecipeScope, read_recipe};
    use tunedrop_validation::Catalogue;

    use super::*;

    #[test]
    fn it_is_a_recipe_without_faults_for_every_customization() {
        for last in [
            "base_model: nova-lite\nvalidation: v.jsonl\nhyperparameters: { epochCount: 3 }\n",
            "base_model: titan-text-express\ncustomization: continued-pre-training\n",
            "base_model: nova-lite\ncustomization: distillation\ndistillation: { teacher: nova-pro, max_response_length: 500 }\n",
            "base_model: nova-2-lite\ncustomization: reinforcement-fine-tuning\nreinforcement: { grader: 'arn:aws:lambda:us-east-1:111122223333:function:grader' }\n",
            "base_model: 'arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl'\nlike: nova-lite\n",
        ] {
            let catalogue = Catalogue::embedded();
            let (last, found) = read_recipe(last.as_bytes(), "job.yaml", &RecipeScope::default(), catalogue);
            assert_eq!(found.errors, 0, "{:?}", found.kept);
            let (first, found) =
                read_recipe(recipe(&last).unwrap().as_bytes(), "job.yaml", &RecipeScope::default(), catalogue);
            assert_eq!(found.errors, 0, "{:?}", found.kept);
            assert_eq!((first.train.as_deref(), first.base_model), (Some(AWAITED), last.base_model));
        }
    }

    #[test]
    fn logs_wait_for_no_file() {
        assert_eq!(recipe(&Recipe { train: None, ..Recipe::default() }), None);
    }
}
