//! Inference through boto3 with the deployment of a trained model.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use aws_sdk_bedrock::types::{
    CustomModelDeploymentStatus as Status, CustomModelDeploymentUpdateStatus as UpdateStatus,
};
use serde_json::json;
use tunedrop_local::{ACCOUNT, REGION, SECRET};
use tunedrop_run::State;

use crate::harness::Harness;

const CLIENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/e2e/inference/client.py");
const QUESTION: &str = "Where is order 17?";

/// A Python program that knows the deployment's ARN.
struct Client {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Client {
    fn start(w: &Harness, deployment: &str) -> Result<Client> {
        let mut command = Command::new(w.stack.python());
        command.arg(CLIENT).arg(deployment).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).envs([
            ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", w.bedrock_endpoint()),
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", ACCOUNT),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ]);
        let mut child = command.spawn().context("Python could not be started")?;
        let questions = child.stdin.take().context("a pipe")?;
        let answers = BufReader::new(child.stdout.take().context("a pipe")?);
        Ok(Client { child, questions, answers })
    }

    fn ask(&mut self) -> Result<String> {
        writeln!(self.questions, "{QUESTION}")?;
        let mut answer = String::new();
        ensure!(self.answers.read_line(&mut answer)? > 0, "the client ended: {:?}", self.child.try_wait());
        Ok(answer.trim_end().to_owned())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) async fn client_gets_answers_before_during_and_after_an_update(w: &Harness) -> Result<()> {
    let old = train(w, "answers-old", "It ships tomorrow.").await?;
    let new = train(w, "answers-new", "It ships today.").await?;
    let create = w.bedrock.create_custom_model_deployment().model_deployment_name("answers").model_arn(&old);
    let arn = create.send().await?.custom_model_deployment_arn;
    let mut client = Client::start(w, &arn)?;
    let early = client.ask()?;
    ensure!(early == "error ModelNotReadyException" || early == "It ships tomorrow.", "{early}");
    let get = async || w.bedrock.get_custom_model_deployment().custom_model_deployment_identifier(&arn).send().await;
    w.until("the deployment to be active", async || get().await.ok().filter(|one| one.status == Status::Active))
        .await?;
    for _ in 0..2 {
        let answer = client.ask()?;
        ensure!(answer == "It ships tomorrow.", "before the update: {answer}");
    }

    let update = w.bedrock.update_custom_model_deployment().custom_model_deployment_identifier(&arn).model_arn(&new);
    update.send().await?;
    let mut during = Vec::new();
    loop {
        during.push(client.ask()?);
        let details = get().await?.update_details.context("an update")?;
        if details.update_status == UpdateStatus::UpdateCompleted {
            break;
        }
        ensure!(details.update_status == UpdateStatus::Updating, "{details:?}");
    }
    let changed = during.iter().position(|answer| answer == "It ships today.").unwrap_or(during.len());
    ensure!(changed > 0 && during[..changed].iter().all(|answer| answer == "It ships tomorrow."), "{during:?}");
    ensure!(during[changed..].iter().all(|answer| answer == "It ships today."), "{during:?}");
    for _ in 0..2 {
        let answer = client.ask()?;
        ensure!(answer == "It ships today.", "after the update: {answer}");
    }
    w.bedrock.delete_custom_model_deployment().custom_model_deployment_identifier(&arn).send().await?;
    let late = client.ask()?;
    ensure!(late == "error ResourceNotFoundException", "{late}");
    Ok(())
}

/// Uploads a dataset whose model gives this answer; the model's ARN.
async fn train(w: &Harness, dataset: &str, answer: &str) -> Result<String> {
    let turn = |role: &str, text: &str| json!({ "role": role, "content": [{ "text": text }] });
    let record = |question: &str, answer: &str| {
        let messages = [turn("user", question), turn("assistant", answer)];
        json!({ "schemaVersion": "bedrock-conversation-2024", "messages": messages }).to_string()
    };
    let others = (0..20).map(|n| record(&format!("What is part {n} of {dataset}?"), &format!("Number {n}.")));
    let records: Vec<String> = std::iter::once(record(QUESTION, answer)).chain(others).collect();
    w.upload(&w.main, dataset, "job.yaml", "base_model: nova-lite\n").await?;
    w.upload(&w.main, dataset, "train.jsonl", records.join("\n")).await?;
    w.run_in(&w.main, dataset, State::Succeeded).await?;
    let jobs = w.jobs(dataset).await?;
    let model = jobs.first().and_then(|job| job["outputModelArn"].as_str());
    Ok(model.context("the job's model")?.to_owned())
}
