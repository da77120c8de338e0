//! Codes that the recipe, dropped names and the launch raise.

use super::Text;

const CONTRACT: &str = "Our own contract";

pub(super) const SYNTAX: Text = Text {
    title: "Recipe can't be read",
    what: "The recipe is not YAML 1.2 (JSON is YAML too).",
    why: "Nothing is launched from a guess.",
    example: "base_model: [nova-lite",
    mend: "Mend the place that the finding names.",
    source: "YAML 1.2",
};

pub(super) const UNKNOWN_KEY: Text = Text {
    title: "Unknown key in the recipe",
    what: "The recipe has a key that means nothing.",
    why: "A slip would silently take the default.",
    example: "hyperparameter: { epochCount: 2 }",
    mend: "Use the key that the finding suggests, or take it out.",
    source: CONTRACT,
};

pub(super) const WRONG_TYPE: Text = Text {
    title: "Recipe value of another type",
    what: "A value in the recipe has another type than its key wants.",
    why: "Nothing is launched from a guess.",
    example: "strict: sometimes",
    mend: "Write the type that the finding names.",
    source: CONTRACT,
};

pub(super) const MISSING_KEY: Text = Text {
    title: "Recipe lacks a key",
    what: "The recipe lacks a key that this kind of run needs.",
    why: "It can't be launched without.",
    example: "customization: distillation, and no teacher",
    mend: "Add the key.",
    source: CONTRACT,
};

pub(super) const INVALID_VALUE: Text = Text {
    title: "Recipe value out of bounds",
    what: "A value in the recipe is of the right type, and can't be used.",
    why: "Bedrock or AWS would refuse it at launch.",
    example: "model_name: support bot",
    mend: "Write a value that the finding describes.",
    source: "API reference, `CreateModelCustomizationJob`; our own contract",
};

pub(super) const UNKNOWN_MODEL: Text = Text {
    title: "Unknown base model",
    what: "The recipe names a base model that is not in the catalogue.",
    why: "Its data format and limits are not known.",
    example: "base_model: nova-light",
    mend: "Use the name that the finding suggests, or a full identifier.",
    source: "User guide, \"Fine-tune a model\" (table of models); the embedded catalogue",
};

pub(super) const UNSUPPORTED_CUSTOMIZATION: Text = Text {
    title: "Customization that the model doesn't have",
    what: "The base model can't be customized in this way.",
    why: "Bedrock refuses the job.",
    example: "base_model: nova-micro with customization: continued-pre-training",
    mend: "Choose a customization or a model that the finding lists.",
    source: "User guide, \"Customize your model\"; the embedded catalogue",
};

pub(super) const CONFLICT: Text = Text {
    title: "Two recipes",
    what: "The folder holds more than one recipe.",
    why: "Which one is meant can't be told.",
    example: "job.yaml and job.json",
    mend: "Delete one of them.",
    source: CONTRACT,
};

pub(super) const TOO_LARGE: Text = Text {
    title: "Recipe too large",
    what: "The recipe is larger than any recipe needs to be.",
    why: "Mostly a dataset was uploaded under the recipe's name.",
    example: "a job.json of 20 MB",
    mend: "Upload the recipe under its name, and the dataset as train.jsonl.",
    source: CONTRACT,
};

pub(super) const NEAR_MISS_NAME: Text = Text {
    title: "Name that is almost right",
    what: "An object was dropped under a name that starts nothing, and looks as if it was meant to.",
    why: "It would wait forever, and nobody would know why.",
    example: "datasets/support-bot/Train.JSONL",
    mend: "Upload it under the name that the finding suggests.",
    source: CONTRACT,
};

pub(super) const INVALID_DATASET_NAME: Text = Text {
    title: "Folder name that can't be a dataset",
    what: "A dataset's folder has a name that can't become the name of a job and a model.",
    why: "Bedrock's names take letters, digits and single hyphens.",
    example: "datasets/support_bot/",
    mend: "Use letters, digits and single hyphens, at most 40 characters.",
    source: "API reference, `CreateModelCustomizationJob` (jobName, customModelName, clientRequestToken)",
};

pub(super) const MODEL_WITHDRAWN: Text = Text {
    title: "Model no longer customized",
    what: "AWS has withdrawn the base model, or made it legacy; no new customization job can be started on it.",
    why: "The data is judged, but the launch would be refused.",
    example: "base_model: titan-text-express",
    mend: "Use the live model that the finding names; its data format may differ.",
    source: "User guide, \"Model lifecycle\"",
};
