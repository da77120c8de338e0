//! Folders with links: what `tunedrop submit` uploads, and what it refuses.

use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::{Ran, folder, records, tunedrop};

/// A home folder with keys and a dataset.
fn home() -> tempfile::TempDir {
    let records = records(1000);
    let recipe = "base_model: titan-text-express\nmodel_name: bot\n";
    folder(&[
        (".ssh/id_rsa", b"PRIVATE"),
        (".aws/credentials", b"SECRET"),
        ("bot/job.yaml", recipe.as_bytes()),
        ("bot/train.jsonl", records.as_bytes()),
        ("bot/img/one.png", b"png"),
        ("bot/.git/config", b"hidden"),
    ])
}

fn submit(home: &Path) -> Ran {
    tunedrop(home, &["submit", "bot", "--dry-run"])
}

/// Checks that the link is refused by name, and that its target is not listed.
fn refused(ran: &Ran, names: &str) {
    assert!(ran.code == 2 && ran.err.contains(names), "{}\n{}\n{}", ran.code, ran.out, ran.err);
    assert!(ran.err.contains("nothing was uploaded"), "{}", ran.err);
    for secret in ["id_rsa", "credentials", "config", "PRIVATE", "SECRET"] {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{}\n{}", ran.out, ran.err);
    }
}

#[test]
fn submit_lists_the_folder_and_no_hidden_file() {
    let home = home();
    let ran = submit(home.path());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let listed: Vec<&str> = ran.out.lines().filter_map(|line| line.trim().strip_prefix("datasets/bot/")).collect();
    assert_eq!(listed, ["img/one.png", "train.jsonl", "job.yaml"]);
}

/// A dataset from somebody else could contain links to the keys of the person who uploads it.
#[test]
fn submit_refuses_a_link_that_leads_out_of_the_folder() {
    for (target, link) in [("../.ssh", "bot/keys"), ("../../.aws/credentials", "bot/img/two.png"), ("/etc", "bot/etc")]
    {
        let home = home();
        symlink(target, home.path().join(link)).expect("a link");
        refused(&submit(home.path()), link);
    }
}

#[test]
fn submit_refuses_a_recipe_or_a_data_file_that_leads_out_of_the_folder() {
    for (target, link) in [("../.ssh/id_rsa", "bot/job.yaml"), ("../.aws/credentials", "bot/train.jsonl")] {
        let home = home();
        std::fs::remove_file(home.path().join(link)).expect("it was there");
        symlink(target, home.path().join(link)).expect("a link");
        refused(&submit(home.path()), link);
    }
}

#[test]
fn submit_refuses_a_link_to_a_hidden_file_of_the_folder() {
    let home = home();
    symlink("../.git/config", home.path().join("bot/img/two.png")).expect("a link");
    refused(&submit(home.path()), "bot/img/two.png");
}

#[test]
fn submit_refuses_links_in_a_loop() {
    let home = home();
    symlink("..", home.path().join("bot/img/up")).expect("a link");
    refused(&submit(home.path()), "bot/img/up");
}

#[test]
fn submit_follows_links_within_the_folder() {
    let home = home();
    symlink("one.png", home.path().join("bot/img/two.png")).expect("a link");
    symlink("img", home.path().join("bot/vid")).expect("a link");
    let ran = submit(home.path());
    assert_eq!(ran.code, 0, "{}", ran.err);
    for key in ["img/two.png", "vid/one.png", "vid/two.png"] {
        assert!(ran.out.contains(&format!("datasets/bot/{key}\n")), "{}", ran.out);
    }
}

/// Reading the whole recipe would need more memory than the limit.
#[test]
fn check_reads_only_the_beginning_of_an_endless_recipe() {
    let home = folder(&[("bot/train.jsonl", b"{}\n")]);
    symlink("/dev/zero", home.path().join("bot/job.yaml")).expect("a link");
    let binary = env!("CARGO_BIN_EXE_tunedrop");
    let mut shell = std::process::Command::new("/bin/sh");
    shell.current_dir(home.path()).env_clear().args(["-c", "ulimit -v 4000000; exec \"$0\" check bot", binary]);
    let ran: Ran = shell.output().expect("the shell runs").into();
    assert!(ran.code == 1 && ran.out.contains("recipe-too-large"), "{}\n{}\n{}", ran.code, ran.out, ran.err);
}
