//! Codes of the order of turns.

use super::Text;

const NOVA: &str = "Nova user guide, \"Preparing data for fine-tuning understanding models\"; AWS sample validators";

pub(super) const UNKNOWN_ROLE: Text = Text {
    title: "Unknown role",
    what: "A message's role is not one that the format knows, letter by letter.",
    why: "Roles are exact: `User` is not `user`.",
    example: "{\"role\": \"User\", \"content\": […]}",
    mend: "Write `user` or `assistant`; instructions go into `system`.",
    source: NOVA,
};

pub(super) const WRONG_FIRST_ROLE: Text = Text {
    title: "Doesn't begin with the user",
    what: "The first message is not the user's.",
    why: "A conversation begins with the user's turn; Bedrock refuses others.",
    example: "[{\"role\": \"assistant\", …}, …]",
    mend: "Start with a user message; move a greeting into `system`, or drop it.",
    source: NOVA,
};

pub(super) const WRONG_LAST_ROLE: Text = Text {
    title: "Doesn't end with the assistant",
    what: "The last message is not the assistant's.",
    why: "The model learns from the assistant's turns; a last question without an answer teaches nothing, and Bedrock refuses it.",
    example: "[…, {\"role\": \"user\", …}]",
    mend: "Add the answer, or drop the last question.",
    source: NOVA,
};

pub(super) const UNPAIRED_TURN: Text = Text {
    title: "Two turns of one role in a row",
    what: "A message has the same role as the one before it.",
    why: "User and assistant must take turns.",
    example: "[{\"role\": \"user\", …}, {\"role\": \"user\", …}, …]",
    mend: "Join the two into one message, or add the turn between them.",
    source: NOVA,
};

pub(super) const TOO_FEW_TURNS: Text = Text {
    title: "Too few messages",
    what: "The conversation has fewer messages than the format needs.",
    why: "One question and one answer are the least.",
    example: "{\"messages\": [{\"role\": \"user\", …}]}",
    mend: "Add the missing turn, or drop the record.",
    source: NOVA,
};

pub(super) const TOO_MANY_TURNS: Text = Text {
    title: "Too many messages",
    what: "The conversation has more than one turn, and this student model takes single turns only.",
    why: "Distillation to Llama and Claude students is single-turn.",
    example: "[user, assistant, user, assistant]",
    mend: "Make one record of each turn.",
    source: "User guide, \"Prepare your training datasets for distillation\"",
};

pub(super) const MISSING_USER_TURN: Text = Text {
    title: "No user message",
    what: "None of the messages is the user's.",
    why: "There is no prompt to answer.",
    example: "{\"messages\": [{\"role\": \"system\", …}]}",
    mend: "Add a user message.",
    source: "User guide, \"Prepare data for reinforcement fine-tuning\"; AWS sample validators",
};

pub(super) const MISPLACED_SYSTEM_MESSAGE: Text = Text {
    title: "System message not at the head",
    what: "A system message stands after another message.",
    why: "There may be one, and it comes first.",
    example: "[{\"role\": \"user\", …}, {\"role\": \"system\", …}]",
    mend: "Move it to the front, or join it with the first one.",
    source: "AWS sample validators (Nova)",
};
