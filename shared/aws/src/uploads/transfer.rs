//! The body of a request while it is sent: its bytes are counted, and it is canceled if nothing moves.
//!
//! A body in memory would be one piece of several megabytes. The SDK hands it to the connection at once, so nothing
//! shows the progress, and the protection against stalled streams considers it sent. Both work with pieces of 64 KiB.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use aws_sdk_s3::primitives::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

/// Bytes of a piece.
const PIECE: usize = 64 << 10;

/// A request fails if it sends no byte and gets no answer for this long. On a connection of 1 Mbit/s, the last
/// megabytes of a part can stay in the kernel's buffers that long, and nothing shows that they are being sent.
pub(super) const SILENCE: Duration = Duration::from_secs(120);

/// How many bytes were sent by all requests that share this counter. The bytes of failed requests don't count.
#[derive(Debug, Clone, Default)]
pub struct Sent(Arc<AtomicU64>);

impl Sent {
    /// Bytes handed to the network so far. The kernel may still buffer the last of them.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One request, with all of its attempts.
#[derive(Debug)]
pub(super) struct Transfer {
    sent: Sent,
    /// Bytes of this attempt.
    taken: AtomicU64,
    made: Instant,
    /// Milliseconds from `made` to the last progress.
    moved_ms: AtomicU64,
}

impl Transfer {
    pub(super) fn new(sent: &Sent) -> Arc<Transfer> {
        let (taken, moved_ms) = (AtomicU64::new(0), AtomicU64::new(0));
        Arc::new(Transfer { sent: sent.clone(), taken, made: Instant::now(), moved_ms })
    }

    /// Records progress.
    pub(super) fn moves(&self) {
        self.moved_ms.store(self.made.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    /// Ends when there was no progress for [`SILENCE`].
    pub(super) async fn silence(&self) {
        loop {
            let until = self.made + Duration::from_millis(self.moved_ms.load(Ordering::Relaxed)) + SILENCE;
            if Instant::now() >= until {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    fn begins(&self) {
        self.sent.0.fetch_sub(self.taken.swap(0, Ordering::Relaxed), Ordering::Relaxed);
        self.moves();
    }

    fn takes(&self, bytes: usize) {
        self.taken.fetch_add(bytes as u64, Ordering::Relaxed);
        self.sent.0.fetch_add(bytes as u64, Ordering::Relaxed);
        self.moves();
    }
}

/// A body that can be sent again.
pub(super) fn body(bytes: Bytes, transfer: Arc<Transfer>) -> SdkBody {
    SdkBody::retryable(move || {
        SdkBody::from_body_1_x(Pieces { left: bytes.clone(), transfer: transfer.clone(), begun: false })
    })
}

#[derive(Debug)]
struct Pieces {
    left: Bytes,
    transfer: Arc<Transfer>,
    begun: bool,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        // A body may be created and never sent, so an attempt begins here.
        if !std::mem::replace(&mut self.begun, true) {
            self.transfer.begins();
        }
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let length = PIECE.min(self.left.len());
        let piece = self.left.split_to(length);
        self.transfer.takes(length);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the next piece's length. `None` at the end.
    fn next(body: &mut Pieces) -> Option<usize> {
        let mut context = Context::from_waker(std::task::Waker::noop());
        match Pin::new(body).poll_frame(&mut context) {
            Poll::Ready(Some(Ok(frame))) => frame.into_data().ok().map(|data| data.len()),
            _ => None,
        }
    }

    #[tokio::test]
    async fn bytes_of_a_failed_attempt_are_taken_back() {
        let sent = Sent::default();
        let transfer = Transfer::new(&sent);
        let made = || Pieces { left: Bytes::from(vec![0; PIECE + 7]), transfer: transfer.clone(), begun: false };
        let (mut first, mut second, _never_sent) = (made(), made(), made());
        assert_eq!((first.size_hint().exact(), next(&mut first)), (Some(PIECE as u64 + 7), Some(PIECE)));
        assert_eq!((sent.bytes(), first.is_end_stream()), (PIECE as u64, false));
        assert_eq!((next(&mut second), next(&mut second), next(&mut second)), (Some(PIECE), Some(7), None));
        assert_eq!((sent.bytes(), second.is_end_stream()), (PIECE as u64 + 7, true));
    }

    #[tokio::test(start_paused = true)]
    async fn each_byte_restarts_the_timeout() {
        let transfer = Transfer::new(&Sent::default());
        let begin = Instant::now();
        let bytes = async {
            for _ in 0..3 {
                tokio::time::sleep(SILENCE - Duration::from_secs(1)).await;
                transfer.takes(1);
            }
        };
        tokio::join!(bytes, transfer.silence());
        assert_eq!(begin.elapsed().as_secs(), 4 * SILENCE.as_secs() - 3);
    }
}
