//! Checks of the images, videos and documents that records refer to.

use std::ops::Range;

use super::duration::{self, Length};
use super::{MediumKind, MediumMet, sniff};
use crate::catalogue::MediaLimits;
use crate::set::{grouped, whole};
use crate::{Code, Finding, Findings};

/// The number of bytes that are read at the later position. A movie header is at the beginning of its box, and is much
/// shorter than this.
const TAIL: u64 = 4096;

/// The object at a medium's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediumSeen<'b> {
    /// There is no object.
    Missing,
    /// Access is denied, so it isn't known whether the object exists.
    Forbidden,
    /// The object exists.
    There {
        /// Its size in bytes.
        bytes: u64,
        /// Its first bytes: [`MediaLimits::head_bytes`] of them, or all.
        head: &'b [u8],
        /// The bytes in the range that [`wanted_behind`] returns. Empty if it returns none, or if they can't be read.
        tail: &'b [u8],
    },
}

/// Checks the object at a medium's address. Findings have the location of the first reference in `file`.
pub fn check_medium(file: &str, medium: &MediumMet, limits: &MediaLimits, seen: MediumSeen) -> Vec<Finding> {
    let finding = |code, message: String, help: &str| at(file, medium, code, message, help);
    let (bytes, head, tail) = match seen {
        MediumSeen::Missing => {
            let message = format!("the {} at this address doesn't exist", medium.kind.name());
            return vec![finding(
                Code::MissingMedium,
                message,
                "upload the file, then upload the recipe again; or remove the record",
            )];
        }
        MediumSeen::Forbidden => {
            let message =
                format!("access to the {} at this address is denied, so it wasn't checked", medium.kind.name());
            let help = "put it into the dataset's folder, or check yourself that the job's role can read it";
            return vec![finding(Code::UncheckedMedium, message, help)];
        }
        MediumSeen::There { bytes: 0, .. } => {
            let message = format!("the {} at this address is empty", medium.kind.name());
            return vec![finding(Code::MissingMedium, message, "upload the file again")];
        }
        MediumSeen::There { bytes, head, tail } => (bytes, head, tail),
    };
    let mut findings = Vec::new();
    let most = match medium.kind {
        MediumKind::Image => limits.image_bytes,
        MediumKind::Video => limits.video_bytes,
        MediumKind::Document => None,
    };
    if let Some(most) = most.filter(|most| bytes > *most) {
        let (bytes, most) = (grouped(bytes), grouped(most));
        let message = format!("the {} has {bytes} bytes, and this model accepts at most {most}", medium.kind.name());
        findings.push(finding(Code::MediumTooLarge, message, "compress it, or reduce its size"));
    }
    let is = sniff::format(head);
    let declared: Vec<&str> = match &medium.format {
        Some(format) => vec![format.as_str()],
        None => limits.image_formats.iter().map(String::as_str).collect(),
    };
    if is.is_none() && head.len() as u64 == bytes && sniff::is_beginning(head) {
        let message = format!("the {} is truncated: it has only {} bytes", medium.kind.name(), grouped(bytes));
        findings.push(finding(Code::MediumOfAnotherType, message, "upload the file again"));
        return findings;
    }
    if !declared.is_empty() && !declared.iter().any(|format| is.is_some_and(|is| may_be_declared_as(is, format))) {
        let is = is.map_or("those of an unknown format".to_owned(), |is| format!("those of {is}"));
        let wanted = declared.join(" or ");
        let message = format!("the {}'s first bytes are {is}, not of {wanted}", medium.kind.name());
        findings.push(finding(
            Code::MediumOfAnotherType,
            message,
            "write the file's real format if the model accepts it, or convert the file",
        ));
        return findings;
    }
    if medium.kind == MediumKind::Image && limits.measure() {
        findings.extend(match sniff::size(head) {
            Some(pixels) => size_fault(pixels, limits)
                .map(|message| finding(Code::MediumWrongSize, message, "scale or crop the image")),
            None if bytes > head.len() as u64 => {
                let message = format!(
                    "the image's first {} bytes don't contain its size, so it wasn't checked",
                    grouped(head.len() as u64)
                );
                Some(finding(
                    Code::UncheckedMedium,
                    message,
                    "check the size yourself, or remove metadata from the beginning of the file",
                ))
            }
            None => {
                let message = "the image is truncated or damaged: its header ends before the size".to_owned();
                Some(finding(Code::MediumOfAnotherType, message, "upload the file again, or create it again"))
            }
        });
    }
    if medium.kind == MediumKind::Image
        && let (Some(least), Some((width, height))) = (limits.side_advised, sniff::size(head))
        && width.min(height) < least
    {
        let has = format!("the image has {} x {} pixels", grouped(width), grouped(height));
        let message = format!(
            "{has}, and AWS's SDK for this model requires sides of at least {least}; AWS's pages give no limit"
        );
        findings.push(finding(Code::SmallImage, message, "scale the image up, if you can"));
    }
    if medium.kind == MediumKind::Video
        && let (Some(most), Some(seconds)) = (limits.video_seconds, seconds(head, tail))
        && seconds > most as f64
    {
        let (seconds, most) = (shown_above(seconds, most as f64), grouped(most));
        let message = format!("the video is {seconds} seconds long, and this model accepts at most {most}");
        findings.push(finding(Code::VideoTooLong, message, "shorten the video, or split it into several records"));
    }
    findings
}

/// Formats a number above `limit`, with enough digits that it differs from the limit.
fn shown_above(number: f64, limit: f64) -> String {
    let mut rounded = (1..=6).map(|digits| format!("{number:.digits$}"));
    let is_above = |text: &String| text.parse::<f64>().is_ok_and(|shown| shown > limit);
    rounded.find(is_above).unwrap_or_else(|| number.to_string())
}

/// Returns the range of bytes that contains a video's duration, if that isn't in the first bytes: many cameras write it
/// at the end of the file. `None` if the first bytes contain it, or if no bytes do.
pub fn wanted_behind(medium: &MediumMet, limits: &MediaLimits, bytes: u64, head: &[u8]) -> Option<Range<u64>> {
    if medium.kind != MediumKind::Video || limits.video_seconds.is_none() {
        return None;
    }
    match duration::length(head) {
        Length::Later(from) if from < bytes => Some(from..bytes.min(from + TAIL)),
        _ => None,
    }
}

fn seconds(head: &[u8], tail: &[u8]) -> Option<f64> {
    let found = match duration::length(head) {
        Length::Later(_) => duration::length_later(head, tail),
        found => found,
    };
    if let Length::Seconds(seconds) = found { Some(seconds) } else { None }
}

/// Reports each medium that isn't in `bucket`.
pub fn check_buckets(file: &str, media: &[MediumMet], bucket: &str) -> Findings {
    let mut findings = Findings::default();
    let elsewhere = |medium: &&MediumMet| medium.location().is_some_and(|(its, _)| its != bucket);
    for medium in media.iter().filter(elsewhere) {
        let message = format!("the {} is in another bucket than the records", medium.kind.name());
        let help = "copy the file to the dataset's folder, and write the new address";
        findings.push(at(file, medium, Code::MediumInAnotherBucket, message, help));
    }
    findings
}

/// Reports that the file refers to more media than are checked.
pub fn check_left(file: &str, left: u64) -> Option<Finding> {
    let message = || {
        let (kept, left) = (grouped(super::MEDIA_KEPT as u64), grouped(left));
        format!("only the first {kept} media were checked; {left} more references weren't")
    };
    let help = "check the rest yourself, or split the dataset";
    (left > 0).then(|| whole(Code::UncheckedMedium, file, message(), help.to_owned()))
}

/// Returns a finding with the location of the first reference to the medium.
fn at(file: &str, medium: &MediumMet, code: Code, message: String, help: &str) -> Finding {
    Finding {
        line: Some(medium.line),
        column: Some(medium.column),
        pointer: medium.pointer.clone(),
        ..whole(code, file, message, help.to_owned())
    }
}

/// Whether an object of format `is` may be declared as `declared`. MP4 is based on QuickTime's format, and players
/// accept either under both names. A WebM file is a Matroska file.
fn may_be_declared_as(is: &str, declared: &str) -> bool {
    is == declared || matches!((is, declared), ("mp4", "mov") | ("mov", "mp4") | ("webm", "mkv"))
}

fn size_fault((width, height): (u64, u64), limits: &MediaLimits) -> Option<String> {
    let has = format!("the image has {} x {} pixels", grouped(width), grouped(height));
    let (shorter, longer) = (width.min(height), width.max(height));
    let under = |least: &u64| shorter < *least;
    let over = |most: &u64| longer > *most;
    if let Some(least) = limits.side_min.filter(under) {
        return Some(format!("{has}, and this model requires sides of at least {}", grouped(least)));
    }
    if let Some(most) = limits.side_max.filter(over) {
        return Some(format!("{has}, and this model accepts sides of at most {}", grouped(most)));
    }
    if let Some(most) = limits.pixels_max.filter(|most| width * height > *most) {
        return Some(format!("{has}, and this model accepts at most {} in total", grouped(most)));
    }
    let ratio = limits.ratio_max.filter(|most| longer > shorter.saturating_mul(*most))?;
    Some(format!("{has}, and this model accepts an aspect ratio of at most {ratio} to 1"))
}

#[cfg(test)]
mod tests {
    use super::shown_above;

    #[test]
    fn a_number_above_a_limit_is_shown_as_such() {
        for (number, shown) in [(90.001, "90.001"), (90.04, "90.04"), (90.1, "90.1"), (120.26, "120.3")] {
            assert_eq!(shown_above(number, 90.0), shown);
        }
        assert!(shown_above(90.0 + 1e-9, 90.0).parse::<f64>().is_ok_and(|shown| shown > 90.0));
    }
}
