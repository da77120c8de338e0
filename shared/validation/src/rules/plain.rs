//! `{"prompt", "completion"}` and `{"input"}`.

use super::length::judge_side;
use super::{said, text::judge_text};
use crate::Code;
use crate::json::{Member, Node, field};
use crate::pointer::At;
use crate::sheet::Sheet;

/// Titan Text and Llama 3.1: two texts.
pub(super) fn judge_prompt_completion(sheet: &mut Sheet, node: &Node, members: &[Member]) {
    let root = At::Root;
    sheet.unknown_keys(members, &["prompt", "completion"], root);
    let prompt = sheet.required("prompt", members, node, root);
    let prompt = prompt.and_then(|prompt| judge_text(sheet, prompt, root.key("prompt"), said::PROMPT));
    let (prompt_most, completion_most) = (sheet.training.prompt_tokens, sheet.training.completion_tokens);
    if let (Some(text), Some(node)) = (prompt, field(members, "prompt")) {
        judge_side(sheet, node, text, root.key("prompt"), prompt_most);
    }
    let Some(completion_node) = sheet.required("completion", members, node, root) else {
        return;
    };
    let completion = judge_text(sheet, completion_node, root.key("completion"), said::COMPLETION);
    if let Some(text) = completion {
        judge_side(sheet, completion_node, text, root.key("completion"), completion_most);
    }
    if let (Some(prompt), Some(completion)) = (prompt, completion)
        && prompt.trim() == completion.trim()
        && !prompt.trim().is_empty()
    {
        let message = "the completion repeats the prompt";
        sheet.fault(
            Code::CompletionEqualsPrompt,
            completion_node,
            root.key("completion"),
            message,
            "check how the file was made; two columns may be mixed up",
        );
    }
}

/// Titan Text, continued pre-training: one text.
pub(super) fn judge_input(sheet: &mut Sheet, node: &Node, members: &[Member]) {
    sheet.unknown_keys(members, &["input"], At::Root);
    if let Some(input) = sheet.required("input", members, node, At::Root) {
        judge_text(sheet, input, At::Root.key("input"), said::INPUT);
    }
}
