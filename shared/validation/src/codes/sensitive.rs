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
    what: "A text contains a number with the length and issuer of a payment card, and a valid checksum, in groups as cards show them, with spaces, or shortly behind a word such as \"card\".",
    why: WHY,
    example: "{\"prompt\": \"charge it to 4… …\", …}",
    fix: "Replace it with a placeholder, such as `[CARD]`: `tunedrop fix --redact` does.",
    source: "ISO/IEC 7812-1 (Luhn checksum); user guide, \"Encryption of custom models\"",
};

pub(super) const EMAIL_ADDRESS: Text = Text {
    title: "Email address",
    what: "A text contains an email address.",
    why: WHY,
    example: "{\"prompt\": \"write to ada@…\", …}",
    fix: "Replace it with a placeholder, such as `[EMAIL]`: `tunedrop fix --redact` does.",
    source: SOURCE,
};

pub(super) const IBAN: Text = Text {
    title: "IBAN",
    what: "A text contains an international bank account number: a country, its length, and valid check digits.",
    why: WHY,
    example: "{\"prompt\": \"pay to GB29 … …\", …}",
    fix: "Replace it with a placeholder, such as `[IBAN]`: `tunedrop fix --redact` does.",
    source: "ISO 13616-1; SWIFT, \"IBAN Registry\"; user guide, \"Encryption of custom models\"",
};

pub(super) const PHONE_NUMBER: Text = Text {
    title: "Phone number",
    what: "A text contains a phone number in the international form: a plus sign, a country's calling code, and a number of that country's length.",
    why: WHY,
    example: "{\"prompt\": \"call +1 202 555 …\", …}",
    fix: "Replace it with a placeholder, such as `[PHONE]`: `tunedrop fix --redact` does.",
    source: "ITU-T E.164; libphonenumber (lengths); user guide, \"Encryption of custom models\"",
};

pub(super) const NATIONAL_ID: Text = Text {
    title: "National identity number",
    what: "A text contains a number with the form of a country's identity numbers, and valid check digits if they have any. Forms that other numbers have, too, are found only shortly behind a word that announces them, such as `SSN`. docs/sensitive.md lists the countries.",
    why: WHY,
    example: "{\"prompt\": \"my SSN is …\", …}",
    fix: "Replace it with a placeholder, such as `[NATIONAL_ID]`: `tunedrop fix --redact` does.",
    source: "The rules of each country: docs/sensitive.md; user guide, \"Encryption of custom models\"",
};

pub(super) const JSON_WEB_TOKEN: Text = Text {
    title: "JSON Web Token",
    what: "A text contains a JSON Web Token: three parts in base64url, of which the first is a JSON object with `alg`.",
    why: WHY,
    example: "{\"prompt\": \"Bearer eyJ….….…\", …}",
    fix: "Remove it, and revoke the token if it is still valid. `tunedrop fix --redact` replaces it with `[JWT]`.",
    source: "RFC 7515 §4.1.1, RFC 7519 §3; user guide, \"Encryption of custom models\"",
};

pub(super) const VENDOR_KEY: Text = Text {
    title: "Key of a vendor",
    what: "A text contains what looks like a key of Google, Azure storage, GitHub, Slack, Stripe, OpenAI or Anthropic, by its prefix and length.",
    why: WHY,
    example: "{\"completion\": \"token = ghp_…\", …}",
    fix: "Remove it, and replace the key: other people may have copied it. `tunedrop fix --redact` replaces it with `[API_KEY]`.",
    source: "The vendors' formats: docs/sensitive.md; user guide, \"Encryption of custom models\"",
};
