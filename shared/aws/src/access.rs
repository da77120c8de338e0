//! How a command reaches AWS: by profile and Region, as the AWS CLI does, or through a local stack.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;

/// The options of a command. Defaults come from the environment and the AWS CLI's files.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// A profile of `~/.aws/config`.
    pub profile: Option<String>,
    /// Overrides the profile's Region.
    pub region: Option<String>,
    /// A local stack, in place of an account.
    pub endpoints: Option<Endpoints>,
}

/// The addresses of a local stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// The endpoint of every service except Bedrock.
    pub all: String,
    /// The endpoint of Bedrock.
    pub bedrock: String,
    /// The Region that it simulates.
    pub region: String,
    /// Its access key and secret.
    pub key: (String, String),
}

/// How long a download may receive nothing before it fails. The SDK's default is 5 seconds, but a wireless network may
/// need that long to change its channel.
const DOWNLOAD_STALL: Duration = Duration::from_secs(20);

/// How long an upload may send nothing before it fails. A kernel with large buffers accepts data in bursts: 20 seconds
/// apart on a connection of 1 Mbit/s that three parts share.
const UPLOAD_STALL: Duration = Duration::from_secs(60);

/// If an upload uses all of the bandwidth, the handshake of another connection takes seconds.
const UPLOAD_CONNECT: Duration = Duration::from_secs(30);

/// Attempts at each request of an upload.
const UPLOAD_TRIES: u32 = 5;

/// The settings of the clients.
#[derive(Debug, Clone)]
pub struct Configs {
    /// For every service except Bedrock.
    pub all: SdkConfig,
    /// For Bedrock.
    pub bedrock: SdkConfig,
    /// For requests to S3 with large bodies. They have no read timeout: it starts with the request, so it would
    /// interrupt a body that takes longer (aws-smithy-types, `TimeoutConfigBuilder::read_timeout`).
    pub uploads: SdkConfig,
}

impl Access {
    /// Reads files and the environment. The first call to AWS is made later, and fails within seconds if there is no
    /// network.
    pub async fn configs(&self) -> Configs {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .read_timeout(Duration::from_secs(20))
            .build();
        let stall = StalledStreamProtectionConfig::enabled().grace_period(DOWNLOAD_STALL).build();
        let mut loader =
            aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts).stalled_stream_protection(stall);
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        let Some(Endpoints { all, bedrock, region, key: (key, secret) }) = &self.endpoints else {
            let config = loader.load().await;
            let uploads = for_uploads(&config);
            return Configs { all: config.clone(), bedrock: config, uploads };
        };
        let credentials = Credentials::new(key, secret, None, None, "local");
        let config = loader.region(Region::new(region.clone())).credentials_provider(credentials).load().await;
        let at = |endpoint: &str| config.to_builder().endpoint_url(endpoint).build();
        Configs { all: at(all), bedrock: at(bedrock), uploads: for_uploads(&at(all)) }
    }
}

fn for_uploads(config: &SdkConfig) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().connect_timeout(UPLOAD_CONNECT).disable_read_timeout().build();
    let stall = StalledStreamProtectionConfig::enabled().grace_period(UPLOAD_STALL).build();
    config
        .to_builder()
        .timeout_config(timeouts)
        .stalled_stream_protection(stall)
        .retry_config(RetryConfig::standard().with_max_attempts(UPLOAD_TRIES))
        .build()
}
