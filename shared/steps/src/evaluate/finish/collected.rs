//! What the models answered, and what readers should know about that.

use std::collections::BTreeMap;

use tunedrop_evaluation::{Answer, BASE, DEPLOYED, Price, RecordKey};
use tunedrop_run::evaluation::AnswerLine;
use tunedrop_run::{Against, EvaluationEntry};

/// What a side answered.
#[derive(Debug, Default)]
pub(in crate::evaluate) struct Collected {
    pub(in crate::evaluate) answers: BTreeMap<RecordKey, Answer>,
    /// Answers that end at the maximum of tokens.
    pub(super) cut: u64,
    /// Records without an answer.
    pub(super) missing: u64,
    /// Why the first of them has none, in Bedrock's words.
    pub(super) why: Option<String>,
}

impl Collected {
    pub(super) fn add(&mut self, line: AnswerLine) {
        self.cut += u64::from(line.is_cut());
        match line.answer {
            Some(answer) => {
                self.answers.insert(line.key, answer);
            }
            None => {
                self.missing += 1;
                self.why = self.why.take().or(line.missing);
            }
        }
    }

    fn tokens(&self) -> (u64, u64) {
        let sum = |of: fn(&Answer) -> Option<u64>| self.answers.values().filter_map(of).sum();
        (sum(|answer| answer.tokens_in), sum(|answer| answer.tokens_out))
    }
}

/// The answers of all sides, and those of the side that was asked again.
pub(in crate::evaluate) struct AllAnswers {
    pub(in crate::evaluate) sides: Vec<Collected>,
    pub(super) again: Collected,
}

/// Tokens of all prompts and of all answers, those that were asked again included.
pub(super) fn tokens(all: &AllAnswers) -> (u64, u64) {
    let each = all.sides.iter().chain([&all.again]).map(Collected::tokens);
    each.fold((0, 0), |(inputs, outputs), (input, output)| (inputs + input, outputs + output))
}

/// Why the evaluation can't be decided: a model answered nothing.
pub(in crate::evaluate) fn silent(was: &EvaluationEntry, all: &AllAnswers) -> Option<String> {
    let (side, collected) = was.sides.iter().zip(&all.sides).find(|(_, collected)| collected.answers.is_empty())?;
    let words = collected.why.as_deref().unwrap_or("Bedrock gave no reason");
    Some(format!("the model of {} answered none of the records: {words}", side.name))
}

/// US dollars, to the millionth.
pub(super) fn cost(price: &Price, tokens_in: u64, tokens_out: u64) -> f64 {
    let usd = (tokens_in as f64 * price.input_per_1k + tokens_out as f64 * price.output_per_1k) / 1000.0;
    (usd * 1e6).round() / 1e6
}

/// What readers should know besides what the scores say. They quote no record, and none of Bedrock's words.
pub(super) fn notes(was: &EvaluationEntry, sides: &[Collected]) -> Vec<String> {
    let mut notes = Vec::new();
    let has = |name: &str| was.sides.iter().any(|side| side.name == name);
    if was.plan.against.contains(&Against::Deployed) && !has(DEPLOYED) {
        notes.push(
            "No deployment of the dataset served another run than those that were compared, so the deployed model is no side of its own."
                .to_owned(),
        );
        if !was.plan.against.contains(&Against::Base) && has(BASE) {
            notes.push("The model was compared with its base model instead.".to_owned());
        }
    }
    for (side, collected) in was.sides.iter().zip(sides) {
        if collected.missing > 0 {
            notes.push(format!("Records that {} gave no answer to: {}.", side.name, collected.missing));
        }
        if collected.cut > 0 {
            notes.push(format!("Answers of {} that end at the maximum of tokens: {}.", side.name, collected.cut));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(against: &[&str], sides: &[&str]) -> EvaluationEntry {
        let side = |name: &&str| serde_json::json!({ "name": name });
        serde_json::from_value(serde_json::json!({
            "schema": 1, "run_id": "bot-000000000001", "dataset": "bot", "number": 1, "revision": 1, "state": "Answering",
            "plan": { "data": "s3://b/k", "max_records": 200, "against": against },
            "sides": sides.iter().map(side).collect::<Vec<_>>(), "requested_at": "t", "changed_at": "t",
        }))
        .expect("an evaluation")
    }

    fn collected() -> Collected {
        let key = |n: u8| format!("{:032x}", n).parse().expect("a key");
        let mut collected = Collected::default();
        for n in 0..4 {
            let answer = Answer { text: "a".into(), latency_ms: None, tokens_in: Some(10), tokens_out: Some(n.into()) };
            let stop = Some(if n == 3 { "max_tokens" } else { "end_turn" }.to_owned());
            collected.add(AnswerLine { key: key(n), answer: Some(answer), stop, missing: None });
        }
        for n in 4..6 {
            let missing = Some(format!("refused {n}"));
            collected.add(AnswerLine { key: key(n), answer: None, stop: None, missing });
        }
        collected
    }

    #[test]
    fn missing_and_cut_answers_are_counted_and_never_scored() {
        let collected = collected();
        assert_eq!((collected.answers.len(), collected.missing, collected.cut), (4, 2, 1));
        assert_eq!(collected.why.as_deref(), Some("refused 4"));
        assert_eq!(collected.tokens(), (40, 6));
        let all = AllAnswers { sides: vec![collected], again: self::collected() };
        assert_eq!(tokens(&all), (80, 12));
        assert_eq!(cost(&Price { input_per_1k: 0.5, output_per_1k: 1.0 }, 80, 12), 0.052);
    }

    #[test]
    fn notes_say_what_was_left_out() {
        let notes = notes(&entry(&["deployed"], &["bot-000000000001", "base"]), &[collected(), Collected::default()]);
        let parts = ["no side of its own", "base model instead", "no answer to: 2.", "maximum of tokens: 1."];
        assert_eq!(notes.len(), parts.len(), "{notes:?}");
        for (note, part) in notes.iter().zip(parts) {
            assert!(note.contains(part) && !note.contains("refused 4"), "{note}");
        }
    }
}
