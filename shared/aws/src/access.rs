//! How a person reaches AWS: by profile and Region, as the AWS CLI does, or a local stack.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
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

/// How long a download may deliver nothing before it fails. The SDK's default is 5 seconds, which a wireless network may
/// take to change its channel.
const DOWNLOAD_STALL: Duration = Duration::from_secs(20);

/// How long an upload may take nothing before it fails. A kernel that buffers megabytes takes them in bursts: on a line
/// of 1 Mbit/s that three parts share, 20 seconds apart.
const UPLOAD_STALL: Duration = Duration::from_secs(60);

/// Behind an upload that fills the line, the handshake of another connection waits for seconds.
const UPLOAD_CONNECT: Duration = Duration::from_secs(30);

/// Attempts at each request of an upload.
const UPLOAD_TRIES: u32 = 5;

/// Settings for every client, and those for Bedrock's and for uploads.
#[derive(Debug, Clone)]
pub struct Configs {
    /// Every service but Bedrock.
    pub all: SdkConfig,
    /// Bedrock.
    pub bedrock: SdkConfig,
    /// Requests with large bodies, to S3. They have no read timeout: that one begins with the request, so it would cut
    /// off a body that takes longer than it (aws-smithy-types, `TimeoutConfigBuilder::read_timeout`).
    pub uploads: SdkConfig,
}

impl Access {
    /// Reads files and the environment; nothing is asked of AWS before the first call. A call ends within seconds where
    /// there is no network.
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
