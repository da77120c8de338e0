//! Describes a model, for people.

use tunedrop_run::known_price;
use tunedrop_validation::catalogue::{Hyperparameter, HyperparameterKind, Lifecycle};
use tunedrop_validation::{Customization, Format, Model, Training};

use crate::format::{BOLD, GOOD, WARNING, grouped};

pub(super) fn detail(model: &Model) -> String {
    let mut page = format!("{BOLD}{}{BOLD:#} ({})\n\n", model.name, model.alias);
    let status = match &model.lifecycle {
        Lifecycle::Live => format!("{GOOD}live{GOOD:#}"),
        Lifecycle::Withdrawn { since, note, instead } => {
            let since = since.as_deref().map(|since| format!(" since {since}")).unwrap_or_default();
            format!("{WARNING}withdrawn{since}{WARNING:#}: {note}; use {instead} instead")
        }
    };
    let built_in = || known_price(model, None, |rates| rates.training);
    let price = match (model.price_per_1k_tokens, model.price_source.as_str()) {
        (Some(price), "") => format!("{price} USD per 1,000 tokens trained"),
        (Some(price), source) => format!("{price} USD per 1,000 tokens trained; source: {source}"),
        (None, _) => built_in().map_or_else(
            || "unknown; `tunedrop prices` asks the AWS Price List".to_owned(),
            |price| format!("{} USD per 1,000 tokens trained ({})", price.usd, price.source),
        ),
    };
    let mut also = model.aliases.join(", ");
    if also.is_empty() {
        also = "-".to_owned();
    }
    for (name, value) in [
        ("identifier", &model.identifier),
        ("also called", &also),
        ("status", &status),
        ("Regions", &model.regions.join(", ")),
        ("price", &price),
        ("source", &model.source),
        ("checked", &model.checked),
    ] {
        row(&mut page, name, value);
    }
    if !model.note.is_empty() {
        row(&mut page, "note", &model.note);
    }
    for kind in model.customizations() {
        if let Some(training) = model.customization(kind) {
            section(&mut page, kind, training);
        }
    }
    page
}

fn section(page: &mut String, kind: Customization, training: &Training) {
    page.push_str(&format!("\n{BOLD}{}{BOLD:#}\n", kind.as_str()));
    row(page, "record", &record(&training.format));
    row(page, "validation file", if training.validation { "optional" } else { "not supported" });
    for (name, value) in limits(training) {
        row(page, name, &value);
    }
    if !training.reserved.is_empty() {
        row(page, "reserved", &training.reserved.join("  "));
    }
    if !training.teachers.is_empty() {
        row(page, "teachers", &training.teachers.join(", "));
    }
    for parameter in &training.hyperparameters {
        row(page, &parameter.name, &values(parameter));
    }
}

fn row(page: &mut String, name: &str, value: &str) {
    page.push_str(&format!("  {name:<24} {value}\n"));
}

fn record(format: &Format) -> String {
    match format {
        Format::PromptCompletion => r#"{"prompt": …, "completion": …}"#.to_owned(),
        Format::Input => r#"{"input": …}"#.to_owned(),
        Format::Messages => "messages, each with a role and a text".to_owned(),
        Format::DistillationPrompts { multi_turn: true } => "a conversation of text, several turns or one".to_owned(),
        Format::DistillationPrompts { multi_turn: false } => "a conversation of text, one turn".to_owned(),
        Format::ImageCaption { caption_min, caption_max } => {
            format!(r#"{{"image-ref": …, "caption": …}}, captions of {caption_min} to {caption_max} characters"#)
        }
        Format::Reinforcement => "messages in OpenAI's format, and data for the grader".to_owned(),
        Format::Conversation(media) => {
            let mut takes = vec!["text".to_owned()];
            for (kind, formats) in
                [("images", &media.images), ("videos", &media.videos), ("documents", &media.documents)]
            {
                if !formats.is_empty() {
                    takes.push(format!("{kind} ({})", formats.join(", ")));
                }
            }
            for disputed in media.images_disputed.iter().chain(&media.videos_disputed) {
                takes.push(format!("perhaps {disputed} (AWS's pages disagree)"));
            }
            if media.reasoning {
                takes.push("reasoning".to_owned());
            }
            format!("bedrock-conversation-2024 with {}", takes.join(", "))
        }
    }
}

/// The known limits, with their units.
fn limits(training: &Training) -> Vec<(&'static str, String)> {
    let media = match &training.format {
        Format::Conversation(media) => (media.images_max, media.videos_max),
        _ => (None, None),
    };
    let sum = if training.sum_adjustable { " (a quota that can be raised)" } else { "" };
    [
        ("training, at least", training.train_min, " records"),
        ("training, advised", training.train_advised, " records"),
        ("training, at most", training.train_max, " records"),
        ("validation, at least", training.validation_min, " records"),
        ("validation, at most", training.validation_max, " records"),
        ("both files, at least", training.sum_min, " records"),
        ("both files, at most", training.sum_max, " records"),
        ("both files, by one page", training.sum_advised, " records at most"),
        ("a record, at most", training.record_tokens, " tokens"),
        ("a prompt, at most", training.prompt_tokens, " tokens"),
        ("a completion, at most", training.completion_tokens, " tokens"),
        ("a line, at most", training.record_bytes, " bytes"),
        ("images of a record", media.0, " at most"),
        ("videos of a record", media.1, " at most"),
        ("an image, at most", training.media.image_bytes, " bytes"),
        ("a video, at most", training.media.video_bytes, " bytes"),
        ("a video, at most", training.media.video_seconds, " seconds"),
        ("a side, at least", training.media.side_min, " pixels"),
        ("a side, advised", training.media.side_advised, " pixels or more"),
        ("a side, at most", training.media.side_max, " pixels"),
        ("an image in all, at most", training.media.pixels_max, " pixels"),
        ("training file, at most", training.train_bytes, " bytes"),
        ("validation file, at most", training.validation_bytes, " bytes"),
    ]
    .into_iter()
    .filter_map(|(name, limit, unit)| {
        let quota = if name == "both files, at most" { sum } else { "" };
        Some((name, format!("{}{unit}{quota}", grouped(limit?))))
    })
    .collect()
}

fn values(parameter: &Hyperparameter) -> String {
    let Hyperparameter { kind, words, required, min, max, default, suggested, doubt, .. } = parameter;
    let mut text = match (kind, min, max) {
        (HyperparameterKind::Choice(words), ..) => words.join(" or "),
        (_, Some(min), Some(max)) => format!("{min} to {max}"),
        (_, Some(min), None) => format!("from {min}"),
        (_, None, Some(max)) => format!("up to {max}"),
        (HyperparameterKind::Int, ..) => "a whole number".to_owned(),
        (HyperparameterKind::Float, ..) => "a number".to_owned(),
    };
    for word in words {
        text.push_str(&format!(" or {word}"));
    }
    if *required {
        text.push_str(", required");
    }
    if let Some(default) = default {
        text.push_str(&format!(", default {default}"));
    }
    if let Some(suggested) = suggested {
        text.push_str(&format!(", suggested {suggested} (AWS's SDK sends it)"));
    }
    if let Some(doubt) = doubt {
        text.push_str(&format!("; in doubt: {doubt}"));
    }
    text
}
