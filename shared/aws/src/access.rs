//! How a person reaches AWS: by profile and Region, as the AWS CLI does, or a local stack.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;

/// What a person says of the account; what they leave out comes from the environment and the AWS CLI's files.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// A profile of `~/.aws/config`.
    pub profile: Option<String>,
    /// Over the profile's.
    pub region: Option<String>,
    /// A local stack, in place of an account.
    pub endpoints: Option<Endpoints>,
}

/// Where a local stack listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Every service but Bedrock.
    pub all: String,
    /// Bedrock.
    pub bedrock: String,
    /// The Region that it plays.
    pub region: String,
    /// Its access key, and the secret.
    pub key: (String, String),
}

/// Settings for every client, and those for Bedrock's.
#[derive(Debug, Clone)]
pub struct Configs {
    /// Every service but Bedrock.
    pub all: SdkConfig,
    /// Bedrock.
    pub bedrock: SdkConfig,
}

impl Access {
    /// Reads files and the environment; nothing is asked of AWS before the first call. A call ends within seconds where
    /// there is no network.
    pub async fn configs(&self) -> Configs {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .read_timeout(Duration::from_secs(20))
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        let Some(Endpoints { all, bedrock, region, key: (key, secret) }) = &self.endpoints else {
            let config = loader.load().await;
            return Configs { all: config.clone(), bedrock: config };
        };
        let credentials = Credentials::new(key, secret, None, None, "local");
        let config = loader.region(Region::new(region.clone())).credentials_provider(credentials).load().await;
        let at = |endpoint: &str| config.to_builder().endpoint_url(endpoint).build();
        Configs { all: at(all), bedrock: at(bedrock) }
    }
}
