//! A stand-in per test, and a client to it.

use std::future::pending;

use aws_sdk_bedrock::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_bedrock::operation::create_model_customization_job::CreateModelCustomizationJobError as CreateError;
use aws_sdk_bedrock::operation::create_model_customization_job::builders::CreateModelCustomizationJobFluentBuilder as Create;
use aws_sdk_bedrock::types::{OutputDataConfig, TrainingDataConfig};
use aws_sdk_bedrock::{Client, Config};
use serde_json::Value;
use tokio::net::TcpListener;
use tunedrop_local::bedrock::{self, Faults};

pub(crate) const NOVA: &str = "amazon.nova-lite-v1:0:300k";
const ROLE: &str = "arn:aws:iam::123456789012:role/jobs";

pub(crate) struct Standin {
    pub(crate) bedrock: Client,
    pub(crate) url: String,
}

impl Standin {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let config = bedrock::Config {
            emulator: blackhole().await,
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            auth: false,
            faults: Faults::default(),
        };
        tokio::spawn(bedrock::serve(config, listener, pending()));
        let config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("us-east-1"))
            .endpoint_url(&url)
            .retry_config(aws_sdk_bedrock::config::retry::RetryConfig::disabled())
            .credentials_provider(Credentials::new("123456789012", "test", None, None, "test"))
            .build();
        Self { bedrock: Client::from_conf(config), url }
    }

    /// A job that Bedrock would take.
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
            reqwest::Client::new().post(format!("{}/_standin/faults", self.url)).json(&faults).send().await.unwrap();
        assert_eq!(sent.status(), 200);
    }

    pub(crate) async fn seen(&self) -> Value {
        reqwest::get(format!("{}/_standin/jobs", self.url)).await.unwrap().json().await.unwrap()
    }
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

/// The error a call is refused with.
pub(crate) async fn refused(create: Create) -> CreateError {
    create.send().await.unwrap_err().into_service_error()
}
