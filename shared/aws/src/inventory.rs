//! What exists at Bedrock in this account and Region, from any creator, and when it was last invoked.

#[cfg(feature = "invocations")]
mod invocations;

use std::collections::{BTreeMap, VecDeque};

use aws_config::SdkConfig;
use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::error::ProvideErrorMetadata;
use aws_sdk_bedrock::primitives::{DateTime, DateTimeFormat};
use tunedrop_run::decide::lifecycle::Dates;
use tunedrop_run::inventory::{FoundDeployment, FoundModel};

use crate::Failure;
use crate::jobs::{Lifecycle, life_of};
#[cfg(feature = "invocations")]
pub use invocations::Invocations;

/// Items of a page (API reference: `maxResults` is 1 to 1,000).
const PAGE: i32 = 1_000;
/// The most items that are listed of a kind. The quota of custom models in an account is far below.
const MOST: usize = 20_000;
/// Calls that read tags at the same time.
const AT_ONCE: usize = 8;

/// The lists of Bedrock's control plane.
#[derive(Debug, Clone)]
pub struct Inventory {
    client: Client,
}

/// The tags of a resource; `None` if Bedrock doesn't know it any more.
type Tags = Option<BTreeMap<String, String>>;

impl Inventory {
    /// Create one per process.
    pub fn new(config: &SdkConfig) -> Inventory {
        Inventory { client: Client::new(config) }
    }

    /// Every custom model. `seen` gets the number of models after each page.
    pub async fn models(&self, seen: impl Fn(usize)) -> Result<Vec<FoundModel>, Failure> {
        let mut pages = self.client.list_custom_models().into_paginator().page_size(PAGE).send();
        let mut models = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Failure::of_bedrock("bedrock:ListCustomModels", &error))?;
            models.extend(page.model_summaries.unwrap_or_default().into_iter().map(|one| FoundModel {
                created_at: text(&one.creation_time),
                arn: one.model_arn,
                name: one.model_name,
                base_arn: one.base_model_arn,
                status: one.model_status.map(|status| status.as_str().to_owned()),
            }));
            seen(models.len());
            bounded(models.len(), "custom models")?;
        }
        Ok(models)
    }

    /// Every custom model deployment.
    pub async fn deployments(&self) -> Result<Vec<FoundDeployment>, Failure> {
        let mut pages = self.client.list_custom_model_deployments().into_paginator().page_size(PAGE).send();
        let mut deployments = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Failure::of_bedrock("bedrock:ListCustomModelDeployments", &error))?;
            deployments.extend(page.model_deployment_summaries.unwrap_or_default().into_iter().map(|one| {
                FoundDeployment {
                    created_at: text(&one.created_at),
                    arn: one.custom_model_deployment_arn,
                    name: one.custom_model_deployment_name,
                    model_arn: one.model_arn,
                    status: one.status.as_str().to_owned(),
                    model_units: None,
                    committed_until: None,
                }
            }));
            bounded(deployments.len(), "deployments")?;
        }
        Ok(deployments)
    }

    /// All provisioned throughput, of base models too.
    pub async fn throughputs(&self) -> Result<Vec<FoundDeployment>, Failure> {
        let mut pages = self.client.list_provisioned_model_throughputs().into_paginator().page_size(PAGE).send();
        let mut throughputs = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Failure::of_bedrock("bedrock:ListProvisionedModelThroughputs", &error))?;
            throughputs.extend(page.provisioned_model_summaries.unwrap_or_default().into_iter().map(|one| {
                FoundDeployment {
                    created_at: text(&one.creation_time),
                    arn: one.provisioned_model_arn,
                    name: one.provisioned_model_name,
                    model_arn: one.model_arn,
                    status: one.status.as_str().to_owned(),
                    model_units: Some(u32::try_from(one.model_units).unwrap_or_default()),
                    committed_until: one.commitment_expiration_time.as_ref().map(text),
                }
            }));
            bounded(throughputs.len(), "provisioned throughput")?;
        }
        Ok(throughputs)
    }

    /// Bedrock's lifecycle status and dates of a foundation model; unknown if Bedrock doesn't have it any more.
    pub async fn lifecycle(&self, identifier: &str) -> Result<(Lifecycle, Dates), Failure> {
        match self.client.get_foundation_model().model_identifier(identifier).send().await {
            Ok(answer) => Ok(life_of(answer)),
            Err(error) if matches!(error.code(), Some("ResourceNotFoundException" | "ValidationException")) => {
                Ok((Lifecycle::Unknown, Dates::default()))
            }
            Err(error) => Err(Failure::of_bedrock(format!("bedrock:GetFoundationModel {identifier}"), &error)),
        }
    }

    /// The tags of each of these resources, in the same order. `seen` gets the number of answers so far.
    pub async fn tags(&self, arns: &[String], seen: impl Fn(usize)) -> Result<Vec<Tags>, Failure> {
        let (mut coming, mut all) = (VecDeque::new(), Vec::with_capacity(arns.len()));
        let mut next = arns.iter();
        loop {
            while coming.len() < AT_ONCE
                && let Some(arn) = next.next()
            {
                coming.push_back(tokio::spawn(tags(self.client.clone(), arn.clone())));
            }
            let Some(answer) = coming.pop_front() else { return Ok(all) };
            let answer = answer.await.map_err(|error| Failure::new("bedrock:ListTagsForResource", &error))?;
            match answer {
                Ok(tags) => all.push(tags),
                Err(failure) => {
                    coming.iter().for_each(tokio::task::JoinHandle::abort);
                    return Err(failure);
                }
            }
            seen(all.len());
        }
    }
}

async fn tags(client: Client, arn: String) -> Result<Tags, Failure> {
    match client.list_tags_for_resource().resource_arn(&arn).send().await {
        Ok(answer) => Ok(Some(answer.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect())),
        // Deleted since it was listed.
        Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(Failure::of_bedrock(format!("bedrock:ListTagsForResource {arn}"), &error)),
    }
}

fn bounded(count: usize, what: &str) -> Result<(), Failure> {
    if count <= MOST {
        return Ok(());
    }
    Err(Failure { call: format!("listing {what}"), cause: format!("there are more than {MOST}"), words: None })
}

fn text(time: &DateTime) -> String {
    time.fmt(DateTimeFormat::DateTime).unwrap_or_default()
}
