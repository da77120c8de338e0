//! JSON Web Tokens, and the keys of large vendors.

use super::SensitiveKind;

/// The longest header that is decoded.
const HEADER: usize = 4096;

/// Which characters a key is made of.
#[derive(Clone, Copy)]
enum Alphabet {
    Letters,
    /// And `_`.
    Words,
    /// And `_` and `-`: base64url.
    Url,
    /// Base64, without its padding.
    Base64,
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        let extra: &[u8] = match self {
            Alphabet::Letters => b"",
            Alphabet::Words => b"_",
            Alphabet::Url => b"_-",
            Alphabet::Base64 => b"+/",
        };
        byte.is_ascii_alphanumeric() || extra.contains(&byte)
    }
}

/// How a vendor's keys look.
struct VendorKey {
    kind: SensitiveKind,
    prefix: &'static str,
    alphabet: Alphabet,
    /// Fewest and most characters behind the prefix.
    length: (usize, usize),
    /// What is among those characters.
    contains: &'static str,
    ends_with: &'static str,
}

impl VendorKey {
    const fn new(kind: SensitiveKind, prefix: &'static str, alphabet: Alphabet, length: (usize, usize)) -> VendorKey {
        VendorKey { kind, prefix, alphabet, length, contains: "", ends_with: "" }
    }
}

/// The formats, as the vendors document them or as secret scanners know them: GitHub, "Behind GitHub's new authentication
/// token formats" (2021); Slack, "Token types"; Stripe, "API keys"; Azure, "Configure Azure Storage connection strings";
/// and the rules of gitleaks (<https://github.com/gitleaks/gitleaks>, `config/gitleaks.toml`) for Google, OpenAI and
/// Anthropic.
static KEYS: [VendorKey; 17] = {
    use Alphabet::{Base64, Letters, Url, Words};
    use SensitiveKind::{AnthropicKey, AzureStorageKey, GitHubToken, GoogleApiKey, OpenAiKey, SlackToken, StripeKey};
    [
        VendorKey::new(GoogleApiKey, "AIza", Url, (35, 35)),
        VendorKey { ends_with: "==", ..VendorKey::new(AzureStorageKey, "AccountKey=", Base64, (86, 86)) },
        VendorKey::new(GitHubToken, "ghp_", Letters, (36, 36)),
        VendorKey::new(GitHubToken, "gho_", Letters, (36, 36)),
        VendorKey::new(GitHubToken, "ghu_", Letters, (36, 36)),
        VendorKey::new(GitHubToken, "ghs_", Letters, (36, 36)),
        VendorKey::new(GitHubToken, "ghr_", Letters, (36, 76)),
        VendorKey::new(GitHubToken, "github_pat_", Words, (82, 82)),
        VendorKey::new(SlackToken, "xoxb-", Url, (20, 200)),
        VendorKey::new(SlackToken, "xoxp-", Url, (20, 200)),
        VendorKey::new(SlackToken, "xoxa-", Url, (20, 200)),
        VendorKey::new(SlackToken, "xoxr-", Url, (20, 200)),
        VendorKey::new(SlackToken, "xoxs-", Url, (20, 200)),
        VendorKey::new(StripeKey, "sk_live_", Letters, (16, 128)),
        VendorKey::new(StripeKey, "rk_live_", Letters, (16, 128)),
        VendorKey { ends_with: "AA", ..VendorKey::new(AnthropicKey, "sk-ant-", Url, (100, 120)) },
        VendorKey { contains: "T3BlbkFJ", ..VendorKey::new(OpenAiKey, "sk-", Url, (48, 200)) },
    ]
};

/// Whether a vendor's key may begin with this character.
pub(super) fn may_begin(byte: u8) -> bool {
    matches!(byte, b'A' | b'g' | b'x' | b's' | b'r')
}

/// The vendor's key that begins at `start`, the beginning of a word: what it is, and where it begins and ends.
pub(super) fn vendor_key(bytes: &[u8], start: usize) -> Option<(SensitiveKind, usize, usize)> {
    let text = &bytes[start..];
    let form = KEYS.iter().find(|form| text.starts_with(form.prefix.as_bytes()))?;
    let behind = &text[form.prefix.len()..];
    let (fewest, most) = form.length;
    let length = behind.iter().take(most + 1).take_while(|byte| form.alphabet.has(**byte)).count();
    let key = &behind[..length];
    let end = start + form.prefix.len() + length;
    let holds = |part: &str| part.is_empty() || key.windows(part.len()).any(|found| found == part.as_bytes());
    // The name of a key, or a word of a sentence, has no digit.
    if !(fewest..=most).contains(&length) || !key.iter().any(u8::is_ascii_digit) || !holds(form.contains) {
        return None;
    }
    match form.kind {
        // What is before the value says what it is, and isn't secret.
        SensitiveKind::AzureStorageKey => {
            let padded = bytes[end..].starts_with(form.ends_with.as_bytes());
            padded.then_some((form.kind, start + form.prefix.len(), end + form.ends_with.len()))
        }
        kind => key.ends_with(form.ends_with.as_bytes()).then_some((kind, start, end)),
    }
}

/// The end of a JSON Web Token that begins at `start`, the beginning of a word: three parts, or five if it is encrypted, of
/// which the first is a JSON object with `alg` (RFC 7515 §4.1.1, RFC 7516 §4.1.1, RFC 7519 §3). One without a signature
/// isn't found.
pub(super) fn web_token(bytes: &[u8], start: usize) -> Option<usize> {
    // `{"` in base64url.
    if !bytes[start..].starts_with(b"eyJ") || start.checked_sub(1).is_some_and(|before| b"-.".contains(&bytes[before]))
    {
        return None;
    }
    let part = |at: usize| bytes[at..].iter().take_while(|byte| Alphabet::Url.has(**byte)).count();
    let header = part(start);
    let (mut end, mut parts) = (start + header, 1);
    while parts < 5 && bytes.get(end) == Some(&b'.') {
        let length = part(end + 1);
        // The second part of five may be empty; a full stop after a token ends a sentence.
        if length == 0 && !(parts == 1 && bytes.get(end + 1) == Some(&b'.')) {
            break;
        }
        end += 1 + length;
        parts += 1;
    }
    (parts >= 3 && is_header(&bytes[start..start + header.min(HEADER)])).then_some(end)
}

fn is_header(encoded: &[u8]) -> bool {
    let Some(text) = decoded(encoded).and_then(|bytes| String::from_utf8(bytes).ok()) else { return false };
    text.trim_end().ends_with('}') && text.contains("\"alg\"") && crate::json_fault(&text).is_none()
}

/// Decodes base64url without padding (RFC 4648 §5).
fn decoded(encoded: &[u8]) -> Option<Vec<u8>> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    };
    let mut bytes = Vec::with_capacity(encoded.len());
    for four in encoded.chunks(4) {
        let mut bits = 0_u32;
        for byte in four {
            bits = (bits << 6) | u32::from(value(*byte)?);
        }
        bits <<= 6 * (4 - four.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..four.len().max(1)]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensitive::tests::found;
    use crate::sensitive::{SensitiveKind as Kind, sensitive_spans};

    /// The example of RFC 7519 §3.1.
    const RFC: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn tokens_have_a_json_header_and_a_signature() {
        assert_eq!(
            decoded(b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9").as_deref(),
            Some(&b"{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}"[..])
        );
        for text in [format!("a {RFC}."), format!("Bearer {RFC}, b")] {
            let (start, end) = (text.find("eyJ").unwrap(), text.find("Xk").unwrap() + 2);
            assert_eq!(found(&text, Kind::JsonWebToken), (Some(start), 1), "{text}");
            assert_eq!(web_token(text.as_bytes(), start), Some(end));
        }
        // RFC 7516 §3.3 shortened: five parts.
        let encrypted = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo.48V1_ALb6US04U3b.5eym8TW.XFBoMYUZ";
        assert_eq!(web_token(encrypted.as_bytes(), 0), Some(encrypted.len()));
        let (header, rest) = RFC.split_once('.').unwrap();
        for none in [
            header.to_owned(),
            format!("{header}.eyJh"),
            format!("{header}.eyJh."),
            format!("eyJub25lIjoxfQ.{rest}"),
            format!("eyJhbGciOiJIUzI1NiJ.{rest}"),
            format!("x{RFC}"),
        ] {
            assert_eq!(found(&none, Kind::JsonWebToken), (None, 0), "{none}");
        }
    }

    #[test]
    fn keys_of_vendors_are_found_by_their_format() {
        let many = |length: usize| "a1B2c3D4e5".repeat(21)[..length].to_owned();
        for (kind, prefix, key) in [
            (Kind::GoogleApiKey, "", format!("AIza{}", many(35))),
            (Kind::AzureStorageKey, "AccountKey=", format!("{}==", many(86))),
            (Kind::GitHubToken, "", format!("ghp_{}", many(36))),
            (Kind::GitHubToken, "", format!("github_pat_{}_{}", many(22), many(59))),
            (Kind::SlackToken, "", format!("xoxb-{}-{}", 123_456_789_012_u64, many(24))),
            (Kind::StripeKey, "", format!("sk_live_{}", many(24))),
            (Kind::OpenAiKey, "", format!("sk-proj-{}T3BlbkFJ{}", many(74), many(74))),
            (Kind::AnthropicKey, "", format!("sk-ant-api03-{}AA", many(93))),
        ] {
            let text = format!("key: \"{prefix}{key}\".");
            let spans = sensitive_spans(&text);
            let shown: Vec<_> = spans.iter().map(|span| (span.kind, &text[span.start..span.end])).collect();
            assert_eq!(shown, [(kind, key.as_str())]);
            for other in [&text.replace(&key, &format!("x{key}")), &text.replace(&key, &key[..12])] {
                assert!(sensitive_spans(other).is_empty(), "{other}");
            }
        }
        assert!(
            sensitive_spans("sk_test_a1B2c3D4e5a1B2c3D4e5 is no secret; AccountKey=… is a name; sk-learn").is_empty()
        );
    }
}
