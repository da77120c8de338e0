//! A first recipe that keeps a dataset incomplete during an upload.
//!
//! Without it, each new file would form a dataset with the old files, and a run would start; in a stack with a default
//! model, so would a training file alone. So a recipe is uploaded first that names a file which never arrives.

use serde_json::json;
use tunedrop_run::Recipe;

/// The file that is missing during the upload. After an interrupted upload, notifications name it.
pub(super) const AWAITED: &str = "still-being-uploaded.jsonl";

/// The first recipe. `None` for a recipe without a training file, which can't wait for one.
///
/// JSON is YAML, so either file name works.
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
    fn the_first_recipe_is_valid_for_every_customization() {
        for last in [
            "base_model: nova-lite\nvalidation: v.jsonl\nhyperparameters: { epochCount: 3 }\n",
            "base_model: titan-text-express\ncustomization: continued-pre-training\n",
            "base_model: nova-lite\ncustomization: distillation\ndistillation: { teacher: nova-pro, max_response_length: 500 }\n",
            "base_model: nova-2-lite\ncustomization: reinforcement-fine-tuning\nreinforcement: { grader: 'arn:aws:lambda:us-east-1:111122223333:function:grader' }\n",
            "base_model: 'arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl'\nlike: nova-lite\n",
            "base_model: run:bot-0123456789ab\nlike: nova-lite\n",
            "base_model: deployed:bot\n",
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
    fn a_recipe_on_invocation_logs_needs_no_first_recipe() {
        assert_eq!(recipe(&Recipe { train: None, ..Recipe::default() }), None);
    }
}
