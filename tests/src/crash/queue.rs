//! Simulates what is between the functions: rules, queues with visibility timeouts, the schedule, and time.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;
use tunedrop_local::function::Outcome;
use tunedrop_local::proxy::{FaultAction, ProxyEvent};

use crate::crash::deliveries::{Delivery, entries, event};
use crate::crash::fault::{DeliveryId, Trace};
use crate::crash::worker::Worker;

/// A message that was received this often goes to the dead-letter queue. The template allows far more, but no scenario
/// with one fault may need more.
const RECEIVES: usize = 5;
/// A message's visibility timeout: longer than its function's deadline and every claim.
const HIDDEN_S: i64 = 331;
/// Longer than any lease, claim or delay of the sweep, except the day that a held run waits.
pub(super) const LONG_S: i64 = 7_200;
/// The most sweeps until none has anything to do.
pub(super) const ROUNDS: usize = 4;

impl Worker {
    /// Delivers all messages, then lets time pass and runs the sweep, until the sweep has nothing to do.
    pub(super) async fn settle(&mut self) -> Result<()> {
        for _ in 0..ROUNDS {
            self.pump().await?;
            self.resources.pass(LONG_S).await?;
            let failed = self.tick().await?;
            self.listen();
            // A failed sweep proves nothing.
            if !failed && self.queue.is_empty() && self.later.is_empty() {
                break;
            }
        }
        self.pump().await
    }

    /// Runs the sweep once. Returns whether it failed.
    pub(super) async fn tick(&mut self) -> Result<bool> {
        let tick = event("aws.events", "Scheduled Event", &json!({}));
        self.hand(Delivery::new("sweep", tick)).await
    }

    /// Delivers all messages. A failed message is hidden until the others are processed.
    pub(super) async fn pump(&mut self) -> Result<()> {
        loop {
            self.listen();
            if let Some(delivery) = self.queue.pop_front() {
                self.hand(delivery).await?;
            } else if !self.jobs_rest().await? {
                tokio::time::sleep(Duration::from_millis(2)).await;
            } else if self.queue.is_empty() {
                let Some(mut back) = self.later.pop_front() else {
                    return Ok(());
                };
                self.resources.pass(HIDDEN_S).await?;
                back.age(HIDDEN_S)?;
                self.queue.push_back(back);
            }
        }
    }

    /// Delivers one event to its function, with its fault if it has one. Returns whether it must be redelivered.
    pub(super) async fn hand(&mut self, mut delivery: Delivery) -> Result<bool> {
        let before =
            |trace: &&Trace| trace.delivery_id.function == delivery.function && trace.delivery_id.kind == delivery.kind;
        let nth = self.traces.iter().filter(before).count();
        if self.has_judge && delivery.function == "evaluate" {
            self.judge_rests().await?;
        }
        let delivery_id = DeliveryId { function: delivery.function.clone(), kind: delivery.kind.clone(), nth };
        let fault =
            self.fault.as_ref().filter(|fault| fault.delivery_id == delivery_id).map(|fault| (fault.k, fault.action));
        delivery.received += 1;
        if delivery.received > RECEIVES {
            bail!("{delivery_id} would go to the dead-letter queue");
        }
        self.fault_plan.begin(fault);
        let again = self.invoke(&delivery).await.with_context(|| delivery_id.to_string())?;
        self.traces.push(Trace { delivery_id, calls: self.fault_plan.end() });
        // The schedules don't redeliver: the next sweep, or the next day's clean, follows.
        if again && !matches!(delivery.function.as_str(), "sweep" | "clean") {
            match fault {
                // Both orders occur: after an error, the message is redelivered first. After a kill, it is redelivered last.
                Some((_, FaultAction::Kill { .. })) | None => self.later.push_back(delivery),
                Some(_) => {
                    self.resources.pass(HIDDEN_S).await?;
                    delivery.age(HIDDEN_S)?;
                    self.queue.push_front(delivery);
                }
            }
        }
        Ok(again)
    }

    /// Returns whether the message must be redelivered.
    async fn invoke(&mut self, delivery: &Delivery) -> Result<bool> {
        let payload = delivery.payload();
        self.function(&delivery.function).await?;
        let mut function = self.functions.remove(&delivery.function).context("just started")?;
        let outcome = {
            let invoked = function.invoke(&payload);
            tokio::pin!(invoked);
            loop {
                tokio::select! {
                    outcome = &mut invoked => break Some(outcome?),
                    seen = self.seen.recv() => match seen.context("the proxy is gone")? {
                        ProxyEvent::KillRequested { .. } => break None,
                        done => self.hear(done),
                    }
                }
            }
        };
        match outcome {
            None => {
                function.kill().await?;
                Ok(true)
            }
            Some(Outcome::Gone) => bail!("the function ended by itself"),
            Some(Outcome::Error(_)) => {
                self.functions.insert(delivery.function.clone(), function);
                Ok(true)
            }
            Some(Outcome::Answer(answer)) => {
                self.functions.insert(delivery.function.clone(), function);
                Ok(answer["batchItemFailures"].as_array().is_some_and(|failed| !failed.is_empty()))
            }
        }
    }

    /// Reads what the proxies observed.
    pub(super) fn listen(&mut self) {
        while let Ok(seen) = self.seen.try_recv() {
            self.hear(seen);
        }
    }

    /// Sends an event to the functions that the template's rules name.
    fn hear(&mut self, seen: ProxyEvent) {
        let ProxyEvent::Completed { call, body } = seen else {
            return;
        };
        self.questions.see(&call, &body);
        self.working |= call.operation.ends_with("ModelCustomizationJob") && !call.operation.starts_with("Get");
        for event in entries(&body, &self.resources.stack) {
            let about = [&event["detail"]["dataset"], &event["detail"]["run_id"], &event["detail"]["jobName"]];
            let foreign = |text: &str| !text.is_empty() && !text.starts_with(&self.dataset);
            if about.iter().any(|text| text.as_str().is_some_and(foreign)) {
                continue;
            }
            let kind = event["detail-type"].as_str().unwrap_or_default();
            // If the creation of a job failed after it took effect, this is the first sign of the job.
            self.working |= kind == "Run Launched";
            if let Some(at) = self.lose.iter().position(|lost| *lost == kind) {
                self.lose.remove(at);
                continue;
            }
            for function in self.rules.targets(&event, &self.resources.stack, &self.resources.bucket) {
                self.queue.push_back(Delivery::new(&function, event.clone()));
            }
        }
    }
}
