//! `{"prompt", "completion"}` and `{"input"}`.

use super::length::check_side;
use super::{text::check_text, text_kind};
use crate::Code;
use crate::json::{Member, Node, field};
use crate::pointer::At;
use crate::record_checker::RecordChecker;

/// Titan Text and Llama 3.1: two texts.
pub(super) fn check_prompt_completion(checker: &mut RecordChecker, node: &Node, members: &[Member]) {
    let root = At::Root;
    checker.unknown_keys(members, &["prompt", "completion"], root);
    let prompt = checker.required("prompt", members, node, root);
    let prompt = prompt.and_then(|prompt| check_text(checker, prompt, root.key("prompt"), text_kind::PROMPT));
    let (prompt_most, completion_most) = (checker.training.prompt_tokens, checker.training.completion_tokens);
    if let (Some(text), Some(node)) = (prompt, field(members, "prompt")) {
        check_side(checker, node, text, root.key("prompt"), prompt_most);
    }
    let Some(completion_node) = checker.required("completion", members, node, root) else {
        return;
    };
    let completion = check_text(checker, completion_node, root.key("completion"), text_kind::COMPLETION);
    if let Some(text) = completion {
        check_side(checker, completion_node, text, root.key("completion"), completion_most);
    }
    if let (Some(prompt), Some(completion)) = (prompt, completion)
        && prompt.trim() == completion.trim()
        && !prompt.trim().is_empty()
    {
        let message = "the completion repeats the prompt";
        checker.report(
            Code::CompletionEqualsPrompt,
            completion_node,
            root.key("completion"),
            message,
            "check how the file was created; two columns may be mixed up",
        );
    }
}

/// Titan Text, continued pre-training: one text.
pub(super) fn check_input(checker: &mut RecordChecker, node: &Node, members: &[Member]) {
    checker.unknown_keys(members, &["input"], At::Root);
    if let Some(input) = checker.required("input", members, node, At::Root) {
        check_text(checker, input, At::Root.key("input"), text_kind::INPUT);
    }
}
