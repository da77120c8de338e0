//! Answers of models: as a stream for people, and whole for evaluations.

mod converse;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::Builder;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamOutput;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ContentBlockDelta, ConversationRole, ConverseStreamOutput as Part, InferenceConfiguration, Message,
    SystemContentBlock,
};

use crate::Failure;
pub use converse::Asked;

/// A model may read a long prompt, or start, before it answers.
const FIRST_PART: Duration = Duration::from_secs(120);

/// A question to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The prompt.
    pub prompt: String,
    /// The system prompt.
    pub system: Option<String>,
    /// Maximum tokens of the answer; `None`: the model's own limit.
    pub max_tokens: Option<i32>,
    /// The temperature; `None`: the model's default.
    pub temperature: Option<f32>,
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerPart {
    /// The next text.
    Text(String),
    /// Why the model stopped, in the API's word: `end_turn`, `max_tokens` and others.
    Stopped(String),
    /// What the question used, by Bedrock's count.
    Used {
        /// Tokens of the prompt and the system prompt.
        input: i32,
        /// Tokens of the answer.
        output: i32,
        /// Milliseconds that the model needed.
        latency_ms: Option<i64>,
    },
}

/// Models that answer, in this account and Region.
#[derive(Debug, Clone)]
pub struct Inference {
    client: Client,
    is_patient: bool,
}

/// Whether Bedrock says that a base model answers through an inference profile only.
pub fn wants_profile(failure: &Failure) -> bool {
    failure.words.as_deref().is_some_and(|words| words.contains("inference profile"))
}

/// An answer that arrives in parts.
#[derive(Debug)]
pub struct Answer {
    call: String,
    stream: ConverseStreamOutput,
}

impl Inference {
    /// One per process.
    pub fn new(config: &SdkConfig) -> Inference {
        Inference { client: Client::new(config), is_patient: false }
    }

    /// Whole answers are asked for again, more often than the client's settings say, as long as Bedrock throttles them.
    pub fn patient(self) -> Inference {
        Inference { is_patient: true, ..self }
    }

    /// Asks a model: the ARN of a deployment, the id of a base model, or an inference profile.
    pub async fn ask(&self, model: &str, question: &Question) -> Result<Answer, Failure> {
        let call = format!("bedrock:ConverseStream {model}");
        let message = Message::builder()
            .role(ConversationRole::User)
            .content(ContentBlock::Text(question.prompt.clone()))
            .build()
            .map_err(|error| Failure::new(&call, &error))?;
        let settings = InferenceConfiguration::builder()
            .set_max_tokens(question.max_tokens)
            .set_temperature(question.temperature)
            .build();
        let mut request = self.client.converse_stream().model_id(model).messages(message).inference_config(settings);
        if let Some(system) = &question.system {
            request = request.system(SystemContentBlock::Text(system.clone()));
        }
        // A model pauses as long as it likes.
        let patient = Builder::new()
            .timeout_config(TimeoutConfig::builder().read_timeout(FIRST_PART).build())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        match request.customize().config_override(patient).send().await {
            Ok(stream) => Ok(Answer { call, stream }),
            Err(error) => Err(Failure::of_bedrock(call, &error)),
        }
    }
}

impl Answer {
    /// The next part; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<AnswerPart>, Failure> {
        loop {
            let part = self.stream.stream.recv().await;
            let Some(part) = part.map_err(|error| Failure::of_bedrock(&self.call, &error))? else { return Ok(None) };
            let part = match part {
                Part::ContentBlockDelta(event) => match event.delta {
                    Some(ContentBlockDelta::Text(text)) => AnswerPart::Text(text),
                    _ => continue,
                },
                Part::MessageStop(event) => AnswerPart::Stopped(event.stop_reason.as_str().to_owned()),
                Part::Metadata(event) => match event.usage {
                    Some(usage) => AnswerPart::Used {
                        input: usage.input_tokens,
                        output: usage.output_tokens,
                        latency_ms: event.metrics.map(|metrics| metrics.latency_ms),
                    },
                    None => continue,
                },
                _ => continue,
            };
            return Ok(Some(part));
        }
    }
}
