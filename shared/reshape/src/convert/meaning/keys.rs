//! The keys, grouped by their meaning.

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

/// Calls of tools, and their results.
pub(super) const TOOL_CALLS: [&str; 6] =
    ["tool_calls", "function_call", "tool_call_id", "tool_results", "toolUse", "toolResult"];

pub(super) const MEDIA: [&str; 25] = [
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
    "file_ids",
];

/// Keys of media that refer to files of any kind.
pub(super) const FILES: [&str; 3] = ["attachments", "documents", "file_ids"];

/// Earlier turns of the conversation.
pub(in crate::convert) const HISTORIES: [&str; 2] = ["history", "chat_history"];

/// Texts that a question is about.
pub(super) const PASSAGES: [&str; 2] = ["context", "passage"];

/// Endings of the names of media files.
pub(super) const MEDIA_ENDINGS: [&str; 24] = [
    "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "svg", "heic", "avif", "mp4", "mov", "mkv", "webm",
    "avi", "mp3", "wav", "flac", "m4a", "ogg", "opus", "aac", "pdf",
];

/// Lists of answers to the same question.
pub(super) const ANSWER_LISTS: [&str; 6] =
    ["completions", "responses", "outputs", "candidates", "generations", "choices"];

/// Labels of TRL's and LLaMA-Factory's unpaired preferences.
pub(super) const LABELS: [&str; 8] =
    ["accepted", "label", "kto_tag", "kto_label", "desirable", "is_desirable", "thumbs_up", "is_correct"];

/// Ratings. An answer with a bad rating in words is left out. Numbers are ignored, because their scale isn't known.
pub(super) const RATINGS: [&str; 8] =
    ["rating", "feedback", "quality", "vote", "thumbs", "grade", "verdict", "judgment"];

/// Keys that are true for an answer that the model should avoid.
pub(super) const BAD: [&str; 14] = [
    "is_bad",
    "bad",
    "is_wrong",
    "wrong",
    "incorrect",
    "is_incorrect",
    "is_negative",
    "undesirable",
    "thumbs_down",
    "toxic",
    "is_toxic",
    "harmful",
    "flagged",
    "is_hallucination",
];

/// Worse answers, next to the answer.
pub(super) const WORSE: [&str; 9] = [
    "negative",
    "negatives",
    "neg",
    "hard_negative",
    "hard_negatives",
    "bad_answer",
    "wrong_answer",
    "incorrect_answer",
    "incorrect_answers",
];

/// Values of a label that mean no, also of spreadsheets in other languages.
pub(super) const NO: [&str; 20] = [
    "false",
    "no",
    "n",
    "f",
    "falsch",
    "faux",
    "falso",
    "bad",
    "negative",
    "rejected",
    "undesirable",
    "thumbs_down",
    "thumbs down",
    "dislike",
    "disliked",
    "downvote",
    "down",
    "wrong",
    "incorrect",
    "poor",
];

/// Answers to choose from, next to the question.
pub(super) const OPTIONS: [&str; 2] = ["options", "choices"];

pub(super) const WEIGHTS: [&str; 3] = ["weight", "sample_weight", "loss_weight"];

/// The reasoning before an answer.
pub(super) const REASONING: [&str; 8] =
    ["reasoning", "reasoning_content", "thinking", "thought", "cot", "complex_cot", "chain_of_thought", "rationale"];

/// Parts of a record, or of its prompts, that a file may have next to its list of records.
pub(super) const OF_RECORDS: [&str; 14] = [
    "messages",
    "conversations",
    "conversation",
    "contents",
    "text",
    "content",
    "systeminstruction",
    "system_instruction",
    "persona",
    "preamble",
    "template",
    "prompt_template",
    "prefix",
    "suffix",
];

/// Keys that are false for a record that is excluded from training.
pub(super) const TRAINED: [&str; 17] = [
    "train",
    "trainable",
    "training",
    "do_train",
    "learn",
    "train_on_turn",
    "use_for_training",
    "in_training",
    "include",
    "included",
    "keep",
    "enabled",
    "valid",
    "is_valid",
    "approved",
    "is_approved",
    "loss",
];

/// Keys that are true for a record or a message that isn't part of the data.
pub(super) const EXCLUDED: [&str; 19] = [
    "exclude",
    "excluded",
    "skip",
    "skipped",
    "ignore",
    "ignored",
    "deleted",
    "is_deleted",
    "discard",
    "discarded",
    "remove",
    "removed",
    "omit",
    "omitted",
    "disabled",
    "invalid",
    "is_invalid",
    "do_not_train",
    "no_train",
];

/// Values of a flag that mean yes, also of spreadsheets in other languages.
pub(super) const YES: [&str; 8] = ["true", "yes", "y", "t", "x", "wahr", "vrai", "vero"];
