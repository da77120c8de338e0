//! `tunedrop estimate --sample`: Bedrock counts records, and the stack remembers what it counted.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::data::nova;
use crate::deployment_commands::{ends, has};
use crate::harness::Harness;
use crate::session::Shell;

/// Files, and their records. Nova 2 Lite needs 200.
const FILES: [(&str, usize); 3] = [("train.jsonl", 60), ("other.jsonl", 40), ("long.jsonl", 220)];

/// The estimate of a file, as JSON.
fn estimated(shell: &mut Shell, words: &str) -> Result<Value> {
    let printed = ends(shell, &format!("estimate {words} --local --json"), 0)?;
    let page: Value = serde_json::from_str(&printed).with_context(|| printed.clone())?;
    Ok(page["files"][0].clone())
}

fn range(page: &Value) -> Result<(u64, u64)> {
    let of = |end: &str| page["tokens"][end].as_u64().with_context(|| format!("no {end} in {page}"));
    Ok((of("low")?, of("high")?))
}

/// The simulator's own count of a text: pieces of words of at most four characters.
fn tokens_of(text: &str) -> usize {
    text.split_whitespace().map(|word| word.chars().count().div_ceil(4)).sum()
}

/// The tokens of all records, as the simulator counts them.
fn truth(records: usize, seed: &str) -> Result<u64> {
    let mut sum = 0;
    for line in nova(records, seed).lines() {
        let record: Value = serde_json::from_str(line)?;
        let turns = record["messages"].as_array().context("messages")?;
        sum += tokens_of(record["system"][0]["text"].as_str().unwrap_or_default());
        sum +=
            turns.iter().map(|turn| tokens_of(turn["content"][0]["text"].as_str().unwrap_or_default())).sum::<usize>();
    }
    Ok(sum as u64)
}

/// Samples, remembers, uses what is remembered for another file, and goes on without an answer.
pub(crate) async fn estimates_learn_from_sampled_records(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "estimates")?;
    for (name, records) in FILES {
        shell.write(name, &nova(records, name))?;
    }
    let plain = range(&estimated(&mut shell, "train.jsonl --model nova-micro --price-list")?)?;
    let sampled = estimated(&mut shell, "train.jsonl --model nova-micro --price-list --sample 20")?;
    let narrow = range(&sampled)?;
    let truth = truth(60, "train.jsonl")?;
    ensure!(narrow.0 <= truth && truth <= narrow.1, "{truth} tokens aren't in {narrow:?}");
    ensure!(narrow.1 - narrow.0 < (plain.1 - plain.0) / 4, "{narrow:?} isn't much narrower than {plain:?}");
    let from = sampled["tokens_from"].as_str().unwrap_or_default();
    ensure!(from.starts_with("from 20 sampled records on 20"), "{sampled}");
    ensure!(sampled["sample"]["records"] == 20 && sampled["sample"]["output_tokens_billed"] == 22, "{sampled}");
    let again = estimated(&mut shell, "train.jsonl --model nova-micro --price-list --sample 20")?;
    ensure!(again["sample"]["tokens"] == sampled["sample"]["tokens"], "another sample: {again}");

    // The stack remembers it for other data.
    let rate = w.main.ledger.token_rate("amazon.nova-micro-v1:0").await?.context("the rate isn't in the ledger")?;
    ensure!(rate.records == 20 && Some(rate.tokens) == sampled["sample"]["tokens"].as_u64(), "{rate:?}");
    let unlearned = range(&estimated(&mut shell, "other.jsonl --model nova-micro --price-list")?)?;
    let learned = estimated(&mut shell, "other.jsonl --model nova-micro --learned")?;
    let (low, high) = range(&learned)?;
    ensure!(low >= unlearned.0 && high <= unlearned.1 && (low, high) != unlearned, "{learned}");
    ensure!(learned["tokens_from"].as_str().is_some_and(|from| from.contains(&rate.basis())), "{learned}");
    let other = estimated(&mut shell, "other.jsonl --model nova-pro --learned")?;
    ensure!(other["tokens_from"] == "estimated", "nothing is known of Nova Pro: {other}");

    // A base model that only an inference profile reaches.
    let profile = estimated(&mut shell, "long.jsonl --model nova-2-lite --sample 5")?;
    ensure!(profile["sample"]["records"] == 5, "{profile}");

    // For people, with what it cost.
    let page = ends(&mut shell, "estimate long.jsonl --model nova-2-lite --sample 5 --local", 0)?;
    has(
        &page,
        &["from 5 sampled records on", "Bedrock billed ", " tokens in and 7 out to count them, less than 0.01 USD"],
    )?;
    unanswered(w, &mut shell).await
}

/// Denied, throttled, on no demand: the estimate is made without a sample, and says why.
async fn unanswered(w: &Harness, shell: &mut Shell) -> Result<()> {
    let denied = "User: ada is not authorized to perform: bedrock:InvokeModel on resource: the model";
    for (error, message, said) in [
        ("AccessDeniedException", denied, "you lack the permission bedrock:InvokeModel on amazon.nova-pro-v1:0"),
        (
            "ValidationException",
            "Invocation of model ID m with on-demand throughput isn't supported.",
            "amazon.nova-pro-v1:0 can't be asked on demand",
        ),
        ("ThrottlingException", "Too many requests", "0 of 10 sampled records were counted: the service is overloaded"),
    ] {
        w.faults(json!({ "calls": [{ "operation": "Converse", "error": error, "message": message }] })).await?;
        let page = ends(shell, "estimate train.jsonl --model nova-pro --sample 10 --local", 0);
        w.reset_faults().await?;
        has(&page?, &[said, "estimated without them", ", estimated\n"])?;
    }
    ensure!(w.main.ledger.token_rate("amazon.nova-pro-v1:0").await?.is_none(), "a failed sample is remembered");
    Ok(())
}
