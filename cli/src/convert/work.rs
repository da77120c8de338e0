//! Converts the records, and collects the results.

mod reserved;

use std::borrow::Cow;
use std::path::Path;

use anyhow::bail;
use tunedrop_report::shell;
use tunedrop_reshape::{Dropped, Notes, Pictures, Source, convert as convert_record};
use tunedrop_validation::{Training, grouped};

use self::reserved::ReservedStrings;
use super::files::Images;
use super::{ConvertArgs, media_folder, openai};
use crate::catalogue::Rules;
use crate::format::{counted, visible};
use crate::placeholders::filled;
use crate::reshape;
use crate::write::Output;

/// Most links that are printed; the rest are counted.
const LINKS_SHOWN: usize = 50;

/// Most characters of a link that are shown.
const LINK_MAX: usize = 200;

/// The result of a conversion.
pub(crate) struct Conversion {
    /// Records in the output. None is written if this is 0.
    pub(crate) written: u64,
    /// Of those, the ones that were in the model's format already.
    pub(crate) copied: u64,
    pub(crate) left_out: u64,
    pub(crate) images: u64,
    /// Whether an array has no closing bracket.
    pub(crate) is_incomplete: bool,
}

impl Conversion {
    /// Whether the output may lack records of the input.
    pub(crate) fn is_partial(&self) -> bool {
        self.left_out > 0 || self.is_incomplete
    }
}

/// The conversion of a file in progress.
pub(super) struct Work<'c> {
    args: &'c ConvertArgs,
    training: &'c Training,
    source: Option<Source>,
    output: Output,
    pictures: Pictures,
    images: Images<'c>,
    written: u64,
    copied: u64,
    left_out: u64,
    notes: Notes,
    reasons: Notes,
    dropped: Dropped,
    links: Vec<(u64, String)>,
    more_links: u64,
    reserved: ReservedStrings,
    /// Whether the records are OpenAI's.
    pub(super) is_openai: bool,
}

impl<'c> Work<'c> {
    pub(super) fn new(args: &'c ConvertArgs, training: &'c Training) -> anyhow::Result<Work<'c>> {
        let stem = args.output.file_stem().unwrap_or_default().to_string_lossy();
        Ok(Work {
            args,
            training,
            source: args.from.source(),
            pictures: Pictures::new(media_folder(args)?, &stem),
            output: Output::new(&args.output, &args.input, args.force)?,
            images: Images::beside(&args.output, &args.input, args.force),
            written: 0,
            copied: 0,
            left_out: 0,
            notes: Notes::default(),
            reasons: Notes::default(),
            dropped: Dropped::default(),
            links: Vec::new(),
            more_links: 0,
            reserved: ReservedStrings::new(training),
            is_openai: false,
        })
    }

    /// Converts the record `number`, or notes why it is left out.
    ///
    /// `begun` is the line and the column that it begins at, if the file is a text.
    pub(super) fn take(
        &mut self,
        number: u64,
        begun: Option<(u64, u64)>,
        record: Result<&str, String>,
    ) -> anyhow::Result<()> {
        let converted = match record {
            Ok(record) => convert_record(record, self.source, self.training, &mut self.pictures),
            Err(why) => Err(why.into()),
        };
        match converted {
            Ok(converted) => {
                converted.notes.into_iter().for_each(|note| self.notes.add(number, note));
                self.dropped.add(converted.dropped);
                self.written += 1;
                self.copied += u64::from(converted.source.is_none());
                self.is_openai |= converted.is_openai;
                for picture in self.pictures.take() {
                    self.images.add(&picture)?;
                }
                self.reserved.look_in(&converted.line, self.training);
                self.output.line(converted.line.as_bytes())
            }
            Err(left_out) => {
                self.left_out += 1;
                let why = self.filled(left_out.why);
                match (left_out.at, begun) {
                    (Some((below, column)), Some((line, begun))) => {
                        let column = if below == 1 { begun + column - 1 } else { column };
                        self.reasons.add(number, format!("line {}, column {column}: {}", line + below - 1, why));
                    }
                    _ => self.reasons.add(number, why),
                }
                for link in left_out.links {
                    if self.links.len() < LINKS_SHOWN {
                        self.links.push((number, shown(&link)));
                    } else {
                        self.more_links += 1;
                    }
                }
                Ok(())
            }
        }
    }

    /// A reason with the file's name in the commands that it has.
    fn filled(&self, why: Cow<'static, str>) -> Cow<'static, str> {
        if !why.contains('`') {
            return why;
        }
        let input = (self.args.input != Path::new("-")).then_some(self.args.input.as_path());
        filled(&why, input, &reshape::model_options(&self.args.model, self.args.customization)).into()
    }

    /// Completes the files. `notes` gets the lines to print, also if there is an error.
    pub(super) fn finish(self, rules: &Rules, cut_off: bool, notes: &mut Vec<String>) -> anyhow::Result<Conversion> {
        notes.extend(reshape::note_lines(&self.reasons, "left out: record").iter().map(|line| format!("  {line}")));
        self.note_links(notes);
        notes.extend(reshape::note_lines(&self.notes, "changed: record").iter().map(|line| format!("  {line}")));
        self.note_dropped(notes);
        if cut_off {
            notes.push("  the array has no closing bracket: the file may be incomplete".to_owned());
        }
        let (input, output) = (self.args.input.display(), self.args.output.display());
        let mut done = Conversion {
            written: self.written,
            copied: self.copied,
            left_out: self.left_out,
            images: 0,
            is_incomplete: cut_off,
        };
        if self.written == 0 {
            if self.left_out == 0 {
                bail!("{input} has no records, so nothing was written");
            }
            notes.push(format!("no record of {input} could be converted, so nothing was written"));
            return Ok(done);
        }
        let images = self.images.finish()?;
        self.output.finish()?;
        done.images = images.keep();
        let (written, name) = (counted(self.written, "record"), rules.model.name.as_str());
        let copied = match self.copied {
            0 => String::new(),
            copied => format!(", {} already in its format", grouped(copied)),
        };
        notes.push(format!("{written} for {name} written to {output}{copied}; {} left out", grouped(self.left_out)));
        let reserved = self.reserved.count();
        if reserved > 0 {
            let model_options = reshape::model_options(&self.args.model, self.args.customization);
            let found = counted(reserved, "reserved string");
            let out = shell(&self.args.output.to_string_lossy());
            notes.push(format!("{found} in {output}, which Bedrock rejects: run tunedrop check {out} {model_options}"));
        }
        if done.images > 0 {
            let folder = visible(self.args.media.as_deref().unwrap_or_default());
            notes.push(format!("{} written to the same folder, for {folder}", counted(done.images, "image")));
        }
        if self.is_openai {
            notes.extend(openai::hyperparameters(rules).lines().map(str::to_owned));
        }
        Ok(done)
    }

    fn note_links(&self, notes: &mut Vec<String>) {
        if !self.links.is_empty() {
            notes.push("  images to download:".to_owned());
        }
        notes.extend(self.links.iter().map(|(number, link)| format!("    record {number}: {link}")));
        if self.more_links > 0 {
            notes.push(format!("    … and {} more", grouped(self.more_links)));
        }
    }

    fn note_dropped(&self, notes: &mut Vec<String>) {
        for (records, keys) in self.dropped.by_count() {
            let keys: Vec<String> = keys.into_iter().map(|key| format!("`{}`", visible(key))).collect();
            let (word, each) = if keys.len() == 1 { ("key", "") } else { ("keys", " each") };
            notes.push(format!("  dropped the {word} {} of {}{each}", keys.join(", "), counted(records, "record")));
        }
        if self.dropped.more > 0 {
            notes.push(format!("  dropped other keys as well, {}", counted(self.dropped.more, "time")));
        }
    }
}

/// A link without parts that may be secret, safe to print.
fn shown(link: &str) -> String {
    let address = link.split(['?', '#']).next().unwrap_or_default();
    let address = match (address.split_once("://"), address) {
        (Some((scheme, rest)), _) => match rest.split_once('/') {
            Some((host, path)) => format!("{scheme}://{}/{path}", host.rsplit('@').next().unwrap_or_default()),
            None => format!("{scheme}://{}", rest.rsplit('@').next().unwrap_or_default()),
        },
        (None, address) => address.to_owned(),
    };
    let query = if link.contains('?') { "?…" } else { "" };
    match address.char_indices().nth(LINK_MAX) {
        Some((end, _)) => format!("{}…", visible(&address[..end])),
        None => format!("{}{query}", visible(&address)),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn shows_links_without_credentials_and_escaped() {
        for (link, expected) in [
            ("https://example.com/a/1.png", "https://example.com/a/1.png"),
            ("https://user:secret@example.com/1.png?sig=secret#top", "https://example.com/1.png?…"),
            ("http://secret@example.com", "http://example.com"),
            ("gs://bucket/1.png", "gs://bucket/1.png"),
            ("https://example.com/\u{1b}[31m", "https://example.com/\\u{1b}[31m"),
            ("https://example.com/p/me@home.png", "https://example.com/p/me@home.png"),
        ] {
            assert_eq!(shown(link), expected);
        }
        let long = format!("https://example.com/{}?secret", "a".repeat(300));
        assert_eq!(shown(&long).chars().count(), 201);
    }
}
