//! The base model that listed runs started from.

use anyhow::{Result, bail};
use tunedrop_run::{OwnBase, Run, RunId};
use tunedrop_validation::Catalogue;

use crate::catalogue;
use crate::stack::Stack;

/// What runs started from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BaseFilter {
    /// A base model of the catalogue, by its identifier. Custom models made from it are other models.
    Model(String),
    /// A custom model, by its ARN.
    Custom(String),
    /// The custom model of a run.
    Run { run_id: RunId, model_arn: Option<String> },
}

impl BaseFilter {
    /// Reads the option's value. A run may be named in every way that `tunedrop show` takes.
    pub(super) async fn of(stack: &Stack, text: &str) -> Result<BaseFilter> {
        if let Some(filter) = BaseFilter::model(text, &catalogue::load(None)?) {
            return Ok(filter);
        }
        let name = match OwnBase::parse(text) {
            Some(Ok(OwnBase::Run(run_id))) => run_id.to_string(),
            Some(Ok(OwnBase::Deployed(name))) => bail!(
                "a deployment's model changes; pass the run that it serves, which `tunedrop deployments{}` shows for {name}",
                stack.named
            ),
            Some(Err(fault)) => bail!("{}; {}", fault.message, fault.help),
            None => text.to_owned(),
        };
        match stack.run(&name).await {
            Ok(run) => Ok(BaseFilter::Run { run_id: run.run_id, model_arn: run.model_arn }),
            Err(error) => {
                Err(error.context(format!("--base {text} is neither a base model of the catalogue nor a run")))
            }
        }
    }

    fn model(text: &str, catalogue: &Catalogue) -> Option<BaseFilter> {
        if text.contains(":custom-model/") {
            return Some(BaseFilter::Custom(text.to_owned()));
        }
        // The stack's own catalogue may have more models. No run and no dataset has a dot in its name.
        let literal = || text.contains('.').then(|| text.to_owned());
        catalogue.find(text).map(|model| model.identifier.clone()).or_else(literal).map(BaseFilter::Model)
    }

    /// Whether the run started from it. A run that was never accepted has no plan, and started from nothing.
    pub(super) fn fits(&self, run: &Run) -> bool {
        let base = run.plan.as_ref().map(|plan| plan.base_model.as_str());
        match self {
            BaseFilter::Model(identifier) => base == Some(identifier),
            BaseFilter::Custom(arn) => base == Some(arn),
            BaseFilter::Run { run_id, model_arn } => {
                run.base_run.as_ref() == Some(run_id) || (model_arn.is_some() && base == model_arn.as_deref())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl";

    fn run(base_model: Option<&str>, base_run: Option<&str>) -> Run {
        let plan = base_model.map(|base| {
            json!({
                "base_model": base, "catalogue_model": "amazon.nova-lite-v1:0:300k", "customization": "fine-tuning",
                "model_name": "m", "train": "s3://b/t", "output": "s3://b/o/", "hyperparameters": {}, "tags": {}, "guard": {},
                "epochs": 2, "token_ceiling": 1000,
            })
        });
        serde_json::from_value(json!({
            "schema": 1, "run_id": "bot-000000000002", "revision": 1, "dataset": "bot", "state": "Queued", "identity": "0",
            "attempt": 1, "uploaded_at": "2026-12-01T10:00:00.000Z", "changed_at": "2026-12-01T10:00:00.000Z",
            "plan": plan, "base_run": base_run,
        }))
        .expect("a run")
    }

    #[test]
    fn filter_distinguishes_base_models_custom_models_and_runs() {
        let first: RunId = "bot-000000000001".parse().expect("an id");
        let of = |text: &str| BaseFilter::model(text, Catalogue::embedded());
        let lite = of("nova-lite").expect("a model");
        assert_eq!(of("amazon.nova-lite-v1:0:300k"), Some(BaseFilter::Model("amazon.nova-lite-v1:0:300k".to_owned())));
        assert_eq!((of("bot"), of(&first)), (None, None));
        assert_eq!(of("acme.model-v1:0"), Some(BaseFilter::Model("acme.model-v1:0".to_owned())));
        let custom = of(ARN).expect("a custom model");
        let of_run = |model_arn: Option<&str>| BaseFilter::Run {
            run_id: first.clone(),
            model_arn: model_arn.map(str::to_owned),
        };
        let (made, unmade) = (of_run(Some(ARN)), of_run(None));
        for (run, expected) in [
            (run(Some("amazon.nova-lite-v1:0:300k"), None), [true, false, false, false]),
            (run(Some(ARN), Some("bot-000000000001")), [false, true, true, true]),
            (run(Some(ARN), None), [false, true, true, false]),
            (run(Some("amazon.nova-pro-v1:0:300k"), None), [false; 4]),
            (run(None, None), [false; 4]),
        ] {
            assert_eq!([&lite, &custom, &made, &unmade].map(|filter| filter.fits(&run)), expected, "{run:?}");
        }
    }
}
