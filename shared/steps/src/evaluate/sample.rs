//! The sample of an evaluation: which records the models are asked. It is written once, when the evaluation is prepared, so
//! that each invocation asks the same records without reading the whole file again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tunedrop_evaluation::{HeldOut, Profile, Prompt, RecordKey, SAMPLE_BYTES_MAX, SampleCounts, Sampler};
use tunedrop_run::{EvaluationEntry, Run};
use tunedrop_validation::Format;

use super::Evaluate;
use super::files::each_line;
use crate::batch::StepError;
use crate::validate::load_catalogue;

/// The most bytes of a stored sample, which is in memory: texts in JSON, where a few characters take more bytes.
const BYTES_MAX: usize = 2 * SAMPLE_BYTES_MAX;

/// The records to ask, sorted by their keys.
#[derive(Debug)]
pub(super) struct Stored {
    /// What the held-out file contains.
    pub(super) counts: SampleCounts,
    /// The records.
    pub(super) records: Vec<HeldOut>,
}

/// A line of the stored sample. The first line has the counts.
#[derive(Deserialize)]
struct Line {
    key: RecordKey,
    prompt: Prompt,
    reference: String,
}

/// A [`Line`] to write.
#[derive(Serialize)]
struct NewLine<'r> {
    key: RecordKey,
    prompt: &'r Prompt,
    reference: &'r str,
}

impl Stored {
    /// The most tokens of an answer: the recipe's, or as the references are.
    pub(super) fn max_tokens(&self, entry: &EvaluationEntry) -> u64 {
        let references = self.records.iter().map(|record| record.reference.as_str());
        entry.plan.max_tokens.unwrap_or_else(|| Profile::of(references).answer_tokens())
    }

    /// The reference answers by the records' keys.
    pub(super) fn references(&self) -> BTreeMap<RecordKey, String> {
        self.records.iter().map(|record| (record.key, record.reference.clone())).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // Strings and numbers: nothing here can fail to serialize.
        let mut add = |line: Option<String>| bytes.extend(line.into_iter().flat_map(|line| (line + "\n").into_bytes()));
        add(serde_json::to_string(&self.counts).ok());
        for HeldOut { key, prompt, reference } in &self.records {
            let line = NewLine { key: *key, prompt, reference };
            add(serde_json::to_string(&line).ok());
        }
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Stored> {
        let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let counts = serde_json::from_slice(lines.next()?).ok()?;
        let record = |line: &[u8]| {
            let Line { key, prompt, reference } = serde_json::from_slice(line).ok()?;
            Some(HeldOut { key, prompt, reference })
        };
        Some(Stored { counts, records: lines.map(record).collect::<Option<_>>()? })
    }
}

impl Evaluate {
    /// The format of the run's files; the error says why it isn't known.
    pub(super) async fn format(&self, run: &Run) -> Result<Result<Format, String>, StepError> {
        let Some(plan) = &run.plan else {
            return Ok(Err(format!("the ledger doesn't say how run {} was trained", run.run_id)));
        };
        let Some((catalogue, _)) = load_catalogue(&self.objects).await? else {
            return Err(StepError::NotYet("the stack's catalogue changed while it was read".to_owned()));
        };
        let model = catalogue.find(&plan.catalogue_model);
        let training = model.and_then(|model| model.customization(plan.customization));
        Ok(training
            .map(|training| training.format.clone())
            .ok_or_else(|| format!("the catalogue doesn't have the records' format for {}", plan.catalogue_model)))
    }

    /// The stored sample; `None` if there is none yet.
    pub(super) async fn stored_sample(&self, entry: &EvaluationEntry) -> Result<Option<Stored>, StepError> {
        // Its name first: S3 may answer "access denied", and not "not found", to a role that may list some prefixes only.
        let Some(object) = self.objects.find(&sample_key(entry)).await? else {
            return Ok(None);
        };
        let bytes = self.objects.read(&object.key, None, BYTES_MAX).await?;
        Ok(bytes.as_deref().and_then(Stored::read))
    }

    /// The sample, which is chosen from the held-out file unless that was done before. The error says why there is none.
    pub(super) async fn sample(&self, entry: &EvaluationEntry, run: &Run) -> Result<Result<Stored, String>, StepError> {
        if let Some(stored) = self.stored_sample(entry).await? {
            return Ok(Ok(stored));
        }
        let format = match self.format(run).await? {
            Ok(format) => format,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut sampler = Sampler::new(entry.plan.max_records as usize);
        if let Err(reason) = each_line(&self.objects, &entry.plan.data, |line| sampler.add(&format, line)).await? {
            return Ok(Err(reason));
        }
        let sample = sampler.finish();
        if sample.is_too_large {
            return Ok(Err(too_large()));
        }
        let stored = Stored { counts: sample.counts, records: sample.records.into_values().collect() };
        if stored.records.is_empty() {
            return Ok(Err(nothing_usable(&stored.counts)));
        }
        let bytes = stored.bytes();
        if bytes.len() > BYTES_MAX {
            return Ok(Err(too_large()));
        }
        if self.objects.write_new(&sample_key(entry), bytes, "application/x-ndjson").await? {
            return Ok(Ok(stored));
        }
        // Another function was faster. Models are asked what that one wrote.
        self.stored_sample(entry).await?.map(Ok).ok_or_else(|| StepError::NotYet("the sample can't be read".to_owned()))
    }
}

fn sample_key(entry: &EvaluationEntry) -> String {
    format!("{}sample.jsonl", entry.prefix())
}

fn too_large() -> String {
    format!("the records of the sample have more than {} MB; use fewer records", SAMPLE_BYTES_MAX >> 20)
}

fn nothing_usable(counts: &SampleCounts) -> String {
    let mut reason = format!("no record of the held-out file can be used, of {}", counts.records);
    for (why, count) in &counts.unusable {
        reason.push_str(&format!("; records that {}: {count}", why.as_clause()));
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_sample_is_read_back() {
        let mut sampler = Sampler::new(10);
        for n in 0..20 {
            let line = format!("{{\"prompt\": \"q\\n{n}\", \"completion\": \"a{n}\"}}");
            sampler.add(&Format::PromptCompletion, line.as_bytes());
        }
        sampler.add(&Format::PromptCompletion, b"{}");
        let sample = sampler.finish();
        let stored = Stored { counts: sample.counts, records: sample.records.into_values().collect() };
        let read = Stored::read(&stored.bytes()).expect("it is read back");
        assert_eq!((&read.counts, &read.records), (&stored.counts, &stored.records));
        assert!(read.records.is_sorted_by_key(|record| record.key));
        assert_eq!(read.references().len(), 10);
        let cut = &stored.bytes()[..100];
        assert!(Stored::read(cut).is_none() && Stored::read(b"").is_none());
    }

    #[test]
    fn reason_says_why_no_record_can_be_used() {
        let mut sampler = Sampler::new(10);
        sampler.add(&Format::PromptCompletion, b"{\"prompt\": \"a\"}");
        sampler.add(&Format::PromptCompletion, b"x");
        let reason = nothing_usable(&sampler.finish().counts);
        assert!(reason.starts_with("no record of the held-out file can be used, of 2; records that"), "{reason}");
        assert!(reason.contains("have no reference answer: 1"), "{reason}");
    }
}
