//! Counts the images and videos of a record, and reports too many, or kinds that can't be combined.

use crate::Code;
use crate::media::MediumKind;
use crate::record_checker::RecordChecker;

/// The media and the reasoning met in a record.
#[derive(Debug, Default)]
pub(super) struct ModalityCount {
    images: u64,
    videos: u64,
    /// Whether the assistant reasons in it.
    pub(super) reasoning: bool,
    /// Of the first medium of another kind than the one before.
    odd: Option<(usize, String)>,
}

impl ModalityCount {
    /// Notes a medium, and reports the first one that exceeds the limit.
    pub(super) fn note(
        &mut self,
        checker: &mut RecordChecker,
        kind: MediumKind,
        most: Option<u64>,
        start: usize,
        pointer: &str,
    ) {
        let (count, others) = match kind {
            MediumKind::Image => (&mut self.images, self.videos),
            MediumKind::Video => (&mut self.videos, self.images),
            MediumKind::Document => return,
        };
        *count += 1;
        if others > 0 {
            self.odd.get_or_insert_with(|| (start, pointer.to_owned()));
        }
        let Some(most) = most.filter(|most| *count == *most + 1) else {
            return;
        };
        let what = if kind == MediumKind::Image { "image" } else { "video" };
        let plural = if most == 1 { "" } else { "s" };
        let message = format!("this is {what} {}, and the model accepts {most} {what}{plural} in a record", *count);
        let help = "remove some, or split the record";
        checker.noted.push(Code::TooManyMedia, start, pointer.to_owned(), message, help);
    }

    /// Checks what doesn't go together.
    pub(super) fn judge_together(self, checker: &mut RecordChecker) {
        if let Some((start, pointer)) = self.odd {
            let message = "the record has images and videos";
            checker.noted.push(Code::MixedMediaKinds, start, pointer, message, "put each kind into its own record");
        }
        checker.shows.images = self.images > 0;
        checker.shows.videos = self.videos > 0;
        checker.shows.reasoning = self.reasoning;
    }
}
