//! The patches of `tests/mutations/run` apply to the code. Only the script itself shows that tests notice them.

use std::process::Command;

use crate::docs::{read, root};

#[test]
fn every_patch_still_applies() {
    let mut patches = 0;
    for entry in std::fs::read_dir(root().join("tests/mutations")).expect("a folder").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|ending| ending != "patch") {
            continue;
        }
        let fits = Command::new("git").args(["apply", "--check"]).arg(&path).current_dir(root()).output();
        let fits = fits.expect("git runs");
        assert!(fits.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&fits.stderr));
        let text = read(&path);
        let test = text.lines().find_map(|line| line.strip_prefix("Test: ")).expect("the patch names its test");
        let name = test.rsplit("::").next().and_then(|name| name.split(' ').next_back()).unwrap_or_default();
        let known = ["tests/e2e", "tests/src/crash", "shared/run/tests/protocol"].iter().any(|folder| {
            let files = std::fs::read_dir(root().join(folder)).expect("a folder").flatten();
            files.filter(|file| file.path().is_file()).any(|file| read(&file.path()).contains(name))
        });
        assert!(known, "{}: there is no test {name}", path.display());
        patches += 1;
    }
    assert!(patches >= 4, "{patches} patches");
}
