//! The name of the deployment that a recipe asks for: it may be another dataset's.

use tunedrop_aws::Failure;
use tunedrop_run::deployment::requested_name_fault;
use tunedrop_validation::{Code, Finding};

use super::Validate;
use super::dataset_files::DatasetFiles;

impl Validate {
    /// Adds a finding if the recipe's deployment belongs to another dataset, or can't have the dataset's name: the model would be trained, and never be
    /// deployed.
    pub(super) async fn check_deployment_name(&self, set: &mut DatasetFiles) -> Result<(), Failure> {
        let (Some(plan), Some((file, ..))) = (&set.spec.recipe.deploy, &set.recipe_file) else { return Ok(()) };
        let name = plan.name.as_deref().unwrap_or(&set.dataset);
        // A name in the recipe was checked with it.
        if plan.name.is_none()
            && let Some(fault) = requested_name_fault(name)
        {
            let message = format!("the deployment can't have the dataset's name: {fault}");
            let help = "write a `name` under `deploy`".to_owned();
            set.spec.findings.push(Finding::of_file(Code::RecipeInvalidValue, file, message, help));
            return Ok(());
        }
        let Some(other) = self.ledger.deployment(name).await? else { return Ok(()) };
        if other.dataset == set.dataset || (other.state.is_end() && other.arn.is_none()) {
            return Ok(());
        }
        let message = format!("the deployment `{name}` belongs to the dataset `{}`", other.dataset);
        let help = "write another `name` under `deploy`".to_owned();
        set.spec.findings.push(Finding::of_file(Code::RecipeInvalidValue, file, message, help));
        Ok(())
    }
}
