//! Pages that are made from the tables. `UPDATE_DOCS=1 cargo test -p tunedrop-validation` writes them anew.

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
    assert!(there == page, "docs/{name} is not what the table says; UPDATE_DOCS=1 writes it anew");
}

#[test]
fn the_page_of_codes_is_what_the_table_says() {
    let mut page = "# Codes\n\nEach finding has one of these codes. An **error** blocks the launch; a **warning** does so only with `strict: true`.\nThis page is made from the table in `shared/validation/src/codes.rs`; `tunedrop explain CODE` prints an entry.\n".to_owned();
    for code in Code::ALL {
        let info = code.info();
        let severity = match info.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let _ = write!(
            page,
            "\n## {}\n\n**{}** ({severity})\n\n{}\n{}\n\n- Example: {}\n- How to mend it: {}\n- Source: {}\n",
            code.as_str(),
            info.title,
            info.what,
            info.why,
            info.example,
            info.mend,
            info.source
        );
    }
    check("codes.md", &page);
}

#[test]
fn the_page_of_models_is_what_the_catalogue_says() {
    let mut page = "# Base models\n\nThe catalogue that ships, made from `shared/validation/src/models.toml`. [catalogue.md](catalogue.md) says how to lay your own over it.\nA limit that no page of AWS gives is absent here, and not held. Records: those of training and validation together, unless it says otherwise.\n".to_owned();
    for model in Catalogue::embedded().models() {
        describe(&mut page, model);
    }
    check("models.md", &page);
}

fn describe(page: &mut String, model: &Model) {
    let _ = write!(page, "\n## {}\n\n`{}` ({})\n\n", model.name, model.alias, model.aliases.join(", "));
    let state = match &model.lifecycle {
        Lifecycle::Live => "A new job can be started.".to_owned(),
        Lifecycle::Withdrawn { .. } => {
            format!("**No new job can be started.** {}.", model.withdrawn_note().unwrap_or_default())
        }
    };
    let source = if model.price_source.is_empty() { String::new() } else { format!(" ({})", model.price_source) };
    let price =
        model.price_per_1k_tokens.map_or("unknown".to_owned(), |price| format!("{price} USD per 1,000 tokens{source}"));
    let _ = write!(
        page,
        "{state}\n\n- Identifier: `{}`\n- Regions: {}\n- Price of training: {price}\n- Source: {} (checked {})\n",
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
    let mut add = |what: &str, value: Option<u64>| parts.extend(value.map(|value| format!("{what} {value}")));
    add("at least this many training records:", training.train_min);
    add("better this many:", training.train_advised);
    add("at most this many training records:", training.train_max);
    add("at most this many validation records:", training.validation_max);
    add("at least this many records:", training.sum_min);
    add("at most this many records:", training.sum_max);
    add("by another page at most this many records:", training.sum_advised);
    add("most tokens of a record:", training.record_tokens);
    add("most tokens of a prompt:", training.prompt_tokens);
    add("most tokens of a completion:", training.completion_tokens);
    add("most bytes of a line:", training.record_bytes);
    add("most bytes of the training file:", training.train_bytes);
    add("most bytes of the validation file:", training.validation_bytes);
    let media = &training.media;
    add("most bytes of an image:", media.image_bytes);
    add("most bytes of a video:", media.video_bytes);
    add("most seconds of a video:", media.video_seconds);
    add("fewest pixels of a side:", media.side_min);
    add("better this many pixels of a side:", media.side_advised);
    add("most pixels of a side:", media.side_max);
    add("most pixels of an image:", media.pixels_max);
    add("sides of an image at most one to", media.ratio_max);
    parts.extend(media.same_bucket.then(|| "media in the bucket of the records".to_owned()));
    parts.push(if training.validation { "takes a validation file" } else { "takes no validation file" }.to_owned());
    if !training.reserved.is_empty() {
        parts.push(format!(
            "{}: {}",
            if training.reserved_advised { "better without" } else { "reserved" },
            training.reserved.iter().map(|word| format!("`{}`", word.escape_debug())).collect::<Vec<_>>().join(" ")
        ));
    }
    if !training.teachers.is_empty() {
        parts.push(format!("teachers: {}", training.teachers.join(", ")));
    }
    parts.join("; ")
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
            takes.extend(most.iter().filter_map(|(most, what)| Some(format!("at most {} {what} a record", (*most)?))));
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
        HyperparameterKind::Int => "whole number".to_owned(),
        HyperparameterKind::Float => "number".to_owned(),
        HyperparameterKind::Choice(words) => words.join(", "),
    };
    let range = if matches!(one.kind, HyperparameterKind::Choice(_)) {
        String::new()
    } else {
        format!(", {} to {}", number(one.min), number(one.max))
    };
    let default = match (&one.suggested, &one.doubt) {
        _ if one.required => "must be set".to_owned(),
        (Some(sent), _) if one.default.is_none() => format!("– (suggested: {sent}, which AWS's SDK sends)"),
        (_, Some(doubt)) => format!("{} (in doubt: {doubt})", number(one.default)),
        _ => number(one.default),
    };
    format!("| `{}` | {kind}{range}{words} | {default} |\n", one.name)
}
