//! Pages that are made from the tables. `UPDATE_DOCS=1 cargo test -p tunedrop-validation` writes them again.

use std::fmt::Write;
use std::path::Path;

use tunedrop_validation::catalogue::{Hyperparameter, HyperparameterKind, Lifecycle};
use tunedrop_validation::{Catalogue, Code, Format, Model, Severity, Training};

fn check(name: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page).expect("the page is written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "docs/{name} differs from the table; UPDATE_DOCS=1 writes it again");
}

#[test]
fn the_page_of_codes_matches_the_table() {
    let mut page = "# Codes\n\nEach finding has one of these codes. An **error** blocks the launch; a **warning** does so only with `strict: true`.\nThis page is made from the table in `shared/validation/src/codes.rs`; `tunedrop explain CODE` prints an entry.\n".to_owned();
    for code in Code::ALL {
        let info = code.info();
        let severity = match info.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let _ = write!(
            page,
            "\n## {}\n\n**{}** ({severity})\n\n{}\n{}\n\n- Example: {}\n- Fix: {}\n- Source: {}\n",
            code.as_str(),
            info.title,
            info.what,
            info.why,
            info.example,
            info.fix,
            info.source
        );
    }
    check("codes.md", &page);
}

#[test]
fn the_page_of_models_matches_the_catalogue() {
    let mut page = "# Base models\n\nEvery base model in the built-in catalogue, with its limits and hyperparameters.\nThis page is generated from `shared/validation/src/models.toml`. [catalogue.md](catalogue.md) says how to extend the catalogue.\nA limit that no page of AWS gives is absent here, and not checked.\n".to_owned();
    for model in Catalogue::embedded().models() {
        describe(&mut page, model);
    }
    check("models.md", &page);
}

fn describe(page: &mut String, model: &Model) {
    let _ = write!(page, "\n## {}\n\n`{}` ({})\n\n", model.name, model.alias, model.aliases.join(", "));
    let state = match &model.lifecycle {
        Lifecycle::Live => "Accepts new jobs.".to_owned(),
        Lifecycle::Withdrawn { .. } => {
            format!("**Accepts no new jobs.** {}.", model.withdrawn_note().unwrap_or_default())
        }
    };
    let price = model.prices.as_ref().and_then(|prices| {
        let (usd, date, source) = (prices.rates.training?, &prices.date, &prices.source);
        Some(format!("{usd} USD per 1,000 tokens on {date} ({source})"))
    });
    let price = price.unwrap_or_else(|| "not in the built-in catalogue".to_owned());
    let _ = write!(
        page,
        "{state}\n\n- Identifier: `{}`\n- Regions: {}\n- Training price: {price}\n- Source: {} (checked {})\n",
        model.identifier,
        model.regions.join(", "),
        model.source,
        model.checked
    );
    if !model.note.is_empty() {
        let _ = writeln!(page, "- Note: {}", model.note);
    }
    for kind in model.customizations() {
        let training = model.customization(kind).expect("it has it");
        let _ = write!(page, "\n**{}**: {}\n", kind.as_str(), limits(training));
        if !training.hyperparameters.is_empty() {
            page.push_str("\n| Hyperparameter | Values | Default |\n|---|---|---|\n");
            training.hyperparameters.iter().for_each(|one| page.push_str(&row(one)));
        }
    }
}

fn limits(training: &Training) -> String {
    let mut parts = vec![format(&training.format)];
    let mut add = |what: &str, value: Option<u64>| {
        parts.extend(value.map(|value| what.replace("{}", &grouped(value))));
    };
    add("at least {} training records", training.train_min);
    add("better at least {}", training.train_advised);
    add("at most {} training records", training.train_max);
    add("at most {} validation records", training.validation_max);
    add("at least {} records in both files", training.sum_min);
    add("at most {} records in both files", training.sum_max);
    add("at most {} records in both files according to another page", training.sum_advised);
    add("at most {} tokens in a record", training.record_tokens);
    add("at most {} tokens in a prompt", training.prompt_tokens);
    add("at most {} tokens in a completion", training.completion_tokens);
    add("at most {} bytes in a line", training.record_bytes);
    add("at most {} bytes in the training file", training.train_bytes);
    add("at most {} bytes in the validation file", training.validation_bytes);
    let media = &training.media;
    add("at most {} bytes in an image", media.image_bytes);
    add("at most {} bytes in a video", media.video_bytes);
    add("at most {} seconds of video", media.video_seconds);
    add("sides of an image of at least {} pixels", media.side_min);
    add("better at least {} pixels", media.side_advised);
    add("sides of an image of at most {} pixels", media.side_max);
    add("at most {} pixels in an image", media.pixels_max);
    add("sides of an image at most 1 to {}", media.ratio_max);
    parts.extend(media.same_bucket.then(|| "media in the bucket of the records".to_owned()));
    parts.push(if training.validation { "accepts a validation file" } else { "accepts no validation file" }.to_owned());
    if !training.reserved.is_empty() {
        parts.push(format!(
            "{}: {}",
            if training.reserved_advised { "strings to avoid" } else { "reserved strings" },
            training.reserved.iter().map(|word| format!("`{}`", word.escape_debug())).collect::<Vec<_>>().join(" ")
        ));
    }
    if !training.teachers.is_empty() {
        parts.push(format!("teachers: {}", training.teachers.join(", ")));
    }
    parts.join("; ")
}

/// The number with a comma before each three digits.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}

fn format(format: &Format) -> String {
    match format {
        Format::PromptCompletion => "format prompt/completion".to_owned(),
        Format::Input => "format `{\"input\"}`".to_owned(),
        Format::Conversation(media) => {
            let mut takes = vec!["text".to_owned()];
            for (what, formats) in
                [("images", &media.images), ("videos", &media.videos), ("documents", &media.documents)]
            {
                takes.extend((!formats.is_empty()).then(|| format!("{what} ({})", formats.join(", "))));
            }
            takes
                .extend(media.images_disputed.iter().chain(&media.videos_disputed).map(|one| format!("perhaps {one}")));
            let most = [(media.images_max, "images"), (media.videos_max, "videos")];
            takes.extend(
                most.iter().filter_map(|(most, what)| Some(format!("at most {} {what} in a record", (*most)?))),
            );
            takes.extend(media.reasoning.then(|| "reasoning".to_owned()));
            format!("format `bedrock-conversation-2024` with {}", takes.join(", "))
        }
        Format::Messages => "format messages of role and text".to_owned(),
        Format::DistillationPrompts { multi_turn: true } => "format prompts (`bedrock-conversation-2024`)".to_owned(),
        Format::DistillationPrompts { .. } => "format prompts of one turn (`bedrock-conversation-2024`)".to_owned(),
        Format::Reinforcement => "format OpenAI chat with a reference answer".to_owned(),
        Format::ImageCaption { caption_min, caption_max } => {
            format!("format image and caption, of {caption_min} to {caption_max} characters")
        }
    }
}

fn row(one: &Hyperparameter) -> String {
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value}"));
    let words = if one.words.is_empty() { String::new() } else { format!(", or {}", one.words.join(", ")) };
    let kind = match &one.kind {
        HyperparameterKind::Int => "integer".to_owned(),
        HyperparameterKind::Float => "number".to_owned(),
        HyperparameterKind::Choice(words) => words.join(", "),
    };
    let range = if matches!(one.kind, HyperparameterKind::Choice(_)) {
        String::new()
    } else {
        match one.max {
            Some(max) => format!(", {} to {max}", number(one.min)),
            None => format!(", at least {}", number(one.min)),
        }
    };
    let default = match (&one.suggested, &one.doubt) {
        _ if one.required => "required".to_owned(),
        (Some(sent), _) if one.default.is_none() => format!("none (AWS's SDK sends {sent})"),
        (_, Some(doubt)) => format!("{} (uncertain: {doubt})", number(one.default)),
        _ => number(one.default),
    };
    format!("| `{}` | {kind}{range}{words} | {default} |\n", one.name)
}
