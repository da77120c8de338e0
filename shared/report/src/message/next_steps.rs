//! What to do next: the instructions and commands of a message.

use tunedrop_run::State;
use tunedrop_run::event::{IncompleteDetail, RunDetail};

use super::{Topic, deployment, evaluation, is_idle, model};
use crate::outcome::Trained;
use crate::wording::{shell, visible};

/// For a run whose id can't have a higher attempt.
const NO_ATTEMPT: &str =
    "This was the last attempt for this content. To start a new run, change the recipe or a data file.";

/// Instructions, one on each line. A command is on a line of its own, indented by two spaces.
pub(super) fn next_steps(topic: Topic<'_>, stack: &str) -> String {
    let dataset = visible(topic.dataset());
    let command = |verb: &str, run: &RunDetail| format!("  {}", crate::wording::command(verb, &run.run_id, stack));
    match topic {
        Topic::Misnamed(_) => {
            "Upload the file again under a valid name, and delete this one. You get this message only once.".to_owned()
        }
        Topic::Incomplete(set) => {
            let start = "The run starts automatically when the dataset is complete and valid.";
            format!("Upload what is missing to datasets/{dataset}/. {start}{}", upload_commands(set))
        }
        Topic::Waiting(run) if is_idle(run) => format!(
            "Look at the job in the Bedrock console, or contact AWS Support: Bedrock reports nothing more. A job that isn't training bills nothing.\nTo stop the job, and then start it again as a new run:\n{}\n{}",
            command("stop", run),
            command("retry", run)
        ),
        Topic::Waiting(run) => format!(
            "The run is launched automatically as soon as that is possible. What you can do depends on the reason:\n- Custom models: delete some (aws bedrock list-custom-models lists them), or request a higher quota.\n- Jobs: wait. Other jobs take all slots.\n- Not authorized: find out what denies launches, perhaps a budget.\nTo cancel the run:\n{}",
            command("stop", run)
        ),
        Topic::Settling(run) => settling(&command("approve", run), &command("stop", run)),
        Topic::Again(State::Queued, run) if run.launch_after.is_some() => {
            settling(&command("approve", run), &command("stop", run))
        }
        Topic::Is(State::Rejected, _) | Topic::Again(State::Rejected, _) => format!(
            "Fix the problems that the report lists, and upload the changed files to datasets/{dataset}/. To check the dataset's folder on your machine first:\n  tunedrop check {}",
            shell(topic.dataset())
        ),
        Topic::Is(State::Held, run) | Topic::Again(State::Held, run) => {
            format!("To start training:\n{}\nTo cancel the run:\n{}", command("approve", run), command("stop", run))
        }
        Topic::Is(State::Superseded, run) | Topic::Again(State::Superseded, run) => {
            format!(
                "No action is needed if you want the newer files. To train on this version anyway:\n{}",
                command("retry", run)
            )
        }
        Topic::Is(State::Running | State::Launching, run) | Topic::Again(State::Running | State::Launching, run) => {
            format!(
                "Wait for the message with the result. To stop training (tokens already trained on are billed):\n{}",
                command("stop", run)
            )
        }
        Topic::Is(State::Queued, run) | Topic::Again(State::Queued, run) => {
            format!("Wait: training starts when a job slot is free. To cancel the run:\n{}", command("stop", run))
        }
        Topic::Is(State::Succeeded, run) | Topic::Again(State::Succeeded, run) => after_success(run, stack),
        Topic::Is(State::Refused, run) | Topic::Again(State::Refused, run) => match run.run_id.next() {
            Some(next) => format!(
                "Fix what the reason names, and upload the recipe again with `attempt: {}`. Without it, a changed guard or price starts no new run.\nIf the stack's settings were the reason, run the same content again once they allow it:\n{}",
                next.attempt(),
                command("retry", run)
            ),
            None => format!("Fix what the reason names. {NO_ATTEMPT}"),
        },
        Topic::Is(state @ (State::Failed | State::Stopped), run)
        | Topic::Again(state @ (State::Failed | State::Stopped), run) => {
            let fix = "Fix what the reason names, and upload the changed file. That starts a new run.\n";
            let fix = if state == State::Failed { fix } else { "" };
            match run.run_id.next() {
                Some(next) => format!(
                    "{fix}To run the same content again, upload the recipe with `attempt: {}`, or use:\n{}",
                    next.attempt(),
                    command("retry", run)
                ),
                None => format!("{fix}{NO_ATTEMPT}"),
            }
        }
        Topic::Deployment(kind, detail) => deployment::next_steps(kind, detail, stack),
        Topic::Evaluation(detail) => evaluation::next_steps(detail, stack),
        Topic::Model(kind, detail) => model::next_steps(kind, detail, stack),
    }
}

/// The commands that upload the missing files, one on each line; none if the bucket isn't known.
fn upload_commands(set: &IncompleteDetail) -> String {
    let report = set.report.as_deref().and_then(|report| report.strip_prefix("s3://"));
    let Some((bucket, _)) = report.and_then(|report| report.split_once('/')) else {
        return String::new();
    };
    let command = |name: &String| {
        let object = format!("s3://{bucket}/datasets/{}/{name}", set.dataset);
        format!("\n  aws s3 cp {} {}", shell(name), shell(&object))
    };
    set.missing_files.iter().map(command).collect()
}

fn settling(approve: &str, stop: &str) -> String {
    format!(
        "Wait, if you have uploaded every file. If you upload changed files before training starts, they replace this run, and nothing is billed for it.\nTo start training now:\n{approve}\nTo cancel the run:\n{stop}"
    )
}

/// How to deploy and how to delete the model: both change what is billed.
fn after_success(run: &RunDetail, stack: &str) -> String {
    match &run.model_arn {
        Some(model_arn) => {
            let trained = Trained {
                run_id: &run.run_id,
                dataset: run.run_id.dataset(),
                stack,
                base_model: run.base_model.as_deref().unwrap_or_default(),
                model_arn,
                deploy: run.deploy.as_ref(),
                evaluate: run.evaluate.as_ref(),
                address: run.report.as_deref().unwrap_or_default(),
            };
            let steps = trained.commands().into_iter().map(|(what, command)| format!("{what}:\n  {command}"));
            steps.collect::<Vec<_>>().join("\n")
        }
        None => "Open the report. It names the custom model and the next steps.".to_owned(),
    }
}
