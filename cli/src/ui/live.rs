//! Keeps the copy of the ledger current, with one poller for all tabs, and says when it changed.

use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::{Mutex, Notify, watch};
use tunedrop_aws::{Failure, Ledger};

use super::activity::{Activity, Feed};
use super::console::Console;
use super::mirror::Mirror;
use crate::stack::explain;

/// The time between two polls of an account. With at most 50 open items and no change, a poll is two calls: 24 a minute.
const EVERY: Duration = Duration::from_secs(5);
/// The time between two polls of a local stack, where a job takes seconds.
const EVERY_LOCALLY: Duration = Duration::from_millis(500);
/// After this time everything is read again: items that expired or were edited by hand aren't listed as changed.
const WHOLE_EVERY: Duration = Duration::from_secs(600);
/// How often an idle connection gets a comment, so that its end is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The copy, and who waits for changes.
pub(crate) struct Live {
    mirror: RwLock<Arc<Mirror>>,
    feed: RwLock<Feed>,
    /// Held during a poll, so that all who need one wait for the same. When the last one was, and the last of everything.
    last: Mutex<Option<(Instant, Instant)>>,
    /// Whether a part of the ledger is there, while the rest is read for the first time.
    begun: watch::Sender<bool>,
    /// The error of the last poll, as a sentence.
    fault: RwLock<Option<String>>,
    every: Duration,
    /// Counts changes.
    version: watch::Sender<u64>,
    /// A tab connected.
    connected: Notify,
}

fn unpoisoned<T>(guard: Result<T, PoisonError<T>>) -> T {
    guard.unwrap_or_else(PoisonError::into_inner)
}

impl Live {
    pub(super) fn new(is_emulated: bool) -> Live {
        Live {
            mirror: RwLock::default(),
            feed: RwLock::default(),
            last: Mutex::new(None),
            begun: watch::Sender::new(false),
            fault: RwLock::new(None),
            every: if is_emulated { EVERY_LOCALLY } else { EVERY },
            version: watch::Sender::new(0),
            connected: Notify::new(),
        }
    }

    /// The time between two polls.
    pub(super) fn every(&self) -> Duration {
        self.every
    }

    /// The copy as it is.
    pub(crate) fn mirror(&self) -> Arc<Mirror> {
        unpoisoned(self.mirror.read()).clone()
    }

    /// Why the last poll failed.
    pub(crate) fn fault(&self) -> Option<String> {
        unpoisoned(self.fault.read()).clone()
    }

    /// The newest entries of the feed first.
    pub(crate) fn activity(&self, most: usize) -> Vec<Activity> {
        unpoisoned(self.feed.read()).newest(most)
    }

    /// The last command about a page that was sent from here after a time (RFC 3339).
    pub(crate) fn sent_after(&self, address: &str, at: &str) -> Option<Activity> {
        unpoisoned(self.feed.read()).sent_after(address, at)
    }

    /// Adds what was done here to the feed.
    pub(crate) fn add(&self, activity: Activity) {
        unpoisoned(self.feed.write()).add(activity);
        self.announce();
    }

    /// Every page that is open asks for itself again.
    pub(super) fn announce(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    /// Polls, unless another request did within the time between two polls. A failure is kept for the pages; the copy stays.
    ///
    /// While another one reads a long ledger for the first time, its newest runs are enough.
    pub(crate) async fn refresh(&self, ledger: &Ledger) {
        let mut begun = self.begun.subscribe();
        let mut last = tokio::select! {
            last = self.last.lock() => last,
            () = async { drop(begun.wait_for(|is| *is).await) } => return,
        };
        if last.is_some_and(|(at, _)| at.elapsed() < self.every) {
            return;
        }
        let known = self.mirror();
        let whole = last.filter(|(_, whole)| whole.elapsed() < WHOLE_EVERY);
        let read = match whole {
            Some(_) => known.read_again(ledger).await,
            None => {
                let is_first = known.runs.is_empty();
                let begun = |newest| {
                    if is_first {
                        self.take(Ok(newest), &known);
                        self.begun.send_replace(true);
                    }
                };
                Mirror::read(ledger, begun).await
            }
        };
        let now = Instant::now();
        // Until everything was read once, the next poll reads everything.
        *last = match (&read, whole) {
            (_, Some((_, whole))) => Some((now, whole)),
            (Ok(_), None) => Some((now, now)),
            (Err(_), None) => None,
        };
        self.take(read, &self.mirror());
        self.begun.send_replace(false);
    }

    fn take(&self, read: Result<Mirror, Failure>, known: &Mirror) {
        let fault = match read {
            Ok(next) => {
                if !next.is_same(known) {
                    unpoisoned(self.feed.write()).compare(known, &next);
                    *unpoisoned(self.mirror.write()) = Arc::new(next);
                    self.announce();
                }
                None
            }
            Err(failure) => Some(format!("{:#}", explain(failure))),
        };
        let mut kept = unpoisoned(self.fault.write());
        if *kept != fault {
            *kept = fault;
            drop(kept);
            self.announce();
        }
    }

    /// Polls as long as a tab listens. Without one, no call is made.
    pub(super) async fn poll(&self, ledger: &Ledger) {
        loop {
            while self.version.receiver_count() == 0 {
                self.connected.notified().await;
            }
            self.refresh(ledger).await;
            tokio::time::sleep(self.every).await;
        }
    }
}

pub(super) fn routes() -> Router<Arc<Console>> {
    Router::new().route("/live", get(listen))
}

/// A message for each change. It has no content: the page then asks for itself again.
async fn listen(State(console): State<Arc<Console>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = console.live.version.subscribe();
    console.live.connected.notify_one();
    let events = unfold((changes, true), |(mut changes, is_first)| async move {
        // The first message says that the connection works.
        if !is_first {
            changes.changed().await.ok()?;
        }
        let version = *changes.borrow_and_update();
        Some((Ok(Event::default().data(version.to_string())), (changes, false)))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}
