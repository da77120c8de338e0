//! The models that the playground can ask, and why it can't ask the others.

use anyhow::Result;
use tunedrop_run::evaluation::invocable;
use tunedrop_run::{Deployment, Price, Priced, Run, State, inference_price};
use tunedrop_validation::Catalogue;

use crate::format::visible;
use crate::stack::explain;
use crate::try_model::{self, Side};
use crate::ui::console::Console;

/// The newest runs that are looked at.
const RUNS: usize = 100;
/// Runs without a deployment that are listed.
const UNSERVED: usize = 10;

/// A model that answers.
pub(super) struct Offered {
    /// The value that a form sends: `d:` or `b:` and a deployment's name.
    pub(super) value: String,
    pub(super) side: Side,
    /// What 1,000 tokens cost, by the price of the base model.
    pub(super) price: Option<Priced<Price>>,
}

impl Offered {
    /// What tokens cost, with the source of the price and its day.
    pub(super) fn words(&self) -> String {
        match &self.price {
            Some(Priced { usd, source }) => visible(&format!(
                "{} USD per 1,000 tokens of the prompt, {} of the answer ({source})",
                usd.input_per_1k, usd.output_per_1k
            )),
            None => "unknown price".to_owned(),
        }
    }
}

/// What can be asked, and what can't.
pub(super) struct Sides {
    pub(super) offered: Vec<Offered>,
    /// What doesn't answer: its name, the reason, and the run to deploy.
    pub(super) others: Vec<(String, String, Option<String>)>,
}

pub(super) async fn sides(console: &Console) -> Result<Sides> {
    let (deployments, _) = console.ledger.deployments().await.map_err(explain)?;
    let mut sides = Sides { offered: Vec::new(), others: Vec::new() };
    let mut bases: Vec<String> = Vec::new();
    let deployments = deployments.iter().filter(|one| one.evaluation.is_none() && !one.state.is_end());
    for one in deployments.clone() {
        let Ok(side) = try_model::side(one) else {
            let why = format!("it is {}, so it doesn't answer yet", one.state.as_str());
            sides.others.push((visible(&format!("deployment {}", one.name)), why, None));
            continue;
        };
        let run = console.ledger.run(one.serving.as_ref().unwrap_or(&one.run_id)).await.map_err(explain)?;
        let price = run.as_ref().and_then(price);
        sides.offered.push(Offered { value: format!("d:{}", one.name), side, price: price.clone() });
        let base = run.and_then(|run| run.plan).map(|plan| invocable(&plan.base_model).to_owned());
        if let Some(model) = base.filter(|model| !bases.contains(model)) {
            let side = Side { title: visible(&format!("base ({model})")), model: model.clone() };
            sides.offered.push(Offered { value: format!("b:{}", one.name), side, price });
            bases.push(model);
        }
    }
    let is_served = |run: &Run| deployments.clone().any(|one: &Deployment| one.serving.as_ref() == Some(&run.run_id));
    let mut recent = console.ledger.recent();
    for _ in 0..RUNS {
        let Some(run) = recent.next().await.map_err(explain)? else { break };
        if run.state == State::Succeeded && !is_served(&run) && sides.others.len() < UNSERVED {
            let why = "no deployment serves it. Deploy it first, which Bedrock doesn't bill by itself.".to_owned();
            sides.others.push((visible(&format!("run {}", run.run_id)), why, Some(run.run_id.to_string())));
        }
    }
    Ok(sides)
}

/// The catalogue's price of the run's base model.
fn price(run: &Run) -> Option<Priced<Price>> {
    let plan = run.plan.as_ref()?;
    let catalogue = Catalogue::embedded();
    let model = catalogue.models().iter().find(|model| model.identifier == plan.base_model);
    model.or_else(|| catalogue.find(&plan.base_model)).and_then(|model| inference_price(model, None))
}
