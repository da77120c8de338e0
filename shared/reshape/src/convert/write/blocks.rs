//! Writes `bedrock-conversation-2024`.

use tunedrop_validation::catalogue::{MediaFormats, MediaLimits};
use tunedrop_validation::s3_uri_fault;

use super::super::LeftOut;
use super::super::dialogue::{Dialogue, Part, Speaker, Stored, Turn};
use super::super::pictures::Pictures;
use super::{NO_IMAGE, NO_REASONING, json, list, message, object};

/// The content besides text that the model accepts.
pub(super) struct Taken<'t> {
    pub(super) media: &'t MediaFormats,
    pub(super) limits: &'t MediaLimits,
}

/// Writes a conversation that may have images, videos and reasoning. Images that the record contains go to `pictures`.
pub(super) fn conversation(dialogue: &Dialogue, taken: &Taken, pictures: &mut Pictures) -> Result<String, LeftOut> {
    check_media(dialogue, taken)?;
    let written = write(dialogue, &mut |part, speaker| block(part, speaker, taken, pictures));
    if written.is_err() {
        pictures.undo();
    }
    written
}

/// Writes a conversation of text, for distillation.
pub(super) fn text_only(dialogue: &Dialogue) -> Result<String, LeftOut> {
    let media = MediaFormats::default();
    let taken = Taken { media: &media, limits: &MediaLimits::default() };
    write(dialogue, &mut |part, speaker| block(part, speaker, &taken, &mut Pictures::default()))
}

fn write(
    dialogue: &Dialogue,
    block: &mut dyn FnMut(&Part, Speaker) -> Result<String, LeftOut>,
) -> Result<String, LeftOut> {
    let mut members = vec![("schemaVersion", json("bedrock-conversation-2024"))];
    if !dialogue.system.is_empty() {
        members.push(("system", list(&[text(&dialogue.system.join("\n\n"))])));
    }
    let mut turn = |turn: &Turn| {
        let blocks: Result<Vec<String>, LeftOut> = turn.parts.iter().map(|part| block(part, turn.speaker)).collect();
        Ok(message(turn.speaker.role(), list(&blocks?)))
    };
    let turns: Result<Vec<String>, LeftOut> = dialogue.turns.iter().map(&mut turn).collect();
    members.push(("messages", list(&turns?)));
    Ok(object(&members))
}

fn text(said: &str) -> String {
    object(&[("text", json(said))])
}

/// Checks the number of media, and lists the images that must be downloaded.
fn check_media(dialogue: &Dialogue, taken: &Taken) -> Result<(), LeftOut> {
    let parts = || dialogue.turns.iter().flat_map(|turn| &turn.parts);
    let takes_images = !taken.media.images.is_empty();
    let links: Vec<String> = parts()
        .filter_map(|part| match part {
            Part::Link(link) if takes_images => Some(link.clone()),
            _ => None,
        })
        .collect();
    if !links.is_empty() {
        let why = "it links to images, and nothing is downloaded: put them into the record as data URLs, or into S3";
        return Err(LeftOut { why: why.into(), links, at: None });
    }
    let is_video = |part: &&Part| matches!(part, Part::Stored(stored) if stored.kind == "video");
    let is_image = |part: &&Part| matches!(part, Part::Image(_) | Part::Stored(_)) && !is_video(part);
    let (images, videos) = (parts().filter(is_image).count() as u64, parts().filter(is_video).count() as u64);
    if let Some(most) = taken.media.images_max.filter(|most| images > *most && takes_images) {
        return Err(format!("it has {images} images, and this model takes {most} in a record").into());
    }
    if let Some(most) = taken.media.videos_max.filter(|most| videos > *most) {
        return Err(format!("it has {videos} videos, and this model takes {most} in a record").into());
    }
    if images > 0 && videos > 0 {
        return Err("it has images and videos, and a record takes one kind".into());
    }
    Ok(())
}

fn block(part: &Part, speaker: Speaker, taken: &Taken, pictures: &mut Pictures) -> Result<String, LeftOut> {
    let is_medium = !matches!(part, Part::Text(_) | Part::Reasoning(_));
    if is_medium && speaker == Speaker::Assistant {
        return Err("an assistant message has an image or a video".into());
    }
    match part {
        Part::Text(said) => Ok(text(said)),
        Part::Reasoning(_) if !taken.media.reasoning => Err(NO_REASONING.into()),
        Part::Reasoning(_) if speaker == Speaker::User => Err("a user message has reasoning".into()),
        Part::Reasoning(said) => {
            let inside = object(&[("reasoningText", text(said))]);
            Ok(object(&[("reasoningContent", inside)]))
        }
        Part::Stored(stored) => self::stored(stored, taken),
        Part::Image(_) | Part::Link(_) if taken.media.images.is_empty() => Err(NO_IMAGE.into()),
        Part::Image(bytes) => {
            let (format, uri) = pictures.add(bytes.clone(), taken.media, taken.limits)?;
            Ok(medium("image", format, &uri, None))
        }
        Part::Link(_) => Err("it links to an image, and nothing is downloaded".into()),
    }
}

fn stored(stored: &Stored, taken: &Taken) -> Result<String, LeftOut> {
    let Stored { kind, format, uri, owner } = stored;
    let (formats, disputed) = match *kind {
        "video" => (&taken.media.videos, &taken.media.videos_disputed),
        _ => (&taken.media.images, &taken.media.images_disputed),
    };
    if formats.is_empty() {
        return Err(
            format!("it has {} {kind}, and this model takes none", if *kind == "image" { "an" } else { "a" }).into()
        );
    }
    if !formats.iter().chain(disputed).any(|taken| taken == format) {
        return Err(format!("the `format` of its {kind} is none of {}", formats.join(", ")).into());
    }
    if let Some(fault) = s3_uri_fault(uri) {
        return Err(format!("the address of its {kind} can't be used: {fault}").into());
    }
    Ok(medium(kind, format, uri, owner.as_deref()))
}

fn medium(kind: &str, format: &str, uri: &str, owner: Option<&str>) -> String {
    let mut place = vec![("uri", json(uri))];
    place.extend(owner.map(|owner| ("bucketOwner", json(owner))));
    let source = object(&[("s3Location", object(&place))]);
    object(&[(kind, object(&[("format", json(format)), ("source", source)]))])
}
