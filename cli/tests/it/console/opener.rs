//! How the browser is opened: another user of the machine can read the arguments of every process, and must not get the token.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::fake::{Fake, State};
use crate::support::{command, folder};

#[test]
fn another_user_gets_neither_the_token_nor_the_file_that_has_it() {
    let fake = Fake::start(State::default());
    let home = folder(&[(
        "bin/xdg-open",
        b"#!/bin/sh\nprintf '%s' \"$1\" > \"$HOME/opened.part\"\nmv \"$HOME/opened.part\" \"$HOME/opened\"\n",
    )]);
    let opener = home.path().join("bin/xdg-open");
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).expect("it is a program");
    let mut command = command(home.path(), &["ui", "--stack", "tunedrop"]);
    command.env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", "k").env("AWS_SECRET_ACCESS_KEY", "s").env("AWS_ENDPOINT_URL", &fake.endpoint);
    command.env("PATH", format!("{}:/usr/bin:/bin", home.path().join("bin").display()));
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it runs");
    let begin = Instant::now();
    let opened = home.path().join("opened");
    while !opened.exists() {
        assert!(begin.elapsed() < Duration::from_secs(20), "the browser isn't opened");
        std::thread::sleep(Duration::from_millis(20));
    }
    // What every user can read: the argument, which is a path without the token.
    let path = fs::read_to_string(&opened).expect("the argument");
    assert!(path.starts_with('/') && !path.contains("token"), "{path}");
    let mode = |path: &str| fs::metadata(path).expect("it exists").permissions().mode() & 0o777;
    let parent = path.rsplit_once('/').expect("a folder").0;
    assert_eq!((mode(&path), mode(parent)), (0o600, 0o700), "{path}");
    let page = fs::read_to_string(&path).expect("its owner can read it");
    let (_, token) = page.split_once("/start?token=").expect("a token");
    let token = token.split('"').next().expect("its end");
    assert!(token.len() == 64 && !path.contains(token), "{token}");
    let arguments = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
    assert!(!String::from_utf8_lossy(&arguments).contains(token));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("it runs").success());
    // Output that is kept in a file has no token either, and the file is gone.
    let lines: Vec<String> =
        BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok).collect();
    child.wait().expect("it ends");
    assert!(lines[0].starts_with("Console of stack tunedrop: http://127.0.0.1:"), "{lines:?}");
    assert!(!lines.concat().contains(token), "{lines:?}");
    assert!(!fs::exists(&path).expect("a look"), "{path}");
}
