//! What an evaluation will do, before it is confirmed.

use tunedrop_evaluation::DEPLOYED;
use tunedrop_run::decide::evaluate::Billing;
use tunedrop_run::{Against, EvaluationPlan, EvaluationSide, EvaluationTokens, Judge, RunId};
use tunedrop_validation::money::at_most;

use super::held_out::{Asked, left_out};
use crate::format::{BOLD, counted, grouped, visible};

/// What an evaluation will do.
#[derive(Debug)]
pub(super) struct Outlook {
    pub(super) run_id: RunId,
    /// The held-out file's path or address.
    pub(super) file: String,
    /// The models that are asked, the run's first.
    pub(super) sides: Vec<EvaluationSide>,
    /// What is asked, if the file could be read.
    pub(super) asked: Option<Asked>,
    pub(super) plan: EvaluationPlan,
}

impl Outlook {
    /// A few lines for people.
    pub(super) fn page(&self) -> String {
        let against: Vec<String> = self.sides.iter().skip(1).map(name).collect();
        let mut out = format!("{BOLD}Evaluate {} against {}{BOLD:#}\n", visible(&self.run_id), listed(&against));
        let mut add = |name: &str, value: &str| out.push_str(&format!("  {name:<12}{value}\n"));
        if self.plan.against.contains(&Against::Deployed) && !self.sides.iter().any(|side| side.name == DEPLOYED) {
            add("Note", "deployed is left out, because no other model of the dataset is deployed");
        }
        add("Records", &self.records());
        if let Some(why) = self.asked.as_ref().and_then(|asked| left_out(asked.counts())) {
            add("Left out", &why);
        }
        add("Tokens", &self.tokens());
        if let Some(judge) = &self.plan.judge {
            add("Judge", &self.judge(judge));
        }
        add("Cost", &self.cost());
        let temporary = self.sides.iter().filter(|side| side.temporary).count() as u64;
        if temporary > 0 {
            let count = counted(temporary, "temporary one");
            let until = if temporary == 1 { "deleted when its model has answered" } else { "one at a time" };
            add("Deployments", &format!("{count}, {until}"));
        }
        out
    }

    /// The most tokens that the evaluation bills; `None` if that isn't known here.
    pub(super) fn billing(&self) -> Option<Billing> {
        let judge = self.plan.judge.as_ref();
        match &self.asked {
            Some(asked) => Some(Billing {
                asked: asked.tokens(self.sides.len()),
                judge: judge.map(|judge| asked.judge_tokens(self.sides.len(), judge.metrics.len())),
            }),
            None => Some(Billing {
                asked: EvaluationTokens::of_plan(&self.plan)?,
                judge: match judge {
                    Some(judge) => Some(judge.tokens?),
                    None => None,
                },
            }),
        }
    }

    fn records(&self) -> String {
        let file = visible(&self.file);
        match self.asked.as_ref().map(Asked::counts) {
            Some(counts) if counts.sampled < counts.records => {
                format!("{} of {} in {file}", grouped(counts.sampled), grouped(counts.records))
            }
            Some(counts) => format!("all {} in {file}", grouped(counts.records)),
            None => format!("up to {} in {file}", grouped(self.plan.max_records)),
        }
    }

    fn tokens(&self) -> String {
        match (self.billing(), &self.asked) {
            (Some(most), Some(asked)) => format!(
                "at most {}: {} of up to {} tokens, and their prompts",
                grouped(most.asked.sum()),
                counted(asked.answers(self.sides.len()), "answer"),
                grouped(asked.max_tokens)
            ),
            (Some(most), None) => format!("at most {}", grouped(most.asked.sum())),
            (None, _) => "not estimated, because the file can't be read from here; the stack's limits apply".to_owned(),
        }
    }

    /// The judge, and what it bills.
    fn judge(&self, judge: &Judge) -> String {
        let metrics: Vec<&str> = judge.metrics.iter().map(|metric| metric.as_str()).collect();
        let billed = match self.billing().and_then(|billing| billing.judge) {
            Some(tokens) => format!("about {} tokens at most", grouped(tokens.sum())),
            None => "tokens not estimated".to_owned(),
        };
        format!("{} scores {}; {billed}", visible(&judge.model), metrics.join(", "))
    }

    fn cost(&self) -> String {
        let billing = self.billing();
        let judge = self.plan.judge.as_ref();
        if judge.is_some_and(|judge| judge.price.is_none()) {
            return "not estimated, because no price is known for the judge".to_owned();
        }
        match (&self.plan.price, billing) {
            (None, _) => "not estimated, because no price is known".to_owned(),
            (_, None) => "not estimated".to_owned(),
            (Some(price), Some(most)) => {
                let known =
                    self.plan.catalogue_price_source.as_ref().filter(|_| self.plan.price == self.plan.catalogue_price);
                let source = match known {
                    Some(source) => visible(&source.to_string()),
                    None if self.plan.price == self.plan.catalogue_price => "the catalogue's".to_owned(),
                    None => "the recipe's".to_owned(),
                };
                let judge = judge.and_then(|judge| Some(most.judge?.cost(&judge.price?)));
                let cost = most.asked.cost(price) + judge.unwrap_or_default();
                let also = if judge.is_some() { ", the judge included" } else { "" };
                format!("at most {} USD{also} (price: {source})", at_most(cost))
            }
        }
    }
}

/// A side's name for people.
fn name(side: &EvaluationSide) -> String {
    match &side.run_id {
        None => side.name.clone(),
        Some(run_id) if *side.name == **run_id => format!("run {run_id}"),
        Some(run_id) => format!("{} (run {run_id})", side.name),
    }
}

/// `base, run a and run b`.
fn listed(sides: &[String]) -> String {
    let sides: Vec<String> = sides.iter().map(|side| visible(side)).collect();
    match sides.split_last() {
        None => "no other model".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tunedrop_validation::Format;

    use super::*;
    use crate::evaluations::tests::{RUN, plain};

    fn side(name: &str, run_id: Option<&str>, temporary: bool) -> EvaluationSide {
        let side = json!({ "name": name, "run_id": run_id, "temporary": temporary });
        serde_json::from_value(side).expect("a side")
    }

    fn outlook(plan: &serde_json::Value, records: usize) -> Outlook {
        let plan: EvaluationPlan = serde_json::from_value(plan.clone()).expect("a plan");
        let line = |n: usize| format!("{{\"prompt\": \"question {n:04}\", \"completion\": \"answer\"}}\n");
        let file: String = (0..records).map(line).chain(["{}\n".to_owned()]).collect();
        Outlook {
            run_id: RUN.parse().expect("an id"),
            file: "test.jsonl".to_owned(),
            sides: vec![side(RUN, Some(RUN), true), side("base", None, false)],
            asked: (records > 0).then(|| Asked::of(&Format::PromptCompletion, file.as_bytes(), &plan)),
            plan,
        }
    }

    #[test]
    fn page_has_the_upper_bounds_of_tokens_and_cost() {
        let price = json!({ "input_per_1k": 0.00006, "output_per_1k": 0.00024 });
        let plan = json!({ "data": "", "max_records": 200, "against": ["base", "deployed"], "price": price, "max_tokens": 512 });
        insta::assert_snapshot!(plain(&outlook(&plan, 800).page()), @r"
        Evaluate bot-000000000002 against base
          Note        deployed is left out, because no other model of the dataset is deployed
          Records     200 of 801 in test.jsonl
          Left out    records that can't be read as records of the format: 1
          Tokens      at most 265,310: 430 answers of up to 512 tokens, and their prompts
          Cost        at most 0.06 USD (price: the recipe's)
          Deployments 1 temporary one, deleted when its model has answered
        ");
    }

    #[test]
    fn page_says_what_is_unknown() {
        let plan = json!({ "data": "s3://b/v", "max_records": 1000, "against": ["base", "deployed"] });
        let mut several = outlook(&plan, 0);
        several.file = "s3://b/v".to_owned();
        several.sides.push(side("deployed", Some("bot-000000000001"), false));
        several.sides.push(side("bot-000000000003", Some("bot-000000000003"), true));
        insta::assert_snapshot!(plain(&several.page()), @r"
        Evaluate bot-000000000002 against base, deployed (run bot-000000000001) and run bot-000000000003
          Records     up to 1,000 in s3://b/v
          Tokens      not estimated, because the file can't be read from here; the stack's limits apply
          Cost        not estimated, because no price is known
          Deployments 2 temporary ones, one at a time
        ");
    }
}
