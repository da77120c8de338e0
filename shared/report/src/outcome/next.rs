//! What to do next: an instruction and the exact command for each step.

use tunedrop_run::deployment::{bedrock_name, on_demand_regions};
use tunedrop_run::{Against, DeployPlan, DeployWhen, EvaluationPlan};

use super::Outcome;
use crate::wording::{command, counted, listed, shell, tunedrop, visible};

/// An instruction, and the command that it needs.
pub(crate) type Step = (String, String);

pub(super) fn next(outcome: &Outcome) -> Vec<Step> {
    let step = |what: &str, command| (what.to_owned(), command);
    match (&outcome.model_arn, outcome.state.as_str()) {
        (Some(arn), "Succeeded") => Trained {
            run_id: &outcome.run_id,
            dataset: &outcome.dataset,
            stack: &outcome.stack,
            base_model: &outcome.base_model,
            model_arn: arn,
            deploy: outcome.deploy.as_ref(),
            evaluate: outcome.evaluate.as_ref(),
            address: &outcome.output,
        }
        .with_trial(),
        (None, "Succeeded") => {
            vec![step("Get the job from Bedrock, which names the custom model", job_command(&outcome.job_arn))]
        }
        (_, "Refused") => vec![step(
            "Fix what the reason names, and upload the recipe again with the next `attempt`. Or, once the stack's settings allow it, run the same content again",
            command("retry", &outcome.run_id, &outcome.stack),
        )],
        (_, "Stopped") => vec![step("Run the same content again", command("retry", &outcome.run_id, &outcome.stack))],
        _ => vec![
            step(
                "Fix the data or the recipe, and upload it. That starts a new run. Or run the same content again",
                command("retry", &outcome.run_id, &outcome.stack),
            ),
            step("Show Bedrock's details of the job", job_command(&outcome.job_arn)),
        ],
    }
}

/// The custom model of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trained<'a> {
    /// The run's id.
    pub run_id: &'a str,
    /// The dataset's name.
    pub dataset: &'a str,
    /// The stack's name.
    pub stack: &'a str,
    /// The base model's identifier; empty if it isn't known.
    pub base_model: &'a str,
    /// The custom model's ARN.
    pub model_arn: &'a str,
    /// Where the recipe has the model deployed.
    pub deploy: Option<&'a DeployPlan>,
    /// How the recipe has the model evaluated.
    pub evaluate: Option<&'a EvaluationPlan>,
    /// The `s3://` address of any object in the stack's bucket; empty if none is known.
    pub address: &'a str,
}

impl Trained<'_> {
    /// How the model is evaluated and deployed, and how to delete it.
    pub(crate) fn commands(self) -> Vec<Step> {
        let delete = (
            "Delete the model when you no longer need it (its storage is billed by the month)".to_owned(),
            delete_model(self.model_arn),
        );
        self.evaluations().into_iter().chain(self.deployments()).chain([delete]).collect()
    }

    /// The same, and in between how to call the model and to delete the deployment, in the order in which they are needed.
    fn with_trial(self) -> Vec<Step> {
        let mut commands = self.commands();
        let name = shell(self.run_id);
        let region = region(self.model_arn);
        let own = bedrock_name(self.stack, account(self.model_arn), self.name());
        // The ARN to invoke exists only after the deployment, which is found by its name at Bedrock.
        let (deployed, delete) = if self.is_provisioned() {
            let get = format!("get-provisioned-model-throughput{region} --provisioned-model-id {}", shell(&own));
            (
                format!("\"$(aws bedrock {get} --query provisionedModelArn --output text)\""),
                command("undeploy", self.name(), self.stack),
            )
        } else if self.is_on_demand() {
            let get =
                format!("get-custom-model-deployment{region} --custom-model-deployment-identifier {}", shell(&own));
            (
                format!("\"$(aws bedrock {get} --query customModelDeploymentArn --output text)\""),
                command("undeploy", self.name(), self.stack),
            )
        } else {
            let get = format!("get-provisioned-model-throughput{region} --provisioned-model-id {name}");
            (
                format!("\"$(aws bedrock {get} --query provisionedModelArn --output text)\""),
                format!("aws bedrock delete-provisioned-model-throughput{region} --provisioned-model-id {name}"),
            )
        };
        let mut trial = Vec::new();
        if supports_converse(self.base_model) {
            trial.push((
                "Call the model, once the deployment is active".to_owned(),
                converse(self.model_arn, &deployed),
            ));
        }
        trial.push(("Delete the deployment (a deployed model can't be deleted)".to_owned(), delete));
        // After the first way to deploy it.
        let at = self.evaluations().len() + 1;
        commands.splice(at..at, trial);
        commands
    }

    /// An evaluation asks a deployment of the model.
    fn evaluations(self) -> Vec<Step> {
        if !self.is_on_demand() {
            return Vec::new();
        }
        let evaluate = command("evaluate", self.run_id, self.stack);
        let Some(plan) = self.evaluate else {
            return vec![(
                "Find out whether the model is better than its base model. Both are asked the records of the validation file, or of `--data FILE`, and Bedrock bills the tokens"
                    .to_owned(),
                evaluate,
            )];
        };
        let against: Vec<String> = plan.against.iter().map(other_model).collect();
        let compared = if against.is_empty() { String::new() } else { format!(", compared with {}", listed(&against)) };
        let report = format!("{}evaluations/{}/1/evaluation.html", self.bucket(), visible(self.run_id));
        vec![
            (
                format!(
                    "The recipe has tunedrop evaluate the model when the run succeeds, on up to {}{compared}. You get a message with the decision. The report will be at `{}`. To follow the evaluation",
                    counted(plan.max_records, "record"),
                    report.replace('`', "'")
                ),
                command("watch", self.run_id, self.stack),
            ),
            ("To evaluate it again, for instance with other records (`--data FILE`)".to_owned(), evaluate),
        ]
    }

    /// The `s3://` address of the bucket, with a slash at its end; empty if it isn't known.
    fn bucket(self) -> String {
        let bucket = self.address.strip_prefix("s3://").and_then(|rest| rest.split('/').next());
        bucket.filter(|bucket| !bucket.is_empty()).map_or(String::new(), |bucket| format!("s3://{}/", visible(bucket)))
    }

    fn deployments(self) -> Vec<Step> {
        let region = region(self.model_arn);
        let (name, arn) = (shell(self.run_id), shell(self.model_arn));
        if !self.is_on_demand() && !self.is_provisioned() {
            return vec![(
                format!(
                    "Deploy the model on provisioned throughput, billed by the hour until you delete it. `{} --type provisioned --expires 8h` has tunedrop delete it after 8 hours, if the stack's MaxModelUnits allows it",
                    command("deploy", self.run_id, self.stack)
                ),
                format!(
                    "aws bedrock create-provisioned-model-throughput{region} --model-units 1 --provisioned-model-name {name} --model-id {arn}"
                ),
            )];
        }
        let deploy = command("deploy", self.run_id, self.stack);
        if let Some(plan) = self.deploy {
            let name = visible(self.name());
            let expires = plan
                .expires_after_s
                .map_or(String::new(), |seconds| format!(" The deployment expires {} h after that.", seconds / 3600));
            let how = match plan.capacity.model_units() {
                Some(units) => format!(
                    " on provisioned throughput ({}, billed by the hour)",
                    counted(u64::from(units), "model unit")
                ),
                None => String::new(),
            };
            return vec![match plan.when {
                DeployWhen::Succeeded => (
                    format!(
                        "The recipe has tunedrop deploy the model as `{name}`{how} when the run succeeds. You get a message with the ARN to call when it answers.{expires} To list the deployments"
                    ),
                    tunedrop("deployments", self.stack),
                ),
                DeployWhen::Kept => (
                    format!(
                        "The recipe has tunedrop deploy the model as `{name}`{how} if its evaluation keeps it. You get a message with the decision, and one with the ARN to call when the deployment answers.{expires} To deploy it before that"
                    ),
                    deploy,
                ),
                DeployWhen::Approved => (
                    format!(
                        "The recipe has tunedrop deploy the model as `{name}`{how} when you ask for it. You get a message with the ARN to call when it answers.{expires} To deploy it"
                    ),
                    deploy,
                ),
            }];
        }
        vec![
            (
                "Deploy the model for on-demand inference. You get a message with the ARN to call when it answers"
                    .to_owned(),
                deploy,
            ),
            (
                "Or deploy it without tunedrop (the response's customModelDeploymentArn is the model ID to invoke)"
                    .to_owned(),
                format!(
                    "aws bedrock create-custom-model-deployment{region} --model-deployment-name {name} --model-arn {arn}"
                ),
            ),
        ]
    }

    /// The name of tunedrop's deployment of the model.
    fn name(&self) -> &str {
        self.deploy.and_then(|plan| plan.name.as_deref()).unwrap_or(self.dataset)
    }

    /// Whether the recipe has it deployed on provisioned throughput.
    fn is_provisioned(&self) -> bool {
        self.deploy.is_some_and(|plan| plan.capacity.is_provisioned())
    }

    /// `base_model` may be a custom model's ARN, which contains the name of its base model. If the base is unknown, on-demand
    /// inference is the safer choice, because it costs nothing while it isn't used.
    fn is_on_demand(&self) -> bool {
        let regions = on_demand_regions(self.base_model);
        let region = arn_part(self.model_arn, REGION);
        self.base_model.is_empty() || regions.contains(&region) || (region.is_empty() && !regions.is_empty())
    }
}

/// What a model is compared with, in words.
fn other_model(against: &Against) -> String {
    match against {
        Against::Base => "its base model".to_owned(),
        Against::Deployed => "the model that is deployed then".to_owned(),
        Against::Run(run_id) => format!("the model of run {run_id}"),
    }
}

/// The command that calls a model. `id` is its ARN, quoted for a shell, or a command that returns it; `arn` is any ARN of the
/// same Region.
pub(crate) fn converse(arn: &str, id: &str) -> String {
    format!(
        "aws bedrock-runtime converse{} --model-id {id} --messages '[{{\"role\":\"user\",\"content\":[{{\"text\":\"Hello\"}}]}}]'",
        region(arn)
    )
}

/// The command that deletes a custom model.
pub(crate) fn delete_model(arn: &str) -> String {
    format!("aws bedrock delete-custom-model{} --model-identifier {}", region(arn), shell(arn))
}

/// Image and embedding models don't support the Converse API. `base_model`: its identifier, or an ARN that contains it.
pub(crate) fn supports_converse(base_model: &str) -> bool {
    !["image", "canvas", "embed"].iter().any(|word| base_model.contains(word))
}

/// The Region's place in an ARN, and the account's.
const REGION: usize = 3;
const ACCOUNT: usize = 4;

fn arn_part(arn: &str, part: usize) -> &str {
    arn.split(':').nth(part).unwrap_or_default()
}

fn account(arn: &str) -> &str {
    arn_part(arn, ACCOUNT)
}

/// The option for the Region that an ARN names, with a space before it; empty if it names none.
fn region(arn: &str) -> String {
    match arn_part(arn, REGION) {
        "" => String::new(),
        region => format!(" --region {}", shell(region)),
    }
}

fn job_command(arn: &str) -> String {
    format!("aws bedrock get-model-customization-job --job-identifier {}", shell(arn))
}
