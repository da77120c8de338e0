//! Whole answers, for evaluations.

use std::time::{Duration, Instant};

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::config::Builder;
use aws_sdk_bedrockruntime::config::http::HttpResponse;
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::converse::{ConverseError, ConverseOutput};
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, ConverseOutput as Output, InferenceConfiguration, Message, SystemContentBlock,
};
use tunedrop_evaluation::{Answer, BLOCK_JOIN, Prompt, Speaker};

use super::{Inference, wants_profile};
use crate::Failure;

/// How long a model may take for one answer, with all attempts. Answers are short, and a worker's deadline isn't much later.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);
/// How often a call is sent: throttled ones, and those that meet an error of the service.
const ATTEMPTS: u32 = 6;

/// What a model did with a prompt.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// It answered.
    Answered {
        /// The answer. An answer without text is empty.
        answer: Answer,
        /// Why it stopped, in the API's word.
        stop: String,
    },
    /// It can't answer this prompt, in Bedrock's words, or it didn't answer in time.
    Unanswered(String),
    /// It is asked by an inference profile only.
    WantsProfile,
    /// It doesn't exist, or may not be asked: in Bedrock's words.
    NoModel(String),
}

impl Inference {
    /// Asks a model for a whole answer at temperature 0: the ARN of a deployment, the id of a base model, or an inference
    /// profile. Throttled calls are repeated, at the rate that the service allows.
    ///
    /// # Errors
    ///
    /// Bedrock is throttling, or fails.
    pub async fn converse(&self, model: &str, prompt: &Prompt, max_tokens: u64) -> Result<Asked, Failure> {
        let call = format!("bedrock:Converse {model}");
        let settings = InferenceConfiguration::builder()
            .max_tokens(i32::try_from(max_tokens).unwrap_or(i32::MAX))
            .temperature(0.0)
            .build();
        let mut request = self.client.converse().model_id(model).inference_config(settings);
        for text in &prompt.system {
            request = request.system(SystemContentBlock::Text(text.clone()));
        }
        for turn in &prompt.turns {
            let role = match turn.speaker {
                Speaker::User => ConversationRole::User,
                Speaker::Assistant => ConversationRole::Assistant,
            };
            let texts = turn.texts.iter().cloned().map(ContentBlock::Text).collect();
            let message = Message::builder().role(role).set_content(Some(texts)).build();
            request = request.messages(message.map_err(|error| Failure::new(&call, &error))?);
        }
        // Without a timeout of its own, a read can't end first. The SDK would repeat it, and Bedrock could bill both answers.
        let timeouts = TimeoutConfig::builder().disable_read_timeout().operation_timeout(ANSWER_TIMEOUT).build();
        // The answer comes at once, after a pause that may be long.
        let mut patient = Builder::new()
            .timeout_config(timeouts)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        if self.is_patient {
            patient = patient.retry_config(RetryConfig::adaptive().with_max_attempts(ATTEMPTS));
        }
        let begin = Instant::now();
        match request.customize().config_override(patient).send().await {
            Ok(output) => Ok(answered(output, begin.elapsed())),
            Err(error) => refused(call, &error),
        }
    }
}

fn answered(output: ConverseOutput, took: Duration) -> Asked {
    let blocks = match output.output {
        Some(Output::Message(message)) => message.content,
        _ => Vec::new(),
    };
    let texts = blocks.into_iter().filter_map(|block| match block {
        ContentBlock::Text(text) => Some(text),
        _ => None,
    });
    let text = texts.collect::<Vec<String>>().join(BLOCK_JOIN);
    // The SDK reads figures that are missing as 0. No prompt has 0 tokens.
    let usage = output.usage.filter(|usage| usage.input_tokens > 0);
    let latency = output.metrics.and_then(|metrics| u64::try_from(metrics.latency_ms).ok());
    let latency_ms = latency.filter(|ms| *ms > 0).or_else(|| u64::try_from(took.as_millis()).ok());
    let tokens = |count: i32| u64::try_from(count).ok();
    let answer = Answer {
        text,
        latency_ms,
        tokens_in: usage.as_ref().and_then(|usage| tokens(usage.input_tokens)),
        tokens_out: usage.as_ref().and_then(|usage| tokens(usage.output_tokens)),
    };
    Asked::Answered { answer, stop: output.stop_reason.as_str().to_owned() }
}

/// What Bedrock's error means (API reference, Converse, "Errors"). Errors that may be over soon are failures.
fn refused(call: String, error: &SdkError<ConverseError, HttpResponse>) -> Result<Asked, Failure> {
    if matches!(error, SdkError::TimeoutError(_)) {
        // Bedrock may bill the answer. To ask again would bill it again.
        return Ok(Asked::Unanswered(format!("no answer within {} seconds", ANSWER_TIMEOUT.as_secs())));
    }
    let failure = Failure::of_bedrock(call, error);
    let SdkError::ServiceError(answer) = error else { return Err(failure) };
    let words = || answer.err().message().unwrap_or("Bedrock gave no reason").to_owned();
    match answer.err().code() {
        Some("ValidationException") if wants_profile(&failure) => Ok(Asked::WantsProfile),
        // The same code for a model that can't be asked, and for a prompt that it can't answer.
        Some("ValidationException") if is_about_model(&words()) => Ok(Asked::NoModel(words())),
        Some("ValidationException" | "ModelErrorException" | "ModelTimeoutException") => Ok(Asked::Unanswered(words())),
        Some("AccessDeniedException" | "ResourceNotFoundException") => Ok(Asked::NoModel(words())),
        _ => Err(failure),
    }
}

/// Whether a ValidationException is about the model, and not about the prompt: "The provided model identifier is invalid.",
/// "The provided model doesn't support on-demand throughput.", "This action doesn't support the model that you provided."
fn is_about_model(words: &str) -> bool {
    ["model identifier", "on-demand throughput", "doesn't support the model"].iter().any(|part| words.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answer_that_takes_too_long_is_missing_and_no_failure() {
        let asked = refused("bedrock:Converse m".to_owned(), &SdkError::timeout_error("operation timeout"));
        assert_eq!(asked.ok(), Some(Asked::Unanswered("no answer within 120 seconds".to_owned())));
    }

    #[test]
    fn connection_that_breaks_is_a_failure() {
        let error = SdkError::construction_failure("no request");
        assert!(refused("bedrock:Converse m".to_owned(), &error).is_err());
    }
}
