//! The run or deployment that a recipe continues from: which custom model it is, according to the ledger.

use tracing::info;
use tunedrop_aws::Failure;
use tunedrop_run::{OwnBase, OwnLookup, OwnModel, Run, first_base_key};

use super::Validate;
use super::dataset_files::DatasetFiles;

/// The model that a content was first trained from. Its deployment serves another one now.
pub(super) struct FirstBase {
    /// The version of the dataset's files that this applies to.
    pub fingerprint: String,
    /// The model.
    pub model: OwnModel,
}

impl Validate {
    /// Looks up what a recipe names. `first`: the model that its content was first trained from, if that is known.
    pub(super) async fn look_up(&self, base: OwnBase, first: Option<&OwnModel>) -> Result<OwnLookup, Failure> {
        match (&base, first) {
            (OwnBase::Deployed(_), Some(first)) => Ok(OwnLookup::Found(first.clone())),
            _ => self.ledger.own_base(&base).await,
        }
    }

    /// Returns the model that this content was first trained from, if its recipe names a deployment that serves another
    /// one by now. The first one is recorded with the first valid version: a redelivery, or another upload of the same
    /// content, is the same run, whatever the deployment serves then.
    pub(super) async fn first_base(
        &self,
        set: &DatasetFiles,
        hashes: &[(&str, &str)],
        rejected: bool,
    ) -> Result<Option<FirstBase>, Failure> {
        let recipe = &set.spec.recipe;
        let (Some(Ok(base @ OwnBase::Deployed(_))), Some(served)) = (recipe.own_base(), &recipe.own_model) else {
            return Ok(None);
        };
        let key = first_base_key(self.objects.bucket(), &set.dataset, &base, recipe, hashes);
        let first = match rejected {
            true => self.ledger.first_base(&key).await?,
            false => Some(self.ledger.keep_first_base(&key, served).await?),
        };
        let other = first.filter(|first| first != served);
        Ok(other.map(|model| {
            info!(
                base.run = model.run_id.as_str(),
                "this content continues from the model that it was first trained from"
            );
            FirstBase { fingerprint: set.fingerprint.clone(), model }
        }))
    }

    /// The run, with the run of this stack that made its base model if the recipe names only the model's ARN.
    pub(super) async fn with_base_run(&self, mut run: Run) -> Result<Run, Failure> {
        let arn = run.plan.as_ref().map(|plan| &plan.base_model).filter(|base| base.contains(":custom-model/"));
        if let (None, Some(arn)) = (&run.base_run, arn) {
            run.base_run = self.ledger.maker_of_model(arn).await?;
        }
        Ok(run)
    }
}
