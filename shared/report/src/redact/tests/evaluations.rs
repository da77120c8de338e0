//! The reasons of evaluations without a decision pass the redactor.

use tunedrop_evaluation::Unusable;

use crate::redact::redact;

const DENIED: &str = "User: arn:aws:sts::111122223333:assumed-role/a/b is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0 because no identity-based policy allows the bedrock:InvokeModel action";

#[test]
fn keeps_our_own_sentences() {
    for sentence in [
        "Bedrock could bill up to 1,240,000 tokens for the answers, but the stack's MaxTokensPerRun is 1,000,000; use fewer records, or raise the limit",
        "Bedrock could bill up to 1,240,000 tokens for the answers besides the training's 9,000, but the recipe's guard.max_tokens is 1,000; use fewer records, or raise the limit",
        "the recipe's guard.max_cost_usd is 0.5 USD, but no price is known for the answers; set evaluate.price in the recipe, or remove the limit",
        "the answers could cost up to 4.20 USD together with the training that they belong to (1,240,000 tokens at 0.0006 and 0.0024 USD per 1,000), but the stack's MaxCostPerRunUsd is 4 USD; use fewer records, or raise the limit",
        "Bedrock could bill up to 1,240,000 tokens for the answers and 9,000 for the judge besides the training's 9,000, but the recipe's guard.max_tokens is 1,000; use fewer records, or raise the limit",
        "the stack's MaxCostPerRunUsd is 4 USD, but no price is known for the judge; use a judge of the catalogue, and set its inference_price in the stack's config/catalogue.toml, or remove the limit",
        "the answers could cost up to 4.20 USD together with the training that they belong to (1,240,000 tokens at 0.0006 and 0.0024 USD per 1,000, and 9,000 of the judge for 0.20 USD), but the stack's MaxCostPerRunUsd is 4 USD; use fewer records, or raise the limit",
        "deployment support-bot changed its model, or was deleted, during the evaluation; evaluate the run again",
        "run support-bot-0123456789ab is Failed, so it has no model to compare with",
        "s3://drops/evaluations/support-bot-0123456789ab/data/0123.jsonl doesn't exist any more",
        "no record of the held-out file can be used, of 1,200",
        "ada stopped it",
    ] {
        assert_eq!(redact(sentence), sentence);
    }
    assert_eq!(redact("my name is Ada stopped it"), "[…] stopped it");
}

#[test]
fn keeps_why_no_record_can_be_used() {
    let reason = |why: Unusable| {
        let why = why.as_clause();
        format!("no record of the held-out file can be used, of 9; records that have tools: 2; records that {why}: 7")
    };
    for why in [Unusable::NotARecord, Unusable::NoReference, Unusable::Media, Unusable::Reinforcement] {
        assert_eq!(redact(&reason(why)), reason(why));
    }
    let left = redact("no record of the held-out file can be used, of 9; records that are by Ada: 7");
    assert_eq!(left, "no record of the held-out file can be used, of 9; […]");
}

/// Bedrock's words about a model follow ours. They pass if their wording is known and quotes nothing.
#[test]
fn keeps_bedrocks_known_words_after_ours() {
    for ours in [
        "the model of base can't be asked: ",
        "the model of support-bot-0123456789ab refuses the records: ",
        "asking the model of base failed 20 times: ",
        "the model of deployed answered none of the records: ",
        "the model of run support-bot-0123456789ab could not be deployed: ",
        "not all models were deployed within a day: ",
    ] {
        for bedrock in [DENIED, "Rate exceeded", "Bedrock gave no reason"] {
            let reason = format!("{ours}{bedrock}");
            assert_eq!((redact(&reason), redact(&format!("{reason}."))), (reason.clone(), reason));
        }
        for bedrock in
            ["my name is Ada", "Input data at Ada must follow 'Lovelace' format", "Rate exceeded: my name is Ada"]
        {
            let left = redact(&format!("{ours}{bedrock}"));
            assert_eq!(left, format!("{ours}[…]"));
            assert_eq!(redact(&left), left);
        }
    }
}
