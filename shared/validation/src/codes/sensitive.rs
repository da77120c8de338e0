//! Codes of the optional pack: secrets and personal data.

use super::Text;

const WHY: &str = "A tuned model can repeat what it was trained on, to anybody who may ask it.";
const SOURCE: &str =
    "User guide, \"Encryption of custom models\" (a tuned model can reproduce training data); our own judgement";

pub(super) const AWS_ACCESS_KEY: Text = Text {
    title: "AWS access key",
    what: "A text holds what looks like the id of an AWS access key: AKIA or ASIA, and sixteen capitals or digits.",
    why: WHY,
    example: "{\"prompt\": \"my key is AKIA…\", …}",
    mend: "Take it out, and disable the key: it has been copied about.",
    source: "IAM user guide, \"IAM identifiers\" (unique id prefixes); user guide, \"Encryption of custom models\"",
};

pub(super) const PRIVATE_KEY: Text = Text {
    title: "Private key",
    what: "A text holds the header of a private key in PEM.",
    why: WHY,
    example: "{\"completion\": \"-----BEGIN … PRIVATE KEY-----\", …}",
    mend: "Take it out, and replace the key: it has been copied about.",
    source: "RFC 7468 §10 and §11; user guide, \"Encryption of custom models\"",
};

pub(super) const CARD_NUMBER: Text = Text {
    title: "Card number",
    what: "A text holds a number of a payment card's length and issuer, with a valid checksum.",
    why: WHY,
    example: "{\"prompt\": \"charge it to 4… …\", …}",
    mend: "Replace it by a word, such as `<card>`.",
    source: "ISO/IEC 7812-1 (Luhn checksum); user guide, \"Encryption of custom models\"",
};

pub(super) const EMAIL_ADDRESS: Text = Text {
    title: "E-mail address",
    what: "A text holds an e-mail address.",
    why: WHY,
    example: "{\"prompt\": \"write to ada@…\", …}",
    mend: "Replace it by a word, such as `<e-mail>`.",
    source: SOURCE,
};
