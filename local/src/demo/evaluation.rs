//! The decision about a model: its figures, its report, and what the simulator counted meanwhile.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tunedrop_local::{Stack, build, http};

use super::follow::{Decided, Watch};
use super::show;

/// Calls and tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) calls: u64,
    pub(super) input: u64,
    pub(super) output: u64,
}

impl Counted {
    /// Returns what the Bedrock simulator has counted so far, of all models.
    pub(super) async fn now(stack: &Stack) -> Result<Self> {
        let url = format!("{}/_simulator/inference", stack.bedrock_endpoint());
        let answer = http().build()?.get(url).send().await.context("the simulator didn't answer")?;
        let body: Value = answer.json().await.context("the simulator's counts are not JSON")?;
        Ok(Self::of(&body))
    }

    fn of(body: &Value) -> Self {
        let models = body["models"].as_object().into_iter().flatten();
        let add = |sum: Self, model: &Value| {
            let of = |name: &str| model[name].as_u64().unwrap_or_default();
            Self {
                calls: sum.calls + of("calls"),
                input: sum.input + of("inputTokens"),
                output: sum.output + of("outputTokens"),
            }
        };
        models.map(|(_, model)| model).fold(Self::default(), add)
    }

    /// Returns what was counted since then.
    pub(super) fn since(self, before: Self) -> Self {
        Self { calls: self.calls - before.calls, input: self.input - before.input, output: self.output - before.output }
    }
}

/// Prints the decision, the figures and where the report is. It is an error if the model isn't kept, or if the tokens
/// aren't those that the simulator counted.
pub(super) async fn show(
    stack: &Stack,
    watch: &Watch<'_>,
    decided: &Decided,
    counted: Counted,
    took: Duration,
) -> Result<()> {
    println!("\nThe evaluation\n");
    let report = watch.json(&format!("{}evaluation.json", decided.prefix)).await?;
    show::evaluation(&report)?;
    println!("\n  took             {:.1} s from Succeeded to {}", took.as_secs_f64(), decided.state);
    println!("  tokens           {} in, {} out", decided.tokens_in, decided.tokens_out);
    println!("  simulator        {} in, {} out, in {} calls", counted.input, counted.output, counted.calls);
    let cost = |price: &Value| {
        let of = |name: &str| price[name].as_f64();
        Some((of("input_per_1k")? * counted.input as f64 + of("output_per_1k")? * counted.output as f64) / 1000.0)
    };
    let price = report["models"].as_object().and_then(|models| models.values().find_map(|model| cost(&model["price"])));
    let (said, computed) = (report["cost_usd"].as_f64().context("no cost")?, price.context("no price")?);
    println!("  cost             {said:.6} USD by the report, {computed:.6} USD by the simulator's tokens");
    ensure!(
        (decided.tokens_in, decided.tokens_out) == (counted.input, counted.output),
        "the report counts other tokens than the simulator"
    );
    // The report rounds up to a millionth of a dollar.
    ensure!((said - computed).abs() < 1e-6, "the report has another cost than the simulator's tokens");

    let key = format!("{}evaluation.html", decided.prefix);
    let folder = build::built()?.target.join("tunedrop").join("demo");
    fs::create_dir_all(&folder).with_context(|| format!("{} could not be created", folder.display()))?;
    let file = folder.join(format!("evaluation-{}.html", decided.run_id));
    fs::write(&file, watch.bytes(&key).await?).with_context(|| format!("{} could not be written", file.display()))?;
    println!("\n  report           s3://{}/{key}", stack.deployment().bucket()?);
    println!("  a copy of it     {}", file.display());
    ensure!(decided.state == "Kept", "the evaluation is {}", decided.state);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sums_what_all_models_were_asked() {
        let model = |calls, input, output| json!({ "calls": calls, "inputTokens": input, "outputTokens": output });
        let before = Counted::of(&json!({ "models": { "a": model(1, 10, 2) } }));
        let after = Counted::of(&json!({ "models": { "a": model(3, 30, 4), "b": model(1, 5, 1) } }));
        assert_eq!(after.since(before), Counted { calls: 3, input: 25, output: 3 });
    }
}
