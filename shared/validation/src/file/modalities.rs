//! Images, videos and reasoning in a file's records: collects the media to check later, and reports mixed kinds.

use hashbrown::HashTable;

use crate::catalogue::Training;
use crate::media::{MEDIA_KEPT, MediumMet};
use crate::record_checker::Modalities;
use crate::record_summary::{Fingerprint, fingerprint};
use crate::set::{grouped, whole};
use crate::{Code, Findings, Statistics};

/// The media in the records so far, and the number of records with each kind of content.
#[derive(Debug, Default)]
pub(super) struct FileModalities {
    media: Vec<MediumMet>,
    known: HashTable<Fingerprint>,
    left: u64,
    with_media: u64,
    mentions: u64,
    images: Tally,
    videos: Tally,
    reasoning: Tally,
}

/// The number of valid records with one kind of content, and the first one's line.
#[derive(Debug, Default)]
struct Tally {
    records: u64,
    first: Option<u64>,
}

impl Tally {
    fn add(&mut self, records: u64, first: Option<u64>) {
        self.records += records;
        self.first = self.first.or(first);
    }
}

impl FileModalities {
    /// Adds the media and the kinds of content of the record on `line`. `good`: the record is valid.
    pub(super) fn note(&mut self, media: Vec<MediumMet>, shows: Modalities, line: u64, good: bool) {
        self.with_media += u64::from(!media.is_empty());
        self.mentions += media.len() as u64;
        for mut medium in media {
            medium.line = line;
            self.keep(medium);
        }
        let kinds = [
            (&mut self.images, shows.images),
            (&mut self.videos, shows.videos),
            (&mut self.reasoning, shows.reasoning),
        ];
        for (tally, _) in kinds.into_iter().filter(|(_, shown)| *shown && good) {
            tally.add(1, Some(line));
        }
    }

    /// Adds those of later lines, whose line 1 follows line `before`.
    pub(super) fn extend(&mut self, later: FileModalities, before: u64) {
        for mut medium in later.media {
            medium.line += before;
            self.keep(medium);
        }
        self.left += later.left;
        self.with_media += later.with_media;
        self.mentions += later.mentions;
        let kinds = [
            (&mut self.images, later.images),
            (&mut self.videos, later.videos),
            (&mut self.reasoning, later.reasoning),
        ];
        for (tally, later) in kinds {
            tally.add(later.records, later.first.map(|first| before + first));
        }
    }

    /// Keeps a medium, unless one with the same kind, format and address is kept already.
    fn keep(&mut self, medium: MediumMet) {
        let format = medium.format.as_deref().unwrap_or_default();
        let hash = fingerprint(format!("{:?} {format} {}", medium.kind, medium.uri).as_bytes());
        if self.known.find(hash[0], |other| *other == hash).is_some() {
            return;
        }
        if self.media.len() == MEDIA_KEPT {
            self.left += 1;
            return;
        }
        self.known.insert_unique(hash[0], hash, |other| other[0]);
        self.media.push(medium);
    }

    /// Reports what concerns several records. `first_system`: the first line with a system prompt.
    pub(super) fn report(
        &self,
        file: &str,
        training: &Training,
        statistics: &Statistics,
        first_system: Option<u64>,
        findings: &mut Findings,
    ) {
        let mut report = |code: Code, line: u64, message: String, help: &str| {
            let mut finding = whole(code, file, message, help.to_owned());
            (finding.line, finding.column) = (Some(line), Some(1));
            findings.push(finding);
        };
        let is_mixed = self.images.first.is_some() && self.videos.first.is_some();
        if let (Some(image), Some(video)) = (self.images.first, self.videos.first) {
            let (line, shows, other, others) =
                if image > video { (image, "images", video, "videos") } else { (video, "videos", image, "images") };
            let message = format!(
                "this record has {shows}, and the record on line {other} has {others}: a dataset can have one kind"
            );
            report(Code::MixedMediaKinds, line, message, "put each kind into its own dataset");
        }
        // A file with fewer records than a job needs is probably unfinished.
        if !training.uniform || statistics.valid_records < training.train_min.unwrap_or_default() {
            return;
        }
        let parts = [
            ("a system prompt", statistics.with_system, first_system),
            ("images", self.images.records, self.images.first),
            ("videos", self.videos.records, self.videos.first),
            ("reasoning", self.reasoning.records, self.reasoning.first),
        ];
        for (part, records, first) in parts {
            let all = statistics.valid_records;
            if is_mixed && matches!(part, "images" | "videos") {
                // Reported above.
                continue;
            }
            if let Some(line) = first.filter(|_| records < all) {
                let (some, all) = (grouped(records), grouped(all));
                let message = format!("only {some} of {all} valid records, starting with this one, have {part}");
                let help = "add the part to all records, or remove it from all; AWS's own checkers disagree on whether that matters";
                report(Code::UnevenRecords, line, message, help);
            }
        }
    }

    /// Returns the number of records that refer to media, and the number of references.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.with_media, self.mentions)
    }

    /// Returns the media, and the number of further references that aren't among them.
    pub(super) fn media(self) -> (Vec<MediumMet>, u64) {
        (self.media, self.left)
    }
}
