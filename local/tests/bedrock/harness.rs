//! A simulator for each test, and a client for it.

use std::future::pending;

use aws_sdk_bedrock::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_bedrock::operation::create_model_customization_job::CreateModelCustomizationJobError as CreateError;
use aws_sdk_bedrock::operation::create_model_customization_job::builders::CreateModelCustomizationJobFluentBuilder as Create;
pub(crate) use aws_sdk_bedrock::operation::get_custom_model_deployment::GetCustomModelDeploymentOutput as Deployment;
use aws_sdk_bedrock::types::{CustomModelDeploymentStatus, OutputDataConfig, TrainingDataConfig};
use aws_sdk_bedrock::{Client, Config};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tunedrop_local::bedrock::{self, Faults};

use crate::objects::Objects;

pub(crate) const NOVA: &str = "amazon.nova-lite-v1:0:300k";
const ACCOUNT: &str = "123456789012";
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/jobs";

pub(crate) struct TestSimulator {
    pub(crate) bedrock: Client,
    pub(crate) url: String,
}

impl TestSimulator {
    /// Its jobs stay InProgress.
    pub(crate) async fn start() -> Self {
        Self::with(blackhole().await, Faults::default(), false).await
    }

    /// Its jobs train at once, on the objects of a bucket in memory.
    pub(crate) async fn with_objects() -> (Self, Objects) {
        Self::beside_objects(false).await
    }

    /// The same, and it checks the permissions of every caller but the account's root.
    pub(crate) async fn with_permissions() -> (Self, Objects) {
        Self::beside_objects(true).await
    }

    async fn beside_objects(auth: bool) -> (Self, Objects) {
        let objects = Objects::start().await;
        let faults = Faults { phases_ms: [0; 3], train: false, ..Faults::default() };
        (Self::with(objects.url.clone(), faults, auth).await, objects)
    }

    async fn with(emulator: String, faults: Faults, auth: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let config =
            bedrock::Config { emulator, region: "us-east-1".to_owned(), account: ACCOUNT.to_owned(), auth, faults };
        tokio::spawn(bedrock::serve(config, listener, pending()));
        Self { bedrock: client(&url, ACCOUNT), url }
    }

    /// A client with another access key than the root's.
    pub(crate) fn client(&self, key: &str) -> Client {
        client(&self.url, key)
    }

    /// Trains a model that answers each question with its answer; its ARN.
    pub(crate) async fn train(&self, objects: &Objects, name: &str, base: &str, answers: &[(&str, &str)]) -> String {
        self.train_on(objects, name, base, conversations(answers)).await
    }

    /// Trains a model on this text; its ARN.
    pub(crate) async fn train_on(&self, objects: &Objects, name: &str, base: &str, text: String) -> String {
        let key = format!("{name}.jsonl");
        objects.put(&key, text);
        let training = TrainingDataConfig::builder().s3_uri(format!("s3://bucket/{key}")).build();
        self.job(name).base_model_identifier(base).training_data_config(training).send().await.unwrap();
        loop {
            let job = self.bedrock.get_model_customization_job().job_identifier(name).send().await.unwrap();
            assert_eq!(job.failure_message, None);
            if let Some(arn) = job.output_model_arn {
                return arn;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// Deploys a model and waits until it is Active; the deployment's ARN.
    pub(crate) async fn deploy(&self, name: &str, model: &str) -> String {
        let create = self.bedrock.create_custom_model_deployment().model_deployment_name(name).model_arn(model);
        let arn = create.send().await.unwrap().custom_model_deployment_arn;
        self.until(name, |deployment| deployment.status == CustomModelDeploymentStatus::Active).await;
        arn
    }

    /// Waits until a deployment is as described.
    pub(crate) async fn until(&self, name: &str, is: impl Fn(&Deployment) -> bool) -> Deployment {
        loop {
            let get = self.bedrock.get_custom_model_deployment().custom_model_deployment_identifier(name);
            let deployment = get.send().await.unwrap();
            if is(&deployment) {
                return deployment;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// A call of `bedrock-runtime`: `converse` or `converse-stream`.
    pub(crate) async fn call(&self, operation: &str, model: &str, body: &Value) -> reqwest::Response {
        self.call_as(ACCOUNT, operation, model, body).await
    }

    /// The same, signed with an access key.
    pub(crate) async fn call_as(&self, key: &str, operation: &str, model: &str, body: &Value) -> reqwest::Response {
        let id = model.replace(':', "%3A").replace('/', "%2F");
        let url = format!("{}/model/{id}/{operation}", self.url);
        let signed = format!("AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/bedrock/aws4_request, Signature=0");
        reqwest::Client::new().post(url).header("authorization", signed).json(body).send().await.unwrap()
    }

    /// What Converse answers to one question.
    pub(crate) async fn ask(&self, model: &str, question: &str) -> String {
        let response = self.call("converse", model, &one(question)).await;
        assert_eq!(response.status(), 200);
        let answer: Value = response.json().await.unwrap();
        answer["output"]["message"]["content"][0]["text"].as_str().unwrap().to_owned()
    }

    /// The error that Converse answers with: status, code and message.
    pub(crate) async fn refusal(&self, model: &str, body: &Value) -> (u16, String, String) {
        let response = self.call("converse", model, body).await;
        let code = response.headers()["x-amzn-errortype"].to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        let said: Value = response.json().await.unwrap();
        (status, code, said["message"].as_str().unwrap().to_owned())
    }

    /// A job that Bedrock would accept.
    pub(crate) fn job(&self, name: &str) -> Create {
        let training = TrainingDataConfig::builder().s3_uri("s3://bucket/train.jsonl").build();
        let output = OutputDataConfig::builder().s3_uri("s3://bucket/output/").build().unwrap();
        self.bedrock
            .create_model_customization_job()
            .job_name(name)
            .custom_model_name(format!("{name}-model"))
            .role_arn(ROLE)
            .base_model_identifier(NOVA)
            .training_data_config(training)
            .output_data_config(output)
    }

    pub(crate) async fn bend(&self, faults: Value) {
        let sent =
            reqwest::Client::new().post(format!("{}/_simulator/faults", self.url)).json(&faults).send().await.unwrap();
        assert_eq!(sent.status(), 200);
    }

    pub(crate) async fn seen(&self) -> Value {
        reqwest::get(format!("{}/_simulator/jobs", self.url)).await.unwrap().json().await.unwrap()
    }
}

fn client(url: &str, key: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(url)
        .retry_config(aws_sdk_bedrock::config::retry::RetryConfig::disabled())
        .credentials_provider(Credentials::new(key, "test", None, None, "test"))
        .build();
    Client::from_conf(config)
}

/// A request with one question.
pub(crate) fn one(question: &str) -> Value {
    json!({ "messages": [{ "role": "user", "content": [{ "text": question }] }] })
}

/// Enough records for Nova, with these answers among them.
fn conversations(answers: &[(&str, &str)]) -> String {
    let others: Vec<(String, String)> = (0..200).map(|n| (format!("Filler {n}"), format!("Other {n}"))).collect();
    let others = others.iter().map(|(question, answer)| (question.as_str(), answer.as_str()));
    let record = |(question, answer): (&str, &str)| {
        let turn = |role: &str, text: &str| json!({ "role": role, "content": [{ "text": text }] });
        let messages = [turn("user", question), turn("assistant", answer)];
        json!({ "schemaVersion": "bedrock-conversation-2024", "messages": messages }).to_string()
    };
    answers.iter().copied().chain(others).map(record).collect::<Vec<_>>().join("\n")
}

/// An emulator that takes connections and never answers.
async fn blackhole() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            open.push(connection);
        }
    });
    format!("http://{address}")
}

/// The error of a rejected call.
pub(crate) async fn refused(create: Create) -> CreateError {
    create.send().await.unwrap_err().into_service_error()
}
