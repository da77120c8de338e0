//! Images, videos and documents in a record. A later pass checks the objects themselves.

use super::blocks::refuse;
use super::modality_count::ModalityCount;
use super::object;
use super::text_kind;
use super::turns::Speaker;
use crate::Code;
use crate::catalogue::MediaFormats;
use crate::json::{Member, Node, Value, field};
use crate::media::{MediumKind, MediumMet};
use crate::pointer::At;
use crate::record_checker::RecordChecker;

/// A kind of medium, and what the model takes of it here.
pub(super) struct Medium<'m> {
    kind: MediumKind,
    key: &'static str,
    plural: &'static str,
    formats: &'m [String],
    /// Those that one page takes and another leaves out, and which pages those are.
    disputed: (&'m [String], &'m str),
    most: Option<u64>,
    speaker: Option<Speaker>,
}

impl<'m> Medium<'m> {
    pub(super) fn image(taken: &'m MediaFormats, speaker: Option<Speaker>) -> Medium<'m> {
        let (formats, most) = (taken.images.as_slice(), taken.images_max);
        let disputed = (taken.images_disputed.as_slice(), taken.disputed_by.as_str());
        Medium { kind: MediumKind::Image, key: "image", plural: "images", formats, disputed, most, speaker }
    }

    pub(super) fn video(taken: &'m MediaFormats, speaker: Option<Speaker>) -> Medium<'m> {
        let (formats, most) = (taken.videos.as_slice(), taken.videos_max);
        let disputed = (taken.videos_disputed.as_slice(), taken.disputed_by.as_str());
        Medium { kind: MediumKind::Video, key: "video", plural: "videos", formats, disputed, most, speaker }
    }

    pub(super) fn document(taken: &'m MediaFormats, speaker: Option<Speaker>) -> Medium<'m> {
        let (formats, disputed) = (taken.documents.as_slice(), (&[][..], ""));
        Medium {
            kind: MediumKind::Document,
            key: "document",
            plural: "documents",
            formats,
            disputed,
            most: None,
            speaker,
        }
    }
}

/// Checks `{"image": {"format": …, "source": {"s3Location": {"uri": …}}}}` and its likes.
pub(super) fn check_media_block(
    checker: &mut RecordChecker,
    member: &Member,
    at: At,
    medium: &Medium,
    seen: &mut ModalityCount,
) {
    let plural = medium.plural;
    if medium.formats.is_empty() {
        return refuse(checker, member, at, &format!("{plural} can't be used to customize this model"));
    }
    if medium.speaker == Some(Speaker::Assistant) {
        return refuse(checker, member, at, &format!("{plural} aren't allowed in an assistant message"));
    }
    seen.note(checker, medium.kind, medium.most, member.start, &at.to_string());
    let at = at.key(medium.key);
    let Some(members) = object(checker, &member.node, at) else { return };
    checker.unknown_keys(members, &["format", "source", "name"], at);
    let format = checker.required("format", members, &member.node, at);
    let format = format.and_then(|format| check_format(checker, format, at.key("format"), medium));
    if let Some(source) = checker.required("source", members, &member.node, at) {
        check_source(checker, source, at.key("source"), medium.kind, format);
    }
}

/// The format, if the model takes it.
fn check_format<'m>(checker: &mut RecordChecker, node: &Node, at: At, medium: &Medium<'m>) -> Option<&'m str> {
    let Value::Text(format) = &node.value else {
        checker.wrong_type(node, at, "a string");
        return None;
    };
    let known = medium.formats.iter().find(|known| *known == format);
    let (disputed, by) = medium.disputed;
    if let Some(disputed) = disputed.iter().find(|disputed| *disputed == format) {
        let message = format!("AWS's pages disagree on `{disputed}`: {by}");
        let help = format!("convert it to one of {} to be safe", medium.formats.join(", "));
        checker.report(Code::SourcesDisagree, node, at, message, help);
        return Some(disputed);
    }
    if known.is_none() {
        let message = format!("the model doesn't accept {} of this format", medium.plural);
        let help = format!("use one of {}", medium.formats.join(", "));
        checker.report(Code::UnsupportedMediaFormat, node, at, message, help);
    }
    known.map(String::as_str)
}

fn check_source(checker: &mut RecordChecker, node: &Node, at: At, kind: MediumKind, format: Option<&str>) {
    let Some(members) = object(checker, node, at) else { return };
    if let Some(bytes) = members.iter().find(|member| member.key == "bytes") {
        let help = "upload the file to the dataset's bucket, and write its address under `s3Location`";
        return checker.noted.push(
            Code::UnsupportedContent,
            bytes.start,
            at.to_string(),
            "expected an S3 address, found the media's bytes",
            help,
        );
    }
    checker.unknown_keys(members, &["s3Location"], at);
    let Some(location) = checker.required("s3Location", members, node, at) else { return };
    let at = at.key("s3Location");
    let Some(members) = object(checker, location, at) else { return };
    checker.unknown_keys(members, &["uri", "bucketOwner"], at);
    if let Some(uri) = checker.required("uri", members, location, at) {
        check_uri(checker, uri, at.key("uri"), kind, format);
    }
    // Null is no owner to the checkers for Nova, as `nulls` has it.
    let is_absent = |owner: &Node| checker.training.any_schema_version && matches!(owner.value, Value::Null);
    if let Some(owner) = field(members, "bucketOwner").filter(|owner| !is_absent(owner)) {
        check_owner(checker, owner, at.key("bucketOwner"));
    }
}

/// Checks the address of a medium, and notes it for the later pass.
pub(super) fn check_uri(checker: &mut RecordChecker, node: &Node, at: At, kind: MediumKind, format: Option<&str>) {
    let Value::Text(uri) = &node.value else {
        return checker.wrong_type(node, at, "a string");
    };
    checker.add_text(text_kind::MEDIA, uri.as_bytes());
    // The Nova guide allows fewer characters in the names of media than the S3Uri pattern does.
    let narrow = |byte: u8| byte.is_ascii_alphanumeric() || b"_-/.".contains(&byte);
    let odd = uri.bytes().skip("s3://".len()).find(|byte| !narrow(*byte));
    let fault = crate::s3_uri_fault(uri)
        .or_else(|| {
            odd.map(|odd| {
                format!("its key has `{}`, and media keys allow only letters, digits and `_ - / .`", odd as char)
            })
        })
        .or_else(|| uri.ends_with('/').then(|| "it ends with a slash, as a folder does".to_owned()))
        .or_else(|| (uri.matches('/').count() < 3).then(|| "it names a bucket without a key".to_owned()));
    if let Some(fault) = fault {
        let help = crate::uri::help(uri);
        return checker.report(Code::InvalidS3Uri, node, at, format!("invalid S3 address: {fault}"), help);
    }
    if let Some((code, message)) = checker.media_folder.and_then(|folder| folder.fault(uri, kind)) {
        let help = "copy the file to the dataset's folder, and write the new address";
        return checker.report(code, node, at, message, help);
    }
    let (format, column) = (format.map(str::to_owned), (checker.noted.before + node.start) as u64 + 1);
    let (uri, pointer) = (uri.clone().into_owned(), at.to_string());
    checker.media.push(MediumMet { kind, uri, format, line: 0, column, pointer });
}

fn check_owner(checker: &mut RecordChecker, node: &Node, at: At) {
    let Value::Text(owner) = &node.value else {
        return checker.wrong_type(node, at, "a string of twelve digits");
    };
    if owner.len() != 12 || !owner.bytes().all(|byte| byte.is_ascii_digit()) {
        checker.report(
            Code::InvalidBucketOwner,
            node,
            at,
            "expected an account ID of twelve digits as `bucketOwner`",
            "write the twelve digits, or remove the key",
        );
    }
}
