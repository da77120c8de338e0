//! Reads images that records contain or refer to.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::LeftOut;
use super::dialogue::{Part, Stored};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads an image's address: the bytes of a data URL, an object in S3, or a link.
pub(super) fn at(address: &str) -> Result<Part, LeftOut> {
    let scheme = |scheme: &str| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if scheme("data:") {
        let (head, data) = address.split_once(',').ok_or("an image's data URL has no comma")?;
        if !head.to_ascii_lowercase().ends_with(";base64") {
            return Err("an image's data URL isn't base64".into());
        }
        return decoded(data);
    }
    if scheme("s3://") {
        return stored(address);
    }
    if ["https://", "http://", "gs://"].iter().any(|known| scheme(known)) {
        return Ok(Part::Link(address.to_owned()));
    }
    Err("an image's address is none of a data URL, a link and an S3 URI".into())
}

/// Decodes an image in base64, with or without line breaks.
pub(super) fn decoded(data: &str) -> Result<Part, LeftOut> {
    let mut data = std::borrow::Cow::Borrowed(data);
    if data.bytes().any(|byte| byte.is_ascii_whitespace()) {
        data.to_mut().retain(|c| !c.is_ascii_whitespace());
    }
    match BASE64.decode(data.as_bytes()) {
        Ok(bytes) if !bytes.is_empty() => Ok(Part::Image(bytes)),
        Ok(_) => Err("an image is empty".into()),
        Err(_) => Err("an image isn't valid base64".into()),
    }
}

fn stored(uri: &str) -> Result<Part, LeftOut> {
    let format = match uri.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
        Some("jpg" | "jpeg") => "jpeg",
        Some("png") => "png",
        Some("gif") => "gif",
        Some("webp") => "webp",
        _ => return Err("the name of an image in S3 doesn't end in its format, such as .png".into()),
    };
    Ok(Part::Stored(Stored { kind: "image", format: format.to_owned(), uri: uri.to_owned(), owner: None }))
}

/// Returns the format by the first bytes. `None` for a format that no model accepts.
pub(super) fn format(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("png"),
        [0xff, 0xd8, 0xff, ..] => Some("jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_data_urls_with_and_without_padding_and_line_breaks() {
        for address in ["data:image/png;base64,aGk=", "DATA:image/png;charset=x;Base64,aGk", "data:;base64,aG\nk ="] {
            assert_eq!(at(address), Ok(Part::Image(b"hi".to_vec())), "{address}");
        }
    }

    #[test]
    fn rejects_other_addresses() {
        for (address, why) in [
            ("data:image/png;base64", "has no comma"),
            ("data:image/svg+xml,%3Csvg%3E", "isn't base64"),
            ("data:image/png;base64,a*b", "isn't valid base64"),
            ("data:image/png;base64,", "is empty"),
            ("/home/me/cat.png", "none of a data URL"),
            ("file:///cat.png", "none of a data URL"),
            ("s3://bucket/cat", "doesn't end in its format"),
            ("", "none of a data URL"),
            ("dätä:", "none of a data URL"),
        ] {
            let left_out = at(address).expect_err(address);
            assert!(left_out.why.contains(why), "{address}: {}", left_out.why);
        }
        assert_eq!(at("HTTPS://x/y.png"), Ok(Part::Link("HTTPS://x/y.png".to_owned())));
    }

    #[test]
    fn detects_formats_by_the_first_bytes() {
        assert_eq!(format(b"\x89PNG\r\n\x1a\n\0"), Some("png"));
        assert_eq!(format(b"\xff\xd8\xff\xe0"), Some("jpeg"));
        assert_eq!(format(b"GIF89a"), Some("gif"));
        assert_eq!(format(b"RIFF\0\0\0\0WEBPVP8 "), Some("webp"));
        assert_eq!(format(b"BM\0\0"), None);
        assert_eq!(format(b""), None);
    }
}
