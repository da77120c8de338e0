//! Asks a model, and passes the answer on while it arrives.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tunedrop_aws::{AnswerPart, Inference, Question};
use tunedrop_run::{Price, Priced};

use super::sides::Offered;
use crate::format::visible;
use crate::stack::explain;
use crate::try_model::{PAUSE_MAX, figures, start};
use crate::ui::console::Console;

/// Parts between the model and the browser.
const PARTS: usize = 64;

/// What the browser gets, a JSON object on a line each: `text`, and at the end `done` or `error`.
pub(super) fn lines(console: Arc<Console>, offered: Offered, question: Question) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(PARTS);
    tokio::spawn(async move {
        let end = match ask(&console, &offered, &question, &sender).await {
            Ok(figures) => json!({ "done": figures }),
            Err(error) => json!({ "error": visible(&format!("{error:#}")) }),
        };
        // The browser may be gone.
        let _ = sender.send(format!("{end}\n")).await;
    });
    receiver
}

/// Asks the model, and sends each piece of text. It stops when the browser is gone, which saves what the rest would cost.
/// Returns tokens, times and cost.
async fn ask(
    console: &Console,
    offered: &Offered,
    question: &Question,
    sender: &mpsc::Sender<String>,
) -> Result<String> {
    let begin = Instant::now();
    let inference = Inference::new(&console.stack.configs.bedrock);
    let mut answer = start(&console.stack, &inference, &offered.side.model, question).await?;
    let (mut first, mut stopped, mut used) = (None, String::new(), None);
    loop {
        let part = timeout(PAUSE_MAX, answer.next()).await;
        let part = part.with_context(|| format!("no more of the answer in {} s", PAUSE_MAX.as_secs()))?;
        match part.map_err(explain)? {
            Some(AnswerPart::Text(text)) => {
                first.get_or_insert_with(|| begin.elapsed());
                if sender.send(format!("{}\n", json!({ "text": text }))).await.is_err() {
                    break;
                }
            }
            Some(AnswerPart::Stopped(why)) => stopped = why,
            Some(AnswerPart::Used { input, output, latency_ms }) => used = Some((input, output, latency_ms)),
            None => break,
        }
    }
    let line = figures(used, first, begin.elapsed(), &stopped);
    let cost = offered.price.as_ref().zip(used).map(|(price, (input, output, _))| cost(price, input, output));
    Ok(format!("{}{}", line.trim_start(), cost.unwrap_or_default()))
}

fn cost(Priced { usd, source }: &Priced<Price>, input: i32, output: i32) -> String {
    let thousands = |tokens: i32| f64::from(tokens.max(0)) / 1000.0;
    let usd = thousands(input) * usd.input_per_1k + thousands(output) * usd.output_per_1k;
    visible(&format!("; about {usd:.6} USD ({source})"))
}

#[cfg(test)]
mod tests {
    use tunedrop_run::PriceSource;

    use super::*;

    #[test]
    fn a_cost_has_the_source_of_its_price() {
        let source = PriceSource::BuiltIn { date: "2026-11-20".to_owned(), source: "AWS's offer file".to_owned() };
        let price = Priced { usd: Price { input_per_1k: 0.001, output_per_1k: 0.002 }, source };
        let words = cost(&price, 500, 1000);
        assert_eq!(words, "; about 0.002500 USD (built-in price of 2026-11-20: AWS's offer file)");
    }
}
