//! The first two lines that are not blank: they show whether a file is JSON Lines at all.

use super::absorb::Pass;
use super::chunk::is_blank;
use crate::Code;
use crate::layout::{Layout, sniff};
use crate::lines::{Line, Piece};
use crate::set::whole;

/// How far the file's layout is known.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Head {
    /// No line was met that is not blank.
    #[default]
    Awaited,
    /// The first one is kept until the next one shows whether this is JSON Lines; meanwhile it is taken for that.
    First {
        /// All of it, or its first bytes.
        bytes: Vec<u8>,
        /// Which of them.
        too_long: bool,
    },
    /// It is JSON Lines, good or bad.
    Lines,
    /// It is not; there is nothing more to say.
    Refused,
}

impl Head {
    /// Looks at the file's next lines; whether they are to be judged.
    pub(super) fn goes_on(&mut self, piece: Piece, file: &str, pass: &mut Pass) -> bool {
        if matches!(self, Head::Awaited | Head::First { .. }) {
            for line in piece.lines().filter(|line| !is_blank(*line)) {
                match self {
                    Head::Awaited => {
                        let too_long = matches!(line, Line::TooLong(_));
                        *self = Head::First { bytes: line.head().to_vec(), too_long };
                    }
                    _ => {
                        self.decide(Some(line), file, pass);
                        break;
                    }
                }
            }
        }
        *self != Head::Refused
    }

    /// Decides at the end of the file.
    pub(super) fn end(&mut self, file: &str, pass: &mut Pass) {
        self.decide(None, file, pass);
    }

    fn decide(&mut self, second: Option<Line>, file: &str, pass: &mut Pass) {
        let Head::First { bytes, too_long } = self else {
            return;
        };
        let first = if *too_long { Line::TooLong(bytes) } else { Line::Whole(bytes) };
        match sniff(first, second) {
            None => *self = Head::Lines,
            Some(Layout { is, mend }) => {
                *self = Head::Refused;
                // What was said of the lines so far was said of records that are none.
                pass.forget();
                let message = format!("the file is {is}, not JSON Lines; it was not read further");
                pass.findings.push(whole(Code::WrongLayout, file, message, mend.to_owned()));
            }
        }
    }
}
