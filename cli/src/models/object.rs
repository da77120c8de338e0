//! Describes a model, as JSON. An undocumented limit is null.

use serde_json::{Map, Value, json};
use tunedrop_validation::catalogue::{Hyperparameter, HyperparameterKind, Lifecycle, MediaFormats, MediaLimits};
use tunedrop_validation::{Format, Model, Training};

pub(super) fn object(model: &Model) -> Value {
    let (status, since, note, instead) = match &model.lifecycle {
        Lifecycle::Live => ("live", None, None, None),
        Lifecycle::Withdrawn { since, note, instead } => ("withdrawn", since.as_ref(), Some(note), Some(instead)),
    };
    let kinds = model.customizations().filter_map(|kind| Some((kind.as_str(), model.customization(kind)?)));
    json!({
        "alias": model.alias,
        "identifier": model.identifier,
        "name": model.name,
        "aliases": model.aliases,
        "regions": model.regions,
        "lifecycle": {"status": status, "since": since, "note": note, "instead": instead},
        "price_per_1k_tokens": model.price_per_1k_tokens,
        "price_source": Some(&model.price_source).filter(|source| !source.is_empty()),
        "prices": model.prices,
        "price_family": model.price_family,
        "source": model.source,
        "checked": model.checked,
        "note": model.note,
        "customization": kinds.map(|(kind, it)| (kind.to_owned(), training(it))).collect::<Map<_, _>>(),
    })
}

fn training(training: &Training) -> Value {
    json!({
        "format": format(&training.format),
        "media": media(&training.media),
        "validation": training.validation,
        "train_min": training.train_min,
        "train_advised": training.train_advised,
        "train_max": training.train_max,
        "validation_min": training.validation_min,
        "validation_max": training.validation_max,
        "sum_min": training.sum_min,
        "sum_max": training.sum_max,
        "sum_advised": training.sum_advised,
        "sum_adjustable": training.sum_adjustable,
        "record_tokens": training.record_tokens,
        "prompt_tokens": training.prompt_tokens,
        "completion_tokens": training.completion_tokens,
        "record_bytes": training.record_bytes,
        "train_bytes": training.train_bytes,
        "validation_bytes": training.validation_bytes,
        "reserved": training.reserved,
        "reserved_advised": training.reserved_advised,
        "any_schema_version": training.any_schema_version,
        "teachers": training.teachers,
        "hyperparameters": training.hyperparameters.iter().map(hyperparameter).collect::<Vec<_>>(),
    })
}

fn format(format: &Format) -> Value {
    match format {
        Format::PromptCompletion => json!({"name": "prompt-completion"}),
        Format::Input => json!({"name": "input"}),
        Format::Messages => json!({"name": "messages"}),
        Format::ImageCaption { caption_min, caption_max } => {
            json!({"name": "image-caption", "caption_min": caption_min, "caption_max": caption_max})
        }
        Format::Reinforcement => json!({"name": "reinforcement"}),
        Format::DistillationPrompts { multi_turn } => json!({"name": "distillation-prompts", "multi_turn": multi_turn}),
        Format::Conversation(media) => {
            let MediaFormats { images, videos, documents, images_max, videos_max, reasoning, .. } = media;
            json!({
                "name": "conversation", "images": images, "videos": videos, "documents": documents,
                "images_max": images_max, "videos_max": videos_max, "reasoning": reasoning,
                "images_disputed": media.images_disputed, "videos_disputed": media.videos_disputed,
            })
        }
    }
}

fn media(limits: &MediaLimits) -> Value {
    json!({
        "same_bucket": limits.same_bucket,
        "image_formats": limits.image_formats,
        "image_bytes": limits.image_bytes,
        "video_bytes": limits.video_bytes,
        "video_seconds": limits.video_seconds,
        "side_min": limits.side_min,
        "side_advised": limits.side_advised,
        "side_max": limits.side_max,
        "pixels_max": limits.pixels_max,
        "ratio_max": limits.ratio_max,
    })
}

fn hyperparameter(parameter: &Hyperparameter) -> Value {
    let Hyperparameter { name, kind, words, required, min, max, default, suggested, doubt, .. } = parameter;
    let (kind, choices) = match kind {
        HyperparameterKind::Int => ("int", None),
        HyperparameterKind::Float => ("float", None),
        HyperparameterKind::Choice(words) => ("choice", Some(words)),
    };
    // A whole number is written as one: 5, not 5.0.
    let number = |number: &Option<f64>| match (kind, number) {
        ("int", Some(number)) => json!(*number as i64),
        (_, number) => json!(number),
    };
    json!({"name": name, "kind": kind, "words": words, "required": required, "min": number(min), "max": number(max), "default": number(default), "suggested": suggested, "doubt": doubt, "choices": choices})
}
