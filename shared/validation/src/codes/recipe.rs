//! Codes of recipes, names of uploaded files, and the launch.

use super::Text;

const CONTRACT: &str = "Our own contract";

pub(super) const SYNTAX: Text = Text {
    title: "Invalid recipe syntax",
    what: "The recipe isn't valid YAML 1.2 (JSON is YAML, too).",
    why: "tunedrop doesn't guess what a recipe means.",
    example: "base_model: [nova-lite",
    fix: "Fix the location that the finding names.",
    source: "YAML 1.2",
};

pub(super) const UNKNOWN_KEY: Text = Text {
    title: "Unknown key in the recipe",
    what: "The recipe has a key that tunedrop doesn't know.",
    why: "With a misspelled key, the default would apply silently.",
    example: "hyperparameter: { epochCount: 2 }",
    fix: "Use the key that the finding suggests, or remove the key.",
    source: CONTRACT,
};

pub(super) const WRONG_TYPE: Text = Text {
    title: "Wrong type in the recipe",
    what: "A value in the recipe has another type than its key requires.",
    why: "tunedrop doesn't guess what a recipe means.",
    example: "strict: sometimes",
    fix: "Write the type that the finding names.",
    source: CONTRACT,
};

pub(super) const MISSING_KEY: Text = Text {
    title: "Missing key in the recipe",
    what: "The recipe lacks a key that this kind of run requires.",
    why: "The run can't be launched without it.",
    example: "customization: distillation, and no teacher",
    fix: "Add the key.",
    source: CONTRACT,
};

pub(super) const INVALID_VALUE: Text = Text {
    title: "Invalid value in the recipe",
    what: "A value in the recipe has the right type, but isn't allowed.",
    why: "Bedrock or another AWS service would reject it at launch.",
    example: "model_name: support bot",
    fix: "Write a value that the finding describes.",
    source: "API reference, `CreateModelCustomizationJob`; our own contract",
};

pub(super) const UNKNOWN_MODEL: Text = Text {
    title: "Unknown base model",
    what: "The recipe names a base model that isn't in the catalogue.",
    why: "Its data format and limits aren't known.",
    example: "base_model: nova-light",
    fix: "Use the name that the finding suggests, or the model's full identifier.",
    source: "User guide, \"Fine-tune a model\" (table of models); the built-in catalogue",
};

pub(super) const UNUSABLE_BASE: Text = Text {
    title: "Unusable run or deployment as base model",
    what: "The recipe continues from a run or a deployment that has no custom model, or that the stack doesn't have.",
    why: "There is no model to train further.",
    example: "base_model: run:support-bot-0123456789ab, and that run failed",
    fix: "Name a run that succeeded, or a deployment that is Active, as the finding describes.",
    source: CONTRACT,
};

pub(super) const UNSUPPORTED_CUSTOMIZATION: Text = Text {
    title: "Unsupported customization",
    what: "The base model doesn't support this customization.",
    why: "Bedrock rejects the job.",
    example: "base_model: nova-micro with customization: continued-pre-training",
    fix: "Choose a customization or a model that the finding lists.",
    source: "User guide, \"Customize your model\"; the built-in catalogue",
};

pub(super) const CONFLICT: Text = Text {
    title: "Two recipes",
    what: "The folder has more than one recipe.",
    why: "tunedrop can't know which one you mean.",
    example: "job.yaml and job.json",
    fix: "Delete one of them.",
    source: CONTRACT,
};

pub(super) const TOO_LARGE: Text = Text {
    title: "Recipe too large",
    what: "The recipe is larger than any recipe needs to be.",
    why: "Usually a data file was uploaded under the recipe's name.",
    example: "a job.json of 20 MB",
    fix: "Upload the recipe under its name, and the data file as train.jsonl.",
    source: CONTRACT,
};

pub(super) const NEAR_MISS_NAME: Text = Text {
    title: "Almost correct file name",
    what: "A file was uploaded under a name that resembles one that tunedrop uses.",
    why: "tunedrop ignores files with other names, so the run would never start.",
    example: "datasets/support-bot/Train.JSONL",
    fix: "Upload the file under the name that the finding suggests.",
    source: CONTRACT,
};

pub(super) const INVALID_DATASET_NAME: Text = Text {
    title: "Invalid dataset name",
    what: "The name of a dataset's folder can't be part of the names of a job and a model.",
    why: "Bedrock's names allow letters, digits and single hyphens.",
    example: "datasets/support_bot/",
    fix: "Use letters, digits and single hyphens, at most 40 characters.",
    source: "API reference, `CreateModelCustomizationJob` (jobName, customModelName, clientRequestToken)",
};

pub(super) const MODEL_WITHDRAWN: Text = Text {
    title: "Withdrawn base model",
    what: "AWS has withdrawn the base model, or made it legacy. It accepts no new customization jobs.",
    why: "tunedrop validates the data, but Bedrock would reject the job.",
    example: "base_model: titan-text-express",
    fix: "Use the model that the finding names. Its data format may differ.",
    source: "User guide, \"Model lifecycle\"",
};

pub(super) const UNLISTED_THROUGHPUT: Text = Text {
    title: "Unknown support for provisioned throughput",
    what: "The recipe deploys on provisioned throughput, and tunedrop doesn't know whether Bedrock has that for custom models of the base model.",
    why: "Without it, the model is trained and billed, and the deployment fails.",
    example: "deploy: { type: provisioned, expires_after: 8h }, and a base model of the stack's own catalogue",
    fix: "Look the base model up on the page that the source names. Deploy on demand if it isn't listed.",
    source: "User guide, \"Supported Region and models for Provisioned Throughput\"",
};
