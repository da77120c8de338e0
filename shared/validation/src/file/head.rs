//! The first lines of a file: they show whether it is JSON Lines at all.

use super::Rules;
use super::absorb::Pass;
use crate::json::Value;
use crate::layout::Beginning;
use crate::lines::Piece;
use crate::set::whole;
use crate::{Code, Layout, shape};

/// How far the file's layout is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// Lines are gathered until they show the layout; meanwhile the file is taken for JSON Lines.
    Gathering(Beginning),
    /// It is JSON Lines, with faults or without.
    Lines,
    /// It isn't, and there is nothing more to say.
    Refused,
}

impl Default for Head {
    fn default() -> Head {
        Head::Gathering(Beginning::default())
    }
}

impl Head {
    /// Looks at the file's next lines; whether they are to be judged.
    pub(super) fn goes_on(&mut self, piece: Piece, rules: &Rules, pass: &mut Pass) -> bool {
        if let Head::Gathering(beginning) = self
            && piece.lines().any(|line| beginning.add(line))
        {
            self.decide(false, rules, pass);
        }
        *self != Head::Refused
    }

    /// Decides at the end of the file.
    pub(super) fn end(&mut self, rules: &Rules, pass: &mut Pass) {
        self.decide(true, rules, pass);
    }

    fn decide(&mut self, ended: bool, rules: &Rules, pass: &mut Pass) {
        let Head::Gathering(beginning) = self else {
            return;
        };
        match beginning.layout(ended) {
            None => *self = Head::Lines,
            Some(layout) => {
                let (message, help) = told(layout, beginning, rules);
                *self = Head::Refused;
                // What was said of the lines so far was said of records that are none.
                pass.forget();
                pass.findings.push(whole(Code::WrongLayout, &rules.file, message, help));
            }
        }
    }
}

/// What is said of the layout. Records in another format need more than another arrangement.
fn told(layout: Layout, beginning: &Beginning, rules: &Rules) -> (String, String) {
    let Layout { is, help, .. } = layout;
    let outline = beginning.outline().filter(|_| layout.holds_json);
    let foreign = outline.as_ref().and_then(|outline| outline.node()).and_then(|node| {
        let record = match &node.value {
            Value::List(nodes) => nodes.first().map(|node| &node.value),
            value => Some(value),
        };
        match record? {
            Value::Object(members) => shape::foreign(&rules.training, members),
            _ => None,
        }
    });
    match foreign {
        None => (format!("the file is {is}, not JSON Lines; its content wasn't checked"), help.to_owned()),
        Some(shape) => (
            format!("the file is {is}, not JSON Lines, and its records are in {}", shape.is),
            shape.help(&rules.training.format),
        ),
    }
}
