//! Judging the objects that records refer to.

use std::ops::Range;

use super::duration::{self, Length};
use super::{MediumKind, MediumMet, sniff};
use crate::catalogue::MediaLimits;
use crate::set::{grouped, whole};
use crate::{Code, Finding, Findings};

/// A movie's header is the first thing in a box that tells more; this much holds it with room to spare.
const TAIL: u64 = 4096;

/// What was found at a medium's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediumSeen<'b> {
    /// Nothing.
    Missing,
    /// It may not be read, or it can't be told whether it is there.
    Forbidden,
    /// An object.
    There {
        /// How many bytes it has.
        bytes: u64,
        /// The first of them: as many as [`MediaLimits::head_bytes`] says, or all.
        head: &'b [u8],
        /// Those that [`wanted_behind`] asks for, where it does and they could be read.
        tail: &'b [u8],
    },
}

/// Judges the object at a medium's address, at the place of the record in `file` that refers to it first.
pub fn check_medium(file: &str, medium: &MediumMet, limits: &MediaLimits, seen: MediumSeen) -> Vec<Finding> {
    let finding = |code, message: String, help: &str| at(file, medium, code, message, help);
    let (bytes, head, tail) = match seen {
        MediumSeen::Missing => {
            let message = format!("the {} that this refers to is not there", medium.kind.name());
            return vec![finding(
                Code::MissingMedium,
                message,
                "upload the file, then drop the recipe again; or drop the record",
            )];
        }
        MediumSeen::Forbidden => {
            let message = format!("the {} that this refers to may not be read, if it is there", medium.kind.name());
            let help = "put it into the dataset's folder, or look yourself whether the job's role may read it";
            return vec![finding(Code::UncheckedMedium, message, help)];
        }
        MediumSeen::There { bytes: 0, .. } => {
            let message = format!("the {} that this refers to is empty", medium.kind.name());
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
        let message = format!("the {} has {bytes} bytes, and this model takes at most {most}", medium.kind.name());
        findings.push(finding(Code::MediumTooLarge, message, "compress it, or make it smaller"));
    }
    let is = sniff::format(head);
    let declared: Vec<&str> = match &medium.format {
        Some(format) => vec![format.as_str()],
        None => limits.image_formats.iter().map(String::as_str).collect(),
    };
    if !declared.is_empty() && !declared.iter().any(|format| is.is_some_and(|is| goes_for(is, format))) {
        let is = is.map_or("those of no format that is known here".to_owned(), |is| format!("those of {is}"));
        let wanted = declared.join(" or ");
        let message = format!("the {}'s first bytes are {is}, not of {wanted}", medium.kind.name());
        findings.push(finding(
            Code::MediumOfAnotherType,
            message,
            "write the true format, where the model takes it, or convert the file",
        ));
        return findings;
    }
    if medium.kind == MediumKind::Image && limits.measure() {
        findings.extend(match sniff::size(head) {
            Some(pixels) => size_fault(pixels, limits)
                .map(|message| finding(Code::MediumWrongSize, message, "scale or crop the image")),
            None if bytes > head.len() as u64 => {
                let message =
                    format!("the image's size doesn't show in its first {} bytes", grouped(head.len() as u64));
                Some(finding(
                    Code::UncheckedMedium,
                    message,
                    "look at it yourself, or drop what stands before the picture",
                ))
            }
            None => {
                let message = "the image tells no size: it is broken or cut off".to_owned();
                Some(finding(Code::MediumOfAnotherType, message, "make the file anew"))
            }
        });
    }
    if medium.kind == MediumKind::Image
        && let (Some(least), Some((width, height))) = (limits.side_advised, sniff::size(head))
        && width.min(height) < least
    {
        let has = format!("the image has {} x {} pixels", grouped(width), grouped(height));
        let message =
            format!("{has}, and AWS's SDK for this model takes sides of at least {least}; its pages name no limit");
        findings.push(finding(Code::SmallImage, message, "scale it up, if you can"));
    }
    if medium.kind == MediumKind::Video
        && let (Some(most), Some(seconds)) = (limits.video_seconds, seconds(head, tail))
        && seconds > most as f64
    {
        let message = format!("the video lasts {seconds:.1} seconds, and this model takes at most {}", grouped(most));
        findings.push(finding(Code::VideoTooLong, message, "cut it, or make several records of it"));
    }
    findings
}

/// Which bytes behind the first ones tell how long a video lasts: many cameras write that at the end of the file. `None`
/// where the first ones tell, or nothing does.
pub fn wanted_behind(medium: &MediumMet, limits: &MediaLimits, bytes: u64, head: &[u8]) -> Option<Range<u64>> {
    if medium.kind != MediumKind::Video || limits.video_seconds.is_none() {
        return None;
    }
    match duration::length(head) {
        Length::Behind(from) if from < bytes => Some(from..bytes.min(from + TAIL)),
        _ => None,
    }
}

fn seconds(head: &[u8], tail: &[u8]) -> Option<f64> {
    let told = match duration::length(head) {
        Length::Behind(_) => duration::length_behind(head, tail),
        told => told,
    };
    if let Length::Seconds(seconds) = told { Some(seconds) } else { None }
}

/// Tells every medium that doesn't lie in `bucket`.
pub fn check_buckets(file: &str, media: &[MediumMet], bucket: &str) -> Findings {
    let mut findings = Findings::default();
    let elsewhere = |medium: &&MediumMet| medium.location().is_some_and(|(its, _)| its != bucket);
    for medium in media.iter().filter(elsewhere) {
        let message = format!("the {} lies in another bucket than the records", medium.kind.name());
        let help = "copy the file into the dataset's folder, and write that address";
        findings.push(at(file, medium, Code::MediumInAnotherBucket, message, help));
    }
    findings
}

/// Tells that more media are referred to than are kept.
pub fn check_left(file: &str, left: u64) -> Option<Finding> {
    let message = || {
        let (kept, left) = (grouped(super::MEDIA_KEPT as u64), grouped(left));
        format!("the first {kept} media were looked at, and what {left} more places refer to was not")
    };
    let help = "look at the rest yourself, or make several datasets";
    (left > 0).then(|| whole(Code::UncheckedMedium, file, message(), help.to_owned()))
}

/// A finding at the place that refers to the medium.
fn at(file: &str, medium: &MediumMet, code: Code, message: String, help: &str) -> Finding {
    Finding {
        line: Some(medium.line),
        column: Some(medium.column),
        pointer: medium.pointer.clone(),
        ..whole(code, file, message, help.to_owned())
    }
}

/// Whether an object of format `is` may be declared as `declared`. MP4 came of QuickTime's format, and players take
/// one for the other; a WebM is a Matroska file.
fn goes_for(is: &str, declared: &str) -> bool {
    is == declared || matches!((is, declared), ("mp4", "mov") | ("mov", "mp4") | ("webm", "mkv"))
}

fn size_fault((width, height): (u64, u64), limits: &MediaLimits) -> Option<String> {
    let has = format!("the image has {} x {} pixels", grouped(width), grouped(height));
    let (shorter, longer) = (width.min(height), width.max(height));
    let under = |least: &u64| shorter < *least;
    let over = |most: &u64| longer > *most;
    if let Some(least) = limits.side_min.filter(under) {
        return Some(format!("{has}, and this model takes sides of at least {}", grouped(least)));
    }
    if let Some(most) = limits.side_max.filter(over) {
        return Some(format!("{has}, and this model takes sides of at most {}", grouped(most)));
    }
    if let Some(most) = limits.pixels_max.filter(|most| width * height > *most) {
        return Some(format!("{has}, and this model takes at most {} in all", grouped(most)));
    }
    let ratio = limits.ratio_max.filter(|most| longer > shorter.saturating_mul(*most))?;
    Some(format!("{has}, and this model takes one side at most {ratio} times as long as the other"))
}
