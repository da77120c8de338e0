//! What a record shows beside text: how much of it there may be, and what doesn't go together.

use crate::Code;
use crate::media::MediumKind;
use crate::sheet::Sheet;

/// The media and the reasoning met in a record.
#[derive(Debug, Default)]
pub(super) struct Seen {
    images: u64,
    videos: u64,
    /// Whether the assistant reasons in it.
    pub(super) reasoning: bool,
    /// Of the first medium of another kind than the one before.
    odd: Option<(usize, String)>,
}

impl Seen {
    /// Notes a medium, and that it is one too many: told once, at the first that is.
    pub(super) fn note(&mut self, sheet: &mut Sheet, kind: MediumKind, most: Option<u64>, start: usize, pointer: &str) {
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
        let message = format!("this is {what} {}, and the model takes {most} {what}{plural} in a record", *count);
        let help = "take some out, or make several records of it";
        sheet.faults.push(Code::TooManyMedia, start, pointer.to_owned(), message, help);
    }

    /// Judges what doesn't go together.
    pub(super) fn judge_together(self, sheet: &mut Sheet) {
        if let Some((start, pointer)) = self.odd {
            let message = "one record shows images and videos";
            sheet.faults.push(Code::MixedMediaKinds, start, pointer, message, "make a record of each kind");
        }
        sheet.shows.images = self.images > 0;
        sheet.shows.videos = self.videos > 0;
        sheet.shows.reasoning = self.reasoning;
    }
}
