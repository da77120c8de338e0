//! What lies between the functions: rules, queues that hide and repeat messages, the schedule, and time itself.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;
use tunedrop_local::function::Outcome;
use tunedrop_local::proxy::{Deed, Seen};

use crate::bus::{Delivery, entries, event};
use crate::lane::Lane;
use crate::strike::{Stop, Trace};

/// A message that was received this often is a dead letter the next time. The template grants far more; no journey with one
/// fault may need them.
const RECEIVES: usize = 5;
/// How long a message stays out of sight: longer than the deadline that its function was given, and every claim with it.
const HIDDEN_S: i64 = 331;
/// Longer than any lease, claim or patience of the sweep but the day that a held run waits.
const LONG_S: i64 = 7_200;
/// Sweeps that may be needed until nothing is left to say.
const ROUNDS: usize = 4;

impl Lane {
    /// Delivers until nothing is on its way, then lets time pass and the sweep look, until it has nothing to say.
    pub(crate) async fn settle(&mut self) -> Result<()> {
        for _ in 0..ROUNDS {
            self.pump().await?;
            self.place.pass(LONG_S).await?;
            let failed = self.tick().await?;
            self.listen();
            // A tick that failed has nothing to say, and proves nothing.
            if !failed && self.queue.is_empty() && self.later.is_empty() {
                break;
            }
        }
        self.pump().await
    }

    /// One tick of the schedule; whether it failed.
    pub(crate) async fn tick(&mut self) -> Result<bool> {
        let tick = event("aws.events", "Scheduled Event", &json!({}));
        self.hand(Delivery::new("sweep", tick)).await
    }

    /// Delivers what is on its way; what comes back is hidden until all else is done.
    pub(crate) async fn pump(&mut self) -> Result<()> {
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
                self.place.pass(HIDDEN_S).await?;
                back.age(HIDDEN_S)?;
                self.queue.push_back(back);
            }
        }
    }

    /// Hands one event to its function, with the fault that is meant for it. Whether it must come again.
    async fn hand(&mut self, mut delivery: Delivery) -> Result<bool> {
        let before = |trace: &&Trace| trace.stop.function == delivery.function && trace.stop.kind == delivery.kind;
        let nth = self.traces.iter().filter(before).count();
        let stop = Stop { function: delivery.function.clone(), kind: delivery.kind.clone(), nth };
        let fault = self.strike.as_ref().filter(|strike| strike.stop == stop).map(|strike| (strike.k, strike.deed));
        delivery.received += 1;
        if delivery.received > RECEIVES {
            bail!("{stop} is a dead letter");
        }
        self.plan.begin(fault);
        let again = self.invoke(&delivery).await.with_context(|| stop.to_string())?;
        self.traces.push(Trace { stop, calls: self.plan.end() });
        // The schedule repeats nothing: the next tick comes.
        if again && delivery.function != "sweep" {
            match fault {
                // An error is repeated before anything else happens, a kill after all else has: both occur.
                Some((_, Deed::Kill { .. })) | None => self.later.push_back(delivery),
                Some(_) => {
                    self.place.pass(HIDDEN_S).await?;
                    delivery.age(HIDDEN_S)?;
                    self.queue.push_front(delivery);
                }
            }
        }
        Ok(again)
    }

    /// Whether the message must come again.
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
                        Seen::Cut { .. } => break None,
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

    /// Takes what the proxies have seen since.
    pub(crate) fn listen(&mut self) {
        while let Ok(seen) = self.seen.try_recv() {
            self.hear(seen);
        }
    }

    /// Events go to the functions that the template's rules name.
    fn hear(&mut self, seen: Seen) {
        let Seen::Done { call, body } = seen else {
            return;
        };
        self.working |= call.operation.ends_with("ModelCustomizationJob") && !call.operation.starts_with("Get");
        for event in entries(&body, &self.place.stack) {
            let about = [&event["detail"]["dataset"], &event["detail"]["run_id"], &event["detail"]["jobName"]];
            let foreign = |text: &str| !text.is_empty() && !text.starts_with(&self.dataset);
            if about.iter().any(|text| text.as_str().is_some_and(foreign)) {
                continue;
            }
            let kind = event["detail-type"].as_str().unwrap_or_default();
            // A job whose creation failed after it took effect is known to run only now.
            self.working |= kind == "Run Launched";
            if let Some(at) = self.lose.iter().position(|lost| *lost == kind) {
                self.lose.remove(at);
                continue;
            }
            for function in self.rules.targets(&event, &self.place.stack, &self.place.bucket) {
                self.queue.push_back(Delivery::new(&function, event.clone()));
            }
        }
    }
}
