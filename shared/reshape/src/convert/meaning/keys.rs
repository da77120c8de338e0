//! The keys, by what they mean.

/// Tools that the model may call.
pub(super) const TOOLS: [&str; 9] = [
    "tools",
    "functions",
    "toolConfig",
    "tool_config",
    "function_call",
    "tool_calls",
    "available_tools",
    "tool_choice",
    "tools_list",
];

/// Calls of tools, and what a tool answers.
pub(super) const TOOL_CALLS: [&str; 6] =
    ["tool_calls", "function_call", "tool_call_id", "tool_results", "toolUse", "toolResult"];

pub(super) const MEDIA: [&str; 24] = [
    "images",
    "image",
    "image-ref",
    "image_url",
    "image_urls",
    "image_path",
    "image_paths",
    "videos",
    "video",
    "video_path",
    "audios",
    "audio",
    "audio_path",
    "pixel_values",
    "img",
    "img_url",
    "picture",
    "pictures",
    "video_url",
    "audio_url",
    "pdf",
    "attachments",
    "media",
    "documents",
];

/// What file names of media end in.
pub(super) const MEDIA_ENDINGS: [&str; 24] = [
    "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "svg", "heic", "avif", "mp4", "mov", "mkv", "webm",
    "avi", "mp3", "wav", "flac", "m4a", "ogg", "opus", "aac", "pdf",
];

/// Lists of answers to the same question.
pub(super) const ANSWER_LISTS: [&str; 6] =
    ["completions", "responses", "outputs", "candidates", "generations", "choices"];

/// Labels of TRL's and LLaMA-Factory's unpaired preferences.
pub(super) const LABELS: [&str; 7] =
    ["label", "kto_tag", "kto_label", "desirable", "is_desirable", "thumbs_up", "is_correct"];

/// Words of a label that say no, also as spreadsheets in other languages write them.
pub(super) const NO: [&str; 12] =
    ["false", "no", "n", "f", "falsch", "faux", "falso", "bad", "negative", "rejected", "undesirable", "thumbs_down"];

/// Answers to choose from, beside the question.
pub(super) const OPTIONS: [&str; 2] = ["options", "choices"];

pub(super) const WEIGHTS: [&str; 3] = ["weight", "sample_weight", "loss_weight"];

/// The reasoning before an answer.
pub(super) const REASONING: [&str; 7] =
    ["reasoning", "reasoning_content", "thinking", "thought", "cot", "complex_cot", "chain_of_thought"];
