//! What all pages share: the stack, its clients, and what happened since the start.

use anyhow::Result;
use tunedrop_aws::Ledger;

use super::access::Access;
use super::dataset::Drafts;
use super::details::Details;
use super::inventory::Known;
use super::live::Live;
use super::page::{Frame, Here};
use crate::format::visible;
use crate::stack::Stack;

/// Entries of the feed on every page.
const ACTIVITY: usize = 8;

/// The state of the process.
pub(crate) struct Console {
    pub(crate) stack: Stack,
    pub(crate) ledger: Ledger,
    pub(crate) live: Live,
    pub(super) details: Details,
    pub(super) access: Access,
    pub(super) drafts: Drafts,
    pub(super) inventory: Known,
}

impl Console {
    /// Returns the token that opens it, too.
    pub(super) fn new(stack: Stack, port: u16) -> Result<(Console, String)> {
        let (access, token) = Access::new(port)?;
        let ledger = stack.ledger()?;
        let live = Live::new(stack.emulated);
        let (details, drafts, inventory) = (Details::default(), Drafts::default(), Known::default());
        Ok((Console { stack, ledger, live, details, access, drafts, inventory }, token))
    }

    /// What is around every page.
    pub(crate) fn frame(&self, title: &str, here: Here) -> Frame {
        let region = self.stack.configs.all.region().map(ToString::to_string).unwrap_or_default();
        let place = if self.stack.emulated { format!("local, {region}") } else { region };
        Frame {
            stack: visible(&self.stack.name),
            place,
            activity: self.live.activity(ACTIVITY),
            notice: self.live.fault().map(|fault| visible(&fault)),
            ..Frame::new(title, here)
        }
    }
}
