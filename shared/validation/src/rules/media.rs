//! Images, videos and documents: what the record says of them. What they hold is for a later pass.

use super::blocks::refuse;
use super::object;
use super::said;
use super::seen::Seen;
use super::turns::Speaker;
use crate::Code;
use crate::catalogue::MediaFormats;
use crate::json::{Member, Node, Value, field};
use crate::media::{MediumKind, MediumMet};
use crate::pointer::At;
use crate::sheet::Sheet;

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

/// Judges `{"image": {"format": …, "source": {"s3Location": {"uri": …}}}}` and its likes.
pub(super) fn judge_medium(sheet: &mut Sheet, member: &Member, at: At, medium: &Medium, seen: &mut Seen) {
    let plural = medium.plural;
    if medium.formats.is_empty() {
        return refuse(sheet, member, at, &format!("{plural} can't be used to customize this model"));
    }
    if medium.speaker == Some(Speaker::Assistant) {
        return refuse(sheet, member, at, &format!("{plural} can't stand in the assistant's turn"));
    }
    seen.note(sheet, medium.kind, medium.most, member.start, &at.to_string());
    let at = at.key(medium.key);
    let Some(members) = object(sheet, &member.node, at) else { return };
    sheet.unknown_keys(members, &["format", "source", "name"], at);
    let format = sheet.required("format", members, &member.node, at);
    let format = format.and_then(|format| judge_format(sheet, format, at.key("format"), medium));
    if let Some(source) = sheet.required("source", members, &member.node, at) {
        judge_source(sheet, source, at.key("source"), medium.kind, format);
    }
}

/// The format, if the model takes it.
fn judge_format<'m>(sheet: &mut Sheet, node: &Node, at: At, medium: &Medium<'m>) -> Option<&'m str> {
    let Value::Text(format) = &node.value else {
        sheet.wrong_type(node, at, "a text");
        return None;
    };
    let known = medium.formats.iter().find(|known| *known == format);
    let (disputed, by) = medium.disputed;
    if let Some(disputed) = disputed.iter().find(|disputed| *disputed == format) {
        let message = format!("AWS's pages disagree on `{disputed}`: {by}");
        let help = format!("convert it to one of {} to be safe", medium.formats.join(", "));
        sheet.fault(Code::SourcesDisagree, node, at, message, help);
        return Some(disputed);
    }
    if known.is_none() {
        let message = format!("this is no format of {} that the model takes", medium.plural);
        let help = format!("use one of {}", medium.formats.join(", "));
        sheet.fault(Code::UnsupportedMediaFormat, node, at, message, help);
    }
    known.map(String::as_str)
}

fn judge_source(sheet: &mut Sheet, node: &Node, at: At, kind: MediumKind, format: Option<&str>) {
    let Some(members) = object(sheet, node, at) else { return };
    if let Some(bytes) = members.iter().find(|member| member.key == "bytes") {
        let help = "upload the file to the dataset's bucket, and write its address under `s3Location`";
        return sheet.faults.push(
            Code::UnsupportedContent,
            bytes.start,
            at.to_string(),
            "media can't stand in the record itself",
            help,
        );
    }
    sheet.unknown_keys(members, &["s3Location"], at);
    let Some(location) = sheet.required("s3Location", members, node, at) else { return };
    let at = at.key("s3Location");
    let Some(members) = object(sheet, location, at) else { return };
    sheet.unknown_keys(members, &["uri", "bucketOwner"], at);
    if let Some(uri) = sheet.required("uri", members, location, at) {
        judge_uri(sheet, uri, at.key("uri"), kind, format);
    }
    // Null is no owner to the checkers for Nova, as `nulls` has it.
    let is_absent = |owner: &Node| sheet.training.any_schema_version && matches!(owner.value, Value::Null);
    if let Some(owner) = field(members, "bucketOwner").filter(|owner| !is_absent(owner)) {
        judge_owner(sheet, owner, at.key("bucketOwner"));
    }
}

/// Judges the address of a medium, and notes it for whoever will look there.
pub(super) fn judge_uri(sheet: &mut Sheet, node: &Node, at: At, kind: MediumKind, format: Option<&str>) {
    let Value::Text(uri) = &node.value else {
        return sheet.wrong_type(node, at, "a text");
    };
    sheet.says(said::MEDIA, uri.as_bytes());
    // The Nova guide allows fewer characters in the names of media than the S3Uri pattern does.
    let narrow = |byte: u8| byte.is_ascii_alphanumeric() || b"_-/.".contains(&byte);
    let odd = uri.bytes().skip("s3://".len()).find(|byte| !narrow(*byte));
    let fault = crate::s3_uri_fault(uri)
        .or_else(|| {
            odd.map(|odd| format!("its key has `{}`, and media take letters, digits and `_ - / .` only", odd as char))
        })
        .or_else(|| uri.ends_with('/').then(|| "it ends with a slash, as a folder does".to_owned()))
        .or_else(|| (uri.matches('/').count() < 3).then(|| "it names a bucket, and no file in it".to_owned()));
    if let Some(fault) = fault {
        let help = "copy the file to a key of letters, digits and `_ - / .`, and write that address";
        return sheet.fault(Code::InvalidS3Uri, node, at, format!("Bedrock refuses this address: {fault}"), help);
    }
    if let Some((code, message)) = sheet.media_folder.and_then(|folder| folder.fault(uri, kind)) {
        let help = "copy the file into the dataset's folder, and write that address";
        return sheet.fault(code, node, at, message, help);
    }
    let (format, column) = (format.map(str::to_owned), (sheet.faults.before + node.start) as u64 + 1);
    let (uri, pointer) = (uri.clone().into_owned(), at.to_string());
    sheet.media.push(MediumMet { kind, uri, format, line: 0, column, pointer });
}

fn judge_owner(sheet: &mut Sheet, node: &Node, at: At) {
    let Value::Text(owner) = &node.value else {
        return sheet.wrong_type(node, at, "a text of twelve digits");
    };
    if owner.len() != 12 || !owner.bytes().all(|byte| byte.is_ascii_digit()) {
        sheet.fault(
            Code::InvalidBucketOwner,
            node,
            at,
            "`bucketOwner` is not an account id of twelve digits",
            "write the twelve digits, or leave it out",
        );
    }
}
