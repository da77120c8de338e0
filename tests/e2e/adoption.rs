//! A run finds the job that an earlier launch of it created.

use anyhow::{Context, Result, ensure};
use aws_sdk_bedrock::types::{CustomizationType, OutputDataConfig, TrainingDataConfig};
use serde_json::json;
use tunedrop_run::event::Kind;
use tunedrop_run::{Run, State};

use crate::harness::Harness;
use crate::queue::{HELD, upload_dataset};
use crate::stack::DeployedStack;

/// Creates a job with the run's name and token, as an earlier launch of it would have.
async fn make_its_job(w: &Harness, side: &DeployedStack, run: &Run) -> Result<()> {
    let plan = run.plan.as_ref().context("a plan")?;
    let create = w
        .bedrock
        .create_model_customization_job()
        .job_name(run.run_id.as_str())
        .client_request_token(run.run_id.as_str());
    let create = create.custom_model_name(&plan.model_name).role_arn(side.deployed.output("JobRoleArn")?);
    let create = create.base_model_identifier(&plan.base_model).customization_type(CustomizationType::FineTuning);
    let train = plan.train.clone().context("training data")?;
    let create = create.training_data_config(TrainingDataConfig::builder().s3_uri(train).build());
    create.output_data_config(OutputDataConfig::builder().s3_uri(&plan.output).build()?).send().await?;
    Ok(())
}

/// The name is in use, because the run has a job that Bedrock doesn't show at first: with a known message, with an
/// unknown one, and shown only after the run was refused.
pub(crate) async fn run_adopts_its_job_if_the_name_is_in_use(w: &Harness) -> Result<()> {
    for (at, (name_in_use, until_refused)) in
        [("validation", false), ("other-words", false), ("other-words", true)].into_iter().enumerate()
    {
        let dataset = format!("hold-in-use-{at}");
        upload_dataset(w, &w.main, &dataset, HELD).await?;
        let run = w.run_in(&w.main, &dataset, State::Held).await?;
        make_its_job(w, &w.main, &run).await?;
        // The job's own event has arrived, and record has ignored the held run, so it won't ask Bedrock in between.
        w.settled().await;
        // Seen only after the refusal, however often anything asks, or from the second question on.
        let mut missing =
            json!({ "operation": "GetModelCustomizationJob", "job": run.run_id, "error": "ResourceNotFoundException" });
        if !until_refused {
            missing["times"] = json!(1);
        }
        w.faults(json!({ "same_token": "forgotten", "name_in_use": name_in_use, "calls": [missing] })).await?;
        w.command(&w.main, Kind::ApproveRun, &run.run_id).await?;
        if until_refused {
            let refused = w.run_is(&w.main, &run.run_id, State::Refused).await?;
            ensure!(refused.job_lookup_since.is_some() && refused.open.is_some(), "it is looked for: {refused:?}");
            w.wait_for_messages(&w.main, &dataset, "efused", 1).await?;
            w.faults(json!({ "calls": [] })).await?;
            w.sweep(&w.main).await?;
        }
        let running = w.run_is(&w.main, &run.run_id, State::Running).await?;
        ensure!(
            running.job_arn.is_some() && running.reason.is_none() && running.job_lookup_since.is_none(),
            "{running:?}"
        );
        ensure!(w.jobs(&dataset).await?.len() == 1, "one job");
        w.faults(json!({ "same_token": "same-job", "name_in_use": "validation", "calls": [] })).await?;
        w.command(&w.main, Kind::StopRun, &run.run_id).await?;
        w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    }
    Ok(())
}
