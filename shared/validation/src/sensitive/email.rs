//! E-mail addresses, as people write them.

/// Longest part before the sign, and longest domain (RFC 5321 §4.5.3.1).
const LOCAL: usize = 64;
const DOMAIN: usize = 255;

/// The address around the sign at `sign`: its domain has at least two labels, the last one of letters. Quoted ones are rare,
/// and not sought.
pub(super) fn address(bytes: &[u8], sign: usize) -> Option<(usize, usize)> {
    let local = |byte: &&u8| byte.is_ascii_alphanumeric() || b"._%+-'".contains(byte);
    let length = bytes[..sign].iter().rev().take(LOCAL + 1).take_while(local).count();
    let name = &bytes[sign - length..sign];
    let dots = name.starts_with(b".") || name.ends_with(b".") || name.windows(2).any(|pair| pair == b"..");
    if !(1..=LOCAL).contains(&length) || dots {
        return None;
    }
    Some((sign - length, sign + 1 + domain(&bytes[sign + 1..])?))
}

/// The length of the domain at the beginning of this, if there is one.
fn domain(bytes: &[u8]) -> Option<usize> {
    let length =
        bytes.iter().take(DOMAIN).take_while(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte)).count();
    // A full stop after it ends the sentence.
    let domain = bytes[..length].strip_suffix(b".").unwrap_or(&bytes[..length]);
    let mut labels = domain.split(|byte| *byte == b'.').rev();
    let top = labels.next().unwrap_or_default();
    let is_label = |label: &[u8]| !label.is_empty() && !label.starts_with(b"-") && !label.ends_with(b"-");
    let mut below = labels.peekable();
    let is_domain =
        top.len() >= 2 && top.iter().all(u8::is_ascii_alphabetic) && below.peek().is_some() && below.all(is_label);
    is_domain.then_some(domain.len())
}

#[cfg(test)]
mod tests {
    use crate::sensitive::SensitiveKind;
    use crate::sensitive::tests::found;

    fn addresses(text: &str) -> (Option<usize>, u64) {
        found(text, SensitiveKind::EmailAddress)
    }

    #[test]
    fn distinguishes_addresses_from_other_uses_of_the_sign() {
        for address in ["ada@example.com", "a.b+c@mail.example.co.uk", "O'Neil_1%x-y@EXAMPLE.org"] {
            assert_eq!(addresses(&format!("to {address}.")), (Some(3), 1), "{address}");
            assert_eq!(addresses(&format!("é<{address}>")), (Some(3), 1), "{address}");
        }
        for none in [
            "@ada",
            "ada@",
            "ada@host",
            "a@b.c",
            ".@example.com",
            "a..b@example.com",
            "3 @ 1.50",
            "x@-a.com",
            "x@a..com",
        ] {
            assert_eq!(addresses(none), (None, 0), "{none}");
        }
        assert_eq!(addresses("a@example.com b@example.com"), (Some(0), 2));
    }
}
