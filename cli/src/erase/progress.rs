//! The attempts of an erasure, and its certificate, in the bucket. Each is written once.

use anyhow::{Context, Result, bail};
use tunedrop_aws::Objects;
use tunedrop_run::erasure::{Attempt, Certificate, Subject, certificate_key, erasure_of_key};

use crate::stack::{Stack, explain};

/// The most bytes of an attempt or a certificate: about 150 for each version.
const MOST: usize = 1 << 30;
const JSON: &str = "application/json";
/// How often another number is tried for an attempt, if others begin at the same time.
const NUMBERS: usize = 20;

/// What the bucket has of the erasures of a subject.
#[derive(Default)]
pub(super) struct Progress {
    /// The erasure that was interrupted, as the beginning of its keys.
    pub(super) open: Option<String>,
    /// Its attempts.
    pub(super) attempts: Vec<Attempt>,
    /// The newest complete erasure.
    pub(super) last: Option<Certificate>,
}

impl Progress {
    pub(super) async fn read(stack: &Stack, subject: &Subject) -> Result<Progress> {
        let objects = stack.objects()?;
        let keys = objects.keys(&subject.prefix(), usize::MAX).await.map_err(explain)?;
        let named: Vec<(&str, &str)> = keys.iter().filter_map(|key| erasure_of_key(key, subject)).collect();
        let is_complete = |erasure: &str| keys.contains(&certificate_key(erasure));
        let mut progress = Progress::default();
        // Sorted by time.
        if let Some((last, _)) = named.iter().rev().find(|(erasure, _)| is_complete(erasure)) {
            progress.last = Some(read(&objects, &certificate_key(last)).await?);
        }
        let Some((open, _)) = named.last().filter(|(erasure, _)| !is_complete(erasure)) else { return Ok(progress) };
        for (_, file) in named.iter().filter(|(erasure, _)| erasure == open) {
            progress.attempts.push(read(&objects, &format!("{open}/{file}")).await?);
        }
        progress.open = Some((*open).to_owned());
        Ok(progress)
    }

    /// Stores what is about to be deleted. Returns the erasure.
    pub(super) async fn begin(&mut self, stack: &Stack, subject: &Subject, attempt: Attempt) -> Result<String> {
        let erasure = self.open.clone().unwrap_or_else(|| subject.erasure(&attempt.begun_at));
        let (objects, bytes) = (stack.objects()?, serde_json::to_vec(&attempt)?);
        let first = self.attempts.len() + 1;
        for number in first..first + NUMBERS {
            let key = format!("{erasure}/attempt-{number:03}.json");
            if objects.write_new(&key, bytes.clone(), JSON).await.map_err(explain)? {
                self.attempts.push(attempt);
                self.open = Some(erasure.clone());
                return Ok(erasure);
            }
        }
        bail!("others erase {subject} at the same time; run the command again when they are done")
    }

    /// Stores the certificate, which completes the erasure.
    pub(super) async fn complete(&self, stack: &Stack, erasure: &str, certificate: &Certificate) -> Result<()> {
        let bytes = serde_json::to_vec_pretty(certificate)?;
        let written = stack.objects()?.write_new(&certificate_key(erasure), bytes, JSON).await;
        written.map(drop).map_err(explain)
    }
}

async fn read<T: serde::de::DeserializeOwned>(objects: &Objects, key: &str) -> Result<T> {
    let bytes = objects.read(key, None, MOST).await.map_err(explain)?;
    let bytes = bytes.with_context(|| format!("{key} can't be read: it is gone or too large"))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{key} isn't of this version's format"))
}
