//! A held-out file: reads it to say how many records are asked and what that bills at most, and uploads it.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use tunedrop_aws::{Sent, UPLOAD_PART, Upload};
use tunedrop_evaluation::{NOISE_RECORDS, Profile, SAMPLE_BYTES_MAX, Sample, SampleCounts, Sampler};
use tunedrop_report::shell;
use tunedrop_run::{EvaluationPlan, EvaluationTokens, Plan, RunId};
use tunedrop_validation::{Catalogue, Format, LAYOUT_HEAD, layout_of};

use crate::format::{counted, grouped};
use crate::input::not_json_lines;
use crate::location::beginning;
use crate::stack::{Stack, explain, or_interrupted};

/// The largest held-out file that is uploaded, in bytes: at most 1,000 of its records are asked.
const UPLOAD_MAX: usize = 256 << 20;
/// The largest held-out file in S3 that is read for an estimate, in bytes.
const READ_MAX: usize = 64 << 20;

/// What an evaluation asks each model.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    sample: Sample,
    /// The maximum tokens of an answer.
    pub(super) max_tokens: u64,
}

impl Asked {
    pub(super) fn of(format: &Format, file: &[u8], plan: &EvaluationPlan) -> Asked {
        let mut sampler = Sampler::new(usize::try_from(plan.max_records).unwrap_or(usize::MAX));
        file.split(|byte| *byte == b'\n').for_each(|line| sampler.add(format, line));
        let sample = sampler.finish();
        let references = sample.records.values().map(|record| record.reference.as_str());
        let max_tokens = plan.max_tokens.unwrap_or_else(|| Profile::of(references).answer_tokens());
        Asked { sample, max_tokens }
    }

    /// An error if the records take more memory than evaluate has for them.
    fn in_memory(self, path: &Path) -> Result<Asked> {
        ensure!(
            !self.sample.is_too_large,
            "the records of {} that would be asked have more than {} MiB; ask fewer with `--max-records`",
            path.display(),
            SAMPLE_BYTES_MAX >> 20
        );
        Ok(self)
    }

    pub(super) fn counts(&self) -> &SampleCounts {
        &self.sample.counts
    }

    /// The answers of this many models. One of them is asked some records twice.
    pub(super) fn answers(&self, sides: usize) -> u64 {
        let sampled = self.sample.counts.sampled;
        sampled * sides as u64 + sampled.min(NOISE_RECORDS as u64)
    }

    /// The most tokens that asking this many models bills.
    pub(super) fn tokens(&self, sides: usize) -> EvaluationTokens {
        EvaluationTokens::most(self.sample.records.values(), sides as u64, self.max_tokens)
    }

    /// What a judge can bill that scores the answers of this many models by so many metrics.
    pub(super) fn judge_tokens(&self, sides: usize, metrics: usize) -> EvaluationTokens {
        EvaluationTokens::of_judge(self.sample.records.values(), sides as u64, metrics as u64, self.max_tokens)
    }
}

/// A held-out file on this machine.
#[derive(Debug)]
pub(super) struct Local {
    bytes: Vec<u8>,
}

impl Local {
    /// Reads a file of JSON Lines.
    pub(super) fn read(path: &Path, plan: &Plan) -> Result<Local> {
        if path.is_dir() {
            bail!("{} is a folder; pass a file", path.display());
        }
        let bytes = beginning(path, UPLOAD_MAX + 1).with_context(|| format!("{} can't be read", path.display()))?;
        ensure!(
            bytes.len() <= UPLOAD_MAX,
            "{} has more than {} MiB; pass a smaller file, because at most 1,000 records are asked",
            path.display(),
            UPLOAD_MAX >> 20
        );
        match layout_of(&bytes[..bytes.len().min(LAYOUT_HEAD)], bytes.len() <= LAYOUT_HEAD) {
            Some(layout) => Err(not_json_lines(path, layout, &options(plan), None)),
            None => Ok(Local { bytes }),
        }
    }

    /// Its records to ask. None that can be used is an error.
    pub(super) fn asked(&self, path: &Path, run: &Plan, plan: &EvaluationPlan) -> Result<Asked> {
        let Some(format) = format(run) else {
            bail!("this version doesn't know {}, so it can't check {}", run.catalogue_model, path.display());
        };
        let asked = Asked::of(format, &self.bytes, plan).in_memory(path)?;
        if asked.counts().sampled == 0 {
            bail!(
                "{path} has {}, and none that a model can be evaluated with{}; check it with `tunedrop check {} {}`",
                counted(asked.counts().records, "record"),
                left_out(asked.counts()).map(|why| format!(" ({why})")).unwrap_or_default(),
                shell(&path.to_string_lossy()),
                options(run),
                path = path.display(),
            );
        }
        Ok(asked)
    }

    /// Its key in the stack's bucket, for evaluations of this run. The same content has the same key.
    pub(super) fn key(&self, run_id: &RunId) -> String {
        format!("evaluations/{run_id}/data/{}.jsonl", &blake3::hash(&self.bytes).to_hex()[..16])
    }

    /// Uploads it, unless it is there. Returns false after Ctrl-C.
    pub(super) async fn upload(self, stack: &Stack, run_id: &RunId) -> Result<bool> {
        let key = self.key(run_id);
        let size = self.bytes.len() as u64;
        // Without the permission to list, it is uploaded again.
        let there = stack.objects()?.find(&key).await.ok().flatten();
        if there.is_some_and(|object| object.size == size) {
            return Ok(true);
        }
        let (uploads, sent, kind) = (stack.uploads()?, Sent::default(), "application/jsonl");
        if size <= UPLOAD_PART {
            let done = async { uploads.put(&key, self.bytes, kind, &sent).await.map_err(explain) };
            return Ok(or_interrupted(done).await?.is_some());
        }
        let Some(mut upload) = or_interrupted(async { uploads.begin(&key, kind).await.map_err(explain) }).await? else {
            return Ok(false);
        };
        match or_interrupted(parts(&mut upload, &self.bytes, &sent)).await {
            Ok(Some(())) => Ok(true),
            ended => {
                // Deletes the parts. If that fails, a rule of the bucket deletes them after a week.
                let _ = upload.abort().await;
                ended.map(|_| false)
            }
        }
    }
}

async fn parts(upload: &mut Upload, bytes: &[u8], sent: &Sent) -> Result<()> {
    for part in bytes.chunks(UPLOAD_PART as usize) {
        upload.part(part.to_vec(), sent).await.map_err(explain)?;
    }
    upload.finish().await.map_err(explain)
}

/// Reads the stack's held-out file for an estimate; `None` if these credentials may not, or if it is large.
pub(super) async fn in_stack(stack: &Stack, run: &Plan, plan: &EvaluationPlan) -> Option<Asked> {
    let format = format(run)?;
    let objects = stack.objects().ok()?;
    let key = plan.data.strip_prefix(&objects.address(""))?;
    let file = objects.read(key, None, READ_MAX).await.ok()??;
    Some(Asked::of(format, &file, plan))
}

/// The options of another command for the run's model and customization.
fn options(plan: &Plan) -> String {
    let model = plan.alias.as_deref().unwrap_or(&plan.catalogue_model);
    format!("--model {} --type {}", shell(model), plan.customization.as_str())
}

/// The format of the run's data files, by the built-in catalogue.
fn format(plan: &Plan) -> Option<&'static Format> {
    let model = Catalogue::embedded().find(&plan.catalogue_model)?;
    Some(&model.customization(plan.customization)?.format)
}

/// The records that can't be used, and why; `None` if all can.
pub(super) fn left_out(counts: &SampleCounts) -> Option<String> {
    let mut parts: Vec<String> = counts
        .unusable
        .iter()
        .map(|(why, count)| format!("records that {}: {}", why.as_clause(), grouped(*count)))
        .collect();
    if counts.duplicates > 0 {
        parts.push(format!("duplicates: {}", grouped(counts.duplicates)));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tunedrop_run::evaluation::is_data_key;

    use super::*;

    fn lines(count: usize) -> Vec<u8> {
        let line = |n: usize| format!("{{\"prompt\": \"question {n}\", \"completion\": \"answer {n}\"}}\n");
        (0..count).map(line).collect::<String>().into_bytes()
    }

    fn asked(file: &[u8], max_records: u64) -> Asked {
        let plan = json!({ "data": "", "max_records": max_records, "against": ["base"] });
        Asked::of(&Format::PromptCompletion, file, &serde_json::from_value(plan).expect("a plan"))
    }

    #[test]
    fn a_model_is_asked_each_sampled_record_and_one_model_some_twice() {
        let many = asked(&lines(100), 50);
        assert_eq!((many.counts().records, many.counts().sampled, many.max_tokens), (100, 50, 64));
        assert_eq!((many.answers(2), asked(&lines(4), 200).answers(3)), (130, 16));
        assert!(many.tokens(2).sum() > 130 * 64 && many.tokens(3).sum() > many.tokens(2).sum());
    }

    #[test]
    fn records_that_are_left_out_are_counted_by_reason() {
        let file = [lines(2), lines(1), b"{}\n{\"prompt\": \"a\"}\n".to_vec()].concat();
        assert_eq!(
            left_out(asked(&file, 200).counts()).as_deref(),
            Some(
                "records that can't be read as records of the format: 1, records that have no reference answer: 1, duplicates: 1"
            )
        );
        assert_eq!(left_out(&SampleCounts::default()), None);
    }

    #[test]
    fn records_that_take_too_much_memory_are_refused_before_they_are_uploaded() {
        let line = |n: usize| format!("{{\"prompt\": \"{n} {}\", \"completion\": \"a\"}}\n", "x".repeat(1 << 20));
        let bytes: Vec<u8> = (0..65).flat_map(|n| line(n).into_bytes()).collect();
        let plan = |max_records: u64| -> EvaluationPlan {
            let plan = json!({ "data": "", "max_records": max_records, "against": ["base"] });
            serde_json::from_value(plan).expect("a plan")
        };
        let of =
            |max_records| Asked::of(&Format::PromptCompletion, &bytes, &plan(max_records)).in_memory(Path::new("t"));
        assert!(of(60).is_ok());
        let refused = of(65).expect_err("they are too large").to_string();
        assert_eq!(
            refused,
            "the records of t that would be asked have more than 64 MiB; ask fewer with `--max-records`"
        );
    }

    #[test]
    fn the_same_content_has_the_same_key() {
        let (one, other) = (Local { bytes: lines(3) }, Local { bytes: lines(4) });
        let run_id: RunId = "bot-000000000001".parse().expect("an id");
        let key = one.key(&run_id);
        assert!(is_data_key(&run_id, &key) && key == one.key(&run_id) && key != other.key(&run_id), "{key}");
        assert_eq!(key.len(), "evaluations/bot-000000000001/data/0123456789abcdef.jsonl".len());
    }
}
