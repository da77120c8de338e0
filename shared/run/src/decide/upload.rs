//! validate: when a dataset's files were uploaded. Times are milliseconds since 1970.
//!
//! S3's `LastModified` of a file that was uploaded in parts is the time when the upload began: "For multipart uploads,
//! the object creation date is the date of initiation of the multipart upload"
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html>). The event comes when the upload is
//! done, and its `time` is "the time the event occurred"
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>). So a file was complete at the later of the
//! two. An event is about one file only. For the other files, only `LastModified` is known.

/// One file of a dataset, as S3 lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// `LastModified`, in whole seconds.
    pub modified: i64,
    /// Whether it is the recipe.
    pub is_recipe: bool,
    /// Whether the event is about this file.
    pub is_events: bool,
}

/// When a dataset was uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uploaded {
    /// When its newest file was complete, as far as that is known.
    pub newest: i64,
    /// When its recipe was complete. 0 without a recipe.
    pub recipe: i64,
    /// Whether the recipe's upload began after all other files were complete, as far as that is known. Equal times
    /// don't count, because S3's times don't show which of two files was first within a second.
    pub recipe_is_last: bool,
}

/// Returns when the dataset of `files` was uploaded, for an event of the time `event` that is handled at `now`.
///
/// An event is only a hint. Its time can't be later than `now`, and it never makes a file older than S3 says. A stale
/// or redelivered event may be about an earlier version of its file. The current version can't have been complete
/// before that.
pub fn uploaded(files: &[Listed], event: Option<i64>, now: i64) -> Uploaded {
    let complete = |file: &Listed| match event {
        Some(event) if file.is_events => file.modified.max(event.min(now)),
        _ => file.modified,
    };
    let newest = |files: &mut dyn Iterator<Item = &Listed>| files.map(complete).max();
    let others = newest(&mut files.iter().filter(|file| !file.is_recipe));
    let recipe = files.iter().filter(|file| file.is_recipe).max_by_key(|file| file.modified);
    Uploaded {
        newest: newest(&mut files.iter()).unwrap_or_default(),
        recipe: recipe.map(complete).unwrap_or_default(),
        recipe_is_last: recipe.is_some_and(|recipe| others.is_none_or(|others| recipe.modified > others)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const NOW: i64 = 1_000 * MINUTE;

    fn data(modified: i64) -> Listed {
        Listed { modified, is_recipe: false, is_events: false }
    }

    fn recipe(modified: i64) -> Listed {
        Listed { modified, is_recipe: true, is_events: false }
    }

    fn of_event(file: Listed) -> Listed {
        Listed { is_events: true, ..file }
    }

    #[test]
    fn an_upload_in_parts_counts_from_its_end() {
        let train = of_event(data(NOW - 30 * MINUTE));
        let seen = uploaded(&[train], Some(NOW - 1_000), NOW);
        assert_eq!((seen.newest, seen.recipe, seen.recipe_is_last), (NOW - 1_000, 0, false));
        // The recipe was uploaded last, and the training file's event is delivered again.
        let both = [train, recipe(NOW)];
        assert_eq!(uploaded(&both, Some(NOW - 1_000), NOW + 5_000).newest, NOW);
        assert!(uploaded(&both, Some(NOW - 1_000), NOW + 5_000).recipe_is_last);
    }

    #[test]
    fn an_event_makes_no_file_older_and_none_newer_than_now() {
        for (event, newest) in [(0, 7 * MINUTE), (i64::MIN, 7 * MINUTE), (NOW + MINUTE, NOW), (i64::MAX, NOW)] {
            assert_eq!(uploaded(&[of_event(data(7 * MINUTE))], Some(event), NOW).newest, newest, "{event}");
        }
    }

    #[test]
    fn an_event_says_nothing_of_other_files() {
        let seen = uploaded(&[data(MINUTE), of_event(recipe(2 * MINUTE))], Some(3 * MINUTE), NOW);
        assert_eq!((seen.newest, seen.recipe, seen.recipe_is_last), (3 * MINUTE, 3 * MINUTE, true));
        let none = uploaded(&[data(MINUTE), recipe(2 * MINUTE)], Some(3 * MINUTE), NOW);
        assert_eq!((none.newest, none.recipe), (2 * MINUTE, 2 * MINUTE));
        assert_eq!(uploaded(&[], Some(MINUTE), NOW).newest, 0);
    }

    #[test]
    fn a_recipe_of_the_same_second_is_not_the_last() {
        assert!(!uploaded(&[data(MINUTE), recipe(MINUTE)], None, NOW).recipe_is_last);
        // Its event is up to a second later than S3's time in whole seconds, and so may the other file's event be.
        assert!(!uploaded(&[data(MINUTE), of_event(recipe(MINUTE))], Some(MINUTE + 1_000), NOW).recipe_is_last);
        assert!(uploaded(&[data(MINUTE), recipe(MINUTE + 1_000)], None, NOW).recipe_is_last);
        assert!(!uploaded(&[data(2 * MINUTE), recipe(MINUTE)], None, NOW).recipe_is_last);
        assert!(uploaded(&[recipe(MINUTE)], None, NOW).recipe_is_last, "logs in place of files");
        assert!(!uploaded(&[data(MINUTE)], None, NOW).recipe_is_last, "no recipe");
    }

    #[test]
    fn a_data_file_that_was_complete_after_the_recipe_is_the_last() {
        let sync = [of_event(data(0)), recipe(10_000)];
        assert!(!uploaded(&sync, Some(30 * MINUTE), NOW).recipe_is_last);
    }
}
