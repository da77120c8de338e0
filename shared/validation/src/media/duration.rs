//! The duration of a video, from the header of its container.
//!
//! This uses no library, because a library needs a reader that can seek, and complete boxes. Here only the first 4 KiB
//! of an object are available, and sometimes another 4 KiB at a later position. A size that these bytes declare must
//! not cause other reads.
//!
//! MP4 and MOV: ISO/IEC 14496-12, boxes `moov`, `mvhd` and `mehd`; QuickTime File Format, movie header atom.
//! MKV and WebM: RFC 8794 (EBML) and RFC 9559 (Matroska), elements Segment, Info, TimestampScale and Duration.

use super::sniff;

/// The duration according to a container's header.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Length {
    /// The duration in seconds.
    Seconds(f64),
    /// The duration is at a later position: at this byte offset, or after it.
    Later(u64),
    /// The header has no duration, as in a live recording, or this isn't a video.
    Unknown,
}

/// Reads the duration from an object's first bytes.
pub(super) fn length(head: &[u8]) -> Length {
    match sniff::format(head) {
        Some("mp4" | "mov") => boxes(head),
        Some("mkv" | "webm") => matroska(head).unwrap_or(Length::Unknown),
        _ => Length::Unknown,
    }
}

/// Reads the duration from the bytes at the position of [`Length::Later`].
pub(super) fn length_later(head: &[u8], tail: &[u8]) -> Length {
    match sniff::format(head) {
        Some("mp4" | "mov") => boxes(tail),
        Some("mkv" | "webm") => segment(tail, 0).unwrap_or(Length::Unknown),
        _ => Length::Unknown,
    }
}

/// Reads a box. Returns its type and the offsets of its content's beginning and end. The end may be beyond `bytes`.
fn box_at(bytes: &[u8], at: usize) -> Option<(&[u8], usize, u64)> {
    let size = u64::from(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    let name = bytes.get(at + 4..at + 8)?;
    let (begin, size) = match size {
        0 => (at + 8, u64::MAX - at as u64),
        1 => (at + 16, u64::from_be_bytes(*bytes.get(at + 8..)?.first_chunk()?)),
        size => (at + 8, size),
    };
    let end = (at as u64).saturating_add(size);
    (end >= begin as u64).then_some((name, begin, end))
}

fn boxes(bytes: &[u8]) -> Length {
    let mut at = 0;
    while let Some((name, begin, end)) = box_at(bytes, at) {
        if name == b"moov" {
            let cut = end > bytes.len() as u64;
            let end = usize::try_from(end).unwrap_or(usize::MAX).min(bytes.len());
            // If the bytes end before the duration, the next read starts at the beginning of the box.
            let otherwise = if cut { Length::Later(at as u64) } else { Length::Unknown };
            return movie(bytes.get(begin..end).unwrap_or_default()).unwrap_or(otherwise);
        }
        match usize::try_from(end) {
            Ok(next) if next < bytes.len() => at = next,
            _ if end == u64::MAX => return Length::Unknown,
            _ => return Length::Later(end),
        }
    }
    Length::Unknown
}

/// Returns the duration in the movie header, or that of the fragments if the movie header has none.
fn movie(moov: &[u8]) -> Option<Length> {
    let (mut scale, mut duration, mut fragments) = (0, 0, 0);
    let mut at = 0;
    while let Some((name, begin, end)) = box_at(moov, at) {
        match name {
            b"mvhd" => (scale, duration) = movie_header(moov.get(begin..)?)?,
            b"mvex" => {
                if let Some((b"mehd", begin, _)) = box_at(moov, begin) {
                    fragments = versioned(moov.get(begin..)?, 4)?;
                }
            }
            _ => {}
        }
        match usize::try_from(end) {
            Ok(next) if next < moov.len() => at = next,
            _ => break,
        }
    }
    let units = if duration == 0 { fragments } else { duration };
    (scale > 0 && units > 0).then(|| Length::Seconds(units as f64 / f64::from(scale)))
}

/// Returns the time scale and the duration. A duration is unknown if all of its bits are 1.
fn movie_header(mvhd: &[u8]) -> Option<(u32, u64)> {
    let times = if *mvhd.first()? == 1 { 16 } else { 8 };
    let scale = u32::from_be_bytes(*mvhd.get(4 + times..)?.first_chunk()?);
    Some((scale, versioned(mvhd, 8 + times)?))
}

/// Reads a number that has 64 bits in version 1 of a box, and otherwise 32. Returns 0 if it is unknown.
fn versioned(full: &[u8], at: usize) -> Option<u64> {
    let rest = full.get(at..)?;
    Some(
        match *full.first()? {
            1 => Some(u64::from_be_bytes(*rest.first_chunk()?)).filter(|units| *units != u64::MAX),
            _ => Some(u32::from_be_bytes(*rest.first_chunk()?)).filter(|units| *units != u32::MAX).map(u64::from),
        }
        .unwrap_or_default(),
    )
}

/// Reads an EBML number of 1 to 8 bytes, whose first set bit encodes its length. Returns the number and its length in
/// bytes.
fn number(bytes: &[u8], keep_mark: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    let rest = bytes.get(1..length).filter(|_| length <= 8)?;
    let head = if keep_mark { first } else { first & (0xff_u16 >> length) as u8 };
    Some((rest.iter().fold(u64::from(head), |number, byte| number << 8 | u64::from(*byte)), length))
}

/// Reads an element. Returns its id and the offsets of its content's beginning and end. If its size is unknown, the end
/// is `u64::MAX`.
fn element(bytes: &[u8], at: usize) -> Option<(u64, usize, u64)> {
    let (id, id_bytes) = number(bytes.get(at..)?, true)?;
    let (size, size_bytes) = number(bytes.get(at + id_bytes..)?, false)?;
    let begin = at + id_bytes + size_bytes;
    let unknown = size == (1 << (7 * size_bytes)) - 1;
    Some((id, begin, if unknown { u64::MAX } else { (begin as u64).saturating_add(size) }))
}

const SEGMENT: u64 = 0x1853_8067;
const INFO: u64 = 0x1549_a966;
const CLUSTER: u64 = 0x1f43_b675;
const TIMESTAMP_SCALE: u64 = 0x2a_d7b1;
const DURATION: u64 = 0x4489;

fn matroska(bytes: &[u8]) -> Option<Length> {
    let (_, _, end) = element(bytes, 0)?;
    let (id, begin, _) = element(bytes, usize::try_from(end).ok()?)?;
    if id == SEGMENT { segment(bytes, begin) } else { None }
}

/// Searches a segment's elements for Info. It is before the clusters in every file that can be streamed.
fn segment(bytes: &[u8], mut at: usize) -> Option<Length> {
    loop {
        let (id, begin, end) = element(bytes, at)?;
        if id == INFO {
            let cut = end > bytes.len() as u64;
            let end = usize::try_from(end).unwrap_or(usize::MAX).min(bytes.len());
            return info(bytes.get(begin..end)?).or(cut.then_some(Length::Later(at as u64)));
        }
        if id == CLUSTER || end == u64::MAX {
            return None;
        }
        match usize::try_from(end) {
            Ok(next) if next < bytes.len() => at = next,
            _ => return Some(Length::Later(end)),
        }
    }
}

fn info(info: &[u8]) -> Option<Length> {
    let (mut scale, mut duration, mut at) = (1_000_000, None, 0);
    while let Some((id, begin, end)) = element(info, at) {
        let content = info.get(begin..usize::try_from(end).ok()?)?;
        match id {
            TIMESTAMP_SCALE => scale = content.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)),
            DURATION => {
                duration = match content.len() {
                    4 => content.first_chunk().map(|four| f64::from(f32::from_be_bytes(*four))),
                    8 => content.first_chunk().map(|eight| f64::from_be_bytes(*eight)),
                    _ => None,
                }
            }
            _ => {}
        }
        at = usize::try_from(end).ok()?;
    }
    let seconds = duration? * scale as f64 / 1e9;
    (seconds.is_finite() && seconds > 0.0).then_some(Length::Seconds(seconds))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        [&(content.len() as u32 + 8).to_be_bytes(), name.as_slice(), content].concat()
    }

    /// Returns a movie of this many milliseconds. `long`: in the 64-bit version.
    fn moov(units: u64, long: bool, more: &[u8]) -> Vec<u8> {
        let scale = 1000_u32.to_be_bytes();
        let header = if long {
            [&[1, 0, 0, 0], &[0; 16][..], &scale, &units.to_be_bytes(), &[0; 80]].concat()
        } else {
            [&[0, 0, 0, 0], &[0; 8][..], &scale, &(units as u32).to_be_bytes(), &[0; 80]].concat()
        };
        boxed(b"moov", &[boxed(b"mvhd", &header), more.to_vec()].concat())
    }

    fn mp4(rest: &[u8]) -> Vec<u8> {
        [boxed(b"ftyp", b"isom\0\0\x02\0isomiso2avc1mp41"), rest.to_vec()].concat()
    }

    fn sized(id: &[u8], content: &[u8]) -> Vec<u8> {
        [id, &[0x10 | (content.len() >> 24) as u8], &(content.len() as u32).to_be_bytes()[1..], content].concat()
    }

    fn webm(before: &[u8], duration: &[u8], unknown_size: bool) -> Vec<u8> {
        let info = sized(
            &[0x15, 0x49, 0xa9, 0x66],
            &[sized(&[0x2a, 0xd7, 0xb1], &[0x0f, 0x42, 0x40]), duration.to_vec()].concat(),
        );
        let inside = [before, &info].concat();
        let segment = if unknown_size {
            [&[0x18, 0x53, 0x80, 0x67, 0x01], &[0xff; 7][..], &inside].concat()
        } else {
            sized(&[0x18, 0x53, 0x80, 0x67], &inside)
        };
        [sized(&[0x1a, 0x45, 0xdf, 0xa3], &sized(&[0x42, 0x82], b"webm")), segment].concat()
    }

    #[track_caller]
    fn check(head: &[u8], expected: Length) {
        assert_eq!(length(head), expected);
        // With any number of bytes, nothing panics, and no wrong duration is returned.
        for end in 0..head.len() {
            let found = length(&head[..end]);
            assert!(found == expected || !matches!(found, Length::Seconds(_)), "{end}: {found:?}");
            length_later(head, &head[end..]);
        }
    }

    #[test]
    fn reads_the_movie_header_in_both_versions() {
        check(&mp4(&moov(90_000, false, b"")), Length::Seconds(90.0));
        check(&mp4(&moov(120_500, true, b"")), Length::Seconds(120.5));
        let free = boxed(b"free", &[0; 100]);
        check(&mp4(&[free, moov(1_500, false, b"")].concat()), Length::Seconds(1.5));
        let mov = [boxed(b"ftyp", b"qt  \0\0\0\0"), boxed(b"wide", b""), moov(91_000, false, b"")].concat();
        check(&mov, Length::Seconds(91.0));
    }

    #[test]
    fn says_where_a_header_behind_the_data_is() {
        let head = mp4(&[&1_000_000_u32.to_be_bytes(), b"mdat".as_slice(), &[0; 200]].concat());
        let behind = head.len() as u64 - 208 + 1_000_000;
        check(&head, Length::Later(behind));
        assert_eq!(length_later(&head, &moov(95_000, false, b"")), Length::Seconds(95.0));
        let wide = mp4(&[&1_u32.to_be_bytes(), b"mdat".as_slice(), &(5_u64 << 32).to_be_bytes(), &[0; 50]].concat());
        assert_eq!(length(&wide), Length::Later(wide.len() as u64 - 66 + (5 << 32)));
        check(&mp4(&[&0_u32.to_be_bytes(), b"mdat".as_slice(), &[0; 50]].concat()), Length::Unknown);
    }

    #[test]
    fn fragments_have_a_duration_of_their_own() {
        let fragments = boxed(b"mvex", &boxed(b"mehd", &[&[0, 0, 0, 0], &100_000_u32.to_be_bytes()[..]].concat()));
        check(&mp4(&moov(0, false, &fragments)), Length::Seconds(100.0));
        check(&mp4(&moov(0, false, b"")), Length::Unknown);
        check(&mp4(&moov(u64::from(u32::MAX), false, b"")), Length::Unknown);
    }

    #[test]
    fn reads_the_info_of_matroska() {
        let seconds = sized(&[0x44, 0x89], &95_000_f64.to_be_bytes());
        check(&webm(b"", &seconds, false), Length::Seconds(95.0));
        check(&webm(b"", &sized(&[0x44, 0x89], &8_000_f32.to_be_bytes()), true), Length::Seconds(8.0));
        check(&webm(&sized(&[0xec], &[0; 300]), &seconds, true), Length::Seconds(95.0));
        // A live recording has no duration.
        check(&webm(b"", b"", true), Length::Unknown);
        check(
            &webm(&[0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], &seconds, true),
            Length::Unknown,
        );
    }

    #[test]
    fn a_size_that_leads_nowhere_ends_the_search() {
        for size in [2_u32, 7, 8] {
            length(&mp4(&[&size.to_be_bytes(), b"moov".as_slice(), &[0xff; 40]].concat()));
        }
        check(&mp4(&[&1_u32.to_be_bytes(), b"mdat".as_slice(), &[0xff; 8]].concat()), Length::Unknown);
        assert_eq!(length(b"hello, world"), Length::Unknown);
        assert_eq!(length(&[0x1a, 0x45, 0xdf, 0xa3, 0xff]), Length::Unknown);
    }
}
