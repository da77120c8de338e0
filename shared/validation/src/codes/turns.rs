//! Codes of roles and the order of turns.

use super::Text;

const NOVA: &str = "Nova user guide, \"Preparing data for fine-tuning understanding models\"; AWS sample validators";

pub(super) const UNKNOWN_ROLE: Text = Text {
    title: "Unknown role",
    what: "A message's role isn't one of the format's roles.",
    why: "Roles are case-sensitive: `User` isn't `user`.",
    example: "{\"role\": \"User\", \"content\": […]}",
    fix: "Write `user` or `assistant`. Put instructions into `system`.",
    source: NOVA,
};

pub(super) const WRONG_FIRST_ROLE: Text = Text {
    title: "Wrong role of the first message",
    what: "The first message isn't a user message.",
    why: "A conversation starts with a user turn. Bedrock rejects others.",
    example: "[{\"role\": \"assistant\", …}, …]",
    fix: "Start with a user message. Move a greeting into `system`, or remove it.",
    source: NOVA,
};

pub(super) const WRONG_LAST_ROLE: Text = Text {
    title: "Wrong role of the last message",
    what: "The last message isn't an assistant message.",
    why: "The model learns from the assistant's turns. A last question without an answer teaches nothing, and Bedrock rejects it.",
    example: "[…, {\"role\": \"user\", …}]",
    fix: "Add the answer, or remove the last question.",
    source: NOVA,
};

pub(super) const UNPAIRED_TURN: Text = Text {
    title: "Two messages of one role in a row",
    what: "A message has the same role as the one before it.",
    why: "User and assistant messages must alternate.",
    example: "[{\"role\": \"user\", …}, {\"role\": \"user\", …}, …]",
    fix: "Join the two into one message, or add the turn between them.",
    source: NOVA,
};

pub(super) const TOO_FEW_TURNS: Text = Text {
    title: "Too few messages",
    what: "The conversation has fewer messages than the format needs.",
    why: "A record needs at least one question and one answer.",
    example: "{\"messages\": [{\"role\": \"user\", …}]}",
    fix: "Add the missing turn, or remove the record.",
    source: NOVA,
};

pub(super) const TOO_MANY_TURNS: Text = Text {
    title: "Too many messages",
    what: "The conversation has more than one turn, and this student model accepts single turns only.",
    why: "Distillation to Llama and Claude students is single-turn.",
    example: "[user, assistant, user, assistant]",
    fix: "Write one record for each turn.",
    source: "User guide, \"Prepare your training datasets for distillation\"",
};

pub(super) const MISSING_USER_TURN: Text = Text {
    title: "No user message",
    what: "None of the messages is a user message.",
    why: "There is no prompt to answer.",
    example: "{\"messages\": [{\"role\": \"system\", …}]}",
    fix: "Add a user message.",
    source: "User guide, \"Prepare data for reinforcement fine-tuning\"; AWS sample validators",
};

pub(super) const MISPLACED_SYSTEM_MESSAGE: Text = Text {
    title: "System message after another message",
    what: "A system message comes after another message.",
    why: "A record may have one system message, and it must be the first message.",
    example: "[{\"role\": \"user\", …}, {\"role\": \"system\", …}]",
    fix: "Move it to the front, or join it with the first system message.",
    source: "AWS sample validators (Nova)",
};
