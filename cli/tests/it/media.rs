//! Media in the data's folder, as they will be in the bucket.

use crate::support::{findings, folder, tunedrop};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06";

/// A record with a PNG at each of these addresses.
fn record(uris: &[&str]) -> String {
    let block =
        |uri: &&str| format!(r#"{{"image": {{"format": "png", "source": {{"s3Location": {{"uri": "{uri}"}}}}}}}}"#);
    let blocks: Vec<String> = uris.iter().map(block).collect();
    format!(
        r#"{{"schemaVersion": "bedrock-conversation-2024", "messages": [{{"role": "user", "content": [{}]}}, {{"role": "assistant", "content": [{{"text": "a"}}]}}]}}"#,
        blocks.join(", ")
    ) + "\n"
}

#[test]
fn checks_media_in_the_folder() {
    let data = record(&["s3://my-data/datasets/parts/img/1.png", "s3://my-data/datasets/parts/img/2.png"])
        + &record(&["s3://my-data/datasets/parts/img/3.png", "s3://my-data/datasets/parts/../secret.png"]);
    let here = folder(&[
        ("parts/train.jsonl", data.as_bytes()),
        ("parts/img/1.png", PNG),
        ("parts/img/2.png", b"\xff\xd8\xff\xe0"),
        ("secret.png", b"no image"),
    ]);
    let ran = tunedrop(here.path(), &["check", "parts/train.jsonl", "--model", "nova-lite", "--format", "json"]);
    let page = ran.json();
    let found: Vec<_> = findings(&page).iter().filter(|finding| !finding["line"].is_null()).collect();
    let codes: Vec<_> = found.iter().map(|finding| (&finding["line"], &finding["code"])).collect();
    assert_eq!(codes, [(&1.into(), &"medium-of-another-type".into()), (&2.into(), &"missing-medium".into())]);
    let place = found[0]["column"].as_u64().expect("a column") as usize;
    assert!(data[place - 1..].starts_with("\"s3://my-data/datasets/parts/img/2.png"));
    assert_eq!(page["notes"].as_array().map(Vec::len), Some(1), "a note for the link that leads out: {page:#}");
}

#[test]
fn notes_media_that_were_not_checked() {
    let here = folder(&[("train.jsonl", record(&["s3://my-data/img/1.png"]).as_bytes())]);
    let page = tunedrop(here.path(), &["check", "train.jsonl", "--model", "nova-lite", "--format", "json"]).json();
    assert!(page["notes"][0].as_str().is_some_and(|note| note.contains("not checked")), "{page:#}");
    assert!(page["files"][0]["counts"].get("missing-medium").is_none());
}

#[test]
fn requires_one_bucket_for_novas_media() {
    let data = record(&["s3://my-data/img/1.png", "s3://other-data/img/2.png"]);
    let here = folder(&[("train.jsonl", data.as_bytes())]);
    let page = tunedrop(here.path(), &["check", "train.jsonl", "--model", "nova-lite", "--format", "json"]).json();
    assert_eq!(page["files"][0]["counts"]["medium-in-another-bucket"], 1);
}
