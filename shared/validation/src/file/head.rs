//! Decides by a file's first lines whether it is JSON Lines.

use super::Rules;
use super::absorb::Pass;
use crate::json::Value;
use crate::layout::Beginning;
use crate::lines::Piece;
use crate::set::whole;
use crate::{Code, FileType, shape};

/// What is known of the file's layout.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// Not decided yet: lines are collected, and checked as JSON Lines until then.
    Undecided(Beginning),
    /// The file is JSON Lines, valid or not.
    Lines,
    /// The file isn't JSON Lines. The rest of it isn't checked.
    OtherType,
}

impl Default for Head {
    fn default() -> Head {
        Head::Undecided(Beginning::default())
    }
}

impl Head {
    /// Reads the file's next lines. Returns whether to check them.
    pub(super) fn reads(&mut self, piece: Piece, rules: &Rules, pass: &mut Pass) -> bool {
        if let Head::Undecided(beginning) = self
            && piece.lines().any(|line| beginning.add(line))
        {
            self.decide(false, rules, pass);
        }
        *self != Head::OtherType
    }

    /// Decides at the end of the file.
    pub(super) fn end(&mut self, rules: &Rules, pass: &mut Pass) {
        self.decide(true, rules, pass);
    }

    fn decide(&mut self, ended: bool, rules: &Rules, pass: &mut Pass) {
        let Head::Undecided(beginning) = self else {
            return;
        };
        match beginning.layout(ended) {
            None => *self = Head::Lines,
            Some(layout) => {
                let (message, help) = layout_message(layout, beginning, rules);
                *self = Head::OtherType;
                // The lines so far aren't records, so their findings are removed.
                pass.reset();
                let help = shape::with_type(&help, &rules.training.format);
                pass.findings.push(whole(Code::WrongLayout, &rules.file, message, help));
            }
        }
    }
}

/// Returns the message and the help about the layout. If the records are also in another format, the help is about that
/// format, because changing the layout alone wouldn't make the file valid.
fn layout_message(layout: FileType, beginning: &Beginning, rules: &Rules) -> (String, String) {
    let FileType { is, help, .. } = layout;
    let outline = beginning.outline().filter(|_| layout.holds_json);
    let other_format = outline.as_ref().and_then(|outline| outline.node()).and_then(|node| {
        let record = match &node.value {
            Value::List(nodes) => nodes.first().map(|node| &node.value),
            value => Some(value),
        };
        match record? {
            Value::Object(members) => shape::other_format(&rules.training, members),
            _ => None,
        }
    });
    match other_format {
        None => (format!("the file is {is}, not JSON Lines; its content wasn't checked"), help.to_owned()),
        Some(shape) => {
            let message = format!("the file is {is}, not JSON Lines, and its records are in {}", shape.is);
            (message, shape.help(&rules.training.format))
        }
    }
}
