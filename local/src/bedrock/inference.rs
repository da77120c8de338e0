//! Inference with the Converse API of `bedrock-runtime` (service model 2023-09-30 in botocore 1.44.8).
//!
//! A custom model answers with text of its training data. A base model answers with a general text that depends on the
//! prompt. The same prompt always gets the same answer. Tokens are counted by a rule of the simulator, because Amazon
//! Nova's tokenizer isn't public.
//!
//! The API reference says that Converse also needs permission on a project: the account's default project if the
//! request names none. No published policy has that resource, so the simulator doesn't check it.

mod request;
mod speech;
mod stream;
mod target;

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::broken::Broken;
use super::metrics;
use super::patterns;
use super::state::Shared;
use super::wire::{self, Answer, Refusal, ok};
use request::ConverseRequest;
use speech::Speech;

/// Calls and tokens of a model.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Usage {
    calls: u64,
    input_tokens: u64,
    output_tokens: u64,
}

/// An answer and its usage.
struct Reply {
    speech: Speech,
    input_tokens: usize,
    latency: Duration,
}

/// `POST /model/{modelId}/converse`
pub(super) async fn converse(
    State(simulator): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let reply = reply(&simulator, "Converse", "bedrock:InvokeModel", &id, &headers, &bytes).await?;
    let answer = json!({
        "output": { "message": { "role": "assistant", "content": [{ "text": reply.speech.text() }] } },
        "stopReason": reply.speech.stop,
        "usage": reply.usage(),
        "metrics": reply.metrics(),
    });
    wire::leave(&simulator, "Converse", ok(answer))
}

/// `POST /model/{modelId}/converse-stream`
pub(super) async fn converse_stream(
    State(simulator): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let action = "bedrock:InvokeModelWithResponseStream";
    let reply = reply(&simulator, "ConverseStream", action, &id, &headers, &bytes).await?;
    let pause = Duration::from_millis(simulator.faults().inference.part_ms);
    let broken = simulator.call_fault("ConverseStream", true);
    stream::answer(&reply, pause, broken.as_ref())
}

/// Checks a call of either operation and its permissions, and returns the answer.
async fn reply(
    simulator: &Shared,
    operation: &str,
    action: &str,
    id: &str,
    headers: &HeaderMap,
    bytes: &[u8],
) -> Result<Reply, Refusal> {
    let begun = Instant::now();
    let caller = wire::enter(simulator, operation, headers).await?;
    let request: ConverseRequest = wire::body(bytes)?;
    let mut broken = Broken::default();
    broken.text("modelId", Some(id), true, patterns::conversational_model);
    request.check(&mut broken);
    broken.result()?;
    let named = target::parse(simulator, id);
    named.require(simulator, &caller, action).await?;
    let name = simulator.state().deployment(id).map(|deployment| deployment.name.clone());
    simulator.fault_about(operation, name.as_deref().unwrap_or(id))?;
    let prompt = request.conversation()?;
    let target = named.find(simulator)?;
    let ms = simulator.faults().inference.ms;
    tokio::time::sleep(Duration::from_millis(ms)).await;
    let settings = request.settings();
    let answering = prompt.clone();
    let speech = tokio::task::spawn_blocking(move || target.answer(&answering, &settings));
    let speech = speech.await.map_err(|error| Refusal::bent("InternalServerException", &error.to_string()))?;
    let input_tokens = speech::tokens(&prompt.system).len()
        + prompt.turns.iter().map(|(_, text)| speech::tokens(text).len()).sum::<usize>();
    {
        let mut state = simulator.state();
        let usage = state.usage.entry(id.to_owned()).or_default();
        usage.calls += 1;
        usage.input_tokens += input_tokens as u64;
        usage.output_tokens += speech.tokens.len() as u64;
    }
    metrics::count(simulator, id);
    Ok(Reply { speech, input_tokens, latency: begun.elapsed() })
}

impl Reply {
    fn usage(&self) -> Value {
        let (input, output) = (self.input_tokens, self.speech.tokens.len());
        json!({ "inputTokens": input, "outputTokens": output, "totalTokens": input + output })
    }

    fn metrics(&self) -> Value {
        json!({ "latencyMs": u64::try_from(self.latency.as_millis()).unwrap_or(u64::MAX).max(1) })
    }
}
