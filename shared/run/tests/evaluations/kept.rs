//! The ledger's items have no hash of their own.

use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::rc::Rc;

/// A value that is compared and hashed by its text.
#[derive(Debug, Clone)]
pub(crate) struct Kept<T>(Rc<T>, u64);

impl<T: Debug> Kept<T> {
    pub(crate) fn new(value: T) -> Kept<T> {
        let mut hasher = DefaultHasher::new();
        format!("{value:?}").hash(&mut hasher);
        Kept(Rc::new(value), hasher.finish())
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        self.1 == other.1
    }
}

impl<T> Eq for Kept<T> {}

impl<T> Hash for Kept<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.1.hash(state);
    }
}
