//! The deployment that a recipe asks for: the name may be another dataset's, and what exists may not fit.

use tunedrop_aws::Failure;
use tunedrop_run::DeploymentState;
use tunedrop_run::deployment::requested_name_fault;
use tunedrop_validation::{Code, Finding};

use super::Validate;
use super::dataset_files::DatasetFiles;

impl Validate {
    /// Adds a finding if the recipe's deployment belongs to another dataset, has another capacity than the recipe says, or
    /// can't have the dataset's name: the model would be trained, and never be deployed.
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
        let (message, help) = if other.state.is_end() && other.arn.is_none() {
            return Ok(());
        } else if other.dataset != set.dataset {
            let message = format!("the deployment `{name}` belongs to the dataset `{}`", other.dataset);
            (message, "write another `name` under `deploy`".to_owned())
        } else if other.capacity != plan.capacity && other.state != DeploymentState::Deleting {
            let (has, wants) = (other.capacity, plan.capacity);
            let message = format!("the deployment `{name}` is {has}, which can't be changed to {wants}");
            (
                message,
                format!("delete it first with `tunedrop undeploy {name}`, or write another `name` under `deploy`"),
            )
        } else {
            return Ok(());
        };
        set.spec.findings.push(Finding::of_file(Code::RecipeInvalidValue, file, message, help));
        Ok(())
    }
}
