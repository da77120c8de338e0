//! Asks the models, chunk by chunk, as long as the function has time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;
use tracing::{info, warn};
use tunedrop_aws::{Asked, Failure};
use tunedrop_evaluation::RecordKey;
use tunedrop_report::redact;
use tunedrop_run::decide::evaluate::{
    EvaluateStep, by_profile, claim, decide, failed_to_ask, next_turn, progressed, still_claimed,
};
use tunedrop_run::evaluation::{AnswerLine, Chunk, chunks};
use tunedrop_run::metric::{LogFields, Metric};
use tunedrop_run::{EvaluationEntry, EvaluationSide};

use super::Evaluate;
use super::finish::Judging;
use super::judge::ended;
use super::parts::{JSON_LINES, json_lines};
use super::sample::Stored;
use crate::batch::StepError;
use crate::count::count;
use crate::publish::{age_s, now, now_s};

/// Records that a model is asked at a time.
const AT_A_TIME: usize = 5;
/// The most objects with answers: of five models and a repeated one, in chunks of ten of 1,000 records, with room.
const OBJECTS_MAX: usize = 2_000;
/// Seconds that a chunk may take before it is known how long one takes.
const CHUNK_S: i64 = 30;
/// Seconds after which the next chunk is asked by another invocation, so that other evaluations and commands have their turn.
const TURN_S: i64 = 180;
/// Seconds that are needed to score the answers, and to compare large files.
pub(super) const FINISH_S: i64 = 120;
/// Seconds after the creation of a deployment in which Bedrock may not know it everywhere.
const SETTLES_S: i64 = 300;

/// How far the answers are.
pub(super) enum Answered {
    /// The ledger has it.
    Written,
    /// The ledger has it, and another invocation has to continue.
    Later,
    /// Nothing can be done now.
    Waits,
    /// The ledger has it, and the event returns to its queue.
    Failed(StepError),
    /// The evaluation ended: what to write, after the claimed evaluation.
    Ended(Box<EvaluationEntry>, Box<EvaluationEntry>),
}

/// The result of asking a chunk.
enum Chunked {
    Written,
    /// The model is asked by its inference profile only.
    WantsProfile,
    /// The model can't be asked, in Bedrock's words.
    NoModel(String),
    /// Every one of the model's first records was refused, in Bedrock's words.
    Refused(String),
    /// A call failed. Answers that were there by then are stored.
    Failed(Failure),
}

impl Evaluate {
    /// Claims the evaluation, and asks the models what isn't answered yet; or scores the answers, if all are there.
    pub(super) async fn answer(&self, was: &EvaluationEntry, deadline: i64) -> Result<Answered, StepError> {
        let mut claimed = claim(was, deadline);
        self.write(Some(was), &claimed).await?;
        let asked = self.work(&mut claimed, deadline).await;
        if let Err(fault) = &asked {
            self.release(&mut claimed, fault).await;
        }
        asked
    }

    /// Ends the claim after a failure, because the event comes back earlier than the claim would end.
    pub(super) async fn release(&self, claimed: &mut EvaluationEntry, fault: &StepError) {
        let now = self.ledger.evaluation(&claimed.run_id).await.unwrap_or_default();
        if !now.is_some_and(|now| still_claimed(claimed, &now)) {
            return;
        }
        let released = progressed(claimed, claimed.answered);
        if !self.ledger.write_evaluation(Some(claimed), &released).await.unwrap_or(false) {
            warn!(%fault, "the claim on the evaluation couldn't be ended");
        }
    }

    async fn work(&self, claimed: &mut EvaluationEntry, deadline: i64) -> Result<Answered, StepError> {
        let Some(sample) = self.stored_sample(claimed).await? else {
            return ended(claimed, "the evaluation's sample doesn't exist any more");
        };
        let there = self.objects.keys(&format!("{}answers/", claimed.prefix()), OBJECTS_MAX).await?;
        let there: BTreeSet<String> = there.into_iter().collect();
        let parts = self.parts(claimed).await?;
        let all = chunks(claimed, sample.records.len());
        let missing: Vec<Chunk> =
            all.iter().filter(|chunk| !there.contains(&claimed.chunk_key(chunk))).copied().collect();
        if missing.is_empty() && claimed.plan.judge.is_some() {
            return self.begin_scoring(claimed, &sample).await;
        }
        if missing.is_empty() {
            return match self.finish(claimed, &sample, &Judging::None).await? {
                Ok(next) => Ok(Answered::Ended(Box::new(claimed.clone()), Box::new(next))),
                Err(reason) => ended(claimed, &reason),
            };
        }
        let mut answered = all.len() - missing.len();
        let (asked, later): (Vec<Chunk>, Vec<Chunk>) = missing.into_iter().partition(|chunk| claimed.asks(chunk.side));
        if asked.is_empty() {
            return self.next_turn(claimed, &later).await;
        }
        let (max_tokens, records) = (sample.max_tokens(claimed), Arc::new(sample));
        let (mut needs_s, turn_ends) = (0, now_s() + TURN_S);
        let mut todo = asked.into_iter().peekable();
        while let Some(chunk) = todo.peek() {
            if deadline - now_s() < needs_s || now_s() >= turn_ends {
                break;
            }
            // Somebody may have stopped the evaluation: every answer costs money.
            let now_there = self.ledger.evaluation(&claimed.run_id).await?;
            if !now_there.is_some_and(|now_there| still_claimed(claimed, &now_there)) {
                return Err(StepError::NotYet("the evaluation was changed while models were asked".to_owned()));
            }
            let begin = Instant::now();
            match self.ask(claimed, chunk, &parts, &records, max_tokens).await? {
                Chunked::Written => {
                    answered += 1;
                    claimed.answered = answered as u64;
                    claimed.failures = 0;
                    todo.next();
                }
                Chunked::WantsProfile => match by_profile(claimed, chunk.side, &self.region) {
                    Some(next) => {
                        self.write(Some(claimed), &next).await?;
                        *claimed = next;
                    }
                    None => {
                        let reason = "the base model is asked by an inference profile only, and this Region has none";
                        return ended(claimed, reason);
                    }
                },
                Chunked::Failed(failure) => return self.after_failure(claimed, chunk, failure).await,
                Chunked::NoModel(words) => return self.without_model(claimed, chunk, &words).await,
                Chunked::Refused(words) => {
                    let name = claimed.sides.get(chunk.side).map_or("", |side| &side.name);
                    return ended(claimed, &format!("the model of {name} refuses the records: {words}"));
                }
            }
            let took = i64::try_from(begin.elapsed().as_secs()).unwrap_or(CHUNK_S);
            needs_s = needs_s.max(2 * took + 5).max(CHUNK_S);
        }
        let next = progressed(claimed, answered as u64);
        self.write(Some(claimed), &next).await?;
        info!(answered, chunks = all.len(), "answers to {answered} of {} chunks are there", all.len());
        // With all answers, the deployments are read again before anything is decided.
        let goes_on = todo.peek().is_none() && deadline - now_s() >= FINISH_S.max(needs_s);
        Ok(if goes_on { Answered::Written } else { Answered::Later })
    }

    /// Has the next model deployed, and the deployment of the one that was asked deleted. `missing`: chunks of the models that
    /// weren't asked yet. Another event continues, because this one waited for a deployment already.
    async fn next_turn(&self, claimed: &EvaluationEntry, missing: &[Chunk]) -> Result<Answered, StepError> {
        let sides = claimed.sides.iter().enumerate();
        let answered: Vec<bool> = sides.map(|(side, _)| missing.iter().all(|chunk| chunk.side != side)).collect();
        let next = next_turn(claimed, &answered, &now()).map_err(|reason| StepError::NotYet(reason.to_owned()))?;
        self.write(Some(claimed), &next).await?;
        self.look_at_deployment(claimed).await?;
        Ok(Answered::Later)
    }

    /// Writes that asking failed. After repeated failures the evaluation has failed, in Bedrock's words.
    async fn after_failure(
        &self,
        claimed: &EvaluationEntry,
        chunk: &Chunk,
        failure: Failure,
    ) -> Result<Answered, StepError> {
        let name = claimed.sides.get(chunk.side).map_or("", |side| &side.name);
        let words = failure.words.as_deref().unwrap_or(&failure.cause);
        let next = failed_to_ask(claimed, name, words, &now(), now_s());
        let next = next.map_err(|reason| StepError::NotYet(reason.to_owned()))?;
        if next.state.is_end() {
            return Ok(Answered::Ended(Box::new(claimed.clone()), Box::new(next)));
        }
        self.write(Some(claimed), &next).await?;
        let fault = StepError::Service(failure);
        Ok(Answered::Failed(match next.lease_until {
            Some(until) => StepError::Claimed { fault: Box::new(fault), until },
            None => fault,
        }))
    }

    /// A model doesn't exist, or may not be asked. If its temporary deployment is gone, it is deployed again.
    async fn without_model(
        &self,
        claimed: &EvaluationEntry,
        chunk: &Chunk,
        words: &str,
    ) -> Result<Answered, StepError> {
        let side = claimed.sides.get(chunk.side);
        let name = side.map_or("", |side| &side.name);
        warn!(bedrock.words = redact(words), "the model of {name} can't be asked");
        let is_new = |side: &EvaluationSide| side.deployed_at.as_deref().is_some_and(|at| age_s(at) < SETTLES_S);
        if side.is_some_and(is_new) {
            return Err(StepError::NotYet(format!("the deployment for {name} isn't known everywhere yet")));
        }
        let released = progressed(claimed, claimed.answered);
        let deployments = self.deployments(claimed).await?;
        if decide(&released, &deployments, age_s(&claimed.requested_at), &now()) != EvaluateStep::Answer {
            self.write(Some(claimed), &released).await?;
            return Ok(Answered::Written);
        }
        ended(claimed, &format!("the model of {name} can't be asked: {words}"))
    }

    /// Asks a chunk's records, and writes the answers.
    async fn ask(
        &self,
        claimed: &EvaluationEntry,
        chunk: &Chunk,
        parts: &BTreeSet<String>,
        sample: &Arc<Stored>,
        max_tokens: u64,
    ) -> Result<Chunked, StepError> {
        let Some(model) = claimed.sides.get(chunk.side).and_then(|side| side.model_id.clone()) else {
            return Ok(Chunked::NoModel("its id isn't known".to_owned()));
        };
        let mut lines = self.part(claimed, chunk, parts).await?;
        let known: BTreeSet<RecordKey> = lines.iter().map(|line| line.key).collect();
        let mut coming = chunk.records(sample.records.len()).filter(|at| !known.contains(&sample.records[*at].key));
        let (mut asked, mut stops) = (JoinSet::new(), None);
        loop {
            while stops.is_none()
                && asked.len() < AT_A_TIME
                && let Some(at) = coming.next()
            {
                let (inference, model, sample) = (self.inference.clone(), model.clone(), Arc::clone(sample));
                asked.spawn(async move {
                    let record = &sample.records[at];
                    (record.key, inference.converse(&model, &record.prompt, max_tokens).await)
                });
            }
            // Calls that were sent are billed, so their answers are waited for.
            let Some(done) = asked.join_next().await else { break };
            let (key, asked) = done.map_err(|_| StepError::Ended("a call panicked"))?;
            lines.push(match asked {
                Ok(Asked::Answered { answer, stop }) => {
                    AnswerLine { key, answer: Some(answer), stop: Some(stop), missing: None }
                }
                Ok(Asked::Unanswered(words)) => AnswerLine { key, answer: None, stop: None, missing: Some(words) },
                Ok(Asked::WantsProfile) => {
                    stops = Some(Chunked::WantsProfile);
                    continue;
                }
                Ok(Asked::NoModel(words)) => {
                    stops = Some(Chunked::NoModel(words));
                    continue;
                }
                Err(failure) => {
                    stops = stops.or(Some(Chunked::Failed(failure)));
                    continue;
                }
            });
        }
        lines.sort_unstable_by_key(|line| line.key);
        if let Some(stops) = stops {
            if lines.len() > known.len() {
                self.keep_part(claimed, chunk, &lines).await?;
            }
            return Ok(stops);
        }
        if chunk.number == 0 && lines.iter().all(|line| line.answer.is_none()) {
            let words = lines.into_iter().find_map(|line| line.missing).unwrap_or_default();
            return Ok(Chunked::Refused(words));
        }
        self.keep(claimed, chunk, &lines).await?;
        Ok(Chunked::Written)
    }

    /// Writes a chunk's answers, unless they are there.
    async fn keep(&self, claimed: &EvaluationEntry, chunk: &Chunk, lines: &[AnswerLine]) -> Result<(), Failure> {
        self.objects.write_new(&claimed.chunk_key(chunk), json_lines(lines), JSON_LINES).await?;
        let answers = || lines.iter().filter_map(|line| line.answer.as_ref());
        let tokens: u64 = answers().map(|answer| answer.tokens_in.unwrap_or(0) + answer.tokens_out.unwrap_or(0)).sum();
        let fields = LogFields { run_id: Some(&claimed.run_id), dataset: Some(&claimed.dataset) };
        let counts =
            [Metric::EvaluationAnswers.is(answers().count() as f64), Metric::EvaluationTokens.is(tokens as f64)];
        count(&self.stack, fields, &counts);
        Ok(())
    }
}
