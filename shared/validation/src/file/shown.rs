//! What the records of a file show beside text: the media to look at, and whether the records are of one kind.

use hashbrown::HashTable;

use crate::catalogue::Training;
use crate::gist::{Fingerprint, fingerprint};
use crate::media::{MEDIA_KEPT, MediumMet};
use crate::set::{grouped, whole};
use crate::sheet::Shows;
use crate::{Code, Findings, Statistics};

/// Media and kinds of records, as far as they were met.
#[derive(Debug, Default)]
pub(super) struct Shown {
    media: Vec<MediumMet>,
    met: HashTable<Fingerprint>,
    left: u64,
    with_media: u64,
    mentions: u64,
    images: Tally,
    videos: Tally,
    reasoning: Tally,
}

/// The valid records that show something.
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

impl Shown {
    /// Notes what the record of `line` shows, and whether it is a valid one.
    pub(super) fn note(&mut self, media: Vec<MediumMet>, shows: Shows, line: u64, good: bool) {
        self.with_media += u64::from(!media.is_empty());
        self.mentions += media.len() as u64;
        for mut medium in media {
            medium.line = line;
            self.meet(medium);
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

    /// Adds what was noted later, in lines that follow line `before`.
    pub(super) fn extend(&mut self, later: Shown, before: u64) {
        for mut medium in later.media {
            medium.line += before;
            self.meet(medium);
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

    /// Keeps a medium that was not met yet: by its address, and by what it is said to be.
    fn meet(&mut self, medium: MediumMet) {
        let format = medium.format.as_deref().unwrap_or_default();
        let hash = fingerprint(format!("{:?} {format} {}", medium.kind, medium.uri).as_bytes());
        if self.met.find(hash[0], |known| *known == hash).is_some() {
            return;
        }
        if self.media.len() == MEDIA_KEPT {
            self.left += 1;
            return;
        }
        self.met.insert_unique(hash[0], hash, |known| known[0]);
        self.media.push(medium);
    }

    /// Tells what only shows across records; `first_system` is the first line with a system text.
    pub(super) fn tell(
        &self,
        file: &str,
        training: &Training,
        statistics: &Statistics,
        first_system: Option<u64>,
        findings: &mut Findings,
    ) {
        let mut tell = |code: Code, line: u64, message: String, help: &str| {
            let mut finding = whole(code, file, message, help.to_owned());
            (finding.line, finding.column) = (Some(line), Some(1));
            findings.push(finding);
        };
        if let (Some(image), Some(video)) = (self.images.first, self.videos.first) {
            let (line, shows, other, others) =
                if image > video { (image, "images", video, "videos") } else { (video, "videos", image, "images") };
            let message =
                format!("this record shows {shows}, and that on line {other} {others}: a dataset takes one kind");
            tell(Code::MixedMediaKinds, line, message, "make a dataset of each kind");
        }
        // With fewer records than a job needs, nobody can tell yet what the file is to become.
        if !training.uniform || statistics.valid_records < training.train_min.unwrap_or_default() {
            return;
        }
        let parts = [
            ("a system text", statistics.with_system, first_system),
            ("images", self.images.records, self.images.first),
            ("videos", self.videos.records, self.videos.first),
            ("reasoning", self.reasoning.records, self.reasoning.first),
        ];
        for (part, records, first) in parts {
            let all = statistics.valid_records;
            if let Some(line) = first.filter(|_| records < all) {
                let (some, all) = (grouped(records), grouped(all));
                let message = format!("{some} of {all} valid records, this one the first, have {part}");
                let help = "give all of them this part, or none; AWS's own checkers disagree on whether that matters";
                tell(Code::UnevenRecords, line, message, help);
            }
        }
    }

    /// Records that refer to media, and how often they do.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.with_media, self.mentions)
    }

    /// The media, and how many more mentions there were.
    pub(super) fn media(self) -> (Vec<MediumMet>, u64) {
        (self.media, self.left)
    }
}
