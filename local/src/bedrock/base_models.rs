//! The base models: their Regions and lifecycles, and the limits for a job with each.

use super::hyperparameters as hyper;
use super::models::{Form, Life, Model, Records};

const EAST: &[&str] = &["us-east-1"];
const WEST: &[&str] = &["us-west-2"];
const BOTH: &[&str] = &["us-east-1", "us-west-2"];
const TUNE: &[&str] = &["FINE_TUNING"];
const TUNE_DISTILL: &[&str] = &["FINE_TUNING", "DISTILLATION"];
const TUNE_PRETRAIN: &[&str] = &["FINE_TUNING", "CONTINUED_PRE_TRAINING"];

const NOVA: Model = Model {
    id: "",
    name: "",
    provider: "Amazon",
    regions: EAST,
    life: Life::Active,
    kinds: TUNE_DISTILL,
    form: Form::Conversation { nova: true },
    validation: true,
    records: Records::sum(8, 20_000),
    tokens: 32_000,
    hyperparameters: hyper::NOVA,
    inputs: &["TEXT", "IMAGE", "VIDEO"],
};

const LLAMA: Model = Model {
    provider: "Meta",
    regions: WEST,
    life: Life::Legacy,
    form: Form::Conversation { nova: false },
    records: Records::sum(100, 10_000),
    tokens: 16_000,
    hyperparameters: hyper::LLAMA,
    inputs: &["TEXT"],
    ..NOVA
};

const TITAN: Model = Model {
    regions: BOTH,
    life: Life::Gone,
    kinds: TUNE_PRETRAIN,
    form: Form::PromptCompletion,
    records: Records::sum(1, 10_000),
    tokens: 4_096,
    hyperparameters: hyper::TITAN,
    inputs: &["TEXT"],
    ..NOVA
};

const IMAGE: Model = Model {
    kinds: TUNE,
    form: Form::Image,
    validation: false,
    records: Records::sum(5, 10_000),
    tokens: 1_024,
    hyperparameters: hyper::TITAN_IMAGE,
    inputs: &["TEXT", "IMAGE"],
    life: Life::Gone,
    ..NOVA
};

/// The models of the simulator.
pub(super) static MODELS: &[Model] = &[
    Model { id: "amazon.nova-micro-v1:0:128k", name: "Nova Micro", inputs: &["TEXT"], ..NOVA },
    Model { id: "amazon.nova-lite-v1:0:300k", name: "Nova Lite", ..NOVA },
    Model { id: "amazon.nova-pro-v1:0:300k", name: "Nova Pro", ..NOVA },
    Model {
        id: "amazon.nova-2-lite-v1:0:256k",
        name: "Nova 2 Lite",
        kinds: &["FINE_TUNING", "REINFORCEMENT_FINE_TUNING"],
        validation: false,
        // User guide, "Supervised fine-tuning on Amazon Nova 2.0": at least 200.
        records: Records::sum(200, 20_000),
        hyperparameters: hyper::NOVA_2,
        ..NOVA
    },
    Model {
        id: "amazon.titan-embed-image-v1:0",
        name: "Titan Multimodal Embeddings G1",
        regions: BOTH,
        life: Life::Active,
        validation: true,
        records: Records::sum(1_000, 500_000),
        hyperparameters: hyper::TITAN_EMBEDDINGS,
        ..IMAGE
    },
    Model { id: "amazon.nova-canvas-v1:0", name: "Nova Canvas", hyperparameters: hyper::CANVAS, ..IMAGE },
    Model { id: "amazon.titan-image-generator-v2:0", name: "Titan Image Generator G1 v2", regions: BOTH, ..IMAGE },
    Model { id: "amazon.titan-image-generator-v1:0", name: "Titan Image Generator G1", regions: BOTH, ..IMAGE },
    Model { id: "amazon.titan-text-express-v1:0:8k", name: "Titan Text G1 - Express", ..TITAN },
    Model { id: "amazon.titan-text-lite-v1:0:4k", name: "Titan Text G1 - Lite", ..TITAN },
    Model {
        id: "amazon.titan-text-premier-v1:0:32k",
        name: "Titan Text G1 - Premier",
        kinds: TUNE,
        records: Records::sum(1, 20_000),
        hyperparameters: hyper::TITAN_PREMIER,
        ..TITAN
    },
    Model {
        id: "anthropic.claude-3-haiku-20240307-v1:0:200k",
        name: "Claude 3 Haiku",
        provider: "Anthropic",
        regions: WEST,
        life: Life::Gone,
        kinds: TUNE,
        form: Form::Messages,
        records: Records::each(32, 10_000, 1_000),
        hyperparameters: hyper::HAIKU,
        inputs: &["TEXT"],
        ..NOVA
    },
    Model {
        id: "meta.llama3-1-8b-instruct-v1:0:128k",
        name: "Llama 3.1 8B Instruct",
        form: Form::PromptCompletion,
        ..LLAMA
    },
    Model {
        id: "meta.llama3-1-70b-instruct-v1:0:128k",
        name: "Llama 3.1 70B Instruct",
        form: Form::PromptCompletion,
        ..LLAMA
    },
    Model { id: "meta.llama3-2-1b-instruct-v1:0:128k", name: "Llama 3.2 1B Instruct", life: Life::Gone, ..LLAMA },
    Model { id: "meta.llama3-2-3b-instruct-v1:0:128k", name: "Llama 3.2 3B Instruct", life: Life::Gone, ..LLAMA },
    Model {
        id: "meta.llama3-2-11b-instruct-v1:0:128k",
        name: "Llama 3.2 11B Instruct",
        life: Life::Gone,
        inputs: &["TEXT", "IMAGE"],
        kinds: TUNE,
        ..LLAMA
    },
    Model {
        id: "meta.llama3-2-90b-instruct-v1:0:128k",
        name: "Llama 3.2 90B Instruct",
        life: Life::Gone,
        inputs: &["TEXT", "IMAGE"],
        kinds: TUNE,
        tokens: 10_000,
        ..LLAMA
    },
    Model { id: "meta.llama3-3-70b-instruct-v1:0:128k", name: "Llama 3.3 70B Instruct", ..LLAMA },
];

/// Teachers, each with its Regions, whether it can only be called through an inference profile, and its students.
pub(super) static TEACHERS: &[(&str, &[&str], bool, &[&str])] = &[
    ("amazon.nova-pro-v1:0", EAST, false, &["amazon.nova-lite-v1:0:300k", "amazon.nova-micro-v1:0:128k"]),
    (
        "meta.llama3-1-70b-instruct-v1:0",
        WEST,
        false,
        &[
            "meta.llama3-1-8b-instruct-v1:0:128k",
            "meta.llama3-2-1b-instruct-v1:0:128k",
            "meta.llama3-2-3b-instruct-v1:0:128k",
        ],
    ),
    (
        "meta.llama3-3-70b-instruct-v1:0",
        WEST,
        true,
        &[
            "meta.llama3-1-8b-instruct-v1:0:128k",
            "meta.llama3-2-1b-instruct-v1:0:128k",
            "meta.llama3-2-3b-instruct-v1:0:128k",
        ],
    ),
];
