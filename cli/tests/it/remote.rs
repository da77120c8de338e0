//! `s3://` addresses, with a server on this machine.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use crate::support::{Ran, command, folder, records};

type Bucket = Arc<BTreeMap<&'static str, Vec<u8>>>;

/// Answers listings by prefix and ranged reads of one bucket; returns its endpoint.
fn serve(objects: Bucket) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("its address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let objects = objects.clone();
            std::thread::spawn(move || answer(stream, &objects));
        }
    });
    endpoint
}

fn answer(mut stream: TcpStream, objects: &Bucket) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    while let Some(Ok(request)) = lines.next() {
        let head: Vec<String> = lines.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        let target = request.split(' ').nth(1)?.to_owned();
        let (path, query) = target.split_once('?')?;
        let (status, body, range) = if path.trim_end_matches('/') == "/bucket" {
            let prefix = query.split('&').find_map(|pair| pair.strip_prefix("prefix="))?.replace("%2F", "/");
            let found = objects.iter().filter(|(key, _)| key.starts_with(&prefix));
            let contents: String = found
                .map(|(key, bytes)| {
                    format!("<Contents><Key>{key}</Key><ETag>\"e\"</ETag><Size>{}</Size></Contents>", bytes.len())
                })
                .collect();
            ("200 OK", format!("<ListBucketResult>{contents}</ListBucketResult>").into_bytes(), None)
        } else {
            let range =
                head.iter().find_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned))?;
            match objects.get(path.strip_prefix("/bucket/")?) {
                Some(bytes) => {
                    let range = format!("content-range: bytes {range}/{}\r\n", bytes.len());
                    ("206 Partial Content", bytes.clone(), Some(range))
                }
                None => ("404 Not Found", b"<Error><Code>NoSuchKey</Code></Error>".to_vec(), None),
            }
        };
        let (length, range) = (body.len(), range.unwrap_or_default());
        stream
            .write_all(
                format!("HTTP/1.1 {status}\r\netag: \"e\"\r\n{range}content-length: {length}\r\n\r\n").as_bytes(),
            )
            .ok()?;
        stream.write_all(&body).ok()?;
    }
    Some(())
}

fn run(endpoint: &str, args: &[&str]) -> Ran {
    let here = folder(&[]);
    let mut command = command(here.path(), args);
    let environment = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    command.envs(environment).output().expect("it runs").into()
}

fn bucket() -> Bucket {
    Arc::new(BTreeMap::from([
        ("datasets/a/job.yaml", b"base_model: titan-text-express\nvalidation: v.jsonl\n".to_vec()),
        ("datasets/a/train.jsonl", records(3).into_bytes()),
        ("datasets/a/v.jsonl", records(2).into_bytes()),
    ]))
}

#[test]
fn checks_an_object_and_a_folder() {
    let endpoint = serve(bucket());
    let args = ["check", "s3://bucket/datasets/a/train.jsonl", "--model", "titan-text-express", "--format", "json"];
    let ran = run(&endpoint, &args);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let page = ran.json();
    assert_eq!(page["files"][0]["path"], "s3://bucket/datasets/a/train.jsonl");
    assert_eq!(page["files"][0]["records"], 3);
    let page = run(&endpoint, &["check", "s3://bucket/datasets/a/", "--format", "json"]).json();
    assert_eq!(page["files"][1]["counts"]["train-validation-leakage"], 2);
    assert_eq!(page["files"][1]["path"], "s3://bucket/datasets/a/v.jsonl");
}

#[test]
fn reports_missing_objects_and_failed_calls() {
    let endpoint = serve(bucket());
    let ran = run(&endpoint, &["check", "s3://bucket/gone.jsonl", "--model", "nova-lite"]);
    let why = "error: s3://bucket/gone.jsonl can't be read: no such object; a folder's address ends in /\n";
    assert_eq!((ran.code, ran.err.as_str()), (2, why));
    // A closed port.
    let closed = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let ran = run(&closed, &["check", "s3://bucket/a.jsonl", "--model", "nova-lite"]);
    assert!(ran.code == 2 && ran.err.contains("check that credentials and Region are set"), "{}", ran.err);
}

#[test]
fn names_the_near_misses_of_a_folder_in_s3() {
    let recipe = || b"base_model: titan-text-express\nvalidation: v.jsonl\n".to_vec();
    let objects = BTreeMap::from([
        ("datasets/a/job.yaml", recipe()),
        ("datasets/a/Train.JSONL", records(3).into_bytes()),
        ("datasets/a/validation.csv", b"prompt,completion\na,b\n".to_vec()),
        ("datasets/b/train.xls", b"\xd0\xcf\x11\xe0".to_vec()),
        ("datasets/c/job.yml", recipe()),
    ]);
    let endpoint = serve(Arc::new(objects));
    let page = run(&endpoint, &["check", "s3://bucket/datasets/a/", "--format", "json"]).json();
    let found: Vec<_> = page["findings"].as_array().expect("a list").iter().map(|found| &found["help"]).collect();
    let moved = "run `aws s3 mv s3://bucket/datasets/a/Train.JSONL s3://bucket/datasets/a/train.jsonl`";
    let converted = "download it, convert it with `tunedrop convert validation.csv --model titan-text-express -o v.jsonl`, \
                     and upload the result as s3://bucket/datasets/a/v.jsonl";
    assert_eq!(found, [moved, converted], "{page:#}");
    let args = ["check", "s3://bucket/datasets/b/", "--model", "nova-lite", "--format", "json"];
    let page = run(&endpoint, &args).json();
    let help = page["findings"][0]["help"].as_str().unwrap_or_default();
    assert!(help.starts_with("download it, save it as XLSX, then convert that with"), "{page:#}");
    let ran = run(&endpoint, &["check", "s3://bucket/datasets/c/"]);
    let command = "aws s3 mv s3://bucket/datasets/c/job.yml s3://bucket/datasets/c/job.yaml";
    assert!(ran.code == 2 && ran.err.contains(command), "{}", ran.err);
}

#[test]
fn checks_media() {
    let objects = BTreeMap::from([
        ("datasets/m/job.yaml", b"base_model: titan-multimodal-embeddings\n".to_vec()),
        (
            "datasets/m/train.jsonl",
            b"{\"image-ref\": \"s3://bucket/datasets/m/1.png\", \"caption\": \"a\"}\n{\"image-ref\": \"s3://bucket/datasets/m/2.png\", \"caption\": \"b\"}\n".to_vec(),
        ),
        ("datasets/m/1.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x06".to_vec()),
    ]);
    let endpoint = serve(Arc::new(objects));
    let page = run(&endpoint, &["check", "s3://bucket/datasets/m/", "--format", "json"]).json();
    let counts = &page["files"][0]["counts"];
    assert_eq!((&counts["medium-wrong-size"], &counts["missing-medium"]), (&1.into(), &1.into()), "{page:#}");
}
