//! The files of drafts: names, hostile content, canceled uploads, and that they are private and go away.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::dataset::{ID, nova, post, put, settled};
use super::fake::State;
use super::harness::Console;

/// The folders of all drafts.
fn drafts(console: &Console) -> PathBuf {
    console.home().join(".local/state/tunedrop/drafts")
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn names_that_lead_elsewhere_are_refused_in_words() {
    let console = Console::open(State::default());
    for (name, why) in [
        ("../../escape.jsonl", "leads to another folder"),
        ("a/../../escape.jsonl", "leads to another folder"),
        ("/etc/escape.jsonl", "absolute path"),
        ("C:\\escape.jsonl", "backslash"),
        ("c:/escape.jsonl", "absolute path"),
        ("a\nb.jsonl", "control or invisible characters"),
        ("a\u{202e}b.jsonl", "control or invisible characters"),
        ("a\0b", "control or invisible characters"),
        (".ssh/id", "hidden files"),
        ("", "no name"),
        (&"x".repeat(600), "more than 512 bytes"),
    ] {
        let answer = put(&console, name, "x");
        assert!(answer.status == 422 && answer.body.contains(why), "{name:?}: {} {}", answer.status, answer.body);
        assert!(!answer.body.contains('\u{202e}'), "{}", answer.body);
    }
    let found = files(&drafts(&console));
    assert!(found.iter().all(|path| path.ends_with("lock")), "{found:?}");
    assert!(files(console.home()).iter().all(|path| !path.to_string_lossy().contains("escape")));
    // Neither an id nor an action leads elsewhere.
    for path in ["/dataset/../../x/file?name=a", "/dataset/..%2f..%2fx/file?name=a", "/dataset/0123/file?name=a"] {
        let (host, origin) = (console.host(), format!("http://{}", console.host()));
        let lines = [("host", host.as_str()), ("cookie", &console.cookie), ("origin", &origin)];
        assert!([400, 404, 405, 409].contains(&console.send("PUT", path, &lines, "x").status), "{path}");
    }
    put(&console, "a", "x");
    let answer = put(&console, "a/b", "x");
    assert!(answer.status == 422 && answer.body.contains("a folder can't have the name of a file"), "{}", answer.body);
    post(&console, "remove", &[("file", "../../../../etc/passwd")]);
    assert!(settled(&console).contains("The draft has no such file"));
}

#[test]
fn another_page_can_upload_nothing() {
    let console = Console::open(State::default());
    let host = console.host();
    for lines in [
        vec![("host", host.as_str()), ("cookie", &console.cookie)],
        vec![("host", host.as_str()), ("cookie", &console.cookie), ("origin", "http://evil.example")],
        vec![("host", host.as_str()), ("origin", "http://127.0.0.1")],
    ] {
        assert_eq!(console.send("PUT", &format!("{ID}/file?name=train.jsonl"), &lines, "x").status, 403, "{lines:?}");
    }
    assert!(!drafts(&console).exists());
}

#[test]
fn hostile_names_and_records_are_shown_as_text() {
    let console = Console::open(State::default());
    let name = "<script>alert(1)<b onmouseover=\"x\">.jsonl".replace('/', "");
    let records = format!("{}{{\"messages\": \"<script>alert(2)</script>\u{202e}\"}}\n", nova(120));
    assert_eq!(put(&console, &name, &records).status, 204);
    put(&console, "<img src=x>/1.png", "x");
    post(&console, "recipe", &[("text", &format!("base_model: \"<script>alert(3)</script>\"\ntrain: '{name}'\n"))]);
    post(&console, "name", &[("name", "<script>alert(4)</script>")]);
    let page = settled(&console);
    assert!(page.contains("&#60;script&#62;alert(1)") && page.contains("alert(3)"), "{page}");
    assert!(!page.contains("<script>") && !page.contains("<img") && !page.contains('\u{202e}'), "{page}");
    assert!(!page.contains("onmouseover=\""), "{page}");
}

#[test]
fn a_canceled_upload_leaves_nothing() {
    let console = Console::open(State::default());
    put(&console, "notes.txt", "x");
    let before = files(&drafts(&console)).len();
    let (host, cookie) = (console.host(), console.cookie.clone());
    let mut stream = TcpStream::connect(&host).expect("it listens");
    write!(stream, "PUT {ID}/file?name=train.jsonl HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\norigin: http://{host}\r\ncontent-length: 100000000\r\n\r\n").expect("it reads");
    let bad = nova(2000).replace("assistant", "robot");
    stream.write_all(bad.as_bytes()).expect("it reads");
    std::thread::sleep(Duration::from_millis(600));
    stream.write_all(bad.as_bytes()).expect("it reads");
    // While it arrives, the page says how much arrived and what was found.
    let begin = Instant::now();
    let page = loop {
        let page = console.get(ID).body;
        if page.contains("errors and") || begin.elapsed() > Duration::from_secs(20) {
            break page;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(page.contains("of 95.37 MiB") && page.contains("so far"), "{page}");
    drop(stream);
    let page = settled(&console);
    assert!(!page.contains("value=\"train.jsonl\" class=\"small\""), "{page}");
    // The recipe follows what is there.
    let after: Vec<PathBuf> = files(&drafts(&console)).into_iter().filter(|path| !path.ends_with("job.yaml")).collect();
    let begins = |path: &PathBuf| path.parent().is_some_and(|parent| parent.ends_with("parts"));
    assert!(!after.iter().any(begins), "{after:?}");
    assert!(after.len() <= before, "{after:?}");
}

#[cfg(unix)]
#[test]
fn drafts_are_private_and_go_away() {
    use std::os::unix::fs::PermissionsExt;
    let mut console = Console::open(State::default());
    post(&console, "sample", &[]);
    let page = settled(&console);
    assert!(page.contains("Valid: 120 records") && page.contains("value=\"sample\""), "{page}");
    let root = drafts(&console);
    let inner = fs::read_dir(&root).expect("a folder").flatten().next().expect("a folder").path();
    for folder in [&root, &inner] {
        let mode = fs::metadata(folder).expect("a folder").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{}", folder.display());
    }
    // A draft that a person deletes.
    let answer = console.post(&format!("{ID}/delete"), "");
    assert_eq!((answer.status, answer.header("location")), (303, Some("/dataset")));
    assert!(console.get(ID).status == 404 && !files(&inner).iter().any(|path| path.ends_with("train.jsonl")));
    post(&console, "sample", &[]);
    settled(&console);
    console.interrupt();
    assert!(!inner.exists(), "{:?}", files(&root));
    assert!(files(&root).is_empty());
}

#[test]
fn what_a_killed_console_left_is_deleted_by_the_next() {
    let console = Console::open(State::default());
    let left = drafts(&console).join("drafts-old");
    fs::create_dir_all(left.join("0123456789abcdef/data")).expect("a folder");
    fs::write(left.join("lock"), "").expect("a file");
    fs::write(left.join("0123456789abcdef/data/train.jsonl"), "secret").expect("a file");
    put(&console, "train.jsonl", &nova(1));
    assert!(!left.exists());
}

#[test]
fn pasted_text_becomes_a_file() {
    let console = Console::open(State::default());
    let text = nova(120).replace('\n', "\r\n");
    post(&console, "paste", &[("name", "train.jsonl"), ("text", &text)]);
    let page = settled(&console);
    assert!(page.contains("Valid: 120 records") && page.contains("No problems found."), "{page}");
    post(&console, "paste", &[("name", "../x"), ("text", "a")]);
    assert!(settled(&console).contains("leads to another folder"));
    post(&console, "remove", &[("file", "train.jsonl")]);
    let page = settled(&console);
    assert!(page.contains("Try it with a sample") || page.contains("Add files first."), "{page}");
}
