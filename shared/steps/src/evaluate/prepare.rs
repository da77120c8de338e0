//! Prepares an evaluation: reads the held-out file, chooses the models, and checks the guards.

use tunedrop_run::decide::evaluate::{
    Billing, Compared, Prepared, deployment_name, failed, judge_fault, prepared, refusal, sides, with_price,
};
use tunedrop_run::{Against, Deployment, EvaluationEntry, EvaluationSide, EvaluationTokens, Judge, Run};

use super::Evaluate;
use crate::batch::StepError;
use crate::publish::now;
use crate::validate::load_catalogue;

impl Evaluate {
    /// The evaluation with what it will ask, or one that ended because it can't ask anything.
    pub(super) async fn prepare(&self, was: &EvaluationEntry) -> Result<EvaluationEntry, StepError> {
        let next = match self.prepared(was).await? {
            Ok(next) => next,
            Err(reason) => failed(was, &reason, &now()),
        };
        next.map_err(|reason| StepError::NotYet(reason.to_owned()))
    }

    async fn prepared(
        &self,
        was: &EvaluationEntry,
    ) -> Result<Result<Result<EvaluationEntry, &'static str>, String>, StepError> {
        let Some(run) = self.ledger.run(&was.run_id).await? else {
            return Ok(Err(format!("run {} isn't in the ledger any more", was.run_id)));
        };
        if let Some(reason) = judge_fault(&was.plan, &self.region) {
            return Ok(Err(reason));
        }
        let sides = match self.sides(was, &run).await? {
            Ok(sides) => sides,
            Err(reason) => return Ok(Err(reason)),
        };
        let sample = match self.sample(was, &run).await? {
            Ok(sample) => sample,
            Err(reason) => return Ok(Err(reason)),
        };
        let was = match load_catalogue(&self.objects).await? {
            Some((catalogue, _)) => {
                let model = run.plan.as_ref().and_then(|plan| catalogue.find(&plan.catalogue_model));
                let list = self.ledger.prices(Some(&self.region)).await?;
                with_price(was.clone(), model, &catalogue, list.as_ref())
            }
            None => was.clone(),
        };
        let (asked, max_tokens) = (sides.len() as u64, sample.max_tokens(&was));
        let of_judge =
            |judge: &Judge| EvaluationTokens::of_judge(&sample.records, asked, judge.metrics.len() as u64, max_tokens);
        let billing = Billing {
            asked: EvaluationTokens::most(&sample.records, asked, max_tokens),
            judge: was.plan.judge.as_ref().map(of_judge),
        };
        let refusal = refusal(&was, &run, billing, &self.guards);
        let found = Prepared { sides, records: sample.records.len() as u64, token_ceiling: billing.sum() };
        Ok(Ok(prepared(&was, found, refusal, &now())))
    }

    /// The models to ask; the error says which run has none.
    async fn sides(&self, was: &EvaluationEntry, run: &Run) -> Result<Result<Vec<EvaluationSide>, String>, StepError> {
        let own = self.ledger.deployment(deployment_name(run)).await?;
        let mut runs: Vec<(Run, Option<Deployment>)> = Vec::new();
        for against in &was.plan.against {
            let Against::Run(run_id) = against else { continue };
            let Some(other) = self.ledger.run(run_id).await? else {
                return Ok(Err(format!("this stack has no run {run_id}")));
            };
            let deployment = self.ledger.deployment(deployment_name(&other)).await?;
            runs.push((other, deployment));
        }
        // The name may be another dataset's.
        let answers = own.as_ref().filter(|own| own.state.answers() && own.dataset == run.dataset);
        let deployed = match answers.and_then(|own| own.serving.as_ref()) {
            Some(run_id) if was.plan.against.contains(&Against::Deployed) => self.ledger.run(run_id).await?,
            _ => None,
        };
        let new = Compared { run, deployment: own.as_ref() };
        let deployed = deployed.as_ref().map(|run| Compared { run, deployment: own.as_ref() });
        let runs: Vec<Compared<'_>> =
            runs.iter().map(|(run, deployment)| Compared { run, deployment: deployment.as_ref() }).collect();
        Ok(sides(was, new, deployed, &runs))
    }
}
