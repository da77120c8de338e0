//! Lets a program that calls the library follow what is read, and stop the work.
//!
//! The watch belongs to the thread, because parsers read deep inside other code. The command line sets none.

use std::cell::RefCell;
use std::io::{Error, Read, Result};

/// Is called with the number of bytes read so far. Returns whether to continue.
pub type Watch = Box<dyn FnMut(u64) -> bool + Send>;

thread_local! {
    static WATCH: RefCell<Option<(Watch, u64)>> = const { RefCell::new(None) };
}

/// Does the work while `watch` is called for everything that this thread reads.
pub(crate) fn watched<T>(watch: Watch, work: impl FnOnce() -> T) -> T {
    /// Ends the watch, also when the work panics.
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            WATCH.with_borrow_mut(Option::take);
        }
    }
    WATCH.set(Some((watch, 0)));
    let _end = End;
    work()
}

/// Reads, and notifies the thread's watch. The error says that the watch stopped the work.
pub(crate) fn read(from: &mut dyn Read, buffer: &mut [u8]) -> Result<usize> {
    let length = from.read(buffer)?;
    let goes_on = WATCH.with_borrow_mut(|watch| {
        watch.as_mut().is_none_or(|(watch, read)| {
            *read += length as u64;
            watch(*read)
        })
    });
    if goes_on { Ok(length) } else { Err(Error::other("stopped")) }
}

#[cfg(test)]
mod tests {
    use super::{read, watched};

    #[test]
    fn a_watch_sees_what_is_read_and_stops_it() {
        let mut buffer = [0; 4];
        let watch = Box::new(|read| read < 6);
        let results = watched(watch, || {
            let mut bytes: &[u8] = b"abcdefgh";
            [0; 2].map(|_: u8| read(&mut bytes, &mut buffer).ok())
        });
        assert_eq!(results, [Some(4), None]);
        assert_eq!(read(&mut b"abcdefgh".as_slice(), &mut buffer).ok(), Some(4));
    }
}
