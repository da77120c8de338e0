//! The same work on many items, in several threads.

/// Returns the results in the order of the items, whatever the number of threads.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    map_beside(items, threads, work, || ())
}

/// Does the same, while this thread does something else first.
pub(crate) fn map_beside<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
    other: impl FnOnce(),
) -> Vec<R> {
    let each = items.len().div_ceil(threads.max(1)).max(1);
    if items.len() <= each {
        other();
        return items.iter().map(work).collect();
    }
    let work = &work;
    std::thread::scope(|scope| {
        let parts = items.chunks(each);
        let running: Vec<_> =
            parts.map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<R>>())).collect();
        other();
        let mut results = Vec::with_capacity(items.len());
        for part in running {
            match part.join() {
                Ok(part) => results.extend(part),
                // The thread's own panic goes on here.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}
