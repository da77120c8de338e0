//! Scores the answers, writes the report, and decides.

mod collected;
mod judging;

use std::collections::BTreeMap;

use tracing::warn;
use tunedrop_evaluation::{Evaluation, Input, Judged, Overlap, RecordKey, RecordKeys, Side, evaluate};
use tunedrop_report::{EvaluatedModel, EvaluationReport, RecordTexts, RelatedReport};
use tunedrop_run::decide::evaluate::{decided, deployment_name};
use tunedrop_run::evaluation::{chunks, repeated_side};
use tunedrop_run::{DeployWhen, EvaluationEntry, EvaluationResult, EvaluationState, Run};

use super::Evaluate;
use super::files::each_line;
use super::sample::Stored;
use crate::batch::StepError;
use crate::publish::now;
pub(super) use collected::{AllAnswers, Collected, silent};
use collected::{cost, notes, tokens};
pub(super) use judging::Judging;

/// The most bytes of a chunk's answers: ten answers, of far more tokens than any model gives.
const CHUNK_BYTES_MAX: usize = 32 << 20;

impl Evaluate {
    /// The decided evaluation; the error says why it can't be decided. All answers are there.
    pub(super) async fn finish(
        &self,
        was: &EvaluationEntry,
        sample: &Stored,
        judging: &Judging,
    ) -> Result<Result<EvaluationEntry, String>, StepError> {
        let Some(run) = self.ledger.run(&was.run_id).await? else {
            return Ok(Err(format!("run {} isn't in the ledger any more", was.run_id)));
        };
        let mut all = self.answers(was, sample).await?;
        if let Some(reason) = silent(was, &all) {
            return Ok(Err(reason));
        }
        let mut judged = Vec::new();
        for (at, collected) in all.sides.iter().enumerate().filter(|_| *judging == Judging::Done) {
            judged.push(self.judged(was, at, sample, collected).await?);
        }
        let judge_notes = judging.notes(was, &all.sides, &judged);
        let mut judged = judged.into_iter();
        let overlap = self.overlap(was, &run).await?;
        let price = was.plan.price;
        let (tokens_in, tokens_out) = tokens(&all);
        // The answers are in memory once: they are moved, and moved back for the report's texts.
        let side = |at: usize, collected: &mut Collected, judged: Judged| Side {
            name: was.sides.get(at).map(|side| side.name.clone()).unwrap_or_default(),
            answers: std::mem::take(&mut collected.answers),
            judged,
            price,
        };
        let sides = all.sides.iter_mut().enumerate();
        let mut sides = sides.map(|(at, collected)| side(at, collected, judged.next().unwrap_or_default()));
        let new = sides.next().unwrap_or_default();
        let input = Input {
            references: sample.references(),
            sample: sample.counts.clone(),
            overlap,
            new,
            against: sides.collect(),
            repeated: repeated_side(was).map(|at| side(at, &mut all.again, Judged::new())),
            metrics: judging.metrics(&was.plan),
            judged: judging.judged(&was.plan),
            require: was.plan.require.clone(),
            ..Input::default()
        };
        let mut evaluation = evaluate(&input);
        for (collected, side) in all.sides.iter_mut().zip(std::iter::once(input.new).chain(input.against)) {
            collected.answers = side.answers;
        }
        evaluation.notes.extend(notes(was, &all.sides));
        evaluation.notes.extend(judge_notes);
        let judge = was.plan.judge.as_ref().filter(|_| *judging == Judging::Done).map(|judge| judge.model.clone());
        let took = (tokens_in, tokens_out);
        let report = self.write_result(was, &run, sample, &evaluation, &all, (took, judge)).await?;
        let first = evaluation.metrics.first();
        let word = |verdict| serde_json::to_value(verdict).ok().and_then(|word| Some(word.as_str()?.to_owned()));
        let verdicts = first.into_iter().flat_map(|metric| &metric.differences);
        let result = EvaluationResult {
            number: was.number,
            outcome: evaluation.decision.outcome,
            sentence: evaluation.decision.sentence.clone(),
            against: was.sides.iter().skip(1).map(|side| side.name.clone()).collect(),
            verdicts: verdicts
                .filter_map(|difference| Some((difference.against.clone(), word(difference.verdict)?)))
                .collect(),
            records: evaluation.records,
            tokens_in,
            tokens_out,
            cost_usd: price.map(|price| cost(&price, tokens_in, tokens_out)),
            report,
        };
        match decided(was, result, judging.is_over(), &now()) {
            Ok(next) => Ok(Ok(next)),
            Err(reason) => Err(StepError::NotYet(reason.to_owned())),
        }
    }

    /// Reads the chunks.
    pub(super) async fn answers(&self, was: &EvaluationEntry, sample: &Stored) -> Result<AllAnswers, StepError> {
        let mut sides: Vec<Collected> = was.sides.iter().map(|_| Collected::default()).collect();
        let mut again = Collected::default();
        for chunk in chunks(was, sample.records.len()) {
            let key = was.chunk_key(&chunk);
            let Some(bytes) = self.objects.read(&key, None, CHUNK_BYTES_MAX).await? else {
                return Err(StepError::NotYet(format!("{key} can't be read")));
            };
            let collected = match sides.get_mut(chunk.side) {
                Some(side) if !chunk.again => side,
                _ => &mut again,
            };
            for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                match serde_json::from_slice(line) {
                    Ok(line) => collected.add(line),
                    Err(_) => return Err(StepError::NotYet(format!("{key} has a line that can't be read"))),
                }
            }
        }
        Ok(AllAnswers { sides, again })
    }

    /// How many held-out records are in the training file; `None` if one of the files can't be read any more.
    async fn overlap(&self, was: &EvaluationEntry, run: &Run) -> Result<Option<Overlap>, StepError> {
        let train = run.plan.as_ref().and_then(|plan| plan.train.as_deref());
        let (Some(train), Ok(format)) = (train, self.format(run).await?) else { return Ok(None) };
        let (mut held_out, mut training) = (RecordKeys::default(), RecordKeys::default());
        for (address, keys) in [(was.plan.data.as_str(), &mut held_out), (train, &mut training)] {
            if let Err(reason) = each_line(&self.objects, address, |line| keys.add_line(&format, line)).await? {
                warn!(reason, "held-out records can't be compared with the training file");
                return Ok(None);
            }
        }
        Ok(Some(Overlap::of(&held_out, &training)))
    }

    /// Writes `evaluation.json` and `evaluation.html`. Returns the page's address.
    async fn write_result(
        &self,
        was: &EvaluationEntry,
        run: &Run,
        sample: &Stored,
        evaluation: &Evaluation,
        all: &AllAnswers,
        ((tokens_in, tokens_out), judge): ((u64, u64), Option<String>),
    ) -> Result<String, StepError> {
        let deploy = run.plan.as_ref().and_then(|plan| plan.deploy.as_ref());
        let deploys = deploy.is_some_and(|plan| plan.when == DeployWhen::Kept) && was.is_of_recipe();
        let report = EvaluationReport {
            version: 1,
            stack: self.stack.clone(),
            run_id: was.run_id.to_string(),
            dataset: was.dataset.clone(),
            number: u32::try_from(was.number).unwrap_or(u32::MAX),
            held_out: was.plan.data.rsplit('/').next().unwrap_or_default().to_owned(),
            models: self.models(was).await?,
            max_tokens: Some(sample.max_tokens(was)),
            judge,
            // With a judge, the last change of state is the end of the answers.
            started_at: (was.state == EvaluationState::Answering).then(|| was.changed_at.clone()),
            decided_at: Some(now()),
            cost_usd: was.plan.price.map(|price| cost(&price, tokens_in, tokens_out)),
            deploys_as: deploys.then(|| deployment_name(run).to_owned()),
            show_excerpts: self.show_excerpts,
            related: run
                .report
                .iter()
                .map(|address| RelatedReport { title: "Outcome of the run".to_owned(), address: address.clone() })
                .collect(),
            evaluation: evaluation.clone(),
            texts: if self.show_excerpts { texts(was, sample, evaluation, &all.sides) } else { BTreeMap::new() },
        };
        let (json, html) = (format!("{}evaluation.json", was.prefix()), format!("{}evaluation.html", was.prefix()));
        self.objects.write(&json, report.json().into_bytes(), "application/json").await?;
        self.objects.write(&html, report.html().into_bytes(), "text/html; charset=utf-8").await?;
        Ok(self.objects.address(&html))
    }

    /// What the sides are.
    async fn models(&self, was: &EvaluationEntry) -> Result<BTreeMap<String, EvaluatedModel>, StepError> {
        let mut models = BTreeMap::new();
        for side in &was.sides {
            let run = match &side.run_id {
                Some(run_id) => self.ledger.run(run_id).await?,
                None => None,
            };
            let base = run.as_ref().and_then(|run| run.plan.as_ref()).map(|plan| plan.base_model.clone());
            let asked = side.model_id.clone();
            let is_run = side.run_id.is_some();
            let model = EvaluatedModel {
                base_model: base.or_else(|| asked.clone().filter(|_| !is_run)).unwrap_or_default(),
                run_id: side.run_id.as_ref().map(ToString::to_string),
                model_arn: run.and_then(|run| run.model_arn),
                deployment_arn: asked.filter(|_| is_run),
                price: was.plan.price,
            };
            models.insert(side.name.clone(), model);
        }
        Ok(models)
    }
}

/// The texts of the records whose scores differ the most.
fn texts(
    was: &EvaluationEntry,
    sample: &Stored,
    evaluation: &Evaluation,
    sides: &[Collected],
) -> BTreeMap<RecordKey, RecordTexts> {
    let changed = evaluation.changed.iter().flat_map(|changed| changed.better.iter().chain(&changed.worse));
    let found = changed.filter_map(|changed| sample.records.iter().find(|record| record.key == changed.record));
    let text = |key: &RecordKey| {
        let answers = was
            .sides
            .iter()
            .zip(sides)
            .filter_map(|(side, collected)| Some((side.name.clone(), collected.answers.get(key)?.text.clone())));
        answers.collect()
    };
    let of = found.map(|record| {
        let prompt = Some(record.prompt.clone());
        let texts = RecordTexts { line: None, prompt, reference: record.reference.clone(), answers: text(&record.key) };
        (record.key, texts)
    });
    of.collect()
}
