//! The upper bound of the tokens that an evaluation bills.

use serde::{Deserialize, Serialize};
use tunedrop_evaluation::{HeldOut, NOISE_RECORDS, Price};

use crate::plan::EvaluationPlan;

/// Bytes of a record's JSON around each text, and around each turn: see [`ceiling`](fn@crate::ceiling).
const BYTES_PER_TEXT: u64 = 12;
const BYTES_PER_TURN: u64 = 40;

/// The most tokens of the instructions that a judge gets with an answer: one for each byte. The longest of the guide's prompts
/// for Nova Pro has fewer than 5,000 characters (user guide, `model-evaluation-type-judge-prompt-nova`); the prompts of other
/// models have some room.
const JUDGE_INSTRUCTIONS_TOKENS: u64 = 6_000;
/// The tokens that are assumed for what a judge writes about an answer: an explanation of some paragraphs, and the score.
pub const JUDGE_ANSWER_TOKENS: u64 = 1_024;

/// Upper bounds of the tokens that an evaluation bills.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationTokens {
    /// Of all prompts.
    pub prompts: u64,
    /// Of all answers.
    pub answers: u64,
}

impl EvaluationTokens {
    /// Returns the most tokens that `sides` models bill for a sample. Each is asked every record, and one of them is asked up
    /// to 30 records again. A prompt has at most one token for each byte: its texts, and 12 bytes for each text and 40
    /// for each turn, for the tokens that mark them. An answer has at most `max_tokens`.
    pub fn most<'r>(records: impl IntoIterator<Item = &'r HeldOut>, sides: u64, max_tokens: u64) -> EvaluationTokens {
        let mut prompts: Vec<u64> = records.into_iter().map(prompt).collect();
        prompts.sort_unstable_by(|one, other| other.cmp(one));
        let sum = |prompts: &mut dyn Iterator<Item = &u64>| prompts.fold(0u64, |sum, one| sum.saturating_add(*one));
        let once = sum(&mut prompts.iter());
        let again = sum(&mut prompts.iter().take(NOISE_RECORDS));
        let records = prompts.len() as u64;
        let asked = records.saturating_mul(sides).saturating_add(records.min(NOISE_RECORDS as u64));
        EvaluationTokens {
            prompts: once.saturating_mul(sides).saturating_add(again),
            answers: asked.saturating_mul(max_tokens),
        }
    }

    /// Returns what a judge can bill that scores the answers of `sides` models by so many metrics. It is asked about each
    /// answer once for each metric, with the prompt, the reference answer, the answer, and instructions.
    ///
    /// AWS documents no maximum for the judge's own answer, so its tokens are an assumption: [`JUDGE_ANSWER_TOKENS`].
    pub fn of_judge<'r>(
        records: impl IntoIterator<Item = &'r HeldOut>,
        sides: u64,
        metrics: u64,
        max_tokens: u64,
    ) -> EvaluationTokens {
        let asked = sides.saturating_mul(metrics);
        let (mut prompts, mut count) = (0u64, 0u64);
        for record in records {
            let own = prompt(record).saturating_add(record.reference.len() as u64 + JUDGE_INSTRUCTIONS_TOKENS);
            prompts = prompts.saturating_add(own).saturating_add(max_tokens);
            count += 1;
        }
        EvaluationTokens {
            prompts: prompts.saturating_mul(asked),
            answers: count.saturating_mul(JUDGE_ANSWER_TOKENS).saturating_mul(asked),
        }
    }

    /// Returns the bounds of a plan; `None` if it has none.
    pub fn of_plan(plan: &EvaluationPlan) -> Option<EvaluationTokens> {
        let (all, answers) = (plan.token_ceiling?, plan.answer_token_ceiling?);
        Some(EvaluationTokens { prompts: all.saturating_sub(answers), answers })
    }

    /// Of prompts and answers.
    pub fn sum(&self) -> u64 {
        self.prompts.saturating_add(self.answers)
    }

    /// The cost in US dollars.
    pub fn cost(&self, price: &Price) -> f64 {
        (self.prompts as f64 * price.input_per_1k + self.answers as f64 * price.output_per_1k) / 1000.0
    }
}

fn prompt(record: &HeldOut) -> u64 {
    let texts = || record.prompt.system.iter().chain(record.prompt.turns.iter().flat_map(|turn| &turn.texts));
    let bytes: u64 = texts().map(|text| text.len() as u64 + BYTES_PER_TEXT).sum();
    // The answer's turn begins in the prompt.
    bytes + BYTES_PER_TURN * (record.prompt.turns.len() as u64 + 1)
}

#[cfg(test)]
mod tests {
    use tunedrop_evaluation::{Sample, Sampler};
    use tunedrop_validation::Format;

    use super::*;

    fn sample(records: usize) -> Sample {
        let mut sampler = Sampler::new(1_000);
        for n in 0..records {
            let line = format!("{{\"prompt\": \"{n:08}\", \"completion\": \"yes\"}}");
            sampler.add(&Format::PromptCompletion, line.as_bytes());
        }
        sampler.finish()
    }

    #[test]
    fn every_side_is_asked_every_record_and_one_some_of_them_again() {
        // 8 bytes, 12 for the text, 40 for each of two turns.
        let prompt = 100;
        let most = |records, sides| EvaluationTokens::most(sample(records).records.values(), sides, 64);
        assert_eq!(most(0, 2), EvaluationTokens::default());
        assert_eq!(most(10, 2), EvaluationTokens { prompts: 30 * prompt, answers: 30 * 64 });
        assert_eq!(most(200, 3), EvaluationTokens { prompts: 630 * prompt, answers: 630 * 64 });
        assert_eq!(most(200, 1).sum(), 230 * (prompt + 64));
        assert_eq!(EvaluationTokens::most(sample(2).records.values(), u64::MAX, u64::MAX).sum(), u64::MAX);
    }

    #[test]
    fn judge_is_asked_about_each_answer_by_each_metric() {
        let of =
            |records, sides, metrics| EvaluationTokens::of_judge(sample(records).records.values(), sides, metrics, 64);
        // The prompt as above, 3 bytes of the reference, the instructions, and an answer of 64 tokens.
        let asked = 100 + 3 + 6_000 + 64;
        assert_eq!(of(10, 2, 3), EvaluationTokens { prompts: 60 * asked, answers: 60 * JUDGE_ANSWER_TOKENS });
        assert_eq!(of(10, 2, 0), EvaluationTokens::default());
        assert_eq!(of(2, u64::MAX, 2).sum(), u64::MAX);
    }
}
