//! What is said where a stack can't be reached: no credentials, no network, nobody to ask.

use std::time::{Duration, Instant};

use crate::support::{command, folder};

/// The command's words on stderr and its exit code, with these variables and nothing else of AWS.
fn said(variables: &[(&str, &str)], args: &[&str]) -> String {
    let here = folder(&[]);
    let home = here.path().to_str().expect("a path of text");
    let mut command = command(here.path(), args);
    // No service of a cloud machine is asked for credentials.
    command.env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").envs(variables.iter().copied());
    let begin = Instant::now();
    let output = command.output().expect("it runs");
    assert!(begin.elapsed() < Duration::from_secs(30), "it hangs");
    let code = output.status.code().expect("it exits");
    format!("$ tunedrop {}\nexit {code}\n{}", args.join(" "), String::from_utf8_lossy(&output.stderr))
}

const KEYS: [(&str, &str); 3] =
    [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];

#[test]
fn without_credentials_it_says_how_to_get_some() {
    insta::assert_snapshot!(said(&[("AWS_REGION", "us-east-1")], &["runs", "--stack", "tunedrop"]));
}

#[test]
fn without_a_region_it_asks_for_one() {
    insta::assert_snapshot!(said(&KEYS[1..], &["runs", "--stack", "tunedrop"]));
}

#[test]
fn without_a_network_it_ends_soon() {
    let nowhere = [&KEYS[..], &[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]].concat();
    let text = said(&nowhere, &["watch", "a", "--stack", "tunedrop"]);
    // The operating system's own words follow.
    let (ours, _) = text.split_once(" (").expect("the cause stands in brackets");
    insta::assert_snapshot!(ours);
}

#[test]
fn without_a_local_stack_it_says_how_to_start_one() {
    insta::assert_snapshot!(said(&[], &["doctor", "--local"]));
}

#[test]
fn local_and_a_profile_are_not_both_meant() {
    insta::assert_snapshot!(said(&[], &["runs", "--local", "--profile", "a"]));
}

#[test]
fn nobody_is_asked_where_nobody_can_answer() {
    insta::assert_snapshot!(said(&[], &["advise"]));
}
