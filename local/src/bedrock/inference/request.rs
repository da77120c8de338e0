//! A Converse request: its members, their constraints, and its conversation.

use serde::Deserialize;
use serde_json::Value;

use super::super::broken::Broken;
use super::super::errors::{self, Refusal};
use super::super::memory::{Conversation, text};
use super::speech::Settings;

/// The members that the simulator supports. Others are ignored, like unknown members in the protocol.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConverseRequest {
    #[serde(default)]
    messages: Vec<Message>,
    #[serde(default)]
    system: Vec<Value>,
    inference_config: Option<InferenceConfig>,
}

#[derive(Deserialize)]
struct Message {
    role: Option<String>,
    content: Option<Vec<Value>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InferenceConfig {
    max_tokens: Option<i64>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    #[serde(default)]
    stop_sequences: Vec<String>,
}

impl ConverseRequest {
    /// Checks the constraints of the API model.
    pub(super) fn check(&self, broken: &mut Broken) {
        for (message, number) in self.messages.iter().zip(1..) {
            let at = |member: &str| format!("messages.{number}.member.{member}");
            let known = |role: &str| matches!(role, "user" | "assistant" | "system");
            broken.text(&at("role"), message.role.as_deref(), true, known);
            broken.unless(message.content.is_some(), &at("content"), "Member must not be null");
            let single = |block: &Value| block.as_object().is_some_and(|block| block.len() == 1);
            let blocks = message.content.iter().flatten();
            broken.unless(
                blocks.clone().all(single),
                &at("content"),
                "Member must have exactly one member of the union",
            );
        }
        let blank = |block: &Value| block["text"].as_str() == Some("");
        let least = "Member must have length greater than or equal to 1";
        broken.unless(!self.system.iter().any(blank), "system.member.text", least);
        let Some(config) = &self.inference_config else { return };
        let share = |value: Option<f64>| value.is_none_or(|value| (0.0..=1.0).contains(&value));
        let tokens = config.max_tokens.is_none_or(|tokens| tokens >= 1);
        broken.unless(tokens, "inferenceConfig.maxTokens", "Member must have value greater than or equal to 1");
        let between = "Member must have value between 0 and 1";
        broken.unless(share(config.temperature), "inferenceConfig.temperature", between);
        broken.unless(share(config.top_p), "inferenceConfig.topP", between);
        let stops = &config.stop_sequences;
        let most = "Member must have at most 2500 members, each of at least 1 character";
        let fit = stops.len() <= 2_500 && stops.iter().all(|stop| !stop.is_empty());
        broken.unless(fit, "inferenceConfig.stopSequences", most);
    }

    /// Returns the conversation. Roles must alternate, with the user first, and nothing may be empty. The last message
    /// may be the assistant's: the beginning of its answer.
    pub(super) fn conversation(&self) -> Result<Conversation, Refusal> {
        if self.messages.first().and_then(|message| message.role.as_deref()) != Some("user") {
            return Err(errors::CONVERSATION_START.refusal());
        }
        let roles = ["user", "assistant"].into_iter().cycle();
        if self.messages.iter().zip(roles).any(|(message, role)| message.role.as_deref() != Some(role)) {
            return Err(errors::CONVERSATION_TURNS.refusal());
        }
        let mut turns = Vec::new();
        for (at, message) in self.messages.iter().enumerate() {
            let content = message.content.as_deref().unwrap_or_default();
            if content.is_empty() {
                return Err(errors::CONTENT_EMPTY.with(&[&at]));
            }
            let blank = |block: &Value| block["text"].as_str().is_some_and(|text| text.trim().is_empty());
            if let Some(block) = content.iter().position(blank) {
                return Err(errors::TEXT_BLANK.with(&[&at, &block]));
            }
            let said = text(&Value::Array(content.to_vec()));
            turns.push((message.role.clone().unwrap_or_default(), said));
        }
        Ok(Conversation { system: text(&Value::Array(self.system.clone())), turns })
    }

    /// Returns the limits of the answer.
    pub(super) fn settings(&self) -> Settings {
        let config = self.inference_config.as_ref();
        Settings {
            max_tokens: config.and_then(|config| config.max_tokens).and_then(|tokens| usize::try_from(tokens).ok()),
            stops: config.map(|config| config.stop_sequences.clone()).unwrap_or_default(),
        }
    }
}
