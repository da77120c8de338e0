//! Files together, and hyperparameters.

use std::collections::BTreeMap;

use tunedrop_validation::{
    Catalogue, Customization, Findings, Quotas, SetFile, Statistics, check_hyperparameters, check_set,
};

use crate::support::shown;

const RAISED: Quotas = Quotas { records: Some(50_000) };
const USUAL: Quotas = Quotas { records: None };

/// Validates a dataset of files with these numbers of records. `None`: there is no validation file.
fn set(model: &str, customization: Customization, train: u64, validation: Option<u64>, quotas: &Quotas) -> String {
    let model = Catalogue::embedded().find(model).expect("the model is in the catalogue");
    let file = |records| Statistics { records, bytes: records * 1000, ..Statistics::default() };
    let (train, validation) = (file(train), validation.map(file));
    let train = SetFile { name: "train.jsonl", statistics: &train };
    let validation = validation.as_ref().map(|statistics| SetFile { name: "validation.jsonl", statistics });
    shown(&check_set(model, customization, Some(train), validation, quotas))
}

#[test]
fn counts_within_the_limits_have_no_finding() {
    let tuning = Customization::FineTuning;
    assert_eq!(set("nova-lite", tuning, 8, None, &USUAL), "");
    assert_eq!(set("nova-lite", tuning, 20_000, None, &USUAL), "");
    assert_eq!(set("nova-lite", tuning, 18_000, Some(2_000), &USUAL), "");
    assert_eq!(set("nova-lite", tuning, 48_000, Some(2_000), &RAISED), "");
    assert_eq!(set("titan-text-express", tuning, 9_000, Some(1_000), &USUAL), "");
    assert_eq!(set("titan-text-express", Customization::ContinuedPreTraining, 99_000, Some(1_000), &USUAL), "");
    assert_eq!(set("nova-2-lite", tuning, 200, None, &USUAL), "");
}

#[test]
fn reports_no_missing_records_for_a_file_of_one_invalid_line() {
    let found = |model, valid_records| {
        let model = Catalogue::embedded().find(model).expect("the model is in the catalogue");
        let statistics = Statistics { records: 1, valid_records, bytes: 100, ..Statistics::default() };
        let file = SetFile { name: "train.jsonl", statistics: &statistics };
        shown(&check_set(model, Customization::FineTuning, Some(file), None, &USUAL))
    };
    for model in ["nova-lite", "llama-3-3-70b"] {
        assert_eq!(found(model, 0), "");
        assert!(found(model, 1).contains("[too-few-records]: 1 record in the "), "{}", found(model, 1));
    }
}

#[test]
fn reports_too_few_and_too_many_records() {
    let tuning = Customization::FineTuning;
    insta::assert_snapshot!(set("nova-lite", tuning, 7, Some(20_000), &USUAL), @"
    file error[too-few-records]: 7 records in the training file, and Nova Lite requires at least 8
        add at least 1 more
    file error[too-many-records]: 20,007 records in training and validation together, and Nova Lite accepts at most 20,000
        remove 7, or request a higher quota and write it under `quotas` in the recipe
    ");
    insta::assert_snapshot!(set("nova-lite", tuning, 20_001, Some(10), &USUAL), @"
    file error[too-many-records]: 20,011 records in training and validation together, and Nova Lite accepts at most 20,000
        remove 11, or request a higher quota and write it under `quotas` in the recipe
    ");
    insta::assert_snapshot!(set("nova-lite", tuning, 19_995, Some(10), &USUAL), @"
    file error[too-many-records]: 20,005 records in training and validation together, and Nova Lite accepts at most 20,000
        remove 5, or request a higher quota and write it under `quotas` in the recipe
    ");
    insta::assert_snapshot!(set("titan-text-express", tuning, 10_001, Some(1_001), &USUAL), @"
    file error[too-many-records]: 1,001 records in the validation file, and Titan Text Express accepts at most 1,000
        remove 1
    file error[too-many-records]: 11,002 records in training and validation together, and Titan Text Express accepts at most 10,000
        remove 1,002, or request a higher quota and write it under `quotas` in the recipe
    ");
    insta::assert_snapshot!(set("titan-text-express", Customization::ContinuedPreTraining, 100_001, None, &USUAL), @"
    file error[too-many-records]: 100,001 records in the file, and Titan Text Express accepts at most 100,000
        remove 1, or request a higher quota and write it under `quotas` in the recipe
    ");
    insta::assert_snapshot!(set("nova-2-lite", tuning, 7, Some(3), &USUAL), @"
    file error[validation-not-supported]: Nova 2 Lite accepts no validation file with fine-tuning
        remove `validation` from the recipe; you can add its records to the training file
    file error[too-few-records]: 7 records in the training file, and Nova 2 Lite requires at least 200
        add at least 193 more
    ");
    insta::assert_snapshot!(set("nova-2-lite", tuning, 199, None, &USUAL), @"
    file error[too-few-records]: 199 records in the training file, and Nova 2 Lite requires at least 200
        add at least 1 more
    ");
    insta::assert_snapshot!(set("nova-micro", Customization::Distillation, 15_001, None, &RAISED), @"
    file error[too-many-records]: 15,001 records in the file, and Nova Micro accepts at most 15,000
        remove 1
    ");
}

#[test]
fn an_own_catalogue_can_lower_the_minimum_and_recommend_more() {
    let overlay =
        "[[model]]\nalias = \"nova-2-lite\"\n[model.customization.fine-tuning]\ntrain_min = 8\ntrain_advised = 200\n";
    let catalogue = Catalogue::with_overlay(overlay).expect("an overlay");
    let model = catalogue.find("nova-2-lite").expect("the model is in the catalogue");
    let statistics = Statistics { records: 50, ..Statistics::default() };
    let train = SetFile { name: "train.jsonl", statistics: &statistics };
    insta::assert_snapshot!(shown(&check_set(model, Customization::FineTuning, Some(train), None, &USUAL)), @"
    file warning[few-records]: 50 records in the training file; one of AWS's guides asks for at least 200 for Nova 2 Lite, another for fewer
        add 150 more to be safe
    ");
}

#[test]
fn both_files_of_llama_count_together() {
    let tuning = Customization::FineTuning;
    assert_eq!(set("llama-3-3-70b", tuning, 80, Some(20), &USUAL), "");
    assert_eq!(set("llama-3-1-8b", tuning, 100, None, &USUAL), "");
    // Only a sample has a limit of 1,000 for validation.
    assert_eq!(set("llama-3-2-1b", tuning, 8_000, Some(2_000), &USUAL), "");
    insta::assert_snapshot!(set("llama-3-3-70b", tuning, 79, Some(20), &USUAL), @"
    file error[too-few-records]: 99 records in training and validation together, and Llama 3.3 70B requires at least 100
        add at least 1 more
    ");
}

#[test]
fn warns_about_counts_that_only_one_page_accepts() {
    let tuning = Customization::FineTuning;
    assert_eq!(set("titan-multimodal-embeddings", tuning, 50_000, None, &USUAL), "");
    let raised = Quotas { records: Some(60_000) };
    assert_eq!(set("titan-multimodal-embeddings", tuning, 60_000, None, &raised), "");
    insta::assert_snapshot!(set("titan-multimodal-embeddings", tuning, 500_000, None, &USUAL), @"
    file warning[many-records]: 500,000 records in the file; one of AWS's pages accepts at most 50,000 for Titan Multimodal Embeddings G1, another more
        remove 450,000 to be safe, or request a higher quota and write it under `quotas` in the recipe
    ");
    insta::assert_snapshot!(set("titan-multimodal-embeddings", tuning, 500_001, None, &USUAL), @"
    file error[too-many-records]: 500,001 records in the file, and Titan Multimodal Embeddings G1 accepts at most 500,000
        remove 1, or request a higher quota and write it under `quotas` in the recipe
    ");
}

#[test]
fn rejects_files_that_are_too_large() {
    let model = Catalogue::embedded().find("titan-text-lite").expect("the model is in the catalogue");
    let (train, validation) = (
        Statistics { records: 10, bytes: (1 << 30) + 1, ..Statistics::default() },
        Statistics { records: 10, bytes: (100 << 20) + 1, ..Statistics::default() },
    );
    let train = SetFile { name: "train.jsonl", statistics: &train };
    let validation = SetFile { name: "validation.jsonl", statistics: &validation };
    let findings = check_set(model, Customization::FineTuning, Some(train), Some(validation), &USUAL);
    insta::assert_snapshot!(shown(&findings), @"
    file error[file-too-large]: the training file has 1,073,741,825 bytes, and Titan Text Lite accepts at most 1,073,741,824
        use fewer or shorter records
    file error[file-too-large]: the validation file has 104,857,601 bytes, and Titan Text Lite accepts at most 104,857,600
        use fewer or shorter records
    ");
    // A customization that the model doesn't have is an error in the recipe, and is reported there.
    assert_eq!(check_set(model, Customization::Distillation, Some(train), None, &USUAL), Findings::default());
}

/// Validates hyperparameters given as `name=value`.
fn hyperparameters(model: &str, customization: Customization, values: &[(&str, &str)]) -> String {
    let model = Catalogue::embedded().find(model).expect("the model is in the catalogue");
    let values: BTreeMap<String, String> =
        values.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    shown(&check_hyperparameters(model, customization, &values, "job.yaml"))
}

#[test]
fn hyperparameters_within_range_have_no_finding() {
    let tuning = Customization::FineTuning;
    for values in [
        &[("epochCount", "5"), ("learningRate", "0.00001"), ("learningRateWarmupSteps", "0")][..],
        &[("epochCount", "1"), ("learningRate", "1e-4")],
        &[("learningRate", "1.0E-6")],
        &[],
    ] {
        assert_eq!(hyperparameters("nova-lite", tuning, values), "");
    }
    // The figures of AWS's Titan samples.
    let titan =
        [("epochCount", "10"), ("batchSize", "1"), ("learningRate", "0.00005"), ("learningRateWarmupSteps", "0")];
    assert_eq!(hyperparameters("titan-text-express", tuning, &titan), "");
    let reinforcement = [("reasoningEffort", "high"), ("maxPromptLength", "4096"), ("batchSize", "64")];
    assert_eq!(hyperparameters("nova-2-lite", Customization::ReinforcementFineTuning, &reinforcement), "");
}

#[test]
fn reports_invalid_hyperparameters() {
    let tuning = Customization::FineTuning;
    let slips = [("epochcount", "2"), ("learning_rate", "1e-5"), ("epochs", "2"), ("a thing of mine", "1")];
    insta::assert_snapshot!(hyperparameters("nova-lite", tuning, &slips), @"
    file /hyperparameters error[unknown-hyperparameter]: this name isn't a hyperparameter of Nova Lite with fine-tuning
        remove it; known hyperparameters: epochCount, learningRate, learningRateWarmupSteps
    file /hyperparameters/epochcount error[unknown-hyperparameter]: `epochcount` isn't a hyperparameter of Nova Lite with fine-tuning
        did you mean `epochCount`? Known hyperparameters: epochCount, learningRate, learningRateWarmupSteps
    file /hyperparameters/epochs error[unknown-hyperparameter]: `epochs` isn't a hyperparameter of Nova Lite with fine-tuning
        remove it; known hyperparameters: epochCount, learningRate, learningRateWarmupSteps
    file /hyperparameters/learning_rate error[unknown-hyperparameter]: `learning_rate` isn't a hyperparameter of Nova Lite with fine-tuning
        did you mean `learningRate`? Known hyperparameters: epochCount, learningRate, learningRateWarmupSteps
    ");
    let types = [("epochCount", "2.0"), ("learningRate", "fast"), ("learningRateWarmupSteps", "+1")];
    insta::assert_snapshot!(hyperparameters("nova-lite", tuning, &types), @"
    file /hyperparameters/epochCount error[hyperparameter-wrong-type]: `epochCount` must be a whole number
        use a whole number, 1 to 5; the default is 2
    file /hyperparameters/learningRate error[hyperparameter-wrong-type]: `learningRate` must be a number
        use a number, 0.000001 to 0.0001; the default is 0.00001
    file /hyperparameters/learningRateWarmupSteps error[hyperparameter-wrong-type]: `learningRateWarmupSteps` must be a whole number
        use a whole number, 0 to 100; the default is 10
    ");
    let ranges = [("epochCount", "6"), ("learningRate", "0.001"), ("learningRateWarmupSteps", "-1")];
    insta::assert_snapshot!(hyperparameters("nova-lite", tuning, &ranges), @"
    file /hyperparameters/epochCount error[hyperparameter-out-of-range]: `epochCount` must be 1 to 5
        use a whole number, 1 to 5; the default is 2
    file /hyperparameters/learningRate error[hyperparameter-out-of-range]: `learningRate` must be 0.000001 to 0.0001
        use a number, 0.000001 to 0.0001; the default is 0.00001
    file /hyperparameters/learningRateWarmupSteps error[hyperparameter-out-of-range]: `learningRateWarmupSteps` must be 0 to 100
        use a whole number, 0 to 100; the default is 10
    ");
    let strange = [("epochCount", "99999999999999999999"), ("learningRate", "NaN"), ("batchSize", "2")];
    insta::assert_snapshot!(hyperparameters("titan-text-express", tuning, &strange), @"
    file /hyperparameters/batchSize warning[undocumented-hyperparameter]: AWS's pages don't document `batchSize: 2` for Titan Text Express: the guide takes 1 to 64, and gives record lengths for a few of them only: 2,048 tokens a record above 1
        use 1, unless you know that Bedrock accepts more
    file /hyperparameters/epochCount error[hyperparameter-out-of-range]: `epochCount` must be 1 to 10
        use a whole number, 1 to 10; the default is 5
    file /hyperparameters/learningRate error[hyperparameter-wrong-type]: `learningRate` must be a number
        use a number, 0 to 1; the default is 0.00001
    ");
    let reinforcement = [("reasoningEffort", "extreme"), ("maxPromptLength", "0"), ("batchSize", "8")];
    insta::assert_snapshot!(hyperparameters("nova-2-lite", Customization::ReinforcementFineTuning, &reinforcement), @"
    file /hyperparameters/batchSize error[hyperparameter-out-of-range]: `batchSize` must be 16 to 512
        use a whole number, 16 to 512 (AWS's SDK sends 128), or remove it to use Bedrock's default
    file /hyperparameters/maxPromptLength error[hyperparameter-out-of-range]: `maxPromptLength` must be at least 1
        use a whole number, at least 1 (AWS's SDK sends 8192), or remove it to use Bedrock's default
    file /hyperparameters/reasoningEffort error[hyperparameter-wrong-type]: `reasoningEffort` must be one of low, medium, high
        use one of low, medium, high (AWS's SDK sends medium), or remove it to use Bedrock's default
    ");
    insta::assert_snapshot!(hyperparameters("nova-lite", Customization::Distillation, &[("epochCount", "2")]), @"
    file /hyperparameters/epochCount error[unknown-hyperparameter]: `epochCount` isn't a hyperparameter of Nova Lite with distillation
        remove it; AWS documents no hyperparameters here
    ");
}

#[test]
fn warns_about_a_batch_size_for_nova() {
    let tuning = Customization::FineTuning;
    for model in ["nova-micro", "nova-lite", "nova-pro", "nova-2-lite"] {
        let shown_findings = |size: &str| hyperparameters(model, tuning, &[("batchSize", size)]);
        for size in ["1", "64"] {
            assert!(
                shown_findings(size).contains("warning[undocumented-hyperparameter]")
                    && !shown_findings(size).contains("error"),
                "{model}"
            );
        }
        assert!(
            shown_findings("0").contains("error[hyperparameter-out-of-range]")
                && shown_findings("65").contains("1 to 64"),
            "{model}"
        );
        assert!(shown_findings("1.5").contains("error[hyperparameter-wrong-type]"), "{model}");
    }
    insta::assert_snapshot!(hyperparameters("nova-lite", tuning, &[("batchSize", "1"), ("batchsize", "1")]), @"
    file /hyperparameters/batchSize warning[undocumented-hyperparameter]: AWS's pages don't document `batchSize: 1` for Nova Lite: AWS's SDK for Nova sends it, 1 by default, and the guide doesn't list it
        remove it, unless you know that Bedrock accepts it
    file /hyperparameters/batchsize error[unknown-hyperparameter]: `batchsize` isn't a hyperparameter of Nova Lite with fine-tuning
        remove it; known hyperparameters: epochCount, learningRate, learningRateWarmupSteps
    ");
}

#[test]
fn reinforcement_has_suggestions_and_no_default() {
    let model = Catalogue::embedded().find("nova-2-lite").expect("the model is in the catalogue");
    let training = model.customization(Customization::ReinforcementFineTuning).expect("it has this customization");
    for one in &training.hyperparameters {
        assert!(one.default.is_none() && one.suggested.is_some(), "{}", one.name);
        let sent = one.suggested.clone().unwrap_or_default();
        let findings = hyperparameters("nova-2-lite", Customization::ReinforcementFineTuning, &[(&one.name, &sent)]);
        assert_eq!(findings, "");
    }
}
