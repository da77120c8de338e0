//! `tunedrop stack deploy`, up to its first call to AWS: what is refused about a release and about parameters.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{command, folder};

const ZIP: &str = "tunedrop-1.2.3-launch-arm64.zip";

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes everything");
        text
    })
}

fn template() -> Vec<u8> {
    let template = json!({
        "Metadata": { "Tunedrop": { "Version": "1.2.3" } },
        "Parameters": {
            "ArtifactBucket": { "Type": "String" },
            "Architecture": { "Type": "String", "Default": "arm64", "AllowedValues": ["arm64", "x86_64"] },
            "SettleSeconds": { "Type": "Number", "Default": 300, "MinValue": 0, "MaxValue": 600 },
        },
    });
    template.to_string().into_bytes()
}

/// A release in a folder, whose list is changed before its hash is computed.
fn release(change: impl Fn(&mut Value)) -> tempfile::TempDir {
    let (template, zip) = (template(), b"zip".to_vec());
    let entry = |name: &str, bytes: &[u8], more: Value| {
        let mut entry = json!({ "name": name, "kind": "template", "bytes": bytes.len(), "sha256": hash(bytes) });
        entry.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        entry
    };
    let mut list = json!({
        "name": "tunedrop", "version": "1.2.3", "commit": "0", "profile": "release", "rustc": [], "architectures": ["arm64"],
        "files": [
            entry("template.json", &template, json!({})),
            entry(ZIP, &zip, json!({ "kind": "function", "function": "launch", "architecture": "arm64" })),
        ],
    });
    let sums: String = [("template.json", hash(&template)), (ZIP, hash(&zip))]
        .iter()
        .map(|(name, hash)| format!("{hash}  {name}\n"))
        .collect();
    change(&mut list);
    let list = list.to_string();
    let sums = format!("{sums}{}  release.json\n", hash(list.as_bytes()));
    folder(&[
        ("template.json", &template),
        (ZIP, &zip),
        ("release.json", list.as_bytes()),
        ("SHA256SUMS", sums.as_bytes()),
    ])
}

/// The error of `stack deploy`, which must end before a call: nothing answers at its endpoint.
fn refused(release: &str, args: &[&str]) -> String {
    let here = folder(&[("parameters.json", br#"{"SettleSeconds": 700}"#)]);
    let mut command = command(here.path(), &[&["stack", "deploy", "--release", release], args].concat());
    command.env("HOME", here.path()).env("AWS_REGION", "us-east-1").env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).trim_end().to_owned()
}

fn path(folder: &tempfile::TempDir) -> &str {
    folder.path().to_str().expect("a path of text")
}

#[test]
fn mistyped_parameters_are_refused_before_any_call() {
    let release = release(|_| {});
    let of = |args: &[&str]| refused(path(&release), args);
    insta::assert_snapshot!(of(&["--parameter", "SetleSeconds=1", "Architecture=arm"]), @"error: nothing was changed: the template has no parameter SetleSeconds; did you mean SettleSeconds?; Architecture=arm is not allowed: allowed are arm64, x86_64");
    insta::assert_snapshot!(of(&["--parameters", "parameters.json"]), @"error: nothing was changed: SettleSeconds=700 is not allowed: expected 0 to 600");
    insta::assert_snapshot!(of(&["--parameter", "ArtifactBucket=b"]), @"error: nothing was changed: ArtifactBucket is set by this command; choose the bucket with --artifact-bucket");
    // The command line comes before the file, and then the network is needed.
    assert!(
        of(&["--parameters", "parameters.json", "--parameter", "SettleSeconds=1"]).contains("can't reach the service")
    );
}

#[test]
fn a_release_that_is_not_whole_is_refused() {
    let other = folder(&[]);
    let shown = |error: String, folder: &tempfile::TempDir| error.replace(path(folder), "DIR");
    insta::assert_snapshot!(shown(refused(path(&other), &[]), &other), @"error: DIR is not a release: it has no release.json");
    for (change, expected) in [
        ("name", "release.json is of banana, not of tunedrop"),
        ("version", "release.json has an invalid version"),
        ("sha256", "release.json and SHA256SUMS disagree about template.json"),
        ("path", "release.json has an invalid file name"),
    ] {
        let release = release(|list| match change {
            "sha256" => list["files"][0]["sha256"] = json!("0"),
            "path" => list["files"][0]["name"] = json!("../template.json"),
            key => list[key] = json!("banana"),
        });
        assert_eq!(refused(path(&release), &[]), format!("error: {expected}"));
    }
}

#[test]
fn a_changed_file_is_refused() {
    let change = |name: &str, content: &[u8]| {
        let release = release(|_| {});
        fs::write(release.path().join(name), content).expect("it can be written");
        refused(path(&release), &[])
    };
    let mut longer = template();
    longer.push(b' ');
    assert!(change("template.json", &longer).contains("template.json has more than"));
    let mut other = template();
    other[0] = b'[';
    insta::assert_snapshot!(change("template.json", &other), @"error: template.json isn't what release.json says: it is damaged, or of another release. Nothing was uploaded");
    insta::assert_snapshot!(change("release.json", b"{}"), @"error: release.json isn't what SHA256SUMS says");
    insta::assert_snapshot!(change("SHA256SUMS", b"what?"), @"error: SHA256SUMS is not a list of hashes");
}

/// A server with the files of a folder, below a path that redirects.
fn served(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = || -> Option<()> {
                let mut stream = stream;
                let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
                let first = lines.next()?.ok()?;
                lines.map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
                let target = first.split(' ').nth(1)?;
                let (head, body) = match target.strip_prefix("/latest/") {
                    Some(name) => (format!("302 Found\r\nlocation: /files/{name}"), Vec::new()),
                    None => match fs::read(folder.join(Path::new(target).file_name()?)) {
                        Ok(bytes) => ("200 OK".to_owned(), bytes),
                        Err(_) => ("404 Not Found".to_owned(), Vec::new()),
                    },
                };
                let length = body.len();
                write!(stream, "HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n").ok()?;
                stream.write_all(&body).ok()
            };
            answer();
        }
    });
    address
}

#[test]
fn a_release_may_be_on_a_server() {
    let release = release(|_| {});
    let server = served(release.path().to_owned());
    for place in ["/files", "/files/", "/latest"] {
        let error = refused(&format!("{server}{place}"), &["--parameter", "SettleSeconds=700"]);
        assert_eq!(error, "error: nothing was changed: SettleSeconds=700 is not allowed: expected 0 to 600");
    }
    fs::remove_file(release.path().join("SHA256SUMS")).expect("it can be removed");
    let error = refused(&format!("{server}/files"), &[]);
    insta::assert_snapshot!(error.replace(&server, "SERVER"), @"error: GET SERVER/files/SHA256SUMS: the server answered 404; pass the address of the folder that has release.json, or download its files");
    insta::assert_snapshot!(refused("http://example.com/release", &[]), @"error: GET http://example.com/release/release.json: http://example.com/release/release.json is neither https nor on this machine; pass the address of the folder that has release.json, or download its files");
}
