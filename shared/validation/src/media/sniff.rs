//! Identifies an object's format and an image's size by its first bytes.

/// Whether these bytes are an incomplete signature of a format that models accept.
pub(super) fn is_beginning(head: &[u8]) -> bool {
    const MARKS: [&[u8]; 6] =
        [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"GIF87a", b"RIFF", b"\x1a\x45\xdf\xa3"];
    !head.is_empty() && MARKS.iter().any(|mark| mark.starts_with(head))
}

/// Returns the format that these bytes begin: its name in records, or its usual name if no model accepts it.
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
        // Old QuickTime files have no `ftyp` box.
        (_, b"moov" | b"mdat" | b"wide" | b"pnot", _) => Some("mov"),
        // The document type is in the EBML header, at the beginning of the file.
        (b"\x1a\x45\xdf\xa3", ..) => {
            Some(if memchr::memmem::find(part(0, head.len().min(64)), b"webm").is_some() { "webm" } else { "mkv" })
        }
        _ => BEGINNINGS.iter().find(|(beginning, _)| head.starts_with(beginning)).map(|(_, format)| *format),
    }
}

/// Returns the width and height of an image in pixels. `None` if these bytes don't contain them.
pub(super) fn size(head: &[u8]) -> Option<(u64, u64)> {
    let at = |place: usize| head.get(place).copied().map(u64::from);
    let big = |place: usize| Some(at(place)? << 8 | at(place + 1)?);
    let little = |place: usize| Some(at(place)? | at(place + 1)? << 8);
    match format(head)? {
        "png" => Some((big(16)? << 16 | big(18)?, big(20)? << 16 | big(22)?)),
        "gif" => Some((little(6)?, little(8)?)),
        "jpeg" => jpeg(head),
        "webp" => match head.get(12..16)? {
            // RFC 9649: the header of a key frame, the bits of a lossless image, or the canvas of an extended file.
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

/// Reads a JPEG's segments up to the frame header (ITU-T T.81, annex B).
fn jpeg(head: &[u8]) -> Option<(u64, u64)> {
    let word = |at: usize| Some(u64::from(u16::from_be_bytes([*head.get(at)?, *head.get(at + 1)?])));
    let mut at = 2;
    loop {
        if *head.get(at)? != 0xff {
            return None;
        }
        match *head.get(at + 1)? {
            0xff => at += 1,
            // These markers have no length.
            0x01 | 0xd0..=0xd8 => at += 2,
            0xc4 | 0xc8 | 0xcc => at += 2 + word(at + 2)? as usize,
            0xc0..=0xcf => return Some((word(at + 7)?, word(at + 5)?)),
            // The image data or the end of the image, without a frame header.
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
        // With any number of bytes, nothing panics, and no wrong size is returned.
        for end in 0..head.len() {
            assert!(size(&head[..end]).is_none_or(|found| Some(found) == pixels));
        }
    }

    #[test]
    fn reads_format_and_size_of_images() {
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
    fn recognizes_truncated_marks() {
        for head in [b"\x89PNG\r\n".as_slice(), b"\xff", b"GIF8", b"RIF"] {
            assert!(super::is_beginning(head) && format(head).is_none(), "{}", head.escape_ascii());
        }
        for head in [b"".as_slice(), b"hello", b"\x89PNG\r\n\x1a\n\0"] {
            assert!(!super::is_beginning(head), "{}", head.escape_ascii());
        }
    }

    #[test]
    fn reads_the_format_of_videos_and_other_files() {
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
