//! Writes Bedrock's metrics files.

use super::train::Step;

/// `training_artifacts/step_wise_training_metrics.csv`
pub(super) fn training_csv(steps: &[Step]) -> String {
    csv("training_loss", steps)
}

/// `validation_artifacts/post_fine_tuning_validation/validation_metrics.csv`
pub(super) fn validation_csv(steps: &[Step]) -> String {
    csv("validation_loss", steps)
}

/// Returns the address of a job's file below its output address.
pub(super) fn place(output: &str, job_id: &str, file: &str) -> String {
    format!("{}/model-customization-job-{job_id}/{file}", output.trim_end_matches('/'))
}

fn csv(loss: &str, steps: &[Step]) -> String {
    let mut text = format!("step_number,epoch_number,{loss},perplexity\n");
    for step in steps {
        text.push_str(&format!("{},{},{:.6},{:.6}\n", step.step, step.epoch, step.loss, step.loss.exp()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_have_the_columns_bedrock_documents() {
        let steps = [Step { step: 0, epoch: 0, loss: 0.0 }];
        assert_eq!(training_csv(&steps), "step_number,epoch_number,training_loss,perplexity\n0,0,0.000000,1.000000\n");
        assert!(validation_csv(&steps).starts_with("step_number,epoch_number,validation_loss,perplexity\n"));
        assert_eq!(place("s3://b/o/", "abc", "x.csv"), "s3://b/o/model-customization-job-abc/x.csv");
    }
}
