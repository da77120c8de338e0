//! The template's permissions by themselves. `cargo test` doesn't run this: `e2e` has them too, beside its scenarios.

use libtest_mimic::Arguments;
use tunedrop_tests::{permissions, suite};

fn main() {
    let arguments = Arguments::from_args();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (permissions, _) = permissions::suite(suite::is_whole(&arguments), runtime.handle(), || true);
    suite::run(arguments, vec![permissions])
}
