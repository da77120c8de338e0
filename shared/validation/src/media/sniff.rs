//! What an object's first bytes say: its format, and an image's size.

/// The format that first bytes are of, as records name it, or as people do where no model takes it.
pub(super) fn format(head: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: [(&[u8], &str); 14] = [
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff", "jpeg"),
        (b"GIF87a", "gif"),
        (b"GIF89a", "gif"),
        (b"%PDF-", "pdf"),
        (b"BM", "bmp"),
        (b"II*\0", "tiff"),
        (b"MM\0*", "tiff"),
        (b"FLV\x01", "flv"),
        (b"\x30\x26\xb2\x75", "wmv"),
        (b"\0\0\x01\xba", "mpeg"),
        (b"PK\x03\x04", "zip"),
        (b"\x1f\x8b", "gzip"),
        (b"<svg", "svg"),
    ];
    let part = |from: usize, to: usize| head.get(from..to).unwrap_or_default();
    match (part(0, 4), part(4, 8), part(8, 12)) {
        (b"RIFF", _, b"WEBP") => Some("webp"),
        (b"RIFF", _, b"AVI ") => Some("avi"),
        (_, b"ftyp", b"qt  ") => Some("mov"),
        (_, b"ftyp", b"avif" | b"avis") => Some("avif"),
        (_, b"ftyp", b"heic" | b"heix" | b"mif1" | b"msf1") => Some("heic"),
        (_, b"ftyp", _) => Some("mp4"),
        // What QuickTime wrote before files had to name their brand.
        (_, b"moov" | b"mdat" | b"wide" | b"pnot", _) => Some("mov"),
        // EBML names its document type within the first bytes.
        (b"\x1a\x45\xdf\xa3", ..) => {
            Some(if memchr::memmem::find(part(0, head.len().min(64)), b"webm").is_some() { "webm" } else { "mkv" })
        }
        _ => BEGINNINGS.iter().find(|(beginning, _)| head.starts_with(beginning)).map(|(_, format)| *format),
    }
}

/// Width and height of an image in pixels; `None` where these bytes don't tell.
pub(super) fn size(head: &[u8]) -> Option<(u64, u64)> {
    let at = |place: usize| head.get(place).copied().map(u64::from);
    let big = |place: usize| Some(at(place)? << 8 | at(place + 1)?);
    let little = |place: usize| Some(at(place)? | at(place + 1)? << 8);
    match format(head)? {
        "png" => Some((big(16)? << 16 | big(18)?, big(20)? << 16 | big(22)?)),
        "gif" => Some((little(6)?, little(8)?)),
        "jpeg" => jpeg(head),
        "webp" => match head.get(12..16)? {
            // RFC 9649: a key frame's header; a lossless one's bits; the canvas of an extended file.
            b"VP8 " => Some((little(26)? & 0x3fff, little(28)? & 0x3fff)),
            b"VP8L" => {
                let bits = little(21)? | little(23)? << 16;
                Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
            }
            b"VP8X" => Some((1 + (little(24)? | at(26)? << 16), 1 + (little(27)? | at(29)? << 16))),
            _ => None,
        },
        _ => None,
    }
}

/// Walks over a JPEG's segments to the frame's header (ITU-T T.81, annex B).
fn jpeg(head: &[u8]) -> Option<(u64, u64)> {
    let word = |at: usize| Some(u64::from(u16::from_be_bytes([*head.get(at)?, *head.get(at + 1)?])));
    let mut at = 2;
    loop {
        if *head.get(at)? != 0xff {
            return None;
        }
        match *head.get(at + 1)? {
            0xff => at += 1,
            // These have no length.
            0x01 | 0xd0..=0xd8 => at += 2,
            0xc4 | 0xc8 | 0xcc => at += 2 + word(at + 2)? as usize,
            0xc0..=0xcf => return Some((word(at + 7)?, word(at + 5)?)),
            // The picture itself, or its end, before any header.
            0xd9 | 0xda => return None,
            _ => at += 2 + word(at + 2)? as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{format, size};

    #[track_caller]
    fn check(head: &[u8], expected: Option<&str>, pixels: Option<(u64, u64)>) {
        assert_eq!((format(head), size(head)), (expected, pixels));
        // However early the bytes end, nothing panics, and no size is made up.
        for end in 0..head.len() {
            assert!(size(&head[..end]).is_none_or(|told| Some(told) == pixels));
        }
    }

    #[test]
    fn images_tell_their_format_and_size() {
        check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06", Some("png"), Some((640, 480)));
        check(b"GIF89a\x80\x02\xe0\x01\xf7", Some("gif"), Some((640, 480)));
        let jpeg = [
            b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".as_slice(),
            b"\xff\xff\xc4\0\x04\0\0\xff\xc2\0\x11\x08\x01\xe0\x02\x80\x03",
        ];
        check(&jpeg.concat(), Some("jpeg"), Some((640, 480)));
        check(b"\xff\xd8\xff\xda\0\x02", Some("jpeg"), None);
        check(b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x80\x02\xe0\x01", Some("webp"), Some((640, 480)));
        check(b"RIFF\x10\0\0\0WEBPVP8L\0\0\0\0\x2f\x7f\xc2\x77\0", Some("webp"), Some((640, 480)));
        check(b"RIFF\x10\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0", Some("webp"), Some((640, 480)));
    }

    #[test]
    fn videos_and_others_tell_their_format() {
        check(b"\0\0\0\x20ftypisom\0\0\x02\0", Some("mp4"), None);
        check(b"\0\0\0\x14ftypqt  ", Some("mov"), None);
        check(b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", Some("webm"), None);
        check(b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska", Some("mkv"), None);
        check(b"%PDF-1.7", Some("pdf"), None);
        check(b"\0\0\0\x18ftypheic", Some("heic"), None);
        check(b"hello, world", None, None);
        check(b"", None, None);
    }
}
