//! Codes of the optional checks for secrets and personal data.

use super::Text;

const WHY: &str = "A custom model can repeat its training data to everyone who may call it.";
const SOURCE: &str =
    "User guide, \"Encryption of custom models\" (a tuned model can reproduce training data); our own judgment";

pub(super) const AWS_ACCESS_KEY: Text = Text {
    title: "AWS access key",
    what: "A text contains what looks like the ID of an AWS access key: AKIA or ASIA, and sixteen capitals or digits.",
    why: WHY,
    example: "{\"prompt\": \"my key is AKIA…\", …}",
    fix: "Remove it, and disable the key: other people may have copied it.",
    source: "IAM user guide, \"IAM identifiers\" (unique id prefixes); user guide, \"Encryption of custom models\"",
};

pub(super) const PRIVATE_KEY: Text = Text {
    title: "Private key",
    what: "A text contains the PEM header of a private key.",
    why: WHY,
    example: "{\"completion\": \"-----BEGIN … PRIVATE KEY-----\", …}",
    fix: "Remove it, and replace the key: other people may have copied it.",
    source: "RFC 7468 §10 and §11; user guide, \"Encryption of custom models\"",
};

pub(super) const CARD_NUMBER: Text = Text {
    title: "Card number",
    what: "A text contains a number with the length and issuer of a payment card, and a valid checksum.",
    why: WHY,
    example: "{\"prompt\": \"charge it to 4… …\", …}",
    fix: "Replace it with a placeholder, such as `<card>`.",
    source: "ISO/IEC 7812-1 (Luhn checksum); user guide, \"Encryption of custom models\"",
};

pub(super) const EMAIL_ADDRESS: Text = Text {
    title: "Email address",
    what: "A text contains an email address.",
    why: WHY,
    example: "{\"prompt\": \"write to ada@…\", …}",
    fix: "Replace it with a placeholder, such as `<email>`.",
    source: SOURCE,
};
